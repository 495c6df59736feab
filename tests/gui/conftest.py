"""One window a process, drawn off the screen; real touches; a clock that the test moves."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/gui" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.gui)


@dataclass
class HandClock:
    """A clock that stands still until the test moves it."""

    now: int = 1_796_738_400  # 8 December 2026
    run: float = 1000.0

    def now_s(self) -> int:
        return self.now

    def tz_min(self) -> int:
        return 60

    def monotonic_s(self) -> float:
        return self.run


@dataclass
class CountedEntropy:
    """Different bytes at each call, the same in each run."""

    count: int = 0

    def bytes(self, count: int) -> bytes:
        import hashlib

        self.count += 1
        return hashlib.shake_256(b"gui" + self.count.to_bytes(8, "big")).digest(count)


@pytest.fixture(scope="session")
def stage() -> Any:
    """A window with an empty stage; skipped, and counted, where there is no OpenGL."""
    if not os.environ.get("DISPLAY") or "SDL_VIDEODRIVER" not in os.environ:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from fieldapp import app

    app.prepare(display=False)
    from fieldapp.screens import gallery_stage

    made = gallery_stage.open_stage()
    gc.collect()
    gc.freeze()  # as the window does: collections over all that was loaded would be a third of these tests' time
    gc.set_threshold(20_000, 20, 20)
    return made


@pytest.fixture
def theme(stage: Any) -> Iterator[Any]:
    from fieldapp.widgets.theme import theme as the_theme

    yield the_theme
    the_theme.language, the_theme.mode, the_theme.scale, the_theme.left_hand = "en", "sun", 1.0, False


def the_theme() -> Any:
    """The one theme; imported only once the toolkit's environment is settled."""
    from fieldapp.widgets.theme import theme

    return theme


@dataclass
class Hand:
    """A finger on the window."""

    host: Any
    clock: HandClock
    taps: int = 0
    seen: list[str] = field(default_factory=list)

    def frames(self, count: int = 3) -> None:
        from kivy.base import EventLoop

        for _ in range(count):
            EventLoop.idle()

    def job_done(self) -> None:
        """The background job has ended and its outcome is on the screen."""
        thread = self.host.background.thread
        thread.join(timeout=120)
        assert not thread.is_alive(), "the background job hangs"
        self.frames()

    def pressable(self) -> list[Any]:
        return [w for w in self.host.walk(restrict=True) if hasattr(w, "word_text") and not w.disabled]

    def words(self) -> list[str]:
        return [w.logical for w in self.host.walk(restrict=True) if hasattr(w, "logical")]

    def find(self, word: str, nth: int = 0) -> Any:
        found = [w for w in self.pressable() if w.word_text == word]
        assert len(found) > nth, f"no key {word!r} among {[w.word_text for w in self.pressable()]}"
        return found[nth]

    def tap(self, word: str, nth: int = 0) -> None:
        """Touch the middle of a key, scrolled into view as an officer would."""
        from kivy.uix.scrollview import ScrollView

        widget = self.find(word, nth)
        parent = widget.parent
        while parent is not None and parent is not parent.parent:
            if isinstance(parent, ScrollView):
                parent.scroll_to(widget, animate=False)
                self.frames(2)
                break
            parent = parent.parent
        self.touch(*widget.to_window(*widget.center))

    def double_tap(self, word: str, nth: int = 0) -> None:
        """Two quick taps on the same place, whatever is there at the second one."""
        place = self.find(word, nth).to_window(*self.find(word, nth).center)
        self.touch(*place)
        self.clock.run -= 0.7
        self.touch(*place)

    def come_back(self) -> None:
        """The way back from the cover page: three taps on its heading of phrases."""
        word = the_theme().words("cover.phrases")
        for _ in range(3):
            phrases = next(w for w in self.host.walk(restrict=True) if getattr(w, "logical", "") == word)
            self.touch(*phrases.to_window(*phrases.center))
            self.clock.run -= 0.7

    def type(self, *texts: str) -> None:
        """Fill the fields of the screen, from the top down."""
        from fieldapp.widgets.fields import Typed

        fields = [w for w in self.host.walk(restrict=True) if isinstance(w, Typed)]
        for field_, text in zip(fields, texts, strict=True):
            field_.text = text
        self.frames()

    def rows(self) -> list[Any]:
        """The rows of the list that are drawn, from the top down."""
        from fieldapp.widgets.listed import ReportLine

        found = [w for w in self.host.walk(restrict=True) if isinstance(w, ReportLine)]
        return sorted(found, key=lambda w: -w.to_window(*w.center)[1])

    def touch(self, x: float, y: float) -> None:
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.frames(1)
        touch.touch_up()
        self.taps += 1
        self.clock.run += 1.0
        self.frames(3)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def open_host(stage: Any, theme: Any, clock: HandClock) -> Iterator[Callable[[Path], Hand]]:
    """Opens the real root widget on a folder; the keys go at the end."""
    from fieldapp import app
    from fieldapp.flows.ports import Ports

    hosts: list[Any] = []

    def make(home: Path) -> Hand:
        host = app.build(home, Ports(clock, CountedEntropy()))
        hosts.append(host)
        stage.show(lambda: host)
        return Hand(host, clock)

    yield make
    for host in hosts:
        host.close()
    stage.clear_widgets()
