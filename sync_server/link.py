"""The servers' only HTTP client: how desk and administrator speak to the relay.

Requests of a desk are signed by RFC 9421 with the desk's Ed25519 key over method, path, query and content digest;
freshness comes from a nonce that the relay hands out, never from a clock. Answers are bounded in size and in time.
Nothing that comes back is trusted here: callers verify checkpoints, hashes and seals.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519

from firsthand.errors import Malformed, NoNetwork, RelayRefused
from firsthand.protocol import cbor
from firsthand.protocol.signing import SigningKey

MAX_LEAVES = 4096
MAX_ANSWER_BYTES = 12 * 1024 * 1024
_PIECE_BYTES = 1 << 18
_COVERED = ("@method", "@path", "@query")
_LABEL = "desk"


class LogPage(NamedTuple):
    """A stretch of the log as the relay tells it: unverified.

    Attributes:
        note: signed checkpoint.
        leaves: from the asked index on.
    """

    note: str
    leaves: tuple[bytes, ...]


class RelayStatus(NamedTuple):
    """What the relay says about itself to anyone: unverified."""

    log_size: int
    day: int
    objects: int


@dataclass(slots=True)
class _Message:
    """The view of a request that the signature library reads and writes."""

    method: str
    url: str
    headers: dict[str, str]


class RelayLink:
    """A connection to one relay. Use it as a context manager; it is not safe for several threads at once."""

    def __init__(self, relay_url: str, sign_key: SigningKey | None = None, timeout_s: float = 20.0) -> None:
        """`sign_key` is needed for the log feed and for objects, not for public reads and token statements."""
        self._base = relay_url.rstrip("/")
        _check_address(self._base)
        self._key = sign_key
        self._client = httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=False)
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519)

    def __enter__(self) -> RelayLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection."""
        self._client.close()

    # -- open to all ------------------------------------------------------------------------------------------
    def checkpoint(self) -> str:
        """The newest signed checkpoint, unverified."""
        return self._text(self._send("GET", "/v1/checkpoint"))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof, unverified, that the log of `new` leaves continues the log of `old`."""
        value = cbor.decode(self._send("GET", f"/v1/consistency?old={old}&new={new}"), max_bytes=MAX_ANSWER_BYTES)
        return _hashes(value)

    def status(self) -> RelayStatus:
        """Size, day and number of objects."""
        answer = self._request("GET", "/v1/status", b"", {})
        try:
            value = httpx.Response(200, content=answer).json()
            return RelayStatus(int(value["log_size"]), int(value["day"]), int(value["objects"]))
        except (ValueError, KeyError, TypeError):
            raise Malformed("relay status") from None

    def post_tokens(self, statement: bytes) -> None:
        """Hand in a token statement that the administrator has signed."""
        self._send("POST", "/v1/tokens", statement)

    # -- signed by the desk -------------------------------------------------------------------------------------
    def log(self, start: int, limit: int = MAX_LEAVES) -> LogPage:
        """Leaves from index `start` on, at most `limit`, with the newest checkpoint."""
        value: Any = cbor.decode(
            self._signed("GET", f"/v1/log?from={start}&limit={limit}"), max_bytes=MAX_ANSWER_BYTES, max_items=65_536
        )
        match value:
            case {"checkpoint": str(note), "leaves": [*leaves]} if len(value) == 2 and len(leaves) <= limit:
                return LogPage(note, tuple(_bytes(leaf) for leaf in leaves))
        raise Malformed("log page")

    def fetch(self, hashes: Sequence[bytes]) -> dict[bytes, bytes | None]:
        """Objects by hash; None for those that the relay says it has no longer. Some may be left out: ask again."""
        value = cbor.decode(
            self._signed("POST", "/v1/objects/fetch", cbor.encode(list(hashes))), max_bytes=MAX_ANSWER_BYTES
        )
        if not isinstance(value, list):
            raise Malformed("objects answer")
        found: dict[bytes, bytes | None] = {}
        for item in value:
            match item:
                case [bytes(name), (bytes() | None) as data]:
                    found[name] = data
                case _:
                    raise Malformed("objects answer")
        return found

    def download(self, object_hash: bytes) -> Iterator[bytes]:
        """One attachment as a stream, unverified; memory holds one piece.

        Raises:
            RelayRefused: with status 404 where it is gone. NoNetwork: it broke off.
        """
        target = f"/v1/objects/{object_hash.hex()}"
        request = self._client.build_request("GET", self._base + target, headers=self._signed_headers("GET", target))
        with _network():
            response = self._client.send(request, stream=True)
        try:
            with _network():
                if response.status_code != 200:
                    raise RelayRefused(_code(_read(response)), status=response.status_code)
                yield from response.iter_bytes(_PIECE_BYTES)
        finally:
            response.close()

    # -- the wire -------------------------------------------------------------------------------------------------
    def _signed(self, method: str, target: str, body: bytes = b"") -> bytes:
        return self._send(method, target, body, self._signed_headers(method, target, body))

    def _signed_headers(self, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        if self._key is None:
            raise RelayRefused("no desk key", status=401)
        nonce = self._text(self._send("GET", "/v1/nonce")).strip()
        message = _Message(method, self._base + target, {})
        prepared = self._signer.prepare(
            message, key_id=self._key.public.hex(), nonce=nonce, label=_LABEL, covered_component_ids=_COVERED, body=body
        )
        self._signer.apply(message, prepared, self._key.sign(prepared.signature_base))
        return message.headers

    def _send(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        kind = {"Content-Type": "application/cbor"} if body else {}
        return self._request(method, target, body, {**kind, **(headers or {})})

    def _request(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        with _network():
            request = self._client.build_request(
                method, self._base + target, content=body or None, headers=dict(headers)
            )
            response = self._client.send(request, stream=True)
            try:
                answer = _read(response)
            finally:
                response.close()
        if response.status_code != 200:
            raise RelayRefused(_code(answer), status=response.status_code)
        return answer

    @staticmethod
    def _text(answer: bytes) -> str:
        try:
            return answer.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("relay text") from None


def _check_address(text: str) -> None:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise Malformed("relay address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Malformed("relay address")


@contextlib.contextmanager
def _network() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError:
        raise NoNetwork("relay") from None


def _read(response: httpx.Response) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise Malformed("relay answer too large")
        pieces.append(piece)
    return b"".join(pieces)


def _code(answer: bytes) -> str:
    """The relay's error code, if it is one of its short words; a stranger's text is not repeated."""
    try:
        value: Any = cbor.decode(answer)
    except Malformed:
        return "relay refused"
    code = value.get("error") if isinstance(value, dict) else None
    return code if isinstance(code, str) and len(code) <= 40 and code.replace("-", "").isalpha() else "relay refused"


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Malformed("relay answer")
    return value


def _hashes(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise Malformed("relay answer")
    return tuple(_bytes(item) for item in value)
