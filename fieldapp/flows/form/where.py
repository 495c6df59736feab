"""Where: area by area, a place in words, a point; how close that is, and how it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldapp.flows.form.values import Report, Values, clean_line, folded

PLACE_CHARS = 120
LEVELS = ("adm1", "adm2", "adm3")
MAX_RADIUS_M = 500_000
EXACT, NEAR = 1, 2
_TITLE = "name_"
_LEVEL_PRECISION = {"adm1": 4, "adm2": 3, "adm3": 2}
_AREA_SIGNS = str.maketrans("", "", "\u00ad\u061c\u200c\u200d\u200e\u200f")


@dataclass(frozen=True, slots=True)
class Point:
    """A point that was chosen.

    Attributes:
        lat, lon: degrees, WGS 84.
        given_as: `map`, `gazetteer`, `mgrs`, `plus_code` or `gps`.
        radius_m: how far the place may lie from it, 0 where nobody said.
    """

    lat: float
    lon: float
    given_as: str
    radius_m: int = 0


class Where(Values):
    """The place of the incident."""

    __slots__ = ()

    @property
    def place(self) -> Report:
        """The fields of the place."""
        incident = self.report.setdefault("incident", {})
        found: Report = incident.setdefault("place", {})
        return found

    def choose_area(self, level: str, name: str) -> None:
        """A name of the first, second or third level; smaller ones below it are taken back."""
        place, name = self.place, clean_line(name, PLACE_CHARS).translate(_AREA_SIGNS).strip()
        if not name:
            return
        for lower in LEVELS[LEVELS.index(level) :]:
            place.pop(lower, None)
        place[level] = name
        if self.marks.get("place") != "typed":
            place["name"] = name
        if "place_precision" not in self.marks and not self.has_point:
            place["precision"] = _LEVEL_PRECISION[level]

    def name_place(self, name: str) -> None:
        """A place name as it was heard; empty goes back to the name of the area."""
        clean, place = clean_line(name, PLACE_CHARS), self.place
        if clean:
            self.marks["place"] = "typed"
            place["name"] = clean
            self._given("words")
            return
        self.marks.pop("place", None)
        area = next((place[level] for level in reversed(LEVELS) if place.get(level)), None)
        if area:
            place["name"] = area
        else:
            place.pop("name", None)
        if not self.has_point:
            place.pop("given_as", None)

    def choose_place_precision(self, precision: int) -> None:
        """1 exact, 2 near, 3 second level, 4 first level."""
        self.marks["place_precision"] = "chosen"
        self.place["precision"] = precision

    @property
    def has_point(self) -> bool:
        """Whether coordinates stand in it."""
        return "lat" in self.report.get("incident", {}).get("place", {})

    def put_point(self, point: Point) -> None:
        """Coordinates, how they were given, and how far off they may be."""
        place = self.place
        place["lat"], place["lon"] = round(point.lat, 7), round(point.lon, 7)
        self._given(point.given_as)
        self.choose_radius(point.radius_m)
        if "place_precision" not in self.marks:
            place["precision"] = EXACT if point.radius_m <= 2_000 else NEAR

    def drop_point(self) -> None:
        """Take the coordinates back; names stay."""
        for name in ("lat", "lon", "radius_m", "given_as"):
            self.place.pop(name, None)
        if self.marks.get("place") == "typed":
            self._given("words")

    def choose_radius(self, metres: int) -> None:
        """How far the place may lie from the point; 0 for not said."""
        if metres > 0 and self.form > 1:
            self.place["radius_m"] = min(metres, MAX_RADIUS_M)
        else:
            self.place.pop("radius_m", None)

    def _given(self, how: str) -> None:
        if self.form > 1 and (how != "words" or not self.has_point):
            self.place["given_as"] = how


@dataclass(frozen=True, slots=True)
class AreaTree:
    """Names of areas by level, from the mission's drawn areas: adm1 -> adm2 -> adm3.

    Attributes:
        titles: name -> language -> what it is called there, for areas that have names in other languages.
    """

    tree: Mapping[str, Mapping[str, tuple[str, ...]]]
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, areas_geojson: Mapping[str, Any] | None) -> AreaTree:
        """From the feature properties `adm1`, `adm2`, `adm3`, `name_LANGUAGE`; empty without areas."""
        tree: dict[str, dict[str, set[str]]] = {}
        titles: dict[str, dict[str, str]] = {}
        for feature in (areas_geojson or {}).get("features", ()):
            names = feature.get("properties", {})
            first, second, third = (names.get(level) for level in LEVELS)
            own = str(third or second or first or "")
            for key, said in names.items():
                if own and key.startswith(_TITLE) and isinstance(said, str) and said:
                    titles.setdefault(own, {}).setdefault(key.removeprefix(_TITLE), said)
            if first:
                below = tree.setdefault(str(first), {})
                if second:
                    lowest = below.setdefault(str(second), set())
                    if third:
                        lowest.add(str(third))
        return cls(
            {
                one: {two: tuple(sorted(three)) for two, three in sorted(rest.items())}
                for one, rest in sorted(tree.items())
            },
            titles,
        )

    def said(self, name: str, language: str) -> str:
        """What an area is called in a language; its own name where it has no other."""
        return self.titles.get(name, {}).get(language, name)

    def first(self) -> list[str]:
        """Names of the first level."""
        return list(self.tree)

    def second(self, adm1: str) -> list[str]:
        """Names within one of the first level."""
        return list(self.tree.get(adm1, {}))

    def third(self, adm1: str, adm2: str) -> list[str]:
        """Names within one of the second level."""
        return list(self.tree.get(adm1, {}).get(adm2, ()))

    def names(self) -> frozenset[str]:
        """All names of all levels, in all languages."""
        found = set(self.tree) | {said for each in self.titles.values() for said in each.values()}
        for below in self.tree.values():
            found |= set(below) | {name for lowest in below.values() for name in lowest}
        return frozenset(found)

    def find(self, query: str, limit: int = 12) -> list[tuple[str, ...]]:
        """Areas whose name, in any language, holds every word of the query: paths from the first level down."""
        wanted = folded(query).split()
        if not wanted:
            return []
        paths: list[tuple[str, ...]] = []
        for one, below in self.tree.items():
            paths.append((one,))
            for two, lowest in below.items():
                paths += [(one, two), *((one, two, three) for three in lowest)]
        ranked = []
        for order, path in enumerate(paths):
            names = [folded(name) for name in (path[-1], *self.titles.get(path[-1], {}).values())]
            fitting = [name for name in names if all(word in name for word in wanted)]
            if fitting:
                ranked.append((not any(name.startswith(wanted[0]) for name in fitting), order, path))
        return [path for _, _, path in sorted(ranked)][:limit]
