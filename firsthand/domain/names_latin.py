"""Likely names in Latin letters: runs of capitals, judged by what they are and what stands beside them.

Rules, the first that fits decides:
- words of a known place, of the calendar, of peoples, countries, bodies and the like are no names;
- what an introducing word, a title, a rank or a relative stands before is a name;
- what stands behind a place word or a preposition of place, or before "market", "traders" and the like, is a place;
- a run with a given name, an initial or two unknown capitals is a name; so is one unknown capital inside a sentence;
- at the start of a sentence, where every word has a capital, an unknown word is a name before a person's verb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from firsthand.domain.names_lists import Latin, latin
from firsthand.domain.names_places import Places
from firsthand.domain.names_tokens import Sentence, Shape, Token

Span = tuple[int, int]
_ACRONYM = 6
_NO_NAMES = ("calendar", "peoples", "bodies", "bible", "countries", "place_words", "bodies_words", "calls_of_bodies")
_BEFORE_PLACE = ("place_prepositions", "place_words", "motion", "place_objects")
_BEHIND_PLACE = ("place_words", "peoples_of", "bodies_words")
_PERSON_VERB = re.compile(r"(?:ali|ame|ana|ata|aka|haku|ha)[a-z]{3,}")  # Swahili: he or she did, does, will do
_DONE_TO_PERSON = re.compile(
    r"(?:ku|ali|wali|ame|wame|aka|waka|tuli|nili)?m[a-z]*?(?:taja|ita|ona|jua|ua|piga|kamata|teka)"
)
_ENDINGS = ("s", "es", "ed", "ing", "e", "ee", "ment", "ni")


def spans(sentence: Sentence, places: Places) -> list[Span]:
    """Start and end of each probable name of a sentence."""
    reader = _Reader(sentence, places.covered(sentence), places.parts, latin())
    found: list[Span] = []
    position = 0
    while position < len(sentence):
        end = reader.run_end(position)
        if end > position:
            found += reader.judged(position, end)
        position = max(end, position + 1)
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """A sentence with what is known of its words."""

    words: Sentence
    covered: list[bool]
    parts: frozenset[str]
    lists: Latin

    def run_end(self, start: int) -> int:
        """Behind the last word of the run of capitals that begins here; `start` where none does."""
        if not self._may_belong(start):
            return start
        end = start + 1
        while end < len(self.words):
            if self._joined(end) and self._may_belong(end):
                end += 1
            elif self._is_particle(end) and self._follows(end + 1):
                end += 2
            else:
                break
        return end

    def judged(self, start: int, end: int) -> list[Span]:
        """The name in a run, without the title or common word that it may begin with."""
        while start < end and (self._leads(start) or not self.words[start].capital):
            start += 1
        if start == end or not self._is_name(start, end):
            return []
        return [(self.words[start].start, self.words[end - 1].end)]

    def _is_name(self, start: int, end: int) -> bool:
        run = self.words[start:end]
        if self._introduced(start):
            return True
        if all(self._is_thing(token) for token in run):
            return False
        given = any(token.word in self.lists.given for token in run)
        if self._in(self._word(end), *_BEHIND_PLACE) and not given:
            return False
        if self._placed(start):
            first_given = len(run) > 1 and run[0].word in self.lists.given
            return first_given and not self._in(self._word(start - 1), "place_words")
        if given or (len(run) > 1 and any(token.shape is Shape.INITIAL for token in run)):
            return True
        unknown = any(not self._is_common(token) and not self._is_thing(token) for token in run)
        if len(run) > 1:
            return unknown or all(token.word in self.lists.doubtful for token in run)
        return self._single_is_name(start, run[0], unknown=unknown)

    def _single_is_name(self, at: int, token: Token, *, unknown: bool) -> bool:
        behind = self._word(at + 1)
        acts = (
            self._in(behind, "person_verbs")
            or self._in(self._word(at + 2), "violence")
            or bool(_PERSON_VERB.fullmatch(behind))
        )
        if at == 0:
            return acts and (unknown or token.word in self.lists.doubtful)
        if token.word in self.lists.doubtful:
            return acts or not self._is_common_only(token)
        return unknown and not (token.shape is Shape.UPPER and len(token.raw) <= _ACRONYM)

    # -- what stands before ------------------------------------------------------------------------------------
    def _introduced(self, start: int) -> bool:
        at, steps = start - 1, 0
        while at >= 0 and steps < 3 and self._in(self.words[at].word, "small", "of"):
            at, steps = at - 1, steps + 1
        if at < 0 or self.words[at].arabic:
            return False
        word = self.words[at].word
        if self._in(word, "introducers"):
            return not self._in(self._word(at - 1), "place_words")
        if self._in(word, "named_by"):
            return steps > 0
        if steps == 0:
            return self._in(word, "civil", "ranks", "kin") or bool(_DONE_TO_PERSON.fullmatch(word))
        if self._in(word, "of_persons"):
            return True
        return self._in(word, "kin") and not self._in(self._word(start - 1), "place_prepositions")

    def _placed(self, start: int) -> bool:
        before, first = self._word(start - 1), self.words[start]
        if start and not first.touches:
            return False  # a comma or a bracket stands between
        if before == "est" and (start == 1 or "c" in self.words[start - 1].gap.lower()):
            return False  # c'est, not the east
        if self._in(before, "of") and self._unknown_pair(start) and not self._in(self._word(start - 2), "place_words"):
            return False
        if before in {"to", "a", "kwa"} and self._in(self._word(start - 2), "giving", "person_verbs"):
            return False
        if before in {"by", "par"}:
            return False
        return self._in(before, *_BEFORE_PLACE, "of") or self._swahili_motion(before)

    def _unknown_pair(self, start: int) -> bool:
        """Two capitals one after the other that no list knows: a place has that rarely, a person nearly always."""
        pair = self.words[start : start + 2]
        return len(pair) == 2 and all(
            token.capital and not self._is_common_only(token) and not self._is_thing(token) for token in pair
        )

    def _swahili_motion(self, word: str) -> bool:
        return len(word) > 4 and any(word.endswith(stem) for stem in self.lists.sections["swahili_motion"])

    # -- what a word is ----------------------------------------------------------------------------------------
    def _may_belong(self, at: int) -> bool:
        token = self.words[at]
        return token.capital and not token.arabic and not self.covered[at] and token.word not in self.parts

    def _follows(self, at: int) -> bool:
        return at < len(self.words) and self._joined(at) and self._may_belong(at)

    def _joined(self, at: int) -> bool:
        token = self.words[at]
        return token.touches or (self.words[at - 1].shape is Shape.INITIAL and token.touches_initial)

    def _is_particle(self, at: int) -> bool:
        token = self.words[at]
        return not token.capital and token.touches and token.word in self.lists.sections["particles"]

    def _leads(self, at: int) -> bool:
        """A title, or the common word that begins a sentence."""
        token = self.words[at]
        if self._in(token.word, "civil", "ranks") and token.word not in self.lists.given:
            return True
        if token.word in self.lists.given or token.word in self.lists.doubtful:
            return False
        return at == 0 and (self._is_common(token) or self._in(token.word, "kin", "of", "place_prepositions"))

    def _is_thing(self, token: Token) -> bool:
        if token.word in self.lists.given:
            return False
        if self._in(token.word, *_NO_NAMES):
            return True
        return token.shape is Shape.UPPER and len(token.raw) <= _ACRONYM

    def _is_common(self, token: Token) -> bool:
        return token.word not in self.lists.given and self._is_common_only(token)

    def _is_common_only(self, token: Token) -> bool:
        word = token.word
        if word in self.lists.common or any(word in section for section in self.lists.sections.values()):
            return True
        return any(word.endswith(end) and word[: -len(end)] in self.lists.common for end in _ENDINGS)

    def _word(self, at: int) -> str:
        return self.words[at].word if 0 <= at < len(self.words) else ""

    def _in(self, word: str, *sections: str) -> bool:
        return any(word in self.lists.sections.get(section, ()) for section in sections)
