"""The match code: "who already told us?" without a list of who told us. Pure (DOMAIN I01).

A person who wants that chooses three words of her own, nothing that others would guess of her, and may say them
again to any officer or at the focal point. Out of the words a slow code is made; only the code travels, sealed to the
focal point's role, and only the same words find it again. What it cannot do stands in docs/THREAT_MODEL.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256

from firsthand.domain.folding import words_of
from firsthand.errors import Malformed

WORDS = 3
CODE_BYTES = 10
LETTERS_LEAST, LETTERS_MOST = 3, 60
_LABEL = b"firsthand/1/match-code"


def canonical(words: Sequence[str]) -> tuple[str, ...]:
    """The words as they are compared: folded, in one order, so that spelling and order do not matter.

    A word may be several ("red gate"): it is one answer.

    Raises:
        Malformed: not three, one without at least three letters, or two that are the same.
    """
    folded = sorted("".join(words_of(word)) for word in words)
    long_enough = all(LETTERS_LEAST <= len(word) <= LETTERS_MOST for word in folded)
    if len(folded) != WORDS or not long_enough or len(set(folded)) != WORDS:
        raise Malformed("match words")
    return tuple(folded)


def match_code(words: Sequence[str], salt: bytes, stretch: Callable[[str, bytes], bytes]) -> bytes:
    """The code of three words, 10 bytes.

    Args:
        words: as they were said.
        salt: of the mission, so that codes of two missions never meet.
        stretch: text and salt to 32 bytes, slowly (Argon2id): each guess costs as much.

    Raises:
        Malformed: as `canonical`.
    """
    key = stretch(" ".join(canonical(words)), salt)
    return hmac.new(key, _LABEL, sha256).digest()[:CODE_BYTES]


def same(one: bytes, other: bytes) -> bool:
    """Whether two codes are one, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
