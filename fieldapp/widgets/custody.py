"""The custody line: five stops, the mark of the product, kept as textures.

State is told by shape, by place on the line and by the word that stands with it; colour comes last.
"""

from __future__ import annotations

from functools import lru_cache

from kivy.graphics.texture import Texture
from kivy.uix.image import Image

from fieldapp.widgets.ink import Canvas, Rgb, arc, box, dashed_ring, disc, polygon, ring, segment
from fieldapp.widgets.theme import theme
from fieldapp.widgets.tokens import COLOURS, MODES

STATES = ("draft", "sealed", "handed", "logged", "acknowledged")
ALL_STATES = (*STATES, "purged", "needs")


def rgb(token: str, mode: str) -> Rgb:
    """A token as three bytes."""
    value = COLOURS[token][MODES.index(mode)].lstrip("#")
    return int(value[0:2], 16), int(value[2:4], 16), int(value[4:6], 16)


def texture_of(width: int, height: int, rows: bytes) -> Texture:
    """A texture of RGBA rows, bottom first."""
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer(rows, colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _shape(canvas: Canvas, state: str, cx: float, cy: float, *, unit: float, mode: str, mirror: bool) -> None:
    """The shape of a state, centred; `unit` is the dp of the drawing."""
    colour, ground = rgb(f"c_{state}", mode), rgb("bg", mode)
    reach = (cx - 12 * unit, cy - 12 * unit, cx + 12 * unit, cy + 12 * unit)
    if state == "draft":
        canvas.add(dashed_ring(cx, cy, 8 * unit, 2.4 * unit, 9), colour, reach)
    elif state == "sealed":
        canvas.add(box(cx, cy, 8 * unit, 8 * unit, 1 * unit), colour, reach)
    elif state == "handed":
        tip = [(cx - 8 * unit, cy - 9 * unit), (cx + 10 * unit, cy), (cx - 8 * unit, cy + 9 * unit)]
        canvas.add(polygon(tip), colour, reach)
    elif state == "logged":
        canvas.add(ring(cx, cy, 6.1 * unit, 6 * unit), colour, reach)
    elif state == "acknowledged":
        canvas.add(disc(cx, cy, 9 * unit), colour, reach)
        way = -1 if mirror else 1  # the picture is mirrored later; a tick is not
        a, b, c = cx - 4.1 * unit * way, cx - 1.2 * unit * way, cx + 4.3 * unit * way
        canvas.add(segment(a, cy + 0.3 * unit, b, cy + 3.2 * unit, 2 * unit), ground, reach)
        canvas.add(segment(b, cy + 3.2 * unit, c, cy - 3 * unit, 2 * unit), ground, reach)
    else:
        diamond = [(cx, cy - 11 * unit), (cx + 11 * unit, cy), (cx, cy + 11 * unit), (cx - 11 * unit, cy)]
        canvas.add(polygon(diamond), colour, reach)
        canvas.add(segment(cx, cy - 5 * unit, cx, cy + 0.5 * unit, 2.4 * unit), ground, reach)
        canvas.add(disc(cx, cy + 4.6 * unit, 1.5 * unit), ground, reach)


@lru_cache(maxsize=128)
def line_rows(state: str, mode: str, mirror: bool, width: int, height: int) -> bytes:
    """The picture of a whole line, as texture rows."""
    canvas = Canvas(width, height)
    unit, cy = height / 24, height / 2
    ink, edge = rgb("ink", mode), rgb("edge", mode)
    first, last = 10 * unit, width - 13 * unit
    stops = [first + (last - first) * i / 4 for i in range(5)]
    # a report that needs its officer stands where it was sealed; a cleared one has walked the whole line
    at = {"purged": 5, "needs": 1}.get(state) if state in ("purged", "needs") else STATES.index(state)
    at = 0 if at is None else at
    gap = 12 * unit
    solid_to = last if at == 5 else stops[at] - gap
    if at > 0:
        canvas.add(segment(first, cy, solid_to, cy, 2.4 * unit), ink, (first, cy - 3, solid_to, cy + 3))
    x = stops[min(at, 4)] + gap + 3 * unit
    while at < 4 and x < last - 6 * unit:
        if all(abs(x - stop) > 6 * unit for stop in stops):
            canvas.add(disc(x, cy, 0.95 * unit), edge, (x - 3, cy - 3, x + 3, cy + 3))
        x += 4.6 * unit
    for index, stop in enumerate(stops):
        near = (stop - 6 * unit, cy - 6 * unit, stop + 6 * unit, cy + 6 * unit)
        if index < at:
            canvas.add(disc(stop, cy, 4 * unit), ink, near)
        elif index > at:
            canvas.add(ring(stop, cy, 3.7 * unit, 1.5 * unit), edge, near)
    if at < 5:
        _shape(canvas, state, stops[at], cy, unit=unit, mode=mode, mirror=mirror)
    return (canvas.mirrored() if mirror else canvas).rows_from_below()


@lru_cache(maxsize=256)
def _texture(state: str, mode: str, mirror: bool, width: int, height: int) -> Texture:
    return texture_of(width, height, line_rows(state, mode, mirror, width, height))


class CustodyLine(Image):
    """The line of one report; give it a state, a width and a height of the theme."""

    def __init__(self, state: str, *, width: float = 0, height: float = 0) -> None:
        growth = 1 + (theme.scale - 1) / 2
        wide = int(width or theme.space("custody_w") * growth)
        high = int(height or theme.space("custody_h") * growth)
        super().__init__(
            texture=_texture(state, theme.mode, theme.rtl, wide, high),
            size_hint=(None, None),
            size=(wide, high),
            fit_mode="fill",
        )
        self.state = state

    def show(self, state: str) -> None:
        """Show another state in the same box."""
        self.state = state
        self.texture = _texture(state, theme.mode, theme.rtl, int(self.width), int(self.height))


def stop_positions(width: float, height: float) -> list[float]:
    """The middle of each stop on a line of this size, in reading direction from its start."""
    unit = height / 24
    first, last = 10 * unit, width - 13 * unit
    return [first + (last - first) * i / 4 for i in range(5)]


@lru_cache(maxsize=16)
def _mark_texture(mode: str, mirror: bool, size: int) -> Texture:
    canvas, unit, ink = Canvas(size, size), size / 28, rgb("ink", mode)
    everywhere = (0.0, 0.0, float(size), float(size))
    canvas.add(disc(5 * unit, 23 * unit, 4.6 * unit), ink, everywhere)
    canvas.add(segment(5 * unit, 23 * unit, 5 * unit, 13 * unit, 3.4 * unit), ink, everywhere)
    canvas.add(arc(13 * unit, 13 * unit, 8 * unit, 3.4 * unit, (-1, -1)), ink, everywhere)
    canvas.add(segment(13 * unit, 5 * unit, 18 * unit, 5 * unit, 3.4 * unit), ink, everywhere)
    canvas.add(ring(22.6 * unit, 5.4 * unit, 3.9 * unit, 2.8 * unit), ink, everywhere)
    rows = (canvas.mirrored() if mirror else canvas).rows_from_below()
    return texture_of(size, size, rows)


class Mark(Image):
    """The mark of the product: a line with one closed and one open end."""

    def __init__(self) -> None:
        size = int(theme.space("mark") * (1 + (theme.scale - 1) / 2))
        super().__init__(
            texture=_mark_texture(theme.mode, theme.rtl, size),
            size_hint=(None, None),
            size=(size, size),
            pos_hint={"center_y": 0.5},
        )
