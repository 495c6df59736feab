"""Values that several groups of a report share: dates, figures, languages, report ids, lists of texts.

Each notes its problem at the field and gives a harmless stand-in, as `fields` does.
"""

from __future__ import annotations

import re

from firsthand.domain import codes
from firsthand.domain.characters import western_digits
from firsthand.domain.counts import MAX_PEOPLE, Count, Range, Total
from firsthand.domain.dates import parse_edtf
from firsthand.domain.fields import Group
from firsthand.errors import Malformed
from firsthand.ids import parse_report_id

NOTE_CHARS = 80
ACCOUNT_CHARS = 2000
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def read_count(group: Group) -> Count:
    """One row of people."""
    count = Count(
        outcome=group.choice("outcome", codes.OUTCOMES),
        sex=group.choice("sex", codes.SEXES, "U"),
        age=group.choice("age", codes.AGES, "unknown"),
        status=group.choice("status", codes.STATUSES, "UNK"),
        people=_figures(group),
    )
    group.close()
    return count


def read_total(group: Group) -> Total:
    """One total of people."""
    total = Total(group.choice("outcome", codes.OUTCOMES), _figures(group))
    group.close()
    return total


def read_range(group: Group) -> Range:
    """At least, best, at most; their order is for the rules."""
    figures = _figures(group)
    group.close()
    return figures


def _figures(group: Group) -> Range:
    return Range(*(group.integer(name, 0, MAX_PEOPLE) for name in ("min", "best", "max")))


def read_date(group: Group, name: str, *, required: bool = False, rule: int = 0) -> str | None:
    """An EDTF text with Western digits; None when absent, `?` for one that is no date."""
    value = group.take(name, required=required, rule=rule)
    if value is None:
        return None
    if not isinstance(value, str):
        group.reader.add("not-text", group.path(name))
        return "?"
    text = western_digits(value)
    try:
        parse_edtf(text)
    except Malformed:
        group.reader.add("bad-date", group.path(name))
        return "?"
    return text


def read_texts(group: Group, name: str, items: int, limit: int) -> tuple[str, ...]:
    """A list of texts."""
    found: list[str] = []
    for value, where in group.items(name, items):
        one = Group(group.reader, "", {where: value})
        found.append(one.text(where, limit))
    return tuple(found)


def read_codes(
    group: Group, name: str, items: int, pattern: re.Pattern[str], code: str = "unknown-code"
) -> tuple[str, ...]:
    """A list of different codes of one form."""
    found: list[str] = []
    for value, where in group.items(name, items):
        if not isinstance(value, str) or not pattern.fullmatch(value):
            group.reader.add(code, where)
        elif value in found:
            group.reader.add("twice", where)
        else:
            found.append(value)
    return tuple(found)


def read_report_id(group: Group, name: str, *, required: bool = False) -> bytes | None:
    """The 16 bytes of a report id."""
    value = group.take(name, required=required)
    if value is None:
        return None
    try:
        return parse_report_id(value) if isinstance(value, str) else _no_id()
    except Malformed:
        group.reader.add("bad-id", group.path(name))
        return None


def _no_id() -> bytes:
    raise Malformed("report id is no text")


def read_pattern(
    group: Group, name: str, pattern: re.Pattern[str], code: str, *, required: bool = False, rule: int = 0
) -> str | None:
    """A text of one form; `code` is the problem of any other."""
    value = group.take(name, required=required, rule=rule)
    if value is None:
        return None
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    group.reader.add(code, group.path(name))
    return None
