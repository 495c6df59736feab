"""The cover page: a real, dull, working page of units and phrases. No lock, no logo, nothing that moves.

The way back is not shown: three taps on the heading of the phrases (taught in training). A double tap on `Hide`
lands its second tap here, on the same place of the screen: that is panic, and the keys go at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, gap
from fieldapp.widgets.numbers import Keypad
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

# name -> (unit, other unit, factor, offset)
CONVERSIONS: dict[str, tuple[str, str, float, float]] = {
    "length": ("km", "mi", 0.621371, 0.0),
    "weight": ("kg", "lb", 2.204623, 0.0),
    "volume": ("l", "gal", 0.264172, 0.0),
    "temp": ("c", "f", 1.8, 32.0),
}
PHRASES = ("cover.p1", "cover.p2", "cover.p3", "cover.p4")


@dataclass(frozen=True, slots=True)
class CoverView:
    """What is converted."""

    kind: str
    digits: str


class CoverEvents(Protocol):
    """The page works: numbers go in, other units come out."""

    def cover_kind(self, kind: str) -> None: ...
    def cover_digit(self, number: int) -> None: ...
    def cover_erase(self) -> None: ...
    def cover_clear(self) -> None: ...
    def cover_tap(self) -> None: ...


class _Tappable(ButtonBehavior, BoxLayout):
    def __init__(self, child: Widget, tap: Callable[[], None]) -> None:
        super().__init__(size_hint_y=None)
        self._tap = tap
        self.add_widget(child)
        child.bind(height=self.setter("height"))
        self.height = child.height

    def on_release(self) -> None:
        """A tap that does nothing visible."""
        self._tap()


def converted(view: CoverView) -> str:
    """The value in the other unit, one digit after the point."""
    _, _, factor, offset = CONVERSIONS[view.kind]
    return f"{int(view.digits or '0') * factor + offset:.1f}"


def draw(view: CoverView, on: CoverEvents) -> Widget:
    """The page."""
    words = theme.words
    first, second, _, _ = CONVERSIONS[view.kind]
    m = theme.space("xl")
    title = Text(words("cover.title"), role="bar", bold=True)
    bar = Column(
        Row(title, least=theme.space("bar") - theme.space("rule"), padding=[m, 0, m, 0]), Rule(tone="ink", thick="rule")
    )
    tabs = Tabs([(kind, words("cover." + kind)) for kind in CONVERSIONS], view.kind, on.cover_kind, fit=False)
    number = Text(words.digits(view.digits or "0"), role="number", bold=True)
    other = Text(words.digits(converted(view)), role="number", bold=True)
    values = Column(
        tabs,
        gap("xl"),
        Text(words("cover.from"), role="second", tone="ink2"),
        number,
        Text(words("unit." + first), role="body"),
        gap("l"),
        Rule(),
        gap("l"),
        Text(words("cover.into"), role="second", tone="ink2"),
        other,
        Text(words("unit." + second), role="body"),
        gap("xl"),
        _Tappable(Text(words("cover.phrases"), role="row", bold=True), on.cover_tap),
        gap("s"),
        Rule(tone="ink", thick="rule"),
        *(piece for phrase in PHRASES for piece in (gap("m"), Text(words(phrase), role="body"), gap("m"), Rule())),
    )
    pad = Keypad(on.cover_digit, on.cover_erase, on.cover_clear, word=words("cover.clear"))
    page = BoxLayout(orientation="vertical")
    page.add_widget(bar)
    if narrow() or line_below():
        page.add_widget(Scroll(Column(values, pad, space="l", padding=[m] * 4)))
        if not narrow():
            pad.size_hint_y, pad.height = None, theme.space("thumb")
        return page
    side = BoxLayout(orientation="vertical", size_hint_x=None, width=theme.space("thumb"))
    side.add_widget(pad)
    body = BoxLayout(padding=[m, theme.space("l"), m, m], spacing=m)
    reading = Scroll(values)
    for part in (side, reading) if theme.sides_swapped else (reading, side):
        body.add_widget(part)
    page.add_widget(body)
    return page
