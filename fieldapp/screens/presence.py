"""Whether the officer is there: when to lock by itself, and which tap or key is panic. Pure.

The clock is a port, so that a test needs no waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.ports import Clock

IDLE_S = 60.0
"""Seconds without touch or key after which the tablet locks by itself."""
PANIC_S = 0.7
"""A second tap on `Hide` within so many seconds of the first is panic."""
HOLD_S = 1.0
"""A volume key held for so many seconds is panic: it is found without looking."""
VOLUME_KEYS = frozenset({24, 25, 0x40000080, 0x40000081})
"""Volume up and down as Android numbers them, and as the window's library does. No key of a keyboard has these."""
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


@dataclass(slots=True)
class HeldKey:
    """How long a key has been down; a repeat that the system sends while it is down begins nothing anew."""

    clock: Clock
    since_s: float | None = None

    def press(self) -> bool:
        """It is down; whether it has been long enough. Once told, it must be released first to be told again."""
        if self.since_s is None:
            self.since_s = self.clock.monotonic_s()
        return self.long()

    def long(self) -> bool:
        """Whether it is down, and has been long enough; told once."""
        told = self.since_s is not None and self.clock.monotonic_s() - self.since_s >= HOLD_S
        if told:
            self.since_s = float("inf")
        return told

    def release(self) -> bool:
        """It is up; whether it had been down long enough and nobody was told."""
        told, self.since_s = self.long(), None
        return told
