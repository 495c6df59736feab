"""Looks for what may name or reach a person in a text that many will read (rule 12 of DOMAIN 2.10).

Patterns, in Latin and Arabic letters and digits: e-mail addresses, telephone numbers, identity numbers, and
a title of address before a name. It finds no bare names: those need a person. It errs towards silence on
ordinary prose, so that figures, dates, offices and names of armed groups pass.
"""

from __future__ import annotations

import re

from firsthand.domain.characters import western_digits

_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)

# A date, or a span of dates, has as many digits as the number of a telephone: it is taken out first.
_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?\b|\b[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}\b")
# Eight to fifteen digits; not the tail of a reference such as `KA-2013-1-15` or `log-20131015`.
_PHONE = re.compile(r"(?<!\w)(?<![A-Za-z]-)(?<!\d[.-])(?:\+|00)?[0-9](?:[ ()./-]{0,2}[0-9]){7,14}(?![\w.]|\.[0-9])")
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


def private_pattern(text: str) -> str | None:
    """Code of the first pattern found: `email`, `identity-number`, `phone` or `honorific`; None for none."""
    plain = western_digits(text)
    if _EMAIL.search(plain):
        return "email"
    undated = _DATE.sub(" ", plain)
    if _IDENTITY.search(undated):
        return "identity-number"
    if _PHONE.search(undated):
        return "phone"
    if _HONORIFIC.search(_PARTY.sub(" ", plain)) or _ARABIC_HONORIFIC.search(plain):
        return "honorific"
    return None
