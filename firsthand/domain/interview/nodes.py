"""YAML with lines: the part of YAML that a protocol may use, read so that a refusal can name the place.

Allowed: UTF-8, one document of mappings, lists and words; words are text as they stand (`no` is no falsehood).
Refused: anchors and aliases, tags, a key twice, more than 512 KiB, more than 16 levels, control characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

import yaml

from firsthand.errors import ProtocolRefused

MAX_BYTES = 512 * 1024
_MAX_DEPTH = 16
_MAX_DIGITS = 6
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}|[0-9][A-Za-z0-9_]{0,20}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    """Composes nodes and refuses what a protocol has no use for before it costs anything."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(problem="tag", problem_mark=event.start_mark)
        if self.depth >= _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too-deep", problem_mark=event.start_mark)
        self.depth += 1
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self.depth -= 1
        return node


_OWN = frozenset({"alias", "tag", "too-deep"})


@dataclass(frozen=True, slots=True)
class Item:
    """One node of the file, with the line (from 1) that a refusal names."""

    node: yaml.Node
    file: str

    @property
    def line(self) -> int:
        """Where it begins, from 1."""
        return int(self.node.start_mark.line) + 1

    def refuse(self, reason: str) -> NoReturn:
        """Raises ProtocolRefused at this line."""
        raise ProtocolRefused(self.file, self.line, reason)

    def text(self) -> str:
        """Any words on one or more lines, not empty."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("wrong-type")
        value = str(self.node.value)
        if not value.strip() or _CONTROL.search(value):
            self.refuse("wrong-type")
        return value

    def text_or_empty(self) -> str:
        """Words, or nothing between quotes."""
        empty = isinstance(self.node, yaml.ScalarNode) and self.node.value == "" and self.node.style is not None
        return "" if empty else self.text()

    def code(self) -> str:
        """A short identifier."""
        value = self.text()
        if not _CODE.fullmatch(value):
            self.refuse("wrong-type")
        return value

    def key(self) -> str:
        """A text key: codes joined by dots."""
        value = self.text()
        if not all(_CODE.fullmatch(part) for part in value.split(".")):
            self.refuse("wrong-type")
        return value

    def one_of(self, allowed: Iterable[str], reason: str = "unknown-value") -> str:
        """A word that stands in a list."""
        value = self.text()
        if value not in allowed:
            self.refuse(reason)
        return value

    def number(self, low: int, high: int) -> int:
        """A whole number within bounds, inclusive."""
        value = self.text()
        if not (value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS) or not low <= int(value) <= high:
            self.refuse("wrong-type")
        return int(value)

    def flag(self) -> bool:
        """`true` or `false`."""
        return self.one_of(("true", "false"), "wrong-type") == "true"

    def items(self) -> Iterator[Item]:
        """The entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("wrong-type")
        return (Item(node, self.file) for node in self.node.value)

    def codes(self) -> tuple[str, ...]:
        """A list of identifiers, none twice."""
        found: list[str] = []
        for item in self.items():
            code = item.code()
            if code in found:
                item.refuse("duplicate")
            found.append(code)
        return tuple(found)

    def keys(self) -> tuple[str, ...]:
        """A list of text keys."""
        return tuple(item.key() for item in self.items())

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self) -> dict[str, Item]:
        """Entries by key; a key that stands twice is refused at its second line."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("wrong-type")
        found: dict[str, Item] = {}
        for name, value in self.node.value:
            key = Item(name, self.file)
            if key.key() in found:
                key.refuse("duplicate-key")
            found[key.key()] = Item(value, self.file)
        return found

    def fields(self, required: str, optional: str = "") -> Fields:
        """A mapping with exactly these keys, names separated by spaces."""
        found = self.mapping()
        needed = required.split()
        for name, item in found.items():
            if name not in needed and name not in optional.split():
                item.refuse("unknown-field")
        for name in needed:
            if name not in found:
                self.refuse("gate-without-text" if name == "text" and "when" in found else "missing-field")
        return Fields(self, found)


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping whose keys were checked; what is optional and missing reads as nothing."""

    item: Item
    found: Mapping[str, Item]

    def __getitem__(self, name: str) -> Item:
        return self.found[name]

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def code(self, name: str) -> str:
        """An identifier, or empty."""
        return self.found[name].code() if name in self.found else ""

    def key(self, name: str) -> str:
        """A text key, or empty."""
        return self.found[name].key() if name in self.found else ""

    def codes(self, name: str) -> tuple[str, ...]:
        """Identifiers, or none."""
        return self.found[name].codes() if name in self.found else ()

    def keys(self, name: str) -> tuple[str, ...]:
        """Text keys, or none."""
        return self.found[name].keys() if name in self.found else ()

    def flag(self, name: str) -> bool:
        """A flag, or false."""
        return name in self.found and self.found[name].flag()

    def items(self, name: str) -> Iterator[Item]:
        """Entries of a list, or none."""
        return self.found[name].items() if name in self.found else iter(())


def compose(data: bytes, file: str) -> Item:
    """The one document of a file.

    Raises:
        ProtocolRefused: not UTF-8, too large, too deep, no YAML, or YAML beyond the allowed part.
    """
    if len(data) > MAX_BYTES:
        raise ProtocolRefused(file, 1, "too-large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolRefused(file, data.count(b"\n", 0, error.start) + 1, "not-utf8") from None
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem if error.problem in _OWN else "not-yaml"
        raise ProtocolRefused(file, mark.line + 1 if mark else 1, reason) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # What is not in the grammar is found by the reader, or by the conversion of an escape or a version.
        raise ProtocolRefused(file, loader.line + 1 if loader else 1, "not-yaml") from None
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise ProtocolRefused(file, 1, "not-yaml")
    return Item(node, file)
