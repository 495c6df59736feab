"""UCDP GED events as reports: a strict reader of the CSV, and the mapping of one row.

What a row becomes. One-sided violence (type 3) is the act A101, deliberate killing, by `side_a`, with the
deaths as civilians. State-based and non-state violence (types 1 and 2) is the event E03, armed clash, with
the deaths of nobody in particular. The area is `adm1`. The date is `date`, or the span to `date_end`, so the
ISO week is that of `date`.

What it claims. Nobody was interviewed: the lawful basis is legitimate interests, the source is open (media,
read, by somebody), graded F6, which means that neither source nor information could be judged. An actor is an
allegation that was received (P0). A file that does not say how exact its dates are (GED 21.1) gives dates
marked `?`.

What it refuses: see `report_of`; a row is never bent to fit. UCDP's own files hold some rows whose lowest,
best and highest figures are not in order: these are refused too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from firsthand import errors
from sync_server.admin.faults import CannotRead

COLUMNS = (
    "id",
    "date",
    "date_end",
    "lat",
    "lon",
    "adm1",
    "adm2",
    "gid",
    "type_of_violence",
    "side_a",
    "side_b",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_civilians",
    "where_prec",
    "date_prec",
    "conflict_name",
    "where",
)
OPTIONAL_COLUMN = "source_headline"
MAX_DEATHS = 1_000_000
STATE_PREFIX = "Government of "

_NUMBER = re.compile(r"0|[1-9][0-9]{0,6}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# `1-2` is how GED 21.1 extracts write "exact, or within 25 km": the worse of the two is claimed.
_PLACE_PRECISION = {"1": 1, "2": 2, "1-2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7}
_DATE_PRECISION = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_NAME_CHARS, _UNIT_CHARS = 120, 200


class EventsForm(errors.TheirFault):
    """The file is not a UCDP GED extract in UTF-8 with the columns that we know."""

    code = "events-form"


class RowRefused(errors.TheirFault):
    """A row that cannot become a report; `reason` is one of a few fixed words."""

    code = "events-row"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file.

    Attributes:
        number: as a spreadsheet shows it: the header is row 1.
        fields: by column; None when the number of fields is not that of the header.
    """

    number: int
    fields: dict[str, str] | None


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a file, in order.

    Raises:
        CannotRead: no such file.
        EventsForm: not UTF-8, not CSV, or other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if tuple(header) not in (COLUMNS, (*COLUMNS, OPTIONAL_COLUMN)):
                raise EventsForm("columns")
            for number, values in enumerate(reader, start=2):
                whole = len(values) == len(header)
                yield Row(number, dict(zip(header, values, strict=True)) if whole else None)
    except (UnicodeDecodeError, csv.Error):
        raise EventsForm("encoding") from None
    except OSError:
        raise CannotRead("events") from None


def day_of(row: Row) -> date:
    """The first day of the event.

    Raises:
        RowRefused: `columns` or `date`.
    """
    return _day(_fields(row)["date"], "date")


def id_of(row: Row) -> str:
    """UCDP's number of the event.

    Raises:
        RowRefused: `columns` or `id`.
    """
    fields = _fields(row)
    _number(fields["id"], "id", most=9_999_999)
    return fields["id"]


def report_of(row: Row, area_names: frozenset[str] | None) -> dict[str, Any]:
    """The row as a REPORT.json value.

    Args:
        row: from `read_rows`.
        area_names: of the mission; None accepts every name.

    Raises:
        RowRefused: `columns`, `id`, `date`, `date-end`, `number`, `type`, `area`,
            `unknown-area`, `position`, `precision`.
    """
    fields = _fields(row)
    id_of(row)
    deaths = _deaths(fields)
    report: dict[str, Any] = {
        "form": 1,
        "kind": "media",
        "language": "en",
        "basis": {"code": "legitimate_interests", "note": "published dataset: UCDP GED"},
        "incident": _incident(fields, area_names),
        "source": {
            "class": "open_source",
            "family": "MEDIA",
            "first_hand": "read",
            "reliability": "F",
            "credibility": 6,
        },
    }
    kind = fields["type_of_violence"]
    if kind == "3":
        return {**report, "acts": [_act(fields, _counts(deaths, "CIV"))]}
    if kind in ("1", "2"):
        return {**report, "events": ["E03"], "event_counts": _counts(deaths, "UNK")}
    raise RowRefused("type")


