"""Likely names in Arabic letters, which have no capitals.

Given names are looked up in a list; a word that no list, no ending and no root explains is foreign, and in the place of
a person (after a verb of persons, a relative, a trade) it is a name. Names that are words too (`Karim`, "generous")
need such a place, or a name beside them. Positions leave out what is written as one with a name ("and", "by").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from firsthand.domain.names_arabic_words import is_word, looks_foreign, read_name
from firsthand.domain.names_lists import arabic
from firsthand.domain.names_places import Places, without_clitics
from firsthand.domain.names_tokens import Sentence, Token

Span = tuple[int, int]

_ARTICLE = "ال"
_CHAIN = frozenset({"بن", "ابن", "بنت", "ولد", "ال"})
_FATHER = frozenset({"ابو", "ابي", "ابا"})
_MOTHER = "ام"
_SLAVE_OF = "عبد"
_TANWEEN = "\u064b"
_LONGEST = 5
_OF_FAITH = frozenset({"الدين", "الله", "الاسلام", "الزمان", "الحق", "الهدي", "العابدين", "النبي", "الرسول"})
_SELF = frozenset({"نفسه", "نفسها", "ذاته", "شخصيا"})


class _Kind(Enum):
    PLAIN = "plain"
    PLACE = "place"
    GIVEN = "given"
    DOUBTFUL = "doubtful"
    FOREIGN = "foreign"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class _Read:
    """A word with its kind; `lead` letters before the name belong to other words."""

    token: Token
    kind: _Kind
    lead: str
    word: str


def spans(sentence: Sentence, places: Places) -> Iterator[Span]:
    """Start and end of each likely name in one sentence."""
    covered = places.covered(sentence)
    words = [_read(token, known) for token, known in zip(sentence, covered, strict=True)]
    index = 0
    while index < len(words):
        last = _name_at(words, index)
        if last is None:
            index += 1
            continue
        first = words[index]
        yield first.token.start + _raw_length(first.token.raw, len(first.lead)), words[last].token.end
        index = last + 1


def _read(token: Token, covered: bool) -> _Read:
    if covered:
        return _Read(token, _Kind.PLACE, "", token.word)
    if not token.arabic or len(token.word) < 2:
        return _Read(token, _Kind.PLAIN, "", token.word)
    if token.word in _CHAIN:
        return _Read(token, _Kind.LINK, "", token.word)
    read = read_name(token.word)
    if read:
        kind = _Kind.GIVEN if read.sure and not _is_accusative(token) else _Kind.DOUBTFUL
        if kind is _Kind.DOUBTFUL and _is_accusative(token):
            kind = _Kind.PLAIN
        return _Read(token, _but_preposition(token, kind), read.lead, read.word)
    if is_word(token.word) or _is_accusative(token):
        return _Read(token, _Kind.PLAIN, "", token.word)
    lead = _lead_of_foreign(token.word)
    return _Read(token, _Kind.FOREIGN, lead, token.word[len(lead) :])


def _but_preposition(token: Token, kind: _Kind) -> _Kind:
    """`على` and `علي` fold to the same word; only the one with dots is a name."""
    return _Kind.PLAIN if token.word.endswith("علي") and not token.raw.endswith(("ي", "ي\u0651", "ی")) else kind


def _is_accusative(token: Token) -> bool:
    return _TANWEEN in token.raw[-2:]


def _lead_of_foreign(word: str) -> str:
    """Only where what is left looks as foreign as the whole: `بتشيكو`, but `باتريس`."""
    for rest, lead in without_clitics(word)[1:]:
        if lead in ("و", "ب", "ل", "ف", "ول", "وب") and len(rest) >= 4 and rest[0] not in "اوي":
            return lead
    return ""


def _raw_length(raw: str, letters: int) -> int:
    """How many characters the first letters take, with the signs upon them."""
    position = 0
    while letters and position < len(raw):
        letters -= raw[position].isalpha() and raw[position] != "ـ"
        position += 1
        while position < len(raw) and not raw[position].isalpha():
            position += 1
    return position


# -- what a name is ------------------------------------------------------------------------------------------
def _name_at(words: list[_Read], index: int) -> int | None:
    """The last word of the name that begins here, or None."""
    read = words[index]
    if read.kind is _Kind.PLACE or _before_is_place(words, index):
        return None
    kunya = _kunya(words, index)
    if kunya is not None:
        return _extended(words, kunya)
    if _is_introduced(words, index) or _is_name(words, index):
        return _extended(words, index)
    return None


def _kunya(words: list[_Read], index: int) -> int | None:
    """Abu, Umm and Abd with what they need after them."""
    after = index + 1
    if not _touches(words, after) or words[after].kind is _Kind.PLACE:
        return None
    bare = {rest for rest, _ in without_clitics(words[index].token.word)}
    following = words[after]
    if bare & _FATHER and words[index].token.word not in ("ابي",):
        return after
    if _MOTHER in bare and following.kind in (_Kind.GIVEN, _Kind.FOREIGN, _Kind.DOUBTFUL):
        return after
    if _SLAVE_OF in bare and following.token.word.startswith((_ARTICLE, "لله", "الله")):
        return after
    return None


def _is_introduced(words: list[_Read], index: int) -> bool:
    read, sections = words[index], arabic().sections
    if index == 0 or read.token.word in sections["function"] or not read.token.arabic:
        return False
    before = _bare_forms(words[index - 1])
    if not before & sections["introducers"]:
        if before & sections["civil"] and not _is_in(words, index - 1, "place_before"):
            return not read.token.word.startswith(_ARTICLE) and read.kind is not _Kind.PLAIN
        return False
    if index > 1 and _is_in(words, index - 2, "place_before") and not _is_in(words, index - 2, "kin"):
        return False
    sure = before & {"اسمه", "اسمها", "يدعي", "تدعي", "المدعو", "المدعوه", "يلقب", "الملقب", "لقبه", "يسمي", "تسمي"}
    if read.kind is not _Kind.PLAIN:
        return True
    return bool(sure) and not read.token.word.startswith((_ARTICLE, "بال", "لل")) and not read.token.word.endswith("ات")


def _is_name(words: list[_Read], index: int) -> bool:
    read = words[index]
    if read.kind is _Kind.GIVEN:
        return not read.lead.endswith(_ARTICLE)
    if read.kind is _Kind.FOREIGN:
        return _foreign_is_name(words, index)
    if _of_faith(words, index) or (
        _chained(words, index) and not read.token.word.startswith(_ARTICLE) and read.kind is not _Kind.LINK
    ):
        return True
    if read.kind is _Kind.PLAIN:
        return _between_kin(words, index)
    return read.kind is _Kind.DOUBTFUL and _doubtful_is_name(words, index)


def _foreign_is_name(words: list[_Read], index: int) -> bool:
    read = words[index]
    if read.token.word.startswith(_ARTICLE):
        return _is_in(words, index - 1, "kin")
    if _in_place_of_person(words, index) or _chained(words, index):
        return True
    return looks_foreign(read.word) or _kind_at(words, index + 1) in (_Kind.FOREIGN, _Kind.GIVEN)


def _doubtful_is_name(words: list[_Read], index: int) -> bool:
    read = words[index]
    if _ARTICLE in read.lead or read.lead == "لل":
        return False
    after = words[index + 1] if _touches(words, index + 1) else None
    if after and after.kind in (_Kind.PLAIN, _Kind.FOREIGN) and _has_article(after):
        if after.kind is _Kind.FOREIGN and after.token.word.endswith("ي") and _in_place_of_person(words, index):
            return True  # a family name: al-Qudoomi
        # "the light of the moon", "on the road"; but a quality is seldom of something: "Karim sold the cow"
        return _is_quality(read) and _in_place_of_person(words, index)
    if _is_subject_of_was(words, index):
        return True
    if after and after.kind in (_Kind.GIVEN, _Kind.FOREIGN) and not after.lead:
        return True
    if after and after.kind is _Kind.DOUBTFUL and not after.lead:
        return index == 0 or _in_place_of_person(words, index)
    return _in_place_of_person(words, index)


def _of_faith(words: list[_Read], index: int) -> bool:
    """Nur ad-Din, Saif al-Islam."""
    return (
        words[index].kind in (_Kind.DOUBTFUL, _Kind.GIVEN, _Kind.FOREIGN)
        and _ARTICLE not in words[index].lead
        and _touches(words, index + 1)
        and words[index + 1].token.word in _OF_FAITH
    )


def _between_kin(words: list[_Read], index: int) -> bool:
    """A word without article between "the farmer" and "son of"."""
    return (
        _touches(words, index)
        and not words[index].token.word.startswith((_ARTICLE, "لل", "بال"))
        and words[index].token.word not in arabic().sections["function"]
        and _is_in(words, index - 1, "kin")
        and words[index - 1].token.word.startswith(_ARTICLE)
        and _kind_at(words, index + 1) is _Kind.LINK
    )


def _is_quality(read: _Read) -> bool:
    """Kareem, Saalim, Mabrook: adjectives in form, and no usual noun."""
    word = read.word
    shaped = (len(word) == 4 and (word[2] == "ي" or word[1] == "ا")) or (
        len(word) == 5 and word[0] == "م" and word[3] == "و"
    )
    return shaped and word not in arabic().common


def _is_subject_of_was(words: list[_Read], index: int) -> bool:
    """After "was" a quality stands in the accusative; a man's name does not, and a woman's has a verb after it."""
    if not _is_in(words, index - 1, "not_verbs") or not _touches(words, index):
        return False
    following = words[index + 1].token.word if _touches(words, index + 1) else ""
    does = following[:1] in ("ي", "ت") and len(following) > 3
    return does or (not words[index].word.endswith(("ه", "ا", "ي")) and bool(following))


def _has_article(read: _Read) -> bool:
    return read.token.word.startswith(_ARTICLE) and read.token.word not in arabic().sections["function"]


def _chained(words: list[_Read], index: int) -> bool:
    """X bin Y."""
    return (
        _touches(words, index + 1)
        and words[index + 1].token.word in ("بن", "ابن", "بنت", "ولد")
        and _touches(words, index + 2)
        and words[index + 2].kind in (_Kind.GIVEN, _Kind.DOUBTFUL, _Kind.FOREIGN)
    )


def _in_place_of_person(words: list[_Read], index: int) -> bool:
    if not _touches(words, index):
        return False
    before = words[index - 1]
    if index == 1 and before.kind is _Kind.FOREIGN and not before.lead and not looks_foreign(before.word):
        return True  # a verb that no list has
    return _is_in(words, index - 1, "verbs", "verbs_more", "kin", "person_before") and not _is_in(
        words, index - 1, "not_verbs"
    )


def _before_is_place(words: list[_Read], index: int) -> bool:
    """In, to, the village of, the school of; a given name after a mere preposition stays one."""
    read = words[index]
    if read.kind not in (_Kind.GIVEN, _Kind.FOREIGN, _Kind.DOUBTFUL) or not _touches(words, index):
        return False
    if not _is_in(words, index - 1, "place_before") or _is_in(words, index - 1, "kin"):
        return False
    if words[index - 1].token.word in arabic().sections["function"]:
        given_to = any(_is_in(words, back, "giving") for back in range(max(0, index - 4), index - 1))
        himself = _touches(words, index + 1) and words[index + 1].token.word in _SELF
        return not (read.kind is _Kind.GIVEN or given_to or himself)
    return True


def _extended(words: list[_Read], last: int) -> int:
    """Further names, nisbas and what "son of" joins."""
    first = last
    while last - first < _LONGEST and _touches(words, last + 1):
        following = words[last + 1]
        if following.kind is _Kind.LINK and _kind_at(words, last + 2) is not _Kind.PLACE and _touches(words, last + 2):
            last += 2
            continue
        article = following.token.word.startswith(_ARTICLE)
        if last == first and following.token.word in _OF_FAITH:
            last += 1
            continue
        named = following.kind in (_Kind.GIVEN, _Kind.DOUBTFUL) and following.lead in ("", _ARTICLE)
        foreign = following.kind is _Kind.FOREIGN and (article or following.lead[:1] not in ("و", "ف"))
        if named or foreign:
            last += 1
        elif following.token.word in _FATHER and _touches(words, last + 2):
            last += 2
        else:
            break
    return last


# -- looking around ------------------------------------------------------------------------------------------
def _touches(words: list[_Read], index: int) -> bool:
    return 0 < index < len(words) and words[index].token.touches and words[index].token.arabic


def _kind_at(words: list[_Read], index: int) -> _Kind:
    return words[index].kind if _touches(words, index) else _Kind.PLAIN


def _is_in(words: list[_Read], index: int, *sections: str) -> bool:
    if not 0 <= index < len(words):
        return False
    forms = _bare_forms(words[index])
    return any(forms & arabic().sections[section] for section in sections)


def _bare_forms(read: _Read) -> set[str]:
    """The word, and the word without "and" or "so" before it."""
    word = read.token.word
    return {word, word[1:]} if word[:1] in ("و", "ف") and len(word) > 3 else {word}
