"""What is known of each area in each week, and why not, where it is not. Pure.

Five answers that must never be taken for one another (DOMAIN 6.3, 7.10 scenario 15):
- `reports`: so many came;
- `nil`: an officer was there, or heard from there, and says that there is nothing to report;
- `not_reachable`: an officer says that nobody could get there, and why;
- `no_return`: tablets that report from there were heard from since that week began, and none said a word of the area;
- `silent`: no tablet that reports from there was heard from since: a dead link, a lost tablet, or worse;
and `unknown` for an area from which no tablet has ever reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sync_server.desk.store_weekly import Cell, Return
from sync_server.desk.tables.weekly import week_days

_EPOCH = date(1970, 1, 1)


class Known(StrEnum):
    """What is known of an area-week."""

    REPORTS = "reports"
    NIL = "nil"
    NOT_REACHABLE = "not_reachable"
    NO_RETURN = "no_return"
    SILENT = "silent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cover:
    """One area-week.

    Attributes:
        reports: how many came, 0 in every other state.
        reason: code of coverage_reasons, where an area was not reachable.
    """

    area: str
    week: str
    known: Known
    reports: int = 0
    reason: str = ""


def cover(
    areas: Sequence[str],
    weeks: Sequence[str],
    cells: Iterable[Cell],
    returns: Iterable[Return],
    last_heard: Mapping[str, int],
) -> list[tuple[str, tuple[Cover, ...]]]:
    """Areas down, weeks across.

    Args:
        cells: every report once (family `*`).
        returns: of these weeks.
        last_heard: by area, see `WeeklyStore.last_heard`.
    """
    counted = {(cell.area, cell.week): cell.reports for cell in cells}
    said = said_of(returns)

    def one(area: str, week: str) -> Cover:
        if reports := counted.get((area, week), 0):
            return Cover(area, week, Known.REPORTS, reports)
        if known := said.get((area, week)):
            return Cover(area, week, Known(known.state), reason=known.reason)
        heard = last_heard.get(area)
        if heard is None:
            return Cover(area, week, Known.UNKNOWN)
        began = (week_days(week)[0] - _EPOCH).days
        return Cover(area, week, Known.NO_RETURN if heard >= began else Known.SILENT)

    return [(area, tuple(one(area, week) for week in weeks)) for area in areas]


def said_of(returns: Iterable[Return]) -> dict[tuple[str, str], Return]:
    """What counts of several returns of one area-week: who was there knows more than who could not get there."""
    said: dict[tuple[str, str], Return] = {}
    for each in returns:
        key = (each.area, each.week)
        if key not in said or each.state == Known.NIL:
            said[key] = each
    return said


def nil_weeks(returns: Iterable[Return]) -> frozenset[tuple[str, str]]:
    """Area-weeks of which an officer says that there is nothing to report: their zero is known."""
    return frozenset(key for key, each in said_of(returns).items() if each.state == Known.NIL)