def _fields(row: Row) -> dict[str, str]:
    if row.fields is None:
        raise RowRefused("columns")
    return row.fields


def _incident(fields: dict[str, str], area_names: frozenset[str] | None) -> dict[str, Any]:
    known = fields["date_prec"] != ""
    if fields["where_prec"] not in _PLACE_PRECISION or (known and fields["date_prec"] not in _DATE_PRECISION):
        raise RowRefused("precision")
    return {
        "date": _edtf(fields, known),
        "date_precision": _DATE_PRECISION[fields["date_prec"]] if known else 1,
        "place": _place(fields, area_names),
        "immediate_risk": {"flag": False},
        "protection_needed": "none",
    }


def _edtf(fields: dict[str, str], known: bool) -> str:
    first = _day(fields["date"], "date")
    if not known:
        return f"{first.isoformat()}?"
    last = _day(fields["date_end"], "date-end") if fields["date_end"] else first
    if last < first:
        raise RowRefused("date-end")
    return first.isoformat() if last == first else f"{first.isoformat()}/{last.isoformat()}"


def _place(fields: dict[str, str], area_names: frozenset[str] | None) -> dict[str, Any]:
    area = fields["adm1"]
    if not area or len(area) > _NAME_CHARS:
        raise RowRefused("area")
    if area_names is not None and area not in area_names:
        raise RowRefused("unknown-area")
    adm2 = fields["adm2"][:_NAME_CHARS]
    name = (fields["where"] or adm2 or area)[:_NAME_CHARS].strip()
    return {
        "name": name,
        "adm1": area,
        **({"adm2": adm2} if adm2 else {}),
        "lat": _degrees(fields["lat"], 90),
        "lon": _degrees(fields["lon"], 180),
        "precision": _PLACE_PRECISION[fields["where_prec"]],
    }


def _act(fields: dict[str, str], counts: list[dict[str, Any]]) -> dict[str, Any]:
    side = fields["side_a"].strip()[:_UNIT_CHARS]
    actor = {
        "class": "state_military" if side.startswith(STATE_PREFIX) else "armed_group" if side else "unknown",
        "basis": "document",
        "certainty": "P0",
        "level": "party" if side else "unknown",
        **({"unit_text": side} if side else {}),
    }
    return {"code": "A101", "actor": actor, "counts": counts}


def _counts(deaths: tuple[int, int, int], status: str) -> list[dict[str, Any]]:
    low, best, high = deaths
    if high == 0:
        return []
    return [
        {
            "outcome": "killed",
            "sex": "U",
            "age": "unknown",
            "status": status,
            "min": low,
            "best": best,
            "max": high,
        }
    ]


def _deaths(fields: dict[str, str]) -> tuple[int, int, int]:
    names = ("deaths_low", "deaths_best", "deaths_high")
    low, best, high = (_number(fields[name], "number") for name in names)
    # A few published rows have a low estimate over their best one. The best stands as it was coded; the range
    # is widened until it holds it, so that the event is not lost for a slip in its margins.
    return min(low, best), best, max(high, best)


def _number(text: str, reason: str, most: int = MAX_DEATHS) -> int:
    # No sign, no spaces, no leading zero, ASCII digits: what `int` takes besides is not a number of UCDP's.
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise RowRefused(reason)
    return int(text)


def _degrees(text: str, most: int) -> float:
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        raise RowRefused("position")
    return float(text)


def _day(text: str, reason: str) -> date:
    if not _DAY.fullmatch(text):
        raise RowRefused(reason)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowRefused(reason) from None
