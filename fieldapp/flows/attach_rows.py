"""The row in which a draft keeps its attachments and their keys, sealed under the key of the draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.flows import panic
from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.protocol import attachment, cbor
from firsthand.protocol.attachment import Entry

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet


@dataclass(frozen=True, slots=True)
class Held:
    """An attachment with its keys, for sealing alone."""

    blob_id: bytes
    entry: Entry
    erase_key: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What a draft holds.

    Attributes:
        next_number: of the next attachment.
        held: in the order of adding.
    """

    next_number: int = 0
    held: tuple[Held, ...] = ()


def held_by(tablet: Tablet, draft_id: bytes) -> tuple[Held, ...]:
    """A draft's attachments with their keys.

    Raises:
        NotFound, DamagedRow, Panicked.
    """
    return read(tablet, draft_id).held


def read(tablet: Tablet, draft_id: bytes) -> Kept:
    """The row of a draft; raises as `held_by`."""
    row = tablet.vault.find("attachments", draft_id, panic.draft_key(tablet, draft_id))
    if row is None:
        return Kept()
    try:
        match row:
            case {"next": int(number), "held": list(held)}:
                return Kept(number, tuple(_parse_held(each) for each in held))
    except errors.Malformed as error:
        raise DamagedRow(table="attachments") from error
    raise DamagedRow(table="attachments")


def _parse_held(value: object) -> Held:
    match value:
        case [bytes(blob_id), list(entry), bytes(erase_key)]:
            return Held(blob_id, attachment.parse_entry(entry), erase_key)
    raise errors.Malformed("held attachment")


def write(tablet: Tablet, draft_id: bytes, kept: Kept) -> None:
    """Replaces the row; call inside `vault.write`."""
    held: list[cbor.Value] = [[each.blob_id, attachment.encode_entry(each.entry), each.erase_key] for each in kept.held]
    value: cbor.Value = {"next": kept.next_number, "held": held}
    tablet.vault.put("attachments", draft_id, value, panic.draft_key(tablet, draft_id))
