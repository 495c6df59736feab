"""Several officers, one tablet: each has a vault of their own, and only one of them is open at a time.

    HOME                     the first officer's vault
    HOME/officers/xxxx       another officer's, under a random name
    .../label                in clear: what the invitation calls the tablet, so that people find their own

Handing over is written down on both sides, sealed in each officer's vault: rows that are added and never changed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldapp.flows.ports import Ports
from fieldapp.vault import sidefile
from fieldapp.vault.vault import OFFICERS_NAME, DamagedRow, exists, root
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["HandoverEntry", "Officer", "add_officer", "hand_over", "log", "officers", "root", "take"]

LABEL_NAME: Final = "label"
_LABEL_BYTES = 480
_NAME_BYTES = 6
_COUNT, _ROW = b"handovers", b"handover"


@dataclass(frozen=True, slots=True)
class Officer:
    """One vault of the tablet.

    Attributes:
        label: as the invitation has it; empty if the file with it is lost.
        home: the vault's folder, for `Tablet.open`.
    """

    label: str
    home: Path


@dataclass(frozen=True, slots=True)
class HandoverEntry:
    """The tablet went from one officer to another.

    Attributes:
        at_s: as the device believed, seconds since 1970.
        giver, taker: labels.
    """

    at_s: int
    giver: str
    taker: str


# -- who ------------------------------------------------------------------------------------------------------
def officers(home: Path) -> tuple[Officer, ...]:
    """The vaults of a tablet, the first one first; needs no key. `home` may be the folder of any of them."""
    base = root(home)
    folder = base / OFFICERS_NAME
    others = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return tuple(Officer(_label(path), path) for path in [base, *others] if exists(path))


def add_officer(home: Path, ports: Ports) -> Path:
    """The folder for another officer's enrolment, which makes it; HOME itself while that has no vault.

    Lock the open tablet before enrolling: one vault of a tablet is open at a time.
    """
    base = root(home)
    if not exists(base):
        return base
    return base / OFFICERS_NAME / ports.entropy.bytes(_NAME_BYTES).hex()


def write_label(home: Path, label: str) -> None:
    """Puts the label beside a vault. Without it the vault is found all the same."""
    with suppress(errors.DiskFull):
        sidefile.replace_file(home / LABEL_NAME, label.encode())


def _label(home: Path) -> str:
    try:
        with (home / LABEL_NAME).open("rb") as file:
            text = file.read(_LABEL_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""


# -- handing over ----------------------------------------------------------------------------------------------
def hand_over(tablet: Tablet, to: str) -> str:
    """Writes down who takes the tablet, and locks it; the giver's label, for `take`.

    Raises:
        DiskFull: it is not written; the tablet is locked all the same.
    """
    giver = tablet.mission.label
    try:
        _append(tablet, giver, to)
    finally:
        tablet.close()
    return giver


def take(to: Officer, passphrase: str, ports: Ports, giver: str) -> Tablet:
    """Opens the vault of the officer who takes the tablet, and writes down from whom.

    Raises:
        As `Tablet.open`; then nothing is written.
    """
    from fieldapp.flows.unlock import Tablet

    tablet = Tablet.open(to.home, passphrase, ports)
    with suppress(errors.DiskFull):
        _append(tablet, giver, tablet.mission.label)
    return tablet


def log(tablet: Tablet) -> tuple[HandoverEntry, ...]:
    """Hand-overs that this vault has seen, oldest first; an entry that does not open is left out."""
    found = []
    for number in range(_count(tablet)):
        with suppress(errors.Damaged):
            match tablet.vault.find("state", _row_id(tablet, number)):
                case [int(at_s), str(giver), str(taker)]:
                    found.append(HandoverEntry(at_s, giver, taker))
    return tuple(found)


def _append(tablet: Tablet, giver: str, taker: str) -> None:
    vault = tablet.vault
    with vault.write():
        number = _count(tablet)
        vault.put("state", _row_id(tablet, number), [tablet.ports.clock.now_s(), giver, taker])
        vault.put("state", vault.named("state", _COUNT), number + 1)


def _count(tablet: Tablet) -> int:
    """How many there are; where the row that says so is damaged, they are counted."""
    vault = tablet.vault
    try:
        count = vault.find("state", vault.named("state", _COUNT))
    except DamagedRow:
        ids = set(vault.ids("state"))
        count = 0
        while _row_id(tablet, count) in ids:
            count += 1
    return count if isinstance(count, int) else 0


def _row_id(tablet: Tablet, number: int) -> bytes:
    return tablet.vault.named("state", _ROW + number.to_bytes(4, "big"))
