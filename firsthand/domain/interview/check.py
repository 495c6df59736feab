"""What a protocol must be beyond its form: walkable, with an exit everywhere, and no looser than the law of DOMAIN 3.4.

A mission may replace the protocol; these rules are what no mission can take out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from firsthand.domain.interview.model import (
    ABSOLUTE_GATES,
    ACCOUNT_AFTER,
    ACCOUNT_GATES,
    Clause,
    Protocol,
    State,
    Way,
)
from firsthand.domain.interview.nodes import Item

GATES = tuple(f"G{number}" for number in range(1, 13))
INTERRUPTS = ("X-STOP", "X-DIST", "X-MED", "X-SEC", "X-PRIV", "X-WDR", "X-HARM", "X-PERP", "X-CHILD", "X-DEV")
CHILD_INTERPRETER = ("interpreter_role", "child")


def check(protocol: Protocol, items: Mapping[str, Item]) -> None:
    """All rules.

    Args:
        protocol: of the right form.
        items: where each `states.I05`, `gates.G1`, `ways.end`, `interrupts.X-STOP` stands, and each section.

    Raises:
        ProtocolRefused: at the line of the first fault.
    """
    for broken in (_names, _reach, _exits, _account, _absolute, _survivor, _ways, _scopes):
        for place, reason in broken(protocol):
            items[place].refuse(reason)


Faults = Iterator[tuple[str, str]]


def _names(protocol: Protocol) -> Faults:
    for name in ACCOUNT_AFTER:
        if name not in protocol.states:
            yield "states", "missing-state"
    for name in GATES:
        if name not in protocol.gates:
            yield "gates", "missing-gate"
    for name in INTERRUPTS:
        if name not in protocol.interrupts:
            yield "interrupts", "missing-interrupt"
    for state in protocol.states.values():
        if state.phase > len(protocol.phases):
            yield f"states.{state.id}", "unknown-phase"


def _reach(protocol: Protocol) -> Faults:
    jumps = [protocol.ways[name].goto for name in _offered(protocol) if protocol.ways[name].goto]
    jumps += [each.goto for each in protocol.interrupts.values() if each.goto]
    reached = _closure({protocol.initial, *jumps}, lambda name: protocol.states[name].targets())
    for name in protocol.states:
        if name not in reached:
            yield f"states.{name}", "unreachable-state"


def _offered(protocol: Protocol) -> set[str]:
    clauses = [clause for gate in protocol.gates.values() for clause in gate.clauses]
    clauses += [clause for state in protocol.states.values() for clause in state.blocks]
    offers = [clause.ways for clause in clauses] + [each.ways for each in protocol.interrupts.values()]
    return {name for ways in offers for name in ways}


def _exits(protocol: Protocol) -> Faults:
    before: dict[str, set[str]] = {name: set() for name in protocol.states}
    for name, state in protocol.states.items():
        for target in state.targets():
            before[target].add(name)
    finals = {name for name, state in protocol.states.items() if state.final}
    leaving = _closure(finals, lambda name: before[name])
    for name in protocol.states:
        if name not in leaving:
            yield f"states.{name}", "cycle-without-exit"


def _account(protocol: Protocol) -> Faults:
    """No ordinary course leads to an account around what must come before, and no jump leads into one."""
    accounts = [state for state in protocol.states.values() if state.writes == "account"]
    for guard in ACCOUNT_AFTER:
        around = _closure({protocol.initial} - {guard}, _without(protocol, guard))
        for state in accounts:
            if state.id in around:
                yield f"states.{state.id}", "account-without-guard"
    for state in accounts:
        if not set(ACCOUNT_GATES) <= set(state.gates):
            yield f"states.{state.id}", "account-without-gate"
    names = {state.id for state in accounts}
    for way in protocol.ways.values():
        if way.goto in names:
            yield f"ways.{way.id}", "jump-to-account"
    for interrupt in protocol.interrupts.values():
        if interrupt.goto in names:
            yield f"interrupts.{interrupt.id}", "jump-to-account"


def _without(protocol: Protocol, guard: str) -> Callable[[str], Iterable[str]]:
    return lambda name: (target for target in protocol.states[name].targets() if target != guard)


def _absolute(protocol: Protocol) -> Faults:
    for gate in protocol.gates.values():
        for clause in gate.clauses:
            if clause.overridable and (gate.id in ABSOLUTE_GATES or _names_child(clause)):
                yield f"gates.{gate.id}", "absolute-gate"
    for name in ACCOUNT_GATES:
        if not protocol.gates[name].clauses:
            yield f"gates.{name}", "empty-gate"
    if not any(_names_child(clause) and len(clause.when) == 1 for clause in protocol.gates["G3"].clauses):
        yield "gates.G3", "empty-gate"


def _names_child(clause: Clause) -> bool:
    name, option = CHILD_INTERPRETER
    return any(each.name == name and each.op == "=" and option in each.values for each in clause.when)


def _survivor(protocol: Protocol) -> Faults:
    """Where the survivor is present, cover and stop are one action away."""
    covered = {name for each in protocol.interrupts.values() if each.cover for name in each.states}
    for state in protocol.states.values():
        if "S" not in state.present or state.final:
            continue
        if state.id not in covered:
            yield f"states.{state.id}", "no-cover"
        if state.id not in protocol.interrupts["X-STOP"].states:
            yield f"states.{state.id}", "no-stop"


def _ways(protocol: Protocol) -> Faults:
    for interrupt in protocol.interrupts.values():
        ways = [protocol.ways[name] for name in interrupt.ways]
        for name in interrupt.states:
            if not interrupt.goto and not any(_leaves(protocol, way, protocol.states[name]) for way in ways):
                yield f"interrupts.{interrupt.id}", "no-way-out"


def _leaves(protocol: Protocol, way: Way, state: State) -> bool:
    if way.stays or (way.at and state.id not in way.at):
        return False
    return not way.then or state.id in protocol.interrupts[way.then].states


def _scopes(protocol: Protocol) -> Faults:
    """Each scope is a question of its own, asked in one state."""
    placed = {question.id for state in protocol.states.values() for question in state.questions if not question.repeat}
    for scope in protocol.scopes:
        if scope not in placed or protocol.questions[scope].kind != "scope":
            yield "states", "scope-not-asked"
    given = {name for way in protocol.ways.values() for name in way.sets}
    inside = {question.id for each in protocol.interrupts.values() for question in each.questions}
    for name in protocol.questions:
        if name not in placed | given | inside | {protocol.recheck.question}:
            yield f"questions.{name}", "question-not-asked"


def _closure(start: Collection[str], after: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after(name)
    return found
