"""The record: in a short kind the slip fills like a telegram; in a full one each section is a page of its own."""

from __future__ import annotations

from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.form.sections import OPTIONAL, SHORT, section_of, steps
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import places, questions, summary
from fieldapp.screens.asking import Asked, QuestionEvents, part_tag
from fieldapp.screens.fieldpage import keypad, open_number
from fieldapp.screens.where_page import WORDS as PLACE_WORDS
from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, gap, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below, main_role, narrow
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
_HIGH_HEAD = frozenset({"people"})


class RecordEvents(QuestionEvents, Protocol):
    """What can be done while recording."""

    form: ReportForm

    def hide(self) -> None: ...
    def leave(self) -> None: ...
    def step_back(self) -> None: ...
    def forward(self) -> None: ...
    def overview(self) -> None: ...


def draw(asked: Asked, saved: str, on: RecordEvents) -> Widget:
    """The screen of one question."""
    return _telegram(asked, saved, on) if on.form.kind in SHORT else _section(asked, saved, on)


def _answers(asked: Asked, on: RecordEvents) -> Column:
    heading, sub = head_words(asked, on.form)
    head = Column(
        Text(heading, role="question" if not line_below() else "heading", bold=True),
        *([Text(sub, tone="ink2")] if sub else []),
        gap("m"),
        Rule(tone="ink", thick="rule"),
        space="xs",
    )
    return Column(head, gap("xs" if asked.step in _HIGH_HEAD else "l"), *questions.draw(asked, on))


# -- short kinds -------------------------------------------------------------------------------------------
def _telegram(asked: Asked, saved: str, on: RecordEvents) -> Widget:
    words, form = theme.words, on.form
    order = steps(form.kind)
    bar = TopBar(
        words("kind." + form.kind),
        back=on.leave,
        context=words("rec.question_n", n=order.index(asked.step) + 1, n_all=len(order)),
        hide=on.hide,
    )
    answers = _answers(asked, on)
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


def head_words(asked: Asked, form: ReportForm) -> tuple[str, str]:
    """The question and the line under it."""
    words, step, sub = theme.words, asked.step, asked.sub
    if step == "what" or (step == "acts" and not form.code):
        if sub and sub in assets.catalogue().families:
            name = next(word for code, word, _ in summary.family_choices() if code == sub)
            return name, words("what.act.sub")
        return words("what.family"), words("what.family.sub")
    if step == "where" and (step, sub) in _SUBS:
        place = form.report.get("incident", {}).get("place", {})
        area = places.said(str(place.get("adm2" if sub == "adm3" else "adm1", "")))
        if sub or not area:
            return words("where.question"), words(_SUBS[step, sub], area=area)
    if step == "where":
        return words("where.question"), words("where.sub_place") if sub in {"", PLACE_WORDS} else ""
    if step == "actor" and sub == "basis":
        return words("actor.basis"), words("actor.sub")
    if step == "told" and sub == "person":
        return words("subject.question"), words("subject.sub")
    question = f"{step}.question" if words.has(f"{step}.question") else f"record.q.{step}"
    below = f"{step}.sub" if question == f"{step}.question" else f"record.q.{step}.sub"
    return words(question), words(below) if words.has(below) else ""


def _progress(form: ReportForm) -> Widget:
    words, missing = theme.words, len(form.missing())
    text = words("rec.missing", n=missing) if missing else words("rec.complete")
    share = 1 - missing / len([step for step in SHORT[form.kind] if step not in OPTIONAL])
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
    middle = _people_keys(on) if asked.step == "people" else []
    last = asked.step == steps(form.kind)[-1]
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


def _people_keys(on: RecordEvents) -> list[Widget]:
    words = theme.words
    keys: list[Widget] = [
        Key(words("people.table"), on.table, height="key_field", fit=not line_below(), pad="m"),
    ]
    if not on.form.people_answered:
        keys.append(Key(words("rec.none"), lambda: _none(on), height="key_field", fit=not narrow(), pad="m"))
    return keys


def _none(on: RecordEvents) -> None:
    on.form.none_of_these()
    on.change()


# -- sections of a full record -----------------------------------------------------------------------------
def _section(asked: Asked, saved: str, on: RecordEvents) -> Widget:
    words, form = theme.words, on.form
    section = section_of(asked.step, form.kind)
    bar = TopBar(
        words("record.section." + section) if section else words("kind." + form.kind),
        back=on.step_back,
        context=words("kind." + form.kind),
        hide=on.hide,
        status=[Text(saved, role="second", tone="ink2", fit=True)],
    )
    forward = Key(
        words("next"), on.forward, kind="primary", icon="arrow-right", after=True, height="key_field", role=main_role()
    )
    all_parts = Key(
        words("record.overview"), on.overview, icon="list-checks", icon_size="small", height="bar", role="second"
    )
    low = Row(hide_key(on.hide, tall=True), forward, space="m")
    side = _beside(asked, on)
    if narrow():
        return Page(bar, reading=[_answers(asked, on)], thumb=[*side, all_parts], foot=[low])
    return Page(bar, reading=[_answers(asked, on)], thumb=side, foot=[all_parts, low])


def _beside(asked: Asked, on: RecordEvents) -> list[Widget]:
    """The thumb side: the keypad of an open number, the keys of a page, or who will read this section."""
    words, form = theme.words, on.form
    if not narrow() and open_number(asked, form) is not None:
        return [keypad(on)]
    found: list[Widget] = _people_keys(on) if asked.step == "people" else []
    key = "record.side." + asked.step
    if words.has(key):
        found.append(
            Column(Text(words("record.side"), role="second", bold=True, tone="ink2"), Text(words(key)), space="s")
        )
    if asked.step in _TAGGED:
        note = Text(part_tag(asked.around, "facts"), role="second", bold=True)
        found.append(Column(Text(words("record.readers"), role="second", bold=True, tone="ink2"), note, space="s"))
    missing = form.open_in(section_of(asked.step, form.kind)) if section_of(asked.step, form.kind) else []
    rest = [step for step in missing if step != asked.step and not (step == "what" and asked.step == "acts")]
    if rest:
        names = words("comma").join(summary.step_name(step) for step in rest)
        found.append(Text(words("record.still_here", what=names), role="second", tone="ink2"))
    return found


# pages of tiles and numbers that go to the facts as a whole: the tag stands at the side, once
_TAGGED = frozenset({
    "acts", "what", "people", "children", "concern", "ongoing", "need", "actor", "told", "grade", "victims", "damage",
    "signs", "responses", "links", "where", "when",
})  # fmt: skip
