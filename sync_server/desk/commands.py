"""Commands of the custodian's and the focal point's desk: proofs, names, verification, release of counts.

Each opens the desk by its passphrase. What two people must do is done by two accounts, each with its own password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from firsthand.domain.grave import Verification, Violation
from firsthand.domain.uses import Use
from firsthand.errors import NotFound, Usage, WrongPassphrase
from firsthand.protocol import proof
from firsthand.protocol.proof import Verified
from sync_server.desk import giving, note, proving, terms
from sync_server.desk.accounts import Accounts, Session
from sync_server.desk.files import write_whole
from sync_server.desk.main import Desk
from sync_server.desk.openings import PART, Opening, Openings
from sync_server.desk.releasing import Releases
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_verification import VerificationStore
from sync_server.desk.store_withdrawals import WithdrawalStore
from sync_server.ports import Ports

_GRANT_MAX_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Login:
    """An account and its password."""

    name: str
    password: str


def prove(  # noqa: PLR0917 - the command's own order
    folder: Path,
    report: str,
    part: str,
    out: Path,
    passphrase: str,
    ports: Ports,
    *,
    use: Use | None = None,
    opening: int | None = None,
    withheld_checked: bool = False,
) -> None:
    """Write the proof of a part of a report.

    Args:
        opening: number of an agreed opening of this report's names; it is used up. Needed for names only.

    Raises:
        Usage: names without an opening. NotFound. UseRefused, PartNotHeld, ProofRefused, OpeningOver.
        DiskFull, CannotWrite: nothing was written.
    """
    if part not in proving.PROVABLE or (part == PART) != (opening is not None):
        raise Usage("names need an opening that two people agreed to")
    with Desk.open(folder, passphrase) as desk:
        idx, now_s = terms.find(desk.store, report), ports.clock.now_s()
        data = proving.prove(
            desk.store,
            proving.anchor_files(folder),
            desk.keys.role,
            desk.keys.sign_key,
            idx,
            part,
            now_s,
            use,
            withheld_checked=withheld_checked,
        )
        with desk.store.transaction():
            if opening is not None:
                Openings(desk.store).spend(opening, idx, now_s)
            subject = " ".join(filter(None, (report, part, use, proving.file_hash(data)[:16])))
            PeopleStore(desk.store).note(now_s, "command", "prove", subject)
            WithdrawalStore(desk.store).note_export(now_s, "proof", part, [idx])
            write_whole(out, [data])


def verify_proof(path: Path, root_sha256: bytes | None) -> Verified:
    """Check a proof; no desk, no key, no server.

    Raises:
        NotFound: no such file. ProofRefused.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= proof.MAX_BYTES else b""
    except OSError:
        raise NotFound("proof file") from None
    return proof.verify(data, root_sha256)


def grant(  # noqa: PLR0917 - the command's own order
    folder: Path,
    report: str,
    part: str,
    role: str,
    out: Path,
    passphrase: str,
    ports: Ports,
    *,
    withheld_checked: bool = False,
) -> None:
    """Write the file by which another desk can read a part of a report that this desk holds.

    Raises:
        NotFound: no such report or role. PartNotHeld. UseAskWithheld: the person named somebody who must not have it.
        DiskFull, CannotWrite: nothing was written.
    """
    with Desk.open(folder, passphrase) as desk:
        idx = terms.find(desk.store, report)
        if terms.terms(desk.store, idx).withhold and not withheld_checked:
            raise terms.UseAskWithheld
        data = giving.give(desk.store, desk.keys, desk.directory(), idx, part, role)
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "grant", f"{report} {part} {role}")
        write_whole(out, [data])


def take_grant(folder: Path, file: Path, passphrase: str, ports: Ports) -> str:
    """Keep the part key that another desk gave; which part.

    Raises:
        NotFound: no such file. GrantRefused.
    """
    try:
        with file.open("rb") as source:
            data = source.read(_GRANT_MAX_BYTES)
    except OSError:
        raise NotFound("grant file") from None
    with Desk.open(folder, passphrase) as desk:
        idx, part = giving.take(desk.store, desk.keys, desk.directory(), data)
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "take-grant", f"{idx} {part}")
    return part


# -- names -------------------------------------------------------------------------------------------------------
def ask_names(folder: Path, report: str, reason: str, login: Login, passphrase: str, ports: Ports) -> Opening:  # noqa: PLR0917
    """Ask for the names of a report.

    Raises:
        NotFound: no such report, or no names of it here. WrongPassphrase: the account's password.
    """
    with Desk.open(folder, passphrase) as desk:
        person = _signed_in(desk, login, ports)
        return Openings(desk.store).ask(person, terms.find(desk.store, report), reason, ports.clock.now_s())


def answer_names(folder: Path, number: int, login: Login, passphrase: str, ports: Ports, *, approve: bool) -> Opening:
    """Agree to an asking, or not.

    Raises:
        NotFound. WrongPassphrase. SamePerson. OpeningOver.
    """
    with Desk.open(folder, passphrase) as desk:
        person = _signed_in(desk, login, ports)
        return Openings(desk.store).answer(person, number, ports.clock.now_s(), approve=approve)


def show_names(folder: Path, number: int, login: Login, passphrase: str, ports: Ports) -> Any:
    """The names, once, for the account that asked.

    Raises:
        NotFound. WrongPassphrase. NotYours. OpeningOver.
    """
    with Desk.open(folder, passphrase) as desk:
        person = _signed_in(desk, login, ports)
        return Openings(desk.store).open(person, number, ports.clock.now_s())


# -- verification and release ------------------------------------------------------------------------------------
def set_verification(  # noqa: PLR0917 - the command's own order
    folder: Path,
    report: str,
    kind: Violation,
    state: Verification,
    day: date | None,
    login: Login,
    passphrase: str,
    ports: Ports,
) -> None:
    """Say whether a violation of a report is verified.

    Raises:
        NotFound: no such report, or one that does not speak of this. WrongDesk. WrongPassphrase. SameVerifier.
        VerificationDay.
    """
    with Desk.open(folder, passphrase) as desk:
        person = _signed_in(desk, login, ports)
        idx = terms.find(desk.store, report)
        told = next((item for item in note.told(desk.store, desk.keys.role) if item.idx == idx), None)
        if told is None or kind not in {case.violation for case in told.cases}:
            raise NotFound("violation of this report")
        VerificationStore(desk.store).say(told.report_id, kind, state, day, person, ports.clock.now_s())


def release_week(folder: Path, week: str, login: Login, passphrase: str, ports: Ports) -> None:
    """Release the sensitive counts of a week.

    Raises:
        WrongDesk. WrongPassphrase. WeekNotOver. WeekReleased.
    """
    with Desk.open(folder, passphrase) as desk:
        person = _signed_in(desk, login, ports)
        Releases(desk.store, desk.keys.role, desk.directory().area_names).let_go(week, person, ports.clock.now_s())


def _signed_in(desk: Desk, login: Login, ports: Ports) -> str:
    session = Accounts(PeopleStore(desk.store), ports.clock).sign_in(login.name, login.password)
    if not isinstance(session, Session):
        raise WrongPassphrase("password of an account")
    return session.person
