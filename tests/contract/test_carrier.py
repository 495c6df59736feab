"""All carriers keep the same promises: the relay in memory, and HTTP to a real relay."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpcore
import pytest

from fieldapp.sync.carrier import Carrier, ObjectHead, Refusal
from fieldapp.sync.carriers.deadline import BoundedStream
from fieldapp.sync.carriers.http import HttpCarrier
from firsthand import errors
from firsthand.protocol import bundle, checkpoint, merkle, receipt
from firsthand.protocol.checkpoint import Checkpoint
from tests.support import relay_fixture
from tests.support.relay_fixture import LOG_KEY, ORIGIN, TOKEN_SEED, TOKENS, erase_key, make_item, running_relay
from tests.support.tablets import MemoryRelay, SetClock

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

_tokens = iter(TOKENS)


@pytest.fixture(scope="module", params=["memory", "http"])
def carrier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    if request.param == "memory":
        relay = MemoryRelay(log_key=LOG_KEY, origin=ORIGIN)
        relay.register(TOKEN_SEED)
        yield relay
        return
    folder = relay_fixture.make_folder(tmp_path_factory.mktemp("relay") / "relay")
    with running_relay(folder) as process, HttpCarrier(process.url, SetClock()) as http:
        yield http


def head(note: str) -> Checkpoint:
    return checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN)


def hand_in(carrier: Carrier, names: list[str], token: bytes | None = None) -> tuple[Checkpoint, list[receipt.Receipt]]:
    items = [make_item(name) for name in names]
    note, receipts = bundle.decode_receipts(carrier.send_batch(bundle.encode_batch(token or next(_tokens), items)))
    proven = head(note)
    for item, each in zip(items, receipts, strict=True):
        assert each.object_hash == item.object_hash
        receipt.verify(each, item.tag, proven)
    return proven, list(receipts)


def name_of(carrier: Carrier, name: str) -> str:
    return f"{type(carrier).__name__} {name}"


def test_a_batch_is_answered_by_receipts_that_verify(carrier: Carrier) -> None:
    hand_in(carrier, [name_of(carrier, f"batch {n}") for n in range(5)])


def test_the_same_list_with_the_same_token_gets_the_same_places(carrier: Carrier) -> None:
    token, names = next(_tokens), [name_of(carrier, f"again {n}") for n in range(3)]
    first = hand_in(carrier, names, token)
    second = hand_in(carrier, names, token)
    assert [each.index for each in first[1]] == [each.index for each in second[1]]


def test_a_token_for_another_list_is_refused_with_409(carrier: Carrier) -> None:
    token = next(_tokens)
    hand_in(carrier, [name_of(carrier, "bound")], token)
    with pytest.raises(Refusal) as caught:
        hand_in(carrier, [name_of(carrier, "other")], token)
    assert (caught.value.status, caught.value.reason) == (409, "token-bound")


# -- attachments ------------------------------------------------------------------------------------------
def hand_in_attachment(carrier: Carrier, name: str, length: int, token: bytes | None = None) -> bytes:
    """Streams one in, in small pieces; proves the answer and returns the object's hash."""
    item = make_item(name_of(carrier, name), length)
    pieces = (item.data[at : at + 5000] for at in range(0, len(item.data), 5000))
    answer = carrier.send_object(ObjectHead(token or next(_tokens), item.tag, len(item.data)), pieces)
    note, (mine,) = bundle.decode_receipts(answer)
    assert mine.object_hash == item.object_hash
    receipt.verify_attachment(mine, item.tag, head(note))
    return item.object_hash


def test_an_attachment_is_answered_by_a_receipt_that_says_so(carrier: Carrier) -> None:
    object_hash = hand_in_attachment(carrier, "film", 3_000_000)
    note, (mine,) = bundle.decode_receipts(carrier.receipt(object_hash))
    receipt.verify_attachment(mine, make_item(name_of(carrier, "film"), 3_000_000).tag, head(note))
    with pytest.raises(errors.WrongReceipt):
        receipt.verify(mine, make_item(name_of(carrier, "film"), 3_000_000).tag, head(note))


