"""Takes typed fields out of parsed JSON and collects every problem with the path of its field.

A reader never stops at the first problem: a failed field yields a harmless stand-in, so that the rest is
looked at too, and `Reader.finish` raises if there was any. Problems name fields, never values; a field that
is not ours is named by its position, because its name was typed by somebody and may itself be a name.

Numbers: integers, or the same written as a string of digits (Western or Arabic) without sign or leading
zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from firsthand.domain.characters import fault_in, western_digits
from firsthand.domain.strictjson import Fraction, HugeInt, Json, Object
from firsthand.errors import InvalidReport, Problem

T = TypeVar("T")
E7 = 10_000_000
_INTEGER = re.compile(r"0|[1-9][0-9]{0,14}")
_DEGREES = re.compile(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?")


@dataclass(slots=True)
class Reader:
    """Collects the problems of one report.

    Attributes:
        form: of the report, once known.
    """

    problems: list[Problem] = field(default_factory=list)
    form: int = 1

    def add(self, code: str, where: str, rule: int = 0) -> None:
        """Notes a blocking problem of form."""
        self.problems.append(Problem(code, where, True, rule))

    def group(self, value: Json, where: str) -> Group:
        """The fields of an object; an empty, silent group where the value is none."""
        if isinstance(value, Object):
            return Group(self, where, value.fields, value.repeated)
        self.add("not-object", where)
        return Group(self, where, {}, silent=True)

    def finish(self) -> None:
        """Raises InvalidReport with everything that was noted."""
        if self.problems:
            raise InvalidReport(tuple(self.problems))


@dataclass(slots=True)
class Group:
    """The fields of one object. Take each, then `close`: what was not taken is unknown."""

    reader: Reader
    where: str
    fields: dict[str, Json]
    repeated: frozenset[str] = frozenset()
    silent: bool = False
    taken: set[str] = field(default_factory=set)

    def path(self, name: str) -> str:
        """Path of a field of this group."""
        return _join(self.where, name)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.fields.get(name) is not None

    def since(self, form: int, *names: str) -> None:
        """In a report of an earlier form these fields are refused and not looked at; call before taking any."""
        if self.reader.form >= form:
            return
        for name in names:
            if self.has(name):
                self.reader.add("needs-form-2", self.path(name))
                self.fields = {**self.fields, name: None}

    def take(self, name: str, *, required: bool, rule: int = 0) -> Json:
        """The raw value, None when absent or null."""
        self.taken.add(name)
        value = self.fields.get(name)
        if value is None and required and not self.silent:
            self.reader.add("missing", self.path(name), rule)
        return value

    def text(self, name: str, limit: int, *, prose: bool = False, plain: bool = False) -> str:
        """A required text of 1 to `limit` characters."""
        value = self.take(name, required=True)
        return "" if value is None else self._text(value, name, limit, prose, plain)

    def text_or_none(self, name: str, limit: int, *, prose: bool = False, plain: bool = False) -> str | None:
        """An optional text of 1 to `limit` characters."""
        value = self.take(name, required=False)
        return None if value is None else self._text(value, name, limit, prose, plain)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None, *, rule: int = 0) -> str:
        """One of the codes; required unless there is a default."""
        value = self.take(name, required=default is None, rule=rule)
        if value is None:
            return default or choices[0]
        return self._choice(value, self.path(name), choices)

    def choice_or_none(self, name: str, choices: Sequence[str]) -> str | None:
        """One of the codes, or None when absent."""
        value = self.take(name, required=False)
        return None if value is None else self._choice(value, self.path(name), choices)

    def choices(self, name: str, choices: Sequence[str], limit: int) -> tuple[str, ...]:
        """A list of different codes, perhaps empty."""
        found: list[str] = []
        for value, where in self.items(name, limit):
            code = self._choice(value, where, choices)
            if code in found:
                self.reader.add("twice", where)
            found.append(code)
        return tuple(found)

    def integer(self, name: str, low: int, high: int, *, default: int | None = None) -> int:
        """An integer from `low` to `high`; required unless there is a default."""
        value = self.take(name, required=default is None)
        if value is None:
            return low if default is None else default
        return self._integer(value, name, low, high)

    def integer_or_none(self, name: str, low: int, high: int) -> int | None:
        """An integer from `low` to `high`, or None when absent."""
        value = self.take(name, required=False)
        return None if value is None else self._integer(value, name, low, high)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false; required unless there is a default."""
        value = self.take(name, required=default is None)
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.reader.add("not-flag", self.path(name))
            return False
        return value

    def flag_or_none(self, name: str) -> bool | None:
        """True or false, or None when absent."""
        if not self.has(name):
            self.taken.add(name)
            return None
        return self.flag(name)

    def degrees_e7(self, name: str, limit: int) -> int | None:
        """Degrees from -limit to limit as an integer of 1e-7 degree, or None when absent."""
        value = self.take(name, required=False)
        if value is None:
            return None
        text = ""
        if isinstance(value, Fraction):
            text = value.text
        elif isinstance(value, str):
            text = western_digits(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            text = str(value)
        if not _DEGREES.fullmatch(text):
            self.reader.add("not-number", self.path(name))
            return None
        degrees = Decimal(text)
        if abs(degrees) > limit:
            self.reader.add("out-of-range", self.path(name))
            return None
        return int((degrees * E7).to_integral_value())

    def items(self, name: str, limit: int) -> Iterator[tuple[Json, str]]:
        """Elements of an optional list with their paths."""
        value = self.take(name, required=False)
        if value is None:
            return
        if not isinstance(value, list):
            self.reader.add("not-list", self.path(name))
            return
        if len(value) > limit:
            self.reader.add("too-many", self.path(name))
        for position, element in enumerate(value[:limit]):
            yield element, f"{self.path(name)}[{position}]"

    def each(self, name: str, limit: int, read: Callable[[Group], T]) -> tuple[T, ...]:
        """Reads every object of an optional list."""
        return tuple(read(self.reader.group(value, where)) for value, where in self.items(name, limit))

    def sub(self, name: str, *, rule: int = 0) -> Group:
        """A required object; a silent empty group stands in for a missing one."""
        value = self.take(name, required=True, rule=rule)
        if value is None:
            return Group(self.reader, self.path(name), {}, silent=True)
        return self.reader.group(value, self.path(name))

    def sub_or_none(self, name: str, read: Callable[[Group], T]) -> T | None:
        """Reads an optional object."""
        value = self.take(name, required=False)
        return None if value is None else read(self.reader.group(value, self.path(name)))

    def close(self) -> None:
        """Notes every field that nobody took, and every one that stood twice."""
        for position, key in enumerate(self.fields, start=1):
            if key not in self.taken:
                self.reader.add("unknown-field", self.path(f"#{position}"))
            elif key in self.repeated:
                self.reader.add("repeated-field", self.path(key))

    def _text(self, value: Json, name: str, limit: int, prose: bool, plain: bool) -> str:
        where = self.path(name)
        if not isinstance(value, str):
            self.reader.add("not-text", where)
            return ""
        fault = fault_in(value, prose=prose, name=plain)
        if not value.strip():
            fault = fault or "empty"
        if len(value) > limit:
            fault = fault or "too-long"
        if fault:
            self.reader.add(fault, where)
            return ""
        return value

    def _choice(self, value: Json, where: str, choices: Sequence[str]) -> str:
        if not isinstance(value, str):
            self.reader.add("not-text", where)
        elif value in choices:
            return value
        else:
            self.reader.add("unknown-code", where)
        return choices[0]

    def _integer(self, value: Json, name: str, low: int, high: int) -> int:
        where = self.path(name)
        if isinstance(value, str):
            digits = western_digits(value)
            number = int(digits) if _INTEGER.fullmatch(digits) else None
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif isinstance(value, HugeInt):
            self.reader.add("out-of-range", where)
            return low
        else:
            number = None
        if number is None:
            self.reader.add("not-number", where)
            return low
        if not low <= number <= high:
            self.reader.add("out-of-range", where)
            return low
        return number


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
