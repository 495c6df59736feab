"""Find: one field, its own letters, and rows as in the list; it says what is searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, gap, spring
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.listed import ListRow, ReportLine, ReportList
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, main_role, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_NARROW_ROWS = 8


@dataclass(frozen=True, slots=True)
class FindView:
    """A search: what was typed, what was found (`more`: than is shown), and whether the letters are up."""

    query: str
    rows: Sequence[ListRow] = ()
    more: bool = False
    letters: bool = False


class FindEvents(Protocol):
    """What can be done while searching."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def type_query(self, text: str) -> None: ...
    def find_letters(self) -> None: ...
    def clear_query(self) -> None: ...
    def open_row(self, row: ListRow) -> None: ...


class FindPage(Page):
    """The screen; `show` replaces what was found and leaves the field alone, so that typing goes on."""

    def __init__(self, view: FindView, on: FindEvents) -> None:
        self._on = on
        words = theme.words
        self.field = TextField(words("find.label"), view.query, on.type_query)
        self._found = BoxLayout(orientation="vertical")
        if narrow():
            self._found.size_hint_y = None
            self._found.bind(minimum_height=self._found.setter("height"))
        letters = Key(words("unlock.letters"), on.find_letters, icon="note-pencil", height="bar", role="second")
        clear = Key(words("cover.clear"), on.clear_query, icon="x", height="bar", role="second")
        what = CareBox(words("find.what.head"), words("find.what"), grave="good", icon="magnifying-glass")
        done = Key(words("sealed.home"), on.home, kind="primary", height="key_field", role=main_role())
        pad = [LetterPad(self.field.input, digits=True)] if view.letters else []
        foot = [Row(hide_key(on.hide, tall=True), done, space="m")]
        head = Column(self.field, gap("m"), Rule(tone="ink", thick="rule"))
        bar = TopBar(words("home.find"), back=on.home, hide=on.hide)
        if narrow():
            super().__init__(bar, reading=[head, *pad, self._found], thumb=[letters, clear, what], foot=foot)
        else:
            body = Column(head, self._found, *pad, fill=True, space="s")
            super().__init__(bar, reading=[], fill=body, thumb=[what], foot=[Row(letters, clear, space="m"), *foot])
        self.show(view)

    def show(self, view: FindView) -> None:
        """What was found, or why nothing is."""
        words = theme.words
        self._found.clear_widgets()
        if not view.query.strip():
            self._say(words("find.start"), "")
        elif not view.rows:
            self._say(words("find.nothing"), words("find.nothing.second"))
        else:
            count = words("find.more" if view.more else "find.count", n=len(view.rows))
            self._found.add_widget(Text(count, role="second", tone="ink2"))
            for widget in self._rows(view.rows):
                self._found.add_widget(widget)

    def _rows(self, rows: Sequence[ListRow]) -> list[Widget]:
        if not narrow():
            return [ReportList(rows, self._on.open_row)]
        lines = []
        for row in rows[:_NARROW_ROWS]:
            line = ReportLine(self._on.open_row, natural=True)
            line.show(row)
            lines.append(line)
        return lines

    def _say(self, head: str, second: str) -> None:
        texts = [Text(head, role="row", bold=True), *([Text(second, tone="ink2")] if second else [])]
        self._found.add_widget(Column(*texts, space="s", padding=[0, theme.space("xl")]))
        if not narrow():
            self._found.add_widget(spring())
