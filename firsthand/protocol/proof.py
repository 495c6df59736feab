"""Selective proof for a court: one part of one report, and all that a stranger needs to check it (PROTOCOL, Parts).

    proof   = [ "firsthand/1/proof", payload, Ed25519(desk key, cbor ["firsthand/1/proof", payload]) ]
    payload = bstr .cbor { v, object, part, keys [K0, Ki], certificate, directory { name: bytes }, index, path,
                           checkpoint, role, day, uses }

Theory. The log names the hash of the sealed report; the report's manifest, opened by K0, names its author and the
hashes of its five parts; the author's certificate leads to an invitation, and that to the mission's root. Ki opens
one part and no other. The desk's signature binds the file as a whole, so that no byte of it can change, not even one
that proves nothing.

Not proved, and said so by whoever prints the result: that what stands in the report is true; which person held the
tablet; on which day it was really sealed (only the day until which it was logged); that the root is the mission's,
unless its hash is given from elsewhere; that nothing was withdrawn, corrected or revoked after the proof was made.

Pure: bytes in, a value out; no key, no server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

from firsthand.errors import BadProof, BadSignature, Malformed, NotForUs, TheirFault, Unopenable, WrongMission
from firsthand.protocol import cbor, certificate, checkpoint, receipt, signing
from firsthand.protocol.certificate import Certificate
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.directory import Anchor
from firsthand.protocol.envelope import KEYS, Opened
from firsthand.protocol.grants import PART_NAMES
from firsthand.protocol.receipt import Receipt
from firsthand.protocol.signing import SigningKey

VERSION: Final = 1
MAX_BYTES: Final = 4 * 1024 * 1024
_DOMAIN = "firsthand/1/proof"
_FIELDS = frozenset(
    {"v", "object", "part", "keys", "certificate", "directory", "index", "path", "checkpoint", "role", "day", "uses"}
)
_T = TypeVar("_T")


class ProofRefused(TheirFault):
    """A proof does not hold. `reason` says at which step: form, directory, desk, log, part, author, revoked."""

    code = "proof-refused"

    def __init__(self, reason: str) -> None:
        super().__init__("proof", reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Proof:
    """The content of a proof, before anything in it is believed.

    Attributes:
        envelope: the sealed report as it was logged.
        part: its number, 1 to 5.
        keys: K0, which opens the manifest, and the key of the part; 32 B each.
        certificate: of the author, as its enrolment held it.
        directory: files by name, see `directory.ANCHOR_FILES`.
        index: place in the log.
        path: audit path from the leaf upwards.
        checkpoint: signed note.
        role: the desk that made it.
        day: days since 1970 on which it says it made it.
        uses: scopes of use that the person gave, as the desk knew them; None where nobody was interviewed.
    """

    envelope: bytes
    part: int
    keys: tuple[bytes, bytes] = field(repr=False)
    certificate: Any
    directory: Mapping[str, bytes]
    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    role: str
    day: int
    uses: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a proof proves.

    Attributes:
        part: name of the part.
        content: of the part.
        words: six words of the author's certificate.
        sealed_day: days since 1970, as the author's tablet claims.
        revoked: whether the author's invitation was revoked later (the report stands before the cut).
        log: the checkpoint; its day is the latest on which the report was there.
        pinned: whether the root was compared with a hash from elsewhere.
    """

    mission_name: str
    mission_id: bytes
    root_sha256: bytes
    pinned: bool
    object_hash: bytes
    part: str
    content: Any = field(repr=False)
    device: bytes
    words: str
    chain: bytes
    seq: int
    sealed_day: int
    revoked: bool
    index: int
    log: Checkpoint
    role: str
    made_day: int
    uses: tuple[str, ...] | None


# -- make ----------------------------------------------------------------------------------------------------
def make(proof: Proof, desk_key: SigningKey) -> bytes:
    """The proof as a file, once it has been verified as a stranger would.

    Raises:
        ProofRefused: it would not hold; nothing should be handed out.
    """
    payload = cbor.encode(_to_value(proof))
    data = cbor.encode([_DOMAIN, payload, desk_key.sign(_statement(payload))])
    verify(data)
    return data


def _statement(payload: bytes) -> bytes:
    return cbor.encode([_DOMAIN, payload])


def _to_value(proof: Proof) -> cbor.Value:
    return {
        "v": VERSION,
        "object": proof.envelope,
        "part": proof.part,
        "keys": list(proof.keys),
        "certificate": proof.certificate,
        "directory": dict(proof.directory),
        "index": proof.index,
        "path": list(proof.path),
        "checkpoint": proof.checkpoint,
        "role": proof.role,
        "day": proof.day,
        "uses": None if proof.uses is None else list(proof.uses),
    }


