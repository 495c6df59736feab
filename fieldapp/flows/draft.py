"""Drafts: a report that is being written, saved at every step, sealed under a key of its own in the vault.

A draft is the JSON of a report and may be incomplete. Its key dies with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NewType

from fieldapp.flows import panic
from fieldapp.vault.blobs import Blobs
from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.domain.model import FORM
from firsthand.protocol import cbor

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

DraftId = NewType("DraftId", bytes)
_ID_BYTES, _KEY_BYTES = 16, 32
_DRAFT_BYTES = 1 << 20
_ROW_FORM = 1
_QUARTER_S = 15 * 60


# `newer` was written by a later version of the program; `panicked` waits for the custodian's half of its key.
DraftState = Literal["open", "panicked", "damaged", "newer"]
_ORDER: dict[DraftState, int] = {"open": 0, "newer": 1, "panicked": 2, "damaged": 3}


class DraftNewer(errors.Environment):
    """A draft of a newer form than this program knows; it was not touched."""

    code = "draft-newer"
    exit_code = errors.EXIT_REFUSED


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in a list. Where it is not `open`, the others are unharmed, and nothing of it was changed.

    Attributes:
        kind: report kind; empty where it does not open.
        saved_at_s: when it was last saved, as the device believed; 0 where it does not open.
    """

    id: DraftId
    kind: str
    saved_at_s: int
    state: DraftState = "open"

    @property
    def damaged(self) -> bool:
        """Its row, or its key's, does not open."""
        return self.state == "damaged"


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

    @property
    def form(self) -> int:
        """The version of the form in which it was written; 1 where it does not say."""
        form = self.report.get("form", 1)
        return form if isinstance(form, int) else 1


def start(tablet: Tablet, kind: str) -> DraftId:
    """A new draft of a report kind."""
    entropy = tablet.ports.entropy
    draft_id = DraftId(entropy.bytes(_ID_BYTES))
    erase_key = entropy.bytes(_KEY_BYTES)
    with tablet.vault.write():
        key = panic.new_draft_key(tablet, draft_id)
        _put(tablet, draft_id, key, {"form": FORM, "kind": kind}, erase_key)
    return draft_id


def save(tablet: Tablet, draft_id: DraftId, report: Mapping[str, Any]) -> None:
    """Replaces what the draft says; durable when it returns.

    Raises:
        NotFound: it was sealed or discarded. DiskFull: the last saved state stands.
        DamagedRow, Panicked, DraftNewer: it does not open here, and stays as it is.
    """
    with tablet.vault.guard:
        kept = read(tablet, draft_id)
        with tablet.vault.write():
            _put(tablet, draft_id, panic.draft_key(tablet, draft_id), report, kept.erase_key)


def load(tablet: Tablet, draft_id: DraftId) -> dict[str, Any]:
    """What the draft says.

    Raises:
        NotFound, DamagedRow, Panicked.
    """
    return read(tablet, draft_id).report


def discard(tablet: Tablet, draft_id: DraftId) -> None:
    """Deletes the draft, its attachments and its key. What it said is gone."""
    with tablet.vault.write():
        tablet.vault.delete("drafts", draft_id)
        tablet.vault.delete("attachments", draft_id)
        panic.drop_draft_key(tablet, draft_id)
    tablet.vault.shrink_log()
    blobs = Blobs(tablet.home, tablet.vault)
    blobs.forget(blobs.only_of_draft(draft_id))


def list_drafts(tablet: Tablet) -> list[DraftRow]:
    """All drafts, the last saved first; those that do not open at the end."""
    with tablet.vault.guard:
        rows = [_row(tablet, DraftId(row_id)) for row_id in tablet.vault.ids("drafts")]
    return sorted(rows, key=lambda row: (_ORDER[row.state], -row.saved_at_s, row.id))


def damaged(tablet: Tablet) -> int:
    """How many drafts do not open, and how many are gone though half of their key is still here."""
    with tablet.vault.guard:
        gone = set(tablet.vault.ids("halves")) - set(tablet.vault.ids("drafts"))
        return len(gone) + sum(row.damaged for row in list_drafts(tablet))


def read(tablet: Tablet, draft_id: bytes) -> Kept:
    """A draft with what is stored beside it.

    Raises:
        NotFound, DamagedRow, Panicked, DraftNewer.
    """
    value = tablet.vault.get("drafts", draft_id, panic.draft_key(tablet, draft_id))
    if isinstance(value, Mapping) and _above(value.get("v", _ROW_FORM), _ROW_FORM):
        raise DraftNewer("row form")
    match value:
        case {"report": bytes(text), "erase_key": bytes(erase_key), "saved_at_s": int(saved)}:
            kept = Kept(_report(text), erase_key, saved)
            if kept.form > FORM:
                raise DraftNewer("form")
            return kept
    raise DamagedRow(table="drafts")


def _above(version: object, known: int) -> bool:
    return isinstance(version, int) and version > known


def _report(text: bytes) -> dict[str, Any]:
    try:
        report = json.loads(text)
    except ValueError as error:
        raise DamagedRow(table="drafts") from error
    if not isinstance(report, dict):
        raise DamagedRow(table="drafts")
    return report


def _put(tablet: Tablet, draft_id: bytes, key: bytes, report: Mapping[str, Any], erase_key: bytes) -> None:
    try:
        text = json.dumps(report, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise errors.Malformed("draft is not JSON") from error
    if len(text) > _DRAFT_BYTES:
        raise errors.Malformed("draft too long")
    now_s = tablet.ports.clock.now_s()
    # A talk's times are to a quarter of an hour, so that nobody can match them with a door or a vehicle (DOMAIN A.1).
    saved_at_s = now_s - now_s % _QUARTER_S if report.get("kind") == "interview" else now_s
    value: cbor.Value = {"v": _ROW_FORM, "report": text, "erase_key": erase_key, "saved_at_s": saved_at_s}
    tablet.vault.put("drafts", draft_id, value, key)


def _key(tablet: Tablet, draft_id: bytes) -> bytes:
    return panic.draft_key(tablet, draft_id)


def _row(tablet: Tablet, draft_id: DraftId) -> DraftRow:
    try:
        kept = read(tablet, draft_id)
    except errors.Panicked:
        return DraftRow(draft_id, "", 0, "panicked")
    except DraftNewer:
        return DraftRow(draft_id, "", 0, "newer")
    except (errors.Damaged, errors.NotFound):
        return DraftRow(draft_id, "", 0, "damaged")
    return DraftRow(draft_id, str(kept.report.get("kind", "")), kept.saved_at_s)
