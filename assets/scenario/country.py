"""Ruvala, a country that does not exist: its outline, 18 areas on three levels, two rivers and the roads.

It lies in the open Atlantic, so that no point of it falls into a real place. Names are made up. Drawn once
from a seed; the committed files are what this module writes.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from assets.scenario.geometry import (
    Point,
    Ring,
    cell,
    centroid,
    contains,
    edges,
    rough_line,
    rounded,
    signed_area,
    split_into,
)

NAME = "Ruvala"
STEP = 0.075  # longest straight piece of a border, degrees

# A coast and seats of areas on a sheet of 460 by 320, y downwards, as one draws on paper.
_SKETCH: dict[str, Any] = json.loads(Path(__file__).with_name("sketch.json").read_text(encoding="utf-8"))
_CORNER, _SCALE = (-18.2, 6.1), 0.0122  # degrees a unit of the sheet


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the first level: one row of the weekly table."""

    name: str
    seat: tuple[int, int]
    french: str
    arabic: str
    districts: tuple[str, ...]


AREAS = tuple(
    Area(one["name"], (one["seat"][0], one["seat"][1]), one["french"], one["arabic"], tuple(one["districts"]))
    for one in _SKETCH["areas"]
)
# French and Arabic names of districts, and of the villages that give them theirs
_DISTRICTS: dict[str, list[str]] = _SKETCH["district_names"]
# The letters of which the names of villages are drawn; every vowel of them is long in Arabic.
_ARABIC = {
    "ny": "ني", "ss": "س", "ou": "و", "a": "ا", "b": "ب", "d": "د", "e": "ي", "é": "ي", "f": "ف", "g": "غ", "h": "ه",
    "i": "ي", "k": "ك", "l": "ل", "m": "م", "n": "ن", "o": "و", "r": "ر", "s": "س", "t": "ت", "u": "و", "v": "ف",
    "w": "و", "z": "ز",
}  # fmt: skip
_FIRST, _MIDDLE, _LAST = (_SKETCH["syllables"][place].split() for place in ("first", "middle", "last"))


@dataclass(frozen=True, slots=True)
class Village:
    """An area of the third level."""

    adm1: str
    adm2: str
    name: str
    code: str
    ring: tuple[Point, ...]

    @property
    def centre(self) -> Point:
        """A point inside, (longitude, latitude)."""
        middle = rounded(centroid(self.ring))
        return middle if contains(self.ring, middle) else rounded(self.ring[0])


@dataclass(frozen=True, slots=True)
class Country:
    """All villages; the higher levels are their unions."""

    villages: tuple[Village, ...]

    def of(self, adm1: str) -> tuple[Village, ...]:
        """The villages of one row of the table."""
        return tuple(village for village in self.villages if village.adm1 == adm1)


def _on_earth(x: float, y: float) -> Point:
    return rounded((_CORNER[0] + x * _SCALE, _CORNER[1] - y * _SCALE))


def _sketch(text: str) -> Ring:
    return [_on_earth(*map(float, pair.split(","))) for pair in text.split()]


def _districts(rng: random.Random) -> Iterator[tuple[Area, Ring]]:
    """Voronoi cells of the seats, every side then drawn once as a rough line that both neighbours use."""
    coast = _sketch(_SKETCH["coast"])
    seats = [_on_earth(*area.seat) for area in AREAS]
    cells = [_corners(cell(coast, seat, seats)) for seat in seats]
    shared = Counter(frozenset(side) for corners in cells for side in edges(corners))
    lines: dict[frozenset[Point], list[Point]] = {}
    for area, corners in zip(AREAS, cells, strict=True):
        ring: Ring = []
        for a, b in edges(corners):
            key = frozenset((a, b))
            if key not in lines:
                at_sea = shared[key] == 1
                lines[key] = rough_line(a, b, rng, sway=0.2 if at_sea else 0.16, step=STEP / 2 if at_sea else STEP)
            line = lines[key] if lines[key][0] == a else lines[key][::-1]
            ring.extend(line[:-1])
        yield area, ring


def _corners(ring: Ring) -> Ring:
    corners = [rounded(point) for point in ring]
    return [point for point, after in edges(corners) if point != after]


def _village_names(rng: random.Random) -> Iterator[str]:
    taken = {district for area in AREAS for district in area.districts} | {area.name for area in AREAS}
    while True:
        name = rng.choice(_FIRST) + (rng.choice(_MIDDLE) if rng.random() < 0.6 else "") + rng.choice(_LAST)
        if len(name) > 4 and name not in taken:
            taken.add(name)
            yield name


