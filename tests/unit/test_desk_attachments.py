"""Attachments at a desk: what is listed comes, opens and is given out; everything else is an alarm, never silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from firsthand.errors import Exists, Malformed, NoNetwork, NotFound, RelayRefused
from firsthand.ids import report_id_text
from firsthand.protocol import attachment, erase
from firsthand.protocol.attachment import Custody, Entry, Sealer, Taken
from firsthand.protocol.envelope import Sealed, seal
from firsthand.protocol.manifest import ManifestDraft
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import device_id
from sync_server.desk.accounts import Accounts, add_account
from sync_server.desk.attachments import CUSTODY_NAME, LATE_DAYS, contents, give_out
from sync_server.desk.fetcher import Fetcher
from sync_server.desk.ingest import PullResult
from sync_server.desk.opening import listed_entries
from sync_server.desk.pages.app import make_app
from sync_server.desk.pages.context import Context
from sync_server.desk.shelf import Altered, Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_attachments import AttachmentStore, State
from sync_server.desk.store_people import PeopleStore
from tests.support.desk_world import Dice, Tablet, World, make_parts

CONTENTS = {0: b"photo " * 2000, 1: b"document " * 900}
REPORT_ID = b"R" * 16


@dataclass
class File:
    """A sealed attachment with all that its author knows."""

    entry: Entry
    data: bytes
    erase_key: bytes


def seal_file(dice: Dice, eid: bytes, number: int, content: bytes, medium: str = "photo") -> File:
    erase_key = dice.bytes(32)
    custody = Custody(number, medium, "camera", Taken(1_795_000_000, 60, "manual"))
    sealer = Sealer(
        eid=eid, key=dice.bytes(32), tag=erase.erase_tag(erase_key), media_type="image/jpeg", custody=custody
    )
    data = sealer.update(content) + b"".join(sealer.finish())
    return File(sealer.entry(), data, erase_key)


@dataclass
class Bench:
    """A world with one enrolled tablet and the custodian's desk."""

    world: World
    store: Store
    shelf: Shelf
    folder: Path
    tablet: Tablet
    files: list[File] = field(default_factory=list)
    reports: int = 0

    def report(self, *entries: Entry) -> int:
        """Seals and logs a report that lists attachments; entries default to two fresh ones."""
        erase_key = self.world.dice.bytes(32)
        eid = erase.erase_tag(erase_key)
        if not entries:
            self.files = [seal_file(self.world.dice, eid, number, data) for number, data in CONTENTS.items()]
            entries = tuple(file.entry for file in self.files)
        report_id = REPORT_ID if not self.reports else bytes([self.reports]) * 16
        self.reports += 1
        parts = make_parts(report_id)
        parts[4] = attachment.part_value(report_id, entries)
        return self.world.log.add(self._seal(parts, erase_key))

    def _seal(self, parts: list[Any], erase_key: bytes) -> Sealed:
        author, world = self.tablet, self.world
        scopes = dict.fromkeys(("C1", "C2", "C3", "C9p", "C10"), True)
        grants = world.policy.grants(
            scopes=scopes, basis=None, sensitive=False, children_counted=False, media=frozenset({"photo"})
        )
        draft = ManifestDraft(
            type="report",
            chain=author.chain,
            seq=author.seq,
            prev=author.prev,
            device=device_id(author.sign.public),
            day=20_800,
            directory=(1, bytes(32), False),
            checkpoint=(0, bytes(32)),
            supersedes=None,
        )
        sealed = seal(
            role_publics=[kem.public() for kem in world.kems],
            grants=grants,
            manifest=draft,
            parts=parts,
            erase_key=erase_key,
            signer=author.sign,
            entropy=world.dice,
        )
        author.seq, author.prev = author.seq + 1, sealed.object_hash
        return sealed

    def log(self, file: File, data: bytes | None = None) -> int:
        """An attachment reaches the relay, which then gives `data` for it."""
        self.world.log.objects[file.entry.object_hash] = file.data if data is None else data
        return self.world.log.add_leaf(Leaf.attachment(file.entry.object_hash, file.entry.tag))

    def pull(self, role: str = "custodian") -> PullResult:
        return self.world.ingest(self.store, role, self.shelf).pull()

    def states(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT state FROM attachment ORDER BY idx, number")]

    def alarms(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT code FROM alarm ORDER BY id")]

    def on_disk(self) -> set[str]:
        folder = self.folder / "attachments"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    world = World(11)
    store = world.store(tmp_path)
    tablet = world.tablet()
    world.log.add(tablet.enrol())
    yield Bench(world, store, Shelf(tmp_path / "attachments"), tmp_path, tablet)
    store.close()


def both(bench: Bench) -> None:
    """The honest way: report, attachments."""
    bench.report()
    for file in bench.files:
        bench.log(file)


# -- the honest way ---------------------------------------------------------------------------------------
def test_attachments_come_after_their_report_are_proven_and_lie_sealed(bench: Bench) -> None:
    both(bench)
    result = bench.pull()
    assert (result.reports, result.attachments, result.alarms) == (1, 2, 0)
    assert bench.states() == [State.HERE] * 2
    assert bench.on_disk() == {file.entry.object_hash.hex() for file in bench.files}
    for path in (bench.folder / "attachments").iterdir():
        assert b"photo photo" not in path.read_bytes()
    rows = AttachmentStore(bench.store).of_report(1)
    assert [b"".join(contents(bench.store, bench.shelf, row)) for row in rows] == list(CONTENTS.values())


def test_pulling_again_fetches_nothing_again(bench: Bench) -> None:
    both(bench)
    bench.pull()
    bench.world.log.objects.clear()
    assert bench.pull().attachments == 0
    assert bench.states() == [State.HERE] * 2


def test_an_attachment_may_come_before_its_report_or_long_after_it(bench: Bench) -> None:
    erase_key = bench.world.dice.bytes(32)
    early = seal_file(bench.world.dice, erase.erase_tag(erase_key), 0, CONTENTS[0])
    bench.log(early)
    assert bench.pull().alarms == 0
    both(bench)
    bench.world.log.leaves.pop()  # the second one is not there yet
    bench.pull()
    assert bench.states() == [State.HERE, State.AWAITED]
    bench.log(bench.files[1])
    bench.pull()
    assert bench.states() == [State.HERE] * 2
    assert bench.alarms() == []


def test_the_other_desks_pass_attachments_over_without_fetching_or_alarm(bench: Bench) -> None:
    both(bench)
    bench.world.log.objects[bench.files[0].entry.object_hash] = None
    result = bench.pull("risk_cell")
    assert (result.reports, result.attachments, result.alarms) == (1, 0, 0)
    assert bench.on_disk() == set()
    leaf_states = [row[0] for row in bench.store.all("SELECT state FROM leaf ORDER BY idx")]
    assert leaf_states[-2:] == ["attachment"] * 2


# -- tampered, swapped, missing ---------------------------------------------------------------------------
def test_tampered_bytes_are_an_alarm_and_the_right_ones_are_taken_later(bench: Bench) -> None:
    bench.report()
    first, second = bench.files
    bench.log(first, first.data[:-1] + bytes([first.data[-1] ^ 1]))
    bench.log(second)
    bench.pull()
    assert bench.states() == [State.MISSING, State.HERE]
    assert bench.alarms() == ["attachment-altered"]
    bench.world.log.objects[first.entry.object_hash] = first.data
    bench.pull()
    assert bench.states() == [State.HERE] * 2
    assert bench.alarms() == ["attachment-altered"], "what happened stays on record"


@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_that_are_cut_or_go_on_are_an_alarm(bench: Bench, change: int) -> None:
    bench.report()
    first = bench.files[0]
    bench.log(first, first.data[:change] if change < 0 else first.data + b"x")
    bench.pull()
    assert bench.states()[0] == State.MISSING
    assert bench.alarms() == ["attachment-altered"]
    assert bench.on_disk() == set()


def test_a_relay_that_exchanges_two_is_found_out(bench: Bench) -> None:
    bench.report()
    first, second = bench.files
    bench.log(first, second.data)
    bench.log(second, first.data)
    bench.pull()
    assert bench.states() == [State.MISSING] * 2
    assert bench.alarms() == ["attachment-altered"] * 2


def test_an_author_who_exchanges_two_is_found_out(bench: Bench) -> None:
    bench.report()
    first, second = bench.files
    swapped = [
        replace(
            one.entry,
            object_hash=other.entry.object_hash,
            tag=other.entry.tag,
            object_length=len(other.data),
            length=other.entry.length,
        )
        for one, other in ((first, second), (second, first))
    ]
    bench.report(*swapped)
    for file in (first, second):
        bench.log(file)
    bench.pull()
    assert bench.states() == [State.HERE, State.HERE, State.UNOPENABLE, State.UNOPENABLE]
    assert bench.alarms() == ["attachment-unopenable"] * 2


def test_what_the_log_holds_and_the_relay_does_not_give_is_an_alarm(bench: Bench) -> None:
    both(bench)
    bench.world.log.objects[bench.files[0].entry.object_hash] = None
    bench.pull()
    assert bench.states() == [State.MISSING, State.HERE]
    assert bench.alarms() == ["attachment-missing"]


def test_what_never_comes_is_an_alarm_after_thirty_days(bench: Bench) -> None:
    bench.report()
    bench.pull()
    assert bench.alarms() == []
    bench.world.hands.at_s += LATE_DAYS * 86_400 + 1
    bench.pull()
    bench.pull()
    assert bench.states() == [State.AWAITED] * 2
    assert bench.alarms() == ["attachment-late"] * 2


def test_another_tag_in_the_log_than_in_the_report_is_an_alarm(bench: Bench) -> None:
    bench.report()
    first = bench.files[0]
    bench.log(replace(first, entry=replace(first.entry, tag=bytes(16))))
    bench.pull()
    assert bench.states()[0] == State.UNOPENABLE
    assert bench.alarms() == ["attachment-unopenable"]


def test_an_envelope_is_not_taken_for_an_attachment(bench: Bench) -> None:
    """A leaf of an envelope that bears an attachment's hash proves nothing about the attachment."""
    bench.report()
    first = bench.files[0]
    bench.world.log.objects[first.entry.object_hash] = first.data
    bench.world.log.add_leaf(Leaf.envelope(first.entry.object_hash, first.entry.tag))
    bench.pull()
    assert bench.states()[0] == State.AWAITED
    assert "malformed-object" in bench.alarms()


def test_a_list_that_is_not_in_its_form_is_an_alarm(bench: Bench) -> None:
    bench.report()
    bench.report(replace(bench.files[0].entry, length=bench.files[0].entry.length + 5000))
    bench.pull()
    assert bench.alarms() == ["unopenable"]


def test_one_number_for_an_original_and_a_copy_is_no_list(bench: Bench) -> None:
    bench.report()
    one, two = (file.entry for file in bench.files)
    parts = {"attachments": attachment.part_value(REPORT_ID, [one])}
    copy = replace(two, custody=Custody(7, "photo"))
    facts = {"copies": [attachment.encode_entry(copy)]}
    assert listed_entries(parts | {"facts": facts}) == [(one, False), (copy, True)]
    clash = replace(copy, custody=Custody(one.custody.number, "photo"))
    with pytest.raises(Malformed):
        listed_entries(parts | {"facts": {"copies": [attachment.encode_entry(clash)]}})


def test_a_line_that_breaks_leaves_the_rest_for_the_next_pull(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    both(bench)
    honest, calls = bench.world.log.download, iter(range(9))

    def broken(name: bytes) -> Iterator[bytes]:
        if next(calls) == 1:
            yield b"x"
            raise NoNetwork
        yield from honest(name)

    monkeypatch.setattr(bench.world.log, "download", broken)
    with pytest.raises(NoNetwork):
        bench.pull()
    assert sorted(bench.states()) == [State.AWAITED, State.HERE]
    bench.pull()
    assert bench.states() == [State.HERE] * 2


def test_a_refusal_that_is_not_about_this_one_stops_the_pull(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    both(bench)

    def refuse(_name: bytes) -> Iterator[bytes]:
        raise RelayRefused("busy", status=503)
        yield b""

    monkeypatch.setattr(bench.world.log, "download", refuse)
    with pytest.raises(RelayRefused):
        bench.pull()
    assert bench.alarms() == []


# -- erased -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_its_author_erased_goes_from_the_disk(bench: Bench, when: str) -> None:
    both(bench)
    if when == "after":
        bench.pull()
    file = bench.files[0]
    bench.world.log.objects[file.entry.object_hash] = None
    bench.world.log.add_leaf(Leaf.tombstone(file.entry.object_hash, file.erase_key))
    bench.pull()
    assert bench.states() == [State.ERASED, State.HERE]
    assert bench.on_disk() == {bench.files[1].entry.object_hash.hex()}
    assert bench.alarms() == []


def test_a_tombstone_that_proves_nothing_erases_nothing(bench: Bench) -> None:
    both(bench)
    bench.pull()
    bench.world.log.add_leaf(Leaf.tombstone(bench.files[0].entry.object_hash, bytes(32)))
    bench.pull()
    assert bench.states() == [State.HERE] * 2
    assert bench.alarms() == ["false-tombstone"]


# -- giving out -------------------------------------------------------------------------------------------
def test_a_person_gets_the_files_with_what_proves_their_custody(bench: Bench, tmp_path: Path) -> None:
    both(bench)
    bench.pull()
    out = tmp_path / "out" / "deep"
    given = give_out(bench.store, bench.shelf, report_id_text(REPORT_ID), out)
    assert [each.name for each in given] == ["attachment-0.jpg", "attachment-1.jpg"]
    assert [(out / each.name).read_bytes() for each in given] == list(CONTENTS.values())
    facts = json.loads((out / CUSTODY_NAME).read_text())
    assert [line["sha256"] for line in facts] == [sha256(data).hexdigest() for data in CONTENTS.values()]
    assert (facts[0]["came"], facts[0]["taken_at"], facts[0]["state"]) == ("camera", 1_795_000_000, "here")
    assert {path.stat().st_mode & 0o077 for path in out.iterdir()} == {0}


def test_what_is_not_here_is_said_and_not_written(bench: Bench, tmp_path: Path) -> None:
    both(bench)
    bench.world.log.objects[bench.files[0].entry.object_hash] = None
    bench.pull()
    given = give_out(bench.store, bench.shelf, report_id_text(REPORT_ID), tmp_path / "out")
    assert [(each.row.state, each.name) for each in given] == [
        (State.MISSING, ""),
        (State.HERE, "attachment-1.jpg"),
    ]


def test_nothing_is_written_over(bench: Bench, tmp_path: Path) -> None:
    both(bench)
    bench.pull()
    out = tmp_path / "out"
    out.mkdir()
    (out / "attachment-0.jpg").write_bytes(b"mine")
    with pytest.raises(Exists):
        give_out(bench.store, bench.shelf, report_id_text(REPORT_ID), out)
    assert (out / "attachment-0.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize("harm", ["flipped", "gone"])
def test_a_file_that_was_hurt_on_the_desks_disk_is_not_given_out_half_and_is_fetched_again(
    bench: Bench, tmp_path: Path, harm: str
) -> None:
    both(bench)
    bench.pull()
    path = bench.folder / "attachments" / bench.files[0].entry.object_hash.hex()
    path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(Altered):
        give_out(bench.store, bench.shelf, report_id_text(REPORT_ID), tmp_path / "out")
    assert not (tmp_path / "out" / "attachment-0.jpg").exists()
    bench.pull()
    assert len(give_out(bench.store, bench.shelf, report_id_text(REPORT_ID), tmp_path / "again")) == 2


@pytest.mark.parametrize("report", ["x", report_id_text(b"S" * 16)])
def test_a_report_that_is_not_here_has_nothing_to_give(bench: Bench, tmp_path: Path, report: str) -> None:
    with pytest.raises(NotFound):
        give_out(bench.store, bench.shelf, report, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# -- older stores -----------------------------------------------------------------------------------------
def test_a_store_from_before_there_were_attachments_gains_their_table(tmp_path: Path) -> None:
    key = bytes(range(32))
    store = Store.open(tmp_path / "store.db", key)
    store.execute("DROP TABLE attachment")
    store.execute("PRAGMA user_version = 1")
    store.close()
    again = Store.open(tmp_path / "store.db", key)
    assert AttachmentStore(again).wanted() == []
    again.close()


# -- pages ------------------------------------------------------------------------------------------------
HOST, NAME, PASSWORD = "127.0.0.1:8450", "Custodian 1", "seven quiet rivers"


def signed_in(bench: Bench) -> TestClient:
    people = PeopleStore(bench.store)
    add_account(people, NAME, PASSWORD, 1)
    accounts = Accounts(people, bench.world.hands)
    context = Context(
        "custodian",
        bench.store,
        bench.world.hands,
        bench.world.directory,
        Fetcher(None),
        accounts,
        shelf=bench.shelf,
    )
    client = TestClient(make_app(context, frozenset({HOST})), base_url=f"http://{HOST}", follow_redirects=False)
    assert client.post("/sign-in", data={"name": NAME, "password": PASSWORD}).status_code == 303
    return client


def test_the_page_of_a_report_lists_attachments_and_saves_what_is_here(bench: Bench) -> None:
    both(bench)
    bench.world.log.objects[bench.files[1].entry.object_hash] = None
    bench.pull()
    client = signed_in(bench)
    assert [client.get(path).status_code for path in ("/inbox", "/inbox/preview/1")] == [200, 200]
    page = client.get("/report/1").text  # without facts or account, which the custodian is not given
    assert "image/jpeg" in page
    assert "built-in" not in page
    assert page.count("You are not given this key") == 2, "facts and account"
    assert "here, checked" in page
    assert "missing at the relay" in page
    assert "/report/1/attachment/0" in page
    assert "/report/1/attachment/1" not in page
    answer = client.get("/report/1/attachment/0")
    assert answer.content == CONTENTS[0]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="attachment-0.jpg"'
    assert answer.headers["cache-control"] == "no-store"
    taken = [entry for entry in PeopleStore(bench.store).journal(10) if entry.action == "attachment"]
    assert [(entry.person, entry.subject) for entry in taken] == [(NAME, "1/0")]


@pytest.mark.parametrize("path", ["/report/1/attachment/1", "/report/1/attachment/7", "/report/9/attachment/0"])
def test_what_is_not_here_is_not_saved(bench: Bench, path: str) -> None:
    both(bench)
    bench.world.log.objects[bench.files[1].entry.object_hash] = None
    bench.pull()
    assert signed_in(bench).get(path).status_code == 404


def test_nobody_saves_without_signing_in(bench: Bench) -> None:
    both(bench)
    bench.pull()
    client = signed_in(bench)
    client.cookies.clear()
    assert client.get("/report/1/attachment/0").status_code == 303
