"""Shows erase keys to the relay: first of all in a sync, so that what was taken back is not fetched in the meantime.

Nothing counts as erased that no tombstone in the log proves, under a checkpoint that continues what this tablet has
seen; except an object that the relay says it never had, which is as good.
"""

from __future__ import annotations

from fieldapp.sync.carrier import Carrier, Refusal, RelayBusy, RelayFull, Session
from fieldapp.sync.proof import Proof
from fieldapp.vault.records import Seen
from fieldapp.vault.withdrawals import Erase, Withdrawals
from firsthand import errors

_NOT_FOUND, _BUSY, _FULL = 404, 503, 507


def erase_due(session: Session, carrier: Carrier, proof: Proof) -> int:
    """Shows every key whose time has come; how many objects are proven to be gone.

    Raises:
        NoNetwork, RelayRefused, WrongReceipt: what was proven stays so, the rest waits for the next sync.
    """
    rows = Withdrawals(session.vault)
    due = [(withdrawn.id, each) for withdrawn in rows.all() for each in withdrawn.due]
    for row_id, each in due:
        seen = None if session.decoy else _show(carrier, proof, each)
        _keep(session, rows, row_id, each, seen)
    return len(due)


def _show(carrier: Carrier, proof: Proof, each: Erase) -> Seen | None:
    try:
        return proof.erased(carrier.erase(each.object_hash, each.key), each.object_hash, each.key)
    except Refusal as refusal:
        if refusal.status == _NOT_FOUND:
            return None
        known: dict[int, type[errors.RelayRefused]] = {_BUSY: RelayBusy, _FULL: RelayFull}
        raise known.get(refusal.status, errors.RelayRefused)() from refusal


def _keep(session: Session, rows: Withdrawals, row_id: bytes, each: Erase, seen: Seen | None) -> None:
    with session.vault.write():
        rows.put(rows.get(row_id).after(each.object_hash))
        if seen is not None:
            session.custody.save_seen(seen)
