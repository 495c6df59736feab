"""The vault: every row sealed under the vault key, bound to its table and id.

What it is not: it knows nothing of reports. A row that was flipped or cut is damaged alone and named so; all
others open. Row ids are either random or derived from the vault key, so the file tells nobody what is in it.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fieldapp.vault.header import BESIDE, OFFICER, VERSION, Header, VaultKey, make_header, open_header
from fieldapp.vault.lock import VaultLock
from fieldapp.vault.store import Store
from fieldapp.vault.unkeyed import (
    DB_NAME,
    DB_NAMES,
    LOCK_NAME,
    OFFICERS_NAME,
    SIDE_NAME,
    SIDE_NAMES,
    SQLITE_ENDINGS,
    erase_halves,
    exists,
    first_intact,
    read_header,
    remove_store,
    root,
    settle,
    write_header,
)
from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol import cbor, suite

__all__ = [
    "DB_NAME",
    "LOCK_NAME",
    "OFFICERS_NAME",
    "SIDE_NAME",
    "CannotWrite",
    "DamagedRow",
    "Row",
    "Vault",
    "destroy",
    "erase_halves",
    "exists",
    "make_beside",
    "read_header",
    "root",
    "write_header",
]

_KEY_BYTES = 32
_BESIDE_NAME = b"beside"
_ROW_BYTES = 1 << 23  # an envelope of 256 KiB, a directory of some MiB


class DamagedRow(errors.Damaged):
    """One row does not open; the others are unharmed."""

    code = "damaged-row"


class CannotWrite(errors.Environment):
    """The folder cannot be made or written: rights, a file in its place, a read-only disk."""

    code = "cannot-write"
    exit_code = errors.EXIT_DISK


@contextmanager
def _folder_errors() -> Iterator[None]:
    """The system's failures in our words; its message is dropped, since it names a path."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise errors.DiskFull("folder") from error
        raise CannotWrite("folder") from error


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a listing; `value` is None where the row is damaged."""

    id: bytes
    value: cbor.Value
    damaged: bool


class Vault:
    """One open workspace. One a process and tablet; `close` drops the keys and the lock.

    Attributes:
        workspace: `header.OFFICER`, or `header.BESIDE` when the duress passphrase has opened it.
        version: of the header that was found; 1 wants to be brought up to date.
    """

    def __init__(self, store: Store, lock: VaultLock | None, key: VaultKey, entropy: Entropy) -> None:
        self._store = store
        self._lock = lock
        self._root: VaultKey | None = key
        self._key = suite.hkdf(key.key, b"firsthand/1/vault/rows", _KEY_BYTES)
        self._id_key = suite.hkdf(key.key, b"firsthand/1/vault/ids", _KEY_BYTES)
        self.side_key = suite.hkdf(key.key, b"firsthand/1/vault/side", _KEY_BYTES)
        self.workspace = key.workspace
        self.version = VERSION
        self.entropy = entropy
        self.guard = threading.RLock()
        self._open = True

    @classmethod
    def create(
        cls,
        home: Path,
        passphrase: str,
        cost: suite.KdfCost,
        entropy: Entropy,
        fill: Callable[[Vault], None],
        *,
        beside: Callable[[Vault], None] | None = None,
    ) -> Vault:
        """Makes a vault in an empty or new folder; `fill` puts its first rows into the same transaction.

        So a vault is either there with everything that it needs, or not there. `beside` fills the workspace of the
        duress passphrase, which is whole before the vault is.

        Raises:
            Exists: the folder already holds a vault. DiskFull: nothing was made.
        """
        with ExitStack() as undo:
            with _folder_errors():
                home.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock = VaultLock(root(home) / LOCK_NAME)
            undo.callback(lock.release)
            store = _blank_store(home)
            undo.callback(store.close)
            keys = (entropy.bytes(_KEY_BYTES), entropy.bytes(_KEY_BYTES))
            vault = cls(store, lock, VaultKey(OFFICER, keys[OFFICER]), entropy)
            header = make_header(passphrase, keys, cost, entropy)
            with vault.write():
                store.make_tables(header.encode())
                fill(vault)
                vault.keep_beside_key(keys[BESIDE])
                if beside is not None:
                    make_beside(home, keys[BESIDE], entropy, beside)
            undo.pop_all()
            return vault

    @classmethod
    def open(cls, home: Path, passphrase: str, entropy: Entropy) -> Vault:
        """Opens the workspace that the passphrase belongs to.

        The workspace beside is opened only after the officer's drafts were closed, as a panic closes them.

        Raises:
            NotFound: there is none. Busy: it is open elsewhere. Damaged: no copy of its header reads.
            WrongPassphrase: the passphrase is not one. VaultNewer: nothing was touched.
        """
        return cls._open_by(home, entropy, lambda header: open_header(header, passphrase))

    @classmethod
    def open_with(cls, home: Path, key: VaultKey, entropy: Entropy) -> Vault:
        """As `open`, with the key itself, which a session has kept under its PIN."""
        return cls._open_by(home, entropy, lambda _: key)

    @classmethod
    def _open_by(cls, home: Path, entropy: Entropy, find: Callable[[Header], VaultKey]) -> Vault:
        with ExitStack() as undo:
            with _folder_errors():
                if not exists(home):
                    raise errors.NotFound("vault")
                lock = VaultLock(root(home) / LOCK_NAME)
            undo.callback(lock.release)
            store = Store(home / DB_NAME, mending=True)
            undo.callback(store.close)
            header = first_intact(store.headers())
            key = find(header)
            settle(store, all_halves=key.workspace == BESIDE)
            store.close()
            store = Store(home / DB_NAMES[key.workspace], mending=True)
            undo.callback(store.close)
            with suppress(errors.DiskFull, errors.Busy):
                store.add_missing_tables()
            vault = cls(store, lock, key, entropy)
            vault.version = header.version
            undo.pop_all()
            return vault

    def open_beside(self, home: Path, key: bytes) -> Vault:
        """The workspace beside, for the officer's session to keep it up to date; it shares this one's lock.

        Raises:
            NotFound: it is not there. Damaged: it does not read.
        """
        path = home / DB_NAMES[BESIDE]
        if not path.exists():
            raise errors.NotFound("beside")
        return Vault(Store(path), None, VaultKey(BESIDE, key), self.entropy)

    # -- keys ------------------------------------------------------------------------------------------------
    def vault_key(self) -> VaultKey:
        """What opens this workspace again. For the session's PIN only.

        Raises:
            Locked: it was dropped.
        """
        if self._root is None:
            raise errors.Locked("vault is closed")
        return self._root

    def keep_beside_key(self, key: bytes) -> None:
        """Writes the key (32 B) of the workspace beside; call inside `write`."""
        self.put("keyring", self.named("keyring", _BESIDE_NAME), key)

    def beside_key(self) -> bytes | None:
        """The key of the workspace beside. In that workspace itself: one that opens nothing."""
        try:
            key = self.find("keyring", self.named("keyring", _BESIDE_NAME))
        except DamagedRow:
            return None
        return key if isinstance(key, bytes) and len(key) == _KEY_BYTES else None

    @property
    def side_name(self) -> str:
        """The name of this workspace's side file."""
        return SIDE_NAMES[self.workspace]

    # -- rows ------------------------------------------------------------------------------------------------
    def named(self, table: str, name: bytes) -> bytes:
        """The id of a row that is found by a name: 16 bytes that tell nothing without the vault key."""
        return suite.hkdf(self._id_key, cbor.encode([table, name]), 16)

    @contextmanager
    def write(self) -> Iterator[None]:
        """One durable transaction; see `Store.write`."""
        with self.guard:
            self._check_open()
            with self._store.write():
                yield

    @property
    def hurt_at_s(self) -> int | None:
        """When the file had to be mended, seconds since 1970; None if never."""
        return self._store.hurt_at_s

    @property
    def writing(self) -> bool:
        """Whether a transaction is open: what is read now may still be undone."""
        self._check_open()
        return self._store.writing

    @property
    def begun(self) -> int:
        """The number of the open transaction, or of the last one."""
        return self._store.begun

    @property
    def kept(self) -> int:
        """The number of the last transaction that was kept."""
        return self._store.kept

    def put(self, table: str, row_id: bytes, value: cbor.Value, key: bytes | None = None) -> None:
        """Seals and writes a row; call inside `write`. `key` replaces the vault key for this row."""
        sealed = suite.part_seal(key or self._key, _context(table, row_id), cbor.encode(value))
        self._store.put(table, row_id, sealed)

    def delete(self, table: str, row_id: bytes) -> None:
        """Removes a row; call inside `write`."""
        self._store.delete(table, row_id)

    def find(self, table: str, row_id: bytes, key: bytes | None = None) -> cbor.Value:
        """The value of a row, or None if there is none.

        Raises:
            DamagedRow: it is there and does not open.
        """
        with self.guard:
            self._check_open()
            sealed = self._store.get(table, row_id)
        return None if sealed is None else self._unseal(table, row_id, sealed, key)

    def get(self, table: str, row_id: bytes, key: bytes | None = None) -> cbor.Value:
        """Like `find`, for a row that must be there.

        Raises:
            NotFound: it is not. DamagedRow: it does not open.
        """
        value = self.find(table, row_id, key)
        if value is None:
            raise errors.NotFound("row")
        return value

    def reread(self, table: str, row_id: bytes) -> cbor.Value:
        """Like `get`, from the disk through a connection of its own."""
        with self.guard:
            self._check_open()
            sealed = self._store.reread(table, row_id)
        if sealed is None:
            raise errors.NotFound("row")
        return self._unseal(table, row_id, sealed, None)

    def ids(self, table: str) -> list[bytes]:
        """Ids of all rows of a table."""
        with self.guard:
            self._check_open()
            return self._store.ids(table)

    def ids_after(self, table: str, row_id: bytes, count: int) -> list[bytes]:
        """The next `count` ids of a table after one: a long table can be walked in steps."""
        with self.guard:
            self._check_open()
            return self._store.ids_after(table, row_id, count)

    def rows(self, table: str) -> list[Row]:
        """All rows; a damaged one is marked and does not hide the rest."""
        return [self._row(table, row_id) for row_id in self.ids(table)]

    def shrink_log(self) -> None:
        """Leaves no trace of deleted rows in the write-ahead log."""
        with self.guard:
            self._check_open()
            self._store.shrink_log()

    def close(self) -> None:
        """Drops keys and lock; a second call does nothing."""
        with self.guard:
            if self._open:
                self._open = False
                self._key = self._id_key = self.side_key = b""
                self._root = None
                self._store.close()
                if self._lock is not None:
                    self._lock.release()

    def _row(self, table: str, row_id: bytes) -> Row:
        try:
            return Row(row_id, self.get(table, row_id), damaged=False)
        except errors.Damaged:
            return Row(row_id, None, damaged=True)

    def _unseal(self, table: str, row_id: bytes, sealed: bytes, key: bytes | None) -> cbor.Value:
        try:
            plain = suite.part_open(key or self._key, _context(table, row_id), sealed)
            return cbor.decode(plain, max_bytes=_ROW_BYTES)
        except (errors.BadSeal, errors.Malformed) as error:
            raise DamagedRow(table=table) from error

    def _check_open(self) -> None:
        if not self._open:
            raise errors.Locked("vault is closed")


