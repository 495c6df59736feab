"""The map's picture: tiles or areas, borders, names, marks, in layers that a drag moves without drawing them again.

A layer is drawn for one `Viewport` with a margin around it. While a finger drags, only a translation changes; what has
come to rest is drawn anew. Pictures of tiles are decoded a few a frame, so that no touch waits for them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kivy.clock import Clock
from kivy.graphics import (
    InstructionGroup,
    PopMatrix,
    PushMatrix,
    Rectangle,
    Scale,
    SmoothLine,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
    Translate,
)
from kivy.graphics.texture import Texture
from kivy.uix.stencilview import StencilView

from fieldapp.maps.drawing import Frame, Thinner, levels_shown, line, outline
from fieldapp.maps.features import Area, Ring
from fieldapp.maps.labels import arranged
from fieldapp.maps.pictures import decode
from fieldapp.maps.projection import metres_per_unit
from fieldapp.maps.source import MapSource
from fieldapp.maps.view import Viewport
from fieldapp.widgets import map_marks as ink
from fieldapp.widgets.custody import texture_of
from fieldapp.widgets.map_fills import Fills, hairlines
from fieldapp.widgets.map_marks import tinted
from fieldapp.widgets.theme import theme

TILES_A_FRAME, TILES_KEPT = 3, 96
OVERZOOM = 5  # how often a picture may be doubled before the areas alone are shown
_NAME_FROM_PX, _FITS = 20.0, 0.7  # an area narrower than its name by more than this stays unnamed
_BORDERS = {1: ("ink", "edge_chosen"), 2: ("edge", "edge"), 3: ("edge", "hair")}  # level -> tone, width
_VEIL = 0.7  # how much of a picture the hatch outside the mission hides
_MANY = 400  # borders: more are drawn as hairlines


@dataclass(frozen=True, slots=True)
class Dot:
    """A report on the map: `shape` (disc, square, diamond) tells its age, the ring its error."""

    id: str
    lat: float
    lon: float
    radius_m: int
    shape: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn over the map.

    Attributes:
        point: latitude, longitude and error radius in metres of the place that is set.
        here: the same for the officer's own position.
        dots: reports.
        aim: whether the middle of the window is marked, for setting a point by keys.
    """

    point: tuple[float, float, int] | None = None
    here: tuple[float, float, int] | None = None
    dots: tuple[Dot, ...] = ()
    aim: bool = False


