"""The relay's disk of attachments: what is logged is there, what is not logged is not, and erasing destroys."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from firsthand.errors import DiskFull, NotFound
from firsthand.protocol import bundle, receipt
from firsthand.protocol.erase import erase_tag
from firsthand.protocol.receipt import parse_leaf
from sync_server.relay import attachments as docks
from sync_server.relay import objects as disks
from sync_server.relay.app import make_app, make_relay
from sync_server.relay.config import load_config
from sync_server.relay.inbox import Inbox
from sync_server.relay.log import Log
from sync_server.relay.main import SystemClock
from sync_server.relay.objects import Objects
from sync_server.relay.signed import Nonces
from sync_server.relay.store import Store
from tests.support.relay_fixture import LOG_KEY, ORIGIN, TOKENS, erase_key, make_folder

NAME = "film"
DATA = b"".join(sha256(b"%d" % n).digest() for n in range(70_000))  # 2.2 MB: three pieces
TAG = erase_tag(erase_key(NAME))
HASH = sha256(DATA).digest()


class Bench:
    """A relay in this process, spoken to over ASGI; every call builds it anew, as after a restart."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.folder = make_folder(folder, **config)

    def run(self, *calls: Any) -> list[Any]:
        """Each call gets a client; the answers."""

        async def all_of_them() -> list[Any]:
            clock = SystemClock()
            config = load_config(self.folder)
            with closing(Store(config.database)) as store:
                objects = Objects(config.objects, config.quota_bytes)
                inbox = Inbox(config.inbox, config.admin_public)
                log = Log(store=store, inbox=inbox, origin=ORIGIN, key=LOG_KEY, clock=clock, on_erased=objects.delete)
                with store.reading() as reading:
                    objects.sweep(reading.standing)
                relay = make_relay(
                    config, store, log, Nonces(bytes(32), clock.monotonic_s), lambda: None, objects=objects
                )
                transport = httpx.ASGITransport(make_app(relay))
                try:
                    async with httpx.AsyncClient(transport=transport, base_url="http://relay") as client:
                        return [await call(client) for call in calls]
                finally:
                    relay.committer.stop()

        return asyncio.run(all_of_them())

    def files(self) -> list[str]:
        folder = self.folder / "objects"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def leaves(self) -> list[bytes]:
        with closing(Store(self.folder / "relay.db")) as store, store.reading() as reading:
            return reading.leaves(0, 100)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    return Bench(tmp_path / "relay")  # type: ignore[return-value]


def upload(data: bytes = DATA, token: bytes = TOKENS[0], tag: bytes = TAG, more: dict[str, str] | None = None) -> Any:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 50_000):
            yield data[at : at + 50_000]

    async def call(client: httpx.AsyncClient) -> httpx.Response:
        head = {
            "content-length": str(len(data)),
            "firsthand-kind": "attachment",
            "firsthand-token": token.hex(),
            "firsthand-tag": tag.hex(),
        }
        return await client.post("/v1/objects", content=pieces(), headers=head | (more or {}))

    return call


def erase() -> Any:
    async def call(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/erase", content=bundle.encode_erase(HASH, erase_key(NAME)))

    return call


def test_an_attachment_is_logged_as_one_and_lies_on_the_disk(bench: Bench) -> None:
    (answer,) = bench.run(upload())
    _, (mine,) = bundle.decode_receipts(answer.content)
    assert mine.object_hash == HASH
    assert bench.leaves() == [receipt.Leaf.attachment(HASH, TAG)]
    assert bench.files() == [HASH.hex()]
    assert (bench.folder / "objects" / HASH.hex()).read_bytes() == DATA
    assert DATA[:32] not in (bench.folder / "relay.db").read_bytes()


def test_the_same_again_gets_the_same_answer_and_another_under_that_token_none(bench: Bench) -> None:
    first, again, other = bench.run(upload(), upload(), upload(DATA + b"x"))
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.content == again.content
    assert bench.files() == [HASH.hex()]
    assert len(bench.leaves()) == 1


def test_another_tag_for_a_known_attachment_is_refused(bench: Bench) -> None:
    _, wrong = bench.run(upload(), upload(token=TOKENS[1], tag=bytes(16)))
    assert wrong.status_code == 422
    assert bench.files() == [HASH.hex()], "what was logged before stays"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"firsthand-token": "00" * 32}, 401),
        ({"firsthand-token": "x"}, 400),
        ({"firsthand-tag": "00"}, 400),
        ({"firsthand-kind": "envelope"}, 400),
        ({"content-length": "0"}, 400),
        ({"content-length": "-1"}, 400),
        ({"content-length": str(len(DATA) + 1)}, 400),
        ({"content-length": str(len(DATA) - 1)}, 413),
        ({"content-length": str((64 << 20) + 1)}, 413),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_left(
    bench: Bench, headers: dict[str, str], status: int
) -> None:
    (answer,) = bench.run(upload(more=headers))
    assert answer.status_code == status
    assert bench.files() == []
    assert bench.leaves() == []


