"""A place as the officer set it on the map, and how wide its error may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

RADII_M = (50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 25_000)
START_RADIUS_M = 1_000
GIVEN_AS = ("map", "gazetteer", "mgrs", "plus_code", "gps", "words")


@dataclass(frozen=True, slots=True)
class PickedPlace:
    """A point, its error, and the areas that hold it.

    Attributes:
        lat, lon: degrees, WGS 84.
        radius_m: 1 to 500,000: the true place lies within this distance.
        adm1, adm2, adm3: names as the mission's areas have them; empty where no area is drawn.
        given_as: map, gazetteer, mgrs, plus_code or gps.
        name: of a place that was chosen by its name, else empty.
        code: the P-code of the smallest area that holds it, else empty.
    """

    lat: float
    lon: float
    radius_m: int
    adm1: str = ""
    adm2: str = ""
    adm3: str = ""
    given_as: str = "map"
    name: str = ""
    code: str = ""

    @property
    def lat_e7(self) -> int:
        """Latitude as reports have it."""
        return round(self.lat * 10**7)

    @property
    def lon_e7(self) -> int:
        """Longitude as reports have it."""
        return round(self.lon * 10**7)


def wider(radius_m: int) -> int:
    """The next step of the error radius."""
    return next((step for step in RADII_M if step > radius_m), max(radius_m, RADII_M[-1]))


def narrower(radius_m: int) -> int:
    """The step before."""
    return next((step for step in reversed(RADII_M) if step < radius_m), min(radius_m, RADII_M[0]))
