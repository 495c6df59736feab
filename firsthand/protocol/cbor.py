"""The CBOR subset in which everything is written (PROTOCOL "CBOR subset"; RFC 8949 section 4.2.1).

Values are int64, bytes, text, arrays, maps with integer or text keys, true, false and null. Nothing else: no
floats, no tags, no indefinite lengths. One value has exactly one encoding, and the decoder accepts no other:
every head is the shortest, map keys stand in the bytewise order of their encodings, text is UTF-8 without
surrogates and is not normalised. What decodes therefore encodes to the same bytes again; the decoder proves
this while it reads instead of encoding a second time, which would double the cost of ingest (the property is
tested over random values and over every mutation of the vectors).

There is one error, `Malformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NoReturn, TypeAlias

from firsthand.errors import Malformed

# Read-only containers, so that a list of texts is a Value too; encode takes list, tuple and Mapping.
Value: TypeAlias = int | bytes | str | bool | Sequence["Value"] | Mapping[Any, "Value"] | None

MAX_DEPTH: Final = 16
MAX_BYTES: Final = 262_144
MAX_ITEMS: Final = 65_536

_INT_MIN, _INT_MAX = -(1 << 63), (1 << 63) - 1
_UINT, _NEGINT, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_SIMPLE_HEAD = 0xE0
_SIMPLES: Final = {0xF4: False, 0xF5: True, 0xF6: None}
_KEY_MAJORS = (_UINT, _NEGINT, _TEXT)
_FIRST = itemgetter(0)
_HEADS = tuple(tuple(bytes([major << 5 | low]) for low in range(24)) for major in range(6))


def encode(value: Value) -> bytes:
    """The one encoding of `value`. Tuples encode as arrays.

    Raises:
        Malformed: a type, number, key, depth or count outside the subset.
    """
    out: list[bytes] = []
    budget = [MAX_ITEMS - 1]
    _write(value, out.append, 0, budget)
    if budget[0] < 0:
        raise Malformed("cbor item count")
    return b"".join(out)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_items: int = MAX_ITEMS) -> Value:
    """The value of which `data` is the encoding; arrays become lists.

    Raises:
        Malformed: anything that `encode` would not have written, or more than the limits allow.
    """
    if len(data) > max_bytes:
        raise Malformed("cbor length")
    budget = [max_items - 1]
    try:
        value, end = _read(bytes(data), 0, 0, budget)
    except IndexError:
        raise Malformed("cbor truncated") from None
    if end != len(data):
        raise Malformed("cbor trailing bytes")
    return value


def _head(major: int, number: int) -> bytes:
    """Major type and argument in the shortest form."""
    if number < 24:
        return _HEADS[major][number]
    first = major << 5
    if number < 0x100:
        return bytes((first | 24, number))
    if number < 0x1_0000:
        return bytes((first | 25, number >> 8, number & 0xFF))
    if number < 0x1_0000_0000:
        return bytes((first | 26,)) + number.to_bytes(4, "big")
    return bytes((first | 27,)) + number.to_bytes(8, "big")


def _int_bytes(number: int) -> bytes:
    if not _INT_MIN <= number <= _INT_MAX:
        raise Malformed("cbor integer range")
    return _head(_UINT, number) if number >= 0 else _head(_NEGINT, -1 - number)


def _text_bytes(text: str) -> bytes:
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("cbor surrogate") from None
    return _head(_TEXT, len(raw)) + raw


def _key_bytes(key: object) -> bytes:
    if isinstance(key, str):
        return _text_bytes(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return _int_bytes(key)
    raise Malformed("cbor key type")


def _write(value: Value, put: Callable[[bytes], None], depth: int, budget: list[int]) -> None:
    if value is None:
        put(b"\xf6")
    elif isinstance(value, bool):
        put(b"\xf5" if value else b"\xf4")
    elif isinstance(value, int):
        put(_int_bytes(value))
    elif isinstance(value, str):
        put(_text_bytes(value))
    elif isinstance(value, bytes):
        put(_head(_BYTES, len(value)))
        put(value)
    else:
        _write_container(value, put, depth + 1, budget)


def _write_container(value: Value, put: Callable[[bytes], None], depth: int, budget: list[int]) -> None:
    if depth > MAX_DEPTH:
        raise Malformed("cbor depth")
    if isinstance(value, list | tuple):
        budget[0] -= len(value)
        put(_head(_ARRAY, len(value)))
        for item in value:
            _write(item, put, depth, budget)
    elif isinstance(value, Mapping):
        budget[0] -= 2 * len(value)
        put(_head(_MAP, len(value)))
        for key, item in sorted([(_key_bytes(key), item) for key, item in value.items()], key=_FIRST):
            put(key)
            _write(item, put, depth, budget)
    else:
        raise Malformed("cbor type")


def _read(data: bytes, at: int, depth: int, budget: list[int]) -> tuple[Value, int]:
    """The item that starts at `at`, and where the next one starts. IndexError: the data ends too early."""
    first = data[at]
    at += 1
    if first >= _SIMPLE_HEAD:
        try:
            return _SIMPLES[first], at
        except KeyError:
            raise Malformed("cbor simple or float") from None
    number = first & 31
    if number >= 24:
        number, at = _read_long(data, at, number)
    return _READERS[first >> 5](data, at, number, depth, budget)


def _read_uint(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[int, int]:  # noqa: ARG001
    if number > _INT_MAX:
        raise Malformed("cbor integer range")
    return number, at


def _read_negint(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[int, int]:  # noqa: ARG001
    if number > _INT_MAX:
        raise Malformed("cbor integer range")
    return -1 - number, at


def _read_bytes(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[bytes, int]:  # noqa: ARG001
    end = at + number
    if end > len(data):
        raise Malformed("cbor truncated")
    return data[at:end], end


def _read_text(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[str, int]:  # noqa: ARG001
    end = at + number
    if end > len(data):
        raise Malformed("cbor truncated")
    try:
        return data[at:end].decode("utf-8"), end
    except UnicodeDecodeError:
        raise Malformed("cbor text") from None


def _read_array(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[list[Value], int]:
    _enter(depth, number, budget)
    items: list[Value] = []
    for _ in range(number):
        item, at = _read(data, at, depth + 1, budget)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> tuple[dict[Any, Value], int]:
    _enter(depth, 2 * number, budget)
    items: dict[Any, Value] = {}
    before = b""
    for _ in range(number):
        if data[at] >> 5 not in _KEY_MAJORS:
            raise Malformed("cbor key type")
        key, end = _read(data, at, depth, budget)
        raw = data[at:end]
        # Strictly rising encodings: sorted and unique in one comparison.
        if raw <= before:
            raise Malformed("cbor key order")
        before = raw
        items[key], at = _read(data, end, depth + 1, budget)
    return items, at


def _read_tag(data: bytes, at: int, number: int, depth: int, budget: list[int]) -> NoReturn:  # noqa: ARG001
    raise Malformed("cbor tag")


# By major type; all take the same arguments, so that one look-up replaces a chain of tests.
_READERS: Final[tuple[Callable[[bytes, int, int, int, list[int]], tuple[Any, int]], ...]] = (
    _read_uint,
    _read_negint,
    _read_bytes,
    _read_text,
    _read_array,
    _read_map,
    _read_tag,
)


def _read_long(data: bytes, at: int, low: int) -> tuple[int, int]:
    """The argument in 1, 2, 4 or 8 bytes, which must not have fitted in less."""
    if low == 24:
        number = data[at]
        if number < 24:
            raise Malformed("cbor long head")
        return number, at + 1
    if low > 27:
        raise Malformed("cbor indefinite or reserved")
    size = 1 << (low - 24)
    end = at + size
    if end > len(data):
        raise Malformed("cbor truncated")
    number = int.from_bytes(data[at:end], "big")
    if number >> (size * 4) == 0:
        raise Malformed("cbor long head")
    return number, end


def _enter(depth: int, items: int, budget: list[int]) -> None:
    """Refuse a container before it costs anything."""
    if depth >= MAX_DEPTH:
        raise Malformed("cbor depth")
    budget[0] -= items
    if budget[0] < 0:
        raise Malformed("cbor item count")
