"""The full record on one page: each section with what is filled, what is open, and which reader gets it."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.flows.form.sections import outline
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import summary
from fieldapp.screens.asking import Asked, part_tag
from fieldapp.screens.sectionwords import part_of, section_words, state_of
from fieldapp.widgets.boxes import Column, Row
from fieldapp.widgets.choices import SectionRow
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_SHOWN = 4  # open questions as keys beside the sections; the rest is counted


class OverviewEvents(Protocol):
    """What can be done from the overview."""

    form: ReportForm

    def hide(self) -> None: ...
    def leave(self) -> None: ...
    def enter_section(self, section: str) -> None: ...
    def enter_step(self, step: str) -> None: ...
    def review(self) -> None: ...
    def discard(self) -> None: ...


def draw(asked: Asked, saved: str, on: OverviewEvents) -> Widget:
    """The screen."""
    words, form = theme.words, on.form
    title, area = summary.title_words(form)
    known = title if title != words("row.untitled") else ""
    bar = TopBar(
        words("kind." + form.kind),
        back=on.leave,
        context=words.join(known, area),
        hide=on.hide,
        status=[Text(saved, role="second", tone="ink2", fit=True)],
    )
    rows = [_row(number, section, asked, on) for number, section in enumerate(outline(form.kind), start=1)]
    missing = form.missing()
    review = Key(
        words("rec.review"), on.review, kind="outline" if missing else "primary", icon="arrow-right", after=True,
        height="key_field", role=main_role(),
    )  # fmt: skip
    drop = Key(words("review.discard"), on.discard, kind="quiet", height="key", role="second")
    low = Row(hide_key(on.hide, tall=True), review, space="m")
    thumb = [*_open(on, missing), _readers(asked, on)]
    if narrow():
        return Page(bar, reading=[*_head(form), *rows], thumb=[*thumb, drop], foot=[low])
    return Page(bar, reading=[*_head(form), *rows], thumb=thumb, foot=[drop, low])


def _head(form: ReportForm) -> list[Widget]:
    """That it follows an earlier report, where it does."""
    words = theme.words
    earlier = str(form.report.get("supersedes", ""))
    if not earlier:
        return []
    key = "record.follows_report." + str(form.report.get("change", "new_information"))
    number = " ".join(earlier[at : at + 4] for at in range(0, len(earlier), 4))
    return [CareBox(words(key), words("record.follows_number", number=number), grave="good", icon="link")]


def _row(number: int, section: str, asked: Asked, on: OverviewEvents) -> SectionRow:
    words, form = theme.words, on.form
    said = section_words(form, section, asked.today, len(asked.around.files))
    state = state_of(form, section, said)
    if state == "closed":
        said = words("record.closed." + form.closed(section) + ".short")
    part = part_of(form, section)
    return SectionRow(
        words.number(number), words("record.section." + section), said, part=words("part." + part),
        apart=part != "facts", state=state, press=partial(on.enter_section, section),
    )  # fmt: skip


def _open(on: OverviewEvents, missing: list[str]) -> list[Widget]:
    words = theme.words
    if not missing:
        return [CareBox(words("rec.complete"), words("record.complete"), grave="good", icon="check-circle")]
    head = Text(words("record.must", n=len(missing)), role="row", bold=True)
    keys = [
        Key(
            summary.step_name(step), partial(on.enter_step, step), icon="pencil-simple", icon_size="small",
            height="bar" if line_below() else "key", align="start",
        )
        for step in missing[:_SHOWN]
    ]  # fmt: skip
    rest = len(missing) - len(keys)
    more = [Text(words("record.must.more", n=rest), role="second", tone="ink2")] if rest else []
    may = Text(words("record.may"), role="second", tone="ink2")
    return [head, *keys, *more, may]


def _readers(asked: Asked, on: OverviewEvents) -> Widget:
    """Which reader gets which part."""
    words, form = theme.words, on.form
    parts = dict.fromkeys(part_of(form, section) for section in outline(form.kind))
    tags = [Text(part_tag(asked.around, part), role="second") for part in parts]
    head = Text(words("record.readers"), role="second", bold=True, tone="ink2")
    return Column(head, *tags, space="xs", padding=[0, theme.space("m"), 0, 0])
