"""Panic closes every draft at once and destroys none; the custodian's file opens them again, once."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import draft, panic
from fieldapp.flows.draft import DraftId
from fieldapp.flows.panic import ReturnSpent, panic_closed, panicked, restore
from fieldapp.flows.seal import seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.worker import sync
from fieldapp.vault import vault
from fieldapp.vault.records import State
from fieldapp.vault.store import Store
from fieldapp.vault.vault import DB_NAME
from firsthand import errors
from firsthand.protocol import envelope
from firsthand.protocol import panic as wire
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret, sealed_file_open
from sync_server.desk.opening import Outcome, Sealed, open_object
from tests.support.locks import copy, unlock
from tests.support.tablets import PASSPHRASE, MemoryRelay, example, mission, ports, tablet


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        yield own


def written(made: Tablet, kind: str = "incident") -> DraftId:
    draft_id = draft.start(made, kind)
    draft.save(made, draft_id, example())
    return draft_id


def again(made: Tablet) -> Tablet:
    made.close()
    return Tablet.open(made.home, PASSPHRASE, made.ports)


def states(made: Tablet) -> dict[bytes, str]:
    return {row.id: row.state for row in draft.list_drafts(made)}


def custodian_desk() -> SigningKey:
    """The signing key of the custodian's desk, as its folder holds it."""
    from firsthand.protocol import cbor

    blob = (mission().folder.path / "desks" / "custodian" / "keys.sealed").read_bytes()
    value = cbor.decode(sealed_file_open(PASSPHRASE, blob, "desk"))
    assert isinstance(value, dict)
    return SigningKey.from_seed(value["sign_seed"])


def halves_at_the_desk(made: Tablet) -> list[wire.Half]:
    """What the custodian's desk makes of all panic envelopes: (draft id, b)."""
    secret = mission().role_secret("custodian")
    found = []
    for item in made.custody.items():
        if item.kind != wire.ENVELOPE_TYPE:
            continue
        sealed = made.custody.envelope(made.custody.row_id(item.object_hash))
        opened = envelope.open_slot(sealed, made.policy.roles.index("custodian"), [secret])
        opened.authenticate(made.keyring.signer.public)
        for draft_id, half in wire.parse_envelope_part(opened.parts["identities"]):
            found.append((draft_id, wire.half_open(secret, made.device, draft_id, half)))
    return found


def return_file(made: Tablet, halves: list[wire.Half], desk: SigningKey | None = None) -> bytes:
    return wire.return_file(desk or custodian_desk(), made.keyring.kem.public(), made.device, halves)


# -- closing -----------------------------------------------------------------------------------------------
def test_a_drafts_key_stands_nowhere_in_one_piece(made: Tablet) -> None:
    draft_id = written(made)
    key = panic.draft_key(made, draft_id)
    row: Any = made.vault.get("keyring", draft_id)
    half: Any = made.vault.get("halves", draft_id)
    assert set(row) == {"a", "c"}
    assert key not in (row["a"], half)
    assert bytes(x ^ y for x, y in zip(row["a"], half, strict=True)) == key
    assert wire.half_open(mission().role_secret("custodian"), made.device, draft_id, row["c"]) == half


def test_a_panic_closes_every_draft_and_nothing_of_them_opens_any_more(made: Tablet) -> None:
    ids = [written(made), written(made, "flash")]
    sealed = seal_draft(made, written(made))
    assert panic.panic(made) == 2
    assert panicked(made) == 2
    assert states(made) == dict.fromkeys(ids, "panicked")
    for draft_id in ids:
        for question in (draft.load, draft.read, seal_draft):
            with pytest.raises(errors.Panicked):
                question(made, draft_id)
        with pytest.raises(errors.Panicked):
            draft.save(made, draft_id, example())
    assert [row.id for row in made.reports()] == [sealed]
    assert panic.panic(made) == 0
    fresh = written(made)
    assert draft.load(made, fresh) == example()


