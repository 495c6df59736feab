"""The desk's store: one SQLCipher file, opened with the raw storage key from the desk's sealed keys.

What it does: connection, schema, transactions, and the rows that ingest writes. Questions of the pages stand in
`store_reports`, `store_weekly` and `store_people`. What it does not do: judge anything.

Rules: every change happens inside `transaction()`; the log cursor and what was ingested commit together; the
journal can only grow.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlcipher3

from firsthand.errors import Busy, Damaged, DiskFull

SCHEMA_VERSION = 3
_MAX_MARKS = 10_000  # SQLite takes 32,766 values a statement

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE leaf (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL, kind INTEGER NOT NULL, proof BLOB NOT NULL,
  state TEXT NOT NULL);
CREATE INDEX leaf_state ON leaf (state, idx);
CREATE INDEX leaf_hash ON leaf (hash);
CREATE TABLE object (hash BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE envelope (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, type TEXT NOT NULL,
  device BLOB NOT NULL,
  chain BLOB NOT NULL, seq INTEGER NOT NULL, prev BLOB, supersedes BLOB, day INTEGER NOT NULL,
  stale INTEGER NOT NULL, proven INTEGER NOT NULL, received_at INTEGER NOT NULL, keys BLOB NOT NULL);
CREATE INDEX envelope_device ON envelope (device, chain, seq);
CREATE INDEX envelope_day ON envelope (device, day);
CREATE INDEX envelope_supersedes ON envelope (supersedes) WHERE supersedes IS NOT NULL;
CREATE TABLE report (idx INTEGER PRIMARY KEY, report_id BLOB, kind TEXT NOT NULL, week TEXT NOT NULL,
  area TEXT NOT NULL, adm2 TEXT NOT NULL, place TEXT NOT NULL, date TEXT NOT NULL, families TEXT NOT NULL,
  acts TEXT NOT NULL, events TEXT NOT NULL, counted INTEGER NOT NULL, sensitive INTEGER NOT NULL, people TEXT NOT NULL,
  pmin INTEGER NOT NULL, pbest INTEGER NOT NULL, pmax INTEGER NOT NULL, children INTEGER NOT NULL,
  source_class TEXT NOT NULL, source_family TEXT NOT NULL, grade TEXT NOT NULL, trust TEXT NOT NULL,
  standing TEXT NOT NULL, revises INTEGER NOT NULL, granted INTEGER NOT NULL, lat_e7 INTEGER, lon_e7 INTEGER,
  coverage TEXT NOT NULL, reason TEXT NOT NULL, search TEXT NOT NULL);
CREATE INDEX report_id ON report (report_id);
CREATE INDEX report_cell ON report (area, week, idx);
CREATE INDEX report_standing ON report (standing, idx);
CREATE INDEX report_revised ON report (area, week)
  WHERE standing = 'superseded' OR (standing = 'counted' AND revises = 1);
CREATE TABLE cell (area TEXT NOT NULL, week TEXT NOT NULL, family TEXT NOT NULL, idx INTEGER NOT NULL,
  pmin INTEGER NOT NULL, pbest INTEGER NOT NULL, pmax INTEGER NOT NULL, children INTEGER NOT NULL,
  PRIMARY KEY (area, week, family, idx)) WITHOUT ROWID;
CREATE INDEX cell_idx ON cell (idx);
CREATE INDEX cell_week ON cell (family, week);
CREATE TABLE coverage (area TEXT NOT NULL, week TEXT NOT NULL, idx INTEGER NOT NULL, state TEXT NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (area, week, idx)) WITHOUT ROWID;
CREATE INDEX coverage_idx ON coverage (idx);
CREATE TABLE attachment (idx INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, tag BLOB NOT NULL,
  object_length INTEGER NOT NULL, length INTEGER NOT NULL, medium TEXT NOT NULL, media_type TEXT NOT NULL,
  is_copy INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (idx, number)) WITHOUT ROWID;
CREATE INDEX attachment_hash ON attachment (hash);
CREATE INDEX attachment_state ON attachment (state);
CREATE TABLE device (id BLOB PRIMARY KEY, sign_public BLOB NOT NULL, kem_public BLOB NOT NULL,
  invite_public BLOB NOT NULL, words TEXT NOT NULL, enrol_idx INTEGER NOT NULL, standing TEXT NOT NULL,
  cut INTEGER) WITHOUT ROWID;
CREATE TABLE revocation (invite_public BLOB PRIMARY KEY, cut INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE chain (device BLOB NOT NULL, chain BLOB NOT NULL, known INTEGER NOT NULL, top INTEGER NOT NULL,
  gaps INTEGER NOT NULL, forks INTEGER NOT NULL, gap_since INTEGER, PRIMARY KEY (device, chain)) WITHOUT ROWID;
CREATE TABLE alarm (id INTEGER PRIMARY KEY, code TEXT NOT NULL, subject BLOB NOT NULL, idx INTEGER,
  raised_at INTEGER NOT NULL, cleared_at INTEGER, cleared_by TEXT, UNIQUE (code, subject));
CREATE TABLE withdrawn (hash BLOB NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (hash, scope)) WITHOUT ROWID;
CREATE TABLE withdrawal (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL, device BLOB NOT NULL, target BLOB NOT NULL,
  chain BLOB NOT NULL, seq INTEGER NOT NULL, scopes TEXT NOT NULL, keep INTEGER NOT NULL, complete INTEGER NOT NULL,
  state TEXT NOT NULL);
CREATE INDEX withdrawal_target ON withdrawal (target);
CREATE INDEX withdrawal_state ON withdrawal (state, device);
CREATE TABLE destroyed (hash BLOB PRIMARY KEY, gone INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE exported (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, form TEXT NOT NULL,
  idxs BLOB NOT NULL);
CREATE TABLE opening (id INTEGER PRIMARY KEY, idx INTEGER NOT NULL, reason TEXT NOT NULL, asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL, answered_by TEXT, answered_at INTEGER, approved INTEGER, used_at INTEGER,
  CHECK (approved IS NOT 1 OR answered_by <> asked_by));
CREATE TABLE verification (id INTEGER PRIMARY KEY, report_id BLOB NOT NULL, violation TEXT NOT NULL,
  state TEXT NOT NULL, day INTEGER, person TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX verification_report ON verification (report_id, violation, id);
CREATE TABLE released (area TEXT NOT NULL, week TEXT NOT NULL, subject TEXT NOT NULL, reports INTEGER,
  person TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (area, week, subject)) WITHOUT ROWID;
CREATE TABLE account (name TEXT PRIMARY KEY, hash TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, link BLOB NOT NULL);
CREATE INDEX journal_subject ON journal (action, subject);
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
"""


