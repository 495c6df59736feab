"""Attachments at the seal: who gets them, what goes with the draft, and that nothing is half done."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fieldapp.flows import attach, draft, evidence, outbox
from fieldapp.flows import seal as sealing
from fieldapp.flows.form.left_out import left_out
from fieldapp.flows.review import review
from fieldapp.flows.seal import record, seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.blobs import Blobs, DamagedBlob
from fieldapp.vault.records import State
from firsthand import errors
from firsthand.protocol import attachment, envelope, erase
from firsthand.protocol.attachment import Entry, Opener
from tests.support import canary
from tests.support.attachments import PDF, blob_files, jpeg, put, wav, with_scopes
from tests.support.tablets import as_json, example, mission, reopen, tablet

FILM = b"\0\0\0\x18ftypisom" + bytes(3000)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        yield own


def draft_with(made: Tablet, report: dict[str, Any], *files: tuple[bytes, attach.Media]) -> draft.DraftId:
    """A draft in which files were attached before anybody asked."""
    draft_id = draft.start(made, str(report["kind"]))
    for data, media in files:
        attach.add(made, draft_id, io.BytesIO(data), media=media)
    draft.save(made, draft_id, report)
    return draft_id


def opened(made: Tablet, role: str) -> envelope.Opened:
    """The newest envelope as a role's desk opens it."""
    item = made.custody.unsent_items()[-1]
    data = made.custody.envelope(made.custody.row_id(item.object_hash))
    return envelope.open_slot(data, made.policy.roles.index(role), [mission().role_secret(role)])


def content_of(made: Tablet, entry: Entry, eid: bytes) -> bytes:
    """An attachment from the tablet's disk, as a desk would open it after the way over the relay."""
    (found,) = [blob for blob in Blobs(made.home, made.vault).rows() if blob.object_hash == entry.object_hash]
    with Blobs(made.home, made.vault).open(found.id) as source:
        opener = Opener(entry, eid)
        return opener.update(source.read()) + opener.finish()


# -- who gets what ----------------------------------------------------------------------------------------
def test_the_custodian_alone_opens_the_originals_and_finds_their_custody(made: Tablet) -> None:
    data = jpeg()
    seal_draft(made, draft_with(made, with_scopes(C9p="yes"), (data, "photo"), (PDF, "document")))
    found = opened(made, "custodian")
    entries = attachment.parse_part(found.parts["attachments"])
    assert [content_of(made, entry, found.eid) for entry in entries] == [data, PDF]
    assert entries[0].content_hash == hashlib.sha256(data).digest()
    assert entries[0].custody.taken is not None
    assert entries[0].custody.taken.unix_s == made.ports.clock.now_s()
    for role in ("risk_cell", "hr_section", "focal_point"):
        assert "attachments" not in opened(made, role).parts


def test_readers_of_the_facts_get_a_copy_without_metadata_under_its_own_key(made: Tablet) -> None:
    original = jpeg(comment=b"CANARY of a camera")
    seal_draft(made, draft_with(made, with_scopes(C9p="yes", C9a="yes"), (original, "photo"), (wav(), "audio")))
    found = opened(made, "risk_cell")
    copies = attachment.parse_entries(found.parts["facts"]["copies"])  # type: ignore[index, call-overload]
    assert [entry.custody.medium for entry in copies] == ["photo", "audio"]
    photo = content_of(made, copies[0], found.eid)
    assert b"CANARY" not in photo
    with Image.open(io.BytesIO(photo)) as picture:
        assert picture.size == (64, 48)
    originals = attachment.parse_part(opened(made, "custodian").parts["attachments"])
    names = {(entry.key, entry.object_hash, entry.tag, entry.custody.number) for entry in (*originals, *copies)}
    assert all(len({name[place] for name in names}) == 4 for place in range(4)), "nothing is shared or linked"
    assert originals[0].content_hash != copies[0].content_hash


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (with_scopes(C9p="yes", C2="no", C10="yes"), "the facts are not shared"),
        (with_scopes("sexual-violence", C9p="yes"), "a face must not follow a sensitive report"),
    ],
)
def test_there_is_no_copy_where(made: Tablet, report: dict[str, Any], why: str) -> None:
    seal_draft(made, draft_with(made, report, (jpeg(), "photo")))
    assert len(attachment.parse_part(opened(made, "custodian").parts["attachments"])) == 1
    assert len(blob_files(made.home)) == 1, why


def test_no_copy_of_what_cannot_be_cleaned(made: Tablet) -> None:
    broken = jpeg()[:300]
    seal_draft(made, draft_with(made, with_scopes(C9p="yes", C9v="yes"), (broken, "photo"), (FILM, "video")))
    assert "copies" not in opened(made, "risk_cell").parts["facts"]  # type: ignore[operator]
    assert len(attachment.parse_part(opened(made, "custodian").parts["attachments"])) == 2


