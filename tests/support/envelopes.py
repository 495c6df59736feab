"""Sound envelopes for tests, made by the product from fixed seeds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from firsthand import assets
from firsthand.protocol import envelope, signing, suite
from firsthand.protocol.grants import Policy, parse_policy
from firsthand.protocol.manifest import ManifestDraft
from tests.support.oracle import Stream

ROLES = 4
AUTHOR = signing.SigningKey.from_seed(Stream(b"envelopes/author").bytes(32))
STRANGER = signing.SigningKey.from_seed(Stream(b"envelopes/stranger").bytes(32))
ERASE_KEY = Stream(b"envelopes/erase").bytes(32)
CHAIN = Stream(b"envelopes/chain").bytes(16)
PARTS: tuple[Any, ...] = (
    {"v": 1, "people": [["killed", "f", "adult", 1, 2, 4]], "children": 0},
    {"v": 1, "acts": ["A101", "A102"], "note": "seen from the road"},
    {"v": 1, "victims": [{"name": "example"}]},
    {"v": 1, "words_used": "they said what they said"},
    [[b"\x07" * 32, 120_000, 131_072]],
)
ALL: tuple[frozenset[int], ...] = (frozenset(range(6)),) * ROLES


@cache
def role(number: int) -> suite.KemSecret:
    """The key of a role."""
    return suite.KemSecret.from_seed(Stream(b"envelopes/role%d" % number).bytes(32))


@cache
def policy() -> Policy:
    """The shipped policy."""
    return parse_policy(assets.read_json("policy/grants.json"))


def draft(**changes: Any) -> ManifestDraft:
    """The manifest of a fourth report."""
    values: dict[str, Any] = {
        "type": "report",
        "chain": CHAIN,
        "seq": 3,
        "prev": bytes(range(32)),
        "device": signing.device_id(AUTHOR.public),
        "day": 20_771,
        "directory": (12, bytes(32), False),
        "checkpoint": (4_096, bytes(32)),
    }
    return ManifestDraft(**(values | changes))


def written(granted: Sequence[frozenset[int]], parts: Sequence[Any] = PARTS) -> list[Any]:
    """`parts`, without those that nobody gets."""
    readers = frozenset[int]().union(*granted)
    return [part if number in readers else None for number, part in enumerate(parts, start=1)]


def seal(
    granted: Sequence[frozenset[int]] = ALL,
    parts: Sequence[Any] = PARTS,
    seed: bytes = b"seal",
    **changes: Any,
) -> envelope.Sealed:
    """Seal to as many roles as there are grants."""
    return envelope.seal(
        role_publics=[role(number).public() for number in range(len(granted))],
        grants=granted,
        manifest=draft(**changes),
        parts=written(granted, parts),
        erase_key=ERASE_KEY,
        signer=AUTHOR,
        entropy=Stream(seed),
    )


def open_as(sealed: bytes, number: int) -> envelope.Opened:
    """Open and prove, as one role."""
    opened = envelope.open_slot(sealed, number, [role(number)])
    opened.authenticate(AUTHOR.public)
    return opened
