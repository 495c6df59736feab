"""The signed head of the log: a C2SP tlog-checkpoint in a C2SP signed note, with one extension line `day N`.

    <origin>
    <size, decimal>
    <root hash, base64>
    day <days since 1970, decimal>
    <empty line>
    — <origin> <base64 of key id (4 B) and Ed25519 signature (64 B)>

Rules: one form only (numbers without leading zeros, base64 that encodes back to itself); signatures of keys
that we do not know are passed over, as C2SP demands; exactly one must be ours and must verify.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from firsthand.errors import BadProof, BadSignature, Malformed, WrongMission
from firsthand.protocol.merkle import HASH_BYTES, MAX_SIZE
from firsthand.protocol.signing import SigningKey, verify

MAX_NOTE_CHARS = 4096
_ED25519_TYPE = b"\x01"  # signature type of the C2SP note format
_KEY_ID_BYTES = 4
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,128}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_SIGNATURE = re.compile(r"— (\S{1,128}) ([A-Za-z0-9+/]+={0,2})")
_MAX_DAY = 1 << 20


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size and root of the log on a day.

    Attributes:
        origin: name of the log; also the name of the key that signs.
        size: number of leaves.
        root: root hash, 32 B.
        day: days since 1970-01-01 by the relay's clock; it never goes back, and nothing finer is ever told.
    """

    origin: str
    size: int
    root: bytes
    day: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.origin):
            raise BadProof("origin of a checkpoint")
        if len(self.root) != HASH_BYTES or not 0 <= self.size <= MAX_SIZE or not 0 <= self.day < _MAX_DAY:
            raise BadProof("fields of a checkpoint")


def key_id(name: str, public: bytes) -> bytes:
    """The 4 bytes by which a note names an Ed25519 key."""
    return sha256(name.encode() + b"\n" + _ED25519_TYPE + public).digest()[:_KEY_ID_BYTES]


def sign(checkpoint: Checkpoint, key: SigningKey, name: str | None = None) -> str:
    """The signed note of a checkpoint; `name` is the key's name, by default the origin."""
    text = _body(checkpoint)
    name = checkpoint.origin if name is None else name
    signature = base64.b64encode(key_id(name, key.public) + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def parse_and_verify(note: str, public: bytes, origin: str) -> Checkpoint:
    """Read a note and believe it only with a signature of the log's key.

    Args:
        note: what a relay answered.
        public: Ed25519 public key of the log, 32 B, from the directory.
        origin: name of the log, from the directory.

    Raises:
        Malformed: not in the one form.
        WrongMission: a well-formed checkpoint of another log.
        BadSignature: not signed by the key, or signed twice in its name.
    """
    text, signatures = _split(note)
    checkpoint = _parse_body(text)
    if checkpoint.origin != origin:
        raise WrongMission("checkpoint of another log")
    wanted = key_id(origin, public)
    ours = [blob for name, blob in signatures if name == origin and blob.startswith(wanted)]
    if len(ours) != 1:
        raise BadSignature("checkpoint not signed by the log's key")
    verify(public, text.encode(), ours[0][_KEY_ID_BYTES:])
    return checkpoint


def _body(checkpoint: Checkpoint) -> str:
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\nday {checkpoint.day}\n"


def _parse_body(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 5 or lines[4] or not lines[3].startswith("day "):
        raise Malformed("lines of a checkpoint")
    origin, size, root, day = lines[0], lines[1], lines[2], lines[3].removeprefix("day ")
    if not (_NAME.fullmatch(origin) and _NUMBER.fullmatch(size) and _NUMBER.fullmatch(day)):
        raise Malformed("fields of a checkpoint")
    root_bytes = _base64(root)
    if len(root_bytes) != HASH_BYTES or int(size) > MAX_SIZE or int(day) >= _MAX_DAY:
        raise Malformed("fields of a checkpoint")
    return Checkpoint(origin=origin, size=int(size), root=root_bytes, day=int(day))


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > MAX_NOTE_CHARS:
        raise Malformed("checkpoint too long")
    text, separator, tail = note.partition("\n\n")
    lines = tail.split("\n")
    if not separator or len(lines) < 2 or lines[-1]:
        raise Malformed("form of a signed note")
    signatures = []
    for line in lines[:-1]:
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise Malformed("signature line of a note")
        blob = _base64(match[2])
        if len(blob) <= _KEY_ID_BYTES:
            raise Malformed("signature line of a note")
        signatures.append((match[1], blob))
    return text + "\n", signatures


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64 of a note") from None
    if base64.b64encode(data).decode() != text:  # unused bits must be zero: one note, one form
        raise Malformed("base64 of a note")
    return data
