"""What attachments are read from: files of others and streams of the device, looked at before they are believed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fieldapp.flows.sniff import HEAD_BYTES, Kind, sniff
from firsthand import errors

PIECE_BYTES = 1 << 16


class AttachmentUnreadable(errors.Environment):
    """The file cannot be opened or read to its end."""

    code = "attachment-unreadable"
    exit_code = errors.EXIT_INVALID


class AttachmentNotAFile(errors.TheirFault):
    """A folder, a device or a pipe."""

    code = "attachment-not-a-file"


class AttachmentEmpty(errors.TheirFault):
    """A file of no bytes."""

    code = "attachment-empty"


class AttachmentTooLarge(errors.TheirFault):
    """More than an attachment may have."""

    code = "attachment-too-large"


class AttachmentTooMany(errors.TheirFault):
    """More attachments than a report can list."""

    code = "attachment-too-many"


class AttachmentKind(errors.TheirFault):
    """Not a photo, sound, film or document that we know."""

    code = "attachment-kind"


class AttachmentChanged(errors.Environment):
    """The file grew or changed while it was read."""

    code = "attachment-changed"
    exit_code = errors.EXIT_INVALID


class AttachmentStopped(errors.Refused):
    """The officer stopped the sealing of a file."""

    code = "attachment-stopped"


class AttachmentRefused(errors.Refused):
    """The person did not agree to this medium."""

    code = "attachment-refused"


class Source:
    """A stream, its first bytes read, and whether it can still be trusted to be one thing."""

    def __init__(self, stream: BinaryIO, mark: Mark | None = None) -> None:
        """Reads the first bytes.

        Raises:
            AttachmentUnreadable.
        """
        self._stream = stream
        self._mark = mark
        self._head = self._first()

    def kind(self, said: str | None) -> Kind:
        """What the content is, as far as it can be the medium that it is said to be.

        Raises:
            AttachmentEmpty, AttachmentKind.
        """
        if not self._head:
            raise AttachmentEmpty
        kind = sniff(self._head)
        if kind is None:
            raise AttachmentKind
        if said is None or said == kind.media:
            return kind
        if said in kind.may_be:
            return Kind(said, kind.media_type.replace("video/", f"{said}/", 1))
        raise AttachmentKind

    def pieces(self) -> Iterator[bytes]:
        """All of it, in order.

        Raises:
            AttachmentUnreadable: it broke off. AttachmentChanged: it is not what it was when it was opened.
        """
        yield self._head
        while piece := self._read(PIECE_BYTES):
            self._check()  # at every piece: a recording that goes on would be followed without end
            yield piece
        self._check()

    def _check(self) -> None:
        if self._mark is not None and mark_of(self._stream) != self._mark:
            raise AttachmentChanged

    def _first(self) -> bytes:
        head = b""
        while len(head) < HEAD_BYTES and (piece := self._read(HEAD_BYTES - len(head))):
            head += piece
        return head

    def _read(self, count: int) -> bytes:
        try:
            return self._stream.read(count)
        except (OSError, ValueError) as error:  # ValueError: it was closed under our hands
            raise AttachmentUnreadable from error


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a file is told to have changed."""

    size: int
    changed_ns: int


def mark_of(stream: BinaryIO) -> Mark:
    """The mark of an open file as it is now."""
    found = os.fstat(stream.fileno())
    return Mark(found.st_size, found.st_mtime_ns)


def open_file(path: Path) -> BinaryIO:
    """A regular file, open for reading; nothing else is even waited for.

    Raises:
        AttachmentUnreadable, AttachmentNotAFile.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise AttachmentNotAFile
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:  # ValueError: no name that a file can have
        raise AttachmentUnreadable from error
    source = os.fdopen(fd, "rb", buffering=0)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return source
    source.close()  # exchanged in between
    raise AttachmentNotAFile
