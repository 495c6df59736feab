"""A screen is made anew at every change; this keeps the eye where it was, and the open field in view."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from fieldapp.widgets.choices import OpenField

_PASSES = 3  # sizes travel up and down a pass at a time, all before the next frame


def offset_of(screen: Widget) -> float:
    """Pixels above the upper edge of the first column that scrolls; 0 where none does."""
    scroll = _first(screen)
    if scroll is None or not scroll.children:
        return 0.0
    return float((1 - scroll.scroll_y) * max(scroll.children[0].height - scroll.height, 0))


def keep(screen: Widget, offset: float) -> None:
    """Scroll a new screen to where the old one was, then as far as the open field needs."""
    state = {"left": _PASSES}

    def place(_dt: float) -> None:
        scroll = _first(screen)
        if scroll is None or not scroll.children:
            return
        room = scroll.children[0].height - scroll.height
        scroll.scroll_y = 1 - min(max(offset / room, 0.0), 1.0) if room > 0 else 1.0
        opened = next((each for each in scroll.walk(restrict=True) if isinstance(each, OpenField)), None)
        if opened is not None and room > 0 and _outside(scroll, opened):
            scroll.scroll_to(opened, animate=False)
        state["left"] -= 1
        if state["left"]:
            Clock.schedule_once(place, -1)

    Clock.schedule_once(place, -1)


def _first(screen: Widget) -> ScrollView | None:
    return next((each for each in screen.walk(restrict=True) if isinstance(each, ScrollView)), None)


def _outside(scroll: ScrollView, widget: Widget) -> bool:
    low = widget.to_window(*widget.pos)[1]
    bottom = scroll.to_window(*scroll.pos)[1]
    return bool(low < bottom or low + widget.height > bottom + scroll.height)
