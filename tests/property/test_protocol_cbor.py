"""CBOR over random values and random bytes: two implementations, one encoding."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from firsthand.errors import Malformed
from firsthand.protocol import cbor
from tests.support import oracle

INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEYS = INTEGERS | TEXTS
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def same(first: Any, second: Any) -> bool:
    """Equal in type too: True is not 1."""
    if type(first) is not type(second):
        return False
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    return bool(first == second)


def taken(data: bytes) -> bool:
    try:
        value = cbor.decode(data)
    except Malformed:
        return False
    assert cbor.encode(value) == data
    return True


def in_subset(value: Any, depth: int = 0) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, list):
        return depth < 16 and all(in_subset(item, depth + 1) for item in value)
    if isinstance(value, dict):
        keys = all(isinstance(key, int | str) and not isinstance(key, bool) and in_subset(key) for key in value)
        return depth < 16 and keys and all(in_subset(item, depth + 1) for item in value.values())
    return True


def taken_by_oracle(data: bytes) -> bool:
    try:
        return in_subset(oracle.uncbor(data))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return False


@given(VALUES)
def test_a_value_comes_back_and_both_encode_it_alike(value: Any) -> None:
    data = cbor.encode(value)
    assert data == oracle.cbor(value)
    assert same(cbor.decode(data), value)


@given(st.binary(max_size=60))
@example(bytes.fromhex("a201f60100"))
@example(bytes.fromhex("a1f500"))
@example(bytes.fromhex("a14000"))
@example(bytes.fromhex("a18000"))
@example(bytes.fromhex("62c328"))
@example(bytes.fromhex("1b8000000000000000"))
def test_random_bytes_are_taken_by_both_or_by_none(data: bytes) -> None:
    assert taken(data) == taken_by_oracle(data)


@given(VALUES, st.data())
def test_a_changed_byte_gives_another_value_or_none(value: Any, data: st.DataObject) -> None:
    sound = cbor.encode(value)
    at = data.draw(st.integers(0, len(sound) - 1))
    changed = bytearray(sound)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert taken(bytes(changed)) == taken_by_oracle(bytes(changed))


@given(VALUES, st.data())
def test_a_cut_or_a_longer_encoding_is_refused(value: Any, data: st.DataObject) -> None:
    sound = cbor.encode(value)
    assert not taken(sound[: data.draw(st.integers(0, len(sound) - 1))])
    assert not taken(sound + data.draw(st.binary(min_size=1, max_size=5)))


@given(st.integers(0, 5), st.integers(0, 2**64 - 1), st.sampled_from([1, 2, 4, 8]), st.binary(max_size=30))
def test_only_the_shortest_head_is_taken(major: int, number: int, size: int, tail: bytes) -> None:
    number &= (1 << size * 8) - 1
    shortest = oracle.cbor_head(major, number)
    forced = oracle.cbor_head(major, number, size)
    if forced != shortest:
        assert not taken(forced + tail)
