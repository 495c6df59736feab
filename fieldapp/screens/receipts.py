"""Receipts: the long custody line of each report, and under every stop when it was and the words of its checksum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.custody import STATES, CustodyLine
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, heading, hide_key, line_below, main_role, narrow
from fieldapp.widgets.rows import FactRow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

PAGE_ROWS = 10
_SHARES = ((0.6, "start"), (0.95, "center"), (1.0, "center"), (0.95, "center"), (0.8, "end"))  # under the five shapes


@dataclass(frozen=True, slots=True)
class Stop:
    """What is known of one stop: when, and the words of its checksum; empty where nothing is."""

    when: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One report: a stop for each of `STATES`."""

    title: str
    second: str
    state: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class ReceiptsView:
    """A page of receipts, newest first; `first` and `count` say which of how many."""

    rows: tuple[ReceiptRow, ...]
    first: int
    count: int


class ReceiptsEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def open(self) -> None: ...
    def older_receipts(self) -> None: ...


def draw(view: ReceiptsView, on: ReceiptsEvents) -> Widget:
    """The screen."""
    words = theme.words
    bar = TopBar(words("home.receipts"), back=on.open, hide=on.hide)
    reading: list[Widget] = []
    for row in view.rows:
        reading += [*_receipt(row), Rule(), gap("m")]
    if not view.rows:
        reading = [Text(words("home.receipts.none"), role="row", bold=True)]
    thumb: list[Widget] = [
        CareBox(words("home.receipts.words"), words("home.receipts.words.say"), grave="good", icon="receipt"),
        heading(words("home.receipts.withdrawn")),
        Text(words("home.receipts.withdrawn.none"), tone="ink2"),
    ]
    last = view.first + len(view.rows)
    foot: list[Widget] = []
    if view.count > len(view.rows):
        shown = Text(words("home.receipts.page", low=view.first + 1, high=last, all=view.count), role="second")
        older = Key(words("home.receipts.older" if last < view.count else "home.receipts.newest"), on.older_receipts)
        foot.append(Column(shown, older, space="s") if line_below() else Row(shown, older, space="m"))
    back = Key(words("sync.title"), on.open, kind="primary", height="key_field", role=main_role())
    foot.append(Row(hide_key(on.hide, tall=True), back, space="m"))
    return Page(bar, reading=reading, thumb=thumb, foot=foot)


def _receipt(row: ReceiptRow) -> list[Widget]:
    head = Column(Text(row.title, role="row", bold=True), Text(row.second, role="second", tone="ink2"))
    width = theme.space("reading") if not narrow() else theme.space("wide_max")
    line = CustodyLine(row.state, width=width, height=theme.space("custody_large_h"))
    named = zip(STATES, row.stops, strict=True)
    if line_below() or theme.scale > 1:  # larger words would not fit under their shapes
        lines = [
            FactRow(theme.words("state." + name), theme.words.join(stop.when, stop.words))
            for name, stop in named
            if stop.when or stop.words
        ]
        return [head, gap("s"), line, Text(theme.words("state." + row.state), role="second", bold=True), *lines]
    columns = [
        _stop(name, stop, share, here=name == row.state) for (name, stop), share in zip(named, _SHARES, strict=True)
    ]
    return [head, gap("s"), line, Row(*columns, space="s"), gap("s")]


def _stop(name: str, stop: Stop, share: tuple[float, str], *, here: bool) -> Widget:
    """One stop under its shape on the line."""
    wide, align = share
    word = Text(theme.words("state." + name), role="small", bold=here, tone="ink" if here else "ink2", align=align)
    pieces: list[Widget] = [word]
    if stop.when:
        pieces.append(Text(stop.when, role="small", align=align))
    if stop.words:
        pieces.append(Text(stop.words.replace("-", " "), role="small", tone="ink2", align=align))
    column = Column(*pieces, space="xs")
    column.size_hint_x, column.pos_hint = wide, {"top": 1}
    return column
