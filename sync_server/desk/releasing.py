"""The focal point's weekly counts for the mission: a week is released once, by a person, and stays as it was told.

Counts are reports, as in the weekly table: of sexual violence, and of records about a child. The desk holds such a
count only where the person said yes to statistics (C10): the key of the part went nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from firsthand.errors import Refused
from sync_server.desk.note import ROLES, WrongDesk
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_weekly import WeeklyStore
from sync_server.desk.tables.release import Place, Release, release
from sync_server.desk.tables.weekly import WITHHELD_FAMILY, week_days

SUBJECTS = ("sexual_violence", "child")
HIDDEN = "<3 or kept back"
COLUMNS = ("area", "week", "subject", "reports")
UNKNOWN_AREA = "unknown"
_SENSITIVE = (
    "SELECT area, families FROM report WHERE sensitive = 1 AND counted = 1 AND standing = 'counted' AND week = ?"
)
_WEEKS = (
    "SELECT DISTINCT week FROM report WHERE week <> '' AND (counted = 1 OR sensitive = 1) AND standing = 'counted'"
    " ORDER BY week DESC LIMIT ?"
)
_EPOCH = date(1970, 1, 1)


class WeekNotOver(Refused):
    """A week that still runs is not released: what is released stays."""

    code = "week-not-over"


class WeekReleased(Refused):
    """The week was released before."""

    code = "week-released"


class Told(NamedTuple):
    """One figure that was released; None where it is not told."""

    area: str
    week: str
    subject: str
    reports: int | None


class Releases:
    """Releases of one desk."""

    def __init__(self, store: Store, role: str, area_names: frozenset[str] | None = None) -> None:
        if role not in ROLES:
            raise WrongDesk("not the desk of sensitive counts")
        self._store = store
        self._areas = area_names

    def preview(self, week: str) -> Release:
        """The week as it would be told today."""
        counts = dict[Place, int]()
        for area, families in self._store.all(_SENSITIVE, (week,)):
            subject = SUBJECTS[0] if WITHHELD_FAMILY in families.split() else SUBJECTS[1]
            place = Place(self._name(area), subject)
            counts[place] = counts.get(place, 0) + 1
        return release(counts, self.areas(), SUBJECTS)

    def areas(self) -> list[str]:
        """The mission's areas; without a drawing those of ordinary reports, which everybody sees anyway."""
        known = self._areas if self._areas is not None else WeeklyStore(self._store).areas()
        return [*sorted(name for name in known if name), UNKNOWN_AREA]

    def weeks(self, limit: int) -> list[tuple[str, bool]]:
        """Weeks from which anything came, newest first, and whether each is released."""
        done = {row[0] for row in self._store.all("SELECT DISTINCT week FROM released")}
        return [(row[0], row[0] in done) for row in self._store.all(_WEEKS, (limit,))]

    def let_go(self, week: str, person: str, now_s: int) -> None:
        """Release a week.

        Raises:
            WeekNotOver, WeekReleased.
        """
        if (week_days(week)[1] - _EPOCH).days >= now_s // 86_400:
            raise WeekNotOver
        with self._store.transaction():
            if self._store.first("SELECT 1 FROM released WHERE week = ?", (week,)) is not None:
                raise WeekReleased
            found = self.preview(week)
            self._store.many(
                "INSERT INTO released VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (place.area, week, place.subject, found.told.get(place), person, now_s)
                    for place in sorted({*found.told, *found.hidden})
                ),
            )
            PeopleStore(self._store).note(now_s, person, "release", week)

    def told(self, week: str | None = None) -> list[Told]:
        """What was released, by week, area, subject."""
        rows = self._store.all(
            "SELECT area, week, subject, reports FROM released WHERE ?1 IS NULL OR week = ?1"
            " ORDER BY week, area, subject",
            (week,),
        )
        return [Told(*row) for row in rows]

    def lines(self) -> Iterator[tuple[object, ...]]:
        """For an export; `*` is a total."""
        yield COLUMNS
        for each in self.told():
            yield each.area, each.week, each.subject, HIDDEN if each.reports is None else each.reports

    def _name(self, area: str) -> str:
        return area if area and (self._areas is None or area in self._areas) else UNKNOWN_AREA
