"""One-time tokens: they let a tablet upload without saying who it is (PROTOCOL, Relay).

The tablet derives its tokens itself, in blocks of 1,024; the relay learns SHA-256s only, shuffled among those
of other blocks, so that a token shown later leads to no device.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from firsthand.errors import Malformed

BLOCK_TOKENS = 1024
TOKEN_BYTES, SEED_BYTES = 32, 32
_MAX_BLOCK = 1 << 32


def _block_key(seed: bytes, block: int) -> bytes:
    """HKDF-SHA512 (RFC 5869), no salt, info "tokens" || block as 4 B big-endian, 32 B.

    Written with the standard library because the relay, which may load no key derivation, loads this module.
    """
    if len(seed) != SEED_BYTES or not 0 <= block < _MAX_BLOCK:
        raise Malformed("token seed or block")
    extracted = hmac.digest(bytes(64), seed, "sha512")
    return hmac.digest(extracted, b"tokens" + block.to_bytes(4, "big") + b"\x01", "sha512")[:32]


def _token(block_key: bytes, number: int) -> bytes:
    return hmac.digest(block_key, number.to_bytes(4, "big"), "sha256")


def block_tokens(seed: bytes, block: int) -> list[bytes]:
    """All 1,024 tokens (32 B each) of a block.

    Raises:
        Malformed: seed not 32 B, block negative or over 32 bit.
    """
    key = _block_key(seed, block)
    return [_token(key, number) for number in range(BLOCK_TOKENS)]


def token_at(seed: bytes, n_total: int) -> bytes:
    """The token with running number `n_total`, counted from 0 over all blocks.

    Raises:
        Malformed: as `block_tokens`.
    """
    block, number = divmod(n_total, BLOCK_TOKENS)
    return _token(_block_key(seed, block), number)


def spent_hash(token: bytes) -> bytes:
    """What the relay knows of a token: its SHA-256.

    Raises:
        Malformed: not 32 bytes.
    """
    if len(token) != TOKEN_BYTES:
        raise Malformed("token length")
    return sha256(token).digest()
