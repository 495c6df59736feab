"""The index: what lists and counts need, without opening a row for each report.

    page n     stubs of the orders [n * 128, n * 128 + 128), one sealed row
    summary    one sealed row: for every page how many reports, unsent ones and readable ones it holds (a byte each)
    pending    one sealed row: objects that wait for their self check

Rules:
- pages and summary change in the transaction that changes the object;
- nothing here is the truth: a page or summary that is damaged, missing or behind raises `DamagedRow` with
  table "index", and `Custody` builds all anew from the rows;
- what was decoded stays in memory while the vault is open. What a transaction reads or writes is remembered apart,
  serves that transaction, and joins the rest once the transaction was kept; one that was undone leaves nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fieldapp.vault.stubs import PAGE_STUBS, PageCounts, Stub, decode_page, encode_page
from fieldapp.vault.vault import DamagedRow, Vault
from firsthand import errors
from firsthand.protocol import cbor

_TABLE = "index"
_FORM = 1
_CACHED_PAGES = 256  # 32,768 stubs, some 20 MB
_BYTE_MAX = 255


@dataclass(frozen=True, slots=True)
class Totals:
    """The summary.

    Attributes:
        end: the first order that is not in the index.
        reports, unsent, waiting, readable: a byte a page; see `PageCounts`.
        loose: (sealed day, row id) of readable facts whose report's row is lost; they expire like all others.
    """

    end: int = 0
    reports: bytes = b""
    unsent: bytes = b""
    waiting: bytes = b""
    readable: bytes = b""
    loose: tuple[tuple[int, bytes], ...] = ()

    def with_page(self, number: int, counts: PageCounts, end: int) -> Totals:
        """With one page counted anew."""
        return Totals(
            end=max(self.end, end),
            reports=_with_byte(self.reports, number, counts.reports),
            unsent=_with_byte(self.unsent, number, counts.unsent),
            waiting=_with_byte(self.waiting, number, counts.waiting),
            readable=_with_byte(self.readable, number, counts.readable),
            loose=self.loose,
        )


def _with_byte(column: bytes, number: int, value: int) -> bytes:
    grown = bytearray(column.ljust(number + 1, b"\0"))
    grown[number] = min(value, _BYTE_MAX)
    return bytes(grown)


@dataclass(slots=True)
class _Draft:
    """What one transaction has read and written; `number` is that transaction's."""

    number: int = 0
    totals: Totals | None = None
    pages: dict[int, tuple[Stub, ...]] = field(default_factory=dict)


