"""The one Theme object: sun or night, size of type, language, direction, hand.

Widgets take colours and lengths from here by name. What changes here is announced by `revision`; the host
then draws the screen anew from its state, so that every switch takes effect in one frame.
"""

from __future__ import annotations

from kivy.event import EventDispatcher
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
)
from kivy.utils import get_color_from_hex

from fieldapp.widgets.tokens import COLOURS, ICONS, MODES, SCALES, SPACE, TYPE
from fieldapp.widgets.words import LANGUAGES, Words


class Theme(EventDispatcher):
    """Tokens by name: `theme.ink`, `theme.space("row")`, `theme.type("body")`."""

    mode = OptionProperty("sun", options=list(MODES))
    scale = OptionProperty(1.0, options=list(SCALES))
    language = OptionProperty("en", options=list(LANGUAGES))
    left_hand = BooleanProperty(False)
    rtl = BooleanProperty(False)
    revision = NumericProperty(0)

    bg = ColorProperty()
    sheet = ColorProperty()
    ink = ColorProperty()
    ink2 = ColorProperty()
    edge = ColorProperty()
    line = ColorProperty()
    act = ColorProperty()
    onact = ColorProperty()
    act_soft = ColorProperty()
    pressed = ColorProperty()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.words = Words(self.language)
        self._load()
        self.bind(mode=self._changed, scale=self._changed, language=self._changed, left_hand=self._changed)

    def _changed(self, *_args: object) -> None:
        self._load()
        self.revision += 1

    def _load(self) -> None:
        if self.words.language != self.language:
            self.words = Words(self.language)
        self.rtl = self.words.rtl
        for name in ("bg", "sheet", "ink", "ink2", "edge", "line", "act", "onact", "act_soft", "pressed"):
            setattr(self, name, self.colour(name))

    def colour(self, name: str) -> list[float]:
        """RGBA of a token in the present mode; `none` is fully transparent."""
        if name == "none":
            return [0.0, 0.0, 0.0, 0.0]
        if name == "untinted":  # for textures that carry their own colours
            return [1.0, 1.0, 1.0, 1.0]
        return get_color_from_hex(COLOURS[name][MODES.index(self.mode)])

    def space(self, name: str) -> float:
        """A length in pixels that does not grow with the type."""
        return float(dp(getattr(SPACE, name)))

    def grown(self, name: str) -> float:
        """A length in pixels that grows with the type: rows, bars."""
        return self.space(name) * self.scale

    def type(self, role: str) -> float:
        """Pixels of a role of type at the present scale."""
        return float(dp(TYPE[role])) * self.scale

    def icon(self, role: str) -> float:
        """Pixels of an icon; icons grow half as fast as type."""
        return float(dp(ICONS[role])) * (1 + (self.scale - 1) / 2)

    @property
    def sides_swapped(self) -> bool:
        """Whether the thumb side lies on the left: right-to-left mirrors, the left hand mirrors again."""
        return self.rtl != self.left_hand


theme = Theme()
