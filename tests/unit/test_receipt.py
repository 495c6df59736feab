"""Leaves and receipts."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from firsthand.errors import BadProof, Malformed, WrongReceipt
from firsthand.protocol import erase, merkle, receipt
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.receipt import Leaf, Receipt, parse_leaf

ERASE_KEY = b"e" * 32
TAG = erase.erase_tag(ERASE_KEY)
HASH = sha256(b"object").digest()


def log_of(leaves: list[bytes]) -> tuple[Checkpoint, list[Receipt]]:
    frontier = merkle.Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    for leaf in leaves:
        nodes.update({(n.level, n.position): n.hash for n in frontier.append(merkle.leaf_hash(leaf))})
    receipts = [
        Receipt(leaf[1:33], index, merkle.inclusion_proof(len(leaves), index, lambda *place: nodes[place]))
        for index, leaf in enumerate(leaves)
    ]
    return Checkpoint("o", len(leaves), frontier.root(), 1), receipts


LEAVES = [Leaf.envelope(sha256(b"%d" % n).digest(), TAG) for n in range(4)]
LEAVES += [Leaf.envelope(HASH, TAG), Leaf.tombstone(HASH, ERASE_KEY)]
CHECKPOINT, RECEIPTS = log_of(LEAVES)
MINE, ERASED = RECEIPTS[4], RECEIPTS[5]


def test_leaves_have_the_bytes_of_the_protocol() -> None:
    assert Leaf.envelope(HASH, TAG) == b"\x01" + HASH + TAG
    assert Leaf.tombstone(HASH, ERASE_KEY) == b"\x02" + HASH + ERASE_KEY


def test_leaves_come_back() -> None:
    assert parse_leaf(Leaf.envelope(HASH, TAG)) == Leaf(receipt.OBJECT, HASH, TAG)
    assert parse_leaf(Leaf.tombstone(HASH, ERASE_KEY)) == Leaf(receipt.TOMBSTONE, HASH, ERASE_KEY)


def test_an_attachment_is_logged_as_one() -> None:
    assert parse_leaf(Leaf.attachment(HASH, TAG)) == Leaf(receipt.ATTACHMENT, HASH, TAG)
    assert parse_leaf(Leaf.attachment(HASH, TAG)).tag == TAG
    assert Leaf.attachment(HASH, TAG) != Leaf.envelope(HASH, TAG)


def test_a_tombstone_shows_the_tag_that_its_object_had() -> None:
    assert parse_leaf(Leaf.tombstone(HASH, ERASE_KEY)).tag == parse_leaf(Leaf.envelope(HASH, TAG)).tag


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", b"\x04" + bytes(48), b"\x03" + bytes(64), b"\x01" + bytes(64), b"\x02" + bytes(48), bytes(49)],
)
def test_other_bytes_are_no_leaf(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_leaf(data)


def test_wrong_lengths_make_no_leaf() -> None:
    for object_hash, tag in ((HASH[:-1], TAG), (HASH, TAG[:-1]), (HASH + b"x", TAG[:-1])):
        with pytest.raises(Malformed):
            Leaf.envelope(object_hash, tag)
    with pytest.raises(Malformed):
        Leaf.tombstone(HASH, TAG)


def test_a_right_receipt_is_believed() -> None:
    receipt.verify(MINE, TAG, CHECKPOINT)
    receipt.verify_erased(ERASED, ERASE_KEY, CHECKPOINT)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(MINE, object_hash=sha256(b"another").digest()),
        replace(MINE, index=3),
        replace(MINE, index=6),
        replace(MINE, proof=MINE.proof[:-1]),
        replace(MINE, proof=(bytes(32), *MINE.proof[1:])),
        replace(MINE, proof=()),
        ERASED,
    ],
)
def test_a_receipt_that_does_not_prove_it_is_not_believed(wrong: Receipt) -> None:
    with pytest.raises(WrongReceipt):
        receipt.verify(wrong, TAG, CHECKPOINT)


def test_a_receipt_for_another_tag_or_another_log_is_not_believed() -> None:
    with pytest.raises(WrongReceipt):
        receipt.verify(MINE, bytes(16), CHECKPOINT)
    with pytest.raises(WrongReceipt):
        receipt.verify(MINE, TAG, replace(CHECKPOINT, root=bytes(32)))
    with pytest.raises(WrongReceipt):
        receipt.verify_erased(ERASED, b"f" * 32, CHECKPOINT)


def test_an_erase_key_passes_for_its_own_tag_only() -> None:
    erase.check(TAG, ERASE_KEY)
    for tag, key in ((TAG, b"f" * 32), (erase.NO_ERASE, ERASE_KEY), (TAG, b""), (TAG[:-1], ERASE_KEY)):
        with pytest.raises(BadProof):
            erase.check(tag, key)


def test_the_tag_is_the_labelled_hash_of_the_key() -> None:
    assert sha256(b"firsthand/1/erase" + ERASE_KEY).digest()[:16] == TAG
