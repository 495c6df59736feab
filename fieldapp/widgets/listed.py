"""The list of reports: one row class, drawn only where it is seen, fed as it is scrolled.

A `RecycleView` with its own layout: the toolkit's computes the place of every row at each change, which for ten
thousand reports is longer than a frame. All rows are equally high here, so a place is a product. The rows belong
to their list and die with it: the toolkit's shared pool would keep what was read after the keys are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from kivy.event import EventDispatcher
from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.datamodel import RecycleDataModelBehavior
from kivy.uix.recycleview.layout import RecycleLayoutManagerBehavior
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import scroll_looks
from fieldapp.widgets.custody import CustodyLine
from fieldapp.widgets.page import line_below
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme

_ROUND = 0.01  # of a row: a scroll position is a fraction


@dataclass(frozen=True, slots=True)
class ListRow:
    """A report or draft in a list, in words.

    Attributes:
        id: of the report, or hexadecimal of the draft.
        second: kind, time, and what happens next.
        state: custody state, or `needs`.
        alert: what the report asks of the officer; stands after `second`.
        open: what a tap does: "report", "draft", "interview", "panicked", or "" for nothing.
    """

    id: str
    title: str
    area: str
    second: str
    state: str
    open: str = "report"
    alert: str = ""


def row_height() -> float:
    """Pixels of a row: one of three sizes, for one line beside the custody line, two lines, and all below it."""
    if theme.scale == 1.0:
        return theme.space("row")
    return theme.grown("row_below" if line_below() else "row")


class ReportLine(ButtonBehavior, Widget):
    """One row of the list: title and area, second line, custody line with its word.

    Args:
        press: called with the row that was tapped.
        natural: as high as its words, for a row outside of a `ReportList`.
    """

    height: float  # Kivy's property, which the type checker cannot see
    focused = BooleanProperty(False)

    def __init__(self, press: Callable[[ListRow], None], *, natural: bool = False) -> None:
        super().__init__(size_hint_y=None, height=row_height())
        self._press, self.row, self._natural = press, ListRow("", "", "", "", "draft", ""), natural
        self.word_text, self.kind = "", "row"
        with self.canvas.before:
            self._ground_colour = Color(rgba=theme.colour("none"))
            self._ground = Rectangle()
        with self.canvas.after:
            Color(rgba=theme.colour("line"))
            self._rule = Rectangle()
        below = line_below()
        self._title = Text("", role="row", bold=True, max_lines=2)
        self._area = Text("", role="row", max_lines=1)
        self._second = Text("", role="second", tone="ink2", max_lines=2 if below else 1)
        self._alert = Text("", role="second", bold=True, tone="alarm", max_lines=1)
        self._icon = Icon("chat-circle", size="small", tone="alarm")
        self._line = CustodyLine("draft")
        self._word = Text("", role="small", bold=True, max_lines=1)
        for child in (self._title, self._area, self._second, self._alert, self._icon, self._line, self._word):
            self.add_widget(child)
        self.bind(pos=self._place, size=self._place, state=self._paint, focused=self._paint)

    def show(self, row: ListRow) -> None:
        """Other words in the same row."""
        self.row, self.word_text, self.disabled = row, row.title, not row.open
        below = line_below()
        self._line.show(row.state)
        self._word.say(theme.words("state." + row.state))
        self._title.say(row.title)
        second = theme.words.join(row.area, row.second) if below else row.second
        self._area.say("" if below else row.area)
        self._second.say(second)
        self._alert.say(row.alert)
        self._place()

    # -- places ------------------------------------------------------------------------------------------------
    def _from_start(self, widget: Widget, offset: float, width: float) -> float:  # noqa: ARG002
        """x of a piece that begins `offset` pixels from the start of reading."""
        # not `right`: the toolkit caches it, and tells this row before it drops the old value
        return float(self.x + self.width - offset - width if theme.rtl else self.x + offset)

    def _put(self, widget: Widget, offset: float, top: float, width: float | None = None) -> float:
        """Put a piece with its top at `top`; its lower edge."""
        if width is not None:
            widget.width = width
        widget.pos = self._from_start(widget, offset, widget.width), top - widget.height
        return float(widget.y)

    def _place(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        self._rule.pos, self._rule.size = self.pos, (self.width, theme.space("hair"))
        if line_below():
            self._place_below()
        else:
            self._place_beside()

    def _place_beside(self) -> None:
        beside = self._line.width
        room = max(self.width - beside - theme.space("xl"), 1)
        title = min(self._title.natural, room)
        left = room - title - theme.space("m")
        area_fits = bool(self._area.logical) and self._area.natural <= left
        self._title.width, self._area.width = title, max(left, 1) if area_fits else 1
        # an area that has no room beside a long title goes to the second line
        drop = self._area.logical and not area_fits
        self._second.say(theme.words.join(self._area.logical, self.row.second) if drop else self.row.second)
        self._second.width = room
        # letters with and without marks above and below are not equally high
        first = max(self._title.height, self._area.height if area_fits else 0)
        high = first + self._second.height
        top = self.y + (self.height + high) / 2
        self._put(self._title, 0, top)
        self._put(self._area, title + theme.space("m") if area_fits else self.width, top)
        self._area.opacity = 1 if area_fits else 0
        self._tail(self._put(self._second, 0, top - first), room)
        self._word.width = beside
        pair = self._line.height + theme.space("xs") + self._word.height
        at = self.y + (self.height + pair) / 2
        low = self._put(self._line, self.width - beside, at)
        self._put(self._word, self.width - beside, low - theme.space("xs"))

    def _place_below(self) -> None:
        beside = self._line.width + theme.space("m")
        self._title.width = self._second.width = max(self.width, 1)
        self._word.width = max(self.width - beside, 1)  # heights follow from widths
        # three lines of words at most, so that every row has its room
        if not self._natural:
            self._second.limit(1 if len(self._title.drawn_lines) > 1 else 2)
        top: float = self.y + self.height - theme.space("m")
        low = self._put(self._title, 0, top)
        low = self._put(self._second, 0, low)
        self._tail(low, self.width)
        foot = self.y + theme.space("m") + max(self._line.height, self._word.height)
        self._put(self._line, 0, foot)
        self._put(self._word, beside, foot)
        self._area.opacity = 0
        if self._natural:
            words: float = self._title.height + self._second.height + max(self._line.height, self._word.height)
            self.height = words + 2 * theme.space("m") + theme.space("s")

    def _tail(self, low: float, room: float) -> None:
        """The alert behind the second line's words."""
        shown = bool(self._alert.logical)
        self._icon.opacity = self._alert.opacity = 1 if shown else 0
        if not shown:
            return
        offset = min(self._second.natural, room) + theme.space("s")
        self._put(self._icon, offset, low + self._second.height)
        after = offset + self._icon.width + theme.space("xs")
        self._put(self._alert, after, low + self._second.height, max(room - after, 1))

    # -- touch -------------------------------------------------------------------------------------------------
    def _paint(self, *_args: object) -> None:
        marked = (self.state == "down" and not self.disabled) or self.focused
        self._ground_colour.rgba = theme.colour("act_soft" if marked else "none")

    def on_release(self) -> None:
        """Open what the row stands for."""
        if self.row.open:
            self._press(self.row)


