"""How an author takes back what a person no longer agrees to (PROTOCOL "Chain, amendments, withdrawal").

    manifest.type = "withdraw"
    part 1        = {v, target, place, subject, scopes, keep, full, at_day}, to every role

The envelope goes to all roles alike, so that nobody learns from it who held what. `keep` says for each role which of
the keys of the target it may go on holding; a role holds less if it was granted less. What makes it count is the
signature of the target's own author. Its body is always of the smallest class, so that it is found quickly among what
waits. A full withdrawal needs no envelope to take the object away: the erase key does
that at the relay; the envelope tells desks that have it already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from firsthand.errors import Malformed
from firsthand.protocol import cbor, padding

ENVELOPE_TYPE: Final = "withdraw"
PART: Final = "counts"
PART_NUMBER: Final = 1
BODY_MAX_BYTES: Final = padding.body_class(1)
_VERSION = 1
_FIELDS = frozenset({"v", "target", "place", "subject", "scopes", "keep", "full", "at_day"})
_HASH_BYTES, _CHAIN_BYTES = 32, 16
_SUBJECT_CHARS = 26
_SCOPES_MAX, _SCOPE_CHARS = 32, 8
_ROLES_MIN, _ROLES_MAX = 4, 6
_BITMAP_END = 1 << 6
_DAY_END = 1 << 24


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is taken back.

    Attributes:
        target: object hash (32 B) of the envelope.
        place: chain (16 B) and number of the target: a desk that never gets it knows that nothing is missing.
        subject: the person's pseudonym, 26 characters.
        scopes: codes that were a yes and are not any more.
        keep: for every role, in the order of the policy that the target was sealed under, a bitmap of the keys
            (bit 0: the manifest's, bit n: part n's) that it may hold.
        full: nothing of the target stays anywhere.
        at_day: days since 1970, as the author believes.
    """

    target: bytes
    place: tuple[bytes, int]
    subject: str
    scopes: tuple[str, ...]
    keep: tuple[int, ...]
    full: bool
    at_day: int

    def __post_init__(self) -> None:
        chain, seq = self.place
        sound = (
            _is_sized(self.target, _HASH_BYTES)
            and _is_sized(chain, _CHAIN_BYTES)
            and _is_number(seq, 1 << 63)
            and isinstance(self.subject, str)
            and len(self.subject) == _SUBJECT_CHARS
            and 1 <= len(self.scopes) <= _SCOPES_MAX
            and all(isinstance(scope, str) and 1 <= len(scope) <= _SCOPE_CHARS for scope in self.scopes)
            and len(set(self.scopes)) == len(self.scopes)
            and _ROLES_MIN <= len(self.keep) <= _ROLES_MAX
            and all(_is_number(bitmap, _BITMAP_END) for bitmap in self.keep)
            and isinstance(self.full, bool)
            and not (self.full and any(self.keep))
            and _is_number(self.at_day, _DAY_END)
        )
        if not sound:
            raise Malformed("withdrawal")

    def kept_by(self, slot: int) -> int:
        """The bitmap of the role at a position of the policy; 0 where there is none such."""
        return self.keep[slot] if 0 <= slot < len(self.keep) else 0


def encode(withdrawal: Withdrawal) -> cbor.Value:
    """Part 1."""
    return {
        "v": _VERSION,
        "target": withdrawal.target,
        "place": list(withdrawal.place),
        "subject": withdrawal.subject,
        "scopes": list(withdrawal.scopes),
        "keep": list(withdrawal.keep),
        "full": withdrawal.full,
        "at_day": withdrawal.at_day,
    }


def parse(part: cbor.Value) -> Withdrawal:
    """The inverse.

    Raises:
        Malformed: a field is missing, unknown, of another type or out of range.
    """
    if not isinstance(part, dict) or part.keys() != _FIELDS or part["v"] != _VERSION or part["v"] is True:
        raise Malformed("withdrawal fields")
    match part:
        case {
            "target": bytes(target),
            "place": [bytes(chain), int(seq)],
            "subject": str(subject),
            "scopes": list(scopes),
            "keep": list(keep),
            "full": bool(full),
            "at_day": int(at_day),
        }:
            try:
                return Withdrawal(target, (chain, seq), subject, tuple(scopes), tuple(keep), full, at_day)
            except TypeError:  # something in a list that cannot be compared or counted
                raise Malformed("withdrawal list") from None
    raise Malformed("withdrawal values")


def _is_sized(value: object, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _is_number(value: object, end: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end