def test_it_is_one_statement_that_deletes(made: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    written(made)
    statements: list[str] = []
    true = sqlite3.connect

    def connect(*args: object, **named: object) -> sqlite3.Connection:
        conn: sqlite3.Connection = true(*args, **named)  # type: ignore[call-overload]
        conn.set_trace_callback(statements.append)
        return conn

    monkeypatch.setattr(sqlite3, "connect", connect)
    panic.panic(made)
    changing = [each for each in statements if each.lower().startswith(("delete", "update", "insert"))]
    assert changing == ['delete from "halves"']


def test_no_half_is_left_in_any_file(made: Tablet) -> None:
    draft_id = written(made)
    sealed = made.vault._store.get("halves", draft_id)
    assert sealed is not None
    panic.panic(made)
    made.close()
    left = b"".join(path.read_bytes() for path in made.home.iterdir() if path.is_file())
    assert not any(sealed[at : at + 32] in left for at in range(0, len(sealed) - 32, 16))


def test_a_locked_tablet_is_closed_without_any_key(made: Tablet) -> None:
    draft_id = written(made)
    made.close()
    panic_closed(made.home)
    panic_closed(made.home)
    with Tablet.open(made.home, PASSPHRASE, made.ports) as after:
        assert states(after) == {draft_id: "panicked"}


def test_a_folder_without_a_vault_has_nothing_to_close(tmp_path: Path) -> None:
    panic_closed(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_it_does_not_wait_for_a_job_that_holds_the_session(made: Tablet) -> None:
    """A long seal or sync in another thread keeps the guard; the panic goes past it."""
    draft_id = written(made)
    holds, done = threading.Event(), threading.Event()

    def job() -> None:
        with made.vault.guard:
            holds.set()
            done.wait(60)

    thread = threading.Thread(target=job)
    thread.start()
    try:
        assert holds.wait(60)
        assert panic.panic(made) == 1
        assert not done.is_set()
    finally:
        done.set()
        thread.join()
    assert states(made) == {draft_id: "panicked"}


def test_a_save_that_comes_after_it_loses_nothing_and_opens_nothing(made: Tablet) -> None:
    """The key was read before, the row is written after: what it says comes back with the half."""
    draft_id = written(made)
    key, kept = panic.draft_key(made, draft_id), draft.read(made, draft_id)
    panic.panic(made)
    with made.vault.write():
        draft._put(made, draft_id, key, example() | {"note": "later"}, kept.erase_key)
    assert states(made) == {draft_id: "panicked"}
    made = again(made)
    assert restore(made, return_file(made, halves_at_the_desk(made))) == 1
    assert draft.load(made, draft_id)["note"] == "later"
    made.close()


def test_discarding_or_sealing_leaves_no_half_behind(made: Tablet) -> None:
    draft.discard(made, written(made))
    seal_draft(made, written(made))
    assert made.vault.ids("halves") == []
    closed = written(made)
    panic.panic(made)
    draft.discard(made, closed)
    assert panicked(made) == 0


def test_damage_is_not_taken_for_panic(made: Tablet) -> None:
    one, other, third = written(made), written(made), written(made)
    with made.vault.write():
        made.vault._store.put("halves", one, b"x" * 100)
        made.vault._store.put("keyring", other, b"x" * 100)
        made.vault.put("keyring", third, {"a": b"short", "c": b""})
    assert states(made) == dict.fromkeys([one, other, third], "damaged")
    assert panicked(made) == 0


def test_a_mission_without_a_custodian_leaves_the_half_with_another_role(made: Tablet) -> None:
    roles = tuple(dataclasses.replace(role, name=f"x_{role.name}") for role in made.directory.roles)
    made.directory = dataclasses.replace(made.directory, roles=roles)
    draft_id = written(made)
    first = next(role for role in mission().folder.path.joinpath("desks").iterdir())
    assert first.exists()
    row: Any = made.vault.get("keyring", draft_id)
    secret = mission().role_secret(roles[0].name.removeprefix("x_"))
    assert wire.half_open(secret, made.device, draft_id, row["c"]) == made.vault.get("halves", draft_id)


# -- telling -----------------------------------------------------------------------------------------------
def test_the_next_opening_sends_the_halves_to_the_custodian_once(made: Tablet) -> None:
    ids = {written(made), written(made)}
    panic.panic(made)
    for _ in range(2):
        made = again(made)
        items = [item for item in made.custody.items() if item.kind == "panic"]
        assert [item.state for item in items] == [State.SEALED]
        assert {draft_id for draft_id, _ in halves_at_the_desk(made)} == ids
    assert made.reports() == []
    third = written(made)
    panic.panic(made)
    made = again(made)
    assert len([item for item in made.custody.items() if item.kind == "panic"]) == 2
    assert {draft_id for draft_id, _ in halves_at_the_desk(made)} == ids | {third}
    result = sync(made, MemoryRelay(), lambda _: None)
    assert result.waiting == 0
    made.close()


def test_only_the_custodian_gets_halves_and_no_desk_takes_them_for_a_report(made: Tablet) -> None:
    written(made)
    panic.panic(made)
    made = again(made)
    item = made.custody.items()[-1]
    data = made.custody.envelope(made.custody.row_id(item.object_hash))
    sealed = Sealed(0, item.object_hash, item.tag, data)
    found = {
        role: open_object(sealed, slot, [mission().role_secret(role)], {made.device: made.keyring.signer.public})
        for slot, role in enumerate(made.policy.roles)
    }
    assert {role: each.outcome for role, each in found.items()} == {
        "risk_cell": Outcome.NOT_GRANTED,
        "focal_point": Outcome.NOT_GRANTED,
        "hr_section": Outcome.OTHER,
        "custodian": Outcome.OTHER,
    }
    assert found["custodian"].proven
    assert (found["custodian"].type, found["custodian"].granted) == ("panic", 0b100)
    assert found["hr_section"].granted == 0
    made.close()


def test_more_drafts_than_an_envelope_holds_travel_in_several(made: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {draft.start(made, "flash") for _ in range(5)}
    panic.panic(made)
    monkeypatch.setattr(panic, "_ENVELOPE_HALVES", 2)
    made = again(made)
    assert len([item for item in made.custody.items() if item.kind == "panic"]) == 3
    assert {draft_id for draft_id, _ in halves_at_the_desk(made)} == ids
    made.close()


def test_a_full_envelope_of_halves_can_be_sealed(made: Tablet) -> None:
    for _ in range(panic._ENVELOPE_HALVES):
        draft.start(made, "flash")
    panic.panic(made)
    made = again(made)
    assert len(halves_at_the_desk(made)) == panic._ENVELOPE_HALVES
    made.close()


# -- returning ---------------------------------------------------------------------------------------------
@pytest.fixture
def closed(made: Tablet) -> Iterator[tuple[Tablet, DraftId]]:
    draft_id = written(made)
    panic.panic(made)
    after = again(made)
    yield after, draft_id
    after.close()


def test_the_custodians_file_opens_them_again(closed: tuple[Tablet, DraftId]) -> None:
    made, draft_id = closed
    data = return_file(made, halves_at_the_desk(made))
    assert restore(made, data) == 1
    assert panicked(made) == 0
    assert draft.load(made, draft_id) == example()
    draft.save(made, draft_id, example())
    assert restore(made, data) == 0, "all of it is open already"
    made = again(made)
    seal_draft(made, draft_id)
    made.close()


def test_a_file_opens_one_panic_and_not_the_next(closed: tuple[Tablet, DraftId]) -> None:
    made, draft_id = closed
    old = return_file(made, halves_at_the_desk(made))
    restore(made, old)
    panic.panic(made)
    made = again(made)
    with pytest.raises(ReturnSpent):
        restore(made, old)
    assert states(made) == {draft_id: "panicked"}
    newest = halves_at_the_desk(made)[-1]
    assert restore(made, return_file(made, [newest])) == 1
    assert draft.load(made, draft_id) == example()
    made.close()


def test_a_file_for_some_of_them_opens_some(made: Tablet) -> None:
    ids = [written(made), written(made), written(made)]
    panic.panic(made)
    draft.discard(made, ids[0])
    made = again(made)
    halves = halves_at_the_desk(made)
    wrong = [(draft_id, b"w" * 32) if draft_id == ids[2] else (draft_id, half) for draft_id, half in halves]
    strange = (b"s" * 16, b"t" * 32)
    assert restore(made, return_file(made, [*wrong, (ids[0], b"g" * 32), strange])) == 1
    assert states(made) == {ids[1]: "open", ids[2]: "panicked"}
    made.close()


def hurt_files(made: Tablet, data: bytes) -> Iterator[tuple[bytes, type[errors.FirsthandError]]]:
    stranger = KemSecret.from_seed(b"o" * 32)
    halves = halves_at_the_desk(made)
    yield data[:-1], errors.Malformed
    yield data[: len(data) // 2] + b"\0" + data[len(data) // 2 + 1 :], errors.Malformed
    yield b"", errors.Malformed
    yield json.dumps({"halves": []}).encode(), errors.Malformed
    yield wire.return_file(custodian_desk(), stranger.public(), made.device, halves), errors.NotForUs
    yield wire.return_file(custodian_desk(), made.keyring.kem.public(), b"d" * 16, halves), errors.NotForUs
    yield return_file(made, halves, SigningKey.from_seed(b"n" * 32)), errors.BadSignature
    yield return_file(made, [(halves[0][0], b"w" * 32)]), ReturnSpent


def test_a_cut_strange_or_false_file_is_refused_and_changes_nothing(closed: tuple[Tablet, DraftId]) -> None:
    made, draft_id = closed
    data = return_file(made, halves_at_the_desk(made))
    rows = [made.vault.get("keyring", draft_id), made.vault.find("halves", draft_id)]
    for hurt, error in hurt_files(made, data):
        with pytest.raises(error):
            restore(made, hurt)
        assert [made.vault.get("keyring", draft_id), made.vault.find("halves", draft_id)] == rows
    assert restore(made, data) == 1


def test_another_roles_desk_cannot_give_a_half_back(closed: tuple[Tablet, DraftId]) -> None:
    made, _ = closed
    halves = halves_at_the_desk(made)
    desks = tuple(desk for desk in made.directory.desks if desk.role != "custodian")
    made.directory = dataclasses.replace(made.directory, desks=desks)
    with pytest.raises(errors.BadSignature):
        restore(made, return_file(made, halves))


# -- dying in between ----------------------------------------------------------------------------------------
class Killed(BaseException):
    """The process ends here."""


def dies_at(step: int, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Runs `work` and ends it before its n-th write to a store; whether it came so far."""
    counter = itertools.count()

    def dying(true: Callable[..., object]) -> Callable[..., object]:
        def called(*args: object) -> object:
            if next(counter) == step:
                raise Killed
            return true(*args)

        return called

    with monkeypatch.context() as patched:
        for name in ("put", "delete", "clear", "shrink_log"):
            patched.setattr(Store, name, dying(getattr(Store, name)))
        try:
            work()
        except Killed:
            return True
    return False


def killing_steps(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> Iterator[int]:
    """Runs `work` again and again, dying before its first, second, ... write; ends with a whole run."""
    for step in itertools.count():
        died = dies_at(step, work, monkeypatch)
        yield step
        if not died:
            return


def whole(made: Tablet, draft_id: DraftId) -> str:
    """The one state that the draft is in; open means readable, panicked means that its half is gone."""
    state = states(made)[draft_id]
    if state == "open":
        assert draft.load(made, draft_id) == example()
        assert made.vault.find("halves", draft_id) is not None
    else:
        assert state == "panicked"
        assert made.vault.find("halves", draft_id) is None
    return state


@pytest.mark.slow
def test_wherever_it_dies_a_draft_is_open_or_closed_and_the_custodian_can_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, draft_id = copy(tmp_path)
    seen = set()
    with unlock(home) as made:
        for step in killing_steps(monkeypatch, lambda: panic.panic(made)):
            seen.add((step, whole(made, draft_id)))
        assert (0, "open") in seen
        assert whole(made, draft_id) == "panicked"
        for _ in killing_steps(monkeypatch, lambda: panic.tell_custodian(made)):
            made.finish_undoing()
            assert whole(made, draft_id) == "panicked"
        halves = dict(halves_at_the_desk(made))
        data = return_file(made, list(halves.items()))
        for _ in killing_steps(monkeypatch, lambda: restore(made, data)):
            assert whole(made, draft_id) in {"open", "panicked"}
        assert whole(made, draft_id) == "open"


@pytest.mark.slow
def test_starting_a_draft_leaves_all_of_it_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, first = copy(tmp_path)
    with unlock(home) as made:
        for _ in killing_steps(monkeypatch, lambda: draft.start(made, "flash")):
            ids = [set(made.vault.ids(table)) for table in ("drafts", "halves")]
            assert ids[0] == ids[1]
            assert set(states(made).values()) == {"open"}
        assert len(states(made)) == 2
        assert first in states(made)


def test_a_store_that_another_program_holds_is_busy_and_nothing_is_half_done(
    made: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = written(made)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **named: connect(*args, **named | {"timeout": 0.05}))
    holder = connect(made.home / DB_NAME, isolation_level=None)
    holder.execute("begin immediate")
    try:
        with pytest.raises(errors.Busy):
            panic.panic(made)
    finally:
        holder.execute("rollback")
        holder.close()
    assert states(made) == {draft_id: "open"}
    assert vault.erase_halves(made.home) == 1


def test_ports_give_every_draft_other_halves(made: Tablet) -> None:
    ids = [written(made) for _ in range(3)]
    assert len({made.vault.get("halves", draft_id) for draft_id in ids}) == 3
    rows: list[Any] = [made.vault.get("keyring", draft_id) for draft_id in ids]
    assert len({row["a"] for row in rows}) == 3
    assert ports("x").entropy.bytes(32) == ports("x").entropy.bytes(32)
