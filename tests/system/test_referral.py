"""Referral from the administrator's desk to the slip: real processes, then the tablet's own flows on its real vault."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.referral import generate
from fieldapp.flows import draft, matching, owed, referral, seal
from fieldapp.flows.unlock import Ports, Tablet
from firsthand import assets
from tests.support.canary import find
from tests.support.spine import PASSPHRASE, ROOT, World
from tests.support.tablets import SeededEntropy, SetClock, example

TODAY = datetime.now(UTC).date()
NOW_S = int(datetime.now(UTC).timestamp())
WORDS = ("red gate of the north", "papaya with lime", "the old song of harvest")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    areas = tmp_path / "areas.geojson"
    areas.write_bytes(assets.read_bytes("scenario/areas.geojson"))
    made = World(tmp_path, areas=areas)
    made.start_relay()
    try:
        yield made
    finally:
        made.close()


def opened(home: Path, days: int = 0) -> Tablet:
    """The tablet as its officer opens it, so many days from now."""
    return Tablet.open(home, PASSPHRASE, Ports(SetClock(NOW_S + days * 86_400), SeededEntropy(f"day {days}")))


def publish(world: World, data: bytes, *, ok: bool = True) -> subprocess.CompletedProcess[str]:
    path = world.base / "services.json"
    path.write_bytes(data)
    return world.server("referrals", str(world.mission), str(path), ok=ok)


def test_from_publishing_to_the_slip_and_a_gap_at_the_risk_cell(world: World) -> None:
    assert "services published, version 1" in publish(world, generate.file(TODAY)).stdout
    home = world.enrol("heron")
    world.relay.stop()  # type: ignore[union-attr]
    with opened(home) as tablet:  # no network from here on
        query = referral.Query(offers=("PSS_ONE",), area=("Karou", ""), staff_sex="F", fitting=True)
        [first, *_] = referral.look(tablet, query).matches
        made = referral.give(tablet, first.service.id, "P1", agreed=True)
        assert made.slip is not None
        assert made.slip.text().split()[1:] == [first.service.id, "P1"]
        referral.add_gap(tablet, "psychosocial", generate.NO_LISTENING)
        assert tablet.reports() == []
    with opened(home, days=1) as tablet:
        assert [row.kind for row in tablet.reports()] == ["monitoring_visit"]
        assert referral.given(tablet)[0].hours((NOW_S + 86_400) // 60) == 24
        assert find(home, [made.slip.text(), "COP gap: psychosocial"]) == []
    world.start_relay()
    world.tablet(home, "sync")
    world.pull("risk_cell")
    with world.export("risk_cell", "reports").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "monitoring_visit"]
    assert [(row["area"], row["events"]) for row in rows] == [(generate.NO_LISTENING, "E14")]


def test_a_directory_that_is_not_good_is_refused_with_file_line_and_reason_and_the_last_good_one_stays(
    world: World,
) -> None:
    good = generate.file(TODAY)
    publish(world, good)
    lines = good.decode().split("\n")
    at = next(number for number, line in enumerate(lines) if '"sector": "health"' in line)
    spoilt = "\n".join([*lines[:at], lines[at].replace("health", "magic"), *lines[at + 1 :]]).encode()
    refused = publish(world, spoilt, ok=False)
    assert refused.returncode == 3
    assert refused.stderr.rstrip().endswith(f"(file referrals.json) (line {at + 1}) (reason unknown-code)")
    old = publish(world, generate.file(TODAY - timedelta(days=31), version=2), ok=False)
    assert old.stderr.rstrip().endswith("(file referrals.json) (line 4) (reason too-old)")
    published = world.mission / "directory" / "targets" / "referrals.json"
    assert published.read_bytes() == good
    home = world.enrol("heron")
    with opened(home) as tablet:
        assert tablet.directory.content["referrals.json"] == good


def test_promises_come_back_in_the_shell(world: World) -> None:
    home = world.enrol("heron")
    assert json.loads(world.tablet(home, "owed", "--json").stdout) == []
    with opened(home) as tablet:
        late = owed.add(tablet, "feedback", tablet.day())
        owed.add(tablet, "reconsent", tablet.day() + 20, note="before the hearing")
    found = json.loads(world.tablet(home, "owed", "--json").stdout)
    assert [(row["what"], row["state"], row["done"]) for row in found] == [
        ("feedback", "due", False), ("reconsent", "open", False),
    ]  # fmt: skip
    assert "promise-due" in [each["code"] for each in world.status(home)["health"]]  # type: ignore[attr-defined]
    said = world.tablet(home, "owed", "--done", late.id.hex()[:8]).stdout
    assert said.splitlines()[-1] == "1 owed"
    assert "before the hearing" not in said, "a note stays off the shell's screen unless --json asks for it"
    assert world.tablet(home, "owed", "--done", "ffff", ok=False).returncode == 3


def test_the_same_words_find_the_account_at_the_focal_point_and_nowhere_else(world: World) -> None:
    home = world.enrol("heron")
    with opened(home) as tablet:
        started = draft.start(tablet, "incident")
        draft.save(tablet, started, example())
        code = matching.sealed_code(tablet, WORDS)
        seal.seal_draft(tablet, started, beside=seal.Beside(parts={"narrative": {matching.FIELD: code}}))
        assert find(home, list(WORDS)) == []
    world.tablet(home, "sync")
    for role in ("focal_point", "hr_section"):
        world.pull(role)
    assert (
        ask(world, "focal_point", "The old song of harvest", "PAPAYA with lime", "red-gate of the north").stdout
        == "yes\n"
    )
    assert ask(world, "focal_point", *WORDS[:2], "green gate").stdout == "no\n"
    refused = ask(world, "hr_section", *WORDS)
    assert (refused.stdout, refused.returncode) == ("", 3)
    assert ask(world, "focal_point", "papaya").returncode == 3


def ask(world: World, role: str, *words: str) -> subprocess.CompletedProcess[str]:
    desk = world.mission / "desks" / role
    return subprocess.run(
        [sys.executable, "-m", "sync_server", "desk-match", str(desk), "--passphrase-file", str(world.secret)],
        input="\n".join(words), capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
