"""The SQLite file under the vault: opaque ids and sealed bytes, and nothing else.

The only SQL of the tablet. It knows no key and no meaning. WAL with synchronous=FULL, because NORMAL lost
committed rows in simulated power cuts; secure_delete, so that freed pages are overwritten; temporary data
stays in memory. Every failure of SQLite becomes one of Damaged, DiskFull, Busy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from fieldapp.vault import mend
from firsthand import errors

_R = TypeVar("_R")

TABLES = (
    *("drafts", "keyring", "halves", "attachments", "blobs", "reports", "facts", "objects", "state", "index"),
    *("owed", "referrals", "consents", "shares", "withdrawals"),
)
_HEADER_COPIES = (1, 2)
# Statements by table, from the constant names above: no name is ever built from input.
_PUT = {table: f'insert or replace into "{table}" (id, sealed) values (?, ?)' for table in TABLES}  # noqa: S608
_DELETE = {table: f'delete from "{table}" where id = ?' for table in TABLES}  # noqa: S608
_GET = {table: f'select sealed from "{table}" where id = ?' for table in TABLES}  # noqa: S608
_IDS = {table: f'select id from "{table}" order by id' for table in TABLES}  # noqa: S608
_CLEAR = {table: f'delete from "{table}"' for table in TABLES}  # noqa: S608
_CREATE = {table: f'create table "{table}" (id blob primary key not null, sealed blob not null)' for table in TABLES}
_AFTER = {table: f'select id from "{table}" where id > ? order by id limit ?' for table in TABLES}  # noqa: S608
_LOW_BYTE = 0xFF
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def _translated() -> Iterator[None]:
    """SQLite's failures in our words; the message of SQLite is dropped, since it may name a path."""
    try:
        yield
    except sqlite3.Error as error:
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        code = extended & _LOW_BYTE
        hurt = code in _CORRUPT or extended in _UNREADABLE
        if code in _NO_ROOM and extended not in _UNREADABLE:
            raise errors.DiskFull("the disk does not take the write") from error
        if code in _BUSY:
            raise errors.Busy("the store is in use") from error
        raise errors.Damaged("the store does not read", hurt=hurt) from error


