"""What a screen or a shell shows of an interview: words and codes, ready to draw. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fieldapp.flows.interview_protocol import Words
from firsthand.domain.interview import (
    Clock,
    Protocol,
    Question,
    Refusal,
    Session,
    clocks,
    may,
    open_questions,
    refusals,
)
from firsthand.domain.interview.conditions import Value

PHASES = 9
_CAPTURE = ("photo", "audio", "video")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer or way: its code and its words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is asked.

    Attributes:
        kind: see `interview.model.Question`.
        low, high: of a number.
    """

    id: str
    kind: str
    text: str
    options: tuple[Option, ...]
    required: bool
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Said:
    """Why Next is closed, in words.

    Attributes:
        clause: which reason of the gate; the question's id where it has no answer yet.
        ways: what `resolve` takes now; overridable: two persons may lift it.
    """

    gate: str
    clause: str
    text: str
    ways: tuple[Option, ...]
    overridable: bool


@dataclass(frozen=True, slots=True)
class View:
    """One page.

    Attributes:
        phase: 1 to `of`; title: never tells the subject.
        scripts: to be read aloud; note: for the officer alone.
        writes: what may be written down meanwhile; records, never: what is kept, what never is.
        question: the first that is open and has no answer yet; questions: all that can be answered here.
        answers: so far, of this page.
        interrupts: what can happen at any moment.
        cover: the cover page shows and nothing else.
        paused: the open interrupt, None if none is.
        narrative: the account may be written now; identity, contact, capture: the same for these.
        done: the interview is over and its draft is gone.
    """

    state: str
    phase: int
    of: int
    title: str
    scripts: tuple[str, ...]
    note: str
    writes: str
    present: tuple[str, ...]
    records: tuple[str, ...]
    never: tuple[str, ...]
    question: Asked | None
    questions: tuple[Asked, ...]
    answers: Mapping[str, Value]
    refusals: tuple[Said, ...]
    ways: tuple[Option, ...]
    interrupts: tuple[Option, ...]
    clocks: tuple[Clock, ...]
    cover: bool
    paused: str | None
    stopped: str | None
    mode: str
    narrative: bool
    identity: bool
    contact: bool
    capture: tuple[str, ...]
    can_back: bool
    can_next: bool
    done: bool


def view_of(protocol: Protocol, session: Session, now_min: int, words: Words, *, done: bool) -> View:
    """The page of a session at a moment."""
    state = protocol.states[session.state]
    pause = protocol.interrupts[session.paused] if session.paused is not None else None
    page = pause or state
    asked = open_questions(protocol, session, now_min)
    closed = refusals(protocol, session, now_min)
    over = done or session.ended
    return View(
        state=state.id,
        phase=state.phase,
        of=len(protocol.phases) or PHASES,
        title=words(page.title),
        scripts=tuple(map(words, page.scripts)),
        note=words(page.note),
        writes="nothing" if pause else state.writes,
        present=state.present,
        records=() if pause else tuple(map(words, state.records)),
        never=tuple(map(words, page.never)),
        question=next((_asked(each, words) for each in asked if each.id not in session.answers), None),
        questions=tuple(_asked(each, words) for each in asked),
        answers={each.id: session.answers[each.id] for each in asked if each.id in session.answers},
        refusals=tuple(said(protocol, each, words) for each in closed),
        ways=_options(protocol, (way for refusal in closed for way in refusal.ways), words),
        interrupts=tuple(
            Option(each.id, words(each.title))
            for each in protocol.interrupts.values()
            if state.id in each.states and not over
        ),
        clocks=clocks(protocol, session, now_min),
        cover=session.cover,
        paused=session.paused,
        stopped=session.stopped,
        mode=session.mode,
        narrative=may(protocol, session, "narrative"),
        identity=may(protocol, session, "identity"),
        contact=may(protocol, session, "contact"),
        capture=tuple(each for each in _CAPTURE if may(protocol, session, f"capture:{each}")),
        can_back=bool(session.asked) and pause is None and not over,
        can_next=not closed and not over,
        done=over,
    )


def _asked(question: Question, words: Words) -> Asked:
    codes = ("yes", "no", "later") if question.kind == "scope" else question.options
    options = tuple(Option(code, words(f"interview.o.{code}")) for code in codes)
    return Asked(
        question.id, question.kind, words(question.text), options, question.required, question.low, question.high
    )


def said(protocol: Protocol, refusal: Refusal, words: Words) -> Said:
    """A reason of the engine in words."""
    ways = _options(protocol, refusal.ways, words)
    return Said(refusal.gate, refusal.clause, words(refusal.text), ways, refusal.overridable)


def _options(protocol: Protocol, ways: Iterable[str], words: Words) -> tuple[Option, ...]:
    return tuple(Option(code, words(protocol.ways[code].text)) for code in dict.fromkeys(ways))
