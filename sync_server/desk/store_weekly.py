"""Questions of the weekly table to the store. All of them run over the clustered `cell` table, never over parts."""

from __future__ import annotations

from typing import NamedTuple

from sync_server.desk.store import Store
from sync_server.desk.store_ingest import ALL_FAMILIES


class Cell(NamedTuple):
    """What one area had in one week of one act family.

    Attributes:
        children: best number of counted children, exact: never show it without `tables.weekly.children_text`.
    """

    area: str
    week: str
    family: str
    reports: int
    people_min: int
    people_best: int
    people_max: int
    children: int


class Return(NamedTuple):
    """A nil return, or the word that an area could not be reached."""

    area: str
    week: str
    state: str
    reason: str


_SUMS = "SELECT area, week, family, count(*), sum(pmin), sum(pbest), sum(pmax), sum(children) FROM cell"
_GROUPED = " GROUP BY area, week, family"


class WeeklyStore:
    """Reads cells."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def everything(self) -> list[Cell]:
        """Every cell that has reports, by act family, in order of area, week, family."""
        # The order is that of the primary key: SQLite groups while it reads, without sorting.
        rows = self._store.all(_SUMS + _GROUPED)
        return [Cell(*row) for row in rows if row[2] != ALL_FAMILIES]

    def family(self, family: str | None, first_week: str, last_week: str) -> list[Cell]:
        """Cells of one family (None: every report once) in a stretch of weeks, both ends included."""
        rows = self._store.all(
            _SUMS + " WHERE family = ? AND week BETWEEN ? AND ?" + _GROUPED,
            (family or ALL_FAMILIES, first_week, last_week),
        )
        return [Cell(*row) for row in rows]

    def week(self, week: str) -> list[Cell]:
        """All cells of a week, every family and `*`."""
        rows = self._store.all(_SUMS + " WHERE week = ?" + _GROUPED, (week,))
        return [Cell(*row) for row in rows]

    def last_week(self) -> str | None:
        """The last week that has reports."""
        week: str | None = self._store.one("SELECT max(week) FROM cell WHERE family = ?", (ALL_FAMILIES,))[0]
        return week or None

    def weeks(self) -> list[str]:
        """Weeks that have reports, in order."""
        rows = self._store.all(
            "SELECT DISTINCT week FROM cell WHERE family = ? AND week <> '' ORDER BY week", (ALL_FAMILIES,)
        )
        return [row[0] for row in rows]

    def areas(self) -> list[str]:
        """Areas that have reports."""
        return [row[0] for row in self._store.all("SELECT DISTINCT area FROM cell ORDER BY area")]

    def last_weeks(self) -> dict[str, str]:
        """The last week with a report, by area."""
        rows = self._store.all(
            "SELECT area, max(week) FROM cell WHERE family = ? AND week <> '' GROUP BY area", (ALL_FAMILIES,)
        )
        return dict(rows)

    def revised(self) -> set[tuple[str, str]]:
        """(area, week) whose numbers were changed by a later version of a report, there or away from there."""
        rows = self._store.all(
            "SELECT DISTINCT area, week FROM report"
            " WHERE (standing = 'superseded' OR (standing = 'counted' AND revises = 1))"
            " AND counted = 1 AND sensitive = 0"
        )
        return {(area, week) for area, week in rows}

    def without_week(self) -> int:
        """Counted reports that give no week, and so stand in no column."""
        count: int = self._store.one("SELECT count(*) FROM cell WHERE family = ? AND week = ''", (ALL_FAMILIES,))[0]
        return count

    def people(self, area: str, week: str) -> list[str]:
        """The people columns (JSON) of the counted reports of an area-week."""
        rows = self._store.all(
            "SELECT r.people FROM cell c JOIN report r USING (idx) WHERE c.area = ? AND c.week = ? AND c.family = ?",
            (area, week, ALL_FAMILIES),
        )
        return [row[0] for row in rows]

    def returns(self, first_week: str, last_week: str) -> list[Return]:
        """What officers said of area-weeks without an event, in a stretch of weeks, both ends included."""
        rows = self._store.all(
            "SELECT area, week, state, reason FROM coverage WHERE week BETWEEN ? AND ? ORDER BY area, week, idx",
            (first_week, last_week),
        )
        return [Return(*row) for row in rows]

    def all_returns(self) -> list[Return]:
        """Every return, in order of area and week."""
        rows = self._store.all("SELECT area, week, state, reason FROM coverage ORDER BY area, week, idx")
        return [Return(*row) for row in rows]

    def last_heard(self) -> dict[str, int]:
        """By area, the last day (since 1970) on which a tablet that reports from there sealed something that came.

        Of an area whose tablets went silent altogether it is the day since when: a dead link, or worse. Where they
        go on sending of other areas, only the return of this one is missing.
        """
        rows = self._store.all(
            "WITH last AS (SELECT device, max(day) AS day FROM envelope GROUP BY device),"
            " reporter AS (SELECT DISTINCT r.area AS area, e.device AS device FROM report r JOIN envelope e USING (idx)"
            " WHERE r.area <> '')"
            " SELECT area, max(day) FROM reporter JOIN last USING (device) GROUP BY area"
        )
        return dict(rows)

    def keeps_back(self) -> bool:
        """Whether the desk holds, or was refused, any report that this table may not show.

        One answer for the whole mission and never by area or week, so that it tells nothing about any of them.
        """
        return bool(
            self._store.one(
                "SELECT EXISTS (SELECT 1 FROM report WHERE sensitive = 1 OR counted = 0)"
                " OR EXISTS (SELECT 1 FROM leaf WHERE state = 'not-granted')"
            )[0]
        )
