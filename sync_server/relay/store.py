"""Everything the relay keeps, in SQLAlchemy Core: objects, leaves, tree nodes, the head, tokens.

The only SQL of the relay. SQLite so far: WAL with `synchronous=FULL`, so that what was committed survives a
power cut, and `secure_delete`, so that what was erased is overwritten. The statements are plain Core, and every
writer first locks the single head row (`FOR UPDATE`; SQLite locks the whole file by `BEGIN IMMEDIATE`), which
makes look-then-insert safe in any dialect; only `_engine` and `scrub` know SQLite. No row tells a device, an
address or a clock time; days are the finest grain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from firsthand.errors import BadProof, Busy, Damaged, DiskFull, WrongMission
from firsthand.protocol.merkle import HASH_BYTES, Frontier, Node

_LEVEL_SHIFT = 48  # a node's key is level << 48 | position: one integer, which is SQLite's row id
_SCHEMA_VERSION = 1
_CHUNK = 512  # bound parameters a statement, below every database's limit


class _Bytes(sa.LargeBinary):
    """Bytes as they are: the stock type wraps each one first, which costs more than the insert."""

    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """None: drivers take bytes."""


_metadata = sa.MetaData()
_head = sa.Table(
    "head",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", _Bytes, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("objects", sa.BigInteger, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
_objects = sa.Table(
    "objects",
    _metadata,
    sa.Column("leaf_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("hash", _Bytes, nullable=False, unique=True),
    sa.Column("tag", _Bytes, nullable=False),
    sa.Column("tombstone_index", sa.BigInteger),
    sa.Column("data", _Bytes),  # NULL once erased, and for attachments, which lie in the folder `objects`
)
_leaves = sa.Table(
    "leaves",
    _metadata,
    sa.Column("leaf_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("leaf", _Bytes, nullable=False),
)
_nodes = sa.Table(
    "nodes",
    _metadata,
    sa.Column("place", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("hash", _Bytes, nullable=False),
)
_tokens = sa.Table(
    "tokens",
    _metadata,
    sa.Column("hash", _Bytes, primary_key=True),
    sa.Column("spent", sa.Boolean, nullable=False),
    sa.Column("list_hash", _Bytes),  # forgotten after 30 days; `spent` stays
    sa.Column("bound_day", sa.Integer),
    sqlite_with_rowid=False,
)

_SELECT_HEAD = sa.select(_head)
_LOCK_HEAD = _SELECT_HEAD.with_for_update()
_SELECT_OBJECTS = sa.select(_objects.c.hash, _objects.c.leaf_index, _objects.c.tag, _objects.c.tombstone_index).where(
    _objects.c.hash.in_(sa.bindparam("hashes", expanding=True))
)
_SELECT_DATA = sa.select(_objects.c.data).where(_objects.c.hash == sa.bindparam("hash"))
_SELECT_TOKENS = sa.select(_tokens.c.hash, _tokens.c.spent, _tokens.c.list_hash).where(
    _tokens.c.hash.in_(sa.bindparam("hashes", expanding=True))
)
_SELECT_NODES = sa.select(_nodes.c.place, _nodes.c.hash).where(
    _nodes.c.place.in_(sa.bindparam("places", expanding=True))
)
_SELECT_LEAVES = (
    sa.select(_leaves.c.leaf)
    .where(_leaves.c.leaf_index >= sa.bindparam("start"))
    .order_by(_leaves.c.leaf_index)
    .limit(sa.bindparam("count"))
)
# Built once: each build costs as much as the row it inserts.
_INSERT = {table.name: sa.insert(table) for table in (_head, _objects, _leaves, _nodes, _tokens)}
_UPDATE_HEAD = sa.update(_head)
_BIND_TOKEN = (
    sa.update(_tokens)
    .where(_tokens.c.hash == sa.bindparam("token"))
    .values(spent=True, list_hash=sa.bindparam("list"), bound_day=sa.bindparam("day"))
)
_FORGET_BINDINGS = (
    sa.update(_tokens).where(_tokens.c.bound_day < sa.bindparam("before")).values(list_hash=None, bound_day=None)
)
_ERASE = (
    sa.update(_objects)
    .where(_objects.c.leaf_index == sa.bindparam("leaf"))
    .values(data=None, tombstone_index=sa.bindparam("tombstone"))
)


@dataclass(frozen=True, slots=True)
class Head:
    """The log as it stands: frontier, and the note that signs it."""

    origin: str
    frontier: Frontier
    day: int
    objects: int
    note: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Where an object stands in the log; `tombstone_index` once it was erased."""

    leaf_index: int
    tag: bytes
    tombstone_index: int | None


