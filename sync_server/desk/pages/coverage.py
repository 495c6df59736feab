"""Coverage: area by week, what is known, and why not: nil return, out of reach, no return, dead link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from sync_server.desk.pages.context import Visit, chosen_week
from sync_server.desk.pages.texts import Words
from sync_server.desk.tables import coverage as table
from sync_server.desk.tables.coverage import Cover, Known
from sync_server.desk.tables.weekly import week_after

WEEKS = 8
_ORDER = (Known.SILENT, Known.NOT_REACHABLE, Known.NO_RETURN, Known.UNKNOWN, Known.NIL, Known.REPORTS)
_ICONS = {
    Known.NIL: "check",
    Known.NOT_REACHABLE: "prohibit",
    Known.NO_RETURN: "question",
    Known.SILENT: "warning-diamond",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the page draws it: shape and word, never a tint alone."""

    cover: Cover
    icon: str
    word: str


def coverage(visit: Visit) -> Response:
    """The last eight weeks up to the chosen one."""
    weekly, words, week = visit.context.weekly, visit.words, chosen_week(visit)
    weeks = [week_after(week, step) for step in range(1 - WEEKS, 1)]
    heard = weekly.last_heard()
    areas = sorted({*(visit.context.directory().area_names or ()), *weekly.areas(), *heard} - {""})
    rows = table.cover(
        areas, weeks, weekly.family(None, weeks[0], weeks[-1]), weekly.returns(weeks[0], weeks[-1]), heard
    )
    rows.sort(key=lambda row: (_ORDER.index(row[1][-1].known), row[0]))
    now = [covers[-1] for _, covers in rows]
    return visit.page(
        "coverage.html",
        weeks=weeks,
        rows=[
            (area, [_shown(cover, words) for cover in covers], _since(heard.get(area), words)) for area, covers in rows
        ],
        sums=[
            (known, _icon(known), words(f"coverage.{known}"), sum(each.known is known for each in now))
            for known in _ORDER
        ],
        columns=WEEKS,
    )


def _icon(known: Known) -> str:
    return _ICONS.get(known, "")


def _shown(cover: Cover, words: Words) -> Shown:
    word = str(cover.reports) if cover.known is Known.REPORTS else words(f"coverage.{cover.known}")
    if cover.known is Known.NOT_REACHABLE and cover.reason:
        word = words.term("coverage_reasons", cover.reason)
    return Shown(cover, _icon(cover.known), word)


def _since(day: int | None, words: Words) -> str:
    """The day of the last sign of life of an area's tablets."""
    return words.day(date(1970, 1, 1) + timedelta(days=day)) if day is not None else ""
