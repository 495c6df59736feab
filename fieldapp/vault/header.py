"""The vault's header: what a passphrase needs to reach the vault key.

    header = body || SHA-256(body)
    body   = cbor {"v": 1, "salt": 16 B, "cost": [t, p, m_kib], "wrap": part_seal(KEK, context, VK)}
    KEK    = HKDF(Argon2id(passphrase, salt, cost), "firsthand/1/vault/kek")

The checksum tells a damaged header from a wrong passphrase; it protects nothing. A new passphrase wraps the
same vault key again and touches no row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol import cbor, suite

_VERSION = 1
_CONTEXT = cbor.encode(["firsthand/1/vault", "header"])
_KEK_INFO = b"firsthand/1/vault/kek"
_DIGEST_BYTES = 32
_FIELDS = {"v", "salt", "cost", "wrap"}


@dataclass(frozen=True, slots=True)
class Header:
    """Salt, cost and the wrapped vault key."""

    salt: bytes
    cost: suite.KdfCost
    wrap: bytes

    def encode(self) -> bytes:
        """The header as it stands in the store."""
        body = cbor.encode(
            {
                "v": _VERSION,
                "salt": self.salt,
                "cost": [self.cost.t, self.cost.p, self.cost.m_kib],
                "wrap": self.wrap,
            }
        )
        return body + hashlib.sha256(body).digest()


def parse_header(data: bytes) -> Header:
    """Reads a header.

    Raises:
        Damaged: cut or flipped anywhere, or a cost outside the bounds (an attacker's cheap KDF).
    """
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        raise errors.Damaged("header checksum")
    try:
        fields = cbor.decode(body)
    except errors.Malformed as error:
        raise errors.Damaged("header form") from error
    if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["v"] != _VERSION:
        raise errors.Damaged("header fields")
    salt, cost, wrap = fields["salt"], fields["cost"], fields["wrap"]
    if not (isinstance(salt, bytes) and isinstance(wrap, bytes) and isinstance(cost, list) and len(cost) == 3):
        raise errors.Damaged("header types")
    t, p, m_kib = cost
    if not (isinstance(t, int) and isinstance(p, int) and isinstance(m_kib, int)):
        raise errors.Damaged("header cost")
    kdf = suite.KdfCost(t=t, p=p, m_kib=m_kib)
    try:
        kdf.check()
    except errors.FirsthandError as error:
        raise errors.Damaged("header cost bounds") from error
    return Header(salt, kdf, wrap)


def make_header(passphrase: str, vault_key: bytes, cost: suite.KdfCost, entropy: Entropy) -> Header:
    """Wraps `vault_key` (32 B) under a passphrase."""
    cost.check()
    salt = entropy.bytes(16)
    return Header(salt, cost, suite.part_seal(_kek(passphrase, salt, cost), _CONTEXT, vault_key))


def open_header(header: Header, passphrase: str) -> bytes:
    """The vault key.

    Raises:
        WrongPassphrase: the passphrase does not open it.
    """
    try:
        return suite.part_open(_kek(passphrase, header.salt, header.cost), _CONTEXT, header.wrap)
    except errors.BadSeal as error:
        raise errors.WrongPassphrase from error


def _kek(passphrase: str, salt: bytes, cost: suite.KdfCost) -> bytes:
    return suite.hkdf(suite.passphrase_key(passphrase, salt, cost), _KEK_INFO, 32)
