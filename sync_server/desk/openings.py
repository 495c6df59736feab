"""Opening the names of one report: one person asks and says why, another one agrees, then they show once.

Rules (DOMAIN 4.4, 4.8; LOOK 10):
- never by one account: who asked does not answer, and an account that was made or given a new password after the
  asking does not answer either, so that nobody makes a second chair for himself;
- 24 hours to answer, 24 hours from the answer to open; then it is over, and has to be asked again;
- it opens for the account that asked, once; every step stands in the journal, with what it did.

Whoever holds the desk's passphrase and can write programs can read what the desk can read: this is a rule between
people who use the desk, not a seal. Two custodians who each keep half of the passphrase make it one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from firsthand.errors import NotFound, Refused
from sync_server.desk.opening import PART_BITS
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_reports import ReportStore

REASONS = ("court", "protection", "contact", "correction", "doubles")
HOURS_S = 24 * 3600
PART = "identities"


class SamePerson(Refused):
    """The account that asked, or one that was made since, answers: two people are needed."""

    code = "opening-same-person"


class OpeningOver(Refused):
    """It was answered, used, or has run out."""

    code = "opening-over"


class NotYours(Refused):
    """It opens for the account that asked."""

    code = "opening-not-yours"


class State(StrEnum):
    """Where an asking stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


class Opening(NamedTuple):
    """One asking.

    Attributes:
        idx: log index of the report.
        reason: code of REASONS.
        approved: 1, 0, or None while nobody has answered.
        used_at: when the names were shown.
    """

    id: int
    idx: int
    reason: str
    asked_by: str
    asked_at: int
    answered_by: str | None
    answered_at: int | None
    approved: int | None
    used_at: int | None

    def state(self, now_s: int) -> State:
        """Where it stands at a moment."""
        if self.used_at is not None:
            return State.USED
        if self.approved == 0:
            return State.REFUSED
        return State.EXPIRED if now_s >= self.until() else State.APPROVED if self.approved else State.WAITING

    def until(self) -> int:
        """When the next step must have been taken."""
        return (self.asked_at if self.answered_at is None else self.answered_at) + HOURS_S


_COLUMNS = "SELECT id, idx, reason, asked_by, asked_at, answered_by, answered_at, approved, used_at FROM opening"


class Openings:
    """The askings of one desk."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._people = PeopleStore(store)

    def ask(self, person: str, idx: int, reason: str, now_s: int) -> Opening:
        """Ask for the names of a report; the one that this person has asked already, while it waits.

        Raises:
            NotFound: no such report, no names of it here, or no such reason.
        """
        row = ReportStore(self._store).row(idx)
        if row is None or not row.granted & PART_BITS[PART] or reason not in REASONS:
            raise NotFound("names")
        with self._store.transaction():
            for known in self.newest(200):
                if (known.idx, known.asked_by) == (idx, person) and known.state(now_s) is State.WAITING:
                    return known
            cursor = self._store.execute(
                "INSERT INTO opening (idx, reason, asked_by, asked_at) VALUES (?, ?, ?, ?)",
                (idx, reason, person, now_s),
            )
            asked = self.one(cursor.lastrowid)
            self._note(person, "ask-names", asked, now_s)
            return asked

    def answer(self, person: str, number: int, now_s: int, *, approve: bool) -> Opening:
        """Agree or not.

        Raises:
            NotFound. OpeningOver. SamePerson: of an agreement; taking back one's own asking needs nobody else.
        """
        with self._store.transaction():
            asked = self.one(number)
            if asked.state(now_s) is not State.WAITING:
                raise OpeningOver
            if not self._may_answer(person, asked) and (approve or person != asked.asked_by):
                raise SamePerson
            self._store.execute(
                "UPDATE opening SET answered_by = ?, answered_at = ?, approved = ? WHERE id = ?",
                (person, now_s, approve, number),
            )
            self._note(person, "approve-names" if approve else "refuse-names", asked, now_s)
            return self.one(number)

    def open(self, person: str, number: int, now_s: int) -> Any:
        """The names, this once, for the account that asked.

        Raises:
            NotFound. NotYours. OpeningOver: not agreed to, run out, or seen already.
        """
        with self._store.transaction():
            asked = self.one(number)
            if asked.asked_by != person:
                raise NotYours
            self._use(asked, person, "open-names", now_s)
            return ReportStore(self._store).parts(asked.idx).get(PART)

    def spend(self, number: int, idx: int, now_s: int) -> None:
        """Use it for a proof of the names instead of showing them; it must be of this report.

        Raises:
            NotFound. OpeningOver.
        """
        with self._store.transaction():
            asked = self.one(number)
            if asked.idx != idx:
                raise NotFound("opening of this report")
            self._use(asked, "command", "prove-names", now_s)

    def one(self, number: int) -> Opening:
        """One asking.

        Raises:
            NotFound.
        """
        row = self._store.first(_COLUMNS + " WHERE id = ?", (number,))
        if row is None:
            raise NotFound("opening")
        return Opening(*row)

    def newest(self, limit: int) -> list[Opening]:
        """The newest askings."""
        return [Opening(*row) for row in self._store.all(_COLUMNS + " ORDER BY id DESC LIMIT ?", (limit,))]

    def waiting_for(self, person: str, now_s: int) -> int:
        """How many wait for this person: to be answered, or to be opened."""
        return sum(self.turn(asked, person, now_s) for asked in self.newest(200))

    def turn(self, asked: Opening, person: str, now_s: int) -> bool:
        """Whether the next step is this person's."""
        state = asked.state(now_s)
        if state is State.WAITING:
            return self._may_answer(person, asked)
        return state is State.APPROVED and asked.asked_by == person

    def _may_answer(self, person: str, asked: Opening) -> bool:
        """Another account, one that was there before the asking as it is now: by place in the journal, not by clock."""
        since = self._store.first(
            "SELECT 1 FROM journal WHERE action = 'account' AND subject = ?"
            " AND id > (SELECT max(id) FROM journal WHERE action = 'ask-names' AND subject = ?)",
            (person, _subject(asked)),
        )
        return person != asked.asked_by and since is None and self._people.account_hash(person) is not None

    def _use(self, asked: Opening, person: str, action: str, now_s: int) -> None:
        if asked.state(now_s) is not State.APPROVED:
            raise OpeningOver
        self._store.execute("UPDATE opening SET used_at = ? WHERE id = ?", (now_s, asked.id))
        self._note(person, action, asked, now_s)

    def _note(self, person: str, action: str, asked: Opening, now_s: int) -> None:
        self._people.note(now_s, person, action, _subject(asked))


def _subject(asked: Opening) -> str:
    return f"{asked.idx} #{asked.id} {asked.reason}"
