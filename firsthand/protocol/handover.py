"""A part key that one desk gives to another: how reading is widened after sealing (PROTOCOL, Parts: `grant`).

    statement = { v, object, part, key, from }
    grant     = HPKE(role key, info = cbor ["firsthand/1/grant", role],
                     cbor [ "firsthand/1/grant", statement, Ed25519(desk key, cbor ["firsthand/1/grant", statement]) ])

It reaches only parts that somebody holds: what consent did not cover was never written. It goes to a role of the
mission, sealed to its newest key, and is signed by the desk that gives, so that it can be asked why.

Not here: whether it may be given (policy and people), and that it is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from firsthand.errors import BadSignature, Malformed, NotForUs
from firsthand.protocol import cbor, signing, suite
from firsthand.protocol.envelope import KEYS
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

_DOMAIN: Final = "firsthand/1/grant"
_FIELDS = frozenset({"v", "object", "part", "key", "from"})


@dataclass(frozen=True, slots=True)
class Handover:
    """One key.

    Attributes:
        object_hash: SHA-256 of the envelope, 32 B.
        part: number of the part, 1 to 5.
        key: 32 B.
        giver: role of the desk that gives it.
    """

    object_hash: bytes
    part: int
    key: bytes = field(repr=False)
    giver: str


def seal(given: Handover, desk_key: SigningKey, role: str, role_public: bytes) -> bytes:
    """The bytes that travel to `role`."""
    statement = cbor.encode(
        {"v": 1, "object": given.object_hash, "part": given.part, "key": given.key, "from": given.giver}
    )
    signed = cbor.encode([_DOMAIN, statement, desk_key.sign(cbor.encode([_DOMAIN, statement]))])
    return suite.hpke_seal(role_public, _info(role), signed)


def open_sealed(data: bytes, role: str, secrets: Sequence[KemSecret], desks: Mapping[str, bytes]) -> Handover:
    """What another desk gives to this role.

    Args:
        role: of this desk.
        secrets: its KEM secrets, newest first.
        desks: signing keys of the mission's desks by role.

    Raises:
        NotForUs: no key of this role opens it. Malformed: not a grant. BadSignature: not by the desk that it names.
    """
    match cbor.decode(_opened(data, role, secrets)):
        case [str(domain), bytes(statement), bytes(signature)] if domain == _DOMAIN:
            given = _parse(cbor.decode(statement))
        case _:
            raise Malformed("grant structure")
    key = desks.get(given.giver)
    if key is None:
        raise BadSignature("unknown desk")
    signing.verify(key, cbor.encode([_DOMAIN, statement]), signature)
    return given


def _opened(data: bytes, role: str, secrets: Sequence[KemSecret]) -> bytes:
    for secret in secrets:
        try:
            return suite.hpke_open(secret, _info(role), data)
        except NotForUs:
            continue
    raise NotForUs("grant")


def _info(role: str) -> bytes:
    return cbor.encode([_DOMAIN, role])


def _parse(value: cbor.Value) -> Handover:
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise Malformed("grant fields")
    match [value["v"], value["object"], value["part"], value["key"], value["from"]]:
        case [int(version), bytes(object_hash), int(part), bytes(key), str(giver)] if (
            (version, len(object_hash), len(key)) == (1, 32, 32)
            and 0 < part < KEYS
            and not isinstance(version, bool)
            and not isinstance(part, bool)
        ):
            return Handover(object_hash, part, key, giver)
    raise Malformed("grant fields")
