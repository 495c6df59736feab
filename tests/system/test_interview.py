"""Scenarios 2, 3, 4 and 14 of DOMAIN 7.10 in real processes, and every example from the shell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from fieldapp.flows.interview_script import parse_script
from firsthand import assets
from tests.support.canary import find
from tests.support.interviews import SCRIPTS
from tests.support.report_samples import sample
from tests.support.spine import World

pytestmark = pytest.mark.slow

FULL = parse_script(next(path for path in SCRIPTS if path.stem == "interview").read_bytes())
TOLD = "Elle revenait du marché avant la nuit."
NAME = "Survivor One (example)"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("interview"))
    made.start_relay()
    yield made
    made.close()


@pytest.fixture(scope="module")
def home(world: World) -> Path:
    return world.enrol("upper valley")


def talk(world: World, home: Path, script: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs a script; what was told, line by line."""
    path = world.base / "script.yaml"
    path.write_text(json.dumps(script, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    done = world.tablet(home, "interview", str(path), "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def steps_with(changes: Mapping[str, Any], until: str = "") -> list[dict[str, Any]]:
    """The steps of the full example with other answers to some questions, up to the first answer to `until`."""
    found: list[dict[str, Any]] = []
    for step in FULL.steps:
        if step.does == "answer":
            if until in step.value:
                break
            found.append({"answer": {name: changes.get(name, value) for name, value in step.value.items()}})
        else:
            plain = {name: each for name, each in step.value.items() if each} if step.does == "promise" else step.value
            found.append({step.does: plain})
    return found


def script(steps: list[dict[str, Any]], end: str, **facts: Any) -> dict[str, Any]:
    return {"at": "2026-11-18T09:05", "facts": {**FULL.facts, **facts}, "steps": steps, "end": end}


def refused(told: list[dict[str, Any]]) -> set[str]:
    return {each["why"] for line in told for each in line.get("refused", ())}


def export(world: World, role: str, *argv: str) -> tuple[CompletedProcess[str], Path]:
    out = world.base / f"{role}-{len(list(world.base.iterdir()))}.out"
    folder = str(world.mission / "desks" / role)
    return world.server("desk-export", folder, *argv, "--out", str(out), ok=False), out


# -- the examples ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_example_runs_from_the_shell(world: World, home: Path, path: Path) -> None:
    before = world.tablet(home, "drafts", "--json").stdout
    done = world.tablet(home, "interview", str(path))
    assert "as stated" in done.stdout
    assert "I05" in done.stdout
    assert TOLD not in done.stdout
    assert world.tablet(home, "drafts", "--json").stdout == before
    assert find(home, [TOLD, NAME]) == []


# -- DOMAIN 7.10 ---------------------------------------------------------------------------------------------------
def test_scenario_2_a_disclosure_in_an_ordinary_record_opens_services_and_the_clock(world: World, home: Path) -> None:
    """SV disclosure during ordinary incident form -> form refuses detail, opens referral-only path, PEP clock shown."""
    report = sample("incident")
    report["acts"] = [{**report["acts"][0], "code": "A401"}]
    path = world.base / "disclosed.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    before = len(world.status(home)["reports"])  # type: ignore[arg-type]
    done = world.tablet(home, "record", str(path), ok=False)
    assert done.returncode == 3
    assert "narrative: " + assets.advice("detail-needs-interview")[0] in done.stderr
    assert len(world.status(home)["reports"]) == before  # type: ignore[arg-type]

    answers = {"recheck": "yes", "urgent_now": "no", "recent": "yes", "hours_since": 30, "health_offer": "after_talk"}
    steps: list[dict[str, Any]] = [{"answer": answers}, {"account": "what happened"}]
    told = talk(world, home, script(steps, "I07", disclosure=True))
    assert [(each["state"], each["mode"]) for each in told] == [("I07", "referral_only")] * 4
    assert {clock["id"]: clock["hours_left"] for clock in told[-1]["clocks"]} == {"pep": 41, "ec": 89}
    assert refused(told) == {"G1"}


def test_scenario_14_a_child_is_discovered_and_an_accused_caregiver_has_no_say(world: World, home: Path) -> None:
    """Child discovered at age question -> path switches, caregiver-perpetrator excluded."""
    child = {"age_band": "age_12_14", "capacity": "decides_supported"}
    untrained = talk(world, home, script(steps_with(child, until="distress"), "I14"))
    assert untrained[-1]["mode"] == "referral_only"
    assert untrained[-1]["as_stated"]

    age = steps_with(child, until="age_band")
    asked = {"answer": {**child, "guardian": "caregiver_accused", "assent": "yes", "cp_on_call": "yes"}}
    blocked = talk(world, home, script([*age, asked, {"next": True}], "I10", child_trained=True))
    assert "I10.accused" in refused(blocked)
    other = {"answer": {"guardian": "other_adult_agrees"}}
    going_on = talk(
        world, home, script([*age, asked, {"next": True}, other, {"next": True}], "I11", child_trained=True)
    )
    assert going_on[-1]["as_stated"]
    later = [*steps_with({}, until="distress"), {"interrupt": "X-CHILD"}]
    found = talk(world, home, script(later, "I10"))
    assert found[-1]["as_stated"], "also when it is found while the account is told"
