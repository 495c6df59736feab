"""What the map is drawn from: pictures of a file where there are any, and always the mission's own areas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fieldapp.maps.features import Country, read_country
from fieldapp.maps.mbtiles import NotAMap, TileFile
from fieldapp.maps.places import Found, Gazetteer, gazetteer, read_places
from fieldapp.maps.view import Bounds

__all__ = ["MapFiles", "MapSource", "NotAMap", "find", "load", "open_map"]

FOLDER = "maps"
MAX_FILE_BYTES = 32 * 1024 * 1024
_WORLD: Bounds = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class MapFiles:
    """What lies in the folder of maps: pictures, lists of places, and lines (rivers, roads) as GeoJSON."""

    tiles: tuple[Path, ...] = ()
    places: tuple[Path, ...] = ()
    lines: tuple[Path, ...] = ()


@dataclass(frozen=True)
class MapSource:
    """A map that can be drawn.

    Attributes:
        country: areas and lines.
        tiles: pictures, or None: then the areas are the map.
        places: of the mission's list.
        problem: why a file of pictures was not taken, else None.
    """

    country: Country
    tiles: TileFile | None = None
    places: tuple[Found, ...] = ()
    problem: NotAMap | None = None

    @cached_property
    def names(self) -> Gazetteer:
        """The gazetteer; made when it is first asked."""
        return gazetteer(self.country, self.places)

    @property
    def bounds(self) -> Bounds:
        """What the map shows at first: the mission's areas, else the file's, else the world."""
        if self.country.bounds is not None:
            return self.country.bounds
        return self.tiles.facts.bounds if self.tiles is not None else _WORLD

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.tiles is None and not self.country.areas and not self.country.tracks

    def close(self) -> None:
        """Give the file back."""
        if self.tiles is not None:
            self.tiles.close()


def find(home: Path) -> MapFiles:
    """What lies in `HOME/maps`, by name; nothing where there is no such folder."""

    def those(*endings: str) -> tuple[Path, ...]:
        try:
            return tuple(
                sorted(path for path in (home / FOLDER).iterdir() if path.suffix.lower() in endings and path.is_file())
            )
        except OSError:
            return ()

    return MapFiles(those(".mbtiles"), those(".csv"), those(".geojson", ".json"))


def open_map(path: Path | None, areas_geojson: Mapping[str, Any] | None) -> MapSource:
    """A map from one file of pictures, or from the areas alone.

    Raises:
        NotAMap: `path` is no map.
    """
    return MapSource(read_country(areas_geojson), None if path is None else TileFile(path))


def load(home: Path | None, areas_geojson: Mapping[str, Any] | None) -> MapSource:
    """The map of a tablet: the first file of pictures that is one, all lists of places, all lines; never an error."""
    files = MapFiles() if home is None else find(home)
    country = read_country(areas_geojson, *(_json(path) for path in files.lines))
    tiles, problem = None, None
    for path in files.tiles:
        try:
            tiles = TileFile(path)
            break
        except NotAMap as error:
            problem = error
    places = tuple(place for path in files.places for place in read_places(_bytes(path)).places)
    return MapSource(country, tiles, places, None if tiles is not None else problem)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else b""
    except OSError:
        return b""


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(_bytes(path) or b"null")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None
