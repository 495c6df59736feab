"""Sizes that tell nothing: the manifest, the parts, the body classes, attachments (PROTOCOL "Suite 1", "Envelope").

Each part is compressed alone, because a shared stream would let one part's length depend on another's secret,
and padded with zeros. Only decoding is specified: a decoder takes any raw deflate stream of at most 1 MiB of
content, after whose end only zeros may follow.
"""

from __future__ import annotations

import zlib
from typing import Final

from firsthand.errors import Malformed
from firsthand.protocol.suite import PART_CHUNK_BYTES, PART_OVERHEAD_BYTES, PART_TAG_BYTES

MANIFEST_BYTES: Final = 576
PART_STEP_BYTES: Final = 64
PART_MIN_SEALED_BYTES: Final = 128
CONTENT_MAX_BYTES: Final = 1 << 20
PADME_FLOOR_BYTES: Final = 4096
BODY_MAX_BYTES: Final = 196_608  # the largest class that an envelope of 256 KiB can hold

_LENGTH_BYTES = 2
_RAW_DEFLATE = -15
_CLASSES: Final = tuple(sorted(base << k for base in (1536, 2048) for k in range(8) if base << k <= BODY_MAX_BYTES))
_CLASS_SET = frozenset(_CLASSES)


def pad_manifest(data: bytes) -> bytes:
    """576 B: length in two bytes, `data`, zeros.

    Raises:
        Malformed: more than 574 B.
    """
    room = MANIFEST_BYTES - _LENGTH_BYTES - len(data)
    if room < 0:
        raise Malformed("manifest length")
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data + bytes(room)


def unpad_manifest(padded: bytes) -> bytes:
    """The inverse of `pad_manifest`.

    Raises:
        Malformed: another size, a length beyond the end, or padding that is not zero.
    """
    if len(padded) != MANIFEST_BYTES:
        raise Malformed("manifest padding length")
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if end > MANIFEST_BYTES or padded[end:].strip(b"\0"):
        raise Malformed("manifest padding")
    return padded[_LENGTH_BYTES:end]


def body_class(size: int) -> int:
    """The smallest class (1536 x 2^k or 2048 x 2^k bytes) that holds a body of `size` bytes.

    Raises:
        Malformed: more than an envelope may carry.
    """
    for candidate in _CLASSES:
        if size <= candidate:
            return candidate
    raise Malformed("body too large")


def is_body_class(size: int) -> bool:
    """Whether a body may have this size at all."""
    return size in _CLASS_SET


def sealed_length(plain: int) -> int:
    """Bytes that `plain` bytes take once sealed under Cobblestone-256."""
    return plain + PART_OVERHEAD_BYTES + plain // PART_CHUNK_BYTES * PART_TAG_BYTES


def plain_length(sealed: int) -> int | None:
    """The inverse of `sealed_length`; None where no plaintext has that sealed length."""
    rest = sealed - PART_OVERHEAD_BYTES
    if rest < 0:
        return None
    chunks, last = divmod(rest, PART_CHUNK_BYTES + PART_TAG_BYTES)
    return chunks * PART_CHUNK_BYTES + last if last < PART_CHUNK_BYTES else None


def padme_length(size: int) -> int:
    """What a content of `size` bytes is padded to: Padmé, at least 4 KiB.

    A length keeps only its leading bits, about as many as its own length has digits, so that it tells
    O(log log size) bits and costs at most 12 % (less than 3 % from 1 MiB on).

    Raises:
        Malformed: negative.
    """
    if size < 0:
        raise Malformed("content length")
    if size <= PADME_FLOOR_BYTES:
        return PADME_FLOOR_BYTES
    exponent = size.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-size // step) * step


def pad_part(data: bytes, size: int | None = None) -> bytes:
    """`data` and zeros, up to `size` bytes or to the next multiple of 64.

    Raises:
        Malformed: `size` is too small.
    """
    target = -(-len(data) // PART_STEP_BYTES) * PART_STEP_BYTES if size is None else size
    if target < len(data):
        raise Malformed("part padding length")
    return data.ljust(target, b"\0")


def deflate(data: bytes) -> bytes:
    """`data` as one raw deflate stream.

    Raises:
        Malformed: more than 1 MiB.
    """
    if len(data) > CONTENT_MAX_BYTES:
        raise Malformed("part content length")
    stream = zlib.compressobj(level=9, wbits=_RAW_DEFLATE)
    return stream.compress(data) + stream.flush()


def inflate(padded: bytes) -> bytes:
    """The content of a raw deflate stream that is followed by nothing but zeros.

    Raises:
        Malformed: not a whole stream, more than 1 MiB of content, or other bytes after the end.
    """
    stream = zlib.decompressobj(wbits=_RAW_DEFLATE)
    try:
        data = stream.decompress(padded, CONTENT_MAX_BYTES + 1)
    except zlib.error:
        raise Malformed("deflate") from None
    if len(data) > CONTENT_MAX_BYTES or not stream.eof:
        raise Malformed("deflate length")
    if stream.unused_data.strip(b"\0"):
        raise Malformed("part padding")
    return data
