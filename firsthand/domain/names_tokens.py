"""A text as words that know where they stand, sentence by sentence; nothing of it is decided here.

Positions are those of the text as it was typed: words are folded one by one, so that letters that grow or
vanish in folding (`ß`, `İ`, vowel signs) shift nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from firsthand.domain.folding import fold

# Accents and vowel signs that stand as characters of their own, tatweel, soft hyphen, joiners, half marks.
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640\u00ad\u200c\u200d\ufe20-\ufe2f"
_WORD = re.compile(rf"[^\W\d_](?:[\w{_MARKS}]|['’ʼ‘`\-\u2010\u2011](?=[^\W_]))*")
_ELISION = re.compile(r"(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quelqu|presqu)['’ʼ‘`](?=.)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’ʼ‘`]s$", re.IGNORECASE)
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3]")
_ENDS = re.compile("[.!?…:;\n\r\u2028\u2029؟؛۔]")
_INVISIBLE = "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_SPACES = re.compile(rf"[ \t\u00a0\u202f{_INVISIBLE}]+")
_AFTER_INITIAL = re.compile(rf"\.?[ \u00a0\u202f{_INVISIBLE}]*")


class Shape(Enum):
    """How a word of a script with capitals is written."""

    LOWER = "lower"
    CAPITAL = "Capital"
    UPPER = "UPPER"
    INITIAL = "I"


@dataclass(frozen=True, slots=True)
class Token:
    """A word.

    Attributes:
        start, end: where it stands in the text.
        raw: as it was typed.
        word: folded, for looking up.
        shape: of its letters; LOWER in Arabic.
        arabic: whether it is in Arabic letters.
        gap: what stands between it and the word before in the same sentence; empty for the first.
    """

    start: int
    end: int
    raw: str
    word: str
    shape: Shape
    arabic: bool
    gap: str

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.shape is not Shape.LOWER

    @property
    def touches(self) -> bool:
        """Whether only spaces part it from the word before."""
        return bool(_SPACES.fullmatch(self.gap))

    @property
    def touches_initial(self) -> bool:
        """Whether only a point and spaces part it from the initial before."""
        return bool(_AFTER_INITIAL.fullmatch(self.gap))


Sentence = list[Token]


def sentences(text: str, is_short_form: Callable[[str], bool]) -> list[Sentence]:
    """The words of a text by sentence.

    Args:
        text: any text.
        is_short_form: whether the point after a folded word ends no sentence (`Dr.`, `Bw.`).
    """
    found: list[Sentence] = []
    for start, end in _words(text):
        before = found[-1][-1] if found else None
        gap = text[before.end : start] if before else ""
        if before is None or _parted(before, gap, is_short_form):
            found.append([])
            gap = ""
        raw = text[start:end]
        found[-1].append(Token(start, end, raw, fold(raw), _shape(raw), bool(_ARABIC.match(raw)), gap))
    return found


def _words(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        elision = _ELISION.match(text, start, end)
        # N'Guessan and D'Almeida are whole; l'OCHA, d'Idriss and, at the start of a sentence, L'OCHA are not.
        if elision and (text[start].islower() or text[start] in "LJC" or text[elision.end()].islower()):
            start = elision.end()
        possessive = _POSSESSIVE.search(text, start, end)
        if possessive and possessive.start() > start:
            end = possessive.start()
        spans.append((start, end))
    return spans


def _parted(before: Token, gap: str, is_short_form: Callable[[str], bool]) -> bool:
    end = _ENDS.search(gap)
    if not end:
        return False
    if gap.startswith(".") and not _ENDS.search(gap, 1):
        return not (before.shape is Shape.INITIAL or is_short_form(before.word))
    return True


def _shape(raw: str) -> Shape:
    letters = [char for char in raw if char.isalpha()]
    if not letters:  # ² and its like count as word characters and are no letters
        return Shape.LOWER
    first = letters[0]
    if not (first.isupper() or first.istitle()):
        # al-Bashir, el-Hadj: the capital comes after the article
        head, hyphen, rest = raw.partition("-")
        return Shape.CAPITAL if hyphen and len(head) <= 5 and rest[:1].isupper() else Shape.LOWER
    if len(letters) == 1:
        return Shape.INITIAL
    return Shape.UPPER if not any(char.islower() for char in letters) else Shape.CAPITAL
