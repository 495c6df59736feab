"""The vault: what is on the disk tells nothing, and what is hurt there hurts nothing else."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.vault import keyring, sidefile
from fieldapp.vault.header import OFFICER, VaultKey, make_header, open_header, parse_header
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.vault import DB_NAME, SIDE_NAME, DamagedRow, Vault, exists
from firsthand import errors
from firsthand.protocol import cbor
from firsthand.protocol.suite import KdfCost
from tests.support.canary import find
from tests.support.tablets import PASSPHRASE, SeededEntropy

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

WORD = "zq-canary-ford-at-night"
FLOOR = KdfCost()
KEYS = (b"k" * 32, b"b" * 32)


def new_vault(home: Path, rows: int = 3) -> Vault:
    def fill(vault: Vault) -> None:
        for number in range(rows):
            vault.put("drafts", bytes([number]) * 16, {"text": WORD, "n": number})

    return Vault.create(home, PASSPHRASE, FLOOR, SeededEntropy("vault"), fill)


def open_vault(home: Path, passphrase: str = PASSPHRASE) -> Vault:
    return Vault.open(home, passphrase, SeededEntropy("open"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def vault(home: Path) -> Iterator[Vault]:
    made = new_vault(home)
    yield made
    made.close()


def raw(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / DB_NAME, isolation_level=None)


def test_what_was_written_is_read_after_unlocking_again(home: Path) -> None:
    new_vault(home).close()
    with_hyphens = open_vault(home)
    assert [row.value for row in with_hyphens.rows("drafts")] == [{"text": WORD, "n": n} for n in range(3)]
    with_hyphens.close()


def test_spaces_for_hyphens_and_composed_letters_open_the_same_vault(home: Path) -> None:
    Vault.create(home, "été a-b-c-d-e", FLOOR, SeededEntropy("x"), lambda _: None).close()
    open_vault(home, "été a b c d e").close()


@pytest.mark.parametrize("wrong", ["", "copper", PASSPHRASE.upper(), PASSPHRASE + " x"])
def test_another_passphrase_is_refused_and_changes_nothing(home: Path, wrong: str) -> None:
    new_vault(home).close()
    with pytest.raises(errors.WrongPassphrase):
        open_vault(home, wrong)
    open_vault(home).close()


def test_a_folder_without_a_vault_is_not_found(home: Path) -> None:
    with pytest.raises(errors.NotFound):
        open_vault(home)
    assert not home.exists()


def test_a_vault_is_never_made_over_another(home: Path) -> None:
    new_vault(home).close()
    before = (home / DB_NAME).read_bytes()
    with pytest.raises(errors.Exists):
        new_vault(home)
    assert (home / DB_NAME).read_bytes() == before


def test_a_vault_that_was_emptied_is_damaged_and_not_made_anew(home: Path) -> None:
    made = new_vault(home)
    sidefile.write(home, made, b"c" * 16, 1)
    made.close()
    (home / DB_NAME).write_bytes(b"")
    with pytest.raises(errors.Damaged):
        open_vault(home)
    with pytest.raises(errors.Exists):
        new_vault(home)


def test_an_interrupted_creation_leaves_room_for_another(home: Path) -> None:
    def fails(_: Vault) -> None:
        raise errors.SelfCheckFailed

    with pytest.raises(errors.SelfCheckFailed):
        Vault.create(home, PASSPHRASE, FLOOR, SeededEntropy("a"), fails)
    assert not exists(home)
    with pytest.raises(errors.NotFound):
        open_vault(home)
    new_vault(home).close()


@pytest.mark.usefixtures("vault")
def test_a_second_session_in_this_process_is_busy(home: Path) -> None:
    with pytest.raises(errors.Busy):
        open_vault(home)


@pytest.mark.usefixtures("vault")
def test_a_second_process_is_busy(home: Path, root: Path) -> None:
    code = (
        "import pathlib, sys; from fieldapp.vault.vault import Vault; from firsthand import errors\n"
        "try: Vault.open(pathlib.Path(sys.argv[1]), 'x', None)\n"
        "except errors.Busy: sys.exit(42)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], cwd=root, check=False, timeout=60)
    assert done.returncode == 42


def test_a_closed_vault_holds_no_key_and_answers_nothing(vault: Vault) -> None:
    vault.close()
    assert vault.side_key == b""
    for question in (lambda: vault.rows("drafts"), lambda: vault.get("drafts", bytes(16)), vault.shrink_log):
        with pytest.raises(errors.Locked):
            question()
    vault.close()


def test_an_error_inside_a_transaction_undoes_all_of_it(vault: Vault) -> None:
    def half() -> None:
        with vault.write():
            vault.put("drafts", b"n" * 16, "new")
            vault.delete("drafts", bytes(16))
            raise errors.DiskFull

    with pytest.raises(errors.DiskFull):
        half()
    assert vault.find("drafts", b"n" * 16) is None
    assert vault.get("drafts", bytes(16)) == {"text": WORD, "n": 0}


def test_the_disk_shows_neither_words_nor_names_nor_kinds_of_rows(vault: Vault, home: Path) -> None:
    with vault.write():
        keyring.save(vault, Keyring(*[bytes([n]) * 32 for n in range(5)]))
    assert find(home, [WORD]) == []
    vault.close()
    assert find(home, [WORD]) == []
    with raw(home) as conn:
        tables = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
        columns = {tuple(c[1] for c in conn.execute(f'pragma table_info("{table}")')) for table in tables}
    assert columns == {("id", "sealed"), ("n", "sealed")}
    assert b"device" not in (home / DB_NAME).read_bytes()


def test_the_file_is_the_owners_alone(vault: Vault, home: Path) -> None:
    assert {path.name: path.stat().st_mode & 0o077 for path in home.iterdir()} == dict.fromkeys(
        [path.name for path in home.iterdir()], 0
    )


def test_durability_and_erasure_are_switched_on(vault: Vault) -> None:
    db = vault._store._db
    values = [db.execute(f"pragma {name}").fetchone()[0] for name in
              ("journal_mode", "synchronous", "secure_delete", "temp_store")]  # fmt: skip
    assert values == ["wal", 2, 1, 2]


def test_deleted_rows_are_gone_from_file_and_log(vault: Vault, home: Path) -> None:
    sealed = vault._store.get("drafts", bytes(16))
    assert sealed is not None
    with vault.write():
        vault.delete("drafts", bytes(16))
    vault.shrink_log()
    left = b"".join(path.read_bytes() for path in home.iterdir())
    # Runs of 48 bytes of the ciphertext: nothing of the row may survive.
    assert not any(sealed[at : at + 48] in left for at in range(0, len(sealed) - 48, 16))


# -- damage ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def damaged_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("damage") / "home"
    new_vault(home, rows=2).close()
    return home


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_or_cut_row_is_damaged_alone(vault: Vault, data: st.DataObject) -> None:
    sealed = vault._store.get("drafts", bytes(16))
    assert sealed is not None
    if data.draw(st.booleans(), "flip"):
        at, bit = data.draw(st.integers(0, len(sealed) - 1)), data.draw(st.integers(0, 7))
        hurt = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
    else:
        hurt = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    with vault.write():
        vault._store.put("drafts", bytes(16), hurt)
    rows = {row.id: row for row in vault.rows("drafts")}
    assert rows[bytes(16)].damaged
    assert rows[bytes(16)].value is None
    assert [rows[bytes([n]) * 16].value for n in (1, 2)] == [{"text": WORD, "n": n} for n in (1, 2)]
    with pytest.raises(DamagedRow):
        vault.get("drafts", bytes(16))
    with vault.write():
        vault._store.put("drafts", bytes(16), sealed)


def test_a_row_moved_to_another_id_or_table_does_not_open(vault: Vault) -> None:
    sealed = vault._store.get("drafts", bytes(16))
    assert sealed is not None
    with vault.write():
        vault._store.put("drafts", b"m" * 16, sealed)
        vault._store.put("facts", bytes(16), sealed)
    for table, row_id in (("drafts", b"m" * 16), ("facts", bytes(16))):
        with pytest.raises(DamagedRow):
            vault.get(table, row_id)


def test_a_column_of_another_type_is_a_damaged_row(home: Path) -> None:
    new_vault(home).close()
    with raw(home) as conn:
        conn.execute("update drafts set sealed = 'text' where id = ?", (bytes(16),))
    opened = open_vault(home)
    assert [row.damaged for row in opened.rows("drafts")] == [True, False, False]
    opened.close()


def test_one_hurt_copy_of_the_header_does_not_lock_anybody_out(home: Path) -> None:
    new_vault(home).close()
    for copy in (1, 2):
        with raw(home) as conn:
            whole = conn.execute("select sealed from header where n = ?", (copy,)).fetchone()[0]
            conn.execute("update header set sealed = ? where n = ?", (whole[:-1] + b"\0", copy))
        open_vault(home).close()
        with raw(home) as conn:
            conn.execute("update header set sealed = ? where n = ?", (whole, copy))


def test_both_copies_hurt_is_damaged_and_not_a_wrong_passphrase(home: Path) -> None:
    new_vault(home).close()
    with raw(home) as conn:
        conn.execute("update header set sealed = substr(sealed, 1, 100)")
    with pytest.raises(errors.Damaged):
        open_vault(home)


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"not a database at all" * 300])
def test_a_file_that_is_no_database_is_damaged(home: Path, content: bytes) -> None:
    new_vault(home).close()
    (home / SIDE_NAME).touch()
    (home / DB_NAME).write_bytes(content)
    with pytest.raises(errors.Damaged):
        open_vault(home)


def test_a_cut_file_is_mended_or_damaged_and_loses_nothing_silently(damaged_home: Path, tmp_path: Path) -> None:
    whole = (damaged_home / DB_NAME).read_bytes()
    outcomes = set()
    for size in range(0, len(whole), 4096):
        home = tmp_path / str(size)
        home.mkdir()
        (home / DB_NAME).write_bytes(whole[:size])
        (home / SIDE_NAME).touch()
        try:
            opened = open_vault(home)
        except errors.Damaged:
            outcomes.add("damaged")
            continue
        with closing(opened):
            assert opened.hurt_at_s is not None
            rows = opened.rows("drafts")
            assert all(row.damaged or row.value in [{"text": WORD, "n": n} for n in range(2)] for row in rows)
            outcomes.add(f"{sum(not row.damaged for row in rows)} of 2")
    assert {"damaged", "2 of 2"} <= outcomes


# -- header ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def header_bytes() -> bytes:
    return make_header(PASSPHRASE, KEYS, FLOOR, SeededEntropy("header")).encode()


def test_a_header_gives_the_vault_key_back(header_bytes: bytes) -> None:
    assert open_header(parse_header(header_bytes), PASSPHRASE) == VaultKey(OFFICER, KEYS[0])


@given(data=st.data())
def test_every_flip_and_cut_of_a_header_is_damage(header_bytes: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(header_bytes) - 1))
    flipped = header_bytes[:at] + bytes([header_bytes[at] ^ data.draw(st.integers(1, 255))]) + header_bytes[at + 1 :]
    for hurt in (flipped, header_bytes[:at]):
        with pytest.raises(errors.Damaged):
            parse_header(hurt)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_header_parser(data: bytes) -> None:
    with pytest.raises(errors.Damaged):
        parse_header(data)


@pytest.mark.parametrize("cost", [KdfCost(m_kib=1024), KdfCost(t=1), KdfCost(m_kib=1 << 20), KdfCost(p=1)])
def test_a_cheap_or_ruinous_cost_is_refused_in_both_directions(cost: KdfCost) -> None:
    with pytest.raises(errors.Malformed):
        make_header(PASSPHRASE, KEYS, cost, SeededEntropy("c"))
    numbers = [cost.t, cost.p, cost.m_kib]
    for fields in ({"v": 1, "wrap": b"w" * 104}, {"v": 2, "slots": [b"w" * 104] * 3}):
        body = cbor.encode({"salt": b"s" * 16, "cost": numbers, **fields})
        with pytest.raises(errors.Damaged):
            parse_header(body + hashlib.sha256(body).digest())


# -- side file -------------------------------------------------------------------------------------------
def test_the_side_file_says_how_far_the_chain_had_come_and_only_to_its_own_vault(vault: Vault, home: Path) -> None:
    assert sidefile.read(home, vault) is None
    sidefile.write(home, vault, b"c" * 16, 7)
    first = (home / SIDE_NAME).read_bytes()
    assert sidefile.read(home, vault) == (b"c" * 16, 7)
    sidefile.write(home, vault, b"c" * 16, 1_000_000)
    assert len((home / SIDE_NAME).read_bytes()) == len(first), "its length tells no number"
    (home / SIDE_NAME).write_bytes(first[:-1] + bytes([first[-1] ^ 1]))
    assert sidefile.read(home, vault) is None


def test_replacing_a_file_leaves_no_second_one(tmp_path: Path) -> None:
    target = tmp_path / "file"
    for data in (b"one", b"two"):
        sidefile.replace_file(target, data)
        assert target.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_replacement_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    (tmp_path / "file.new").mkdir()
    with pytest.raises(errors.DiskFull):
        sidefile.replace_file(target, b"new")
    assert target.read_bytes() == b"old"


def test_overwriting_a_secret_leaves_only_what_was_put_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "invitation"
    path.write_bytes(b"secret" * 100)
    sidefile.overwrite(path, b"stub")
    assert path.read_bytes() == b"stub"
    sidefile.overwrite(tmp_path / "absent", b"stub")
    assert not (tmp_path / "absent").exists()


# -- keyring ---------------------------------------------------------------------------------------------
def test_a_keyring_comes_back_whole_and_shows_nothing_in_its_repr(vault: Vault) -> None:
    made = Keyring.fresh(token_seed=b"t" * 32, mailbox_key=b"m" * 32, entropy=SeededEntropy("k"))
    with vault.write():
        keyring.save(vault, made)
    assert keyring.load(vault) == made
    assert repr(made) == "Keyring()"
    assert len({made.sign_seed, made.kem_seed, made.alert_key, made.token_seed, made.mailbox_key}) == 5
