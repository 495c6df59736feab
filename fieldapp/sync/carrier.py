"""What sync wants of a way to the relay, and of the tablet whose objects it carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fieldapp.vault.custody import Custody
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.vault import Vault
from firsthand import errors
from firsthand.protocol.directory import Directory


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What stands before an attachment.

    Attributes:
        token: 32 B, that pays for it.
        tag: 16 B, under which the relay files it.
        size_bytes: of the sealed object.
    """

    token: bytes = field(repr=False)
    tag: bytes
    size_bytes: int


class Carrier(Protocol):
    """A way to a relay. Every call ends in bounded time.

    Raises (all of them):
        NoNetwork: not reached, or no whole answer in time.
        Refusal: reached, and not taken.
    """

    def send_batch(self, body: bytes) -> bytes:
        """Hands in an encoded batch; returns encoded receipts, not yet verified."""
        ...

    def send_object(self, head: ObjectHead, pieces: Iterator[bytes]) -> bytes:
        """Hands in one attachment as a stream; returns encoded receipts, not yet verified.

        Each piece has its own bounded time, so that a long upload over a slow line may go on as long as it moves.
        """
        ...

    def object_limit(self) -> int:
        """Most bytes that an attachment may have on this way, in one piece; 0: none."""
        ...

    def checkpoint(self) -> str:
        """The newest signed checkpoint, not yet verified."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of size `new` continues that of size `old`, not yet verified."""
        ...

    def receipt(self, object_hash: bytes) -> bytes:
        """Encoded receipts with the one of an object, not yet verified."""
        ...

    def erase(self, object_hash: bytes, erase_key: bytes) -> bytes:
        """Shows the erase key of an object; returns encoded receipts with the one of its tombstone, not yet verified.

        Raises (besides): Refusal with status 404: the relay never had it.
        """
        ...


class Session(Protocol):
    """What of an open tablet sync touches."""

    @property
    def home(self) -> Path:
        """The tablet's folder, where attachments lie."""
        ...

    @property
    def vault(self) -> Vault:
        """For the rows of attachments."""
        ...

    @property
    def custody(self) -> Custody:
        """The outbox."""
        ...

    @property
    def keyring(self) -> Keyring:
        """For the token seed."""
        ...

    @property
    def directory(self) -> Directory:
        """For the log's key and name."""
        ...

    @property
    def training(self) -> bool:
        """A training tablet is never synced."""
        ...

    @property
    def decoy(self) -> bool:
        """What the duress passphrase has opened asks for the checkpoint and sends nothing."""
        ...


class Refusal(errors.RelayRefused):
    """The relay answered and did not take it; `reason` is its code, of a known few."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__("relay refused", status=status, reason=reason)
        self.status = status
        self.reason = reason


class TokenUnknown(errors.RelayRefused):
    """The relay has not been told of this tablet's tokens."""

    code = "token-unknown"
    exit_code = errors.EXIT_REFUSED


class RelayFull(errors.RelayRefused):
    """The relay has no room."""

    code = "relay-full"


class RelayBusy(errors.RelayRefused):
    """The relay cannot take it now."""

    code = "relay-busy"


class TrainingNeverSends(errors.Refused):
    """Training has no way out."""

    code = "training-never-sends"