def test_what_consent_does_not_cover_is_not_written_and_goes_with_the_draft(made: Tablet) -> None:
    draft_id = draft_with(made, with_scopes(C9p="no"), (jpeg(), "photo"), (PDF, "document"))
    seal_draft(made, draft_id)
    entries = attachment.parse_part(opened(made, "custodian").parts["attachments"])
    assert [entry.custody.medium for entry in entries] == ["document"]
    assert len(blob_files(made.home)) == 1
    assert made.vault.ids("attachments") == []


def test_without_any_covered_attachment_the_custodian_gets_no_part(made: Tablet) -> None:
    seal_draft(made, draft_with(made, with_scopes(C9p="no"), (jpeg(), "photo")))
    assert "attachments" not in opened(made, "custodian").parts
    assert blob_files(made.home) == []


def test_a_custodian_who_is_withheld_from_gets_no_attachment(made: Tablet) -> None:
    report = with_scopes(C9p="yes")
    report["consent"]["withhold"] = ["custodian"]
    seal_draft(made, draft_with(made, report, (jpeg(), "photo")))
    assert blob_files(made.home) == []


def test_nobody_interviewed_a_basis_covers(made: Tablet) -> None:
    seal_draft(made, draft_with(made, example("own-observation"), (FILM, "video")))
    (entry,) = attachment.parse_part(opened(made, "custodian").parts["attachments"])
    assert entry.media_type == "video/mp4"


# -- what stays on the tablet -----------------------------------------------------------------------------
def test_the_tablet_keeps_no_key_and_no_trace_of_what_it_sealed(made: Tablet, tmp_path: Path) -> None:
    secret = "canary-in-a-photo"
    report_id = seal_draft(made, draft_with(made, with_scopes(C9p="yes"), (jpeg(comment=secret.encode()), "photo")))
    assert "copies" not in outbox.facts(made.custody, report_id)
    found = opened(made, "custodian")
    keys = [entry.key.hex() for entry in attachment.parse_part(found.parts["attachments"])]
    copies = opened(made, "risk_cell").parts["facts"]["copies"]  # type: ignore[index, call-overload]
    keys += [entry.key.hex() for entry in attachment.parse_entries(copies)]
    assert made.vault.ids("attachments") == []
    rows = [str(row.value) for table in ("blobs", "reports", "facts", "state") for row in made.vault.rows(table)]
    assert not any(repr(bytes.fromhex(key)) in row for key in keys for row in rows)
    made.close()
    assert canary.find(made.home, [secret, *keys]) == []


def test_the_author_keeps_what_erases_each_attachment(made: Tablet) -> None:
    seal_draft(made, draft_with(made, with_scopes(C9p="yes"), (jpeg(), "photo")))
    made = reopen(made)
    item = made.custody.unsent_items()[-1]
    kept = Blobs(made.home, made.vault).of_report(made.custody.row_id(item.object_hash))
    assert len(kept) == 2, "the original and its copy"
    for blob in kept:
        erase.check(blob.tag, blob.erase_key)
        assert blob.state is State.SEALED
    assert len({item.tag, *(blob.tag for blob in kept)}) == 3
    made.close()


# -- all or nothing ---------------------------------------------------------------------------------------
def test_record_seals_a_report_with_its_files(made: Tablet, tmp_path: Path) -> None:
    files = [put(tmp_path, "a.jpg", jpeg()), put(tmp_path, "b.pdf", PDF)]
    record(made, as_json(with_scopes(C9p="yes")), files)
    assert len(attachment.parse_part(opened(made, "custodian").parts["attachments"])) == 2
    assert draft.list_drafts(made) == []


def test_record_with_one_file_that_cannot_be_taken_seals_nothing(made: Tablet, tmp_path: Path) -> None:
    good, bad, film = put(tmp_path, "a.jpg", jpeg()), put(tmp_path, "b", b""), put(tmp_path, "c.mp4", FILM)
    before = len(made.custody.unsent_items())
    with pytest.raises(attach.AttachmentEmpty):
        record(made, as_json(with_scopes(C9p="yes")), [good, bad])
    with pytest.raises(attach.AttachmentRefused):
        record(made, as_json(with_scopes(C9p="yes", C9v="no")), [good, film])
    unasked = with_scopes(C9p="yes")
    del unasked["consent"]["scopes"]["C9v"]
    with pytest.raises(attach.AttachmentRefused):
        record(made, as_json(unasked), [good, film])
    assert len(made.custody.unsent_items()) == before
    assert blob_files(made.home) == []
    assert draft.list_drafts(made) == []


def test_an_attachment_that_was_hurt_keeps_the_draft_from_being_sealed(made: Tablet) -> None:
    report = with_scopes(C9p="yes")
    draft_id = draft_with(made, report, (jpeg(), "photo"), (PDF, "document"))
    one, _ = attach.list_of(made, draft_id)
    path = made.home / "blobs-0" / one.id.hex()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    for _ in range(2):
        with pytest.raises(DamagedBlob):
            seal_draft(made, draft_id)
    assert draft.load(made, draft_id) == report
    path.unlink()
    with pytest.raises(DamagedBlob):
        seal_draft(made, draft_id)
    attach.remove(made, draft_id, one.id)
    seal_draft(made, draft_id)


