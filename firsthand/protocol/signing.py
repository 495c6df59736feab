"""Ed25519 and COSE_Sign1 (RFC 8032; RFC 9052 section 4.2). The one crypto module that the relay loads.

A COSE_Sign1 here is the bare array of four, without tag: protected header {1: -8} (EdDSA), empty unprotected
header, payload, signature. Any other header is refused: there is nothing to negotiate. What the signature is
about besides the payload goes into `aad`, the external authenticated data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from firsthand.errors import BadSignature, Malformed
from firsthand.ids import DeviceId
from firsthand.protocol import cbor

SEED_BYTES: Final = 32
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
_DEVICE_BYTES = 16
_PROTECTED = cbor.encode({1: -8})

# Keys of small order (1, 2, 4, 8), also in their encodings above the field's prime, with either sign bit.
# Under such a key one signature fits many messages: its holder could deny having signed any of them.
_PRIME = (1 << 255) - 19
_ORDER_8_Y = 0x5FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset(
    (y | sign << 255).to_bytes(PUBLIC_BYTES, "little")
    for y in (0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y, _PRIME, _PRIME + 1)
    for sign in (0, 1)
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key.

    Attributes:
        seed: 32 secret bytes.
        public: 32 bytes.
    """

    seed: bytes = field(repr=False)
    public: bytes = field(init=False)
    _key: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise Malformed("signing seed length")
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "public", key.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a 32 B seed.

        Raises:
            Malformed: another length.
        """
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """64 bytes; deterministic."""
        return self._key.sign(message)


@lru_cache(maxsize=512)
def _public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check a bare Ed25519 signature.

    Raises:
        BadSignature: it does not verify, a length is wrong, or the key is of small order.
    """
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        raise BadSignature("length")
    if public in _SMALL_ORDER:
        raise BadSignature("key of small order")
    try:
        _public_key(public).verify(signature, message)
    except InvalidSignature:
        raise BadSignature("ed25519") from None


def device_id(public: bytes) -> DeviceId:
    """The name of the device that holds the key: SHA-256(public)[:16].

    Raises:
        Malformed: not a 32 B key.
    """
    if len(public) != PUBLIC_BYTES:
        raise Malformed("public key length")
    return DeviceId(sha256(public).digest()[:_DEVICE_BYTES])


def _to_be_signed(payload: bytes, aad: bytes) -> bytes:
    """Sig_structure of RFC 9052 section 4.4."""
    return cbor.encode(["Signature1", _PROTECTED, aad, payload])


def cose_sign1(key: SigningKey, payload: bytes, aad: bytes) -> bytes:
    """`payload` signed together with `aad`; 76 to 80 bytes longer than the payload."""
    return cbor.encode([_PROTECTED, {}, payload, key.sign(_to_be_signed(payload, aad))])


def cose_open(public: bytes, cose: bytes, aad: bytes) -> bytes:
    """The payload, once the signature over it and `aad` has verified.

    Raises:
        Malformed: not our COSE_Sign1.
        BadSignature: it does not verify under `public`.
    """
    payload, signature = _parse(cose)
    verify(public, _to_be_signed(payload, aad), signature)
    return payload


def cose_peek(cose: bytes) -> bytes:
    """The payload UNVERIFIED, for finding out whose key to verify with.

    Raises:
        Malformed: not our COSE_Sign1.
    """
    return _parse(cose)[0]


def _parse(cose: bytes) -> tuple[bytes, bytes]:
    match cbor.decode(cose):
        case [protected, {} as unprotected, bytes(payload), bytes(signature)] if (
            protected == _PROTECTED and not unprotected and len(signature) == SIGNATURE_BYTES
        ):
            return payload, signature
    raise Malformed("cose structure")
