"""What kind of word each word of a sentence in Latin letters is, before its neighbours are asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from firsthand.domain.names_lists import Words, latin
from firsthand.domain.names_tokens import Sentence, Shape, Token


class Kind(Enum):
    """A kind of word.

    GIVEN is a given name and nothing else, DOUBTFUL a given name and a common word, UNKNOWN a word with a capital that
    no list has, LOWER_UNKNOWN the same without one, INITIAL one capital letter; PLACE is known to the mission.
    """

    PLAIN = "plain"
    PLACE = "place"
    GIVEN = "given"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    LOWER_UNKNOWN = "lower unknown"
    INITIAL = "initial"


_NO_NAME = ("calendar", "peoples", "bodies", "bible", "countries", "place_words", "bodies_words", "calls_of_bodies")
_NO_NAME_CUES = ("civil", "ranks", "introducers", "particles")
_LONGEST_ACRONYM = 6
_SHORTEST_LOWER = 4
_MOSTLY_UPPER = 0.6

# Endings taken off before a word is looked up, the longest first; `y` and `e` are put back.
_ENDINGS = (
    "nesses", "ments", "ings", "ness", "ment", "ies", "ied", "ier", "ing", "est", "ers", "ors", "ed", "er", "or", "es",
    "ly", "al", "s", "y", "d",
    "issements", "issement", "ations", "ation", "aient", "eraient", "erait", "eront", "euses", "euse", "eurs", "eur",
    "ees", "ant", "ent", "ait", "ees", "ee", "es", "ez", "er", "ir", "it", "is", "e", "x",
)  # fmt: skip
_BACK = ("", "e", "y", "er", "ir", "re", "on", "ie")
# Endings that no name has: an unknown word that begins a sentence is taken for a word of the language.
_LANGUAGE = re.compile(
    r"\w{3,}(?:ings?|tions?|sions?|ness|ments?|ously|ally|ily|ability|ities|ivity|ists?|isms?|ables?|ibles?|less|fully?"
    r"|iquement|ement|amment|aient|eraient|ateurs?|atrices?|euses?|iques?|istes?|ismes?|antes?|ances?|ences?|eaux|"
    r"ationnels?|ivement|ifs?|ives?)"
)
_SUBJECT = r"(?:ha|si)?(?:ni|u|a|tu|m|mu|wa|i|li|ya|ki|vi|zi|ku|pa)"
_SWAHILI_VERB = re.compile(
    rf"{_SUBJECT}(?:li|na|ta|me|ka|ki|nge|ngali|sha|mesha|lio|nao|naye|liye|lipo|livyo|takao|si|ja|ku|tak)[a-z']{{3,}}[aeiou]"
)
_SWAHILI_NOUN = re.compile(
    r"(?:wana|mwana|uny|uta|uha|umo|uchu|waki|maku)[a-z']{4,}[aeiou]|(?:ku|kuto)[a-z']{4,}a|[a-z']{5,}ni"
)
_TENSE = r"(?:li|na|ta|me|ka|nge|ki|si|mesha|lio|nao|yo)"
_ONE_PERSON = re.compile(rf"a{_TENSE}[a-z']{{2,}}[aeiou]|ha(?:ku|ja|ta)[a-z']{{2,}}[aeiou]|anaye[a-z']+|aliye[a-z']+")
_THING = re.compile(rf"(?:i|u|ya|wa|li|ki|vi|zi|ku|pa|ha[iuylkvz][a-z]?){_TENSE}[a-z']{{2,}}[aeiou]")
_VERB_PREFIX = re.compile(rf"{_SUBJECT}(?:li|na|ta|me|ka|nge)(?:po|o|ye)?(?:ku|m|wa|i|ki|vi|zi|li|ya)?")
_WORDLIKE = re.compile(r"(?:ville|village|town|burg|bourg)$")


def kinds_of(tokens: Sentence, covered: Sequence[bool]) -> list[Kind]:
    """The kind of every word; `covered` says which belong to known places."""
    shouted = _is_shouted(tokens)
    return [
        Kind.PLACE if covered[at] else Kind.PLAIN if token.arabic else _kind(token, opens=at == 0, shouted=shouted)
        for at, token in enumerate(tokens)
    ]


def _is_shouted(tokens: Sentence) -> bool:
    """Whether capitals say nothing, for nearly all is written in them."""
    long = [token for token in tokens if len(token.word) > 2 and not token.arabic]
    upper = sum(token.shape is Shape.UPPER for token in long)
    return len(long) > 2 and upper >= _MOSTLY_UPPER * len(long)


def _kind(token: Token, *, opens: bool, shouted: bool) -> Kind:
    lists, word = latin(), token.word
    if any(char.isdigit() or char == "_" for char in word):
        return Kind.PLAIN
    if shouted and token.shape is Shape.UPPER:
        return Kind.GIVEN if _is_in(word, lists.given) else Kind.PLAIN
    if token.shape is Shape.INITIAL:
        return Kind.PLAIN if opens and word in ("a", "i", "l", "y", "o") else Kind.INITIAL
    if _is_in(word, lists.given) and not _is_thing(word):
        return Kind.GIVEN if token.capital or len(word) >= _SHORTEST_LOWER else Kind.PLAIN
    if token.capital and _is_in(word, lists.doubtful):
        return Kind.DOUBTFUL
    if _is_thing(word) or is_common(word):
        return Kind.PLAIN
    if not token.capital:
        return Kind.LOWER_UNKNOWN
    if token.shape is Shape.UPPER and len(word) <= _LONGEST_ACRONYM:
        return Kind.PLAIN
    return Kind.PLAIN if opens and _is_of_language(word) else Kind.UNKNOWN


def _is_in(word: str, names: Words) -> bool:
    """Whether the word, or the first part of one with a hyphen, is in a list of names."""
    if word in names:
        return True
    first, hyphen, rest = word.partition("-")
    return bool(hyphen) and (first in names or (first in latin().sections["particles"] and rest in names))


def _is_thing(word: str) -> bool:
    sections = latin().sections
    return any(word in sections[name] for name in (*_NO_NAME, *_NO_NAME_CUES)) and word not in latin().given


def is_common(word: str) -> bool:
    """Whether a folded word, or every part of it, is a common word in some form."""
    if "-" in word:
        return all(not part or is_common(part) or _is_thing(part) for part in word.split("-"))
    common = latin().common
    if word in common:
        return True
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            rest = word[: -len(ending)]
            undoubled = rest[:-1] if rest[-1] == rest[-2] else rest
            if undoubled in common or any(rest + back in common for back in _BACK):
                return True
    return False


def _is_of_language(word: str) -> bool:
    return any(pattern.fullmatch(word) for pattern in (_LANGUAGE, _SWAHILI_VERB, _SWAHILI_NOUN))


def is_of_person(word: str) -> bool:
    """Whether it is a Swahili verb with one person for its subject."""
    return bool(_ONE_PERSON.fullmatch(word))


def is_of_thing(word: str) -> bool:
    """Whether it is a Swahili verb with things, or many, for its subject."""
    return bool(_THING.fullmatch(word)) and not is_of_person(word)


def stem_of_verb(word: str) -> str:
    """A Swahili verb without prefixes of subject, tense and object; the word itself if it has none."""
    match = _VERB_PREFIX.match(word)
    return word[match.end() :] if match else word


def looks_like_place(words: Sequence[str], parts: Words) -> bool:
    """Whether a word ends like the name of a town, or all are words of known places."""
    return bool(_WORDLIKE.search(words[-1])) or all(word in parts for word in words)
