"""Drawn areas of the mission by name: the outline that a map or an export may use. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Ring = list[tuple[float, float]]
Polygons = list[list[Ring]]


def outlines(areas: Mapping[str, Any] | None) -> dict[str, Polygons]:
    """Polygons by `adm1`, from the features of the highest level that a name has.

    A file may hold one level or several. Features with `level` 1, or without `adm2`, draw the area itself; where there
    are none, its parts are drawn together.
    """
    found: dict[str, dict[bool, Polygons]] = {}
    for feature in (areas or {}).get("features", []):
        properties = feature.get("properties") or {}
        name = properties.get("adm1")
        whole = properties.get("level") in (1, "1") or not (properties.get("adm2") or properties.get("adm3"))
        if isinstance(name, str):
            found.setdefault(name, {}).setdefault(whole, []).extend(_polygons(feature.get("geometry")))
    return {name: kinds.get(True) or kinds.get(False) or [] for name, kinds in sorted(found.items())}


def names_in(areas: Mapping[str, Any] | None, language: str) -> dict[str, str]:
    """Names of areas in a language (`name_fr`, `name_ar`), by their `adm1`."""
    names = {}
    for feature in (areas or {}).get("features", []):
        properties = feature.get("properties") or {}
        given = properties.get(f"name_{language}")
        if isinstance(given, str) and given and not properties.get("adm2") and isinstance(properties.get("adm1"), str):
            names[properties["adm1"]] = given
    return names


def _polygons(geometry: Any) -> Polygons:
    if not isinstance(geometry, dict):
        return []
    coordinates = geometry.get("coordinates") or []
    shapes = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")), [])
    return [[[(float(point[0]), float(point[1])) for point in ring] for ring in shape] for shape in shapes]


def geometry(polygons: Polygons) -> dict[str, Any] | None:
    """GeoJSON of an outline."""
    if not polygons:
        return None
    rings = [[[list(point) for point in ring] for ring in shape] for shape in polygons]
    return (
        {"type": "Polygon", "coordinates": rings[0]}
        if len(rings) == 1
        else {"type": "MultiPolygon", "coordinates": rings}
    )
