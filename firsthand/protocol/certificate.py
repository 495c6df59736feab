"""A tablet's certificate: its own public keys, vouched for by its invite (PROTOCOL, Enrolment).

The certificate is part 1 of the first envelope of a chain, and goes to every role. It proves that whoever
held the invitation also holds the author's key. It does not prove *who* that was: people compare the six
words before an administrator confirms the tablet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import cbor
from firsthand.protocol.signing import SigningKey, verify

KEM_PUBLIC_BYTES = 1184 + 32

_DOMAIN = "firsthand/1/certificate"
_FIELDS = {"v", "invite", "sign", "kem", "by_invite", "by_author"}
_WORDS = 6
# Sixteen consonants and four vowels make 16 bits a word that can be spoken in any language and over a radio.
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate whose two signatures have been verified.

    Attributes:
        invite_public: Ed25519, 32 bytes; look it up in the directory before trusting anything else.
        sign_public: the author's Ed25519 key, 32 bytes.
        kem_public: the tablet's key for mail, 1216 bytes.
        words: six spoken words of the SHA-256 of the three keys, to be compared by people.
    """

    invite_public: bytes
    sign_public: bytes
    kem_public: bytes
    words: str


def make_certificate(invite_key: SigningKey, author_key: SigningKey, kem_public: bytes) -> cbor.Value:
    """The value of part 1 of the `enrol` envelope.

    Raises:
        Malformed: `kem_public` is not 1216 bytes.
    """
    statement = _statement(invite_key.public, author_key.public, kem_public)
    return {
        "v": 1,
        "invite": invite_key.public,
        "sign": author_key.public,
        "kem": kem_public,
        "by_invite": invite_key.sign(statement),
        "by_author": author_key.sign(statement),
    }


def check_certificate(value: cbor.Value) -> Certificate:
    """Verify both signatures over the three keys.

    Raises:
        Malformed: fields or sizes.
        BadSignature: either signature does not verify.
    """
    if not isinstance(value, dict) or set(value) != _FIELDS or value["v"] != 1 or value["v"] is True:
        raise Malformed("certificate fields")
    invite, sign, kem = _sized(value["invite"], 32), _sized(value["sign"], 32), value["kem"]
    statement = _statement(invite, sign, _sized(kem, KEM_PUBLIC_BYTES))
    verify(invite, statement, _sized(value["by_invite"], 64))
    verify(sign, statement, _sized(value["by_author"], 64))
    if invite == sign:
        raise BadSignature("invite and author key are the same")
    return Certificate(invite, sign, _sized(kem, KEM_PUBLIC_BYTES), words(invite, sign, _sized(kem, KEM_PUBLIC_BYTES)))


def words(invite_public: bytes, sign_public: bytes, kem_public: bytes) -> str:
    """The six words of a certificate, lower case, separated by hyphens (96 bits)."""
    return spoken(hashlib.sha256(_statement(invite_public, sign_public, kem_public)).digest())


def spoken(digest: bytes, count: int = _WORDS) -> str:
    """The first `count` words (16 bits each) by which two people compare a digest; at least 2 * count bytes of it."""
    return "-".join(_word(int.from_bytes(digest[2 * i : 2 * i + 2], "big")) for i in range(count))


def _word(number: int) -> str:
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )


def _statement(invite_public: bytes, sign_public: bytes, kem_public: bytes) -> bytes:
    if len(kem_public) != KEM_PUBLIC_BYTES:
        raise Malformed("certificate key size")
    return cbor.encode([_DOMAIN, invite_public, sign_public, kem_public])


def _sized(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise Malformed("certificate field size")
    return value
