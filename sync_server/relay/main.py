"""The relay's process and composition root: opens the folder, takes the port, serves until told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from firsthand.errors import PortTaken, Usage
from sync_server.relay.app import make_app, make_relay
from sync_server.relay.config import RelayConfig, folder_lock, load_config
from sync_server.relay.inbox import Inbox
from sync_server.relay.log import Log
from sync_server.relay.objects import Objects
from sync_server.relay.signed import Nonces
from sync_server.relay.store import Store

_GRACE_S = 10  # for requests that are under way when the relay is told to stop
_KEEP_ALIVE_S = 30
_BACKLOG = 512
_PORTS = 1 << 16
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class SystemClock:
    """The clock of this machine."""

    def now_s(self) -> int:
        """Seconds since 1970, UTC."""
        return int(time.time())

    def tz_min(self) -> int:
        """Always 0: the relay thinks in UTC."""
        return 0

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()


def serve(folder: Path, host: str = "127.0.0.1", port: int = 8440) -> None:
    """Run the relay of a folder until SIGTERM or SIGINT; requests under way are finished first.

    Prints `relay listening on http://HOST:PORT` once it answers. Port 0 takes a free one.

    Raises:
        NotFound, Damaged, WrongMission: the folder is not a relay's, or is damaged.
        Busy: another relay runs on the folder.
        PortTaken: another program listens at the address.
        Usage: the address is none of this machine.
        DiskFull: no room to open the database.
    """
    _on_signals(_leave)
    config = load_config(folder)
    with (
        closing(_listen(host, port)) as listener,
        folder_lock(folder),
        closing(Store(config.database, quota_bytes=config.quota_bytes)) as store,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
    ):
        inbox = Inbox(config.inbox, config.admin_public)
        clock = SystemClock()
        objects = Objects(config.objects, config.quota_bytes)
        log = Log(
            store=store,
            inbox=inbox,
            origin=config.origin,
            key=config.log_key,
            clock=clock,
            on_erased=objects.delete,
        )
        with store.reading() as reading:
            objects.sweep(reading.standing)
        nonces = Nonces(os.urandom(32), clock.monotonic_s)
        runner.run(_serve(config, store, log, nonces, listener, objects))


async def _serve(  # noqa: PLR0917 - what `serve` has opened
    config: RelayConfig, store: Store, log: Log, nonces: Nonces, listener: socket.socket, objects: Objects
) -> None:
    server: _Server | None = None

    def stop() -> None:
        if server is not None:
            server.should_exit = True

    relay = make_relay(config, store, log, nonces, stop, objects=objects)
    try:
        server = _Server(_uvicorn_config(make_app(relay)), listener)
        if threading.current_thread() is threading.main_thread():
            for number in _STOPPING:
                asyncio.get_running_loop().add_signal_handler(number, stop)
        await server.serve(sockets=[listener])
    finally:
        relay.committer.stop()  # what is in the queue is still committed


def _uvicorn_config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,  # who came when is kept nowhere
        log_config=None,
        log_level=logging.CRITICAL,
        proxy_headers=False,  # the address of a sender is of no interest
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config)
        self._listener = listener

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise them again at the end, and a clean stop must exit with 0."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self._listener.getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"relay listening on http://{host}:{port}\n")
        sys.stdout.flush()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # none for this platform: slower, not different
        return None
    return uvloop.new_event_loop


def _on_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in _STOPPING:
            signal.signal(number, handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Told to stop before the server runs: nothing was promised to anybody yet."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is opened, so that a taken one changes nothing."""
    if not 0 <= port < _PORTS:  # the resolver would cut it to 16 bit
        raise Usage("port")
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise Usage("address") from None
    listener = socket.socket(family, kind, number)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # restart at once after kill -9
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken("relay port") from None
        raise Usage("address") from None
    return listener
