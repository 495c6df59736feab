"""What is drawn over a map: rings of error, marks of reports, names, the scale bar; and the legend of the same shapes.

Every function adds to a group of instructions, in pixels. Shape and word carry the meaning; a tone only helps.
"""

from __future__ import annotations

import math
from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.graphics import (
    Color,
    InstructionGroup,
    Rectangle,
    SmoothEllipse,
    SmoothLine,
    SmoothQuad,
    SmoothRectangle,
    SmoothRoundedRectangle,
)
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget

from fieldapp.maps.labels import Wish
from fieldapp.maps.view import scale_bar
from fieldapp.widgets.boxes import Row
from fieldapp.widgets.custody import rgb, texture_of
from fieldapp.widgets.ink import hatch
from fieldapp.widgets.shaping import shape
from fieldapp.widgets.text import FONT, Text, text_width
from fieldapp.widgets.theme import theme

SHADE = 0.16  # how strongly a ring is filled; its edge carries the meaning
PLATED = 1  # names up to this rank stand on a plate of the ground


def far(metres: int) -> str:
    """A length in words: metres, or whole kilometres from one on."""
    if metres >= 1000:
        return theme.words("map.km", n_km=round(metres / 1000))
    return theme.words("map.m", n_m=metres)


def tinted(group: InstructionGroup, tone: str, alpha: float = 1.0) -> None:
    """What follows is drawn in a token's colour."""
    group.add(Color(rgba=[*theme.colour(tone)[:3], alpha]))


def add_disc(group: InstructionGroup, x: float, y: float, radius: float, tone: str) -> None:
    """A filled circle."""
    tinted(group, tone)
    group.add(SmoothEllipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius)))


def add_ring(group: InstructionGroup, x: float, y: float, radius: float, tone: str) -> None:
    """A circle of error: shaded, with an edge that stands out on any ground."""
    tinted(group, tone, SHADE)
    group.add(SmoothEllipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius)))
    for colour, width in (("bg", "xs"), (tone, "edge")):
        tinted(group, colour)
        group.add(SmoothLine(circle=(x, y, radius), width=theme.space(width) / 2))


def add_cross(group: InstructionGroup, x: float, y: float, *, hole: float, reach: float, tone: str) -> None:
    """Four strokes around a free middle."""
    for colour, width in (("bg", "s"), (tone, "edge_chosen")):
        tinted(group, colour)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            points = [x + dx * hole, y + dy * hole, x + dx * reach, y + dy * reach]
            group.add(SmoothLine(points=points, width=theme.space(width) / 2, cap="none"))


def add_point(group: InstructionGroup, x: float, y: float) -> None:
    """The place that is set."""
    add_cross(group, x, y, hole=theme.space("s"), reach=theme.space("xl"), tone="act")
    add_disc(group, x, y, theme.space("s"), "bg")
    add_disc(group, x, y, theme.space("xs"), "act")


def add_here(group: InstructionGroup, x: float, y: float) -> None:
    """My position: a disc with a hole."""
    for tone, radius in (("bg", "m"), ("c_handed", "s"), ("bg", "xs")):
        add_disc(group, x, y, theme.space(radius), tone)


def add_dot(group: InstructionGroup, kind: str, x: float, y: float, *, chosen: bool = False) -> None:
    """A report: disc, square or hollow diamond; the chosen one is larger."""
    size = theme.space("m") if chosen else theme.space("s")
    edge = theme.space("edge")
    layers = [("bg", size + edge), ("act" if chosen else "ink", size)]
    if kind == "diamond":
        layers.append(("bg", size - edge - theme.space("hair")))
    for tone, half in layers:
        tinted(group, tone)
        group.add(_shape(kind, x, y, half))


def _shape(kind: str, x: float, y: float, half: float) -> SmoothEllipse | SmoothRectangle | SmoothQuad:
    """Three shapes of about the same ink."""
    if kind == "disc":
        return SmoothEllipse(pos=(x - half, y - half), size=(2 * half, 2 * half))
    if kind == "square":
        side = half * math.sqrt(math.pi) / 2
        return SmoothRectangle(pos=(x - side, y - side), size=(2 * side, 2 * side))
    reach = half * math.sqrt(math.pi / 2)
    return SmoothQuad(points=[x, y - reach, x + reach, y, x, y + reach, x - reach, y])


