"""Panic: open drafts close, and nothing is destroyed (PROTOCOL "Custody states on the tablet").

    draft key = a xor b         keyring row of the draft = {"a": a, "c": b sealed to the custodian}
                                row of the table `halves` = b

Theory. Every draft's key is split from the moment it is drawn, so a panic is one statement, which empties the
table `halves`, and needs no key: it works while locked, under the duress passphrase and beside any other job.
What is left, a and c, opens nothing here. At the next opening the c's travel to the custodian in an envelope of
the type `panic`; the custodian's desk answers with a file of b's, which `restore` takes. Splitting anew at
that moment makes the file worthless afterwards: it re-opens one panic, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.vault.vault import DamagedRow, erase_halves
from firsthand import errors
from firsthand.protocol import panic as wire

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet
    from firsthand.protocol.directory import Directory

CUSTODIAN = "custodian"
_IDENTITIES = 3
_ENVELOPE_HALVES = 100  # 120 KB of what cannot be compressed; an envelope holds about 160


class ReturnSpent(errors.Refused):
    """The halves in this file fit no draft that is closed now: an earlier panic's, or used already."""

    code = "return-spent"


# -- keys of drafts ------------------------------------------------------------------------------------------
def new_draft_key(tablet: Tablet, draft_id: bytes) -> bytes:
    """Draws and keeps the key (32 B) of a new draft; call inside `vault.write`."""
    key = tablet.ports.entropy.bytes(wire.HALF_BYTES)
    split_key(tablet, draft_id, key)
    return key


def draft_key(tablet: Tablet, draft_id: bytes) -> bytes:
    """The key of a draft.

    Raises:
        Panicked: its half is with the custodian.
        NotFound: no such draft. DamagedRow: the row of its key does not open.
    """
    row = tablet.vault.get("keyring", draft_id)
    if isinstance(row, bytes):  # kept whole by version 1; `split_whole_keys` ends that
        return row
    match row, tablet.vault.find("halves", draft_id):
        case {"a": bytes(kept), "c": bytes()}, bytes(half) if len(kept) == len(half) == wire.HALF_BYTES:
            return _xor(kept, half)
        case {"a": bytes(), "c": bytes()}, None:
            raise errors.Panicked("half is gone")
    raise DamagedRow(table="keyring")


def drop_draft_key(tablet: Tablet, draft_id: bytes) -> None:
    """Deletes all that is kept of a draft's key; call inside `vault.write`."""
    for table in ("keyring", "halves"):
        tablet.vault.delete(table, draft_id)


def split_key(tablet: Tablet, draft_id: bytes, key: bytes) -> None:
    """Keeps a key in fresh halves; call inside `vault.write`."""
    half = tablet.ports.entropy.bytes(wire.HALF_BYTES)
    sealed = wire.half_seal(_custodian_public(tablet.directory), tablet.device, draft_id, half)
    tablet.vault.put("keyring", draft_id, {"a": _xor(key, half), "c": sealed})
    tablet.vault.put("halves", draft_id, half)


def split_whole_keys(tablet: Tablet) -> int:
    """Splits the keys that version 1 kept whole; how many there were."""
    vault, found = tablet.vault, 0
    with vault.write():
        for draft_id in vault.ids("drafts"):
            with suppress(errors.NotFound, DamagedRow):
                key = vault.get("keyring", draft_id)
                if isinstance(key, bytes):
                    split_key(tablet, draft_id, key)
                    found += 1
    if found:
        vault.shrink_log()
    return found


# -- panic ---------------------------------------------------------------------------------------------------
def panic(tablet: Tablet) -> int:
    """Closes all drafts, at once; returns how many. Lock the tablet right after: `close`, and wipe its PIN.

    It goes through a connection of its own: a job that holds the session is not waited for, only its running
    transaction. In the decoy it closes what is shown there, and the officer's drafts as well.

    Raises:
        Busy: another program has held the store for seconds. DiskFull, Damaged: as they say.
    """
    return erase_halves(tablet.home, tablet.vault.workspace)


def panic_closed(home: Path) -> None:
    """The same for a locked tablet, without any key; a folder without a vault has nothing to close.

    Raises:
        Busy, DiskFull, Damaged.
    """
    erase_halves(home)


