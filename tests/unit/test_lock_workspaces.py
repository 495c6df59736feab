"""Two workspaces behind one header: which passphrase opens which, and that nobody can tell by the work done."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import decoy, draft, panic
from fieldapp.flows.decoy import SimilarPassphrase
from fieldapp.flows.enrol import enrol
from fieldapp.flows.training import training
from fieldapp.flows.unlock import Tablet
from fieldapp.vault import header
from fieldapp.vault.header import BESIDE, OFFICER, Header, make_header, parse_header
from fieldapp.vault.vault import DB_NAME, read_header
from firsthand import errors
from firsthand.protocol import cbor, suite
from tests.support import locks
from tests.support.locks import DURESS, WRONG, copy, unlock
from tests.support.tablets import PASSPHRASE, SeededEntropy, example, mission, ports

pytestmark = pytest.mark.slow  # each opening costs a run of Argon2id

KEYS = (b"k" * 32, b"b" * 32)
FLOOR = suite.KdfCost()


def with_checksum(fields: dict[str, cbor.Value]) -> bytes:
    body = cbor.encode(fields)
    return body + hashlib.sha256(body).digest()


def whole_header(**changes: cbor.Value) -> bytes:
    fields: dict[str, cbor.Value] = {"v": 2, "salt": b"s" * 16, "cost": [3, 4, 65_536], "slots": [b"w" * 104] * 3}
    return with_checksum(fields | changes)


# -- header ------------------------------------------------------------------------------------------------
def test_a_header_tells_by_no_byte_of_its_form_whether_a_duress_passphrase_is_set() -> None:
    bare = make_header(PASSPHRASE, KEYS, FLOOR, SeededEntropy("bare"))
    kek = header.kek_of(DURESS, bare.salt, bare.cost)
    given_one = bare.with_slot(header.DURESS_SLOT, kek, KEYS[BESIDE])
    assert len(bare.encode()) == len(given_one.encode())
    assert [len(slot) for slot in bare.slots] == [len(slot) for slot in given_one.slots]
    assert header.open_header(given_one, DURESS) == header.VaultKey(BESIDE, KEYS[BESIDE])
    assert header.open_header(given_one, PASSPHRASE) == header.VaultKey(OFFICER, KEYS[OFFICER])
    with pytest.raises(errors.WrongPassphrase):
        header.open_header(bare, DURESS)


def test_a_slot_put_in_another_place_does_not_open() -> None:
    whole = make_header(PASSPHRASE, KEYS, FLOOR, SeededEntropy("moved"))
    moved = Header(whole.salt, whole.cost, (whole.slots[1], whole.slots[0], whole.slots[2]))
    with pytest.raises(errors.WrongPassphrase):
        header.open_header(moved, PASSPHRASE)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 0},
        {"v": True},
        {"v": "2"},
        {"v": 1},
        {"more": 1},
        {"salt": b"short"},
        {"slots": [b"w" * 104] * 2},
        {"slots": [b"w" * 104] * 4},
        {"slots": [b"w" * 103] * 3},
        {"slots": b"w" * 104},
        {"cost": [3, 4]},
        {"cost": [3, 4, "65536"]},
    ],
)
def test_a_header_of_any_other_form_is_damage(changes: dict[str, cbor.Value]) -> None:
    with pytest.raises(errors.Damaged):
        parse_header(whole_header(**changes))


@given(version=st.integers(3, 1 << 62), more=st.dictionaries(st.text(max_size=5), st.binary(max_size=9), max_size=3))
def test_a_whole_header_of_a_later_version_is_newer_whatever_else_it_holds(
    version: int, more: dict[str, cbor.Value]
) -> None:
    with pytest.raises(errors.VaultNewer):
        parse_header(with_checksum(more | {"v": version}))


def test_a_newer_vault_is_said_to_be_newer_and_nothing_of_it_is_touched(tmp_path: Path) -> None:
    home, _ = copy(tmp_path)
    with sqlite3.connect(home / DB_NAME) as conn:
        conn.execute("update header set sealed = ?", (with_checksum({"v": 3, "new": b"x"}),))
    conn.close()
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    for attempt in (lambda: unlock(home), lambda: unlock(home, DURESS), lambda: panic.panic_closed(home)):
        with pytest.raises(errors.VaultNewer):
            attempt()
    after = {path.name: path.read_bytes() for path in home.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    assert after == before


# -- the same work -----------------------------------------------------------------------------------------
def test_every_passphrase_costs_one_run_of_the_kdf_and_tries_every_slot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = copy(tmp_path)
    tried: list[list[bytes]] = []
    true = suite.part_open

    def traced(key: bytes, context: bytes, sealed: bytes) -> bytes:
        tried[-1].append(context)
        return true(key, context, sealed)

    counts = []
    for passphrase in (PASSPHRASE, DURESS, WRONG):
        tried.append([])
        with locks.kdf_runs(monkeypatch) as runs, monkeypatch.context() as patched:
            patched.setattr(suite, "part_open", traced)
            try:
                unlock(home, passphrase).close()
            except errors.WrongPassphrase:
                assert passphrase == WRONG
        counts.append(len(runs))
    assert counts == [1, 1, 1]
    slots = [contexts[: header.SLOTS] for contexts in tried]
    assert slots[0] == slots[1] == slots[2]
    assert len(set(slots[0])) == header.SLOTS


def test_both_workspaces_ask_and_write_the_same_rows_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, draft_id = copy(tmp_path)
    for passphrase in (DURESS, PASSPHRASE):  # what only a first opening does
        with unlock(home, passphrase) as made:
            if not made.decoy:
                draft.discard(made, draft_id)  # a closed draft is asked for its key
    asked = []
    for passphrase in (PASSPHRASE, DURESS):
        with locks.store_calls(monkeypatch) as calls:
            unlock(home, passphrase).close()
        asked.append([("delete" if name == "clear" else name, table) for name, table in calls])
    assert asked[0] == asked[1]
    assert ("get", "state") in asked[0]


def test_both_workspaces_commit_as_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, _ = copy(tmp_path)
    for passphrase in (DURESS, PASSPHRASE):
        unlock(home, passphrase).close()
    true, counts = sqlite3.connect, []
    for passphrase in (PASSPHRASE, DURESS):
        statements: list[str] = []

        def connect(*args: object, _into: list[str] = statements, **named: object) -> sqlite3.Connection:
            made: sqlite3.Connection = true(*args, **named)  # type: ignore[call-overload]
            made.set_trace_callback(_into.append)
            return made

        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", connect)
            unlock(home, passphrase).close()
        counts.append([sum(word in each for each in statements) for word in ("commit", "wal_checkpoint")])
    assert counts[0] == counts[1]
    assert counts[0][0] >= 1


# -- set ---------------------------------------------------------------------------------------------------
def test_without_a_duress_passphrase_there_is_the_same_workspace_and_no_way_in(tmp_path: Path) -> None:
    with enrol(tmp_path / "home", mission().invitation(), PASSPHRASE, ports("bare")) as made:
        assert made.vault.beside_key() is not None
        names = {path.name for path in made.home.iterdir()}
    home, _ = copy(tmp_path / "other")
    assert {path.name for path in home.iterdir()} == {name for name in names if not name.endswith(("-wal", "-shm"))}
    with pytest.raises(errors.WrongPassphrase):
        unlock(tmp_path / "home", DURESS)


def test_another_duress_passphrase_takes_the_place_of_the_first(tmp_path: Path) -> None:
    home, _ = copy(tmp_path)
    other = "window paper garden silver autumn ladder"
    with unlock(home) as made:
        decoy.set_duress(made, other, PASSPHRASE)
    with pytest.raises(errors.WrongPassphrase):
        unlock(home, DURESS)
    with unlock(home, other) as made:
        assert made.decoy
    with unlock(home) as made:
        assert not made.decoy


@pytest.mark.parametrize(
    "alike",
    [
        PASSPHRASE,
        PASSPHRASE.replace("-", "  ").upper(),
        PASSPHRASE + "-more",
        "harbor-summit-violet-orchard-lantern-copper",
        "copper lantern orchard silver autumn ladder",
        "coppers lanterns orchards violets summits harbors",
    ],
)
def test_a_duress_passphrase_that_may_be_typed_for_the_real_one_is_refused(alike: str) -> None:
    with pytest.raises(SimilarPassphrase):
        decoy.check_apart(alike, PASSPHRASE)


@given(st.lists(st.text("qwxz", min_size=5, max_size=9), min_size=6, max_size=8))
def test_words_of_other_letters_are_apart(words: list[str]) -> None:
    decoy.check_apart(" ".join(words), PASSPHRASE)


def test_setting_asks_for_the_passphrase_again_and_changes_nothing_when_it_refuses(tmp_path: Path) -> None:
    home, _ = copy(tmp_path)
    fresh = "window paper garden silver autumn ladder"
    with unlock(home) as made:
        before = read_header(home)
        for new, current, error in (
            (fresh, WRONG, errors.WrongPassphrase),
            (fresh, DURESS, errors.WrongPassphrase),  # it opens something, but not this session
            ("five words are too few", PASSPHRASE, errors.WeakPassphrase),
            (PASSPHRASE, PASSPHRASE, SimilarPassphrase),
        ):
            with pytest.raises(error):
                decoy.set_duress(made, new, current)
        assert read_header(home) == before


def test_training_has_no_second_workspace() -> None:
    with training(ports("training")) as made:
        assert not made.decoy
        with pytest.raises(decoy.DuressInTraining):
            decoy.set_duress(made, DURESS, PASSPHRASE)


# -- version 1 ---------------------------------------------------------------------------------------------
def as_version_1(home: Path) -> bytes:
    """Turns a vault into what version 1 wrote: one slot, keys of drafts kept whole, no second workspace."""
    with unlock(home) as made:
        key = made.vault_key().key
        draft_id = draft.start(made, "incident")
        draft.save(made, draft_id, example())
        with made.vault.write():
            made.vault.put("keyring", draft_id, panic.draft_key(made, draft_id))
            made.vault.delete("halves", draft_id)
            made.vault.delete("keyring", made.vault.named("keyring", b"beside"))
    salt = b"s" * 16
    wrap = suite.part_seal(header.kek_of(PASSPHRASE, salt, FLOOR), cbor.encode(["firsthand/1/vault", "header"]), key)
    old = with_checksum({"v": 1, "salt": salt, "cost": [3, 4, 65_536], "wrap": wrap})
    with sqlite3.connect(home / DB_NAME) as conn:
        conn.execute("update header set sealed = ?", (old,))
        for table in ("halves", "index", "attachments", "blobs"):
            conn.execute(f'drop table "{table}"')
    conn.close()
    for name in ("vault-b.db", "head-b"):
        (home / name).unlink()
    return draft_id


def test_a_vault_of_version_1_gains_a_workspace_and_its_drafts_can_be_closed(tmp_path: Path) -> None:
    home, lost = copy(tmp_path)
    draft_id = as_version_1(home)
    with unlock(home) as made:
        assert [row.id for row in draft.list_drafts(made) if row.state == "open"] == [draft_id]
        assert len(made.reports()) == 2
        assert draft.load(made, draft_id) == example()  # type: ignore[arg-type]
        assert made.vault.get("halves", draft_id)
        draft.discard(made, lost)
        decoy.set_duress(made, DURESS, PASSPHRASE)
    with unlock(home, DURESS) as made:
        assert made.reports()
    with unlock(home) as made, pytest.raises(errors.Panicked):
        draft.load(made, draft_id)  # type: ignore[arg-type]


def test_a_version_1_vault_without_room_for_the_second_workspace_opens_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = copy(tmp_path)
    draft_id = as_version_1(home)

    def full(*_: object, **__: object) -> None:
        raise errors.DiskFull

    with monkeypatch.context() as patched:
        patched.setattr(decoy, "make_beside", full)
        with unlock(home) as made:
            assert draft.load(made, draft_id) == example()  # type: ignore[arg-type]
            assert read_header(home).version == 1
    with unlock(home) as made:
        assert read_header(home).version == header.VERSION
        assert draft.load(made, draft_id) == example()  # type: ignore[arg-type]


def test_a_closed_vault_gives_no_key(tmp_path: Path) -> None:
    home, _ = copy(tmp_path)
    made = unlock(home)
    key = made.vault_key()
    assert "key=" not in repr(key)
    made.close()
    with pytest.raises(errors.Locked):
        made.vault_key()
    with Tablet.open_with(home, key, ports("with")) as again:
        assert again.device == made.device
