"""What an interview protocol is: states, questions, gates, interrupts, ways and clocks, all of them data.

Nothing here knows what a protocol says; `load` builds these values out of a file and `engine` walks them. Text keys
name sentences of the texts domain `interview`, or of the protocol's own `texts` where a mission brings them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from firsthand.domain.interview.conditions import Condition

KINDS = ("yes_no", "one", "many", "hours", "scope", "text", "number")
PARTS = ("none", "facts", "narrative", "identities")
WRITES = ("nothing", "checklist", "consent", "account", "referral", "contact")
ACCOUNT_AFTER = tuple(f"I{number:02}" for number in range(11))
"""States that must be passed before an account: need to consent (G1), and the ages. No protocol can loosen this."""
ACCOUNT_GATES = ("G1", "G6", "G8")
"""Gates that every state with an account has to ask."""
ENTRY_GATES = ("G1", "G5", "G6", "G8")
"""Gates that are asked not only before a state is left, but before it is entered."""
ABSOLUTE_GATES = ("G1", "G6", "G9")
"""Gates that nobody can lift; nor can anybody lift a reason that names a child who interprets."""
DOCUMENT_SCOPE = "C1"
MODES = ("full", "referral_only", "emergency_minimal")
SCOPE_VALUES = ("no", "yes", "later")
WITHDRAWN = "withdrawn"
UNKNOWN_HOURS = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a state or an interrupt.

    Attributes:
        kind: `yes_no`, `one`, `many` (codes of `options`), `hours` (whole hours since, or `unknown`), `scope`,
            `text`, `number` (from `low` to `high`).
        text: text key; the words of an option stand under `interview.o.OPTION`, of a scope under its own key.
        part: which part of a report the value may go to; `none`: nowhere, it serves this session only.
        ask_when: all of them must hold, or the question is not asked here.
        clears: questions whose answers fall when this answer changes.
        repeat: asked again here; its first place decides whether an answer stands.
    """

    id: str
    kind: str
    text: str
    options: tuple[str, ...] = ()
    required: bool = False
    part: str = "none"
    ask_when: tuple[Condition, ...] = ()
    clears: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One reason to refuse.

    Attributes:
        id: for example `G3.child` or `I05.overheard`.
        gate: what a refusal names: a gate id, or the clause's own id where it is a state's own block.
        when: refuse when all of them hold.
        text: text key of the reason.
        ways: codes of ways that remain.
        overridable: two persons with a reason may lift it.
        at: states in which it counts; empty: every state that has the gate.
    """

    id: str
    gate: str
    when: tuple[Condition, ...]
    text: str
    ways: tuple[str, ...]
    overridable: bool
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of DOMAIN 3.4: the clauses under which it is closed, in order.

    Attributes:
        text: text key of what the gate is for.
        source_mark: S source, K general knowledge, D own design; `checked_by` empty: nobody has checked it.
    """

    id: str
    text: str
    clauses: tuple[Clause, ...]
    source_mark: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a state leads when all of `when` hold; may change the mode or say why the interview stopped."""

    when: tuple[Condition, ...]
    to: str
    mode: str = ""
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """What can be done at a closed gate or in an interrupt.

    Attributes:
        text: text key.
        goto: state to go to; empty: stay.
        returns: come back to the present state after it.
        mode: new mode, or empty.
        stop: why the interview stops, or empty; the first reason stays.
        sets: answers that the way gives.
        clears: answers that it takes away.
        then: interrupt that follows at once, or empty.
        at: states in which the way exists; empty: all.
        stays: the interrupt stays open.
        withdraws: every scope that was a yes or a later is withdrawn.
        ends: the session is over.
        resumes: the interrupt does not stop the interview after all.
    """

    id: str
    text: str
    goto: str = ""
    returns: bool = False
    mode: str = ""
    stop: str = ""
    sets: Mapping[str, str] = field(default_factory=dict)
    clears: tuple[str, ...] = ()
    then: str = ""
    at: tuple[str, ...] = ()
    stays: bool = False
    withdraws: bool = False
    ends: bool = False
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """One interrupt of DOMAIN 3.3.

    Attributes:
        states: from which it is one action away.
        cover: the cover page shows at once.
        goto: state it goes to without a pause (then `ways` is empty), coming back afterwards.
        clears: answers that it takes away.
        stop: why the interview stops unless a way resumes it; empty where it does not.
        records: text keys of what is kept of it; `never`: of what is not.
    """

    id: str
    title: str
    scripts: tuple[str, ...]
    note: str
    states: tuple[str, ...]
    cover: bool
    ways: tuple[str, ...]
    questions: tuple[Question, ...]
    goto: str
    clears: tuple[str, ...]
    stop: str
    records: tuple[str, ...]
    never: tuple[str, ...]
    source_mark: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class State:
    """One state of DOMAIN 3.1.

    Attributes:
        phase: 1 to 9, shown as "n of 9".
        title: text key; never tells the subject.
        scripts: text keys, read aloud.
        note: text key, for the officer, not read aloud.
        gates: ids of gates that are asked before the state is left.
        blocks: the state's own reasons not to go on.
        writes: what may be written down meanwhile.
        present: who is there: S I T P F SUP CP CG C D (DOMAIN 3.9).
        records: text keys of what is kept; `never`: of what is never written down.
        next: following state; empty only where `final`.
        branches: tried in order before `next`.
        timed: the time at which it is first entered is kept, for `minutes.STATE`.
    """

    id: str
    phase: int
    title: str
    scripts: tuple[str, ...]
    note: str
    questions: tuple[Question, ...]
    gates: tuple[str, ...]
    blocks: tuple[Clause, ...]
    writes: str
    present: tuple[str, ...]
    records: tuple[str, ...]
    never: tuple[str, ...]
    next: str
    branches: tuple[Branch, ...]
    timed: bool
    final: bool
    source_mark: str
    checked_by: str

    def targets(self) -> Iterator[str]:
        """States that follow in the ordinary course."""
        yield from (branch.to for branch in self.branches)
        if self.next:
            yield self.next


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A medical clock: `hours` from what the answer to `question` says; fewer than `gate_hours` left closes G5."""

    id: str
    question: str
    hours: int
    gate_hours: int
    text: str
    source_mark: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A question that comes back every `minutes` once state `after` has been passed; a yes winds it up again."""

    question: str
    minutes: int
    after: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the tablet knows itself; `missing` stands where it was not given, and is the careful value."""

    kind: str
    missing: str | int


@dataclass(frozen=True, slots=True)
class Protocol:
    """A checked protocol. Only `load_protocol` makes one; treat the mappings as frozen.

    Attributes:
        phases: text keys of the phases, in order.
        reasons: codes that an override may give.
        stops: codes of why an interview stopped.
        texts: by language, by key: words that the file brings along; empty in the protocol that ships.
    """

    machine: str
    version: int
    initial: str
    states: Mapping[str, State]
    interrupts: Mapping[str, Interrupt]
    gates: Mapping[str, Gate]
    clocks: tuple[ClockRule, ...]
    scopes: tuple[str, ...]
    phases: tuple[str, ...]
    questions: Mapping[str, Question]
    ways: Mapping[str, Way]
    facts: Mapping[str, Fact]
    recheck: Recheck
    reasons: tuple[str, ...]
    stops: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
