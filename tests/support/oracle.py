"""A second implementation of the sealing protocol, written from the specifications and not from the product.

It shares no module with `firsthand`: its own CBOR, HKDF, Ed25519, HPKE (the single-stage key schedule, KEM
0x647a, KDF 0x0011, AEAD 0x0002), Cobblestone-256 and envelope. ML-KEM is kyber-py, AES-GCM and X25519 are
bare primitives. All randomness comes in, so that it can write vectors; the product must open what it seals
and the other way round.

It is slow and not constant-time: for tests only. Wherever a fault can be planted, `alter` names the place.
"""

from __future__ import annotations

import hmac
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha3_256, sha256, sha512, shake_256
from typing import Any, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from kyber_py.ml_kem import ML_KEM_768

_T = TypeVar("_T")


class Stream:
    """Endless bytes out of a seed, for reproducible keys; also a stand-in for the Entropy port."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._count = seed, 0

    def bytes(self, count: int) -> bytes:
        self._count += 1
        return shake_256(self._seed + b"/" + str(self._count).encode()).digest(count)


# -- CBOR, the subset ----------------------------------------------------------------------------------------
def cbor(value: Any) -> bytes:
    """Encode; maps in bytewise order of their keys."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return cbor_head(0, value) if value >= 0 else cbor_head(1, ~value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list | tuple):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return cbor_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


def cbor_head(major: int, number: int, size: int | None = None) -> bytes:
    """A head; `size` forces 0, 1, 2, 4 or 8 bytes of argument."""
    if size is None:
        limits = ((0, 24), (1, 1 << 8), (2, 1 << 16), (4, 1 << 32), (8, 1 << 64))
        size = next(size for size, limit in limits if number < limit)
    if size == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")


def uncbor(data: bytes) -> Any:
    """Decode leniently, then compare with the one encoding: another road to the same strictness."""
    value, rest = _uncbor(data)
    if rest or cbor(value) != data:
        raise ValueError("not the one encoding")
    return value


def _uncbor(data: bytes) -> tuple[Any, bytes]:
    major, low, rest = data[0] >> 5, data[0] & 31, data[1:]
    if major == 7:
        return {20: False, 21: True, 22: None}[low], rest
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(low, 0)
    if low > 27:
        raise ValueError("indefinite")
    number = int.from_bytes(rest[:size], "big") if size else low
    rest = rest[size:]
    if major == 0:
        return number, rest
    if major == 1:
        return ~number, rest
    if major in (2, 3):
        if len(rest) < number:
            raise ValueError("short")
        return (rest[:number] if major == 2 else rest[:number].decode()), rest[number:]
    items = []
    for _ in range(number * (2 if major == 5 else 1)):
        item, rest = _uncbor(rest)
        items.append(item)
    if major == 4:
        return items, rest
    if major == 5:
        return dict(zip(items[::2], items[1::2], strict=True)), rest
    raise ValueError("tag")


