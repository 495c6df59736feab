"""The areas of a mission: a GeoJSON file that somebody drew elsewhere, read strictly.

Accepted: a FeatureCollection of polygons and multipolygons in longitude and latitude, each with property
`adm1` (several features may share one name). Everything else is refused with the number of the feature: a map
that is wrong in one place hides violence in that place.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from sync_server.admin.faults import AreasForm, AreasGeometry, AreasName, AreasSize, CannotRead

MAX_BYTES = 2 * 1024 * 1024
MAX_FEATURES = 5_000
MAX_NAME_CHARS = 120
_MIN_RING_AREA = 1e-9  # square degrees: about 12 square metres at the equator
_CLOSED_MIN_POSITIONS = 4


def read_areas(path: Path) -> bytes:
    """The file, checked and written again without spaces.

    Raises:
        CannotRead, AreasSize, AreasForm, AreasName, AreasGeometry.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise CannotRead("areas") from None
    return parse_areas(data)


def parse_areas(data: bytes) -> bytes:
    """Check the bytes of a GeoJSON file; give them back in their shortest form.

    Raises:
        AreasSize, AreasForm, AreasName, AreasGeometry.
    """
    if len(data) > MAX_BYTES:
        raise AreasSize("bytes")
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise AreasForm("json") from None
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list) or value.get("type") != "FeatureCollection" or not features:
        raise AreasForm("collection")
    if len(features) > MAX_FEATURES:
        raise AreasSize("features")
    for number, feature in enumerate(features, start=1):
        _check_feature(feature, number)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")
    except ValueError:  # 1e999, or half a surrogate pair: JSON that no other reader takes
        raise AreasForm("values") from None


def _check_feature(feature: Any, number: int) -> None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise AreasForm("feature", feature=number)
    properties = feature.get("properties")
    name = properties.get("adm1") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.strip() or name != name.strip() or not name.isprintable():
        raise AreasName("adm1", feature=number)
    if len(name) > MAX_NAME_CHARS:
        raise AreasName("adm1 length", feature=number)
    if not _polygons_hold(feature.get("geometry")):
        raise AreasGeometry("geometry", feature=number)


def _polygons_hold(geometry: Any) -> bool:
    if not isinstance(geometry, dict):
        return False
    coordinates = geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")))
    if not isinstance(polygons, list) or not polygons:
        return False
    return all(isinstance(rings, list) and rings and all(map(_ring_holds, rings)) for rings in polygons)


def _ring_holds(ring: Any) -> bool:
    if not isinstance(ring, list) or len(ring) < _CLOSED_MIN_POSITIONS or not all(map(_position_holds, ring)):
        return False
    if ring[0] != ring[-1]:
        return False
    twice_area = math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return abs(twice_area) / 2 > _MIN_RING_AREA


def _position_holds(position: Any) -> bool:
    if not isinstance(position, list) or len(position) not in (2, 3):
        return False
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in position):
        return False
    return bool(abs(position[0]) <= 180 and abs(position[1]) <= 90)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(_text: str) -> float:
    raise ValueError("not a number")
