"""The relay's folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firsthand.errors import Busy, Damaged, NotFound, PortTaken, Usage
from sync_server.relay import main
from sync_server.relay.config import folder_lock, load_config
from tests.support.relay_fixture import ADMIN_KEY, DESK_KEY, LOG_KEY, ORIGIN, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "relay", tokens=False)


def test_what_the_admin_wrote_is_what_the_relay_takes(folder: Path) -> None:
    config = load_config(folder)
    assert config.origin == ORIGIN
    assert config.log_key == LOG_KEY
    assert config.admin_public == ADMIN_KEY.public
    assert dict(config.desks) == {DESK_KEY.public: "risk_cell"}


def test_the_file_with_the_key_is_closed_to_others(folder: Path) -> None:
    (folder / "relay.json").chmod(0o644)
    load_config(folder)
    assert (folder / "relay.json").stat().st_mode & 0o777 == 0o600


def test_the_key_of_the_log_shows_in_no_text(folder: Path) -> None:
    assert LOG_KEY.seed.hex() not in repr(load_config(folder))
    assert repr(LOG_KEY.seed) not in repr(load_config(folder))


def test_a_folder_without_relay_json_is_no_relay(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load_config(tmp_path)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another seed": lambda data: data.update(log_seed="11" * 32),
    "short key": lambda data: data.update(admin_public="11" * 31),
    "no hex": lambda data: data.update(admin_public="zz" * 32),
    "spaces in hex": lambda data: data.update(admin_public="11 " * 32),
    "number for a key": lambda data: data.update(admin_public=5),
    "no origin": lambda data: data.pop("origin"),
    "empty origin": lambda data: data.update(origin=""),
    "desks are no list": lambda data: data.update(desks=7),
    "desk without key": lambda data: data.update(desks=[{"role": "risk_cell"}]),
    "quota below nothing": lambda data: data.update(quota_bytes=-1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_relay_json_is_damaged(change: Callable[[dict[str, Any]], object], folder: Path) -> None:
    data = json.loads((folder / "relay.json").read_text())
    change(data)
    (folder / "relay.json").write_text(json.dumps(data))
    with pytest.raises(Damaged):
        load_config(folder)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 2000])
def test_other_bytes_are_a_damaged_relay_json(raw: bytes, folder: Path) -> None:
    (folder / "relay.json").write_bytes(raw)
    with pytest.raises(Damaged):
        load_config(folder)


def test_a_folder_serves_one_relay_at_a_time(folder: Path) -> None:
    with folder_lock(folder), pytest.raises(Busy), folder_lock(folder):
        raise AssertionError("two relays on one folder")
    with folder_lock(folder):
        assert (folder / "relay.lock").exists()


def test_a_taken_port_is_told_before_the_folder_is_touched(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken):
            main.serve(folder, "127.0.0.1", other.getsockname()[1])
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("not a host", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_is_a_usage_error(host: str, port: int, folder: Path) -> None:
    with pytest.raises(Usage):
        main.serve(folder, host, port)