def test_the_limit_is_the_missions_to_set_and_the_status_says_it(bench: Bench) -> None:
    config = bench.folder / "relay.json"
    config.write_text(config.read_text().replace("{", '{"attachment_bytes": 1000000, ', 1))

    async def status(client: httpx.AsyncClient) -> Any:
        return (await client.get("/v1/status")).json()

    answer, facts = bench.run(upload(), status)
    assert answer.status_code == 413
    assert facts["attachment_bytes"] == 1_000_000


def test_an_erased_attachment_is_gone_from_the_disk_and_does_not_come_back(bench: Bench) -> None:
    answers = bench.run(upload(), erase(), upload())
    assert [answer.status_code for answer in answers] == [200] * 3
    assert bench.files() == []
    assert [parse_leaf(leaf).kind for leaf in bench.leaves()] == [receipt.ATTACHMENT, receipt.TOMBSTONE]


def test_a_kill_between_file_and_log_is_tidied_up_when_the_relay_starts(bench: Bench) -> None:
    bench.run(upload())
    folder = bench.folder / "objects"
    for name in ("part-0", sha256(b"never logged").hexdigest(), "stranger"):
        (folder / name).write_bytes(b"x")
    bench.run()
    assert bench.files() == [HASH.hex()]


def test_no_room_is_said_before_a_byte_is_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sync_server.relay.objects.shutil.disk_usage", lambda _path: SimpleNamespace(free=disks.RESERVE_BYTES)
    )
    (answer,) = bench.run(upload())
    assert answer.status_code == 507
    assert bench.files() == []


def test_a_disk_that_fills_up_in_the_middle_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, turns = disks.Incoming.write, iter(range(10))

    def full(self: disks.Incoming, data: bytes) -> None:
        honest(self, data)
        if next(turns) == 1:
            with disks._translated():
                raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(disks.Incoming, "write", full)
    (answer,) = bench.run(upload())
    assert answer.status_code == 507
    assert bench.files() == []
    monkeypatch.undo()
    assert bench.run(upload())[0].status_code == 200


def test_the_quota_bounds_all_attachments_together(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "relay", quota_bytes=3_000_000)
    other = DATA[::-1]
    answers = bench.run(upload(), upload(other, TOKENS[1]), erase(), upload(other, TOKENS[1]))
    assert [answer.status_code for answer in answers] == [200, 507, 200, 200]


def test_only_so_many_arrive_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docks, "ARRIVING", 0)
    assert bench.run(upload())[0].status_code == 503


def test_one_that_stands_still_is_let_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docks, "IDLE_S", 0.0)

    async def stand_still(client: httpx.AsyncClient) -> httpx.Response:
        async def nothing() -> AsyncIterator[bytes]:
            yield DATA[:1000]
            await asyncio.Event().wait()

        head = {
            "content-length": str(len(DATA)),
            "firsthand-kind": "attachment",
            "firsthand-token": TOKENS[0].hex(),
            "firsthand-tag": TAG.hex(),
        }
        return await client.post("/v1/objects", content=nothing(), headers=head)

    monkeypatch.setattr("sync_server.relay.app.DRAIN_S", 0.0)
    (answer,) = bench.run(stand_still)
    assert answer.status_code == 408
    assert bench.files() == []


def test_two_at_once_with_the_same_bytes_keep_one_file(bench: Bench) -> None:
    async def both(client: httpx.AsyncClient) -> list[int]:
        answers = await asyncio.gather(
            upload()(client), upload(token=TOKENS[1])(client), upload(token=bytes(32))(client)
        )
        return [answer.status_code for answer in answers]

    (codes,) = bench.run(both)
    assert codes == [200, 200, 401]
    assert bench.files() == [HASH.hex()]
    assert len(bench.leaves()) == 1


def test_strangers_may_not_read(bench: Bench) -> None:
    async def ask(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(f"/v1/objects/{HASH.hex()}")

    assert bench.run(upload(), ask)[1].status_code == 401


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Objects(tmp_path).read(bytes(32))


def test_other_trouble_with_the_disk_is_not_called_a_full_disk() -> None:
    with pytest.raises(PermissionError), disks._translated():
        raise PermissionError(errno.EPERM, "no")
    with pytest.raises(DiskFull), disks._translated():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
