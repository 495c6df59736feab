"""What stays readable on the tablet after sealing, and its end.

The policy is data: assets/policy/retention.json. Expiry deletes the row of the facts, and title and area from
the lists, then empties the write-ahead log, so that neither file keeps them. It looks only at the oldest pages
that still hold something readable, so it may be called as often as one likes: at unlocking, after sealing, and
from a timer while the tablet stays open.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from firsthand import assets, errors

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet
    from fieldapp.vault.custody import Custody

_DAYS_MAX, _LAST_MAX = 366, 10_000


@dataclass(frozen=True, slots=True)
class Policy:
    """How long facts of ordinary reports stay readable.

    Attributes:
        days: after the sealed day; on the day after that they go.
        last: how many of the newest at most, however young the others are.
    """

    days: int
    last: int


def parse_policy(value: object) -> Policy:
    """The policy of a JSON value.

    Raises:
        Malformed: another form, or figures outside the bounds of the schema.
    """
    match value:
        case {"format": 1, "facts": {"days": int(days), "last": int(last), **more}, **rest}:
            plain = not isinstance(days, bool) and not isinstance(last, bool)
            if plain and not more and set(rest) <= {"about"} and 0 <= days <= _DAYS_MAX and 0 <= last <= _LAST_MAX:
                return Policy(days, last)
    raise errors.Malformed("retention policy")


@cache
def policy() -> Policy:
    """The shipped policy."""
    return parse_policy(assets.read_json("policy/retention.json"))


def apply(tablet: Tablet) -> int:
    """Forgets what is past its time; returns how many facts.

    On a full disk, and while another program holds the store, it waits for the next call.
    """
    with suppress(errors.DiskFull, errors.Busy):
        return forget(tablet.custody, tablet.day())
    return 0


def forget(custody: Custody, today: int) -> int:
    """The same in the caller's transaction, if one is open: then the caller empties the log when it has ended.

    Raises:
        DiskFull, Busy: nothing is forgotten.
    """
    rule = policy()
    return custody.lists.expire(today, days=rule.days, last=rule.last)
