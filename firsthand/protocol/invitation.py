"""An invitation: the bearer secret by which one tablet joins one mission (PROTOCOL, Enrolment).

Two forms carry the same facts. The *file* holds the signed directory too, so that a tablet can enrol and
record with no network at all. The *QR text* leaves the directory and the label out and stays scannable.

The module does not judge: expiry, revocation and the mission's signature stand in the directory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from firsthand.errors import Malformed
from firsthand.protocol import cbor
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import hkdf

FILE_MAX_BYTES = 8 * 1024 * 1024
VALID_DAYS = 14
LABEL_MAX_CHARS = 60
URL_MAX_CHARS = 200

_KIND = "firsthand/1/invitation"
_QR_PREFIX = "FIRSTHAND1:"
_QR_MAX_CHARS = 1024
_ID_BYTES = 8
_INFO_SIGN = b"firsthand/1/invite/sign"
_INFO_TOKENS = b"firsthand/1/invite/tokens"
_INFO_MAILBOX = b"firsthand/1/invite/mailbox"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a tablet needs in order to join.

    Attributes:
        seed: 32 random bytes; whoever holds them can take the author's place until the words are compared.
        mission_id: 16 bytes.
        root_sha256: SHA-256 of the mission's `root.json`; it pins the directory.
        relay_url: http or https, no path needed, never with a user name.
        pin: SHA-256 of the relay's TLS public key, or empty.
        invite_id: 16 hex digits, from the invite's public key.
        label: how the administrator calls the tablet; empty in the QR form.
        files: the signed directory by file name; empty in the QR form.
    """

    seed: bytes
    mission_id: bytes
    root_sha256: bytes
    relay_url: str
    pin: bytes
    invite_id: str
    label: str
    files: Mapping[str, bytes]

    def encode(self) -> bytes:
        """The bytes of an invitation file."""
        return cbor.encode(
            {
                "kind": _KIND,
                "seed": self.seed,
                "mission": self.mission_id,
                "root": self.root_sha256,
                "relay": self.relay_url,
                "pin": self.pin,
                "id": bytes.fromhex(self.invite_id),
                "label": self.label,
                "files": dict(self.files),
            }
        )

    def to_qr(self) -> str:
        """The text of the QR code: capital letters and digits only, the alphanumeric mode of QR."""
        packed = cbor.encode(
            [
                1,
                self.seed,
                self.mission_id,
                self.root_sha256,
                self.relay_url,
                self.pin,
                bytes.fromhex(self.invite_id),
            ]
        )
        return _QR_PREFIX + base64.b32encode(packed).decode("ascii").rstrip("=")


def invite_key(seed: bytes) -> SigningKey:
    """The key that the administrator signs into `devices` and that vouches for the tablet's own keys."""
    return SigningKey.from_seed(hkdf(seed, _INFO_SIGN, 32))


def token_seed(seed: bytes) -> bytes:
    """The 32 bytes from which the tablet's upload tokens follow."""
    return hkdf(seed, _INFO_TOKENS, 32)


def mailbox_key(seed: bytes) -> bytes:
    """The 32 bytes from which the tags of the tablet's mail follow."""
    return hkdf(seed, _INFO_MAILBOX, 32)


def invite_id(invite_public: bytes) -> str:
    """The 16 hex digits by which people name an invite and, later, its tablet."""
    return hashlib.sha256(b"firsthand/1/invite/id" + invite_public).digest()[:_ID_BYTES].hex()


def parse_invitation(data: bytes) -> Invitation:
    """Read either form of an invitation.

    Raises:
        Malformed: anything but the exact form, including an id that does not follow from the seed.
    """
    if data.startswith(_QR_PREFIX.encode("ascii")):
        return _checked(_from_qr(data))
    if len(data) > FILE_MAX_BYTES:
        raise Malformed("invitation size")
    value = cbor.decode(data, max_bytes=FILE_MAX_BYTES)
    fields = {"kind", "seed", "mission", "root", "relay", "pin", "id", "label", "files"}
    if not isinstance(value, dict) or set(value) != fields or value["kind"] != _KIND:
        raise Malformed("invitation fields")
    files = value["files"]
    if not isinstance(files, dict):
        raise Malformed("invitation files")
    return _checked(
        Invitation(
            seed=_sized(value["seed"], 32),
            mission_id=_sized(value["mission"], 16),
            root_sha256=_sized(value["root"], 32),
            relay_url=parse_relay_url(value["relay"]),
            pin=_pin(value["pin"]),
            invite_id=_sized(value["id"], _ID_BYTES).hex(),
            label=parse_label(value["label"]),
            files=_files(files),
        )
    )


def parse_relay_url(value: object) -> str:
    """A relay's address without trailing slash.

    Raises:
        Malformed: not http(s), no host, a user name, a query, a fragment or a character outside ASCII.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise Malformed("relay address")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise Malformed("relay address") from None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or port == 0:
        raise Malformed("relay address")
    if len(value) > URL_MAX_CHARS:
        raise Malformed("relay address length")
    return value.rstrip("/")


def parse_label(value: object) -> str:
    """A tablet's label: printable, trimmed, at most 60 characters, empty allowed.

    Raises:
        Malformed: control or bidi characters, surrounding space, length.
    """
    if not isinstance(value, str) or len(value) > LABEL_MAX_CHARS:
        raise Malformed("label")
    if value != value.strip() or not value.isprintable():
        raise Malformed("label")
    return value


def _from_qr(data: bytes) -> Invitation:
    text = data.rstrip(b"\r\n")[len(_QR_PREFIX) :]
    if len(text) > _QR_MAX_CHARS:
        raise Malformed("invitation size")
    try:
        packed = base64.b32decode(text + b"=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise Malformed("invitation text") from None
    if base64.b32encode(packed).rstrip(b"=") != text:
        raise Malformed("invitation text")
    value = cbor.decode(packed, max_bytes=_QR_MAX_CHARS)
    if not isinstance(value, list) or len(value) != 7 or value[0] != 1 or value[0] is True:
        raise Malformed("invitation fields")
    return Invitation(
        seed=_sized(value[1], 32),
        mission_id=_sized(value[2], 16),
        root_sha256=_sized(value[3], 32),
        relay_url=parse_relay_url(value[4]),
        pin=_pin(value[5]),
        invite_id=_sized(value[6], _ID_BYTES).hex(),
        label="",
        files={},
    )


def _checked(invitation: Invitation) -> Invitation:
    # A file whose id belongs to another seed was stitched together: refuse before any key is made.
    if invite_id(invite_key(invitation.seed).public) != invitation.invite_id:
        raise Malformed("invitation id")
    return invitation


def _sized(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise Malformed("invitation field size")
    return value


def _pin(value: object) -> bytes:
    return b"" if value == b"" else _sized(value, 32)


def _files(value: dict[int | str, cbor.Value]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, data in value.items():
        if not isinstance(name, str) or not isinstance(data, bytes):
            raise Malformed("invitation files")
        files[name] = data
    return files
