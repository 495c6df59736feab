"""What closes Next, what a medical clock shows, and what may be done now. Pure functions of protocol and session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firsthand.domain.interview.conditions import Condition, Value
from firsthand.domain.interview.model import ACCOUNT_AFTER, DOCUMENT_SCOPE, ENTRY_GATES, Clause, Protocol, Question
from firsthand.domain.interview.session import Clock, Refusal, Session

LAST_HOURS_GATE = "G5"
_CAPTURE = {"photo": "C9p", "audio": "C9a", "video": "C9v"}


def clocks(protocol: Protocol, session: Session, now_min: int) -> tuple[Clock, ...]:
    """The medical clocks that still run; one that has run out is not shown."""
    running = []
    for rule in protocol.clocks:
        start = session.since.get(rule.question)
        left = 0 if start is None else start + rule.hours * 60 - now_min
        if left > 0:
            running.append(Clock(rule.id, left // 60, left < rule.gate_hours * 60))
    return tuple(running)


def value_of(protocol: Protocol, session: Session, name: str, now_min: int) -> Value | None:
    """What a name of a condition stands for; None where there is no answer or number."""
    if name in protocol.questions:
        return session.answers.get(name)
    head, _, tail = name.partition(".")
    if head == "fact":
        return session.facts.get(tail, protocol.facts[tail].missing)
    if head == "passed":
        return "yes" if tail in session.passed else "no"
    if head == "minutes":
        return now_min - session.since[tail] if tail in session.since else None
    if head == "clock":
        running = clocks(protocol, session, now_min)
        if tail == "gate":
            return "closed" if any(clock.gate_closed for clock in running) else "open"
        return min((clock.hours_left for clock in running), default=None)
    if name == "recheck.due":
        return "yes" if session.recheck_due_min is not None and now_min >= session.recheck_due_min else "no"
    if name == "account.steps":
        return "passed" if steps_passed(session) else "missing"
    return session.mode if name == "mode" else session.stopped or "none"


def all_hold(protocol: Protocol, session: Session, when: Iterable[Condition], now_min: int) -> bool:
    """Whether every condition is true now."""
    return all(condition.holds(value_of(protocol, session, condition.name, now_min)) for condition in when)


def steps_passed(session: Session) -> bool:
    """Everything but consent that must come before an account; no protocol can loosen this."""
    return session.mode == "full" and session.stopped is None and session.passed.issuperset(ACCOUNT_AFTER)


def open_questions(protocol: Protocol, session: Session, now_min: int) -> tuple[Question, ...]:
    """The questions that can be answered now: of the open interrupt, else of the state."""
    if session.paused is not None:
        asked = protocol.interrupts[session.paused].questions
    else:
        asked = protocol.states[session.state].questions
    return tuple(each for each in asked if all_hold(protocol, session, each.ask_when, now_min))


def refusals(protocol: Protocol, session: Session, now_min: int) -> tuple[Refusal, ...]:
    """Why Next is closed, in the order in which to say it; nothing when it is open."""
    if session.ended:
        return ()
    if session.paused is not None:
        interrupt = protocol.interrupts[session.paused]
        ways = _there(protocol, interrupt.ways, session.state)
        return (Refusal(interrupt.id, interrupt.title, ways, False, interrupt.id),)
    return (*_unanswered(protocol, session, now_min), *_closed(protocol, session, now_min))


def entry_refusals(protocol: Protocol, session: Session, target: str, now_min: int) -> tuple[Refusal, ...]:
    """Why a state cannot be entered, all passed states counted."""
    state = protocol.states[target]
    clauses = [clause for name in state.gates if name in ENTRY_GATES for clause in protocol.gates[name].clauses]
    found = tuple(_refused(protocol, session, clauses, target, now_min))
    if found or state.writes != "account" or _hard(session):
        return found
    gate = protocol.gates["G1"]  # a protocol whose own clauses forget it is held to it all the same
    return (Refusal("G1", gate.text, gate.clauses[0].ways, False, "G1"),)


def may(protocol: Protocol, session: Session, action: str) -> bool:
    """Whether something is allowed now; what is not known is not.

    Args:
        protocol: the one that the session walks.
        session: where it stands.
        action: `narrative`, `capture:photo|audio|video`, `consent:SCOPE`, `identity`, `contact`, `referral`. Never
            `gps`.
    """
    if session.ended or session.paused is not None:
        return action.startswith("consent:") and consents(session, action.removeprefix("consent:"))
    head, _, tail = action.partition(":")
    writes = protocol.states[session.state].writes
    account = writes == "account" and _hard(session) and not _child_refused(protocol, session)
    if action == "narrative":
        return account
    if head == "capture":
        return account and tail in _CAPTURE and consents(session, _CAPTURE[tail])
    if head == "consent":
        return consents(session, tail)
    if action == "identity":
        return consents(session, "C3")
    if action == "contact":
        return writes == "contact" and consents(session, "C6")
    return action == "referral" and writes == "referral"


def consents(session: Session, scope: str) -> bool:
    """Whether the scope is a yes; not asked, later and withdrawn are a no."""
    return session.answers.get(scope) == "yes"


def _hard(session: Session) -> bool:
    return steps_passed(session) and consents(session, DOCUMENT_SCOPE)


def _child_refused(protocol: Protocol, session: Session) -> bool:
    return any(_refused(protocol, session, protocol.gates["G8"].clauses, session.state, session.started_min))


def _unanswered(protocol: Protocol, session: Session, now_min: int) -> Iterator[Refusal]:
    for question in open_questions(protocol, session, now_min):
        if question.required and question.id not in session.answers:
            yield Refusal("unanswered", question.text, (), False, question.id)


def _closed(protocol: Protocol, session: Session, now_min: int) -> Iterator[Refusal]:
    state = protocol.states[session.state]
    own = [clause for name in state.gates for clause in protocol.gates[name].clauses]
    yield from _refused(protocol, session, (*own, *state.blocks), state.id, now_min)


def _refused(
    protocol: Protocol, session: Session, clauses: Iterable[Clause], at: str, now_min: int
) -> Iterator[Refusal]:
    lifted = {override.clause for override in session.overrides}
    for clause in clauses:
        if clause.at and at not in clause.at:
            continue
        if clause.overridable and clause.id in lifted:
            continue
        if all_hold(protocol, session, clause.when, now_min):
            ways = _there(protocol, clause.ways, session.state)
            yield Refusal(clause.gate, clause.text, ways, clause.overridable, clause.id)


def _there(protocol: Protocol, ways: Iterable[str], state: str) -> tuple[str, ...]:
    return tuple(name for name in ways if not protocol.ways[name].at or state in protocol.ways[name].at)
