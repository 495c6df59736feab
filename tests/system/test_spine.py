"""The whole journey through the shell contract: real processes, real files, nothing replaced."""

from __future__ import annotations

import contextlib
import csv
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.canary import find
from tests.support.spine import ROOT, World, run

INCIDENT = ROOT / "assets" / "examples" / "incident.json"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.start_relay()
    yield made
    made.close()


def incident() -> dict[str, Any]:
    return dict(json.loads(INCIDENT.read_text(encoding="utf-8")))


def canary_report() -> tuple[dict[str, Any], list[str]]:
    """A report with another canary in every field of free text, and the canaries."""
    report, words = incident(), []

    def canary(name: str) -> str:
        words.append(f"zq{len(words):02d}canari {name} Ωλ")
        return words[-1]

    report["station"] = canary("station")
    report["note"] = canary("note")
    report["consent"]["scopes"]["C3"] = "yes"
    report["consent"]["withhold"] = [canary("withhold")]
    place = report["incident"]["place"]
    place.update(name=canary("place"), adm1=canary("north"), adm2=canary("upper"), adm3=canary("ford"))
    report["incident"]["recall_anchor"] = canary("anchor")
    report["incident"]["immediate_risk"]["note"] = canary("risk")
    report["acts"][0]["actor"]["unit_text"] = canary("unit")
    report["narrative"] = {
        "what_happened": canary("account"),
        "words_used": {"text": canary("words"), "language": "fr", "translation": canary("translation")},
        "open_questions": canary("questions"),
    }
    report["identities"] = {
        "victims": [
            {
                "name": canary("victim"),
                "contact": canary("contact"),
                "address": canary("address"),
                "note": canary("remark"),
            }
        ],
        "sources": [{"name": canary("source")}],
        "perpetrators": [
            {
                "name": canary("perpetrator"),
                "certainty": "P1",
                "rank": canary("rank"),
                "position": canary("position"),
                "description": canary("description"),
            }
        ],
        "safe_contact": canary("safe"),
        "root_source_ref": canary("root"),
    }
    return report, words


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_report_reaches_the_weekly_table_and_each_desk_opens_its_own_parts(world: World) -> None:
    home = world.enrol("one")
    report_id = world.record(home, INCIDENT)
    world.tablet(home, "sync")
    status = world.status(home)
    assert [(row["id"], row["state"]) for row in status["reports"]] == [(report_id, "logged")]  # type: ignore[index,union-attr]

    for role in ("risk_cell", "hr_section", "focal_point", "custodian"):
        world.pull(role)
    weekly = rows(world.export("risk_cell", "weekly"))
    assert {
        (row["area"], row["week"], row["family"]): row["reports"] for row in weekly if row["reports"].isdigit()
    } == {
        ("Lemba North", "2026-W46", "A5"): "1",
        ("Lemba North", "2026-W46", "A7"): "1",
        ("Lemba North", "2026-W46", "E"): "1",
    }
    for role in ("risk_cell", "hr_section"):
        assert [row["report_id"] for row in rows(world.export(role, "reports"))] == [report_id], role


def test_no_word_of_a_sealed_report_stands_anywhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report, words = canary_report()
    path = world.base / "in" / "report.json"
    path.parent.mkdir()
    path.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    watched_tmp = world.base / "watched-tmp"
    watched_tmp.mkdir()
    monkeypatch.setenv("TMPDIR", str(watched_tmp))
    tempfile.tempdir = None

    home = world.enrol("canary")
    outputs = [world.tablet(home, "record", str(path)).stderr]
    world.tablet(home, "sync")
    outputs.append(
        run("fieldapp", "--home", str(home), "record", str(path), "--passphrase-file", str(path), ok=False).stderr
    )
    world.pull("risk_cell")
    world.pull("custodian")

    # the facts of an ordinary report stay readable for 14 days, but only with the passphrase: sealed on disk
    for folder in (home, world.mission / "relay", world.mission / "desks", watched_tmp):
        assert find(folder, words) == []
    assert find(world.base / "in", words), "the finder finds what is there"
    logs = (world.base / "relay.log").read_text(encoding="utf-8") + "".join(outputs)
    assert not [word for word in words if word in logs]


def test_two_tablets_at_once_and_a_tablet_twice_store_each_report_once(world: World) -> None:
    homes = [world.enrol("one"), world.enrol("two")]
    ids = {home: [world.record(home, INCIDENT) for _ in range(3)] for home in homes}
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda home: world.tablet(home, "sync", ok=False).returncode, homes))
    assert ends == [0, 0]
    for home in homes:
        world.tablet(home, "sync")
    world.pull("risk_cell")
    stored = sorted(row["report_id"] for row in rows(world.export("risk_cell", "reports")))
    assert stored == sorted(one for each in ids.values() for one in each)


def test_what_the_relay_acknowledged_survives_its_sudden_death(world: World) -> None:
    home = world.enrol("one")
    first = world.record(home, INCIDENT)
    world.tablet(home, "sync")
    assert world.relay is not None
    world.relay.stop(signal.SIGKILL)
    second = world.record(home, INCIDENT)
    down = world.tablet(home, "sync", ok=False)
    assert down.returncode == 6
    assert "safe" in down.stderr
    world.start_relay()
    world.tablet(home, "sync")
    world.pull("risk_cell")
    assert {row["report_id"] for row in rows(world.export("risk_cell", "reports"))} == {first, second}
    assert world.relay.stop() == 0


