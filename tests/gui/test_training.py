"""Training by touch: its steps are done by doing them, its band is on every screen, and nothing is ever sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import draft
from firsthand import errors
from tests.gui.test_record import answer_own_observation

BAND = "Training, nothing is sent"


@pytest.fixture
def hand(open_host: Callable[[Path], Any], tmp_path: Path) -> Any:
    """The window in training, at its first step."""
    made = open_host(tmp_path / "none")
    made.tap("Look around in training")
    made.job_done()
    assert "Step 1 of 8" in made.words()
    return made


def test_scenario_is_walked_by_touch_from_the_flash_to_the_panic(hand: Any) -> None:
    """Eight steps; after the panic the draft is closed and the lesson goes on."""
    answer_own_observation(hand)
    assert "Step 2 of 8" in hand.words()
    hand.tap("Seal this report")
    assert "Step 3 of 8" in hand.words()
    (said,) = [word for word in hand.words() if "This is practice" in word]
    assert "the case tells 30 to 50" in said
    hand.tap("Hide", 0)
    assert BAND not in hand.words()
    hand.tap("5")
    hand.come_back()
    assert "Step 4 of 8" in hand.words()
    hand.tap("Back to my reports")
    hand.tap("Full report")
    assert "Step 5 of 8" in hand.words()
    hand.tap("Back", 0)
    assert "Step 6 of 8" in hand.words()
    hand.double_tap("Hide")
    hand.come_back()
    assert "Step 7 of 8" in hand.words()
    assert [row.state for row in draft.list_drafts(hand.host.tablet)] == ["panicked"]
    hand.tap("Draft closed by panic")
    assert "Step 8 of 8" in hand.words()
    hand.tap("Back")
    hand.tap("Send")
    assert "You have done all steps" in hand.words()
    assert "Send now" not in [key.word_text for key in hand.pressable()]


def test_case_and_steps_are_told_and_steps_can_be_skipped(hand: Any) -> None:
    """One key away on every screen; the way back is the screen that was left."""
    hand.tap("Find")
    hand.tap("The case")
    assert any(word.startswith("Today before dawn you saw homes burn") for word in hand.words())
    hand.tap("Go on")
    assert "Type a word." in hand.words()
    hand.tap("Skip")
    assert "Step 2 of 8" in hand.words()
    assert "Type a word." in hand.words()


@pytest.mark.parametrize("word", ["Find", "Map", "Send", "Other kind", "Settings", "Flash", "Full report", "English"])
def test_band_stands_on_every_screen(hand: Any, word: str) -> None:
    """Whoever looks over a shoulder sees that it is not real."""
    hand.tap(word)
    assert BAND in hand.words()


def test_training_never_sends(hand: Any) -> None:
    """Neither from the window nor by the flow."""
    from fieldapp.sync.worker import sync

    asked: list[str] = []

    class Carrier:
        """Any use of it is a failure."""

        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise AssertionError(name)

    answer_own_observation(hand)
    hand.tap("Seal this report")
    hand.host.running.sending.start_sending()
    assert not hand.host.background.running
    with pytest.raises(errors.FirsthandError):
        sync(hand.host.tablet, Carrier(), lambda _progress: None)  # type: ignore[arg-type]
    assert asked == []


def test_leaving_deletes_it_and_coming_back_keeps_how_far_one_was(hand: Any) -> None:
    """The made-up tablet goes; the steps are kept until the window closes."""
    home = hand.host.tablet.home
    hand.tap("Skip")
    hand.tap("The case")
    hand.tap("Leave training")
    assert hand.host.tablet is None
    assert not home.exists()
    assert "Make this tablet ready" in hand.words()
    hand.tap("Look around in training")
    hand.job_done()
    assert "Step 2 of 8" in hand.words()
    hand.tap("Settings")
    hand.tap("The steps from the start")
    assert "Step 1 of 8" in hand.words()
