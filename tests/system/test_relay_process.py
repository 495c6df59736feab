"""The relay as a process: stopped, killed, cut off, crowded, without room; what it acknowledged stays."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from firsthand.protocol import bundle, cbor, checkpoint, merkle, receipt
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.checkpoint import Checkpoint
from tests.support.relay_fixture import (
    COMMAND,
    LOG_KEY,
    ORIGIN,
    TOKENS,
    RelayProcess,
    erase_key,
    make_folder,
    make_item,
    running_relay,
)
from tests.support.spine import free_port

END_S = 20  # bound for the end of a process that was told to stop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "relay")


@pytest.fixture
def relay(folder: Path) -> Iterator[RelayProcess]:
    with running_relay(folder) as process:
        yield process


def items(name: str, count: int, length: int = 8000) -> list[BatchItem]:
    return [make_item(f"{name} {n}", length) for n in range(count)]


def send(relay: RelayProcess, number: int, batch: Sequence[BatchItem]) -> httpx.Response:
    return httpx.post(f"{relay.url}/v1/batch", content=bundle.encode_batch(TOKENS[number], batch), timeout=30)


def acknowledged(answer: httpx.Response, batch: Sequence[BatchItem]) -> Checkpoint:
    assert answer.status_code == 200, answer.content
    note, receipts = bundle.decode_receipts(answer.content)
    point = checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN)
    for each, item in zip(receipts, batch, strict=True):
        assert each.object_hash == item.object_hash
        receipt.verify(each, item.tag, point)
    return point


def assert_holds(relay: RelayProcess, batch: Sequence[BatchItem]) -> None:
    """Every object has a receipt under the relay's checkpoint of now."""
    with httpx.Client(base_url=relay.url, timeout=30) as http:
        for item in batch:
            acknowledged(http.get(f"/v1/receipts/{item.object_hash.hex()}"), [item])


def size(relay: RelayProcess) -> int:
    return int(httpx.get(f"{relay.url}/v1/status").json()["log_size"])


def end(relay: RelayProcess, how: signal.Signals) -> int:
    relay.process.send_signal(how)
    return relay.process.wait(END_S)


# -- stopping and starting -----------------------------------------------------------------------------------
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_with_0_and_starts_again_with_everything(how: signal.Signals, folder: Path) -> None:
    batch = items("a", 20)
    with running_relay(folder) as relay:
        acknowledged(send(relay, 0, batch), batch)
        assert end(relay, how) == 0
    assert not list(folder.glob("relay.db-*"))  # nothing left half done
    with running_relay(folder) as relay:
        assert_holds(relay, batch)
        assert size(relay) == 20


def test_a_request_under_way_is_finished_before_the_end(relay: RelayProcess, folder: Path) -> None:
    """The last byte comes after SIGTERM, and the answer still does."""
    batch = items("a", 3)
    body = bundle.encode_batch(TOKENS[0], batch)
    head = f"POST /v1/batch HTTP/1.1\r\nhost: relay\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", relay.port), timeout=END_S) as raw:
        raw.sendall(head + body[:-1])
        httpx.get(f"{relay.url}/v1/status")  # whatever was sent before has reached the process
        relay.process.send_signal(signal.SIGTERM)
        raw.sendall(body[-1:])
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert relay.process.wait(END_S) == 0
    with running_relay(folder) as again:
        assert_holds(again, batch)


def test_after_kill_9_everything_acknowledged_is_there(folder: Path) -> None:
    points, sent = [], []
    for start in range(3):
        with running_relay(folder) as relay:
            for number in range(4):
                batch = items(f"{start} {number}", 10)
                points.append(acknowledged(send(relay, start * 4 + number, batch), batch))
                sent += batch
            assert end(relay, signal.SIGKILL) == -signal.SIGKILL
    with running_relay(folder) as relay:
        assert_holds(relay, sent)
        assert size(relay) == len(sent)
        for old in points:
            answer = httpx.get(f"{relay.url}/v1/consistency?old={old.size}&new={points[-1].size}")
            proof = bundle.decode_hashes(answer.content)
            merkle.verify_consistency(old.size, old.root, points[-1].size, points[-1].root, proof)


def test_killed_in_the_middle_of_uploads_it_has_what_it_answered_and_no_half_batch(folder: Path) -> None:
    batches = [items(f"stream {number}", 8) for number in range(400)]
    tried: list[int] = []
    answered: list[int] = []
    enough = threading.Event()

    def stream(relay: RelayProcess, numbers: range) -> None:
        with httpx.Client(base_url=relay.url, timeout=30) as http:
            for number in numbers:
                tried.append(number)
                try:
                    answer = http.post("/v1/batch", content=bundle.encode_batch(TOKENS[number], batches[number]))
                except httpx.HTTPError:
                    return  # killed
                acknowledged(answer, batches[number])
                answered.append(number)
                if len(answered) >= 12:
                    enough.set()

    with running_relay(folder) as relay, ThreadPoolExecutor(4) as pool:
        streams = [pool.submit(stream, relay, range(start, 400, 4)) for start in range(4)]
        assert enough.wait(60)
        end(relay, signal.SIGKILL)
        for each in streams:
            each.result(60)
    with running_relay(folder) as relay:
        for number in answered:
            assert_holds(relay, batches[number])
        assert size(relay) in range(8 * len(answered), 8 * len(tried) + 1, 8)
        for number in tried:  # under the same tokens: the same answer, or stored only now
            acknowledged(send(relay, number, batches[number]), batches[number])
        assert size(relay) == 8 * len(tried)


