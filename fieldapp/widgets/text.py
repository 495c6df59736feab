"""Labels: one style of type each, as high as their text, in reading direction."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from fieldapp.widgets.shaping import shape, shorten, wrap
from fieldapp.widgets.theme import theme
from fieldapp.widgets.tokens import LINE_HEIGHT, LINE_HEIGHT_AR
from firsthand import assets

FONT, ICON_FONT = "firsthand", "firsthand-icons"


def register_fonts() -> None:
    """Tell the renderer where the shipped fonts lie; needed once, before the first label."""
    paths = {}
    for name in ("fonts/FirsthandSans-Regular.ttf", "fonts/FirsthandSans-Bold.ttf", "icons/phosphor-bold.ttf"):
        with as_file(files("assets").joinpath(name)) as path:
            paths[name] = str(path)
    regular, bold, icons = paths.values()
    LabelBase.register(FONT, fn_regular=regular, fn_bold=bold)
    LabelBase.register(ICON_FONT, fn_regular=icons)


@lru_cache(maxsize=64)
def _ruler(size: float, bold: bool) -> CoreLabel:
    ruler = CoreLabel(font_name=FONT, font_size=size, bold=bold, font_hinting=None)
    ruler.resolve_font_name()
    return ruler


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, bold: bool, rtl: bool) -> float:
    """Pixels that one line takes when it is drawn."""
    return float(_ruler(size, bold).get_extents(shape(text, rtl))[0]) if text else 0.0


def widest_word(text: str, role: str) -> float:
    """Pixels of the longest word in bold at the present size: what is narrower would cut it."""
    size = theme.type(role)
    return max((text_width(word, size, True, theme.rtl) for word in text.split()), default=0.0)


class _Drawn(Widget):
    """A texture of text in one colour, put in the middle of its box. Lighter than the toolkit's own label."""

    def __init__(self, colour: list[float]) -> None:
        super().__init__(size_hint_y=None, pos_hint={"center_y": 0.5})
        self.texture_size = (0, 0)
        with self.canvas:
            self._colour = Color(rgba=colour)
            self._rectangle = Rectangle(size=(0, 0))
        self.bind(pos=self._move, size=self._move)

    def _put(self, label: CoreLabel) -> None:
        label.refresh()
        self._rectangle.texture = label.texture
        self.texture_size = label.texture.size if label.text else (0, label.texture.height)
        self._move()

    def _move(self, *_args: object) -> None:
        wide, high = self.texture_size
        self._rectangle.size = (wide, high)
        # not center_x: the toolkit caches it, and tells this method before it drops the old value
        self._rectangle.pos = (int(self.x + (self.width - wide) / 2), int(self.y + (self.height - high) / 2))

    @property
    def drawn_at(self) -> tuple[float, float]:
        """Lower left corner of what is drawn."""
        return self._rectangle.pos[0], self._rectangle.pos[1]

    @property
    def color(self) -> list[float]:
        """RGBA of the text."""
        return list(self._colour.rgba)

    @color.setter
    def color(self, rgba: list[float]) -> None:
        self._colour.rgba = rgba


class Text(_Drawn):
    """A label that is as high as its text and wraps at its width.

    Args:
        logical: the text in logical order.
        role: name of a type size.
        bold: the heavier of the two weights.
        tone: name of a colour token.
        fit: take the natural width of one line and never wrap.
        max_lines: cut with "…" after so many lines, 0 for never.
        align: "start", "end" or "center".
    """

    def __init__(
        self,
        logical: str,
        *,
        role: str = "body",
        bold: bool = False,
        tone: str = "ink",
        fit: bool = False,
        max_lines: int = 0,
        align: str = "start",
    ) -> None:
        super().__init__(theme.colour(tone))
        self.logical, self.role, self.tone, self.bold = logical, role, tone, bold
        self.fit, self.line_limit, self.align = fit, max_lines, align
        self.font_size = theme.type(role)
        self.drawn_lines: list[str] = []
        if fit:
            self.size_hint_x = None
            self._lay_natural()
        else:
            self.bind(width=self._lay)
            self._lay()

    def _label(self, text: str, width: float | None) -> CoreLabel:
        return CoreLabel(
            text=text,
            font_name=FONT,
            font_size=self.font_size,
            bold=self.bold,
            font_hinting=None,
            halign=self._halign(),
            line_height=LINE_HEIGHT_AR if theme.rtl else LINE_HEIGHT,
            text_size=(width, None),
        )

    def _halign(self) -> str:
        if self.align == "center":
            return "center"
        return "right" if theme.rtl == (self.align == "start") else "left"

    def _measure(self, line: str) -> float:
        return text_width(line, self.font_size, self.bold, theme.rtl)

    def _lay_natural(self) -> None:
        self.drawn_lines = [self.logical]
        self._put(self._label(shape(self.logical, theme.rtl), None))
        self.size = self.texture_size

    def _lay(self, *_args: object) -> None:
        width = max(self.width, 1)
        lines = wrap(self.logical, width, self._measure)
        if self.line_limit:
            lines = shorten(lines, self.line_limit, width, self._measure)
        self.drawn_lines = lines
        self._put(self._label("\n".join(shape(line, theme.rtl) for line in lines), width))
        self.height = self.texture_size[1]

    def say(self, logical: str, *, tone: str | None = None) -> None:
        """Show another text in the same style."""
        if tone is not None and tone != self.tone:
            self.tone, self.color = tone, theme.colour(tone)
        if logical != self.logical:
            self.logical = logical
            if self.fit:
                self._lay_natural()
            else:
                self._lay()

    def limit(self, lines: int) -> None:
        """Cut with "…" after another number of lines."""
        if lines != self.line_limit:
            self.line_limit = lines
            self._lay()

    @property
    def natural(self) -> float:
        """Pixels of the whole text on one line."""
        return self._measure(self.logical) + 1 if self.logical else 0.0

    @property
    def widest_word(self) -> float:
        """Pixels of the longest word: wider than the box means that it would be cut."""
        return max((self._measure(word) for word in self.logical.split()), default=0.0)


_MIRRORED = {
    "arrow-left": "arrow-right",
    "arrow-right": "arrow-left",
    "caret-left": "caret-right",
    "caret-right": "caret-left",
}


class Icon(_Drawn):
    """A glyph of the icon font; arrows mirror with the reading direction, clock, map, tick and hand do not."""

    def __init__(self, name: str, *, size: str = "key", tone: str = "ink") -> None:
        super().__init__(theme.colour(tone))
        drawn = _MIRRORED.get(name, name) if theme.rtl else name
        code = chr(int(assets.read_json("icons/icons.json")[drawn], 16))
        self.size_hint_x = None
        self.name = name
        self.size = (theme.icon(size), theme.icon(size))
        self._put(CoreLabel(text=code, font_name=ICON_FONT, font_size=theme.icon(size), font_hinting=None))
