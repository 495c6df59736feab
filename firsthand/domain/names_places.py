"""Names of known places, found again among the words of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from firsthand.domain.folding import fold
from firsthand.domain.names_tokens import Sentence

_WORD = re.compile(r"[^\W_](?:[\w'’\-\u064b-\u065f])*")
_PART = 4
# "and", "so", "in", "to", "as" and "the" are written as one with an Arabic word.
_CLITICS = ("وال", "بال", "فال", "كال", "لل", "ال", "وب", "ول", "فب", "فل", "و", "ف", "ب", "ل", "ك")
_SHORTEST = 3
_LOCATIVE = "ni"  # Swahili: Delelani, "in Delela"


@dataclass(frozen=True, slots=True)
class Places:
    """Known places.

    Attributes:
        names: by first folded word, every name as folded words, the longest first.
        parts: words of names of several words, which alone hint at the place.
    """

    names: dict[str, tuple[tuple[str, ...], ...]]
    parts: frozenset[str]

    @classmethod
    def of(cls, known: Iterable[str]) -> Places:
        """Places by their names as they are written."""
        names: dict[str, list[tuple[str, ...]]] = {}
        parts: set[str] = set()
        for name in known:
            words = tuple(fold(word) for word in _WORD.findall(name))
            if words:
                names.setdefault(words[0], []).append(words)
                parts.update(word for word in words[1:] + words[:1] if len(words) > 1 and len(word) >= _PART)
        longest = {first: tuple(sorted(found, key=len, reverse=True)) for first, found in names.items()}
        return cls(longest, frozenset(parts))

    def covered(self, sentence: Sentence) -> list[bool]:
        """For every word, whether it belongs to the name of a known place."""
        found = [False] * len(sentence)
        position = 0
        while position < len(sentence):
            length = self._length_at(sentence, position)
            found[position : position + length] = [True] * length
            position += max(length, 1)
        return found

    def _length_at(self, sentence: Sentence, position: int) -> int:
        token = sentence[position]
        for first in _readings(token.word, token.arabic):
            for name in self.names.get(first, ()):
                rest = [other.word for other in sentence[position + 1 : position + len(name)]]
                if tuple(rest) == name[1:]:
                    return len(name)
        return 0


def _readings(word: str, arabic: bool) -> tuple[str, ...]:
    if arabic:
        return tuple(bare for bare, _ in without_clitics(word))
    return (word, word.removesuffix(_LOCATIVE)) if word.endswith(_LOCATIVE) else (word,)


def without_clitics(word: str) -> list[tuple[str, str]]:
    """An Arabic word as it is and without each clitic that it may begin with: (rest, clitic)."""
    rests = [(word[len(clitic) :], clitic) for clitic in _CLITICS if word.startswith(clitic)]
    return [(word, ""), *(pair for pair in rests if len(pair[0]) >= _SHORTEST)]
