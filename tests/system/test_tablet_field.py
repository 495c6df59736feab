"""What an officer holds in the field, in real processes up to the desks: attachments, panic and back, returns."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.__main__ import SystemClock, SystemEntropy
from fieldapp.flows import draft
from fieldapp.flows.ports import Ports
from fieldapp.flows.unlock import Tablet
from sync_server.admin.photo import draw_photo
from tests.support.spine import PASSPHRASE, World, run

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("field")]
EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"
CANARY = "qvz7canaryplover"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("field"))
    made.start_relay()
    yield made
    for server in made.servers:
        server.stop()


def test_an_original_reaches_the_custodian_whole_and_nothing_of_it_lies_on_the_way(
    world: World, tmp_path: Path
) -> None:
    home, photo = world.enrol("Photo 1"), draw_photo(tmp_path / f"{CANARY}.jpg")
    sealed = world.tablet(home, "record", str(EXAMPLES / "own-observation.json"), "--attach", str(photo))
    report = sealed.stdout.split()[-1]
    world.tablet(home, "sync", "--attachments")
    world.pull("custodian")
    out = tmp_path / "originals"
    world.server("desk-attachments", str(world.mission / "desks" / "custodian"), report, "--out", str(out))
    given = [path for path in out.iterdir() if path.suffix == ".jpg"]
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in given}
    assert hashlib.sha256(photo.read_bytes()).hexdigest() in digests
    piece = photo.read_bytes()[2000:2040]
    for folder in (home, world.mission / "relay"):
        for path in folder.rglob("*"):
            assert CANARY not in path.name
            if path.is_file():
                data = path.read_bytes()
                assert piece not in data, path.name
                assert CANARY.encode() not in data, path.name


def test_panic_closes_drafts_and_the_custodians_file_opens_them_again(world: World, tmp_path: Path) -> None:
    home = world.enrol("Panic 1")
    with Tablet.open(home, PASSPHRASE, Ports(SystemClock(), SystemEntropy())) as tablet:
        name = draft.start(tablet, "incident")
        draft.save(tablet, name, {"form": 2, "kind": "incident", "note": CANARY})

    def states() -> list[str]:
        return [row["state"] for row in json.loads(world.tablet(home, "drafts", "--json").stdout)]

    assert states() == ["open"]
    run("fieldapp", "--home", str(home), "panic")  # no passphrase: there is no time for one
    assert states() == ["panicked"]
    world.tablet(home, "sync")
    custodian = world.mission / "desks" / "custodian"
    early = world.server("desk-return", str(custodian), "Panic 1", "--out", str(tmp_path / "early"), ok=False)
    assert early.returncode != 0, "the desk has not fetched the halves yet"
    world.pull("custodian")
    file = tmp_path / "return.firsthand"
    world.server("desk-return", str(custodian), "Panic 1", "--out", str(file))
    world.tablet(home, "import", str(file))
    assert states() == ["open"]
    with Tablet.open(home, PASSPHRASE, Ports(SystemClock(), SystemEntropy())) as tablet:
        assert draft.load(tablet, name)["note"] == CANARY
    again = world.tablet(home, "import", str(file), ok=False)
    assert again.returncode in {0, 8}, again.stderr
    stranger = world.enrol("Panic 2")
    foreign = world.tablet(stranger, "import", str(file), ok=False)
    assert foreign.returncode not in {0, 1}
    assert "Traceback" not in foreign.stderr


def test_calm_and_out_of_reach_are_two_things_at_the_desk(world: World, tmp_path: Path) -> None:
    home = world.enrol("Returns 1")
    for name in ("nil-return", "not-reachable"):
        world.record(home, EXAMPLES / f"{name}.json")
    world.tablet(home, "sync")
    world.pull("risk_cell")
    rows = list(csv.DictReader(world.export("risk_cell", "coverage").read_text(encoding="utf-8").splitlines()))
    said = {name: json.loads((EXAMPLES / f"{name}.json").read_bytes()) for name in ("nil-return", "not-reachable")}
    areas = {name: report["incident"]["place"]["adm1"] for name, report in said.items()}
    assert ("nil", "") in {(row["state"], row["reason"]) for row in rows if row["area"] == areas["nil-return"]}
    reason = said["not-reachable"]["coverage"]["reason"]
    found = {(row["state"], row["reason"]) for row in rows if row["area"] == areas["not-reachable"]}
    assert ("not_reachable", reason) in found


@pytest.mark.parametrize(
    ("name", "content"), [("folder", None), ("empty.jpg", b""), ("program.exe", b"MZ\x90\x00" + bytes(64))]
)
def test_an_attachment_that_cannot_be_taken_is_one_sentence_and_nothing_is_sealed(
    world: World, tmp_path: Path, name: str, content: bytes | None
) -> None:
    home, file = world.enrol(f"Bad {name}"), tmp_path / name
    file.mkdir() if content is None else file.write_bytes(content)
    done = world.tablet(home, "record", str(EXAMPLES / "own-observation.json"), "--attach", str(file), ok=False)
    assert done.returncode in {2, 3}
    assert len(done.stderr.strip().splitlines()) == 1
    assert world.status(home)["reports"] == []
