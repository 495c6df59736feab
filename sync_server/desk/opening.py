"""From the bytes of one logged object to plain rows: pure, without store or network, so that it can run in a pool.

Everything that an envelope claims is treated as hostile until its author's signature has been verified; even then
the values of its parts are checked field by field, because a mission's own tablet may be broken or stolen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from firsthand.errors import BadSignature, Malformed, NotForUs, NotGranted, Unopenable
from firsthand.protocol import attachment, certificate, withdraw
from firsthand.protocol.attachment import Entry
from firsthand.protocol.certificate import Certificate
from firsthand.protocol.envelope import KEYS, Opened, cut, open_slot, peek_type
from firsthand.protocol.signing import device_id
from firsthand.protocol.suite import KemSecret
from firsthand.protocol.withdraw import Withdrawal
from sync_server.desk.digest import Digest, digest

PART_BITS = {"counts": 1, "facts": 2, "identities": 4, "narrative": 8, "attachments": 16}
_NO_KEY = bytes(32)


class Outcome(StrEnum):
    """What became of a logged object at this desk."""

    REPORT = "report"
    ENROL = "enrol"
    OTHER = "other"
    NOT_GRANTED = "not-granted"
    UNOPENABLE = "unopenable"
    MALFORMED = "malformed-object"
    WRONG_TAG = "wrong-tag"
    MISSING = "missing-object"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A logged object as fetched; its hash has been checked."""

    idx: int
    object_hash: bytes
    tag: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Listed:
    """An attachment that a report lists, without its key.

    Attributes:
        number: of the attachment in its report.
        object_hash, tag, object_length: of the sealed object.
        length: of the content.
        is_copy: a copy without metadata, listed in the facts.
    """

    number: int
    object_hash: bytes
    tag: bytes
    object_length: int
    length: int
    medium: str
    media_type: str
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What one object holds for this desk.

    Attributes:
        proven: the signature verifies under the key that this desk knows for `device` (for an enrolment: under the
            key that the certificate itself vouches for).
        granted: one bit a part that the slot grants, see `PART_BITS`.
        keys: K0 to K5 one after the other, 32 zero bytes for those that are not granted. The store keeps them under
            its own key: epoch keys may be destroyed later, and what was granted stays readable.
        digest: the columns of lists and tables, for a report.
        listed: attachments whose keys this desk has found in a report.
        withdrawal: what an author takes back, for an envelope of that type.
    """

    idx: int
    object_hash: bytes
    outcome: Outcome
    type: str = ""
    device: bytes = b""
    chain: bytes = b""
    seq: int = 0
    prev: bytes | None = None
    supersedes: bytes | None = None
    day: int = 0
    stale: bool = False
    proven: bool = False
    granted: int = 0
    keys: bytes = field(default=b"", repr=False)
    digest: Digest | None = None
    certificate: Certificate | None = None
    listed: tuple[Listed, ...] = ()
    withdrawal: Withdrawal | None = None


def open_object(item: Sealed, slot: int, secrets: Sequence[KemSecret], authors: Mapping[bytes, bytes]) -> Found:
    """Open what the role may open.

    Args:
        slot: the role's position in the policy.
        secrets: the role's KEM secrets, newest first.
        authors: signing keys of the tablets known so far, by device id.
    """
    try:
        opened = open_slot(item.data, slot, secrets)
    except NotGranted:
        return Found(item.idx, item.object_hash, Outcome.NOT_GRANTED)
    except (Unopenable, NotForUs):
        return Found(item.idx, item.object_hash, Outcome.UNOPENABLE)
    except Malformed:
        return Found(item.idx, item.object_hash, Outcome.MALFORMED)
    if opened.eid != item.tag:
        return Found(item.idx, item.object_hash, Outcome.WRONG_TAG)
    try:
        return _read(item, opened, authors)
    except Malformed:
        # It opened, so it was addressed to us: what cannot be read is an alarm, never silence.
        return Found(item.idx, item.object_hash, Outcome.UNOPENABLE)


def is_withdrawal(item: Sealed, slot: int, secrets: Sequence[KemSecret]) -> bool:
    """Whether it claims to take something back; what does not open is none, and is judged in its turn."""
    try:
        return peek_type(item.data, slot, secrets, withdraw.BODY_MAX_BYTES) == withdraw.ENVELOPE_TYPE
    except (NotForUs, Unopenable, Malformed):
        return False


_pool_role: list[tuple[int, tuple[KemSecret, ...]]] = []


def start_worker(slot: int, seeds: Sequence[bytes]) -> None:
    """Give a pool process the role's secrets, once."""
    _pool_role[:] = [(slot, tuple(KemSecret.from_seed(seed) for seed in seeds))]


def is_awake() -> bool:
    """The first task of a pool process: when it has an answer, the process has started."""
    return bool(_pool_role)


def open_many(items: Sequence[Sealed], authors: Mapping[bytes, bytes]) -> list[Found]:
    """Open a stretch of objects in a pool process that `start_worker` prepared."""
    ((slot, secrets),) = _pool_role
    return [open_object(item, slot, secrets, authors) for item in items]


def peek_many(items: Sequence[Sealed]) -> list[bool]:
    """`is_withdrawal` for a stretch of objects in a pool process."""
    ((slot, secrets),) = _pool_role
    return [is_withdrawal(item, slot, secrets) for item in items]