@dataclass(frozen=True, slots=True)
class Token:
    """A registered token: spent or not, and bound to which list (None: not yet, or forgotten)."""

    spent: bool
    list_hash: bytes | None


class Reading:
    """One snapshot: what is read through it belongs together."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def head(self) -> Head:
        """The head row.

        Raises:
            Damaged: missing or not consistent.
        """
        return _parse_head(self._connection.execute(_SELECT_HEAD).one_or_none())

    def objects(self, hashes: Iterable[bytes]) -> dict[bytes, StoredObject]:
        """Those of the objects that are known, erased ones too."""
        rows = self._in(_SELECT_OBJECTS, "hashes", hashes)
        return {row[0]: StoredObject(leaf_index=row[1], tag=row[2], tombstone_index=row[3]) for row in rows}

    def data(self, object_hash: bytes) -> bytes | None:
        """Bytes of an object; None if erased, never seen, or an attachment."""
        value: bytes | None = self._connection.execute(_SELECT_DATA, {"hash": object_hash}).scalar()
        return value

    def standing(self, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of the objects that are logged and not erased."""
        return {name for name, stored in self.objects(hashes).items() if stored.tombstone_index is None}

    def leaves(self, start: int, count: int) -> list[bytes]:
        """At most `count` leaves from `start` on."""
        return list(self._connection.execute(_SELECT_LEAVES, {"start": start, "count": count}).scalars())

    def nodes(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Hashes of complete subtrees by (level, position).

        Raises:
            Damaged: one is missing.
        """
        keys = {level << _LEVEL_SHIFT | position: (level, position) for level, position in places}
        found = {keys[row[0]]: row[1] for row in self._in(_SELECT_NODES, "places", keys)}
        if len(found) != len(keys):
            raise Damaged("node of the log missing")
        return found

    def tokens(self, hashes: Iterable[bytes]) -> dict[bytes, Token]:
        """Those of the tokens (by their SHA-256) that are registered."""
        rows = self._in(_SELECT_TOKENS, "hashes", hashes)
        return {row[0]: Token(spent=bool(row[1]), list_hash=row[2]) for row in rows}

    def _in(self, statement: sa.Select[Any], name: str, values: Iterable[Any]) -> Iterator[Sequence[Any]]:
        wanted = list(values)
        for start in range(0, len(wanted), _CHUNK):
            yield from self._connection.execute(statement, {name: wanted[start : start + _CHUNK]})


class Writing(Reading):
    """One transaction that holds the head."""

    def head(self) -> Head:
        """The head row, locked until the transaction ends."""
        return _parse_head(self._connection.execute(_LOCK_HEAD).one_or_none())

    def insert_objects(self, rows: Sequence[tuple[int, bytes, bytes, bytes | None]]) -> None:
        """Rows of (leaf index, hash, tag, data); no data for what lies elsewhere."""
        names = ("leaf_index", "hash", "tag", "data")
        self._insert(_objects, [dict(zip(names, row, strict=True)) for row in rows])

    def insert_leaves(self, start: int, leaves: Sequence[bytes]) -> None:
        """Leaves in their order, the first at index `start`."""
        self._insert(_leaves, [{"leaf_index": start + n, "leaf": leaf} for n, leaf in enumerate(leaves)])

    def insert_nodes(self, nodes: Iterable[Node]) -> None:
        """Complete subtrees."""
        rows = [{"place": node.level << _LEVEL_SHIFT | node.position, "hash": node.hash} for node in nodes]
        self._insert(_nodes, rows)

    def insert_tokens(self, hashes: Iterable[bytes]) -> None:
        """Register tokens; known ones stay as they are."""
        wanted = sorted(set(hashes))  # in the order of the index: many times quicker on a large table
        known = self.tokens(wanted)
        self._insert(_tokens, [{"hash": item, "spent": False} for item in wanted if item not in known])

    def bind_tokens(self, lists: Mapping[bytes, bytes], day: int) -> None:
        """Spend tokens: from now on each opens only the list with this hash."""
        rows = [{"token": token, "list": list_hash, "day": day} for token, list_hash in lists.items()]
        if rows:
            self._connection.execute(_BIND_TOKEN, rows)

    def forget_bindings(self, before_day: int) -> None:
        """Drop which list was uploaded under which token, where that is older than a day."""
        self._connection.execute(_FORGET_BINDINGS, {"before": before_day})

    def erase(self, leaf_index: int, tombstone_index: int) -> None:
        """Destroy the bytes of an object."""
        self._connection.execute(_ERASE, {"leaf": leaf_index, "tombstone": tombstone_index})

    def update_head(self, head: Head) -> None:
        """Move the head on."""
        self._connection.execute(_UPDATE_HEAD, _head_row(head))

    def _insert(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(_INSERT[table.name], rows)


class Store:
    """The relay's database."""

    def __init__(self, path: Path, *, quota_bytes: int | None = None) -> None:
        """Open or make the database.

        Args:
            path: the SQLite file.
            quota_bytes: most it may grow to.

        Raises:
            Damaged: not a database, or of another version.
            DiskFull: no room for it.
        """
        path.touch(mode=0o600)  # SQLite gives WAL and index the same mode
        with _translated():
            self._writer = _engine(path, "BEGIN IMMEDIATE", quota_bytes, pool_size=1)
            self._reader = _engine(path, "BEGIN", None, pool_size=4)
            with self._writer.begin() as connection:
                _metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A snapshot. Blocking: call it in a thread.

        Raises:
            Damaged, Busy, DiskFull: from the database.
        """
        with _translated(), self._reader.begin() as connection:
            yield Reading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction; durable when the block has ended, undone when it raised. Blocking.

        Raises:
            Damaged, Busy, DiskFull: from the database.
        """
        with _translated(), self._writer.begin() as connection:
            yield Writing(connection)

    def begin_log(self, head: Head) -> None:
        """Write the head of an empty log, unless there is a log already.

        Raises:
            WrongMission: the database holds the log of another origin.
        """
        with self.writing() as writing:
            row = writing._connection.execute(_LOCK_HEAD).one_or_none()
            if row is None:
                writing._insert(_head, [{"id": 1, **_head_row(head)}])
            elif row.origin != head.origin:
                raise WrongMission("log of another origin")

    def scrub(self) -> None:
        """Fold the write-ahead log into the database and cut it, so that erased bytes stand in neither."""
        with _translated(), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            if isinstance(driver, sqlite3.Connection):
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go of the files."""
        self._reader.dispose()
        self._writer.dispose()


def _head_row(head: Head) -> dict[str, Any]:
    return {
        "schema_version": _SCHEMA_VERSION,
        "origin": head.origin,
        "size": head.frontier.size,
        "frontier": b"".join(head.frontier.peaks),
        "day": head.day,
        "objects": head.objects,
        "note": head.note,
    }


def _parse_head(row: Any) -> Head:
    if row is None or row.schema_version != _SCHEMA_VERSION:
        raise Damaged("head of the log")
    peaks = tuple(row.frontier[at : at + HASH_BYTES] for at in range(0, len(row.frontier), HASH_BYTES))
    try:
        frontier = Frontier(row.size, peaks)
    except BadProof:
        raise Damaged("frontier of the log") from None
    return Head(origin=row.origin, frontier=frontier, day=row.day, objects=row.objects, note=row.note)


def _engine(path: Path, begin: str, quota_bytes: int | None, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # else an error would carry what was in the row
        connect_args={"check_same_thread": False, "timeout": 5.0},
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        if quota_bytes is not None:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count={max(1, quota_bytes // page_bytes)}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_WAIT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the database into ours, which carry nothing that was in a statement."""
    try:
        yield
    except exc.TimeoutError:
        raise Busy("database") from None
    except exc.DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the primary code
        if code in _FULL:  # a write that fails is a disk that takes no more, whatever errno said
            raise DiskFull("database") from None
        if code in _WAIT:
            raise Busy("database") from None
        raise Damaged("database") from None
