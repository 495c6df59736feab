"""A person takes consent back: real tablets, a real relay and four real desks, through the shell contract only."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firsthand.protocol.envelope import open_slot
from sync_server.desk.keys import DeskKeys, open_keys
from sync_server.desk.store import Store
from tests.support.spine import LIMIT_S, PASSPHRASE, ROOT, World

INCIDENT = ROOT / "assets" / "examples" / "incident.json"
ROLES = ("risk_cell", "hr_section", "focal_point", "custodian")
THREE_WEEKS_S = 21 * 86_400
LATER = """
import sys
from fieldapp import __main__ as program
plain = program.SystemClock.now_s
program.SystemClock.now_s = lambda self: plain(self) + int(sys.argv[1])
sys.exit(program.main(sys.argv[2:]))
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.start_relay()
    yield made
    made.close()


def interview(place: str = "Karou Ford") -> dict[str, Any]:
    """A person's report: everything but a court and publication is a yes."""
    report = dict(json.loads(INCIDENT.read_text(encoding="utf-8")))
    report["consent"]["scopes"] |= {"C1": "yes", "C2": "yes", "C3": "yes", "C10": "yes", "C6": "yes"}
    report["incident"]["place"] |= {"adm1": place}
    report["narrative"] = {"what_happened": "An account in her own words."}
    report["identities"] = {"victims": [{"name": "Witness Seven (example)"}]}
    return report


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def weeks_later(world: World, home: Path, *argv: str) -> str:
    """A command of the tablet whose clock says that three weeks have passed."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            LATER,
            str(THREE_WEEKS_S),
            "--home",
            str(home),
            *argv,
            "--passphrase-file",
            world.secret,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Sealed:
    """An object as it lay at the relay, and the keys that roles found in it."""

    object_hash: bytes
    data: bytes
    keys: dict[int, bytes]


def desk_keys(world: World, role: str) -> DeskKeys:
    return open_keys(world.mission / "desks" / role, PASSPHRASE)


def relay_files(world: World) -> Iterator[bytes]:
    for path in (world.mission / "relay").rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def sealed_reports(world: World) -> list[Sealed]:
    """What lies at the relay and is a report, with every content key that any role holds."""
    with closing(sqlite3.connect(world.mission / "relay" / "relay.db")) as db:
        stored = db.execute("SELECT hash, data FROM objects WHERE data IS NOT NULL ORDER BY leaf_index").fetchall()
    found = []
    for object_hash, data in stored:
        keys: dict[int, bytes] = {}
        kinds = set()
        for role in ROLES:
            own = desk_keys(world, role)
            opened = open_slot(data, own.slot, own.secrets())
            kinds.add(opened.manifest.type)
            keys |= opened.keys
        if kinds == {"report"}:
            found.append(Sealed(object_hash, data, keys))
    return found


def values_of(world: World, role: str) -> list[bytes]:
    """Every value in a desk's store, read with its storage key."""
    with closing(Store.open(world.mission / "desks" / role / "store.db", desk_keys(world, role).storage_key)) as store:
        tables = [row[0] for row in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [row for table in tables for row in store.all('SELECT * FROM "{}"'.format(table))]  # noqa: S608, UP032
    return [value if isinstance(value, bytes) else str(value).encode() for row in found for value in row]


def numbers_held(world: World, role: str, sealed: Sealed) -> set[int]:
    """The parts that any byte of a desk's store opens: a key in a row, or a sealed object under the role's own key."""
    values = values_of(world, role)
    held = {number for number, key in sealed.keys.items() if number and any(key in value for value in values)}
    if any(value == sealed.data for value in values):
        own = desk_keys(world, role)
        held |= set(open_slot(sealed.data, own.slot, own.secrets()).granted) - {0}
    return held


def alarms(world: World, role: str) -> list[str]:
    with closing(Store.open(world.mission / "desks" / role / "store.db", desk_keys(world, role).storage_key)) as store:
        return [row[0] for row in store.all("SELECT code FROM alarm")]


def test_domain_7_10_scenario_5_withdrawal_after_three_weeks_reaches_five_nodes_and_tells_what_cannot_be_recalled(
    world: World,
) -> None:
    home = world.enrol("one")
    kept, taken = world.record(home, interview("Zirat")), world.record(home, interview())
    world.tablet(home, "sync")
    for role in ROLES:
        world.pull(role)
    assert {row["area"] for row in rows(world.export("risk_cell", "weekly"))} == {"Karou Ford", "Zirat"}
    world.export("hr_section", "reports")
    sealed = sealed_reports(world)[1]
    assert [numbers_held(world, role, sealed) for role in ROLES] == [{1, 2}, {1, 2, 4}, {1, 2, 4}, {1, 3}]

    # three weeks later nothing of it is readable on the tablet, and the person calls
    told = weeks_later(world, home, "withdraw", taken, "--subject", taken, "--all")
    assert "What nobody can call back" in told
    assert "Files that a desk had written before: each desk names them when it answers." in told
    weeks_later(world, home, "sync")
    # the first node: the relay has destroyed it, and no byte of it is left in any of its files
    assert all(sealed.data[at : at + 64] not in file for file in relay_files(world) for at in (900, 2_000, 5_400))
    for role in ROLES:
        world.pull(role)
        assert numbers_held(world, role, sealed) == set()
        assert alarms(world, role) == []
        assert not any(key in value for key in sealed.keys.values() for value in values_of(world, role))
    # aggregates are recomputed, and the other person's report is untouched
    assert {row["area"] for row in rows(world.export("risk_cell", "weekly"))} == {"Zirat"}
    assert [row["report_id"] for row in rows(world.export("hr_section", "reports"))] == [kept]

    said = ""
    for role in ROLES:
        out = world.base / f"{role}.erasures"
        world.server("desk-erasures", str(world.mission / "desks" / role), "--out", str(out))
        said = weeks_later(world, home, "import", str(out))
    assert "Human rights section: destroyed the counts, the facts, the account on " in said
    assert "Custodian: destroyed the counts, the names on " in said
    assert "Risk cell: a file “weekly” (csv) of " in said
    assert "Human rights section: a file “reports” (csv) of " in said
    assert "Zirat" not in said
    states = {
        row["id"]: row["state"] for row in dict(json.loads(weeks_later(world, home, "status", "--json")))["reports"]
    }
    assert states == {kept: "logged", taken: "purged"}


def test_facts_taken_back_leave_the_counts_and_one_taken_back_before_ingest_never_shows(world: World) -> None:
    home = world.enrol("one")
    partial = world.record(home, interview())
    world.tablet(home, "sync")
    for role in ROLES:
        world.pull(role)
    before = rows(world.export("risk_cell", "weekly"))
    sealed = sealed_reports(world)[0]

    never = world.record(home, interview("Zirat"))
    world.tablet(home, "sync")
    unseen = sealed_reports(world)[1]
    world.tablet(home, "withdraw", partial, "--subject", partial, "--scope", "C2", "--json")
    world.tablet(home, "withdraw", never, "--subject", never, "--all")
    world.tablet(home, "sync")
    for role in ROLES:
        world.pull(role)
        assert alarms(world, role) == []
        assert numbers_held(world, role, unseen) == set()
        assert unseen.data not in values_of(world, role)
    assert [numbers_held(world, role, sealed) for role in ROLES] == [{1}, {1}, {1, 4}, {1, 3}]
    # C2 is gone and C10 is not: the table counts the report as before, and the list has none of its facts
    assert rows(world.export("risk_cell", "weekly")) == before
    (line,) = rows(world.export("risk_cell", "reports"))
    assert (line["report_id"], line["acts"], line["date"]) == (partial, "withheld", "withheld")
    assert line["people_best"] != "withheld"

    # once all desks have answered, the relay's copy goes too, and what may stay stays
    for role in ROLES:
        out = world.base / f"{role}.erasures"
        world.server("desk-erasures", str(world.mission / "desks" / role), "--out", str(out))
        told = world.tablet(home, "import", str(out)).stdout
    assert "Human rights section: destroyed the facts, the account on " in told
    assert "Focal point: keeps the counts, the account, which the person still agrees to." in told
    world.tablet(home, "sync")
    assert sealed_reports(world) == []
    for role in ROLES:
        world.pull(role)
        assert alarms(world, role) == []
    assert [numbers_held(world, role, sealed) for role in ROLES] == [{1}, {1}, {1, 4}, {1, 3}]
    assert rows(world.export("risk_cell", "weekly")) == before


def test_a_wrong_pseudonym_a_scope_that_does_not_exist_and_twice_are_refused(world: World) -> None:
    home = world.enrol("one")
    report = world.record(home, interview())
    wrong = world.tablet(home, "withdraw", report, "--subject", "0" * 26, "--scope", "C2", ok=False)
    assert (wrong.returncode, wrong.stdout) == (8, "")
    assert "pseudonym" in wrong.stderr
    assert world.tablet(home, "withdraw", report, "--subject", report, "--scope", "C99", ok=False).returncode == 2
    world.tablet(home, "withdraw", report, "--subject", report, "--scope", "C2", "C10")
    again = world.tablet(home, "withdraw", report, "--subject", report, "--scope", "C2", ok=False)
    assert again.returncode == 8
    nothing = world.server(
        "desk-erasures", str(world.mission / "desks" / "risk_cell"), "--out", str(world.base / "none"), ok=False
    )
    assert nothing.returncode == 3
    assert not (world.base / "none").exists()
