"""Attachments of a draft: sealed as they stream in, or refused with one reason; the draft stands in every case."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import attach, attach_rows, draft, panic
from fieldapp.flows import attach_source as sources
from fieldapp.flows.unlock import Tablet
from fieldapp.vault import blobs as blobs_module
from fieldapp.vault.blobs import Blobs
from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.protocol import erase
from firsthand.protocol.attachment import Opener
from tests.support import canary
from tests.support.attachments import PDF, TEXT, Broken, Endless, blob_files, jpeg, put, wav, with_scopes
from tests.support.tablets import example, reopen, tablet

SECRET = "canary-in-an-attachment"
NAME = "canary-name-of-a-file"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        yield own


@pytest.fixture
def own(made: Tablet) -> draft.DraftId:
    return draft_of(made, with_scopes(C9p="yes", C9a="yes", C9v="no"))


def draft_of(made: Tablet, report: dict[str, Any]) -> draft.DraftId:
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, report)
    return draft_id


def add(made: Tablet, own: draft.DraftId, data: bytes, media: attach.Media = "photo", **more: Any) -> attach.Attached:
    return attach.add(made, own, io.BytesIO(data), media=media, **more)


def opened(made: Tablet, own: draft.DraftId, attached: attach.Attached) -> bytes:
    """What is on the disk, opened with the key of the draft's row."""
    held = next(each for each in attach_rows.held_by(made, own) if each.blob_id == attached.id)
    opener = Opener(held.entry, erase.erase_tag(draft.read(made, own).erase_key))
    with Blobs(made.home, made.vault).open(attached.id) as source:
        return opener.update(source.read()) + opener.finish()


# -- adding -----------------------------------------------------------------------------------------------
def test_what_was_added_is_kept_byte_for_byte_with_hash_time_and_origin(made: Tablet, own: draft.DraftId) -> None:
    data = jpeg()
    one = add(made, own, data, came="camera")
    assert (one.media, one.media_type, one.size_bytes) == ("photo", "image/jpeg", len(data))
    assert one.sha256 == hashlib.sha256(data).digest()
    assert (one.came, one.taken_at_s) == ("camera", made.ports.clock.now_s())
    assert attach.list_of(made, own) == [one]
    assert opened(made, own, one) == data


def test_attachments_outlive_a_lock_and_keep_their_order(made: Tablet, own: draft.DraftId) -> None:
    all_of_them = [add(made, own, jpeg(1)), add(made, own, wav(), "audio"), add(made, own, PDF, "document")]
    made = reopen(made)
    assert attach.list_of(made, own) == all_of_them
    assert [each.number for each in all_of_them] == [0, 1, 2]
    made.close()


def test_a_removed_one_is_gone_and_its_number_with_it(made: Tablet, own: draft.DraftId) -> None:
    one, two = add(made, own, jpeg(1)), add(made, own, jpeg(2))
    attach.remove(made, own, two.id)
    assert attach.list_of(made, own) == [one]
    assert len(blob_files(made.home)) == 1
    assert add(made, own, jpeg(3)).number == 2
    with pytest.raises(errors.NotFound):
        attach.remove(made, own, two.id)


def test_a_discarded_draft_takes_its_attachments_along(made: Tablet, own: draft.DraftId) -> None:
    other = draft_of(made, example())
    kept = add(made, other, PDF, "document")
    add(made, own, jpeg())
    draft.discard(made, own)
    assert len(blob_files(made.home)) == 1
    assert attach.list_of(made, other) == [kept]
    assert made.vault.ids("attachments") == [other]


