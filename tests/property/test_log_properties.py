"""Properties of log, receipts and bundles over random trees and random damage."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firsthand.errors import BadProof, Malformed, WrongReceipt
from firsthand.protocol import bundle, merkle, receipt
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.receipt import Leaf, Receipt

MAX_LEAVES = 300
HASHES = [merkle.leaf_hash(b"%d" % n) for n in range(MAX_LEAVES)]


def _grow() -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    frontier, nodes, roots = merkle.Frontier(), {}, [merkle.EMPTY_ROOT]
    for value in HASHES:
        nodes.update({(node.level, node.position): node.hash for node in frontier.append(value)})
        roots.append(frontier.root())
    return roots, nodes


ROOTS, NODES = _grow()
SIZES = st.integers(1, MAX_LEAVES)


def node_at(level: int, position: int) -> bytes:
    return NODES[level, position]


@given(SIZES, st.data())
def test_a_proof_holds_and_any_flipped_bit_of_it_does_not(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(size, index, node_at)
    merkle.verify_inclusion(HASHES[index], index, size, proof, ROOTS[size])
    assume(proof)
    at = data.draw(st.integers(0, len(proof) - 1))
    byte, bit = data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7))
    flipped = bytearray(proof[at])
    flipped[byte] ^= 1 << bit
    with pytest.raises(BadProof):
        wrong = (*proof[:at], bytes(flipped), *proof[at + 1 :])
        merkle.verify_inclusion(HASHES[index], index, size, wrong, ROOTS[size])


@given(SIZES, st.integers(0, MAX_LEAVES - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=12))
def test_an_invented_proof_proves_nothing(size: int, index: int, proof: list[bytes]) -> None:
    assume(size > 1 or index != 0 or proof)
    with pytest.raises(BadProof):
        merkle.verify_inclusion(HASHES[index], index, size, proof, ROOTS[size])


@given(st.tuples(SIZES, SIZES), st.data())
def test_a_consistency_proof_holds_for_its_sizes_only(sizes: tuple[int, int], data: st.DataObject) -> None:
    old, new = sorted(sizes)
    proof = merkle.consistency_proof(old, new, node_at)
    merkle.verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)
    other = data.draw(SIZES)
    assume(other != old)
    with pytest.raises(BadProof):
        merkle.verify_consistency(other, ROOTS[old], new, ROOTS[new], proof)
    assume(old != new)
    with pytest.raises(BadProof):
        merkle.verify_consistency(old, ROOTS[other], new, ROOTS[new], proof)


@given(st.integers(0, MAX_LEAVES), st.integers(0, MAX_LEAVES))
def test_a_frontier_that_stopped_and_went_on_is_the_same(stop: int, more: int) -> None:
    end = min(MAX_LEAVES, stop + more)
    frontier = merkle.Frontier()
    for value in HASHES[:stop]:
        frontier.append(value)
    frontier = merkle.Frontier(frontier.size, frontier.peaks)
    for value in HASHES[stop:end]:
        frontier.append(value)
    assert frontier.root() == ROOTS[max(stop, end)]


DATA = st.binary(min_size=1, max_size=80)
TAGS = st.binary(min_size=16, max_size=16)
ITEMS = st.lists(
    st.builds(lambda data, tag: BatchItem(sha256(data).digest(), tag, data), DATA, TAGS),
    min_size=1,
    max_size=8,
    unique_by=lambda item: item.object_hash,
)


@given(st.binary(min_size=32, max_size=32), ITEMS)
def test_every_batch_comes_back(token: bytes, items: list[BatchItem]) -> None:
    assert bundle.decode_batch(bundle.encode_batch(token, items)) == bundle.Batch(token, tuple(items))


@given(ITEMS, st.data())
def test_a_damaged_batch_is_refused_or_is_another_batch(items: list[BatchItem], data: st.DataObject) -> None:
    """No two different byte strings are the same batch: a token cannot be bound to one and open another."""
    encoded = bundle.encode_batch(b"t" * 32, items)
    at = data.draw(st.integers(0, len(encoded) - 1))
    damaged = encoded[:at] + bytes([encoded[at] ^ data.draw(st.integers(1, 255))]) + encoded[at + 1 :]
    try:
        other = bundle.decode_batch(damaged)
    except Malformed:
        return
    assert other != bundle.Batch(b"t" * 32, tuple(items))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_malformed(data: bytes) -> None:
    for decode in (bundle.decode_batch, bundle.decode_receipts, bundle.decode_hashes, bundle.decode_erase):
        try:
            decode(data)
        except Malformed:
            continue
        assert decode is bundle.decode_hashes  # which takes an empty list


RECEIPTS = st.builds(
    Receipt,
    object_hash=st.binary(min_size=32, max_size=32),
    index=st.integers(0, 1 << 48),
    proof=st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple),
)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.lists(RECEIPTS, max_size=5))
def test_every_answer_comes_back(note: str, receipts: list[Receipt]) -> None:
    assert bundle.decode_receipts(bundle.encode_receipts(note, receipts)) == (note, tuple(receipts))


@given(RECEIPTS, TAGS)
def test_an_invented_receipt_is_not_believed(invented: Receipt, tag: bytes) -> None:
    with pytest.raises(WrongReceipt):
        receipt.verify(invented, tag, Checkpoint("o", MAX_LEAVES, ROOTS[MAX_LEAVES], 1))


@given(st.binary(max_size=70))
def test_what_parses_as_a_leaf_is_written_the_same(data: bytes) -> None:
    try:
        leaf = receipt.parse_leaf(data)
    except Malformed:
        return
    make = Leaf.envelope if leaf.kind == receipt.OBJECT else Leaf.tombstone
    assert make(leaf.object_hash, leaf.proof) == data
