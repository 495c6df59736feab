"""Conditions of a protocol: `NAME OP VALUE`, joined by *and*; nothing else, so that every one can be enumerated.

Names: a question id; `fact.NAME`; `mode`; `stopped`; `passed.STATE`; `clock.gate` (open or closed);
`clock.soonest` (whole hours left on the soonest medical clock); `recheck.due`; `minutes.STATE` (since it was entered);
`account.steps` (`missing` while an account may not be taken for another reason than consent).
Operators: `=` `!=` with alternatives `a|b`, where `unset` means that there is no answer; `<=` `>=` `<` `>` with
a whole number, false where there is none. A list of answers equals a value that stands in it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | int | tuple[str, ...]"

UNSET = "unset"
_FORM = re.compile(
    r"([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?) *(=|!=|<=|>=|<|>) *([A-Za-z0-9_]+(?:\|[A-Za-z0-9_]+)*)"
)
_ORDER = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_MAX_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison.

    Attributes:
        values: alternatives; a single whole number for an order.
    """

    name: str
    op: str
    values: tuple[str, ...]

    @property
    def ordered(self) -> bool:
        """Whether it compares numbers."""
        return self.op in _ORDER

    def holds(self, value: Value | None) -> bool:
        """Whether it is true of the value that `name` has; None: it has none."""
        if self.ordered:
            return isinstance(value, int) and bool(_ORDER[self.op](value, int(self.values[0])))
        return self._equals(value) == (self.op == "=")

    def _equals(self, value: Value | None) -> bool:
        if value is None or value == ():
            return UNSET in self.values
        if isinstance(value, tuple):
            return any(each in self.values for each in value)
        return str(value) in self.values


def parse_condition(text: str) -> Condition | None:
    """A condition out of its text; None where the text is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    name, op, rest = found.groups()
    values = tuple(rest.split("|"))
    if op in _ORDER and not (len(values) == 1 and values[0].isdecimal() and len(values[0]) <= _MAX_DIGITS):
        return None
    return Condition(name, op, values)


def names(conditions: Iterable[Condition]) -> frozenset[str]:
    """The names that they look at."""
    return frozenset(condition.name for condition in conditions)
