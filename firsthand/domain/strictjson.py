"""JSON as a report may come in: strict where the standard library is generous.

Refuses before parsing what would cost time or stack (size, depth), and keeps what parsing would hide (a key
that stands twice, the form of a number) for the reader that knows the names of the fields. It does not know
what a report is.

Rules: UTF-8 without a byte order mark, at most 1 MiB, at most 16 levels, no NaN or Infinity.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from firsthand.errors import InvalidReport, Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
_MAX_INT_DIGITS = 15

# The closing quote is optional, so that an unterminated string is eaten whole instead of being tried again
# from each of its quotes; possessive, so that a hostile megabyte takes one pass.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fraction:
    """A number written with a point or exponent, kept as text until a field allows it."""

    text: str


@dataclass(frozen=True, slots=True)
class HugeInt:
    """An integer with more digits than any field holds; never converted (quadratic in its length)."""


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object with its keys in order, and whether one of them stood twice.

    Attributes:
        repeated: keys that stood more than once; `fields` holds the last value.
    """

    fields: dict[str, Json]
    repeated: frozenset[str]


Json = Object | list["Json"] | str | int | bool | Fraction | HugeInt | None


def parse_json(data: bytes) -> Json:
    """Bytes to values.

    Raises:
        InvalidReport: one problem `too-large`, `not-utf8`, `too-deep`, `not-finite` or `not-json`.
    """
    if len(data) > MAX_BYTES:
        raise _refused("too-large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused("not-utf8") from error
    _check_depth(text)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=Fraction,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise _refused("not-json") from error
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKENS.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _refused("too-deep")
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Json]]) -> Object:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return Object(fields, frozenset())
    seen: set[str] = set()
    return Object(fields, frozenset(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]


def _integer(text: str) -> int | HugeInt:
    return int(text) if len(text.lstrip("-")) <= _MAX_INT_DIGITS else HugeInt()


def _constant(_: str) -> Json:
    raise _refused("not-finite")


def _refused(code: str) -> InvalidReport:
    return InvalidReport((Problem(code, ""),))
