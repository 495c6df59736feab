"""The duress passphrase and its workspace of monitoring visits, which stands beside every vault from enrolment on.

Theory. Who opens it stands before an ordinary tablet: the same program, screens, calls and rows, another key and
other content. Nothing asks "is this the decoy?" but `refresh`, which keeps it up to date from the officer's side,
and sync, which sends nothing from it. What it is not: a hidden volume. A laboratory that has the files and this
program's source can tell which of the two was opened (docs/decisions/0006).

Rules:
- every vault has one; until a duress passphrase is set its slot is sealed under a key that nobody has;
- its author, chain and keys are its own and known to no mission: what is sealed in it is worth nothing outside;
- opening it closes the officer's drafts, as a panic does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldapp.flows import decoy_workspace, retention
from fieldapp.flows import passphrase as passphrases
from fieldapp.flows.ports import Ports
from fieldapp.vault import sidefile
from fieldapp.vault.custody import Custody
from fieldapp.vault.header import DURESS_SLOT, NESTED_SLOT, kek_of, make_header, open_header
from fieldapp.vault.records import Mission, Seen
from fieldapp.vault.vault import Vault, make_beside, read_header, write_header
from firsthand import errors
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import parse_policy
from firsthand.protocol.suite import passphrase_words

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_KEY_BYTES: Final = 32
_SHARED_WORDS_MAX: Final = 2
_ALIKE: Final = 0.75


class SimilarPassphrase(errors.Refused):
    """A duress passphrase so like the real one that one may be typed for the other."""

    code = "duress-similar"
    exit_code = errors.EXIT_PASSPHRASE


class DuressInTraining(errors.Refused):
    """Training has no second workspace: it ends when it is closed."""

    code = "duress-training"


# -- the officer's settings ----------------------------------------------------------------------------------
def set_duress(tablet: Tablet, passphrase: str, current: str) -> None:
    """Gives the workspace beside a passphrase, in the place of an earlier one. Two runs of the KDF.

    In that workspace itself it looks and lasts the same, and the officer's slot is never touched.

    Args:
        tablet: open, in the officer's language: the visits are written in it.
        passphrase: the new one; six words or more.
        current: the passphrase that opens this session's workspace.

    Raises:
        WrongPassphrase: `current` is not it. WeakPassphrase, SimilarPassphrase: another one is needed.
        DuressInTraining. DiskFull, Busy: the earlier one still holds.
    """
    if tablet.training:
        raise DuressInTraining
    passphrases.check_new(passphrase)
    header = read_header(tablet.home)
    if open_header(header, current) != tablet.vault.vault_key():
        raise errors.WrongPassphrase
    check_apart(passphrase, current)
    if header.version == 1:  # the disk was full when it was opened
        adopt(tablet, current)
        header = read_header(tablet.home)
    kek = kek_of(passphrase, header.salt, header.cost)
    if tablet.decoy:
        slot, key = NESTED_SLOT, tablet.vault.vault_key().key
    else:
        slot, key = DURESS_SLOT, _speaking(tablet)
    write_header(tablet.home, header.with_slot(slot, kek, key))


def check_apart(passphrase: str, current: str) -> None:
    """A duress passphrase must not be typed by mistake, nor the real one in its place.

    Raises:
        SimilarPassphrase: more than two words in common, or much the same letters.
    """
    new, old = ([word.casefold() for word in passphrase_words(text)] for text in (passphrase, current))
    alike = SequenceMatcher(None, " ".join(new), " ".join(old), autojunk=False).ratio()
    if len(set(new) & set(old)) > _SHARED_WORDS_MAX or alike >= _ALIKE:
        raise SimilarPassphrase


# -- its life ------------------------------------------------------------------------------------------------
def filler(
    home: Path,
    ports: Ports,
    *,
    mission: Mission,
    directory: Directory,
    files: Mapping[str, bytes],
    language: str,
    seen: Seen | None = None,
) -> Callable[[Vault], None]:
    """What fills an empty workspace; for `Vault.create` and `make_beside`. `seen`: the newest verified checkpoint."""
    from fieldapp.flows.unlock import Tablet

    def fill(vault: Vault) -> None:
        author, as_enrolled = decoy_workspace.new_author(mission, ports)
        tablet = Tablet(
            home=home,
            ports=ports,
            vault=vault,
            custody=Custody(vault),
            keyring=author,
            mission=as_enrolled,
            directory=directory,
            policy=parse_policy(directory.policy_json),
            language=language,
        )
        decoy_workspace.fill(tablet, files, seen)
        head = tablet.custody.head()
        with suppress(errors.DiskFull):  # it would be written anew at the first opening
            sidefile.write(home, vault, head.chain, head.count)

    return fill


def refresh(tablet: Tablet) -> None:
    """Adds what the days since have brought; called at every opening, of either workspace.

    Whatever is wrong with it must not keep the officer out: it is made anew, or left to the next opening.
    """
    key = tablet.vault.beside_key()  # asked for in both, so that both read the same rows
    with suppress(errors.Environment):
        if tablet.decoy:
            decoy_workspace.top_up(tablet, None)
        elif key is not None and not _topped_up(tablet, key):
            _make(tablet, key, tablet.language)


def adopt(tablet: Tablet, passphrase: str) -> None:
    """Gives a vault of version 1 its second workspace and the header of today. Killed anywhere, it begins again.

    Raises:
        DiskFull, Busy: it stays of version 1 until the next opening.
    """
    vault, entropy = tablet.vault, tablet.ports.entropy
    beside = vault.beside_key()
    if beside is None:
        beside = entropy.bytes(_KEY_BYTES)
        with vault.write():
            vault.keep_beside_key(beside)
    _make(tablet, beside, tablet.language)
    cost = read_header(tablet.home).cost
    write_header(tablet.home, make_header(passphrase, (vault.vault_key().key, beside), cost, entropy))
    vault.version = read_header(tablet.home).version


def _topped_up(tablet: Tablet, key: bytes) -> bool:
    """False: it does not read, and is to be made anew."""
    try:
        with _beside(tablet, key) as beside:
            if decoy_workspace.top_up(beside, tablet.custody.seen):
                retention.apply(beside)
    except (errors.Damaged, errors.NotFound):
        return False
    return True


def _speaking(tablet: Tablet) -> bytes:
    """The key of the workspace beside, once it is there and speaks the officer's language."""
    key = tablet.vault.beside_key()
    if key is None:
        raise errors.Damaged("no key for the workspace beside")
    try:
        with _beside(tablet, key) as beside:
            spoken = decoy_workspace.load(beside).route.language
    except (errors.Damaged, errors.NotFound):
        spoken = ""
    if spoken != tablet.language:
        _make(tablet, key, tablet.language)
    return key


def _make(tablet: Tablet, key: bytes, language: str) -> None:
    fill = filler(
        tablet.home,
        tablet.ports,
        mission=tablet.mission,
        directory=tablet.directory,
        files=tablet.custody.directory_files(),
        language=language,
        seen=tablet.custody.seen(),
    )
    make_beside(tablet.home, key, tablet.ports.entropy, fill)


def _beside(tablet: Tablet, key: bytes) -> Tablet:
    """The workspace beside as a session, for maintenance only: it seals nothing there."""
    vault = tablet.vault.open_beside(tablet.home, key)
    return replace(tablet, vault=vault, custody=Custody(vault), on_close=None)
