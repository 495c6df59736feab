"""Custody of sealed objects: every step of state is one durable transaction.

Rules:
- An object exists as `unchecked` until it was read back and opened; sync never sees it before.
- A token and its list are written down before they are spoken, so that a retry says exactly the same.
- `logged` and the checkpoint that proves it are written together.
- Nothing here deletes a sealed object that has left, or may have left, the tablet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
KEEP_FACTS_DAYS = 14


class Custody:
    """Typed access to the tables reports, facts, objects and state of one vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    # -- mission ---------------------------------------------------------------------------------------------
    def save_mission(self, mission: Mission, files: Mapping[str, bytes]) -> None:
        """Writes what enrolment learned; call inside `vault.write`."""
        self._put_state(_MISSION, to_row(mission))
        self._put_state(_FILES, dict(files))

    def mission(self) -> Mission:
        """What enrolment learned."""
        return from_row(Mission, self._vault.get("state", self._name(_MISSION)))

    def directory_files(self) -> dict[str, bytes]:
        """The signed directory, as it came."""
        row = self._vault.get("state", self._name(_FILES))
        if not isinstance(row, dict):
            raise DamagedRow(table="state")
        return {str(name): bytes(data) for name, data in row.items() if isinstance(data, bytes)}

    # -- chain -----------------------------------------------------------------------------------------------
    def head(self) -> Head:
        """Where the chain stands."""
        return from_row(Head, self._vault.get("state", self._name(_HEAD)))

    def save_head(self, head: Head) -> None:
        """Moves the chain; call inside `vault.write`."""
        self._put_state(_HEAD, to_row(head))

    # -- sealing ---------------------------------------------------------------------------------------------
    def row_id(self, object_hash: bytes) -> bytes:
        """The row of an object in reports, facts and objects."""
        return self._vault.named("reports", object_hash)

    def add(self, item: Item, envelope: bytes, head: Head, facts: KeptFacts | None) -> bytes:
        """Writes object, state, facts and chain head; call inside `vault.write`. Returns the row id."""
        row_id = self.row_id(item.object_hash)
        self._vault.put("objects", row_id, envelope)
        self._vault.put("reports", row_id, to_row(item))
        if facts is not None:
            self._vault.put("facts", row_id, to_row(facts))
        self.save_head(head)
        return row_id

    def confirm(self, item: Item) -> None:
        """The self check has passed: the object counts, and the draft goes, in one transaction."""
        with self._vault.write():
            self._vault.put("reports", self.row_id(item.object_hash), to_row(item.at(State.SEALED)))
            if item.draft:
                self._vault.delete("drafts", item.draft)
                self._vault.delete("keyring", item.draft)

    def undo(self, item: Item) -> None:
        """Takes back an unchecked object, which nobody has seen, and the chain with it."""
        row_id = self.row_id(item.object_hash)
        with self._vault.write():
            for table in ("objects", "reports", "facts"):
                self._vault.delete(table, row_id)
            if item.before is not None:
                self.save_head(item.before)

    def undo_unchecked(self) -> int:
        """After a crash between sealing and self check: back to the draft. Returns how many there were."""
        unchecked = [item for item in self.items() if item.state is State.UNCHECKED]
        for item in sorted(unchecked, key=lambda each: each.order, reverse=True):
            self.undo(item)
        return len(unchecked)

    # -- reading ---------------------------------------------------------------------------------------------
    def items(self) -> list[Item]:
        """All objects whose rows open, in the order of sealing."""
        found = [from_row(Item, row.value) for row in self._vault.rows("reports") if not row.damaged]
        return sorted(found, key=lambda item: item.order)

    def item(self, row_id: bytes) -> Item:
        """One object."""
        return from_row(Item, self._vault.get("reports", row_id))

    def damaged(self) -> dict[str, int]:
        """Rows that do not open, by table."""
        counts = {
            table: sum(row.damaged for row in self._vault.rows(table)) for table in ("reports", "facts", "objects")
        }
        counts["drafts"] = sum(not self._draft_opens(draft_id) for draft_id in self._vault.ids("drafts"))
        return {table: count for table, count in counts.items() if count}

    def _draft_opens(self, draft_id: bytes) -> bool:
        """A draft is sealed under a key of its own, which is a row of the keyring."""
        try:
            key = self._vault.get("keyring", draft_id)
            self._vault.get("drafts", draft_id, key if isinstance(key, bytes) else None)
        except (DamagedRow, errors.NotFound):
            return False
        return True

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

    def expire_facts(self, today: int) -> int:
        """Forgets facts that are older than 14 days; returns how many."""
        rows = [row for row in self._vault.rows("facts") if not row.damaged]
        old = [row.id for row in rows if from_row(KeptFacts, row.value).day + KEEP_FACTS_DAYS < today]
        if old:
            with self._vault.write():
                for row_id in old:
                    self._vault.delete("facts", row_id)
            self._vault.shrink_log()
        return len(old)

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
        number = self._next_token()
        binding = Binding(number, tuple(row_ids))
        with self._vault.write():
            self._put_state(_TOKEN, number + 1)
            self._put_state(_BINDING, to_row(binding))
        return binding

    def unbind(self) -> None:
        """The token turned out to be spent on another list: the next one will do."""
        with self._vault.write():
            self._vault.delete("state", self._name(_BINDING))

    def mark_handed(self, row_ids: Iterable[bytes]) -> None:
        """A carrier has taken them; nothing is proven yet."""
        with self._vault.write():
            for row_id in row_ids:
                item = self.item(row_id)
                if item.state is State.SEALED:
                    self._vault.put("reports", row_id, to_row(item.at(State.HANDED)))

    def mark_logged(self, places: Mapping[bytes, int], seen: Seen) -> None:
        """Receipts have verified: row id -> log index, and the checkpoint that proves them."""
        with self._vault.write():
            for row_id, index in places.items():
                item = self.item(row_id)
                if item.state in UNSENT:
                    self._vault.put("reports", row_id, to_row(item.at(State.LOGGED, index)))
            self._put_state(_SEEN, to_row(seen))
            self._vault.delete("state", self._name(_BINDING))

    def _next_token(self) -> int:
        number = self._vault.find("state", self._name(_TOKEN))
        if number is None:
            return 0
        if not isinstance(number, int):
            raise errors.Damaged("token row")
        return number

    def _put_state(self, name: bytes, value: cbor.Value) -> None:
        self._vault.put("state", self._name(name), value)

    def _name(self, name: bytes) -> bytes:
        return self._vault.named("state", name)
