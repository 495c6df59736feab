"""From the unit square to runs of pixels: what is not seen is cut off, what lies within a pixel is thinned. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldapp.maps.features import Area, Country, Ring, Track, thinned
from fieldapp.maps.view import Bounds, Viewport

MARGIN = 0.35  # of the window, drawn beyond each edge, so that a drag shows no gap
THIN_PX, LEAST_PX = 1.2, 2.0
SHOW_FROM_PX = 26.0  # a level is drawn when half of its areas are wider than this
Run = list[float]


@dataclass(frozen=True, slots=True)
class Frame:
    """How the unit square lies in the window, with its margin.

    Attributes:
        scale: pixels of the world's side.
        left, top: pixel of the world's north-western corner.
        box: what is drawn, pixels: left, bottom, right, top.
        seen: the same on the unit square, in the country's copy.
    """

    scale: float
    left: float
    top: float
    box: Bounds
    seen: Bounds

    @classmethod
    def of(cls, view: Viewport, country: Country) -> Frame:
        """For a window, over a country."""
        scale = view.world_px
        x = country.near(view.x)
        wide, high = view.width * MARGIN, view.height * MARGIN
        across, up = (view.width / 2 + wide) / scale, (view.height / 2 + high) / scale
        return cls(
            scale,
            view.width / 2 - x * scale,
            view.height / 2 + view.y * scale,
            (-wide, -high, view.width + wide, view.height + high),
            (x - across, view.y - up, x + across, view.y + up),
        )

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the unit square is drawn."""
        return self.left + x * self.scale, self.top - y * self.scale


@dataclass(slots=True)
class Thinner:
    """Thinned outlines by zoom; kept, because the same ones are drawn again at each move."""

    kept: dict[float, dict[int, tuple[Ring, ...]]] = field(default_factory=dict)

    def rings(self, area: Area, view: Viewport) -> tuple[Ring, ...]:
        """The outlines of an area at this zoom."""
        if len(self.kept) > 6:
            self.kept.clear()
        at_zoom = self.kept.setdefault(view.zoom, {})
        found = at_zoom.get(id(area))
        if found is None:
            least = THIN_PX / view.world_px
            found = tuple(thinned(ring, least) for piece in area.pieces for ring in piece)
            at_zoom[id(area)] = found
        return found


def levels_shown(country: Country, view: Viewport) -> frozenset[int]:
    """Levels whose borders are far enough apart to be told from each other; the largest always."""
    wide = {level for level, width in country.usual_widths.items() if width * view.world_px >= SHOW_FROM_PX}
    return frozenset({country.top_level} | wide)


def outline(ring: Ring, frame: Frame) -> list[Run]:
    """The pixels of a closed line, cut where it leaves the frame."""
    return cut([*ring, ring[0], ring[1]], frame)


def line(track: Track, view: Viewport, frame: Frame) -> list[Run]:
    """The pixels of an open line."""
    return cut([*thinned(track.points, THIN_PX / view.world_px)], frame)


def cut(points: list[float], frame: Frame) -> list[Run]:
    """Runs of pixels inside the frame's box; a piece that crosses it is cut at its edge."""
    left, bottom, right, top = frame.box
    scale, west, north = frame.scale, frame.left, frame.top
    runs: list[Run] = []
    run: Run = []
    ax, ay = west + points[0] * scale, north - points[1] * scale
    a_in = left <= ax <= right and bottom <= ay <= top
    for at in range(2, len(points), 2):
        bx, by = west + points[at] * scale, north - points[at + 1] * scale
        b_in = left <= bx <= right and bottom <= by <= top
        if a_in and b_in:
            if not run:
                run = [ax, ay]
                runs.append(run)
            run += (bx, by)
        else:
            piece = _clipped(ax, ay, bx, by, frame.box)
            if piece is not None:
                if not run or not a_in:
                    run = [piece[0], piece[1]]
                    runs.append(run)
                run += piece[2:]
            if not b_in:
                run = []
        ax, ay, a_in = bx, by, b_in
    return runs


def _clipped(ax: float, ay: float, bx: float, by: float, box: Bounds) -> tuple[float, float, float, float] | None:
    """The part of a straight piece inside a box (Liang and Barsky), or None."""
    start, end = 0.0, 1.0
    dx, dy = bx - ax, by - ay
    for step, room in ((-dx, ax - box[0]), (dx, box[2] - ax), (-dy, ay - box[1]), (dy, box[3] - ay)):
        if step == 0:
            if room < 0:
                return None
            continue
        where = room / step
        if step < 0:
            start = max(start, where)
        else:
            end = min(end, where)
        if start > end:
            return None
    return ax + start * dx, ay + start * dy, ax + end * dx, ay + end * dy
