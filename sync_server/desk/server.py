"""The desk's web server: takes the port, says so, and stops cleanly when told to."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from firsthand.errors import PortTaken, Usage

_GRACE_S = 5
_BACKLOG = 128
_STOPPING = (signal.SIGTERM, signal.SIGINT)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is opened.

    Raises:
        PortTaken: another program has it.
        Usage: the address is none of this machine.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, number)
    except (OSError, OverflowError):
        raise Usage("address") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # start again at once after kill -9
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken("desk port") from None
        raise Usage("address") from None
    return listener


def host_names(host: str, listener: socket.socket) -> frozenset[str]:
    """The values of the Host header that are ours."""
    port = listener.getsockname()[1]
    names = {host.lower(), "127.0.0.1", "localhost", "[::1]"}
    return frozenset(
        f"[{name}]:{port}" if name.count(":") > 1 and not name.startswith("[") else f"{name}:{port}" for name in names
    )


def leave_on_signals() -> None:
    """Until the server runs, a signal ends the process with 0: nothing was promised to anybody yet."""
    if threading.current_thread() is threading.main_thread():
        for number in _STOPPING:
            signal.signal(number, _leave)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


class WebServer(uvicorn.Server):
    """Serves until a signal, or until `should_exit` is set; requests under way are finished first."""

    def __init__(self, app: ASGIApp, listener: socket.socket, name: str) -> None:
        super().__init__(_config(app))
        self._listener = listener
        self._name = name

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours: uvicorn would raise the signal again at the end, and a clean stop must exit with 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._stop) for number in _STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where, once it is true."""
        await super().startup(sockets)
        host, port = self._listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"{self._name} listening on http://{shown}:{port}\n")
        sys.stdout.flush()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level=logging.CRITICAL,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
