"""Walks a protocol: a session and an act of the officer in, a new session or a refusal out.

Nothing is changed in place. Every act takes the protocol first, the session second, and the time (minutes since 1970)
last; a session stays with the protocol that it began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from firsthand.domain.interview.conditions import Value
from firsthand.domain.interview.gates import all_hold, entry_refusals, open_questions, refusals
from firsthand.domain.interview.model import UNKNOWN_HOURS, WITHDRAWN, Interrupt, Protocol, Question, Way
from firsthand.domain.interview.session import Override, Refusal, Session, quarter, quarter_before
from firsthand.domain.interview.values import read_fact, read_value
from firsthand.errors import AnswerRefused, GateClosed

_GIVEN = ("yes", "later")


def start(protocol: Protocol, now_min: int, facts: Mapping[str, str | int | bool]) -> Session:
    """A new interview in the initial state.

    Args:
        protocol: the one to walk.
        now_min: minutes since 1970.
        facts: what the tablet knows; one that the protocol does not know is left out, a missing one is the careful
            value of the protocol.

    Raises:
        AnswerRefused: a fact of the wrong type.
    """
    known = {name: read_fact(protocol.facts[name], value) for name, value in facts.items() if name in protocol.facts}
    return _enter(
        protocol,
        Session(
            state=protocol.initial,
            mode="full",
            answers={},
            asked=(),
            passed=frozenset(),
            paused=None,
            overrides=(),
            stopped=None,
            started_min=quarter(now_min),
            ended=False,
            recheck_due_min=None,
            cover=False,
            facts=known,
            version=protocol.version,
        ),
        protocol.initial,
        now_min,
    )


def answer(protocol: Protocol, session: Session, question_id: str, value: object, now_min: int) -> Session:
    """Give, or change, the answer to a question that is open now.

    Raises:
        AnswerRefused: the question is not open here, or the value is none of its answers.
    """
    _running(session)
    question = next((each for each in open_questions(protocol, session, now_min) if each.id == question_id), None)
    if question is None:
        raise AnswerRefused("elsewhere" if question_id in protocol.questions else "unknown")
    given = read_value(question, value)
    if question.kind == "scope":
        _demand_scope(session, question, given)
    if question.id == protocol.recheck.question:
        return _wound_up(protocol, session, now_min) if given == "yes" else session
    answers, since = dict(session.answers), dict(session.since)
    if answers.get(question.id) != given:
        for name in question.clears:
            answers.pop(name, None)
    answers[question.id] = given
    if question.kind == "hours":
        since.pop(question.id, None)
        if given != UNKNOWN_HOURS:
            since[question.id] = quarter_before(now_min - int(str(given)) * 60)
    return _settled(protocol, replace(session, answers=answers, since=since), now_min)


def advance(protocol: Protocol, session: Session, now_min: int) -> Session:
    """Go on to the next state, or end after the last one.

    Raises:
        GateClosed: with the reasons; AnswerRefused: it is over.
    """
    _running(session)
    closed = refusals(protocol, session, now_min)
    if closed:
        raise GateClosed(closed)
    state = protocol.states[session.state]
    passed = replace(session, passed=session.passed | {state.id})
    if state.id == protocol.recheck.after:
        passed = _wound_up(protocol, passed, now_min)
    if state.final:
        return replace(passed, ended=True, returns=())
    for branch in state.branches:
        if all_hold(protocol, passed, branch.when, now_min):
            turned = replace(
                passed, mode=branch.mode or passed.mode, stopped=passed.stopped or branch.stop or None, returns=()
            )
            return _forward(protocol, turned, branch.to, now_min)
    for index in reversed(range(len(session.returns))):
        target = session.returns[index]
        if not entry_refusals(protocol, passed, target, now_min):
            return _jump(protocol, replace(passed, returns=session.returns[:index]), target, now_min)
    return _forward(protocol, replace(passed, returns=()), state.next, now_min)


def back(protocol: Protocol, session: Session) -> Session:  # noqa: ARG001 (every act takes it)
    """Return to the state before; its answers stay, and it has to be passed again.

    Raises:
        AnswerRefused: nothing to return to, an open interrupt, or it is over.
    """
    _running(session)
    if session.paused is not None:
        raise AnswerRefused("paused")
    if not session.asked:
        raise AnswerRefused("no-way-back")
    target = session.asked[-1]
    return replace(session, state=target, asked=session.asked[:-1], passed=session.passed - {target, session.state})


def interrupt(protocol: Protocol, session: Session, interrupt_id: str, now_min: int) -> Session:
    """Something happened: freeze, cover if the interrupt covers, or go where it says. Works over an open interrupt.

    Raises:
        AnswerRefused: no such interrupt from here, or it is over.
    """
    _running(session)
    found = protocol.interrupts.get(interrupt_id)
    if found is None:
        raise AnswerRefused("unknown")
    if session.state not in found.states:
        raise AnswerRefused("elsewhere")
    came = replace(session, interrupts=(*session.interrupts, found.id), answers=_less(session.answers, found.clears))
    if found.goto:
        return _jump(protocol, _returning(came, found.goto), found.goto, now_min)
    return _paused(protocol, _laid_over(protocol, came, found), found.id)


def resolve(protocol: Protocol, session: Session, way_id: str, now_min: int) -> Session:
    """Take one of the ways of the open interrupt, or of a closed gate.

    Raises:
        AnswerRefused: no such way now, or it is over.
    """
    _running(session)
    if way_id not in {way for refusal in refusals(protocol, session, now_min) for way in refusal.ways}:
        raise AnswerRefused("way")
    way = protocol.ways[way_id]
    changed = _changed(protocol, session, way)
    if way.stays:
        return changed
    if way.then:
        return interrupt(protocol, _paused(protocol, changed, None), way.then, now_min)
    changed = _paused(protocol, replace(changed, under=None), changed.under)
    if way.ends:
        return replace(_paused(protocol, changed, None), ended=True, returns=())
    if not way.goto:
        return _settled(protocol, changed, now_min)
    changed = _returning(changed, way.goto) if way.returns else replace(changed, returns=())
    return _jump(protocol, changed, way.goto, now_min)


def override(  # noqa: PLR0917 (as every act: protocol, session, what, now)
    protocol: Protocol, session: Session, gate: str, reason: str, second_person: str, now_min: int
) -> Session:
    """Two persons lift what a gate says now, with a reason. What is absolute stays closed.

    Args:
        protocol: the one that the session walks.
        session: where it stands.
        gate: of a present refusal.
        reason: code of the protocol's reasons.
        second_person: pseudonym of somebody else than the officer.
        now_min: minutes since 1970.

    Raises:
        GateClosed: part of it cannot be lifted, or (G12) reason or second person is missing.
        AnswerRefused: the gate is not closed now, or it is over.
    """
    _running(session)
    closed = [refusal for refusal in refusals(protocol, session, now_min) if refusal.gate == gate]
    if not closed:
        raise AnswerRefused("unknown")
    fixed = tuple(refusal for refusal in closed if not refusal.overridable)
    if fixed:
        raise GateClosed(fixed)
    second = second_person.strip()
    if reason not in protocol.reasons or not second or second == session.facts.get("officer"):
        rule = protocol.gates["G12"]
        raise GateClosed((Refusal(rule.id, rule.text, (), False, rule.id),))
    at_min = quarter(now_min)
    lifted = tuple(Override(gate, refusal.clause, reason, second, at_min) for refusal in closed)
    return replace(session, overrides=(*session.overrides, *lifted))


# -- moving ----------------------------------------------------------------------------------------------------
def _running(session: Session) -> None:
    if session.ended:
        raise AnswerRefused("ended")


def _forward(protocol: Protocol, session: Session, target: str, now_min: int) -> Session:
    closed = entry_refusals(protocol, session, target, now_min)
    if closed:
        raise GateClosed(closed)
    return _enter(protocol, replace(session, asked=(*session.asked, session.state)), target, now_min)


def _jump(protocol: Protocol, session: Session, target: str, now_min: int) -> Session:
    return _enter(protocol, replace(session, asked=()), target, now_min)


def _enter(protocol: Protocol, session: Session, target: str, now_min: int) -> Session:
    since = session.since
    if session.paused is not None and target not in protocol.interrupts[session.paused].states:
        session = _paused(protocol, session, None)
    if protocol.states[target].timed and target not in since:
        since = {**since, target: quarter(now_min)}
    return replace(session, state=target, passed=session.passed - {target}, since=since)


def _returning(session: Session, goto: str) -> Session:
    """Remembers the present state; the first one that was left stays, so that the course can go on from there."""
    here = session.state
    if here == goto:
        return session
    first, later = session.returns[:1], [name for name in session.returns[1:] if name not in {here, goto}]
    return replace(session, returns=(*first, *later, *(() if here in first else (here,))))


def _paused(protocol: Protocol, session: Session, name: str | None) -> Session:
    return replace(session, paused=name, cover=name is not None and protocol.interrupts[name].cover)


def _laid_over(protocol: Protocol, session: Session, found: Interrupt) -> Session:
    """What becomes of an interrupt that is open when another comes.

    One that stops the interview waits below one that does not; below another that stops, it has stopped it.
    """
    stopping = [name for name in (session.paused, session.under) if name and protocol.interrupts[name].stop]
    if not stopping or not found.stop:
        return replace(session, under=stopping[0] if stopping else None)
    stop = protocol.interrupts[stopping[-1]].stop
    return replace(session, under=None, stopped=session.stopped or stop)


def _wound_up(protocol: Protocol, session: Session, now_min: int) -> Session:
    return replace(session, recheck_due_min=quarter(now_min) + protocol.recheck.minutes)


# -- answers ---------------------------------------------------------------------------------------------------
def _demand_scope(session: Session, question: Question, given: Value) -> None:
    """Something can be withdrawn only where it was given, and an interrupt gives nothing."""
    if (given == WITHDRAWN and session.answers.get(question.id) not in _GIVEN) or (
        given != WITHDRAWN and session.paused is not None
    ):
        raise AnswerRefused("value")


def _settled(protocol: Protocol, session: Session, now_min: int) -> Session:
    """Answers that rest on others fall with them: what is no longer asked here, and scopes without their ground."""
    while True:
        answers = dict(session.answers)
        for question in _resting(protocol, session):
            if question.id in answers and not all_hold(protocol, session, question.ask_when, now_min):
                _fall(answers, question)
        if answers == session.answers:
            return session
        session = replace(session, answers=answers)


def _resting(protocol: Protocol, session: Session) -> Iterable[Question]:
    here = (each for each in protocol.states[session.state].questions if not each.repeat)
    return (*here, *(protocol.questions[scope] for scope in protocol.scopes))


def _fall(answers: dict[str, Value], question: Question) -> None:
    ground = [answers.get(condition.name) for condition in question.ask_when]
    if question.kind == "scope" and answers[question.id] == WITHDRAWN:
        return  # what was taken back stays on record as taken back
    if question.kind == "scope" and WITHDRAWN in ground:
        answers[question.id] = WITHDRAWN
    else:
        del answers[question.id]


def _changed(protocol: Protocol, session: Session, way: Way) -> Session:
    answers: dict[str, Value] = {**_less(session.answers, way.clears), **way.sets}
    if way.withdraws:
        answers.update({scope: WITHDRAWN for scope in protocol.scopes if answers.get(scope) in _GIVEN})
    return replace(session, answers=answers, mode=way.mode or session.mode, stopped=_stop(protocol, session, way))


def _stop(protocol: Protocol, session: Session, way: Way) -> str | None:
    """The first reason counts; an interrupt's own unless the way goes on or stays in it."""
    open_stop = "" if session.paused is None else protocol.interrupts[session.paused].stop
    return session.stopped or way.stop or ("" if way.resumes or way.stays else open_stop) or None


def _less(answers: Mapping[str, Value], names: Iterable[str]) -> dict[str, Value]:
    gone = frozenset(names)
    return {name: value for name, value in answers.items() if name not in gone}
