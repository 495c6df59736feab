"""The cover page, driven: it really converts; three taps on its heading of phrases lead back."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp.screens import cover
from fieldapp.screens.host import Host

_TAPS_BACK, _TAPS_S = 3, 2.0
_DIGITS_MAX = 6


class Covering:
    """Events of the cover page."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._view = cover.CoverView("length", "")
        self._taps: list[float] = []
        host.on_hidden = self.show

    def show(self) -> None:
        """In this frame."""
        self._taps = []
        self.host.draw(self._page)

    def _page(self) -> Widget:
        return cover.draw(self._view, self)

    def _change(self, kind: str, digits: str) -> None:
        self._view = cover.CoverView(kind, digits)
        self.host.redraw()

    def cover_kind(self, kind: str) -> None:
        self._change(kind, self._view.digits)

    def cover_digit(self, number: int) -> None:
        self._change(self._view.kind, (self._view.digits + str(number)).lstrip("0")[:_DIGITS_MAX])

    def cover_erase(self) -> None:
        self._change(self._view.kind, self._view.digits[:-1])

    def cover_clear(self) -> None:
        self._change(self._view.kind, "")

    def cover_tap(self) -> None:
        now = self.host.ports.clock.monotonic_s()
        self._taps = [at for at in self._taps if now - at < _TAPS_S] + [now]
        if len(self._taps) >= _TAPS_BACK:
            self._taps = []
            Clock.schedule_once(lambda _dt: self.host.uncover(), 0)
