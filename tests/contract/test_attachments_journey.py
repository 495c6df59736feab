"""The whole way of an attachment: camera, tablet, a real relay, the custodian's desk, a folder for the court."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldapp.flows import attach, draft
from fieldapp.flows.seal import record, seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.attachments import Outcome
from fieldapp.sync.carriers.http import HttpCarrier
from fieldapp.sync.worker import sync
from firsthand.errors import NoNetwork, NotFound
from sync_server.desk import main as desk
from sync_server.desk.ingest import PullResult
from sync_server.desk.shelf import Altered
from sync_server.desk.store_attachments import State
from sync_server.ports import Ports as ServerPorts
from tests.support import canary
from tests.support.attachments import Endless, jpeg, put, with_scopes
from tests.support.relay_fixture import RelayProcess, running_relay
from tests.support.tablets import PASSPHRASE, SeededEntropy, SetClock, as_json, mission, tablet

pytestmark = pytest.mark.slow

SECRET = "canary-beneath-a-photo"


@dataclass
class Journey:
    """A tablet, a running relay with its folder, and the folders of desks."""

    tablet: Tablet
    relay: RelayProcess
    relay_folder: Path
    desks: Path

    def hand_in(self) -> Outcome:
        with HttpCarrier(self.relay.url, self.tablet.ports.clock) as carrier:
            return sync(self.tablet, carrier, lambda _: None, attachments=True).attachments

    def pull(self, role: str = "custodian") -> PullResult:
        return desk.pull(self.desks / role, self.relay.url, PASSPHRASE, self.ports)

    def give(self, report: str, out: Path, role: str = "custodian") -> list[desk.Given]:
        return desk.give_attachments(self.desks / role, report, out, PASSPHRASE, self.ports)

    @property
    def ports(self) -> ServerPorts:
        return ServerPorts(SetClock(), SeededEntropy("desk"))


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    source = mission().folder
    with tablet(tmp_path) as own:
        folder = Path(shutil.copytree(source.relay_folder, tmp_path / "relay"))
        desks = Path(shutil.copytree(source.path / "desks", tmp_path / "desks"))
        with running_relay(folder) as relay:
            yield Journey(own, relay, folder, desks)


def test_a_photo_travels_from_the_camera_to_the_court_and_nobody_else_reads_it(
    journey: Journey, tmp_path: Path
) -> None:
    made, photo = journey.tablet, jpeg(comment=SECRET.encode())
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, with_scopes(C9p="yes"))
    attach.add(made, draft_id, io.BytesIO(photo), media="photo", came="camera")
    report = seal_draft(made, draft_id)
    assert journey.hand_in() == Outcome(logged=2)
    assert journey.pull().attachments == 1
    (given,) = journey.give(report, tmp_path / "court")
    assert (tmp_path / "court" / given.name).read_bytes() == photo
    (line,) = json.loads((tmp_path / "court" / "custody.json").read_text())
    assert (line["sha256"], line["came"]) == (hashlib.sha256(photo).hexdigest(), "camera")

    assert journey.pull("risk_cell").attachments == 1
    (copy,) = journey.give(report, tmp_path / "copies", "risk_cell")
    assert copy.row.is_copy
    assert SECRET.encode() not in (tmp_path / "copies" / copy.name).read_bytes()
    assert canary.find(journey.relay_folder, [SECRET]) == []
    assert canary.find(journey.desks, [SECRET]) == []


def test_a_large_recording_goes_in_small_memory(journey: Journey, tmp_path: Path) -> None:
    made, size = journey.tablet, 40 << 20
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, with_scopes())
    one = attach.add(made, draft_id, Endless(b"%PDF-1.4", size), media="document")  # type: ignore[arg-type]
    report = seal_draft(made, draft_id)
    before = peak_of(journey.relay)
    assert journey.hand_in() == Outcome(logged=1)
    assert peak_of(journey.relay) - before < 12 << 20
    assert journey.pull().attachments == 1
    (given,) = journey.give(report, tmp_path / "out")
    with (tmp_path / "out" / given.name).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").digest() == one.sha256


def peak_of(relay: RelayProcess) -> int:
    """Most bytes that the relay has had in memory."""
    lines = Path(f"/proc/{relay.process.pid}/status").read_text(encoding="utf-8").splitlines()
    (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return peak * 1024


def test_attachments_wait_for_a_relay_that_was_killed_and_are_stored_once(journey: Journey, tmp_path: Path) -> None:
    files = [put(tmp_path, f"{n}.jpg", jpeg(n)) for n in range(3)]
    report = record(journey.tablet, as_json(with_scopes(C9p="yes", C2="no")), files)
    journey.relay.process.kill()
    journey.relay.process.wait()
    with pytest.raises(NoNetwork):
        journey.hand_in()
    with running_relay(journey.relay_folder) as relay:
        journey.relay = relay
        assert journey.hand_in() == Outcome(logged=3)
        assert journey.hand_in() == Outcome()
        assert len(list((journey.relay_folder / "objects").iterdir())) == 3
        assert journey.pull().attachments == 3
        assert journey.pull("risk_cell").attachments == 0, "no C2: no copies"
    with pytest.raises(NotFound):
        journey.give(report, tmp_path / "nothing", "risk_cell")
    given = journey.give(report, tmp_path / "out")
    assert [(tmp_path / "out" / each.name).read_bytes() for each in given] == [path.read_bytes() for path in files]


@pytest.mark.parametrize("harm", ["tampered", "swapped", "gone"])
def test_a_relay_that_does_harm_to_its_disk_is_found_out_by_the_desk(
    journey: Journey, tmp_path: Path, harm: str
) -> None:
    files = [put(tmp_path, f"{n}.jpg", jpeg(n)) for n in range(2)]
    report = record(journey.tablet, as_json(with_scopes(C9p="yes", C2="no")), files)
    journey.hand_in()
    one, other = sorted((journey.relay_folder / "objects").iterdir())
    if harm == "gone":
        one.unlink()
    elif harm == "tampered":
        one.write_bytes(one.read_bytes()[:-1] + b"\0")
    else:
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)
    harmed = 2 if harm == "swapped" else 1
    result = journey.pull()
    assert (result.attachments, result.alarms) == (2 - harmed, harmed)
    given = journey.give(report, tmp_path / "out")
    assert [each.row.state for each in given].count(State.MISSING) == harmed
    assert journey.pull().alarms == 0, "one alarm for one harm"


def test_a_sealed_file_that_is_hurt_at_the_desk_is_not_given_out(journey: Journey, tmp_path: Path) -> None:
    report = record(journey.tablet, as_json(with_scopes(C9p="yes", C2="no")), [put(tmp_path, "a.jpg", jpeg())])
    journey.hand_in()
    journey.pull()
    (stored,) = (journey.desks / "custodian" / "attachments").iterdir()
    stored.write_bytes(stored.read_bytes()[:-1] + b"\0")
    with pytest.raises(Altered):
        journey.give(report, tmp_path / "out")
    assert journey.pull().attachments == 1, "the relay still has it"
    assert len(journey.give(report, tmp_path / "again")) == 1
