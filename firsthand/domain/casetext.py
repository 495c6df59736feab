"""Looks for what may name or reach a person in a text that many will read (rule 12 of DOMAIN 2.10).

Patterns, in Latin and Arabic letters and digits: e-mail addresses, telephone numbers, numbers of documents, and
a title of address before a name; these block. Bare names are `names`' business, are only likely, and are asked
about. It errs towards silence on ordinary prose, so that figures, dates, offices and names of armed groups pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from firsthand.domain import names
from firsthand.domain.characters import western_digits

Kind = Literal["email", "phone", "document", "honorific", "name"]
# The problem that each blocking kind is.
PROBLEMS: Mapping[Kind, str] = MappingProxyType(
    {"email": "email", "phone": "phone", "document": "identity-number", "honorific": "honorific"}
)
BLOCKING: frozenset[Kind] = frozenset(PROBLEMS)

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)

# What has as many digits as the number of a telephone and is none; it is taken out first.
_NOT_INSIDE = r"(?<![\w+])(?<![0-9][ .-])"
_OTHER_NUMBERS = re.compile(
    r"(?<![\w+])(?<![0-9][.-])(?:"
    r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?(?![0-9]|-[0-9])"
    r"|(?:19|20)[0-9]{2}[./][01]?[0-9][./][0-3]?[0-9](?!\w|[.-][0-9])"
    r"|[0-3]?[0-9][-./][01]?[0-9][-./](?:19|20)[0-9]{2}(?!\w|[.-][0-9]))"
    rf"|{_NOT_INSIDE}(?:"
    r"[0-3]?[0-9][./][01]?[0-9][./][0-9]{2}(?!\w|[ .-][0-9])"
    r"|(?:19|20)[0-9]{2}(?: ?[-–/] ?(?:19|20)[0-9]{2})+(?!\w|[ .-][0-9])"  # from year to year
    r"|[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})*[ \u00a0\u202f]000(?!\w|[ .-][0-9])"  # 12 000 000
    r"|[0-9]{1,2}[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?(?:[0-9]{5} [0-9]{5}|[0-9]{4} [0-9]{4}|[0-9]{3} [0-9]{3})\b"  # MGRS
    r"|-?[0-9]{1,2}\.[0-9]{3,8}[,;]? +-?[0-9]{1,3}\.[0-9]{3,8}(?![\w.]))"  # latitude, longitude
)
# Eight to fifteen digits; not the tail of a reference such as `KA-2013-1-15` or `log-20131015`.
_PHONE = re.compile(r"(?<!\w)(?<![A-Za-z]-)(?<!\d[.-])(?:\+|00)?[0-9](?:[ ()./-]{0,2}[0-9]){7,14}(?!\w|\.\w)")
_IDENTITY = re.compile(r"\b(?:[A-Z]{1,3}[ -]?[0-9]{7,10}|[0-9]{1,3}[ /-][0-9]{5,9}[ /-][0-9]{1,4})\b")

_TITLES = (
    "Mr", "Mrs", "Ms", "Mme", "Mlle", "Dr", "Prof", "Maître", "Me", "Monsieur", "Madame",
    "Mademoiselle", "Docteur", "Doctor", "Professor", "Professeur", "Hon", "Sheikh", "Cheikh", "Imam",
    "Pastor", "Pasteur", "Père", "Father", "Sister", "Sœur", "Brother", "Frère", "Chief", "Chef",
    "Colonel", "Col", "General", "Général", "Gen", "Gén", "Captain", "Capitaine", "Capt", "Major",
    "Maj", "Lieutenant", "Lt", "Sergeant", "Sergent", "Sgt", "Commander", "Commandant", "Cdt",
)  # fmt: skip
# What follows some of these titles without being a name.
_OFFICES = (
    "Assembly", "Assemblée", "Congo", "Council", "Directorate", "Election", "Elections", "Hospital",
    "Hôpital", "Market", "Road", "Secretary", "Staff", "State", "Superior",
)  # fmt: skip
_HONORIFIC = re.compile(
    rf"\b(?:{'|'.join(_TITLES)})\.?\s+(?!(?:{'|'.join(_OFFICES)})\b)[A-ZÀ-ÖØ-ÞƎƆ][\w'’-]+"
    r"|\b(?:mr|mrs|mme|mlle)\.?\s+\w{2,}"
)
# An armed group that goes by its leader's name has no other name.
_PARTY = re.compile(r"\b(?:[Ff]orces|[Ff]action) (?:of|de)\s+\S+(?:\s+[A-Z]\S*)*")

_ARABIC_CIVIL = "السيد|السيدة|الآنسة|الدكتور|الدكتورة|الأستاذ|الأستاذة"
_ARABIC_OTHER = "الشيخ|الشيخة|الحاج|الحاجة|العقيد|العميد|اللواء|النقيب|الرائد|الملازم|الرقيب|القائد|المقدم"
_ARABIC_PLAIN_WORDS = "من|في|على|إلى|مع|عن|ثم|كان|قال|أن|بعد|قبل|لم|لا|قد|هو|هي"
# After an office an adjective with the article is common ("the local commander"), a name less so.
_ARABIC_HONORIFIC = re.compile(
    rf"(?<!\w)(?:(?:{_ARABIC_CIVIL})\s+[\u0621-\u064a]{{2,}}|[دأم]\.\s?[\u0621-\u064a]{{3,}}"
    rf"|(?:{_ARABIC_OTHER})\s+(?!ال|(?:{_ARABIC_PLAIN_WORDS})\b)[\u0621-\u064a]{{3,}})"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of a text.

    Attributes:
        kind: a kind of BLOCKING, or `name`, which is asked about.
        start, end: positions in the text as it was given.
    """

    kind: Kind
    start: int
    end: int

    @property
    def blocking(self) -> bool:
        """Whether it may not stand in a text of the facts."""
        return self.kind in BLOCKING


def findings(text: str, known_places: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """What may name or reach a person, in order of the text; where two overlap, the surer one.

    Args:
        text: any text.
        known_places: names of areas and places, which are no names of persons.
    """
    kept: list[Finding] = []
    for found in (*_patterns(text), *(Finding("name", *span) for span in names.likely(text, known_places))):
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return tuple(sorted(kept, key=lambda found: found.start))


def private_pattern(text: str) -> str | None:
    """Code of the problem that blocks first: `email`, `identity-number`, `phone` or `honorific`; None for none."""
    return next((PROBLEMS[found.kind] for found in _patterns(text)), None)


def _patterns(text: str) -> Iterator[Finding]:
    """Blocking kinds, from the surest on. Every step keeps the length, so that positions stay those of the text."""
    plain = western_digits(text)
    yield from _matches("email", _EMAIL, plain)
    undated = _blanked(_OTHER_NUMBERS, plain)
    yield from _matches("document", _IDENTITY, undated)
    yield from _matches("phone", _PHONE, undated)
    yield from _matches("honorific", _HONORIFIC, _blanked(_PARTY, plain))
    yield from _matches("honorific", _ARABIC_HONORIFIC, plain)


def _matches(kind: Kind, pattern: re.Pattern[str], text: str) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        yield Finding(kind, match.start(), match.end())


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """Matches as blanks that no other pattern reads across."""
    return pattern.sub(lambda match: "\u2003" * len(match[0]), text)
