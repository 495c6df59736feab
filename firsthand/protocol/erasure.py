"""What a desk answers to a withdrawal: a signed receipt of what it destroyed, and what it cannot call back.

    file   = cbor ["firsthand/1/erasures", [sealed, ...]]         one for each tablet that it answers; names none
    sealed = HPKE(device, info = cbor ["firsthand/1/erasures", device], COSE_Sign1(desk, {v, role, device, erasures}))

A receipt holds no content: hashes, bitmaps, days, and which exports had it in them. The author's tablet keeps it,
shows the officer who has destroyed what, and says what to tell the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from firsthand.errors import BadSignature, Malformed, NotForUs
from firsthand.protocol import cbor, signing, suite
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

MARK: Final = "firsthand/1/erasures"
FILE_MAX_BYTES: Final = 1 << 20
RECEIPTS_MAX: Final = 200  # for one tablet in one answer
EXPORTS_MAX: Final = 40
_VERSION = 1
_FIELDS = frozenset({"v", "role", "device", "erasures"})
_HASH_BYTES, _DEVICE_BYTES = 32, 16
_WORD_CHARS = 24
_BITMAP_END, _NUMBER_END = 1 << 6, 1 << 40
_AAD = cbor.encode([MARK, "desk"])


@dataclass(frozen=True, slots=True)
class Export:
    """A file that left the desk with the report in it.

    Attributes:
        what, form: as the export command names them.
        day: days since 1970.
    """

    what: str
    form: str
    day: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """One desk's answer to one withdrawal.

    Attributes:
        target: object hash of the report, 32 B.
        withdrawal: object hash of the envelope that took it back, 32 B.
        gone: bitmap of the keys that this desk held and has destroyed; 0: it held nothing of that.
        kept: bitmap of the keys that it still holds.
        day: days since 1970, of the desk's clock.
        readers: people who had opened the report's page; they remember what they remember.
        exports: files it had gone into, the newest first, at most 40.
    """

    target: bytes
    withdrawal: bytes
    gone: int
    kept: int
    day: int
    readers: int = 0
    exports: tuple[Export, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.day, self.readers, *(export.day for export in self.exports))
        words = [word for export in self.exports for word in (export.what, export.form)]
        sound = (
            all(isinstance(each, bytes) and len(each) == _HASH_BYTES for each in (self.target, self.withdrawal))
            and all(_is_number(bitmap, _BITMAP_END) for bitmap in (self.gone, self.kept))
            and not self.gone & self.kept
            and all(_is_number(number, _NUMBER_END) for number in numbers)
            and len(self.exports) <= EXPORTS_MAX
            and all(isinstance(word, str) and 1 <= len(word) <= _WORD_CHARS for word in words)
        )
        if not sound:
            raise Malformed("erasure")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one desk tells one tablet."""

    role: str
    erasures: tuple[Erasure, ...]


# -- the desk ------------------------------------------------------------------------------------------------
def seal_answer(
    desk_key: SigningKey, role: str, device: bytes, kem_public: bytes, erasures: Sequence[Erasure]
) -> bytes:
    """Receipts signed by the desk and sealed to one tablet.

    Args:
        desk_key: of the desk.
        role: of the desk.
        device: id of the tablet, 16 B.
        kem_public: of the tablet, from its certificate.
        erasures: at most 200.

    Raises:
        Malformed: counts or lengths.
    """
    payload = cbor.encode({"v": _VERSION, "role": role, "device": device, "erasures": [_row(e) for e in erasures]})
    _parse_payload(payload)
    return suite.hpke_seal(kem_public, _info(device), signing.cose_sign1(desk_key, payload, _AAD))


def file_of(answers: Iterable[bytes]) -> bytes:
    """The file that carries sealed answers to whichever tablets they are for.

    Raises:
        Malformed: too much for one file.
    """
    data = cbor.encode([MARK, list(answers)])
    if len(data) > FILE_MAX_BYTES:
        raise Malformed("erasures file size")
    return data


# -- the tablet ----------------------------------------------------------------------------------------------
def is_file(data: bytes) -> bool:
    """Whether bytes claim to be such a file."""
    head = cbor.encode([MARK])[1:]
    return data[1 : 1 + len(head)] == head


def open_file(data: bytes, kem_secret: KemSecret, desks: Mapping[str, Sequence[bytes]], device: bytes) -> list[Answer]:
    """The answers in a file that are for this tablet.

    Args:
        data: the file.
        kem_secret: the tablet's own.
        desks: signing keys of each role's desk, from the signed directory.
        device: this tablet.

    Raises:
        Malformed: cut, flipped, or no such file.
        NotForUs: nothing in it is for this tablet.
        BadSignature: an answer is not signed by the desk that it names, or names another device.
    """
    opened = []
    for sealed in _sealed(data):
        with suppress(NotForUs):
            opened.append(suite.hpke_open(kem_secret, _info(device), sealed))
    if not opened:
        raise NotForUs("erasures for other tablets")
    return [_verified(signed, desks, device) for signed in opened]


def _verified(signed: bytes, desks: Mapping[str, Sequence[bytes]], device: bytes) -> Answer:
    named, answer = _parse_payload(signing.cose_peek(signed))
    for public in desks.get(answer.role, ()):
        with suppress(BadSignature):
            signing.cose_open(public, signed, _AAD)
            if named == device:
                return answer
    raise BadSignature("erasures")


def _sealed(data: bytes) -> list[bytes]:
    if len(data) > FILE_MAX_BYTES:
        raise Malformed("erasures file size")
    match cbor.decode(data, max_bytes=FILE_MAX_BYTES):
        case [mark, list(items)] if mark == MARK:
            sealed = [item for item in items if isinstance(item, bytes)]
            if len(sealed) == len(items):
                return sealed
    raise Malformed("erasures file form")


# -- rows ----------------------------------------------------------------------------------------------------
def _row(erasure: Erasure) -> cbor.Value:
    exports: list[cbor.Value] = [[each.what, each.form, each.day] for each in erasure.exports]
    return [
        erasure.target,
        erasure.withdrawal,
        erasure.gone,
        erasure.kept,
        erasure.day,
        erasure.readers,
        exports,
    ]


def _parse_payload(payload: bytes) -> tuple[bytes, Answer]:
    value = cbor.decode(payload, max_bytes=FILE_MAX_BYTES)
    if not isinstance(value, dict) or value.keys() != _FIELDS or value["v"] != _VERSION or value["v"] is True:
        raise Malformed("erasures fields")
    match value:
        case {"role": str(role), "device": bytes(device), "erasures": list(rows)} if (
            len(device) == _DEVICE_BYTES and len(rows) <= RECEIPTS_MAX
        ):
            return device, Answer(role, tuple(_erasure(row) for row in rows))
    raise Malformed("erasures form")


def _erasure(row: cbor.Value) -> Erasure:
    match row:
        case [bytes(target), bytes(withdrawal), int(gone), int(kept), int(day), int(readers), list(exports)]:
            return Erasure(target, withdrawal, gone, kept, day, readers, tuple(_export(each) for each in exports))
    raise Malformed("erasure row")


def _export(row: cbor.Value) -> Export:
    match row:
        case [str(what), str(form), int(day)]:
            return Export(what, form, day)
    raise Malformed("export row")


def _info(device: bytes) -> bytes:
    return cbor.encode([MARK, device])


def _is_number(value: object, end: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end
