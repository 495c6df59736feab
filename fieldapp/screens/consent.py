"""Consent: one scope a page, a plain question, three answers of the same weight. Nothing moves, nothing names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import CONSENT_ASKED
from fieldapp.screens import terms
from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, VRule, gap, spring
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import hide_key, line_below, narrow
from fieldapp.widgets.progress import StepMarks
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme

PAGES = (*CONSENT_ASKED, "teach")


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A page: a scope or "teach", and the answer chosen on it ("no" by default); `pages` is the walk it belongs to."""

    page: str
    chosen: str
    pages: tuple[str, ...] = PAGES


class ConsentEvents(Protocol):
    """What can be done on a page."""

    def hide(self) -> None: ...
    def answer(self, value: str) -> None: ...
    def consent_back(self) -> None: ...
    def consent_next(self) -> None: ...


def draw(view: ConsentView, on: ConsentEvents) -> Widget:
    """The page of one question."""
    page = BoxLayout(orientation="vertical")
    page.add_widget(_head(view, on))
    script = _script(view, on)
    if narrow():
        page.add_widget(Scroll(Column(script, _side(view), space="l", padding=[theme.space("xl")] * 4)))
    else:
        side = BoxLayout(orientation="vertical", size_hint_x=None, width=theme.space("thumb"))
        side.add_widget(_side(view))
        side.add_widget(spring())
        body = BoxLayout(
            padding=[
                theme.space("xxxl") + theme.space("xl") if not theme.rtl else theme.space("xl"),
                theme.space("xxl"),
                theme.space("xl") if not theme.rtl else theme.space("xxxl") + theme.space("xl"),
                theme.space("xl"),
            ],
            spacing=theme.space("xxl"),
        )
        for part in (side, VRule(), Scroll(script)) if theme.rtl else (Scroll(script), VRule(), side):
            body.add_widget(part)
        page.add_widget(body)
    page.add_widget(Rule(tone="ink", thick="rule"))
    page.add_widget(Surface(_stop_bar(on), fill="sheet", pad=("xl", "l")))
    return page


def _head(view: ConsentView, on: ConsentEvents) -> Widget:
    words, index = theme.words, view.pages.index(view.page)
    m = theme.space("xl")
    steps = StepMarks(index, len(view.pages))
    count = Text(words("of", n_done=index + 1, n_all=len(view.pages)), role="second", tone="ink2", fit=True)
    safe: list[Widget] = [spring()]
    if not line_below():
        wraps = theme.scale > 1  # in larger letters the sentence takes two lines between the steps and `Hide`
        said = Text(words("consent.none_yet"), role="second", bold=True, tone="good", fit=not wraps)
        safe = [*([] if wraps else [spring()]), Icon("shield-check", size="small", tone="good"), said]
    title = [Text(words("consent.title"), role="body", bold=True, fit=True)] if not narrow() else []
    return Row(
        *title,
        count,
        steps,
        *safe,
        hide_key(on.hide),
        space="m",
        least=theme.space("bar") + theme.space("s"),
        padding=[m, 0, m, 0],
    )


def _script(view: ConsentView, on: ConsentEvents) -> Column:
    words = theme.words
    if view.page == "teach":
        options = [("yes", words("consent.teach.yes")), ("no", words("consent.teach.no"))]
    else:
        options = [(value, words(value)) for value in ("no", "yes", "later")]
    answers = Column(
        *(Answer(word, partial(on.answer, value), chosen=value == view.chosen) for value, word in options),
        space="m",
    )
    return Column(
        Row(
            Icon("chat-circle", size="small", tone="ink2"),
            Text(words("consent.say"), role="second", tone="ink2"),
            space="m",
        ),
        gap("m"),
        Text(_question(view.page), role="script" if not line_below() else "heading", bold=True),
        gap("xl"),
        answers,
    )


def _question(page: str) -> str:
    """With the translator's own line breaks, where there is a script; else the sentence of the catalogue."""
    key = "consent." + page
    return theme.words(key) if theme.words.has(key) else terms.label("consent_scopes", page)


def _side(view: ConsentView) -> Widget:
    words = theme.words
    lines = (
        ["consent.teach.you"]
        if view.page == "teach"
        else [f"consent.{view.page}.who", "consent.wait", "consent.default", "consent.change"]
    )
    return Column(
        Text(words("consent.you"), role="second", bold=True, tone="ink2"),
        *(Text(words(line)) for line in lines if words.has(line)),
        space="m",
    )


def _stop_bar(on: ConsentEvents) -> Widget:
    words = theme.words
    hide = hide_key(on.hide, tall=True)
    back = Key("", on.consent_back, icon="arrow-left", height="key_field", width="key_field", pad="s")
    back.word_text = words("back")
    following = Key(
        words("next"),
        on.consent_next,
        kind="primary",
        icon="arrow-right",
        after=True,
        height="key_field",
        role="answer",
        fit=not narrow(),
        pad="xxxl",
    )
    return Row(hide, spring(), back, following, space="m") if not narrow() else Row(hide, back, following, space="m")
