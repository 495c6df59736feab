"""Sealed attachments beside the vault: one file each, in HOME/blobs-N, and one row each that says whose it is.

Theory. A file appears first and is forced to the disk; then a row of the vault takes it. Whatever stops the
process in between leaves a file without a row, which the next opening sweeps away. A row names the draft that an
attachment was added to and, from sealing on, the envelope that lists it; it belongs to the envelope as soon as
that counts. So sealing, undoing and panic move nothing here.

Files have random names and hold ciphertext only. The keys stand in the table `attachments`, under the key of the
draft, and go with it; the rows here hold what the author keeps for ever: hash, tag, erase key, and how far it has come.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, BinaryIO

from fieldapp.vault.records import State
from fieldapp.vault.vault import CannotWrite, DamagedRow, Vault
from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol.attachment import Entry

FOLDER = "blobs"
RESERVE_BYTES = 16 * 1024 * 1024  # so much stays free, or drafts could not be saved any more
_ID_BYTES = 16
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SENT = frozenset({State.LOGGED, State.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Blob:
    """One sealed attachment of this tablet.

    Attributes:
        id: name of its file, 16 random bytes.
        draft: the draft that it was added to.
        report: row id of the envelope that lists it; empty until sealing.
        object_hash: SHA-256 of the file.
        tag, erase_key: as of an envelope; each attachment has its own.
        size_bytes: of the file.
        state: `sealed`, `handed` or `logged`.
        token: number of the token that it was, or is about to be, shown with.
        log_index: place in the relay's log, once proven.
    """

    id: bytes
    draft: bytes
    report: bytes
    object_hash: bytes
    tag: bytes
    erase_key: bytes
    size_bytes: int
    state: State = State.SEALED
    token: int | None = None
    log_index: int | None = None

    @classmethod
    def of(cls, blob_id: bytes, entry: Entry, erase_key: bytes, *, draft: bytes, report: bytes = b"") -> Blob:
        """The row of a file that holds the object of `entry`."""
        return cls(blob_id, draft, report, entry.object_hash, entry.tag, erase_key, entry.object_length)


class Blobs:
    """The files and rows of one vault."""

    def __init__(self, home: Path, vault: Vault) -> None:
        # Each workspace sweeps its own folder: it cannot know what the other one holds.
        self._folder = home / f"{FOLDER}-{vault.workspace}"
        self._vault = vault

    # -- files -----------------------------------------------------------------------------------------------
    def create(self, entropy: Entropy) -> Writer:
        """A new file to stream into.

        Raises:
            DiskFull, CannotWrite.
        """
        with _disk_errors():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            blob_id = entropy.bytes(_ID_BYTES)
            return Writer(blob_id, self._path(blob_id))

    def open(self, blob_id: bytes) -> BinaryIO:
        """The sealed bytes.

        Raises:
            DamagedBlob: the file is not there or does not read.
        """
        try:
            return self._path(blob_id).open("rb")
        except OSError as error:
            raise DamagedBlob from error

    def check_room(self, size_bytes: int) -> None:
        """Lets an attachment of this size begin.

        Raises:
            DiskFull: it would leave too little room for the drafts themselves.
        """
        with suppress(OSError):
            if shutil.disk_usage(self._folder.parent).free < size_bytes + RESERVE_BYTES:
                raise errors.DiskFull("no room for an attachment")

    # -- rows ------------------------------------------------------------------------------------------------
    def put(self, blob: Blob) -> None:
        """Writes a row; call inside `vault.write`."""
        row = asdict(blob) | {"state": blob.state.value}
        del row["id"]
        self._vault.put("blobs", blob.id, row)

    def get(self, blob_id: bytes) -> Blob:
        """One row.

        Raises:
            NotFound, DamagedRow.
        """
        return _parse(blob_id, self._vault.get("blobs", blob_id))

    def rows(self) -> list[Blob]:
        """All rows that open."""
        return [_parse(row.id, row.value) for row in self._vault.rows("blobs") if not row.damaged]

    def of_draft(self, draft_id: bytes) -> list[Blob]:
        """What was added to a draft."""
        return [blob for blob in self.rows() if blob.draft == draft_id]

    def only_of_draft(self, draft_id: bytes) -> list[Blob]:
        """What was added to a draft and is in no envelope that is still there."""
        reports = set(self._vault.ids("reports"))
        return [blob for blob in self.of_draft(draft_id) if blob.report not in reports]

    def of_report(self, row_id: bytes) -> list[Blob]:
        """What a sealed envelope lists."""
        return [blob for blob in self.rows() if blob.report == row_id]

    def mark(self, blob_id: bytes, **changes: Any) -> Blob:
        """Moves one on, durably; `changes` are fields of `Blob`."""
        with self._vault.write():
            blob = replace(self.get(blob_id), **changes)
            self.put(blob)
        return blob

    def forget(self, blobs: list[Blob]) -> None:
        """Deletes rows and then files; a kill in between leaves files for the next sweep."""
        if not blobs:
            return
        with self._vault.write():
            for blob in blobs:
                self._vault.delete("blobs", blob.id)
        for blob in blobs:
            self.unlink(blob.id)

    def unlink(self, blob_id: bytes) -> None:
        """Deletes a file that no row names."""
        with suppress(OSError):
            self._path(blob_id).unlink(missing_ok=True)

    def missing(self) -> int:
        """How many attachments have lost their file, or have not all of it."""
        return sum(not self.is_whole(blob) for blob in self.rows())

    def is_whole(self, blob: Blob) -> bool:
        """Whether the file is there with its length; its bytes are checked where they are used."""
        try:
            return self._path(blob.id).stat().st_size == blob.size_bytes
        except OSError:
            return False

    def sweep(self) -> int:
        """Deletes what belongs to nothing: files without a row, rows of drafts that are gone. Returns how many.

        A draft that cannot be read now (panic, damage) is still there by its id, and keeps its attachments. Once the
        vault had to be mended nothing is swept: a row that is gone may be lost, and its attachment may not.
        """
        drafts, reports = set(self._vault.ids("drafts")), set(self._vault.ids("reports"))
        rows = self.rows()
        lost = [blob for blob in rows if blob.report not in reports and blob.draft not in drafts]
        orphans = set(self._vault.ids("attachments")) - drafts
        if self._vault.hurt_at_s is not None:
            return 0
        if orphans:
            with self._vault.write():
                for row_id in orphans:
                    self._vault.delete("attachments", row_id)
        self.forget(lost)
        return len(lost) + self._sweep_files()

    def _sweep_files(self) -> int:
        named = {blob_id.hex() for blob_id in self._vault.ids("blobs")}
        try:
            strays = [path for path in self._folder.iterdir() if path.name not in named]
        except OSError:
            return 0
        for path in strays:
            with suppress(OSError):
                path.unlink()
        return len(strays)

    def _path(self, blob_id: bytes) -> Path:
        return self._folder / blob_id.hex()


class DamagedBlob(errors.Damaged):
    """An attachment's file is missing, cut or altered; report and other attachments are unharmed."""

    code = "attachment-damaged"


