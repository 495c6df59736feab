"""The TOUR is true: its commands are run as they stand, and print what it says they print.

The blocks marked `sh` run in one shell, in order, as a reader would type them; a `text` block says what the
block before it prints: these lines in this order, others may stand between them, and `…` is anything.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.spine import ROOT

TOUR = ROOT / "docs" / "TOUR.md"
LIMIT_S = 600
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands and the lines that it promises."""

    commands: str
    promised: tuple[str, ...]


def read_tour(text: str) -> tuple[str, list[Step]]:
    """The command of the first terminal, and the steps of the second one."""
    first, steps = "", []
    for kind, more, body in _FENCE.findall(text):
        assert kind in {"sh", "text"}, f"a block of kind {kind} is neither run nor checked"
        if more.strip() == "first terminal":
            first = body.strip()
        elif kind == "sh":
            steps.append(Step(body, ()))
        else:
            steps[-1] = Step(steps[-1].commands, tuple(body.splitlines()))
    return first, steps


def pattern(line: str) -> re.Pattern[str]:
    """What a promised line may look like."""
    return re.compile(".*".join(map(re.escape, line.split("…"))))


def missing(promised: tuple[str, ...], printed: list[str]) -> str | None:
    """The first promised line that does not come in its place, None if all do."""
    rest = iter(printed)
    for line in promised:
        if not any(pattern(line).fullmatch(text.strip()) for text in rest):
            return line
    return None


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that looks like the project to a reader: assets, and programs on the path."""
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def demo(place: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The first terminal."""
    command = read_tour(TOUR.read_text(encoding="utf-8"))[0].split()
    assert command == ["sync-server", "demo"]
    process = subprocess.Popen(
        [*command, "--no-window"],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C ends everything" in line:
                break
        assert process.poll() is None, "".join(said)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


@pytest.mark.slow
def test_every_command_of_the_tour_does_what_the_tour_says(
    place: Path, environment: dict[str, str], demo: subprocess.Popen[str]
) -> None:
    steps = read_tour(TOUR.read_text(encoding="utf-8"))[1]
    mark = "=== step"
    script = "set -u; exec 2>&1\n" + "".join(f"echo '{mark}'\n{step.commands}" for step in steps)
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    printed = done.stdout.split(mark + "\n")[1:]
    assert len(printed) == len(steps), done.stderr
    for step, text in zip(steps, printed, strict=True):
        gone = missing(step.promised, text.splitlines())
        assert gone is None, f"promised: {gone}\nprinted:\n{text}\nerrors:\n{done.stderr}"
    assert demo.poll() is None
    assert sorted(path.name for path in place.iterdir()) == ["assets", "mission-demo"]


def test_the_reader_of_the_tour_sees_what_is_missing() -> None:
    assert missing(("a …c", "d"), ["x", "a b c", "y", "d"]) is None
    assert missing(("a", "b"), ["b", "a"]) == "b"
    first, steps = read_tour("```sh first terminal\nrun\n```\n```sh\none\n```\n```text\nout\n```\n")
    assert first == "run"
    assert steps == [Step("one\n", ("out",))]
