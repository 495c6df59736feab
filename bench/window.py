"""The tablet's window on a vault of 10,000 sealed reports: cold start, first picture of home, scrolling, memory.

`python -m bench.window HOME` draws off the screen, in a process of its own and by software: a real tablet has a
graphics chip and a slower processor. The reference of a start is an empty Kivy window in the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.figures import Figure, resident_mb
from bench.tablet import PASSPHRASE

AIM_START_MS, AIM_HOME_MS, AIM_UNLOCK_MS, AIM_MB = 5_000, 300, 1_500, 250
_FRAMES, _STARTS = 120, 3
_EMPTY = """
from kivy.config import Config
Config.set("input", "mouse", "mouse")
from kivy.base import EventLoop
from kivy.core.window import Window
EventLoop.idle()
"""


def figures(home: Path) -> Iterator[Figure]:
    """Figures on the filled vault of `home`."""
    empty_ms = _process_ms("-c", _EMPTY)
    start_ms = _process_ms("-m", "bench.window", "--start", str(home))
    done = _run("-m", "bench.window", str(home))
    found: dict[str, float] = json.loads(done.stdout)
    yield Figure(
        "cold start to the first screen, whole process",
        start_ms,
        "ms",
        "an empty Kivy window",
        empty_ms / start_ms,
        f"under {AIM_START_MS} ms",
        start_ms < AIM_START_MS,
    )
    for key, name, aim in (
        ("unlock", "unlock with 10,000 reports, window open", AIM_UNLOCK_MS),
        ("home", "home with 10,000 reports, first picture", AIM_HOME_MS),
    ):
        yield Figure(name, found[key], "ms", aim=f"under {aim} ms", met=found[key] < aim)
    yield Figure("a frame while scrolling 10,000 reports, median", found["frame"], "ms")
    yield Figure("a frame while scrolling 10,000 reports, slowest of twenty", found["slow"], "ms")
    yield Figure("peak memory of the window", found["mb"], "MB", aim=f"under {AIM_MB} MB", met=found["mb"] < AIM_MB)


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "SDL_VIDEODRIVER": "offscreen",
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONSOLELOG": "1",
        "KIVY_NO_FILELOG": "1",
    }
    return subprocess.run([sys.executable, *argv], check=True, capture_output=True, text=True, env=env)


def _process_ms(*argv: str) -> float:
    times = []
    for _ in range(_STARTS):
        began = time.perf_counter()
        _run(*argv)
        times.append((time.perf_counter() - began) * 1_000)
    return median(times)


def _start(home: Path) -> Any:
    """The window as the program opens it, one frame drawn."""
    from fieldapp import app
    from fieldapp.__main__ import SystemClock, SystemEntropy
    from fieldapp.flows.ports import Ports

    app.prepare(display=False)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    host = app.build(home, Ports(SystemClock(), SystemEntropy()))
    Window.add_widget(host)
    EventLoop.window = Window
    EventLoop.idle()
    return host


def _measure(home: Path) -> dict[str, float]:
    host = _start(home)
    from kivy.base import EventLoop

    from fieldapp.flows.unlock import Tablet
    from fieldapp.widgets.listed import ReportList

    began = time.perf_counter()
    tablet = Tablet.open(home, PASSPHRASE, host.ports)
    unlock_ms = (time.perf_counter() - began) * 1_000
    began = time.perf_counter()
    host.admit(tablet)
    host.running.home()
    EventLoop.idle()
    home_ms = (time.perf_counter() - began) * 1_000
    shown = next(each for each in host.walk() if isinstance(each, ReportList))
    frames = []
    for step in range(_FRAMES):
        shown.scroll_y = 1 - step / 800  # some twelve rows a frame: a quick flick
        began = time.perf_counter()
        EventLoop.idle()
        frames.append((time.perf_counter() - began) * 1_000)
    tablet.close()
    return {
        "unlock": unlock_ms,
        "home": home_ms,
        "frame": median(frames),
        "slow": quantiles(frames, n=20)[-1],
        "mb": resident_mb(os.getpid()),
    }


if __name__ == "__main__":
    if sys.argv[1] == "--start":
        _start(Path(sys.argv[2]))
    else:
        print(json.dumps(_measure(Path(sys.argv[1]))))
