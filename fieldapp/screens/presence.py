"""Whether the officer is there: when to lock by itself, and when a second tap is panic. Pure.

The clock is a port, so that a test needs no waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.ports import Clock

IDLE_S = 60.0
"""Seconds without touch or key after which the tablet locks by itself."""
PANIC_S = 0.7
"""A second tap on `Hide` within so many seconds of the first is panic."""
_LONG_AGO = -1e9


@dataclass(slots=True)
class Presence:
    """Moments of touch, by a clock that only runs forward."""

    clock: Clock
    touched_s: float = _LONG_AGO
    hidden_s: float = _LONG_AGO

    def touch(self) -> None:
        """A touch or a key."""
        self.touched_s = self.clock.monotonic_s()

    def hide(self) -> None:
        """`Hide` was tapped."""
        self.hidden_s = self.clock.monotonic_s()

    def idle(self) -> bool:
        """Whether nobody has touched the tablet for a minute."""
        return self.clock.monotonic_s() - self.touched_s >= IDLE_S

    def second_tap(self) -> bool:
        """Whether a touch now is the second tap on `Hide`; asked once, it is used up."""
        second = self.clock.monotonic_s() - self.hidden_s < PANIC_S
        if second:
            self.hidden_s = _LONG_AGO
        return second
