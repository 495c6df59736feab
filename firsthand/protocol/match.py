"""How a match code is stretched, and how it travels: sealed to one role inside the account.

The account of an ordinary report may be read by two roles; the code inside it is sealed once more, to the focal point
alone. It is bound to the mission, not to a report, since it must be found again in none that is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from firsthand.errors import NotForUs
from firsthand.protocol import cbor, suite
from firsthand.protocol.suite import KdfCost, KemSecret

ROLE = "focal_point"
FIELD = "match"  # of the narrative part
_SALT_BYTES = 16
_SALT, _SEAL = "firsthand/1/match-salt", "firsthand/1/match"


def salt(mission_id: bytes) -> bytes:
    """The mission's salt, 16 bytes. It is no secret: what guards a code is its seal and the cost of a guess."""
    return sha256(cbor.encode([_SALT, mission_id])).digest()[:_SALT_BYTES]


def stretch(text: str, mission_salt: bytes) -> bytes:
    """32 bytes by Argon2id (64 MiB, 3 passes), on every machine alike: codes must meet, so no calibration."""
    return suite.passphrase_key(text, mission_salt, KdfCost())


def seal(role_public: bytes, mission_id: bytes, code: bytes) -> bytes:
    """A code sealed to the role.

    Raises:
        Malformed: `role_public` is not a key.
    """
    return suite.hpke_seal(role_public, _info(mission_id), code)


def unseal(secrets: Sequence[KemSecret], mission_id: bytes, sealed: bytes) -> bytes:
    """The code.

    Raises:
        NotForUs: none of the role's keys opens it.
    """
    for secret in secrets:
        with suppress(NotForUs):
            return suite.hpke_open(secret, _info(mission_id), sealed)
    raise NotForUs("match code")


def _info(mission_id: bytes) -> bytes:
    return cbor.encode([_SEAL, mission_id])
