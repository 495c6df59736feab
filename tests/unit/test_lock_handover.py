"""Several officers on one tablet: own vaults, one open at a time, and a log of who had it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import handover
from fieldapp.flows.enrol import enrol
from fieldapp.flows.handover import HandoverEntry, Officer, add_officer, hand_over, log, officers, take
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.vault import DB_NAME, root
from firsthand import errors
from tests.support.canary import find
from tests.support.locks import DURESS, WRONG, copy, kdf_runs, unlock
from tests.support.tablets import NOW_S, PASSPHRASE, SetClock, as_json, example, mission, ports

pytestmark = pytest.mark.slow  # each opening costs a run of Argon2id

OTHERS = "window-paper-garden-silver-autumn-ladder"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Officer, Officer]]:
    """One tablet with two officers, locked."""
    home, _ = copy(tmp_path)
    second = add_officer(home, ports("second"))
    enrol(second, mission().invitation(), OTHERS, ports("other officer")).close()
    first, other = officers(home)
    yield first, other


def test_each_officer_has_a_vault_and_a_label_that_needs_no_key(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    assert root(other.home) == root(first.home) == first.home
    assert other.home.parent == first.home / "officers"
    assert officers(other.home) == shared
    with unlock(first.home) as one:
        assert first.label == one.mission.label != ""
        record(one, as_json(example()))
        before = {row.id for row in one.reports()}
    with unlock(other.home, OTHERS) as two:
        assert other.label == two.mission.label != first.label
        assert two.device != one.device
        assert not before & {row.id for row in two.reports()}


def test_a_tablet_without_a_vault_has_no_officer_and_the_first_one_stands_at_home(tmp_path: Path) -> None:
    assert officers(tmp_path / "none") == ()
    assert add_officer(tmp_path / "none", ports()) == tmp_path / "none"


def test_two_new_officers_get_two_folders(shared: tuple[Officer, Officer]) -> None:
    drawn = {add_officer(shared[1].home, ports(seed)) for seed in ("a", "b")}
    assert len(drawn) == 2
    assert all(path.parent == shared[0].home / "officers" and not path.exists() for path in drawn)


def test_an_interrupted_enrolment_or_a_stray_file_is_no_officer(shared: tuple[Officer, Officer]) -> None:
    folder = shared[0].home / "officers"
    (folder / "0000").mkdir()
    (folder / "note.txt").touch()
    assert officers(folder.parent) == shared


def test_one_vault_of_a_tablet_is_open_at_a_time(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    with unlock(first.home):
        with pytest.raises(errors.Busy):
            unlock(other.home, OTHERS)
        with pytest.raises(errors.Busy):
            enrol(add_officer(first.home, ports("x")), mission().invitation(), OTHERS, ports("third"))
    with unlock(other.home, OTHERS), pytest.raises(errors.Busy):
        unlock(first.home)


def test_handing_over_locks_and_is_written_down_on_both_sides(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    clock = SetClock()
    made = unlock(first.home, clock=clock)
    giver = hand_over(made, other.label)
    assert giver == first.label
    with pytest.raises(errors.Locked):
        made.reports()
    clock.at_s += 60
    taken = take(other, OTHERS, ports("take", clock), giver)
    assert log(taken) == (HandoverEntry(NOW_S + 60, first.label, other.label),)
    clock.at_s += 60
    back = take(first, PASSPHRASE, ports("back", clock), hand_over(taken, first.label))
    assert log(back) == (
        HandoverEntry(NOW_S, first.label, other.label),
        HandoverEntry(NOW_S + 120, other.label, first.label),
    )
    back.close()
    assert find(first.home, ["handover"]) == []


def test_a_hand_over_costs_one_run_of_the_kdf(shared: tuple[Officer, Officer], monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = shared
    made = unlock(first.home)
    with kdf_runs(monkeypatch) as runs:
        take(other, OTHERS, ports("take"), hand_over(made, other.label)).close()
    assert len(runs) == 1


def test_who_does_not_know_the_passphrase_takes_nothing(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    giver = hand_over(unlock(first.home), other.label)
    with pytest.raises(errors.WrongPassphrase):
        take(other, WRONG, ports("take"), giver)
    with unlock(other.home, OTHERS) as two:
        assert log(two) == ()


def test_the_log_of_the_duress_workspace_is_its_own(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    hand_over(unlock(first.home), other.label)
    with unlock(first.home, DURESS) as made:
        assert log(made) == ()
        assert officers(made.home) == shared


def test_a_damaged_entry_or_count_loses_no_other(shared: tuple[Officer, Officer]) -> None:
    first, other = shared
    for _ in range(3):
        hand_over(unlock(first.home), other.label)
    with unlock(first.home) as made:
        count = made.vault.named("state", b"handovers")
        middle = handover._row_id(made, 1)
    with sqlite3.connect(first.home / DB_NAME) as conn:
        conn.execute("update state set sealed = x'00' where id in (?, ?)", (count, middle))
    conn.close()
    with unlock(first.home) as made:
        assert len(log(made)) == 2
    hand_over(unlock(first.home), other.label)
    with unlock(first.home) as made:
        assert len(log(made)) == 3


def test_a_full_disk_locks_all_the_same(shared: tuple[Officer, Officer], monkeypatch: pytest.MonkeyPatch) -> None:
    made = unlock(shared[0].home)

    def full(*_: object) -> None:
        raise errors.DiskFull

    monkeypatch.setattr(handover, "_append", full)
    with pytest.raises(errors.DiskFull):
        hand_over(made, "x")
    with pytest.raises(errors.Locked):
        made.reports()
    with take(shared[1], OTHERS, ports("take"), "x") as taken:
        assert isinstance(taken, Tablet)


@given(
    content=st.one_of(st.binary(max_size=600), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
)
def test_whatever_stands_in_a_label_file_is_a_line_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("label")
    (folder / "label").write_bytes(content)
    label = handover._label(folder)
    assert label == "" or (label.isprintable() and label.encode() == content)
