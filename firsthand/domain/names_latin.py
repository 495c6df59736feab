"""Likely names in Latin letters: English, French, Swahili and what is mixed of them.

A capital where no sentence begins is a sign of a name; so is a word that stands in no list of words. Signs against
it: places, bodies, peoples, the calendar, acronyms, titles of offices, the article. Every word gets a kind
(`names_words`), words of a name are joined to a run, and the words around the run decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firsthand.domain.names_lists import latin
from firsthand.domain.names_places import Places
from firsthand.domain.names_tokens import Sentence, Shape
from firsthand.domain.names_words import Kind, is_of_person, is_of_thing, kinds_of, looks_like_place, stem_of_verb

Span = tuple[int, int]

_IN_NAME = frozenset({Kind.GIVEN, Kind.DOUBTFUL, Kind.UNKNOWN, Kind.INITIAL})
_ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "un", "une", "des", "ces", "cette", "ce", "those", "these"})
_AND = frozenset({"and", "et", "na", "or", "ou", "au"})
_BELONGS = frozenset({"of", "for", "and", "de", "et", "ya", "wa", "la", "cha", "vya", "za", "na", "du", "des"})
_OFFICES = (
    "place_words", "bodies_words", "calls_of_bodies", "civil", "ranks", "calendar", "peoples", "countries", "bodies",
    "bible",
)  # fmt: skip
_SAINTS = frozenset({"saint", "sainte", "st", "mtakatifu"})
_LOOK_BACK = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of a sentence, `first` to `last`, that may be a name."""

    first: int
    last: int


def spans(sentence: Sentence, places: Places) -> Iterator[Span]:
    """Start and end of each likely name in one sentence."""
    reader = _Reader(sentence, places.covered(sentence), places)
    for run in reader.runs():
        if reader.is_name(run):
            yield sentence[run.first].start, sentence[run.last].end


