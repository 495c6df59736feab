"""Proofs, uses, names and the split policy through the shell contract: real processes, nothing replaced."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.report_samples import sample
from tests.support.spine import PASSPHRASE, ROOT, World, run

EXIT_INVALID, EXIT_REFUSED = 3, 8
SPLIT = ROOT / "assets" / "policy" / "grants_child_protection.json"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.start_relay()
    yield made
    made.close()


def desk(world: World, role: str) -> str:
    return str(world.mission / "desks" / role)


def send(world: World, home: Path, name: str, **scopes: str) -> str:
    """Record a shipped example with other scopes and send it."""
    report = sample(name)
    report.get("consent", {}).get("scopes", {}).update(scopes)
    report.get("consent", {}).pop("withhold", None)
    made = world.record(home, report)
    world.tablet(home, "sync")
    return made


def test_scenario_4_consent_c2_yes_c4_no_the_case_stays_and_the_aggregate_works(world: World, tmp_path: Path) -> None:
    home = world.enrol("North")
    report = send(world, home, "incident", C2="yes", C4n="no", C4i="no", C10="yes")
    world.pull("hr_section")
    for use in ("court_national", "court_international"):
        out = tmp_path / f"{use}.json"
        done = world.server(
            "desk-export", desk(world, "hr_section"), "--what", "case", "--report", report, "--use", use,
            "--format", "json", "--out", str(out), ok=False,
        )  # fmt: skip
        assert done.returncode == EXIT_REFUSED and not out.exists()
        assert "did not say yes to this use" in done.stderr
        assert {"court_national": "scope C4n", "court_international": "scope C4i"}[use] in done.stderr
    proof = world.server(
        "prove", desk(world, "hr_section"), report, "--part", "facts", "--out", str(tmp_path / "proof"), ok=False
    )
    assert proof.returncode == EXIT_REFUSED and not (tmp_path / "proof").exists()
    rows = list(csv.DictReader(world.export("hr_section", "weekly").open(encoding="utf-8", newline="")))
    assert rows and all(row["reports"] == "1" for row in rows)


def test_a_proof_for_a_court_checks_out_with_no_key_and_no_server(world: World, tmp_path: Path) -> None:
    home = world.enrol("North")
    report = send(world, home, "incident", C4i="yes")
    world.pull("hr_section")
    file, grant = tmp_path / "proof", tmp_path / "grant"
    world.pull("custodian")
    world.server(
        "desk-grant", desk(world, "hr_section"), report, "--part", "facts", "--to", "custodian", "--out", str(grant)
    )
    world.server("desk-take-grant", desk(world, "custodian"), str(grant))
    world.server("prove", desk(world, "custodian"), report, "--part", "facts", "--out", str(file))
    world.close()
    root = json.loads((world.mission / "desks" / "risk_cell" / "desk.json").read_text("utf-8"))["root_sha256"]
    (world.mission).rename(tmp_path / "gone")
    said = run("sync_server", "verify-proof", str(file), "--root", root).stdout
    assert "That what is written is true." in said and "Not proved:" in said
    assert "international courts" in said and "fingerprint you gave" in said
    told = json.loads(run("sync_server", "verify-proof", str(file), "--json").stdout)
    assert (told["part"], told["root_compared"], told["root_sha256"]) == ("facts", False, root)
    assert told["content"]["id"] == report
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    bad = run("sync_server", "verify-proof", str(file), ok=False)
    assert bad.returncode == EXIT_INVALID and "This proof does not hold." in bad.stderr and not bad.stdout


def test_names_open_from_a_shell_with_two_passwords(world: World, tmp_path: Path) -> None:
    home = world.enrol("North")
    report = sample("incident")
    report["consent"]["scopes"]["C3"] = "yes"
    report["identities"] = {"victims": [{"name": "Canary Nineteen"}]}
    made = world.record(home, report)
    world.tablet(home, "sync")
    world.pull("custodian")
    options = {}
    for name in ("One", "Two"):
        (tmp_path / name).write_text(f"{name} {PASSPHRASE}\n", encoding="utf-8")
        options[name] = ("--account", name, "--password-file", str(tmp_path / name))
        world.server("desk-account", desk(world, "custodian"), name, "--password-file", str(tmp_path / name))
    step = ("desk-open-identity",)
    asked = world.server(*step, "ask", desk(world, "custodian"), made, "--reason", "protection", *options["One"])
    found = re.search(r"opening (\d+) asked for", asked.stdout)
    assert found is not None
    number = found[1]
    alone = world.server(*step, "approve", desk(world, "custodian"), number, *options["One"], ok=False)
    early = world.server(*step, "show", desk(world, "custodian"), number, *options["One"], ok=False)
    assert (alone.returncode, early.returncode) == (EXIT_REFUSED, EXIT_REFUSED)
    world.server(*step, "approve", desk(world, "custodian"), number, *options["Two"])
    shown = world.server(*step, "show", desk(world, "custodian"), number, *options["One"])
    assert "Canary Nineteen" in shown.stdout
    again = world.server(*step, "show", desk(world, "custodian"), number, *options["One"], ok=False)
    assert again.returncode == EXIT_REFUSED and "Canary" not in again.stdout + again.stderr


class Split(World):
    """A mission whose child protection has a desk of its own."""

    def __post_init__(self) -> None:
        """Makes the mission by its own policy."""
        self.secret = self.base / "passphrase.txt"
        self.secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self.mission = self.base / "mission"
        self.server("mission", "init", str(self.mission), "--name", "Split mission", "--policy", str(SPLIT))


def test_a_policy_that_splits_off_child_protection_sends_child_records_there(tmp_path: Path) -> None:
    world = Split(tmp_path)
    try:
        world.start_relay()
        home = world.enrol("North")
        child = send(world, home, "child", C1="yes", C2="yes", C10="yes", C7crm="yes")
        other = send(world, home, "sexual-violence", C1="yes", C2="yes", C10="yes")
        for role in ("focal_point", "child_protection", "risk_cell"):
            world.pull(role)

        def held(role: str) -> set[str]:
            return {row["report_id"] for row in csv.DictReader(world.export(role, "reports").open(encoding="utf-8"))}

        assert child in held("child_protection") and child not in held("focal_point")
        assert other in held("focal_point") and other not in held("child_protection")
        assert not {child, other} & held("risk_cell")
        note = world.export("child_protection", "ghn").read_text("utf-8")
        assert note.startswith("block,of,violation,counted_by,boys,girls,unknown,total")
    finally:
        world.close()


def test_a_policy_that_gives_something_away_makes_no_mission(tmp_path: Path) -> None:
    policy = json.loads(SPLIT.read_text("utf-8"))
    policy["rules"].append({"part": "facts", "needs": ["child"], "roles": ["risk_cell"]})
    for name, text in (("loose.json", json.dumps(policy)), ("cut.json", json.dumps(policy)[:90]), ("list.json", "[]")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        secret = tmp_path / "passphrase.txt"
        secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
        done = run(
            "sync_server", "mission", "init", str(tmp_path / "mission"), "--name", "Loose", "--policy",
            str(tmp_path / name), "--passphrase-file", str(secret), ok=False,
        )  # fmt: skip
        assert done.returncode == EXIT_INVALID and not (tmp_path / "mission").exists()
