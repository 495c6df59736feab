"""Attachments at a desk: fetched by hash after their reports, proven to open, and given out to a person.

Rules: the log decides what exists, the report what it must be. What is listed and not in the log yet is awaited;
what is in the log and does not come, comes altered, or does not open to what its report says, is an alarm and
never silence. No clear copy is written except where a person has asked for one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firsthand.errors import (
    BadProof,
    DiskFull,
    Exists,
    FirsthandError,
    Malformed,
    NotFound,
    RelayRefused,
    Unopenable,
)
from firsthand.ids import parse_report_id
from firsthand.ports import Clock
from firsthand.protocol import erase
from firsthand.protocol.attachment import Entry, Opener
from sync_server.desk.files import CannotWrite
from sync_server.desk.logcheck import Feed
from sync_server.desk.opening import listed_entries, read_again_with_eid
from sync_server.desk.shelf import Altered, Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_attachments import AttachmentRow, AttachmentStore, State
from sync_server.desk.store_ingest import IngestStore

LATE_DAYS = 30
_DAY_S = 86_400
_NOT_FOUND = 404
CUSTODY_NAME = "custody.json"
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/avif": ".avif",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/3gpp": ".3gp",
    "audio/webm": ".weba",
    "audio/quicktime": ".mov",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/webm": ".webm",
    "video/ogg": ".ogv",
    "video/quicktime": ".mov",
    "video/x-msvideo": ".avi",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "text/plain": ".txt",
}

Alarm = Callable[[str, bytes, int], None]


# -- fetching ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Collector:
    """Fetches what reports list; one pull's worth of it.

    Attributes:
        alarm: raises an alarm by code, subject and log index, inside a transaction of its own.
    """

    store: Store
    shelf: Shelf
    feed: Feed
    clock: Clock
    alarm: Alarm

    def collect(self) -> int:
        """Gets all that the log holds; returns how many came.

        Raises:
            NoNetwork, RelayRefused, DiskFull, CannotWrite: what came stays; the next pull goes on.
        """
        rows = AttachmentStore(self.store)
        came = 0
        for row in rows.wanted():
            state = self._look_for(rows, row)
            if state is not row.state:
                rows.move(row, state)
            came += state is State.HERE
        self.shelf.keep_only(rows.known())
        return came

    def _look_for(self, rows: AttachmentStore, row: AttachmentRow) -> State:
        tag = rows.logged_tag(row.object_hash)
        if tag is None:
            if self.clock.now_s() - row.received_at > LATE_DAYS * _DAY_S:
                self.alarm("attachment-late", row.object_hash, row.idx)
            return State.AWAITED
        if self._is_erased(row.object_hash, tag):
            return State.ERASED
        if tag != row.tag:
            self.alarm("attachment-unopenable", row.object_hash, row.idx)
            return State.UNOPENABLE
        if not self.shelf.holds(row.object_hash):
            trouble = self._fetch(row)
            if trouble:
                self.alarm(trouble, row.object_hash, row.idx)
                return State.MISSING
        return self._prove(row)

    def _is_erased(self, object_hash: bytes, tag: bytes) -> bool:
        for _, key in IngestStore(self.store).tombstones([object_hash]):
            with suppress(BadProof):
                erase.check(tag, key)
                return True
        return False

    def _fetch(self, row: AttachmentRow) -> str:
        """Brings one onto the shelf; the code of the alarm where it does not come."""
        try:
            self.shelf.receive(row.object_hash, row.object_length, self.feed.download(row.object_hash))
        except Altered:
            return Altered.code
        except RelayRefused as error:
            if error.fields.get("status") != _NOT_FOUND:
                raise
            return "attachment-missing"
        return ""

    def _prove(self, row: AttachmentRow) -> State:
        """Opens it from beginning to end, without keeping what comes out."""
        try:
            for _ in contents(self.store, self.shelf, row):
                pass
        except (Unopenable, Malformed, NotFound):
            self.alarm("attachment-unopenable", row.object_hash, row.idx)
            return State.UNOPENABLE
        return State.HERE


# -- opening -------------------------------------------------------------------------------------------------
def contents(store: Store, shelf: Shelf, row: AttachmentRow) -> Iterator[bytes]:
    """The content of an attachment in pieces: authentic one by one, and all of it when no error has come.

    Raises:
        NotFound: it is not here. Unopenable: it is not what its report says.
    """
    entry, eid = _entry(store, row)
    opener = Opener(entry, eid)
    for piece in shelf.pieces(row.object_hash):
        yield opener.update(piece)
    yield opener.finish()


def file_name(row: AttachmentRow) -> str:
    """A name that tells nothing but number and kind."""
    return f"{'copy' if row.is_copy else 'attachment'}-{row.number}{_ENDINGS.get(row.media_type, '.bin')}"


def entry_of(store: Store, row: AttachmentRow) -> Entry:
    """What the report says of an attachment, its key included; raises as `contents`."""
    return _entry(store, row)[0]


def _entry(store: Store, row: AttachmentRow) -> tuple[Entry, bytes]:
    found = store.first(
        "SELECT o.data, e.keys FROM envelope e JOIN object o ON o.hash = e.hash WHERE e.idx = ?", (row.idx,)
    )
    if found is None:
        raise NotFound("report of an attachment")
    parts, eid = read_again_with_eid(*found)
    for entry, is_copy in listed_entries(parts):
        if is_copy == row.is_copy and entry.custody.number == row.number:
            return entry, eid
    raise NotFound("entry of an attachment")


# -- giving out ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Given:
    """What became of one attachment.

    Attributes:
        row: as listed.
        name: of the file that was written; empty where none was.
    """

    row: AttachmentRow
    name: str


def give_out(store: Store, shelf: Shelf, report: str, out: Path) -> list[Given]:
    """Writes the attachments of a report, opened and checked, into a folder, with a file that proves custody.

    Args:
        store: of the desk.
        shelf: of the desk.
        report: id of 26 characters.
        out: folder, made if it is not there.

    Returns:
        One line an attachment that the report lists; those that are not here have no name.

    Raises:
        NotFound: no such report, or it lists nothing for this desk.
        Exists: a file of that name is there already. DiskFull, CannotWrite.
        Altered: it opened when it came, and does not now; the next pull fetches it again. Nothing that is half
            written stays.
    """
    rows = AttachmentStore(store)
    idx = rows.report_idx(_report_id(report))
    listed = rows.of_report(idx) if idx is not None else []
    if not listed:
        raise NotFound("attachments of this report")
    _make(out)
    given = []
    for row in listed:
        name = file_name(row) if row.state is State.HERE else ""
        if name:
            _write(out / name, _still_whole(store, shelf, row))
        given.append(Given(row, name))
    lines = [_custody(report, each, entry_of(store, each.row)) for each in given]
    _write(out / CUSTODY_NAME, iter([json.dumps(lines, indent=1).encode()]))
    return given


def _still_whole(store: Store, shelf: Shelf, row: AttachmentRow) -> Iterator[bytes]:
    try:
        yield from contents(store, shelf, row)
    except (Unopenable, NotFound):
        shelf.drop(row.object_hash)
        AttachmentStore(store).move(row, State.MISSING)
        raise Altered("on the disk of this desk") from None


def _report_id(text: str) -> bytes:
    try:
        return parse_report_id(text)
    except Malformed:
        raise NotFound("report") from None


def _custody(report: str, given: Given, entry: Entry) -> dict[str, Any]:
    """What a court asks: which bytes, from which report, when and how they came to the tablet."""
    row, taken = given.row, entry.custody.taken
    return {
        "report": report,
        "log_index": row.idx,
        "number": row.number,
        "file": given.name or None,
        "state": row.state.value,
        "medium": row.medium,
        "media_type": row.media_type,
        "bytes": row.length,
        "sha256": entry.content_hash.hex(),
        "sealed_sha256": row.object_hash.hex(),
        "copy_without_metadata": row.is_copy,
        "came": entry.custody.came,
        "taken_at": None if taken is None else taken.unix_s,
        "taken_tz_min": None if taken is None else taken.tz_min,
        "clock": None if taken is None else taken.quality,
    }


def _make(out: Path) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise CannotWrite("folder of attachments") from None


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """A new file with all of it, or no file."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Exists("attachment file") from None
    except OSError:
        raise CannotWrite("attachment file") from None
    try:
        with os.fdopen(fd, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise DiskFull("attachment file") from None
    except FirsthandError:
        path.unlink(missing_ok=True)
        raise