def _read(item: Sealed, opened: Opened, authors: Mapping[bytes, bytes]) -> Found:
    claim = opened.manifest
    vouched = None
    author = authors.get(claim.device)
    if claim.type == "enrol":
        vouched = _vouched(opened, claim.device)
        author = None if vouched is None else vouched.sign_public
    is_report = claim.type == "report"
    return Found(
        idx=item.idx,
        object_hash=item.object_hash,
        outcome=Outcome.REPORT if is_report else Outcome.ENROL if claim.type == "enrol" else Outcome.OTHER,
        type=claim.type,
        device=claim.device,
        chain=claim.chain,
        seq=claim.seq,
        prev=claim.prev,
        supersedes=claim.supersedes,
        day=claim.day,
        stale=claim.directory[2],
        proven=author is not None and proves(opened, author),
        granted=sum(1 << number - 1 for number in opened.granted if number),
        keys=b"".join(opened.keys.get(number, _NO_KEY) for number in range(KEYS)),
        digest=digest(opened.parts) if is_report else None,
        certificate=vouched,
        listed=_listed(opened.parts) if is_report else (),
        withdrawal=withdraw.parse(opened.parts.get(withdraw.PART)) if claim.type == withdraw.ENVELOPE_TYPE else None,
    )


def _listed(parts: Mapping[str, Any]) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            number=entry.custody.number,
            object_hash=entry.object_hash,
            tag=entry.tag,
            object_length=entry.object_length,
            length=entry.length,
            medium=entry.custody.medium,
            media_type=entry.media_type,
            is_copy=is_copy,
        )
        for entry, is_copy in listed_entries(parts)
    )


def listed_entries(parts: Mapping[str, Any]) -> list[tuple[Entry, bool]]:
    """Entries of the granted parts, and whether each is a copy without metadata.

    Raises:
        Malformed: a list that is not in its form, or one number in both.
    """
    part, facts = parts.get("attachments"), parts.get("facts")
    originals = attachment.parse_part(part) if part is not None else ()
    has_copies = isinstance(facts, dict) and attachment.COPIES in facts
    copies = attachment.parse_entries(facts[attachment.COPIES]) if has_copies and facts is not None else ()
    if {entry.custody.number for entry in originals} & {entry.custody.number for entry in copies}:
        raise Malformed("attachment number twice")
    return [(entry, False) for entry in originals] + [(entry, True) for entry in copies]


def proves(opened: Opened, author: bytes) -> bool:
    """Whether the envelope is signed by `author`; the answer is stored, an alarm follows from it."""
    try:
        opened.authenticate(author)
    except BadSignature:
        return False
    return True


def proves_again(data: bytes, slot: int, secrets: Sequence[KemSecret], author: bytes) -> bool:
    """The same for sealed bytes that came before their author's certificate."""
    try:
        return proves(open_slot(data, slot, secrets), author)
    except (NotForUs, Unopenable, Malformed):
        return False


def _vouched(opened: Opened, device: bytes) -> Certificate | None:
    """The certificate of an enrolment, if it is about the very device that signs."""
    value: Any = opened.parts.get("counts")
    try:
        found = certificate.check_certificate(value)
    except BadSignature:
        return None
    return found if device_id(found.sign_public) == device else None


def read_again(data: bytes, keys: bytes) -> dict[str, Any]:
    """The granted parts of an envelope that was opened before, by the keys that the store kept.

    Raises:
        Unopenable, Malformed: sealed bytes and keys do not belong together.
    """
    return read_again_with_eid(data, keys)[0]


def read_again_with_eid(data: bytes, keys: bytes) -> tuple[dict[str, Any], bytes]:
    """The same, with the eid of the envelope, under which its attachments are sealed."""
    held = [keys[at : at + 32] for at in range(0, len(keys), 32)]
    opened = Opened.from_keys(data, [None if key == _NO_KEY else key for key in held])
    return opened.parts, opened.eid


@dataclass(frozen=True, slots=True)
class Left:
    """What may stay of a report after a withdrawal.

    Attributes:
        data: sealed bytes without slots and without the parts that were taken back.
        keys, granted, digest, listed: as in `Found`, of what stays.
    """

    data: bytes
    keys: bytes = field(repr=False)
    granted: int
    digest: Digest
    listed: tuple[Listed, ...]


def left_of(data: bytes, keys: bytes, keep: int) -> Left | None:
    """A report that was opened, with fewer keys; None where no part of it stays.

    Args:
        data: sealed bytes as they came, or as an earlier withdrawal has left them.
        keys: K0 to K5 as the store keeps them.
        keep: bitmap of those that may stay; K0 stays where any part does.

    Raises:
        Unopenable, Malformed: sealed bytes and keys do not belong together.
    """
    held = [keys[at : at + 32] for at in range(0, len(keys), 32)]
    kept = [key if key != _NO_KEY and (keep | 1) >> number & 1 else None for number, key in enumerate(held)]
    granted = sum(1 << number - 1 for number, key in enumerate(kept) if key is not None and number)
    if not granted:
        return None
    remains = cut(data, kept)
    parts = Opened.from_keys(remains, kept).parts
    packed = b"".join(_NO_KEY if key is None else key for key in kept)
    return Left(remains, packed, granted, digest(parts), _listed(parts))


def is_named_by(data: bytes, object_hash: bytes) -> bool:
    """Whether the bytes are those that the log names."""
    return sha256(data).digest() == object_hash
