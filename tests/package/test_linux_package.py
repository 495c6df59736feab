"""The packaged tablet (`make package`): no Python and no project folder beside it, and the same program."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gui.test_display import display
from tests.support.tablets import PASSPHRASE, mission

__all__ = ["display"]

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "dist" / "linux" / "firsthand" / "firsthand"
LIMIT_S = 90
NAMED_TRIES = 300
pytestmark = pytest.mark.package

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that knows nothing of this project."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}


@pytest.fixture
def run(tmp_path: Path, bare: dict[str, str]) -> Run:
    assert PROGRAM.exists(), "make package builds it"

    def call(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *argv], cwd=tmp_path, env=bare, capture_output=True, text=True, timeout=LIMIT_S, check=True
        )

    return call


def test_it_enrols_records_and_tells_its_state(run: Run, tmp_path: Path) -> None:
    secret, invitation, home = tmp_path / "passphrase", tmp_path / "invitation", tmp_path / "home"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    invitation.write_bytes(mission().invitation())
    unlock = ("--passphrase-file", str(secret))
    run("--home", str(home), "enrol", str(invitation), *unlock)
    made = run("--home", str(home), "record", str(ROOT / "assets/examples/own-observation.json"), *unlock)
    status = json.loads(run("--home", str(home), "status", "--json", *unlock).stdout)
    assert [report["id"] for report in status["reports"]] == made.stdout.split()


def test_it_draws_its_screens_in_every_script(run: Run, tmp_path: Path) -> None:
    for language in ("fr", "ar", "sw"):
        run("screens", str(tmp_path / language), "--lang", language)
    names = [sorted(path.name for path in (tmp_path / language).iterdir()) for language in ("fr", "ar", "sw")]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) >= 12


@pytest.fixture
def window(display: str, bare: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen([PROGRAM, "--home", str(tmp_path / "none")], env=bare | {"DISPLAY": display})
    yield started
    started.terminate()
    started.wait(timeout=LIMIT_S)


def test_its_window_opens_on_a_display(window: subprocess.Popen[bytes], display: str) -> None:
    """The window manager's view: a window of the dull name, of tablet size, that is mapped.

    Found by its class: xdotool does not search names in the type that SDL gives them, but reads them well.
    """
    env = os.environ | {"DISPLAY": display}

    def xdotool(*argv: str) -> list[str]:
        done = subprocess.run(["xdotool", *argv], env=env, capture_output=True, text=True, timeout=LIMIT_S, check=True)
        return done.stdout.splitlines()

    shown, *_ = xdotool("search", "--sync", "--onlyvisible", "--class", ".")
    for _ in range(NAMED_TRIES):  # the window is there before its first screen, and gets its name with that
        if xdotool("sleep", "0.2", "getwindowname", shown) == ["Units"]:
            break
    assert xdotool("getwindowname", shown) == ["Units"]
    assert any("1280x800" in line for line in xdotool("getwindowgeometry", shown))
    assert window.poll() is None
