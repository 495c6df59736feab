"""Keys: everything that is pressed. At least 48 dp, a word on each, off only with a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Surface
from fieldapp.widgets.custody import rgb, texture_of
from fieldapp.widgets.ink import dashed_frame
from fieldapp.widgets.text import Icon, Text, text_width
from fieldapp.widgets.theme import theme

Press = Callable[[], None]

# kind -> (fill, edge, text, icon, fill while pressed)
KINDS = {
    "plain": ("bg", "edge", "ink", "act", "act_soft"),
    "ink": ("bg", "ink", "ink", "ink", "act_soft"),
    "outline": ("bg", "ink", "ink", "act", "act_soft"),
    "primary": ("act", "act", "onact", "onact", "pressed"),
    "filled": ("ink", "ink", "bg", "bg", "ink2"),
    "chosen": ("act_soft", "act", "ink", "act", "act_soft"),
    "quiet": ("none", "none", "act", "act", "act_soft"),
    "off": ("bg", "none", "edge", "edge", "bg"),
}


@lru_cache(maxsize=32)
def _dashes(wide: int, high: int, mode: str) -> Texture:
    """The dashed edge of a key that is off."""
    radius, line, dash = (theme.space(name) for name in ("r_key", "edge", "dash"))
    return texture_of(wide, high, dashed_frame((wide, high), radius, line, dash, rgb("edge", mode)))


class Key(ButtonBehavior, Surface):
    """A key with an icon, a word, and perhaps a second line.

    Args:
        word: what it does, in the words of the act.
        kind: one of KINDS.
        icon: name of a glyph before the word; `after` puts it behind.
        second: a smaller line; for an `off` key the reason.
        height: name of the least height.
        role: type size of the word; `bold` its weight.
        fit: as wide as its content, else as wide as its place.
        align: "center" or "start".
    """

    focused = BooleanProperty(False)
    size_hint_x: float | None

    def __init__(
        self,
        word: str,
        press: Press | None = None,
        *,
        kind: str = "plain",
        icon: str = "",
        icon_size: str = "key",
        after: bool = False,
        second: str = "",
        second_tone: str = "",
        second_role: str = "second",
        height: str = "key",
        width: str = "",
        role: str = "second",
        bold: bool = True,
        fit: bool = False,
        align: str = "center",
        radius: str = "r_key",
        pad: str = "l",
        fill_height: bool = False,
    ) -> None:
        fill, edge, tone, icon_tone, self._pressed_fill = KINDS[kind]
        super().__init__(fill=fill, edge=edge, radius=radius, pad=(pad, "s"), space="", stretch=True)
        self.word_text, self.kind, self.press_action = word, kind, press
        self.disabled = kind == "off"
        self.least, self.align, self.fit = theme.space(height), align, fit
        self.base_height = self.least
        self._fill, self._edge, self._thick = fill, edge, "edge"
        self._label = Text(word, role=role, bold=bold, tone=tone, align=align)
        self._label.size_hint_x = None
        self._second: Text | None = None
        texts = BoxLayout(orientation="vertical", size_hint=(None, None), pos_hint={"center_y": 0.5})
        texts.add_widget(self._label)
        if second:
            quiet = tone if kind in ("primary", "filled") else (second_tone or ("ink2" if kind != "off" else "edge"))
            self._second = Text(second, role=second_role, tone=quiet, align=align, bold=bool(second_tone))
            self._second.size_hint_x = None
            texts.add_widget(self._second)
        self._texts = texts
        self._icon = Icon(icon, size=icon_size, tone=icon_tone) if icon else None
        inner = BoxLayout(
            size_hint=(None, None), spacing=theme.space("l" if icon_size == "large" else "m") if icon and word else 0
        )
        pieces: list[Widget] = [piece for piece in (self._icon, texts if word else None) if piece is not None]
        self._icon_last = after != theme.rtl
        if self._icon_last:
            pieces.reverse()
        for piece in pieces:
            inner.add_widget(piece)
        self._inner = inner
        side = "right" if theme.rtl else "left"
        holder = AnchorLayout(anchor_x="center" if align == "center" else side, anchor_y="center")
        holder.add_widget(inner)
        self.add_widget(holder)
        if fit:
            self.size_hint_x = None
        if width:
            self.size_hint_x, self.width, self.fit = None, theme.space(width) * self.width_growth(), False
        if not fill_height:
            self.size_hint_y = None
        self.pos_hint = {"center_y": 0.5}
        self._arrange()
        self.bind(width=self._arrange, state=self._repaint, focused=self._repaint)
        if kind == "off":
            self.bind(pos=self._dash, size=self._dash)

    @staticmethod
    def width_growth() -> float:
        """How many times wider a key of fixed width is at the present size of type."""
        return 1 + (theme.scale - 1) * 0.6

    def _natural(self, text: Text) -> float:
        return text_width(text.logical, text.font_size, text.bold, theme.rtl) + 1

    def _icon_beside(self, pad: float) -> float:
        """Pixels for the icon: none where the word would be cut for it, because the word comes first."""
        if self._icon is None:
            return 0.0
        beside = float(self._icon.width + self._inner.spacing)
        cut = bool(self._label.logical) and not self.fit and self._label.widest_word > self.width - pad - beside
        if cut and self._icon.parent:
            self._inner.remove_widget(self._icon)
        elif not cut and not self._icon.parent:
            self._inner.add_widget(self._icon, index=0 if self._icon_last else len(self._inner.children))
        return 0.0 if cut else beside

    def _arrange(self, *_args: object) -> None:
        texts = [text for text in (self._label, self._second) if text is not None and text.logical]
        wide = max((self._natural(text) for text in texts), default=0)
        pad = 2 * self.padding[0]
        beside = self._icon_beside(pad)
        if self.fit:
            self.width = max(wide + beside + pad, self.least)
        room = max(self.width - pad - beside, 1)
        width = min(wide, room)
        for text in texts:
            text.width = width
        self._texts.size = (width, sum(text.height for text in texts))
        icon_height = self._icon.height if self._icon and self._icon.parent else 0
        self._inner.size = (width + beside if self._texts.parent else beside, max(self._texts.height, icon_height))
        need = self._inner.height + 2 * self.padding[1]
        if self.size_hint_y is None:
            self.height = max(self.least, need)
        self.needed_height = max(self.base_height, need)

    def _repaint(self, *_args: object) -> None:
        pressed = self.state == "down" and not self.disabled
        ring = self.focused and not self.disabled
        self.paint(self._pressed_fill if pressed else self._fill, self._edge, self._thick, ring=ring)

    def _dash(self, *_args: object) -> None:
        if self.width < self.least or self.height < theme.space("touch"):
            return
        wide, high = int(self.width), int(self.height)
        self.canvas.after.clear()
        with self.canvas.after:
            Color(rgba=theme.colour("untinted"))
            Rectangle(texture=_dashes(wide, high, theme.mode), pos=(int(self.x), int(self.y)), size=(wide, high))

    def tint_icon(self, token: str) -> None:
        """Another colour for the icon."""
        if self._icon is not None:
            self._icon.color = theme.colour(token)

    def say(self, word: str) -> None:
        """Another word on the same key (busy: the width stays)."""
        self.word_text = word
        self._label.say(word)
        self._arrange()

    def choose(self, kind: str) -> None:
        """Turn into another kind in place, for example chosen."""
        fill, edge, tone, _icon, self._pressed_fill = KINDS[kind]
        self.kind, self._fill, self._edge = kind, fill, edge
        self._thick = "edge_chosen" if kind == "chosen" else "edge"
        self._label.color = theme.colour(tone)
        self._repaint()

    def on_release(self) -> None:
        """Do what the key says."""
        if self.press_action is not None and not self.disabled:
            self.press_action()


class Answer(ButtonBehavior, Surface):
    """An answer row with a ring (one of several) or a square (any of several)."""

    focused = BooleanProperty(False)

    def __init__(
        self,
        word: str,
        press: Press,
        *,
        chosen: bool = False,
        second: str = "",
        role: str = "answer",
        height: str = "answer",
    ) -> None:
        super().__init__(radius="r_answer", pad=("xl", "m"), space="", stretch=True)
        self.word_text, self.kind, self.press_action, self.chosen = word, "answer", press, chosen
        self.least = theme.space(height)
        self.paint("act_soft" if chosen else "bg", "act" if chosen else "edge", "edge_chosen" if chosen else "edge")
        self._texts = BoxLayout(orientation="vertical", size_hint_y=None, pos_hint={"center_y": 0.5})
        self._texts.bind(minimum_height=self._texts.setter("height"))
        self._texts.add_widget(Text(word, role=role, bold=True))
        if second:
            self._texts.add_widget(Text(second, role="second", tone="ink2"))
        row = BoxLayout(spacing=theme.space("l"))
        pieces = [RadioMark(chosen), self._texts]
        for piece in reversed(pieces) if theme.rtl else pieces:
            row.add_widget(piece)
        self.add_widget(row)
        self.size_hint_y = None
        self._texts.bind(height=self._fit)
        self._fit()
        self.bind(state=self._repaint, focused=self._repaint)

    def _fit(self, *_args: object) -> None:
        self.height = max(self.least, self._texts.height + 2 * self.padding[1])

    def _repaint(self, *_args: object) -> None:
        down = self.state == "down"
        chosen = self.chosen
        self.paint(
            "act_soft" if chosen or down else "bg",
            "act" if chosen else "edge",
            "edge_chosen" if chosen else "edge",
            ring=self.focused,
        )

    def on_release(self) -> None:
        """Give this answer."""
        self.press_action()


class RadioMark(Widget):
    """A ring, with a disc in it when chosen (see keys.kv)."""

    edge_rgba = ColorProperty([0, 0, 0, 0])
    dot_rgba = ColorProperty([0, 0, 0, 0])
    ground_rgba = ColorProperty([0, 0, 0, 0])
    line_width = NumericProperty(0)

    def __init__(self, chosen: bool) -> None:
        size = theme.space("answer_mark")
        super().__init__(size_hint=(None, None), size=(size, size), pos_hint={"center_y": 0.5})
        self.edge_rgba = theme.colour("act" if chosen else "edge")
        self.dot_rgba = theme.colour("act" if chosen else "none")
        self.ground_rgba = theme.colour("act_soft" if chosen else "bg")
        self.line_width = theme.space("edge_chosen")
