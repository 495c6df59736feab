"""What this desk answers to withdrawals: signed receipts of what it destroyed, and what had left it before.

A receipt is given once the withdrawal counts and this desk knows what has become of the target; of a full one at once,
since the target never comes any more. Giving it again says the same, or more. The same answers travel as a file, and
later as mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firsthand.errors import NotFound
from firsthand.protocol import erasure
from firsthand.protocol.erasure import EXPORTS_MAX, RECEIPTS_MAX, Erasure, Export
from firsthand.protocol.signing import SigningKey
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import DeviceRow, IngestStore
from sync_server.desk.store_withdrawals import ExportRow, WithdrawalRow, WithdrawalStore, bitmap_of

_DAY_S = 86_400


class NothingToAnswer(NotFound):
    """No withdrawal has been carried out here."""

    code = "nothing-to-answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """The receipts for one tablet, sealed to it."""

    device: bytes
    sealed: bytes
    count: int


def answers(store: Store, role: str, desk_key: SigningKey) -> list[Answer]:
    """One answer a tablet whose withdrawals were carried out here, the newest 200 of each."""
    rows, devices = WithdrawalStore(store), IngestStore(store).devices()
    by_device: dict[bytes, list[WithdrawalRow]] = {}
    for row in rows.all_counting():
        if row.device in devices and (row.complete or rows.is_settled(row.target)):
            by_device.setdefault(row.device, []).append(row)
    return [_answer(rows, devices[device], told[-RECEIPTS_MAX:], role, desk_key) for device, told in by_device.items()]


def answers_file(store: Store, role: str, desk_key: SigningKey) -> tuple[bytes, int]:
    """The file that carries all of them, and how many receipts it holds.

    Raises:
        NothingToAnswer: there are none.
    """
    found = answers(store, role, desk_key)
    if not found:
        raise NothingToAnswer("withdrawals")
    return erasure.file_of(each.sealed for each in found), sum(each.count for each in found)


def _answer(
    rows: WithdrawalStore, device: DeviceRow, told: Sequence[WithdrawalRow], role: str, desk_key: SigningKey
) -> Answer:
    places = {row.target: idx for row in told if (idx := rows.index_of(row.target)) is not None}
    exports = rows.exports_with(list(places.values()))
    receipts = [_receipt(rows, row, places.get(row.target), exports) for row in told]
    return Answer(device.id, erasure.seal_answer(desk_key, role, device.id, device.kem_public, receipts), len(receipts))


def _receipt(
    rows: WithdrawalStore, row: WithdrawalRow, idx: int | None, exports: dict[int, list[ExportRow]]
) -> Erasure:
    gone, at_s = rows.destroyed(row.target)
    here = rows.held(row.target)
    kept = 0 if here is None else bitmap_of(here[3])
    left = exports.get(idx, [])[:EXPORTS_MAX] if idx is not None else []
    return Erasure(
        target=row.target,
        withdrawal=row.hash,
        gone=gone & ~kept,
        kept=kept,
        day=at_s // _DAY_S,
        readers=0 if idx is None else rows.readers(idx),
        exports=tuple(Export(each.what, each.form, each.at_s // _DAY_S) for each in left),
    )
