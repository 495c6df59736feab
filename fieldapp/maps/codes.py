"""Place codes as they are read out or typed: MGRS and Plus codes, in any digits, with or without spaces. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from firsthand.domain.mgrs import MAX_LAT, MIN_LAT, format_mgrs, parse_mgrs
from firsthand.domain.pluscode import format_plus, parse_plus
from firsthand.errors import Malformed

_MAX_TYPED = 40


@dataclass(frozen=True, slots=True)
class CodedPlace:
    """What a code means.

    Attributes:
        lat, lon: the centre of its square, degrees.
        radius_m: the circle that holds the square.
        kind: "mgrs" or "plus_code", as in reports.
        text: the code as it is written properly.
    """

    lat: float
    lon: float
    radius_m: int
    kind: str
    text: str


def parse_place_code(text: str, reference: tuple[float, float] | None = None) -> CodedPlace | None:
    """Read a code; None where the text is none.

    Args:
        text: as typed; Arabic and other digits count as ours, marks of direction are passed over.
        reference: a point (lat, lon in degrees) near by, for a short Plus code.
    """
    plain = _plain(text)
    if not plain or len(plain) > _MAX_TYPED:
        return None
    if "+" in plain:
        try:
            cell = parse_plus(plain, reference)
        except Malformed:
            return None
        return CodedPlace(cell.lat, cell.lon, cell.radius_m, "plus_code", cell.text)
    try:
        square = parse_mgrs(plain)
    except Malformed:
        return None
    return CodedPlace(square.lat, square.lon, square.radius_m, "mgrs", square.text)


def mgrs_of(lat: float, lon: float, radius_m: int = 1) -> str:
    """The MGRS square of a point, no finer than its error allows; empty in the polar caps."""
    if not MIN_LAT <= lat <= MAX_LAT:
        return ""
    digits = 5
    while digits > 0 and 10 ** (5 - digits + 1) <= radius_m:
        digits -= 1
    return format_mgrs(lat, lon, digits)


def plus_code_of(lat: float, lon: float) -> str:
    """The Plus code of a point, about 14 m."""
    return format_plus(lat, lon)


def _plain(text: str) -> str:
    """Our digits for all others; no marks of direction; a plus of another width is a plus."""
    letters = []
    for letter in text[: 4 * _MAX_TYPED]:
        if unicodedata.category(letter) == "Nd":
            letters.append(str(unicodedata.digit(letter)))
        elif unicodedata.category(letter) not in {"Cf", "Cc"} and not letter.isspace():
            letters.append("+" if letter == "\uff0b" else letter)
    return "".join(letters)
