"""The message slip: it fills like a telegram, the active line in ink, a tap goes back to a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kivy.graphics import Color, Rectangle
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, VRule, spring
from fieldapp.widgets.custody import rgb, texture_of
from fieldapp.widgets.ink import Canvas, disc
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of the message.

    Attributes:
        key: name of the question.
        label: in the officer's words.
        value: the answer, empty when there is none yet.
    """

    key: str
    label: str
    value: str


class SlipRow(ButtonBehavior, Column):
    """A line of the slip."""

    def __init__(self, line: SlipLine, *, active: bool, go: Callable[[str], None]) -> None:
        super().__init__()
        self._go, self._line_key, self.word_text, self.kind = go, line.key, line.label, "slip"
        if active:
            with self.canvas.before:
                Color(rgba=theme.colour("ink"))
                self._ground = Rectangle()
            self.bind(pos=self._move, size=self._move)
        tone = "bg" if active else "ink2"
        label = Text(line.label, role="second" if theme.scale < 1.3 else "small", tone=tone, max_lines=1)
        label.size_hint_x, label.width = None, theme.space("slip_label")
        if line.value:
            value: Widget = Text(line.value, role="second", bold=True, tone="bg" if active else "ink", max_lines=1)
        else:
            value = Dots("bg" if active else "edge")
        end = "caret-right" if active else ("check" if line.value else "")
        mark: Widget = (
            Icon(end, size="small", tone="bg" if active else "good")
            if end
            else Widget(size_hint=(None, None), size=(theme.icon("small"), 1))
        )
        m = theme.space("xl")
        row = Row(
            label, value, mark, space="xs", least=theme.space("slip_line") - theme.space("hair"), padding=[m, 0, m, 0]
        )
        self.add_widget(row)
        if not active:
            holder = BoxLayout(size_hint_y=None, height=theme.space("hair"), padding=[m, 0, m, 0])
            holder.add_widget(Rule())
            self.add_widget(holder)

    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size

    def on_release(self) -> None:
        """Go back to this line."""
        self._go(self._line_key)


class Dots(Widget):
    """A dotted leader where nothing is written yet."""

    _tiles: dict[tuple[str, str], object] = {}  # noqa: RUF012

    def __init__(self, tone: str) -> None:
        super().__init__(size_hint_y=None, height=theme.space("xs"), pos_hint={"center_y": 0.42})
        key = (tone, theme.mode)
        if key not in self._tiles:
            size = int(theme.space("xs"))
            canvas = Canvas(size, size)
            canvas.add(disc(size / 2, size / 2, 1.05), rgb(tone, theme.mode), (0, 0, size, size))
            tile = texture_of(size, size, canvas.rows_from_below())
            tile.wrap = "repeat"
            self._tiles[key] = tile
        self._tile = self._tiles[key]
        with self.canvas:
            Color(rgba=theme.colour("untinted"))
            self._rect = Rectangle(texture=self._tile)
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        self._rect.pos, self._rect.size = (int(self.x), int(self.y)), self.size
        across = self.width / self.height
        self._rect.tex_coords = (0, 0, across, 0, across, 1, 0, 1)


class Slip(BoxLayout):
    """The whole slip on its own plane, 392 wide, with what follows under it."""

    def __init__(
        self, title: str, status: str, lines: Sequence[SlipLine], active: str, go: Callable[[str], None], *below: Widget
    ) -> None:
        super().__init__(orientation="horizontal", size_hint_x=None, width=theme.space("slip_w"))
        with self.canvas.before:
            Color(rgba=theme.colour("sheet"))
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)
        m = theme.space("xl")
        head = Row(
            Text(title, role="second", bold=True),
            Text(status, role="second", tone="ink2", fit=True),
            space="s",
            padding=[m, theme.space("s"), m, theme.space("s")],
        )
        rule = BoxLayout(size_hint_y=None, height=theme.space("rule"), padding=[m, 0, m, 0])
        rule.add_widget(Rule(tone="ink", thick="rule"))
        column = Column(head, rule, *(SlipRow(line, active=line.key == active, go=go) for line in lines))
        for widget in below:
            widget_box = Column(widget, padding=[m, theme.space("m"), m, 0])
            column.add_widget(widget_box)
        holder = BoxLayout(orientation="vertical", padding=[0, theme.space("s"), 0, 0])
        holder.add_widget(column)
        holder.add_widget(spring())
        pieces = [holder, VRule()]
        for piece in reversed(pieces) if theme.sides_swapped else pieces:
            self.add_widget(piece)

    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
