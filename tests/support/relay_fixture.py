"""A relay's folder as the admin would make it, and the relay as a process of its own."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from firsthand.protocol import bundle, token
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.erase import erase_tag
from firsthand.protocol.signing import SigningKey

ORIGIN = "relay.test/0123456789abcdef"
LOG_KEY = SigningKey.from_seed(b"L" * 32)
ADMIN_KEY = SigningKey.from_seed(b"A" * 32)
DESK_KEY = SigningKey.from_seed(b"D" * 32)
TOKEN_SEED = b"T" * 32
TOKENS = token.block_tokens(TOKEN_SEED, 0)
START_S = 30.0  # bound for a start on a busy machine; a healthy one takes a second


def make_folder(folder: Path, *, quota_bytes: int | None = None, tokens: bool = True) -> Path:
    """A relay folder; with `tokens`, the first block lies in its inbox."""
    (folder / "inbox").mkdir(parents=True)
    config: dict[str, object] = {
        "origin": ORIGIN,
        "log_seed": LOG_KEY.seed.hex(),
        "log_public": LOG_KEY.public.hex(),
        "admin_public": ADMIN_KEY.public.hex(),
        "desks": [{"role": "risk_cell", "public": DESK_KEY.public.hex()}],
    }
    if quota_bytes is not None:
        config["quota_bytes"] = quota_bytes
    (folder / "relay.json").write_text(json.dumps(config))
    if tokens:
        drop_tokens(folder, TOKENS)
    return folder


def drop_tokens(folder: Path, tokens: Sequence[bytes], name: str = "0.tokens") -> None:
    """Put a statement into the inbox as the admin does: written aside, then renamed."""
    statement = bundle.token_statement(ADMIN_KEY, [token.spent_hash(item) for item in tokens])
    aside = folder / "inbox" / f"{name}.new"
    aside.write_bytes(statement)
    aside.rename(folder / "inbox" / name)


def make_item(name: str, length: int = 600) -> BatchItem:
    """An object that nobody could open, always the same for the same name."""
    data = b"".join(sha256(f"{name}/{n}".encode()).digest() for n in range(length // 32 + 1))[:length]
    return BatchItem(sha256(data).digest(), erase_tag(erase_key(name)), data)


def erase_key(name: str) -> bytes:
    """The key that erases `make_item(name)`."""
    return sha256(f"erase {name}".encode()).digest()


@dataclass(slots=True)
class RelayProcess:
    """A running relay."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


COMMAND = """
import pathlib, sys
from sync_server.relay.main import serve
serve(pathlib.Path(sys.argv[1]), port=int(sys.argv[2]))
"""


def start_relay(folder: Path, *, port: int = 0, prelude: str = "") -> RelayProcess:
    """Start the relay and wait for the line that says it answers. `prelude`: Python run before it."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{prelude}\n{COMMAND}", str(folder), str(port)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    line = _first_line(process)
    match = re.fullmatch(r"relay listening on (http://\S+)\n", line)
    if match is None:
        process.kill()
        raise AssertionError(f"relay did not start: {line!r}, exit {process.wait()}")
    return RelayProcess(process, match[1])


@contextmanager
def running_relay(folder: Path, **options: object) -> Iterator[RelayProcess]:
    """A relay for the length of a block."""
    relay = start_relay(folder, **options)  # type: ignore[arg-type]
    try:
        yield relay
    finally:
        relay.process.kill()
        relay.process.wait()
        assert relay.process.stdout is not None
        relay.process.stdout.close()


def _first_line(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    return process.stdout.readline().decode() if ready else ""
