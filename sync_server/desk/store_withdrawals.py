"""Rows of what authors took back: withdrawals, what was destroyed for them, which files had left before.

The only row of a withdrawn report that stays is its place in the author's chain.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from sync_server.desk.opening import Found
from sync_server.desk.store import Store

_KEY_BYTES = 32
_INDEX = "Q"


class State(StrEnum):
    """What a withdrawal is worth here and now."""

    WAITING = "waiting"  # its author is not known, not proven, or was cut off
    COUNTS = "counts"
    FOREIGN = "foreign"  # it speaks of another tablet's report


class WithdrawalRow(NamedTuple):
    """One withdrawal.

    Attributes:
        idx: log index of the envelope that says it.
        hash: of that envelope.
        device: its author.
        target: object hash of what is taken back.
        scopes: codes, by spaces.
        keep: bitmap of the keys that this desk's role may hold (bit 0: the manifest's).
        complete: nothing stays anywhere.
    """

    idx: int
    hash: bytes
    device: bytes
    target: bytes
    scopes: str
    keep: int
    complete: bool
    state: State


class ExportRow(NamedTuple):
    """A file that left the desk."""

    at_s: int
    what: str
    form: str


_COLUMNS = "SELECT idx, hash, device, target, scopes, keep, complete, state FROM withdrawal WHERE "


class WithdrawalStore:
    """Reads and writes them; writing belongs into a transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # -- withdrawals ----------------------------------------------------------------------------------------------
    def add(self, found: Iterable[Found], slot: int) -> None:
        """Keep what withdrawals say; none counts yet."""
        self.store.many(
            "INSERT OR IGNORE INTO withdrawal VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                (
                    item.idx,
                    item.object_hash,
                    item.device,
                    said.target,
                    *said.place,
                    " ".join(said.scopes),
                    said.kept_by(slot),
                    said.full,
                    State.WAITING,
                )
                for item in found
                if (said := item.withdrawal) is not None
            ),
        )

    def waiting(self) -> list[WithdrawalRow]:
        """Those that do not count, oldest first."""
        return self._rows("state = 'waiting' ORDER BY idx", ())

    def counting(self, targets: Sequence[bytes]) -> list[WithdrawalRow]:
        """Those that count, of these targets."""
        rows = self.store.among(_COLUMNS + "state = 'counts' AND target IN (...) ORDER BY idx", targets)
        return [_row(row) for row in rows]

    def all_counting(self) -> list[WithdrawalRow]:
        """All that count, oldest first."""
        return self._rows("state = 'counts' ORDER BY idx", ())

    def mark(self, row: WithdrawalRow, state: State) -> None:
        """Say what one is worth."""
        self.store.execute("UPDATE withdrawal SET state = ? WHERE idx = ?", (state, row.idx))

    def restrict(self, row: WithdrawalRow) -> None:
        """Its scopes bound every use of the target from now on; the author of both was found to be the same."""
        self.store.many(
            "INSERT OR IGNORE INTO withdrawn VALUES (?, ?)", ((row.target, scope) for scope in row.scopes.split())
        )

    def is_settled(self, target: bytes) -> bool:
        """Whether the log names an object and this desk knows what has become of it."""
        row = self.store.first(
            "SELECT count(*), sum(state IN ('pending', 'missing-object')) FROM leaf WHERE hash = ? AND kind = 1",
            (target,),
        )
        return row is not None and row[0] > 0 and not row[1]

    # -- what is here -----------------------------------------------------------------------------------------------
    def held(self, target: bytes) -> tuple[int, str, bytes, bytes, bytes | None] | None:
        """(log index, type, author, keys, sealed bytes) of an object that was opened here."""
        row = self.store.first(
            "SELECT e.idx, e.type, e.device, e.keys, o.data FROM envelope e LEFT JOIN object o USING (hash)"
            " WHERE e.hash = ?",
            (target,),
        )
        return None if row is None else (row[0], row[1], row[2], row[3], row[4])

    def replace(self, idx: int, target: bytes, keys: bytes, data: bytes) -> None:
        """Put fewer keys, and what they open, in the place of an envelope's."""
        self.store.execute("UPDATE envelope SET keys = ? WHERE idx = ?", (keys, idx))
        self.store.execute("UPDATE object SET data = ? WHERE hash = ?", (data, target))

    def drop_attachments(self, idx: int, *, originals: bool, copies: bool) -> None:
        """Those of a report that are not held any more; their files go with the next tidying of the shelf."""
        for wanted, is_copy in ((originals, 0), (copies, 1)):
            if wanted:
                self.store.execute(
                    "UPDATE attachment SET state = 'erased' WHERE idx = ? AND is_copy = ?", (idx, is_copy)
                )

    # -- answers ------------------------------------------------------------------------------------------------
    def note_destroyed(self, target: bytes, gone: int, now_s: int) -> None:
        """Remember which keys of an object were destroyed here."""
        self.store.execute(
            "INSERT INTO destroyed VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE"
            " SET gone = gone | excluded.gone, at = excluded.at",
            (target, gone, now_s),
        )

    def destroyed(self, target: bytes) -> tuple[int, int]:
        """(bitmap, second) of what was destroyed of an object; (0, 0): nothing was here."""
        row = self.store.first("SELECT gone, at FROM destroyed WHERE hash = ?", (target,))
        return (0, 0) if row is None else (row[0], row[1])

    def readers(self, idx: int) -> int:
        """How many people had opened a report's page."""
        count: int = self.store.one(
            "SELECT count(DISTINCT person) FROM journal WHERE action = 'read' AND subject = ?", (str(idx),)
        )[0]
        return count

    def index_of(self, target: bytes) -> int | None:
        """Where the log names an object first."""
        row = self.store.first("SELECT min(idx) FROM leaf WHERE hash = ? AND kind = 1", (target,))
        return None if row is None else row[0]

    # -- files that left --------------------------------------------------------------------------------------------
    def note_export(self, now_s: int, what: str, form: str, idxs: Iterable[int]) -> None:
        """Remember which reports went into a file."""
        packed = zlib.compress(array(_INDEX, sorted(set(idxs))).tobytes())
        with self.store.transaction():
            self.store.execute(
                "INSERT INTO exported (at, what, form, idxs) VALUES (?, ?, ?, ?)", (now_s, what, form, packed)
            )

    def exports_with(self, idxs: Sequence[int]) -> dict[int, list[ExportRow]]:
        """Files that had any of these reports in them, by report, the newest first."""
        found: dict[int, list[ExportRow]] = {idx: [] for idx in idxs}
        for at_s, what, form, packed in self.store.all("SELECT at, what, form, idxs FROM exported ORDER BY id DESC"):
            held = array(_INDEX)
            held.frombytes(zlib.decompress(packed))
            for idx in found.keys() & set(held):
                found[idx].append(ExportRow(at_s, what, form))
        return found

    def in_tables(self, table: str) -> list[int]:
        """Reports that a table of the mission counts now: `cell` or `coverage`."""
        sql = {"cell": "SELECT DISTINCT idx FROM cell", "coverage": "SELECT DISTINCT idx FROM coverage"}[table]
        return [row[0] for row in self.store.all(sql)]

    def in_lists(self) -> list[int]:
        """Reports of which a list says more than that they exist."""
        return [
            row[0] for row in self.store.all("SELECT idx FROM report WHERE report_id IS NOT NULL AND sensitive = 0")
        ]

    def _rows(self, where: str, values: Sequence[bytes]) -> list[WithdrawalRow]:
        return [_row(row) for row in self.store.all(_COLUMNS + where, values)]


def _row(row: Sequence[object]) -> WithdrawalRow:
    return WithdrawalRow._make((*row[:6], bool(row[6]), State(str(row[7]))))


def bitmap_of(keys: bytes) -> int:
    """Which of K0 to K5 stand in a row, 32 B each; zeros stand for one that is not held."""
    return sum(
        1 << number for number, at in enumerate(range(0, len(keys), _KEY_BYTES)) if any(keys[at : at + _KEY_BYTES])
    )
