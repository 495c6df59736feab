"""Which kind of report: one tap after "New"; and which earlier report a follow-up is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.flows.form.follow import CORRECTION, NEW_INFORMATION
from fieldapp.flows.form.sections import KINDS
from fieldapp.screens.asking import even
from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_ICONS = {
    "flash": "lightning", "incident": "note-pencil", "follow_up": "arrow-u-up-left", "nil_return": "check-circle",
    "not_reachable": "x-circle", "community_alert": "bell", "speech_log": "broadcast",
    "detention_visit": "clock-countdown",
}  # fmt: skip


class KindEvents(Protocol):
    """What can be done on these pages."""

    def hide(self) -> None: ...
    def leave_kinds(self) -> None: ...
    def pick_kind(self, kind: str) -> None: ...
    def pick_earlier(self, report_id: str) -> None: ...
    def pick_change(self, change: str) -> None: ...


def draw_kinds(on: KindEvents) -> Widget:
    """Eight kinds, each with the sentence that tells it from the others."""
    words = theme.words
    bar = TopBar(words("record.new"), back=on.leave_kinds, hide=on.hide)
    keys = [
        Key(
            words("kind." + kind), partial(on.pick_kind, kind), icon=_ICONS[kind], icon_size="large",
            second=words("record.kind." + kind), second_role="second", height="large", role="row", align="start",
            radius="r_large", pad="l", kind="outline" if kind in {"flash", "incident"} else "plain",
        )
        for kind in KINDS
    ]  # fmt: skip
    cols = 1 if narrow() else 2
    grid = Column(space="m")
    for at in range(0, len(keys), cols):
        row = Row(*keys[at : at + cols])
        even(row, keys[at : at + cols])
        grid.add_widget(row)
    head = [Text(words("record.new.question"), role="question" if not line_below() else "heading", bold=True), gap("m")]
    return Page(bar, reading=[*head, grid], foot=[], reading_foot=[_low(on)])


def _low(on: KindEvents) -> Row:
    return Row(hide_key(on.hide, tall=True), Widget())


def draw_earlier(reports: Sequence[tuple[str, str, str]], on: KindEvents) -> Widget:
    """The reports of this tablet that a follow-up can be about."""
    words = theme.words
    bar = TopBar(words("kind.follow_up"), back=on.leave_kinds, hide=on.hide)
    rows: list[Widget] = []
    for report_id, title, second in reports:
        key = Key(
            title, partial(on.pick_earlier, report_id), second=second, second_role="second", height="key_field",
            role="row", align="start",
        )  # fmt: skip
        rows += [key, gap("s")]
    head: list[Widget] = [
        Text(words("record.earlier.question"), role="heading", bold=True),
        Text(words("record.earlier.sub"), tone="ink2"),
        gap("m"),
        Rule(tone="ink", thick="rule"),
        gap("m"),
    ]
    none = Key(words("record.earlier.none"), partial(on.pick_earlier, ""), height="key_field", role="second")
    return Page(bar, reading=[*head, *rows], thumb=[none], foot=[_low(on)])


def draw_change(title: str, on: KindEvents) -> Widget:
    """News or a correction; either way the sealed report stays as it is."""
    words = theme.words
    bar = TopBar(words("kind.follow_up"), back=on.leave_kinds, hide=on.hide, context=title)
    keys = Column(*change_keys(on.pick_change, height="large"), space="m")
    body: list[Widget] = [
        Text(words("record.change.question"), role="question" if not line_below() else "heading", bold=True),
        Text(words("record.change.sub"), tone="ink2"),
        gap("l"),
        keys,
    ]
    return Page(bar, reading=body, foot=[_low(on)])


def change_keys(pick: Callable[[str], None], *, height: str = "bar") -> list[Key]:
    """The two ways to say more about a sealed report."""
    words, large = theme.words, height == "large"
    return [
        Key(
            words("record.change." + change), partial(pick, change), icon=icon, icon_size="large" if large else "small",
            second=words("record.change." + change + ".second") if large else "", height=height,
            role="row" if large else "second", align="start" if large else "center",
        )
        for change, icon in ((NEW_INFORMATION, "plus"), (CORRECTION, "pencil-simple"))
    ]  # fmt: skip
