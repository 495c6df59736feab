"""The tables of the Global Horizontal Note (DOMAIN 6.5). Pure.

Blocks: verified, late-verified and unverified (pending and not verified together), each as victims (boys, girls, sex
not known, all), as violations, by party and by region; then children with more than one violation.

Rules:
- killing, maiming, recruitment, sexual violence and abduction count children; attacks on schools and hospitals and
  denial of access count incidents, whoever and however many reported them;
- of one incident, children who are described in its several reports add up, children who are counted do not: the
  report that counts most is taken, and never less than are described;
- the quarter is that of the decision (verified) or of the event (unverified; one whose date nobody knows stands in
  every quarter, or it would stand in none);
- military use and deprivation of liberty are tracked in a block of their own;
- a doubtful mapping counts only where a person has decided.
Figures are exact: the note is confidential, and goes to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from firsthand.domain.dates import parse_edtf
from firsthand.domain.grave import (
    BY_INCIDENTS,
    BY_VICTIMS,
    GRAVE,
    NOBODY,
    TRACKED,
    Case,
    Children,
    Verification,
    Violation,
    children_with_several,
    late,
    quarter_of,
)
from firsthand.errors import Malformed

COLUMNS = ("block", "of", "violation", "counted_by", "boys", "girls", "unknown", "total")


class Status(StrEnum):
    """The three times in which every table stands."""

    VERIFIED = "verified"
    LATE = "late_verified"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the desk last said of one kind in one report.

    Attributes:
        day: of the CTFMR's decision, for `VERIFIED`.
    """

    state: Verification
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One report that may stand in the note.

    Attributes:
        incident: joins the reports of one incident.
        region: adm1.
        happened: EDTF.
        cases: what it speaks of.
        decisions: by kind.
        facts: for children with several violations.
    """

    incident: bytes
    region: str
    happened: str
    cases: tuple[Case, ...]
    decisions: Mapping[Violation, Decision]
    facts: Mapping[str, Any]

    def status(self, kind: Violation) -> Status:
        """Where a kind of this report stands."""
        decision = self.decisions.get(kind)
        if decision is None or decision.state is not Verification.VERIFIED or decision.day is None:
            return Status.UNVERIFIED
        return Status.LATE if late(self.happened, decision.day) else Status.VERIFIED

    def in_quarter(self, kind: Violation, quarter: tuple[int, int] | None) -> bool:
        """Whether a kind of this report belongs to the note of a quarter."""
        if quarter is None:
            return True
        decision = self.decisions.get(kind)
        if self.status(kind) is not Status.UNVERIFIED:
            return decision is not None and decision.day is not None and quarter_of(decision.day) == quarter
        end = _end(self.happened)
        return end is None or quarter_of(end) == quarter


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the note.

    Attributes:
        of: party or region; empty in the other blocks.
        children: NOBODY where incidents are counted.
        total: children, or incidents.
    """

    block: str
    of: str
    violation: str
    counted_by: str
    children: Children
    total: int

    def cells(self) -> tuple[object, ...]:
        """In the order of COLUMNS; boys and girls are empty where incidents are counted."""
        split: tuple[object, ...] = ("", "", "") if self.counted_by == "incidents" else tuple(self.children)
        return (self.block, self.of, self.violation, self.counted_by, *split, self.total)


@dataclass(frozen=True, slots=True)
class _Count:
    """One kind in one incident, of one status."""

    incident: bytes
    violation: Violation
    status: Status
    parties: tuple[str, ...]
    region: str
    children: Children


def blocks(
    entries: Sequence[Entry], mapping_of: Mapping[str, Iterable[str]], quarter: tuple[int, int] | None = None
) -> list[Line]:
    """The whole note, in the order in which it is read."""
    counts = list(_counts(entries, quarter))
    lines = list[Line]()
    for status in Status:
        mine = [count for count in counts if count.status is status]
        lines += _table(f"{status}.victims", mine, BY_VICTIMS)
        lines += _table(f"{status}.violations", mine, BY_INCIDENTS)
        lines += _split(f"{status}.by_party", mine, lambda count: count.parties)
        lines += _split(f"{status}.by_region", mine, lambda count: (count.region,))
        lines += _table(f"{status}.tracked", mine, TRACKED)
    return lines + _several(entries, mapping_of, quarter)


