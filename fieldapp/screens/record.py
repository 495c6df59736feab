"""The record: the slip on one side fills like a telegram, one question on the other."""

from __future__ import annotations

from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import STEPS, ReportForm
from fieldapp.screens import questions, summary
from fieldapp.screens.asking import Asked, QuestionEvents
from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, gap, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import TopBar, hide_key, line_below, narrow
from fieldapp.widgets.progress import TrueBar
from fieldapp.widgets.slip import Slip, SlipLine
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from firsthand import assets

_SUBS = {
    ("where", "adm2"): "where.sub2",
    ("where", "adm3"): "where.sub3",
    ("where", ""): "where.sub1",
    ("where", "adm1"): "where.sub1",
}


class RecordEvents(QuestionEvents, Protocol):
    """What can be done while recording."""

    form: ReportForm

    def hide(self) -> None: ...
    def leave(self) -> None: ...
    def step_back(self) -> None: ...
    def go(self, step: str) -> None: ...
    def forward(self) -> None: ...


def draw(asked: Asked, saved: str, on: RecordEvents) -> Widget:
    """The screen of one question."""
    words, form = theme.words, on.form
    number = STEPS.index(asked.step) + 1
    bar = TopBar(
        words("kind." + str(form.report.get("kind", "flash"))),
        back=on.leave,
        context=words("rec.question_n", n=number, n_all=len(STEPS)),
        hide=on.hide,
    )
    heading, sub = _head(asked, form)
    head = Column(
        Text(heading, role="question", bold=True),
        Text(sub, tone="ink2"),
        gap("m"),
        Rule(tone="ink", thick="rule"),
        space="xs",
    )
    answers = Column(head, gap("l") if asked.step != "people" else gap("xs"), *questions.draw(asked, on))
    page = BoxLayout(orientation="vertical")
    page.add_widget(bar)
    if narrow():
        page.add_widget(Scroll(Column(answers, padding=[theme.space("xl")] * 4)))
        page.add_widget(Rule(tone="ink", thick="rule"))
        page.add_widget(Surface(_foot(asked, on), fill="sheet", pad=("xl", "m")))
        return page
    lines = [SlipLine(*line) for line in summary.slip_lines(form, asked.today)]
    slip = Slip(words("rec.slip"), saved, lines, asked.step, on.go, _progress(form))
    side = BoxLayout(
        orientation="vertical",
        spacing=theme.space("m"),
        padding=[
            theme.space("xxl") if not theme.sides_swapped else theme.space("xl"),
            theme.space("xl"),
            theme.space("xl") if not theme.sides_swapped else theme.space("xxl"),
            theme.space("xl"),
        ],
    )
    side.add_widget(Scroll(answers))
    side.add_widget(_foot(asked, on))
    body = BoxLayout()
    for part in (side, slip) if theme.sides_swapped else (slip, side):
        body.add_widget(part)
    page.add_widget(body)
    return page


def _head(asked: Asked, form: ReportForm) -> tuple[str, str]:
    words, step, sub = theme.words, asked.step, asked.sub
    if step == "what":
        if sub and sub in assets.catalogue().families:
            name = next(word for code, word, _ in summary.family_choices() if code == sub)
            return name, words("what.act.sub")
        return words("what.family"), words("what.family.sub")
    if step == "where" and (step, sub) in _SUBS:
        place = form.report.get("incident", {}).get("place", {})
        area = str(place.get("adm2" if sub == "adm3" else "adm1", ""))
        if sub or not area:
            return words("where.question"), words(_SUBS[step, sub], area=area)
    if step == "actor" and sub == "basis":
        return words("actor.basis"), words("actor.sub")
    if step == "told" and sub == "person":
        return words("subject.question"), words("subject.sub")
    return words(f"{step}.question"), words(f"{step}.sub") if words.has(f"{step}.sub") else words("where.sub_place")


def _progress(form: ReportForm) -> Widget:
    words, missing = theme.words, len(form.missing())
    text = words("rec.missing", n=missing) if missing else words("rec.complete")
    share = 1 - missing / (len(STEPS) - 1)
    return Column(
        Text(text, role="second", bold=not missing, tone="ink" if missing else "good"),
        TrueBar(share, tone="ink", edge="ink2", height="byte_bar"),
        space="s",
    )


def _foot(asked: Asked, on: RecordEvents) -> Row:
    words, form = theme.words, on.form
    hide = hide_key(on.hide, tall=True)
    back = Key(
        "" if line_below() else words("back"), on.step_back, icon="arrow-left", height="key_field", fit=True, pad="xl"
    )
    back.word_text = words("back")
    middle: list[Widget] = []
    if asked.step == "people":
        middle.append(Key(words("people.table"), on.table, height="key_field", fit=not line_below(), pad="m"))
        if not form.people_answered:
            middle.append(Key(words("rec.none"), lambda: _none(on), height="key_field", fit=not narrow(), pad="m"))
    last = asked.step == STEPS[-1]
    following = Key(
        words("rec.review") if last and not form.missing() else words("next"),
        on.forward,
        kind="primary",
        icon="arrow-right",
        after=True,
        height="key_field",
        role="answer" if not line_below() else "second",
    )
    following.size_hint_x = 1.6 if not line_below() else 1
    if line_below():
        return Row(hide, back, following, space="s") if not middle else Row(hide, *middle[:1], following, space="s")
    return Row(hide, *([spring()] if len(middle) < 2 else []), back, *middle, following, space="m")


def _none(on: RecordEvents) -> None:
    on.form.none_of_these()
    on.change()
