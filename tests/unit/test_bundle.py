"""What travels between relay and others."""

from __future__ import annotations

from hashlib import sha256

import pytest

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import bundle, cbor
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.receipt import Receipt
from firsthand.protocol.signing import SigningKey, cose_sign1

TOKEN = b"t" * 32
ADMIN, OTHER = SigningKey.from_seed(b"a" * 32), SigningKey.from_seed(b"b" * 32)


def item(data: bytes) -> BatchItem:
    return BatchItem(sha256(data).digest(), b"g" * 16, data)


ITEMS = [item(b"one"), item(b"two")]
RECEIPTS = (Receipt(ITEMS[0].object_hash, 7, (b"p" * 32, b"q" * 32)), Receipt(ITEMS[1].object_hash, 8, ()))


def test_a_batch_comes_back() -> None:
    assert bundle.decode_batch(bundle.encode_batch(TOKEN, ITEMS)) == bundle.Batch(TOKEN, tuple(ITEMS))


def test_the_token_stands_where_a_relay_looks_for_it_first() -> None:
    assert bundle.encode_batch(TOKEN, ITEMS)[bundle.TOKEN_OFFSET :][:32] == TOKEN


def test_the_list_hash_sees_hashes_lengths_tags_and_order() -> None:
    reference = bundle.batch_list_hash(ITEMS)
    longer = BatchItem(ITEMS[0].object_hash, ITEMS[0].tag, b"more")
    tagged = BatchItem(ITEMS[0].object_hash, b"h" * 16, ITEMS[0].data)
    others = [[longer, ITEMS[1]], [tagged, ITEMS[1]], ITEMS[::-1], ITEMS[:1], [item(b"three"), ITEMS[1]]]
    assert reference not in [bundle.batch_list_hash(other) for other in others]
    assert reference == bundle.batch_list_hash(tuple(ITEMS))


@pytest.mark.parametrize(
    ("token", "items"),
    [
        (b"short", ITEMS),
        (TOKEN, []),
        (TOKEN, [item(b"%d" % n) for n in range(bundle.MAX_ITEMS + 1)]),
        (TOKEN, [item(b"")]),
        (TOKEN, [item(bytes(bundle.MAX_OBJECT_BYTES + 1))]),
        (TOKEN, [ITEMS[0], ITEMS[0]]),
        (TOKEN, [BatchItem(b"h" * 31, b"g" * 16, b"x")]),
        (TOKEN, [BatchItem(b"h" * 32, b"g" * 15, b"x")]),
        (TOKEN, [item(bytes([n]) * (250 * 1024)) for n in range(34)]),
    ],
    ids=["token", "none", "many", "empty", "large", "twice", "hash", "tag", "together"],
)
def test_what_breaks_a_limit_is_neither_encoded_nor_decoded(token: bytes, items: list[BatchItem]) -> None:
    with pytest.raises(Malformed):
        bundle.encode_batch(token, items)
    rows = [[each.object_hash, each.tag, each.data] for each in items]
    with pytest.raises(Malformed):
        bundle.decode_batch(cbor.encode([1, token, rows]))


def test_a_full_batch_fits() -> None:
    items = [item(bytes([n]) * bundle.MAX_OBJECT_BYTES) for n in range(32)]
    assert len(bundle.decode_batch(bundle.encode_batch(TOKEN, items)).items) == 32


ROW = [ITEMS[0].object_hash, ITEMS[0].tag, ITEMS[0].data]


@pytest.mark.parametrize(
    "value",
    [
        [2, TOKEN, [ROW]],
        [True, TOKEN, [ROW]],
        [1, "token", [ROW]],
        [1, TOKEN, [[*ROW, 1]]],
        [1, TOKEN, [ROW[:2]]],
        [1, TOKEN, {1: ROW}],
        [1, TOKEN, [ROW], 0],
        [1, TOKEN, [[ROW[0], ROW[1], "text"]]],
        {},
        7,
    ],
)
def test_another_shape_is_no_batch(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        bundle.decode_batch(cbor.encode(value))


def test_every_truncation_of_a_batch_is_refused() -> None:
    data = bundle.encode_batch(TOKEN, ITEMS)
    for at in range(len(data)):
        with pytest.raises(Malformed):
            bundle.decode_batch(data[:at])


def test_receipts_come_back() -> None:
    assert bundle.decode_receipts(bundle.encode_receipts("note", RECEIPTS)) == ("note", RECEIPTS)


@pytest.mark.parametrize(
    "value",
    [
        [1, b"note", []],
        [True, "note", []],
        [1, "note", [[b"h" * 32, -1, b""]]],
        [1, "note", [[b"h" * 32, True, b""]]],
        [1, "note", [[b"h" * 31, 1, b""]]],
        [1, "note", [[b"h" * 32, 1, b"x" * 33]]],
        [1, "note", [[b"h" * 32, 1, [b"x" * 32]]]],
        [1, "note", [[b"h" * 32, 1, b""]] * (bundle.MAX_ITEMS + 1)],
        [1, "note"],
    ],
)
def test_another_shape_is_no_receipts(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        bundle.decode_receipts(cbor.encode(value))


def test_a_token_statement_is_believed_from_the_admin_only() -> None:
    hashes = [sha256(b"%d" % n).digest() for n in range(16_384)]
    statement = bundle.token_statement(ADMIN, hashes)
    assert bundle.open_token_statement(ADMIN.public, statement) == hashes
    with pytest.raises(BadSignature):
        bundle.open_token_statement(OTHER.public, statement)


def test_every_change_of_a_token_statement_is_refused() -> None:
    statement = bundle.token_statement(ADMIN, [b"h" * 32, b"i" * 32])
    for at in range(len(statement)):
        changed = statement[:at] + bytes([statement[at] ^ 1]) + statement[at + 1 :]
        with pytest.raises((Malformed, BadSignature)):
            bundle.open_token_statement(ADMIN.public, changed)
        with pytest.raises(Malformed):
            bundle.open_token_statement(ADMIN.public, statement[:at])


def test_something_else_that_the_admin_signed_is_no_statement() -> None:
    joined = b"h" * 32
    cose = cose_sign1(ADMIN, sha256(joined).digest(), b"firsthand/1/something-else")
    with pytest.raises(BadSignature):
        bundle.open_token_statement(ADMIN.public, cbor.encode([1, joined, cose]))


@pytest.mark.parametrize("hashes", [[], [b"short"], [b"h" * 32] * (bundle.MAX_STATEMENT_TOKENS + 1)])
def test_a_statement_about_nothing_or_too_much_is_not_made(hashes: list[bytes]) -> None:
    with pytest.raises(Malformed):
        bundle.token_statement(ADMIN, hashes)


def test_questions_and_erasures_come_back() -> None:
    hashes = [b"h" * 32, b"i" * 32]
    assert bundle.decode_hashes(bundle.encode_hashes(hashes)) == hashes
    assert bundle.decode_erase(bundle.encode_erase(b"h" * 32, b"k" * 32)) == (b"h" * 32, b"k" * 32)


@pytest.mark.parametrize("value", [{}, 1, [b"h" * 31], ["text"], [b"h" * 32] * (bundle.MAX_HASHES + 1)])
def test_another_shape_is_no_list_of_hashes(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        bundle.decode_hashes(cbor.encode(value))


@pytest.mark.parametrize("value", [[], [b"h" * 32], [b"h" * 32, b"k" * 31], [b"h" * 32, b"k" * 32, 1], "x"])
def test_another_shape_is_no_erasure(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        bundle.decode_erase(cbor.encode(value))