def panicked(tablet: Tablet) -> int:
    """How many drafts wait for their half."""
    return len(_closed(tablet))


def tell_custodian(tablet: Tablet) -> int:
    """Seals the c's that have not travelled yet; returns how many. Called at every opening.

    The mark comes after the envelope: a crash between the two sends the same halves twice, which does no harm.

    Raises:
        DiskFull: the next opening will do it.
    """
    from fieldapp.flows.seal import seal_service

    vault = tablet.vault
    with vault.guard:
        untold = [(draft_id, row) for draft_id, row in _closed(tablet).items() if "told" not in row]
        for at in range(0, len(untold), _ENVELOPE_HALVES):
            some = untold[at : at + _ENVELOPE_HALVES]
            part = wire.envelope_part((draft_id, row["c"]) for draft_id, row in some)
            seal_service(tablet, wire.ENVELOPE_TYPE, _grants(tablet), {_IDENTITIES: part})
            with vault.write():
                for draft_id, row in some:
                    vault.put("keyring", draft_id, {**row, "told": True})
    return len(untold)


# -- return --------------------------------------------------------------------------------------------------
def restore(tablet: Tablet, data: bytes) -> int:
    """Re-opens drafts with the file of the custodian's desk; how many (0: all in it are open already).

    Raises:
        Malformed: cut, flipped or no such file. NotForUs: another tablet's. BadSignature: not from the
            custodian's desk. ReturnSpent: none of it fits what is closed now. Nothing has changed then.
    """
    returned = _returned(tablet, data)
    with tablet.vault.guard:
        closed = _closed(tablet)
        tried = {name: _fitting(tablet, name, closed[name]["a"], half) for name, half in returned if name in closed}
        fitting = {draft_id: key for draft_id, key in tried.items() if key is not None}
        if tried and not fitting:
            raise ReturnSpent
        if fitting:
            with tablet.vault.write():
                for draft_id, key in fitting.items():
                    split_key(tablet, draft_id, key)
    return len(fitting)


def _returned(tablet: Tablet, data: bytes) -> list[wire.Half]:
    """Opened under the key of whichever desk of the custodian signed it."""
    desks = [desk.sign_public for desk in tablet.directory.desks if desk.role == CUSTODIAN]
    failed: errors.BadSignature | None = None
    for public in desks:
        try:
            return wire.open_return_file(data, tablet.keyring.kem, public, tablet.device)
        except errors.BadSignature as error:
            failed = error
    raise failed or errors.BadSignature("the mission names no custodian's desk")


def _fitting(tablet: Tablet, draft_id: bytes, kept: bytes, half: bytes) -> bytes | None:
    """The draft's key, if this half is the one that is missing."""
    key = _xor(kept, half)
    try:
        tablet.vault.get("drafts", draft_id, key)
    except (DamagedRow, errors.NotFound):
        return None
    return key


# -- rows ----------------------------------------------------------------------------------------------------
def _closed(tablet: Tablet) -> dict[bytes, dict[str, Any]]:
    """Drafts without their half, with what is kept of their keys. A key that is lost is another matter."""
    vault = tablet.vault
    found: dict[bytes, dict[str, Any]] = {}
    with vault.guard:
        for draft_id in sorted(set(vault.ids("drafts")) - set(vault.ids("halves"))):
            with suppress(DamagedRow):
                row: Any = vault.find("keyring", draft_id)
                match row:
                    case {"a": bytes(), "c": bytes()}:
                        found[draft_id] = dict(row)
    return found


def _grants(tablet: Tablet) -> Sequence[frozenset[int]]:
    """The halves to the custodian; the bare manifest to the registrar, who judges gaps in chains."""
    policy, holder = tablet.policy, _custodian(tablet.directory)
    return [
        frozenset(({0, _IDENTITIES} if role == holder else set()) | ({0} if role == policy.registrar else set()))
        for role in policy.roles
    ]


def _custodian(directory: Directory) -> str:
    """The role that keeps halves: alone they open nothing, so a mission without custodian may use any other."""
    names = [role.name for role in directory.roles]
    return CUSTODIAN if CUSTODIAN in names else names[0]


def _custodian_public(directory: Directory) -> bytes:
    holder = _custodian(directory)
    return next(role.kem_public for role in directory.roles if role.name == holder)


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(wire.HALF_BYTES, "big")