def test_progress_tells_bytes_and_what_it_raises_stops_the_adding(made: Tablet, own: draft.DraftId) -> None:
    told: list[int] = []
    add(made, own, jpeg() + bytes(200_000), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(jpeg()) + 200_000

    class Stop(Exception):
        pass

    def stop(_bytes: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        add(made, own, jpeg(), progress=stop)
    assert len(attach.list_of(made, own)) == len(blob_files(made.home)) == 1


def test_the_draft_can_be_saved_while_a_recording_streams_in(made: Tablet, own: draft.DraftId) -> None:
    report = with_scopes(C9a="yes") | {"station": "North"}
    add(made, own, wav(), "audio", progress=lambda _: draft.save(made, own, report))
    assert draft.load(made, own)["station"] == "North"
    assert len(attach.list_of(made, own)) == 1


def test_a_draft_that_is_sealed_meanwhile_takes_nothing_more(made: Tablet, own: draft.DraftId) -> None:
    with pytest.raises(errors.NotFound):
        add(made, own, jpeg(), progress=lambda _: draft.discard(made, own))
    assert blob_files(made.home) == []


def test_panic_closes_attachments_and_keeps_them(made: Tablet, own: draft.DraftId) -> None:
    add(made, own, jpeg())
    panic.panic(made)
    made = reopen(made)
    assert len(blob_files(made.home)) == 1, "nothing is destroyed"
    with pytest.raises(errors.Panicked):
        attach.list_of(made, own)
    with pytest.raises(errors.Panicked):
        add(made, own, jpeg())
    made.close()


# -- consent ----------------------------------------------------------------------------------------------
SCOPE = {"photo": "C9p", "audio": "C9a", "video": "C9v", "document": "C1"}
ANSWERS = {"yes": "yes", "no": "no", "later": "no", "withdrawn": "no"}


@pytest.mark.parametrize(("answer", "found"), ANSWERS.items())
@pytest.mark.parametrize(("media", "scope"), SCOPE.items())
def test_the_scope_of_the_medium_decides(media: str, scope: str, answer: str, found: str) -> None:
    report = {"consent": {"scopes": {scope: answer}}}
    assert attach.standing(report, media) == found
    assert attach.allowed(report, media) == (found == "yes")


@pytest.mark.parametrize(
    "report", [{}, {"consent": None}, {"consent": {}}, {"consent": {"scopes": {}}}, {"consent": "x"}]
)
def test_what_was_not_asked_is_not_known_and_not_allowed(report: dict[str, Any]) -> None:
    assert attach.standing(report, "audio") == "unknown"
    assert not attach.allowed(report, "audio")


def test_a_basis_covers_where_nobody_was_interviewed() -> None:
    assert attach.allowed(example("own-observation"), "video")
    assert not attach.allowed({"basis": {"code": "because"}}, "video")


def test_what_was_refused_is_not_taken_in(made: Tablet, own: draft.DraftId) -> None:
    film = b"\0\0\0\x18ftypisom" + bytes(100)
    with pytest.raises(attach.AttachmentRefused):
        add(made, own, film, "video")
    assert blob_files(made.home) == []


def test_a_recording_needs_its_consent_first_and_a_file_does_not(made: Tablet) -> None:
    unasked = draft_of(made, {"form": 1, "kind": "interview"})
    with pytest.raises(attach.AttachmentRefused):
        add(made, unasked, wav(), "audio", came="microphone")
    assert add(made, unasked, wav(), "audio").media == "audio"


# -- what is refused --------------------------------------------------------------------------------------
def _folder(base: Path) -> Path:
    return base


def _pipe(base: Path) -> Path:
    os.mkfifo(base / "pipe")
    return base / "pipe"


def _locked(base: Path) -> Path:
    return put(base, "x" * 5, PDF) / "not-a-folder"


REFUSED: dict[str, tuple[Callable[[Path], Path], type[errors.FirsthandError]]] = {
    "not there": (lambda base: base / "nothing", attach.AttachmentUnreadable),
    "under a file": (_locked, attach.AttachmentUnreadable),
    "no name for a file": (lambda base: base / "a\0b", attach.AttachmentUnreadable),
    "a folder": (_folder, attach.AttachmentNotAFile),
    "a device": (lambda _: Path("/dev/zero"), attach.AttachmentNotAFile),
    "a pipe that nobody writes to": (_pipe, attach.AttachmentNotAFile),
    "empty": (lambda base: put(base, "empty.jpg", b""), attach.AttachmentEmpty),
    "a program": (lambda base: put(base, "photo.jpg", b"MZ\x90\0" + bytes(100)), attach.AttachmentKind),
}


@pytest.mark.parametrize(("make", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_attached_is_refused_for_its_own_reason(
    made: Tablet,
    own: draft.DraftId,
    tmp_path: Path,
    make: Callable[[Path], Path],
    expected: type[errors.FirsthandError],
) -> None:
    with pytest.raises(expected):
        attach.add_file(made, own, make(tmp_path))
    assert blob_files(made.home) == []
    assert attach.list_of(made, own) == []
    assert draft.load(made, own)["kind"] == "incident"


def test_content_decides_what_a_file_is(made: Tablet, own: draft.DraftId, tmp_path: Path) -> None:
    one = attach.add_file(made, own, put(tmp_path, "holiday.txt", jpeg()))
    assert (one.media, one.media_type) == ("photo", "image/jpeg")
    with pytest.raises(attach.AttachmentKind):
        add(made, own, jpeg(), "document")
    with pytest.raises(attach.AttachmentKind):
        add(made, own, TEXT, "photo")
    container = b"\0\0\0\x18ftyp3gp4" + bytes(100)
    assert add(made, own, container, "audio").media_type == "audio/3gpp"


def test_a_file_that_grows_while_it_is_read_is_refused(made: Tablet, own: draft.DraftId, tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", PDF + bytes(300_000))

    def grow(_bytes: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(attach.AttachmentChanged):
        attach.add_file(made, own, path, grow)
    assert blob_files(made.home) == []


def test_a_stick_that_is_pulled_leaves_nothing_half(made: Tablet, own: draft.DraftId) -> None:
    with pytest.raises(attach.AttachmentUnreadable):
        attach.add(made, own, Broken(jpeg() + bytes(5000)), media="photo")  # type: ignore[arg-type]
    assert blob_files(made.home) == []


def test_more_than_the_limit_is_refused_by_size_and_while_it_streams(
    made: Tablet, own: draft.DraftId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attach, "MAX_BYTES", 10_000)
    with pytest.raises(attach.AttachmentTooLarge):
        attach.add_file(made, own, put(tmp_path, "a.pdf", PDF + bytes(10_000)))
    with pytest.raises(attach.AttachmentTooLarge):
        attach.add(made, own, Endless(PDF, 10_001), media="document")  # type: ignore[arg-type]
    assert blob_files(made.home) == []
    attach.add(made, own, Endless(PDF, 10_000), media="document")  # type: ignore[arg-type]


def test_a_sparse_file_of_more_than_two_gib_is_refused_before_it_is_read(
    made: Tablet, own: draft.DraftId, tmp_path: Path
) -> None:
    path = put(tmp_path, "a.pdf", PDF)
    os.truncate(path, (1 << 31) + 1)
    with pytest.raises(attach.AttachmentTooLarge):
        attach.add_file(made, own, path)


def test_a_report_holds_only_so_many(made: Tablet, own: draft.DraftId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach, "MAX_COUNT", 2)
    for seed in range(2):
        add(made, own, jpeg(seed))
    with pytest.raises(attach.AttachmentTooMany):
        add(made, own, jpeg(3))


# -- the disk ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_full_disk_is_said_and_leaves_draft_and_disk_as_they_were(
    made: Tablet, own: draft.DraftId, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    writes = iter(range(100))
    honest = blobs_module.Writer.write

    def full(self: blobs_module.Writer, data: bytes) -> None:
        if next(writes) < after:
            honest(self, data)
            return
        with blobs_module._disk_errors():
            raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(blobs_module.Writer, "write", full)
    with pytest.raises(errors.DiskFull):
        add(made, own, jpeg() + bytes(300_000))
    assert blob_files(made.home) == []
    assert attach.list_of(made, own) == []
    monkeypatch.undo()
    add(made, own, jpeg())


def test_an_attachment_never_takes_the_room_that_drafts_need(
    made: Tablet, own: draft.DraftId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = blobs_module.RESERVE_BYTES + 1000

    monkeypatch.setattr("fieldapp.vault.blobs.shutil.disk_usage", lambda _path: Usage)
    with pytest.raises(errors.DiskFull):
        attach.add_file(made, own, put(tmp_path, "a.pdf", PDF))
    assert blob_files(made.home) == []


def test_nothing_clear_and_no_name_is_on_the_disk(made: Tablet, own: draft.DraftId, tmp_path: Path) -> None:
    source = tmp_path / "stick"
    source.mkdir()
    photo = jpeg(comment=SECRET.encode())
    attach.add_file(made, own, put(source, NAME + ".jpg", photo))
    add(made, own, photo + SECRET.encode(), came="camera")
    assert canary.find(source, [SECRET])
    assert canary.find(made.home, [SECRET, NAME, "image/jpeg", "Maker of cameras"]) == []
    assert photo not in b"".join(path.read_bytes() for path in made.home.rglob("*") if path.is_file())


def test_what_a_kill_left_behind_is_swept_at_the_next_opening(made: Tablet, own: draft.DraftId) -> None:
    kept = add(made, own, jpeg())
    put(made.home / "blobs-0", "ab" * 16, b"half of a file that no row names")
    gone = add(made, own, jpeg(2))
    with made.vault.write():  # as after a kill between a draft's end and that of its attachments
        made.vault.put("blobs", gone.id, made.vault.get("blobs", gone.id) | {"draft": bytes(16)})  # type: ignore[operator]
        made.vault.put("attachments", bytes(16), None)
    made = reopen(made)
    assert [path.name for path in blob_files(made.home)] == [kept.id.hex()]
    assert made.vault.ids("attachments") == [own]
    assert opened(made, own, kept) == jpeg()
    made.close()


def test_a_damaged_list_hurts_its_own_draft_only(made: Tablet, own: draft.DraftId) -> None:
    other = draft_of(made, example())
    add(made, own, jpeg())
    kept = add(made, other, PDF, "document")
    with made.vault.write():
        made.vault._store.put("attachments", own, b"not what was sealed")
    with pytest.raises(DamagedRow):
        attach.list_of(made, own)
    assert attach.list_of(made, other) == [kept]
    assert draft.load(made, own)["kind"] == "incident"


def test_a_lost_file_is_counted(made: Tablet, own: draft.DraftId) -> None:
    add(made, own, jpeg())
    add(made, own, jpeg(2))
    blobs = Blobs(made.home, made.vault)
    assert blobs.missing() == 0
    blob_files(made.home)[0].unlink()
    assert blobs.missing() == 1


@given(sizes=st.lists(st.integers(1, 9000), min_size=1, max_size=8))
def test_a_stream_that_gives_little_at_a_time_is_read_to_its_end(sizes: list[int]) -> None:
    data = PDF + bytes(10_000)

    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            super().__init__()
            self._at, self._turn = 0, 0

        def read(self, count: int = -1, /) -> bytes:
            size = min(count, sizes[self._turn % len(sizes)])
            self._turn += 1
            piece = data[self._at : self._at + size]
            self._at += len(piece)
            return piece

    source = sources.Source(Slow())  # type: ignore[arg-type]
    assert source.kind(None).media_type == "application/pdf"
    assert b"".join(source.pieces()) == data


# -- memory -----------------------------------------------------------------------------------------------
_MEASURE = """
import sys
from pathlib import Path
from fieldapp.flows import attach, draft
from fieldapp.flows.seal import seal_draft
from tests.support.attachments import Endless, with_scopes
from tests.support.tablets import tablet

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

with tablet(Path(sys.argv[1])) as made:
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, with_scopes())
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of unlocking, which would hide all others
    before = memory("VmRSS")
    attach.add(made, draft_id, Endless(b"%PDF-1.4", int(sys.argv[2])), media="document")
    seal_draft(made, draft_id)
    print(memory("VmHWM") - before)
"""


def grown(folder: Path, size: int, root: Path) -> int:
    """Bytes by which the memory of a process grew at its peak while it took in and sealed an attachment."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(folder), str(size)], capture_output=True, text=True, check=True, cwd=root
    )
    return int(done.stdout)


@pytest.mark.slow
def test_memory_does_not_grow_with_an_attachment(tmp_path: Path, root: Path) -> None:
    assert grown(tmp_path, 64 << 20, root) < 16 << 20


@pytest.mark.night
def test_half_a_gigabyte_needs_less_than_64_mib(tmp_path: Path, root: Path) -> None:
    assert grown(tmp_path, 500_000_000, root) < 64 << 20
