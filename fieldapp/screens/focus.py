"""Our own focus ring, for a tablet with a keyboard: Tab walks over the keys, Enter presses."""

from __future__ import annotations

from typing import Any

from kivy.uix.widget import Widget

from fieldapp.widgets.fields import Typed
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.listed import ReportLine

_TAB, _ENTER, _PAD_ENTER, _SPACE = 9, 13, 271, 32


class FocusRing:
    """Walks over keys and fields in the order of the screen."""

    def __init__(self, root: Widget) -> None:
        self._root = root
        self._at: Widget | None = None

    def forget(self) -> None:
        """A new screen begins without a focus."""
        self._at = None

    def stops(self) -> list[Widget]:
        """Everything that can have the focus, from the top down."""
        found = [
            w
            for w in self._root.walk(restrict=True)
            if isinstance(w, Key | Answer | Typed | ReportLine) and not w.disabled
        ]
        return sorted(found, key=lambda w: (-round(w.to_window(*w.center)[1]), w.to_window(*w.center)[0]))

    def key_down(self, _window: object, key: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
        """Tab, Shift-Tab, Enter and Space; everything else goes its way."""
        if key == _TAB:
            self._step(-1 if "shift" in modifiers else 1)
            return True
        if key in {_ENTER, _PAD_ENTER, _SPACE} and isinstance(self._at, Key | Answer | ReportLine):
            self._at.on_release()
            return True
        return False

    def _step(self, by: int) -> None:
        stops = self.stops()
        if not stops:
            return
        typing = next((w for w in stops if isinstance(w, Typed) and w.focus), None)
        now: Any = typing or self._at
        at = (stops.index(now) + by) % len(stops) if now in stops else (0 if by > 0 else -1)
        for widget in stops:
            if isinstance(widget, Typed):
                widget.focus = False
            else:
                widget.focused = False
        self._at = stops[at]
        if isinstance(self._at, Typed):
            self._at.focus = True
        else:
            self._at.focused = True
