"""Where: names, coordinates in 1e-7 degree, and how a place is blurred before it leaves the account.

Rules (DOMAIN 4.7): ordinary facts keep names and the centre of a cell of 0.05 degree (about 5 km);
sensitive facts keep the first two levels, the precision and how the place was given.
"""

from __future__ import annotations

from dataclasses import dataclass

CELL_E7 = 500_000  # 0.05 degree
MAX_LAT_E7, MAX_LON_E7 = 900_000_000, 1_800_000_000
MAX_RADIUS_M = 500_000


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the report has it.

    Attributes:
        name: local name, as heard.
        adm1, adm2, adm3: names of the areas that hold it, from large to small.
        lat_e7, lon_e7: WGS 84 in 1e-7 degree; both or none.
        precision: 1 exact, 2 near (up to 25 km), 3 second level, 4 first level, 5 larger or a line,
            6 country, 7 water or air.
        type: code of place_types.
        given_as: how the place was given, code of given_as.
        radius_m: how far the true place may lie from the point, in metres.
        code: P-code or number in a gazetteer.
    """

    name: str
    adm1: str
    precision: int
    adm2: str | None = None
    adm3: str | None = None
    lat_e7: int | None = None
    lon_e7: int | None = None
    type: str | None = None
    given_as: str | None = None
    radius_m: int | None = None
    code: str | None = None


def blurred_e7(value_e7: int, limit_e7: int) -> int:
    """The centre of the 0.05-degree cell of a coordinate; the last cell ends at the limit itself."""
    cell = min(value_e7 // CELL_E7, limit_e7 // CELL_E7 - 1)
    return cell * CELL_E7 + CELL_E7 // 2


def blurred_point(place: Place) -> tuple[int, int] | None:
    """Latitude and longitude of the cell's centre, None for a place without coordinates."""
    if place.lat_e7 is None or place.lon_e7 is None:
        return None
    return blurred_e7(place.lat_e7, MAX_LAT_E7), blurred_e7(place.lon_e7, MAX_LON_E7)
