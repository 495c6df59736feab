"""Boxes: columns, rows that mirror, rules, and surfaces with an even edge."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Rectangle, SmoothRoundedRectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from fieldapp.widgets.theme import theme


def gap(name: str, *, across: bool = False) -> Widget:
    """An empty piece of a named length."""
    length = theme.space(name)
    if across:
        return Widget(size_hint=(None, None), size=(length, 1))
    return Widget(size_hint_y=None, height=length)


def spring() -> Widget:
    """Takes what is left."""
    return Widget()


class Column(BoxLayout):
    """Children one under the other; as high as they are unless told to fill."""

    def __init__(self, *children: Widget, space: str = "", fill: bool = False, **kwargs: object) -> None:
        super().__init__(orientation="vertical", spacing=theme.space(space) if space else 0, **kwargs)
        if not fill:
            self.size_hint_y = None
            self.bind(minimum_height=self.setter("height"))
        for child in children:
            self.add_widget(child)


class Row(BoxLayout):
    """Children in reading direction: the first stands at the left, or at the right in Arabic."""

    def __init__(
        self,
        *children: Widget,
        space: str = "m",
        fill: bool = False,
        least: float = 0,
        physical: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(orientation="horizontal", spacing=theme.space(space) if space else 0, **kwargs)
        self.least = least
        if not fill:
            self.size_hint_y = None
            self.bind(minimum_height=self._fit)
        ordered = children if physical or not theme.rtl else tuple(reversed(children))
        for child in ordered:
            self.add_widget(child)
        if not fill:
            self._fit()

    def _fit(self, *_args: object) -> None:
        self.height = max(self.minimum_height, self.least)


class Rule(Widget):
    """A line across: `ink` of 2 dp under a bar or head, `line` of 1 dp between rows."""

    def __init__(self, *, tone: str = "line", thick: str = "hair") -> None:
        super().__init__(size_hint_y=None, height=theme.space(thick))
        with self.canvas:
            Color(rgba=theme.colour(tone))
            self._rect = Rectangle()
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        self._rect.pos, self._rect.size = self.pos, self.size


class VRule(Widget):
    """A line down between two sides."""

    def __init__(self, *, tone: str = "line") -> None:
        super().__init__(size_hint_x=None, width=theme.space("hair"))
        with self.canvas:
            Color(rgba=theme.colour(tone))
            self._rect = Rectangle()
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        self._rect.pos, self._rect.size = self.pos, self.size


class Surface(BoxLayout):
    """A filled block with an edge that is even at every corner: two fills, not a stroke.

    What has neither fill nor edge costs nothing to draw; that matters in tables.
    """

    def __init__(
        self,
        *children: Widget,
        fill: str = "none",
        edge: str = "none",
        thick: str = "edge",
        radius: str = "",
        pad: tuple[str, str] = ("l", "m"),
        space: str = "s",
        stretch: bool = False,
        **kwargs: object,
    ) -> None:
        self._shapes: list[tuple[SmoothRoundedRectangle, float]] = []
        self._look = ("none", "none", "edge", False)
        self.corners = [theme.space(radius) if radius else 0.0]
        super().__init__(
            orientation="vertical",
            padding=[theme.space(pad[0]), theme.space(pad[1])],
            spacing=theme.space(space) if space else 0,
            **kwargs,
        )
        self.bind(pos=self._move, size=self._move)
        self.paint(fill, edge, thick)
        if not stretch:
            self.size_hint_y = None
            self.bind(minimum_height=self.setter("height"))
        for child in children:
            self.add_widget(child)

    def round_corners(self, corners: list[float]) -> None:
        """Radii from the top left, clockwise."""
        self.corners = corners
        self._redraw()

    def paint(self, fill: str, edge: str = "none", thick: str = "edge", *, ring: bool = False) -> None:
        """Other colours in place; `ring` draws the focus around it."""
        if (fill, edge, thick, ring) != self._look:
            self._look = (fill, edge, thick, ring)
            self._redraw()

    def _redraw(self) -> None:
        fill, edge, thick, ring = self._look
        before = self.canvas.before
        before.remove_group("surface")
        self._shapes = []
        line = theme.space(thick)
        layers: list[tuple[str, float]] = []
        if ring:
            away = theme.space("ring_away")
            layers += [("act", -away - theme.space("ring")), ("bg", -away)]
        if edge != "none":
            layers += [(edge, 0.0), (fill if fill != "none" else "bg", line)]
        elif fill != "none":
            layers.append((fill, 0.0))
        for token, inset in layers:
            shape = SmoothRoundedRectangle(radius=[max(corner - inset, 0) for corner in self.corners], group="surface")
            before.add(Color(rgba=theme.colour(token), group="surface"))
            before.add(shape)
            self._shapes.append((shape, inset))
        self._move()

    def _move(self, *_args: object) -> None:
        for shape, inset in self._shapes:
            shape.pos = self.x + inset, self.y + inset
            shape.size = max(self.width - 2 * inset, 0), max(self.height - 2 * inset, 0)


def scroll_looks() -> dict[str, Any]:
    """How a column that scrolls looks: a thin bar beside it, at the far end of reading."""
    return {
        "do_scroll_x": False,
        "bar_width": theme.space("xs"),
        "bar_margin": -theme.space("m"),
        "bar_pos_y": "left" if theme.rtl else "right",
        "bar_color": theme.colour("edge"),
        "bar_inactive_color": theme.colour("line"),
        "scroll_type": ["bars", "content"],
    }


class Scroll(ScrollView):
    """One column that scrolls when it is higher than its place."""

    def __init__(self, child: Widget, **kwargs: object) -> None:
        super().__init__(**scroll_looks(), **kwargs)
        self.add_widget(child)
