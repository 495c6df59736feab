"""A copy without metadata: what the camera knew is gone, what the eye sees is there, and no input does harm."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from fieldapp.flows import strip as stripping
from fieldapp.flows.strip import SIDE_PIXELS, can_strip, strip

CANARY = b"CANARY-metadata-place-and-device"


def photo(size: tuple[int, int] = (60, 40), orientation: int = 1) -> bytes:
    """A JPEG with everything that a telephone writes: EXIF with place and maker, XMP, ICC, a comment."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))  # red is left
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x9286] = CANARY.decode(), orientation, CANARY.decode()
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (4.0, 51.0, 3.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, icc_profile=profile, comment=CANARY, xmp=b"<x>" + CANARY + b"</x>")
    return out.getvalue()


def test_all_metadata_of_a_photo_is_gone() -> None:
    original = photo()
    assert original.count(CANARY) == 4
    copy = strip("image/jpeg", original)
    assert copy is not None
    assert CANARY not in copy.data
    with Image.open(io.BytesIO(copy.data)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    markers = [copy.data[at + 1] for at in range(len(copy.data) - 1) if copy.data[at] == 0xFF]
    assert not {0xE1, 0xE2, 0xED, 0xFE} & set(markers[: markers.index(0xDA)])


def test_a_photo_that_was_held_sideways_stands_upright() -> None:
    copy = strip("image/jpeg", photo((60, 40), orientation=6))  # to be turned by a quarter, clockwise
    assert copy is not None
    with Image.open(io.BytesIO(copy.data)) as picture:
        assert picture.size == (40, 60)
        top, bottom = picture.getpixel((20, 5)), picture.getpixel((20, 55))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[1] < 60, "red is on top"
    assert bottom[1] > 200


def test_a_large_photo_becomes_a_smaller_one_of_the_same_shape() -> None:
    copy = strip("image/jpeg", photo((5000, 2500)))
    assert copy is not None
    with Image.open(io.BytesIO(copy.data)) as picture:
        assert picture.size == (SIDE_PIXELS, SIDE_PIXELS // 2)


@pytest.mark.parametrize(("form", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")])
def test_other_pictures_become_plain_ones(form: str, media_type: str) -> None:
    source = Image.new("RGBA", (30, 20), (255, 0, 0, 0))  # invisible, and red beneath
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", CANARY.decode())
    out = io.BytesIO()
    source.save(out, form, **({"pnginfo": info} if form == "PNG" else {}))
    copy = strip(media_type, out.getvalue())
    assert copy is not None
    assert CANARY not in copy.data
    with Image.open(io.BytesIO(copy.data)) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255), "nothing hidden behind a transparent place comes to light"


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that claim to be a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(100_000, 100_000), (9000, 9000), (5000, 4000)])
def test_a_picture_that_claims_to_be_huge_is_not_decoded(size: tuple[int, int]) -> None:
    assert strip("image/png", png_claiming(*size)) is None


def test_a_file_that_is_too_large_or_of_another_kind_has_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert strip("video/mp4", b"x") is None
    assert strip("image/heic", b"x") is None
    assert not can_strip("image/jpeg", stripping.MAX_SOURCE_BYTES + 1)
    monkeypatch.setattr(stripping, "MAX_SOURCE_BYTES", 100)
    assert strip("image/jpeg", photo()) is None


@given(cut=st.integers(0, 2000), place=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_broken_photo_gives_a_clean_copy_or_none(cut: int, place: int, value: int) -> None:
    data = bytearray(photo())
    data[place % len(data)] = value
    copy = strip("image/jpeg", bytes(data[: len(data) - cut]))
    assert copy is None or CANARY not in copy.data


@given(st.sampled_from(sorted(stripping._FORMATS)), st.binary(max_size=400))
def test_garbage_gives_none(media_type: str, data: bytes) -> None:
    assert strip(media_type, data) is None


# -- sound ------------------------------------------------------------------------------------------------
FORMAT = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


SAMPLES = bytes(range(200))
PLAIN = wav(chunk(b"fmt ", FORMAT), chunk(b"data", SAMPLES))


def test_a_recording_keeps_its_samples_and_nothing_else() -> None:
    listed = chunk(b"LIST", b"INFO" + chunk(b"IART", CANARY))
    noisy = wav(chunk(b"bext", CANARY), chunk(b"fmt ", FORMAT), listed, chunk(b"data", SAMPLES), chunk(b"id3 ", b"x"))
    copy = strip("audio/wav", noisy + CANARY)
    assert copy is not None
    assert copy.data == PLAIN


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        PLAIN[:20],
        wav(chunk(b"data", SAMPLES)),
        wav(chunk(b"fmt ", FORMAT)),
        wav(chunk(b"fmt ", FORMAT[:14]), chunk(b"data", SAMPLES)),
        wav(chunk(b"fmt ", b"\x55\0" + FORMAT[2:]), chunk(b"data", SAMPLES)),
        wav(chunk(b"fmt ", FORMAT + bytes(30)), chunk(b"data", SAMPLES)),
    ],
)
def test_what_is_no_recording_has_no_copy(data: bytes) -> None:
    assert strip("audio/wav", data) is None


@given(st.binary(max_size=300))
def test_any_bytes_after_the_mark_of_a_recording_do_no_harm(data: bytes) -> None:
    copy = strip("audio/wav", b"RIFF\0\0\0\0WAVE" + data)
    assert copy is None or copy.data.startswith(b"RIFF")
