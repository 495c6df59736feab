"""The strip of training: the hatched band, which step it is, what to do next."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Surface
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Band, line_below
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

Press = Callable[[], None]


class Coach(BoxLayout):
    """Above every screen of training.

    Args:
        count: "Step 2 of 8".
        text: what to do next, in one or two short sentences.
        story: leads to the case and the steps.
        skip: on to the next step; None once all are done.
    """

    def __init__(self, count: str, text: str, story: Press, skip: Press | None) -> None:
        super().__init__(orientation="vertical", size_hint_y=None)
        words = theme.words
        band = Band(words("training.band"))
        keys: list[Widget] = [Key(words("train.story"), story, height="touch", fit=True, pad="m")]
        if skip is not None:
            keys.append(Key(words("train.skip"), skip, height="touch", fit=True, pad="m"))
        said = Text(text, role="small" if not line_below() else "second")
        number = Text(count, role="small", bold=True, tone="act", fit=True)
        if line_below():
            body: Widget = Column(Row(number, Widget(), *keys, space="s"), said, space="xs")
        else:
            body = Row(number, said, *keys, space="m", least=theme.space("touch"))
        sheet = Surface(body, fill="sheet", pad=("xl", "xs"), space="")
        for part in (band, sheet, Rule()):
            self.add_widget(part)
            part.bind(height=self._fit)
        self._fit()

    def _fit(self, *_args: object) -> None:
        self.height = sum(part.height for part in self.children)
