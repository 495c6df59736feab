"""The demonstration: real programs, a full table within a minute, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from firsthand import assets
from firsthand.domain.dates import iso_week
from firsthand.domain.report import parse_report
from sync_server.admin.story import OFFICER_REPORTS, OFFICER_UNSENT, PHOTO_REPORT
from tests.support.spine import ROOT

LIMIT_S = 240
CPU_LIMIT_S = 60
FIRST_WEEK, LAST_WEEK = "2026-W40", "2026-W47"


def command(*argv: str) -> list[str]:
    return [str(Path(sys.executable).with_name("sync-server")), "demo", *argv]


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def left_behind(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line and str(os.getpid()) != path.parent.name:
                found.append(line)
    return found


def seen_by_the_risk_cell(report: dict[str, Any]) -> tuple[bool, bool]:
    """Whether it holds a key to anything of a report, and whether it may count it (PROTOCOL, parts)."""
    parsed = parse_report(json.dumps(report).encode())
    if parsed.sensitive():
        return False, False
    if parsed.consent is None:
        return True, True
    return parsed.consent.allows("C2") or parsed.consent.allows("C10"), parsed.consent.allows("C10")


def expected_table() -> Counter[tuple[str, str]]:
    """Reports by area and week, counted from the scenario by hand: only what the risk cell may count.

    A nil return makes a zero that is known; the word that an area was out of reach makes nothing.
    """
    lines = [json.loads(line) for line in assets.read_text("scenario/reports.jsonl").splitlines()]
    reports = {line["ref"]: (line["report"], line["supersedes"]) for line in lines if line["sync"]}
    for number, name in enumerate((*OFFICER_REPORTS[: len(OFFICER_REPORTS) - OFFICER_UNSENT], PHOTO_REPORT)):
        reports[f"example {number}"] = (json.loads(assets.read_bytes(f"examples/{name}.json")), None)
    replaced = {before for report, before in reports.values() if before and seen_by_the_risk_cell(report)[0]}
    table: Counter[tuple[str, str]] = Counter()
    for ref, (report, _before) in reports.items():
        week = iso_week(parse_report(json.dumps(report).encode()).incident.date)
        if ref not in replaced and seen_by_the_risk_cell(report)[1] and week and report["kind"] != "not_reachable":
            table[report["incident"]["place"]["adm1"], week] += report["kind"] != "nil_return"
    return table


def printed_table(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Weeks and, by area, what stands in its row."""
    head = next(line for line in text.splitlines() if line.startswith("Area "))
    weeks = [f"2026-{week}" for week in head.split()[1:]]
    rows = {}
    for line in text[text.index(head) :].splitlines()[1:]:
        if not line.strip():
            break
        *name, last = re.split(r"\s{2,}", line.strip(), maxsplit=1)
        rows[name[0]] = last.split()
    return weeks, rows


def test_once_prints_the_table_that_a_count_by_hand_gives(tmp_path: Path) -> None:
    folder = tmp_path / "mission"
    before_s = children_cpu_s()
    done = subprocess.run(
        command("--once", "--dir", str(folder)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Processor time, which a busy machine does not change: on two idle cores it is done in half of it.
    assert children_cpu_s() - before_s < CPU_LIMIT_S
    assert "Reports, not incidents" in done.stdout

    weeks, rows = printed_table(done.stdout)
    assert weeks == [f"2026-W{number}" for number in range(40, 48)]
    assert set(rows) == {f["properties"]["adm1"] for f in assets.read_json("scenario/areas.geojson")["features"]}
    expected = expected_table()
    for area, numbers in rows.items():
        got = {week: int(number.rstrip("*")) for week, number in zip(weeks, numbers, strict=True) if number[0] != "-"}
        want = {week: count for (name, week), count in expected.items() if name == area and week in weeks}
        assert got == want, area
    assert set(rows["Toro-Kesi"]) == {"-"}, "what a dead link holds back is no calm"
    assert int(rows["Lemba North"][6].rstrip("*")) > 10
    assert left_behind(folder) == []

    sent, waits = re.search(r"(\d+) in the log, (\d+) wait", done.stdout).groups()  # type: ignore[union-attr]
    lines = [json.loads(line) for line in assets.read_text("scenario/reports.jsonl").splitlines()]
    assert int(waits) == sum(not line["sync"] for line in lines) + OFFICER_UNSENT
    assert int(sent) + int(waits) == len(lines) + len(OFFICER_REPORTS), "the photo's report comes after this count"


@pytest.fixture
def taken_port() -> Iterator[int]:
    """The relay's usual port, in the hands of somebody else (if it is not already)."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            other.bind(("127.0.0.1", 8440))
            other.listen()
        yield 8440


def test_it_stays_until_told_to_end_and_leaves_no_process_behind(tmp_path: Path, taken_port: int) -> None:
    folder = tmp_path / "mission"
    demo = subprocess.Popen(
        command("--no-window", "--dir", str(folder)),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert demo.stdout is not None
        said = []
        for line in demo.stdout:
            said.append(line)
            if "Ctrl-C ends everything" in line:
                break
        text = "".join(said)
        assert demo.poll() is None, text
        assert f"Port {taken_port} is taken. The relay uses" in text
        desks = re.findall(r"(http://127\.0\.0\.1:\d+)   (\S+ 1), password (\S+)", text)
        assert len(desks) == 4
        assert len({password for _, _, password in desks}) == 4
        for url, _name, password in desks:
            page = httpx.get(url, follow_redirects=True, timeout=20)
            assert page.status_code == 200
            assert password not in page.text
        _no_secret_outside_its_file(folder, [password for _, _, password in desks])

        second = subprocess.run(
            command("--once", "--dir", str(folder)),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == 8
        assert (folder / "relay").is_dir(), "a running demonstration is not replaced"

        pids = [int(path.read_text()) for path in (folder / "run").glob("*.pid")]
        assert len(pids) == 5
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(timeout=60) == 0
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert left_behind(folder) == []
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait(timeout=30)


def _no_secret_outside_its_file(folder: Path, passwords: list[str]) -> None:
    phrase = (folder / "passphrase.txt").read_text().strip()
    for path in (folder / "run").iterdir():
        text = path.read_text(errors="replace")
        assert not [secret for secret in (phrase, *passwords) if secret in text], path.name
    assert not [line for line in left_behind(folder) if phrase in line], "a passphrase stands on a command line"


def test_a_folder_that_is_not_its_own_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        command("--once", "--dir", str(folder)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3
    assert "not replaced" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_the_weeks_of_the_scenario_are_the_ones_this_test_counts() -> None:
    monday = date.fromisocalendar(2026, 47, 1)
    assert monday.isoformat() == "2026-11-16"
    assert {week for _, week in expected_table()} >= {FIRST_WEEK, LAST_WEEK}
