"""Drafts: a report that is being written, saved at every step, sealed under a key of its own in the vault.

A draft is the JSON of a report and may be incomplete. Its key dies with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NewType

from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.protocol import cbor

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

DraftId = NewType("DraftId", bytes)
_ID_BYTES, _KEY_BYTES = 16, 32
_DRAFT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in a list; `damaged` when its row does not open: the rest is unharmed."""

    id: DraftId
    kind: str
    saved_at_s: int
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is stored.

    Attributes:
        report: the values of REPORT.json, as far as they are filled in.
        erase_key: drawn with the draft; after sealing it lets the author withdraw.
    """

    report: dict[str, Any]
    erase_key: bytes
    saved_at_s: int


def start(tablet: Tablet, kind: str) -> DraftId:
    """A new draft of a report kind."""
    entropy = tablet.ports.entropy
    draft_id = DraftId(entropy.bytes(_ID_BYTES))
    key, erase_key = entropy.bytes(_KEY_BYTES), entropy.bytes(_KEY_BYTES)
    with tablet.vault.write():
        tablet.vault.put("keyring", draft_id, key)
        _put(tablet, draft_id, key, {"form": 1, "kind": kind}, erase_key)
    return draft_id


def save(tablet: Tablet, draft_id: DraftId, report: Mapping[str, Any]) -> None:
    """Replaces what the draft says; durable when it returns.

    Raises:
        NotFound: it was sealed or discarded. DiskFull: the last saved state stands.
    """
    with tablet.vault.guard:
        kept = read(tablet, draft_id)
        with tablet.vault.write():
            _put(tablet, draft_id, _key(tablet, draft_id), report, kept.erase_key)


def load(tablet: Tablet, draft_id: DraftId) -> dict[str, Any]:
    """What the draft says.

    Raises:
        NotFound, DamagedRow.
    """
    return read(tablet, draft_id).report


def discard(tablet: Tablet, draft_id: DraftId) -> None:
    """Deletes the draft and its key. What it said is gone."""
    with tablet.vault.write():
        tablet.vault.delete("drafts", draft_id)
        tablet.vault.delete("keyring", draft_id)
    tablet.vault.shrink_log()


def list_drafts(tablet: Tablet) -> list[DraftRow]:
    """All drafts, the last saved first; damaged ones at the end."""
    rows = [_row(tablet, DraftId(row_id)) for row_id in tablet.vault.ids("drafts")]
    return sorted(rows, key=lambda row: (row.damaged, -row.saved_at_s))


def read(tablet: Tablet, draft_id: bytes) -> Kept:
    """A draft with what is stored beside it.

    Raises:
        NotFound, DamagedRow.
    """
    value = tablet.vault.get("drafts", draft_id, _key(tablet, draft_id))
    match value:
        case {"report": bytes(text), "erase_key": bytes(erase_key), "saved_at_s": int(saved)}:
            return Kept(json.loads(text), erase_key, saved)
    raise DamagedRow(table="drafts")


def _put(tablet: Tablet, draft_id: bytes, key: bytes, report: Mapping[str, Any], erase_key: bytes) -> None:
    try:
        text = json.dumps(report, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise errors.Malformed("draft is not JSON") from error
    if len(text) > _DRAFT_BYTES:
        raise errors.Malformed("draft too long")
    value: cbor.Value = {"report": text, "erase_key": erase_key, "saved_at_s": tablet.ports.clock.now_s()}
    tablet.vault.put("drafts", draft_id, value, key)


def _key(tablet: Tablet, draft_id: bytes) -> bytes:
    key = tablet.vault.get("keyring", draft_id)
    if not isinstance(key, bytes):
        raise DamagedRow(table="keyring")
    return key


def _row(tablet: Tablet, draft_id: DraftId) -> DraftRow:
    try:
        kept = read(tablet, draft_id)
    except (DamagedRow, errors.NotFound):
        return DraftRow(draft_id, "", 0, damaged=True)
    return DraftRow(draft_id, str(kept.report.get("kind", "")), kept.saved_at_s)
