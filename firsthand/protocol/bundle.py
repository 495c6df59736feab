"""What travels between relay and others: batches up, receipts down, statements of tokens, the desks' feed.

All of it is the CBOR subset. Limits: a batch has at most 256 objects and 8 MiB of them; an object of
this version (an envelope) at most 256 KiB. The token stands first in a batch, so that a relay can turn a
stranger away after the first few bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import cbor
from firsthand.protocol.erase import TAG_BYTES
from firsthand.protocol.receipt import Receipt
from firsthand.protocol.signing import SigningKey, cose_open, cose_sign1
from firsthand.protocol.token import TOKEN_BYTES

VERSION = 1
MAX_ITEMS = 256
MAX_OBJECT_BYTES = 256 * 1024
MAX_OBJECTS_BYTES = 8 * 1024 * 1024
MAX_BATCH_BYTES = MAX_OBJECTS_BYTES + 64 * 1024  # the objects and what stands around them
MAX_ATTACHMENT_BYTES = (1 << 31) + (1 << 28)  # 2 GiB of content, padded and sealed; a relay may take less
MAX_STATEMENT_TOKENS = 32_768
MAX_HASHES = 4096  # of a question about objects
TOKEN_OFFSET = 4  # of the token in an encoded batch: array head, version, string head of 2 B
_HASH_BYTES = 32
_MAX_RECEIPTS_BYTES = 1024 * 1024
MAX_STATEMENT_BYTES = MAX_STATEMENT_TOKENS * _HASH_BYTES + 1024
_STATEMENT_AAD = b"firsthand/1/token-statement"


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One object on its way to the relay.

    Attributes:
        object_hash: SHA-256 of `data`, 32 B; not checked by decoding, but by the relay.
        tag: 16 B; the `eid` of an envelope.
        data: the object.
    """

    object_hash: bytes
    tag: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A decoded batch: one token (32 B) and what it pays for."""

    token: bytes
    items: tuple[BatchItem, ...]


def encode_batch(token: bytes, items: Sequence[BatchItem]) -> bytes:
    """Body of `POST /v1/batch`: `[1, token, [[hash, tag, data], ...]]`.

    Raises:
        Malformed: lengths or limits; a batch is cut before it is encoded, never here.
    """
    _check(token, items)
    return cbor.encode([VERSION, token, [[item.object_hash, item.tag, item.data] for item in items]])


def decode_batch(data: bytes) -> Batch:
    """The inverse of `encode_batch`.

    Raises:
        Malformed: form, lengths, limits, or one object twice.
    """
    match cbor.decode(data, max_bytes=MAX_BATCH_BYTES, max_items=8 * MAX_ITEMS):
        case [int(version), bytes(token), list(rows)] if _is_ours(version):
            items = tuple(_item(row) for row in rows)
        case _:
            raise Malformed("batch")
    _check(token, items)
    return Batch(token=token, items=items)


def batch_list_hash(items: Iterable[BatchItem]) -> bytes:
    """What a token is bound to on first use: SHA-256 of the list of (hash, length, tag)."""
    return sha256(cbor.encode([[item.object_hash, len(item.data), item.tag] for item in items])).digest()


def attachment_list_hash(object_hash: bytes, length: int, tag: bytes) -> bytes:
    """The same for the one attachment that a token pays for."""
    return sha256(cbor.encode([[object_hash, length, tag]])).digest()


def encode_receipts(note: str, receipts: Sequence[Receipt]) -> bytes:
    """Answer of the relay: `[1, signed checkpoint, [[hash, index, proof], ...]]`; a proof is one string."""
    rows: list[cbor.Value] = [[item.object_hash, item.index, b"".join(item.proof)] for item in receipts]
    return cbor.encode([VERSION, note, rows])


def decode_receipts(data: bytes) -> tuple[str, tuple[Receipt, ...]]:
    """Signed note (not yet verified) and receipts (not yet verified), in the order of the batch.

    Raises:
        Malformed: form or lengths.
    """
    match cbor.decode(data, max_bytes=_MAX_RECEIPTS_BYTES, max_items=8 * MAX_ITEMS):
        case [int(version), str(note), list(rows)] if _is_ours(version) and len(rows) <= MAX_ITEMS:
            return note, tuple(_receipt(row) for row in rows)
    raise Malformed("receipts")


def token_statement(admin_key: SigningKey, hashes: Sequence[bytes]) -> bytes:
    """A statement of the admin that tokens with these SHA-256s (32 B each) are good.

    `[1, hashes joined, COSE_Sign1 over their SHA-256]`: signed by digest, since a statement is larger than
    anything else that is signed.

    Raises:
        Malformed: none, too many, or not 32 B each.
    """
    if not 0 < len(hashes) <= MAX_STATEMENT_TOKENS or any(len(item) != _HASH_BYTES for item in hashes):
        raise Malformed("token statement")
    joined = b"".join(hashes)
    return cbor.encode([VERSION, joined, cose_sign1(admin_key, sha256(joined).digest(), _STATEMENT_AAD)])


def open_token_statement(admin_public: bytes, data: bytes) -> list[bytes]:
    """SHA-256s of the tokens in a statement that the admin has signed.

    Raises:
        Malformed: form or limits.
        BadSignature: not signed by this key.
    """
    match cbor.decode(data, max_bytes=MAX_STATEMENT_BYTES, max_items=16):
        case [int(version), bytes(joined), bytes(cose)] if _is_ours(version) and joined:
            digest = cose_open(admin_public, cose, _STATEMENT_AAD)
            if digest != sha256(joined).digest():
                raise BadSignature("token statement about other tokens")
            return _hashes(joined)
    raise Malformed("token statement")


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    """A list of hashes: a consistency proof, or a desk's question about objects."""
    return cbor.encode(list(hashes))


