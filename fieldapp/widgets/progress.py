"""Progress that is true: it moves when something was confirmed, never by a timer."""

from __future__ import annotations

from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.widget import Widget

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
