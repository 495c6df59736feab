"""The relay's wire, spoken to a real process: every route, every refusal, and that errors repeat nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

import httpx
import pytest

from firsthand.errors import RelayRefused
from firsthand.protocol import bundle, cbor, checkpoint, merkle, receipt, token
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import SigningKey
from sync_server.link import RelayLink
from tests.support.relay_fixture import (
    ADMIN_KEY,
    DESK_KEY,
    LOG_KEY,
    ORIGIN,
    TOKENS,
    erase_key,
    make_folder,
    make_item,
    running_relay,
)

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

MIB = 1024 * 1024


@dataclass
class Wire:
    """A running relay, and names and tokens that no other test uses."""

    url: str
    http: httpx.Client
    numbers: Iterator[int]

    def fresh(self, length: int = 600) -> BatchItem:
        return make_item(self.name(), length)

    def name(self) -> str:
        return f"object {next(self.numbers)}"

    def token(self) -> bytes:
        return TOKENS[next(self.numbers)]

    def batch(self, *items: BatchItem, token: bytes | None = None) -> httpx.Response:
        return self.http.post("/v1/batch", content=bundle.encode_batch(token or self.token(), items))

    def single(self, item: BatchItem, **headers: str) -> httpx.Response:
        tag = {"firsthand-token": self.token().hex(), "firsthand-tag": item.tag.hex(), **headers}
        return self.http.post("/v1/objects", content=item.data, headers=tag)

    def checkpoint(self) -> Checkpoint:
        return checkpoint.parse_and_verify(self.http.get("/v1/checkpoint").text, LOG_KEY.public, ORIGIN)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder = make_folder(tmp_path_factory.mktemp("wire") / "relay")
    with running_relay(folder) as relay, httpx.Client(base_url=relay.url, timeout=30) as http:
        yield Wire(relay.url, http, count())


def believed(answer: httpx.Response, *items: BatchItem) -> list[int]:
    assert answer.status_code == 200, answer.content
    assert answer.headers["content-type"] == "application/cbor"
    note, receipts = bundle.decode_receipts(answer.content)
    point = checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN)
    for each, item in zip(receipts, items, strict=True):
        assert each.object_hash == item.object_hash
        receipt.verify(each, item.tag, point)
    return [each.index for each in receipts]


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, cbor.decode(answer.content)) == (status, {"error": code})


# -- uploads -------------------------------------------------------------------------------------------------
def test_a_batch_gets_receipts_that_hold(wire: Wire) -> None:
    items = [wire.fresh() for _ in range(50)]
    indexes = believed(wire.batch(*items), *items)
    assert indexes == list(range(indexes[0], indexes[0] + 50))


def test_the_same_batch_again_gets_the_same_leaves(wire: Wire) -> None:
    items, spent = [wire.fresh(), wire.fresh()], wire.token()
    first = believed(wire.batch(*items, token=spent), *items)
    assert believed(wire.batch(*items, token=spent), *items) == first


def test_a_single_object_gets_the_same_kind_of_answer(wire: Wire) -> None:
    item = wire.fresh(8000)
    (index,) = believed(wire.single(item), item)
    assert believed(wire.batch(item), item) == [index]


def test_another_list_under_a_spent_token_is_refused(wire: Wire) -> None:
    spent = wire.token()
    wire.batch(wire.fresh(), token=spent)
    before = wire.checkpoint().size
    refused(wire.batch(wire.fresh(), token=spent), 409, "token-bound")
    assert wire.checkpoint().size == before


def test_an_unknown_token_is_refused(wire: Wire) -> None:
    refused(wire.batch(wire.fresh(), token=b"?" * 32), 401, "token-unknown")
    refused(wire.single(wire.fresh(), **{"firsthand-token": "00" * 32}), 401, "token-unknown")


def test_a_stranger_is_told_so_however_much_is_sent(wire: Wire) -> None:
    items = [wire.fresh(200_000) for _ in range(20)]
    refused(wire.batch(*items, token=b"?" * 32), 401, "token-unknown")
    refused(wire.single(wire.fresh(200_000), **{"firsthand-token": "00" * 32}), 401, "token-unknown")


def test_a_full_batch_is_taken(wire: Wire) -> None:
    items = [wire.fresh(bundle.MAX_OBJECT_BYTES) for _ in range(32)]
    believed(wire.batch(*items), *items)


def test_too_much_is_refused_and_the_answer_arrives(wire: Wire) -> None:
    refused(wire.http.post("/v1/batch", content=bytes(9 * MIB)), 413, "too-large")
    refused(wire.single(wire.fresh(bundle.MAX_OBJECT_BYTES + 1)), 413, "too-large")
    refused(wire.http.post("/v1/erase", content=bytes(70_000)), 413, "too-large")
    refused(wire.http.post("/v1/tokens", content=bytes(2 * MIB)), 413, "too-large")


def test_too_much_without_a_length_is_refused(wire: Wire) -> None:
    token_of = wire.token()
    head = bundle.encode_batch(token_of, [wire.fresh()])[:40]
    pieces = (head if n == 0 else bytes(MIB) for n in range(10))
    refused(wire.http.post("/v1/batch", content=pieces), 413, "too-large")


def test_an_object_with_another_hash_is_refused(wire: Wire) -> None:
    good, spent = wire.fresh(), wire.token()
    lie = BatchItem(sha256(b"something else").digest(), good.tag, good.data)
    refused(wire.batch(good, lie, token=spent), 422, "hash-mismatch")
    believed(wire.batch(good, token=spent), good)


def test_a_known_object_with_another_tag_is_refused(wire: Wire) -> None:
    item = wire.fresh()
    believed(wire.batch(item), item)
    refused(wire.batch(BatchItem(item.object_hash, bytes(16), item.data)), 422, "hash-mismatch")


@pytest.mark.parametrize("cut", [0, 1, 35, 36, 100, -1])
def test_a_cut_batch_is_refused_and_nothing_of_it_is_kept(cut: int, wire: Wire) -> None:
    item = wire.fresh()
    body = bundle.encode_batch(wire.token(), [item])[:cut]
    refused(wire.http.post("/v1/batch", content=body), 400, "malformed")
    refused(wire.http.get(f"/v1/receipts/{item.object_hash.hex()}"), 404, "not-found")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firsthand-token", ""),
        ("firsthand-token", "zz" * 32),
        ("firsthand-token", "AA" * 32),
        ("firsthand-tag", "00"),
    ],
)
def test_headers_of_a_single_object_have_one_form(name: str, value: str, wire: Wire) -> None:
    refused(wire.single(wire.fresh(), **{name: value}), 400, "malformed")


def test_an_empty_object_is_refused(wire: Wire) -> None:
    refused(wire.single(BatchItem(b"", bytes(16), b"")), 400, "malformed")


# -- reading -------------------------------------------------------------------------------------------------
def test_anyone_who_knows_a_hash_gets_its_receipt(wire: Wire) -> None:
    items = [wire.fresh() for _ in range(5)]
    indexes = believed(wire.batch(*items), *items)
    wire.batch(wire.fresh())
    for index, item in zip(indexes, items, strict=True):
        assert believed(wire.http.get(f"/v1/receipts/{item.object_hash.hex()}"), item) == [index]


@pytest.mark.parametrize("name", ["00" * 31, "zz" * 32, "AB" * 32, "%00"])
def test_a_receipt_is_asked_for_by_a_hash_in_one_form(name: str, wire: Wire) -> None:
    refused(wire.http.get(f"/v1/receipts/{name}"), 400, "malformed")


def test_the_log_is_consistent_between_any_two_of_its_checkpoints(wire: Wire) -> None:
    points = []
    for _ in range(6):
        wire.batch(wire.fresh(), wire.fresh(), wire.fresh())
        points.append(wire.checkpoint())
    for old in points:
        for new in points:
            if old.size > new.size:
                continue
            answer = wire.http.get(f"/v1/consistency?old={old.size}&new={new.size}")
            proof = bundle.decode_hashes(answer.content)
            merkle.verify_consistency(old.size, old.root, new.size, new.root, proof)


@pytest.mark.parametrize(
    "query",
    ["", "old=1", "new=1", "old=2&new=1", "old=0&new=999999", "old=+1&new=1", "old=01&new=1", "old=-1&new=1",
     "old=1&new=1&new=1", "old=%D9%A1&new=1", "old=1.0&new=1", "old=99999999999999999999&new=1"],
)  # fmt: skip
def test_sizes_of_a_consistency_proof_have_one_form(query: str, wire: Wire) -> None:
    refused(wire.http.get(f"/v1/consistency?{query}"), 400, "malformed")


def test_status_tells_numbers_and_days_only(wire: Wire) -> None:
    item = wire.fresh()
    wire.batch(item)
    before = wire.http.get("/v1/status").json()
    assert set(before) == {"log_size", "day", "objects", "attachment_bytes", "version"}
    assert before["day"] == wire.checkpoint().day
    assert before["log_size"] == wire.checkpoint().size
    wire.batch(wire.fresh())
    after = wire.http.get("/v1/status").json()
    assert after["objects"] == before["objects"] + 1


def test_an_answer_tells_neither_time_nor_program(wire: Wire) -> None:
    for answer in (wire.http.get("/v1/status"), wire.http.get("/v1/nowhere"), wire.batch(wire.fresh())):
        assert set(answer.headers) <= {"content-type", "content-length", "connection"}


# -- erasing and tokens --------------------------------------------------------------------------------------
def test_an_author_has_an_object_erased(wire: Wire) -> None:
    name = wire.name()
    item, key = make_item(name), erase_key(name)
    wire.batch(item)
    answer = wire.http.post("/v1/erase", content=bundle.encode_erase(item.object_hash, key))
    note, (proof,) = bundle.decode_receipts(answer.content)
    receipt.verify_erased(proof, key, checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN))
    with RelayLink(wire.url, DESK_KEY) as link:
        assert link.fetch([item.object_hash]) == {item.object_hash: None}


def test_without_the_key_nothing_is_erased(wire: Wire) -> None:
    item = wire.fresh()
    wire.batch(item)
    wrong = bundle.encode_erase(item.object_hash, b"k" * 32)
    refused(wire.http.post("/v1/erase", content=wrong), 403, "bad-proof")
    refused(wire.http.post("/v1/erase", content=bundle.encode_erase(b"h" * 32, b"k" * 32)), 404, "not-found")
    refused(wire.http.post("/v1/erase", content=b"\x80"), 400, "malformed")
    with RelayLink(wire.url, DESK_KEY) as link:
        assert link.fetch([item.object_hash]) == {item.object_hash: item.data}


def test_the_admin_registers_a_statement_of_sixteen_blocks_and_may_repeat_it(wire: Wire) -> None:
    seed = sha256(b"sixteen blocks").digest()
    tokens = [each for block in range(16) for each in token.block_tokens(seed, block)]
    statement = bundle.token_statement(ADMIN_KEY, [token.spent_hash(each) for each in tokens])
    item = wire.fresh()
    refused(wire.batch(item, token=tokens[-1]), 401, "token-unknown")
    with RelayLink(wire.url) as link:
        link.post_tokens(statement)
        believed(wire.batch(item, token=tokens[-1]), item)
        link.post_tokens(statement)
    refused(wire.batch(wire.fresh(), token=tokens[-1]), 409, "token-bound")


def test_a_statement_of_somebody_else_is_refused(wire: Wire) -> None:
    statement = bundle.token_statement(SigningKey.from_seed(b"x" * 32), [b"h" * 32])
    refused(wire.http.post("/v1/tokens", content=statement), 401, "bad-signature")
    refused(wire.http.post("/v1/tokens", content=statement[:-1]), 400, "malformed")


# -- desks ---------------------------------------------------------------------------------------------------
def test_a_desk_reads_the_log_and_recomputes_its_root(wire: Wire) -> None:
    item = wire.fresh()
    wire.batch(item)
    frontier = merkle.Frontier()
    with RelayLink(wire.url, DESK_KEY) as link:
        while True:
            page = link.log(frontier.size, 7)
            for leaf in page.leaves:
                frontier.append(merkle.leaf_hash(leaf))
            if not page.leaves:
                break
            assert len(page.leaves) <= 7
    point = checkpoint.parse_and_verify(page.note, LOG_KEY.public, ORIGIN)
    assert (frontier.size, frontier.root()) == (point.size, point.root)


def test_a_desk_finds_the_leaf_that_the_receipt_names(wire: Wire) -> None:
    item = wire.fresh()
    (index,) = believed(wire.batch(item), item)
    with RelayLink(wire.url, DESK_KEY) as link:
        assert link.log(index, 1).leaves == (Leaf.envelope(item.object_hash, item.tag),)


def test_a_desk_gets_as_many_objects_as_fit_and_null_for_what_is_not_there(wire: Wire) -> None:
    items = [wire.fresh(bundle.MAX_OBJECT_BYTES) for _ in range(32)]
    wire.batch(*items)
    more = wire.fresh()
    wire.batch(more)
    hashes = [b"h" * 32, *(item.object_hash for item in items), more.object_hash]
    with RelayLink(wire.url, DESK_KEY) as link:
        found = link.fetch(hashes)
        assert found == {b"h" * 32: None, **{item.object_hash: item.data for item in items}}
        assert link.fetch(hashes[33:]) == {more.object_hash: more.data}


def test_only_desks_read_the_log_and_the_objects(wire: Wire) -> None:
    refused(wire.http.get("/v1/log?from=0"), 401, "unsigned")
    refused(wire.http.post("/v1/objects/fetch", content=b"\x80"), 401, "unsigned")
    with RelayLink(wire.url, SigningKey.from_seed(b"x" * 32)) as link, pytest.raises(RelayRefused):
        link.log(0)
    with RelayLink(wire.url, SigningKey.from_seed(b"x" * 32)) as link, pytest.raises(RelayRefused):
        link.fetch([b"h" * 32])


# -- and else ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/batch", 405),
        ("POST", "/v1/checkpoint", 405),
        ("GET", "/v1/receipts/", 404),
        ("GET", "/v1/../../relay.json", 404),
        ("GET", "/docs", 404),
    ],
)
def test_there_is_nothing_else(method: str, path: str, status: int, wire: Wire) -> None:
    assert wire.http.request(method, path).status_code == status


def test_errors_repeat_nothing_that_was_sent(wire: Wire) -> None:
    canary = b"CANARY7f3a"
    text = canary.decode()
    answers = [
        wire.http.post("/v1/batch", content=canary * 20),
        wire.http.post("/v1/tokens", content=canary),
        wire.http.post("/v1/erase", content=canary),
        wire.http.get(f"/v1/receipts/{text}"),
        wire.http.get(f"/v1/{text}"),
        wire.http.get(f"/v1/consistency?old={text}&new={text}"),
        wire.single(BatchItem(b"", b"", canary), **{"firsthand-token": text}),
        wire.single(BatchItem(b"", canary, b"x")),
        wire.http.get("/v1/log", headers={"signature-input": text, "signature": text}),
    ]
    for answer in answers:
        assert answer.status_code in {400, 401, 404}
        assert canary not in answer.content + repr(answer.headers.raw).encode()


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"\x16\x03\x01 this is no HTTP\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        b"GET /v1/status HTTP/9.9\r\n\r\n",
    ],
)
def test_broken_http_harms_nobody(head: bytes, wire: Wire) -> None:
    url = httpx.URL(wire.url)
    with socket.create_connection((url.host, url.port or 0), timeout=10) as raw:
        raw.sendall(head)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(4096)
    assert not answer.startswith(b"HTTP/1.1 200")
    item = wire.fresh()
    believed(wire.batch(item), item)
