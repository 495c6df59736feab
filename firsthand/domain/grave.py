"""Grave violations against children in armed conflict: kinds, what counts, and who has verified it (DOMAIN 1.11). Pure.

Ten kinds, of which eight are grave: killing and maiming, recruitment or use, sexual violence, abduction, attacks on
schools and on hospitals, denial of humanitarian access. Five are counted by children, the rest by incidents. Military
use and deprivation of liberty are tracked and stand in no count of grave violations.

Four criteria make a violation: armed conflict, a victim under 18, armed forces or an armed group as the alleged party,
and one of the descriptions. What is not known (context, party) does not exclude it: it keeps it from being more than
pending. Civilians as alleged actors are outside.

A person decides: a mapping of an act is where somebody looks first, never a finding. Mappings that the catalogue marks
with "?" are offered and not proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from firsthand.domain.codes import CHILD_AGES
from firsthand.domain.dates import parse_edtf
from firsthand.errors import Malformed


class Violation(StrEnum):
    """Kinds, by the ids that Primero's MRM module uses."""

    KILLING = "killing"
    MAIMING = "maiming"
    RECRUITMENT = "recruitment"
    SEXUAL_VIOLENCE = "sexual_violence"
    ABDUCTION = "abduction"
    ATTACK_ON_SCHOOLS = "attack_on_schools"
    ATTACK_ON_HOSPITALS = "attack_on_hospitals"
    DENIAL_HUMANITARIAN_ACCESS = "denial_humanitarian_access"
    MILITARY_USE = "military_use"
    DEPRIVATION_LIBERTY = "deprivation_liberty"


BY_VICTIMS = (
    Violation.KILLING,
    Violation.MAIMING,
    Violation.RECRUITMENT,
    Violation.SEXUAL_VIOLENCE,
    Violation.ABDUCTION,
)
BY_INCIDENTS = (
    Violation.ATTACK_ON_HOSPITALS,
    Violation.ATTACK_ON_SCHOOLS,
    Violation.DENIAL_HUMANITARIAN_ACCESS,
)
GRAVE = (*BY_VICTIMS, *BY_INCIDENTS)
TRACKED = (Violation.MILITARY_USE, Violation.DEPRIVATION_LIBERTY)

_OF_CODE: Mapping[str, Violation] = MappingProxyType(
    {
        "M1k": Violation.KILLING,
        "M1m": Violation.MAIMING,
        "M2": Violation.RECRUITMENT,
        "M3": Violation.SEXUAL_VIOLENCE,
        "M4": Violation.ABDUCTION,
        "M5s": Violation.ATTACK_ON_SCHOOLS,
        "M5h": Violation.ATTACK_ON_HOSPITALS,
        "M5u": Violation.MILITARY_USE,
        "M6": Violation.DENIAL_HUMANITARIAN_ACCESS,
        "M7": Violation.DEPRIVATION_LIBERTY,
    }
)
# What happened to a child says more than the act by which an attack is named: a child killed in an attack is a killing.
_OF_OUTCOME: Mapping[str, Violation] = MappingProxyType(
    {
        "killed": Violation.KILLING,
        "abducted": Violation.ABDUCTION,
        "sexual_violence": Violation.SEXUAL_VIOLENCE,
    }
)
_POSSIBLE_OUTCOME: Mapping[str, Violation] = MappingProxyType(
    {"injured": Violation.MAIMING, "missing": Violation.ABDUCTION}
)
_CONDUCT = "A6"  # conduct of hostilities
PARTIES = frozenset(
    {
        "state_military",
        "state_police",
        "intelligence",
        "prison",
        "pro_government_militia",
        "armed_group",
        "foreign_forces",
    }
)
UNKNOWN_PARTY = "unknown"
CONFLICT = frozenset({"iac", "niac"})


class Verification(StrEnum):
    """The three states."""

    PENDING = "report_pending_verification"
    NOT_VERIFIED = "reported_not_verified"
    VERIFIED = "verified"


class Children(NamedTuple):
    """How many, best figures; `unknown` are children whose sex nobody gave."""

    boys: int = 0
    girls: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.boys + self.girls + self.unknown

    def plus(self, other: Children) -> Children:
        """Both together."""
        return Children(self.boys + other.boys, self.girls + other.girls, self.unknown + other.unknown)