def csv_cells(lines: Iterable[Line]) -> Iterator[tuple[object, ...]]:
    """Head and rows."""
    yield COLUMNS
    yield from (line.cells() for line in lines)


def as_json(lines: Iterable[Line]) -> dict[str, Any]:
    """By block: rows as objects."""
    found: dict[str, Any] = {}
    for line in lines:
        row = {name: value for name, value in zip(COLUMNS[1:], line.cells()[1:], strict=True) if value != ""}
        found.setdefault(line.block, []).append(row)
    return found


# -- counting ----------------------------------------------------------------------------------------------------
def _counts(entries: Sequence[Entry], quarter: tuple[int, int] | None) -> Iterator[_Count]:
    grouped = dict[tuple[bytes, Violation], list[tuple[Entry, Case]]]()
    for entry in entries:
        for case in entry.cases:
            if case.sure or case.violation in entry.decisions:
                grouped.setdefault((entry.incident, case.violation), []).append((entry, case))
    for (incident, kind), members in grouped.items():
        best = min((entry.status(kind) for entry, _ in members), key=list(Status).index)
        for status in Status:
            mine = [(entry, case) for entry, case in members if entry.status(kind) is status]
            mine = [(entry, case) for entry, case in mine if entry.in_quarter(kind, quarter)]
            if not mine or (kind not in BY_VICTIMS and status is not best):
                continue
            children = _children([case for _, case in mine], with_counted=status is best)
            if kind not in BY_VICTIMS or children.total:
                parties = tuple(dict.fromkeys(party for _, case in mine for party in case.parties))
                yield _Count(incident, kind, status, parties, mine[0][0].region, children)


def _children(cases: Sequence[Case], *, with_counted: bool) -> Children:
    """Described ones add up; of tables the fullest is taken, and only where the incident stands highest."""
    described = NOBODY
    for case in cases:
        described = described.plus(case.described)
    tables = [case.counted for case in cases] if with_counted else []
    return max((described, *tables), key=lambda children: children.total)


def _table(block: str, counts: Sequence[_Count], kinds: Sequence[Violation]) -> list[Line]:
    """Every kind has its row, also where it is nought: a row that is missing would be no answer."""
    return [_line(block, "", kind, [count for count in counts if count.violation is kind]) for kind in kinds]


def _split(block: str, counts: Sequence[_Count], key: Any) -> list[Line]:
    names = sorted({name for count in counts for name in key(count)})
    lines = []
    for name in names:
        for kind in GRAVE:
            mine = [count for count in counts if count.violation is kind and name in key(count)]
            if mine:
                lines.append(_line(block, name, kind, mine))
    return lines


def _line(block: str, of: str, kind: Violation, counts: Sequence[_Count]) -> Line:
    if kind not in BY_VICTIMS:
        return Line(block, of, kind, "incidents", NOBODY, len({count.incident for count in counts}))
    children = NOBODY
    for count in counts:
        children = children.plus(count.children)
    return Line(block, of, kind, "victims", children, children.total)


def _several(
    entries: Sequence[Entry], mapping_of: Mapping[str, Iterable[str]], quarter: tuple[int, int] | None
) -> list[Line]:
    """Only kinds that are verified; one child in two reports of an incident cannot be told apart, and stands twice."""
    alone, groups = NOBODY, NOBODY
    for entry in entries:
        kinds = [
            case.violation
            for case in entry.cases
            if entry.status(case.violation) is not Status.UNVERIFIED and entry.in_quarter(case.violation, quarter)
        ]
        one, many = children_with_several(entry.facts, mapping_of, kinds)
        alone, groups = alone.plus(one), groups.plus(many)
    return [
        Line("several_violations.individual", "", "more_than_one", "victims", alone, alone.total),
        Line("several_violations.group", "", "more_than_one", "victims", groups, groups.total),
    ]


def _end(happened: str) -> date | None:
    try:
        return parse_edtf(happened).end
    except Malformed:
        return None
