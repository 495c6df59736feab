"""What a desk holds on disk besides its store: its card, its sealed keys, its copy of the directory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firsthand.errors import Damaged, Malformed, NotFound
from firsthand.protocol import cbor, suite
from firsthand.protocol.directory import METADATA_FILES, TARGET_FILES, Directory
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

_KEYS_FIELDS = {"role", "slot", "epochs", "sign_seed", "storage_key"}


@dataclass(frozen=True, slots=True)
class DeskKeys:
    """The opened `keys.sealed`.

    Attributes:
        slot: position of the role in the policy, and of its slot in every envelope.
        epochs: (epoch, 32 B KEM seed), oldest first.
        storage_key: 32 B raw key of the SQLCipher store.
    """

    role: str
    slot: int
    epochs: tuple[tuple[int, bytes], ...] = field(repr=False)
    sign_key: SigningKey = field(repr=False)
    storage_key: bytes = field(repr=False)

    def secrets(self) -> tuple[KemSecret, ...]:
        """The role's KEM secrets, newest epoch first: that is where nearly every envelope opens."""
        return tuple(KemSecret.from_seed(seed) for _, seed in reversed(self.epochs))


def read_card(folder: Path) -> dict[str, Any]:
    """`desk.json`: public facts of this desk.

    Raises:
        NotFound: no desk lives in the folder.
        Damaged: the card cannot be read.
    """
    try:
        card = json.loads((folder / "desk.json").read_bytes())
    except FileNotFoundError:
        raise NotFound("desk card") from None
    except (OSError, ValueError):
        raise Damaged("desk card") from None
    if not isinstance(card, dict) or not isinstance(card.get("role"), str):
        raise Damaged("desk card")
    return card


def remember_relay(folder: Path, card: dict[str, Any], relay_url: str) -> None:
    """Write the relay's address into the card, if it is new."""
    if card.get("relay") == relay_url:
        return
    card["relay"] = relay_url
    fresh = folder / "desk.json.new"
    fresh.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(folder / "desk.json")


def open_keys(folder: Path, passphrase: str) -> DeskKeys:
    """Open `keys.sealed`.

    Raises:
        WrongPassphrase: it does not open.
        Damaged: it opens to something else, or is missing.
    """
    try:
        blob = (folder / "keys.sealed").read_bytes()
    except FileNotFoundError:
        raise Damaged("desk keys are missing") from None
    try:
        value: Any = cbor.decode(suite.sealed_file_open(passphrase, blob, "desk"))
    except Malformed:
        raise Damaged("desk keys") from None
    match value:
        case {
            "role": str(role),
            "slot": int(slot),
            "epochs": [*epochs],
            "sign_seed": bytes(seed),
            "storage_key": bytes(storage_key),
        } if set(value) == _KEYS_FIELDS and len(storage_key) == 32:
            return DeskKeys(role, slot, _epochs(epochs), SigningKey.from_seed(seed), storage_key)
    raise Damaged("desk keys")


def _epochs(items: list[Any]) -> tuple[tuple[int, bytes], ...]:
    epochs = []
    for item in items:
        match item:
            case [int(epoch), bytes(seed)] if len(seed) == 32:
                epochs.append((epoch, seed))
            case _:
                raise Damaged("desk epoch keys")
    if not epochs:
        raise Damaged("desk epoch keys")
    return tuple(sorted(epochs))


def load_directory(folder: Path, card: dict[str, Any]) -> Directory:
    """Verify the desk's copy of the directory.

    Raises:
        Damaged: files are missing.
        Malformed, BadSignature, WrongMission: see `Directory.verify`.
    """
    wanted = set(METADATA_FILES) | set(TARGET_FILES)
    files = {path.name: path.read_bytes() for path in (folder / "directory").rglob("*") if path.name in wanted}
    if not files:
        raise Damaged("directory is missing")
    pinned = card.get("root_sha256")
    return Directory.verify(files, bytes.fromhex(pinned) if isinstance(pinned, str) else None)