class Index:
    """Stubs of one open vault. Reading takes the vault's guard; writing belongs inside `vault.write`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._pages: OrderedDict[int, tuple[Stub, ...]] = OrderedDict()
        self._totals: Totals | None = None
        self._draft = _Draft()
        # The whole index, where the disk did not take it: it serves until the next write tries again.
        self._unsaved: tuple[Totals, Mapping[int, tuple[Stub, ...]]] | None = None

    # -- reading ---------------------------------------------------------------------------------------------
    def totals(self) -> Totals:
        """The summary.

        Raises:
            DamagedRow: there is none that opens.
        """
        with self._vault.guard:
            if self._unsaved is not None:
                return self._unsaved[0]
            draft = self._open_draft()
            found = draft.totals or self._totals or self._read_totals()
            if self._vault.writing:
                draft.totals = found
            else:
                self._totals = found
            return found

    def page(self, number: int) -> tuple[Stub, ...]:
        """The stubs of a page, by order.

        Raises:
            DamagedRow: it does not open, or is not there.
        """
        with self._vault.guard:
            if self._unsaved is not None:
                return self._unsaved[1].get(number, ())
            draft = self._open_draft()
            page = draft.pages.get(number, self._pages.get(number))
            if page is None:
                page = self._read_page(number)
            if self._vault.writing:
                draft.pages[number] = page
            else:
                self._remember(number, page)
            return page

    def newest(
        self, column: Callable[[Totals], bytes], wanted: Callable[[Stub], bool], start: int, stop: int
    ) -> list[Stub]:
        """Stubs [start, stop) of those that `wanted` accepts, newest first; only pages that hold them are opened.

        `column` names how many of them each page holds.
        """
        found: list[Stub] = []
        with self._vault.guard:
            counts = column(self.totals())
            passed = 0
            for number in range(len(counts) - 1, -1, -1):
                if passed >= stop:
                    break
                if counts[number] and passed + counts[number] > start:
                    matching = [stub for stub in reversed(self.page(number)) if wanted(stub)]
                    found += matching[max(start - passed, 0) : stop - passed]
                passed += counts[number]
        return found

    def each(self, column: Callable[[Totals], bytes]) -> Iterator[Stub]:
        """All stubs of pages that hold any of a kind, newest first."""
        counts = column(self.totals())
        for number in range(len(counts) - 1, -1, -1):
            if counts[number]:
                yield from reversed(self.page(number))

    def oldest(self, column: Callable[[Totals], bytes], wanted: Callable[[Stub], bool]) -> Stub | None:
        """The first by order of those that `wanted` accepts."""
        with self._vault.guard:
            for number, count in enumerate(column(self.totals())):
                if count:
                    return next((stub for stub in self.page(number) if wanted(stub)), None)
        return None

    def intact_pages(self) -> list[tuple[Stub, ...]]:
        """The pages that open, whatever became of the summary."""
        pages = []
        with self._vault.guard:
            ids = set(self._vault.ids(_TABLE))
            number, missed = 0, 0
            while ids and missed <= len(ids):
                if self._page_id(number) in ids:
                    ids.discard(self._page_id(number))
                    missed = 0
                    with suppress(errors.Damaged):
                        pages.append(self._read_page(number))
                else:
                    missed += 1
                number += 1
        return pages

    # -- writing ---------------------------------------------------------------------------------------------
    def put(self, stubs: Iterable[Stub]) -> None:
        """Adds stubs, or replaces those of the same object; call inside `vault.write`.

        Raises:
            DamagedRow: a page or the summary does not open.
        """
        if self._unsaved is not None:
            raise DamagedRow(table=_TABLE)
        pages: dict[int, list[Stub]] = {}
        for stub in stubs:
            pages.setdefault(stub.order // PAGE_STUBS, []).append(stub)
        totals = self.totals()
        for number, changed in sorted(pages.items()):
            before = self.page(number) if number < len(totals.reports) else ()
            by_row = {(stub.order, stub.row_id): stub for stub in (*before, *changed)}
            page = tuple(by_row[key] for key in sorted(by_row))
            totals = totals.with_page(number, PageCounts.of(page), page[-1].order + 1)
            self._write_page(number, page)
        self._write_totals(totals)

    def set_loose(self, loose: Iterable[tuple[int, bytes]]) -> None:
        """Replaces the list of facts without a report; call inside `vault.write`."""
        self._write_totals(replace(self.totals(), loose=tuple(loose)))

    def replace_all(self, stubs: Iterable[Stub], loose: Iterable[tuple[int, bytes]]) -> None:
        """Writes the whole index; on a full disk it serves from memory until the next write."""
        pages: dict[int, list[Stub]] = {}
        for stub in sorted(stubs, key=lambda each: each.order):
            pages.setdefault(stub.order // PAGE_STUBS, []).append(stub)
        totals = Totals(loose=tuple(loose))
        for number in range(max(pages, default=-1) + 1):
            page = pages.setdefault(number, [])
            totals = totals.with_page(number, PageCounts.of(page), page[-1].order + 1 if page else 0)
        try:
            with self._vault.write():
                for number, page in pages.items():
                    self._write_page(number, tuple(page))
                self._write_totals(totals)
            self._unsaved = None
        except errors.DiskFull:
            if self._vault.writing:
                raise
            self._unsaved = (totals, {number: tuple(page) for number, page in pages.items()})
        self._pages.clear()
        self._totals, self._draft = None, _Draft()

    # -- pending ---------------------------------------------------------------------------------------------
    def pending(self) -> list[bytes]:
        """Row ids of objects that wait for their self check.

        Raises:
            DamagedRow: the list does not open.
        """
        row = self._vault.find(_TABLE, self._pending_id())
        if row is None:
            return []
        if not isinstance(row, list) or not all(isinstance(each, bytes) for each in row):
            raise DamagedRow(table=_TABLE)
        return [each for each in row if isinstance(each, bytes)]

    def set_pending(self, row_ids: Iterable[bytes]) -> None:
        """Replaces the list; call inside `vault.write`."""
        rows = list(row_ids)
        if rows:
            self._vault.put(_TABLE, self._pending_id(), rows)
        else:
            self._vault.delete(_TABLE, self._pending_id())

    # -- memory ----------------------------------------------------------------------------------------------
    def _open_draft(self) -> _Draft:
        """That of the open transaction; empty outside of any."""
        draft, vault = self._draft, self._vault
        if vault.writing and draft.number == vault.begun:
            return draft
        if draft.number == vault.kept:
            self._totals = draft.totals or self._totals
            for number, page in draft.pages.items():
                self._remember(number, page)
        self._draft = _Draft(vault.begun if vault.writing else 0)
        return self._draft

    def _remember(self, number: int, page: tuple[Stub, ...]) -> None:
        self._pages[number] = page
        self._pages.move_to_end(number)
        if len(self._pages) > _CACHED_PAGES:
            self._pages.popitem(last=False)

    # -- rows ------------------------------------------------------------------------------------------------
    def _read_totals(self) -> Totals:
        match self._vault.find(_TABLE, self._summary_id()):
            case [1, int(end), bytes(reports), bytes(unsent), bytes(waiting), bytes(readable), list(loose)]:
                pairs = tuple((int(day), bytes(row_id)) for day, row_id in loose)
                return Totals(end, reports, unsent, waiting, readable, pairs)
        raise DamagedRow(table=_TABLE)

    def _write_totals(self, totals: Totals) -> None:
        self._open_draft().totals, self._totals = totals, None
        columns = [totals.reports, totals.unsent, totals.waiting, totals.readable]
        row: list[cbor.Value] = [_FORM, totals.end, *columns, list(totals.loose)]
        self._vault.put(_TABLE, self._summary_id(), row)

    def _read_page(self, number: int) -> tuple[Stub, ...]:
        row = self._vault.find(_TABLE, self._page_id(number))
        try:
            return decode_page(row)
        except DamagedRow:
            raise
        except errors.Damaged as error:
            raise DamagedRow(table=_TABLE) from error

    def _write_page(self, number: int, page: tuple[Stub, ...]) -> None:
        self._pages.pop(number, None)
        self._open_draft().pages[number] = page
        self._vault.put(_TABLE, self._page_id(number), encode_page(page))

    def _page_id(self, number: int) -> bytes:
        return self._vault.named(_TABLE, b"page %d" % number)

    def _summary_id(self) -> bytes:
        return self._vault.named(_TABLE, b"summary")

    def _pending_id(self) -> bytes:
        return self._vault.named(_TABLE, b"pending")
