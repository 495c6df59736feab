"""What a mission publishes besides its facts, today the referral directory: checked and signed, or not published."""

from __future__ import annotations

from pathlib import Path

from firsthand.domain import referral
from firsthand.errors import ReferralRefused
from sync_server.admin.enrol import publish_register, published
from sync_server.admin.faults import CannotRead
from sync_server.admin.folder import MissionFolder
from sync_server.admin.keys import AdminKeys, Register
from sync_server.ports import Ports


def publish_referrals(
    folder: MissionFolder, path: Path, *, passphrase: str, ports: Ports
) -> referral.ReferralDirectory:
    """Sign a referral directory into the mission's directory, and give every desk on this host its copy.

    Raises:
        ReferralRefused: not in its form, older than 30 days, or not newer than the one that is published; the
            published one stays. CannotRead, WrongPassphrase, Damaged, Busy, DiskFull, CannotWrite.
    """
    data = read_limited(path, referral.MAX_BYTES)
    keys = AdminKeys.open(folder, passphrase)
    return publish_referrals_by(folder, keys, data, ports)


def publish_referrals_by(
    folder: MissionFolder, keys: AdminKeys, data: bytes, ports: Ports
) -> referral.ReferralDirectory:
    """`publish_referrals` of bytes, with keys that are open already."""
    fresh = referral.parse_directory(data)
    referral.demand_fresh(fresh, ports.day())
    with folder.locked():
        before = published(folder).content.get(referral.FILE)
        if before is not None and before != data and fresh.version <= referral.parse_directory(before).version:
            raise ReferralRefused(referral.FILE, 1, "not-newer")
        publish_register(folder, keys, Register.open(folder, keys), ports, content={referral.FILE: data})
    return fresh


def read_limited(path: Path, most: int) -> bytes:
    """The bytes of a file, at most one more than allowed, so that its reader says that it is too large.

    Raises:
        CannotRead.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError:
        raise CannotRead("content") from None
