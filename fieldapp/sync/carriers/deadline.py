"""One deadline under a whole HTTP call.

httpx bounds each read on its own, so a server that drips a byte every few seconds, headers included, could hold a
sync for days. Here every read and write of a connection gets what is left of the call's time, and no more.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

Left = Callable[[], float]


class BoundedStream(httpcore.NetworkStream):
    """A connection whose every wait ends when `left()` seconds are over."""

    def __init__(self, inner: httpcore.NetworkStream, left: Left) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See httpcore."""
        return self._inner.read(max_bytes, _capped(timeout, self._left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See httpcore."""
        self._inner.write(buffer, _capped(timeout, self._left))

    def close(self) -> None:
        """See httpcore."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """See httpcore."""
        secure = self._inner.start_tls(ssl_context, server_hostname, _capped(timeout, self._left))
        return BoundedStream(secure, self._left)

    def get_extra_info(self, info: str) -> Any:
        """See httpcore."""
        return self._inner.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections that are bounded by `left()`."""

    def __init__(self, left: Left) -> None:
        self._inner = httpcore.SyncBackend()
        self._left = left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore."""
        inner = self._inner.connect_tcp(host, port, _capped(timeout, self._left), local_address, socket_options)
        return BoundedStream(inner, self._left)


def _capped(timeout: float | None, left: Left) -> float:
    seconds = left()
    if seconds <= 0:
        raise httpcore.ReadTimeout("deadline")
    return seconds if timeout is None else min(timeout, seconds)
