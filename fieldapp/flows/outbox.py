"""My reports: what the officer sees of each, and how far it has come.

Lists come from the index and cost the same with ten reports and with ten thousand. Drafts are listed by
`draft.list_drafts`; here they are only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fieldapp.flows import retention
from fieldapp.vault.custody import Custody
from fieldapp.vault.lists import Stub, Totals
from fieldapp.vault.records import UNSENT, Item, State
from firsthand import errors
from firsthand.ids import parse_report_id, report_id_text

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["FILTERS", "Listing", "ReportRow", "State", "facts", "report_row", "report_rows", "unsent"]

FILTERS = ("all", "drafts", "unsent", "done")

# What happens next, as a code that the texts turn into a sentence.
_NEXT = {
    State.SEALED: "wait-for-link",
    State.HANDED: "wait-for-receipt",
    State.LOGGED: "wait-for-desk",
    State.ACKNOWLEDGED: "done",
    State.PURGED: "done",
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One sealed report in a list.

    Attributes:
        id: 26 characters.
        state: custody.
        title: without names; empty when it is not, or no longer, readable here.
        area: adm1, empty as the title.
        kind: report kind; empty for sensitive ones, and where it is not known any more.
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


# filter -> how many of them a page holds, and whether a stub is one of them
_SEALED: Mapping[str, tuple[Callable[[Totals], bytes], Callable[[Stub], bool]]] = {
    "all": (lambda totals: totals.reports, lambda stub: bool(stub.report_id)),
    "unsent": (lambda totals: totals.unsent, lambda stub: bool(stub.report_id) and stub.unsent),
    "done": (
        lambda totals: bytes(a - b for a, b in zip(totals.reports, totals.unsent, strict=True)),
        lambda stub: bool(stub.report_id) and not stub.unsent,
    ),
}


class Listing:
    """The officer's list as it stands now; make a new one at every look, it costs nothing."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each of `FILTERS` has; `all` are the drafts and the sealed reports."""
        totals = self._tablet.custody.lists.totals()
        drafts = len(self._tablet.vault.ids("drafts"))
        reports, unproven = sum(totals.reports), sum(totals.unsent)
        return {"all": drafts + reports, "drafts": drafts, "unsent": unproven, "done": reports - unproven}

    def rows(self, which: str, start: int, stop: int) -> list[ReportRow]:
        """Sealed reports [start, stop) of a filter, newest first; `drafts` has none.

        In `all`, drafts stand before the sealed reports and are not counted here: row 0 is the newest report.
        """
        if which not in _SEALED:
            return []
        column, wanted = _SEALED[which]
        return [report_row(stub) for stub in self._tablet.custody.lists.newest(column, wanted, start, stop)]

    def row(self, report_id: str) -> ReportRow:
        """One report.

        Raises:
            NotFound: not of this tablet. Malformed: no report id.
        """
        stub = self._tablet.custody.find_report(parse_report_id(report_id))
        if stub is None:
            raise errors.NotFound("report")
        return report_row(stub)


def report_rows(custody: Custody) -> list[ReportRow]:
    """All sealed reports, newest first: for a shell; a window asks `Listing` for what it shows."""
    return [report_row(stub) for page in custody.lists.pages() for stub in page]


def report_row(stub: Stub) -> ReportRow:
    """A line of the list."""
    return ReportRow(
        id=report_id_text(stub.report_id),
        state=stub.state,
        title=stub.title,
        area=stub.area,
        kind=stub.kind,
        recorded_at_s=stub.recorded_at_s,
        next_fact=_NEXT[stub.state],
        seq=stub.seq,
        sensitive=stub.sensitive,
        readable_until_day=stub.sealed_day + retention.policy().days if stub.readable else None,
        log_index=stub.log_index,
        size_bytes=stub.size_bytes,
    )


def unsent(items: Iterable[Item]) -> int:
    """How many of some objects are not yet proven to be in the log."""
    return sum(item.state in UNSENT for item in items)


def facts(custody: Custody, report_id: str) -> dict[str, Any]:
    """The facts part of an ordinary report that is still readable.

    Raises:
        NotFound: no such report, sensitive, or its days are over.
    """
    stub = custody.find_report(parse_report_id(report_id))
    kept = None if stub is None else custody.facts(stub.row_id)
    if kept is None:
        raise errors.NotFound("facts")
    return dict(kept.facts)