class Writer:
    """One file being written. Use it as a context manager: without `keep` it is gone afterwards."""

    def __init__(self, blob_id: bytes, path: Path) -> None:
        self.id = blob_id
        self._path = path
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(fd, "wb", buffering=0)
        self._kept = False

    def write(self, data: bytes) -> None:
        """Appends.

        Raises:
            DiskFull, CannotWrite.
        """
        with _disk_errors():
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) or 0 :]

    def flush(self) -> None:
        """Forces file and name to the disk; a row may name it now.

        Raises:
            DiskFull, CannotWrite.
        """
        with _disk_errors():
            os.fsync(self._file.fileno())
            self._file.close()
            _sync_folder(self._path.parent)

    def keep(self) -> None:
        """A row names it: it stays."""
        self._kept = True

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()
            if not self._kept:
                self._path.unlink(missing_ok=True)


def read_pieces(source: BinaryIO, size: int = 1 << 16) -> Iterator[bytes]:
    """A stored file in pieces.

    Raises:
        DamagedBlob: it does not read.
    """
    while True:
        try:
            piece = source.read(size)
        except OSError as error:
            raise DamagedBlob from error
        if not piece:
            return
        yield piece


def _parse(blob_id: bytes, row: object) -> Blob:
    names = {field.name for field in fields(Blob)} - {"id"}
    if not isinstance(row, dict) or row.keys() != names:
        raise DamagedRow(table="blobs")
    return Blob(id=blob_id, **row | {"state": State(row["state"])})


def _sync_folder(folder: Path) -> None:
    """The name of a new file is durable when its folder is; Windows has no such call."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise errors.DiskFull("attachment") from error
        raise CannotWrite("attachment") from error
