"""The program as a person meets it: a real window under a virtual display, clicked with a mouse."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 90
TOOLS = ("Xvfb", "xdotool")

# the program's own entry, which also says where the key for training lies and when training is open
WATCH = """
import sys
from fieldapp import app
build = app.build
def watched(home, ports):
    from kivy.clock import Clock
    host = build(home, ports)
    def tell(dt):
        if host.tablet:
            print("training", flush=True)
            return
        key = next((w for w in host.walk() if getattr(w, "word_text", "") == "Look around in training"), None)
        if key is None:  # training is just opening
            return
        x, y = key.to_window(*key.center)
        print(int(x), int(host.height - y), flush=True)
    Clock.schedule_interval(tell, 0.5)
    return host
app.build = watched
from fieldapp.__main__ import main
sys.exit(main(["--home", sys.argv[1]]))
"""


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


def test_window_opens_welcomes_and_a_click_leads_into_training(display: str, tmp_path: Path) -> None:
    """`fieldapp` without a vault: the welcome; one click leads into training; nothing is made in the folder."""
    env = {key: value for key, value in os.environ.items() if key != "SDL_VIDEODRIVER"} | {"DISPLAY": display}
    argv = [sys.executable, "-c", WATCH, str(tmp_path / "none")]
    window = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        # Until the layout rests the key is elsewhere, and a click on a window that is not up yet is lost: as a person
        # would, look where the key is now, go there from elsewhere, and click again.
        said = ""
        for _ in range(60):
            said = line_of(window)
            if said in {"training", ""}:
                break
            click = ["xdotool", "mousemove", "9", "9", "mousemove", *said.split(), "click", "1"]
            subprocess.run(click, env=env, check=True, timeout=LIMIT_S)
        assert said == "training"
        assert not (tmp_path / "none").exists()
    finally:
        window.terminate()
        window.wait(timeout=LIMIT_S)


def test_without_a_display_it_says_so_and_names_the_way_to_pictures(tmp_path: Path) -> None:
    """One sentence and exit code 2; `fieldapp screens` then draws every screen."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    env = {key: value for key, value in os.environ.items() if key not in hidden}
    argv = [sys.executable, "-m", "fieldapp", "--home", str(tmp_path / "none")]
    told = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert told.returncode == 2
    assert "fieldapp screens" in told.stderr
    out = tmp_path / "pictures"
    argv = [sys.executable, "-m", "fieldapp", "screens", "--out", str(out), "--lang", "ar", "--theme", "night"]
    drawn = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    names = {path.name for path in out.iterdir()}
    assert {"home-ar-night.png", "welcome-ar-night.png", "table-ar-night.png", "send-running-ar-night.png"} <= names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
