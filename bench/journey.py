"""A mission with real tablets, a relay process and a desk: what syncs, what is ingested, what it weighs in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, resident_mb
from bench.tablet import PASSPHRASE
from sync_server.__main__ import SystemClock, SystemEntropy
from sync_server.admin import mission as missions
from sync_server.admin.folder import MissionFolder
from sync_server.admin.replay import run_tablets
from sync_server.desk.main import Desk, pull_into
from sync_server.ports import Ports

TABLETS, REPORTS_EACH = 4, 1_000
PORT = 18_440


@dataclass
class Journey:
    """A mission in a folder, with a running relay."""

    folder: MissionFolder
    relay: subprocess.Popen[str]
    url: str
    ports: Ports

    def home(self, number: int) -> Path:
        """The vault of a tablet."""
        return self.folder.path / "bench" / str(number)


def begin(folder: Path) -> Journey:
    """Makes the mission and starts its relay."""
    ports = Ports(SystemClock(), SystemEntropy())
    made = missions.init(folder / "mission", name="Bench", areas=None, passphrase=PASSPHRASE, ports=ports)
    relay = subprocess.Popen(
        [sys.executable, "-u", "-m", "sync_server", "relay", str(made.path / "relay"), "--port", str(PORT)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert relay.stdout is not None
    assert "listening" in relay.stdout.readline()
    return Journey(made, relay, f"http://127.0.0.1:{PORT}", ports)


def figures(journey: Journey, example: bytes) -> list[Figure]:
    """Records and syncs on several tablets, then one desk ingests all of it."""
    reports = TABLETS * REPORTS_EACH
    started = time.perf_counter()
    run_tablets(
        journey.folder,
        journey.url,
        PASSPHRASE,
        [_weeks(example)] * TABLETS,
        ports=journey.ports,
        labels=[f"Bench {number}" for number in range(TABLETS)],
        homes=[journey.home(number) for number in range(TABLETS)],
    )
    flow_s = time.perf_counter() - started
    ingest_per_s = _ingest(journey, reports)
    return [
        Figure("tablets: enrol, record, seal, sync, all verified", reports / flow_s, "reports/s"),
        Figure(
            "desk ingest: fetch, verify, open, store",
            ingest_per_s,
            "reports/s",
            "the peer, 100/s accepted and processed (as published)",
            ingest_per_s / 100,
            "2,000 reports/s",
            ingest_per_s >= 2_000,
        ),
        *(
            Figure(f"{name}, peak memory", megabytes, "MB", "430 MB a process of the peer", 430 / megabytes)
            for name, megabytes in _memory(journey)
        ),
    ]


def _weeks(example: bytes) -> list[dict[str, object]]:
    """The example over forty weeks and eighteen areas."""
    found = []
    for number in range(REPORTS_EACH):
        report = json.loads(example)
        report["incident"]["date"] = time.strftime("%Y-%m-%d", time.gmtime(1_767_225_600 + (number % 40) * 604_800))
        report["incident"]["place"]["adm1"] = f"Area {number % 18:02}"
        found.append(report)
    return found


def _ingest(journey: Journey, reports: int) -> float:
    with Desk.open(journey.folder.path / "desks" / "risk_cell", PASSPHRASE) as desk:
        started = time.perf_counter()
        result = pull_into(desk, journey.url, journey.ports)
        took_s = time.perf_counter() - started
    assert result.reports == reports, result
    return reports / took_s


def _memory(journey: Journey) -> list[tuple[str, float]]:
    """Peak memory of each program with this mission; the tablet's is that of its flows, without a window."""
    secret = journey.folder.path / "passphrase.txt"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    passphrase = ["--passphrase-file", str(secret)]
    desk_folder = str(journey.folder.path / "desks" / "risk_cell")
    desk = subprocess.Popen(
        [sys.executable, "-u", "-m", "sync_server", "desk", desk_folder, "--port", str(PORT + 10), *passphrase],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert desk.stdout is not None
    assert "listening" in desk.stdout.readline()
    desk_mb = resident_mb(desk.pid)
    desk.terminate()
    desk.wait(30)
    tablet = subprocess.Popen(
        [sys.executable, "-m", "fieldapp", "--home", str(journey.home(0)), "sync", *passphrase],
        stdout=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(tablet.pid, 0)
    return [("relay", resident_mb(journey.relay.pid)), ("desk", desk_mb), ("tablet", used.ru_maxrss / 1024)]
