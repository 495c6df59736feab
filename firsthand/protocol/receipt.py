"""Leaves of the log, and the receipt by which a tablet may believe that the relay holds its report.

A leaf is `0x01 || sha256(object) || tag`, for an attachment `0x03 || sha256(object) || tag` and, once somebody
showed the erase key, a further leaf `0x02 || sha256(object) || erase_key` (PROTOCOL, Relay). A receipt proves a leaf
under a signed checkpoint.

The kind stands in the log because desks fetch by it: every desk reads every envelope, and only the desk that has
its key reads an attachment. A relay that called an envelope an attachment would hide it from all desks; it cannot,
for the tablet believes no receipt but that of the kind that it handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from firsthand.errors import BadProof, Malformed, WrongReceipt
from firsthand.protocol import erase, merkle
from firsthand.protocol.checkpoint import Checkpoint

OBJECT, TOMBSTONE, ATTACHMENT = 1, 2, 3
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of the log.

    Attributes:
        kind: `OBJECT` (an envelope or alert), `ATTACHMENT` or `TOMBSTONE`.
        object_hash: SHA-256 of the object, 32 B.
        proof: the tag (16 B) of an object or attachment, the erase key (32 B) of a tombstone.
    """

    kind: int
    object_hash: bytes
    proof: bytes

    LENGTHS: ClassVar[dict[int, int]] = {
        OBJECT: 1 + _HASH_BYTES + erase.TAG_BYTES,
        TOMBSTONE: 1 + _HASH_BYTES + erase.KEY_BYTES,
        ATTACHMENT: 1 + _HASH_BYTES + erase.TAG_BYTES,
    }

    @property
    def tag(self) -> bytes:
        """The tag (16 B): as logged, or as follows from the erase key."""
        return erase.erase_tag(self.proof) if self.kind == TOMBSTONE else self.proof

    @staticmethod
    def envelope(object_hash: bytes, tag: bytes) -> bytes:
        """Bytes of the leaf of an envelope or alert.

        Raises:
            Malformed: hash not 32 B or tag not 16 B.
        """
        return _leaf(OBJECT, object_hash, tag)

    @staticmethod
    def attachment(object_hash: bytes, tag: bytes) -> bytes:
        """Bytes of the leaf of an attachment.

        Raises:
            Malformed: hash not 32 B or tag not 16 B.
        """
        return _leaf(ATTACHMENT, object_hash, tag)

    @staticmethod
    def tombstone(object_hash: bytes, erase_key: bytes) -> bytes:
        """Bytes of the leaf that says: erased by right of this key.

        Raises:
            Malformed: hash or key not 32 B.
        """
        return _leaf(TOMBSTONE, object_hash, erase_key)


def _leaf(kind: int, object_hash: bytes, proof: bytes) -> bytes:
    data = bytes([kind]) + object_hash + proof
    if len(object_hash) != _HASH_BYTES or len(data) != Leaf.LENGTHS[kind]:
        raise Malformed("length of a leaf")
    return data


def parse_leaf(data: bytes) -> Leaf:
    """Read a leaf as the log feeds it.

    Raises:
        Malformed: unknown kind or wrong length.
    """
    if not data or Leaf.LENGTHS.get(data[0]) != len(data):
        raise Malformed("leaf")
    return Leaf(kind=data[0], object_hash=data[1 : 1 + _HASH_BYTES], proof=data[1 + _HASH_BYTES :])


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an object stands in the log.

    Attributes:
        object_hash: SHA-256 of the object, 32 B.
        index: place of its leaf, from 0.
        proof: audit path from the leaf upwards, 32 B each.
    """

    object_hash: bytes
    index: int
    proof: tuple[bytes, ...]


def verify(receipt: Receipt, tag: bytes, checkpoint: Checkpoint) -> None:
    """Believe that the log holds the object with this tag, or raise.

    Args:
        receipt: what the relay answered.
        tag: the tag that was handed in, 16 B (for an envelope its `eid`).
        checkpoint: verified before, by `checkpoint.parse_and_verify`.

    Raises:
        WrongReceipt: it does not prove it.
    """
    _verify_leaf(receipt, Leaf.envelope(receipt.object_hash, tag), checkpoint)


def verify_attachment(receipt: Receipt, tag: bytes, checkpoint: Checkpoint) -> None:
    """Believe that the log holds the attachment with this tag, or raise; as `verify`."""
    _verify_leaf(receipt, Leaf.attachment(receipt.object_hash, tag), checkpoint)


def verify_erased(receipt: Receipt, erase_key: bytes, checkpoint: Checkpoint) -> None:
    """Believe that the log holds the tombstone of the object, or raise.

    Raises:
        WrongReceipt: it does not prove it.
    """
    _verify_leaf(receipt, Leaf.tombstone(receipt.object_hash, erase_key), checkpoint)


def _verify_leaf(receipt: Receipt, leaf: bytes, checkpoint: Checkpoint) -> None:
    try:
        merkle.verify_inclusion(merkle.leaf_hash(leaf), receipt.index, checkpoint.size, receipt.proof, checkpoint.root)
    except BadProof as error:
        raise WrongReceipt(error.detail) from None
