"""The vault: every row sealed under the vault key, bound to its table and id.

What it is not: it knows nothing of reports. A row that was flipped or cut is damaged alone and named so; all
others open. Row ids are either random or derived from the vault key, so the file tells nobody what is in it.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldapp.vault.header import Header, make_header, open_header, parse_header
from fieldapp.vault.lock import VaultLock
from fieldapp.vault.store import Store
from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol import cbor, suite

DB_NAME, LOCK_NAME, SIDE_NAME = "vault.db", "lock", "head"
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


def exists(home: Path) -> bool:
    """Whether there is a vault, damaged or not; what an interrupted creation left behind is none."""
    if not (home / DB_NAME).exists() or (home / SIDE_NAME).exists():
        return (home / DB_NAME).exists()
    try:
        store = Store(home / DB_NAME)
    except errors.Environment:
        return True
    with closing(store):
        return not store.is_blank


class Vault:
    """An open vault. One a process and folder; `close` drops the keys and the lock."""

    def __init__(self, store: Store, lock: VaultLock, key: bytes, entropy: Entropy) -> None:
        self._store = store
        self._lock = lock
        self._key = suite.hkdf(key, b"firsthand/1/vault/rows", 32)
        self._id_key = suite.hkdf(key, b"firsthand/1/vault/ids", 32)
        self.side_key = suite.hkdf(key, b"firsthand/1/vault/side", 32)
        self.entropy = entropy
        self.guard = threading.RLock()
        self._open = True

    @classmethod
    def create(
        cls, home: Path, passphrase: str, cost: suite.KdfCost, entropy: Entropy, fill: Callable[[Vault], None]
    ) -> Vault:
        """Makes a vault in an empty or new folder; `fill` puts its first rows into the same transaction.

        So a vault is either there with everything that it needs, or not there.

        Raises:
            Exists: the folder already holds a vault. DiskFull: nothing was made.
        """
        with ExitStack() as undo:
            with _folder_errors():
                home.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock = VaultLock(home / LOCK_NAME)
            undo.callback(lock.release)
            store = _blank_store(home)
            undo.callback(store.close)
            key = entropy.bytes(32)
            vault = cls(store, lock, key, entropy)
            header = make_header(passphrase, key, cost, entropy)
            with vault.write():
                store.make_tables(header.encode())
                fill(vault)
            undo.pop_all()
            return vault

    @classmethod
    def open(cls, home: Path, passphrase: str, entropy: Entropy) -> Vault:
        """Opens a vault.

        Raises:
            NotFound: there is none. Busy: it is open elsewhere. Damaged: no copy of its header reads.
            WrongPassphrase: the passphrase is not the one.
        """
        with ExitStack() as undo:
            with _folder_errors():
                if not exists(home):
                    raise errors.NotFound("vault")
                lock = VaultLock(home / LOCK_NAME)
            undo.callback(lock.release)
            store = Store(home / DB_NAME)
            undo.callback(store.close)
            key = open_header(_first_intact(store.headers()), passphrase)
            undo.pop_all()
            return cls(store, lock, key, entropy)

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
                self._store.close()
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
    for name in (DB_NAME, DB_NAME + "-wal", DB_NAME + "-shm", SIDE_NAME):
        (home / name).unlink(missing_ok=True)


def _context(table: str, row_id: bytes) -> bytes:
    return cbor.encode(["firsthand/1/vault", table, row_id])


def _first_intact(headers: list[bytes]) -> Header:
    for data in headers:
        try:
            return parse_header(data)
        except errors.Damaged:
            continue
    raise errors.Damaged("no header")


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
