"""The program as a person meets it: a real window under a virtual display, with a real pointer and keyboard."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldapp.flows import draft
from fieldapp.flows.unlock import Tablet
from tests.support import tablets
from tests.support.tablets import PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S, PICTURES_S = 90, 400  # a hundred pictures, beside whatever else the machine does
TOOLS = ("Xvfb", "xdotool")

# The program's own entry, which also says what is up, and where the thing to touch next lies (from the top left).
WATCH = """
import sys
from fieldapp import app
build = app.build
wanted = sys.argv[2]
def watched(home, ports, **more):
    from kivy.clock import Clock
    from fieldapp.widgets.fields import Typed
    host = build(home, ports, **more)
    def place(found):
        x, y = found.to_window(*found.center)
        return f"{int(x)} {int(host.height - y)}"
    def tell(dt):
        if host.hidden:
            print("hidden", "locked" if host.tablet is None else "open", flush=True)
            return
        field = next((w for w in host.walk() if isinstance(w, Typed)), None)
        keys = [w for w in host.walk() if getattr(w, "word_text", "") == wanted]
        if host.tablet is not None:
            hide = next((w for w in host.walk() if getattr(w, "word_text", "") == "Hide"), None)
            if hide is not None:
                print("training" if host.tablet.training else "home", place(hide), flush=True)
        elif field is not None:
            print("typing" if field.focus else "field", len(field.text), place(field), flush=True)
        elif keys:
            print("key", place(keys[0]), flush=True)
    Clock.schedule_interval(tell, 0.5)
    return host
app.build = watched
from fieldapp.__main__ import main
sys.exit(main(["--home", sys.argv[1]]))
"""
TRAINING = "Look around in training"


@pytest.fixture
def display() -> Iterator[str]:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"system package missing: {', '.join(missing)}")
    read, write = os.pipe()
    argv = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(argv, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    # kept open to the end: the server writes number and line end one after the other
    with os.fdopen(read, encoding="ascii") as told:
        ready, _, _ = select.select([told], [], [], LIMIT_S)
        number = told.readline().strip() if ready else ""
        assert number, "the virtual display did not start"
        yield f":{number}"
        server.terminate()
        server.wait(timeout=LIMIT_S)


def line_of(process: subprocess.Popen[str], within_s: float = LIMIT_S) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], within_s)
    return process.stdout.readline().strip() if ready else ""


@dataclass
class Desk:
    """A person before the window: sees what it says, points, clicks, types."""

    window: subprocess.Popen[str]
    env: dict[str, str]

    def sees(self) -> list[str]:
        return line_of(self.window).split()

    def does(self, *argv: str) -> None:
        subprocess.run(["xdotool", *argv], env=self.env, check=True, timeout=LIMIT_S)

    def until(self, *, sees: str, act: dict[str, Callable[[list[str]], None]]) -> list[str]:
        """Do what fits what is seen, as often as it takes: a touch on a window that is not up yet is lost."""
        for _ in range(60):
            said = self.sees()
            if not said or said[0] == sees:
                return said
            if said[0] in act:
                act[said[0]](said)
        raise AssertionError(f"never saw {sees}")

    def click(self, place: list[str], times: int = 1) -> None:
        again = ["--repeat", str(times), "--delay", "90"] if times > 1 else []
        self.does("mousemove", "9", "9", "mousemove", *place, "click", *again, "1")


@pytest.fixture
def desk(display: str, tmp_path: Path) -> Iterator[Callable[[Path], Desk]]:
    env = {key: value for key, value in os.environ.items() if key != "SDL_VIDEODRIVER"} | {"DISPLAY": display}
    opened: list[subprocess.Popen[str]] = []

    def make(home: Path) -> Desk:
        argv = [sys.executable, "-c", WATCH, str(home), TRAINING]
        opened.append(subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True))
        return Desk(opened[-1], env)

    yield make
    for window in opened:
        window.terminate()
        window.wait(timeout=LIMIT_S)


def test_window_opens_welcomes_and_a_click_leads_into_training(desk: Callable[[Path], Desk], tmp_path: Path) -> None:
    """`fieldapp` without a vault: the welcome; one click leads into training; nothing is made in the folder."""
    officer = desk(tmp_path / "none")
    said = officer.until(sees="training", act={"key": lambda seen: officer.click(seen[1:])})
    assert said[:1] == ["training"]
    assert not (tmp_path / "none").exists()


def test_passphrase_is_typed_and_a_double_click_on_hide_closes_everything(
    desk: Callable[[Path], Desk], tmp_path: Path
) -> None:
    """Keyboard in, pointer out: home opens; two quick clicks on `Hide` leave the cover page, no keys, closed drafts."""
    with tablets.tablet(tmp_path) as made:
        home, ports = made.home, made.ports
        draft.start(made, "flash")
    officer = desk(home)
    officer.until(sees="typing", act={"field": lambda seen: officer.click(seen[2:])})
    officer.does("type", "--delay", "15", PASSPHRASE)
    officer.does("key", "Return")
    place = officer.until(sees="home", act={})[1:]
    assert place
    said = officer.until(sees="hidden", act={"home": lambda seen: officer.click(seen[1:], times=2)})
    assert said == ["hidden", "locked"]
    officer.window.terminate()
    officer.window.wait(timeout=LIMIT_S)
    with Tablet.open(home, PASSPHRASE, ports) as again:
        assert [row.state for row in draft.list_drafts(again)] == ["panicked"]


def test_without_a_display_it_says_so_and_names_the_way_to_pictures(tmp_path: Path) -> None:
    """One sentence and exit code 2; `fieldapp screens` then draws every screen."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    env = {key: value for key, value in os.environ.items() if key not in hidden}
    argv = [sys.executable, "-m", "fieldapp", "--home", str(tmp_path / "none")]
    told = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert told.returncode == 2
    assert "fieldapp screens" in told.stderr
    out = tmp_path / "pictures"
    argv = [sys.executable, "-m", "fieldapp", "screens", str(out), "--lang", "ar", "--theme", "night"]
    drawn = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PICTURES_S, check=False)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    names = {path.name for path in out.iterdir()}
    assert {"home.png", "welcome.png", "table.png", "send-running.png", "pin.png", "map.png"} <= names
    assert len(names) >= 12
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
