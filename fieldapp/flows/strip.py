"""The copy of an attachment without metadata, for those who read the facts: where it was taken, with what, by whom
stays with the original.

A photo is decoded and encoded anew: turned upright, at most 2,048 pixels a side, nothing but pixels. A WAV gets a
new header around its samples. Of everything else no copy is made, and the caller says so. Input is hostile: sizes
are bounded before anything is decoded, and only the five known picture formats are tried.

It makes metadata go, not faces or voices: whoever gets the copy sees and hears the person.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

MAX_SOURCE_BYTES: Final = 32 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000  # a picture that claims more is a mistake or an attack on memory
MAX_DECODED_PIXELS: Final = 16_000_000  # what may lie in memory at once, after JPEG's own scaling
SIDE_PIXELS: Final = 2048
_QUALITY = 85
_FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
}
# What Pillow raises over files that are none, or not whole. SyntaxError and struct.error are its own habit.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error)
_WAV_FORMATS: Final = {1, 3, 0xFFFE}  # integer samples, float samples, either with channel places
_FMT_MIN, _FMT_MAX = 16, 40
_CHUNK = struct.Struct("<4sI")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy without metadata, whole in memory."""

    media_type: str
    data: bytes


def can_strip(media_type: str, size_bytes: int) -> bool:
    """Whether a copy would be tried at all; a file that turns out to be broken gets none either."""
    return size_bytes <= MAX_SOURCE_BYTES and (media_type in _FORMATS or media_type == "audio/wav")


def strip(media_type: str, data: bytes) -> Copy | None:
    """The copy, or None where none can be made: another kind, too large, or broken.

    Args:
        media_type: as recognised by content.
        data: the original, at most 32 MiB.
    """
    if not can_strip(media_type, len(data)):
        return None
    return _wav(data) if media_type == "audio/wav" else _picture(_FORMATS[media_type], data)


def _picture(form: str, data: bytes) -> Copy | None:
    try:
        with Image.open(io.BytesIO(data), formats=(form,)) as source:
            if source.width * source.height > MAX_PIXELS:
                return None
            source.draft("RGB", (SIDE_PIXELS, SIDE_PIXELS))  # JPEG decodes at a fraction; others ignore it
            if source.width * source.height > MAX_DECODED_PIXELS:
                return None
            return Copy("image/jpeg", _encoded(_upright(source)))
    except (Image.DecompressionBombError, *_BROKEN):
        return None


def _upright(source: Image.Image) -> Image.Image:
    """A picture of its own: pixels as they were meant to be seen, and nothing beside them."""
    source.load()
    turned = ImageOps.exif_transpose(source)
    turned.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
    plain = Image.new("RGB", turned.size, "white")
    if turned.has_transparency_data:
        layer = turned.convert("RGBA")
        plain.paste(layer, mask=layer.getchannel("A"))
    else:
        plain.paste(turned.convert("RGB"))
    return plain


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _wav(data: bytes) -> Copy | None:
    """Format and samples, under a new header: no list of titles, no broadcast block with place and device."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    chunks = dict(_wav_chunks(data))
    form, samples = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or samples is None or not _FMT_MIN <= len(form) <= _FMT_MAX:
        return None
    if struct.unpack_from("<H", form)[0] not in _WAV_FORMATS:
        return None
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"data", samples)
    return Copy("audio/wav", _CHUNK.pack(b"RIFF", len(body)) + body)


def _wav_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Chunks by name; the last may be cut or bear the endless length that a stopped recorder leaves."""
    found, at = [], 12
    while at + _CHUNK.size <= len(data):
        name, length = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        found.append((name, data[at : at + length]))
        at += length + length % 2
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + b"\0" * (len(content) % 2)
