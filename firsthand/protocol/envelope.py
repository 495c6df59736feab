"""Seal a report to the roles of a mission, and open what a role may open (PROTOCOL "Envelope").

    prot     = [1, suite, eid]
    envelope = [prot, slots, manifest, body]

Every slot is always there and always sealed to its role; a role without grants finds an empty bitmap. The
signature is inside. Whoever can only look at the bytes sees one shape per size class of the body.

Not here: who the author is (`Opened.authenticate` takes the key that a directory names), whether the author
was cut off, and where an envelope stands in its chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from firsthand.errors import BadSeal, BadSignature, Malformed, NotForUs, NotGranted, Refused, Unopenable
from firsthand.ids import ObjectHash
from firsthand.ports import Entropy
from firsthand.protocol import cbor, erase, manifest, padding, signing, suite
from firsthand.protocol.cbor import Value
from firsthand.protocol.grants import PART_NAMES
from firsthand.protocol.manifest import Manifest, ManifestDraft

__all__ = ["PART_NAMES", "Opened", "Sealed", "cut", "open_slot", "peek_type", "seal"]

VERSION: Final = 1
SLOT_BYTES: Final = 1329
SLOTS_MIN, SLOTS_MAX = 4, 6
MANIFEST_SEALED_BYTES: Final = 648
EID_BYTES: Final = 16
KEYS: Final = 6
MAX_BODY_BYTES: Final = 1 << 20
_PARTS = range(1, KEYS)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed envelope and what only its author keeps.

    Attributes:
        envelope: the bytes that travel.
        object_hash: SHA-256 of `envelope`, its name everywhere.
        eid: 16 B, the tag by which the author's erase key can have it deleted.
        keys: K0 to K5, 32 B each.
    """

    envelope: bytes
    object_hash: ObjectHash
    eid: bytes
    keys: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What one role, or the author, finds in an envelope.

    Attributes:
        eid: 16 B tag from the clear header.
        object_hash: SHA-256 of the envelope.
        granted: numbers of the keys found; 0 is the manifest key.
        manifest: what the author *claims*, until `authenticate` has passed.
        parts: content of the granted parts, by name; a part that the author left empty is absent.
        keys: number -> 32 B key of everything granted, for re-wrapping.
    """

    eid: bytes
    object_hash: ObjectHash
    granted: frozenset[int]
    manifest: Manifest
    parts: dict[str, Value] = field(repr=False)
    keys: dict[int, bytes] = field(repr=False)
    _cose: bytes = field(repr=False)
    _prot: bytes = field(repr=False)

    def authenticate(self, author_public: bytes) -> None:
        """Prove that the holder of `author_public` sealed this.

        Raises:
            BadSignature: the signature does not verify, or the manifest names another device.
        """
        signing.cose_open(author_public, self._cose, self._prot)
        if self.manifest.device != signing.device_id(author_public):
            raise BadSignature("device")

    @classmethod
    def from_keys(cls, envelope: bytes, keys: Sequence[bytes | None]) -> Opened:
        """Open with part keys in hand: the author's check of what was just sealed, or a desk's later reading.

        Args:
            envelope: the sealed bytes, or what `cut` has left of them (then `object_hash` is that of what is left).
            keys: K0 to K5; None for a part whose key is not held. K0 is needed.

        Raises:
            Malformed: not an envelope, or no K0.
            Unopenable: a key does not open its part, or the parts do not belong together.
        """
        if len(keys) != KEYS or keys[0] is None:
            raise Malformed("envelope keys")
        held = {number: key for number, key in enumerate(keys) if key is not None}
        return _open(_parse(envelope), held)


# -- seal ----------------------------------------------------------------------------------------------------
def seal(
    *,
    role_publics: Sequence[bytes],
    grants: Sequence[frozenset[int]],
    manifest: ManifestDraft,
    parts: Sequence[Value | None],
    erase_key: bytes,
    signer: signing.SigningKey,
    entropy: Entropy,
) -> Sealed:
    """Seal five parts to the roles of a mission.

    Args:
        role_publics: newest KEM public key (1216 B) of every role, in the order of the policy; 4 to 6.
        grants: per role the numbers it gets; 0 (the manifest key) goes with any part.
        manifest: what the envelope says about itself.
        parts: content of parts 1 to 5; None for a part that is not written.
        erase_key: 32 random bytes drawn with the draft.
        signer: the author's key; its device id must be the manifest's.
        entropy: source of the part keys.

    Raises:
        Refused: a part has content and no role gets it: it would be written for nobody.
        Malformed: counts, lengths or content outside the format; the content is too large.
    """
    _check_grants(role_publics, grants, parts)
    if manifest.device != signing.device_id(signer.public):
        raise Malformed("manifest device")
    eid = erase.erase_tag(erase_key)
    prot = cbor.encode([VERSION, suite.SUITE, eid])
    drawn = entropy.bytes(KEYS * suite.KEY_BYTES)
    keys = tuple(drawn[at : at + suite.KEY_BYTES] for at in range(0, len(drawn), suite.KEY_BYTES))
    slots = [
        suite.hpke_seal(public, _slot_info(prot, slot), _slot_text(granted, keys, entropy))
        for slot, (public, granted) in enumerate(zip(role_publics, grants, strict=True))
    ]
    body = [
        suite.part_seal(keys[number], _context(prot, number), text)
        for number, text in zip(_PARTS, _body_texts(parts), strict=True)
    ]
    bound = _bind(manifest, slots, body)
    sealed_manifest = suite.part_seal(keys[0], _context(prot, 0), _manifest_text(bound, signer, prot))
    envelope = cbor.encode([prot, slots, sealed_manifest, b"".join(body)])
    return Sealed(envelope, ObjectHash(sha256(envelope).digest()), eid, keys)


def _check_grants(
    role_publics: Sequence[bytes], grants: Sequence[frozenset[int]], parts: Sequence[Value | None]
) -> None:
    if not SLOTS_MIN <= len(role_publics) <= SLOTS_MAX or len(grants) != len(role_publics):
        raise Malformed("slot count")
    if len(parts) != len(_PARTS):
        raise Malformed("part count")
    for granted in grants:
        if not granted <= set(range(KEYS)) or (granted and 0 not in granted):
            raise Malformed("grants")
    readers = frozenset[int]().union(*grants)
    if any(part is not None and number not in readers for number, part in enumerate(parts, start=1)):
        raise Refused("part without reader")


def _slot_text(granted: frozenset[int], keys: Sequence[bytes], entropy: Entropy) -> bytes:
    """Bitmap and six keys; random bytes stand where nothing is granted, so that the length tells nothing."""
    bitmap = sum(1 << number for number in granted)
    filler = entropy.bytes(KEYS * suite.KEY_BYTES)
    chosen = [
        key if number in granted else filler[number * suite.KEY_BYTES : (number + 1) * suite.KEY_BYTES]
        for number, key in enumerate(keys)
    ]
    return bytes((bitmap,)) + b"".join(chosen)


def _body_texts(parts: Sequence[Value | None]) -> list[bytes]:
    """The padded plaintexts of parts 1 to 5; the last one fills the body up to its class."""
    raw = [padding.deflate(cbor.encode(part)) for part in parts]
    texts = [padding.pad_part(text) for text in raw]
    total = sum(padding.sealed_length(len(text)) for text in texts)
    while True:
        others = sum(padding.sealed_length(len(text)) for text in texts[:-1])
        last = padding.plain_length(padding.body_class(total) - others)
        if last is not None and last >= len(raw[-1]):
            return [*texts[:-1], padding.pad_part(raw[-1], last)]
        # No plaintext seals to this very length (it would start a chunk): shift by a step of part 4.
        texts[-2] += bytes(padding.PART_STEP_BYTES)
        total = sum(padding.sealed_length(len(text)) for text in texts)


def _bind(draft: ManifestDraft, slots: Iterable[bytes], body: Iterable[bytes]) -> Manifest:
    parts = tuple((len(part), sha256(part).digest()) for part in body)
    return manifest.bind(draft, sha256(b"".join(slots)).digest(), parts)


def _manifest_text(bound: Manifest, signer: signing.SigningKey, prot: bytes) -> bytes:
    return padding.pad_manifest(signing.cose_sign1(signer, manifest.encode(bound), prot))


def _slot_info(prot: bytes, slot: int) -> bytes:
    return cbor.encode(["firsthand/1/slot", prot, slot])


def _context(prot: bytes, number: int) -> bytes:
    return cbor.encode(["firsthand/1/part", prot, number])


# -- open ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Frame:
    """An envelope taken apart; nothing is proven. One that was cut has no slots, and `remains` instead of a body."""

    prot: bytes
    eid: bytes
    slots: tuple[bytes, ...]
    manifest: bytes
    body: bytes
    object_hash: ObjectHash
    remains: tuple[bytes | None, ...] | None = None


def open_slot(envelope: bytes, slot: int, secrets: Sequence[suite.KemSecret]) -> Opened:
    """Open an envelope as the role at position `slot` of the policy.

    Args:
        envelope: bytes from anywhere.
        slot: position of the role.
        secrets: the role's keys, newest epoch first.

    Raises:
        Malformed: not an envelope.
        NotForUs: the envelope has no such slot.
        NotGranted: the slot opens and grants nothing (`NotForUs` too).
        Unopenable: none of the keys opens the slot, or something that it grants does not open: an alarm.
    """
    frame = _parse(envelope)
    if not 0 <= slot < len(frame.slots):
        raise NotForUs("no such slot")
    text = _open_slot_text(frame, slot, secrets)
    bitmap, keys = text[0], text[1:]
    if bitmap == 0:
        raise NotGranted("empty bitmap")
    if bitmap >> KEYS or not bitmap & 1:
        raise Unopenable("bitmap")
    held = {
        number: keys[number * suite.KEY_BYTES : (number + 1) * suite.KEY_BYTES]
        for number in range(KEYS)
        if bitmap >> number & 1
    }
    return _open(frame, held)


def peek_type(envelope: bytes, slot: int, secrets: Sequence[suite.KemSecret], body_max: int = MAX_BODY_BYTES) -> str:
    """What kind of envelope the manifest claims that this is, without opening any part; nothing is proven.

    Args:
        envelope, slot, secrets: as for `open_slot`.
        body_max: an envelope with a larger body (in bytes) is not looked into: the answer is empty.

    Raises:
        As `open_slot`.
    """
    frame = _parse(envelope)
    if len(frame.body) > body_max:
        return ""
    if not 0 <= slot < len(frame.slots):
        raise NotForUs("no such slot")
    text = _open_slot_text(frame, slot, secrets)
    if text[0] == 0:
        raise NotGranted("empty bitmap")
    try:
        cose = padding.unpad_manifest(_unseal(frame.prot, 0, text[1 : 1 + suite.KEY_BYTES], frame.manifest))
        return manifest.parse(signing.cose_peek(cose)).type
    except Malformed as fault:
        raise Unopenable(fault.detail) from None


def cut(envelope: bytes, keys: Sequence[bytes | None]) -> bytes:
    """What may stay of an envelope when some keys are destroyed: the manifest, and the parts whose keys are given.

    Slots go too, since a role's key would bring the destroyed ones back out of them. `Opened.from_keys` reads what is
    left, and the author's signature still proves it part by part; it is not the object that the log names any more.

    Args:
        envelope: the sealed bytes, or what an earlier cut has left.
        keys: K0 to K5; None for those that are destroyed. K0 is needed.

    Raises:
        Malformed: not an envelope, or no K0. Unopenable: keys and envelope do not belong together.
    """
    if len(keys) != KEYS or keys[0] is None:
        raise Malformed("envelope keys")
    frame = _parse(envelope)
    cose = padding.unpad_manifest(_unseal(frame.prot, 0, keys[0], frame.manifest))
    parts = _cut(frame, manifest.parse(signing.cose_peek(cose)))
    left = [part if key is not None else None for part, key in zip(parts, keys[1:], strict=True)]
    return cbor.encode([frame.prot, frame.manifest, left])


def _parse(envelope: bytes) -> _Frame:
    match cbor.decode(envelope):
        case [bytes(prot), list(slots), bytes(sealed), bytes(body)]:
            pass
        case [bytes(prot), bytes(sealed), list(remains)]:
            return _parse_remains(envelope, prot, sealed, remains)
        case _:
            raise Malformed("envelope structure")
    if not SLOTS_MIN <= len(slots) <= SLOTS_MAX:
        raise Malformed("envelope slot count")
    if not all(isinstance(slot, bytes) and len(slot) == SLOT_BYTES for slot in slots):
        raise Malformed("envelope slot")
    if len(sealed) != MANIFEST_SEALED_BYTES or not padding.is_body_class(len(body)):
        raise Malformed("envelope shape")
    return _Frame(prot, _parse_prot(prot), tuple(slots), sealed, body, ObjectHash(sha256(envelope).digest()))


def _parse_remains(envelope: bytes, prot: bytes, sealed: bytes, remains: Sequence[Value]) -> _Frame:
    parts = tuple(part for part in remains if part is None or isinstance(part, bytes))
    if len(sealed) != MANIFEST_SEALED_BYTES or len(parts) != len(remains) or len(parts) != len(_PARTS):
        raise Malformed("cut envelope")
    name = ObjectHash(sha256(envelope).digest())
    return _Frame(prot, _parse_prot(prot), (), sealed, b"", name, parts)


def _parse_prot(prot: bytes) -> bytes:
    match cbor.decode(prot):
        case [int(version), int(number), bytes(eid)] if (version, number) == (VERSION, suite.SUITE):
            if len(eid) == EID_BYTES and not isinstance(version, bool) and not isinstance(number, bool):
                return eid
    raise Malformed("envelope header")


def _open_slot_text(frame: _Frame, slot: int, secrets: Sequence[suite.KemSecret]) -> bytes:
    info = _slot_info(frame.prot, slot)
    for secret in secrets:
        try:
            return suite.hpke_open(secret, info, frame.slots[slot])
        except NotForUs:
            continue
    raise Unopenable("slot")


def _open(frame: _Frame, held: dict[int, bytes]) -> Opened:
    """Everything that `held` opens; each failure is an alarm, because the keys say that it is ours."""
    try:
        cose = padding.unpad_manifest(_unseal(frame.prot, 0, held[0], frame.manifest))
        claimed = manifest.parse(signing.cose_peek(cose))
        sealed = _cut(frame, claimed)
        contents = {
            number: _content(_unseal(frame.prot, number, key, sealed[number - 1]))
            for number, key in held.items()
            if number
        }
    except Malformed as fault:
        raise Unopenable(fault.detail) from None
    return Opened(
        eid=frame.eid,
        object_hash=frame.object_hash,
        granted=frozenset(held),
        manifest=claimed,
        parts={PART_NAMES[n - 1]: value for n, value in sorted(contents.items()) if value is not None},
        keys=held,
        _cose=cose,
        _prot=frame.prot,
    )


def _unseal(prot: bytes, number: int, key: bytes, sealed: bytes | None) -> bytes:
    if sealed is None:
        raise Unopenable("part is cut away")
    try:
        return suite.part_open(key, _context(prot, number), sealed)
    except BadSeal:
        raise Unopenable("part seal" if number else "manifest seal") from None


def _content(text: bytes) -> Value:
    return cbor.decode(padding.inflate(text), max_bytes=padding.CONTENT_MAX_BYTES)


def _cut(frame: _Frame, claimed: Manifest) -> list[bytes | None]:
    """The five sealed parts, once slots and parts are those that the manifest names; None for what is cut away."""
    if frame.remains is not None:
        for part, (length, digest) in zip(frame.remains, claimed.parts, strict=True):
            if part is not None and (len(part) != length or sha256(part).digest() != digest):
                raise Malformed("part hash")
        return list(frame.remains)
    if sha256(b"".join(frame.slots)).digest() != claimed.slots_hash:
        raise Malformed("slots hash")
    if sum(length for length, _ in claimed.parts) != len(frame.body):
        raise Malformed("part lengths")
    parts: list[bytes | None] = []
    at = 0
    for length, digest in claimed.parts:
        part = frame.body[at : at + length]
        if length < padding.PART_MIN_SEALED_BYTES or sha256(part).digest() != digest:
            raise Malformed("part hash")
        parts.append(part)
        at += length
    return parts
