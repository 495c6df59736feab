"""Auto-lock and panic by a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.screens.presence import HOLD_S, IDLE_S, PANIC_S, HeldKey, Presence


@dataclass
class Run:
    """Only the running time counts."""

    run: float = 0.0

    def now_s(self) -> int:
        return 0

    def tz_min(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return self.run


def test_a_minute_without_touch_is_idle_and_a_touch_begins_it_anew() -> None:
    """Sixty seconds, not one more."""
    clock = Run()
    presence = Presence(clock)
    assert presence.idle()  # nobody has touched it yet
    presence.touch()
    clock.run = IDLE_S - 0.25
    assert not presence.idle()
    presence.touch()
    clock.run += IDLE_S - 0.25
    assert not presence.idle()
    clock.run += 0.25
    assert presence.idle()
    assert IDLE_S == 60


def test_second_tap_is_panic_once_and_only_soon() -> None:
    """A slow second tap, or a third one, is a tap on the cover page."""
    clock = Run(100.0)
    presence = Presence(clock)
    assert not presence.second_tap()
    presence.hide()
    clock.run += PANIC_S / 2
    assert presence.second_tap()
    assert not presence.second_tap()
    presence.hide()
    clock.run += PANIC_S
    assert not presence.second_tap()


@given(st.lists(st.floats(min_value=0, max_value=200, allow_nan=False), max_size=30))
def test_idle_means_that_the_last_touch_is_a_minute_ago(pauses: list[float]) -> None:
    """Whatever the rhythm of touches."""
    clock = Run()
    presence = Presence(clock)
    presence.touch()
    last = clock.run
    for at, pause in enumerate(pauses):
        clock.run += pause
        assert presence.idle() == (clock.run - last >= IDLE_S)
        if at % 2:
            presence.touch()
            last = clock.run


@given(st.lists(st.tuples(st.sampled_from(["press", "look", "release"]), st.floats(0, 2)), max_size=30))
def test_a_held_key_is_told_once_and_only_after_a_whole_second(events: list[tuple[str, float]]) -> None:
    """Whatever the system sends between: repeats, releases that never had a press, looks in between."""
    clock = Run()
    held = HeldKey(clock)
    down: float | None = None
    told = False
    for name, later in events:
        clock.run += later
        if name == "press" and down is None:
            down, told = clock.run, False
        answer = {"press": held.press, "look": held.long, "release": held.release}[name]()
        assert answer is (down is not None and not told and clock.run - down >= HOLD_S)
        told = told or answer
        if name == "release":
            down = None