def destroy(home: Path) -> None:
    """Removes a closed vault that never came into use."""
    for name in DB_NAMES:
        remove_store(home / name)
    for name in SIDE_NAMES:
        (home / name).unlink(missing_ok=True)


def make_beside(home: Path, key: bytes, entropy: Entropy, fill: Callable[[Vault], None]) -> None:
    """Makes or replaces the workspace beside, which must not be open; `fill` puts in its rows.

    Raises:
        DiskFull: the one that was there still is.
    """
    path = home / DB_NAMES[BESIDE]
    fresh = path.with_name(path.name + ".new")
    with _folder_errors():
        remove_store(fresh)
        fresh.touch(mode=0o600)
    vault = Vault(Store(fresh), None, VaultKey(BESIDE, key), entropy)
    with closing(vault), vault.write():
        vault._store.make_tables(b"")  # the header stands in the officer's store alone
        vault.keep_beside_key(entropy.bytes(_KEY_BYTES))  # as there, so that both hold the same rows
        fill(vault)
    with _folder_errors():
        for ending in SQLITE_ENDINGS[1:]:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        fresh.replace(path)


def _context(table: str, row_id: bytes) -> bytes:
    return cbor.encode(["firsthand/1/vault", table, row_id])


def _blank_store(home: Path) -> Store:
    """A store without tables; what an interrupted creation left behind is one too."""
    path = home / DB_NAME
    if (home / SIDE_NAME).exists():
        raise errors.Exists("vault")
    with _folder_errors():
        path.touch(mode=0o600)  # before SQLite does: its log files take over the mode
    made = Store(path)
    if not made.is_blank:
        made.close()
        raise errors.Exists("vault")
    return made
