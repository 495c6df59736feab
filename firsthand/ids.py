"""Identifiers: opaque, random, and never telling date, place or person."""

from __future__ import annotations

from typing import NewType

from firsthand.errors import Malformed

ReportId = NewType("ReportId", bytes)  # 16 random bytes
DeviceId = NewType("DeviceId", bytes)  # SHA-256(Ed25519 public key)[:16]
ChainId = NewType("ChainId", bytes)  # 16 random bytes
ObjectHash = NewType("ObjectHash", bytes)  # SHA-256 of a stored object

# Crockford's alphabet: no I, L, O, U, so that a code read aloud over a radio is not misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_BYTES, _ID_CHARS = 16, 26


def report_id_text(report_id: bytes) -> str:
    """The 26 characters by which people and files name a report.

    Raises:
        Malformed: not 16 bytes.
    """
    if len(report_id) != _ID_BYTES:
        raise Malformed("report id length")
    number = int.from_bytes(report_id, "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def parse_report_id(text: str) -> ReportId:
    """The inverse of `report_id_text`; exact form only.

    Raises:
        Malformed: length, alphabet, or a number over 128 bits.
    """
    if len(text) != _ID_CHARS or any(char not in _ALPHABET for char in text):
        raise Malformed("report id form")
    number = 0
    for char in text:
        number = number << 5 | _ALPHABET.index(char)
    if number >> 128:
        raise Malformed("report id range")
    return ReportId(number.to_bytes(_ID_BYTES, "big"))


def short_report_id(report_id: bytes) -> str:
    """Six characters for lists, for example `7K2M-94`; not unique, never used to look anything up."""
    text = report_id_text(report_id)
    return f"{text[-6:-2]}-{text[-2:]}"
