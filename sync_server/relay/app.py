"""The relay's HTTP face (ASGI): routes, limits and answers. What to decide, `log.py` and `signed.py` decide.

No access log, no address, no cookie, no clock time. An error answers with `{"error": code}` and never with
anything that was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from firsthand.errors import Busy, FirsthandError, Malformed, NotFound
from firsthand.protocol import bundle, merkle, token
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.receipt import Receipt
from sync_server.relay import signed
from sync_server.relay.attachments import KIND, KIND_HEADER, Announced, Dock
from sync_server.relay.committer import Answers, Committer
from sync_server.relay.config import RelayConfig
from sync_server.relay.log import Erase, Job, Log, Look, Outcome, Register, Upload, proofs_for
from sync_server.relay.objects import Objects
from sync_server.relay.refusals import HashMismatch, TooLarge, TooSlow, status_of
from sync_server.relay.store import Store

MAX_LEAVES = 4096  # one answer of the feed
MAX_QUESTION_BYTES = 256 * 1024
MAX_FETCH_BYTES = 8 * 1024 * 1024
STRANGER_BYTES = 64 * 1024  # more than this only for a token that is known
IN_FLIGHT_BYTES = 192 * 1024 * 1024  # of all uploads that are arriving
IDLE_S = 60.0  # so long a sender may stand still
DRAIN_S = 10.0  # so long the rest of a refused body is thrown away
_THREAD_BYTES = 1024 * 1024  # from here on hashing and decoding would hold up everybody else
_VERSION = 1
_HEX32, _HEX16 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")

Ticket = asyncio.Future[bytes]


@dataclass(slots=True)
class Relay:
    """What the routes share."""

    config: RelayConfig
    store: Store
    nonces: signed.Nonces
    loop: asyncio.AbstractEventLoop
    committer: Committer[Ticket]
    dock: Dock
    in_flight_bytes: int = 0

    async def do(self, job: Job) -> bytes:
        """Have a job committed; returns its answer once that is durable.

        Raises:
            FirsthandError: what the log said no with.
        """
        ticket: Ticket = self.loop.create_future()
        self.committer.submit(job, ticket)
        return await ticket


def make_relay(
    config: RelayConfig,
    store: Store,
    log: Log,
    nonces: signed.Nonces,
    on_death: Callable[[], None],
    *,
    objects: Objects | None = None,
) -> Relay:
    """Join the parts; must be called in the event loop that will serve."""
    loop = asyncio.get_running_loop()

    def answer(outcomes: Answers[Ticket]) -> None:
        loop.call_soon_threadsafe(_resolve, outcomes)  # one wake-up a group

    def die() -> None:
        loop.call_soon_threadsafe(on_death)

    objects = objects or Objects(config.objects, config.quota_bytes)
    dock = Dock(objects, store, config.attachment_bytes)
    return Relay(config, store, nonces, loop, Committer(log, answer, die), dock)


def _resolve(outcomes: Answers[Ticket]) -> None:
    for ticket, outcome in outcomes:
        _settle(ticket, outcome)


def _settle(ticket: Ticket, outcome: Outcome) -> None:
    if ticket.cancelled():  # the sender has gone; what it sent is kept all the same
        return
    if isinstance(outcome, FirsthandError):
        ticket.set_exception(outcome)
    else:
        ticket.set_result(outcome)


# -- uploads -------------------------------------------------------------------------------------------------
async def post_batch(request: Request) -> Response:
    """A batch of objects under one token."""
    relay = _relay(request)

    async def admit(beginning: bytes) -> None:
        await _known_token(relay, beginning[bundle.TOKEN_OFFSET : bundle.TOKEN_OFFSET + token.TOKEN_BYTES])

    async with _Body(request, bundle.MAX_BATCH_BYTES, admit) as body:
        upload = await run_in_threadpool(_batch, body) if len(body) > _THREAD_BYTES else _batch(body)
        return _cbor(await relay.do(upload))


def _batch(body: bytes) -> Upload:
    batch = bundle.decode_batch(body)
    if any(sha256(item.data).digest() != item.object_hash for item in batch.items):
        raise HashMismatch
    return Upload(token.spent_hash(batch.token), bundle.batch_list_hash(batch.items), batch.items)


async def post_object(request: Request) -> Response:
    """One object, raw; token, tag and, for an attachment, its kind stand in headers."""
    relay = _relay(request)
    spent = token.spent_hash(_hex(_HEX32, request.headers.get("firsthand-token", "")))
    tag = _hex(_HEX16, request.headers.get("firsthand-tag", ""))
    kind = request.headers.get(KIND_HEADER)
    if kind is not None:
        if kind != KIND:
            raise Malformed("kind of an object")
        return await _attachment(request, spent, tag)

    async def admit(_beginning: bytes) -> None:
        await relay.do(Look(spent))

    async with _Body(request, bundle.MAX_OBJECT_BYTES, admit) as body:
        if not body:
            raise Malformed("no object")
        item = BatchItem(object_hash=sha256(body).digest(), tag=tag, data=body)
        return _cbor(await relay.do(Upload(spent, bundle.batch_list_hash([item]), (item,))))


async def _attachment(request: Request, spent: bytes, tag: bytes) -> Response:
    relay, stream = _relay(request), aiter(request.stream())
    try:
        length = relay.dock.length(request)
        await relay.do(Look(spent))
        return _cbor(await relay.dock.receive(stream, Announced(length, spent, tag), relay.do))
    except FirsthandError:
        await _drain(stream)
        raise


async def _known_token(relay: Relay, shown: bytes) -> None:
    await relay.do(Look(token.spent_hash(shown)))


async def post_tokens(request: Request) -> Response:
    """A statement of the admin about new tokens."""
    relay = _relay(request)
    async with _Body(request, bundle.MAX_STATEMENT_BYTES) as body:
        hashes = await run_in_threadpool(bundle.open_token_statement, relay.config.admin_public, body)
        await relay.do(Register(hashes))
    return Response()


async def post_erase(request: Request) -> Response:
    """Somebody shows an erase key."""
    async with _Body(request, STRANGER_BYTES) as body:
        return _cbor(await _relay(request).do(Erase(*bundle.decode_erase(body))))


# -- reading -------------------------------------------------------------------------------------------------
def get_checkpoint(request: Request) -> Response:
    """The signed head of the log."""
    with _relay(request).store.reading() as reading:
        return PlainTextResponse(reading.head().note)


def get_receipt(request: Request) -> Response:
    """The receipt of an object, for whoever knows its hash."""
    object_hash = _hex(_HEX32, request.path_params["hash"])
    with _relay(request).store.reading() as reading:
        stored = reading.objects([object_hash]).get(object_hash)
        if stored is None:
            raise NotFound("object")
        head = reading.head()
        proof = proofs_for(reading, head.frontier.size, [stored.leaf_index])[stored.leaf_index]
    return _cbor(bundle.encode_receipts(head.note, [Receipt(object_hash, stored.leaf_index, proof)]))


def get_consistency(request: Request) -> Response:
    """Proof that the log of an old size is the beginning of that of a new size."""
    old, new = _number(request, "old", None), _number(request, "new", None)
    with _relay(request).store.reading() as reading:
        size = reading.head().frontier.size
        if not old <= new <= size:
            raise Malformed("sizes")
        plan = merkle.consistency_plan(old, new)
        hashes = reading.nodes({place for part in plan for place in part})
    proof = merkle.proof_of(plan, lambda level, position: hashes[level, position])
    return _cbor(bundle.encode_hashes(proof))


def get_status(request: Request) -> Response:
    """For people who operate the relay."""
    with _relay(request).store.reading() as reading:
        head = reading.head()
    return JSONResponse(
        {
            "log_size": head.frontier.size,
            "day": head.day,
            "objects": head.objects,
            "attachment_bytes": _relay(request).config.attachment_bytes,
            "version": _VERSION,
        }
    )


async def get_nonce(request: Request) -> Response:
    """A nonce for one signed request."""
    return PlainTextResponse(_relay(request).nonces.issue())


# -- desks ---------------------------------------------------------------------------------------------------
async def get_log(request: Request) -> Response:
    """Leaves of the log from an index on, and the checkpoint they belong under."""
    await _desk(request, 0)
    start, count = _number(request, "from", 0), _number(request, "limit", MAX_LEAVES)
    return _cbor(await run_in_threadpool(_feed, _relay(request).store, start, min(count, MAX_LEAVES)))


def _feed(store: Store, start: int, count: int) -> bytes:
    with store.reading() as reading:
        head = reading.head()
        leaves = reading.leaves(start, count)
    return bundle.encode_page(head.note, leaves)


async def post_fetch(request: Request) -> Response:
    """Objects by hash, as many as fit into one answer."""
    hashes = bundle.decode_hashes(await _desk(request, MAX_QUESTION_BYTES))
    return _cbor(await run_in_threadpool(_objects, _relay(request).store, hashes))


def _objects(store: Store, hashes: Iterable[bytes]) -> bytes:
    rows: list[tuple[bytes, bytes | None]] = []
    room = MAX_FETCH_BYTES
    with store.reading() as reading:
        for object_hash in hashes:
            data = reading.data(object_hash)
            room -= len(data or b"")
            if room < 0:
                break
            rows.append((object_hash, data))
    return bundle.encode_objects(rows)


async def get_object(request: Request) -> Response:
    """One attachment, as a stream."""
    await _desk(request, 0)
    relay, name = _relay(request), _hex(_HEX32, request.path_params["hash"])
    length, pieces = await run_in_threadpool(_stored, relay, name)
    return StreamingResponse(pieces, headers={"content-length": str(length)}, media_type="application/octet-stream")


def _stored(relay: Relay, name: bytes) -> tuple[int, Iterator[bytes]]:
    with relay.store.reading() as reading:
        if not reading.standing([name]):
            raise NotFound("attachment")
    return relay.dock.objects.read(name)


async def _desk(request: Request, max_bytes: int) -> bytes:
    """The body of a request that a desk has signed."""
    relay = _relay(request)
    async with _Body(request, max_bytes) as body:
        scope = request.scope
        checked = signed.SignedRequest(
            method=request.method,
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers={name: ", ".join(request.headers.getlist(name)) for name in set(request.headers)},
            body=body,
        )
        signed.check(checked, relay.config.desks, relay.nonces)
        return body


# -- what all routes need ------------------------------------------------------------------------------------
class _Body:
    """Reads a body within its limit, and counts it among all that arrive until it has been dealt with."""

    def __init__(
        self,
        request: Request,
        max_bytes: int,
        admit: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        self._request = request
        self._stream = aiter(request.stream())
        self._relay = _relay(request)
        self._max_bytes = max_bytes
        self._admit = admit
        self._held = 0

    async def __aenter__(self) -> bytes:
        try:
            return await self._read()
        except FirsthandError:
            self._release()
            await _drain(self._stream)
            raise
        except BaseException:
            self._release()
            raise

    async def __aexit__(self, *_error: object) -> None:
        self._release()

    async def _read(self) -> bytes:
        length = self._request.headers.get("content-length", "0")
        if not _NUMBER.fullmatch(length) or int(length) > self._max_bytes:
            raise TooLarge("content length")
        chunks: list[bytes] = []
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    chunk = await anext(self._stream, None)
                if chunk is None:
                    return b"".join(chunks) if len(chunks) != 1 else chunks[0]
                if chunk:
                    chunks.append(chunk)
                    await self._hold(len(chunk), chunks)
        except TimeoutError:
            raise TooSlow("body") from None

    async def _hold(self, count: int, chunks: list[bytes]) -> None:
        self._held += count
        self._relay.in_flight_bytes += count
        if self._held > self._max_bytes:
            raise TooLarge("body")
        if self._relay.in_flight_bytes > IN_FLIGHT_BYTES:
            raise Busy("uploads")
        if self._admit is not None and self._held > STRANGER_BYTES:
            admit, self._admit = self._admit, None
            await admit(b"".join(chunks))

    def _release(self) -> None:
        self._relay.in_flight_bytes -= self._held
        self._held = 0


async def _drain(stream: AsyncIterator[bytes]) -> None:
    """Let a sender that was refused finish: closing on it would destroy the answer on its way."""
    left = bundle.MAX_BATCH_BYTES
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DRAIN_S):
            while left > 0 and (chunk := await anext(stream, None)) is not None:
                left -= len(chunk)


def _relay(request: Request) -> Relay:
    relay: Relay = request.app.state.relay
    return relay


def _cbor(body: bytes) -> Response:
    return Response(body, media_type="application/cbor")


def _hex(form: re.Pattern[str], text: str) -> bytes:
    if not form.fullmatch(text):
        raise Malformed("hex")
    return bytes.fromhex(text)


def _number(request: Request, name: str, default: int | None) -> int:
    values = request.query_params.getlist(name)
    if not values and default is not None:
        return default
    if len(values) != 1 or not _NUMBER.fullmatch(values[0]):
        raise Malformed("number")
    return int(values[0])


def _refusal(code: str, status: int) -> Response:
    # `close`: the rest of a body that we did not read must not be taken for the next request
    headers = {"connection": "close"} if status >= 400 else None
    return Response(bundle.encode_error(code), status, headers, "application/cbor")


async def _on_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, FirsthandError):
        return _refusal(error.code, status_of(error))
    if isinstance(error, ClientDisconnect):
        return _refusal("malformed", 400)  # nobody is there to read it
    if isinstance(error, HTTPException):
        return _refusal("not-found" if error.status_code == 404 else "malformed", error.status_code)
    sys.stderr.write(f"relay: unexpected {type(error).__name__}\n")  # its text might carry what was sent
    return _refusal("unexpected", 500)


def make_app(relay: Relay) -> Starlette:
    """The ASGI application."""
    app = Starlette(
        routes=[
            Route("/v1/batch", post_batch, methods=["POST"]),
            Route("/v1/objects", post_object, methods=["POST"]),
            Route("/v1/objects/fetch", post_fetch, methods=["POST"]),
            Route("/v1/objects/{hash}", get_object),
            Route("/v1/tokens", post_tokens, methods=["POST"]),
            Route("/v1/erase", post_erase, methods=["POST"]),
            Route("/v1/checkpoint", get_checkpoint),
            Route("/v1/receipts/{hash}", get_receipt),
            Route("/v1/consistency", get_consistency),
            Route("/v1/status", get_status),
            Route("/v1/nonce", get_nonce),
            Route("/v1/log", get_log),
        ],
        exception_handlers={
            FirsthandError: _on_error,
            ClientDisconnect: _on_error,
            HTTPException: _on_error,
            Exception: _on_error,  # the outermost net of this program
        },
    )
    app.state.relay = relay
    return app
