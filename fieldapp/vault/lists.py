"""Lists of sealed objects, and what stays readable of them: the index, kept true to the rows.

An index that is damaged, missing or behind is built anew from the rows, once, and the question is asked again;
so no caller ever meets a damaged index. That repair opens every row; nothing else here does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from fieldapp.vault.index import Index, Totals
from fieldapp.vault.records import Head, Item, KeptFacts, State, from_row
from fieldapp.vault.stubs import PAGE_STUBS, Stub
from fieldapp.vault.vault import DamagedRow, Vault
from firsthand import errors

__all__ = ["Lists", "Stub", "Totals"]

_R = TypeVar("_R")


class Lists:
    """The lists of one open vault. Reading takes the vault's guard; writing belongs inside `vault.write`."""

    def __init__(self, vault: Vault, head: Callable[[], Head]) -> None:
        self._vault = vault
        self._head = head
        self._index = Index(vault)
        self._checked = False
        self.rebuilt = 0

    # -- reading ---------------------------------------------------------------------------------------------
    def totals(self) -> Totals:
        """How many reports there are, by page."""
        return self._ask(lambda index: index.totals())

    def newest(
        self, column: Callable[[Totals], bytes], wanted: Callable[[Stub], bool], start: int, stop: int
    ) -> list[Stub]:
        """Stubs [start, stop) of those that `wanted` accepts, newest first; see `Index.newest`."""
        return self._ask(lambda index: index.newest(column, wanted, start, stop))

    def pages(self) -> Iterator[list[Stub]]:
        """Reports by page, newest first."""
        for number in range(len(self.totals().reports) - 1, -1, -1):
            page = self._page(number)
            yield [stub for stub in reversed(page) if stub.report_id]

    def waiting(self) -> list[Stub]:
        """Objects that are not yet proven to be in the log, in the order of sealing."""
        stubs = self._ask(lambda index: list(index.each(lambda totals: totals.waiting)))
        return [stub for stub in reversed(stubs) if stub.unsent]

    def oldest_waiting(self) -> Stub | None:
        """The object that has waited longest for its proof."""
        return self._ask(lambda index: index.oldest(lambda totals: totals.waiting, lambda stub: stub.unsent))

    def readable(self) -> list[Stub]:
        """Reports whose facts are still kept, newest first."""
        return [stub for stub in self._ask(lambda index: list(index.each(lambda t: t.readable))) if stub.readable]

    def find_report(self, report_id: bytes) -> Stub | None:
        """The newest object of a report; pages are read from the newest on."""
        return next((stub for page in self.pages() for stub in page if stub.report_id == report_id), None)

    def newest_stub(self) -> Stub | None:
        """The last object that was sealed, of any type."""
        for number in range(len(self.totals().reports) - 1, -1, -1):
            if page := self._page(number):
                return page[-1]
        return None

    def pending(self) -> list[bytes] | None:
        """Row ids of objects that wait for their self check; None where only the rows can tell."""
        with self._vault.guard:
            try:
                self._check()
                self._index.totals()
                return self._index.pending()
            except DamagedRow:
                return None

    # -- writing ---------------------------------------------------------------------------------------------
    def set_pending(self, row_ids: Iterable[bytes]) -> None:
        """Replaces the list of objects that wait for their self check."""
        self._index.set_pending(row_ids)

    def put(self, stub: Stub) -> None:
        """Adds an object."""
        self._ask(lambda index: index.put([stub]))

    def move(self, items: Mapping[bytes, Item], facts: Callable[[bytes], KeptFacts | None]) -> None:
        """Objects have come further: row id -> item."""

        def change(index: Index) -> None:
            numbers = {item.order // PAGE_STUBS for item in items.values()}
            known = {stub.row_id: stub for number in numbers for stub in index.page(number)}
            fresh = (_moved(known.get(row_id), row_id, item, facts) for row_id, item in items.items())
            index.put(list(fresh))

        if items:
            self._ask(change)

    def bare(self, stub: Stub, item: Item) -> None:
        """Puts a line without title and area in the place of a report's, in the state of `item`."""
        line = replace(stub, title="", area="", readable=False, state=item.state, log_index=item.log_index)
        self._ask(lambda index: index.put([line]))

    def expire(self, today: int, *, days: int, last: int) -> int:
        """Forgets facts that were sealed more than `days` days ago, or before the newest `last`; returns how many.

        Title and area go from the list with them. Only the oldest pages that still hold readable facts are opened.
        Inside `vault.write` it belongs to that transaction, and whoever began it empties the log afterwards.
        """
        with self._vault.guard:
            totals = self.totals()
            count = sum(totals.readable)
            old: list[Stub] = []
            for number, readable in enumerate(totals.readable):
                if not readable:
                    continue
                page = [stub for stub in self._page(number) if stub.readable]
                gone = [s for place, s in enumerate(page) if s.sealed_day + days < today or count - place > last]
                old += gone
                count -= len(gone)
                if len(gone) < len(page):
                    break
            loose = [pair for pair in totals.loose if pair[0] + days >= today]
            over = [row_id for day, row_id in totals.loose if (day, row_id) not in loose]
            if old or over:
                self._forget(old, over, loose)
            return len(old) + len(over)

    def _forget(self, old: list[Stub], over: list[bytes], loose: list[tuple[int, bytes]]) -> None:
        with self._vault.write():
            for row_id in [*(stub.row_id for stub in old), *over]:
                self._vault.delete("facts", row_id)
            bare = [replace(stub, title="", area="", readable=False) for stub in old]
            self._ask(lambda index: index.put(bare))
            if over:
                self._ask(lambda index: index.set_loose(loose))
        if not self._vault.writing:
            self._vault.shrink_log()

    # -- trust -----------------------------------------------------------------------------------------------
    def _page(self, number: int) -> tuple[Stub, ...]:
        return self._ask(lambda index: index.page(number))

    def _ask(self, work: Callable[[Index], _R]) -> _R:
        with self._vault.guard:
            try:
                self._check()
                return work(self._index)
            except DamagedRow as damage:
                if damage.fields.get("table") != "index":
                    raise
            self.rebuild()
            return work(self._index)

    def _check(self) -> None:
        """Once a session: an index that another version, or a copy, left behind is not believed."""
        if self._checked or self._vault.writing:
            return
        end, known = self._index.totals().end + len(self._index.pending()), self._total()
        if known is not None and end != known:
            raise DamagedRow(table="index")
        self._checked = True

    def _total(self) -> int | None:
        """Objects sealed so far, by the chain's head; None where that does not open."""
        try:
            return self._head().total
        except errors.Damaged:
            return None

    def rebuild(self) -> None:
        """Builds the index from the rows, which are the truth.

        What only the index knew is taken from its intact pages: the kind of a report whose facts have expired, and
        the line of a report whose own row does not open.
        """
        with self._vault.guard:
            stubs = {stub.row_id: stub for page in self._index.intact_pages() for stub in page}
            facts = {row.id: _facts(row.value) for row in self._vault.rows("facts")}
            for row in self._vault.rows("reports"):
                item = _item(row.value)
                if item is None:
                    continue
                old = stubs.pop(row.id, None)
                if item.state is not State.UNCHECKED:
                    kind, readable = old.kind if old else "", row.id in facts
                    stubs[row.id] = Stub.of(item, row.id, facts.get(row.id), readable=readable, kind=kind)
            loose = [(kept.day, row_id) for row_id, kept in facts.items() if kept is not None and row_id not in stubs]
            self._index.replace_all(stubs.values(), loose)
            self._checked = True
            self.rebuilt += 1


def _moved(old: Stub | None, row_id: bytes, item: Item, facts: Callable[[bytes], KeptFacts | None]) -> Stub:
    if old is not None:
        return replace(old, state=item.state, log_index=item.log_index)
    kept = facts(row_id)
    return Stub.of(item, row_id, kept, readable=kept is not None)


def _item(row: object) -> Item | None:
    try:
        return from_row(Item, row)
    except errors.Damaged:
        return None


def _facts(row: object) -> KeptFacts | None:
    try:
        return from_row(KeptFacts, row)
    except errors.Damaged:
        return None
