"""HOME/head (HOME/head-b for the workspace beside): how far the chain had come, kept beside the vault.

A vault that was put back from a copy would seal the same sequence numbers twice. The side file is written
after every seal, so a vault that is behind it knows that it is the older copy and starts a new chain. It
holds one sealed row of constant size. A missing or unreadable side file proves nothing and is written anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from fieldapp.vault.vault import Vault
from firsthand import errors
from firsthand.protocol import cbor, suite

_CONTEXT = cbor.encode(["firsthand/1/vault", "side"])
_PAD_BYTES = 64


def read(home: Path, vault: Vault) -> tuple[bytes, int] | None:
    """Chain id and number of sealed envelopes, or None where the file says nothing."""
    try:
        sealed = (home / vault.side_name).read_bytes()
        fields = cbor.decode(suite.part_open(vault.side_key, _CONTEXT, sealed))
    except (OSError, errors.BadSeal, errors.Malformed):
        return None
    match fields:
        case [bytes(chain), int(count), bytes()]:
            return chain, count
    return None


def write(home: Path, vault: Vault, chain: bytes, count: int) -> None:
    """Replaces the file in one step.

    Raises:
        DiskFull: the old one still stands.
    """
    plain = cbor.encode([chain, count, b""])
    plain = cbor.encode([chain, count, bytes(_PAD_BYTES - len(plain))])
    replace_file(home / vault.side_name, suite.part_seal(vault.side_key, _CONTEXT, plain))


def replace_file(path: Path, data: bytes) -> None:
    """Writes `data` beside `path` and moves it there: a reader sees the old or the new, never a half.

    It is not forced to the disk: a power cut may bring the old one back, or none, and both do no harm here,
    while waiting for the disk would be the slowest step of a seal.

    Raises:
        DiskFull: it could not be written; the old one still stands.
    """
    beside = path.with_name(path.name + ".new")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as handle:
            handle.write(data)
        beside.replace(path)
    except OSError as error:
        raise errors.DiskFull("file was not replaced") from error


def overwrite(path: Path, data: bytes) -> None:
    """Writes zeros over a file of others, then `data` in its place; best effort against undeletion, no more.

    A file that cannot be written (a read-only stick) stays as it is: whoever handed it over must destroy it.
    """
    try:
        with path.open("r+b") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(0)
            handle.write(bytes(size))
            handle.flush()
            os.fsync(handle.fileno())
            handle.seek(0)
            handle.write(data)
            handle.truncate()
            handle.flush()
            os.fsync(handle.fileno())
    except OSError:
        return
