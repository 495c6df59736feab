"""An open vault is a `Tablet`: a session with the officer's keys in memory.

`Tablet.open` needs the passphrase; `close` locks. Everything else of the flows takes an open tablet. Touch it
from one thread at a time; a sync thread and a window share it through the vault's guard.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from fieldapp.flows import decoy, forgetting, owed, panic, referral, retention, withdraw
from fieldapp.flows.outbox import Listing, ReportRow, report_rows
from fieldapp.flows.ports import Ports, today
from fieldapp.vault import keyring, sidefile
from fieldapp.vault.blobs import Blobs
from fieldapp.vault.custody import Custody
from fieldapp.vault.header import BESIDE, VaultKey
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.records import Head, Mission
from fieldapp.vault.vault import Vault, exists
from firsthand import errors
from firsthand.ids import DeviceId
from firsthand.protocol import certificate
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import Policy, parse_policy
from firsthand.protocol.signing import device_id

__all__ = ["Ports", "Tablet", "vault_exists"]

# A clock this far from what the mission's own signed days allow is not used for the day of a manifest.
_SANE_AHEAD_DAYS = 3 * 366
CHAIN_BYTES = 16


def vault_exists(home: Path) -> bool:
    """Whether there is a vault to unlock in this folder."""
    return exists(home)


@dataclass(slots=True)
class Tablet:
    """An open vault. Make one with `Tablet.open`, `enrol.enrol` or `training.training`.

    Attributes:
        home: the vault's folder.
        directory: the mission as it was signed, verified at opening.
        mission: relay address and other facts of the invitation.
        training: nothing of this tablet is ever sent.
        language: of the titles in the officer's list: `en`, `fr` or `ar`.
        recovered: unchecked objects that a crash had left and that were taken back to their drafts.
        undo_first: an unchecked object could not be taken back, since the disk was full; it goes before the
            next seal.
        on_close: what to tidy up after the vault is closed.
    """

    home: Path
    ports: Ports
    vault: Vault
    custody: Custody
    keyring: Keyring
    mission: Mission
    directory: Directory
    policy: Policy
    training: bool = False
    language: str = "en"
    recovered: int = 0
    undo_first: bool = False
    on_close: Callable[[], None] | None = None

    @classmethod
    def open(cls, home: Path, passphrase: str, ports: Ports, language: str = "en") -> Tablet:
        """Unlocks the workspace that the passphrase belongs to, and tidies up what a crash may have left.

        Args:
            language: the officer's: a workspace of the duress passphrase that must be made anew is made in it.

        Raises:
            NotFound, Busy, WrongPassphrase, Damaged, VaultNewer.
        """
        return cls._opened(home, Vault.open(home, passphrase, ports.entropy), ports, language, passphrase)

    @classmethod
    def open_with(cls, home: Path, key: VaultKey, ports: Ports, language: str = "en") -> Tablet:
        """The same with the key that a session kept under its PIN. Raises as `open`."""
        return cls._opened(home, Vault.open_with(home, key, ports.entropy), ports, language)

    @classmethod
    def _opened(cls, home: Path, vault: Vault, ports: Ports, language: str, passphrase: str | None = None) -> Tablet:
        with ExitStack() as undo:
            undo.callback(vault.close)
            tablet = cls._of(home, vault, ports)
            tablet.language = language
            if vault.version == 1 and passphrase is not None:
                tablet._bring_up_to_date(passphrase)
            tablet._tidy()
            undo.pop_all()
        return tablet

    @classmethod
    def _of(cls, home: Path, vault: Vault, ports: Ports) -> Tablet:
        custody = Custody(vault)
        mission = custody.mission()
        try:
            directory = Directory.verify(custody.directory_files(), mission.root_sha256)
            policy = parse_policy(directory.policy_json)
        except errors.TheirFault as error:  # it was verified when it was written: this is the disk's doing
            raise errors.Damaged("directory in the vault") from error
        return cls(home, ports, vault, custody, keyring.load(vault), mission, directory, policy)

    @property
    def device(self) -> DeviceId:
        """Sixteen bytes by which the mission knows this tablet."""
        return device_id(self.keyring.signer.public)

    @property
    def decoy(self) -> bool:
        """Whether the duress passphrase opened this. For sync and upkeep only: no screen or status may ask."""
        return self.vault.workspace == BESIDE

    def vault_key(self) -> VaultKey:
        """What opens this workspace again, for the session's PIN only."""
        return self.vault.vault_key()

    @property
    def words(self) -> str:
        """The six words that officer and administrator compare."""
        return certificate.check_certificate(self.mission.certificate).words

    def listing(self) -> Listing:
        """The officer's list, page by page."""
        return Listing(self)

    def reports(self) -> list[ReportRow]:
        """All sealed reports, newest first: for a shell. A window asks `listing`."""
        return report_rows(self.custody)

    def day(self) -> int:
        """The day to seal under: never before the last sealed or the log's day, and not from a lost clock."""
        seen = self.custody.seen()
        floor = max(self.custody.head().day, seen.day if seen else 0, self.directory.created_day)
        return max(floor, today(self.ports.clock)) if self.clock_is_sane() else floor

    def clock_is_sane(self) -> bool:
        """Whether the clock is within what the signed days allow."""
        seen = self.custody.seen()
        known = max(self.directory.created_day, seen.day if seen else 0)
        return known - 1 <= today(self.ports.clock) <= known + _SANE_AHEAD_DAYS

    def close(self) -> None:
        """Locks: drops keys and lets the folder go; words that were typed or read are forgotten with them."""
        self.vault.close()
        forgetting.forget_words()
        if self.on_close is not None:
            self.on_close()
            self.on_close = None

    def __enter__(self) -> Tablet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def finish_undoing(self) -> None:
        """Takes unchecked objects back that a full disk had kept from going; a seal begins with it.

        Raises:
            DiskFull: it still does.
        """
        if self.undo_first:
            self.recovered += self.custody.undo_unchecked()
            self.undo_first = False

    def _tidy(self) -> None:
        """What a crash, a copy put back or the passing of days has left to do.

        On a full disk it waits: the officer must get in, to read and to make room.
        """
        self.undo_first = True
        with suppress(errors.DiskFull):
            self.finish_undoing()
            Blobs(self.home, self.vault).sweep()
            self._continue_if_older()
            retention.apply(self)
            panic.tell_custodian(self)
            owed.forget(self)
            referral.forget(self)
            with suppress(errors.SelfCheckFailed):  # it waits, and the next seal will say so to somebody's face
                withdraw.finish(self)
                referral.send_gaps(self)
        decoy.refresh(self)

    def _bring_up_to_date(self, passphrase: str) -> None:
        """A vault of version 1: drafts' keys in halves, a second workspace. A full disk puts it off."""
        with suppress(errors.DiskFull, errors.Busy):
            panic.split_whole_keys(self)
            decoy.adopt(self, passphrase)

    def _continue_if_older(self) -> None:
        """A vault that was put back from a copy, or lost its head, must not use its numbers twice: a new chain."""
        from fieldapp.flows.seal import seal_enrolment, write_side_file

        head, beside = self.custody.head(), sidefile.read(self.home, self.vault)
        if head.chain and (beside is None or (beside[0] == head.chain and beside[1] < head.count)):
            write_side_file(self, head)
        elif beside != (head.chain, head.count):
            fresh = Head(self.ports.entropy.bytes(CHAIN_BYTES), 0, None, head.day, head.total)
            seal_enrolment(self, fresh)
