"""The desk's check of the log: it recomputes the root from every leaf and believes nothing else.

The frontier (the right edge of the Merkle tree over all leaves so far) is kept from pull to pull. New leaves are
appended to it and the root at the checkpoint's size must be the signed one. As the old leaves stay underneath, that
also proves that the log has only grown; a shorter log is a rollback, another root a fork.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from firsthand.errors import BadProof, Fork, Malformed, Rollback
from firsthand.protocol import checkpoint, merkle
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.merkle import Frontier
from firsthand.protocol.receipt import Leaf, parse_leaf
from sync_server.link import LogPage

PAGE_LEAVES = 4096


class Feed(Protocol):
    """Where leaves and objects come from: the relay, or a copy of it on a stick."""

    def log(self, start: int, limit: int) -> LogPage:
        """Leaves from an index on, with the newest checkpoint."""
        ...

    def fetch(self, hashes: list[bytes]) -> dict[bytes, bytes | None]:
        """Objects by hash, None for those that are gone; some may be left out of an answer."""
        ...

    def download(self, object_hash: bytes) -> Iterator[bytes]:
        """One attachment as a stream, unverified.

        Raises:
            RelayRefused: with status 404 where it is gone. NoNetwork: it broke off.
        """
        ...


@dataclass(frozen=True, slots=True)
class LogState:
    """What is known of the log.

    Attributes:
        size: leaves that were verified.
        peaks: hashes of the frontier, largest subtree first.
        note: the signed checkpoint, empty before the first pull.
        day: of the checkpoint.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()
    note: str = ""
    day: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    """A verified step: the new state and the leaves it added."""

    state: LogState
    leaves: tuple[Leaf, ...]


def advance(feed: Feed, known: LogState, log_public: bytes, origin: str) -> Growth:
    """Ask for everything after `known` and verify it.

    Raises:
        Rollback: the log is shorter than what was already seen, or its day went back.
        Fork: leaves and signed root do not belong together.
        BadSignature, WrongMission, Malformed: the checkpoint or a leaf is not what it must be.
    """
    page = feed.log(known.size, PAGE_LEAVES)
    signed = checkpoint.parse_and_verify(page.note, log_public, origin)
    if signed.size < known.size or signed.day < known.day:
        raise Rollback("log is shorter than it was")
    raw = list(_collect(feed, page, known.size, signed.size))
    peaks = _extend(known, raw, signed)
    leaves = tuple(parse_leaf(leaf) for leaf in raw)
    return Growth(LogState(signed.size, peaks, page.note, signed.day), leaves)


def _collect(feed: Feed, page: LogPage, start: int, end: int) -> Iterator[bytes]:
    """Leaves [start, end); later pages may carry newer checkpoints, which wait for the next pull."""
    while start < end:
        if not page.leaves:
            raise Malformed("relay keeps leaves back")
        yield from page.leaves[: end - start]
        start += len(page.leaves)
        if start < end:
            page = feed.log(start, PAGE_LEAVES)


def _extend(known: LogState, leaves: Iterable[bytes], signed: Checkpoint) -> tuple[bytes, ...]:
    try:
        frontier = Frontier(known.size, known.peaks)
        for leaf in leaves:
            frontier.append(merkle.leaf_hash(leaf))
    except BadProof:
        raise Malformed("frontier") from None
    if frontier.root() != signed.root:
        raise Fork("leaves do not make the signed root")
    return frontier.peaks
