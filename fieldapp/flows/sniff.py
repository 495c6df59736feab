"""What a file is, by its first bytes: names and claims decide nothing.

A short table of what officers attach. What is not in it is refused: nobody at the desk could say what it is, and
consent is asked by medium. A container that can hold sound alone (MP4, 3GP, Ogg, WebM) counts as what it most often
holds unless the tablet recorded it itself and knows.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 4096
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\b\x1b") | {127}


@dataclass(frozen=True, slots=True)
class Kind:
    """A recognised file.

    Attributes:
        media: `photo`, `audio`, `video` or `document`: the medium for which consent is asked.
        media_type: for example `image/jpeg`.
        may_be: other media that the same bytes can be.
    """

    media: str
    media_type: str
    may_be: frozenset[str] = frozenset()


_AUDIO_TOO: Final = frozenset({"audio"})
# Offset, bytes, what it is; the first that fits decides.
_SIGNS: Final[tuple[tuple[int, bytes, Kind], ...]] = (
    (0, b"\xff\xd8\xff", Kind("photo", "image/jpeg")),
    (0, b"\x89PNG\r\n\x1a\n", Kind("photo", "image/png")),
    (0, b"GIF87a", Kind("photo", "image/gif")),
    (0, b"GIF89a", Kind("photo", "image/gif")),
    (0, b"II*\0", Kind("photo", "image/tiff")),
    (0, b"MM\0*", Kind("photo", "image/tiff")),
    (0, b"ID3", Kind("audio", "audio/mpeg")),
    (0, b"fLaC", Kind("audio", "audio/flac")),
    (0, b"#!AMR", Kind("audio", "audio/amr")),
    (0, b"\x1a\x45\xdf\xa3", Kind("video", "video/webm", _AUDIO_TOO)),
    (0, b"%PDF-", Kind("document", "application/pdf")),
    (0, b"{\\rtf", Kind("document", "application/rtf")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("document", "application/msword")),
)
_RIFF: Final = {
    b"WEBP": Kind("photo", "image/webp"),
    b"WAVE": Kind("audio", "audio/wav"),
    b"AVI ": Kind("video", "video/x-msvideo"),
}
_BRANDS: Final = {
    b"heic": Kind("photo", "image/heic"),
    b"heix": Kind("photo", "image/heic"),
    b"mif1": Kind("photo", "image/heif"),
    b"avif": Kind("photo", "image/avif"),
    b"M4A ": Kind("audio", "audio/mp4"),
    b"M4B ": Kind("audio", "audio/mp4"),
    b"qt  ": Kind("video", "video/quicktime", _AUDIO_TOO),
}
_ZIPPED: Final = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def sniff(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head` (its first 4 KiB, or all of it); None where we do not know it."""
    for offset, sign, kind in _SIGNS:
        if head.startswith(sign, offset):
            return kind
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _container(head[8:12])
    if head.startswith(b"OggS"):
        is_video = b"theora" in head
        return Kind("video", "video/ogg") if is_video else Kind("audio", "audio/ogg")
    if head.startswith(b"PK\x03\x04"):
        return next((Kind("document", name) for sign, name in _ZIPPED if sign in head), None)
    return _frames(head) or _text(head)


def _container(brand: bytes) -> Kind:
    if brand.startswith(b"3g"):
        return Kind("video", "video/3gpp", _AUDIO_TOO)
    return _BRANDS.get(brand, Kind("video", "video/mp4", _AUDIO_TOO))


def _frames(head: bytes) -> Kind | None:
    """Sound without any header: MPEG layer 3, or AAC in ADTS."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Kind("audio", "audio/aac")
    version, layer, bitrate, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    is_mp3 = version != 1 and layer == 1 and bitrate not in {0, 15} and rate != 3
    return Kind("audio", "audio/mpeg") if is_mp3 else None


def _text(head: bytes) -> Kind | None:
    if not head:
        return None
    plain = Kind("document", "text/plain")
    if head.startswith(_UTF16):
        return plain
    if _CONTROLS & set(head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return None
    return plain
