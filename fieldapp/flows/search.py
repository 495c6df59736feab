"""Find a sealed report by what is still readable of it.

Searched are title, area, kind and day of ordinary reports, the texts and codes of their facts while these are
kept, and the number (report id) of every report. Of a sensitive report nothing but its number is found by: the
tablet keeps nothing else of it.

All words must occur, in any order (`2026-11-18` is one word); case, accents, Arabic vowel marks and the script of
digits do not matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from fieldapp.flows.outbox import ReportRow, report_row
from fieldapp.vault.lists import Stub
from firsthand.ids import report_id_text

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_DAY_S = 86_400
_NUMBER_CHARS = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
_NUMBER_MIN = 4
_QUERY_MAX = 200
# Letters that people type for one another on an Arabic keyboard, and a stroke that is only drawn.
_ALIKE = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": ""})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: rows, newest first, and whether there are more than were asked for."""

    rows: tuple[ReportRow, ...]
    more: bool


def find(tablet: Tablet, query: str, limit: int = 100, kinds: Mapping[str, str] | None = None) -> Found:
    """Reports that a query names; an empty query finds nothing.

    Args:
        tablet: open.
        query: words, a day as 2026-11-18, or at least four characters of a number.
        limit: rows at most.
        kinds: what the officer's language calls each kind of report, for searching by it.
    """
    words = [word for word in map(fold, query[:_QUERY_MAX].split()) if word]
    if not words:
        return Found((), more=False)
    rows: list[ReportRow] = []
    for stub in _matching(tablet, words, {code: fold(name) for code, name in (kinds or {}).items()}):
        if len(rows) == limit:
            return Found(tuple(rows), more=True)
        rows.append(report_row(stub))
    return Found(tuple(rows), more=False)


def _matching(tablet: Tablet, words: list[str], kinds: Mapping[str, str]) -> Iterator[Stub]:
    number = "".join(words).replace(" ", "")
    by_number = len(number) >= _NUMBER_MIN and set(number) <= _NUMBER_CHARS
    for page in tablet.custody.lists.pages():
        for stub in page:
            if (by_number and number in report_id_text(stub.report_id).lower()) or (
                not stub.sensitive and _says(tablet, stub, words, kinds)
            ):
                yield stub


def _says(tablet: Tablet, stub: Stub, words: list[str], kinds: Mapping[str, str]) -> bool:
    """Whether all words occur: in the line of the list, else in line and facts together."""
    line = f"{_kind(stub.kind)} {kinds.get(stub.kind, '')} {_day(stub.recorded_at_s // _DAY_S)}"
    if stub.title or stub.area:
        line += f" {fold(stub.title)} {fold(stub.area)}"
    missing = [word for word in words if word not in line]
    if not missing or not stub.readable:
        return not missing
    kept = tablet.custody.facts(stub.row_id)
    if kept is None:
        return False
    text = fold(" ".join(_texts(kept.facts)))
    return all(word in text for word in missing)


def _texts(value: object) -> Iterator[str]:
    """All texts and codes of a value of the facts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def fold(text: str) -> str:
    """Lower case, without accents and vowel marks, digits as 0 to 9, anything between words as one space."""
    apart = unicodedata.normalize("NFKD", text).casefold()  # a sign such as the one for TEL has capitals inside
    plain = unicodedata.normalize("NFKD", apart).translate(_ALIKE)
    return " ".join("".join(map(_folded, plain)).split())


def forget() -> None:
    """Empties the memory of characters and of the days on which reports were made."""
    _folded.cache_clear()
    _day.cache_clear()


@lru_cache(maxsize=2048)
def _folded(char: str) -> str:
    """One character, which tells nothing of a report and may be kept."""
    if unicodedata.combining(char):
        return ""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return char if char.isalnum() else " "


@lru_cache(maxsize=64)
def _kind(code: str) -> str:
    return fold(code)


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    """The day as its figures stand in a folded query: `2026 11 18` is found by each of them."""
    try:
        return fold((date(1970, 1, 1) + timedelta(days=day)).isoformat())
    except OverflowError:
        return ""