class Store:
    """A connection to the file, which is made if it is not there.

    Transactions are numbered, so that whoever remembers what it wrote can tell whether that was kept.

    With `mending`, a file that SQLite calls malformed is written anew from what can be read of it, at most once,
    and the question is asked again (`mend.py`). Only who holds the vault's lock may ask for that.
    """

    def __init__(self, path: Path, *, mending: bool = False) -> None:
        self._path = path
        self._may_mend = mending
        self._hurt = False
        self.begun = self.kept = 0
        with _translated(), _full_disk():
            mend.finish(path)
        try:
            with _translated():
                self._db = _connect(path)
        except errors.Damaged:
            if not mending:
                raise
            self._mend()

    @property
    def hurt_at_s(self) -> int | None:
        """When this file had to be mended, seconds since 1970; None if never."""
        return mend.hurt_at_s(self._path)

    @property
    def is_blank(self) -> bool:
        """Whether the file holds no table: a creation that never committed, or a file that was emptied."""
        return self._ask(lambda db: int(db.execute("select count(*) from sqlite_master").fetchone()[0])) == 0

    def make_tables(self, header: bytes) -> None:
        """Makes all tables and both copies of the header; call inside `write`, with the first rows."""
        with _translated():
            _make(self._db.conn)
            for copy in _HEADER_COPIES:
                self._db.execute("insert into header (n, sealed) values (?, ?)", (copy, header))

    def add_missing_tables(self) -> None:
        """A vault that an earlier version made gains the tables of this one.

        Raises:
            DiskFull, Busy: it is as it was.
        """
        rows = self._ask(lambda db: db.execute("select name from sqlite_master where type = 'table'").fetchall())
        missing = [table for table in TABLES if (table,) not in rows]
        if rows and missing:
            with self.write(), _translated():
                for table in missing:
                    self._db.execute(_CREATE[table])

    def headers(self) -> list[bytes]:
        """The copies of the header that can be read at all."""
        if self.is_blank:
            return []
        rows = self._ask(lambda db: db.execute("select sealed from header order by n").fetchall())
        return [row[0] for row in rows if isinstance(row[0], bytes)]

    def replace_headers(self, header: bytes) -> None:
        """Puts a header in the place of both copies; call inside `write`."""
        with _translated():
            for copy in _HEADER_COPIES:
                self._db.execute("insert or replace into header (n, sealed) values (?, ?)", (copy, header))

    @property
    def writing(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._db.conn.in_transaction)

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction, durable when the block ends; an exception inside undoes all of it.

        A block inside a block belongs to the outer one.

        Raises:
            DiskFull, Busy, Damaged: nothing of the block was kept.
        """
        if self.writing:
            yield
            return
        if self._hurt and self._may_mend:
            self._mend()
        with _translated():
            self._db.execute("begin immediate")
        self.begun += 1
        try:
            yield
            with _translated():
                self._db.execute("commit")
            self.kept = self.begun
        except errors.Damaged as damage:
            self._hurt = self._hurt or bool(damage.fields.get("hurt"))
            raise
        finally:
            if self.writing:
                self._db.conn.rollback()

    def put(self, table: str, row_id: bytes, sealed: bytes) -> None:
        """Inserts or replaces a row; call inside `write`."""
        with _translated():
            self._db.execute(_PUT[table], (row_id, sealed))

    def delete(self, table: str, row_id: bytes) -> None:
        """Removes a row if it is there; call inside `write`."""
        with _translated():
            self._db.execute(_DELETE[table], (row_id,))

    def clear(self, table: str) -> int:
        """Removes all rows of a table in one statement; how many there were."""
        with _translated():
            return int(self._db.execute(_CLEAR[table]).rowcount)

    def get(self, table: str, row_id: bytes) -> bytes | None:
        """The sealed bytes, or None if there is no such row."""
        return self._ask(lambda db: _read(db, table, row_id))

    def reread(self, table: str, row_id: bytes) -> bytes | None:
        """Like `get`, through a connection of its own, so that no cache of ours can answer."""
        with _translated():
            fresh = _open(self._path)  # it writes nothing: the pragmas of writing would be half the cost
        try:
            with _translated():
                return _read(fresh, table, row_id)
        finally:
            fresh.close()

    def ids(self, table: str) -> list[bytes]:
        """All ids of a table, in no order that means anything."""
        rows = self._ask(lambda db: db.execute(_IDS[table]).fetchall())
        return [row[0] for row in rows]

    def ids_after(self, table: str, row_id: bytes, count: int) -> list[bytes]:
        """The next ids of a table after one, in the order of ids."""
        rows = self._ask(lambda db: db.execute(_AFTER[table], (row_id, count)).fetchall())
        return [row[0] for row in rows]

    def shrink_log(self) -> None:
        """Moves the write-ahead log into the file and empties it, so that deleted rows are gone from both."""
        with _translated():
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Closes the connection; SQLite folds its log into the file."""
        self._db.close()

    def _ask(self, work: Callable[[Database], _R]) -> _R:
        """Reads; a file that is hurt is mended first, outside of any transaction, and asked again."""
        try:
            with _translated():
                return work(self._db)
        except errors.Damaged as damage:
            if self.writing or not self._may_mend or not damage.fields.get("hurt"):
                raise
            self._mend()
        with _translated():
            return work(self._db)

    def _mend(self) -> None:
        """Replaces the file by one that holds all rows that can be read.

        Raises:
            Damaged: there is no header in it. DiskFull: no room for the new file; the old one is as it was.
        """
        self._may_mend = self._hurt = False
        if hasattr(self, "_db"):
            self._db.close()
        try:
            with _translated(), _full_disk():
                whole = mend.mend(self._path, TABLES, _make)
                mend.finish(self._path)
        finally:
            with _translated():
                self._db = _connect(self._path)
        if not whole:
            raise errors.Damaged("nothing of the store reads")


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise errors.DiskFull("the disk does not take the file") from error


def _make(conn: sqlite3.Connection) -> None:
    conn.execute("create table header (n integer primary key, sealed blob not null)")
    for table in TABLES:
        conn.execute(_CREATE[table])


def _open(path: Path) -> sqlite3.Connection:
    # One session is used by the window's thread and by the sync thread, never at once (Vault holds a lock).
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0)


def _connect(path: Path) -> Database:
    conn = _open(path)
    for pragma in (
        "journal_mode = wal",
        "synchronous = full",
        "secure_delete = on",
        "temp_store = memory",
        "trusted_schema = off",
    ):
        conn.execute(f"pragma {pragma}")
    return Database(conn, execute_plugins=False)


def _read(db: Database | sqlite3.Connection, table: str, row_id: bytes) -> bytes | None:
    row = db.execute(_GET[table], (row_id,)).fetchone()
    if row is None:
        return None
    # SQLite keeps a value of another type if somebody writes one: none of ours, hence a row that cannot open.
    return row[0] if isinstance(row[0], bytes) else b""
