"""The window's root: what is on the screen, hiding, locking and panic.

It holds the open tablet. The vault is touched either by the window or by one background job, never by both: while
a job runs, the screens draw from what they already know.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.device.port import Device
from fieldapp.flows.unlock import Ports, Tablet, vault_exists
from fieldapp.screens import places
from fieldapp.screens.background import Background, Outcome
from fieldapp.screens.focus import FocusRing
from fieldapp.screens.presence import PANIC_S, VOLUME_KEYS, HeldKey, Presence
from fieldapp.widgets.forgetting import forget_typed, forget_words
from fieldapp.widgets.page import Band
from fieldapp.widgets.theme import theme
from firsthand import assets, errors

if TYPE_CHECKING:
    from fieldapp.flows.pin import PinLock

__all__ = ["PANIC_S", "Background", "Host", "Outcome", "sentences"]

Make = Callable[[], Widget]
Sender = Callable[..., object]
GRACE_S = 20.0
_CHECK_S = 1.0
_HOLD_CHECK_S = 0.1


def sentences(error: errors.FirsthandError) -> tuple[str, str, str]:
    """What happened, is it safe, what to do, in the language of the window."""
    return assets.sentences(error.code, theme.language)


class Host(BoxLayout):
    """Shows one screen; `draw` again with the same maker whenever theme, language or state changed.

    Attributes:
        home_dir: the vault of the officer whose turn it is.
        tablet: the open vault, or None while locked.
        pin: opens the vault again within this session; None where none was set.
        coach: makes the strip above a training screen; `saw` is told what the officer does there.
    """

    def __init__(self, home: Path, ports: Ports, device: Device, send: Sender) -> None:
        super().__init__(orientation="vertical")
        self.home_dir, self.ports, self.device, self.send = home, ports, device, send
        self.tablet: Tablet | None = None
        self.pin: PinLock | None = None
        self.background = Background()
        self.presence = Presence(ports.clock)
        self._volume = HeldKey(ports.clock)
        self._holding: Any = None
        self.stop_job: Callable[[], None] | None = None
        self.on_locked: Callable[[], None] = lambda: None
        self.on_hidden: Callable[[], None] = lambda: None
        self.on_closed: Callable[[], None] = lambda: None
        self.on_drawn: Callable[[], None] = lambda: None
        self.on_panic: Callable[[], None] = lambda: None
        self.on_admitted: Callable[[], None] = lambda: None
        self.on_key: Callable[[int, str], bool] = lambda _key, _text: False
        self.before_lock: Callable[[], None] = lambda: None
        self.on_fault: Callable[[errors.FirsthandError], None] = lambda _error: None
        self.coach: Callable[[], Widget | None] = lambda: None
        self.saw: Callable[[str], None] = lambda _event: None
        self._strip: Widget | None = None
        self._make: Make = Widget
        self._then: Callable[[], None] | None = None
        self._covered: Make | None = None
        self._grace: Any = None
        self._lock_wanted = self._overdue = False
        self.running: object = None
        with self.canvas.before:
            self._ground_colour = Color(rgba=theme.bg)
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)
        theme.bind(revision=self._theme_changed)
        self.focus_ring = FocusRing(self)
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up)
        self._ticks = Clock.schedule_interval(self._idle, _CHECK_S)

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
        self.on_drawn()

    def redraw(self) -> None:
        """Make the present screen again."""
        self.focus_ring.forget()
        self.clear_widgets()
        if self.tablet is not None and self.tablet.training and self._covered is None:
            self._strip = self.coach() or Band(theme.words("training.band"))
            self.add_widget(self._strip)
        self.add_widget(self._make())

    def refresh_strip(self) -> None:
        """The strip of training says something else; the screen below it stays as it is."""
        if self._strip is not None and self._strip.parent is self:
            self.remove_widget(self._strip)
            self._strip = self.coach() or Band(theme.words("training.band"))
            self.add_widget(self._strip, index=len(self.children))

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
        self.presence.hide()
        self.saw("hidden")
        self._grace = Clock.schedule_once(lambda _dt: self.lock(), GRACE_S)
        self.on_hidden()

    def uncover(self) -> None:
        """The way back: to where one was, or to the lock page."""
        covered, self._covered = self._covered, None
        then, self._then = self._then, None
        if self._grace is not None:
            self._grace.cancel()
        self.saw("back")
        if self.tablet is None and self._lock_wanted:
            self._lock_wanted = False
            self.on_locked()
        elif self._overdue:
            self.lock()
        elif then is not None:
            then()
        elif covered is not None:
            self.draw(covered)

    def when_seen(self, then: Callable[[], None]) -> None:
        """Do it now, or when the cover page goes: a job may end while it is up."""
        if self._covered is None:
            then()
        else:
            self._then = then

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
        self._drop()
        self._lock_wanted = True
        if self._covered is None:
            self._lock_wanted = False
            self.on_locked()

    def panic(self) -> None:
        """Every draft closed, keys and PIN gone, nothing said; the cover page stays.

        Nothing here may stop the next step: what fails on a full or broken disk leaves the keys dropped all the same.
        In training the drafts close likewise, and the made-up tablet stays open, so that the lesson can go on.
        """
        from fieldapp.flows.panic import panic, panic_closed

        tablet, self._lock_wanted = self.tablet, True
        self.forget_pin()
        with suppress(errors.FirsthandError):
            self.before_lock()
        with suppress(errors.FirsthandError):
            if tablet is not None:
                panic(tablet)
            elif vault_exists(self.home_dir):
                panic_closed(self.home_dir)
        self.saw("panic")
        if tablet is not None and tablet.training:
            self._then = self.on_panic
        else:
            self.lock()

    def release(self) -> None:
        """The tablet was closed by a flow (hand-over), or is closed now; no page is drawn."""
        self._drop()

    def forget_pin(self) -> None:
        """Only the passphrase opens from now on."""
        if self.pin is not None:
            self.pin.wipe()
            self.pin = None

    def _drop(self) -> None:
        tablet, self.tablet, self._overdue = self.tablet, None, False
        if tablet is not None:
            tablet.close()
        forget_words()
        places.know(None)
        self._then = None
        self.device.rest()
        self.device.block_screenshots(False)

    def close(self) -> None:
        """The window closes: the keys go, whatever runs, and nothing is drawn any more."""
        theme.unbind(revision=self._theme_changed)
        Window.unbind(on_key_down=self._key_down, on_key_up=self._key_up)
        self._ticks.cancel()
        self._let_go()
        self.on_closed()
        self.forget_pin()
        if self.tablet is not None:
            self.before_lock()
            self._drop()

    def admit(self, tablet: Tablet) -> None:
        """A vault was opened just now."""
        self.tablet = tablet
        tablet.language = theme.language
        places.know(tablet.directory.areas_geojson)
        forget_typed()  # the passphrase is among it
        self.presence.touch()
        self.device.block_screenshots(True)
        self.on_admitted()

    def fault(self, error: Exception) -> None:
        """What no screen foresaw: the covered window stays covered, else three sentences and a way on."""
        known = error if isinstance(error, errors.FirsthandError) else errors.OurFault(type(error).__name__)
        if self._covered is None:
            self.on_fault(known)

    def _key_down(self, window: object, key: int, scan: int, text: str | None, modifiers: list[str]) -> bool:
        self.presence.touch()
        if key in VOLUME_KEYS:
            self._hold()
            return True
        if self._covered is not None:
            return False
        return self.on_key(key, text or "") or self.focus_ring.key_down(window, key, scan, text, modifiers)

    def _key_up(self, _window: object, key: int, *_args: object) -> bool:
        if key not in VOLUME_KEYS:
            return False
        if self._volume.release():
            self._panic_blind()
        self._let_go()
        return True

    def _hold(self) -> None:
        """A volume key is down: looked at again until it is up, since not every system repeats it."""
        if self._volume.press():
            self._panic_blind()
        elif self._holding is None:
            self._holding = Clock.schedule_interval(self._held, _HOLD_CHECK_S)

    def _held(self, _dt: float) -> None:
        if self._volume.long():
            self._panic_blind()

    def _let_go(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _panic_blind(self) -> None:
        """Panic from whatever is on the screen, the cover page included."""
        self._let_go()
        self.hide()
        self.panic()

    def _idle(self, _dt: float) -> None:
        """A minute without anybody: lock. While something is sent it goes on behind the cover page."""
        if self.tablet is None or self.tablet.training or not self.presence.idle():
            return
        if not self.background.running:
            self.lock()
        elif self._covered is None:
            self._overdue = True
            self._covered = self._make
            self.on_hidden()

    def on_touch_down(self, touch: Any) -> bool:
        """Every touch counts as presence; the second of a double tap on `Hide` is panic."""
        self.presence.touch()
        if self._covered is not None and self.presence.second_tap():
            self.panic()
            return True
        return bool(super().on_touch_down(touch))
