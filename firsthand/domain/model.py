"""A report as values: what one officer wrote in one sitting, of one source family (DOMAIN 2).

Nothing here judges; `reader` builds these from JSON, `validation` looks for problems, `parts` divides them.
All codes are those of `codes`; all texts keep the officer's own spelling.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.domain.codes import CHILD_AGES
from firsthand.domain.consent import Consent
from firsthand.domain.counts import Count, Range, Total
from firsthand.domain.observed import Coverage, Held, Link, Response, Speech, Visit
from firsthand.domain.people import Identities, Perpetrator, Person, Source, Subject, Victim
from firsthand.domain.places import Place

__all__ = [
    "FORM",
    "Act",
    "Actor",
    "Basis",
    "Coverage",
    "Damage",
    "Held",
    "Identities",
    "ImmediateRisk",
    "Incident",
    "Link",
    "Narrative",
    "Perpetrator",
    "Person",
    "Report",
    "Response",
    "Source",
    "Speech",
    "Subject",
    "Verification",
    "Victim",
    "Visit",
    "Words",
]

FORM = 2


@dataclass(frozen=True, slots=True)
class Basis:
    """Why it is lawful to keep a report when nobody was interviewed (DOMAIN 4.2)."""

    code: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ImmediateRisk:
    """Whether people are in danger now."""

    flag: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """How many homes, schools, wells and so on were damaged."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Incident:
    """When and where.

    Attributes:
        date: EDTF text with Western digits (see `dates`).
        time_of_day: a code or `hh:mm`.
        recall_anchor: how the person dates it, "market day before the rains".
        concern_s: there is also a protection concern S, reported apart or not at all; no detail here.
    """

    date: str
    date_precision: int
    place: Place
    immediate_risk: ImmediateRisk
    protection_needed: str
    time_of_day: str | None = None
    recall_anchor: str | None = None
    context: str | None = None
    trend: str | None = None
    targeting: str | None = None
    ongoing: bool | None = None
    concern_s: bool = False
    households: Range | None = None
    damage: tuple[Damage, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is alleged to have done it: never a person's name.

    Attributes:
        kind: code of actor_classes (`class` in JSON).
        unit_text: uniform, insignia, vehicle, language, as described.
        certainty: P0 to P3, how sure it is that it was them (not whether it happened).
        unit_ref: the unit in the mission's own list.
        degree: part in the act, code of degrees (each with its possible mode of liability).
        claim: whether they claim or deny it.
    """

    kind: str
    basis: str
    certainty: str
    level: str
    unit_text: str | None = None
    unit_ref: str | None = None
    rank_class: str | None = None
    degree: str | None = None
    claim: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act with its alleged actor and its counts.

    Attributes:
        victims: keys of the report's victims to whom it was done.
        follows: position of an earlier act of the report that it followed, from 0.
    """

    code: str
    actor: Actor
    counts: tuple[Count, ...] = ()
    totals: tuple[Total, ...] = ()
    perpetrators: Range | None = None
    weapon: str | None = None
    victims: tuple[str, ...] = ()
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Words that were said, in their language."""

    text: str
    language: str
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Narrative:
    """The account.

    Attributes:
        interpreter: pseudonym of the interpreter, never a name; None when there was none.
    """

    what_happened: str | None = None
    words_used: Words | None = None
    interpreter: str | None = None
    open_questions: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What the officer checked; whether it is verified is for another officer to say (rule 7)."""

    status: str = "unverified"
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report. Exactly one of `consent` and `basis` is set, once validated.

    Attributes:
        form: 1 or 2, as it was read; form 1 knows none of the fields from `change` on.
        change: why it supersedes another, code of changes.
        reported_on: EDTF, when the mission was told.
        signals: codes of signals.
        coverage, speech, visit: of a return, a speech log, a visit to a place of detention.
    """

    kind: str
    language: str
    incident: Incident
    source: Source
    form: int = FORM
    handling: str = "confidential"
    station: str | None = None
    supersedes: bytes | None = None
    incident_id: bytes | None = None
    subject: Subject | None = None
    consent: Consent | None = None
    basis: Basis | None = None
    acts: tuple[Act, ...] = ()
    events: tuple[str, ...] = ()
    event_counts: tuple[Count, ...] = ()
    event_totals: tuple[Total, ...] = ()
    victims: tuple[Victim, ...] = ()
    identities: Identities | None = None
    narrative: Narrative | None = None
    verification: Verification | None = None
    note: str | None = None
    change: str | None = None
    links: tuple[Link, ...] = ()
    reported_on: str | None = None
    signals: tuple[str, ...] = ()
    responses: tuple[Response, ...] = ()
    coverage: Coverage | None = None
    speech: Speech | None = None
    visit: Visit | None = None

    def sensitive(self) -> bool:
        """Any A4xx act, or the data subject or a described victim is (or may be) under 18.

        Children who are only counted, as a row, as a group or among those held, leave a report ordinary
        (PROTOCOL, parts).
        """
        return bool(self.sensitive_subjects())

    def sensitive_subjects(self) -> frozenset[str]:
        """What makes it sensitive: `sexual_violence`, `child`, both, or nothing."""
        people = (*self.victims, *((self.subject,) if self.subject else ()))
        found = {"sexual_violence"} if any(act.code.startswith("A4") for act in self.acts) else set[str]()
        return frozenset(found | ({"child"} if any(person.protected_child() for person in people) else set()))

    def count_groups(self) -> tuple[tuple[tuple[Count, ...], tuple[Total, ...]], ...]:
        """Counts and totals that belong together: of each act, and of the events."""
        return (*((act.counts, act.totals) for act in self.acts), (self.event_counts, self.event_totals))

    def children_counted(self) -> bool:
        """Whether children are counted: in a row, as a group of victims, or among those held."""
        rows = [row for counts, _ in self.count_groups() for row in counts]
        return (
            any(row.age in CHILD_AGES and row.people.max > 0 for row in rows)
            or any(victim.counts_children() for victim in self.victims)
            or bool(self.visit and self.visit.held and self.visit.held.counts_children())
        )
