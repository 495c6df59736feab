"""Keys that sign the directory, in the shape that TUF's library wants."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from securesystemslib.signer import CryptoSigner, Signature, Signer, SSlibKey

from firsthand.ports import Entropy
from firsthand.protocol import cbor
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import sealed_file_seal

_OFFLINE = "offline"


class SeedSigner(Signer):
    """Signs TUF metadata with an Ed25519 key of ours."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        keyid = hashlib.sha256(key.public).hexdigest()
        self._public = SSlibKey(keyid, "ed25519", "ed25519", {"public": key.public.hex()})

    @property
    def public_key(self) -> SSlibKey:
        """The key as it stands in metadata."""
        return self._public

    @classmethod
    def from_priv_key_uri(cls, *_: Any, **__: Any) -> SeedSigner:
        """Refused: our keys come out of sealed files, never from an address."""
        raise ValueError("keys are not loaded by address")

    def sign(self, payload: bytes) -> Signature:
        """An Ed25519 signature over the canonical form."""
        return Signature(self._public.keyid, self._key.sign(payload).hex())


@dataclass(frozen=True, slots=True)
class HolderKeys:
    """One holder's pair for one TUF role: a classical and a post-quantum key, both of which must sign."""

    ed25519: SigningKey
    mldsa: CryptoSigner = field(repr=False)

    @classmethod
    def draw(cls, entropy: Entropy) -> HolderKeys:
        """A new pair; the post-quantum half draws its own randomness inside its library."""
        return cls(SigningKey.from_seed(entropy.bytes(32)), CryptoSigner.generate_mldsa())

    def signers(self) -> list[Signer]:
        """Both, in the order in which they sign."""
        return [SeedSigner(self.ed25519), self.mldsa]

    def secrets(self) -> list[bytes]:
        """What is kept: the Ed25519 seed, and ML-DSA-65 as PKCS #8 in PEM."""
        return [self.ed25519.seed, self.mldsa.private_bytes]


@dataclass(frozen=True, slots=True)
class OfflineKeys:
    """Root and targets of the one holder with whom a mission starts."""

    root: HolderKeys
    targets: HolderKeys

    @classmethod
    def draw(cls, entropy: Entropy) -> OfflineKeys:
        """New keys."""
        return cls(HolderKeys.draw(entropy), HolderKeys.draw(entropy))

    def seal(self, passphrase: str, entropy: Entropy) -> bytes:
        """The content of `offline.sealed`."""
        plain = cbor.encode({"v": 1, "root": self.root.secrets(), "targets": self.targets.secrets()})
        return sealed_file_seal(passphrase, plain, _OFFLINE, entropy)
