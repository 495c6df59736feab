"""Child processes of the demonstration: started one by one, ended all together.

Each child leads a process group of its own, so that a key pressed in the terminal reaches the demonstration
alone, which then ends its children in its own order, and whatever they may have started with them. What a
child prints goes to a file of its own; process id and address stand in others, for people who want to try
what `kill -9` does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from firsthand import errors
from firsthand.ports import Clock
from sync_server.admin.folder import make_folder, write_file

START_LIMIT_S = 30.0
STOP_LIMIT_S = 12.0  # a relay finishes what is under way: at most 10 s


class Stopped(BaseException):
    """A signal asked the demonstration to end."""


class ChildDidNotStart(errors.Environment):
    """A program of the demonstration ended, or did not answer, before it was ready."""

    code = "child-did-not-start"


@dataclass(slots=True)
class Signals:
    """Ctrl-C, SIGTERM and a closed terminal, all turned into `Stopped`, but never at a bad moment."""

    held: int = 0
    pending: bool = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """While this lasts, a signal raises `Stopped`."""
        names = ("SIGINT", "SIGTERM", "SIGHUP")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def delayed(self) -> Iterator[None]:
        """A signal that comes now raises at the end."""
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1
        if self.pending and not self.held:
            self.pending = False
            raise Stopped

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.held:
            self.pending = True
        else:
            raise Stopped


@dataclass(slots=True)
class Child:
    """A started program.

    Attributes:
        argv: what `python -m` was given, the port left out.
        port: where a server was told to listen; 0 for any free port, None for a program that does not listen.
        told: whether people were told that it has ended.
    """

    name: str
    process: subprocess.Popen[str]
    argv: tuple[str, ...] = ()
    port: int | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    line: str = ""
    told: bool = False

    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return self.process.poll()


@dataclass(slots=True)
class Children:
    """All programs that the demonstration has started."""

    folder: Path
    signals: Signals
    clock: Clock
    all: list[Child] = field(default_factory=list)

    def start(self, name: str, *argv: str, port: int | None = None, ready: str = "listening on") -> Child:
        """Start `python -m ARGV`, without waiting; a server is told its port, and says `ready` when it answers."""
        make_folder(self.folder)
        listen = () if port is None else ("--port", str(port))
        command = [sys.executable, "-u", "-m", *argv, *listen]
        with self.signals.delayed():  # between its birth and our knowing of it nothing may come
            process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            child = Child(name, process, argv, port)
            self.all.append(child)
        write_file(self.folder / f"{name}.pid", f"{process.pid}\n".encode())
        threading.Thread(target=_drain, args=(child, self.folder / f"{name}.log", ready), daemon=True).start()
        return child

    def address(self, child: Child) -> str:
        """Wait until a server answers, and where: the last word of its line.

        Whether a port is free only its taker can tell, so nobody asks before: a server whose port is taken
        is started once more, at any free one.

        Raises:
            ChildDidNotStart: it ended before, or 30 seconds went by.
        """
        answered = child.ready.wait(START_LIMIT_S)
        if answered and not child.line and child.port and _exit_code(child) == errors.PortTaken.exit_code:
            self.all.remove(child)
            return self.address(self.start(child.name, *child.argv, port=0))
        if not child.line:
            raise ChildDidNotStart(child.name)
        found = child.line.rsplit(" ", 1)[-1]
        write_file(self.folder / f"{child.name}.url", f"{found}\n".encode())
        return found

    def stop(self) -> None:
        """End all: politely, the last one first, and after a while by force. Leaves nothing behind."""
        running = self.all[::-1]
        for child in running:
            _signal(child, signal.SIGTERM)
        until_s = self.clock.monotonic_s() + STOP_LIMIT_S
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until_s - self.clock.monotonic_s()))
        for child in running:
            _signal(child, signal.SIGKILL)  # the whole group: also what a child has left behind
            child.process.wait(STOP_LIMIT_S)


def _exit_code(child: Child) -> int | None:
    """Of a child that has closed its output, and so is about to end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.process.wait(STOP_LIMIT_S)
    return None


def _drain(child: Child, log: Path, ready: str) -> None:
    """Reads what the child prints to its end, so that it never waits for a full pipe."""
    stream = child.process.stdout
    if stream is None:
        return
    with stream, log.open("w", encoding="utf-8") as out:
        for line in stream:
            out.write(line)
            out.flush()
            if ready in line and not child.line:
                child.line = line.strip()
                child.ready.set()
    child.ready.set()


def _signal(child: Child, number: signal.Signals) -> None:
    if sys.platform == "win32":
        child.process.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)
