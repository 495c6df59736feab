"""When a draft is written, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.form.saving import Saver

PROMISE_S = 0.8


@dataclass(eq=False)
class HandTimer:
    """One call that was asked for."""

    at: float
    call: Callable[[], None]
    stopped: bool = False

    def cancel(self) -> None:
        self.stopped = True


@dataclass
class HandSchedule:
    """Time that passes when the test says so."""

    now: float = 0.0
    timers: list[HandTimer] = field(default_factory=list)

    def __call__(self, call: Callable[[], None], seconds: float) -> HandTimer:
        self.timers.append(HandTimer(self.now + seconds, call))
        return self.timers[-1]

    def go(self, seconds: float) -> None:
        """Let time pass; what is due is called in its order."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.at <= end and not timer.stopped]:
            timer = min(due, key=lambda each: each.at)
            timer.stopped = True
            self.now = timer.at
            timer.call()
        self.now = end


@given(st.lists(st.floats(0.0, 2.0, allow_nan=False), min_size=1, max_size=60))
def test_no_letter_waits_longer_than_promised(pauses: list[float]) -> None:
    """However fast somebody types and without a pause, each letter is on the disk within 0.8 s."""
    clock = HandSchedule()
    typed: list[float] = []
    waits: list[float] = []

    def write() -> None:
        waits.extend(clock.now - moment for moment in typed)
        typed.clear()

    saver = Saver(write, clock)
    for pause in pauses:
        typed.append(clock.now)
        saver.soon()
        clock.go(pause)
    clock.go(PROMISE_S)
    assert typed == []
    assert max(waits) <= PROMISE_S


def test_choice_is_written_at_once_and_takes_what_waits_with_it() -> None:
    """One write for both."""
    clock, writes = HandSchedule(), []
    saver = Saver(lambda: writes.append(clock.now), clock)
    saver.soon()
    clock.go(0.1)
    saver.now()
    clock.go(5)
    assert writes == [0.1]
    assert not saver.waiting


def test_flush_writes_only_what_waits_and_forget_drops_it() -> None:
    """Before the keys go; and after a draft is gone nothing writes it again."""
    clock, writes = HandSchedule(), []
    saver = Saver(lambda: writes.append(clock.now), clock)
    saver.flush()
    assert writes == []
    saver.soon()
    saver.flush()
    assert writes == [0.0]
    saver.soon()
    saver.forget()
    clock.go(5)
    assert writes == [0.0]
