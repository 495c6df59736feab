"""Feedback owed: what was promised to a person is a task with a day that comes back to the officer (DOMAIN I15, I19).

A promise says what is owed and when, never to whom: of a person it holds the id of the report alone. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.domain.casetext import private_pattern
from firsthand.errors import Damaged

KINDS = ("feedback", "result", "reconsent", "call_back", "referral_check", "other")
NOTE_CHARS = 80
LONGEST_DAYS = 730
KEPT_DONE_DAYS = 30
_FORM = 1


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that is owed.

    Attributes:
        id: 16 random bytes.
        what: code of KINDS.
        note: a few words of the officer's own, without names; often empty.
        due_day: the last day on which it is kept, days since 1970.
        report_id: 26 characters, or empty.
        done_day: when it was kept; None while it is owed.
    """

    id: bytes
    what: str
    note: str
    due_day: int
    report_id: str
    made_day: int
    done_day: int | None = None

    def state(self, day: int) -> str:
        """`done`, `late`, `due` (today) or `open`."""
        if self.done_day is not None:
            return "done"
        return "late" if day > self.due_day else "due" if day == self.due_day else "open"

    def forgotten(self, day: int) -> bool:
        """Whether it was kept so long ago that nothing of it stays."""
        return self.done_day is not None and day - self.done_day >= KEPT_DONE_DAYS


def wrong(promise: Promise) -> str:
    """Why a promise is not taken (`what`, `note`, `private`, `day`), or an empty text."""
    if promise.what not in KINDS:
        return "what"
    if len(promise.note) > NOTE_CHARS or not promise.note.isprintable():
        return "note"
    if private_pattern(promise.note):
        return "private"
    if not promise.made_day <= promise.due_day <= promise.made_day + LONGEST_DAYS:
        return "day"
    return ""


def by_day(promises: Iterable[Promise]) -> list[Promise]:
    """What is owed by day, the longest overdue first; what is done follows."""
    return sorted(promises, key=lambda p: (p.done_day is not None, p.due_day, p.id))


def due(promises: Iterable[Promise], day: int) -> int:
    """How many are due today or late."""
    return sum(promise.state(day) in {"due", "late"} for promise in promises)


def to_row(promise: Promise) -> dict[str, Any]:
    """The value of its row; the id is the row's own."""
    return {
        "v": _FORM,
        "what": promise.what,
        "note": promise.note,
        "due": promise.due_day,
        "report": promise.report_id,
        "made": promise.made_day,
        "done": promise.done_day,
    }


def from_row(row_id: bytes, row: object) -> Promise:
    """The promise of a row.

    Raises:
        Damaged: another form.
    """
    match row:
        case {
            "v": 1,
            "what": str(what),
            "note": str(note),
            "due": int(due_day),
            "report": str(report),
            "made": int(made),
        }:
            done = row.get("done") if isinstance(row, Mapping) else None
            if done is None or isinstance(done, int):
                return Promise(row_id, what, note, due_day, report, made, done)
    raise Damaged("promise row")
