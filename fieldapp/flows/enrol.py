"""Making a tablet out of an invitation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fieldapp.flows import decoy, handover
from fieldapp.flows import passphrase as passphrases
from fieldapp.flows.ports import Ports, today
from fieldapp.flows.seal import Made, make_enrolment, self_check, write_side_file
from fieldapp.flows.unlock import CHAIN_BYTES, Tablet
from fieldapp.vault import keyring as keyrings
from fieldapp.vault import sidefile
from fieldapp.vault.custody import Custody
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.records import Head, Mission, State
from fieldapp.vault.vault import Vault, destroy
from firsthand import errors
from firsthand.protocol import certificate, invitation
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import parse_policy
from firsthand.protocol.invitation import Invitation

USED_STUB = b"FIRSTHAND INVITATION USED\nThis invitation has made its tablet. It holds no secret any more.\n"


class NeedsFile(errors.Refused):
    """A QR text alone: it names the mission but does not carry its signed directory."""

    code = "invitation-needs-file"


def enrol(home: Path, data: bytes, passphrase: str, ports: Ports, language: str = "en") -> Tablet:
    """Makes vault, keys and the first envelope; the tablet can record at once, without any network.

    Args:
        home: a folder without a vault; it is made if it is not there.
        data: the invitation file.
        language: the officer's.

    Raises:
        InvitationUsed, InvitationExpired, WrongMission, Malformed, BadSignature: nothing was made.
        WeakPassphrase, Exists, Busy, DiskFull: nothing was made.
    """
    invite, directory = read_invitation(data, ports)
    passphrases.check_new(passphrase)
    signer = invitation.invite_key(invite.seed)
    keyring = Keyring.fresh(
        token_seed=invitation.token_seed(invite.seed),
        mailbox_key=invitation.mailbox_key(invite.seed),
        entropy=ports.entropy,
    )
    mission = Mission(
        root_sha256=invite.root_sha256,
        relay_url=invite.relay_url,
        pin=invite.pin,
        label=invite.label,
        invite_id=invite.invite_id,
        certificate=certificate.make_certificate(signer, keyring.signer, keyring.kem.public()),
    )
    return make_tablet(
        home,
        passphrase,
        ports,
        keyring=keyring,
        mission=mission,
        directory=directory,
        files=invite.files,
        language=language,
    )


def enrol_file(home: Path, path: Path, passphrase: str, ports: Ports, language: str = "en") -> Tablet:
    """`enrol` from a file, which is overwritten afterwards: the seed in it is a bearer secret.

    Raises:
        NotFound: the file cannot be read. Else as `enrol`.
    """
    tablet = enrol(home, read_file(path), passphrase, ports, language)
    sidefile.overwrite(path, USED_STUB)
    return tablet


def read_file(path: Path) -> bytes:
    """The bytes of an invitation file.

    Raises:
        NotFound: it cannot be read. Malformed: it is larger than an invitation can be.
    """
    try:
        with path.open("rb") as handle:
            data = handle.read(invitation.FILE_MAX_BYTES + 1)
    except OSError as error:
        raise errors.NotFound("invitation file") from error
    if len(data) > invitation.FILE_MAX_BYTES:
        raise errors.Malformed("invitation size")
    return data


def read_invitation(data: bytes, ports: Ports) -> tuple[Invitation, Directory]:
    """An invitation that may make a tablet today, and the directory in it.

    Raises:
        InvitationUsed: the stub that an earlier use left.
        InvitationExpired: its days are over, or it was revoked.
        Malformed, WrongMission, BadSignature: it is not what an administrator wrote.
        NeedsFile: a QR text.
    """
    if data.startswith(USED_STUB[:25]):
        raise errors.InvitationUsed
    invite = invitation.parse_invitation(data)
    if not invite.files:
        raise NeedsFile
    directory = Directory.verify(invite.files, invite.root_sha256)
    if directory.mission_id != invite.mission_id:
        raise errors.WrongMission("invitation and directory")
    entry = directory.invites.get(invitation.invite_key(invite.seed).public)
    if entry is None:
        raise errors.WrongMission("invitation is not in the directory")
    if entry.revoked or today(ports.clock) > entry.expires_day:
        raise errors.InvitationExpired
    return invite, directory


def make_tablet(
    home: Path,
    passphrase: str,
    ports: Ports,
    *,
    keyring: Keyring,
    mission: Mission,
    directory: Directory,
    files: Mapping[str, bytes],
    training: bool = False,
    language: str = "en",
) -> Tablet:
    """Vault and first envelope in one transaction: there is never half a tablet.

    The workspace of the duress passphrase is made with it, but for training, which ends when it is closed.
    """
    made: list[tuple[Tablet, Made]] = []

    def fill(vault: Vault) -> None:
        custody = Custody(vault)
        tablet = Tablet(
            home=home,
            ports=ports,
            vault=vault,
            custody=custody,
            keyring=keyring,
            mission=mission,
            directory=directory,
            policy=parse_policy(directory.policy_json),
            training=training,
            language=language,
        )
        keyrings.save(vault, keyring)
        custody.save_mission(mission, files)
        head = Head(ports.entropy.bytes(CHAIN_BYTES), 0, None, directory.created_day, 0)
        custody.save_head(head)
        first = make_enrolment(tablet, head)
        custody.add(first.item.at(State.SEALED), first.sealed.envelope, first.head, None)
        made.append((tablet, first))

    beside = None
    if not training:
        beside = decoy.filler(home, ports, mission=mission, directory=directory, files=files, language=language)
    vault = Vault.create(home, passphrase, ports.cost, ports.entropy, fill, beside=beside)
    tablet, first = made[0]
    try:
        self_check(tablet, first)
    except errors.FirsthandError:
        vault.close()
        destroy(home)
        raise
    write_side_file(tablet, first.head)
    handover.write_label(home, mission.label)
    return tablet