# -- verify ----------------------------------------------------------------------------------------------------
def verify(data: bytes, root_sha256: bytes | None = None) -> Verified:
    """Check every step, or refuse.

    Args:
        data: the file.
        root_sha256: the hash of the mission's root as it was told elsewhere; None leaves that step to the reader.

    Raises:
        ProofRefused.
    """
    payload, signature = _step("form", lambda: _cut(data))
    proof = _step("form", lambda: _parse(payload))
    anchor = _step("directory", lambda: Anchor.verify(proof.directory, root_sha256))
    _step("desk", lambda: _by_desk(payload, signature, anchor, proof.role))
    log = _step("log", lambda: checkpoint.parse_and_verify(proof.checkpoint, anchor.log_public, anchor.origin))
    opened = _step("part", lambda: _open(proof))
    _step("log", lambda: receipt.verify(_receipt(proof), opened.eid, log))
    author = _step("author", lambda: _author(proof, opened, anchor))
    revoked = _step("revoked", lambda: _was_revoked(proof, anchor, author))
    name = PART_NAMES[proof.part - 1]
    if opened.manifest.type != "report" or name not in opened.parts:
        raise ProofRefused("part")
    return Verified(
        mission_name=anchor.mission_name,
        mission_id=anchor.mission_id,
        root_sha256=anchor.root_sha256,
        pinned=root_sha256 is not None,
        object_hash=opened.object_hash,
        part=name,
        content=opened.parts[name],
        device=opened.manifest.device,
        words=author.words,
        chain=opened.manifest.chain,
        seq=opened.manifest.seq,
        sealed_day=opened.manifest.day,
        revoked=revoked,
        index=proof.index,
        log=log,
        role=proof.role,
        made_day=proof.day,
        uses=proof.uses,
    )


def _step(reason: str, run: Callable[[], _T]) -> _T:
    """One step; whatever it finds wrong becomes the one refusal that a reader understands."""
    try:
        return run()
    except (Malformed, BadSignature, BadProof, Unopenable, NotForUs, WrongMission):
        raise ProofRefused(reason) from None


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """Payload and signature, both unverified. CBOR is read in one form only, so nothing can hide between them."""
    match cbor.decode(data, max_bytes=MAX_BYTES):
        case [str(domain), bytes(payload), bytes(signature)] if domain == _DOMAIN:
            return payload, signature
    raise Malformed("proof structure")


def _parse(payload: bytes) -> Proof:
    value = cbor.decode(payload, max_bytes=MAX_BYTES)
    if not isinstance(value, dict) or set(value) != _FIELDS or _number(value["v"]) != VERSION:
        raise Malformed("proof fields")
    first, second = _list(value["keys"], 2)
    directory, uses = value["directory"], value["uses"]
    if not isinstance(directory, dict) or not all(isinstance(name, str) for name in directory):
        raise Malformed("proof directory")
    part = _number(value["part"])
    if not 1 <= part < KEYS:
        raise Malformed("proof part")
    return Proof(
        envelope=_bytes(value["object"]),
        part=part,
        keys=(_sized(first), _sized(second)),
        certificate=value["certificate"],
        directory={str(name): _bytes(data) for name, data in directory.items()},
        index=_number(value["index"]),
        path=tuple(_sized(step) for step in _list(value["path"])),
        checkpoint=_text(value["checkpoint"]),
        role=_text(value["role"]),
        day=_number(value["day"]),
        uses=None if uses is None else tuple(_text(use) for use in _list(uses)),
    )


def _by_desk(payload: bytes, signature: bytes, anchor: Anchor, role: str) -> None:
    key = anchor.desks.get(role)
    if key is None:
        raise BadSignature("unknown desk")
    signing.verify(key, _statement(payload), signature)


def _open(proof: Proof) -> Opened:
    keys: list[bytes | None] = [None] * KEYS
    keys[0], keys[proof.part] = proof.keys
    return Opened.from_keys(proof.envelope, keys)


def _receipt(proof: Proof) -> Receipt:
    return Receipt(sha256(proof.envelope).digest(), proof.index, proof.path)


def _author(proof: Proof, opened: Opened, anchor: Anchor) -> Certificate:
    found = certificate.check_certificate(proof.certificate)
    opened.authenticate(found.sign_public)
    if found.invite_public not in anchor.invites:
        raise BadSignature("invitation is not the mission's")
    return found


def _was_revoked(proof: Proof, anchor: Anchor, author: Certificate) -> bool:
    invite = anchor.invites[author.invite_public]
    if invite.revoked and (invite.cut is None or proof.index >= invite.cut):
        raise BadProof("logged after the revocation")
    return invite.revoked


# -- values ------------------------------------------------------------------------------------------------------
def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed("proof number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("proof text")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Malformed("proof bytes")
    return value


def _sized(value: object) -> bytes:
    if len(_bytes(value)) != 32:
        raise Malformed("proof key or hash")
    return _bytes(value)


def _list(value: object, size: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (size is not None and len(value) != size):
        raise Malformed("proof list")
    return value
