"""The flat world of map tiles: web Mercator on the unit square, x to the east, y to the south.

Pure. `x` is not wrapped: 1.2 and 0.2 are the same meridian, which keeps a country at the date line in one piece.
"""

from __future__ import annotations

import math

MAX_LAT = 85.051_128_779_806_59  # where the square ends
EQUATOR_M = 40_075_016.686

Point = tuple[float, float]


def project(lat: float, lon: float) -> Point:
    """Degrees to the unit square; beyond the square's end the latitude stays at its end."""
    sine = math.sin(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))
    return lon / 360 + 0.5, 0.5 - math.atanh(sine) / (2 * math.pi)


def unproject(x: float, y: float) -> Point:
    """Unit square to latitude and longitude in degrees, -180 <= longitude < 180."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))
    return lat, (x % 1.0) * 360 - 180


def metres_per_unit(lat: float) -> float:
    """How many metres on the ground one side of the square is, at a latitude."""
    return EQUATOR_M * math.cos(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))


def distance_m(one: Point, other: Point) -> float:
    """Great-circle distance of two points (lat, lon in degrees)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return EQUATOR_M / math.pi * math.asin(min(1.0, math.sqrt(half)))
