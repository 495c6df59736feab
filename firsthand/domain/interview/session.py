"""Where one interview stands, and what the engine says about it. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firsthand.domain.interview.conditions import Value

ROUND_MIN = 15
"""Times of an interview are kept to a quarter of an hour, so that nobody can match them with a door or a vehicle."""


@dataclass(frozen=True, slots=True)
class Override:
    """A gate that two persons lifted.

    Attributes:
        gate, clause: which, and which of its reasons; another reason of the same gate is not lifted.
        reason: code of the protocol's `reasons`.
        second: pseudonym of the second person.
        at_min: minutes since 1970, to a quarter of an hour.
    """

    gate: str
    clause: str
    reason: str
    second: str
    at_min: int


@dataclass(frozen=True, slots=True)
class Session:
    """One interview.

    Attributes:
        state: where it stands.
        mode: `full`, `referral_only`, `emergency_minimal`.
        answers: by question id.
        asked: states that `back` can return to, oldest first.
        passed: states that were left in the ordinary course and not entered again since.
        paused: the open interrupt, None if none is.
        overrides: gates that two persons lifted.
        stopped: why it stopped; None while it goes on.
        started_min: minutes since 1970, to a quarter of an hour.
        ended: it is over.
        recheck_due_min: when privacy must be looked at again; None before it was looked at.
        cover: the cover page shows.
        facts: what the tablet told at the start.
        since: by hours question, the minute of what it asks after; by timed state, when it was first entered.
        returns: states to come back to, the nearest last.
        interrupts: ids of the interrupts that came, in order.
        under: an interrupt that stops the interview and waits until the one laid over it is resolved.
        version: of the protocol it began with.
    """

    state: str
    mode: str
    answers: Mapping[str, Value]
    asked: tuple[str, ...]
    passed: frozenset[str]
    paused: str | None
    overrides: tuple[Override, ...]
    stopped: str | None
    started_min: int
    ended: bool
    recheck_due_min: int | None
    cover: bool
    facts: Mapping[str, str | int] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    interrupts: tuple[str, ...] = ()
    under: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Next is closed.

    Attributes:
        gate: `G1` to `G12`, the id of a state's own block (`I05.overheard`), `unanswered`, or the open interrupt.
        text: text key of the reason.
        ways: codes that `resolve` takes now.
        overridable: `override` may lift it.
        clause: which reason of the gate; the question's id where it is unanswered.
    """

    gate: str
    text: str
    ways: tuple[str, ...]
    overridable: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Clock:
    """What is left on a medical clock.

    Attributes:
        id: `pep`, `ec`.
        hours_left: whole hours, rounded down; 0 in the last hour.
        gate_closed: so little is left that referral comes first.
    """

    id: str
    hours_left: int
    gate_closed: bool


def quarter(minute: int) -> int:
    """The nearest quarter of an hour, in minutes since 1970."""
    return (minute + ROUND_MIN // 2) // ROUND_MIN * ROUND_MIN


def quarter_before(minute: int) -> int:
    """The quarter of an hour at or before a minute."""
    return minute // ROUND_MIN * ROUND_MIN
