"""The vault's header: what a passphrase needs to reach the key of a workspace.

    header  = body || SHA-256(body)
    body    = cbor {"v": 2, "salt": 16 B, "cost": [t, p, m_kib], "slots": [slot 0, slot 1, slot 2]}
    slot i  = part_seal(KEK, context i, key of its workspace): 104 B
    KEK     = HKDF(Argon2id(passphrase, salt, cost), "firsthand/1/vault/kek")

Slot 0 opens the officer's workspace (0); slots 1 and 2 open the one beside it (1): by the duress passphrase, and by
the one that somebody sets from in there. A slot without a passphrase is sealed under a key that nobody has, so
headers have one length and tell nothing.

One run of the KDF answers for every slot, and all slots are always tried: the officer's passphrase, the duress
passphrase and a wrong one do the same work. The checksum tells a damaged header from a wrong passphrase; it
protects nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from firsthand import errors
from firsthand.ports import Entropy
from firsthand.protocol import cbor, suite

VERSION: Final = 2
SLOTS: Final = 3
OFFICER_SLOT, DURESS_SLOT, NESTED_SLOT = range(SLOTS)
OFFICER, BESIDE = 0, 1
_WORKSPACE_OF = (OFFICER, BESIDE, BESIDE)
_KEK_INFO = b"firsthand/1/vault/kek"
_DIGEST_BYTES = 32
_KEY_BYTES = 32
_SLOT_BYTES = _KEY_BYTES + suite.PART_OVERHEAD_BYTES
_FIELDS = {"v", "salt", "cost", "slots"}
_FIELDS_1 = {"v", "salt", "cost", "wrap"}
_CONTEXT_1 = cbor.encode(["firsthand/1/vault", "header"])


@dataclass(frozen=True, slots=True)
class VaultKey:
    """The key of one workspace. Opaque: it goes from the vault to the PIN and back, and nowhere else."""

    workspace: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Header:
    """Salt, cost and the wrapped keys.

    Attributes:
        salt: 16 bytes.
        cost: of one run of the KDF.
        slots: three sealed keys; of version 1 the only one.
        version: 2, or 1 for a vault from before there were workspaces.
    """

    salt: bytes
    cost: suite.KdfCost
    slots: tuple[bytes, ...]
    version: int = VERSION

    def encode(self) -> bytes:
        """The header as it stands in the store."""
        body: dict[str, cbor.Value] = {
            "v": VERSION,
            "salt": self.salt,
            "cost": [self.cost.t, self.cost.p, self.cost.m_kib],
            "slots": list(self.slots),
        }
        encoded = cbor.encode(body)
        return encoded + hashlib.sha256(encoded).digest()

    def with_slot(self, slot: int, kek: bytes, key: bytes) -> Header:
        """The same header, with a workspace's key (32 B) in one slot under a KEK."""
        slots = list(self.slots)
        slots[slot] = suite.part_seal(kek, _context(slot), key)
        return replace(self, slots=tuple(slots))


def parse_header(data: bytes) -> Header:
    """Reads a header of this version or of version 1.

    Raises:
        Damaged: cut or flipped anywhere, or a cost outside the bounds (an attacker's cheap KDF).
        VaultNewer: whole, and of a later version.
    """
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        raise errors.Damaged("header checksum")
    try:
        fields = cbor.decode(body)
    except errors.Malformed as error:
        raise errors.Damaged("header form") from error
    if not isinstance(fields, dict) or type(fields.get("v")) is not int:
        raise errors.Damaged("header version")
    if fields["v"] > VERSION:
        raise errors.VaultNewer
    match fields:
        case {"v": 2, "salt": bytes(salt), "cost": cost, "slots": [*slots]} if set(fields) == _FIELDS:
            found = Header(salt, _cost(cost), tuple(_slot(each) for each in slots))
        case {"v": 1, "salt": bytes(salt), "cost": cost, "wrap": wrap} if set(fields) == _FIELDS_1:
            found = Header(salt, _cost(cost), (_slot(wrap),), version=1)
        case _:
            raise errors.Damaged("header fields")
    if len(found.salt) != suite.SALT_BYTES or len(found.slots) != (SLOTS if found.version == VERSION else 1):
        raise errors.Damaged("header sizes")
    return found


def make_header(passphrase: str, keys: tuple[bytes, bytes], cost: suite.KdfCost, entropy: Entropy) -> Header:
    """Wraps the keys (32 B) of both workspaces: the officer's under the passphrase, the other under none."""
    cost.check()
    salt = entropy.bytes(suite.SALT_BYTES)
    header = Header(salt, cost, (b"",) * SLOTS).with_slot(OFFICER_SLOT, kek_of(passphrase, salt, cost), keys[OFFICER])
    for slot in (DURESS_SLOT, NESTED_SLOT):
        header = header.with_slot(slot, entropy.bytes(_KEY_BYTES), keys[BESIDE])
    return header


def open_header(header: Header, passphrase: str) -> VaultKey:
    """The key of the workspace that the passphrase opens.

    Raises:
        WrongPassphrase: it opens none.
    """
    kek = kek_of(passphrase, header.salt, header.cost)
    found = None
    for slot, sealed in enumerate(header.slots):  # no early end: each passphrase does the same work
        context = _CONTEXT_1 if header.version == 1 else _context(slot)
        try:
            opened: VaultKey | None = VaultKey(_WORKSPACE_OF[slot], suite.part_open(kek, context, sealed))
        except errors.BadSeal:
            opened = None
        found = found or opened
    if found is None:
        raise errors.WrongPassphrase
    return found


def kek_of(passphrase: str, salt: bytes, cost: suite.KdfCost) -> bytes:
    """The key (32 B) that a passphrase is for slots: one run of the KDF."""
    return suite.hkdf(suite.passphrase_key(passphrase, salt, cost), _KEK_INFO, _KEY_BYTES)


def _context(slot: int) -> bytes:
    return cbor.encode(["firsthand/1/vault", "slot", slot])


def _slot(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != _SLOT_BYTES:
        raise errors.Damaged("header slot")
    return value


def _cost(value: object) -> suite.KdfCost:
    match value:
        case [int(t), int(p), int(m_kib)]:
            cost = suite.KdfCost(t=t, p=p, m_kib=m_kib)
        case _:
            raise errors.Damaged("header cost")
    try:
        cost.check()
    except errors.FirsthandError as error:
        raise errors.Damaged("header cost bounds") from error
    return cost
