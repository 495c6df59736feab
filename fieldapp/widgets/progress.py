"""Progress that is true: it moves when something was confirmed, never by a timer."""

from __future__ import annotations

from kivy.graphics import Color, SmoothEllipse
from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Row, Surface
from fieldapp.widgets.theme import theme


class TrueBar(Widget):
    """A bar filled from the start of reading to `share` (0 to 1); see progress.kv."""

    share = NumericProperty(0)
    start = NumericProperty(0)
    line_width = NumericProperty(0)
    edge_rgba = ColorProperty([0, 0, 0, 0])
    fill_rgba = ColorProperty([0, 0, 0, 0])
    back_rgba = ColorProperty([0, 0, 0, 0])

    def __init__(self, share: float, *, tone: str = "act", edge: str = "ink", height: str = "progress") -> None:
        super().__init__(size_hint_y=None, height=theme.space(height))
        self.line_width = theme.space("edge")
        self.edge_rgba, self.fill_rgba = theme.colour(edge), theme.colour(tone)
        self.back_rgba = theme.colour("bg")
        self.start = 1 if theme.rtl else 0
        self.share = min(max(share, 0), 1)


class Dots(Widget):
    """So many of so many: filled discs and empty rings, in reading direction."""

    def __init__(self, filled: int, total: int, *, tone: str = "ink") -> None:
        size, gap, line = theme.space("dot"), theme.space("m"), theme.space("edge")
        super().__init__(
            size_hint=(None, None), size=(total * size + (total - 1) * gap, size), pos_hint={"center_y": 0.5}
        )
        self._discs: list[tuple[SmoothEllipse, float, float]] = []
        with self.canvas:
            for index in range(total):
                place = total - 1 - index if theme.rtl else index
                full = index < filled
                for colour, inset in ((tone if full else "edge", 0.0), ("none" if full else "bg", line)):
                    Color(rgba=theme.colour(colour))
                    disc = SmoothEllipse(size=(size - 2 * inset, size - 2 * inset))
                    self._discs.append((disc, place * (size + gap) + inset, inset))
        self.bind(pos=self._move)
        self._move()

    def _move(self, *_args: object) -> None:
        for disc, across, up in self._discs:
            disc.pos = self.x + across, self.y + up


class StepMarks(Row):
    """Where one is among the pages of a talk: what is done, this one, what comes."""

    def __init__(self, at: int, total: int) -> None:
        marks = (_mark("act" if index == at else "edge" if index < at else "") for index in range(total))
        super().__init__(*marks, space="s", size_hint_x=None, pos_hint={"center_y": 0.5})
        self.bind(minimum_width=self.setter("width"))


def _mark(tone: str) -> Surface:
    mark = Surface(fill=tone or "bg", edge=tone or "edge", radius="xs", pad=("xs", "xs"), stretch=True)
    mark.size_hint = (None, None)
    mark.size = (theme.space("xxl" if tone == "act" else "xl"), theme.space("s"))
    mark.pos_hint = {"center_y": 0.5}
    return mark
