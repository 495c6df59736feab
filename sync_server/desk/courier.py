"""Batches of pending leaves with their objects: the next one travels while this one is opened and stored.

Attachments are not among them: each desk fetches those of which it has found the key, see `attachments`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from firsthand.errors import RelayRefused
from firsthand.protocol.receipt import OBJECT
from sync_server.desk.logcheck import Feed
from sync_server.desk.store_ingest import IngestStore, PendingLeaf

BATCH = 256


class Batch(NamedTuple):
    """Leaves in log order, and what the relay answered for those that name an envelope."""

    leaves: list[PendingLeaf]
    objects: Mapping[bytes, bytes | None]


def batches(rows: IngestStore, feed: Feed) -> Iterator[Batch]:
    """Every pending leaf once; what an answer left out is asked for again with the next batch.

    Raises:
        RelayRefused: an answer without any of the objects that were asked for: asking on would never end.
        NoNetwork, Malformed: from the feed.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="courier") as courier:
        leaves = rows.pending(-1, BATCH)
        answer = courier.submit(_fetch, feed, leaves) if leaves else None
        while answer is not None:
            objects = answer.result()
            left = [leaf for leaf in leaves if leaf.kind == OBJECT and leaf.object_hash not in objects]
            here = [leaf for leaf in leaves if leaf.kind != OBJECT or leaf.object_hash in objects]
            leaves = [*left, *rows.pending(leaves[-1].idx, BATCH - len(left))]
            answer = courier.submit(_fetch, feed, leaves) if leaves else None
            yield Batch(here, objects)


def _fetch(feed: Feed, leaves: Sequence[PendingLeaf]) -> dict[bytes, bytes | None]:
    wanted = list(dict.fromkeys(leaf.object_hash for leaf in leaves if leaf.kind == OBJECT))
    if not wanted:
        return {}
    found = feed.fetch(wanted)
    if not found.keys() & set(wanted):
        raise RelayRefused("no object of those asked for")
    return found
