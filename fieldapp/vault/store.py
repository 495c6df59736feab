"""The SQLite file under the vault: opaque ids and sealed bytes, and nothing else.

The only SQL of the tablet. It knows no key and no meaning. WAL with synchronous=FULL, because NORMAL lost
committed rows in simulated power cuts; secure_delete, so that freed pages are overwritten; temporary data
stays in memory. Every failure of SQLite becomes one of Damaged, DiskFull, Busy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from firsthand import errors

TABLES = ("drafts", "keyring", "reports", "facts", "objects", "state")
_HEADER_COPIES = (1, 2)
# Statements by table, from the constant names above: no name is ever built from input.
_PUT = {table: f"insert or replace into {table} (id, sealed) values (?, ?)" for table in TABLES}  # noqa: S608
_DELETE = {table: f"delete from {table} where id = ?" for table in TABLES}  # noqa: S608
_GET = {table: f"select sealed from {table} where id = ?" for table in TABLES}  # noqa: S608
_IDS = {table: f"select id from {table} order by id" for table in TABLES}  # noqa: S608
_LOW_BYTE = 0xFF
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def _translated() -> Iterator[None]:
    """SQLite's failures in our words; the message of SQLite is dropped, since it may name a path."""
    try:
        yield
    except sqlite3.Error as error:
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        code = extended & _LOW_BYTE
        if code in _NO_ROOM and extended not in _UNREADABLE:
            raise errors.DiskFull("the disk does not take the write") from error
        if code in _BUSY:
            raise errors.Busy("the store is in use") from error
        raise errors.Damaged("the store does not read") from error


class Store:
    """A connection to the file, which is made if it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _translated():
            self._db = _connect(path)

    @property
    def is_blank(self) -> bool:
        """Whether the file holds no table: a creation that never committed, or a file that was emptied."""
        with _translated():
            return int(self._db.execute("select count(*) from sqlite_master").fetchone()[0]) == 0

    def make_tables(self, header: bytes) -> None:
        """Makes all tables and both copies of the header; call inside `write`, with the first rows."""
        with _translated():
            self._db.execute("create table header (n integer primary key, sealed blob not null)")
            for table in TABLES:
                self._db.execute(f"create table {table} (id blob primary key not null, sealed blob not null)")
            for copy in _HEADER_COPIES:
                self._db.execute("insert into header (n, sealed) values (?, ?)", (copy, header))

    def headers(self) -> list[bytes]:
        """The copies of the header that can be read at all."""
        if self.is_blank:
            return []
        with _translated():
            rows = self._db.execute("select sealed from header order by n").fetchall()
        return [row[0] for row in rows if isinstance(row[0], bytes)]

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction, durable when the block ends; an exception inside undoes all of it.

        Raises:
            DiskFull, Busy, Damaged: nothing of the block was kept.
        """
        with _translated():
            self._db.execute("begin immediate")
        try:
            yield
            with _translated():
                self._db.execute("commit")
        finally:
            if self._db.conn.in_transaction:
                self._db.conn.rollback()

    def put(self, table: str, row_id: bytes, sealed: bytes) -> None:
        """Inserts or replaces a row; call inside `write`."""
        with _translated():
            self._db.execute(_PUT[table], (row_id, sealed))

    def delete(self, table: str, row_id: bytes) -> None:
        """Removes a row if it is there; call inside `write`."""
        with _translated():
            self._db.execute(_DELETE[table], (row_id,))

    def get(self, table: str, row_id: bytes) -> bytes | None:
        """The sealed bytes, or None if there is no such row."""
        return _read(self._db, table, row_id)

    def reread(self, table: str, row_id: bytes) -> bytes | None:
        """Like `get`, through a connection of its own, so that no cache of ours can answer."""
        with _translated():
            fresh = _connect(self._path)
        try:
            return _read(fresh, table, row_id)
        finally:
            fresh.close()

    def ids(self, table: str) -> list[bytes]:
        """All ids of a table, in no order that means anything."""
        with _translated():
            rows = self._db.execute(_IDS[table]).fetchall()
        return [row[0] for row in rows]

    def shrink_log(self) -> None:
        """Moves the write-ahead log into the file and empties it, so that deleted rows are gone from both."""
        with _translated():
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Closes the connection; SQLite folds its log into the file."""
        self._db.close()


def _connect(path: Path) -> Database:
    # One session is used by the window's thread and by the sync thread, never at once (Vault holds a lock).
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0)
    for pragma in (
        "journal_mode = wal",
        "synchronous = full",
        "secure_delete = on",
        "temp_store = memory",
        "trusted_schema = off",
    ):
        conn.execute(f"pragma {pragma}")
    return Database(conn, execute_plugins=False)


def _read(db: Database, table: str, row_id: bytes) -> bytes | None:
    with _translated():
        row = db.execute(_GET[table], (row_id,)).fetchone()
    if row is None:
        return None
    # SQLite keeps a value of another type if somebody writes one: none of ours, hence a row that cannot open.
    return row[0] if isinstance(row[0], bytes) else b""
