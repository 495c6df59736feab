"""Sizes: classes, paddings, and deflate at most 1 MiB with zeros behind."""

from __future__ import annotations

import zlib

import pytest

from firsthand.errors import Malformed
from firsthand.protocol import padding
from firsthand.protocol.suite import part_seal
from tests.support import oracle

CLASSES = (
    1536,
    2048,
    3072,
    4096,
    6144,
    8192,
    12_288,
    16_384,
    24_576,
    32_768,
    49_152,
    65_536,
    98_304,
    131_072,
    196_608,
)


def test_the_classes_are_those_of_the_page() -> None:
    assert tuple(size for size in range(200_000) if padding.is_body_class(size)) == CLASSES


@pytest.mark.parametrize("size", CLASSES)
def test_a_class_holds_what_fits_and_no_more(size: int) -> None:
    assert padding.body_class(size) == size
    assert padding.body_class(size - 1) == size
    if size == CLASSES[-1]:
        with pytest.raises(Malformed):
            padding.body_class(size + 1)
    else:
        assert padding.body_class(size + 1) > size


def test_classes_agree_with_the_oracle() -> None:
    assert all(padding.body_class(size) == oracle.body_class(size) for size in range(0, 196_609, 97))


def test_the_largest_body_fits_into_an_envelope_and_the_next_would_not() -> None:
    around = 4 * (1329 + 3) + 648 + 60
    assert CLASSES[-1] + 2 * 1332 + around <= 262_144 < 262_144 + around  # 2^18 is the next class


@pytest.mark.parametrize("size", [0, 1, 64, 16_383, 16_384, 16_385, 32_767, 32_768, 50_000])
def test_sealed_length_is_what_sealing_gives(size: int) -> None:
    sealed = len(part_seal(bytes(32), b"", bytes(size)))
    assert padding.sealed_length(size) == sealed
    assert padding.plain_length(sealed) == size


def test_lengths_that_no_plaintext_seals_to_are_known() -> None:
    possible = {padding.sealed_length(size) for size in range(40_000)}
    for sealed in range(40_000):
        assert (padding.plain_length(sealed) is not None) == (sealed in possible)


@pytest.mark.parametrize("size", [0, 1, 300, 574])
def test_manifest_padding_is_undone(size: int) -> None:
    padded = padding.pad_manifest(b"m" * size)
    assert len(padded) == 576
    assert padding.unpad_manifest(padded) == b"m" * size


def test_a_manifest_ending_in_zeros_keeps_them() -> None:
    assert padding.unpad_manifest(padding.pad_manifest(b"m\0\0")) == b"m\0\0"


def test_a_manifest_that_is_too_long_is_refused() -> None:
    with pytest.raises(Malformed):
        padding.pad_manifest(bytes(575))


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(575),
        bytes(577),
        (575).to_bytes(2, "big") + bytes(574),
        b"\xff\xff" + bytes(574),
        b"\x00\x01ab" + bytes(572),
        b"\x00\x00" + bytes(573) + b"\x01",
    ],
)
def test_other_manifest_paddings_are_refused(padded: bytes) -> None:
    with pytest.raises(Malformed):
        padding.unpad_manifest(padded)


def test_parts_are_padded_to_steps_of_sixty_four_or_to_a_size() -> None:
    assert [len(padding.pad_part(bytes(size))) for size in (1, 63, 64, 65, 128)] == [64, 64, 64, 128, 128]
    assert padding.pad_part(b"x", 100) == b"x" + bytes(99)
    with pytest.raises(Malformed):
        padding.pad_part(bytes(65), 64)


def test_the_least_part_is_above_the_least_sealed_size() -> None:
    assert padding.sealed_length(len(padding.pad_part(b"\x01"))) >= padding.PART_MIN_SEALED_BYTES


@pytest.mark.parametrize("content", [b"", b"x", b"abc" * 1000, bytes(1 << 20), bytes(range(256)) * 300])
def test_deflate_is_undone_with_any_zeros_behind(content: bytes) -> None:
    stream = padding.deflate(content)
    assert padding.inflate(stream) == content
    assert padding.inflate(stream + bytes(1000)) == content
    assert zlib.decompress(stream, wbits=-15) == content


def test_stored_blocks_of_another_writer_inflate() -> None:
    content = bytes(range(256)) * 600
    assert padding.inflate(oracle.stored(content)) == content


def test_more_than_a_mebibyte_is_neither_written_nor_read() -> None:
    with pytest.raises(Malformed):
        padding.deflate(bytes((1 << 20) + 1))
    bomb = zlib.compressobj(wbits=-15)
    stream = bomb.compress(bytes(50 << 20)) + bomb.flush()
    with pytest.raises(Malformed):
        padding.inflate(stream)


def test_the_compressor_of_one_part_knows_nothing_of_another() -> None:
    # The same content gives the same stream whatever was compressed before: no shared window.
    first = padding.deflate(b"a name that stands in two parts")
    padding.deflate(b"something else")
    assert padding.deflate(b"a name that stands in two parts") == first
