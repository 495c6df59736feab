"""When a draft is written: choices at once, letters a moment after the last, everything before the keys go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

SAVE_AFTER_S = 0.6  # the promise is 0.8 s: what is left is for the write itself


class Timer(Protocol):
    """A call that was asked for later."""

    def cancel(self) -> Any:
        """It is not wanted any more."""
        ...


Schedule = Callable[[Callable[[], None], float], Timer]


class Saver:
    """Writes what changed; nothing waits longer than `SAVE_AFTER_S` for it.

    Args:
        write: makes the draft durable.
        schedule: calls a function after so many seconds.
    """

    def __init__(self, write: Callable[[], None], schedule: Schedule) -> None:
        self._write, self._schedule = write, schedule
        self._timer: Timer | None = None

    @property
    def waiting(self) -> bool:
        """Whether something is not on the disk yet."""
        return self._timer is not None

    def soon(self) -> None:
        """A letter was typed. The first one that waits sets the time, so that steady typing is saved too."""
        if self._timer is None:
            self._timer = self._schedule(self.now, SAVE_AFTER_S)

    def now(self) -> None:
        """A choice was made, or the timer is up."""
        self.forget()
        self._write()

    def flush(self) -> None:
        """Write if anything waits."""
        if self.waiting:
            self.now()

    def forget(self) -> None:
        """Nothing waits any more: it was written, or the draft is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
