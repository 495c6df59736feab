"""How many reports a second the relay accepts and logs durably, and what they cost on the wire.

    python -m bench.relay [--seconds 3] [--json]

A relay process on loopback with a folder of its own; a load process with raw asyncio sockets sends random
objects of 8 KB from 1, 8 and 32 clients, singly and in batches of 50. An answer counts only with status 200,
which the relay gives after its commit. Beside it, in the same run and under the same load, stands the
plainest server that keeps the same promise: Starlette and SQLite, one commit a request, no log and no
receipts. The peer's figure is that of ODK Central on a machine of this size (250 reports/s at 32 clients).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import Figure
from firsthand.protocol import bundle, token
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.signing import SigningKey

PEER_PER_S = 250.0
CLIENTS = (1, 8, 32)
OBJECT_BYTES, BATCH_OBJECTS = 8 * 1024, 50
MAX_OBJECTS = 16_000  # of one measurement: 128 MB in the load process
_START_S = 30.0
_ADMIN = SigningKey.from_seed(b"bench: admin key of 32 bytes ...")
_LOG = SigningKey.from_seed(b"bench: log key of 32 bytes .....")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement.

    Attributes:
        server: "relay" or "plain".
        mode: "singly" or "batch 50".
        clients: senders at once.
        per_s: reports accepted and durable a second.
        sent_bytes, received_bytes: on the wire for each report, HTTP heads included.
        memory_mb: resident memory of the server at the end.
    """

    server: str
    mode: str
    clients: int
    per_s: float
    sent_bytes: float
    received_bytes: float
    memory_mb: float


