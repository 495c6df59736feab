"""Rows of attachments: what the reports of this desk list, and how far each has come."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from firsthand.protocol.receipt import ATTACHMENT
from sync_server.desk.opening import Found
from sync_server.desk.store import Store


class State(StrEnum):
    """Where an attachment is."""

    AWAITED = "awaited"  # listed, and not in the log yet: the tablet sends it later, by another line
    MISSING = "missing"  # in the log, and the relay does not give it, or gives other bytes
    HERE = "here"  # on this desk's disk, and it opens to what its report says
    UNOPENABLE = "unopenable"  # whole, and not what its report says
    ERASED = "erased"  # by its author


class AttachmentRow(NamedTuple):
    """One attachment that a report lists.

    Attributes:
        idx: log index of the report.
        number: of the attachment in its report.
        object_hash, tag, object_length: of the sealed object.
        length: of the content.
        is_copy: a copy without metadata, listed in the facts.
        received_at: when the report came.
    """

    idx: int
    number: int
    object_hash: bytes
    tag: bytes
    object_length: int
    length: int
    medium: str
    media_type: str
    is_copy: bool
    state: State
    received_at: int


_COLUMNS = (
    "SELECT a.idx, a.number, a.hash, a.tag, a.object_length, a.length, a.medium, a.media_type, a.is_copy, a.state,"
    " e.received_at FROM attachment a JOIN envelope e USING (idx) WHERE "
)


class AttachmentStore:
    """Reads and moves rows of attachments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, found: Iterable[Found]) -> None:
        """Keep what opened reports list."""
        self._store.many(
            "INSERT OR IGNORE INTO attachment VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                (
                    item.idx,
                    each.number,
                    each.object_hash,
                    each.tag,
                    each.object_length,
                    each.length,
                    each.medium,
                    each.media_type,
                    each.is_copy,
                    State.AWAITED,
                )
                for item in found
                for each in item.listed
            ),
        )

    def wanted(self) -> list[AttachmentRow]:
        """What is not here yet, smallest first."""
        return self._rows("a.state IN ('awaited', 'missing') ORDER BY a.object_length, a.idx, a.number", ())

    def of_report(self, idx: int) -> list[AttachmentRow]:
        """What a report lists."""
        return self._rows("a.idx = ? ORDER BY a.is_copy, a.number", (idx,))

    def logged_tag(self, object_hash: bytes) -> bytes | None:
        """The tag under which an attachment stands in the verified log; None: it does not."""
        row = self._store.first(
            "SELECT proof FROM leaf WHERE hash = ? AND kind = ? ORDER BY idx", (object_hash, ATTACHMENT)
        )
        return None if row is None else row[0]

    def move(self, row: AttachmentRow, state: State) -> None:
        """Say how far one has come."""
        with self._store.transaction():
            self._store.execute(
                "UPDATE attachment SET state = ? WHERE idx = ? AND number = ?", (state, row.idx, row.number)
            )

    def known(self) -> set[bytes]:
        """Hashes of all that may lie on the disk."""
        return {row[0] for row in self._store.all("SELECT hash FROM attachment WHERE state <> 'erased'")}

    def report_idx(self, report_id: bytes) -> int | None:
        """The log index of the newest readable version of a report."""
        row = self._store.first("SELECT idx FROM report WHERE report_id = ? ORDER BY idx DESC", (report_id,))
        return None if row is None else row[0]

    def _rows(self, where: str, values: tuple[int, ...]) -> list[AttachmentRow]:
        return [
            AttachmentRow._make((*row[:8], bool(row[8]), State(row[9]), row[10]))
            for row in self._store.all(_COLUMNS + where, values)
        ]
