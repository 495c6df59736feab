"""The map as a control: it is dragged or moved by keys, comes closer by two large keys, and is tapped.

No function needs a gesture: every direction and both steps of zoom are keys on the screen, and keys of a keyboard
(arrows, + and -). The map itself is never mirrored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.textinput import TextInput
from kivy.uix.widget import Widget

from fieldapp.maps.source import MapSource
from fieldapp.maps.view import STEP, Bounds, Viewport, around
from fieldapp.widgets.boxes import Surface
from fieldapp.widgets.keys import Key
from fieldapp.widgets.map_canvas import Dot, MapCanvas, Marks
from fieldapp.widgets.map_marks import far
from fieldapp.widgets.text import Text, text_width
from fieldapp.widgets.theme import theme

__all__ = ["Dot", "MapPane", "Marks", "NotedKey", "far"]

_ARROWS = {276: (1, 0), 275: (-1, 0), 273: (0, -1), 274: (0, 1)}  # left, right, up, down
_CLOSER, _AWAY = {43, 61, 270}, {45, 269}  # + = keypad +, - keypad -
_PUSH = 0.3  # of the window for one press of an arrow
_LOW = 5.5  # heights of a large key
_SLIP = "m"  # a finger that moved less than this has tapped


class MapPane(FloatLayout):
    """A map with its keys.

    Args:
        source: what is drawn.
        view: where it looks first; None: at `bounds`, or at all of the source.
        marks: what is drawn over it.
        looked: told the new view after every change.
        tapped: told latitude and longitude of a tap.
    """

    def __init__(
        self,
        source: MapSource,
        view: Viewport | None,
        marks: Marks,
        looked: Callable[[Viewport], None],
        tapped: Callable[[float, float], None],
        *,
        bounds: Bounds | None = None,
    ) -> None:
        super().__init__()
        self.source, self._looked, self._tapped = source, looked, tapped
        self._fit, self._bounds = view is None, bounds or source.bounds
        self._finger: tuple[float, float] | None = None
        start = view or Viewport.fit(self._bounds, self.size, tile_px())
        self.map = MapCanvas(source, start, marks)
        self.add_widget(self.map)
        with self.canvas.before:
            Color(rgba=theme.colour("edge"))
            self._frame = Rectangle()
        for key in self._keys():
            self.add_widget(key)
        self._credit()
        self.bind(pos=self._move, size=self._move)
        Window.bind(on_key_down=self._key_down)

    # -- parts --------------------------------------------------------------------------------------------------
    def _keys(self) -> list[Key]:
        words = theme.words

        def key(word: str, icon: str, press: Callable[[], None], height: str, place: dict[str, float]) -> Key:
            mirrored = {"caret-left": "caret-right", "caret-right": "caret-left"} if theme.rtl else {}
            size = "small" if height == "touch" else "key"
            made = Key("", press, icon=mirrored.get(icon, icon), icon_size=size, height=height, width=height, pad="s")
            made.width = made.height = theme.space(height)
            made.word_text, made.pos_hint = word, place
            return made

        self.closer = key(words("map.zoom_in"), "plus", lambda: self.zoom(STEP), "key_field", {})
        self.away = key(words("map.zoom_out"), "minus", lambda: self.zoom(-STEP), "key_field", {})
        west = key(words("map.to_west"), "caret-left", lambda: self.push(1, 0), "touch", {"x": 0.005, "center_y": 0.5})
        east = key(
            words("map.to_east"), "caret-right", lambda: self.push(-1, 0), "touch", {"right": 0.995, "center_y": 0.5}
        )
        north = key(words("map.to_north"), "caret-up", lambda: self.push(0, -1), "touch", {"center_x": 0.5})
        south = key(words("map.to_south"), "caret-down", lambda: self.push(0, 1), "touch", {"center_x": 0.5})
        self._edge_keys = (west, east, north, south)
        return [self.closer, self.away, *self._edge_keys]

    def _credit(self) -> None:
        """Whose pictures these are, where the file says so."""
        self.credit: Widget | None = None
        said = self._said = self.source.tiles.facts.attribution if self.source.tiles is not None else ""
        if said:
            label = Text(said, role="small", tone="ink2", max_lines=1)
            self.credit = Surface(label, fill="bg", radius="r_tag", pad=("s", "xs"), space="")
            self.credit.size_hint_x = None
            self.add_widget(self.credit)

    def _move(self, *_args: object) -> None:
        edge = theme.space("edge")
        self._frame.pos, self._frame.size = self.pos, self.size
        self.map.size_hint = (None, None)
        size = max(self.width - 2 * edge, 1), max(self.height - 2 * edge, 1)
        if self._fit and self.width > 1:
            self.map.view = Viewport.fit(self._bounds, size, tile_px())
        gap = theme.space("m")
        low = self.height < _LOW * self.closer.height  # in a low window the two columns of keys would meet
        self.closer.y = self.top - gap - self.closer.height
        self.away.y = self.closer.y if low else self.closer.y - gap - self.away.height
        first, second = self.closer, self.away
        if theme.sides_swapped:
            first.x = self.x + gap
            second.x = first.right + gap if low else first.x
        else:
            first.right = self.right - gap
            second.right = first.x - gap if low else first.right
        west, east, north, south = self._edge_keys
        north.y, south.y = self.top - gap - north.height, self.y + gap
        west.x, east.right = self.x + gap, self.right - gap
        if self.credit is not None:
            natural = text_width(self._said, theme.type("small"), False, theme.rtl) + 2 * theme.space("m")
            self.credit.width = max(min(natural, self.width / 2 - 2 * theme.space("xxxl")), 1)
            self.credit.right, self.credit.y = self.right - gap, self.y + gap
        hidden = [self.closer, self.away, *self._edge_keys, *([self.credit] if self.credit is not None else [])]
        x, y = self.x + edge, self.y + edge
        self.map.covered = [(each.x - x, each.y - y, each.right - x, each.top - y) for each in hidden]
        corner = gap + theme.space("side_label"), gap + theme.grown("xxxl")  # of the scale bar
        self.map.covered.append((0, 0, *corner))
        self.map.pos, self.map.size = (x, y), size

    # -- what can be done ---------------------------------------------------------------------------------------
    @property
    def view(self) -> Viewport:
        """Where it looks now."""
        return self.map.view

    def sees(self, lat: float, lon: float) -> bool:
        """Whether a place is inside the window."""
        x, y = self.view.pixel(lat, lon)
        return 0 <= x <= self.view.width and 0 <= y <= self.view.height

    def look(self, view: Viewport) -> None:
        """Look elsewhere, and tell."""
        self._fit = False
        self.map.look(view)
        self._looked(self.map.view)

    def zoom(self, by: float, about: tuple[float, float] | None = None) -> None:
        """Closer or further away."""
        self.look(self.view.zoomed(by, about))

    def push(self, right: int, up: int) -> None:
        """Draw the world a good step further to the right or up."""
        self.look(self.view.moved(right * _PUSH * self.width, up * _PUSH * self.height))

    def go(self, lat: float, lon: float, radius_m: int = 0) -> None:
        """Bring a place and its error ring into the middle, close enough to see the ring."""
        view = self.view
        self.look(Viewport.fit(around(lat, lon, radius_m), (view.width, view.height), view.tile))

    # -- fingers and keys ---------------------------------------------------------------------------------------
    def on_touch_down(self, touch: Any) -> bool:
        """Keys first; then the map takes the finger."""
        if super().on_touch_down(touch):
            return True
        if not self.map.collide_point(*touch.pos):
            return False
        if getattr(touch, "button", "") in {"scrollup", "scrolldown"}:
            about = touch.x - self.map.x, touch.y - self.map.y
            self.zoom(-STEP / 2 if touch.button == "scrollup" else STEP / 2, about)
            return True
        if self._finger is None:
            touch.grab(self)
            self._finger = touch.pos
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """A drag moves the drawn map; it is drawn again where it comes to rest."""
        if touch.grab_current is not self or self._finger is None:
            return bool(super().on_touch_move(touch))
        dx, dy = touch.x - self._finger[0], touch.y - self._finger[1]
        if max(abs(dx), abs(dy)) >= theme.space(_SLIP) or self.map.dragged:
            self.map.drag(dx, dy)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """The end of a drag, or a tap."""
        if touch.grab_current is not self or self._finger is None:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        start, self._finger = self._finger, None
        if self.map.dragged:
            self.look(self.view.moved(touch.x - start[0], touch.y - start[1]))
        else:
            self._tapped(*self.view.place(touch.x - self.map.x, touch.y - self.map.y))
        return True

    def _key_down(self, _window: object, key: int, _scan: int, _text: str | None, modifiers: list[str]) -> bool:
        if self.get_root_window() is None:
            Window.unbind(on_key_down=self._key_down)
            self.map.stop()
            return False
        if {"ctrl", "alt", "meta"} & set(modifiers) or _typing(self):
            return False
        if key in _ARROWS:
            self.push(*_ARROWS[key])
        elif key in _CLOSER:
            self.zoom(STEP)
        elif key in _AWAY:
            self.zoom(-STEP)
        else:
            return False
        return True


class NotedKey(Key):
    """A key whose second line changes while it is up."""

    def tell(self, second: str) -> None:
        """Another second line."""
        if self._second is not None and self._second.logical != second:
            self._second.say(second)
            self._arrange()


def tile_px() -> float:
    """Pixels of a tile at a whole zoom: as large in the hand on every screen."""
    return 256 * theme.space("hair")


def _typing(pane: Widget) -> bool:
    root = pane.get_root_window()
    return root is not None and any(
        isinstance(widget, TextInput) and widget.focus
        for child in root.children
        for widget in child.walk(restrict=True)
    )
