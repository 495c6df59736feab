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
from sync_server.link import LogPage

BATCH = 256
LARDER_BYTES = 48 * 1024 * 1024


class Batch(NamedTuple):
    """Leaves in log order, and what the relay answered for those that name an envelope.

    Attributes:
        upto: up to this leaf, all that were pending have been in this batch or an earlier one.
    """

    leaves: list[PendingLeaf]
    objects: Mapping[bytes, bytes | None]
    upto: int = -1


class Larder:
    """A feed that keeps what it fetched, up to a limit, for whoever asks the second time; then it lets it go."""

    def __init__(self, feed: Feed, limit_bytes: int = LARDER_BYTES) -> None:
        self._feed = feed
        self._room = limit_bytes
        self._held: dict[bytes, bytes] = {}

    def log(self, start: int, limit: int) -> LogPage:
        """See `Feed`."""
        return self._feed.log(start, limit)

    def download(self, object_hash: bytes) -> Iterator[bytes]:
        """See `Feed`."""
        return self._feed.download(object_hash)

    def fetch(self, hashes: list[bytes]) -> dict[bytes, bytes | None]:
        """See `Feed`; what is not here comes from there."""
        here = {name: self._held.pop(name) for name in hashes if name in self._held}
        self._room += sum(map(len, here.values()))
        missing = [name for name in hashes if name not in here]
        return {**here, **(self._feed.fetch(missing) if missing else {})}

    def keep(self, objects: Mapping[bytes, bytes | None]) -> None:
        """Keep objects of an answer, as long as there is room."""
        for name, data in objects.items():
            if data is not None and name not in self._held and len(data) <= self._room:
                self._held[name] = data
                self._room -= len(data)


def batches(rows: IngestStore, feed: Feed, after: int = -1) -> Iterator[Batch]:
    """Every pending leaf past `after` once; what an answer left out is asked for again with the next batch.

    Raises:
        RelayRefused: an answer without any of the objects that were asked for: asking on would never end.
        NoNetwork, Malformed: from the feed.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="courier") as courier:
        leaves = rows.pending(after, BATCH)
        answer = courier.submit(_fetch, feed, leaves) if leaves else None
        while answer is not None:
            objects = answer.result()
            left = [leaf for leaf in leaves if leaf.kind == OBJECT and leaf.object_hash not in objects]
            here = [leaf for leaf in leaves if leaf.kind != OBJECT or leaf.object_hash in objects]
            upto = left[0].idx - 1 if left else leaves[-1].idx
            leaves = [*left, *rows.pending(leaves[-1].idx, BATCH - len(left))]
            answer = courier.submit(_fetch, feed, leaves) if leaves else None
            yield Batch(here, objects, upto)


def _fetch(feed: Feed, leaves: Sequence[PendingLeaf]) -> dict[bytes, bytes | None]:
    wanted = list(dict.fromkeys(leaf.object_hash for leaf in leaves if leaf.kind == OBJECT))
    if not wanted:
        return {}
    found = feed.fetch(wanted)
    if not found.keys() & set(wanted):
        raise RelayRefused("no object of those asked for")
    return found
