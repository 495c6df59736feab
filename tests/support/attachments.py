"""Files as officers attach them, and streams that misbehave in one way."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.tablets import example

FOLDER = "blobs-0"


def jpeg(seed: int = 0, size: tuple[int, int] = (64, 48), comment: bytes = b"") -> bytes:
    """A photo; another seed, another photo."""
    picture = Image.new("RGB", size, (seed % 256, 128, 64))
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=comment)
    return out.getvalue()


def wav(samples: bytes = bytes(4000)) -> bytes:
    """A recording."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        8000,
        8000,
        1,
        8,
        b"data",
        len(samples),
    )
    return head + samples


PDF = b"%PDF-1.4\n" + bytes(range(256)) * 8
TEXT = "Liste de ce qui a été vu.\n".encode()


def with_scopes(name: str = "incident", **answers: str) -> dict[str, Any]:
    """An example report with other answers in its consent."""
    report = example(name)
    scopes = dict(report["consent"]["scopes"]) | answers
    report["consent"] = dict(report["consent"]) | {"scopes": scopes}
    return report


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file to attach."""
    path = folder / name
    path.write_bytes(data)
    return path


def blob_files(home: Path) -> list[Path]:
    """Sealed attachments on the tablet's disk."""
    folder = home / FOLDER
    return sorted(folder.iterdir()) if folder.exists() else []


class Endless(io.RawIOBase):
    """A stream of `size` bytes that begins like a file of some kind; holds nothing."""

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__()
        self._head, self._left = head, size

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1, /) -> bytes:
        count = min(count if count >= 0 else 1 << 16, self._left)
        self._left -= count
        piece, self._head = self._head[:count], self._head[count:]
        return piece + b"x" * (count - len(piece))


class Broken(io.RawIOBase):
    """A stream that fails after some bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._pieces: Iterator[bytes] = iter([data])

    def read(self, _count: int = -1, /) -> bytes:
        piece = next(self._pieces, None)
        if piece is None:
            raise OSError(5, "the stick was pulled")
        return piece
