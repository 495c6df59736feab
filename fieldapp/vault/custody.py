"""Custody of sealed objects: every step of state is one durable transaction.

Rules:
- An object exists as `unchecked` until it was read back and opened; sync never sees it before.
- A token and its list are written down before they are spoken, so that a retry says exactly the same.
- `logged` and the checkpoint that proves it are written together.
- Nothing here deletes a sealed object that has left, or may have left, the tablet, but `purge`, which takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from fieldapp.vault.damage import Damage
from fieldapp.vault.lists import Lists, Stub
from fieldapp.vault.records import (
    UNSENT,
    Binding,
    Head,
    Item,
    KeptFacts,
    Mission,
    Seen,
    State,
    from_row,
    to_row,
)
from fieldapp.vault.vault import DamagedRow, Vault
from fieldapp.vault.waiting import Waiting
from firsthand import errors
from firsthand.protocol import cbor

_HEAD, _SEEN, _TOKEN, _BINDING, _MISSION, _FILES = (
    b"chain",
    b"checkpoint",
    b"token",
    b"binding",
    b"mission",
    b"directory",
)
_PROOFS = b"proofs"
_PROOFS_MAX = 400  # a year of daily sending; about 45 bytes each
NO_CHAIN = b""


class Custody:
    """Typed access to the tables reports, facts, objects and state of one vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.lists = Lists(vault, self._stored_head)
        self.damage = Damage(vault, self.lists)
        self.waiting = Waiting(vault)

    # -- mission ---------------------------------------------------------------------------------------------
    def save_mission(self, mission: Mission, files: Mapping[str, bytes]) -> None:
        """Writes what enrolment learned; call inside `vault.write`."""
        self._put_state(_MISSION, to_row(mission))
        self._put_state(_FILES, dict(files))

    def mission(self) -> Mission:
        """What enrolment learned."""
        return from_row(Mission, self._stored(_MISSION))

    def directory_files(self) -> dict[str, bytes]:
        """The signed directory, as it came."""
        row = self._stored(_FILES)
        if not isinstance(row, dict):
            raise DamagedRow(table="state")
        return {str(name): bytes(data) for name, data in row.items() if isinstance(data, bytes)}

    # -- chain -----------------------------------------------------------------------------------------------
    def head(self) -> Head:
        """Where the chain stands.

        Where its row is lost, the answer has no chain: unlocking begins another, since numbers must not be used
        twice. Day and total are then those of the newest object that is known.
        """
        try:
            return self._stored_head()
        except errors.Damaged:
            newest = self.lists.newest_stub()
            return Head(NO_CHAIN, 0, None, newest.sealed_day if newest else 0, newest.order + 1 if newest else 0)

    def _stored_head(self) -> Head:
        return from_row(Head, self._stored(_HEAD))

    def save_head(self, head: Head) -> None:
        """Moves the chain; call inside `vault.write`."""
        self._put_state(_HEAD, to_row(head))

    # -- sealing ---------------------------------------------------------------------------------------------
    def row_id(self, object_hash: bytes) -> bytes:
        """The row of an object in reports, facts and objects."""
        return self._vault.named("reports", object_hash)

    def add(self, item: Item, envelope: bytes, head: Head, facts: KeptFacts | None) -> bytes:
        """Writes object, state, facts and chain head; call inside `vault.write`. Returns the row id.

        An unchecked object is in no list until `confirm`.
        """
        row_id = self.row_id(item.object_hash)
        self._vault.put("objects", row_id, envelope)
        self._vault.put("reports", row_id, to_row(item))
        if facts is not None:
            self._vault.put("facts", row_id, to_row(facts))
        self.save_head(head)
        if item.state is State.UNCHECKED:
            self.lists.set_pending([*self._pending(), row_id])
        else:
            self.lists.put(Stub.of(item, row_id, facts, readable=facts is not None))
        return row_id

    def confirm(self, item: Item) -> None:
        """The self check has passed: the object counts, and the draft goes, in one transaction."""
        row_id, sealed = self.row_id(item.object_hash), item.at(State.SEALED)
        with self._vault.write():
            self._vault.put("reports", row_id, to_row(sealed))
            facts = self.facts(row_id)
            self.lists.set_pending(each for each in self._pending() if each != row_id)
            self.lists.put(Stub.of(sealed, row_id, facts, readable=facts is not None))
            if item.draft:
                self._vault.delete("drafts", item.draft)
                self._vault.delete("keyring", item.draft)
                self._vault.delete("halves", item.draft)
                self._vault.delete("attachments", item.draft)

    def undo(self, item: Item) -> None:
        """Takes back an unchecked object, which nobody has seen, and the chain with it."""
        row_id = self.row_id(item.object_hash)
        with self._vault.write():
            for table in ("objects", "reports", "facts"):
                self._vault.delete(table, row_id)
            self.lists.set_pending(each for each in self._pending() if each != row_id)
            if item.before is not None:
                self.save_head(item.before)

    def undo_unchecked(self) -> int:
        """After a crash between sealing and self check: back to the draft. Returns how many there were."""
        unchecked = self._unchecked()
        for item in sorted(unchecked, key=lambda each: each.order, reverse=True):
            self.undo(item)
        return len(unchecked)

    def _unchecked(self) -> list[Item]:
        """By the list of pending objects; by all rows where there is none that opens."""
        pending = self.lists.pending()
        found = self.items() if pending is None else self._readable(pending)
        return [item for item in found if item.state is State.UNCHECKED]

    def _pending(self) -> list[bytes]:
        pending = self.lists.pending()
        if pending is None:
            return [self.row_id(item.object_hash) for item in self._unchecked()]
        return pending

    # -- reading ---------------------------------------------------------------------------------------------
    def items(self) -> list[Item]:
        """All objects whose rows open, in the order of sealing. It opens every row: for repairs only."""
        found = [from_row(Item, row.value) for row in self._vault.rows("reports") if not row.damaged]
        return sorted(found, key=lambda item: item.order)

    def item(self, row_id: bytes) -> Item:
        """One object.

        Raises:
            NotFound, DamagedRow.
        """
        return from_row(Item, self._vault.get("reports", row_id))

    def unsent_items(self) -> list[Item]:
        """Objects that are not yet proven to be in the log, in the order of sealing; what is proven is not opened.

        One whose row does not open is left out: `damaged` counts it.
        """
        with self._vault.guard:
            return [
                item for item in self._readable(stub.row_id for stub in self.lists.waiting()) if item.state in UNSENT
            ]

    def find_report(self, report_id: bytes) -> Stub | None:
        """The newest object of a report, by its 16 bytes. Its row id leads to `item`, `facts` and `envelope`."""
        return self.lists.find_report(report_id)

    def find_object(self, report_id: bytes) -> bytes | None:
        """The hash of the newest object of a report; None if it is not of this tablet, or its row does not open."""
        stub = self.find_report(report_id)
        found = self._readable([stub.row_id] if stub else [])
        return found[0].object_hash if found else None

    def envelope(self, row_id: bytes) -> bytes:
        """The sealed object.

        Raises:
            DamagedRow: the row does not open.
        """
        value = self._vault.get("objects", row_id)
        if not isinstance(value, bytes):
            raise DamagedRow(table="objects")
        return value

    def facts(self, row_id: bytes) -> KeptFacts | None:
        """What is still readable of a report."""
        try:
            row = self._vault.find("facts", row_id)
        except DamagedRow:
            return None
        return None if row is None else from_row(KeptFacts, row)

    def damaged(self) -> dict[str, int]:
        """Rows of sealed reports that do not open or are gone, by table. It opens every row."""
        return {table: len(ids) for table, ids in self.damage.all().items()}

    def _readable(self, row_ids: Iterable[bytes]) -> list[Item]:
        found = []
        for row_id in row_ids:
            with suppress(errors.Damaged, errors.NotFound):
                found.append(self.item(row_id))
        return found

    # -- handing over ----------------------------------------------------------------------------------------
    def seen(self) -> Seen | None:
        """The newest verified checkpoint."""
        row = self._vault.find("state", self._name(_SEEN))
        return None if row is None else from_row(Seen, row)

    def binding(self) -> Binding | None:
        """The token and list that were written down and not yet answered."""
        row = self._vault.find("state", self._name(_BINDING))
        return None if row is None else from_row(Binding, row)

    def bind(self, row_ids: Sequence[bytes]) -> Binding:
        """Takes the next token for exactly this list, and writes both down before anyone hears of them."""
        with self._vault.write():
            binding = Binding(self.take_token(), tuple(row_ids))
            self._put_state(_BINDING, to_row(binding))
        return binding

    def take_token(self) -> int:
        """The number of the next token, which nobody gets again; call inside `vault.write`."""
        number = self._next_token()
        self._put_state(_TOKEN, number + 1)
        return number

    def save_seen(self, seen: Seen) -> None:
        """Keeps a verified checkpoint together with what it proves; call inside `vault.write`."""
        self._put_state(_SEEN, to_row(seen))

    def proof_of(self, log_index: int) -> Seen | None:
        """The first checkpoint kept here that proves a place in the log; without its note. None: no longer kept."""
        return next((seen for seen in self._proofs() if seen.size > log_index), None)

    def keep_proofs(self, proofs: Iterable[Seen]) -> None:
        """Instead of those that are kept; ordered by size. Call inside `vault.write`."""
        kept = sorted(proofs, key=lambda seen: seen.size)[-_PROOFS_MAX:]
        self._put_state(_PROOFS, [[seen.size, seen.day, seen.root] for seen in kept])

    def _proofs(self) -> list[Seen]:
        """What does not open is forgotten: nothing but a page of receipts rests on it."""
        rows, found = None, []
        with suppress(errors.Damaged):
            rows = self._vault.find("state", self._name(_PROOFS))
        for row in rows if isinstance(rows, list) else ():
            match row:
                case [int(size), int(day), bytes(root)]:
                    found.append(Seen(size, root, day, ""))
        return found

    def unbind(self) -> None:
        """The token turned out to be spent on another list: the next one will do."""
        with self._vault.write():
            self._vault.delete("state", self._name(_BINDING))

    def mark_handed(self, row_ids: Iterable[bytes]) -> None:
        """A carrier has taken them; nothing is proven yet."""
        with self._vault.write():
            items = {row_id: self.item(row_id) for row_id in row_ids}
            self._move({row_id: item.at(State.HANDED) for row_id, item in items.items() if item.state is State.SEALED})

    def mark_logged(self, places: Mapping[bytes, int], seen: Seen) -> None:
        """Receipts have verified: row id -> log index, and the checkpoint that proves them."""
        with self._vault.write():
            items = {row_id: self.item(row_id) for row_id in places}
            self._move(
                {
                    row_id: item.at(State.LOGGED, places[row_id])
                    for row_id, item in items.items()
                    if item.state in UNSENT
                }
            )
            self._put_state(_SEEN, to_row(seen))
            proofs = self._proofs()
            if all(kept.size != seen.size for kept in proofs):
                self.keep_proofs([*proofs, seen])
            self._vault.delete("state", self._name(_BINDING))

    def forget_facts(self, stub: Stub) -> None:
        """Nothing of a report stays readable here; the sealed object stays. Inside `vault.write`."""
        self._vault.delete("facts", stub.row_id)
        self.lists.bare(stub, self.item(stub.row_id))

    def purge(self, stub: Stub) -> None:
        """Its author has taken a report back: only the row that says so stays. Inside `vault.write`."""
        item = self.item(stub.row_id)
        gone = item.at(State.PURGED, item.log_index)
        self._vault.put("reports", stub.row_id, to_row(gone))
        for table in ("objects", "facts"):
            self._vault.delete(table, stub.row_id)
        self.lists.bare(stub, gone)

    def replace_items(self, items: Mapping[bytes, Item]) -> None:
        """Row id -> item as it shall be, in rows and lists; for the workspace beside alone. Inside `vault.write`."""
        self._move(items)

    def _move(self, items: Mapping[bytes, Item]) -> None:
        for row_id, item in items.items():
            self._vault.put("reports", row_id, to_row(item))
        self.lists.move(items, self.facts)

    def _next_token(self) -> int:
        number = self._vault.find("state", self._name(_TOKEN))
        if number is None:
            return 0
        if not isinstance(number, int):
            raise errors.Damaged("token row")
        return number

    def _stored(self, name: bytes) -> cbor.Value:
        """A row that every tablet has: without it, something was lost.

        Raises:
            DamagedRow: it does not open, or is gone.
        """
        row = self._vault.find("state", self._name(name))
        if row is None:
            raise DamagedRow(table="state")
        return row

    def _put_state(self, name: bytes, value: cbor.Value) -> None:
        self._vault.put("state", self._name(name), value)

    def _name(self, name: bytes) -> bytes:
        return self._vault.named("state", name)
