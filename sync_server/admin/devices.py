"""`devices` and `revoke`: who may report, and until where in the log."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sync_server.admin.enrol import publish_register, published
from sync_server.admin.faults import NoSuchDevice
from sync_server.admin.folder import MissionFolder
from sync_server.admin.keys import AdminKeys, Entry, Register, save_register
from sync_server.admin.tokens import log_size
from sync_server.ports import Ports

INVITED, EXPIRED, REVOKED = "invited", "expired", "revoked"


@dataclass(frozen=True, slots=True)
class Device:
    """One line of `sync-server devices`.

    Attributes:
        status: `invited`, `revoked`, or `expired`. Expiry ends the making of a tablet, not a tablet that was
            made in time: which invites were used is what desks see, not this host.
        expires: the last day on which the invitation works, as a date.
    """

    id: str
    label: str
    status: str
    expires: str

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        return asdict(self)


def devices(folder: MissionFolder, passphrase: str, ports: Ports) -> list[Device]:
    """All tablets in the order of their invitation.

    Raises:
        WrongPassphrase, Damaged.
    """
    return listed(folder, AdminKeys.open(folder, passphrase), ports)


def listed(folder: MissionFolder, keys: AdminKeys, ports: Ports) -> list[Device]:
    """`devices` with keys that are open already."""
    return [_device(entry, ports.day()) for entry in Register.open(folder, keys).entries]


def revoke(folder: MissionFolder, device: str, *, passphrase: str, ports: Ports) -> Device:
    """Take a tablet's say away from now on: what is logged before stays, what comes after is set apart.

    Revoking twice keeps the first cut.

    Raises:
        NoSuchDevice, WrongPassphrase, Damaged, Busy.
    """
    return revoke_by(folder, AdminKeys.open(folder, passphrase), device, ports)


def revoke_by(folder: MissionFolder, keys: AdminKeys, device: str, ports: Ports) -> Device:
    """`revoke` with keys that are open already."""
    with folder.locked():
        register = Register.open(folder, keys)
        entry = register.find(device)
        if entry is None:
            raise NoSuchDevice("device")
        if not entry.revoked:
            cut = None if folder.relay is None else log_size(folder.relay, published(folder))
            revoked = replace(entry, revoked=True, cut=cut)
            entries = tuple(revoked if each is entry else each for each in register.entries)
            register, entry = replace(register, entries=entries), revoked
            save_register(folder, keys, register)
        publish_register(folder, keys, register, ports)
    return _device(entry, ports.day())


def _device(entry: Entry, day: int) -> Device:
    status = REVOKED if entry.revoked else EXPIRED if day > entry.expires_day else INVITED
    expires = datetime.fromtimestamp(entry.expires_day * 86_400, tz=UTC).date().isoformat()
    return Device(entry.id, entry.label, status, expires)