def test_bad_reports_get_one_clear_sentence_and_lose_nothing(world: World) -> None:
    home = world.enrol("one")
    kept = world.record(home, INCIDENT)
    good = INCIDENT.read_text(encoding="utf-8")
    bad = {
        "ten megabytes": '{"form": "' + "x" * 10_000_000 + '"}',
        "a thousand deep": "[" * 1000 + "]" * 1000,
        "a key twice": good.replace('"form": 1,', '"form": 1, "form": 1,', 1),
        "not a number": good.replace("3.2841907", "NaN"),
        "an unknown field": good.replace('"form": 1,', '"form": 1, "colour": "zqsecret",', 1),
        "bidi controls": good.replace("Kessa ford", "Kessa\u202eford"),
        "no place": good.replace('"name": "Kessa ford"', '"name": ""'),
        "no JSON": "zqsecret",
        "not UTF-8": None,
        "SEA by personnel": good.replace("A701", "A413"),
    }
    for name, text in bad.items():
        path = world.base / "bad.json"
        path.write_bytes(b"\xff\xfe{}" if text is None else text.encode("utf-8", "surrogatepass"))
        done = world.tablet(home, "record", str(path), ok=False)
        assert done.returncode == (8 if name == "SEA by personnel" else 3), (name, done.stderr)
        assert done.stdout.strip() == "", name
        assert "zqsecret" not in done.stderr, name
        assert 20 < len(done.stderr) < 1200, name
        assert "Traceback" not in done.stderr, name
    assert [row["id"] for row in world.status(home)["reports"]] == [kept]  # type: ignore[index,union-attr]

    arabic = good.replace("2026-11-~09", "٢٠٢٦-١١-~٠٩")
    path.write_text(arabic, encoding="utf-8")
    world.tablet(home, "record", str(path))


def test_the_wrong_passphrase_invitation_folder_or_port_is_told_apart(world: World) -> None:
    home = world.enrol("one")
    wrong = world.base / "wrong.txt"
    wrong.write_text("seven other words that open nothing here\n", encoding="utf-8")
    assert (
        run("fieldapp", "--home", str(home), "status", "--json", "--passphrase-file", str(wrong), ok=False).returncode
        == 4
    )
    assert run("sync_server", "devices", str(world.mission), "--passphrase-file", str(wrong), ok=False).returncode == 4
    assert world.server("mission", "init", str(world.mission), "--name", "Again", ok=False).returncode == 3
    used = world.tablet(world.base / "second", "enrol", str(world.base / "one.invitation"), ok=False)
    assert used.returncode in (3, 8)
    assert "invitation" in used.stderr.lower()
    assert world.relay is not None
    port = world.relay.url.rsplit(":", 1)[1]
    taken = run("sync_server", "relay", str(world.mission / "relay"), "--port", port, ok=False)
    assert taken.returncode in (6, 8)
    vault = home / "vault.db"
    vault.write_bytes(vault.read_bytes()[:100])
    assert world.tablet(home, "status", "--json", ok=False).returncode == 5


def test_a_revoked_tablet_is_listed_and_its_later_reports_stay_out_of_the_table(world: World) -> None:
    home = world.enrol("one")
    before = world.record(home, INCIDENT)
    world.tablet(home, "sync")
    world.pull("risk_cell")
    device = json.loads(world.server("devices", str(world.mission), "--json").stdout)[0]
    assert device["label"] == "one"
    world.server("revoke", str(world.mission), device["id"])
    assert json.loads(world.server("devices", str(world.mission), "--json").stdout)[0]["status"] == "revoked"
    world.record(home, INCIDENT)
    world.tablet(home, "sync")
    world.pull("risk_cell")
    weekly = rows(world.export("risk_cell", "weekly"))
    assert {row["reports"] for row in weekly if row["family"] == "A7"} == {"1"}
    assert before in {row["report_id"] for row in rows(world.export("risk_cell", "reports"))}


def test_an_area_that_the_mission_does_not_have_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path, areas=ROOT / "assets" / "scenario" / "areas.geojson")
    world.start_relay()
    try:
        home = world.enrol("one")
        world.record(home, INCIDENT)
        elsewhere = incident()
        elsewhere["incident"]["place"]["adm1"] = "Nowhere at all"
        path = tmp_path / "elsewhere.json"
        path.write_text(json.dumps(elsewhere), encoding="utf-8")
        assert world.tablet(home, "record", str(path), ok=False).returncode == 3
    finally:
        world.close()


def test_a_pull_that_is_killed_half_way_loses_and_doubles_nothing(world: World) -> None:
    home = world.enrol("one")
    ids = sorted(world.record(home, INCIDENT) for _ in range(12))
    world.tablet(home, "sync")
    assert world.relay is not None
    desk = world.mission / "desks" / "risk_cell"
    command = ["desk-pull", str(desk), "--relay", world.relay.url, "--passphrase-file", str(world.secret)]
    # Killed as soon as the store has grown by so much: before, during and after its transactions.
    for grown in (1, 40_000, 150_000):
        pull = subprocess.Popen([sys.executable, "-m", "sync_server", *command], cwd=ROOT, stdout=subprocess.DEVNULL)
        while pull.poll() is None and _size(desk) < grown:
            pass
        pull.kill()
        assert pull.wait(timeout=30) in (0, -signal.SIGKILL)
    world.pull("risk_cell")
    assert sorted(row["report_id"] for row in rows(world.export("risk_cell", "reports"))) == ids
    weekly = rows(world.export("risk_cell", "weekly"))
    assert {row["reports"] for row in weekly} == {"12"}


def _size(desk: Path) -> int:
    size = 0
    for path in desk.glob("store.db*"):
        with contextlib.suppress(FileNotFoundError):  # the write-ahead log goes when a pull ends by itself
            size += path.stat().st_size
    return size
