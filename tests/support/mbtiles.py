"""Small MBTiles files: one coloured picture a tile, so that a test sees which tile stands where."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from PIL import Image


def picture(colour: tuple[int, int, int], side: int = 256, kind: str = "PNG") -> bytes:
    """A square of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind, lossless=True) if kind == "WEBP" else Image.new(
        "RGB", (side, side), colour
    ).save(out, kind)
    return out.getvalue()


def colour_of(zoom: int, x: int, y: int) -> tuple[int, int, int]:
    """The colour of a tile, y counted from the north."""
    return 40 + 40 * (zoom % 5), 50 + 60 * (x % 4), 50 + 60 * (y % 4)


def write_mbtiles(
    path: Path,
    *,
    levels: range = range(3),
    kind: str = "PNG",
    metadata: Mapping[str, str] | None = None,
    tiles: Mapping[tuple[int, int, int], bytes] | None = None,
) -> Path:
    """A file with every tile of `levels`, or with `tiles` ((zoom, x, y from the north) -> data)."""
    if tiles is None:
        tiles = {
            (zoom, x, y): picture(colour_of(zoom, x, y), kind=kind)
            for zoom in levels
            for x in range(1 << zoom)
            for y in range(1 << zoom)
        }
    if metadata is None:
        metadata = {"name": "Test", "format": kind.lower(), "bounds": "-180,-85,180,85", "attribution": "Nobody"}
    db = sqlite3.connect(path)
    with db:
        db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        db.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        db.executemany("INSERT INTO metadata VALUES (?, ?)", list(metadata.items()))
        rows = [(zoom, x, (1 << zoom) - 1 - y, data) for (zoom, x, y), data in tiles.items()]
        db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        db.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
    db.close()
    return path