NOBODY = Children()


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of violation in one report.

    Attributes:
        sure: the mapping is not doubtful; a doubtful one is in no table until a person has decided.
        fits: armed conflict and an armed party are said, not only not excluded.
        parties: classes of alleged actors, each with its unit where one is described.
        counted: children of the table of counts.
        described: children who are described one by one or as a group.
    """

    violation: Violation
    sure: bool
    fits: bool
    parties: tuple[str, ...]
    counted: Children
    described: Children

    @property
    def children(self) -> Children:
        """The larger of the two: those who are described are among those who are counted."""
        return max(self.counted, self.described, key=lambda children: children.total)


def violations_of_act(mapping: Iterable[str]) -> tuple[tuple[Violation, bool], ...]:
    """Kinds by the catalogue's `mrm` column of an act, and whether each is sure (`M1m?` is not)."""
    found = ((_OF_CODE.get(code.removesuffix("?")), not code.endswith("?")) for code in mapping)
    return tuple((kind, sure) for kind, sure in found if kind is not None)


def cases_of(facts: Mapping[str, Any], mapping_of: Mapping[str, Iterable[str]]) -> tuple[Case, ...]:
    """The kinds that a report's facts speak of, in the order of `Violation`.

    Args:
        facts: the part as a desk opened it. What is not in the form of this program is passed over.
        mapping_of: the catalogue's `mrm` codes by act.
    """
    found = dict[Violation, Case]()
    for act in _acts(facts, mapping_of):
        for case in _cases_of_act(act):
            found[case.violation] = _merged(found.get(case.violation), case)
    return tuple(found[kind] for kind in Violation if kind in found)


def children_with_several(
    facts: Mapping[str, Any], mapping_of: Mapping[str, Iterable[str]], kinds: Iterable[Violation]
) -> tuple[Children, Children]:
    """Children described in a report to whom more than one of `kinds` was done: one by one, and in groups.

    Children who are only counted cannot be followed from one act to another, and stand in neither.
    """
    wanted, suffered = frozenset(kinds), dict[int, set[Violation]]()
    people = dict[int, Mapping[str, Any]]()
    for act in _acts(facts, mapping_of):
        for person in act.people:
            people[id(person)] = person
            done = {kind for kind, _ in _kinds_of(person.get("outcome"), act)} & wanted
            suffered.setdefault(id(person), set()).update(done)
    alone, groups = NOBODY, NOBODY
    for key, done in suffered.items():
        if len(done) > 1:
            children = _described(people[key])
            alone, groups = (alone.plus(children), groups) if _is_one(people[key]) else (alone, groups.plus(children))
    return alone, groups


def late(happened: str, decided: date) -> bool:
    """Whether a decision came after the calendar quarter in which it happened (of a stretch: in which it ended).

    A date without an end is never late: nobody can say in which quarter it was.
    """
    try:
        end = parse_edtf(happened).end
    except Malformed:
        return False
    return end is not None and quarter_of(decided) > quarter_of(end)


def quarter_of(day: date) -> tuple[int, int]:
    """(year, 1 to 4)."""
    return day.year, (day.month + 2) // 3


def parse_quarter(text: str) -> tuple[int, int]:
    """`2026-Q4`.

    Raises:
        Malformed.
    """
    year, separator, number = text.partition("-Q")
    if not (separator and year.isascii() and year.isdigit() and len(year) == 4 and number in ("1", "2", "3", "4")):
        raise Malformed("quarter")
    return int(year), int(number)


# -- one act -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Act:
    """One act with what it is seen together with.

    Attributes:
        kinds: by its mapping, and whether each is sure.
        party: alleged, as it stands in tables.
        fits: context and party are known, and fit.
        in_conflict: the act itself is one of armed conflict, whoever was hurt by it.
        rows: of its table of counts.
        people: described children to whom it was done.
    """

    kinds: tuple[tuple[Violation, bool], ...]
    party: str
    fits: bool
    in_conflict: bool
    rows: tuple[Mapping[str, Any], ...]
    people: tuple[Mapping[str, Any], ...]


def _acts(facts: Mapping[str, Any], mapping_of: Mapping[str, Iterable[str]]) -> Iterator[_Act]:
    context = facts.get("context")
    if context == "none":
        return
    for act in _maps(facts.get("acts")):
        party, code = _party(act), str(act.get("code"))
        if party is None:
            continue
        kinds = violations_of_act(mapping_of.get(code, ()))
        yield _Act(
            kinds=kinds,
            party=party,
            fits=context in CONFLICT and not party.startswith(UNKNOWN_PARTY),
            in_conflict=bool(kinds) or code.startswith(_CONDUCT),
            rows=tuple(_maps(act.get("counts"))),
            people=tuple(_done_to(act, facts)),
        )


