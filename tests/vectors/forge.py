"""Fixed seeds, a sound envelope, and the small tools that plant one fault in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.support import oracle

AUTHOR = oracle.Stream(b"vectors/author").bytes(32)
OTHER_AUTHOR = oracle.Stream(b"vectors/other author").bytes(32)
ROLES = [oracle.Stream(b"vectors/role%d" % n).bytes(32) for n in range(6)]
ERASE = oracle.Stream(b"vectors/erase").bytes(32)
CHAIN = oracle.Stream(b"vectors/chain").bytes(16)
DIGEST = oracle.Stream(b"vectors/digest").bytes(32)
EVERYTHING = [frozenset({0, 1, 2}), frozenset({0, 1, 2, 4}), frozenset({0, 1, 2, 4}), frozenset({0, 1, 3, 5})]
PARTS: list[Any] = [{"v": 1, "n": 3}, {"v": 1, "acts": ["A101"]}, {"v": 1}, {"v": 1, "words_used": "…"}, []]
FIELDS: dict[int, Any] = {
    0: "report", 1: CHAIN, 2: 7, 3: DIGEST, 5: 20_771, 6: [12, DIGEST, False], 7: [4_096, DIGEST],
}  # fmt: skip


def plan(
    name: str,
    alter: oracle.Alter | None = None,
    *,
    grants: Sequence[frozenset[int]] = EVERYTHING,
    parts: Sequence[Any] = PARTS,
    fields: dict[int, Any] | None = None,
    roles: Sequence[bytes] = ROLES[:4],
) -> oracle.Plan:
    """A sound envelope, but for what `alter` plants."""
    return oracle.Plan(
        role_seeds=roles,
        grants=grants,
        parts=parts,
        author_seed=AUTHOR,
        erase_key=ERASE,
        fields=FIELDS | (fields or {}),
        stream=oracle.Stream(b"vectors/" + name.encode()),
        alter=alter or {},
    )


def flip(data: bytes, at: int) -> bytes:
    """`data` with the lowest bit of one byte turned."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def only(number: int, change: Callable[[Any], Any]) -> Callable[[int, Any], Any]:
    """A fault in one of several."""
    return lambda index, value: change(value) if index == number else value


def put(position: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    """A fault that replaces one item of a list."""
    return lambda items: [*items[:position], value, *items[position + 1 :]]
