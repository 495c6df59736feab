"""A session as plain values for a draft, and back. What comes back is checked against the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firsthand.domain.interview.conditions import Value
from firsthand.domain.interview.model import ACCOUNT_AFTER, MODES, Protocol
from firsthand.domain.interview.session import ROUND_MIN, Override, Session
from firsthand.domain.interview.values import read_fact, read_value
from firsthand.errors import AnswerRefused, Malformed

_FIELDS = frozenset(
    {
        "v", "state", "mode", "answers", "asked", "passed", "paused", "overrides", "stopped", "started_min", "ended",
        "recheck_due_min", "cover", "facts", "since", "returns", "interrupts", "under",
        "version",
    }
)  # fmt: skip
_MAX_MIN = 1 << 40
_MAX_LIST = 100_000


def dump(session: Session) -> dict[str, Any]:
    """Plain values only (CBOR, JSON): text, whole numbers, flags, None, lists and mappings with text keys."""
    return {
        "v": 1,
        "state": session.state,
        "mode": session.mode,
        "answers": {name: list(each) if isinstance(each, tuple) else each for name, each in session.answers.items()},
        "asked": list(session.asked),
        "passed": sorted(session.passed),
        "paused": session.paused,
        "overrides": [[each.gate, each.clause, each.reason, each.second, each.at_min] for each in session.overrides],
        "stopped": session.stopped,
        "started_min": session.started_min,
        "ended": session.ended,
        "recheck_due_min": session.recheck_due_min,
        "cover": session.cover,
        "facts": dict(session.facts),
        "since": dict(session.since),
        "returns": list(session.returns),
        "interrupts": list(session.interrupts),
        "under": session.under,
        "version": session.version,
    }


def restore(protocol: Protocol, value: object) -> Session:
    """A session out of what `dump` gave.

    Raises:
        Malformed: another form, names that the protocol does not have, or a place that no session can stand in.
    """
    if not isinstance(value, dict) or set(value) != _FIELDS or value["v"] != 1 or value["v"] is True:
        raise Malformed("interview fields")
    session = Session(
        state=_known(value["state"], protocol.states),
        mode=_known(value["mode"], MODES),
        answers=_answers(protocol, value["answers"]),
        asked=_list(value["asked"], protocol.states),
        passed=frozenset(_list(value["passed"], protocol.states)),
        paused=None if value["paused"] is None else _known(value["paused"], protocol.interrupts),
        overrides=tuple(_override(protocol, item) for item in _plain_list(value["overrides"])),
        stopped=None if value["stopped"] is None else _known(value["stopped"], protocol.stops),
        started_min=_minute(value["started_min"]),
        ended=_flag(value["ended"]),
        recheck_due_min=None if value["recheck_due_min"] is None else _minute(value["recheck_due_min"]),
        cover=_flag(value["cover"]),
        facts=_facts(protocol, value["facts"]),
        since={_known(name, _timed(protocol)): _minute(each) for name, each in _mapping(value["since"]).items()},
        returns=_list(value["returns"], protocol.states),
        interrupts=_list(value["interrupts"], protocol.interrupts),
        under=None if value["under"] is None else _known(value["under"], protocol.interrupts),
        version=_number(value["version"]),
    )
    _demand_possible(protocol, session)
    return session


def _demand_possible(protocol: Protocol, session: Session) -> None:
    """An account cannot be open without what comes before it, whatever a draft says."""
    if session.paused is not None and session.state not in protocol.interrupts[session.paused].states:
        raise Malformed("interview pause")
    if session.under is not None and (session.paused is None or not protocol.interrupts[session.under].stop):
        raise Malformed("interview pause")
    if session.cover != (session.paused is not None and protocol.interrupts[session.paused].cover):
        raise Malformed("interview cover")
    if session.state in session.passed and not session.ended:
        raise Malformed("interview place")
    if protocol.states[session.state].writes == "account" and not session.passed.issuperset(ACCOUNT_AFTER):
        raise Malformed("interview account")


def _answers(protocol: Protocol, value: object) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, each in _mapping(value).items():
        question = protocol.questions[_known(name, protocol.questions)]
        try:
            found[question.id] = read_value(question, each)
        except AnswerRefused:
            raise Malformed("interview answer") from None
    return found


def _facts(protocol: Protocol, value: object) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for name, each in _mapping(value).items():
        try:
            found[name] = read_fact(protocol.facts[_known(name, protocol.facts)], each)
        except AnswerRefused:
            raise Malformed("interview fact") from None
    return found


def _timed(protocol: Protocol) -> frozenset[str]:
    hours = {name for name, question in protocol.questions.items() if question.kind == "hours"}
    return frozenset(hours | {name for name, state in protocol.states.items() if state.timed})


def _override(protocol: Protocol, value: object) -> Override:
    if not isinstance(value, list) or len(value) != 5:
        raise Malformed("interview override")
    gate, clause, reason, second, at_min = value
    clauses = {
        each.id: each.gate
        for group in (
            *(gate.clauses for gate in protocol.gates.values()),
            *(s.blocks for s in protocol.states.values()),
        )
        for each in group
        if each.overridable
    }
    if clauses.get(_known(clause, clauses)) != gate or not isinstance(second, str) or not second.strip():
        raise Malformed("interview override")
    return Override(gate, clause, _known(reason, protocol.reasons), second, _minute(at_min))


def _known(value: object, names: Any) -> str:
    if not isinstance(value, str) or value not in names:
        raise Malformed("interview name")
    return value


def _plain_list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        raise Malformed("interview list")
    return value


def _list(value: object, names: Any) -> tuple[str, ...]:
    return tuple(_known(each, names) for each in _plain_list(value))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("interview mapping")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Malformed("interview flag")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_MIN:
        raise Malformed("interview number")
    return value


def _minute(value: object) -> int:
    minute = _number(value)
    if minute % ROUND_MIN:
        raise Malformed("interview time")
    return minute
