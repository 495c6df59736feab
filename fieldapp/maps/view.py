"""What part of the world the window shows: a centre, a zoom, a size. Pure; every change gives a new value.

Screen pixels run from the lower left corner, x to the right, y up, as the window has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fieldapp.maps.projection import Point, metres_per_unit, project, unproject

MIN_ZOOM, MAX_ZOOM, STEP = 2.0, 19.0, 1.0
_SNAP = 0.5
_NEIGHBOURHOOD_M = 2_000
Bounds = tuple[float, float, float, float]  # west, north, east, south on the unit square


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window on the flat world.

    Attributes:
        x, y: the centre on the unit square; 0 <= x < 1, 0 <= y <= 1.
        zoom: 0 shows the world in one tile; each step doubles. Multiples of a half.
        width, height: of the window, pixels.
        tile: pixels of a tile's side at a whole zoom.
    """

    x: float
    y: float
    zoom: float
    width: float
    height: float
    tile: float = 256.0

    @classmethod
    def at(cls, lat: float, lon: float, zoom: float, size: Point, tile: float = 256.0) -> Viewport:
        """Centred on a point (degrees)."""
        return cls(*_kept(*project(lat, lon)), _snapped(zoom), *_room(size), tile)

    @classmethod
    def fit(cls, bounds: Bounds, size: Point, tile: float = 256.0) -> Viewport:
        """The closest view that shows all of `bounds` (unit square, x may run beyond it)."""
        west, north, east, south = bounds
        wide, high = _room(size)
        zoom = MAX_ZOOM
        for span, room in ((east - west, wide), (south - north, high)):
            if span > 0:
                zoom = min(zoom, math.log2(room / (span * tile)))
        snapped = max(MIN_ZOOM, min(MAX_ZOOM, math.floor(zoom / _SNAP) * _SNAP))
        return cls(*_kept((west + east) / 2, (north + south) / 2), snapped, wide, high, tile)

    @property
    def world_px(self) -> float:
        """Pixels of the whole world's side."""
        return self.tile * 2**self.zoom

    @property
    def centre(self) -> Point:
        """Latitude and longitude of the middle."""
        return unproject(self.x, self.y)

    @property
    def metres_per_px(self) -> float:
        """At the middle."""
        return metres_per_unit(self.centre[0]) / self.world_px

    @property
    def bounds(self) -> Bounds:
        """What is seen, on the unit square; x may run beyond it, y does not."""
        across, up = self.width / self.world_px / 2, self.height / self.world_px / 2
        return self.x - across, max(0.0, self.y - up), self.x + across, min(1.0, self.y + up)

    def place(self, px: float, py: float) -> Point:
        """Latitude and longitude under a pixel; beyond a pole, the last latitude of the map."""
        x = self.x + (px - self.width / 2) / self.world_px
        y = self.y - (py - self.height / 2) / self.world_px
        return unproject(x, max(0.0, min(1.0, y)))

    def pixel(self, lat: float, lon: float) -> Point:
        """Where a point is drawn: of its copies around the world, the one nearest to the middle."""
        return self.pixel_of(*project(lat, lon))

    def pixel_of(self, x: float, y: float) -> Point:
        """The same for a point of the unit square."""
        away = (x - self.x + 0.5) % 1.0 - 0.5
        return self.width / 2 + away * self.world_px, self.height / 2 - (y - self.y) * self.world_px

    def moved(self, dx: float, dy: float) -> Viewport:
        """The world drawn `dx` further to the right and `dy` further up, pixels."""
        x, y = _kept(self.x - dx / self.world_px, self.y + dy / self.world_px)
        return replace(self, x=x, y=y)

    def zoomed(self, by: float, about: Point | None = None) -> Viewport:
        """Closer (by > 0) or further away; the place under the pixel `about` stays there."""
        px, py = about if about is not None else (self.width / 2, self.height / 2)
        zoom = _snapped(self.zoom + by)
        # the pixel's distance from the middle in units of the world, before and after
        shrink = (1 / self.world_px) - (1 / (self.tile * 2**zoom))
        x, y = _kept(self.x + (px - self.width / 2) * shrink, self.y - (py - self.height / 2) * shrink)
        return replace(self, x=x, y=y, zoom=zoom)

    def sized(self, width: float, height: float) -> Viewport:
        """The same middle in a window of another size."""
        wide, high = _room((width, height))
        return replace(self, width=wide, height=high)

    def centred(self, lat: float, lon: float, zoom: float | None = None) -> Viewport:
        """The same window over another place."""
        x, y = _kept(*project(lat, lon))
        return replace(self, x=x, y=y, zoom=self.zoom if zoom is None else _snapped(zoom))


def _kept(x: float, y: float) -> Point:
    wrapped = x % 1.0
    return 0.0 if wrapped >= 1.0 else wrapped, max(0.0, min(1.0, y))


def _snapped(zoom: float) -> float:
    return max(MIN_ZOOM, min(MAX_ZOOM, round(zoom / _SNAP) * _SNAP))


def _room(size: Point) -> Point:
    return max(1.0, float(size[0])), max(1.0, float(size[1]))


def around(lat: float, lon: float, radius_m: int) -> Bounds:
    """What to look at to see a place with its error ring and something of its neighbourhood."""
    x, y = project(lat, lon)
    half = max(4 * radius_m, _NEIGHBOURHOOD_M) / metres_per_unit(lat)
    return x - half, max(0.0, y - half), x + half, min(1.0, y + half)


def scale_bar(metres_per_px: float, room_px: float) -> tuple[int, float]:
    """A round length (1, 2 or 5 times a power of ten, at least 1 m) and its pixels, at most `room_px`."""
    metres = max(1.0, metres_per_px * room_px)
    power = 10 ** math.floor(math.log10(metres))
    length = int(max(step * power for step in (1, 2, 5) if step * power <= metres))
    return length, length / metres_per_px
