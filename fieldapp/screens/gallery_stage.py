"""A window with nothing but a stage: one screen at a time, settled, drawn without a display."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.theme import theme

Make = Callable[[], Widget]
_PASSES = 3


class NoEvents:
    """Takes every event and does nothing."""

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        return lambda *_args, **_kwargs: None


class Stage(BoxLayout):
    """A ground in the page's colour with one screen on it."""

    def __init__(self) -> None:
        super().__init__()
        with self.canvas.before:
            self._colour = Color(rgba=theme.bg)
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size

    def show(self, make: Make) -> Widget:
        """Put a screen on and let it settle."""
        self._colour.rgba = theme.bg
        self.clear_widgets()
        screen = make()
        self.add_widget(screen)
        for _ in range(_PASSES):  # sizes travel up and down a pass at a time; only the last one is drawn
            Clock.tick()
            Clock.tick_draw()
        EventLoop.idle()
        return screen


class _StageApp(App):
    def build(self) -> Widget:
        return Stage()


def open_stage() -> Stage:
    """A window with nothing but a stage; one a process."""
    app = _StageApp()
    app._run_prepare()
    Window.size = (int(theme.space("page_w")), int(theme.space("page_h")))
    EventLoop.idle()
    stage: Any = app.root
    return stage
