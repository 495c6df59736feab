"""JSON that remembers its lines, for files that people write and that are refused at the line that is wrong.

As strict as `strictjson` about size, depth and keys that stand twice; stricter than the standard library about NaN,
Infinity and characters after the end. Numbers keep their Python types.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 12
_SPACE = re.compile(r"[ \t\r\n]*")
_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?(?![0-9.eE])")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"true\b|false\b|null\b")

Plain: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | None"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line on which it begins, from 1. Lists and objects hold nodes."""

    value: Plain
    line: int


class NotJson(ValueError):
    """Text that is not read: `line` from 1; `reason` one of not-utf8, not-json, too-deep, duplicate-key."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def parse(data: bytes) -> Node:
    """The one value of a file.

    Raises:
        NotJson: at the first line that is wrong.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(data[: error.start].count(b"\n") + 1, "not-utf8") from None
    reader = _Reader(text)
    found = reader.value(0)
    reader.space()
    if reader.at != len(text):
        raise reader.wrong()
    return found


class _Reader:
    """One pass over the text; depth is bounded, so that recursion is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def line(self) -> int:
        return bisect_right(self._starts, self.at)

    def wrong(self, reason: str = "not-json") -> NotJson:
        return NotJson(self.line(), reason)

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, mark: str) -> bool:
        self.space()
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def value(self, depth: int) -> Node:
        self.space()
        line = self.line()
        if depth > MAX_DEPTH:
            raise self.wrong("too-deep")
        if self.take("{"):
            return Node(self._object(depth), line)
        if self.take("["):
            return Node(self._list(depth), line)
        return Node(self._single(), line)

    def _single(self) -> Plain:
        for pattern, read in ((_TEXT, _text), (_WORD, _WORDS.__getitem__), (_NUMBER, _number)):
            found = pattern.match(self.text, self.at)
            if found:
                try:
                    value = read(found[0])
                except ValueError:
                    raise self.wrong() from None
                self.at = found.end()
                return value
        raise self.wrong()

    def _list(self, depth: int) -> list[Node]:
        items: list[Node] = []
        if self.take("]"):
            return items
        while True:
            items.append(self.value(depth + 1))
            if self.take("]"):
                return items
            if not self.take(","):
                raise self.wrong()

    def _object(self, depth: int) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        if self.take("}"):
            return fields
        while True:
            self.space()
            found = _TEXT.match(self.text, self.at)
            if not found:
                raise self.wrong()
            key = _text(found[0])
            if key in fields:
                raise self.wrong("duplicate-key")
            self.at = found.end()
            if not self.take(":"):
                raise self.wrong()
            fields[key] = self.value(depth + 1)
            if self.take("}"):
                return fields
            if not self.take(","):
                raise self.wrong()


def _text(token: str) -> str:
    """Half a surrogate pair is no text: it cannot be written again."""
    text = str(json.loads(token))
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("surrogate")
    return text


def _number(token: str) -> int | float:
    if "." not in token:
        return int(token)
    number = float(token)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number