# -- HKDF (RFC 5869) -----------------------------------------------------------------------------------------
def hkdf_expand(prk: bytes, info: bytes, length: int) -> bytes:
    out, block = b"", b""
    for counter in range(1, -(-length // 64) + 1):
        block = hmac.digest(prk, block + info + bytes([counter]), sha512)
        out += block
    return out[:length]


def hkdf(key: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    return hkdf_expand(hmac.digest(salt or bytes(64), key, sha512), info, length)


# -- Ed25519 (RFC 8032) --------------------------------------------------------------------------------------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int]  # (X, Y, Z): x = X / Z, y = Y / Z
IDENTITY: Point = (0, 1, 1)


def ed_add(a: Point, b: Point) -> Point:
    """The complete addition law of the twisted Edwards curve, projective."""
    z = a[2] * b[2] % P
    xx, yy = a[0] * b[0] % P, a[1] * b[1] % P
    cross = _D * xx * yy % P
    minus, plus = z * z - cross, z * z + cross
    x = z * minus * ((a[0] + a[1]) * (b[0] + b[1]) - xx - yy)
    return x % P, z * plus * (yy + xx) % P, minus * plus % P


def ed_times(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point, scalar = ed_add(point, point), scalar >> 1
    return result


def ed_point(y: int, sign: int) -> Point:
    """The point with this y and parity of x, as a lenient decoder finds it."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * _ROOT % P
    if (x * x - square) % P:
        raise ValueError("no such point")
    return (P - x if x & 1 != sign else x) % P, y % P, 1


BASE = ed_point(4 * pow(5, -1, P) % P, 0)


def ed_bytes(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed_secret(seed: bytes) -> tuple[int, bytes]:
    digest = sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]


@cache
def ed_public(seed: bytes) -> bytes:
    return ed_bytes(ed_times(ed_secret(seed)[0], BASE))


def ed_sign(seed: bytes, message: bytes) -> bytes:
    scalar, prefix = ed_secret(seed)
    r = int.from_bytes(sha512(prefix + message).digest(), "little") % Q
    commitment = ed_bytes(ed_times(r, BASE))
    k = int.from_bytes(sha512(commitment + ed_public(seed) + message).digest(), "little")
    return commitment + ((r + k * scalar) % Q).to_bytes(32, "little")


def ed_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """The cofactorless equation, with a canonical scalar."""
    s = int.from_bytes(signature[32:], "little")
    key = ed_point_of(public)
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % Q
    right = ed_add(ed_point_of(signature[:32]), ed_times(k, key))
    return s < Q and ed_bytes(ed_times(s, BASE)) == ed_bytes(right)


def ed_point_of(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    return ed_point(number & (1 << 255) - 1, number >> 255)


# -- COSE_Sign1 (RFC 9052) -----------------------------------------------------------------------------------
PROTECTED = bytes.fromhex("a10127")


def sig_structure(payload: bytes, aad: bytes, protected: bytes = PROTECTED) -> bytes:
    return cbor(["Signature1", protected, aad, payload])


def cose_sign1(seed: bytes, payload: bytes, aad: bytes) -> bytes:
    return cbor([PROTECTED, {}, payload, ed_sign(seed, sig_structure(payload, aad))])


# -- Cobblestone-256 (C2SP chunked-encryption) ---------------------------------------------------------------
CHUNK = 16_384


def _cobblestone_secrets(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + context
    secret = hkdf_expand(key, info, 32 + 12 + 32)
    return secret[:32], secret[32:44], secret[44:]


def _nonce(base: bytes, number: int) -> bytes:
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


def cobblestone_seal(key: bytes, context: bytes, plaintext: bytes, salt: bytes) -> bytes:
    aes_key, base, commitment = _cobblestone_secrets(key, salt, context)
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext) + 1, CHUNK)]
    sealed = [AESGCM(aes_key).encrypt(_nonce(base, n), chunk, None) for n, chunk in enumerate(chunks)]
    return salt + commitment + b"".join(sealed)


def cobblestone_open(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Raises ValueError or InvalidTag where the specification says refuse."""
    salt, commitment, rest = sealed[:24], sealed[24:56], sealed[56:]
    aes_key, base, expected = _cobblestone_secrets(key, salt, context)
    if commitment != expected or len(rest) % (CHUNK + 16) < 16:
        raise ValueError("commitment or length")
    chunks = [rest[at : at + CHUNK + 16] for at in range(0, len(rest), CHUNK + 16)]
    return b"".join(AESGCM(aes_key).decrypt(_nonce(base, n), chunk, None) for n, chunk in enumerate(chunks))


# -- HPKE, KEM 0x647a with SHAKE256 --------------------------------------------------------------------------
KEM_ID, KDF_ID, AES_256_GCM_ID = 0x647A, 0x0011, 0x0002
KEM_LABEL = rb"\.//^" + b"\\"


@dataclass(frozen=True)
class KemKeys:
    """The halves of a hybrid key."""

    ek: bytes
    dk: bytes
    x_secret: bytes
    x_public: bytes

    @property
    def public(self) -> bytes:
        return self.ek + self.x_public


def kem_keys(mlkem_seed: bytes, x_secret: bytes) -> KemKeys:
    ek, dk = ML_KEM_768.key_derive(mlkem_seed)
    own = X25519PrivateKey.from_private_bytes(x_secret)
    return KemKeys(ek, dk, x_secret, own.public_key().public_bytes_raw())


@cache
def role_keys(seed: bytes) -> KemKeys:
    """The key of a role or device seed."""
    return kem_keys(hkdf(seed, b"firsthand/1/role/mlkem", 64), hkdf(seed, b"firsthand/1/role/x25519", 32))


def _combine(ss_pq: bytes, ss_x: bytes, ct_x: bytes, x_public: bytes) -> bytes:
    return sha3_256(ss_pq + ss_x + ct_x + x_public + KEM_LABEL).digest()


def encapsulate(public: bytes, randomness: bytes) -> tuple[bytes, bytes]:
    """(shared secret, 1120 B encapsulation) from 64 B of randomness."""
    ek, x_public = public[:1184], public[1184:]
    ss_pq, ct_pq = ML_KEM_768._encaps_internal(ek, randomness[:32])
    ephemeral = X25519PrivateKey.from_private_bytes(randomness[32:])
    ct_x = ephemeral.public_key().public_bytes_raw()
    ss_x = ephemeral.exchange(X25519PublicKey.from_public_bytes(x_public))
    return _combine(ss_pq, ss_x, ct_x, x_public), ct_pq + ct_x


def decapsulate(keys: KemKeys, enc: bytes) -> bytes:
    ss_pq = ML_KEM_768.decaps(keys.dk, enc[:1088])
    own = X25519PrivateKey.from_private_bytes(keys.x_secret)
    ss_x = own.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
    return _combine(ss_pq, ss_x, enc[1088:], keys.x_public)


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def key_schedule(shared: bytes, info: bytes, aead_id: int = AES_256_GCM_ID) -> tuple[bytes, bytes, bytes]:
    """(key, base nonce, exporter secret) of base mode with a single-stage KDF."""
    suite_id = b"HPKE" + _two(KEM_ID) + _two(KDF_ID) + _two(aead_id)
    secrets = _two(0) + _two(len(shared)) + shared  # no PSK
    context = b"\x00" + _two(0) + _two(len(info)) + info  # base mode, no PSK id
    length = 32 + 12 + 64
    labelled = secrets + b"HPKE-v1" + suite_id + _two(len(b"secret")) + b"secret" + _two(length) + context
    out = shake_256(labelled).digest(length)
    return out[:32], out[32:44], out[44:]


def hpke_seal(public: bytes, info: bytes, plaintext: bytes, randomness: bytes) -> bytes:
    shared, enc = encapsulate(public, randomness)
    key, nonce, _ = key_schedule(shared, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, b"")


def hpke_open(keys: KemKeys, info: bytes, sealed: bytes) -> bytes:
    key, nonce, _ = key_schedule(decapsulate(keys, sealed[:1120]), info)
    return AESGCM(key).decrypt(nonce, sealed[1120:], b"")


# -- padding -------------------------------------------------------------------------------------------------
def stored(content: bytes) -> bytes:
    """`content` as uncompressed deflate blocks (RFC 1951 section 3.2.4): the same on every machine."""
    blocks = [content[at : at + 0xFFFF] for at in range(0, max(len(content), 1), 0xFFFF)]
    out = b""
    for number, block in enumerate(blocks, start=1):
        size = len(block).to_bytes(2, "little")
        out += bytes([number == len(blocks)]) + size + bytes(255 - b for b in size) + block
    return out


def body_class(size: int) -> int:
    k = 0
    while True:
        for base in (1536, 2048):
            if size <= base << k:
                return base << k
        k += 1


# -- envelope ------------------------------------------------------------------------------------------------
Alter = Mapping[str, Callable[..., Any]]


@dataclass
class Plan:
    """Everything that goes into one envelope; `alter` plants faults at named places."""

    role_seeds: Sequence[bytes]
    grants: Sequence[frozenset[int]]
    parts: Sequence[Any]
    author_seed: bytes
    erase_key: bytes
    fields: dict[int, Any]
    stream: Stream
    alter: Alter = field(default_factory=dict)

    def _at(self, place: str, value: _T, *index: int) -> _T:
        change = self.alter.get(place)
        return cast(_T, change(*index, value)) if change else value

    def seal(self) -> bytes:
        eid = sha256(b"firsthand/1/erase" + self.erase_key).digest()[:16]
        prot = self._at("prot", cbor([1, 1, eid]))
        keys = [self.stream.bytes(32) for _ in range(6)]
        slots = self._at("slots", [self._slot(prot, n, keys) for n in range(len(self.role_seeds))])
        parts = self._at("parts", self._parts(prot, keys))
        sealed = self._manifest(prot, keys[0], slots, parts)
        slots = self._at("late_slots", slots)
        parts = self._at("late_parts", parts)
        fields: Any = self._at("frame", [prot, slots, sealed, b"".join(parts)])
        return self._at("envelope", cbor(fields))

    def _slot(self, prot: bytes, number: int, keys: Sequence[bytes]) -> bytes:
        granted = self.grants[number]
        held = [key if n in granted else self.stream.bytes(32) for n, key in enumerate(keys)]
        text = self._at("slot_text", bytes([sum(1 << n for n in granted)]) + b"".join(held), number)
        info = self._at("slot_info", cbor(["firsthand/1/slot", prot, number]), number)
        public = self._at("slot_public", role_keys(self.role_seeds[number]).public, number)
        return self._at("slot", hpke_seal(public, info, text, self.stream.bytes(64)), number)

    def _parts(self, prot: bytes, keys: Sequence[bytes]) -> list[bytes]:
        texts = []
        for number, content in enumerate(self.parts, start=1):
            text = self._at("part_text", stored(self._at("part_cbor", cbor(content), number)), number)
            texts.append(text.ljust(-(-len(text) // 64) * 64, b"\0"))
        sealed_size = sum(len(text) + 72 + 16 * (len(text) // CHUNK) for text in texts)
        texts[4] += bytes(body_class(sealed_size) - sealed_size)
        return [
            cobblestone_seal(
                keys[number],
                self._at("part_context", cbor(["firsthand/1/part", prot, number]), number),
                self._at("part_padded", text, number),
                self.stream.bytes(24),
            )
            for number, text in enumerate(texts, start=1)
        ]

    def _manifest(self, prot: bytes, key: bytes, slots: Sequence[bytes], parts: Sequence[bytes]) -> bytes:
        payload = dict(self.fields)
        payload[4] = sha256(ed_public(self.author_seed)).digest()[:16]
        payload[8] = sha256(b"".join(slots)).digest()
        payload[9] = [[len(part), sha256(part).digest()] for part in parts]
        signed = self._at("payload_bytes", cbor(self._at("payload", payload)))
        cose = self._at("cose", cose_sign1(self.author_seed, signed, self._at("aad", prot)))
        padded = self._at("padded", (len(cose).to_bytes(2, "big") + cose).ljust(576, b"\0"))
        context = self._at("manifest_context", cbor(["firsthand/1/part", prot, 0]))
        return self._at("manifest", cobblestone_seal(key, context, padded, self.stream.bytes(24)))


@dataclass(frozen=True)
class Found:
    """What the oracle finds in an envelope."""

    granted: frozenset[int]
    payload: dict[int, Any]
    parts: dict[int, Any]


def open_slot(envelope: bytes, slot: int, role_seed: bytes, author_public: bytes) -> Found:
    """Open and prove everything, by another road than the product.

    Raises ValueError, KeyError, IndexError or InvalidTag where something is wrong.
    """
    prot, slots, sealed, body = uncbor(envelope)
    text = hpke_open(role_keys(role_seed), cbor(["firsthand/1/slot", prot, slot]), slots[slot])
    granted = frozenset(n for n in range(6) if text[0] >> n & 1)
    keys = {n: text[1 + 32 * n : 33 + 32 * n] for n in granted}
    if not granted:
        return Found(granted, {}, {})
    padded = cobblestone_open(keys[0], cbor(["firsthand/1/part", prot, 0]), sealed)
    cose = padded[2 : 2 + int.from_bytes(padded[:2], "big")]
    protected, _, signed, signature = uncbor(cose)
    if not ed_verifies(author_public, sig_structure(signed, prot, protected), signature):
        raise ValueError("signature")
    payload = uncbor(signed)
    if payload[8] != sha256(b"".join(slots)).digest() or payload[4] != sha256(author_public).digest()[:16]:
        raise ValueError("binding")
    parts, at = {}, 0
    for number, (length, digest) in enumerate(payload[9], start=1):
        part = body[at : at + length]
        at += length
        if sha256(part).digest() != digest:
            raise ValueError("part hash")
        if number in granted:
            padded = cobblestone_open(keys[number], cbor(["firsthand/1/part", prot, number]), part)
            parts[number] = uncbor(zlib.decompressobj(wbits=-15).decompress(padded))
    if at != len(body):
        raise ValueError("body")
    return Found(granted, payload, parts)
