"""The map of the areas as SVG, drawn on the server: outlines, tint or hatch, a label with the word. Pure.

Meaning never rests on colour: every area bears its name and what was counted in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, inf, radians

from markupsafe import Markup

from sync_server.desk.areas import Polygons, Ring

WIDTH, MARGIN, MAX_HEIGHT = 480.0, 14.0, 420.0
LABEL_CHAR, LABEL_HEIGHT = 6.5, 30.0
Point = tuple[float, float]
_HATCH = Markup(
    '<defs><pattern id="map-hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="hatch-ground" width="7" height="7"></rect>'
    '<rect class="hatch-line" width="2" height="7"></rect></pattern>'
    '<pattern id="map-withheld" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect class="held-ground" width="9" height="9"></rect>'
    '<rect class="held-line" width="1" height="9"></rect></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Place:
    """What to draw for an area.

    Attributes:
        tint: class of the fill: `level-0` to `level-4`, `unknown`, `withheld`.
        label: the first line of the label: the name in the language of the page.
        word: the second line.
        link: where a click leads.
    """

    name: str
    polygons: Polygons
    tint: str
    word: str
    label: str
    link: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    top: float
    scale: float
    squeeze: float
    height: float

    def at(self, point: Point) -> Point:
        return (
            (point[0] - self.left) * self.squeeze * self.scale + MARGIN,
            (self.top - point[1]) * self.scale + MARGIN,
        )


def draw(places: Sequence[Place], title: str) -> Markup:
    """The map, or nothing where no area has an outline."""
    drawn = [place for place in places if place.polygons]
    if not drawn:
        return Markup("")
    frame = _frame(drawn)
    shapes = Markup("").join(_shape(place, frame) for place in sorted(drawn, key=lambda place: place.chosen))
    labels = Markup("").join(_label(place, spot) for place, spot in _spots(drawn, frame))
    return Markup('<svg class="map" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        int(WIDTH), round(frame.height), title, _HATCH, shapes, labels
    )


def _frame(places: Sequence[Place]) -> _Frame:
    points = [point for place in places for shape in place.polygons for point in shape[0]]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = max(0.05, cos(radians((south + north) / 2)))
    wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / wide, (MAX_HEIGHT - 2 * MARGIN) / high)
    return _Frame(
        west - ((WIDTH - 2 * MARGIN) / scale - wide) / 2 / squeeze, north, scale, squeeze, high * scale + 2 * MARGIN
    )


def _shape(place: Place, frame: _Frame) -> Markup:
    path = " ".join(_ring(ring, frame) for shape in place.polygons for ring in shape)
    chosen = " chosen" if place.chosen else ""
    return Markup('<a href="{}"><title>{}: {}</title><path class="area {}{}" d="{}"></path></a>').format(
        place.link, place.label, place.word, place.tint, chosen, path
    )


def _ring(ring: Ring, frame: _Frame) -> str:
    corners = [frame.at(point) for point in ring]
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "Z"


def _label(place: Place, spot: Point) -> Markup:
    width = max(len(place.label), len(place.word)) * LABEL_CHAR + 10
    chosen = " chosen" if place.chosen else ""
    return Markup(
        '<g class="label{}" aria-hidden="true"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="4"></rect>'
        '<text x="{:.1f}" y="{:.1f}">{}</text><text class="word" x="{:.1f}" y="{:.1f}">{}</text></g>'
    ).format(
        chosen,
        spot[0] - width / 2,
        spot[1] - 15,
        width,
        int(LABEL_HEIGHT),
        spot[0],
        spot[1] - 2.5,
        place.label,
        spot[0],
        spot[1] + 10.5,
        place.word,
    )


def _spots(places: Sequence[Place], frame: _Frame) -> list[tuple[Place, Point]]:
    """Where labels stand: well inside their area, pushed apart where two would cover each other."""
    spots = [(place, _inside([frame.at(point) for point in _largest(place.polygons)])) for place in places]
    placed: list[tuple[Place, Point]] = []
    for place, spot in sorted(spots, key=lambda item: item[1][1]):
        width = max(len(place.label), len(place.word)) * LABEL_CHAR + 10
        x = min(max(spot[0], width / 2 + 3), WIDTH - width / 2 - 3)
        y = min(max(spot[1], 18.0), frame.height - 18)
        for _ in range(6):
            clash = next((other for other in placed if _covers(x, y, width, other)), None)
            if clash is None:
                break
            y = min(clash[1][1] + LABEL_HEIGHT + 2, frame.height - 16)
        placed.append((place, (x, y)))
    return placed


def _covers(x: float, y: float, width: float, other: tuple[Place, Point]) -> bool:
    other_width = max(len(other[0].label), len(other[0].word)) * LABEL_CHAR + 10
    return abs(x - other[1][0]) < (width + other_width) / 2 and abs(y - other[1][1]) < LABEL_HEIGHT + 1


def _largest(polygons: Polygons) -> Ring:
    return max((shape[0] for shape in polygons), key=lambda ring: abs(_area(ring)))


def _area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _inside(ring: Ring, steps: int = 14) -> Point:
    """The point of a grid that lies deepest inside; width counts double, for labels are wide."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    best, best_depth = (sum(xs) / len(xs), sum(ys) / len(ys)), -inf
    for column in range(1, steps):
        for row in range(1, steps):
            x = min(xs) + (max(xs) - min(xs)) * column / steps
            y = min(ys) + (max(ys) - min(ys)) * row / steps
            depth = _depth((x, y), ring)
            if depth > best_depth:
                best, best_depth = (x, y), depth
    return best


def _depth(point: Point, ring: Ring) -> float:
    """Distance to the outline, negative outside; sideways distance counts half."""
    x, y = point[0] / 2, point[1]
    inside, nearest = False, inf
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1:
            inside = not inside
        nearest = min(nearest, _to_segment(x, y, (x1 / 2, y1), (x2 / 2, y2)))
    return nearest if inside else -nearest


def _to_segment(x: float, y: float, a: Point, b: Point) -> float:
    length = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    along = (
        0.0 if length == 0 else max(0.0, min(1.0, ((x - a[0]) * (b[0] - a[0]) + (y - a[1]) * (b[1] - a[1])) / length))
    )
    return hypot(x - a[0] - along * (b[0] - a[0]), y - a[1] - along * (b[1] - a[1]))


def tint(state: str, level: int) -> str:
    """Class of the fill for a state of the weekly table."""
    return f"level-{level}" if state in ("count", "zero") else state
