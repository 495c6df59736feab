"""Three words of a person's own become a match code in the account, for the focal point alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firsthand import errors
from firsthand.domain.matching import WORDS, canonical, match_code
from firsthand.protocol import match

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["FIELD", "WORDS", "canonical", "sealed_code"]

FIELD = match.FIELD


def sealed_code(tablet: Tablet, words: Sequence[str]) -> bytes:
    """What stands under `match` in the account: it opens at the focal point's desk alone. As slow as a passphrase.

    The words themselves are kept nowhere.

    Raises:
        Malformed: not three words of three letters, each another.
        NotFound: the mission has no focal point.
    """
    public = next((role.kem_public for role in tablet.directory.roles if role.name == match.ROLE), None)
    if public is None:
        raise errors.NotFound("focal point")
    mission_id = tablet.directory.mission_id
    code = match_code(words, match.salt(mission_id), match.stretch)
    return match.seal(public, mission_id, code)
