"""The whole journey in real processes, through the shell contract only: mission, relay, tablets, desks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "copper-lantern-orchard-violet-summit-harbor"
LIMIT_S = 120


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(
    *argv: str, ok: bool = True, env: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m ARGV` to its end; with `ok`, a failure shows what was printed."""
    done = subprocess.run(
        [sys.executable, "-m", *argv],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={**os.environ, **(env or {})},
        **options,  # type: ignore[call-overload]
    )
    if ok:
        assert done.returncode == 0, f"{argv[:3]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@dataclass
class Server:
    """A started relay or desk."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and waits for its end."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=30)


def start(*argv: str, port: int, log: Path) -> Server:
    """Starts `python -m ARGV --port PORT` (0: any free one) and waits for the line that says where it listens."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", *argv, "--port", str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    for line in process.stdout:
        if "listening on" in line:
            return Server(process, line.split()[-1])
    raise AssertionError(f"{argv} ended with {process.wait()} before it listened: {log.read_text(errors='replace')}")


@dataclass
class World:
    """A mission in a folder, and what runs in it."""

    base: Path
    areas: Path | None = None
    servers: list[Server] = field(default_factory=list)
    relay: Server | None = None

    def __post_init__(self) -> None:
        """Makes the mission."""
        self.secret = self.base / "passphrase.txt"
        self.secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self.mission = self.base / "mission"
        more = ["--areas", str(self.areas)] if self.areas else []
        self.server("mission", "init", str(self.mission), "--name", "Test mission", *more)

    def server(self, *argv: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """`sync-server ARGV --passphrase-file ...`."""
        return run("sync_server", *argv, "--passphrase-file", str(self.secret), ok=ok)

    def start_relay(self, port: int | None = None) -> Server:
        """Starts the relay (again)."""
        port = port or (int(self.relay.url.rsplit(":", 1)[1]) if self.relay else 0)
        self.relay = start("sync_server", "relay", str(self.mission / "relay"), port=port, log=self.base / "relay.log")
        self.servers.append(self.relay)
        return self.relay

    def enrol(self, label: str) -> Path:
        """A new tablet; returns its home."""
        assert self.relay is not None
        invitation = self.base / f"{label}.invitation"
        self.server("enrol", str(self.mission), label, "--relay", self.relay.url, "--out", str(invitation))
        home = self.base / f"tablet-{label}"
        self.tablet(home, "enrol", str(invitation))
        return home

    def tablet(self, home: Path, *argv: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """`fieldapp --home HOME ARGV --passphrase-file ...`."""
        return run("fieldapp", "--home", str(home), *argv, "--passphrase-file", str(self.secret), ok=ok)

    def record(self, home: Path, report: dict[str, object] | Path) -> str:
        """Records a report; returns its id."""
        path = report
        if not isinstance(path, Path):
            path = self.base / "report.json"
            path.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        lines = self.tablet(home, "record", str(path)).stdout.split()
        return lines[-1]

    def status(self, home: Path) -> dict[str, object]:
        """`fieldapp status --json`."""
        return dict(json.loads(self.tablet(home, "status", "--json").stdout))

    def pull(self, role: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """One ingest of a desk."""
        assert self.relay is not None
        return self.server("desk-pull", str(self.mission / "desks" / role), "--relay", self.relay.url, ok=ok)

    def export(self, role: str, what: str, fmt: str = "csv") -> Path:
        """An export of a desk; returns the file."""
        out = self.base / f"{role}-{what}.{fmt}"
        self.server(
            "desk-export", str(self.mission / "desks" / role), "--what", what, "--format", fmt, "--out", str(out)
        )
        return out

    def close(self) -> None:
        """Ends whatever still runs."""
        for server in self.servers:
            server.stop(signal.SIGKILL) if server.process.poll() is None else None
