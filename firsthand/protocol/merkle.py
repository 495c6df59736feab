"""The Merkle tree of RFC 6962 (section 2.1): hashes, a growing frontier, proofs and their verification.

Does no storage: who keeps nodes gives a function `node_at(level, position)`, which is asked for complete
subtrees only (level 0 holds the leaf hashes; node `(level, position)` covers the leaves from
`position << level` up to `(position + 1) << level`). Rules: verification raises, it never returns a bool; a
proof must have exactly the length that index and size demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from firsthand.errors import BadProof

HASH_BYTES = 32
MAX_SIZE = 1 << 48  # far above any log of this project; bounds loops over numbers that others sent
EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """A complete subtree: its place and its hash."""

    level: int
    position: int  # among the nodes of its level, from 0
    hash: bytes


Place = tuple[int, int]  # (level, position) of a complete subtree
NodeAt = Callable[[int, int], bytes]
Plan = tuple[tuple[Place, ...], ...]  # one entry a proof element: the complete subtrees it is folded from


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf (RFC 6962 2.1: a prefix keeps leaves and inner nodes apart)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node over its two children's hashes."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root over complete subtrees given from the largest (left) to the smallest (right)."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


@dataclass(slots=True)
class Frontier:
    """What a log must remember to grow: the complete subtrees at its right edge, largest first.

    Attributes:
        size: number of leaves.
        peaks: one hash of 32 B for every bit set in `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.peaks) != self.size.bit_count():
            raise BadProof("frontier does not fit its size")
        if any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise BadProof("frontier hash length")

    def append(self, leaf_hash: bytes) -> list[Node]:
        """Add one leaf by its hash.

        Returns:
            Every node this leaf completes, from the leaf upwards.
        """
        completed = [Node(0, self.size, leaf_hash)]
        peaks, level, position, size = list(self.peaks), 0, self.size, self.size
        while size & 1:
            level, position, size = level + 1, position >> 1, size >> 1
            completed.append(Node(level, position, node_hash(peaks.pop(), completed[-1].hash)))
        peaks.append(completed[-1].hash)
        self.size, self.peaks = self.size + 1, tuple(peaks)
        return completed

    def root(self) -> bytes:
        """Root hash of the tree (32 B); SHA-256 of nothing for an empty one."""
        return fold(self.peaks)

    def nodes(self) -> list[Node]:
        """The peaks with their places, largest first."""
        return [Node(*place, peak) for place, peak in zip(_cover(0, self.size), self.peaks, strict=True)]


def inclusion_plan(size: int, index: int) -> Plan:
    """Which complete subtrees prove leaf `index` in a tree of `size` leaves (RFC 6962 2.1.1).

    Raises:
        BadProof: there is no such leaf.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise BadProof("no such leaf")
    parts: list[tuple[Place, ...]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            parts.append(tuple(_cover(middle, end)))
            end = middle
        else:
            parts.append(tuple(_cover(start, middle)))
            start = middle
    return tuple(reversed(parts))


def consistency_plan(old_size: int, new_size: int) -> Plan:
    """The same for a consistency proof between two sizes (RFC 6962 2.1.2); empty for 0 and for equal sizes.

    Raises:
        BadProof: the old size is not one the new tree has gone through.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise BadProof("sizes of a consistency proof")
    if old_size in (0, new_size):
        return ()
    parts: list[tuple[Place, ...]] = []
    start, end, whole = 0, new_size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            parts.append(tuple(_cover(middle, end)))
            end = middle
        else:
            parts.append(tuple(_cover(start, middle)))
            start, whole = middle, False
    if not whole:  # the verifier does not hold this subtree's hash as its old root
        parts.append(tuple(_cover(start, end)))
    return tuple(reversed(parts))


def proof_of(plan: Plan, node_at: NodeAt) -> tuple[bytes, ...]:
    """Turn a plan into a proof."""
    return tuple(fold([node_at(level, position) for level, position in part]) for part in plan)


def inclusion_proof(size: int, index: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards.

    Raises:
        BadProof: there is no such leaf.
    """
    return proof_of(inclusion_plan(size, index), node_at)


def consistency_proof(old_size: int, new_size: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """Proof that the tree of `old_size` leaves is the beginning of the tree of `new_size`.

    Raises:
        BadProof: sizes that do not fit.
    """
    return proof_of(consistency_plan(old_size, new_size), node_at)


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check an audit path (RFC 9162 2.1.3.2).

    Args:
        leaf_hash: `leaf_hash(leaf)`, 32 B.
        index: place of the leaf, from 0.
        size: number of leaves of the tree with `root`.
        proof: hashes from the leaf upwards.
        root: root hash that was signed.

    Raises:
        BadProof: the leaf is not proved to be there.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise BadProof("no such leaf")
    _check_hashes(proof, leaf_hash, root)
    place, last, value = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise BadProof("proof too long")
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("proof too short")
    if value != root:
        raise BadProof("inclusion proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that nothing of the old tree was changed or dropped (RFC 9162 2.1.4.2).

    Raises:
        BadProof: the new tree is not proved to be a continuation; sizes that shrink are refused too.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise BadProof("log has shrunk")
    _check_hashes(proof, old_root, new_root)
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected:
            raise BadProof("root of the same size differs")
        return
    path = iter(proof)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = old_root if place == 0 else _next(path)  # place 0: the old tree is one complete subtree
    for sibling in path:
        if last == 0:
            raise BadProof("proof too long")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("proof too short")
    if old != old_root or new != new_root:
        raise BadProof("consistency proof leads to other roots")


def _next(path: Iterator[bytes]) -> bytes:
    for value in path:
        return value
    raise BadProof("proof too short")


def _check_hashes(proof: Sequence[bytes], *others: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in (*proof, *others)):
        raise BadProof("hash length")


def _split(count: int) -> int:
    """The largest power of two below `count` (count > 1): leaves of the left subtree."""
    return 1 << ((count - 1).bit_length() - 1)


def _cover(start: int, end: int) -> Iterator[Place]:
    """Complete subtrees that cover leaves [start, end) from left to right; `start` is aligned to them."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level
