"""A vault file that SQLite itself calls malformed: every row that can still be read moves to a new file.

    NAME.mend      the new file while it is being written; a crash leaves it, the next attempt begins anew
    NAME.mended    the new file, whole and forced to the disk; whoever opens NAME next puts it in its place first
    NAME.hurt      empty; says that this has happened, and when

Theory. A cut or flipped page costs the rows on it and no others. Rows are read from both ends of the table and
of its index, then one by one; a row of which only the id can be read becomes a row that does not open, so it is
counted and named like every damaged row. The old file does not stay beside: it would keep what panic and
retention erase.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

# Row numbers that are tried one by one between those that were found.
_PROBES_MAX = 200_000

Row = tuple[Any, Any]


def mend(path: Path, tables: Sequence[str], make: Callable[[sqlite3.Connection], None]) -> bool:
    """Writes NAME.mended from what can be read of NAME; False where too little can.

    Args:
        path: the file; nobody else may have it open.
        tables: names of the tables (id, sealed).
        make: makes the tables of a new file, `header` (n, sealed) among them.

    Raises:
        sqlite3.Error, OSError: the new file could not be written; the old one is as it was.
    """
    fresh = _beside(path, ".mend")
    _remove(fresh)
    with closing(_open_hurt(path)) as hurt:
        headers = list(_readable(hurt, "header", "n"))
        if not headers and not _is_empty(hurt, "header"):
            return False
        with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
            new.execute("pragma synchronous = full")
            new.execute("begin")
            make(new)
            new.executemany("insert or replace into header (n, sealed) values (?, ?)", headers)
            for table in tables:
                statement = f'insert or replace into "{table}" (id, sealed) values (?, ?)'  # noqa: S608
                new.executemany(statement, _rows(hurt, table))
            new.execute("commit")
    fresh.chmod(0o600)
    _beside(path, ".hurt").touch(mode=0o600)
    fresh.replace(_beside(path, ".mended"))
    _force(path.parent)
    return True


def finish(path: Path) -> None:
    """Puts a whole new file in the old one's place, if there is one. Raises OSError."""
    fresh = _beside(path, ".mended")
    if fresh.exists():
        for ending in ("-wal", "-shm"):  # what they hold is in the new file; left here, they would spoil it
            _remove(_beside(path, ending))
        fresh.replace(path)
        _force(path.parent)


def hurt_at_s(path: Path) -> int | None:
    """When the file was mended, seconds since 1970; None if never."""
    with suppress(OSError):
        return int(_beside(path, ".hurt").stat().st_mtime)
    return None


# -- reading what is hurt ------------------------------------------------------------------------------------
def _open_hurt(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path, isolation_level=None)
    # With a writable schema SQLite opens a file that is shorter than it says; nothing is written all the same.
    for pragma in ("writable_schema = on", "query_only = on", "trusted_schema = off", "cell_size_check = on"):
        conn.execute(f"pragma {pragma}")
    return conn


def _rows(hurt: sqlite3.Connection, table: str) -> Iterator[Row]:
    """All rows that can be read; then the ids of those that cannot, with nothing."""
    seen: set[bytes] = set()
    for row in _readable(hurt, table, "id"):
        if isinstance(row[0], bytes) and row[0] not in seen:
            seen.add(row[0])
            yield row
    for row_id in _ids(hurt, table):
        if isinstance(row_id, bytes) and row_id not in seen:
            seen.add(row_id)
            yield row_id, b""


def _readable(hurt: sqlite3.Connection, table: str, key: str) -> Iterator[Row]:
    """(key, sealed) from both ends, then row by row. A row may come twice."""
    columns = f'select rowid, {key}, sealed from "{table}" not indexed'  # noqa: S608
    numbers: set[int] = set()
    for direction in ("asc", "desc"):
        for number, *row in _until_damage(hurt, f"{columns} order by rowid {direction}"):
            numbers.add(number)
            yield row[0], row[1]
    known = {number for _, number in _until_damage_both(hurt, table, key)}
    last = min(max(numbers | known, default=0), _PROBES_MAX)
    for number in range(1, last + 1):
        if number not in numbers:
            for _, *row in _until_damage(hurt, f"{columns} where rowid = ?", (number,)):
                yield row[0], row[1]


def _ids(hurt: sqlite3.Connection, table: str) -> Iterator[Any]:
    for row_id, _ in _until_damage_both(hurt, table, "id"):
        yield row_id


def _until_damage_both(hurt: sqlite3.Connection, table: str, key: str) -> Iterator[tuple[Any, ...]]:
    """(key, row number) from the index of the keys, which stands on pages of its own, from both ends."""
    for direction in ("asc", "desc"):
        query = f'select {key}, rowid from "{table}" order by {key} {direction}'  # noqa: S608
        yield from _until_damage(hurt, query)


def _until_damage(hurt: sqlite3.Connection, query: str, values: Iterable[int] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of a query until one does not read."""
    with suppress(sqlite3.DatabaseError):
        yield from hurt.execute(query, tuple(values))


def _is_empty(hurt: sqlite3.Connection, table: str) -> bool:
    """Whether the table is there, reads, and holds nothing."""
    try:
        return bool(hurt.execute(f'select count(*) from "{table}"').fetchone() == (0,))  # noqa: S608
    except sqlite3.DatabaseError:
        return False


# -- files ---------------------------------------------------------------------------------------------------
def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _force(folder: Path) -> None:
    """Forces a renaming to the disk where the system lets us."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
