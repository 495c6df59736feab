"""What the order of one author's envelopes tells: gaps, forks, heads (PROTOCOL "Chain").

Pure: the order of arrival does not matter, and nothing here decides how old a gap must be to be an alarm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """One envelope as its manifest places it.

    Attributes:
        seq: place in the chain, from 0.
        prev: object hash of the predecessor; None at seq 0.
        hash: object hash.
        log_index: place in the relay's log; None when it came by another carrier and is not logged yet.
    """

    seq: int
    prev: bytes | None
    hash: bytes
    log_index: int | None = None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What is missing, doubled and last in a chain.

    Attributes:
        gaps: inclusive ranges of sequence numbers of which nothing is there, up to the highest seen.
        forks: (seq, hashes) where two or more envelopes are known for one place; both stay readable.
        missing: (seq, hash) of predecessors that are named but not there; where the place is taken by
            another hash, it is a fork of which one side has not arrived.
        heads: hashes that no other link names as its predecessor, by seq; one in a sound chain.
    """

    gaps: tuple[tuple[int, int], ...]
    forks: tuple[tuple[int, tuple[bytes, ...]], ...]
    missing: tuple[tuple[int, bytes], ...]
    heads: tuple[bytes, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is missing and nothing doubled."""
        return not (self.gaps or self.forks or self.missing) and len(self.heads) <= 1


def judge(links: Iterable[Link]) -> ChainReport:
    """Judge the links of one chain; the same link twice counts once."""
    known = {(link.seq, link.hash): link for link in links}
    places: defaultdict[int, set[bytes]] = defaultdict(set)
    named: set[tuple[int, bytes]] = set()
    for link in known.values():
        places[link.seq].add(link.hash)
        if link.prev is not None:
            named.add((link.seq - 1, link.prev))
    return ChainReport(
        gaps=_gaps(sorted(places)),
        forks=tuple((seq, tuple(sorted(places[seq]))) for seq in sorted(places) if len(places[seq]) > 1),
        missing=tuple(sorted(named - known.keys())),
        heads=tuple(digest for _, digest in sorted(known.keys() - named)),
    )


def _gaps(present: list[int]) -> tuple[tuple[int, int], ...]:
    gaps, expected = [], 0
    for seq in present:
        if seq > expected:
            gaps.append((expected, seq - 1))
        expected = seq + 1
    return tuple(gaps)
