"""What a list shows of one sealed object: a stub, and the row form of a page of stubs.

A stub is a copy for lists; the tables `reports` and `facts` stay the truth. A sensitive report's stub holds no
kind, title or area from the start; an ordinary one loses title and area when its facts expire.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fieldapp.vault.records import UNSENT, Item, KeptFacts, State
from firsthand import errors
from firsthand.protocol import cbor

PAGE_STUBS = 128
_FORM = 1
_STATES = tuple(State)
# order, row id, report id, flags, state, recorded_at_s, sealed_day, size_bytes, seq, log_index (-1: none)
_FIXED = struct.Struct(">I16s16sBBqIIIq")
_REPORT, _SENSITIVE, _READABLE = 1, 2, 4
_NO_REPORT = bytes(16)


@dataclass(frozen=True, slots=True)
class Stub:
    """One line of a list.

    Attributes:
        order: place in lists, over all chains; page `order // PAGE_STUBS`.
        row_id: 16 bytes; the row in reports, facts and objects.
        report_id: 16 bytes, empty for an enrolment.
        state: custody; never `unchecked`.
        kind, title, area: as in the facts; empty where they are not, or no longer, known here.
        recorded_at_s: as the device believed; for sensitive ones the start of the day.
        sealed_day: days since 1970.
        readable: there is a row in `facts`.
        log_index: place in the relay's log, once proven.
    """

    order: int
    row_id: bytes
    report_id: bytes
    state: State
    kind: str
    title: str
    area: str
    recorded_at_s: int
    sensitive: bool
    sealed_day: int
    size_bytes: int
    seq: int
    readable: bool
    log_index: int | None

    @classmethod
    def of(cls, item: Item, row_id: bytes, kept: KeptFacts | None, *, readable: bool, kind: str = "") -> Stub:
        """The stub of an object; `kept` is what opens of its facts, `kind` what an older stub knew."""
        shown = None if item.sensitive else kept
        return cls(
            order=item.order,
            row_id=row_id,
            report_id=item.report_id,
            state=item.state,
            kind=shown.kind if shown else "" if item.sensitive else kind,
            title=shown.title if shown else "",
            area=shown.area if shown else "",
            recorded_at_s=item.recorded_at_s,
            sensitive=item.sensitive,
            sealed_day=item.sealed_day,
            size_bytes=item.size_bytes,
            seq=item.seq,
            readable=readable,
            log_index=item.log_index,
        )

    @property
    def unsent(self) -> bool:
        """Not yet proven to be in the log."""
        return self.state in UNSENT


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What a page holds: reports, reports not yet proven, objects not yet proven, stubs with readable facts."""

    reports: int
    unsent: int
    waiting: int
    readable: int

    @classmethod
    def of(cls, page: Iterable[Stub]) -> PageCounts:
        """Counted."""
        stubs = tuple(page)
        reports = [stub for stub in stubs if stub.report_id]
        return cls(
            reports=len(reports),
            unsent=sum(stub.unsent for stub in reports),
            waiting=sum(stub.unsent for stub in stubs),
            readable=sum(stub.readable for stub in stubs),
        )


def encode_page(page: Iterable[Stub]) -> cbor.Value:
    """The row of a page."""
    return [_FORM, [_encode(stub) for stub in page]]


def decode_page(row: cbor.Value) -> tuple[Stub, ...]:
    """The stubs of a page, by order.

    Raises:
        Damaged: the row opened and is not a page as this version writes them.
    """
    match row:
        case [1, list(entries)]:
            try:
                return tuple(_decode(entry) for entry in entries)
            except (struct.error, IndexError, TypeError, ValueError) as error:
                raise errors.Damaged("index page") from error
    raise errors.Damaged("index page form")


def _encode(stub: Stub) -> cbor.Value:
    flags = _REPORT * bool(stub.report_id) | _SENSITIVE * stub.sensitive | _READABLE * stub.readable
    fixed = _FIXED.pack(
        stub.order,
        stub.row_id,
        stub.report_id or _NO_REPORT,
        flags,
        _STATES.index(stub.state),
        stub.recorded_at_s,
        stub.sealed_day,
        stub.size_bytes,
        stub.seq,
        -1 if stub.log_index is None else stub.log_index,
    )
    return [fixed, stub.kind, stub.title, stub.area]


def _decode(entry: Any) -> Stub:
    fixed, kind, title, area = entry
    order, row_id, report_id, flags, state, at_s, day, size, seq, log = _FIXED.unpack(fixed)
    return Stub(
        order,
        row_id,
        report_id if flags & _REPORT else b"",
        _STATES[state],
        str(kind),
        str(title),
        str(area),
        at_s,
        bool(flags & _SENSITIVE),
        day,
        size,
        seq,
        bool(flags & _READABLE),
        None if log < 0 else log,
    )