def _cases_of_act(act: _Act) -> Iterator[Case]:
    found = dict[Violation, tuple[bool, Children, Children]]()
    for person, children, counted in (
        *((row, _counted(row), True) for row in act.rows),
        *((person, _described(person), False) for person in act.people),
    ):
        for kind, sure in _kinds_of(person.get("outcome"), act) if children.total else ():
            before = found.get(kind, (False, NOBODY, NOBODY))
            more = (children, NOBODY) if counted else (NOBODY, children)
            found[kind] = (before[0] or sure, before[1].plus(more[0]), before[2].plus(more[1]))
    for kind, (sure, counted_children, described) in found.items():
        yield Case(kind, sure, act.fits, (act.party,), counted_children, described)
    for kind, sure in act.kinds:
        if kind not in BY_VICTIMS:
            yield Case(kind, sure, act.fits, (act.party,), NOBODY, NOBODY)


def _kinds_of(outcome: Any, act: _Act) -> tuple[tuple[Violation, bool], ...]:
    """The kinds that a child with this outcome of an act falls under, and whether each is sure."""
    found = dict[Violation, bool]()
    if (by_outcome := _OF_OUTCOME.get(str(outcome))) is not None:
        found[by_outcome] = act.in_conflict
    for kind, sure in act.kinds:
        killed = outcome == "killed"
        # Who survived an attempt or a massacre was not killed by it; who died of wounds was.
        if kind in BY_VICTIMS and kind is not (Violation.MAIMING if killed else Violation.KILLING):
            found.setdefault(kind, sure)
    possible = _POSSIBLE_OUTCOME.get(str(outcome))
    if not found and possible is not None:
        found[possible] = False
    return tuple(found.items())


def _done_to(act: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Children to whom it was done: those that the act names; if it names none, all described; else who spoke."""
    victims, subject, named = list(_maps(facts.get("victims"))), facts.get("subject"), act.get("victims")
    if isinstance(named, list) and named:
        victims = [victim for victim in victims if victim.get("key") in named]
    elif not victims and isinstance(subject, Mapping):
        victims = [subject]
    return [person for person in victims if is_child(person)]


def is_child(person: Mapping[str, Any]) -> bool:
    """Under 18, or treated so because nobody can rule it out."""
    return person.get("age_band") in CHILD_AGES or person.get("may_be_child") is True


def _counted(row: Mapping[str, Any]) -> Children:
    return _of_sex(row.get("sex"), _best(row)) if row.get("age") in CHILD_AGES else NOBODY


def _described(victim: Mapping[str, Any]) -> Children:
    people = victim.get("people")
    return _of_sex(victim.get("sex"), _best(people) if isinstance(people, Mapping) else 1)


def _is_one(victim: Mapping[str, Any]) -> bool:
    return bool(victim.get("unit", "person") == "person")


def _of_sex(sex: Any, number: int) -> Children:
    if sex == "M":
        return Children(boys=number)
    return Children(girls=number) if sex == "F" else Children(unknown=number)


def _best(people: Mapping[str, Any]) -> int:
    best = people.get("best")
    return best if isinstance(best, int) and not isinstance(best, bool) and best > 0 else 0


def _party(act: Mapping[str, Any]) -> str | None:
    """The alleged party, None where it is no armed force or group."""
    actor = act.get("actor")
    kind = actor.get("class") if isinstance(actor, Mapping) else UNKNOWN_PARTY
    if kind not in PARTIES and kind != UNKNOWN_PARTY:
        return None
    unit = actor.get("unit_text") if isinstance(actor, Mapping) else None
    return f"{kind}: {unit}" if isinstance(unit, str) and unit else str(kind)


def _merged(known: Case | None, more: Case) -> Case:
    """The same kind by another act of the report: people are counted once, on the act that says it best."""
    if known is None:
        return more
    return Case(
        known.violation,
        known.sure or more.sure,
        known.fits or more.fits,
        tuple(dict.fromkeys((*known.parties, *more.parties))),
        known.counted.plus(more.counted),
        max(known.described, more.described, key=lambda children: children.total),
    )


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
