"""The weekly table: area by ISO week by act family. It counts reports, not incidents, until a person has merged them.

Rules:
- a report counts once in every family that it has, and once in "all";
- only the newest version counts (`judging`), and an area-week touched by a revision bears a mark;
- an area-week with any report or a nil return shows 0 for its other families; one with none shows "no information":
  silence is not calm;
- family A4 and sensitive reports are withheld everywhere alike: the column says "withheld" in *every* area-week, also
  where there is nothing, so that the word tells nothing;
- counted children are shown as "<3" when they are 1 or 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sync_server.desk.store_weekly import Cell

WITHHELD_FAMILY = "A4"
WITHHELD = "withheld"
FEW = "<3"


class State(StrEnum):
    """The three ways in which a cell can be without a number, and the one with."""

    COUNT = "count"
    ZERO = "zero"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Square:
    """One drawn cell.

    Attributes:
        level: 0 to 4, the step of the tint for `reports`.
    """

    area: str
    week: str
    state: State
    reports: int = 0
    level: int = 0
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An area with its squares, one a column."""

    area: str
    squares: tuple[Square, ...]
    last_week: str


def level(reports: int) -> int:
    """The tint of a number of reports: 1, 2 to 3, 4 to 6, 7 or more."""
    return 0 if reports == 0 else 1 if reports == 1 else 2 if reports <= 3 else 3 if reports <= 6 else 4


def children_text(best: int) -> str:
    """A number of counted children that may be shown."""
    return FEW if 0 < best < 3 else str(best)


def week_after(week: str, count: int) -> str:
    """The ISO week `count` weeks later (earlier, if negative)."""
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1) + timedelta(weeks=count)
    year, number, _ = monday.isocalendar()
    return f"{year:04}-W{number:02}"


def week_of(day: date) -> str:
    """The ISO week of a day."""
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"


def week_days(week: str) -> tuple[date, date]:
    """Monday and Sunday of a week."""
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    return monday, monday + timedelta(days=6)


def by_week(  # noqa: PLR0917 - what is asked of the store, in its order
    areas: Sequence[str],
    weeks: Sequence[str],
    all_cells: Iterable[Cell],
    family_cells: Iterable[Cell] | None,
    revised: set[tuple[str, str]],
    last_weeks: Mapping[str, str],
    *,
    nil: frozenset[tuple[str, str]] = frozenset(),
    withheld: bool = False,
) -> list[Row]:
    """Areas down, weeks across, for one family or all.

    Args:
        all_cells: every report once: they tell where anything is known.
        family_cells: the chosen family's; None for all.
        nil: area-weeks of which an officer says that there is nothing to report: their zero is known.
        withheld: the chosen family is A4.
    """
    known = dict.fromkeys(nil, 0) | {(cell.area, cell.week): cell.reports for cell in all_cells}
    numbers = known if family_cells is None else {(cell.area, cell.week): cell.reports for cell in family_cells}

    def square(area: str, week: str) -> Square:
        if withheld:
            return Square(area, week, State.WITHHELD)
        if (area, week) not in known:
            return Square(area, week, State.UNKNOWN, revised=(area, week) in revised)
        reports = numbers.get((area, week), 0)
        state = State.COUNT if reports else State.ZERO
        return Square(area, week, state, reports, level(reports), (area, week) in revised)

    return [Row(area, tuple(square(area, week) for week in weeks), last_weeks.get(area, "")) for area in areas]


def by_family(areas: Sequence[str], week: str, families: Sequence[str], cells: Iterable[Cell]) -> list[Row]:
    """Areas down, act families across, for one week."""
    numbers = {(cell.area, cell.family): cell.reports for cell in cells}
    known = {area for area, _ in numbers}

    def square(area: str, family: str) -> Square:
        if family == WITHHELD_FAMILY:
            return Square(area, week, State.WITHHELD)
        if area not in known:
            return Square(area, week, State.UNKNOWN)
        reports = numbers.get((area, family), 0)
        return Square(area, week, State.COUNT if reports else State.ZERO, reports, level(reports))

    return [Row(area, tuple(square(area, family) for family in families), "") for area in areas]
