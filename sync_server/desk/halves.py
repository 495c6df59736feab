"""Drafts that panic closed on a tablet, seen from the custodian's desk: who waits, and the file that opens them again.

The desk holds, sealed to the custodian, one half of each draft's key; the tablet holds the other. Neither reads the
draft alone, so giving a half back needs no view of what was written. The file is signed by the desk and sealed to the
one tablet: on any other it opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firsthand import errors
from firsthand.errors import Malformed, NotForUs
from firsthand.protocol import panic
from firsthand.protocol.directory import Directory
from firsthand.protocol.panic import Half
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret
from sync_server.desk.opening import read_again
from sync_server.desk.store import Store

CUSTODIAN = "custodian"
_CLOSED = (
    "SELECT e.device, d.invite_public, d.kem_public, max(e.received_at), count(*) FROM envelope e"
    " JOIN device d ON d.id = e.device WHERE e.type = ? AND e.proven = 1 GROUP BY e.device ORDER BY 4 DESC"
)
_SEALED = (
    "SELECT o.data, e.keys FROM envelope e JOIN object o USING (hash)"
    " WHERE e.type = ? AND e.proven = 1 AND e.device = ? ORDER BY e.idx"
)


class NothingClosed(errors.NotFound):
    """No drafts of that tablet wait here."""

    code = "nothing-closed"


@dataclass(frozen=True, slots=True)
class Closed:
    """A tablet whose drafts were closed by panic.

    Attributes:
        label: of the invitation, or the first letters of the tablet's id.
        at_s: when the last halves arrived.
    """

    device: bytes
    label: str
    kem_public: bytes
    at_s: int


def closed(store: Store, directory: Directory) -> list[Closed]:
    """Tablets with halves here, the last to arrive first."""
    rows = store.all(_CLOSED, (panic.ENVELOPE_TYPE,))
    return [
        Closed(device, _label(directory, invite, device), kem_public, at_s)
        for device, invite, kem_public, at_s, _ in rows
    ]


def halves_of(store: Store, device: bytes, secrets: Sequence[KemSecret]) -> list[Half]:
    """(draft id, half) of every draft of a tablet that was closed, the newest word on each.

    Raises:
        Malformed, NotForUs: what the tablet sent is no half for this role.
    """
    found: dict[bytes, bytes] = {}
    for data, keys in store.all(_SEALED, (panic.ENVELOPE_TYPE, device)):
        part = read_again(data, keys).get("identities")
        for draft_id, sealed in panic.parse_envelope_part(part):
            found[draft_id] = _open(secrets, device, draft_id, sealed)
    return list(found.items())


def return_file(
    store: Store, directory: Directory, desk_key: SigningKey, secrets: Sequence[KemSecret], name: str
) -> tuple[bytes, int]:
    """The file for one tablet, by its label or id, and how many drafts it opens.

    Raises:
        NothingClosed: none of its drafts wait.
    """
    tablet = next((each for each in closed(store, directory) if name in {each.label, each.device.hex()}), None)
    if tablet is None:
        raise NothingClosed("tablet")
    halves = halves_of(store, tablet.device, secrets)
    if not halves:
        raise NothingClosed("halves")
    return panic.return_file(desk_key, tablet.kem_public, tablet.device, halves), len(halves)


def _open(secrets: Sequence[KemSecret], device: bytes, draft_id: bytes, sealed: bytes) -> bytes:
    """By whichever epoch's key the tablet knew."""
    for secret in secrets:
        try:
            return panic.half_open(secret, device, draft_id, sealed)
        except NotForUs:
            continue
    raise Malformed("half for another role")


def _label(directory: Directory, invite: bytes, device: bytes) -> str:
    known = directory.invites.get(invite)
    return known.label if known and known.label else device.hex()[:8]
