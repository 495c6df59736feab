"""The Military Grid Reference System between 80° south and 84° north, on WGS 84.

Theory. The earth is cut into 60 zones of 6° and bands of 8° (the last, X, of 12°); each zone is laid flat by a
transverse Mercator projection (UTM), here by Krüger's series to the sixth order, good to far under a millimetre inside
a zone. Two letters name a square of 100 km, digits a smaller square within it. A reference is therefore a *square*,
never a point: `Square` gives its centre and the radius that holds it.

Why our own: a reference is read from radio and handwriting, so a wrong letter must be refused. The libraries that we
tried read `25S BP 6 6` as a place 1,300 km north of band S, and refuse a square without digits. Tests hold this module
against one of them. The polar caps (letters A, B, Y, Z) are not read: no mission works there.

Pure. Angles in degrees, lengths in metres.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from firsthand.errors import Malformed

MIN_LAT, MAX_LAT = -80.0, 84.0
MAX_DIGITS = 5

_A, _F = 6_378_137.0, 1 / 298.257223563
_K0, _FALSE_E, _FALSE_N = 0.9996, 500_000.0, 10_000_000.0
_N = _F / (2 - _F)
_E = math.sqrt(_F * (2 - _F))
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)

# Krüger 1912 as printed by Karney 2011, equations 35 and 36: coefficients of n, n², ... for each order.
_ALPHA_ROWS = (
    (1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
    (13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
    (61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
    (49561 / 161280, -179 / 168, 6601661 / 7257600),
    (34729 / 80640, -3418889 / 1995840),
    (212378941 / 319334400,),
)
_BETA_ROWS = (
    (1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
    (1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
    (17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
    (4397 / 161280, -11 / 504, -830251 / 7257600),
    (4583 / 161280, -108847 / 3991680),
    (20648693 / 638668800,),
)


def _orders(rows: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    return tuple(
        sum(part * _N ** (order + at) for at, part in enumerate(row)) for order, row in enumerate(rows, start=1)
    )


_ALPHA, _BETA = _orders(_ALPHA_ROWS), _orders(_BETA_ROWS)

_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE = 100_000
_FORM = re.compile(r"(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])((?:\d\d){0,5})\Z")
_SLIVER = 0.02  # degrees: a square that a zone cuts may show less of itself than its corners tell


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the grid.

    Attributes:
        text: the reference as it is written, for example `31U DQ 48251 11932`.
        lat, lon: the centre, degrees.
        size_m: length of a side, 1 to 100,000.
    """

    text: str
    lat: float
    lon: float
    size_m: int

    @property
    def radius_m(self) -> int:
        """The circle around the centre that holds the whole square."""
        return math.ceil(self.size_m * math.sqrt(0.5))


def parse_mgrs(text: str) -> Square:
    """Read a reference: capitals or not, with or without spaces, 0 to 5 digits for each direction.

    Raises:
        Malformed: not a reference, or a square that does not exist in its zone and band.
    """
    found = _FORM.match("".join(text.split()).upper()) if text.isascii() else None
    if found is None:
        raise Malformed("mgrs form")
    zone, band, digits = int(found[1]), found[2], found[5]
    columns = _COLUMNS[(zone - 1) % 3]
    if not 1 <= zone <= 60 or found[3] not in columns:
        raise Malformed("mgrs square")
    half = len(digits) // 2
    size = _SQUARE // 10**half
    east = (columns.index(found[3]) + 1) * _SQUARE + int(digits[:half] or 0) * size
    north = (_ROWS.index(found[4]) - _row_shift(zone)) % 20 * _SQUARE + int(digits[half:] or 0) * size
    for turn in range(5):  # row letters repeat after 2,000 km; the band tells which turn is meant
        low = north + turn * 20 * _SQUARE
        if _touches(zone, band, east, low, size):
            lat, lon = _from_utm(zone, east + size / 2, low + size / 2, south=band < "N")
            return Square(_written(zone, band, found[3] + found[4], digits[:half], digits[half:]), lat, lon, size)
    raise Malformed("mgrs band")


