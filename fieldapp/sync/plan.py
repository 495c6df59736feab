"""Which objects go together: pure, from the outbox to a list of batches.

Rules:
- what was taken back goes first of all;
- an enrolment goes before everything else of its chain, so that no desk meets an unknown author for long;
- then the order of sealing;
- a batch holds at most 100 objects and 8 MiB: the relay's limits, and little to repeat on a bad line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.vault.records import UNSENT, Item
from firsthand.protocol.withdraw import ENVELOPE_TYPE

BATCH_ITEMS = 100
BATCH_BYTES = 8 * 1024 * 1024
_FIRST = {ENVELOPE_TYPE: 0, "enrol": 1}


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects that one token pays for, in the order in which they are handed in."""

    items: tuple[Item, ...]

    @property
    def size_bytes(self) -> int:
        """Sealed bytes in it."""
        return sum(item.size_bytes for item in self.items)


def plan(items: Iterable[Item]) -> list[Batch]:
    """The batches that remain to be handed in."""
    unsent = (item for item in items if item.state in UNSENT)
    waiting = sorted(unsent, key=lambda item: (_FIRST.get(item.kind, len(_FIRST)), item.order))
    batches: list[Batch] = []
    part: list[Item] = []
    size = 0
    for item in waiting:
        if part and (len(part) == BATCH_ITEMS or size + item.size_bytes > BATCH_BYTES):
            batches.append(Batch(tuple(part)))
            part, size = [], 0
        part.append(item)
        size += item.size_bytes
    return [*batches, Batch(tuple(part))] if part else batches