class MapCanvas(StencilView):
    """Draws a `MapSource` through a `Viewport`; knows nothing of touches."""

    def __init__(self, source: MapSource, view: Viewport, marks: Marks) -> None:
        super().__init__()
        self.source, self.view, self.marks = source, view, marks
        self._drag = (0.0, 0.0)
        self._thinner = Thinner()
        self._fills = [Fills(source.country), Fills(source.country)]  # one to draw in, one to take back
        self._tiles: OrderedDict[tuple[int, int, int], Texture | str] = OrderedDict()
        self._due: list[tuple[int, int, int]] = []
        self._loading: Any = None
        self.covered: list[tuple[float, float, float, float]] = []  # what keys hide, in our own pixels
        self.shown_names: list[str] = []
        self.drawn_areas = 0
        self._ground, self._moving, self._still = InstructionGroup(), InstructionGroup(), InstructionGroup()
        self._base, self._over = InstructionGroup(), InstructionGroup()
        self._shift = Translate(0, 0)
        for part in (self._ground, self._moving, self._still):
            self.canvas.add(part)
        for part in (PushMatrix(), self._shift, self._base, self._over, PopMatrix()):
            self._moving.add(part)
        self._hatched = ink.hatch_texture()
        self._hatch_tile = self._hatched.width
        self._hatch_rectangles: Sequence[Rectangle] = ()  # they stay, and their hatch moves with the map
        self._veils: Sequence[Rectangle] = ()  # the same inside the layer that moves
        self.bind(pos=self._placed, size=self._placed)

    # -- what the pane tells ------------------------------------------------------------------------------------
    def look(self, view: Viewport) -> None:
        """Show another part of the world."""
        self.view, self._drag = view.sized(*self.size), (0.0, 0.0)
        self.draw()

    def drag(self, dx: float, dy: float) -> None:
        """Move what is drawn, without drawing it again."""
        self._drag = (dx, dy)
        self._place_shift()

    @property
    def dragged(self) -> bool:
        """Whether it is moved from where it was drawn."""
        return self._drag != (0.0, 0.0)

    def mark(self, marks: Marks) -> None:
        """Other marks over the same map."""
        if marks != self.marks:
            self.marks = marks
            self._draw_over()

    def stop(self) -> None:
        """The screen is gone: no picture is decoded for it any more."""
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None

    # -- drawing ------------------------------------------------------------------------------------------------
    def _placed(self, *_args: object) -> None:
        if self.width > 1 and self.height > 1:
            self.look(self.view)

    def _place_shift(self) -> None:
        self._shift.xy = self.x + self._drag[0], self.y + self._drag[1]
        tile = self._hatch_tile
        west, south = -self._drag[0] / tile, -self._drag[1] / tile
        east, north = west + self.width / tile, south + self.height / tile
        for veil in self._veils:
            veil.pos = -self._drag[0], -self._drag[1]
        for rectangle in (*self._hatch_rectangles, *self._veils):
            rectangle.tex_coords = (west, south, east, south, east, north, west, north)

    def draw(self) -> None:
        """Everything anew for the present view."""
        self._frame = Frame.of(self.view, self.source.country)
        self._ground.clear()
        self._base.clear()
        tinted(self._ground, "sheet")
        self._ground.add(Rectangle(pos=self.pos, size=self.size))
        self._hatch_rectangles, self._veils = [], []
        areas, tracks = self.source.country.seen(self._frame.seen)
        tiled = self._tiles_here()
        if not tiled:
            self._add_hatch(self._ground)
            self._add_fills(self._fills[0])
        else:
            self._add_tiles()
            self._add_outside()
        shown = levels_shown(self.source.country, self.view)
        for track in tracks:
            self._add_track(track.kind, line(track, self.view, self._frame))
        self.drawn_areas = 0
        for level in (3, 2, 1):
            if level in shown:
                self._add_borders([area for area in areas if area.level == level], level)
        self._draw_over()

    def _add_hatch(self, group: InstructionGroup) -> None:
        rectangle = Rectangle(texture=self._hatched, pos=self.pos, size=self.size)
        tinted(group, "untinted")
        group.add(rectangle)
        self._hatch_rectangles = [*self._hatch_rectangles, rectangle]

    def _add_fills(self, fills: Fills) -> None:
        """The ground of the mission's areas."""
        tinted(self._base, "bg")
        self._base.add(PushMatrix())
        self._base.add(Translate(*self._frame.pixel(fills.x, fills.y)))
        self._base.add(Scale(self._frame.scale, -self._frame.scale, 1))
        for group in fills.seen(self._frame.seen):
            self._base.add(group)
        self._base.add(PopMatrix())

    def _add_outside(self) -> None:
        """Hatch over the pictures where the mission's areas end."""
        if not self.source.country.areas:
            return
        self._base.add(StencilPush())
        self._add_fills(self._fills[0])
        self._base.add(StencilUse(op="greater"))
        tinted(self._base, "sheet", _VEIL)
        self._add_veil(Rectangle(size=self.size))
        tinted(self._base, "untinted")
        self._add_veil(Rectangle(texture=self._hatched, size=self.size))
        self._base.add(StencilUnUse())
        self._add_fills(self._fills[1])
        self._base.add(StencilPop())

    def _add_veil(self, rectangle: Rectangle) -> None:
        """Exactly over the window, wherever the layer is dragged to: beyond it this stencil hides nothing."""
        self._base.add(rectangle)
        self._veils = [*self._veils, rectangle]

    def _add_track(self, kind: str, runs: list[list[float]]) -> None:
        """A river is one line, a road two with the ground between: told apart without colour."""
        river = kind == "river"
        layers = [("c_handed", "edge_chosen")] if river else [("ink2", "xs"), ("bg", "rule")]
        for tone, width in layers:
            tinted(self._base, tone)
            for run in runs:
                self._base.add(SmoothLine(points=run, width=theme.space(width) / 2))

    def _add_borders(self, areas: list[Area], level: int) -> None:
        tone, width = _BORDERS[level]
        least = theme.space("rule") / self._frame.scale
        wide = [area for area in areas if area.bounds[2] - area.bounds[0] >= least]
        self.drawn_areas += len(wide)
        runs = [run for area in wide for ring in self._rings(area) for run in outline(ring, self._frame)]
        tinted(self._base, tone)
        if len(runs) > _MANY:
            for mesh in hairlines(runs):
                self._base.add(mesh)
            return
        for run in runs:
            self._base.add(SmoothLine(points=run, width=theme.space(width) / 2, joint="bevel"))

    def _rings(self, area: Area) -> tuple[Ring, ...]:
        return self._thinner.rings(area, self.view)

    # -- pictures -----------------------------------------------------------------------------------------------
    def _tiles_here(self) -> bool:
        tiles = self.source.tiles
        return tiles is not None and self.view.zoom <= tiles.facts.most + OVERZOOM

    def _add_tiles(self) -> None:
        tiles = self.source.tiles
        if tiles is None:
            return
        self._add_hatch(self._ground)
        zoom = max(tiles.facts.least, min(tiles.facts.most, round(self.view.zoom)))
        side = self.view.world_px / 2**zoom
        left, bottom, right, top = self._frame.box
        x0 = math.floor((left - self._frame.left) / side)
        x1 = math.floor((right - self._frame.left) / side)
        y0 = max(0, math.floor((self._frame.top - top) / side))
        y1 = min((1 << zoom) - 1, math.floor((self._frame.top - bottom) / side))
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        wanted = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        wanted.sort(key=lambda at: abs(at[0] - middle[0]) + abs(at[1] - middle[1]))
        self._due = []
        dim = "untinted" if theme.mode == "sun" else "edge"
        for x, y in wanted[:TILES_KEPT]:
            key = (zoom, x % (1 << zoom), y)
            if key not in self._tiles:
                self._due.append(key)
                continue
            self._tiles.move_to_end(key)
            found = self._tiles[key]
            if isinstance(found, str):
                continue  # broken or absent: the hatch of the ground stays
            pos = self._frame.left + x * side, self._frame.top - (y + 1) * side
            tinted(self._base, dim)
            self._base.add(Rectangle(texture=found, pos=pos, size=(side, side)))
        if self._due and self._loading is None:
            self._loading = Clock.schedule_interval(self._load, 0)

    def _load(self, _dt: float) -> None:
        if self.get_root_window() is None:
            self.stop()
            return
        tiles = self.source.tiles
        for key in self._due[:TILES_A_FRAME]:
            data = tiles.tile(*key) if tiles is not None else None
            picture = decode(data) if data is not None else None
            if picture is None:
                self._tiles[key] = "none" if data is None else "broken"
            else:
                self._tiles[key] = texture_of(picture.width, picture.height, picture.rows)
        while len(self._tiles) > TILES_KEPT * 2:
            self._tiles.popitem(last=False)
        self._due = self._due[TILES_A_FRAME:]
        if not self._due:
            self.stop()
        if not self.dragged:
            self.draw()

    # -- names and marks ----------------------------------------------------------------------------------------
    def _draw_over(self) -> None:
        self._over.clear()
        self._still.clear()
        self._add_names()
        marks = self.marks
        for dot in marks.dots:
            self._add_ring(dot.lat, dot.lon, dot.radius_m, "act" if dot.chosen else "ink2")
        if marks.here is not None:
            self._add_ring(*marks.here, "c_handed")
            ink.add_here(self._over, *self.view.pixel(*marks.here[:2]))
        for dot in marks.dots:
            ink.add_dot(self._over, dot.shape, *self.view.pixel(dot.lat, dot.lon), chosen=dot.chosen)
        if marks.point is not None:
            self._add_ring(*marks.point, "act")
            ink.add_point(self._over, *self.view.pixel(*marks.point[:2]))
        if marks.aim and not self._aimed_at_point():
            middle = self.x + self.width / 2, self.y + self.height / 2
            ink.add_cross(self._still, *middle, hole=theme.space("xs"), reach=theme.space("l"), tone="ink")
        margin = theme.space("m")
        ink.add_scale_bar(self._still, self.x + margin, self.y + margin, self.view.metres_per_px)
        self._place_shift()

    def _aimed_at_point(self) -> bool:
        """Whether the cross of the middle would hide the place that is set."""
        if self.marks.point is None:
            return False
        x, y = self.view.pixel(*self.marks.point[:2])
        return max(abs(x - self.width / 2), abs(y - self.height / 2)) < theme.space("xl")

    def _add_ring(self, lat: float, lon: float, radius_m: int, tone: str) -> None:
        radius = radius_m / metres_per_unit(lat) * self.view.world_px
        if theme.space("s") <= radius <= 8 * max(self.width, self.height):
            ink.add_ring(self._over, *self.view.pixel(lat, lon), radius, tone)

    def _add_names(self) -> None:
        areas, tracks = self.source.country.seen(self._frame.seen)
        shown = levels_shown(self.source.country, self.view)
        wishes = []
        for area in areas:
            broad = (area.bounds[2] - area.bounds[0]) * self._frame.scale
            if area.level in shown and broad >= _NAME_FROM_PX:
                wish = ink.name_wish(area.said(theme.language), *self._frame.pixel(*area.heart), area.level)
                if broad > wish.width * _FITS or area.level == self.source.country.top_level:
                    wishes.append(wish)
        for track in tracks:
            if track.name:
                at = len(track.points) // 4 * 2
                wishes.append(ink.name_wish(track.name, *self._frame.pixel(*track.points[at : at + 2]), 4))
        margin = theme.space("s")
        room = (margin, margin, self.width - margin, self.height - margin)
        granted = arranged(wishes, room, self._kept_free())
        self.shown_names = [wish.text for wish in granted]
        for wish in granted:
            ink.add_name(self._over, wish)

    def _kept_free(self) -> list[tuple[float, float, float, float]]:
        """Where no name may stand: under the keys, over the place that is set and the marks of reports."""
        reach, small = theme.space("xl"), theme.space("m")
        marks = [(*self.view.pixel(dot.lat, dot.lon), small) for dot in self.marks.dots]
        if self.marks.point is not None:
            marks.append((*self.view.pixel(*self.marks.point[:2]), reach))
        if self.marks.aim:
            marks.append((self.width / 2, self.height / 2, theme.space("l")))
        boxes = [(x - size, y - size, x + size, y + size) for x, y, size in marks]
        return [*self.covered, *boxes]
