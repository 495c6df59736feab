"""A report as values: what one officer wrote in one sitting, of one source family (DOMAIN 2).

Nothing here judges; `reader` builds these from JSON, `validation` looks for problems, `parts` divides them.
All codes are those of `codes`; all texts keep the officer's own spelling.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.domain.codes import CHILD_AGES
from firsthand.domain.consent import Consent
from firsthand.domain.counts import Count, Range, Total
from firsthand.domain.places import Place

FORM = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """The one person whose data this is, described without a name.

    Attributes:
        may_be_child: age is doubtful and may be under 18: protected as a child, counted as unknown.
    """

    sex: str
    age_band: str
    age_basis: str | None = None
    may_be_child: bool = False

    def protected_child(self) -> bool:
        """Whether the rules for children apply."""
        return self.may_be_child or self.age_band in CHILD_AGES


@dataclass(frozen=True, slots=True)
class Victim:
    """A person harmed, described one by one without a name (counts are for people who are only counted)."""

    sex: str
    age_band: str
    status: str = "UNK"
    age_basis: str | None = None
    may_be_child: bool = False
    displacement: str | None = None

    def protected_child(self) -> bool:
        """Whether the rules for children apply."""
        return self.may_be_child or self.age_band in CHILD_AGES


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
    """

    kind: str
    basis: str
    certainty: str
    level: str
    unit_text: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act with its alleged actor and its counts."""

    code: str
    actor: Actor
    counts: tuple[Count, ...] = ()
    totals: tuple[Total, ...] = ()
    perpetrators: Range | None = None
    weapon: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the report comes from, without a name, and its two grades.

    Attributes:
        root_sources: how many distinct origins the information goes back to.
        root_families: their source families.
        all_first_hand: whether each of them saw or heard it itself.
    """

    kind: str
    family: str
    first_hand: str
    reliability: str
    credibility: int
    root_sources: int | None = None
    root_families: tuple[str, ...] = ()
    all_first_hand: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Identity of a victim or source."""

    name: str
    contact: str | None = None
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Perpetrator:
    """A named alleged perpetrator; certainty is mandatory (rule 8)."""

    name: str
    certainty: str
    rank: str | None = None
    position: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Identities:
    """All that can name somebody; for the custodian only."""

    victims: tuple[Person, ...] = ()
    sources: tuple[Person, ...] = ()
    perpetrators: tuple[Perpetrator, ...] = ()
    safe_contact: str | None = None
    root_source_ref: str | None = None


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
    """One report. Exactly one of `consent` and `basis` is set, once validated."""

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

    def sensitive(self) -> bool:
        """Any A4xx act, or the data subject or a described victim is (or may be) under 18.

        Children who are only counted leave a report ordinary (PROTOCOL, parts).
        """
        if any(act.code.startswith("A4") for act in self.acts):
            return True
        people = (*self.victims, *((self.subject,) if self.subject else ()))
        return any(person.protected_child() for person in people)

    def count_groups(self) -> tuple[tuple[tuple[Count, ...], tuple[Total, ...]], ...]:
        """Counts and totals that belong together: of each act, and of the events."""
        return (*((act.counts, act.totals) for act in self.acts), (self.event_counts, self.event_totals))

    def children_counted(self) -> bool:
        """Whether any count row is about children."""
        rows = [row for counts, _ in self.count_groups() for row in counts]
        return any(row.age in CHILD_AGES and row.people.max > 0 for row in rows)
