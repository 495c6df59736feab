"""The halves of draft keys: one for the custodian, and the file by which the custodian's desk gives it back
(PROTOCOL "Custody states on the tablet").

    draft key   = a xor b
    c           = HPKE(custodian, info = cbor ["firsthand/1/half", device, draft id], b)
    return file = cbor ["firsthand/1/return", sealed, SHA-256(sealed)[:16]]
      sealed    = HPKE(device, info = cbor ["firsthand/1/return", device], COSE_Sign1(desk, {v, device, halves}))

The file names no tablet in clear. Its checksum tells a cut file from one that was made for another tablet; what
proves anything is the signature inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import cbor, signing, suite
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

HALF_BYTES: Final = 32
SEALED_HALF_BYTES: Final = HALF_BYTES + suite.KEM_OVERHEAD_BYTES
ENVELOPE_TYPE: Final = "panic"
RETURN_MAX_BYTES: Final = 1 << 18
_DRAFT_BYTES, _DEVICE_BYTES, _CHECK_BYTES, _VERSION = 16, 16, 16, 1
_HALF, _RETURN = "firsthand/1/half", "firsthand/1/return"
_AAD = cbor.encode([_RETURN, "desk"])

Half = tuple[bytes, bytes]
"""Draft id (16 B) and half b of its key (32 B); or draft id and sealed half c."""


def half_seal(custodian_public: bytes, device: bytes, draft_id: bytes, half: bytes) -> bytes:
    """`c`: half b (32 B) of a draft's key for the custodian, bound to device and draft (16 B each); 1168 B.

    Raises:
        Malformed: `custodian_public` is not a key.
    """
    return suite.hpke_seal(custodian_public, _half_info(device, draft_id), half)


def half_open(custodian: KemSecret, device: bytes, draft_id: bytes, sealed: bytes) -> bytes:
    """Half b, at the custodian's desk.

    Raises:
        NotForUs: sealed to another epoch's key, for another device or draft, or altered.
        Malformed: what opened is no half.
    """
    half = suite.hpke_open(custodian, _half_info(device, draft_id), sealed)
    if len(half) != HALF_BYTES:
        raise Malformed("half length")
    return half


def envelope_part(halves: Iterable[Half]) -> cbor.Value:
    """The identities part of a `panic` envelope: draft ids with their c."""
    return {"v": _VERSION, "halves": [[draft_id, sealed] for draft_id, sealed in halves]}


def parse_envelope_part(part: cbor.Value) -> list[Half]:
    """The inverse, at the custodian's desk.

    Raises:
        Malformed: another form.
    """
    return _halves(part, {"v", "halves"}, SEALED_HALF_BYTES)


def return_file(desk_key: SigningKey, device_kem_public: bytes, device: bytes, halves: Sequence[Half]) -> bytes:
    """The file that re-opens drafts on one tablet: (draft id, b) signed by the custodian's desk.

    Raises:
        Malformed: sizes, or more than a file may hold (about 4,000 drafts).
    """
    payload = cbor.encode({"v": _VERSION, "device": device, "halves": [[name, half] for name, half in halves]})
    _parse_payload(payload)
    signed = signing.cose_sign1(desk_key, payload, _AAD)
    sealed = suite.hpke_seal(device_kem_public, _return_info(device), signed)
    data = cbor.encode([_RETURN, sealed, _check(sealed)])
    if len(data) > RETURN_MAX_BYTES:
        raise Malformed("return file size")
    return data


def open_return_file(data: bytes, kem_secret: KemSecret, desk_public: bytes, device: bytes) -> list[Half]:
    """The halves (draft id, b) in a return file, once everything about it has been checked.

    Args:
        data: the file.
        kem_secret: the tablet's own.
        desk_public: of the custodian's desk, from the signed directory.
        device: this tablet.

    Raises:
        Malformed: cut, flipped, or no return file.
        NotForUs: made for another tablet.
        BadSignature: not signed by this desk, or signed for another device.
    """
    signed = suite.hpke_open(kem_secret, _return_info(device), _sealed(data))
    named, halves = _parse_payload(signing.cose_open(desk_public, signed, _AAD))
    if named != device:
        raise BadSignature("return file names another device")
    return halves


def _sealed(data: bytes) -> bytes:
    if len(data) > RETURN_MAX_BYTES:
        raise Malformed("return file size")
    match cbor.decode(data):
        case [mark, bytes(sealed), bytes(check)] if mark == _RETURN and check == _check(sealed):
            return sealed
    raise Malformed("return file form")


def _parse_payload(payload: bytes) -> tuple[bytes, list[Half]]:
    value = cbor.decode(payload)
    halves = _halves(value, {"v", "device", "halves"}, HALF_BYTES)
    device = value["device"] if isinstance(value, dict) else None
    if not isinstance(device, bytes) or len(device) != _DEVICE_BYTES:
        raise Malformed("return file device")
    return device, halves


def _halves(value: cbor.Value, fields: set[str], size: int) -> list[Half]:
    if not isinstance(value, dict) or set(value) != fields or value["v"] != _VERSION or value["v"] is True:
        raise Malformed("halves fields")
    listed = value["halves"]
    if not isinstance(listed, list):
        raise Malformed("halves list")
    found: list[Half] = []
    for entry in listed:
        match entry:
            case [bytes(draft_id), bytes(half)] if len(draft_id) == _DRAFT_BYTES and len(half) == size:
                found.append((draft_id, half))
            case _:
                raise Malformed("halves entry")
    if len({draft_id for draft_id, _ in found}) != len(found):
        raise Malformed("halves twice")
    return found


def _check(sealed: bytes) -> bytes:
    return sha256(sealed).digest()[:_CHECK_BYTES]


def _half_info(device: bytes, draft_id: bytes) -> bytes:
    return cbor.encode([_HALF, device, draft_id])


def _return_info(device: bytes) -> bytes:
    return cbor.encode([_RETURN, device])
