"""The relay's folder: `relay.json`, the lock, and where database and inbox lie."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firsthand.errors import Busy, Damaged, FirsthandError, NotFound
from firsthand.protocol.bundle import MAX_ATTACHMENT_BYTES
from firsthand.protocol.signing import SigningKey

CONFIG_NAME, DATABASE_NAME, INBOX_NAME, LOCK_NAME = "relay.json", "relay.db", "inbox", "relay.lock"
OBJECTS_NAME = "objects"
ATTACHMENT_BYTES = 64 * 1024 * 1024  # most that one upload may have, unless relay.json says more
_MAX_CONFIG_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """What the mission gave the relay.

    Attributes:
        folder: the relay's own folder.
        origin: name of the log.
        log_key: signs checkpoints.
        admin_public: Ed25519 key (32 B) of who may register tokens.
        desks: role by Ed25519 public key (32 B) of who may read the feed.
        quota_bytes: most the database may take on disk, and as much again the attachments; None for as much as
            there is.
        attachment_bytes: most that one attachment may have.
    """

    folder: Path
    origin: str
    log_key: SigningKey = field(repr=False)
    admin_public: bytes
    desks: Mapping[bytes, str]
    quota_bytes: int | None = None
    attachment_bytes: int = ATTACHMENT_BYTES

    @property
    def objects(self) -> Path:
        """Folder of attachments."""
        return self.folder / OBJECTS_NAME

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE_NAME

    @property
    def inbox(self) -> Path:
        """Folder of token statements that the admin could not post."""
        return self.folder / INBOX_NAME


def load_config(folder: Path) -> RelayConfig:
    """Read `relay.json`.

    Raises:
        NotFound: there is none.
        Damaged: it cannot be read, or is not what the admin writes.
    """
    path = folder / CONFIG_NAME
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_CONFIG_BYTES)
        path.chmod(0o600)  # it holds the key of the log
        return _parse(folder, json.loads(raw))
    except FileNotFoundError:
        raise NotFound("no relay.json") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, FirsthandError):
        raise Damaged("relay.json") from None


def _parse(folder: Path, data: Mapping[str, Any]) -> RelayConfig:
    log_key = SigningKey.from_seed(_key(data["log_seed"]))
    if log_key.public != _key(data["log_public"]):
        raise Damaged("log key does not fit its seed")
    quota, largest = data.get("quota_bytes"), data.get("attachment_bytes", ATTACHMENT_BYTES)
    if not isinstance(data["origin"], str) or not data["origin"]:
        raise Damaged("origin")
    if quota is not None and (not isinstance(quota, int) or quota <= 0):
        raise Damaged("quota")
    if not isinstance(largest, int) or not 0 < largest <= MAX_ATTACHMENT_BYTES:
        raise Damaged("limit of attachments")
    return RelayConfig(
        folder=folder,
        origin=data["origin"],
        log_key=log_key,
        admin_public=_key(data["admin_public"]),
        desks={_key(desk["public"]): str(desk["role"]) for desk in data["desks"]},
        quota_bytes=quota,
        attachment_bytes=largest,
    )


def _key(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != 32 or value.hex() != text.lower():
        raise Damaged("key in relay.json")
    return value


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder for one relay process; the kernel lets go of it when the process ends, however it ends.

    Raises:
        Busy: another relay runs on it.
    """
    import fcntl  # not on Windows, where no relay runs; importing this module must work there

    with (folder / LOCK_NAME).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy("relay folder") from None
        yield