def test_the_same_attachment_with_the_same_token_gets_the_same_place(carrier: Carrier) -> None:
    token = next(_tokens)
    assert hand_in_attachment(carrier, "twice", 6000, token) == hand_in_attachment(carrier, "twice", 6000, token)
    with pytest.raises(Refusal) as caught:
        hand_in_attachment(carrier, "another", 6000, token)
    assert (caught.value.status, caught.value.reason) == (409, "token-bound")


def test_an_attachment_under_an_unknown_token_is_refused_with_401(carrier: Carrier) -> None:
    with pytest.raises(Refusal) as caught:
        hand_in_attachment(carrier, "stranger", 300_000, b"\7" * 32)
    assert (caught.value.status, caught.value.reason) == (401, "token-unknown")


def test_a_carrier_says_how_large_an_attachment_may_be(carrier: Carrier) -> None:
    assert carrier.object_limit() == 64 * 1024 * 1024


def test_an_object_that_is_not_there_has_no_receipt(carrier: Carrier) -> None:
    with pytest.raises(Refusal) as caught:
        carrier.receipt(bytes(32))
    assert caught.value.status == 404


# -- erasing ------------------------------------------------------------------------------------------------
def test_whoever_shows_the_key_gets_a_proven_tombstone_and_the_same_one_again(carrier: Carrier) -> None:
    name = name_of(carrier, "erased")
    _, (logged,) = hand_in(carrier, [name])
    item, key = make_item(name), erase_key(name)
    places = []
    for _ in range(2):
        note, (mine,) = bundle.decode_receipts(carrier.erase(item.object_hash, key))
        receipt.verify_erased(mine, key, head(note))
        places.append(mine.index)
    assert places[0] == places[1] > logged.index


def test_without_the_key_nothing_is_erased_and_what_never_came_is_404(carrier: Carrier) -> None:
    name = name_of(carrier, "kept")
    hand_in(carrier, [name])
    for object_hash, status in ((make_item(name).object_hash, 403), (b"h" * 32, 404)):
        with pytest.raises(Refusal) as caught:
            carrier.erase(object_hash, b"k" * 32)
        assert caught.value.status == status


# -- more of batches ---------------------------------------------------------------------------------------
def test_an_unknown_token_is_refused_with_401(carrier: Carrier) -> None:
    with pytest.raises(Refusal) as caught:
        hand_in(carrier, [name_of(carrier, "stranger")], b"?" * 32)
    assert (caught.value.status, caught.value.reason) == (401, "token-unknown")


def test_an_object_that_is_known_keeps_its_place(carrier: Carrier) -> None:
    name = name_of(carrier, "known")
    first = hand_in(carrier, [name])
    second = hand_in(carrier, [name])
    assert first[1][0].index == second[1][0].index


def test_a_later_checkpoint_is_proven_to_continue_an_earlier_one(carrier: Carrier) -> None:
    old, _ = hand_in(carrier, [name_of(carrier, f"old {n}") for n in range(3)])
    new, _ = hand_in(carrier, [name_of(carrier, f"new {n}") for n in range(4)])
    proof = carrier.consistency(old.size, new.size)
    merkle.verify_consistency(old.size, old.root, new.size, new.root, proof)


def test_a_consistency_that_cannot_be_is_refused(carrier: Carrier) -> None:
    with pytest.raises(Refusal):
        carrier.consistency(5_000, 6_000)


def test_the_newest_checkpoint_can_be_asked_for(carrier: Carrier) -> None:
    proven, _ = hand_in(carrier, [name_of(carrier, "newest")])
    assert head(carrier.checkpoint()).size >= proven.size


def test_a_receipt_can_be_asked_for_by_hash(carrier: Carrier) -> None:
    item = make_item(name_of(carrier, "by hash"))
    hand_in(carrier, [name_of(carrier, "by hash")])
    note, receipts = bundle.decode_receipts(carrier.receipt(item.object_hash))
    receipt.verify(receipts[0], item.tag, head(note))


