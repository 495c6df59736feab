"""My reports: what the officer sees of each, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fieldapp.vault.custody import KEEP_FACTS_DAYS, Custody
from fieldapp.vault.records import UNSENT, Item, State
from firsthand import errors
from firsthand.ids import parse_report_id, report_id_text

__all__ = ["ReportRow", "State", "facts", "report_rows", "unsent"]

# What happens next, as a code that the texts turn into a sentence.
_NEXT = {
    State.SEALED: "wait-for-link",
    State.HANDED: "wait-for-receipt",
    State.LOGGED: "wait-for-desk",
    State.ACKNOWLEDGED: "done",
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One sealed report in a list.

    Attributes:
        id: 26 characters.
        state: custody.
        title: without names; empty when it is not, or no longer, readable here.
        area: adm1, empty as the title.
        kind: report kind, empty as the title.
        recorded_at_s: as the device believed; for sensitive ones the start of the day.
        next_fact: code of what happens next.
        seq: number in the device's chain.
        readable_until_day: last day (since 1970) on which the facts open here; None where they do not.
        log_index: place in the log, once proven.
    """

    id: str
    state: State
    title: str
    area: str
    kind: str
    recorded_at_s: int
    next_fact: str
    seq: int
    sensitive: bool
    readable_until_day: int | None
    log_index: int | None
    size_bytes: int


def report_rows(custody: Custody) -> list[ReportRow]:
    """All sealed reports, newest first; rows that do not open are counted by `Custody.damaged`."""
    items = [item for item in custody.items() if item.kind == "report" and item.state in _NEXT]
    return [_row(custody, item) for item in reversed(items)]


def unsent(items: Iterable[Item]) -> int:
    """How many objects are not yet proven to be in the log, the enrolment included."""
    return sum(item.state in UNSENT for item in items)


def facts(custody: Custody, report_id: str) -> dict[str, Any]:
    """The facts part of an ordinary report of the last 14 days.

    Raises:
        NotFound: no such report, sensitive, or its days are over.
    """
    wanted = parse_report_id(report_id)
    for item in custody.items():
        if item.report_id == wanted:
            kept = custody.facts(custody.row_id(item.object_hash))
            if kept is not None:
                return dict(kept.facts)
    raise errors.NotFound("facts")


def _row(custody: Custody, item: Item) -> ReportRow:
    kept = custody.facts(custody.row_id(item.object_hash))
    return ReportRow(
        id=report_id_text(item.report_id),
        state=item.state,
        title=kept.title if kept else "",
        area=kept.area if kept else "",
        kind=kept.kind if kept else "",
        recorded_at_s=item.recorded_at_s,
        next_fact=_NEXT[item.state],
        seq=item.seq,
        sensitive=item.sensitive,
        readable_until_day=kept.day + KEEP_FACTS_DAYS if kept else None,
        log_index=item.log_index,
        size_bytes=item.size_bytes,
    )
