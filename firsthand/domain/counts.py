"""How many, at least and at most: rows by outcome, sex and age, totals, and what a table may add up.

A person is counted once, on the act that says best what happened to them. Where an act gives a total beside
its rows, the rows may explain less than the total; what they leave open counts as people of unknown sex and
age.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from firsthand.domain.codes import ADULT_AGES, CHILD_AGES

MAX_PEOPLE = 1_000_000
PeopleRow = tuple[str, str, str, int, int, int]


@dataclass(frozen=True, slots=True)
class Range:
    """At least, best, at most."""

    min: int
    best: int
    max: int

    def ordered(self) -> bool:
        """Whether min <= best <= max."""
        return self.min <= self.best <= self.max


@dataclass(frozen=True, slots=True)
class Count:
    """People with one outcome, sex, age band and status."""

    outcome: str
    sex: str
    age: str
    status: str
    people: Range


@dataclass(frozen=True, slots=True)
class Total:
    """All people with one outcome, whether or not rows say who they are."""

    outcome: str
    people: Range


def age_class(age: str) -> str:
    """`child` (under 18), `adult` or `unknown`."""
    if age in CHILD_AGES:
        return "child"
    return "adult" if age in ADULT_AGES else "unknown"


def unexplained(counts: Iterable[Count], totals: Iterable[Total]) -> Iterator[Total]:
    """What the totals hold beyond the rows, per outcome; nothing where the rows say it all."""
    rows = tuple(counts)
    for total in totals:
        same = [row.people for row in rows if row.outcome == total.outcome]
        low, best, high = (
            max(0, whole - part)
            for whole, part in (
                (total.people.min, sum(people.min for people in same)),
                (total.people.best, sum(people.best for people in same)),
                (total.people.max, sum(people.max for people in same)),
            )
        )
        if high or best:
            # Rows that are surer than their total would turn the rest upside down.
            yield Total(total.outcome, Range(min(low, best), best, max(best, high)))


def people_rows(groups: Iterable[tuple[Iterable[Count], Iterable[Total]]]) -> list[PeopleRow]:
    """Rows `(outcome, sex, age class, min, best, max)`, each triple once, in order of the triples."""
    sums: dict[tuple[str, str, str], Range] = {}
    for counts, totals in groups:
        rows = tuple(counts)
        known = [((row.outcome, row.sex, age_class(row.age)), row.people) for row in rows]
        rest = [((total.outcome, "U", "unknown"), total.people) for total in unexplained(rows, totals)]
        for key, people in known + rest:
            before = sums.get(key, Range(0, 0, 0))
            sums[key] = Range(before.min + people.min, before.best + people.best, before.max + people.max)
    return [(*key, people.min, people.best, people.max) for key, people in sorted(sums.items())]


def children_best(rows: Iterable[PeopleRow]) -> int:
    """Children among the rows, best figure."""
    return sum(row[4] for row in rows if row[2] == "child")
