"""People in a report: who spoke, who was harmed, who told it, and, apart from all else, their names.

Described without names: `Subject`, `Victim`, `Source`. Names stand in `Identities` alone, which goes to the
custodian. Values only; re-exported by `model`.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.domain.codes import CHILD_AGES, CHILD_STATUSES
from firsthand.domain.counts import Range

ONE_PERSON = "person"


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
    """A person harmed, or a group of them, described without a name.

    Attributes:
        key: `v1`, `v2`, ...: by which acts of the same report point to it; means nothing outside.
        unit: code of units_counted; None is a person (form 1 knew nothing else).
        people: how many, for a group. A group describes; who is counted is counted on an act.
        outcome: what happened to them, code of outcomes.
        special: codes of special_statuses.
        relationship, group: to the alleged actor; as others see them. For the account alone.
    """

    sex: str
    age_band: str
    status: str = "UNK"
    age_basis: str | None = None
    may_be_child: bool = False
    displacement: str | None = None
    key: str | None = None
    unit: str | None = None
    people: Range | None = None
    outcome: str | None = None
    disability: str | None = None
    special: tuple[str, ...] = ()
    occupation: str | None = None
    relationship: str | None = None
    group: str | None = None

    def is_group(self) -> bool:
        """Whether this is more than one person; a "group" of at most one is that one."""
        if self.unit in (None, ONE_PERSON):
            return False
        return self.people is None or self.people.max > 1

    def protected_child(self) -> bool:
        """Whether the rules for a described child apply: never to a group, whose children are counted."""
        if self.is_group():
            return False
        return self.may_be_child or self.age_band in CHILD_AGES or not CHILD_STATUSES.isdisjoint(self.special)

    def counts_children(self) -> bool:
        """Whether it is a group of children, who are counted rather than described."""
        named = self.age_band in CHILD_AGES or not CHILD_STATUSES.isdisjoint(self.special)
        return self.is_group() and named


@dataclass(frozen=True, slots=True)
class Source:
    """Where the report comes from, without a name, and its two grades.

    Attributes:
        root_sources: how many distinct origins the information goes back to.
        root_families: their source families.
        all_first_hand: whether each of them saw or heard it itself.
        connection: to what happened, code of connections.
        access_possible: whether it could have observed it at all (yes, no, unknown); with `bias_note` for the
            account alone.
        risk: to the source, code of source_risks; with `intermediary` for the custodian alone.
    """

    kind: str
    family: str
    first_hand: str
    reliability: str
    credibility: int
    root_sources: int | None = None
    root_families: tuple[str, ...] = ()
    all_first_hand: bool = False
    connection: str | None = None
    access_possible: str | None = None
    bias_note: str | None = None
    risk: str | None = None
    intermediary: bool | None = None


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
