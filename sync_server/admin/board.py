"""The weekly table as plain text, for a terminal: areas down, weeks across, every report once."""

from __future__ import annotations

from pathlib import Path

from sync_server.desk.main import Desk
from sync_server.desk.store_weekly import WeeklyStore
from sync_server.desk.tables.coverage import nil_weeks
from sync_server.desk.tables.weekly import Row, State, by_week, week_after

WEEKS = 8
HEADING = "Reports, not incidents: nobody has merged them yet."
_LEGEND = "0: heard from, and none of it.  -: no information, which is not calm."


def weekly_text(desk_folder: Path, passphrase: str) -> str:
    """The table of the last eight weeks, with its heading and legend.

    Raises:
        NotFound, WrongPassphrase, Damaged: the desk does not open.
    """
    with Desk.open(desk_folder, passphrase) as desk:
        store = WeeklyStore(desk.store)
        areas = sorted({*store.areas(), *(desk.directory().area_names or ())} - {""})
        weeks = [week_after(last, -back) for last in store.weeks()[-1:] for back in reversed(range(WEEKS))]
        cells = store.family(None, weeks[0], weeks[-1]) if weeks else []
        nil = nil_weeks(store.returns(weeks[0], weeks[-1])) if weeks else frozenset()
        rows = by_week(areas, weeks, cells, None, store.revised(), store.last_weeks(), nil=nil)
        withheld = store.keeps_back()
    return "\n".join(_lines(rows, weeks, withheld=withheld))


def _lines(rows: list[Row], weeks: list[str], *, withheld: bool) -> list[str]:
    width = max([len(row.area) for row in rows], default=0)
    year = weeks[-1][:4] if weeks else ""
    found = [f"All act families, by week they happened, {year}. {HEADING}", ""]
    found.append("Area".ljust(width) + "".join(f"{week[5:]:>6}" for week in weeks))
    for row in rows:
        marks = (_mark(square.state, square.reports, revised=square.revised) for square in row.squares)
        found.append(row.area.ljust(width) + "".join(f"{mark:>6}" for mark in marks))
    found += ["", f"{_LEGEND}  *: changed by a later version."]
    if withheld:
        found.append("Sensitive reports are withheld from this table everywhere.")
    return found


def _mark(state: State, reports: int, *, revised: bool) -> str:
    text = "-" if state is State.UNKNOWN else str(reports)
    return text + "*" if revised else text