def test_a_seal_that_fails_gives_the_attachments_back_to_the_draft(
    made: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = draft_with(made, with_scopes(C9p="yes"), (jpeg(), "photo"))
    before = attach.list_of(made, draft_id)

    def wrong(*_: object) -> None:
        raise errors.SelfCheckFailed

    monkeypatch.setattr(sealing, "self_check", wrong)
    with pytest.raises(errors.SelfCheckFailed):
        seal_draft(made, draft_id)
    assert len(blob_files(made.home)) == 1, "the copy is gone"
    monkeypatch.undo()
    made = reopen(made)
    assert attach.list_of(made, draft_id) == before
    seal_draft(made, draft_id)
    assert len(attachment.parse_part(opened(made, "custodian").parts["attachments"])) == 1
    made.close()


def test_a_disk_that_fills_up_at_the_copy_keeps_the_draft(made: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    draft_id = draft_with(made, with_scopes(C9p="yes", C9a="yes"), (jpeg(), "photo"), (wav(), "audio"))
    honest = evidence._seal_copy
    made_copies: list[Any] = []

    def full(*arguments: Any) -> Any:
        if made_copies:
            raise errors.DiskFull
        made_copies.append(honest(*arguments))
        return made_copies[0]

    monkeypatch.setattr(evidence, "_seal_copy", full)
    with pytest.raises(errors.DiskFull):
        seal_draft(made, draft_id)
    assert len(blob_files(made.home)) == len(attach.list_of(made, draft_id)) == 2


# -- the seal screen --------------------------------------------------------------------------------------
def test_the_review_says_what_the_seal_then_does(made: Tablet) -> None:
    report = with_scopes(C9p="yes", C9a="no")
    draft_id = draft_with(made, report, (jpeg(), "photo"), (wav(), "audio"), (PDF, "document"))
    seen = review(report, made, draft_id)
    assert [each.media for each in seen.attachments] == ["photo", "document"]
    assert [each.media for each in seen.copies] == ["photo"]
    assert [each.media for each in seen.dropped] == ["audio"]
    groups = {group.role: group for group in seen.groups}
    lines = [field for field in groups["custodian"].fields if field.part == "attachments"]
    assert [field.label for field in lines] == ["attachments.photo", "attachments.document"]
    assert lines[1].value == f"application/pdf · {len(PDF)}"
    assert [f.label for f in groups["risk_cell"].fields if f.label.startswith("copies")] == ["copies.photo"]
    assert "custodian" not in seen.withheld["attachments"]
    seal_draft(made, draft_id)
    entries = attachment.parse_part(opened(made, "custodian").parts["attachments"])
    assert [entry.custody.medium for entry in entries] == [each.media for each in seen.attachments]


def test_a_review_without_attachments_speaks_of_none(made: Tablet) -> None:
    seen = review(example(), made)
    assert seen.attachments == seen.copies == seen.dropped == ()
    assert all("attachments" not in group.parts for group in seen.groups)


def unasked(scope: str, report: dict[str, Any]) -> dict[str, Any]:
    del report["consent"]["scopes"][scope]
    return report


@pytest.mark.parametrize(
    ("report", "files", "left"),
    [
        (with_scopes(C9p="yes"), ((jpeg(), "photo"),), []),
        (
            unasked("C9v", with_scopes(C9p="no", C9a="later")),
            ((jpeg(), "photo"), (wav(), "audio"), (FILM, "video")),
            [("photo", 1, False, "refused"), ("audio", 2, False, "later"), ("video", 3, False, "unasked")],
        ),
        (with_scopes(C9p="yes", C9v="yes"), ((jpeg(), "photo"), (FILM, "video")), [("video", 2, True, "kind")]),
        (with_scopes(C9p="yes", C2="no", C10="yes"), ((jpeg(), "photo"),), [("photo", 1, True, "facts")]),
        (with_scopes("sexual-violence", C9p="yes"), ((jpeg(), "photo"),), [("photo", 1, True, "sensitive")]),
        (with_scopes(C9a="yes"), ((b"ID3\4" + bytes(3000), "audio"),), [("audio", 1, True, "large")]),
    ],
)
def test_what_is_not_written_is_told_with_its_reason_and_so_it_happens(
    made: Tablet, report: dict[str, Any], files: tuple[Any, ...], left: list[tuple[str, int, bool, str]]
) -> None:
    draft_id = draft_with(made, report, *files)
    told = left_out(report, review(report, made, draft_id), made.policy)
    assert [(each.media, each.number, each.sealed, each.why) for each in told] == left
    seal_draft(made, draft_id)
    gone = sum(not each.sealed for each in told)
    uncopied = sum(each.sealed for each in told)
    assert len(blob_files(made.home)) == 2 * (len(files) - gone) - uncopied


def test_a_custodian_who_is_withheld_from_is_the_reason_that_is_told(made: Tablet) -> None:
    report = with_scopes(C9p="yes")
    report["consent"]["withhold"] = ["custodian"]
    draft_id = draft_with(made, report, (jpeg(), "photo"))
    (told,) = left_out(report, review(report, made, draft_id), made.policy)
    assert (told.sealed, told.why) == (False, "nobody")
