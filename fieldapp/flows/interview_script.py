"""A script of an interview: answers, interrupts and what was said, in YAML, for tests, training and the shell.

Pure: bytes in, steps out. The YAML is the part that a protocol may use (`interview.nodes`): maps, lists and words. A
word without quotes means what it looks like: `yes` is a word, `true` the flag, `12` the number.

    at: 2026-11-18T09:00        when it begins (default: when the tablet says)
    facts: {battery: 80}        in the place of what the tablet knows itself
    steps:                      one a line, in order; see `STEPS`
      - answer: {purpose: monitoring}
      - next: true
    end: I17                    state, or `stopped`, `sealed`, `nothing`: how it must have ended
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import yaml

from firsthand import errors
from firsthand.domain.casetext import private_pattern
from firsthand.domain.interview.nodes import MAX_BYTES, Item, compose

__all__ = ["ENDS", "SCRIPT_BYTES", "STEPS", "Script", "ScriptRefused", "Step", "parse_script"]

SCRIPT_BYTES = MAX_BYTES
_STEPS = 1_000
_LONGEST_WAIT_MIN = 60 * 24 * 400
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,8}")
_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
_STATE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
ENDS = frozenset({"stopped", "sealed", "nothing"})
_FLAGS = MappingProxyType({"true": True, "false": False})


class ScriptRefused(errors.TheirFault):
    """A script that cannot be followed; nothing of it was run.

    Attributes:
        line: from 1.
        reason: a code, as of a protocol that is refused; `unknown-step` besides.
    """

    code = "script-refused"

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason, line=line, reason=reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: a name of `STEPS`, and with what."""

    line: int
    does: str
    value: Any


@dataclass(frozen=True, slots=True)
class Script:
    """What to do and how it must end.

    Attributes:
        at_min: when it begins, minutes since 1970; None: when the tablet says.
        facts: overrides of what the tablet knows itself.
        end: a state's id, or one of ENDS.
        more: the other people of the same talk, one script each: a group is told one by one.
    """

    steps: tuple[Step, ...]
    end: str
    at_min: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    more: tuple[Script, ...] = ()


def parse_script(data: bytes) -> Script:
    """A script out of its bytes.

    Raises:
        ScriptRefused: with line and reason; never with what was read.
    """
    try:
        return _script(compose(data, "script"), outer=True)
    except errors.ProtocolRefused as refused:
        raise ScriptRefused(refused.reason, refused.line) from None


def _script(item: Item, *, outer: bool) -> Script:
    fields = item.fields("steps end", "about at facts more" if outer else "about at facts")
    steps = list(fields["steps"].items())
    if len(steps) > _STEPS:
        fields["steps"].refuse("too-large")
    return Script(
        steps=tuple(_step(each) for each in steps),
        end=_end(fields["end"]),
        at_min=_when(fields["at"]) if "at" in fields else None,
        facts=_map(fields["facts"]) if "facts" in fields else {},
        more=tuple(_script(each, outer=False) for each in fields.items("more")),
    )


def _step(item: Item) -> Step:
    found = item.mapping()
    if len(found) != 1:
        item.refuse("unknown-step")
    ((does, value),) = found.items()
    if does not in STEPS:
        item.refuse("unknown-step")
    return Step(item.line, does, STEPS[does](value))


def _end(item: Item) -> str:
    text = item.code()
    return text if _STATE.fullmatch(text) else item.one_of(ENDS)


def _when(item: Item) -> int:
    """Minutes since 1970, out of a moment of ISO 8601; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(item.text())
    except ValueError:
        item.refuse("wrong-type")
    minutes = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) // 60
    if minutes < 0:
        item.refuse("wrong-type")
    return minutes


# -- values of steps ---------------------------------------------------------------------------------------------
def _plain(item: Item) -> Any:
    """Whole numbers, flags and decimals only where they stand without quotes; every other word is a text."""
    if item.is_mapping:
        return {key: _plain(value) for key, value in item.mapping().items()}
    if isinstance(item.node, yaml.SequenceNode):
        return [_plain(value) for value in item.items()]
    text = item.text()
    if _quoted(item):
        return text
    if text in _FLAGS:
        return _FLAGS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _map(item: Item) -> dict[str, Any]:
    if not item.is_mapping:
        item.refuse("wrong-type")
    return dict(_plain(item))


def _true(item: Item) -> bool:
    if not item.flag():
        item.refuse("wrong-type")
    return True


def _minutes(item: Item) -> int:
    return item.number(1, _LONGEST_WAIT_MIN)


def _answers(item: Item) -> dict[str, str | int | tuple[str, ...]]:
    """Question -> code, number or list of codes."""
    return {key: _answer(value) for key, value in item.mapping().items()}


def _answer(item: Item) -> str | int | tuple[str, ...]:
    if isinstance(item.node, yaml.SequenceNode):
        return tuple(each.text() for each in item.items())
    text = item.text()
    return int(text) if not _quoted(item) and _INT.fullmatch(text) else text


def _quoted(item: Item) -> bool:
    return isinstance(item.node, yaml.ScalarNode) and item.node.style is not None


def _texts(required: str, optional: str = "") -> Callable[[Item], dict[str, str]]:
    """A map of texts with these keys, in one text separated by spaces."""

    def read(item: Item) -> dict[str, str]:
        return {key: value.text() for key, value in item.fields(required, optional).found.items()}

    return read


def _override(item: Item) -> dict[str, str]:
    """Two persons: the second one by a pseudonym, which is no name and no number of a telephone."""
    found = _texts("gate reason second")(item)
    if not _PERSON.fullmatch(found["second"]) or private_pattern(found["second"]):
        item.refuse("wrong-type")
    return found


def _account(item: Item) -> dict[str, str]:
    """What was said, alone or with its language."""
    return _texts("text language")(item) if item.is_mapping else {"text": item.text()}


def _referral(item: Item) -> dict[str, dict[str, str]]:
    """Sector -> outcome, or a map of outcome, service and need."""
    read = _texts("outcome", "service need")
    return {
        sector: read(value) if value.is_mapping else {"outcome": value.code()}
        for sector, value in item.mapping().items()
    }


def _promise(item: Item) -> dict[str, Any]:
    fields = item.fields("what days", "note")
    note = fields["note"].text() if "note" in fields else ""
    return {"what": fields["what"].code(), "days": fields["days"].number(1, 730), "note": note}


def _listed(item: Item) -> tuple[str, ...]:
    return tuple(each.text() for each in item.items())


STEPS: Mapping[str, Callable[[Item], Any]] = MappingProxyType(
    {
        "answer": _answers,
        "next": _true,
        "back": _true,
        "interrupt": Item.text,
        "resolve": Item.code,
        "override": _override,
        "account": _account,
        "correct": Item.text,
        "words": _texts("text language", "translation"),
        "facts": _map,
        "names": _map,
        "contact": _texts("how", "hours code"),
        "referral": _referral,
        "promise": _promise,
        "match": _listed,
        "capture": Item.code,
        "wait_min": _minutes,
        "reopen": _true,
        "close": _true,
    }
)
"""What a step may do, and how its value is read."""