class Store:
    """An open store. One connection, one thread at a time (a lock sees to it)."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0

    @classmethod
    def open(cls, path: Path, storage_key: bytes) -> Store:
        """Open the file, or make it with its schema.

        Raises:
            Damaged: the key does not open the file, the file is cut, or its schema is of another version.
        """
        fresh = not path.exists()
        if fresh:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=20)
        try:
            # A raw key skips SQLCipher's own KDF: the passphrase was stretched when keys.sealed was opened.
            connection.execute(f"PRAGMA key = \"x'{storage_key.hex()}'\"")
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "secure_delete=ON",
                "temp_store=MEMORY",
                "foreign_keys=ON",
                "cache_size=-65536",
            ):
                connection.execute(f"PRAGMA {pragma}")
            store = cls(connection)
            store._prepare()
        except sqlcipher3.DatabaseError as error:
            connection.close()
            raise _translated(error) from None
        return store

    def _prepare(self) -> None:
        with self.transaction():
            version = self.one("PRAGMA user_version")[0]
            if not 0 <= version <= SCHEMA_VERSION:
                raise Damaged("store schema version")
            if version < SCHEMA_VERSION:
                # Every version so far only added tables: what an older desk lacks is made, what it has stays.
                have = {row[0] for row in self.all("SELECT name FROM sqlite_master")}
                for statement in _statements(_SCHEMA):
                    if _name_of(statement) not in have:
                        self.execute(statement)
                self.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file; the key leaves memory with the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested use joins the outer transaction."""
        with self._lock:
            if self._depth:
                yield
                return
            self.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self.execute("COMMIT")
            finally:
                self._depth = 0
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def scrub(self) -> None:
        """Fold the write-ahead log into the file and cut it, so that destroyed rows stand in neither.

        On a full disk, or while a page reads, it waits for the next time.
        """
        with suppress(DiskFull, Busy):
            self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # -- plain access, for the sibling store modules only ---------------------------------------------------
    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement; database errors come out as ours."""
        with self._lock:
            try:
                return self._connection.execute(sql, values)
            except sqlcipher3.DatabaseError as error:
                raise _translated(error) from None

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        with self._lock:
            try:
                self._connection.executemany(sql, rows)
            except sqlcipher3.DatabaseError as error:
                raise _translated(error) from None

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of an answer."""
        with self._lock:
            rows: list[tuple[Any, ...]] = self.execute(sql, values).fetchall()
            return rows

    def among(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Every row of a question that holds `IN (...)`, with these values in the list, in stretches of it."""
        rows: list[tuple[Any, ...]] = []
        for at in range(0, len(values), _MAX_MARKS):
            some = values[at : at + _MAX_MARKS]
            rows += self.all(sql.replace("(...)", f"({','.join('?' * len(some))})"), some)
        return rows

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The first row; the question must always have one."""
        with self._lock:
            row: tuple[Any, ...] = self.execute(sql, values).fetchone()
            return row

    def first(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with self._lock:
            row: tuple[Any, ...] | None = self.execute(sql, values).fetchone()
            return row

    # -- small facts ------------------------------------------------------------------------------------------
    def get(self, key: str) -> Any:
        """A fact of `meta`, or None."""
        row = self.first("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else row[0]

    def put(self, key: str, value: bytes | str | int | None) -> None:
        """Set a fact of `meta`."""
        self.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )


def _statements(script: str) -> Iterator[str]:
    """Single statements of a script; a trigger's inner semicolons stay inside it."""
    waiting = ""
    for line in script.strip().splitlines():
        waiting += line + "\n"
        if sqlcipher3.complete_statement(waiting):
            yield waiting
            waiting = ""


def _name_of(statement: str) -> str:
    """What a `CREATE ...` makes."""
    _create, _kind, name, *_ = statement.split()
    return name


def _translated(error: Exception) -> Exception:
    text = str(error)
    if "full" in text or "I/O error" in text:
        return DiskFull("store")
    if "locked" in text or "busy" in text:
        return Busy("store")
    return Damaged("store")