# -- servers that are no relay ---------------------------------------------------------------------------
@dataclass
class RunningClock(SetClock):
    """Each look at it costs some time: a deadline passes without waiting."""

    step_s: float = 1.0

    def monotonic_s(self) -> float:
        self.running_s += self.step_s
        return self.running_s


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A socket that takes one connection after another and answers each with whatever `answer` does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    conn, _ = listener.accept()
                except OSError:
                    return
                with conn:
                    conn.settimeout(5)
                    try:
                        conn.recv(65_536)
                        answer(conn)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)
            assert not thread.is_alive()


def reply(body: bytes, status: bytes = b"200 OK", length: int | None = None) -> Callable[[socket.socket], None]:
    size = len(body) if length is None else length
    return lambda conn: conn.sendall(b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status, size, body))


def drip(conn: socket.socket) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(100_000):
        conn.sendall(b"x")


def flood(conn: socket.socket) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(10_000):
        conn.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")


NO_RELAYS = {
    "closes at once": (lambda conn: conn.close(), errors.NoNetwork),
    "cuts the answer": (reply(b"half", length=100), errors.NoNetwork),
    "speaks no HTTP": (lambda conn: conn.sendall(b"SSH-2.0-OpenSSH\r\n"), errors.NoNetwork),
    "drips for ever": (drip, errors.NoNetwork),
    "floods": (flood, errors.WrongReceipt),
    "refuses with a page": (reply(b"<html>", b"403 Forbidden"), Refusal),
    "sends us elsewhere": (reply(b"", b"302 Found\r\nlocation: http://127.0.0.1:9/"), Refusal),
}


@pytest.mark.parametrize("kind", NO_RELAYS)
def test_what_is_no_relay_is_left_in_bounded_time_with_a_known_error(kind: str) -> None:
    answer, expected = NO_RELAYS[kind]
    clock = RunningClock() if kind == "drips for ever" else SetClock()
    with server(answer) as url, HttpCarrier(url, clock, timeout_s=30) as http, pytest.raises(expected):
        http.send_batch(b"x")


def test_the_deadline_counts_from_the_first_byte_of_the_connection_not_from_the_first_of_the_answer() -> None:
    with (
        server(reply(b"")) as url,
        HttpCarrier(url, RunningClock(step_s=31.0), timeout_s=30) as http,
        pytest.raises(errors.NoNetwork),
    ):
        http.checkpoint()


class Dripping(httpcore.NetworkStream):
    """Gives a byte a read, for ever, and notes how long it would have been waited for."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.waits.append(timeout)
        return b"x"[:max_bytes]


def test_every_read_waits_no_longer_than_what_is_left_of_the_call() -> None:
    clock = RunningClock(step_s=4.0)
    end_s = clock.running_s + 20.0
    inner = Dripping()
    stream = BoundedStream(inner, lambda: end_s - clock.monotonic_s())
    with pytest.raises(httpcore.ReadTimeout):
        for _ in range(100):
            stream.read(1, timeout=10.0)
    assert inner.waits == [10.0, 10.0, 8.0, 4.0]


def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    hold = threading.Event()
    with server(lambda _: hold.wait(20) and None) as url, HttpCarrier(url, SetClock(), timeout_s=0.2) as http:
        with pytest.raises(errors.NoNetwork):
            http.send_batch(b"x")
        hold.set()


def test_nobody_at_the_address_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with HttpCarrier(f"http://127.0.0.1:{port}", SetClock()) as http, pytest.raises(errors.NoNetwork):
        http.checkpoint()


def test_the_text_of_a_refusal_never_gets_further_than_a_known_code() -> None:
    from firsthand.protocol import cbor

    body = cbor.encode({"error": "secret name of a witness"})
    with (
        server(reply(body, b"400 Bad Request")) as url,
        HttpCarrier(url, SetClock()) as http,
        pytest.raises(Refusal) as caught,
    ):
        http.send_batch(b"x")
    assert (caught.value.status, caught.value.reason) == (400, "unknown")
    assert "secret" not in json.dumps([str(caught.value), caught.value.detail, str(caught.value.fields)])


def test_the_environment_does_not_choose_the_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with server(reply(b"direct")) as url, HttpCarrier(url, SetClock()) as http:
        assert http.send_batch(b"x") == b"direct"