def test_a_relay_stopped_before_it_served_leaves_no_trace(folder: Path) -> None:
    """SIGTERM while the database is being opened."""
    prelude = """
import os, signal, sync_server.relay.main as main
main.Store = lambda *_path, **_options: os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run(
        [sys.executable, "-c", prelude + COMMAND, str(folder), "0"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    with running_relay(folder) as relay:
        assert size(relay) == 0


# -- several at once -----------------------------------------------------------------------------------------
def test_clients_at_once_each_get_their_receipts_and_each_object_is_stored_once(relay: RelayProcess) -> None:
    """Eight clients; half of what each sends, another one sends too."""
    shared, own = items("shared", 20), [items(f"own {n}", 20) for n in range(8)]

    def client(number: int) -> None:
        for part in range(4):
            batch = own[number][part * 5 : part * 5 + 5] + shared[part * 5 : part * 5 + 5]
            acknowledged(send(relay, number * 4 + part, batch), batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    assert size(relay) == 8 * 20 + 20


def test_the_same_batch_sent_twice_at_once_is_stored_once(relay: RelayProcess) -> None:
    batch = items("twice", 30)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _n: send(relay, 0, batch), range(6)))
    indexes = {tuple(each.index for each in bundle.decode_receipts(answer.content)[1]) for answer in answers}
    assert indexes == {tuple(range(30))}
    assert size(relay) == 30


def test_one_token_for_two_lists_at_once_opens_exactly_one(relay: RelayProcess) -> None:
    lists = [items(f"list {n}", 3) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda batch: send(relay, 0, batch), lists))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert size(relay) == 3


def test_a_batch_cut_in_the_middle_leaves_nothing_and_its_token_good(relay: RelayProcess) -> None:
    for number, share in enumerate((0.0, 0.02, 0.5, 0.99)):
        batch = items(f"cut {number}", 20)
        body = bundle.encode_batch(TOKENS[number], batch)
        head = f"POST /v1/batch HTTP/1.1\r\nhost: relay\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", relay.port), timeout=END_S) as raw:
            raw.sendall(head + body[: int(len(body) * share)])
        assert size(relay) == 20 * number
        acknowledged(send(relay, number, batch), batch)
        assert size(relay) == 20 * number + 20


def test_a_client_that_leaves_before_the_answer_gets_it_later(relay: RelayProcess) -> None:
    batch = items("gone", 20)
    body = bundle.encode_batch(TOKENS[0], batch)
    head = f"POST /v1/batch HTTP/1.1\r\nhost: relay\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", relay.port), timeout=END_S) as raw:
        raw.sendall(head + body)
    acknowledged(send(relay, 0, batch), batch)
    assert size(relay) == 20


# -- refusing to start ---------------------------------------------------------------------------------------
def start_fails(folder: Path, port: int) -> str:
    """Name of the error with which a second relay ends."""
    command = [sys.executable, "-c", COMMAND, str(folder), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "listening" not in done.stdout
    return done.stderr.strip().splitlines()[-1].split(":")[0]


def test_a_taken_port_and_a_taken_folder_are_told_apart(relay: RelayProcess, folder: Path, tmp_path: Path) -> None:
    other = make_folder(tmp_path / "other")
    assert start_fails(other, relay.port) == "firsthand.errors.PortTaken"
    assert start_fails(folder, 0) == "firsthand.errors.Busy"
    batch = items("still", 3)
    acknowledged(send(relay, 0, batch), batch)


def test_a_killed_relay_does_not_keep_port_or_folder(folder: Path) -> None:
    with running_relay(folder) as relay:
        port = relay.port
        httpx.get(f"{relay.url}/v1/status")
        end(relay, signal.SIGKILL)
    with running_relay(folder, port=port) as relay:
        assert size(relay) == 0


def test_a_damaged_database_is_not_served(folder: Path) -> None:
    with running_relay(folder) as relay:
        batch = items("a", 30)
        acknowledged(send(relay, 0, batch), batch)
        end(relay, signal.SIGTERM)
    path = folder / "relay.db"
    path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:])
    assert start_fails(folder, 0) == "firsthand.errors.Damaged"


# -- no room -------------------------------------------------------------------------------------------------
def fill(relay: RelayProcess) -> tuple[list[list[BatchItem]], httpx.Response]:
    """Upload until the relay says no; what it took, and its answer."""
    taken: list[list[BatchItem]] = []
    for number in range(40):
        batch = items(f"fill {number}", 10, 20_000)
        answer = send(relay, number, batch)
        if answer.status_code != 200:
            return taken, answer
        acknowledged(answer, batch)
        taken.append(batch)
    raise AssertionError("the limit did not bite")


def assert_full_and_unharmed(relay: RelayProcess, taken: list[list[BatchItem]], answer: httpx.Response) -> None:
    assert (answer.status_code, cbor.decode(answer.content)) == (507, {"error": "disk-full"})
    assert taken
    assert size(relay) == 10 * len(taken)
    for batch in taken:
        assert_holds(relay, batch)


def test_a_full_quota_is_told_and_what_was_taken_is_still_served(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "relay", quota_bytes=2 * 1024 * 1024)
    with running_relay(folder) as relay:
        taken, answer = fill(relay)
        assert_full_and_unharmed(relay, taken, answer)
        end(relay, signal.SIGKILL)
    config = json.loads((folder / "relay.json").read_text())
    (folder / "relay.json").write_text(json.dumps({**config, "quota_bytes": 64 * 1024 * 1024}))
    with running_relay(folder) as relay:  # room again: the very upload that was refused goes through
        batch = items(f"fill {len(taken)}", 10, 20_000)
        acknowledged(send(relay, len(taken), batch), batch)
        assert size(relay) == 10 * len(taken) + 10


def test_a_disk_that_takes_no_more_bytes_is_told_and_harms_nothing(folder: Path) -> None:
    """The kernel refuses writes beyond 3 MB in one file, as a full disk would in the middle of one."""
    prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))"
    with running_relay(folder, prelude=prelude) as relay:
        taken, answer = fill(relay)
        assert_full_and_unharmed(relay, taken, answer)
        end(relay, signal.SIGKILL)
    with running_relay(folder) as relay:
        for batch in taken:
            assert_holds(relay, batch)
        batch = items(f"fill {len(taken)}", 10, 20_000)
        acknowledged(send(relay, len(taken), batch), batch)


# -- what it knows -------------------------------------------------------------------------------------------
def test_nothing_on_disk_or_printed_tells_an_address_a_clock_time_or_a_token(folder: Path) -> None:
    batch = items("a", 5)
    with running_relay(folder) as relay:
        headers = {"user-agent": "CANARY-agent", "x-forwarded-for": "198.51.100.77"}
        body = bundle.encode_batch(TOKENS[0], batch)
        acknowledged(httpx.post(f"{relay.url}/v1/batch", content=body, headers=headers), batch)
        end(relay, signal.SIGTERM)
        assert relay.process.stdout is not None
        printed = relay.process.stdout.read()
    assert printed == b""
    disk = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for trace in (b"CANARY-agent", b"198.51.100.77", b"127.0.0.1", TOKENS[0], erase_key("a 0")):
        assert trace not in disk
    assert batch[0].data in disk or batch[0].data[:500] in disk  # the search would have found them


def test_files_of_the_relay_are_closed_to_others(relay: RelayProcess, folder: Path) -> None:
    batch = items("a", 5)
    acknowledged(send(relay, 0, batch), batch)
    modes = {path.name: path.stat().st_mode & 0o077 for path in folder.glob("relay.*")}
    assert "relay.db-wal" in modes
    assert {name for name, mode in modes.items() if mode and not name.endswith(".lock")} == set()


BLIND = """
import atexit, sys
CANNOT = (
    "firsthand.protocol.suite", "firsthand.protocol.envelope", "firsthand.protocol.manifest",
    "firsthand.protocol.grants", "firsthand.protocol.padding", "firsthand.protocol.chain", "firsthand.domain",
    "fieldapp", "kivy", "httpx", "jinja2", "sync_server.desk", "sync_server.admin",
    "cryptography.cobblestone",
    "cryptography.hazmat.primitives.hpke", "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.kdf", "http_message_signatures", "argon2", "sqlcipher3",
)
def tell():
    loaded = sorted(name for name in sys.modules if name.startswith(CANNOT))
    sys.stdout.write("loaded: " + " ".join(loaded) + "\\n")
    sys.stdout.write("signing: " + str("firsthand.protocol.signing" in sys.modules) + "\\n")
atexit.register(tell)
"""


def test_a_relay_that_has_done_all_its_work_holds_no_module_that_can_open_anything(folder: Path) -> None:
    batch = items("a", 3)
    with running_relay(folder, prelude=BLIND) as relay:
        acknowledged(send(relay, 0, batch), batch)
        assert_holds(relay, batch)
        signature = {"signature": "a=:AA==:", "signature-input": 'a=("@method" "@path");keyid="a";nonce="b"'}
        httpx.get(f"{relay.url}/v1/log?from=0", headers=signature)
        httpx.post(f"{relay.url}/v1/erase", content=bundle.encode_erase(batch[0].object_hash, erase_key("a 0")))
        assert end(relay, signal.SIGTERM) == 0
        assert relay.process.stdout is not None
        assert relay.process.stdout.read().decode() == "loaded: \nsigning: True\n"


def test_the_program_that_starts_the_relay_loads_nothing_else_either(folder: Path) -> None:
    """The same through the command line that operators use."""
    code = f"{BLIND}\nfrom sync_server.__main__ import main\nsys.exit(main())"
    arguments = ["relay", str(folder), "--port", str(free_port())]
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(b"relay listening on http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == 0
        assert process.stdout.read().decode() == "loaded: \nsigning: True\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
