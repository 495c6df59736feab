"""`desk-match`: whether somebody who said these three words has given an account to this mission. Yes or no.

It never says which report, how many, when or by whom. Each question stands in the journal, without the words, and
there are few a day: what is meant for one person at a table is no way to go through a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from firsthand.domain.matching import match_code, same
from firsthand.errors import Malformed, NotForUs, NotGranted, Refused, Unopenable
from firsthand.protocol import match
from sync_server.desk.keys import DeskKeys
from sync_server.desk.opening import read_again
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore

ACTION = "match"
A_DAY = 12
_DAY_S = 86_400
_RECENT = "SELECT count(*) FROM journal WHERE action = ? AND at > ?"
_REPORTS = (
    "SELECT e.idx, o.data, e.keys FROM envelope e JOIN object o USING (hash) WHERE e.type = 'report' AND e.idx > ?"
    " ORDER BY e.idx LIMIT 200"
)


class MatchLimit(Refused):
    """As many questions as a day has were asked already."""

    code = "match-limit"


def already_told(store: Store, keys: DeskKeys, mission_id: bytes, now_s: int, words: Sequence[str]) -> bool:
    """Whether a report of this mission carries the code of the words; noted in the journal.

    Raises:
        Malformed: not three words. NotGranted: another role's desk. MatchLimit: asked too often today.
    """
    if keys.role != match.ROLE:
        raise NotGranted("match codes are for the focal point")
    (asked,) = store.one(_RECENT, (ACTION, now_s - _DAY_S))
    if asked >= A_DAY:
        raise MatchLimit
    code = match_code(words, match.salt(mission_id), match.stretch)
    PeopleStore(store).note(now_s, "command", ACTION)
    found, secrets = False, keys.secrets()
    for sealed in _codes(store):
        with suppress(NotForUs):  # a forged or older one: no answer, and no reason to stop
            found = same(match.unseal(secrets, mission_id, sealed), code) or found
    return found


def _codes(store: Store) -> Iterator[bytes]:
    after = -1
    while rows := store.all(_REPORTS, (after,)):
        for idx, data, keys in rows:
            after = idx
            with suppress(Unopenable, Malformed):
                account: Any = read_again(data, keys).get("narrative")
                sealed = account.get(match.FIELD) if isinstance(account, dict) else None
                if isinstance(sealed, bytes):
                    yield sealed