# -- the load: a process of its own -------------------------------------------------------------------------
def make_requests(mode: str, count: int, block: int, host: str) -> deque[tuple[int, bytes]]:
    """(reports, whole HTTP request) for `count` fresh random objects; tokens from `block` on."""
    tokens = (item for n in range(block, 1 << 32) for item in token.block_tokens(bytes(32), n))
    requests: deque[tuple[int, bytes]] = deque()
    if mode == "singly":
        for _ in range(count):
            heads = f"firsthand-token: {next(tokens).hex()}\r\nfirsthand-tag: {os.urandom(16).hex()}\r\n"
            requests.append((1, _http("/v1/objects", host, heads, os.urandom(OBJECT_BYTES))))
        return requests
    for _ in range(count // BATCH_OBJECTS):
        objects = [os.urandom(OBJECT_BYTES) for _ in range(BATCH_OBJECTS)]
        items = [BatchItem(sha256(data).digest(), os.urandom(16), data) for data in objects]
        body = bundle.encode_batch(next(tokens), items)
        requests.append((len(items), _http("/v1/batch", host, "", body)))
    return requests


def _http(path: str, host: str, heads: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\n{heads}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _client(address: tuple[str, int], requests: deque[tuple[int, bytes]], until: float) -> list[int]:
    reader, writer = await asyncio.open_connection(*address)
    done, sent, received = 0, 0, 0
    while requests and time.perf_counter() < until:
        reports, request = requests.popleft()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"server said {head.splitlines()[0]!r}")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        done, sent, received = done + reports, sent + len(request), received + len(head) + length
    writer.close()
    return [done, sent, received]


@dataclass(frozen=True, slots=True)
class Load:
    """What the load process is told."""

    url: str
    mode: str
    clients: int
    seconds: float
    block: int


async def _run_load(load: Load) -> dict[str, float]:
    parts = urlsplit(load.url)
    requests = make_requests(load.mode, MAX_OBJECTS, load.block, parts.netloc)
    address = (parts.hostname or "", parts.port or 0)
    begin = time.perf_counter()
    until = begin + load.seconds
    results = await asyncio.gather(*(_client(address, requests, until) for _ in range(load.clients)))
    elapsed = time.perf_counter() - begin
    done, sent, received = (sum(column) for column in zip(*results, strict=True))
    return {"per_s": done / elapsed, "sent_bytes": sent / done, "received_bytes": received / done}


# -- the servers --------------------------------------------------------------------------------------------
def plain(database: str) -> None:
    """The reference server: one INSERT and one flushed commit a request, nothing else."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE objects (hash BLOB PRIMARY KEY, data BLOB)")

    async def post(request: Request) -> Response:
        body = await request.body()
        connection.execute("INSERT INTO objects VALUES (?, ?)", (sha256(body).digest(), body))
        return Response(b"ok")

    app = Starlette(routes=[Route("/v1/objects", post, methods=["POST"])])
    config = uvicorn.Config(app, port=0, lifespan="off", access_log=False, log_config=None)
    server = uvicorn.Server(config)

    async def run() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        print(f"plain listening on http://127.0.0.1:{port}", flush=True)
        await task

    asyncio.run(run())


def make_folder(folder: Path, blocks: int) -> None:
    """A relay folder with tokens for `blocks` blocks."""
    (folder / "inbox").mkdir(parents=True)
    config = {
        "origin": "bench/relay",
        "log_seed": _LOG.seed.hex(),
        "log_public": _LOG.public.hex(),
        "admin_public": _ADMIN.public.hex(),
        "desks": [],
    }
    (folder / "relay.json").write_text(json.dumps(config))
    for block in range(blocks):
        hashes = [token.spent_hash(item) for item in token.block_tokens(bytes(32), block)]
        (folder / "inbox" / f"{block:04}.tokens").write_bytes(bundle.token_statement(_ADMIN, hashes))


@contextlib.contextmanager
def _server(code: str, argument: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen([sys.executable, "-c", code, argument], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START_S)
        line = process.stdout.readline() if ready else ""
        if " listening on " not in line:
            raise SystemExit("server did not start")
        yield process, line.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _memory_mb(process: subprocess.Popen[str]) -> float:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:  # not Linux
        return 0.0
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


_RELAY = """
import pathlib, sys
from sync_server.relay.main import serve
serve(pathlib.Path(sys.argv[1]), port=0)
"""
_PLAIN = "import sys; from bench.relay import plain; plain(sys.argv[1])"


def measure(seconds: float = 3.0, clients: Sequence[int] = CLIENTS, folder: Path | None = None) -> list[Row]:
    """Run everything once; `folder` is where the databases lie: its disk is measured too."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=folder) as name:
        per_load = MAX_OBJECTS // token.BLOCK_TOKENS + 1
        make_folder(Path(name) / "relay", 2 * len(clients) * per_load)
        with _server(_RELAY, str(Path(name) / "relay")) as (process, url):
            block = 0
            for mode in ("singly", f"batch {BATCH_OBJECTS}"):
                for count in clients:
                    rows.append(_one("relay", process, Load(url, mode, count, seconds, block)))
                    block += per_load
        with _server(_PLAIN, str(Path(name) / "plain.db")) as (process, url):
            rows += [_one("plain", process, Load(url, "singly", count, seconds, 0)) for count in clients]
    return rows


def _one(server: str, process: subprocess.Popen[str], load: Load) -> Row:
    out = subprocess.run(
        [sys.executable, "-m", "bench.relay", "--load", json.dumps(asdict(load))],
        stdout=subprocess.PIPE,
        check=True,
        timeout=60 + 4 * load.seconds,
    ).stdout
    return Row(server, load.mode, load.clients, memory_mb=_memory_mb(process), **json.loads(out))


def show(rows: Sequence[Row]) -> str:
    """The table, with how many times the peer and the plain server."""
    plain_of = {row.clients: row.per_s for row in rows if row.server == "plain"}
    lines = ["server  mode      clients  reports/s  x peer  x plain  B up/report  B down/report   MB"]
    lines += [
        f"{row.server:7} {row.mode:9} {row.clients:7}  {row.per_s:9,.0f}  {row.per_s / PEER_PER_S:6.1f}"
        f"  {row.per_s / plain_of[row.clients]:7.1f}  {row.sent_bytes:11,.0f}"
        f"  {row.received_bytes:13,.0f}  {row.memory_mb:3.0f}"
        for row in rows
    ]
    return "\n".join(lines)


def figures(seconds: float = 2.5) -> list[Figure]:
    """The same as lines of `make bench`: the ratio is to the plain server of this run, the aim to the peer."""
    rows = measure(seconds)
    plain_of = {row.clients: row.per_s for row in rows if row.server == "plain"}
    reference = "Starlette + SQLite, a commit a request, same load"
    lines = []
    for row in rows:
        if row.server == "plain":
            continue
        times = 4 if row.mode == "singly" else 10
        aim = f"{times} x the peer's {PEER_PER_S:.0f}/s" if row.clients == max(plain_of) else ""
        met = row.per_s >= times * PEER_PER_S if aim else None
        name = f"relay accepts and logs, {row.mode}, {row.clients} clients"
        ratio = row.per_s / plain_of[row.clients]
        lines.append(Figure(name, row.per_s, "reports/s", reference, ratio, aim, met))
        if aim:
            name = f"wire up a report of {OBJECT_BYTES} B, {row.mode}"
            lines.append(Figure(name, row.sent_bytes, "bytes"))
            lines.append(Figure(f"wire down a report, {row.mode}", row.received_bytes, "bytes"))
    memory_mb = max(row.memory_mb for row in rows if row.server == "relay")
    lines.append(Figure("relay process, memory at the end", memory_mb, "MB"))
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="reports a second that the relay accepts and logs durably")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.load:
        print(json.dumps(asyncio.run(_run_load(Load(**json.loads(args.load))))))
        return
    rows = measure(args.seconds)
    if args.json:
        print(json.dumps([asdict(row) for row in rows]))
    else:
        print(f"{platform.platform()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
        print(f"{os.cpu_count()} cores, shared by server and load; objects of {OBJECT_BYTES} B")
        print(show(rows))


if __name__ == "__main__":
    main()
