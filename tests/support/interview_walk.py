"""Walks an interview protocol through everything that an officer can do, over classes of answers.

Two answers of a question belong to one class when every condition of the protocol finds the same of them, so one of
each class stands for all. An answer that no other state's conditions look at is given anew whenever its state is
walked, so that two sessions that differ in it alone are one.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from firsthand.domain import interview as iv
from firsthand.domain.interview.conditions import Condition, Value
from firsthand.errors import AnswerRefused, GateClosed

NOW = 28_000_000
GUARDS = frozenset(f"I{number:02}" for number in range(11))
"""What must have been left in the ordinary course before an account."""
LATER = frozenset({"I17", "I18", "I19"})
"""No interrupt and no way leads out of these; of what was before, they look at LATER_NAMES only."""
UNASKED = frozenset(
    {"recheck", *(f"outcome_{sector}" for sector in ("health", "psychosocial", "safety", "legal", "child"))}
)
"""Questions that are answered all the same, because a gate asks for them."""
LATER_NAMES = frozenset({"C4n", "C4i", "interpreter_used"})
FACTS: Mapping[str, str | int | bool] = {
    "officer": "P-1",
    "officer_trained_sv": True,
    "child_trained": False,
    "directory_age_days": 5,
    "health_ok": True,
    "psychosocial_ok": True,
    "other_cases_unloaded": True,
    "battery": 80,
    "encrypted": True,
    "gps_off": True,
    "capture_policy": True,
}
# One answer for each question under which nothing is refused.
GOOD: Mapping[str, object] = {
    "purpose": "monitoring", "adds_value": True, "willing": True, "approach_by": "self", "approver": "approver_present",
    "focal_point_asked": True, "prior_interviews": "none_before", "prior_full_here": False,
    "new_purpose_approved": True, "risk": "risk_low", "risk_met": True, "time_enough": True, "cover_and_exit": True,
    "survivor_is": "woman", "team_interviewer": "woman", "interpreter_used": False, "team_interpreter": "woman",
    "interpreter_role": "professional", "interpreter_ready": True, "match_basis": "by_default", "team_size": 2,
    "power_bank": True, "silent": True, "paper_ready": True, "no_number_kept": True,
    "not_overheard": True, "not_seen": True, "at_ease": True, "second_exit": True, "no_escort": True,
    "cover_agreed": True, "recheck": True, "intro_language": "fr", "intro_given": True, "aid_understood": True,
    "urgent_now": False, "recent": "no", "hours_since": 20, "health_offer": "after_talk",
    "pref_interviewer": "woman", "pref_interpreter": "no_preference", "pref_language": "language_good",
    "support_person": "support_none", "support_ok": True, "wish_today": "wish_today",
    "C1": "yes", "teach_back": "understood", "pressure": False, "form_of_consent": "oral",
    "age_band": "adult", "capacity": "decides_alone", "guardian": "caregiver_agrees", "assent": True,
    "cp_on_call": True, "distress": 1, "readback_done": True, "corrections": 0, "reconfirm": True,
    "outcome_health": "offered", "outcome_psychosocial": "declined", "outcome_safety": "not_available",
    "outcome_legal": "declined", "outcome_child": "offered", "C5h": "yes", "C5p": "no", "C5s": "no", "C5l": "no",
    "C5c": "no", "reporting_told": True, "contact_method": "comes_to_us", "stop_after": "one_month",
    "distress_now": 0, "leave_safe": True, "steps_repeated": True, "paper": "paper_none", "interpreter_notes": True,
    "debrief_done": True, "feedback_owed": False,
}  # fmt: skip


def fill(protocol: iv.Protocol, session: iv.Session, answers: Mapping[str, object], now: int = NOW) -> iv.Session:
    """Answers what is open: from `answers`, and what is required or UNASKED from GOOD."""
    given: set[str] = set()
    while True:
        waiting = [q for q in iv.open_questions(protocol, session, now) if q.id not in given]
        if not waiting:
            return session
        question = waiting[0]
        given.add(question.id)
        usual = GOOD.get(question.id) if question.required or question.id in UNASKED else None
        value = answers.get(question.id, usual)
        if value is not None and session.answers.get(question.id) != value:
            session = iv.answer(protocol, session, question.id, value, now)


def walk_to(
    protocol: iv.Protocol,
    state: str,
    answers: Mapping[str, object] | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
    now: int = NOW,
) -> iv.Session:
    """A session that stands in `state`, by good answers and those given."""
    session = iv.start(protocol, now, {**FACTS, **(facts or {})})
    while session.state != state:
        session = iv.advance(protocol, fill(protocol, session, answers or {}, now), now)
    return session


@dataclass(frozen=True)
class Seen:
    """A session with what the walk itself remembers of its path, apart from what the engine says.

    Attributes:
        left: states that were left by `advance` and not entered since.
        hour: hours that have gone by.
    """

    session: iv.Session
    left: frozenset[str]
    hour: int


@dataclass
class Walk:
    """Everything reachable from a start, under `choices`: the answers that are tried, by question id.

    Attributes:
        choices: a question that is not named gets its good answer.
        most: sessions at which it gives up.
        hours: whole hours that may go by once, at any moment.
    """

    protocol: iv.Protocol
    choices: Mapping[str, tuple[object, ...]]
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)
    hours: int = 0
    step_min: int = 0
    interrupts: tuple[str, ...] | None = None
    nodes: dict[object, Seen] = field(default_factory=dict)
    edges: dict[object, set[object]] = field(default_factory=dict)
    known: dict[tuple[str, Value], object] = field(default_factory=dict)
    most: int = 20_000
    on_advance: Callable[[Seen, Seen], None] | None = None

    def run(self) -> Walk:
        first = Seen(iv.start(self.protocol, NOW, {**FACTS, **self.facts}), frozenset(), 0)
        waiting = deque([first])
        self.nodes[self.key(first)] = first
        while waiting:
            seen = waiting.popleft()
            here = self.key(seen)
            self.edges[here] = set()
            for after in self.moves(seen):
                there = self.key(after)
                self.edges[here].add(there)
                if there not in self.nodes:
                    assert len(self.nodes) < self.most, "the classes do not hold: this walk does not end"
                    self.nodes[there] = after
                    waiting.append(after)
        return self

    def now(self, seen: Seen) -> int:
        return NOW + seen.hour * 60 + self.step_min * len(seen.left)

    # -- what can be done ----------------------------------------------------------------------------------
    def moves(self, seen: Seen) -> Iterator[Seen]:
        session, now = seen.session, self.now(seen)
        if session.ended:
            return
        if seen.hour == 0 and self.hours:
            yield Seen(session, seen.left, self.hours)
        ways: set[str] = set()
        for answered in self.answered(seen):
            for refusal in iv.refusals(self.protocol, answered, now):
                for way in refusal.ways:
                    if (way, session.paused) not in ways:
                        ways.add(way)
                        yield self.moved(seen, iv.resolve(self.protocol, answered, way, now))
            if session.paused is None:
                yield from self.advanced(seen, answered, now)
            else:
                yield self.moved(seen, answered)
        for name in self.protocol.interrupts:
            if session.state in self.protocol.interrupts[name].states and (
                self.interrupts is None or name in self.interrupts
            ):
                yield self.moved(seen, iv.interrupt(self.protocol, session, name, now))
        if session.asked and session.paused is None:
            yield self.moved(seen, iv.back(self.protocol, session))

    def advanced(self, seen: Seen, answered: iv.Session, now: int) -> Iterator[Seen]:
        try:
            after = iv.advance(self.protocol, answered, now)
        except GateClosed as closed:
            assert closed.refusals
            return
        left = (seen.left | {seen.session.state}) - (frozenset() if after.ended else {after.state})
        reached = Seen(after, left, seen.hour)
        if self.on_advance is not None:
            self.on_advance(Seen(answered, seen.left, seen.hour), reached)
        yield reached

    def moved(self, seen: Seen, after: iv.Session) -> Seen:
        same = after.state == seen.session.state
        return Seen(after, seen.left if same else seen.left - {after.state, seen.session.state}, seen.hour)

    def answered(self, seen: Seen) -> Iterator[iv.Session]:
        """Every combination of the choices for what is open here, each with the rest answered well."""
        now = self.now(seen)
        session = seen.session
        home = self.protocol.states[session.state].questions
        asked = list(home if session.paused is None else iv.open_questions(self.protocol, session, now))
        varied = [q for q in asked if q.id in self.choices]
        if session.paused is not None:
            yield session
            for question in varied:  # taking back one yes
                if question.kind == "scope":
                    yield iv.answer(self.protocol, session, question.id, "withdrawn", now)
            return
        done: set[object] = set()
        for values in itertools.product(*(self.choices[q.id] for q in varied)):
            given = {q.id: v for q, v in zip(varied, values, strict=True) if v is not None}
            try:
                answered = fill(self.protocol, session, given, now)
            except AnswerRefused:
                continue  # a withdrawal of what was never given
            mark = tuple(sorted(answered.answers.items(), key=lambda pair: pair[0]))
            if mark not in done:
                done.add(mark)
                yield answered

    # -- what makes two sessions one -----------------------------------------------------------------------
    def key(self, seen: Seen) -> object:
        s = seen.session
        rest = LATER_NAMES if s.state in LATER else self.shared
        kept = frozenset((name, self.classes(name, value)) for name, value in s.answers.items() if name in rest)
        if s.state in LATER:
            return s.state, s.ended, s.asked[-1:], kept
        stopped = s.stopped is not None
        clock = tuple(self.now(seen) - minute for minute in s.since.values()) if self.hours or self.step_min else None
        # Without a chance of an account, nothing looks at what was passed before.
        over = stopped or s.mode != "full"
        passed = () if over else (s.asked[-2:], s.passed & GUARDS, seen.left & GUARDS)
        return (
            s.state, s.mode, s.paused, s.under, stopped, s.ended, s.cover, s.returns, s.asked[-1:], passed, kept,
            clock, s.recheck_due_min is not None and s.recheck_due_min <= self.now(seen),
            tuple(each.clause for each in s.overrides), seen.hour,
        )  # fmt: skip

    def classes(self, name: str, value: Value) -> object:
        if (name, value) not in self.known:
            self.known[name, value] = tuple(condition.holds(value) for condition in self.conditions.get(name, ()))
        return self.known[name, value]

    @cached_property
    def conditions(self) -> dict[str, list[Condition]]:
        found: dict[str, list[Condition]] = {}
        for _, condition in self._all():
            found.setdefault(condition.name, []).append(condition)
        return found

    @cached_property
    def shared(self) -> frozenset[str]:
        """Questions that a condition outside their own state looks at."""
        home = {q.id: state.id for state in self.protocol.states.values() for q in state.questions if not q.repeat}
        return frozenset(
            condition.name for place, condition in self._all() if home.get(condition.name, place) != place
        ) | {"unmet_choice"}

    def _all(self) -> Iterator[tuple[str, Condition]]:
        for state in self.protocol.states.values():
            groups = [question.ask_when for question in state.questions]
            groups += [clause.when for clause in state.blocks] + [branch.when for branch in state.branches]
            groups += [
                clause.when
                for name in state.gates
                for clause in self.protocol.gates[name].clauses
                if not clause.at or state.id in clause.at
            ]
            for group in groups:
                yield from ((state.id, condition) for condition in group)

    # -- verdicts ------------------------------------------------------------------------------------------
    def stuck(self) -> list[Seen]:
        """Sessions from which no course of acts leads to an end."""
        before: dict[object, set[object]] = {key: set() for key in self.nodes}
        for key, targets in self.edges.items():
            for target in targets:
                before[target].add(key)
        waiting = [key for key, seen in self.nodes.items() if seen.session.ended]
        leads = set(waiting)
        while waiting:
            for key in before[waiting.pop()] - leads:
                leads.add(key)
                waiting.append(key)
        return [seen for key, seen in self.nodes.items() if key not in leads]
