"""Likely names in Arabic, which has no capitals: given names, chains of `ibn` and `Abd al-`, and words that introduce.

An unknown word asks only where something beside it says "person": after an introducing word, a title, a relative
or a verb of persons. Behind a word of place it is a place.
"""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.domain.names_lists import Arabic, arabic
from firsthand.domain.names_places import Places, without_clitics
from firsthand.domain.names_tokens import Sentence

Span = tuple[int, int]
_LINKS = frozenset({"بن", "ابن", "ود", "بنت", "ولد", "ابو", "أبو", "ام", "أم", "ابي", "أبي", "ال", "آل"})
_SERVANT = frozenset({"عبد", "عبدال"})
_ARTICLE = "ال"
_MOST = 4
# Small words that look like names once they are folded.
_SMALL = frozenset({"هنا", "هناك", "على", "إن", "أن", "الآن", "إنّ", "أنّ", "معاً", "معا"})
_PRESENT = ("ي", "ت")  # a verb of the present begins with one of them


def spans(sentence: Sentence, places: Places) -> list[Span]:
    """Start and end of each probable name of a sentence."""
    reader = _Reader(sentence, places.covered(sentence), arabic())
    found: list[Span] = []
    position = 0
    while position < len(sentence):
        end = reader.name_end(position)
        if end > position:
            found.append((reader.start_of(position), sentence[end - 1].end))
        position = max(end, position + 1)
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """A sentence with what is known of its words."""

    words: Sentence
    covered: list[bool]
    lists: Arabic

    def name_end(self, at: int) -> int:
        """Behind the name that begins here; `at` where none does."""
        if self.covered[at] or not self.words[at].arabic:
            return at
        if self._begins(at):
            return self._end(at)
        return at

    def start_of(self, at: int) -> int:
        """Where a name begins, without the "and", "to" or "by" that is written as one with it."""
        token = self.words[at]
        for rest, clitic in without_clitics(token.word):
            if clitic and clitic != _ARTICLE and (rest in self.lists.given or rest in _LINKS):
                return token.end - min(len(rest), token.end - token.start)
        return token.start

    def _begins(self, at: int) -> bool:
        word = self.words[at].word
        bare = [rest for rest, _ in without_clitics(word)]
        if self._is_place(at) or self.words[at].raw in _SMALL:
            return False
        if any(each in self.lists.given for each in bare):
            return True
        if (word in _LINKS or word in _SERVANT) and at + 1 < len(self.words):
            return not self._is_common(self._word(at + 1)) or word in _SERVANT
        if any(each in self.lists.doubtful for each in bare):
            return self._hinted(at) or self._is_name_word(at + 1) or self._word(at + 1) in _LINKS or self._acts(at)
        return self._hinted(at) and not self._is_common(word)

    def _end(self, at: int) -> int:
        end = at + 1
        while end < len(self.words) and end - at < _MOST and self.words[end].touches and not self.covered[end]:
            word = self._word(end)
            chained = self._word(at) in _LINKS | _SERVANT and end == at + 1
            hinted = end - at < 2 and not self._is_common(word) and (self._hinted(at) or self._is_name_word(end - 1))
            if word in _LINKS or self._is_name_word(end) or chained or hinted:
                end += 1
            else:
                break
        while end > at + 1 and self._word(end - 1) in _LINKS:
            end -= 1
        return end

    def _is_name_word(self, at: int) -> bool:
        word = self._word(at)
        if 0 <= at < len(self.words) and self.words[at].raw in _SMALL:
            return False
        return word in self.lists.given or word in self.lists.doubtful or word in _SERVANT

    def _hinted(self, at: int) -> bool:
        """Whether the word before says that a person follows."""
        for rest, _ in without_clitics(self._word(at - 1)):
            if any(
                rest in self.lists.sections[name] for name in ("introducers", "civil", "kin", "verbs", "person_before")
            ):
                return rest not in self.lists.sections["not_verbs"]
        return False

    def _acts(self, at: int) -> bool:
        """Whether a verb of the present follows, behind "was" or at the beginning."""
        before, behind = self._word(at - 1), self._word(at + 1)
        opens = at == 0 or before in self.lists.sections["not_verbs"] or self.words[at - 1].raw in _SMALL
        return opens and behind.startswith(_PRESENT) and len(behind) > 3

    def _is_place(self, at: int) -> bool:
        before = self._word(at - 1)
        return before in self.lists.sections["place_before"] and not self._is_name_word(at)

    def _is_common(self, word: str) -> bool:
        """A word of the language, with or without article and clitics, or one that grows from a known root."""
        for rest, _ in without_clitics(word):
            if rest in self.lists.common or any(rest in section for section in self.lists.sections.values()):
                return True
        return False

    def _word(self, at: int) -> str:
        return self.words[at].word if 0 <= at < len(self.words) else ""
