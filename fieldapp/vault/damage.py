"""Which rows of sealed reports do not open, without opening all of them at every look.

`look_over` opens some rows more each time it is called and goes round for ever; what it finds is written down, so
that the next session says it at once. `all` opens every row: for a shell's status and after a repair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from fieldapp.vault.lists import Lists, Stub
from fieldapp.vault.records import State
from fieldapp.vault.vault import DamagedRow, Vault
from firsthand import errors

TABLES = ("reports", "facts", "objects")
_OWN = ("reports", "objects")  # a report that is listed has a row in both


class Damage:
    """What is known of damaged rows: table -> row ids."""

    def __init__(self, vault: Vault, lists: Lists) -> None:
        self._vault = vault
        self._lists = lists
        self._known: dict[str, set[bytes]] | None = None
        self._cursor: tuple[int, bytes] | None = None

    def all(self) -> dict[str, list[bytes]]:
        """Opens every row; rows that are listed and gone count too."""
        with self._vault.guard:
            found = {table: set(self._broken(table, self._vault.ids(table))) for table in TABLES}
            listed = [stub for page in self._lists.pages() for stub in page]
            for table in _OWN:
                found[table] |= {stub.row_id for stub in listed if _has(stub, table)} - set(self._vault.ids(table))
            self._keep(found)
            return _sorted(found)

    def known(self) -> dict[str, list[bytes]]:
        """What was found so far and still does not open."""
        with self._vault.guard:
            known = self._load()
            still = {table: set(self._broken(table, sorted(ids))) for table, ids in known.items()}
            self._keep(still)
            return _sorted(still)

    def look_over(self, rows: int) -> None:
        """Opens the next rows of the round, some `rows` of them, and at most one table in a call."""
        with self._vault.guard:
            if self._cursor is None:
                # Each session begins elsewhere: short ones must not see the same few for ever.
                self._cursor = (self._vault.entropy.bytes(1)[0] % len(TABLES), self._vault.entropy.bytes(16))
            place, after = self._cursor
            table = TABLES[place]
            ids = self._vault.ids_after(table, after, rows)
            self._cursor = (place, ids[-1]) if len(ids) == rows else ((place + 1) % len(TABLES), b"")
            broken = set(self._broken(table, ids))
            if broken:
                known = self._load()
                self._keep(known | {table: known.get(table, set()) | broken})

    def _broken(self, table: str, row_ids: Iterable[bytes]) -> Iterator[bytes]:
        for row_id in row_ids:
            try:
                gone = self._vault.find(table, row_id) is None
            except errors.Damaged:
                yield row_id
                continue
            if gone and table in _OWN and self._is_listed(row_id, table):
                yield row_id

    def _is_listed(self, row_id: bytes, table: str) -> bool:
        return any(stub.row_id == row_id and _has(stub, table) for page in self._lists.pages() for stub in page)

    # -- memory ----------------------------------------------------------------------------------------------
    def _load(self) -> dict[str, set[bytes]]:
        if self._known is None:
            self._known = {}
            with suppress(DamagedRow):
                row: Any = self._vault.find("index", self._row_id())
                if isinstance(row, Mapping):
                    self._known = {str(table): set(ids) for table, ids in row.items() if table in TABLES}
        return self._known

    def _keep(self, found: Mapping[str, set[bytes]]) -> None:
        fresh = {table: set(ids) for table, ids in found.items() if ids}
        if fresh == self._load():
            return
        self._known = fresh
        with suppress(errors.DiskFull, errors.Busy), self._vault.write():
            if fresh:
                self._vault.put("index", self._row_id(), _sorted(fresh))
            else:
                self._vault.delete("index", self._row_id())

    def _row_id(self) -> bytes:
        return self._vault.named("index", b"damage")


def _has(stub: Stub, table: str) -> bool:
    """Whether a listed report must have a row there: what was withdrawn keeps only the one that says so."""
    return table == "reports" or stub.state is not State.PURGED


def _sorted(found: Mapping[str, set[bytes]]) -> dict[str, list[bytes]]:
    return {table: sorted(ids) for table, ids in found.items() if ids}
