"""Single words in Arabic letters: a name, a word of the language, or neither.

A word of the language is one of the list, one with usual prefixes and suffixes taken off, or one in which a root of
the list stands in a usual pattern. That takes some foreign names for words, and some rare words for foreign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from firsthand.domain.names_lists import arabic
from firsthand.domain.names_places import without_clitics

_PREFIXES = (
    "است", "مست", "يست", "تست", "نست", "ان", "من", "ين", "تن", "مت", "يت", "تت", "سي",
    "ست", "سن", "م", "ي", "ت", "ن", "ا", "",
)  # fmt: skip
_SUFFIXES = (
    "تموها", "ناهم", "ونها", "ونهم", "تهما", "تهم", "تها", "تنا", "اتهم", "اتها", "اته",
    "ياتهم", "يات", "انيه", "هما", "ها", "هم", "هن", "نا", "كم", "وا", "ات", "ون", "ين",
    "ان", "تا", "تي", "تم", "تن", "ته", "يه", "يا", "وه", "ه", "ك", "ي", "ت", "ا", "ن",
    "",
)  # fmt: skip
_PLURALS = ("ان", "ين", "ون", "ات", "ه", "يه", "يين", "يون")
_ALI = "علي"  # folds to the same as "on"; `names_arabic` tells them apart
_WEAK = re.compile("[اوي]")
_FOREIGN_END = re.compile("(?:[^اوي][اوي]|[اوي]ن[غجكد]|يتش|سن|سون|مان|يل|ير|وت)$")
_VOWELS = frozenset("اوي")


@dataclass(frozen=True, slots=True)
class Reading:
    """A word read as a given name.

    Attributes:
        lead: letters before it that belong to other words.
        word: the name, folded.
        sure: whether it is no common word too.
    """

    lead: str
    word: str
    sure: bool


def read_name(word: str) -> Reading | None:
    """A folded word as a given name, with what is written as one with it; None if it is none."""
    lists = arabic()
    if word in lists.sections["function"] and word != _ALI:
        return None
    if word in lists.given and not (word.startswith("ال") and word[2:] in lists.common):
        return Reading("", word, sure=True)
    if _is_exact(word) and word not in lists.doubtful:
        return None
    doubtful = None
    for rest, lead in without_clitics(word):
        if lead and rest in lists.given:
            return Reading(lead, rest, sure="ال" not in lead and lead != "لل")
        if rest in lists.doubtful and doubtful is None:
            doubtful = Reading(lead, rest, sure=False)
    if word.startswith("عبدال") and len(word) > 7:
        return Reading("", word, sure=True)
    return doubtful


def _is_exact(word: str) -> bool:
    lists = arabic()
    return word in lists.common or any(word in words for words in lists.sections.values())


def is_word(word: str) -> bool:
    """Whether a folded word is explained by the lists, by its endings or by a root."""
    lists = arabic()
    if word[:1] in ("و", "ف") and word[1:] in lists.sections["function"]:
        return True
    if any(_is_exact(rest) for rest, _ in without_clitics(word)):
        return True
    if any(word.endswith(ending) and len(word) > 5 and _is_exact(word[: -len(ending)]) for ending in _PLURALS):
        return True
    return any(stem in lists.common or (len(stem) <= 5 and _has_root(stem)) for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    for rest, _ in without_clitics(word):
        for prefix in _PREFIXES:
            if not rest.startswith(prefix):
                continue
            for suffix in _SUFFIXES:
                stem = rest[len(prefix) : len(rest) - len(suffix)] if rest.endswith(suffix) else ""
                if len(stem) >= 3:
                    yield stem


def _has_root(stem: str) -> bool:
    roots = arabic().roots
    if len(stem) == 3:
        return _WEAK.sub("@", stem) in roots
    return any(_WEAK.sub("@", shape) in roots for shape in _without_pattern(stem))


def _without_pattern(stem: str) -> Iterator[str]:
    """The root of a stem of four or five letters, if a pattern put others between: faa'il, fu'ool, fawaa'il."""
    if len(stem) == 4:
        if stem[1] in "اوت":
            yield stem[0] + stem[2:]
        if stem[2] in "اوي":
            yield stem[:2] + stem[3:]
        if stem[1] == stem[2]:
            yield stem[:2] + stem[3:]
    elif len(stem) == 5:
        if stem[1] in "اوت" and stem[3] in "اوي":
            yield stem[0] + stem[2] + stem[4]
        if stem[2] == "ا" and stem[3] in "اوي":
            yield stem[:2] + stem[4]
        if stem[1] in "وي" and stem[2] == "ا":
            yield stem[0] + stem[3:]


def looks_foreign(word: str) -> bool:
    """Whether a word is spelled like one of another language: full of long vowels, or ending as few Arabic words do."""
    if len(word) < 4:
        return False
    vowels = sum(letter in _VOWELS for letter in word)
    return (vowels >= 2 and 2 * vowels >= len(word) - 1) or (vowels >= 1 and bool(_FOREIGN_END.search(word)))
