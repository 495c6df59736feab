"""Where a text probably names a person.

It asks and never blocks, so it errs towards asking. No statistics and nothing learned: lists of words
(`names_lists`), and rules that say why, one module for the scripts with capitals (`names_latin`) and one for
Arabic (`names_arabic`), which has none. It sees one sentence at a time, so that what is typed after a sentence
changes nothing in it. Names of places that are known are never reported.
"""

from __future__ import annotations

from functools import lru_cache

from firsthand.domain import names_arabic, names_latin
from firsthand.domain.names_lists import latin
from firsthand.domain.names_places import Places
from firsthand.domain.names_tokens import sentences

Span = tuple[int, int]


def likely(text: str, known_places: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Start and end of each probable name, in order, not overlapping.

    Args:
        text: any text.
        known_places: names of areas and places, as they are written.
    """
    places = _places(known_places)
    spans: list[Span] = []
    for sentence in sentences(text, _is_short_form):
        if any(token.arabic for token in sentence):
            spans += names_arabic.spans(sentence, places)
        spans += names_latin.spans(sentence, places)
    return tuple(sorted(spans))


def _is_short_form(word: str) -> bool:
    lists = latin()
    return len(word) <= 4 and (word in lists.sections["civil"] or word in lists.sections["ranks"])


@lru_cache(maxsize=8)
def _places(known: frozenset[str]) -> Places:
    return Places.of(known)


def forget() -> None:
    """Empties the memory of known places."""
    _places.cache_clear()
