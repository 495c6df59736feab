"""The gazetteer: the names of all areas and of the mission's own list of places, found as an officer types them. Pure.

Accents, case, hyphens and the usual spellings of Arabic letters make no difference; a beginning is enough, and where
nothing begins like it one wrong, missing, added or swapped letter is forgiven.
"""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fieldapp.maps.features import Area, Country
from fieldapp.maps.projection import distance_m, unproject

MAX_PLACES = 100_000
PLACE_RADIUS_M = 1_000
_FORGIVE_FROM = 4  # letters: shorter words are too much alike
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"), "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "گ": "ك", "ـ": None,
        "ɛ": "e", "ɔ": "o", "ŋ": "n", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "œ": "oe", "æ": "ae",
        "’": None, "'": None, "ʼ": None, "ʿ": None, "ʾ": None,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A place by name.

    Attributes:
        name: its own name; adm1, adm2, adm3 the areas that hold it, empty where not known.
        level: 1 to 3 of an area, 0 of a place.
        lat, lon: its centre, degrees.
        radius_m: the circle around the centre that holds it.
        code: P-code, or empty.
        other: further names (other languages) that find it.
    """

    name: str
    adm1: str
    adm2: str
    adm3: str
    level: int
    lat: float
    lon: float
    radius_m: int
    code: str = ""
    other: tuple[str, ...] = ()

    def said(self, language: str) -> str:
        """The name in a language, where it is known."""
        return next((text.partition(":")[2] for text in self.other if text.startswith(language + ":")), self.name)


def folded(text: str) -> str:
    """A name as it is compared: letters and digits only, one space between words."""
    split = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in split)
    return " ".join("".join(kept).translate(_LETTERS).split())


class Gazetteer:
    """Names that can be searched."""

    def __init__(self, entries: Iterable[Found]) -> None:
        self.entries = tuple(entries)
        self._keys = [
            (key, at)
            for at, entry in enumerate(self.entries)
            for key in dict.fromkeys(folded(n) for n in (entry.name, *(o.partition(":")[2] for o in entry.other)))
            if key
        ]

    def search(self, query: str, limit: int = 8) -> list[Found]:
        """The best first: the whole name, its beginning, the beginning of a word in it, then one slip of the finger."""
        wanted = folded(query)
        if not wanted:
            return []
        ranked: dict[int, tuple[int, int]] = {}
        for key, at in self._keys:
            rank = 0 if key == wanted else 1 if key.startswith(wanted) else 2 if f" {wanted}" in key else 9
            if rank < 9:
                ranked[at] = min(ranked.get(at, (9, 0)), (rank, len(key)))
        if len(ranked) < limit and len(wanted) >= _FORGIVE_FROM:
            for key, at in self._keys:
                if at not in ranked and one_slip(wanted, key):
                    ranked[at] = (3, len(key))
        best = sorted(ranked, key=lambda at: (*ranked[at], self.entries[at].level or 9, self.entries[at].name))
        return [self.entries[at] for at in best[:limit]]


def one_slip(typed: str, name: str) -> bool:
    """Whether `typed` is the name, or a beginning of it, with one letter wrong, missing, added or two swapped."""
    for size in (len(typed) - 1, len(typed), len(typed) + 1):
        if 0 < size <= len(name) and _near(typed, name[:size]):
            return True
    return False


def _near(one: str, other: str) -> bool:
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    rest, there = one[at:], other[at:]
    if len(one) == len(other):
        swapped = len(rest) >= 2 and rest[1] + rest[0] + rest[2:] == there
        return rest[1:] == there[1:] or swapped
    return rest[1:] == there if len(one) > len(other) else rest == there[1:]


def gazetteer(country: Country, places: Iterable[Found] = ()) -> Gazetteer:
    """All areas of a country, each name once a level and parent, then the places of the mission's list."""
    seen: dict[tuple[object, ...], Found] = {}
    for area in country.areas:
        seen.setdefault((*area.names, area.level), of_area(area))
    return Gazetteer([*seen.values(), *(_placed(country, place) for place in places)])


def of_area(area: Area) -> Found:
    """An area as a place: its heart, and the circle that holds its largest reach."""
    lat, lon = unproject(*area.heart)
    west, north, east, south = area.bounds
    reach = max(distance_m((lat, lon), unproject(x, y)) for x in (west, east) for y in (north, south))
    other = tuple(f"{language}:{text}" for language, text in sorted(area.titles.items()))
    return Found(area.title, *area.names, area.level, lat, lon, _rounded_up(reach), area.code, other)


def _rounded_up(metres: float) -> int:
    """Two figures are enough for a reach."""
    power = int(10 ** max(0, math.floor(math.log10(max(metres, 1))) - 1))
    return max(1, math.ceil(metres / power) * power)


def _placed(country: Country, place: Found) -> Found:
    if place.adm1:
        return place
    where = country.where(place.lat, place.lon)
    return replace(place, adm1=where.adm1, adm2=where.adm2, adm3=where.adm3, code=place.code or where.code)


@dataclass(frozen=True, slots=True)
class PlaceList:
    """What a file of places held, and how many lines could not be read."""

    places: tuple[Found, ...]
    left_out: int


def read_places(data: bytes) -> PlaceList:
    """A CSV with the heads name, lat, lon and perhaps adm1, adm2, adm3, radius_m, code, in any order."""
    found: list[Found] = []
    left_out = 0
    for row in _rows(data):
        try:
            lat, lon = float(row["lat"]), float(row["lon"])
            name = " ".join(row["name"].split())[:120]
            radius = int(row.get("radius_m") or PLACE_RADIUS_M)
            if not name or not (-90 <= lat <= 90 and -180 <= lon <= 180) or not 1 <= radius <= 500_000:
                raise ValueError
        except (KeyError, ValueError, TypeError):
            left_out += 1
            continue
        adm1, adm2, adm3 = (" ".join((row.get(level) or "").split())[:120] for level in ("adm1", "adm2", "adm3"))
        found.append(Found(name, adm1, adm2, adm3, 0, lat, lon, radius, (row.get("code") or "").strip()[:20]))
    return PlaceList(tuple(found), left_out)


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    text = data.decode("utf-8-sig", "replace").replace("\x00", "")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="more", restval="")
    try:
        reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
        for count, row in enumerate(reader):
            if count >= MAX_PLACES:
                return
            yield {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
    except csv.Error:  # a line that is no line ends the list
        return
