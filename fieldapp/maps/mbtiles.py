"""Map pictures out of an MBTiles file (specification 1.3), read only.

The file comes from outside and is not signed: it is opened without any right to write, each question to it has a
budget of work, and whatever is not a map ends as `NotAMap`. A single picture that cannot be read is no error: the
window hatches its place.
"""

from __future__ import annotations

import math
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from fieldapp.maps.projection import project
from fieldapp.maps.view import Bounds
from firsthand import errors

MAX_TILE_BYTES = 2 * 1024 * 1024
MAX_LEVEL = 22
_HEAD = b"SQLite format 3\x00"
_PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}
_FORMATS = frozenset({"png", "jpg", "jpeg", "webp"})
_BUDGET = 200  # of 100,000 steps of the database's machine each: a view that never ends is stopped


class NotAMap(errors.TheirFault):
    """A file that was put where maps lie holds no map pictures: no database, no tiles, vector tiles, or broken."""

    code = "not-a-map"


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a file says of itself, put right where it says nothing or nonsense.

    Attributes:
        name, attribution: as given, one line each; may be empty.
        least, most: zoom levels that it holds.
        bounds: on the unit square.
    """

    name: str
    attribution: str
    least: int
    most: int
    bounds: Bounds


class TileFile:
    """An open MBTiles file."""

    def __init__(self, path: Path) -> None:
        """Open and check it.

        Raises:
            NotAMap: it is no database, has no tiles, holds vector tiles, or cannot be read.
        """
        self._left = _BUDGET
        self._db = _connected(path)
        try:
            self._db.set_progress_handler(self._spend, 100_000)
            self.facts = self._read_facts()
        except (sqlite3.Error, ValueError, OverflowError, MemoryError):
            self.close()
            raise NotAMap("unreadable") from None
        except NotAMap:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """The picture of a tile, y counted from the north; None where there is none, or it cannot be read."""
        if not 0 <= zoom <= MAX_LEVEL or not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            return None
        row = (1 << zoom) - 1 - y  # the file counts rows from the south
        self._left = _BUDGET
        try:
            found = self._db.execute(
                "SELECT CASE WHEN length(tile_data) <= ? THEN tile_data END FROM tiles"
                " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1",
                (MAX_TILE_BYTES, zoom, x, row),
            ).fetchone()
        except (sqlite3.Error, OverflowError, MemoryError):
            return None
        return found[0] if found and isinstance(found[0], bytes) and found[0] else None

    def _spend(self) -> int:
        self._left -= 1
        return int(self._left < 0)

    def _read_facts(self) -> TileFacts:
        said = self._metadata()
        least, most, sample = self._levels()
        kind = next((name for mark, name in _PICTURES.items() if sample.startswith(mark)), "")
        if not kind and said.get("format", "").lower() not in _FORMATS:
            raise NotAMap("vector" if said.get("format", "") == "pbf" or sample[:2] == b"\x1f\x8b" else "no pictures")
        return TileFacts(
            _line(said.get("name", "")),
            _line(said.get("attribution", "")),
            least,
            most,
            _said_bounds(said.get("bounds", "")) or self._drawn_bounds(most),
        )

    def _metadata(self) -> dict[str, str]:
        """All of it; a file without this table is still a map."""
        try:
            rows = self._db.execute("SELECT name, value FROM metadata LIMIT 200").fetchall()
        except sqlite3.OperationalError:
            return {}
        return {name: value for name, value in rows if isinstance(name, str) and isinstance(value, str)}

    def _levels(self) -> tuple[int, int, bytes]:
        least, most = self._db.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= most <= MAX_LEVEL:
            raise NotAMap("no tiles")
        row = self._db.execute("SELECT substr(tile_data, 1, 16) FROM tiles WHERE zoom_level = ? LIMIT 1", (most,))
        sample = (row.fetchone() or (b"",))[0]
        return least, most, sample if isinstance(sample, bytes) else b""

    def _drawn_bounds(self, level: int) -> Bounds:
        """Where its finest tiles lie, for a file that does not say."""
        west, east, low, high = self._db.execute(
            "SELECT min(tile_column), max(tile_column), min(tile_row), max(tile_row) FROM tiles WHERE zoom_level = ?",
            (level,),
        ).fetchone()
        side = 1 << level
        numbers = [value for value in (west, east, low, high) if isinstance(value, int) and 0 <= value < side]
        if len(numbers) != 4:
            return 0.0, 0.0, 1.0, 1.0
        return west / side, 1 - (high + 1) / side, (east + 1) / side, 1 - low / side


def _connected(path: Path) -> sqlite3.Connection:
    try:
        with path.open("rb") as file:
            if file.read(len(_HEAD)) != _HEAD:
                raise NotAMap("no database")
        # immutable: no journal is looked for or written beside the file, so a card that is write-protected will do
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except (OSError, sqlite3.Error, ValueError):
        raise NotAMap("unreadable") from None
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024)
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
    except sqlite3.Error:
        db.close()
        raise NotAMap("unreadable") from None
    return db


def _line(text: str) -> str:
    """One short line without markup: some files carry links in their attribution."""
    return " ".join(re.sub(r"<[^<>]*>|[\x00-\x1f]", " ", text[:2000]).split())[:120]


def _said_bounds(text: str) -> Bounds | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    sound = all(math.isfinite(value) for value in (west, south, east, north))
    if not sound or not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    (left, top), (right, bottom) = project(north, west), project(south, east)
    return left, top, right, bottom
