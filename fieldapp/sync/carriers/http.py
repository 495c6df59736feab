"""To the relay over HTTP. Every call has one deadline for the whole answer, however slowly it drips."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Self

import httpcore
import httpx

from fieldapp.sync.carrier import ObjectHead, Refusal
from fieldapp.sync.carriers.deadline import BoundedBackend, Left
from firsthand import errors
from firsthand.ports import Clock
from firsthand.protocol import bundle, cbor

_ANSWER_BYTES = 4 * 1024 * 1024
_CONNECT_S, _READ_S = 5.0, 10.0
_OK = 200
_CODES = frozenset(
    {
        "malformed",
        "token-unknown",
        "unsigned",
        "token-bound",
        "too-large",
        "hash-mismatch",
        "busy",
        "disk-full",
        "not-found",
        "bad-proof",
    }
)


class _BoundedTransport(httpx.HTTPTransport):
    """httpx's own transport over connections with one deadline; httpx has no public way to give it one."""

    def __init__(self, left: Left) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=BoundedBackend(left)
        )


class HttpCarrier:
    """A `Carrier` to one relay.

    Args:
        relay_url: as in the invitation.
        clock: for the deadline.
        timeout_s: for one whole call.
    """

    def __init__(self, relay_url: str, clock: Clock, timeout_s: float = 60.0) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        # trust_env off: no proxy, certificate folder or .netrc of the environment decides where reports go.
        self._deadline_s = 0.0
        self._client = httpx.Client(
            base_url=relay_url,
            transport=_BoundedTransport(self._left_s),
            timeout=httpx.Timeout(min(_READ_S, timeout_s), connect=min(_CONNECT_S, timeout_s)),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": "firsthand", "accept-encoding": "identity"},
        )

    def send_batch(self, body: bytes) -> bytes:
        """See `Carrier`."""
        return self._call("POST", "/v1/batch", body)

    def send_object(self, head: ObjectHead, pieces: Iterator[bytes]) -> bytes:
        """See `Carrier`."""
        headers = {
            "content-type": "application/octet-stream",
            "content-length": str(head.size_bytes),
            "firsthand-kind": "attachment",
            "firsthand-token": head.token.hex(),
            "firsthand-tag": head.tag.hex(),
        }
        return self._call("POST", "/v1/objects", self._paced(pieces), headers=headers)

    def object_limit(self) -> int:
        """See `Carrier`."""
        try:
            value = json.loads(self._call("GET", "/v1/status"))
        except (ValueError, RecursionError) as error:
            raise errors.WrongReceipt("status is not JSON") from error
        limit = value.get("attachment_bytes") if isinstance(value, dict) else None
        return limit if isinstance(limit, int) and limit > 0 else 0

    def checkpoint(self) -> str:
        """See `Carrier`."""
        try:
            return self._call("GET", "/v1/checkpoint").decode("utf-8")
        except UnicodeDecodeError as error:
            raise errors.WrongReceipt("checkpoint is not text") from error

    def consistency(self, old: int, new: int) -> list[bytes]:
        """See `Carrier`."""
        value = cbor.decode(self._call("GET", "/v1/consistency", query={"old": str(old), "new": str(new)}))
        if not isinstance(value, list):
            raise errors.Malformed("consistency proof")
        hashes = [item for item in value if isinstance(item, bytes)]
        if len(hashes) != len(value):
            raise errors.Malformed("consistency proof")
        return hashes

    def receipt(self, object_hash: bytes) -> bytes:
        """See `Carrier`."""
        return self._call("GET", f"/v1/receipts/{object_hash.hex()}")

    def erase(self, object_hash: bytes, erase_key: bytes) -> bytes:
        """See `Carrier`."""
        return self._call("POST", "/v1/erase", bundle.encode_erase(object_hash, erase_key))

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _paced(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The deadline moves on with every piece that has left: what stands still ends, what moves goes on."""
        for piece in pieces:
            yield piece
            self._deadline_s = self._clock.monotonic_s() + self._timeout_s

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] = b"",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        self._deadline_s = self._clock.monotonic_s() + self._timeout_s
        headers = headers or ({"content-type": "application/cbor"} if body else {})
        try:
            with self._client.stream(method, path, content=body or None, params=query, headers=headers) as answer:
                data = self._whole(answer)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise errors.NoNetwork("relay does not answer") from error
        if answer.status_code != _OK:
            raise Refusal(answer.status_code, _reason(data))
        return data

    def _left_s(self) -> float:
        return self._deadline_s - self._clock.monotonic_s()

    def _whole(self, answer: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            size += len(part)
            if size > _ANSWER_BYTES:
                raise errors.WrongReceipt("answer too long")
            if self._left_s() <= 0:
                raise errors.NoNetwork("relay answers too slowly")
            parts.append(part)
        return b"".join(parts)


def _reason(data: bytes) -> str:
    """The relay's error code, if it is one that we know: its text never reaches a screen or a log."""
    try:
        value = cbor.decode(data, max_bytes=1024)
    except errors.Malformed:
        return "unknown"
    code = value.get("error") if isinstance(value, dict) else None
    return code if isinstance(code, str) and code in _CODES else "unknown"
