"""Halves of draft keys on the wire: for the custodian, and back to the one tablet that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand import errors
from firsthand.protocol import cbor, panic, signing, suite
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

CUSTODIAN, TABLET, OTHER = (KemSecret.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
DESK, OTHER_DESK = SigningKey.from_seed(b"d" * 32), SigningKey.from_seed(b"e" * 32)
DEVICE, DRAFT, HALF = b"V" * 16, b"D" * 16, b"h" * 32
HALVES = [(DRAFT, HALF), (b"E" * 16, b"i" * 32)]

halves = st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32), max_size=6).map(
    lambda found: list(found.items())
)


@pytest.fixture(scope="module")
def returned() -> bytes:
    return panic.return_file(DESK, TABLET.public(), DEVICE, HALVES)


def opened(data: bytes, kem: KemSecret = TABLET, desk: SigningKey = DESK, device: bytes = DEVICE) -> list[panic.Half]:
    return panic.open_return_file(data, kem, desk.public, device)


# -- to the custodian --------------------------------------------------------------------------------------
def test_the_custodian_opens_a_half_of_this_device_and_draft_only() -> None:
    sealed = panic.half_seal(CUSTODIAN.public(), DEVICE, DRAFT, HALF)
    assert len(sealed) == panic.SEALED_HALF_BYTES
    assert panic.half_open(CUSTODIAN, DEVICE, DRAFT, sealed) == HALF
    for kem, device, draft_id in (
        (OTHER, DEVICE, DRAFT),
        (CUSTODIAN, b"W" * 16, DRAFT),
        (CUSTODIAN, DEVICE, b"F" * 16),
    ):
        with pytest.raises(errors.NotForUs):
            panic.half_open(kem, device, draft_id, sealed)


def test_what_opens_and_is_no_half_is_malformed() -> None:
    sealed = suite.hpke_seal(CUSTODIAN.public(), cbor.encode(["firsthand/1/half", DEVICE, DRAFT]), b"short")
    with pytest.raises(errors.Malformed):
        panic.half_open(CUSTODIAN, DEVICE, DRAFT, sealed)


@given(names=st.sets(st.binary(min_size=16, max_size=16), max_size=5))
def test_the_part_of_a_panic_envelope_is_read_as_it_was_written(names: set[bytes]) -> None:
    listed = [(name, name[:1] * panic.SEALED_HALF_BYTES) for name in sorted(names)]
    part = cbor.decode(cbor.encode(panic.envelope_part(listed)))
    assert panic.parse_envelope_part(part) == listed


@pytest.mark.parametrize(
    "part",
    [
        None,
        {},
        {"v": 2, "halves": []},
        {"v": True, "halves": []},
        {"v": 1, "halves": {}},
        {"v": 1, "halves": [], "more": 1},
        {"v": 1, "halves": [[DRAFT]]},
        {"v": 1, "halves": [[DRAFT, HALF]]},
        {"v": 1, "halves": [[DRAFT[1:], b"c" * panic.SEALED_HALF_BYTES]]},
        {"v": 1, "halves": [[DRAFT, b"c" * panic.SEALED_HALF_BYTES]] * 2},
    ],
)
def test_any_other_part_is_malformed(part: cbor.Value) -> None:
    with pytest.raises(errors.Malformed):
        panic.parse_envelope_part(part)


# -- and back ----------------------------------------------------------------------------------------------
@given(listed=halves)
def test_the_tablet_reads_what_the_desk_wrote(listed: list[panic.Half]) -> None:
    assert opened(panic.return_file(DESK, TABLET.public(), DEVICE, listed)) == listed


def test_another_tablet_or_another_desk_gets_nothing(returned: bytes) -> None:
    with pytest.raises(errors.NotForUs):
        opened(returned, kem=OTHER)
    with pytest.raises(errors.NotForUs):
        opened(returned, device=b"W" * 16)
    with pytest.raises(errors.BadSignature):
        opened(returned, desk=OTHER_DESK)


def test_a_file_signed_for_one_device_and_sealed_to_another_is_refused() -> None:
    """The desk signs who it is for: nobody can pass its words on."""
    payload = cbor.encode({"v": 1, "device": b"W" * 16, "halves": [[DRAFT, HALF]]})
    signed = signing.cose_sign1(DESK, payload, cbor.encode(["firsthand/1/return", "desk"]))
    sealed = suite.hpke_seal(TABLET.public(), cbor.encode(["firsthand/1/return", DEVICE]), signed)
    with pytest.raises(errors.BadSignature):
        opened(cbor.encode(["firsthand/1/return", sealed, panic._check(sealed)]))


@given(data=st.data())
def test_a_cut_or_flipped_file_is_malformed(returned: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(returned) - 1))
    flipped = returned[:at] + bytes([returned[at] ^ data.draw(st.integers(1, 255))]) + returned[at + 1 :]
    for hurt in (returned[:at], flipped, returned + b"\0"):
        with pytest.raises(errors.Malformed):
            opened(hurt)


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with pytest.raises(errors.Malformed):
        opened(data)


def test_the_file_names_neither_tablet_nor_draft_in_clear(returned: bytes) -> None:
    assert DEVICE not in returned
    assert DRAFT not in returned
    assert DESK.public not in returned


@pytest.mark.parametrize("listed", [[(b"short", HALF)], [(DRAFT, b"short")], [(DRAFT, HALF), (DRAFT, HALF)]])
def test_a_desk_cannot_write_what_no_tablet_would_read(listed: list[panic.Half]) -> None:
    with pytest.raises(errors.Malformed):
        panic.return_file(DESK, TABLET.public(), DEVICE, listed)


def test_a_file_too_large_is_refused_on_both_sides() -> None:
    many = [(n.to_bytes(16, "big"), HALF) for n in range(6_000)]
    with pytest.raises(errors.Malformed):
        panic.return_file(DESK, TABLET.public(), DEVICE, many)
    with pytest.raises(errors.Malformed):
        opened(bytes(panic.RETURN_MAX_BYTES + 1))
