"""What the rows of a protocol file may refer to, and the conditions that do."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from firsthand.domain.interview.conditions import UNSET, Condition, parse_condition
from firsthand.domain.interview.model import MODES, SCOPE_VALUES, WITHDRAWN, Fact, Question
from firsthand.domain.interview.nodes import Fields, Item

YES_NO = ("yes", "no")
SCOPE_NAME = re.compile(r"C[0-9]+[a-z]*")

Values: TypeAlias = "Collection[str] | None"
"""What a name can be; None: a number or free text."""


@dataclass(slots=True)
class Names:
    """Every name that is defined somewhere in the file, collected before anything refers to it.

    Attributes:
        known: text keys that exist; None: not looked at.
        own_texts: words that the file brings along, by language, by key.
    """

    known: Collection[str] | None
    own_texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    states: frozenset[str] = frozenset()
    gates: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    interrupts: frozenset[str] = frozenset()

    def text(self, item: Item, reason: str = "unknown-text") -> str:
        """A text key that exists."""
        key = item.key()
        if self.known is not None and key not in self.known and key not in self.own_texts.get("en", ()):
            item.refuse(reason)
        return key

    def texts(self, fields: Fields, name: str) -> tuple[str, ...]:
        """A list of text keys that exist; none where the field is missing."""
        return tuple(self.text(item) for item in fields.items(name))

    def state(self, fields: Fields, name: str) -> str:
        """A state that exists, or empty."""
        return fields[name].one_of(self.states, "unknown-state") if name in fields else ""

    def conditions(self, fields: Fields, name: str) -> tuple[Condition, ...]:
        """A list of conditions; none where the field is missing."""
        return tuple(self.condition(each) for each in fields.items(name))

    def condition(self, item: Item) -> Condition:
        """A condition whose name exists and whose values it can have."""
        condition = parse_condition(item.text())
        if condition is None:
            item.refuse("wrong-condition")
        allowed = self._values(condition.name, item)
        if condition.ordered and allowed is not None:
            item.refuse("wrong-condition")
        if allowed is not None and not set(condition.values) <= {*allowed, UNSET}:
            item.refuse("unknown-option")
        return condition

    def _values(self, name: str, item: Item) -> Values:
        if name in self.questions:
            return self._answers(self.questions[name])
        head, _, tail = name.partition(".")
        if head == "fact" and tail in self.facts:
            return YES_NO if self.facts[tail].kind == "yes_no" else None
        if head == "passed" and tail in self.states:
            return YES_NO
        if name == "clock.soonest" or (head == "minutes" and tail in self.states):
            return None
        fixed: Mapping[str, Collection[str]] = {
            "mode": MODES,
            "stopped": (*self.stops, "none"),
            "clock.gate": ("open", "closed"),
            "recheck.due": YES_NO,
            "account.steps": ("missing", "passed"),
        }
        if name not in fixed:
            item.refuse("unknown-scope" if SCOPE_NAME.fullmatch(name) else "unknown-name")
        return fixed[name]

    def _answers(self, question: Question) -> Values:
        if question.kind == "scope":
            return (*SCOPE_VALUES, WITHDRAWN)
        return question.options or None


def codes(fields: Fields, name: str, allowed: Collection[str], reason: str) -> tuple[str, ...]:
    """A list of codes that exist; none where the field is missing."""
    for item in fields.items(name):
        item.one_of(allowed, reason)
    return fields.codes(name)
