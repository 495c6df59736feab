"""What may leave a desk as a file, from a command and from a page alike, and under which scope.

Files of the mission itself (`reports` without a use, `weekly`, `coverage`, `sensitive`) rest on what gave the desk its
keys: C2 for facts, C10 for counts. Whatever is for somebody else names its use, and then the gate of `terms` stands
before every single record:
- `case`: one report for one use; refused with the reason;
- `reports` with a use: those that the use is allowed for; the others are left out and counted;
- `ghn`: the note of the task force on children, as `note` says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from firsthand.domain.grave import parse_quarter
from firsthand.domain.uses import SCOPE_OF, Use, Why, why_not
from firsthand.errors import Malformed, Usage
from firsthand.ids import report_id_text
from firsthand.protocol.directory import Directory
from sync_server.desk import exports, note, terms
from sync_server.desk.proving import PartNotHeld
from sync_server.desk.releasing import Releases
from sync_server.desk.store import Store
from sync_server.desk.store_reports import ExportRow, ReportStore
from sync_server.desk.store_weekly import WeeklyStore
from sync_server.desk.tables import ghn

WHATS = ("reports", "weekly", "coverage", "case", "ghn", "sensitive")
FORMATS = ("csv", "geojson", "json")
_CASE_PARTS = ("counts", "facts")
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for.

    Attributes:
        use: for whom it leaves the mission; None where it stays in it.
        report: id of 26 characters, for a case.
        quarter: `2026-Q4`, for the note; empty for all time.
        withheld_checked: a person has compared the receiver with the lists of those who must not have it.
    """

    what: str
    fmt: str
    use: Use | None = None
    report: str = ""
    quarter: str = ""
    withheld_checked: bool = False

    def subject(self) -> str:
        """For the journal: what left, for whom."""
        checked = "withheld list compared" if self.withheld_checked else ""
        return " ".join(filter(None, (self.what, self.fmt, self.use, self.report, self.quarter, checked)))


@dataclass(frozen=True, slots=True)
class Product:
    """A file to be, and how many records were left out of it, by reason.

    `left_out` is filled while the pieces are taken.
    """

    pieces: Iterable[str]
    left_out: Counter[Why] = field(default_factory=Counter)


def make(store: Store, role: str, directory: Directory, wish: Wish) -> Product:
    """The file that is wished for.

    Raises:
        Usage: a product, format or quarter that does not exist, or a case without its report and use.
        NotFound: no such report. UseRefused: not for this use. PartNotHeld: the facts are not here.
        WrongDesk: another desk's product.
    """
    weekly, reports = WeeklyStore(store), ReportStore(store)
    match (wish.what, wish.fmt):
        case ("weekly", "csv"):
            return Product(exports.weekly_csv(weekly))
        case ("coverage", "csv"):
            return Product(exports.coverage_csv(weekly))
        case ("weekly", "geojson"):
            return Product(exports.weekly_geojson(weekly, directory.areas_geojson))
        case ("reports", "csv" | "geojson"):
            left_out = Counter[Why]()
            rows = _allowed(store, reports, wish, left_out)
            write = exports.reports_csv if wish.fmt == "csv" else exports.reports_geojson
            return Product(write(rows), left_out)
        case ("case", "json"):
            return Product(_case(store, reports, wish))
        case ("ghn", "csv" | "json"):
            return _note(store, role, wish)
        case ("sensitive", "csv"):
            lines = Releases(store, role, directory.area_names).lines()
            return Product(exports.csv_line(line) for line in lines)
    raise Usage("export")


def _allowed(store: Store, reports: ReportStore, wish: Wish, left_out: Counter[Why]) -> Iterator[ExportRow]:
    for row in reports.export():
        if wish.use is not None:
            held = terms.terms(store, row.idx)
            why = why_not(wish.use, held, withheld_checked=wish.withheld_checked)
            if why is not None:
                left_out[why] += 1
                continue
        yield row


def _case(store: Store, reports: ReportStore, wish: Wish) -> list[str]:
    """The facts and counts of one report: no account, no name. A court gets the account by a proof of that part."""
    if not wish.report or wish.use is None:
        raise Usage("a case needs its report and its use")
    idx = terms.find(store, wish.report)
    parts = reports.parts(idx)
    held = terms.terms(store, idx, parts)
    terms.demand(wish.use, held, withheld_checked=wish.withheld_checked)
    if "facts" not in parts:
        raise PartNotHeld("facts")
    content = {name: parts[name] for name in _CASE_PARTS if name in parts and (name == "facts" or _counts_too(held))}
    found = {
        "product": "case",
        "report": wish.report,
        "log_index": idx,
        "use": wish.use,
        "scope": SCOPE_OF[wish.use] if held.basis is None else f"basis: {held.basis}",
        **content,
    }
    return [json.dumps(readable(found), ensure_ascii=False, indent=1) + "\n"]


def _counts_too(held: Any) -> bool:
    return why_not(Use.STATISTICS, held) is None


def _note(store: Store, role: str, wish: Wish) -> Product:
    try:
        quarter = parse_quarter(wish.quarter) if wish.quarter else None
    except Malformed:
        raise Usage("quarter") from None
    told = note.told(store, role, withheld_checked=wish.withheld_checked)
    lines = ghn.blocks(note.entries(store, told), note.mapping_of(), quarter)
    left_out = note.left_out(told)
    if wish.fmt == "csv":
        return Product((exports.csv_line(cells) for cells in ghn.csv_cells(lines)), left_out)
    found = {
        "product": "ghn",
        "quarter": wish.quarter or None,
        "filter": "date of CTFMR verification; of unverified ones the date of the event",
        "some_left_out": bool(left_out),
        "blocks": ghn.as_json(lines),
    }
    return Product([json.dumps(found, ensure_ascii=False, indent=1) + "\n"], left_out)


def readable(value: Any) -> Any:
    """A part as JSON: identifiers as people write them, other bytes in hex."""
    match value:
        case dict():
            return {str(name): readable(item) for name, item in value.items()}
        case list() | tuple():
            return [readable(item) for item in value]
        case bytes() if len(value) == _ID_BYTES:
            return report_id_text(value)
        case bytes():
            return value.hex()
    return value
