"""One's own readable reports as marks on the map: where, how sure, how old. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.domain.places import CELL_E7

NEW_DAYS, WEEK_DAYS = 1, 7
# what a precision of DOMAIN means in metres, for a report that says no radius of its own
_PRECISION_M = {1: 50, 2: 25_000, 3: 50_000, 4: 150_000, 5: 300_000}
_CELL_RADIUS_M = round(CELL_E7 / 1e7 * 111_320 / 2 * 1.415)


@dataclass(frozen=True, slots=True)
class MapReport:
    """A report on the map.

    Attributes:
        id: of the report.
        title, second: what a list would say of it; no names of persons.
        lat, lon: degrees; radius_m: the true place lies within it.
        age_days: since it was recorded, by the tablet's day.
    """

    id: str
    title: str
    second: str
    lat: float
    lon: float
    radius_m: int
    age_days: int

    @property
    def age(self) -> str:
        """new, week or old: told by the shape of the mark and by a word."""
        return "new" if self.age_days <= NEW_DAYS else "week" if self.age_days <= WEEK_DAYS else "old"


def map_report(report_id: str, title: str, second: str, place: Mapping[str, Any], age_days: int) -> MapReport | None:
    """A mark from the `place` of a report's facts; None where it has no point.

    Facts carry the centre of a cell of about 5 km instead of the point, so the ring is wider by the cell's reach.
    """
    lat, lon = place.get("lat_e7"), place.get("lon_e7")
    if not isinstance(lat, int) or not isinstance(lon, int):
        return None
    radius = place.get("radius_m")
    if not isinstance(radius, int):
        radius = _PRECISION_M.get(place.get("precision", 2), _PRECISION_M[2])
    return MapReport(report_id, title, second, lat / 10**7, lon / 10**7, radius + _CELL_RADIUS_M, max(age_days, 0))