class _Reader:
    """One sentence, its kinds, and the questions that are asked of it."""

    __slots__ = ("kinds", "places", "sections", "tokens")

    def __init__(self, tokens: Sentence, covered: list[bool], places: Places) -> None:
        self.tokens = tokens
        self.places = places
        self.sections = latin().sections
        self.kinds = kinds_of(tokens, covered)
        self._name_what_is_introduced()

    # -- what is looked up -----------------------------------------------------------------------------------
    def word(self, index: int) -> str:
        return self.tokens[index].word if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> Kind:
        return self.kinds[index] if 0 <= index < len(self.kinds) else Kind.PLAIN

    def within(self, index: int, *sections: str) -> bool:
        word = self.word(index)
        return any(word in self.sections[section] for section in sections)

    def touching(self, index: int) -> bool:
        """Whether the word and the one before it are parted by spaces only."""
        return 0 < index < len(self.tokens) and (
            self.tokens[index].touches or (self.kinds[index - 1] is Kind.INITIAL and self.tokens[index].touches_initial)
        )

    # -- names that are said to be names ---------------------------------------------------------------------
    def _name_what_is_introduced(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.arabic or self.kinds[index] not in (Kind.UNKNOWN, Kind.DOUBTFUL, Kind.PLAIN, Kind.LOWER_UNKNOWN):
                continue
            if not token.capital and self.kinds[index] is not Kind.LOWER_UNKNOWN:
                continue
            if self._is_introduced(index) or (token.capital and self._has_title(index)):
                self.kinds[index] = Kind.GIVEN

    def _is_introduced(self, index: int) -> bool:
        back = index - 1
        if self.within(back, "introducers") and not self._place_before(back):
            return True
        skipped = 0
        while self.within(back, "small") and skipped < _LOOK_BACK:
            back, skipped = back - 1, skipped + 1
        return self.within(back, "named_by") and not self._place_before(back)

    def _place_before(self, index: int) -> bool:
        """Whether a place is what is named: "a village named", "kijiji kinachoitwa"."""
        return any(self.within(back, "place_words") for back in range(max(0, index - 2), index))

    def _has_title(self, index: int) -> bool:
        if self.kinds[index] is Kind.PLAIN:
            office = self.touching(index + 1) and self.tokens[index + 1].capital and not self._is_no_office(index + 1)
            return (
                self.tokens[index].shape is Shape.CAPITAL
                and self.within(index - 1, "civil", "kin")
                and self.touches_title(index)
                and self._is_no_office(index)
                and not office
            )
        return self.within(index - 1, "civil", "ranks") and self.touches_title(index)

    def touches_title(self, index: int) -> bool:
        return self.tokens[index].touches or self.tokens[index].touches_initial

    def _is_no_office(self, index: int) -> bool:
        return not self.within(index, *_OFFICES)

    # -- runs ------------------------------------------------------------------------------------------------
    def runs(self) -> Iterator[_Run]:
        index = 0
        while index < len(self.tokens):
            if self.kinds[index] not in _IN_NAME:
                index += 1
                continue
            last = self._end_of_run(index)
            if any(self.kinds[at] is not Kind.INITIAL for at in range(index, last + 1)):
                yield _Run(index, last)
            index = last + 1

    def _end_of_run(self, first: int) -> int:
        last = at = first
        given = self.kinds[first] is Kind.GIVEN
        while self.touching(at + 1):
            at += 1
            kind = self.kinds[at]
            if kind in _IN_NAME:
                last = at
                given = given or kind is Kind.GIVEN
            elif kind is Kind.PLAIN and given and self.tokens[at].capital and self._is_no_office(at):
                last = at
            elif not (self.within(at, "particles") and self.kind(at + 1) in _IN_NAME and self._joins(at)):
                break
        return last

    def _joins(self, index: int) -> bool:
        """Whether a particle joins two parts of one name; "de" and "wa" often part a thing from a name."""
        return self.word(index) not in ("de", "da", "wa", "ya", "at", "as", "an", "la", "di") or (
            self.kinds[index - 1] in (Kind.GIVEN, Kind.UNKNOWN) and self.tokens[index + 1].capital
        )

    # -- what the words around say ---------------------------------------------------------------------------
    def is_name(self, run: _Run) -> bool:
        kinds = {self.kinds[at] for at in range(run.first, run.last + 1)}
        if self._named_after(run):
            return False
        if Kind.GIVEN in kinds:
            return True
        if self._is_related(run):
            return True
        if kinds <= {Kind.DOUBTFUL, Kind.INITIAL} and run.first == run.last:
            return self._doubtful_is_name(run.first)
        if run.first == run.last == 0 and self._begins_like_noun():
            return False
        return not (self._in_body(run) or self._is_place(run) or self._is_people(run))

    def _begins_like_noun(self) -> bool:
        """Swahili: an unknown first word with "of" or a verb of things or of many behind it."""
        return self.touching(1) and (
            is_of_thing(self.word(1)) or self.word(1) in ("wa", "ya", "za", "la", "cha", "vya", "kwa", "mwa", "pa")
        )

    def _named_after(self, run: _Run) -> bool:
        """A school, a street, a radio that bears the name."""
        before, after = run.first - 1, run.last + 1
        if self.touching(after) and self.tokens[after].capital and self.within(after, "place_words", "bodies_words"):
            return True
        if not self.touching(run.first):
            return False
        if self.word(before) in _SAINTS and self.touching(before):
            before -= 1
        if self.within(before - 1, "of") and self.within(before - 2, "heads"):
            return False
        return self.within(before, "place_words", "bodies_words") and (
            self.tokens[before].capital or not self.within(before, "bodies_words")
        )

    def _is_related(self, run: _Run) -> bool:
        back = run.first - 1
        if not self.touching(run.first):
            return False
        if self.within(back, "kin"):
            return True
        return self.within(back, "of", "small") and self.touching(back) and self.within(back - 1, "kin")

    def _in_body(self, run: _Run) -> bool:
        for at in (run.first - 1, run.last + 1):
            near = at + 1 if at < run.first else at
            if self.touching(near) and 0 <= at < len(self.tokens) and self.tokens[at].capital:
                if self.within(at, "bodies_words", "place_words"):
                    return True
                if at > 0 and self.within(at, "calls_of_bodies") and not self.within(at, "ranks"):
                    return True
                if run.first == 0 and run.last == 0 and self.word(at) in latin().swahili:
                    return True
        return False

    def _is_place(self, run: _Run) -> bool:
        back = run.first - 1
        if self._in_list_of_places(run):
            return True
        if looks_like_place([self.word(at) for at in range(run.first, run.last + 1)], self.places.parts):
            return True
        if back < 0:
            return False
        word = self.word(back)
        if self.within(run.last + 1, "self"):
            return False
        if word == "to":
            return self._behind(back, "motion", "place_objects", "place_words") and not self._behind(back, "giving")
        if word == "a":
            return not self._behind(back, "giving")
        if word in ("from", "par", "by"):
            return self._behind(back, "motion", reach=2)
        if self.within(back, "place_prepositions"):
            return True
        if self.within(back, "of"):
            if back > 1 and self.tokens[back - 1].capital and self.kind(back - 1) is Kind.PLAIN:
                return True  # "the Bank of", "Umoja wa Vijana wa": what a body is of
            return self._behind(back, "place_words", reach=1) or (
                word in ("de", "d", "du") and self._behind(back, "motion", "place_prepositions", reach=1)
            )
        if self.within(back, "place_words") and self.within(back - 1, "of") and self.within(back - 2, "heads"):
            return False  # "le chef de village", "mkuu wa wilaya"
        return (
            self.within(back, "place_objects", "place_words") or stem_of_verb(word) in self.sections["swahili_motion"]
        )

    def _behind(self, index: int, *sections: str, reach: int = _LOOK_BACK) -> bool:
        return any(self.within(at, *sections) for at in range(max(0, index - reach), index))

    def _in_list_of_places(self, run: _Run) -> bool:
        """ "in Gussa, Delela and Larelu": what one is, all are."""
        back = run.first - 1
        if back >= 0 and self.word(back) in _AND and self.kind(back - 1) is Kind.PLACE:
            return True
        return self.kind(back) is Kind.PLACE and self.tokens[run.first].gap.strip() == ","

    def _is_people(self, run: _Run) -> bool:
        """ "Zambova traders", "the Bakoro": an unknown word that stands for a place or a people."""
        after = run.last + 1
        if self.touching(after) and not self.tokens[after].capital and self.within(after, "peoples_of"):
            return True
        if self._has_article(run.first):
            return True
        word = self.word(run.first)
        return word.startswith("wa") and len(word) > 6 and self.word(after).startswith(("wa", "wengi", "wote"))

    def _doubtful_is_name(self, index: int) -> bool:
        """One word that is a name and a common word too."""
        token = self.tokens[index]
        if self.within(index, "calendar", "peoples", "countries", "bodies", "bible") or token.shape is Shape.UPPER:
            return False
        if index == 0:
            return self._acts_like_person(index)
        before, after = self.tokens[index - 1], self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if self._has_article(index) or self._belongs_to_body(index):
            return False
        if any(at is not None and at.capital for at in (before if index > 1 else None, after)):
            return False
        return not self._is_place(_Run(index, index)) or self.within(index - 1, "giving")

    def _has_article(self, index: int) -> bool:
        """Whether an article stands before it; `à`, which folds to one, is none."""
        before = self.tokens[index - 1].raw.lower() if index else ""
        swahili = before == "la" and self.word(index - 2) in latin().swahili  # "duka la", "the shop of"
        return self.touching(index) and before in _ARTICLES and not swahili

    def _belongs_to_body(self, index: int) -> bool:
        """ "Ministry of Justice", "Peace and Justice", "Brigedi ya Tatu"."""
        if index < 2 or self.word(index - 1) not in _BELONGS:
            return False
        if self.within(index, "calls_of_bodies"):
            return True
        return self.tokens[index - 2].capital and (index > 2 or self.within(0, "bodies_words", "place_words"))

    def _acts_like_person(self, index: int) -> bool:
        after = index + 1
        if after >= len(self.tokens):
            return False
        word = self.word(after)
        if not self.touching(after):
            return self.tokens[after].gap.strip() == "," and word in (
                "a",
                "an",
                "who",
                "une",
                "un",
                "qui",
                "the",
                "mke",
            )
        if word in ("was", "is", "were"):
            return self.within(after + 1, "violence")
        if word in ("na", "and", "et"):
            return self._behind(min(after + 4, len(self.tokens)), "kin", reach=3)
        return self.within(after, "person_verbs", "more_person_verbs") or is_of_person(word)
