"""Work that must not stop the screen: one job at a time, its end comes back to the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kivy.clock import Clock

from firsthand import errors

Outcome = object


class Background:
    """One job at a time, off the window's thread; its end comes back to the window's thread."""

    def __init__(self) -> None:
        self.running = False
        self.thread: threading.Thread | None = None

    def run(self, work: Callable[[], Outcome], done: Callable[[Outcome], None]) -> None:
        """Start `work`; `done` gets its value, or the error that it raised."""
        self.running = True

        def job() -> None:
            try:
                outcome: Outcome = work()
            except errors.FirsthandError as error:
                outcome = error
            except Exception as error:  # noqa: BLE001 - the window's outermost: nothing that was read may show
                outcome = errors.OurFault(type(error).__name__)
            Clock.schedule_once(lambda _dt: self._end(outcome, done), 0)

        self.thread = threading.Thread(target=job, name="firsthand-job", daemon=True)
        self.thread.start()

    def _end(self, outcome: Outcome, done: Callable[[Outcome], None]) -> None:
        self.running = False
        done(outcome)
