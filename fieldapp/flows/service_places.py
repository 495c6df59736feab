"""Where a search for services starts from: an area that the officer names. Never the tablet's own position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fieldapp.flows import referral
from fieldapp.maps.features import Area, read_country
from fieldapp.maps.projection import unproject

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_AREA, _PART = 1, 2  # levels


class ServicePlaces:
    """The areas of a mission, and those that its directory of services speaks of."""

    def __init__(self, tablet: Tablet) -> None:
        areas = tablet.directory.areas_geojson
        self._drawn: dict[tuple[str, str], Area] = _by_names(areas) if areas else {}
        known = referral.directory(tablet)
        served = {area for service in known.services for area in service.areas} if known else set()
        self._names = set(self._drawn) | served | {(name, "") for name in tablet.directory.area_names or ()}

    def areas(self) -> list[str]:
        """Areas of the first level, by name."""
        return sorted({adm1 for adm1, _ in self._names})

    def parts(self, adm1: str) -> list[str]:
        """Areas of the second level in one of the first, by name."""
        return sorted(adm2 for one, adm2 in self._names if one == adm1 and adm2)

    def heart(self, adm1: str, adm2: str = "") -> tuple[float, float] | None:
        """(latitude, longitude) of the middle of an area; None where it is not drawn."""
        area = self._drawn.get((adm1, adm2)) or self._drawn.get((adm1, ""))
        return unproject(*area.heart) if area else None


def _by_names(areas: Mapping[str, Any]) -> dict[tuple[str, str], Area]:
    found: dict[tuple[str, str], Area] = {}
    for area in read_country(areas).areas:
        if area.level == _AREA:
            found.setdefault((area.names[0], ""), area)
        elif area.level == _PART:
            found.setdefault((area.names[0], area.names[1]), area)
    return found
