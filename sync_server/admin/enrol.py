"""`enrol`: invite tablets.

Order of what reaches the disk, so that a kill at any point costs nothing: upload tokens at the relay (tokens
that nobody holds harm nobody), the register (from here on the invite exists and every later command publishes
it), the directory, the invitation file last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from firsthand import errors
from firsthand.protocol.directory import Directory
from firsthand.protocol.invitation import (
    VALID_DAYS,
    Invitation,
    invite_id,
    invite_key,
    parse_label,
    parse_relay_url,
    token_seed,
)
from sync_server.admin import publish, tokens
from sync_server.admin.faults import CannotWrite, LabelForm, LabelTaken, RelayAddress
from sync_server.admin.folder import (
    MissionFolder,
    hand_out,
    read_directory,
    recover_directory,
    write_directory,
)
from sync_server.admin.keys import AdminKeys, Entry, Register, save_register
from sync_server.ports import Ports


def enrol(
    folder: MissionFolder,
    label: str,
    *,
    relay_url: str,
    out: Path,
    qr: Path | None,
    passphrase: str,
    ports: Ports,
    tokens_wait: Callable[[], None] = lambda: None,
) -> Invitation:
    """Invite one tablet: the file `out`, and a QR code as PNG at `qr`.

    Raises:
        Exists: `out` or `qr` is there already; an invitation is never overwritten.
        LabelTaken, LabelForm, RelayAddress, WrongPassphrase, Damaged, Busy, DiskFull, CannotWrite.
    """
    for path in (out, qr):
        if path is not None and path.exists():
            raise errors.Exists("invitation file")
        if path is not None and not os.access(path.parent, os.W_OK | os.X_OK):
            raise CannotWrite("invitation folder")  # before the label is spent
    keys = AdminKeys.open(folder, passphrase)
    [invitation] = invite(folder, keys, [label], relay_url=relay_url, ports=ports, tokens_wait=tokens_wait)
    hand_out(out, invitation.encode())
    if qr is not None:
        hand_out(qr, qr_png(invitation))
    return invitation


def enrol_many(
    folder: MissionFolder, labels: Sequence[str], *, relay_url: str, passphrase: str, ports: Ports
) -> list[Invitation]:
    """Invite tablets for one passphrase derivation and one publication; writes inside the mission only.

    Raises:
        As `enrol`, except for its files.
    """
    keys = AdminKeys.open(folder, passphrase)
    return invite(folder, keys, labels, relay_url=relay_url, ports=ports)


def invite(
    folder: MissionFolder,
    keys: AdminKeys,
    labels: Sequence[str],
    *,
    relay_url: str,
    ports: Ports,
    tokens_wait: Callable[[], None] = lambda: None,
) -> list[Invitation]:
    """`enrol_many` with keys that are open already.

    Args:
        tokens_wait: called when the relay did not take the upload tokens, which then lie in its inbox.
    """
    url = _relay_url(relay_url)
    with folder.locked():
        register = Register.open(folder, keys)
        seeds = [ports.entropy.bytes(32) for _ in labels]
        register = _with_new(register, labels, seeds, ports)
        fresh = register.entries[len(register.entries) - len(seeds) :]
        folder.remember_relay(url)
        if not tokens.register(folder, url, keys.sign, [entry.tokens for entry in fresh], ports):
            tokens_wait()
        save_register(folder, keys, register)
        files = publish_register(folder, keys, register, ports)
    return [
        Invitation(
            seed=seed,
            mission_id=folder.mission_id,
            root_sha256=folder.root_sha256,
            relay_url=url,
            pin=b"",
            invite_id=entry.id,
            label=entry.label,
            files=publish.public_files(files),
        )
        for seed, entry in zip(seeds, fresh, strict=True)
    ]


def published(folder: MissionFolder) -> Directory:
    """The directory as it was last published, verified against the mission's own pin.

    Raises:
        Damaged: missing, or changed by somebody.
    """
    recover_directory(folder.directory)
    try:
        return Directory.verify(read_directory(folder.directory), folder.root_sha256)
    except errors.TheirFault:
        raise errors.Damaged("directory") from None


def publish_register(
    folder: MissionFolder,
    keys: AdminKeys,
    register: Register,
    ports: Ports,
    *,
    content: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Sign the register into the directory and give every desk on this host its copy.

    `content` holds files of `CONTENT_FILES` that are new; those published before stay.

    Raises:
        Damaged: the published directory does not verify against the mission's own pin.
    """
    before = published(folder)
    files = publish.republish(
        {**read_directory(folder.directory), **(content or {})},
        version=before.timestamp_version + 1,
        admin=keys.sign,
        register=register,
        ports=ports,
    )
    Directory.verify(files, folder.root_sha256)  # self-check: nothing is published that a tablet would refuse
    for place in (folder.directory, *(desk / "directory" for desk in folder.desks())):
        write_directory(place, files)
    return files


def qr_png(invitation: Invitation) -> bytes:
    """The compact form of an invitation as a QR code, error correction M, black on white."""
    import io

    import segno

    picture = io.BytesIO()
    segno.make_qr(invitation.to_qr(), error="m").save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()


def _with_new(register: Register, labels: Sequence[str], seeds: Sequence[bytes], ports: Ports) -> Register:
    for label, seed in zip(labels, seeds, strict=True):
        if register.find(_label(label)) is not None:
            raise LabelTaken("label")
        public = invite_key(seed).public
        entry = Entry(
            id=invite_id(public),
            label=label,
            public=public,
            tokens=token_seed(seed),
            blocks=1,
            expires_day=ports.day() + VALID_DAYS,
        )
        register = replace(register, entries=(*register.entries, entry))
    return register


def _label(label: str) -> str:
    try:
        if not parse_label(label):
            raise LabelForm("empty")
    except errors.Malformed:
        raise LabelForm("form") from None
    return label


def _relay_url(url: str) -> str:
    try:
        return parse_relay_url(url)
    except errors.Malformed:
        raise RelayAddress("form") from None
