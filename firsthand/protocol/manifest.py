"""What an envelope says about itself to those who hold K0 (PROTOCOL "Envelope").

The manifest carries no kind of report, no consent and no clock time: day, chain, author, the state of the
world that the author knew, and the hashes that bind slots and parts together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

from firsthand.errors import Malformed
from firsthand.protocol import cbor

PARTS: Final = 5
ID_BYTES, HASH_BYTES = 16, 32
_TYPE, _CHAIN, _SEQ, _PREV, _DEVICE, _DAY, _DIRECTORY, _CHECKPOINT, _SLOTS, _PARTS, _SUPERSEDES = range(11)
_KIND_CHARS = dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyz-"))
_REQUIRED = frozenset(range(_SUPERSEDES))


@dataclass(frozen=True, slots=True)
class ManifestDraft:
    """A manifest before its envelope is sealed.

    Attributes:
        type: "report", "enrol", or another kind of envelope; at most 16 lower-case letters and hyphens.
        chain: 16 B, the author's chain.
        seq: place in the chain, from 0.
        prev: object hash (32 B) of the predecessor; None exactly at seq 0.
        device: 16 B, see `signing.device_id`.
        day: days since 1970 as the author believes.
        directory: (version, sha256 of targets.json, whether the metadata had expired).
        checkpoint: (size, root) of the newest log checkpoint that the author has verified; (0, zeros) before.
        supersedes: object hash of an envelope by the same author that this one replaces.
    """

    type: str
    chain: bytes
    seq: int
    prev: bytes | None
    device: bytes
    day: int
    directory: tuple[int, bytes, bool]
    checkpoint: tuple[int, bytes]
    supersedes: bytes | None = None

    def __post_init__(self) -> None:
        _check_draft(self)


@dataclass(frozen=True, slots=True)
class Manifest(ManifestDraft):
    """A manifest bound to its envelope; the attributes of `ManifestDraft` and two more.

    Attributes:
        slots_hash: SHA-256 of the slots, one after the other.
        parts: (sealed length in bytes, SHA-256 of the sealed bytes) of parts 1 to 5.
    """

    slots_hash: bytes = field(kw_only=True)
    parts: tuple[tuple[int, bytes], ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        _check_draft(self)
        _hash(self.slots_hash)
        if len(self.parts) != PARTS:
            raise Malformed("manifest parts")
        for length, digest in self.parts:
            _count(length)
            _hash(digest)


def bind(draft: ManifestDraft, slots_hash: bytes, parts: tuple[tuple[int, bytes], ...]) -> Manifest:
    """The manifest of a draft, once slots and parts are sealed."""
    values = {item.name: getattr(draft, item.name) for item in fields(ManifestDraft)}
    return Manifest(**values, slots_hash=slots_hash, parts=parts)


def encode(manifest: Manifest) -> bytes:
    """The payload that is signed."""
    payload: dict[int, cbor.Value] = {
        _TYPE: manifest.type,
        _CHAIN: manifest.chain,
        _SEQ: manifest.seq,
        _PREV: manifest.prev,
        _DEVICE: manifest.device,
        _DAY: manifest.day,
        _DIRECTORY: manifest.directory,
        _CHECKPOINT: manifest.checkpoint,
        _SLOTS: manifest.slots_hash,
        _PARTS: manifest.parts,
    }
    if manifest.supersedes is not None:
        payload[_SUPERSEDES] = manifest.supersedes
    return cbor.encode(payload)


def parse(data: bytes) -> Manifest:
    """The manifest in a signed payload.

    Raises:
        Malformed: a field is missing, unknown, of another type or out of range.
    """
    payload = cbor.decode(data)
    if not isinstance(payload, dict) or payload.keys() - {_SUPERSEDES} != _REQUIRED:
        raise Malformed("manifest fields")
    if _SUPERSEDES in payload and payload[_SUPERSEDES] is None:
        raise Malformed("manifest supersedes")
    return Manifest(
        type=payload[_TYPE],
        chain=payload[_CHAIN],
        seq=payload[_SEQ],
        prev=payload[_PREV],
        device=payload[_DEVICE],
        day=payload[_DAY],
        directory=_tuple(payload[_DIRECTORY], 3),  # type: ignore[arg-type]
        checkpoint=_tuple(payload[_CHECKPOINT], 2),  # type: ignore[arg-type]
        supersedes=payload.get(_SUPERSEDES),
        slots_hash=payload[_SLOTS],
        parts=tuple(_tuple(part, 2) for part in _tuple(payload[_PARTS], PARTS)),  # type: ignore[misc]
    )


def _tuple(value: object, length: int) -> tuple[object, ...]:
    if not isinstance(value, list) or len(value) != length:
        raise Malformed("manifest array")
    return tuple(value)


def _check_draft(draft: ManifestDraft) -> None:
    _kind(draft.type)
    _id(draft.chain)
    _count(draft.seq)
    if (draft.prev is None) != (draft.seq == 0):
        raise Malformed("manifest prev")
    if draft.prev is not None:
        _hash(draft.prev)
    _id(draft.device)
    _count(draft.day)
    version, digest, stale = draft.directory
    _count(version)
    _hash(digest)
    if not isinstance(stale, bool):
        raise Malformed("manifest stale")
    size, root = draft.checkpoint
    _count(size)
    _hash(root)
    if draft.supersedes is not None:
        _hash(draft.supersedes)


def _kind(value: object) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= 16 or value.translate(_KIND_CHARS):
        raise Malformed("manifest type")


def _count(value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value >> 63:
        raise Malformed("manifest number")


def _id(value: object) -> None:
    if not isinstance(value, bytes) or len(value) != ID_BYTES:
        raise Malformed("manifest id")


def _hash(value: object) -> None:
    if not isinstance(value, bytes) or len(value) != HASH_BYTES:
        raise Malformed("manifest hash")
