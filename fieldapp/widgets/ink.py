"""Shapes as coverage, in plain Python: what the renderer's own lines cannot draw evenly.

Dashes, rings, hatch and the custody line are drawn once by their distance function, one sample a pixel with an
exact soft edge of one pixel, and kept as textures. Pure: no Kivy here. Origin top left, y down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache

Rgb = tuple[int, int, int]
Distance = Callable[[float, float], float]
Box = tuple[float, float, float, float]


class Canvas:
    """An RGBA picture to which shapes are added one over the other."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._pixels = [(0, 0, 0, 0.0)] * (width * height)

    def add(self, shape: Distance, colour: Rgb, box: Box) -> None:
        """Paint where `shape` is below zero; only pixels of `box` (x0, y0, x1, y1) are looked at."""
        red, green, blue = colour
        x0, y0 = max(0, int(box[0]) - 2), max(0, int(box[1]) - 2)
        x1, y1 = min(self.width, int(box[2]) + 3), min(self.height, int(box[3]) + 3)
        for y in range(y0, y1):
            for x in range(x0, x1):
                cover = 0.5 - shape(x + 0.5, y + 0.5)
                if cover <= 0:
                    continue
                cover = min(cover, 1.0)
                index = y * self.width + x
                r, g, b, alpha = self._pixels[index]
                out = cover + alpha * (1 - cover)
                keep = alpha * (1 - cover)
                self._pixels[index] = (
                    round((red * cover + r * keep) / out),
                    round((green * cover + g * keep) / out),
                    round((blue * cover + b * keep) / out),
                    out,
                )

    def mirrored(self) -> Canvas:
        """The same picture in the other reading direction."""
        twin = Canvas(self.width, self.height)
        for y in range(self.height):
            row = self._pixels[y * self.width : (y + 1) * self.width]
            twin._pixels[y * self.width : (y + 1) * self.width] = row[::-1]
        return twin

    def rows_from_below(self) -> bytes:
        """RGBA bytes, bottom row first, as the graphics card wants them."""
        out = bytearray()
        for y in range(self.height - 1, -1, -1):
            for r, g, b, alpha in self._pixels[y * self.width : (y + 1) * self.width]:
                out += bytes((r, g, b, round(alpha * 255)))
        return bytes(out)


def disc(cx: float, cy: float, radius: float) -> Distance:
    """A filled circle."""
    return lambda x, y: math.hypot(x - cx, y - cy) - radius


def ring(cx: float, cy: float, radius: float, width: float) -> Distance:
    """A circle line; `radius` runs in the middle of the line."""
    return lambda x, y: abs(math.hypot(x - cx, y - cy) - radius) - width / 2


def dashed_ring(cx: float, cy: float, radius: float, width: float, dashes: int) -> Distance:
    """A circle line of `dashes` dashes, gaps a little shorter than dashes."""

    def distance(x: float, y: float) -> float:
        along = math.atan2(y - cy, x - cx) / (2 * math.pi) * dashes % 1.0
        gap = (abs(along - 0.5) - 0.30) * 2 * math.pi * radius / dashes
        return max(abs(math.hypot(x - cx, y - cy) - radius) - width / 2, gap)

    return distance


def segment(ax: float, ay: float, bx: float, by: float, width: float) -> Distance:
    """A line with round ends."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy

    def distance(x: float, y: float) -> float:
        t = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / square)) if square else 0.0
        return math.hypot(x - ax - t * dx, y - ay - t * dy) - width / 2

    return distance


def arc(cx: float, cy: float, radius: float, width: float, quadrant: tuple[int, int]) -> Distance:
    """A quarter of a circle line, in the quadrant of the signs given."""

    def distance(x: float, y: float) -> float:
        outside = max(-(x - cx) * quadrant[0], -(y - cy) * quadrant[1])
        return max(abs(math.hypot(x - cx, y - cy) - radius) - width / 2, outside)

    return distance


def box(cx: float, cy: float, half_w: float, half_h: float, radius: float) -> Distance:
    """A rectangle with round corners."""

    def distance(x: float, y: float) -> float:
        dx, dy = abs(x - cx) - half_w + radius, abs(y - cy) - half_h + radius
        return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0.0) - radius

    return distance


def polygon(points: Iterable[tuple[float, float]]) -> Distance:
    """A convex polygon, corners clockwise on the screen."""
    corners = list(points)
    edges = []
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = math.hypot(bx - ax, by - ay)
        edges.append((ax, ay, (by - ay) / length, -(bx - ax) / length))
    return lambda x, y: max((x - ax) * nx + (y - ay) * ny for ax, ay, nx, ny in edges)


@lru_cache(maxsize=64)
def hatch(size: int, colour: Rgb, line: float) -> bytes:
    """One tile of lines at 45 degrees that repeats without a seam; `size` pixels square."""
    canvas = Canvas(size, size)
    canvas.add(
        lambda x, y: (min((x + y) % size, -(x + y) % size)) / math.sqrt(2) - line / 2,
        colour,
        (0, 0, size, size),
    )
    return canvas.rows_from_below()


def dashed_frame(size: tuple[int, int], radius: float, line: float, dash: float, colour: Rgb) -> bytes:
    """The edge of a control that is off: a dashed rectangle with round corners."""
    width, height = size
    canvas = Canvas(width, height)
    outer = box(width / 2, height / 2, width / 2 - line / 2, height / 2 - line / 2, radius)

    def edge(x: float, y: float) -> float:
        along = x - y if (x < radius) == (y < radius) else x + y
        run = along % (2 * dash)
        return max(abs(outer(x, y)) - line / 2, abs(run - dash) - dash * 0.55)

    band = radius + line
    canvas.add(edge, colour, (0, 0, width, band))
    canvas.add(edge, colour, (0, height - band, width, height))
    canvas.add(edge, colour, (0, band + 3, band, height - band - 4))
    canvas.add(edge, colour, (width - band, band + 3, width, height - band - 4))
    return canvas.rows_from_below()