def hatch_texture() -> Texture:
    """The hatch of "nothing known here", repeated without a seam."""
    return _hatched(int(theme.space("m")), theme.mode)


@lru_cache(maxsize=8)
def _hatched(tile: int, mode: str) -> Texture:
    texture = texture_of(tile, tile, hatch(tile, rgb("line", mode), theme.space("hair")))
    texture.wrap = "repeat"
    return texture


def name_wish(text: str, x: float, y: float, rank: int) -> Wish:
    """A name that wants to be written around a point."""
    size = theme.type("small")
    return Wish(text, x, y, text_width(text, size, True, theme.rtl) + 2 * theme.space("xs"), size * 1.5, rank)


def add_name(group: InstructionGroup, wish: Wish) -> None:
    """A name where it was granted; the large areas stand on a plate."""
    texture = _name(wish.text, wish.rank <= PLATED, theme.mode, theme.type("small"), theme.rtl)
    left, bottom = wish.box[:2]
    if wish.rank <= PLATED:
        _plate(group, left, bottom, wish.width, wish.height)
    tinted(group, "untinted")
    down = (wish.height - texture.height) / 2
    group.add(Rectangle(texture=texture, pos=(int(left + theme.space("xs")), int(bottom + down)), size=texture.size))


def add_scale_bar(group: InstructionGroup, x: float, y: float, metres_per_px: float) -> None:
    """How long a round length is here; `x`, `y` is its lower left corner."""
    length, wide = scale_bar(metres_per_px, theme.space("stepper_num"))
    texture = _name(far(length), True, theme.mode, theme.type("small"), theme.rtl)
    pad, rule = theme.space("s"), theme.space("rule")
    _plate(group, x, y, max(wide, texture.width) + 2 * pad, texture.height + theme.space("m"))
    tinted(group, "untinted")
    group.add(Rectangle(texture=texture, pos=(int(x + pad), int(y + pad)), size=texture.size))
    tinted(group, "ink")
    foot = y + theme.space("xs")
    group.add(Rectangle(pos=(x + pad, foot), size=(wide, rule)))
    for end in (x + pad, x + pad + wide - rule):
        group.add(Rectangle(pos=(end, foot), size=(rule, theme.space("s"))))


def _plate(group: InstructionGroup, x: float, y: float, wide: float, high: float) -> None:
    tinted(group, "bg")
    group.add(SmoothRoundedRectangle(radius=[theme.space("r_tag")], pos=(int(x), int(y)), size=(wide, high)))


def forget_names() -> None:
    """Drops the pictures of names that were written on the map."""
    _name.cache_clear()


@lru_cache(maxsize=1024)
def _name(text: str, plated: bool, mode: str, size: float, rtl: bool) -> Texture:  # noqa: ARG001 - of the cache
    """A name in ink, or in the second ink with an edge of the ground, so that no line crosses its letters."""
    label = CoreLabel(
        text=shape(text, rtl),
        font_name=FONT,
        font_size=size,
        bold=True,
        font_hinting=None,
        color=theme.colour("ink" if plated else "ink2"),
        outline_width=0 if plated else int(theme.space("rule")),
        outline_color=theme.colour("bg")[:3],
    )
    label.refresh()
    return label.texture


class _Sample(Widget):
    """One mark by itself."""

    def __init__(self, kind: str) -> None:
        side = theme.space("mark")
        super().__init__(size_hint=(None, None), size=(side, side), pos_hint={"center_y": 0.5})
        self._kind, self._group = kind, InstructionGroup()
        self.canvas.add(self._group)
        self.bind(pos=self._draw)

    def _draw(self, *_args: object) -> None:
        x, y = self.x + self.width / 2, self.y + self.height / 2
        self._group.clear()
        if self._kind == "ring":
            add_ring(self._group, x, y, theme.space("m"), "ink2")
        elif self._kind == "hatch":
            texture = hatch_texture()
            tinted(self._group, "sheet")
            self._group.add(Rectangle(pos=self.pos, size=self.size))
            tinted(self._group, "untinted")
            shown = Rectangle(texture=texture, pos=self.pos, size=self.size)
            across = self.width / texture.width
            shown.tex_coords = (0, 0, across, 0, across, across, 0, across)
            self._group.add(shown)
        else:
            add_dot(self._group, self._kind, x, y)


class Legend(Row):
    """A mark and what it means."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(_Sample(kind), Text(words, role="second"), space="m")
