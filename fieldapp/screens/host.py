"""The window's root: what is on the screen, hiding and locking, and work that must not stop the screen.

It holds the open tablet. The vault is touched either by the window or by one background job, never by both: while
a job runs, the screens draw from what they already know.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.device.port import Device
from fieldapp.flows.unlock import Ports, Tablet
from fieldapp.screens.focus import FocusRing
from fieldapp.widgets.page import Band
from fieldapp.widgets.theme import theme
from firsthand import assets, errors

Make = Callable[[], Widget]
Sender = Callable[[Tablet, Callable[[Any], None]], object]
Outcome = object
GRACE_S, PANIC_S, IDLE_S = 20.0, 0.7, 300.0


class Background:
    """One job at a time, off the window's thread; its end comes back to the window's thread."""

    def __init__(self) -> None:
        self.running = False
        self.thread: threading.Thread | None = None

    def run(self, work: Callable[[], Outcome], done: Callable[[Outcome], None]) -> None:
        """Start `work`; `done` gets its value, or the error that it raised."""
        self.running = True

        def job() -> None:
            try:
                outcome: Outcome = work()
            except errors.FirsthandError as error:
                outcome = error
            except Exception as error:  # noqa: BLE001 - the window's outermost: nothing that was read may show
                outcome = errors.OurFault(type(error).__name__)
            Clock.schedule_once(lambda _dt: self._end(outcome, done), 0)

        self.thread = threading.Thread(target=job, name="firsthand-job", daemon=True)
        self.thread.start()

    def _end(self, outcome: Outcome, done: Callable[[Outcome], None]) -> None:
        self.running = False
        done(outcome)


def sentences(error: errors.FirsthandError) -> tuple[str, str, str]:
    """What happened, is it safe, what to do, in the language of the window."""
    texts = assets.read_json(f"text/errors.{theme.language}.json")
    english = assets.read_json("text/errors.en.json")
    found = texts.get(error.code) or english.get(error.code) or texts["unexpected"]
    return str(found[0]), str(found[1]), str(found[2])


class Host(BoxLayout):
    """Shows one screen; `draw` again with the same maker whenever theme, language or state changed."""

    def __init__(self, home: Path, ports: Ports, device: Device, send: Sender) -> None:
        super().__init__(orientation="vertical")
        self.home_dir, self.ports, self.device, self.send = home, ports, device, send
        self.tablet: Tablet | None = None
        self.background = Background()
        self.stop_job: Callable[[], None] | None = None
        self.on_locked: Callable[[], None] = lambda: None
        self.on_hidden: Callable[[], None] = lambda: None
        self.on_closed: Callable[[], None] = lambda: None
        self.before_lock: Callable[[], None] = lambda: None
        self.on_fault: Callable[[errors.FirsthandError], None] = lambda _error: None
        self._make: Make = Widget
        self._covered: Make | None = None
        self._hidden_at = -PANIC_S
        self._grace: Any = None
        self._lock_wanted = False
        self.running: object = None
        self._touched_s = 0.0
        with self.canvas.before:
            self._ground_colour = Color(rgba=theme.bg)
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)
        theme.bind(revision=self._theme_changed)
        self.focus_ring = FocusRing(self)
        Window.bind(on_key_down=self._key_down)
        self._ticks = Clock.schedule_interval(self._idle, 5)

    # -- drawing -----------------------------------------------------------------------------------------------
    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size

    def _theme_changed(self, *_args: object) -> None:
        self._ground_colour.rgba = theme.bg
        Window.clearcolor = theme.bg
        self.redraw()

    def draw(self, make: Make) -> None:
        """Show what `make` makes, in this frame."""
        self._make = make
        self.redraw()

    def redraw(self) -> None:
        """Make the present screen again."""
        self.focus_ring.forget()
        self.clear_widgets()
        if self.tablet is not None and self.tablet.training and self._covered is None:
            self.add_widget(Band(theme.words("training.band")))
        self.add_widget(self._make())

    def remember(self) -> Callable[[], None]:
        """A way back to the present screen."""
        make = self._make
        return lambda: self.draw(make)

    def shows(self, make: Make) -> bool:
        """Whether this is the screen that is up."""
        return self._make == make

    # -- hiding and locking ------------------------------------------------------------------------------------
    def hide(self) -> None:
        """Cover at once; the keys go after a short grace. A second tap within a moment is panic."""
        if self._covered is not None:
            return
        self._covered = self._make
        self._hidden_at = self.ports.clock.monotonic_s()
        self._grace = Clock.schedule_once(lambda _dt: self.lock(), GRACE_S)
        self.on_hidden()

    def uncover(self) -> None:
        """The way back: to where one was, or to the passphrase."""
        covered, self._covered = self._covered, None
        if self._grace is not None:
            self._grace.cancel()
        if self.tablet is None and self._lock_wanted:
            self._lock_wanted = False
            self.on_locked()
        elif covered is not None:
            self.draw(covered)

    @property
    def hidden(self) -> bool:
        """Whether the cover page is up."""
        return self._covered is not None

    def lock(self) -> None:
        """Drop the keys. A job that runs is asked to stop, and the keys go when it has."""
        if self.tablet is None:
            return
        if self.background.running:
            if self.stop_job is not None:
                self.stop_job()
            Clock.schedule_once(lambda _dt: self.lock(), 0.2)
            return
        self.before_lock()
        tablet, self.tablet = self.tablet, None
        tablet.close()
        self._lock_wanted = True
        if self._covered is None:
            self._lock_wanted = False
            self.on_locked()

    def close(self) -> None:
        """The window closes: the keys go, whatever runs, and nothing is drawn any more."""
        theme.unbind(revision=self._theme_changed)
        Window.unbind(on_key_down=self._key_down)
        self._ticks.cancel()
        self.on_closed()
        if self.tablet is not None:
            self.before_lock()
            tablet, self.tablet = self.tablet, None
            tablet.close()

    def admit(self, tablet: Tablet) -> None:
        """A vault was opened just now."""
        self.tablet = tablet
        self._touched_s = self.ports.clock.monotonic_s()

    def fault(self, error: Exception) -> None:
        """What no screen foresaw: the covered window stays covered, else three sentences and a way on."""
        known = error if isinstance(error, errors.FirsthandError) else errors.OurFault(type(error).__name__)
        if self._covered is None:
            self.on_fault(known)

    def _key_down(self, window: object, key: int, scan: int, text: str | None, modifiers: list[str]) -> bool:
        self._touched_s = self.ports.clock.monotonic_s()
        return self._covered is None and self.focus_ring.key_down(window, key, scan, text, modifiers)

    def _idle(self, _dt: float) -> None:
        now = self.ports.clock.monotonic_s()
        if self.background.running:
            return
        if self.tablet is not None and not self.tablet.training and now - self._touched_s > IDLE_S:
            self.lock()

    def on_touch_down(self, touch: Any) -> bool:
        """Every touch counts as presence; the second of a double tap on `Hide` drops the keys."""
        now = self.ports.clock.monotonic_s()
        self._touched_s = now
        if self._covered is not None and now - self._hidden_at < PANIC_S:
            self._hidden_at = -PANIC_S
            self.lock()
            return True
        return bool(super().on_touch_down(touch))
