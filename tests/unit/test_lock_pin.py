"""The PIN of a session: five tries over a key that is only in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.pin import TRIES, PinLock, PinSpent, WeakPin, WrongPin, check_pin
from fieldapp.flows.unlock import Tablet
from firsthand import errors
from firsthand.protocol import suite
from tests.support.canary import find
from tests.support.locks import DURESS, copy, kdf_runs, unlock
from tests.support.tablets import ports

PIN, OTHER = "8305", "5038"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("pin"))[0]


@pytest.fixture
def made(home: Path) -> Iterator[Tablet]:
    with unlock(home) as tablet:
        yield tablet


# -- which PINs --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "weak",
    ["", "123", "123456789", "0000", "777777", "1234", "4321", "7890", "8901", "2109", "1212", "123123", "45674567",
     "1987", "2026", "1900", "2099", "24121990", "12241990", "19901224", "12a4", "12 34", "-1234", "1.50"],
)  # fmt: skip
def test_what_is_tried_first_or_is_no_pin_is_refused(weak: str) -> None:
    with pytest.raises(WeakPin):
        check_pin(weak)


@pytest.mark.parametrize("good", ["8305", "1357", "1899", "2100", "90210", "314159", "99991231", "13131990"])
def test_others_are_taken(good: str) -> None:
    assert check_pin(good) == good


@pytest.mark.parametrize("typed", ["٨٣٠٥", "۸۳۰۵", "8٣0۵", " 8305 "])
def test_digits_of_any_keyboard_are_one_pin(typed: str) -> None:
    assert check_pin(typed) == PIN


@given(st.text(max_size=12))
def test_no_text_crashes_the_check(text: str) -> None:
    try:
        digits = check_pin(text)
    except WeakPin:
        return
    assert 4 <= len(digits) <= 8
    assert set(digits) <= set("0123456789")
    assert check_pin(digits) == digits


# -- opening -----------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_the_pin_opens_what_was_open_again_and_again(home: Path, made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    for _ in range(2):
        with lock.open("٨٣٠٥", ports("pin")) as again:
            assert (again.device, again.decoy, again.home) == (made.device, False, home)
            assert len(again.reports()) == 2
    assert lock.left == TRIES


@pytest.mark.slow
def test_five_wrong_tries_drop_the_key_and_the_passphrase_still_opens(home: Path, made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    blob = lock._sealed
    assert len(blob) > 0
    for left in range(TRIES - 1, 0, -1):
        with pytest.raises(WrongPin) as caught:
            lock.open(OTHER, ports("pin"))
        assert (caught.value.left, caught.value.fields["left"], lock.left) == (left, left, left)
    with pytest.raises(PinSpent):
        lock.open(OTHER, ports("pin"))
    assert (lock.left, bytes(blob)) == (0, b"")
    with pytest.raises(PinSpent):
        lock.open(PIN, ports("pin"))
    unlock(home).close()


@pytest.mark.slow
def test_the_right_pin_gives_all_tries_back(made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    for _ in range(3):
        for _ in range(2):
            with pytest.raises(WrongPin):
                lock.open(OTHER, ports("pin"))
        lock.open(PIN, ports("pin")).close()


@pytest.mark.slow
def test_what_a_pin_cannot_be_is_a_try_too(made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    for typed in ("", "\ud800", "8305 8305"):
        with pytest.raises(WrongPin):
            lock.open(typed, ports("pin"))
    lock.open(PIN, ports("pin")).close()


@pytest.mark.slow
def test_a_tablet_that_is_open_elsewhere_costs_no_try(made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    with pytest.raises(errors.Busy):
        lock.open(PIN, ports("pin"))
    assert lock.left == TRIES
    made.close()
    lock.open(PIN, ports("pin")).close()


@pytest.mark.slow
def test_a_weak_pin_arms_nothing_and_costs_no_kdf(made: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    with kdf_runs(monkeypatch) as runs:
        with pytest.raises(WeakPin):
            PinLock.arm(made, "1234")
        assert runs == []
        PinLock.arm(made, PIN)
        assert len(runs) == 1


@pytest.mark.slow
def test_a_wiped_pin_opens_nothing(made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    lock.wipe()
    lock.wipe()
    with pytest.raises(PinSpent):
        lock.open(PIN, ports("pin"))


@pytest.mark.slow
def test_wiping_stops_a_try_that_already_runs(made: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    true = suite.passphrase_key

    def wiped_meanwhile(passphrase: str, salt: bytes, cost: suite.KdfCost) -> bytes:
        key = true(passphrase, salt, cost)
        lock.wipe()
        return key

    monkeypatch.setattr(suite, "passphrase_key", wiped_meanwhile)
    with pytest.raises(PinSpent):
        lock.open(PIN, ports("pin"))
    assert lock.left == 0


@pytest.mark.slow
def test_many_at_once_get_no_more_than_five_tries(made: Tablet) -> None:
    lock = PinLock.arm(made, PIN)
    made.close()
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            lock.open(OTHER, ports("pin"))
        except (WrongPin, PinSpent) as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("wrong-pin") == TRIES - 1
    assert outcomes.count("pin-spent") == len(threads) - TRIES + 1


@pytest.mark.slow
def test_a_pin_set_after_the_duress_passphrase_opens_what_that_opened(tmp_path: Path) -> None:
    home, _ = copy(tmp_path)
    with unlock(home, DURESS) as made:
        lock = PinLock.arm(made, PIN)
    with lock.open(PIN, ports("pin")) as again:
        assert again.decoy
        assert again.device == made.device


@pytest.mark.slow
def test_nothing_of_the_pin_is_on_the_disk(home: Path, made: Tablet) -> None:
    before = {path.name for path in home.iterdir()}
    lock = PinLock.arm(made, PIN)
    sealed = bytes(lock._sealed).hex()
    assert {path.name for path in home.iterdir()} == before
    assert find(home, [sealed]) == []
    assert PIN not in repr(lock)
