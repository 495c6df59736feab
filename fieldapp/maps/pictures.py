"""A tile's picture, decoded: PNG, JPEG or WebP out of a file that nobody signed. Pure.

Only these three decoders are offered, the size is read before the pixels, and what cannot be decoded is None: the
window hatches that place.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image

MAX_SIDE = 1024
_FORMATS = ("PNG", "JPEG", "WEBP")
# What Pillow's decoders raise on broken input, by its own documentation and by our mutated files.
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, AttributeError,
    MemoryError, struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels: RGBA, 8 bits each, bottom row first, as the graphics card wants them."""

    width: int
    height: int
    rows: bytes


def decode(data: bytes) -> Picture | None:
    """The picture, or None where it is broken or larger than a tile may be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if not (0 < opened.width <= MAX_SIDE and 0 < opened.height <= MAX_SIDE):
                    return None
                image = opened.convert("RGBA").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    except _BROKEN:
        return None
    return Picture(image.width, image.height, image.tobytes())
