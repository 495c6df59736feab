"""The tablet's window on a vault of 10,000 sealed reports: cold start, first picture of home, scrolling, memory.

`python -m bench.window HOME` draws off the screen, in a process of its own and by software: a real tablet has a
graphics chip and a slower processor. Nothing is shown there, so nothing makes the drawing wait for its end, as the
exchange of pictures does before a display: every frame is therefore finished here before the next begins. Without
that the pictures of hundreds of frames pile up in the driver, and neither time nor memory means anything.

The reference of a start and of memory is an empty Kivy window of the same size, in the same run.
"""

from __future__ import annotations

import gc
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

AIM_START_MS, AIM_HOME_MS, AIM_UNLOCK_MS, AIM_MB, AIM_GROWN_MB = 5_000, 300, 1_500, 250, 5
_FRAMES, _STARTS, _JUMPS = 120, 3, 250
_EMPTY = """
from kivy.config import Config
Config.set("input", "mouse", "mouse")
Config.set("graphics", "multisamples", "0")
Config.set("graphics", "width", "1280")
Config.set("graphics", "height", "800")
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
EventLoop.idle()
glFinish()
print(next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def figures(home: Path) -> Iterator[Figure]:
    """Figures on the filled vault of `home`."""
    empty_ms, empty = _process_ms("-c", _EMPTY)
    start_ms, _ = _process_ms("-m", "bench.window", "--start", str(home))
    found: dict[str, float] = json.loads(_run("-m", "bench.window", str(home)).stdout)
    empty_mb, name = float(empty.split()[-1]), "an empty Kivy window"
    yield Figure(
        "cold start to the first screen, whole process",
        start_ms,
        "ms",
        name,
        empty_ms / start_ms,
        f"under {AIM_START_MS} ms",
        start_ms < AIM_START_MS,
    )
    for key, what, aim in (
        ("unlock", "unlock with 10,000 reports, window open", AIM_UNLOCK_MS),
        ("home", "home with 10,000 reports, first picture", AIM_HOME_MS),
    ):
        yield Figure(what, found[key], "ms", aim=f"under {aim} ms", met=found[key] < aim)
    yield Figure("a frame while scrolling 10,000 reports, median", found["frame"], "ms")
    yield Figure("a frame while scrolling 10,000 reports, slowest of twenty", found["slow"], "ms")
    yield Figure("of that without the software's drawing, median", found["asked"], "ms")
    for key, what in (
        ("mb", "peak memory of the window: unlocked, all scrolled"),
        ("again_mb", "the same, locked and unlocked again"),
    ):
        peak = found[key]
        yield Figure(what, peak, "MB", name, empty_mb / peak, f"under {AIM_MB} MB", peak < AIM_MB)
    grown = found["grown_mb"]
    yield Figure(
        "memory that scrolling through 10,000 reports once more adds",
        grown,
        "MB",
        aim=f"under {AIM_GROWN_MB} MB",
        met=grown < AIM_GROWN_MB,
    )


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "SDL_VIDEODRIVER": "offscreen",
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONSOLELOG": "1",
        "KIVY_NO_FILELOG": "1",
    }
    return subprocess.run([sys.executable, *argv], check=True, capture_output=True, text=True, env=env)


def _process_ms(*argv: str) -> tuple[float, str]:
    """Median of some runs, and what the last of them said."""
    times, said = [], ""
    for _ in range(_STARTS):
        began = time.perf_counter()
        said = _run(*argv).stdout
        times.append((time.perf_counter() - began) * 1_000)
    return median(times), said


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
    _frame()
    return host


def _frame() -> tuple[float, float]:
    """One frame: milliseconds until all was asked of the driver, and until it was drawn."""
    from kivy.base import EventLoop
    from kivy.graphics.opengl import glFinish

    began = time.perf_counter()
    EventLoop.idle()
    asked = time.perf_counter()
    glFinish()
    return (asked - began) * 1_000, (time.perf_counter() - began) * 1_000


def _list(host: Any) -> Any:
    """The list as it stands now: home is drawn anew every few seconds."""
    from fieldapp.widgets.listed import ReportList

    return next(each for each in host.walk() if isinstance(each, ReportList))


def _opened(host: Any, home: Path) -> tuple[float, float]:
    """Unlocked, and home drawn: milliseconds of each."""
    from fieldapp.flows.unlock import Tablet

    began = time.perf_counter()
    tablet = Tablet.open(home, PASSPHRASE, host.ports)
    unlock_ms = (time.perf_counter() - began) * 1_000
    began = time.perf_counter()
    host.admit(tablet)
    host.running.home()
    _frame()
    return unlock_ms, (time.perf_counter() - began) * 1_000


def _scrolled(host: Any) -> float:
    """From the newest to the oldest in jumps, twice; the MB that the process grew by at the second time."""
    after = []
    for _ in range(2):
        for step in range(_JUMPS):
            _list(host).scroll_y = 1 - step / _JUMPS
            _frame()
        gc.collect()  # home is drawn anew every few seconds, and pages that are gone wait for this
        _frame()
        after.append(_now_mb())
    return after[1] - after[0]


def _let_pass(seconds: float) -> None:
    """Nobody touches anything for so long."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        _frame()
        time.sleep(0.05)
    _frame()


def _now_mb() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


def _measure(home: Path) -> dict[str, float]:
    host = _start(home)
    from fieldapp.widgets.forgetting import SETTLED_S

    unlock_ms, home_ms = _opened(host, home)
    asked, drawn = [], []
    for step in range(_FRAMES):
        _list(host).scroll_y = 1 - step / 800  # some twelve rows a frame: a quick flick
        a_frame = _frame()
        asked.append(a_frame[0])
        drawn.append(a_frame[1])
    grown = _scrolled(host)
    peak = resident_mb(os.getpid())
    host.lock()
    _let_pass(SETTLED_S)
    _opened(host, home)
    again = resident_mb(os.getpid())
    host.close()
    return {
        "unlock": unlock_ms,
        "home": home_ms,
        "frame": median(drawn),
        "slow": quantiles(drawn, n=20)[-1],
        "asked": median(asked),
        "mb": peak,
        "grown_mb": grown,
        "again_mb": again,
    }


if __name__ == "__main__":
    if sys.argv[1] == "--start":
        _start(Path(sys.argv[2]))
    else:
        print(json.dumps(_measure(Path(sys.argv[1]))))
