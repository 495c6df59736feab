"""Sealed attachments on the desk's disk: one file each, named by the hash of the object.

They lie as they travelled: who takes the disk gets ciphertext, and a relay that lost its own is rebuilt from here.
A file appears under its name only when all its bytes have that hash.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from firsthand.errors import EXIT_DAMAGED, DiskFull, NotFound, TheirFault
from sync_server.desk.files import CannotWrite

FOLDER = "attachments"
_PART = "arriving.part"
_PIECE_BYTES = 1 << 18
_RESERVE_BYTES = 64 * 1024 * 1024  # stays free for the store
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Altered(TheirFault):
    """The bytes that came, or that lie here, are not the object that the log names."""

    code = "attachment-altered"
    exit_code = EXIT_DAMAGED


class Shelf:
    """The folder of one desk."""

    def __init__(self, folder: Path) -> None:
        """`folder`: made when the first attachment arrives."""
        self._folder = folder

    def receive(self, object_hash: bytes, length: int, pieces: Iterable[bytes]) -> None:
        """Keeps an object that streams in.

        Raises:
            Altered: other bytes, fewer or more; nothing is kept.
            DiskFull, CannotWrite: nothing is kept.
        """
        part = self._folder / _PART
        try:
            with _translated():
                self._folder.mkdir(mode=0o700, exist_ok=True)
                if shutil.disk_usage(self._folder).free < length + _RESERVE_BYTES:
                    raise DiskFull("attachments")
                fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "wb") as out:
                for piece in _checked(pieces, object_hash, length):
                    with _translated():
                        out.write(piece)
                with _translated():
                    out.flush()
                    os.fsync(out.fileno())
            with _translated():
                part.replace(self._path(object_hash))
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def holds(self, object_hash: bytes) -> bool:
        """Whether it is here."""
        return self._path(object_hash).exists()

    def pieces(self, object_hash: bytes) -> Iterator[bytes]:
        """The sealed bytes.

        Raises:
            NotFound: it is not here any more.
        """
        try:
            source = self._path(object_hash).open("rb")
        except OSError:
            raise NotFound("attachment") from None
        return _pieces(source)

    def drop(self, object_hash: bytes) -> None:
        """Destroys one that is not what it was."""
        with suppress(OSError):
            self._path(object_hash).unlink(missing_ok=True)

    def keep_only(self, hashes: set[bytes]) -> None:
        """Destroys what no report lists any longer: it was erased by its author."""
        names = {name.hex() for name in hashes}
        with suppress(OSError):
            for path in list(self._folder.iterdir()):
                if path.name not in names:
                    path.unlink(missing_ok=True)

    def _path(self, object_hash: bytes) -> Path:
        return self._folder / object_hash.hex()


def _pieces(source: object) -> Iterator[bytes]:
    with source as file:  # type: ignore[attr-defined]
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _checked(pieces: Iterable[bytes], object_hash: bytes, length: int) -> Iterator[bytes]:
    digest, left = sha256(), length
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Altered("too long")
        digest.update(piece)
        yield piece
    if left or digest.digest() != object_hash:
        raise Altered("other bytes")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull("attachments") from None
        raise CannotWrite("attachments") from None
