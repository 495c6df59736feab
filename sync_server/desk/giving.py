"""A part key from one desk to another, as a file: the custodian proves facts that the section holds.

Rules: only what this desk holds of a report that counts; never names, which open by two people and nowhere else. What
is taken is tried first: a key that does not open its part is not kept. Both desks write it into their journals.
"""

from __future__ import annotations

from firsthand.errors import BadSignature, Malformed, NotForUs, NotFound, Refused, Unopenable
from firsthand.protocol import handover
from firsthand.protocol.directory import Directory
from firsthand.protocol.envelope import KEYS, Opened
from firsthand.protocol.grants import PART_NAMES
from firsthand.protocol.handover import Handover
from sync_server.desk.keys import DeskKeys
from sync_server.desk.openings import PART as NAMES
from sync_server.desk.proving import PartNotHeld
from sync_server.desk.store import Store

_KEY = 32
_NO_KEY = bytes(_KEY)


class GrantRefused(Refused):
    """A grant that is not for this desk, or does not fit what it holds."""

    code = "grant-refused"


def give(store: Store, keys: DeskKeys, directory: Directory, idx: int, part: str, role: str) -> bytes:  # noqa: PLR0917
    """The file by which `role` can read a part of the report at a log index.

    Raises:
        PartNotHeld: this desk has no key of it, or it holds names. NotFound: no such role.
    """
    number = PART_NAMES.index(part) + 1
    object_hash, held = store.one("SELECT hash, keys FROM envelope WHERE idx = ?", (idx,))
    key = held[_KEY * number : _KEY * (number + 1)]
    if part == NAMES or key in (b"", _NO_KEY):
        raise PartNotHeld("part")
    public = next((each.kem_public for each in directory.roles if each.name == role), None)
    if public is None or role == keys.role:
        raise NotFound("role")
    return handover.seal(Handover(object_hash, number, key, keys.role), keys.sign_key, role, public)


def take(store: Store, keys: DeskKeys, directory: Directory, data: bytes) -> tuple[int, str]:
    """Keep the key of a grant; (log index, part).

    Raises:
        GrantRefused.
    """
    try:
        given = handover.open_sealed(
            data, keys.role, keys.secrets(), {desk.role: desk.sign_public for desk in directory.desks}
        )
        row = store.first(
            "SELECT e.idx, e.keys, o.data FROM envelope e JOIN object o USING (hash) WHERE e.hash = ?",
            (given.object_hash,),
        )
        if row is None or not row[1] or given.key == _NO_KEY or PART_NAMES[given.part - 1] == NAMES:
            raise GrantRefused
        idx, held, envelope = row
        fresh = held[: _KEY * given.part] + given.key + held[_KEY * (given.part + 1) :]
        Opened.from_keys(envelope, _split(fresh))
    except (Malformed, BadSignature, NotForUs, Unopenable):
        raise GrantRefused from None
    with store.transaction():
        store.execute("UPDATE envelope SET keys = ? WHERE idx = ?", (fresh, idx))
        store.execute("UPDATE report SET granted = granted | ? WHERE idx = ?", (1 << given.part - 1, idx))
    return idx, PART_NAMES[given.part - 1]


def _split(keys: bytes) -> list[bytes | None]:
    each = [keys[at * _KEY : (at + 1) * _KEY] for at in range(KEYS)]
    return [None if key == _NO_KEY else key for key in each]
