"""The administrator's keys and the register, under a passphrase.

`keys.sealed` opens with every command (root and targets live apart, in `offline.sealed`, and wait for a
ceremony). The register is sealed under a key of `keys.sealed`, so that a command pays for one passphrase
derivation and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol import cbor
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import (
    part_open,
    part_seal,
    passphrase_words,
    sealed_file_open,
    sealed_file_seal,
)
from sync_server.admin.faults import NotAMission, PassphraseFile
from sync_server.admin.folder import MissionFolder, write_file

MIN_WORDS = 6
_ADMIN = "admin"
_REGISTER_CONTEXT = b"firsthand/1/admin/register"
_MAX_REGISTER_BYTES = 16 * 1024 * 1024
_MAX_PASSPHRASE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class AdminKeys:
    """The daily keys: signs devices, snapshot, timestamp and tokens; opens the register."""

    sign: SigningKey
    register_key: bytes = field(repr=False)

    @classmethod
    def draw(cls, entropy: Entropy) -> AdminKeys:
        """New keys."""
        return cls(SigningKey.from_seed(entropy.bytes(32)), entropy.bytes(32))

    def seal(self, passphrase: str, entropy: Entropy) -> bytes:
        """The content of `keys.sealed`."""
        plain = cbor.encode({"v": 1, "sign": self.sign.seed, "register": self.register_key})
        return sealed_file_seal(passphrase, plain, _ADMIN, entropy)

    @classmethod
    def open(cls, folder: MissionFolder, passphrase: str) -> AdminKeys:
        """Open `keys.sealed`.

        Raises:
            WrongPassphrase, Damaged, NotAMission.
        """
        value = _open(folder.admin / "keys.sealed", passphrase, _ADMIN)
        return cls(SigningKey.from_seed(_seed(value, "sign")), _seed(value, "register"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One tablet in the register.

    Attributes:
        public: the invite's key.
        tokens: the seed of its upload tokens, needed to register later blocks; it opens nothing.
        blocks: how many blocks of tokens the relay has been given.
    """

    id: str
    label: str
    public: bytes
    tokens: bytes = field(repr=False)
    blocks: int
    expires_day: int
    revoked: bool = False
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """All tablets in the order of their invitation, and the salt of the published labels."""

    salt: bytes
    entries: tuple[Entry, ...] = ()

    def find(self, device: str) -> Entry | None:
        """The tablet of this id or label."""
        return next((entry for entry in self.entries if device in (entry.id, entry.label)), None)

    def seal(self, keys: AdminKeys) -> bytes:
        """The content of `register.sealed`."""
        rows = [[e.id, e.label, e.public, e.tokens, e.blocks, e.expires_day, e.revoked, e.cut] for e in self.entries]
        return part_seal(keys.register_key, _REGISTER_CONTEXT, cbor.encode([1, self.salt, rows]))

    @classmethod
    def open(cls, folder: MissionFolder, keys: AdminKeys) -> Register:
        """Open `register.sealed`.

        Raises:
            Damaged: missing, cut, flipped, or of another mission.
        """
        try:
            sealed = (folder.admin / "register.sealed").read_bytes()
            plain = part_open(keys.register_key, _REGISTER_CONTEXT, sealed)
            value = cbor.decode(plain, max_bytes=_MAX_REGISTER_BYTES)
        except (OSError, errors.BadSeal, errors.Malformed):
            raise errors.Damaged("register") from None
        if not isinstance(value, list) or len(value) != 3 or value[0] != 1:
            raise errors.Damaged("register form")
        return cls(value[1], tuple(Entry(*row) for row in value[2]))


def save_register(folder: MissionFolder, keys: AdminKeys, register: Register) -> None:
    """Replace `register.sealed`."""
    write_file(folder.admin / "register.sealed", register.seal(keys))


def demand_strength(passphrase: str) -> None:
    """A new passphrase has at least six words.

    Raises:
        WeakPassphrase.
    """
    if len(passphrase_words(passphrase)) < MIN_WORDS:
        raise errors.WeakPassphrase("words")


def read_passphrase(path: Path) -> str:
    """The first line of a passphrase file.

    Raises:
        PassphraseFile: missing, unreadable, too long, not UTF-8, or empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_PASSPHRASE_BYTES + 1)
        line = data.decode("utf-8-sig").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError):
        raise PassphraseFile("read") from None
    if not line or len(data) > _MAX_PASSPHRASE_BYTES:
        raise PassphraseFile("empty")
    return line


def _open(path: Path, passphrase: str, purpose: str) -> dict[str, bytes]:
    try:
        blob = path.read_bytes()
    except OSError:
        raise NotAMission("key file") from None
    value = cbor.decode(sealed_file_open(passphrase, blob, purpose))
    if not isinstance(value, dict) or value.get("v") != 1:
        raise errors.Damaged("key file form")
    return value


def _seed(value: dict[str, bytes], name: str) -> bytes:
    seed = value.get(name)
    if not isinstance(seed, bytes) or len(seed) != 32:
        raise errors.Damaged("key file form")
    return seed
