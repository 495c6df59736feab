"""Receipts: what each stop of a report's way left here, with words by which two people compare a file or a log.

The tablet keeps no clock time of its own for a stop but the one at which a report was recorded; the day of a receipt is
the log's. Words are made of the hash of the sealed file and of the head of the log that proves its place.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.flows.outbox import ReportRow
from firsthand import errors
from firsthand.ids import parse_report_id
from firsthand.protocol.certificate import spoken

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

WORDS = 4  # 64 bits


@dataclass(frozen=True, slots=True)
class Receipt:
    """One sealed report.

    Attributes:
        row: as the list shows it.
        file_words: of the hash of the sealed file; empty where its row does not open.
        log_words: of the head of the log that proves its place; empty before that, and where it is no longer kept.
        log_day: the log's day then, days since 1970.
        log_size: how many objects the log held then.
    """

    row: ReportRow
    file_words: str
    log_words: str = ""
    log_day: int | None = None
    log_size: int | None = None


def receipts(tablet: Tablet, start: int, stop: int) -> list[Receipt]:
    """Of sealed reports [start, stop), newest first."""
    return [_receipt(tablet, row) for row in tablet.listing().rows("all", start, stop)]


def _receipt(tablet: Tablet, row: ReportRow) -> Receipt:
    file_words = ""
    with suppress(errors.Damaged, errors.NotFound):
        stub = tablet.custody.find_report(parse_report_id(row.id))
        if stub is not None:
            file_words = spoken(tablet.custody.item(stub.row_id).object_hash, WORDS)
    proof = tablet.custody.proof_of(row.log_index) if row.log_index is not None else None
    if proof is None:
        return Receipt(row, file_words)
    return Receipt(row, file_words, spoken(proof.root, WORDS), proof.day, proof.size)