def format_mgrs(lat: float, lon: float, digits: int = MAX_DIGITS) -> str:
    """The square that holds a point, with `digits` digits for each direction (5: 1 m, 0: 100 km).

    Raises:
        Malformed: beyond 80° south or 84° north, or not a point.
    """
    if not (MIN_LAT <= lat <= MAX_LAT and -180 <= lon <= 180) or not 0 <= digits <= MAX_DIGITS:
        raise Malformed("mgrs range")
    zone, band = _zone(lat, lon), _band(lat)
    east, north = _to_utm(zone, lat, lon)
    column = _COLUMNS[(zone - 1) % 3][int(east // _SQUARE) - 1]
    row = _ROWS[(int(north // _SQUARE) + _row_shift(zone)) % 20]
    size = _SQUARE // 10**digits
    parts = (f"{int(value % _SQUARE // size):0{digits}d}" if digits else "" for value in (east, north))
    return _written(zone, band, column + row, *parts)


def _written(zone: int, band: str, square: str, east: str, north: str) -> str:
    return " ".join(part for part in (f"{zone:02d}{band}", square, east, north) if part)


def _row_shift(zone: int) -> int:
    return 0 if zone % 2 else 5


def _band(lat: float) -> str:
    return _BANDS[min(int((lat - MIN_LAT) // 8), 19)]


def _zone(lat: float, lon: float) -> int:
    """The zone of a point, with the exceptions of western Norway and Svalbard."""
    zone = int((lon + 180) // 6) % 60 + 1
    if 56 <= lat < 64 and 3 <= lon < 12:
        return 32
    if lat >= 72 and 0 <= lon < 42:
        return 31 if lon < 9 else 33 if lon < 21 else 35 if lon < 33 else 37
    return zone


def _touches(zone: int, band: str, east: float, north: float, size: float) -> bool:
    """Whether some corner of a square lies where its zone and band say."""
    for x in (east, east + size):
        for y in (north, north + size):
            lat, lon = _from_utm(zone, x, y, south=band < "N")
            for d_lat in (0.0, -_SLIVER, _SLIVER):
                for d_lon in (0.0, -_SLIVER, _SLIVER):
                    near_lat, near_lon = lat + d_lat, (lon + d_lon + 180) % 360 - 180
                    inside = MIN_LAT <= near_lat <= MAX_LAT and _band(near_lat) == band
                    if inside and _zone(near_lat, near_lon) == zone:
                        return True
    return False


def _to_utm(zone: int, lat: float, lon: float) -> tuple[float, float]:
    """Easting and northing, 0 <= northing < 10,000 km, in metres."""
    away = math.radians((lon - (zone * 6 - 183) + 180) % 360 - 180)
    sin = math.sin(math.radians(lat))
    tangent = math.sinh(math.atanh(sin) - _E * math.atanh(_E * sin))
    xi0, eta0 = math.atan2(tangent, math.cos(away)), math.asinh(math.sin(away) / math.hypot(tangent, math.cos(away)))
    xi, eta = xi0, eta0
    for order, alpha in enumerate(_ALPHA, start=1):
        xi += alpha * math.sin(2 * order * xi0) * math.cosh(2 * order * eta0)
        eta += alpha * math.cos(2 * order * xi0) * math.sinh(2 * order * eta0)
    north = _K0 * _RADIUS * xi
    return _FALSE_E + _K0 * _RADIUS * eta, north + (_FALSE_N if lat < 0 else 0.0)


def _from_utm(zone: int, east: float, north: float, *, south: bool) -> tuple[float, float]:
    """Latitude and longitude in degrees."""
    xi1, eta1 = (north - (_FALSE_N if south else 0.0)) / (_K0 * _RADIUS), (east - _FALSE_E) / (_K0 * _RADIUS)
    xi, eta = xi1, eta1
    for order, beta in enumerate(_BETA, start=1):
        xi -= beta * math.sin(2 * order * xi1) * math.cosh(2 * order * eta1)
        eta -= beta * math.cos(2 * order * xi1) * math.sinh(2 * order * eta1)
    # from the conformal to the geographic latitude: a fixed point, reached in a few rounds
    conformal = math.atanh(max(-1 + 1e-15, min(1 - 1e-15, math.sin(xi) / math.cosh(eta))))
    isometric = conformal
    for _ in range(6):
        isometric = conformal + _E * math.atanh(_E * math.tanh(isometric))
    lat = math.degrees(math.asin(math.tanh(isometric)))
    lon = zone * 6 - 183 + math.degrees(math.atan2(math.sinh(eta), math.cos(xi)))
    return lat, (lon + 180) % 360 - 180