def draw(seed: int) -> Country:
    """The country of this seed: the same seed draws the same borders on every machine."""
    rng = random.Random(f"ruvala {seed}")
    names = _village_names(rng)
    villages = []
    for number, (area, ring) in enumerate(_districts(rng), 1):
        parts = split_into(ring, len(area.districts), rng, step=STEP)
        for district, (adm2, part) in enumerate(zip(area.districts, parts, strict=True), 1):
            pieces = split_into(part, 2 + (rng.random() < 0.4), rng, step=STEP)
            for village, piece in enumerate(pieces, 1):
                # a village that gives its district the name stands first in it
                name = adm2 if village == 1 else next(names)
                code = f"RV{number:02d}{district:02d}{village:02d}"
                villages.append(Village(area.name, adm2, name, code, tuple(_turning_left(piece))))
    return Country(tuple(villages))


def _turning_left(ring: Ring) -> Ring:
    return ring if signed_area(ring) > 0 else ring[::-1]


def union(rings: Iterable[Iterable[Point]]) -> list[Ring]:
    """Rings around areas that share borders: sides that occur once, joined end to end.

    Raises:
        ValueError: the sides do not close, so the areas did not fit together.
    """
    sides = Counter(side for ring in rings for side in edges(list(ring)))
    ahead: dict[Point, list[Point]] = {}
    for a, b in sides:
        if (b, a) not in sides:
            ahead.setdefault(a, []).append(b)
    found = []
    while ahead:
        start = point = min(ahead)
        ring: Ring = []
        while True:
            ring.append(point)
            after = ahead.get(point)
            if not after:
                raise ValueError("borders do not close")
            point = after.pop()
            if not after:
                del ahead[ring[-1]]
            if point == start:
                break
        found.append(ring)
    return found


def arabic_of(village: str) -> str:
    """The name of a drawn village in Arabic letters.

    Raises:
        KeyError: a letter that no syllable of the sketch has.
    """
    letters = re.findall("|".join(("ny", "ss", "ou", ".")), village.lower())
    return "".join(_ARABIC[letter] for letter in letters)


def names_of(name: str) -> dict[str, str]:
    """`name_fr` and `name_ar` of a district or village; a village is spelt in French as it is."""
    french, arabic = _DISTRICTS.get(name) or (name, arabic_of(name))
    return {"name_fr": french, "name_ar": arabic}


def _feature(rings: list[Ring], **properties: Any) -> dict[str, Any]:
    closed = [[list(point) for point in [*ring, ring[0]]] for ring in rings]
    if len(closed) == 1:
        geometry: dict[str, Any] = {"type": "Polygon", "coordinates": closed}
    else:
        geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in closed]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def areas_geojson(country: Country) -> dict[str, Any]:
    """All three levels in one collection; `adm1` of every feature names the row of the weekly table."""
    features = []
    for number, area in enumerate(AREAS, 1):
        own = country.of(area.name)
        names = {"name_fr": area.french, "name_ar": area.arabic}
        code = f"RV{number:02d}"
        features.append(
            _feature(union(v.ring for v in own), adm1=area.name, level=1, code=code, name=area.name, **names)
        )
        for district, adm2 in enumerate(area.districts, 1):
            rings = union(v.ring for v in own if v.adm2 == adm2)
            place = {
                "adm1": area.name,
                "adm2": adm2,
                "level": 2,
                "code": f"{code}{district:02d}",
                "name": adm2,
                **names_of(adm2),
            }
            features.append(_feature(rings, **place))
        for v in own:
            place = {
                "adm1": v.adm1,
                "adm2": v.adm2,
                "adm3": v.name,
                "level": 3,
                "code": v.code,
                "name": v.name,
                **names_of(v.name),
            }
            features.append(_feature([list(v.ring)], **place))
    return {"type": "FeatureCollection", "features": features}


def lines_geojson(seed: int) -> dict[str, Any]:
    """Rivers and roads, for the eye only: nothing is computed from them."""
    rng = random.Random(f"lines {seed}")
    features = []
    for kind, drawn in (("river", _SKETCH["rivers"]), ("road", _SKETCH["roads"])):
        for name, sketch in drawn.items():
            points = _sketch(sketch)
            line = [points[0]]
            for a, b in pairwise(points):
                line += rough_line(a, b, rng, sway=0.14 if kind == "river" else 0.07, step=STEP)[1:]
            geometry = {"type": "LineString", "coordinates": [list(point) for point in line]}
            features.append({"type": "Feature", "properties": {"kind": kind, "name": name}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}
