"""Text as people search it: without case, accents, vowel signs or the spelling variants of Arabic letters.

For comparing only; what is shown and stored stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from firsthand.domain.characters import western_digits

_WORD = re.compile(r"\w+")
# Letters that writers of Arabic (and of Persian keyboards) use for each other, and the tatweel, which is none.
_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك",
        "ـ": None, "ء": None,
    }
)  # fmt: skip
_LATIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ɛ": "e", "ɔ": "o"})
_ARTICLE = "ال"
_SHORTEST_AFTER_ARTICLE = 3


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text as it is compared; may differ from it in length."""
    # Variants first: decomposition would tear the hamza off its letter and leave a letter that is no variant.
    plain = western_digits(text).translate(_ARABIC)
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.casefold().translate(_LATIN)


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Folded words; an Arabic word with its article stands there without it."""
    return tuple(_without_article(word) for word in _WORD.findall(fold(text)))


def forget() -> None:
    """Empties the memory of folded texts, which are whatever was compared: queries, names, lines of reports."""
    fold.cache_clear()
    words_of.cache_clear()


def _without_article(word: str) -> str:
    rest = word.removeprefix(_ARTICLE)
    return rest if len(rest) >= _SHORTEST_AFTER_ARTICLE else word


def begins_all(query: tuple[str, ...], text: str) -> bool:
    """Whether every folded word of the query begins some word of the text."""
    words = words_of(text)
    return all(any(word.startswith(asked) for word in words) for asked in query)
