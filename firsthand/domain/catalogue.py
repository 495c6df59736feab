"""The catalogue: what an officer can pick from, its words in four languages, and what an act may amount to.

Reads text, not files (`firsthand.assets` does that). A mapping is a *possible* qualification and never a
finding; `?` after a code marks a doubtful one. Codes never change meaning: they are retired, never used again
(DOMAIN 1.15).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from firsthand.domain.folding import begins_all, words_of
from firsthand.errors import Malformed

LANGUAGES = ("en", "fr", "ar", "sw")
REQUIRED = LANGUAGES[:3]  # the others fall back to English where a list does not have them yet
EVENT_FAMILY = "E"
SENSITIVE_FAMILY = "A4"
SEPARATE_CHANNEL_ACT = "A413"

_ACT_CODE = re.compile(r"A[1-9][0-9]{2}")
_EVENT_CODE = re.compile(r"E[0-9]{2}")
_MARKS = frozenset({"S", "K", "D", "S+K"})
_MAPPINGS = ("cah", "wc_iac", "wc_niac", "gen", "mode", "mrm", "gbv", "mt4", "iccs", "acled")
_COLUMNS = frozenset(
    {"code", "source_mark", "checked_by", *(before + lang for before in ("", "short_", "hint_") for lang in LANGUAGES)}
)
_SPLIT = {"gbv": ";", "acled": ";"}  # names of several words


class Label(Mapping[str, str]):
    """Words by language: every one of LANGUAGES has an answer, English where the list has none of its own.

    Empty where a list has no such words at all (a hint).
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES or not self._texts:
            raise KeyError(language)
        return self._texts.get(language, self._texts["en"])

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES if self._texts else ())

    def __len__(self) -> int:
        return len(LANGUAGES) if self._texts else 0

    def __repr__(self) -> str:
        return f"Label({self._texts!r})"

    @property
    def written(self) -> frozenset[str]:
        """Languages that have words of their own."""
        return frozenset(self._texts)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list.

    Attributes:
        code: stable identifier.
        label: full words by language.
        short: plain words for a key or a row, by language; the label where a list has no short form.
        hint: guidance sentence by language; empty where a list has none.
        source_mark: S checked against a source, K from knowledge, D own design.
        checked_by: initials of the native reader or lawyer who checked the row; empty means unchecked.
        more: the cells of columns that only this list has, for example `group` and `factors` of a signal.
    """

    code: str
    label: Label
    short: Label
    hint: Label
    source_mark: str
    checked_by: str
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of DOMAIN 1.15 with its possible qualifications.

    Attributes:
        mappings: by `cah`, `wc_iac`, `wc_niac`, `gen`, `mode`, `mrm`, `gbv`, `mt4`, `iccs`, `acled`: codes.
        mapping_mark: how far the mappings were checked; empty where there are none.
        note: remark for who maintains or exports the list.
    """

    code: str
    family: str
    label: Label
    short: Label
    mappings: Mapping[str, tuple[str, ...]]
    note: str
    source_mark: str
    mapping_mark: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Acts, event types and families; every mapping keeps the order of its file."""

    acts: Mapping[str, Act]
    events: Mapping[str, Term]
    families: Mapping[str, Term]

    def family_of(self, code: str) -> str:
        """Family of an act or event code, `E` for events.

        Raises:
            KeyError: the catalogue does not hold the code.
        """
        if code in self.events:
            return EVENT_FAMILY
        return self.acts[code].family

    def short_of(self, code: str, language: str) -> str:
        """Plain words of an act or event; English where the language is not one of ours.

        Raises:
            KeyError: the catalogue does not hold the code.
        """
        entry = self.events[code] if code in self.events else self.acts[code]
        return entry.short.get(language, entry.short["en"])

    def search(self, text: str, language: str) -> list[Act | Term]:
        """Acts, then events, in which every word of the text begins a word; those in plain words first.

        Case, accents and the spelling variants of Arabic do not matter; a code (`A101`) finds itself. Nothing is
        found for a text without words.

        Args:
            text: what was typed, any text.
            language: one of LANGUAGES; anything else is English.
        """
        asked = words_of(text)
        chosen = language if language in LANGUAGES else "en"
        if not asked:
            return []
        entries: list[Act | Term] = [*self.acts.values(), *self.events.values()]
        plain = [entry for entry in entries if begins_all(asked, f"{entry.code} {entry.short[chosen]}")]
        rest = [entry for entry in entries if entry not in plain and begins_all(asked, _all_words(entry, chosen))]
        return plain + rest


def parse_catalogue(acts_csv: str, families_csv: str, events_csv: str) -> Catalogue:
    """Reads the three files of the catalogue.

    Raises:
        Malformed: a column, label, mark or family is missing, or a code stands twice.
    """
    families = parse_terms(families_csv)
    events = parse_terms(events_csv)
    acts: dict[str, Act] = {}
    for row in _rows(acts_csv):
        act = _act(row, families)
        if act.code in acts:
            raise Malformed("act code twice")
        acts[act.code] = act
    if EVENT_FAMILY not in families or any(not _EVENT_CODE.fullmatch(code) for code in events):
        raise Malformed("event types")
    return Catalogue(MappingProxyType(acts), events, families)


def parse_terms(text: str) -> Mapping[str, Term]:
    """Reads any other list of `assets/catalogues`: `code, en, fr, ar, sw`, perhaps `short_*` and `hint_*`.

    The columns of `sw` may be missing, and their cells empty.

    Raises:
        Malformed: a column, label or mark is missing, or a code stands twice.
    """
    terms: dict[str, Term] = {}
    for row in _rows(text):
        code = _filled(row, "code")
        if code in terms:
            raise Malformed("code twice")
        label = _by_language(row, "")
        short = _by_language(row, "short_") if "short_en" in row else label
        hint = _by_language(row, "hint_") if row.get("hint_en") else Label({})
        more = MappingProxyType({name: cell for name, cell in row.items() if name not in _COLUMNS})
        terms[code] = Term(code, label, short, hint, _mark(row, "source_mark"), row.get("checked_by", ""), more)
    return MappingProxyType(terms)


def _rows(text: str) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        rows: list[dict[str, str]] = list(reader)
    except csv.Error as error:
        raise Malformed("csv") from error
    if not rows:
        raise Malformed("empty list")
    for row in rows:
        # DictReader files surplus cells under None and missing ones as None: both mean a broken row.
        if None in row or None in row.values():
            raise Malformed("cells in a row")
    return rows


def _act(row: Mapping[str, str], families: Mapping[str, Term]) -> Act:
    code, family = _filled(row, "code"), _filled(row, "family")
    if not _ACT_CODE.fullmatch(code) or family not in families or not code.startswith(family):
        raise Malformed("act code or family")
    mappings = {name: _codes(row[name], _SPLIT.get(name, " ")) for name in _MAPPINGS if name in row}
    if set(mappings) != set(_MAPPINGS):
        raise Malformed("mapping column")
    mapping_mark = _mark(row, "mapping_mark") if any(mappings.values()) else ""
    return Act(
        code=code,
        family=family,
        label=_by_language(row, ""),
        short=_by_language(row, "short_"),
        mappings=MappingProxyType(mappings),
        note=row.get("note", ""),
        source_mark=_mark(row, "source_mark"),
        mapping_mark=mapping_mark,
        checked_by=row.get("checked_by", ""),
    )


def _codes(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(separator) if part.strip())


def _by_language(row: Mapping[str, str], prefix: str) -> Label:
    texts = {language: _filled(row, prefix + language) for language in REQUIRED}
    others = (language for language in LANGUAGES if language not in REQUIRED and row.get(prefix + language))
    return Label(texts | {language: _filled(row, prefix + language) for language in others})


def _all_words(entry: Act | Term, language: str) -> str:
    return f"{entry.code} {entry.short[language]} {entry.label[language]}"


def _filled(row: Mapping[str, str], column: str) -> str:
    value = row.get(column, "")
    if not value or value != value.strip():
        raise Malformed("cell empty or with spaces around")
    return value


def _mark(row: Mapping[str, str], column: str) -> str:
    mark = _filled(row, column)
    if mark not in _MARKS:
        raise Malformed("source mark")
    return mark
