"""What the focal point says of each grave violation, and has said before. Rows are only added."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from firsthand.domain.grave import Verification, Violation
from firsthand.errors import Malformed, Refused
from firsthand.ids import report_id_text
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.tables.ghn import Decision

_EPOCH = date(1970, 1, 1)
_FIELDS = "SELECT violation, state, day, person, at FROM verification WHERE report_id = ?"


class SameVerifier(Refused):
    """The account whose word stood last may not be the one that changes it: another has to look."""

    code = "same-verifier"


class VerificationDay(Malformed):
    """Verified needs the day on which it was decided, and no day that is still to come; other states have none."""

    code = "verification-day"


class Said(NamedTuple):
    """One entry."""

    violation: Violation
    state: Verification
    day: date | None
    person: str
    at_s: int

    def decision(self) -> Decision:
        """As the tables take it."""
        return Decision(self.state, self.day)


class VerificationStore:
    """Reads and adds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def said(self, report_id: bytes) -> list[Said]:
        """Everything that was said of a report, oldest first."""
        return [_said(*row) for row in self._store.all(_FIELDS + " ORDER BY id", (report_id,))]

    def newest(self, report_id: bytes) -> dict[Violation, Said]:
        """What stands."""
        return {each.violation: each for each in self.said(report_id)}

    def say(  # noqa: PLR0917 - one entry
        self, report_id: bytes, kind: Violation, state: Verification, day: date | None, person: str, now_s: int
    ) -> None:
        """Add what a person says now, and to the journal that it was said.

        Raises:
            VerificationDay. SameVerifier.
        """
        if (state is Verification.VERIFIED) != (day is not None) or (day and (day - _EPOCH).days > now_s // 86_400):
            raise VerificationDay("verification day")
        with self._store.transaction():
            before = self.newest(report_id).get(kind)
            if before is not None and before.person == person:
                raise SameVerifier
            self._store.execute(
                "INSERT INTO verification (report_id, violation, state, day, person, at) VALUES (?, ?, ?, ?, ?, ?)",
                (report_id, kind, state, None if day is None else (day - _EPOCH).days, person, now_s),
            )
            subject = f"{report_id_text(report_id)} {kind} {state}"
            PeopleStore(self._store).note(now_s, person, "verification", subject)


def _said(kind: str, state: str, day: int | None, person: str, at_s: int) -> Said:
    decided = None if day is None else date.fromordinal(_EPOCH.toordinal() + day)
    return Said(Violation(kind), Verification(state), decided, person, at_s)
