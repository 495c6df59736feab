"""Plus codes (Open Location Code): a grid of the whole earth, written without letters that read alike.

Theory. A full code is ten digits of base 20, in pairs of latitude and longitude, each pair twenty times finer than the
one before (1/8000 degree at the end, about 14 m), then up to five digits that each cut the cell into 5 rows and 4
columns. `+` stands after the eighth digit. A larger cell is padded with zeros up to it. A short code leaves the first
pairs out and needs a reference nearby. All cells are counted in whole units of the finest grid, so no rounding of
binary fractions moves a code.

Pure. Written from the public specification; the package of the registry is of 2019 and counts in floating point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from firsthand.errors import Malformed

ALPHABET = "23456789CFGHJMPQRVWX"
PAIRS, GRID = 10, 5
_PLUS = 8
_LAT_UNITS, _LON_UNITS = 8000 * 5**GRID, 8000 * 4**GRID  # per degree
_EARTH_RADIUS_M = 6_371_009
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid.

    Attributes:
        text: the full code.
        lat, lon: the centre, degrees.
        height_deg, width_deg: of the cell.
    """

    text: str
    lat: float
    lon: float
    height_deg: float
    width_deg: float

    @property
    def radius_m(self) -> int:
        """The circle around the centre that holds the whole cell."""
        degree = math.radians(1) * _EARTH_RADIUS_M
        nearest = max(abs(self.lat) - self.height_deg / 2, 0.0)  # the side nearer to the equator is the longer one
        across = self.width_deg * math.cos(math.radians(nearest))
        return max(1, math.ceil(math.hypot(self.height_deg, across) / 2 * degree))


def format_plus(lat: float, lon: float, length: int = PAIRS) -> str:
    """The full code of the cell that holds a point.

    Args:
        lat, lon: degrees; a longitude beyond 180 comes around, the poles belong to the last row.
        length: digits, 2, 4, 6, 8, or 10 to 15.

    Raises:
        Malformed: not a point, or no such length.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90):
        raise Malformed("plus code point")
    if length not in {2, 4, 6, 8} and not PAIRS <= length <= PAIRS + GRID:
        raise Malformed("plus code length")
    row = min(_units(lat, 90, _LAT_UNITS), 180 * _LAT_UNITS - 1)
    column = _units(lon, 180, _LON_UNITS) % (360 * _LON_UNITS)
    digits: list[str] = []
    for _ in range(GRID):
        digits.append(ALPHABET[row % 5 * 4 + column % 4])
        row, column = row // 5, column // 4
    for _ in range(PAIRS // 2):
        digits += [ALPHABET[column % 20], ALPHABET[row % 20]]
        row, column = row // 20, column // 20
    code = "".join(reversed(digits))[:length]
    padded = code.ljust(_PLUS, "0")
    return padded[:_PLUS] + "+" + padded[_PLUS:]


def _units(degrees: float, shift: int, units: int) -> int:
    """Whole units from the edge; a decimal figure that lies on a border counts as on it, as the specification asks."""
    millionths = round((Fraction(degrees) + shift) * units * 10**6)
    return millionths // 10**6


def is_short(text: str) -> bool:
    """Whether a text has the form of a short code."""
    head, plus, tail = text.partition("+")
    return bool(plus) and 0 <= len(head) < _PLUS and len(head) % 2 == 0 and _digits(head + tail) and len(tail) != 1


def parse_plus(text: str, reference: tuple[float, float] | None = None) -> Cell:
    """Read a full code, or a short one near `reference` (lat, lon in degrees).

    Raises:
        Malformed: not a code, or a short one without a reference.
    """
    code = "".join(text.split()).upper() if text.isascii() else ""
    if len(code) > PAIRS + GRID + 1:
        raise Malformed("plus code length")
    if is_short(code):
        if reference is None:
            raise Malformed("short plus code")
        return _nearest(code, *reference)
    return _full(code)


def _digits(text: str) -> bool:
    return bool(text) and all(letter in _VALUE for letter in text)


def _full(code: str) -> Cell:
    head, plus, tail = code.partition("+")
    bare = head.rstrip("0")
    padded = bare != head
    if not plus or len(head) != _PLUS or not _digits(bare + tail) or len(tail) == 1 or (padded and tail):
        raise Malformed("plus code form")
    if len(bare) % 2 or _VALUE[bare[0]] >= 9 or _VALUE[bare[1]] >= 18:
        raise Malformed("plus code form")
    row = column = 0
    height, width = 400 * _LAT_UNITS, 400 * _LON_UNITS
    for at, letter in enumerate(bare + tail):
        value = _VALUE[letter]
        if at >= PAIRS:
            height, width = height // 5, width // 4
            row, column = row + value // 4 * height, column + value % 4 * width
        elif at % 2 == 0:
            height //= 20
            row += value * height
        else:
            width //= 20
            column += value * width
    return Cell(
        code,
        float(Fraction(2 * row + height, 2 * _LAT_UNITS) - 90),
        float(Fraction(2 * column + width, 2 * _LON_UNITS) - 180),
        height / _LAT_UNITS,
        width / _LON_UNITS,
    )


def _nearest(code: str, lat: float, lon: float) -> Cell:
    """The cell with this ending whose centre lies nearest to the reference."""
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90):
        raise Malformed("plus code reference")
    missing = _PLUS - code.index("+")
    step = 20.0 ** (2 - missing // 2)  # degrees from one cell with this ending to the next
    found = _full(format_plus(lat, lon).replace("+", "")[:missing] + code)
    moved_lat, moved_lon = found.lat, found.lon
    if lat + step / 2 < moved_lat and moved_lat - step > -90:
        moved_lat -= step
    elif lat - step / 2 > moved_lat and moved_lat + step < 90:
        moved_lat += step
    away = (moved_lon - lon + 180) % 360 - 180
    if away > step / 2:
        moved_lon -= step
    elif away < -step / 2:
        moved_lon += step
    length = len(found.text) - 1
    return _full(format_plus(moved_lat, (moved_lon + 180) % 360 - 180, length))
