"""Fetching in the background while the desk serves pages: every so often, or when a person asks for it now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from sync_server.desk.ingest import Progress

EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class FetchState:
    """What a page says about fetching.

    Attributes:
        phase: "none" (no relay is known), "idle", "fetching", "failed".
        error: code of the error of the last try, empty when it went well.
        done, total: leaves taken in, in this fetch.
        count: fetches so far; it tells a page that one has ended.
    """

    phase: str = "none"
    error: str = ""
    done: int = 0
    total: int = 0
    count: int = 0


class Fetcher:
    """A thread that pulls. `pull` does one fetch and returns the code of its error, or nothing."""

    def __init__(self, pull: Callable[[Callable[[Progress], None]], str] | None) -> None:
        self._pull = pull
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fetcher", daemon=True)
        self.state = FetchState("none" if pull is None else "idle")

    def start(self) -> None:
        """Begin, if a relay is known."""
        if self._pull is not None:
            self._thread.start()

    def now(self) -> None:
        """Fetch without waiting for the next turn."""
        self._wake.set()

    def stop(self) -> None:
        """End after the transaction that is running."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self._once()
            self._wake.wait(EVERY_S)

    def _once(self) -> None:
        if self._pull is None:
            return
        self.state = replace(self.state, phase="fetching", done=0, total=0)
        error = self._pull(self._on_progress)
        self.state = replace(self.state, phase="failed" if error else "idle", error=error, count=self.state.count + 1)

    def _on_progress(self, progress: Progress) -> None:
        self.state = replace(self.state, done=progress.done, total=progress.total)
        if self._stop.is_set():
            raise Stopped


class Stopped(Exception):
    """The desk ends; what was committed stays, the rest is asked for again."""
