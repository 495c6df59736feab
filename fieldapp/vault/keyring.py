"""The tablet's own secrets: one row of the vault.

They are made at enrolment and never leave it, except the alert key, which goes to the risk cell inside the
first envelope.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldapp.vault.vault import DamagedRow, Vault
from firsthand.ports import Entropy
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

_NAME = b"device"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """Five secrets of 32 bytes.

    Attributes:
        sign_seed: Ed25519, the author's key.
        kem_seed: for mail to this tablet.
        alert_key: start of the chain of alert keys.
        token_seed: upload tokens follow from it.
        mailbox_key: tags of mail follow from it.
    """

    sign_seed: bytes = field(repr=False)
    kem_seed: bytes = field(repr=False)
    alert_key: bytes = field(repr=False)
    token_seed: bytes = field(repr=False)
    mailbox_key: bytes = field(repr=False)

    @classmethod
    def fresh(cls, *, token_seed: bytes, mailbox_key: bytes, entropy: Entropy) -> Keyring:
        """New own keys; the two that the relay must know of come from the invitation."""
        return cls(
            sign_seed=entropy.bytes(_SECRET_BYTES),
            kem_seed=entropy.bytes(_SECRET_BYTES),
            alert_key=entropy.bytes(_SECRET_BYTES),
            token_seed=token_seed,
            mailbox_key=mailbox_key,
        )

    @property
    def signer(self) -> SigningKey:
        """The author's key."""
        return SigningKey.from_seed(self.sign_seed)

    @property
    def kem(self) -> KemSecret:
        """The key that opens mail."""
        return KemSecret.from_seed(self.kem_seed)


def save(vault: Vault, keyring: Keyring) -> None:
    """Writes the row; call inside `vault.write`."""
    vault.put(
        "keyring",
        vault.named("keyring", _NAME),
        [keyring.sign_seed, keyring.kem_seed, keyring.alert_key, keyring.token_seed, keyring.mailbox_key],
    )


def load(vault: Vault) -> Keyring:
    """Reads the row.

    Raises:
        NotFound: the vault has none. DamagedRow: it does not open.
    """
    match vault.get("keyring", vault.named("keyring", _NAME)):
        case [bytes(sign), bytes(kem), bytes(alert), bytes(token), bytes(mailbox)]:
            return Keyring(sign, kem, alert, token, mailbox)
    raise DamagedRow(table="keyring")
