"""One-time tokens."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest

from firsthand.errors import Malformed
from firsthand.protocol import suite, token

SEED = bytes(range(32))


def test_a_token_is_the_hmac_of_its_number_under_the_key_of_its_block() -> None:
    """The same formula through the suite's HKDF, which this module may not load."""
    for block in (0, 1, 70_000):
        key = suite.hkdf(SEED, b"tokens" + block.to_bytes(4, "big"), 32)
        expected = [hmac.digest(key, number.to_bytes(4, "big"), "sha256") for number in range(1024)]
        assert token.block_tokens(SEED, block) == expected


def test_running_numbers_go_through_the_blocks() -> None:
    first, second = token.block_tokens(SEED, 0), token.block_tokens(SEED, 1)
    assert token.token_at(SEED, 0) == first[0]
    assert token.token_at(SEED, 1023) == first[-1]
    assert token.token_at(SEED, 1024) == second[0]


def test_no_two_tokens_of_two_blocks_or_seeds_are_the_same() -> None:
    tokens = token.block_tokens(SEED, 0) + token.block_tokens(SEED, 1) + token.block_tokens(bytes(32), 0)
    assert len(set(tokens)) == 3 * token.BLOCK_TOKENS


def test_the_relay_knows_a_token_by_its_hash() -> None:
    assert token.spent_hash(SEED) == sha256(SEED).digest()


@pytest.mark.parametrize(("seed", "number"), [(b"", 0), (SEED[:-1], 0), (SEED, -1), (SEED, 1 << 42)])
def test_other_seeds_and_numbers_are_refused(seed: bytes, number: int) -> None:
    with pytest.raises(Malformed):
        token.token_at(seed, number)


def test_something_shorter_is_no_token() -> None:
    with pytest.raises(Malformed):
        token.spent_hash(SEED[:-1])
