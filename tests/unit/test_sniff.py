"""What a file is, its first bytes say; what nobody at a desk could name is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fieldapp.flows.sniff import HEAD_BYTES, sniff
from firsthand.protocol import attachment


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, form)
    return out.getvalue()


KNOWN = {
    "image/jpeg": ("photo", picture("JPEG")),
    "image/png": ("photo", picture("PNG")),
    "image/gif": ("photo", picture("GIF")),
    "image/webp": ("photo", picture("WEBP")),
    "image/tiff": ("photo", picture("TIFF")),
    "image/heic": ("photo", b"\0\0\0\x18ftypheic\0\0\0\0"),
    "audio/wav": ("audio", b"RIFF\x24\0\0\0WAVEfmt "),
    "audio/mpeg": ("audio", b"\xff\xfb\x90\x64" + bytes(20)),
    "audio/mp4": ("audio", b"\0\0\0\x18ftypM4A \0\0\0\0"),
    "audio/ogg": ("audio", b"OggS\0\2" + bytes(20) + b"OpusHead"),
    "audio/aac": ("audio", b"\xff\xf1\x50\x80"),
    "audio/amr": ("audio", b"#!AMR\n"),
    "audio/flac": ("audio", b"fLaC\0"),
    "video/mp4": ("video", b"\0\0\0\x18ftypisom\0\0\0\0"),
    "video/3gpp": ("video", b"\0\0\0\x18ftyp3gp4\0\0\0\0"),
    "video/ogg": ("video", b"OggS\0\2" + bytes(20) + b"\x80theora"),
    "video/webm": ("video", b"\x1a\x45\xdf\xa3" + bytes(20)),
    "application/pdf": ("document", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    "application/vnd.oasis.opendocument.text": (
        "document",
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text",
    ),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "document",
        b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(50) + b"word/document.xml",
    ),
    "text/plain": ("document", "Récit, سطر واحد\n".encode()),
}


@pytest.mark.parametrize(("media_type", "media", "data"), [(name, *rest) for name, rest in KNOWN.items()])
def test_a_known_kind_is_recognised(media_type: str, media: str, data: bytes) -> None:
    kind = sniff(data[:HEAD_BYTES])
    assert kind is not None
    assert (kind.media, kind.media_type) == (media, media_type)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\2\1\1\0",
        b"PK\x03\x04" + bytes(26) + b"AndroidManifest.xml",
        b"RIFF\0\0\0\0ACON",
        b"SQLite format 3\0",
        b"\xff\xfe\0",
        b"text with \0 in it",
        b"\xc3\x28",
        bytes(range(256)),
    ],
)
def test_anything_else_is_not(data: bytes) -> None:
    if data.startswith(b"\xff\xfe"):
        assert sniff(data) is not None, "UTF-16 text has a mark of its own"
    else:
        assert sniff(data) is None


def test_text_that_is_cut_in_a_character_is_text() -> None:
    text = ("x" * (HEAD_BYTES - 1) + "é").encode()
    assert sniff(text[:HEAD_BYTES]) is not None
    assert sniff(b"short \xc3") is None, "but not where the file ends there"


@given(st.binary(max_size=64))
def test_whatever_comes_the_answer_is_one_that_an_entry_can_hold(data: bytes) -> None:
    kind = sniff(data)
    if kind is not None:
        attachment.check_media_type(kind.media_type)
        assert kind.media in attachment.MEDIA
        assert kind.may_be <= set(attachment.MEDIA)
