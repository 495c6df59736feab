"""My readable reports as marks on the map. Sensitive ones, and those whose days are over, have no place here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fieldapp.flows import outbox
from fieldapp.flows.ports import today
from fieldapp.maps.reports import MapReport, map_report
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

MOST = 200  # facts stay for the last 200 reports at most; rows beyond need not be looked at
_DAY_S = 86_400
Words = Callable[[outbox.ReportRow], tuple[str, str]]


def own_reports(tablet: Tablet, words: Words) -> tuple[MapReport, ...]:
    """Marks, newest first.

    Args:
        tablet: the open tablet.
        words: title and second line of a row, in the language of the window.
    """
    day = today(tablet.ports.clock)
    found = []
    for row in tablet.listing().rows("all", 0, MOST):
        if row.readable_until_day is None:
            continue
        try:
            facts = outbox.facts(tablet.custody, row.id)
        except errors.NotFound:
            continue
        mark = map_report(row.id, *words(row), facts.get("place", {}), day - row.recorded_at_s // _DAY_S)
        if mark is not None:
            found.append(mark)
    return tuple(found)
