"""The words by which names are told from other words: `assets/names`, read once.

A list is words apart by spaces; `#` begins a line of comment and `[section]` a section. What is both a given name
and a common word counts as doubtful, whichever list it stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from firsthand import assets
from firsthand.domain.folding import fold

Words = frozenset[str]
_SECTION = re.compile(r"\[([a-z_]+)\]")
_WEAK = re.compile("[اوي]")


@dataclass(frozen=True, slots=True)
class Latin:
    """Folded words in Latin letters.

    Attributes:
        given: names that are no common word.
        doubtful: names that are one too.
        common: of English, French and Swahili, without most endings.
        swahili: those of Swahili.
        sections: of `things` and `cues`, by name.
    """

    given: Words
    doubtful: Words
    common: Words
    swahili: Words
    sections: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Arabic:
    """Folded words in Arabic letters; see `Latin`.

    Attributes:
        roots: of three letters, the weak ones as `@`.
    """

    given: Words
    doubtful: Words
    common: Words
    roots: Words
    sections: dict[str, Words]


@cache
def latin() -> Latin:
    """The lists for Latin letters."""
    things, cues = _sections("things.txt"), _sections("cues.txt")
    common = Words().union(*(_words(f"words_{language}.txt") for language in ("en", "fr", "sw")), _words("seen.txt"))
    sections = {**things, **cues}
    given, doubtful = _apart(_words("given.txt"), _words("given_words.txt"), common.union(*sections.values()))
    return Latin(given, doubtful, common, _words("words_sw.txt"), sections)


@cache
def arabic() -> Arabic:
    """The lists for Arabic letters."""
    words, cues = _sections("words_ar.txt"), _sections("cues_ar.txt")
    common = words["words"] | words["function"] | _words("seen_ar.txt")
    given, doubtful = _apart(_words("given_ar.txt"), _words("given_words_ar.txt"), common)
    roots = Words(_WEAK.sub("@", root) for root in words["roots"])
    return Arabic(given, doubtful, common, roots, {**cues, "function": words["function"]})


def _apart(given: Words, doubtful: Words, common: Words) -> tuple[Words, Words]:
    both = doubtful | (given & common)
    return given - both, both


def _sections(name: str) -> dict[str, Words]:
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in assets.read_text(f"names/{name}").splitlines():
        section = _SECTION.fullmatch(line.strip())
        if section:
            current = found.setdefault(section[1], set())
        elif not line.startswith("#"):
            current.update(_folded(word) for word in line.split())
    return {section: Words(words) for section, words in found.items()}


def _words(name: str) -> Words:
    lines = assets.read_text(f"names/{name}").splitlines()
    return Words(_folded(word) for line in lines if not line.startswith("#") for word in line.split())


def _folded(word: str) -> str:
    return word.lower() if word.isascii() else fold(word)
