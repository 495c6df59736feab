"""What a mission draws on its map: areas of three levels, rivers and roads, out of GeoJSON. Pure.

What is not a feature that can be drawn is left out and counted, never an error: half a map is better than none. All
coordinates are on the unit square of `projection`; a country at the date line is moved into one piece.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from fieldapp.maps.projection import Point, project
from fieldapp.maps.view import Bounds

LEVELS = ("adm1", "adm2", "adm3")
Ring = tuple[float, ...]  # x0, y0, x1, y1, ...; closed by itself, the first point is not repeated
MAX_POINTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Area:
    """An area with a name.

    Attributes:
        names: adm1, adm2, adm3; empty below its own level.
        level: 1 to 3.
        title: its own name; `titles` the same by language, where the mission gave it.
        code: P-code, or empty.
        pieces: polygons, each an outer ring and its holes.
        bounds: of all of it.
        heart: a point inside, for its label.
    """

    names: tuple[str, str, str]
    level: int
    title: str
    titles: Mapping[str, str]
    code: str
    pieces: tuple[tuple[Ring, ...], ...]
    bounds: Bounds
    heart: Point

    def said(self, language: str) -> str:
        """The name in a language, else as the mission has it."""
        return self.titles.get(language, self.title)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        west, north, east, south = self.bounds
        if not (west <= x <= east and north <= y <= south):
            return False
        return any(sum(_inside(ring, x, y) for ring in piece) % 2 for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Track:
    """A line: `kind` is river or road, or what the mission calls it."""

    kind: str
    name: str
    points: Ring
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Where:
    """The names of the areas around a point, from large to small, and the P-code of the smallest; all may be empty."""

    adm1: str = ""
    adm2: str = ""
    adm3: str = ""
    code: str = ""


@dataclass(frozen=True)
class Country:
    """Everything drawn. `left_out` counts features that could not be read."""

    areas: tuple[Area, ...] = ()
    tracks: tuple[Track, ...] = ()
    bounds: Bounds | None = None
    left_out: int = 0

    def near(self, x: float) -> float:
        """The copy of a meridian that lies where this country is drawn."""
        middle = 0.5 if self.bounds is None else (self.bounds[0] + self.bounds[2]) / 2
        return (x - middle + 0.5) % 1.0 - 0.5 + middle

    def around(self, lat: float, lon: float) -> tuple[Area, ...]:
        """The areas that hold a point, from large to small."""
        x, y = project(lat, lon)
        found = [area for area in self.areas if area.holds(self.near(x), y)]
        return tuple(sorted(found, key=lambda area: area.level))

    def where(self, lat: float, lon: float) -> Where:
        """The names around a point."""
        around = self.around(lat, lon)
        if not around:
            return Where()
        smallest = around[-1]
        return Where(*smallest.names, smallest.code)

    def seen(self, bounds: Bounds) -> tuple[list[Area], list[Track]]:
        """What touches a part of the unit square (in the copy of the world where the country is drawn)."""
        return (
            [area for area in self.areas if _meet(area.bounds, bounds)],
            [track for track in self.tracks if _meet(track.bounds, bounds)],
        )

    @cached_property
    def top_level(self) -> int:
        """The level of the largest areas: together they are what the mission covers. 0 where none is drawn."""
        return min((area.level for area in self.areas), default=0)

    @cached_property
    def usual_widths(self) -> Mapping[int, float]:
        """Level -> half of its areas are wider than this."""
        widths: dict[int, list[float]] = {}
        for area in self.areas:
            widths.setdefault(area.level, []).append(area.bounds[2] - area.bounds[0])
        return {level: median(found) for level, found in widths.items()}


def read_country(*collections: Mapping[str, Any] | None) -> Country:
    """Areas and lines of GeoJSON FeatureCollections; what cannot be drawn is counted and left out."""
    areas: list[Area] = []
    tracks: list[Track] = []
    left_out, anchor, room = 0, None, MAX_POINTS
    for feature in (each for collection in collections for each in _features(collection)):
        try:
            shape, properties = feature["geometry"], feature.get("properties") or {}
            kind, coordinates = shape["type"], shape["coordinates"]
            if kind in {"Polygon", "MultiPolygon"}:
                area = _area(properties, [coordinates] if kind == "Polygon" else coordinates, anchor)
                areas.append(area)
                anchor = anchor if anchor is not None else area.heart[0]
                room -= sum(len(ring) for piece in area.pieces for ring in piece) // 2
            elif kind in {"LineString", "MultiLineString"}:
                lines = [coordinates] if kind == "LineString" else coordinates
                made = [_track(properties, line, anchor) for line in lines]
                tracks += made
                room -= sum(len(track.points) for track in made) // 2
            else:
                left_out += 1
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
            left_out += 1
        if room < 0:
            break
    everything = [shape.bounds for shape in (areas or tracks)]
    return Country(tuple(areas), tuple(tracks), _union(everything), left_out)


def _features(collection: Mapping[str, Any] | None) -> Iterator[Any]:
    found = collection.get("features") if isinstance(collection, Mapping) else None
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        yield from found


def _area(properties: Mapping[str, Any], polygons: Sequence[Any], anchor: float | None) -> Area:
    names = [_text(properties.get(level)) for level in LEVELS]
    if not names[0]:
        raise ValueError("no adm1")
    level = 3 if names[1] and names[2] else 2 if names[1] else 1
    pieces: list[tuple[Ring, ...]] = []
    for polygon in polygons:
        rings = [_ring(ring, anchor) for ring in polygon]
        pieces.append(tuple(ring for ring in rings if len(ring) >= 6))
        if not pieces[-1]:
            raise ValueError("no ring")
    if not pieces:
        raise ValueError("no polygon")
    titles = {
        key.removeprefix("name_"): _text(value)
        for key, value in properties.items()
        if key.startswith("name_") and _text(value)
    }
    largest = max(pieces, key=lambda piece: _size(piece[0]))
    return Area(
        (names[0], names[1] if level > 1 else "", names[2] if level > 2 else ""),
        level,
        _text(properties.get("name")) or names[level - 1],
        titles,
        _text(properties.get("code")),
        tuple(pieces),
        _union([_bounds(piece[0]) for piece in pieces]) or (0.0, 0.0, 0.0, 0.0),
        _heart(largest),
    )


def _track(properties: Mapping[str, Any], line: Sequence[Any], anchor: float | None) -> Track:
    points = _ring(line, anchor, closed=False)
    if len(points) < 4:
        raise ValueError("no line")
    return Track(_text(properties.get("kind")), _text(properties.get("name")), points, _bounds(points))


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _ring(points: Sequence[Any], anchor: float | None, *, closed: bool = True) -> Ring:
    """Flat coordinates; steps over the date line are followed, then the whole ring is moved next to `anchor`."""
    flat: list[float] = []
    before = None
    for point in points:
        lon, lat = float(point[0]), float(point[1])
        if not (math.isfinite(lon) and -90 <= lat <= 90 and -540 <= lon <= 540):
            raise ValueError("coordinates")
        x, y = project(lat, lon)
        if before is not None:
            x -= round(x - before)
        before = x
        flat += (x, y)
    if closed and len(flat) >= 4 and flat[:2] == flat[-2:]:
        del flat[-2:]
    if anchor is not None and flat:
        shift = round(anchor - sum(flat[::2]) / (len(flat) // 2))
        if shift:
            flat[::2] = [x + shift for x in flat[::2]]
    return tuple(flat)


def _bounds(ring: Ring) -> Bounds:
    return min(ring[::2]), min(ring[1::2]), max(ring[::2]), max(ring[1::2])


def _union(parts: Sequence[Bounds]) -> Bounds | None:
    if not parts:
        return None
    return (
        min(part[0] for part in parts),
        min(part[1] for part in parts),
        max(part[2] for part in parts),
        max(part[3] for part in parts),
    )


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _inside(ring: Ring, x: float, y: float) -> bool:
    """Whether a ray from the point to the east crosses the ring an odd number of times."""
    odd = False
    ax, ay = ring[-2], ring[-1]
    for at in range(0, len(ring), 2):
        bx, by = ring[at], ring[at + 1]
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
        ax, ay = bx, by
    return odd


def _size(ring: Ring) -> float:
    west, north, east, south = _bounds(ring)
    return (east - west) * (south - north)


def _heart(piece: tuple[Ring, ...]) -> Point:
    """A point well inside: the middle of the widest stretch on one of five lines across."""
    west, north, _east, south = _bounds(piece[0])
    best, found = -1.0, (west, north)
    for step in (0.5, 0.4, 0.6, 0.3, 0.7):
        y = north + (south - north) * step
        cuts = sorted(cut for ring in piece for cut in _cuts(ring, y))
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            if right - left > best * (
                1.15 if best > 0 else 1
            ):  # prefer the middle line unless another is clearly wider
                best, found = right - left, ((left + right) / 2, y)
    return found


def _cuts(ring: Ring, y: float) -> Iterator[float]:
    ax, ay = ring[-2], ring[-1]
    for at in range(0, len(ring), 2):
        bx, by = ring[at], ring[at + 1]
        if (ay > y) != (by > y):
            yield (bx - ax) * (y - ay) / (by - ay) + ax
        ax, ay = bx, by


def thinned(ring: Ring, least: float) -> Ring:
    """Fewer points: none closer than `least` to the one before; both ends stay."""
    if len(ring) <= 8:
        return ring
    kept = [ring[0], ring[1]]
    ax, ay, square = ring[0], ring[1], least * least
    for at in range(2, len(ring) - 2, 2):
        bx, by = ring[at], ring[at + 1]
        if (bx - ax) * (bx - ax) + (by - ay) * (by - ay) >= square:
            kept += (bx, by)
            ax, ay = bx, by
    kept += ring[-2:]
    return tuple(kept)