def decode_hashes(data: bytes) -> list[bytes]:
    """The inverse of `encode_hashes`.

    Raises:
        Malformed: form, a length other than 32 B, or more than `MAX_HASHES`.
    """
    match cbor.decode(data, max_items=MAX_HASHES + 1):
        case list(rows):
            hashes = [row for row in rows if isinstance(row, bytes) and len(row) == _HASH_BYTES]
            if len(hashes) == len(rows):
                return hashes
    raise Malformed("list of hashes")


def encode_page(note: str, leaves: Sequence[bytes]) -> bytes:
    """A stretch of the log for a desk: `{"checkpoint": note, "leaves": [leaf, ...]}`."""
    return cbor.encode({"checkpoint": note, "leaves": list(leaves)})


def encode_objects(objects: Sequence[tuple[bytes, bytes | None]]) -> bytes:
    """Objects for a desk: `[[hash, bytes or null], ...]`; null where it was erased or never seen."""
    rows: list[cbor.Value] = [[object_hash, data] for object_hash, data in objects]
    return cbor.encode(rows)


def encode_erase(object_hash: bytes, erase_key: bytes) -> bytes:
    """Body of `POST /v1/erase`: `[hash, erase key]`, 32 B each."""
    return cbor.encode([object_hash, erase_key])


def decode_erase(data: bytes) -> tuple[bytes, bytes]:
    """The inverse of `encode_erase`.

    Raises:
        Malformed: form or lengths.
    """
    match cbor.decode(data, max_items=3):
        case [bytes(object_hash), bytes(erase_key)] if len(object_hash) == len(erase_key) == _HASH_BYTES:
            return object_hash, erase_key
    raise Malformed("erase request")


def encode_error(code: str) -> bytes:
    """How the relay says no: `{"error": code}`."""
    return cbor.encode({"error": code})


def _is_ours(version: int) -> bool:
    """Whether it is the number of this version; `true`, which Python takes for 1, is not."""
    return version == VERSION and not isinstance(version, bool)


def _check(token: bytes, items: Sequence[BatchItem]) -> None:
    if len(token) != TOKEN_BYTES or not 0 < len(items) <= MAX_ITEMS:
        raise Malformed("batch")
    for item in items:
        if len(item.object_hash) != _HASH_BYTES or len(item.tag) != TAG_BYTES:
            raise Malformed("batch item")
        if not 0 < len(item.data) <= MAX_OBJECT_BYTES:
            raise Malformed("length of an object")
    if sum(len(item.data) for item in items) > MAX_OBJECTS_BYTES:
        raise Malformed("length of a batch")
    if len({item.object_hash for item in items}) != len(items):
        raise Malformed("object twice in a batch")


def _item(row: cbor.Value) -> BatchItem:
    match row:
        case [bytes(object_hash), bytes(tag), bytes(data)]:
            return BatchItem(object_hash=object_hash, tag=tag, data=data)
    raise Malformed("batch item")


def _receipt(row: cbor.Value) -> Receipt:
    match row:
        case [bytes(object_hash), int(index), bytes(proof)] if not isinstance(index, bool):
            if len(object_hash) == _HASH_BYTES and index >= 0:
                return Receipt(object_hash=object_hash, index=index, proof=tuple(_hashes(proof)))
    raise Malformed("receipt")


def _hashes(joined: bytes) -> list[bytes]:
    if len(joined) % _HASH_BYTES:
        raise Malformed("list of hashes")
    return [joined[start : start + _HASH_BYTES] for start in range(0, len(joined), _HASH_BYTES)]
