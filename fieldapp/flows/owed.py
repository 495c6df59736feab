"""What this officer has promised to people, and when it is due (DOMAIN I15, I19)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from fieldapp.vault.tasks import OWED, Tasks
from firsthand import errors
from firsthand.domain.owed import KINDS, Promise, by_day, due, from_row, to_row, wrong
from firsthand.ids import parse_report_id

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = [
    "KINDS",
    "Promise",
    "PromiseRefused",
    "add",
    "as_json",
    "damaged",
    "done",
    "due_now",
    "find",
    "forget",
    "owed",
]

_EPOCH = date(1970, 1, 1).toordinal()


class PromiseRefused(errors.Refused):
    """A promise without a day that can be kept, or with words that lead to a person."""

    code = "promise-refused"


def add(tablet: Tablet, what: str, due_day: int, report_id: str = "", note: str = "") -> Promise:
    """Writes down what was promised; it survives the report that it came from.

    Args:
        tablet: open.
        what: code of KINDS.
        due_day: the last day on which it is kept, days since 1970.
        report_id: 26 characters, or empty.
        note: at most 80 characters, nobody's name or number.

    Raises:
        PromiseRefused: nothing was written. Malformed: no report id. DiskFull.
    """
    if report_id:
        parse_report_id(report_id)
    tasks = Tasks(tablet.vault, OWED)
    promise = Promise(tasks.fresh_id(), what, note.strip(), due_day, report_id, tablet.day())
    reason = wrong(promise)
    if reason:
        raise PromiseRefused(reason)
    tasks.put(promise.id, to_row(promise))
    return promise


def owed(tablet: Tablet, *, with_done: bool = False) -> list[Promise]:
    """What is owed by day, the longest overdue first; on request also what was kept lately."""
    return by_day(promise for promise in _all(tablet) if with_done or promise.done_day is None)


def find(tablet: Tablet, start: str) -> bytes:
    """The id that begins with these hex digits, if there is exactly one.

    Raises:
        NotFound.
    """
    found = [promise.id for promise in _all(tablet) if start and promise.id.hex().startswith(start.lower())]
    if len(found) != 1:
        raise errors.NotFound("promise")
    return found[0]


def done(tablet: Tablet, promise_id: bytes) -> Promise:
    """It was kept today.

    Raises:
        NotFound, Damaged: there is none that opens. DiskFull.
    """
    tasks = Tasks(tablet.vault, OWED)
    promise = from_row(promise_id, tasks.get(promise_id))
    kept = promise if promise.done_day is not None else replace(promise, done_day=tablet.day())
    tasks.put(promise_id, to_row(kept))
    return kept


def due_now(tablet: Tablet) -> int:
    """How many are due today or late: the health bar says so."""
    return due(_all(tablet), tablet.day())


def damaged(tablet: Tablet) -> int:
    """How many rows do not open: something is owed that nobody can read any more."""
    return sum(row.damaged for row in Tasks(tablet.vault, OWED).rows())


def forget(tablet: Tablet) -> int:
    """Deletes what was kept a month ago; how many. On a full disk it waits."""
    day = tablet.day()
    gone = [promise.id for promise in _all(tablet) if promise.forgotten(day)]
    with suppress(errors.DiskFull, errors.Busy):
        Tasks(tablet.vault, OWED).drop(gone)
    return len(gone)


def as_json(promise: Promise, day: int) -> dict[str, Any]:
    """One row of `fieldapp owed --json`."""
    return {
        "id": promise.id.hex(),
        "what": promise.what,
        "note": promise.note,
        "due": date.fromordinal(promise.due_day + _EPOCH).isoformat(),
        "report": promise.report_id or None,
        "state": promise.state(day),
        "done": promise.done_day is not None,
    }


def _all(tablet: Tablet) -> list[Promise]:
    found = []
    for row in Tasks(tablet.vault, OWED).rows():
        if not row.damaged:
            with suppress(errors.Damaged):
                found.append(from_row(row.id, row.value))
    return found
