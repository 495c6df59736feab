"""The frame of every screen: bar, notice, a side to read, a side for the thumb, and what never scrolls away.

Above 160 % the thumb side becomes a bar at the bottom and one column scrolls. Left hand and right-to-left
swap the sides, each by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, VRule, gap, spring
from fieldapp.widgets.custody import Mark, rgb, texture_of
from fieldapp.widgets.ink import hatch
from fieldapp.widgets.keys import Key
from fieldapp.widgets.text import Icon, Text, text_width
from fieldapp.widgets.theme import theme
from fieldapp.widgets.tokens import REFLOW_LINE, REFLOW_SIDE

Press = Callable[[], None]


def narrow() -> bool:
    """Whether type is so large that everything stands in one column."""
    return theme.scale > REFLOW_SIDE


def line_below() -> bool:
    """Whether the custody line stands under the title instead of beside it."""
    return theme.scale > REFLOW_LINE


def main_role() -> str:
    """Type of the word on a primary key beside `Hide`."""
    return "second" if line_below() else "bar"


def hide_key(hide: Press, *, tall: bool = False, fit: bool = True) -> Key:
    """`Hide`: one tap to the cover page."""
    height = "key_field" if tall else "bar_key"
    return Key(
        theme.words("hide"), hide, kind="ink", icon="eye-slash", icon_size="small", height=height, fit=fit, pad="l"
    )


class Page(BoxLayout):
    """A whole screen.

    Args:
        bar: the top bar.
        reading: widgets of the reading side, one under the other; scrolls when it must.
        thumb: widgets of the thumb side above its foot.
        foot: rows of keys at the lower thumb corner; they never scroll away.
        reading_foot: stays under the reading side (in one column: scrolls with it).
        notice: a strip under the bar.
        anchor: whether the thumb side's content hangs at the "top" or sits on its "foot".
    """

    def __init__(
        self,
        bar: Widget,
        *,
        reading: Sequence[Widget],
        thumb: Sequence[Widget] = (),
        foot: Sequence[Widget] = (),
        reading_foot: Sequence[Widget] = (),
        notice: Widget | None = None,
        anchor: str = "top",
        fill: Widget | None = None,
        divided: bool = False,
    ) -> None:
        super().__init__(orientation="vertical")
        self.add_widget(bar)
        if narrow():
            self._one_column(reading, thumb, foot, reading_foot=reading_foot, notice=notice, fill=fill)
        else:
            if notice is not None:
                self.add_widget(notice)
            self._two_sides(reading, thumb, foot, reading_foot=reading_foot, anchor=anchor, fill=fill, divided=divided)

    def _one_column(
        self,
        reading: Sequence[Widget],
        thumb: Sequence[Widget],
        foot: Sequence[Widget],
        *,
        reading_foot: Sequence[Widget],
        notice: Widget | None,
        fill: Widget | None,
    ) -> None:
        m = theme.space("xl")
        top = [notice] if notice is not None else []
        middle = [fill] if fill is not None else []
        column = Column(*reading, *middle, *reading_foot, *thumb, space="l", padding=[m, theme.space("l"), m, m])
        whole = Column(*top, column)
        self.scroll = Scroll(whole)
        self.add_widget(self.scroll)
        if foot:
            self.add_widget(Rule(tone="ink", thick="rule"))
            self.add_widget(Surface(*foot, fill="sheet", pad=("xl", "m"), space="m"))

    def _two_sides(
        self,
        reading: Sequence[Widget],
        thumb: Sequence[Widget],
        foot: Sequence[Widget],
        *,
        reading_foot: Sequence[Widget],
        anchor: str,
        fill: Widget | None,
        divided: bool,
    ) -> None:
        m, top = theme.space("xl"), theme.space("l")
        read = BoxLayout(orientation="vertical", spacing=theme.space("s"))
        if fill is not None:
            for child in reading:
                read.add_widget(child)
            read.add_widget(fill)
        else:
            self.scroll = Scroll(Column(*reading))
            read.add_widget(self.scroll)
        for child in reading_foot:
            read.add_widget(child)
        body = BoxLayout(padding=[m, top, m, m], spacing=m)
        sides: list[Widget] = [read]
        if thumb or foot:
            side = BoxLayout(
                orientation="vertical", spacing=theme.space("m"), size_hint_x=None, width=theme.space("thumb")
            )
            if anchor == "foot" and not line_below():
                side.add_widget(spring())
                for child in thumb:
                    side.add_widget(child)
            elif thumb:
                side.add_widget(Scroll(Column(*thumb, space="m" if anchor == "foot" else "l")))
            else:
                side.add_widget(spring())
            for child in foot:
                side.add_widget(child)
            if divided:
                sides.append(VRule())
            sides.append(side)
        for child in reversed(sides) if theme.sides_swapped else sides:
            body.add_widget(child)
        self.add_widget(body)


class TopBar(BoxLayout):
    """Back, name, context; then status; `Hide` at the far end."""

    def __init__(
        self,
        title: str,
        *,
        hide: Press,
        back: Press | None = None,
        context: str = "",
        status: Sequence[Widget] = (),
        keys: Sequence[Key] = (),
        mark: bool = False,
    ) -> None:
        super().__init__(orientation="vertical", size_hint_y=None)
        pieces: list[Widget] = []
        if back is not None:
            pieces.append(Key("", back, kind="quiet", icon="arrow-left", height="bar_key", width="bar_key", pad="s"))
            pieces[-1].word_text = theme.words("back")
        elif mark:
            pieces.append(Mark())
        pieces.append(Text(title, role="bar", bold=True, fit=True))
        if context and not line_below():
            pieces.append(Text(context, role="second", tone="ink2", max_lines=1))
        else:
            pieces.append(spring())
        if not line_below():
            pieces.extend(status)
        pieces.extend(keys)
        pieces.append(hide_key(hide))
        m = theme.space("xl")
        row = Row(*pieces, space="m", least=theme.space("bar") - theme.space("rule"), padding=[m, 0, m, 0])
        row.bind(height=self._fit)
        self._row, self._rule = row, Rule(tone="ink", thick="rule")
        self.add_widget(row)
        self.add_widget(self._rule)
        self._fit()

    def _fit(self, *_args: object) -> None:
        self.height = self._row.height + self._rule.height


class Notice(Surface):
    """A strip: what, whether it is safe, its key. At most one is on a screen, the gravest; `more` leads to the rest."""

    def __init__(
        self,
        what: str,
        safe: str,
        *,
        grave: str = "care",
        icon: str = "clock-countdown",
        key: Key | None = None,
        more: Key | None = None,
    ) -> None:
        super().__init__(fill=f"{grave}_soft", pad=("xl", "s"), space="")
        keys = [piece for piece in (more, key) if piece is not None]
        if line_below():
            texts: Widget = Column(Text(what, bold=True, tone=grave), Text(safe), pos_hint={"center_y": 0.5})
            row = Row(Icon(icon, size="large", tone=grave), texts, *([] if narrow() else keys), space="l")
            self.add_widget(Column(row, *([Row(*keys, Widget(), space="m")] if narrow() and keys else []), space="s"))
            return
        least = theme.space("strip") - 2 * theme.space("s") - theme.space("hair")
        mark = [Icon(icon, size="key", tone=grave), gap("xs", across=True)]
        width = text_width(what, theme.type("body"), True, theme.rtl) + text_width(
            safe, theme.type("body"), False, theme.rtl
        )
        taken = sum(piece.width + theme.space("m") for piece in (*mark, *keys))
        if width + taken < theme.space("page_w") - 2 * theme.space("xl") - theme.space("xxl"):
            said: list[Widget] = [Text(what, bold=True, tone=grave, fit=True), Text(safe)]
        else:  # too long for one line: one under the other
            said = [Column(Text(what, bold=True, tone=grave), Text(safe, role="second"), pos_hint={"center_y": 0.5})]
        self.add_widget(Row(*mark, *said, *keys, space="s", least=least))


MARKS = {"alarm": "warning-diamond", "care": "warning", "good": "shield-check"}
"""The mark of a gravity: it is told by its shape, whatever becomes of its colour."""


class CareBox(Surface):
    """A quiet block with an icon (the mark of its gravity unless another is named), a bold line and a sentence."""

    def __init__(self, head: str, text: str, *, grave: str = "good", icon: str = "", key: Key | None = None) -> None:
        super().__init__(fill=f"{grave}_soft", radius="r_key", pad=("l", "l"), space="s")
        texts = Column(space="xs", pos_hint={"center_y": 0.5})
        if head:
            texts.add_widget(Text(head, role="body" if text else "second", bold=True, tone=grave))
        if text:
            texts.add_widget(Text(text, role="second", tone="ink"))
        beside = [key] if key is not None and not line_below() else []
        self.add_widget(Row(Icon(icon or MARKS[grave], tone=grave), texts, *beside, space="m"))
        if key is not None and not beside:
            self.add_widget(key)


class Band(BoxLayout):
    """The hatched band of training: nothing is sent."""

    def __init__(self, words: str) -> None:
        super().__init__(orientation="vertical", size_hint_y=None)
        tile = int(theme.space("l"))
        self._texture = texture_of(tile, tile, hatch(tile, rgb("hatch", theme.mode), theme.space("rule")))
        self._texture.wrap = "repeat"
        with self.canvas.before:
            Color(rgba=theme.colour("sheet"))
            self._ground = Rectangle()
            Color(rgba=theme.colour("untinted"))
            self._lines = Rectangle(texture=self._texture)
        label = Text(words, role="small", bold=True, fit=True)
        plate = Surface(label, fill="bg", pad=("m", "xs"))
        plate.size_hint_x = None
        plate.width = label.width + 2 * theme.space("m")
        plate.pos_hint = {"center_x": 0.5}
        self.add_widget(plate)
        self.height = max(theme.space("band"), label.height + 2 * theme.space("xs"))
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        for rectangle in (self._ground, self._lines):
            rectangle.pos, rectangle.size = self.pos, self.size
        across, up = self.width / self._texture.width, self.height / self._texture.height
        self._lines.tex_coords = (0, 0, across, 0, across, up, 0, up)


def heading(text: str, note: str = "") -> Column:
    """A heading of a section with its note, over an ink rule."""
    pieces: list[Widget] = [Text(text, role="row", bold=True, fit=not line_below())]
    if note:
        pieces.append(Text(note, role="second", tone="ink2"))
    row: Widget = (
        Column(*pieces) if line_below() else Row(*pieces, spring() if not note else Widget(size_hint_x=None, width=0))
    )
    return Column(row, Rule(tone="ink", thick="rule"), space="s")