class _Lazy(RecycleDataModelBehavior, EventDispatcher):
    """The rows as a sequence that asks for each only when it is seen."""

    def __init__(self, data: Sequence[ListRow]) -> None:
        super().__init__()
        self.data = data


class _Stack(RecycleLayoutManagerBehavior, Widget):
    """Equally high rows under each other; only those in the viewport are widgets."""

    def __init__(self, press: Callable[[ListRow], None]) -> None:
        super().__init__(size_hint=(1, None))
        self._press, self._row = press, row_height()
        self._shown: dict[int, ReportLine] = {}
        self._spare: list[ReportLine] = []
        self.bind(pos=self._move, size=self._move)

    def compute_sizes_from_data(self, data: Sequence[ListRow], flags: Any) -> None:  # noqa: ARG002 - Kivy's call
        """See `RecycleLayoutManagerBehavior`."""
        self.height = len(data) * self._row

    def clear_layout(self) -> None:
        """See `RecycleLayoutManagerBehavior`."""
        for row in self._shown.values():
            self.remove_widget(row)
        self._spare += self._shown.values()
        self._shown = {}

    def compute_visible_views(self, data: Sequence[ListRow], viewport: tuple[float, ...]) -> list[int]:
        """See `RecycleLayoutManagerBehavior`."""
        _, bottom, _, height = viewport
        first = int((self.height - (bottom + height - self.y)) // self._row)
        last = int((self.height - (bottom - self.y)) // self._row)
        return list(range(max(first, 0), min(last + 1, len(data))))

    def set_visible_views(self, indices: list[int], data: Sequence[ListRow], viewport: Any) -> None:  # noqa: ARG002 - Kivy's call
        """See `RecycleLayoutManagerBehavior`."""
        wanted = set(indices)
        for index in [at for at in self._shown if at not in wanted]:
            row = self._shown.pop(index)
            self.remove_widget(row)
            self._spare.append(row)
        for index in indices:
            if index not in self._shown:
                row = self._spare.pop() if self._spare else ReportLine(self._press)
                row.size = self.width, self._row
                row.pos = self.x, self.y + self.height - (index + 1) * self._row
                row.show(data[index])
                self._shown[index] = row
                self.add_widget(row)

    def _move(self, *_args: object) -> None:
        for index, row in self._shown.items():
            row.size = self.width, self._row
            row.pos = self.x, self.y + self.height - (index + 1) * self._row


class ReportList(RecycleView):
    """Rows that scroll.

    Args:
        rows: asked only for what is seen.
        press: called with the row that was tapped.
        moved: called with (index of the first row that is whole, number of whole rows) as the list is scrolled.
    """

    def __init__(
        self,
        rows: Sequence[ListRow],
        press: Callable[[ListRow], None],
        moved: Callable[[int, int], None] = lambda _first, _count: None,
        at: float = 1.0,
    ) -> None:
        super().__init__(data_model=_Lazy(rows), **scroll_looks())
        self._moved, self._told = moved, (-1, -1)
        self._stack = _Stack(press)
        self.add_widget(self._stack)
        self.scroll_y = at
        self.bind(scroll_y=self._tell, size=self._tell)

    def _tell(self, *_args: object) -> None:
        total, row = len(self.data), row_height()
        above = max(self._stack.height - self.height, 0) * (1 - min(max(self.scroll_y, 0), 1))
        first = ceil(above / row - _ROUND)
        whole = floor((above + self.height) / row + _ROUND) - first
        told = first, max(min(whole, total - first), 1)
        if told != self._told:
            self._told = told
            self._moved(*told)

    @property
    def at_end(self) -> bool:
        """Whether the last row is seen."""
        return self._stack.height <= self.height or self.scroll_y <= 0.0001

    def turn(self) -> None:
        """A page of rows further down; from the end back to the newest."""
        hidden = self._stack.height - self.height
        if hidden <= 0:
            return
        if self.at_end:
            self.scroll_y = 1.0
            return
        page = max(int(self.height // row_height()), 1) * row_height()
        self.scroll_y = max(self.scroll_y - page / hidden, 0.0)
