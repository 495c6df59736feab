"""Attachments: what opens is what was sealed, in its own place and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.errors import Malformed, Unopenable
from firsthand.protocol import attachment, padding
from firsthand.protocol.attachment import Custody, Entry, Opener, Sealer, Taken
from tests.support import oracle

EID, KEY, TAG = b"E" * 16, b"K" * 32, b"T" * 16
CUSTODY = Custody(3, "photo", "camera", Taken(1_795_000_000, 60, "manual"))
CONTENT = bytes(range(256)) * 40 + b"end"


def seal(content: bytes, pieces: Iterable[int] = (1 << 16,), custody: Custody = CUSTODY) -> tuple[Entry, bytes]:
    """Sealed in pieces of the given sizes, the last one over and over."""
    sealer = Sealer(eid=EID, key=KEY, tag=TAG, media_type="image/jpeg", custody=custody)
    sizes, out, at = list(pieces), b"", 0
    while at < len(content):
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        out += sealer.update(content[at : at + size])
        at += size
    out += b"".join(sealer.finish())
    return sealer.entry(), out


def unseal(entry: Entry, sealed: bytes, eid: bytes = EID, piece: int = 1 << 16) -> bytes:
    opener = Opener(entry, eid)
    out = b"".join(opener.update(sealed[at : at + piece]) for at in range(0, len(sealed), piece))
    return out + opener.finish()


def as_list(**changes: Any) -> list[Any]:
    """A good entry with some of its eight places changed."""
    value: Any = attachment.encode_entry(seal(CONTENT)[0])
    for place, item in changes.items():
        value[int(place[1:])] = item
    return list(value)


# -- sealing and opening ----------------------------------------------------------------------------------
@given(
    content=st.binary(min_size=1, max_size=70_000),
    pieces=st.lists(st.integers(1, 40_000), min_size=1, max_size=5),
    piece=st.integers(1, 40_000),
)
def test_it_opens_to_what_was_sealed_however_it_is_cut_into_pieces(
    content: bytes, pieces: list[int], piece: int
) -> None:
    entry, sealed = seal(content, pieces)
    assert unseal(entry, sealed, piece=piece) == content
    assert entry.length == len(content)
    assert entry.object_length == len(sealed) == attachment.object_length(len(content))
    assert entry.object_hash == sha256(sealed).digest()
    assert entry.content_hash == sha256(content).digest()


def test_another_implementation_opens_it() -> None:
    entry, sealed = seal(CONTENT)
    context = oracle.cbor(["firsthand/1/att", oracle.cbor([1, 1, EID]), 3])
    padded = oracle.cobblestone_open(KEY, context, sealed)
    assert padded == CONTENT + bytes(padding.padme_length(len(CONTENT)) - len(CONTENT))
    assert entry.custody.number == 3


def test_what_another_implementation_has_sealed_opens() -> None:
    context = oracle.cbor(["firsthand/1/att", oracle.cbor([1, 1, EID]), 3])
    padded = CONTENT + bytes(padding.padme_length(len(CONTENT)) - len(CONTENT))
    sealed = oracle.cobblestone_seal(KEY, context, padded, b"S" * 24)
    entry = replace(seal(CONTENT)[0], object_hash=sha256(sealed).digest())
    assert unseal(entry, sealed) == CONTENT


def test_the_same_photo_twice_looks_different() -> None:
    assert seal(CONTENT)[1] != seal(CONTENT)[1]


def _padded_with(rest: bytes) -> tuple[Entry, bytes]:
    """Sealed by somebody who knows the key and writes something where the zeros belong."""
    context = oracle.cbor(["firsthand/1/att", oracle.cbor([1, 1, EID]), 3])
    sealed = oracle.cobblestone_seal(KEY, context, CONTENT + rest, b"S" * 24)
    return replace(seal(CONTENT)[0], object_hash=sha256(sealed).digest()), sealed


FAULTS: dict[str, Callable[[], tuple[Entry, bytes, bytes]]] = {
    "a-bit-flipped": lambda: (*_flipped(5000), EID),
    "a-bit-of-the-salt-flipped": lambda: (*_flipped(0), EID),
    "a-bit-of-the-last-tag-flipped": lambda: (*_flipped(-1), EID),
    "cut-by-a-byte": lambda: (seal(CONTENT)[0], seal(CONTENT)[1][:-1], EID),
    "a-byte-more": lambda: (seal(CONTENT)[0], seal(CONTENT)[1] + b"\0", EID),
    "nothing": lambda: (seal(CONTENT)[0], b"", EID),
    "another-key": lambda: _with(key=b"L" * 32),
    "another-report": lambda: (*seal(CONTENT), b"F" * 16),
    "another-number": lambda: _with(custody=replace(CUSTODY, number=4)),
    "another-object-hash": lambda: _with(object_hash=bytes(32)),
    "another-content-hash": lambda: _with(content_hash=bytes(32)),
    "a-shorter-length": lambda: _with(length=len(CONTENT) - 1),
    "a-longer-length": lambda: _with(length=len(CONTENT) + 1),
    "padding-that-is-not-zero": lambda: (
        *_padded_with(bytes(padding.padme_length(len(CONTENT)) - len(CONTENT) - 1) + b"\1"),
        EID,
    ),
}


def _flipped(place: int) -> tuple[Entry, bytes]:
    entry, sealed = seal(CONTENT)
    data = bytearray(sealed)
    data[place] ^= 1
    return entry, bytes(data)


def _with(**changes: Any) -> tuple[Entry, bytes, bytes]:
    entry, sealed = seal(CONTENT)
    return replace(entry, **changes), sealed, EID


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_with_one_fault_it_does_not_open(fault: Callable[[], tuple[Entry, bytes, bytes]]) -> None:
    entry, sealed, eid = fault()
    with pytest.raises(Unopenable):
        unseal(entry, sealed, eid)


@given(place=st.integers(0), bit=st.integers(0, 7))
def test_no_changed_bit_is_accepted(place: int, bit: int) -> None:
    entry, sealed = seal(b"x" * 20_000)
    data = bytearray(sealed)
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(Unopenable):
        unseal(entry, bytes(data))


def test_two_attachments_that_were_exchanged_do_not_open() -> None:
    one, other = seal(CONTENT), seal(CONTENT, custody=replace(CUSTODY, number=4))
    for entry, sealed in ((one[0], other[1]), (other[0], one[1])):
        with pytest.raises(Unopenable):
            unseal(replace(entry, object_hash=sha256(sealed).digest()), sealed)


def test_an_entry_before_the_end_is_refused() -> None:
    sealer = Sealer(eid=EID, key=KEY, tag=TAG, media_type="image/jpeg", custody=CUSTODY)
    sealer.update(b"x")
    with pytest.raises(Malformed):
        sealer.entry()


@pytest.mark.parametrize(
    "wrong",
    [
        {"eid": b"E" * 15},
        {"key": b"K" * 31},
        {"tag": b"T" * 15},
        {"media_type": "image"},
        {"custody": replace(CUSTODY, number=-1)},
        {"custody": replace(CUSTODY, number=1 << 16)},
    ],
)
def test_nothing_is_sealed_under_what_cannot_be(wrong: dict[str, Any]) -> None:
    good = {"eid": EID, "key": KEY, "tag": TAG, "media_type": "image/jpeg", "custody": CUSTODY}
    with pytest.raises(Malformed):
        Sealer(**{**good, **wrong})


# -- padding ----------------------------------------------------------------------------------------------
@given(st.integers(0, 1 << 40))
def test_padding_holds_the_content_costs_little_and_does_not_change_twice(size: int) -> None:
    padded = padding.padme_length(size)
    assert padded >= max(size, 4096)
    assert padding.padme_length(padded) == padded
    if size > 4096:
        assert padded - size <= size * 0.12


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 4096), (1, 4096), (4096, 4096), (4097, 4352), (9000, 9216), (1 << 20, 1 << 20), ((1 << 20) + 1, 1_081_344)],
)
def test_known_paddings(size: int, padded: int) -> None:
    assert padding.padme_length(size) == padded


def test_few_lengths_are_seen_from_outside() -> None:
    assert len({padding.padme_length(size) for size in range(1, 1 << 20, 97)}) < 200


# -- entries ----------------------------------------------------------------------------------------------
names = st.sampled_from(attachment.MEDIA)
taken = st.builds(Taken, st.integers(0, (1 << 40) - 1), st.integers(-1440, 1440), st.sampled_from(attachment.CLOCKS))
custodies = st.builds(
    Custody,
    st.integers(0, attachment.MAX_NUMBER - 1),
    names,
    st.none() | st.sampled_from(attachment.CAME),
    st.none() | taken,
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    length = draw(st.integers(1, attachment.MAX_CONTENT_BYTES))
    return Entry(
        key=draw(st.binary(min_size=32, max_size=32)),
        length=length,
        object_length=attachment.object_length(length),
        object_hash=draw(st.binary(min_size=32, max_size=32)),
        tag=draw(st.binary(min_size=16, max_size=16)),
        content_hash=draw(st.binary(min_size=32, max_size=32)),
        media_type=draw(st.sampled_from(["image/jpeg", "audio/x-wav", "application/vnd.a.b+c"])),
        custody=draw(custodies),
    )


@given(entries())
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert attachment.parse_entry(attachment.encode_entry(entry)) == entry


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        as_list()[:7],
        [*as_list(), 0],
        as_list(_0=b"K" * 31),
        as_list(_0="K" * 32),
        as_list(_1=0),
        as_list(_1=-1),
        as_list(_1=True),
        as_list(_1=(1 << 31) + 1, _2=attachment.object_length((1 << 31) + 1)),
        as_list(_2=len(CONTENT)),
        as_list(_2=seal(CONTENT)[0].object_length + 1),
        as_list(_3=b"h" * 31),
        as_list(_4=b"t" * 17),
        as_list(_5=b""),
        as_list(_6="Image/JPEG"),
        as_list(_6="image/"),
        as_list(_6="image/jpeg; q=1"),
        as_list(_6="image/" + "x" * 92),
        as_list(_7={}),
        as_list(_7={"n": 0}),
        as_list(_7={"n": True, "medium": "photo"}),
        as_list(_7={"n": -1, "medium": "photo"}),
        as_list(_7={"n": 1 << 16, "medium": "photo"}),
        as_list(_7={"n": 0, "medium": "painting"}),
        as_list(_7={"n": 0, "medium": "photo", "came": "post"}),
        as_list(_7={"n": 0, "medium": "photo", "came": None}),
        as_list(_7={"n": 0, "medium": "photo", "taken": None}),
        as_list(_7={"n": 0, "medium": "photo", "taken": [1, 2]}),
        as_list(_7={"n": 0, "medium": "photo", "taken": [1, 2, "sundial"]}),
        as_list(_7={"n": 0, "medium": "photo", "taken": [True, 2, "manual"]}),
        as_list(_7={"n": 0, "medium": "photo", "taken": [1, 1441, "manual"]}),
        as_list(_7={"n": 0, "medium": "photo", "name": "IMG_0001.JPG"}),
    ],
)
def test_other_values_are_no_entry(value: Any) -> None:
    with pytest.raises(Malformed):
        attachment.parse_entry(value)


def test_the_part_is_read_as_it_was_written() -> None:
    two = [seal(CONTENT, custody=replace(CUSTODY, number=n))[0] for n in (0, 7)]
    assert attachment.parse_part(attachment.part_value(b"R" * 16, two)) == tuple(two)


def _part(**changes: Any) -> dict[str, Any]:
    return {"v": 1, "id": b"R" * 16, "files": [as_list()], **changes}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        _part(v=2),
        _part(v=True),
        _part(id="text"),
        _part(files=[]),
        _part(files=None),
        _part(files=[as_list(), as_list()]),
        _part(files=[as_list(), as_list(_3=b"h" * 32)]),
        _part(files=[as_list(_3=b"h" * 32), as_list(_3=b"h" * 32, _7={"n": 4, "medium": "photo"})]),
        _part(files=[as_list(_3=bytes([n]) * 32, _7={"n": n, "medium": "photo"}) for n in range(65)]),
        _part(more=1),
    ],
)
def test_other_values_are_no_part(value: Any) -> None:
    with pytest.raises(Malformed):
        attachment.parse_part(value)
