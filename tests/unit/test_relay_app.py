"""The relay's ASGI face where no well-behaved client goes: slow, crowded, broken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from firsthand.protocol import bundle, cbor
from sync_server.relay import app as module
from sync_server.relay.app import make_app, make_relay
from sync_server.relay.config import load_config
from sync_server.relay.inbox import Inbox
from sync_server.relay.log import Log
from sync_server.relay.main import SystemClock
from sync_server.relay.signed import Nonces
from sync_server.relay.store import Store
from tests.support.relay_fixture import ADMIN_KEY, LOG_KEY, ORIGIN, TOKENS, make_folder, make_item

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield make_folder(tmp_path / "relay")


def ask(folder: Path, path: str, *pieces: bytes, then: str = "end", method: str = "POST") -> tuple[int, object]:
    """One request straight to the ASGI application: body in `pieces`, and then the end, silence or absence."""

    async def run() -> tuple[int, object]:
        store = Store(folder / "relay.db")
        inbox = Inbox(folder / "inbox", ADMIN_KEY.public)
        clock = SystemClock()
        log = Log(store=store, inbox=inbox, origin=ORIGIN, key=LOG_KEY, clock=clock)
        relay = make_relay(load_config(folder), store, log, Nonces(bytes(32), clock.monotonic_s), lambda: None)
        try:
            answer = await send(make_app(relay), path, method, incoming(pieces, then))
            assert relay.in_flight_bytes == 0
            return answer
        finally:
            relay.committer.stop()
            store.close()

    return asyncio.run(run())


def incoming(pieces: tuple[bytes, ...], then: str) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    if then == "end":
        messages.append({"type": "http.request", "body": b"", "more_body": False})
    if then == "gone":
        messages.append({"type": "http.disconnect"})
    queue = iter(messages)

    async def receive() -> Message:
        for message in queue:
            return message
        await asyncio.Event().wait()  # silence
        raise AssertionError

    return receive


async def send(app: Starlette, path: str, method: str, receive: Receive) -> tuple[int, object]:
    sent: list[Message] = []

    async def take(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    with contextlib.suppress(KeyError):  # the outermost net answers, and then hands the fault on to the server
        await app(scope, receive, take)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], cbor.decode(body)


BODY = bundle.encode_batch(TOKENS[0], [make_item("a", 100_000)])


def test_a_sender_who_stands_still_is_let_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.0)
    monkeypatch.setattr(module, "DRAIN_S", 0.0)
    assert ask(folder, "/v1/batch", BODY[:500], then="silence") == (408, {"error": "too-slow"})


def test_more_at_once_than_memory_should_hold_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_FLIGHT_BYTES", 50_000)
    assert ask(folder, "/v1/batch", BODY) == (503, {"error": "busy"})


def test_a_stranger_is_turned_away_before_the_rest_is_kept(folder: Path) -> None:
    stranger = bundle.encode_batch(b"?" * 32, [make_item("a", 200_000)])
    pieces = [stranger[at : at + 40_000] for at in range(0, len(stranger), 40_000)]
    assert ask(folder, "/v1/batch", *pieces[:2], then="gone") == (401, {"error": "token-unknown"})


def test_a_sender_who_is_gone_leaves_nothing(folder: Path) -> None:
    assert ask(folder, "/v1/batch", BODY[:500], then="gone") == (400, {"error": "malformed"})
    store = Store(folder / "relay.db")
    with store.reading() as reading:
        assert reading.head().frontier.size == 0
    store.close()


def test_a_fault_of_our_own_tells_no_more_than_its_kind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_data: bytes) -> object:
        raise KeyError("CANARY of what was sent")

    monkeypatch.setattr(module.bundle, "decode_erase", broken)
    assert ask(folder, "/v1/erase", b"x") == (500, {"error": "unexpected"})
    printed = capsys.readouterr()
    assert printed.err == "relay: unexpected KeyError\n"
    assert "CANARY" not in printed.out
