"""Dates as the field knows them: a subset of EDTF (ISO 8601-2), and the ISO week of an event.

Understood: `2009`, `2009-11`, `2009-11-03`; `?`, `~` or `%` at the end or before a component
(`2009-11-~12`); `X` for digits nobody knows, from the right (`2009-11-2X`, `200X`, `XXXX`); an interval
`2009-11-03/2009-11-05` with `..` for an open side; `?` alone for "not known". No times, no seasons, no
sets.

The week of an event is that of its first day, where a day is given at all; nothing is guessed from a month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from firsthand.errors import Malformed

UNKNOWN = "?"
OPEN = ".."
MAX_CHARS = 40
_PART = re.compile(
    r"(?P<q1>[?~%]?)(?P<year>[0-9X]{4})"
    r"(?:-(?P<q2>[?~%]?)(?P<month>[0-9X]{2})(?:-(?P<q3>[?~%]?)(?P<day>[0-9X]{2}))?)?"
    r"(?P<q4>[?~%]?)"
)


@dataclass(frozen=True, slots=True)
class EdtfDate:
    """What a date text says.

    Attributes:
        start: first day it may mean; None when the beginning is open or not known.
        end: last day it may mean; None likewise.
        day_given: whether the start names a day, though perhaps an approximate one.
        approximate: a `~` or `%` stands in it.
        uncertain: a `?` or `%` stands in it.
    """

    start: date | None
    end: date | None
    day_given: bool
    approximate: bool
    uncertain: bool


def parse_edtf(text: str) -> EdtfDate:
    """Reads a date text; ASCII digits only.

    Raises:
        Malformed: another form, a day that no calendar has, or an interval that ends before it begins.
    """
    if len(text) > MAX_CHARS:
        raise Malformed("date length")
    if text == UNKNOWN:
        return EdtfDate(None, None, False, False, True)
    first, slash, last = text.partition("/")
    if not slash:
        return _single(text)
    if first == OPEN and last == OPEN:
        raise Malformed("interval open on both sides")
    begin = None if first == OPEN else _single(first)
    finish = None if last == OPEN else _single(last)
    known = [part for part in (begin, finish) if part is not None]
    start = begin.start if begin else None
    end = finish.end if finish else None
    if start and end and start > end:
        raise Malformed("interval reversed")
    return EdtfDate(
        start,
        end,
        bool(begin and begin.day_given),
        any(part.approximate for part in known),
        any(part.uncertain for part in known),
    )


def iso_week(text: str) -> str | None:
    """The ISO week of the first day, for example `2026-W46`; None where no day is given.

    Raises:
        Malformed: not a date text.
    """
    parsed = parse_edtf(text)
    if parsed.start is None or not parsed.day_given:
        return None
    year, week, _ = parsed.start.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _single(text: str) -> EdtfDate:
    match = _PART.fullmatch(text)
    if match is None:
        raise Malformed("date form")
    marks = "".join(match[name] or "" for name in ("q1", "q2", "q3", "q4"))
    start, end = _span(match["year"], match["month"], match["day"])
    return EdtfDate(
        start,
        end,
        bool(match["day"]) and "X" not in match["day"],
        bool(set(marks) & set("~%")),
        bool(set(marks) & set("?%")),
    )


def _span(year: str, month: str | None, day: str | None) -> tuple[date | None, date | None]:
    """First and last day of what the digits leave open; nothing may follow a component that is open."""
    if year == "XXXX":
        if month or day:
            raise Malformed("date with unknown year")
        return None, None
    first_year, last_year = _digits(year, 1, date.max.year)
    if first_year != last_year:
        if month or day:
            raise Malformed("date with unknown year digits")
        return date(first_year, 1, 1), date(last_year, 12, 31)
    first_month, last_month = _digits(month or "XX", 1, 12)
    if first_month != last_month:
        if day not in (None, "XX"):
            raise Malformed("day without month")
        return date(first_year, first_month, 1), _last_of(first_year, last_month)
    first_day, last_day = _digits(day or "XX", 1, monthrange(first_year, first_month)[1])
    return date(first_year, first_month, first_day), date(first_year, first_month, last_day)


def _digits(text: str, low: int, high: int) -> tuple[int, int]:
    """Smallest and largest number from `low` to `high` that the digits may stand for."""
    known = text.rstrip("X")
    if "X" in known:
        raise Malformed("unknown digit before a known one")
    first = max(low, int(known.ljust(len(text), "0")))
    last = min(high, int(known.ljust(len(text), "9")))
    if first > last:
        raise Malformed("digits outside the calendar")
    return first, last


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
