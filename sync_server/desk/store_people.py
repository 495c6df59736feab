"""Accounts, the journal of what people did, and what the devices and log pages ask."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from firsthand.protocol import cbor
from sync_server.desk.store import Store


class JournalEntry(NamedTuple):
    """One act of one person."""

    id: int
    at_s: int
    person: str
    action: str
    subject: str


class AlarmRow(NamedTuple):
    """Something that must not have happened."""

    id: int
    code: str
    subject: bytes
    idx: int | None
    raised_at_s: int
    cleared_at_s: int | None
    cleared_by: str | None


class DeviceLine(NamedTuple):
    """A tablet on the devices page."""

    id: bytes
    invite_public: bytes
    words: str
    standing: str
    cut: int | None
    reports: int
    last_day: int | None
    known: int
    top: int
    gaps: int
    forks: int


_JOURNAL = "SELECT id, at, person, action, subject FROM journal"


class PeopleStore:
    """Accounts, journal, alarms, tablets."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- accounts -------------------------------------------------------------------------------------------------
    def put_account(self, name: str, password_hash: str, now_s: int) -> None:
        """Add an account, or give it a new password."""
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash",
                (name, password_hash, now_s),
            )

    def account_hash(self, name: str) -> str | None:
        """The password hash of a name."""
        row = self._store.first("SELECT hash FROM account WHERE name = ?", (name,))
        return None if row is None else row[0]

    def has_accounts(self) -> bool:
        """Whether anybody can sign in at all."""
        return bool(self._store.one("SELECT EXISTS (SELECT 1 FROM account)")[0])

    # -- journal --------------------------------------------------------------------------------------------------
    def note(self, now_s: int, person: str, action: str, subject: str = "") -> None:
        """Write one act. Each entry is linked to the one before by its hash, so a copy shows what was cut out."""
        with self._store.transaction():
            last = self._store.first("SELECT link FROM journal ORDER BY id DESC LIMIT 1")
            before = bytes(32) if last is None else last[0]
            link = _link(before, now_s, person, action, subject)
            self._store.execute(
                "INSERT INTO journal (at, person, action, subject, link) VALUES (?, ?, ?, ?, ?)",
                (now_s, person, action, subject, link),
            )

    def journal(self, limit: int) -> list[JournalEntry]:
        """The newest entries."""
        rows = self._store.all(_JOURNAL + " ORDER BY id DESC LIMIT ?", (limit,))
        return [JournalEntry(*row) for row in rows]

    def readers(self, subject: str) -> list[JournalEntry]:
        """Who read a report, newest first."""
        rows = self._store.all(
            _JOURNAL + " WHERE action = 'read' AND subject = ? ORDER BY id DESC LIMIT 200", (subject,)
        )
        return [JournalEntry(*row) for row in rows]

    def read_subjects(self, subjects: list[str]) -> set[str]:
        """Which of these somebody has read."""
        rows = self._store.among(
            "SELECT DISTINCT subject FROM journal WHERE action = 'read' AND subject IN (...)", subjects
        )
        return {row[0] for row in rows}

    def journal_is_whole(self) -> bool:
        """Whether every entry still carries the hash of the one before."""
        before = bytes(32)
        for at, person, action, subject, link in self._store.all(
            "SELECT at, person, action, subject, link FROM journal ORDER BY id"
        ):
            before = _link(before, at, person, action, subject)
            if before != link:
                return False
        return True

    # -- alarms ---------------------------------------------------------------------------------------------------
    def alarms(self, *, cleared: bool) -> list[AlarmRow]:
        """Alarms that wait for a person, or those that do not any more; newest first."""
        rows = self._store.all(
            "SELECT id, code, subject, idx, raised_at, cleared_at, cleared_by FROM alarm"
            " WHERE (cleared_at IS NOT NULL) = ? ORDER BY id DESC LIMIT 500",
            (cleared,),
        )
        return [AlarmRow(*row) for row in rows]

    def alarm_count(self) -> int:
        """Alarms that nobody has dealt with."""
        count: int = self._store.one("SELECT count(*) FROM alarm WHERE cleared_at IS NULL")[0]
        return count

    def clear_alarm(self, alarm_id: int, person: str, now_s: int) -> bool:
        """A person has dealt with it; the alarm stays on record. False if there is none such."""
        with self._store.transaction():
            cursor = self._store.execute(
                "UPDATE alarm SET cleared_at = ?, cleared_by = ? WHERE id = ? AND cleared_at IS NULL",
                (now_s, person, alarm_id),
            )
            if cursor.rowcount != 1:
                return False
            self.note(now_s, person, "clear-alarm", str(alarm_id))
            return True

    # -- tablets and log --------------------------------------------------------------------------------------------
    def devices(self) -> list[DeviceLine]:
        """Every tablet with what it sent, in order of enrolment."""
        rows = self._store.all(
            "SELECT d.id, d.invite_public, d.words, d.standing, d.cut,"
            " (SELECT count(*) FROM envelope e WHERE e.device = d.id AND e.type = 'report' AND e.proven = 1),"
            " (SELECT max(received_at) / 86400 FROM envelope e WHERE e.device = d.id),"
            " coalesce(sum(c.known), 0), coalesce(max(c.top), 0), coalesce(sum(c.gaps), 0), coalesce(sum(c.forks), 0)"
            " FROM device d LEFT JOIN chain c ON c.device = d.id GROUP BY d.id ORDER BY d.enrol_idx"
        )
        return [DeviceLine(*row) for row in rows]

    def device(self, device: bytes) -> tuple[bytes, str, str] | None:
        """(invite, words, standing) of a tablet."""
        row = self._store.first("SELECT invite_public, words, standing FROM device WHERE id = ?", (device,))
        return None if row is None else (row[0], row[1], row[2])

    def leaf_states(self) -> dict[str, int]:
        """How many leaves of the log came to what."""
        return dict(self._store.all("SELECT state, count(*) FROM leaf GROUP BY state ORDER BY state"))


def _link(before: bytes, at_s: int, person: str, action: str, subject: str) -> bytes:
    return sha256(cbor.encode([before, at_s, person, action, subject])).digest()
