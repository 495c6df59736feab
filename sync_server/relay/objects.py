"""Attachments on the relay's disk: one file each, named by its hash, written as it arrives.

The log is the truth: a file is forced to the disk before its leaf is committed, and goes after its tombstone is. What
a kill leaves in between, `sweep` takes away when the relay starts.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from firsthand.errors import DiskFull, NotFound

_PART = "part-"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
_PIECE_BYTES = 1 << 18
_SWEEP = 1000
RESERVE_BYTES = 64 * 1024 * 1024  # stays free for envelopes, which matter more


class Objects:
    """The folder of attachments of one relay."""

    def __init__(self, folder: Path, quota_bytes: int | None = None) -> None:
        """Args:
        folder: made when the first attachment arrives.
        quota_bytes: most that all attachments may take together.
        """
        self._folder = folder
        self._quota_bytes = quota_bytes
        self._numbers = itertools.count()
        self._held_bytes = sum(path.stat().st_size for path in self._files())

    def begin(self, length: int) -> Incoming:
        """A file for an attachment of `length` bytes that begins to arrive.

        Raises:
            DiskFull: no room for it.
        """
        with _translated():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._check_room(length)
            return Incoming(self._folder / f"{_PART}{next(self._numbers)}")

    def place(self, incoming: Incoming, name: bytes) -> None:
        """Gives an arrived file its name, durably.

        Raises:
            DiskFull: it is not kept.
        """
        with _translated():
            target = self.path(name)
            if not target.exists():
                self._held_bytes += incoming.length
            incoming.path.replace(target)
            _sync(self._folder)

    def read(self, name: bytes) -> tuple[int, Iterator[bytes]]:
        """Length and pieces of an attachment.

        Raises:
            NotFound: it is not here.
        """
        try:
            file = self.path(name).open("rb")
        except OSError:
            raise NotFound("attachment") from None
        return os.fstat(file.fileno()).st_size, _pieces(file)

    def delete(self, names: Iterable[bytes]) -> None:
        """Destroys attachments that were erased, or that no leaf names."""
        for name in names:
            path = self.path(name)
            with suppress(OSError):
                length = path.stat().st_size
                path.unlink()
                self._held_bytes -= length

    def sweep(self, wanted: Callable[[Sequence[bytes]], set[bytes]]) -> None:
        """Takes away what did not arrive in whole, and what `wanted` does not name of a list of hashes."""
        whole = []
        for path in self._files():
            if len(path.name) == 64 and not path.name.strip("0123456789abcdef"):
                whole.append(bytes.fromhex(path.name))
            else:
                path.unlink(missing_ok=True)
        for at in range(0, len(whole), _SWEEP):
            some = whole[at : at + _SWEEP]
            self.delete(set(some) - wanted(some))

    def path(self, name: bytes) -> Path:
        """Where an attachment lies, if it is here."""
        return self._folder / name.hex()

    def _check_room(self, length: int) -> None:
        if self._quota_bytes is not None and self._held_bytes + length > self._quota_bytes:
            raise DiskFull("quota of attachments")
        if shutil.disk_usage(self._folder).free < length + RESERVE_BYTES:
            raise DiskFull("attachments")

    def _files(self) -> list[Path]:
        try:
            return list(self._folder.iterdir())
        except OSError:
            return []


class Incoming:
    """One attachment on its way in. Use it as a context manager: what was not kept is gone afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0)
        self._hash = sha256()
        self.length = 0

    def write(self, data: bytes) -> None:
        """Appends. Blocking.

        Raises:
            DiskFull.
        """
        self._hash.update(data)
        self.length += len(data)
        with _translated():
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) or 0 :]

    def finish(self) -> bytes:
        """Forces the bytes to the disk; returns their hash. Blocking.

        Raises:
            DiskFull.
        """
        with _translated():
            os.fsync(self._file.fileno())
            self._file.close()
        return self._hash.digest()

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()
            self.path.unlink(missing_ok=True)


def _pieces(file: object) -> Iterator[bytes]:
    with file as source:  # type: ignore[attr-defined]
        while piece := source.read(_PIECE_BYTES):
            yield piece


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull("attachments") from None
        raise
