"""The CBOR subset: RFC 8949 examples, and the one error for everything else."""

from __future__ import annotations

from typing import Any

import pytest

from firsthand.errors import Malformed
from firsthand.protocol import cbor
from tests.support import oracle

# RFC 8949 appendix A, the rows that lie in the subset.
EXAMPLES: list[tuple[Any, str]] = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1_000_000, "1a000f4240"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (bytes.fromhex("01020304"), "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    ({"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}, "a56161614161626142616361436164614461656145"),
]
# The rows that lie outside: big numbers, floats, undefined and simple values, tags, indefinite lengths.
OUTSIDE = [
    "1bffffffffffffffff",
    "c249010000000000000000",
    "3bffffffffffffffff",
    "c349010000000000000000",
    "f90000",
    "f98000",
    "f93c00",
    "fb3ff199999999999a",
    "f93e00",
    "f97bff",
    "fa47c35000",
    "fa7f7fffff",
    "f97c00",
    "f97e00",
    "f9fc00",
    "f7",
    "f0",
    "f8ff",
    "c074323031332d30332d32315432303a30343a30305a",
    "c11a514b67b0",
    "d74401020304",
    "d818456449455446",
    "5f42010243030405ff",
    "7f657374726561646d696e67ff",
    "9fff",
    "9f018202039f0405ffff",
    "83018202039f0405ff",
    "bf61610161629f0203ffff",
    "826161bf61626163ff",
    "bf6346756ef563416d7421ff",
]


@pytest.mark.parametrize(("value", "digits"), EXAMPLES)
def test_examples_of_the_rfc_encode_and_decode(value: Any, digits: str) -> None:
    data = bytes.fromhex(digits)
    assert cbor.encode(value) == data == oracle.cbor(value)
    decoded = cbor.decode(data)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize("digits", OUTSIDE)
def test_examples_of_the_rfc_outside_the_subset_are_refused(digits: str) -> None:
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(digits))


def test_map_order_is_that_of_the_encoded_keys() -> None:
    value = {"aa": 1, "b": 2, 100: 3, 10: 4, -1: 5}  # the order of RFC 8949 section 4.2.1
    assert list(cbor.decode(cbor.encode(value))) == [10, 100, -1, "b", "aa"]  # type: ignore[arg-type]


def test_a_tuple_is_an_array_and_comes_back_as_a_list() -> None:
    assert cbor.decode(cbor.encode((1, (2,)))) == [1, [2]]


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {1, 2},
        complex(1, 2),
        bytearray(b"x"),
        1 << 63,
        -(1 << 63) - 1,
        {b"k": 1},
        {True: 1},
        {None: 1},
        {1.5: 1},
        "\ud800",
        {"\udfff": 1},
        [float("nan")],
    ],
    ids=repr,
)
def test_what_is_not_in_the_subset_does_not_encode(value: Any) -> None:
    with pytest.raises(Malformed):
        cbor.encode(value)


def test_a_list_that_holds_itself_is_refused_and_does_not_recurse_for_ever() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(Malformed):
        cbor.encode(loop)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_sixteen_levels_pass_and_seventeen_do_not() -> None:
    assert cbor.decode(cbor.encode(nested(16))) == nested(16)
    with pytest.raises(Malformed):
        cbor.encode(nested(17))
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * 16 + b"\x80")
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * 100_000)


def test_a_map_counts_as_a_level_too() -> None:
    assert cbor.decode(b"\xa1\x00" * 15 + b"\xa0") is not None
    with pytest.raises(Malformed):
        cbor.decode(b"\xa1\x00" * 16 + b"\xa0")


def test_items_are_counted_on_both_ways() -> None:
    fits = [None] * (cbor.MAX_ITEMS - 1)
    data = cbor.encode(fits)
    assert cbor.decode(data) == fits
    with pytest.raises(Malformed):
        cbor.encode([*fits, None])
    with pytest.raises(Malformed):
        cbor.decode(oracle.cbor([*fits, None]))
    with pytest.raises(Malformed):
        cbor.decode(b"\x83\x00\x00\x00", max_items=3)
    assert cbor.decode(b"\x83\x00\x00\x00", max_items=4) == [0, 0, 0]


def test_keys_count_as_items() -> None:
    data = cbor.encode({1: 2, 3: 4})
    assert cbor.decode(data, max_items=5) == {1: 2, 3: 4}
    with pytest.raises(Malformed):
        cbor.decode(data, max_items=4)


def test_the_length_limit_is_the_callers() -> None:
    data = cbor.encode(bytes(cbor.MAX_BYTES))
    with pytest.raises(Malformed):
        cbor.decode(data)
    assert cbor.decode(data, max_bytes=len(data)) == bytes(cbor.MAX_BYTES)


def test_an_error_never_carries_what_was_read() -> None:
    with pytest.raises(Malformed) as caught:
        cbor.decode(cbor.encode("a secret") + b"\x00")
    assert "secret" not in repr(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.fields == {}
