"""The lock by touch: auto-lock, PIN, panic, second passphrase, officers; by a clock that the test moves."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import draft, handover
from fieldapp.flows.enrol import enrol
from fieldapp.flows.unlock import Tablet
from tests.support import tablets
from tests.support.tablets import PASSPHRASE

SECOND = "velvet-anchor-meadow-thunder-pepper-island"
PIN = "2846"


@cache
def template() -> Path:
    """A tablet's vault without a report; never opened in place."""
    base = Path(tempfile.mkdtemp(prefix="firsthand-test-gui-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    with tablets.tablet(base) as made:
        return made.home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A tablet's vault, closed."""
    return Path(shutil.copytree(template(), tmp_path / "home"))


@pytest.fixture
def hand(open_host: Callable[[Path], Any], home: Path) -> Iterator[Any]:
    """The window on that vault, opened with the passphrase."""
    made = open_host(home)
    unlock(made, PASSPHRASE)
    yield made


def unlock(hand: Any, phrase: str) -> None:
    hand.type(phrase)
    hand.tap("Open")
    hand.job_done()


def set_pin(hand: Any, digits: str = PIN) -> None:
    hand.tap("Settings")
    hand.tap("PIN")
    for _ in range(2):
        for digit in digits:
            hand.tap(digit)
        hand.tap("Next" if "Choose a PIN" in hand.words() else "Set the PIN")
    hand.job_done()
    hand.tap("Done")


def go_idle(hand: Any, seconds: float) -> None:
    hand.clock.run += seconds
    hand.host._idle(0)
    hand.frames()


def draft_on_screen(hand: Any) -> None:
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Looting")


def test_a_minute_without_touch_locks_and_the_draft_is_saved(hand: Any) -> None:
    """Not before; a key counts as a touch; what was typed a moment ago is in the draft."""
    draft_on_screen(hand)
    go_idle(hand, 58)
    assert hand.host.tablet is not None
    hand.host._key_down(None, 97, 0, "a", [])
    go_idle(hand, 58)
    assert hand.host.tablet is not None
    go_idle(hand, 3)
    assert hand.host.tablet is None
    assert "Passphrase" in hand.words()
    assert not {"Looting", "My reports", "Firsthand"} & set(hand.words())
    unlock(hand, PASSPHRASE)
    assert [row.word_text for row in hand.rows()] == ["Looting"]


def test_training_does_not_lock_by_itself(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """A class listens longer than a minute."""
    hand = open_host(tmp_path / "none")
    hand.tap("Look around in training")
    hand.job_done()
    go_idle(hand, 3600)
    assert hand.host.tablet is not None


def test_pin_opens_again_and_five_errors_leave_the_passphrase_only(hand: Any) -> None:
    """Tries are told in words and go down; after the last one the PIN is gone."""
    set_pin(hand)
    hand.tap("Lock")
    assert "5 tries left, then the passphrase" in hand.words()
    for digit in PIN:
        hand.tap(digit)
    hand.tap("Open")
    hand.job_done()
    assert "My reports" in hand.words()
    go_idle(hand, 61)
    for left in (4, 3, 2, 1):
        for digit in "9517":
            hand.tap(digit)
        hand.tap("Open")
        hand.job_done()
        tries = "try" if left == 1 else "tries"
        assert f"{left} {tries} left, then the passphrase" in hand.words()
    for digit in "9517":
        hand.tap(digit)
    hand.tap("Open")
    hand.job_done()
    assert hand.host.pin is None
    assert "Passphrase" in hand.words()
    unlock(hand, PASSPHRASE)
    assert "My reports" in hand.words()


def test_pin_is_typed_on_a_real_keyboard_too(hand: Any) -> None:
    """Digits, backspace and Enter; everything else goes its way."""
    set_pin(hand)
    hand.tap("Lock")
    for digit in (*PIN, "7"):
        assert hand.host._key_down(None, ord(digit), 0, digit, [])
    assert hand.host._key_down(None, 8, 0, None, [])
    assert not hand.host._key_down(None, ord("x"), 0, "x", [])
    assert hand.host._key_down(None, 13, 0, None, [])
    hand.job_done()
    assert "My reports" in hand.words()
    assert not hand.host._key_down(None, ord("2"), 0, "2", [])


def test_weak_and_differing_pins_are_refused_and_a_pin_can_be_removed(hand: Any) -> None:
    """In words, on the page where they are typed."""
    hand.tap("Settings")
    hand.tap("PIN")
    for digit in "1234":
        hand.tap(digit)
    hand.tap("Next")
    assert "The same once more" not in hand.words()
    for digits in (PIN, "9517"):
        for digit in digits:
            hand.tap(digit)
        hand.tap("Next" if digits == PIN else "Set the PIN")
    assert "The two are not the same. Begin again." in hand.words()
    hand.tap("Back")
    hand.tap("Done")
    set_pin(hand)
    hand.tap("Settings")
    hand.tap("PIN")
    hand.tap("Remove the PIN")
    hand.tap("Done")
    hand.tap("Lock")
    assert "Passphrase" in hand.words()


def test_passphrase_instead_of_the_pin_forgets_the_pin(hand: Any) -> None:
    """Another passphrase may have opened another workspace: the old PIN must not lead back."""
    set_pin(hand)
    hand.tap("Lock")
    hand.tap("Use the passphrase")
    unlock(hand, PASSPHRASE)
    assert hand.host.pin is None


@pytest.mark.parametrize("page", ["home", "flash", "Find", "Settings"])
def test_double_tap_on_hide_is_panic_from_every_page(hand: Any, home: Path, page: str) -> None:
    """Cover, keys and PIN gone, drafts closed; said only after the next unlocking."""
    draft_on_screen(hand)
    if page != "flash":
        hand.tap("Back", 0)
        if page != "home":
            hand.tap(page)
    hand.double_tap("Hide")
    assert hand.host.tablet is None
    assert "Units" in hand.words()
    hand.come_back()
    assert "Passphrase" in hand.words()
    assert not any("closed by panic" in word for word in hand.words())
    unlock(hand, PASSPHRASE)
    assert any("1 draft was closed by panic." in word for word in hand.words())
    (row,) = hand.rows()
    assert (row.word_text, row.row.state) == ("Draft closed by panic", "needs")
    hand.tap("Draft closed by panic")
    assert "1 draft was closed by panic." in hand.words()
    assert "Open with the custodian’s file" in [key.word_text for key in hand.pressable()]
    hand.host.close()
    with Tablet.open(home, PASSPHRASE, tablets.ports()) as opened:
        assert [each.state for each in draft.list_drafts(opened)] == ["panicked"]


def key(name: str, code: int) -> None:
    """A key event as the window's library sends it."""
    from kivy.core.window import Window

    arguments = (code, 0, None, []) if name == "on_key_down" else (code, 0)
    Window.dispatch(name, *arguments)


@pytest.mark.parametrize("code", [24, 25, 0x40000080, 0x40000081])
@pytest.mark.parametrize("repeats", [True, False])
def test_volume_key_held_for_a_second_is_panic_and_a_short_press_is_nothing(
    hand: Any, home: Path, code: int, repeats: bool
) -> None:
    """By the moved clock: while it repeats, or at the latest when it is let go; the cover page comes with it."""
    draft_on_screen(hand)
    key("on_key_down", code)
    hand.clock.run += 0.9
    key("on_key_up", code)
    hand.clock.run += 5
    key("on_key_down", code)
    hand.clock.run += 0.5
    key("on_key_down", code)
    hand.frames()
    assert hand.host.tablet is not None
    assert not hand.host.hidden
    hand.clock.run += 0.5
    key("on_key_down" if repeats else "on_key_up", code)
    hand.frames()
    assert hand.host.tablet is None
    assert "Units" in hand.words()
    key("on_key_up", code)
    hand.clock.run += 1
    hand.come_back()
    assert "Passphrase" in hand.words()
    hand.host.close()
    with Tablet.open(home, PASSPHRASE, tablets.ports()) as opened:
        assert [each.state for each in draft.list_drafts(opened)] == ["panicked"]


def test_volume_key_is_panic_behind_the_cover_page_too(hand: Any, home: Path) -> None:
    """Covered first, then held."""
    draft_on_screen(hand)
    hand.tap("Hide")
    key("on_key_down", 25)
    hand.clock.run += 1.1
    key("on_key_down", 25)
    assert hand.host.tablet is None
    key("on_key_up", 25)
    hand.host.close()
    with Tablet.open(home, PASSPHRASE, tablets.ports()) as opened:
        assert [each.state for each in draft.list_drafts(opened)] == ["panicked"]


def test_panic_works_from_the_lock_page_and_wipes_the_pin(hand: Any, home: Path) -> None:
    """No key is needed for it."""
    draft_on_screen(hand)
    hand.tap("Back", 0)
    set_pin(hand)
    hand.tap("Lock")
    hand.double_tap("Hide", 1)
    assert hand.host.pin is None
    hand.come_back()
    assert "Passphrase" in hand.words()
    hand.host.close()
    with Tablet.open(home, PASSPHRASE, tablets.ports()) as opened:
        assert [each.state for each in draft.list_drafts(opened)] == ["panicked"]


def test_single_tap_covers_and_a_slow_second_tap_is_none(hand: Any) -> None:
    """After the grace the keys go by themselves, and the way back asks for the passphrase."""
    hand.tap("Hide", 0)
    hand.tap("5")
    assert hand.host.tablet is not None
    hand.host.lock()
    hand.come_back()
    assert "Passphrase" in hand.words()


def test_custodians_file_opens_closed_drafts(hand: Any, tmp_path: Path) -> None:
    """A file that is none, or is not there, says so and changes nothing; the right one opens the draft as it was."""
    from tests.unit.test_panic import halves_at_the_desk, return_file

    draft_on_screen(hand)
    hand.double_tap("Hide")
    hand.come_back()
    unlock(hand, PASSPHRASE)
    hand.tap("Draft closed by panic")
    hand.tap("Open with the custodian’s file")
    tablet = hand.host.tablet
    wrong, right = tmp_path / "wrong.bin", tmp_path / "right.bin"
    wrong.write_bytes(b"nothing of the kind")
    right.write_bytes(return_file(tablet, halves_at_the_desk(tablet)))
    for path in (wrong, tmp_path / "missing.bin"):
        hand.type(str(path))
        hand.tap("Open")
        assert "Where is the custodian’s file?" in hand.words()
        assert [each.state for each in draft.list_drafts(tablet)] == ["panicked"]
    hand.type(str(right))
    hand.tap("Open")
    assert "1 draft is open again." in hand.words()
    hand.tap("Back to my reports")
    hand.tap("Looting")
    assert "Flash" in hand.words()


def second_page(hand: Any) -> list[str]:
    hand.tap("Settings")
    hand.tap("Second passphrase")
    return list(hand.words())


def test_second_passphrase_opens_another_workspace_and_its_page_tells_nothing(hand: Any) -> None:
    """The page and the settings say the same before, after, and inside the other workspace."""
    draft_on_screen(hand)
    hand.tap("Back", 0)
    before = second_page(hand)
    hand.type(PASSPHRASE, SECOND, SECOND)
    hand.tap("Set it")
    hand.job_done()
    assert "It is set." in hand.words()
    hand.tap("Back")
    settings = [word for word in hand.words() if "anoe" not in word]
    hand.tap("Done")
    assert second_page(hand) == before
    hand.tap("Back")
    hand.tap("Done")
    hand.tap("Lock")
    unlock(hand, SECOND)
    assert "My reports" in hand.words()
    assert "Looting" not in [row.word_text for row in hand.rows()]
    assert hand.host.running._rows().counts["all"] > 0  # it looks used
    inside = second_page(hand)
    assert inside == before
    hand.tap("Back")
    others = [word for word in hand.words() if "anoe" not in word]
    assert len(others) == len(settings)
    assert sum(a != b for a, b in zip(others, settings, strict=True)) <= 1  # the six words of its own key
    hand.tap("Done")
    hand.tap("Lock")
    unlock(hand, PASSPHRASE)
    assert "Looting" not in [row.word_text for row in hand.rows()]  # it closed the drafts, as panic does
    assert "Draft closed by panic" in [row.word_text for row in hand.rows()]


def test_second_passphrase_needs_the_present_one_and_both_alike(hand: Any) -> None:
    """Nothing is set, and the page says why."""
    second_page(hand)
    hand.type(PASSPHRASE, SECOND, SECOND + "s")
    hand.tap("Set it")
    assert "The two are not the same yet." in hand.words()
    hand.type("not the right words at all", SECOND, SECOND)
    hand.tap("Set it")
    hand.job_done()
    assert "It is set." not in hand.words()


def test_tablet_goes_to_another_officer_and_both_logs_say_so(hand: Any, home: Path) -> None:
    """Own vault, own passphrase; the log is read in the settings."""
    other = handover.add_officer(home, tablets.ports("other"))
    hand.tap("Lock")
    enrol(other, tablets.mission().invitation(), SECOND, tablets.ports("other officer")).close()
    unlock(hand, PASSPHRASE)
    labels = [each.label for each in handover.officers(home)]
    hand.tap("Settings")
    hand.tap("Officers")
    hand.tap(labels[1])
    assert labels[1] in hand.words()
    assert hand.host.tablet is None
    unlock(hand, SECOND)
    assert hand.host.tablet.mission.label == labels[1]
    hand.tap("Settings")
    hand.tap("Hand-over log")
    assert f"{labels[0]} gave it to {labels[1]}" in hand.words()
    hand.tap("Settings")
    hand.tap("Done")
    hand.tap("Lock")
    hand.tap("Another officer")
    hand.tap(labels[0])
    unlock(hand, PASSPHRASE)
    assert hand.host.tablet.mission.label == labels[0]


def test_adding_an_officer_can_be_left_again(hand: Any, home: Path) -> None:
    """Back from the invitation is the lock page of who was there before, and no folder is left."""
    hand.tap("Settings")
    hand.tap("Officers")
    hand.tap("Add an officer")
    assert hand.host.tablet is None
    hand.tap("Back")
    assert "Passphrase" in hand.words()
    assert hand.host.home_dir == home
    assert len(handover.officers(home)) == 1


def test_screenshots_are_blocked_while_a_vault_is_open(hand: Any) -> None:
    """And allowed again when it is closed; sensors rest."""
    asked: list[bool] = []
    hand.host.device.block_screenshots = lambda blocked: asked.append(blocked) or True
    hand.tap("Lock")
    assert asked == [False]
    unlock(hand, PASSPHRASE)
    assert asked == [False, True]


def test_sending_goes_on_behind_the_cover_when_nobody_touches(hand: Any) -> None:
    """A job is not cut off by the auto-lock, but what is on the screen is; whoever comes back meets the lock."""
    hand.host.background.running = True
    go_idle(hand, 61)
    assert "Units" in hand.words()
    assert hand.host.tablet is not None
    hand.host.background.running = False
    hand.come_back()
    assert "Passphrase" in hand.words()
    assert hand.host.tablet is None


def test_closing_the_window_on_any_page_drops_the_keys(hand: Any) -> None:
    """Hidden, then rotated, then closed."""
    hand.tap("Hide", 0)
    hand.host.size = (800, 1280)
    hand.frames()
    hand.host.size = (1280, 800)
    hand.host.close()
    assert hand.host.tablet is None


def test_openings_of_pages_leave_nothing_of_the_vault_on_the_lock_page(hand: Any) -> None:
    """The words of the lock page are the same with and without reports."""
    hand.tap("Lock")
    empty = list(hand.words())
    unlock(hand, PASSPHRASE)
    draft_on_screen(hand)
    go_idle(hand, 61)
    assert list(hand.words()) == empty


def test_admitting_over_the_cover_stays_covered(hand: Any) -> None:
    """A vault that opens while the cover is up shows nothing until one comes back."""
    hand.tap("Lock")
    hand.type(PASSPHRASE)
    hand.tap("Open")
    hand.tap("Hide", 0)
    hand.job_done()
    assert "Units" in hand.words()
    hand.come_back()
    assert "My reports" in hand.words()
