"""Commands of the custodian's and the focal point's desk: parse, call, print. Nothing is decided here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firsthand import errors
from sync_server.ports import Ports

if TYPE_CHECKING:
    from sync_server.desk.commands import Login

_Add = Callable[..., argparse.ArgumentParser]
_COURTS = ("court_national", "court_international")
_PARTS = ("counts", "facts", "narrative", "identities")
_VERIFIED = "verified"


def add_commands(commands: Any, add: _Add) -> None:
    """Add them to the command line of `cli`."""
    _add_proofs(commands, add)
    _add_names(commands, add)
    _add_counts(commands, add)


# -- proofs ------------------------------------------------------------------------------------------------------
def _add_proofs(commands: Any, add: _Add) -> None:
    parser = add(commands, "prove", _prove, "a file for a court: one part of one report, and all that proves it")
    parser.add_argument("dir", type=Path, metavar="DIR/desks/ROLE")
    parser.add_argument("report", metavar="REPORT", help="the id that `record` printed")
    parser.add_argument("--part", choices=_PARTS, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="PROOF")
    parser.add_argument("--for", dest="use", choices=_COURTS, help="default: whichever court the person allowed")
    parser.add_argument("--opening", type=int, metavar="N", help="names only: the opening that two people agreed to")
    _add_withheld(parser)
    parser = add(commands, "desk-grant", _grant, "a part key for another desk, as a file: so that it can prove it")
    parser.add_argument("dir", type=Path, metavar="DIR/desks/ROLE")
    parser.add_argument("report", metavar="REPORT")
    parser.add_argument("--part", choices=tuple(part for part in _PARTS if part != "identities"), required=True)
    parser.add_argument("--to", dest="role", required=True, metavar="ROLE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    _add_withheld(parser)
    parser = add(commands, "desk-take-grant", _take_grant, "keep the part key that another desk gave")
    parser.add_argument("dir", type=Path, metavar="DIR/desks/ROLE")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser = add(commands, "verify-proof", _verify_proof, "check a proof, without any key or server", passphrase=False)
    parser.add_argument("proof", type=Path, metavar="PROOF")
    parser.add_argument("--root", type=_hash, metavar="SHA256", help="the mission's root, as it was told elsewhere")
    parser.add_argument("--lang", choices=("en", "fr", "ar"), default="en")
    parser.add_argument("--json", action="store_true")


def _add_withheld(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--withheld-checked",
        action="store_true",
        help="you have compared the receiver with the list of those who must not have it",
    )


def _prove(arguments: argparse.Namespace, ports: Ports) -> int:
    from firsthand.domain.uses import Use
    from sync_server.desk.commands import prove

    prove(
        arguments.dir,
        arguments.report,
        arguments.part,
        arguments.out,
        _secret(arguments.passphrase_file),
        ports,
        use=Use(arguments.use) if arguments.use else None,
        opening=arguments.opening,
        withheld_checked=arguments.withheld_checked,
    )
    print(f"{arguments.out} written; `sync-server verify-proof` checks it and says what it proves and what it does not")
    return errors.EXIT_OK


def _grant(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.commands import grant

    grant(
        arguments.dir,
        arguments.report,
        arguments.part,
        arguments.role,
        arguments.out,
        _secret(arguments.passphrase_file),
        ports,
        withheld_checked=arguments.withheld_checked,
    )
    print(f"{arguments.out} written: {arguments.role} alone can open it")
    return errors.EXIT_OK


def _take_grant(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.commands import take_grant

    part = take_grant(arguments.dir, arguments.file, _secret(arguments.passphrase_file), ports)
    print(f"this desk can read now: {part}")
    return errors.EXIT_OK


def _verify_proof(arguments: argparse.Namespace, _ports: Ports) -> int:
    from firsthand.protocol.proof import ProofRefused
    from sync_server.desk import statement
    from sync_server.desk.commands import verify_proof

    try:
        verified = verify_proof(arguments.proof, arguments.root)
    except ProofRefused as refusal:
        print(statement.refused(refusal.reason, arguments.lang), file=sys.stderr)
        raise
    if arguments.json:
        print(json.dumps(statement.as_json(verified), ensure_ascii=False))
    else:
        print("\n".join(statement.lines(verified, arguments.lang)))
    return errors.EXIT_OK


# -- names -------------------------------------------------------------------------------------------------------
def _add_names(commands: Any, add: _Add) -> None:
    group = commands.add_parser("desk-open-identity", help="custodian: names, by two people", allow_abbrev=False)
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser = add(inner, "ask", _ask, "ask for the names of a report and say why")
    _add_person(parser)
    parser.add_argument("report", metavar="REPORT")
    parser.add_argument("--reason", choices=("court", "protection", "contact", "correction", "doubles"), required=True)
    for name, run, about in (
        ("approve", _approve, "another account agrees, within 24 hours"),
        ("refuse", _refuse, "another account does not agree, or whoever asked takes it back"),
        ("show", _show, "whoever asked sees the names, once, within 24 hours of the agreement"),
    ):
        parser = add(inner, name, run, about)
        _add_person(parser)
        parser.add_argument("number", type=int, metavar="N", help="the number that `ask` printed")


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path, metavar="DIR/desks/ROLE")
    parser.add_argument("--account", required=True, metavar="NAME")
    parser.add_argument("--password-file", type=Path, required=True, metavar="P")


def _ask(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.commands import ask_names

    login, secret = _login(arguments), _secret(arguments.passphrase_file)
    asked = ask_names(arguments.dir, arguments.report, arguments.reason, login, secret, ports)
    print(f"opening {asked.id} asked for; another account has to agree within 24 hours")
    return errors.EXIT_OK


def _approve(arguments: argparse.Namespace, ports: Ports) -> int:
    asked_by = _answer(arguments, ports, approve=True)
    print(f"opening {arguments.number} agreed to; {asked_by} can see the names once, within 24 hours")
    return errors.EXIT_OK


def _refuse(arguments: argparse.Namespace, ports: Ports) -> int:
    _answer(arguments, ports, approve=False)
    print(f"opening {arguments.number} refused; no name was shown")
    return errors.EXIT_OK


def _answer(arguments: argparse.Namespace, ports: Ports, *, approve: bool) -> str:
    from sync_server.desk.commands import answer_names

    login, secret = _login(arguments), _secret(arguments.passphrase_file)
    return answer_names(arguments.dir, arguments.number, login, secret, ports, approve=approve).asked_by


def _show(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.commands import show_names
    from sync_server.desk.products import readable

    names = show_names(arguments.dir, arguments.number, _login(arguments), _secret(arguments.passphrase_file), ports)
    print(json.dumps(readable(names), ensure_ascii=False, indent=1))
    return errors.EXIT_OK


# -- counts ------------------------------------------------------------------------------------------------------
def _add_counts(commands: Any, add: _Add) -> None:
    parser = add(commands, "desk-verify", _verify, "focal point: whether a grave violation is verified")
    _add_person(parser)
    parser.add_argument("report", metavar="REPORT")
    parser.add_argument("--violation", required=True, metavar="KIND", help="for example killing")
    parser.add_argument(
        "--state", choices=("report_pending_verification", "reported_not_verified", _VERIFIED), required=True
    )
    parser.add_argument("--on", type=_date, metavar="DATE", help="verified only: the day of the decision")
    parser = add(commands, "desk-release", _release, "focal point: release the sensitive counts of a week, once")
    _add_person(parser)
    parser.add_argument("--week", type=_week, required=True, metavar="2026-W46")


def _verify(arguments: argparse.Namespace, ports: Ports) -> int:
    from firsthand.domain.grave import Verification, Violation
    from sync_server.desk.commands import set_verification

    if arguments.violation not in set(Violation):
        raise errors.Usage("violation")
    kind, state = Violation(arguments.violation), Verification(arguments.state)
    login, secret = _login(arguments), _secret(arguments.passphrase_file)
    set_verification(arguments.dir, arguments.report, kind, state, arguments.on, login, secret, ports)
    print(f"{kind}: {state}")
    return errors.EXIT_OK


def _release(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.commands import release_week

    release_week(arguments.dir, arguments.week, _login(arguments), _secret(arguments.passphrase_file), ports)
    print(f"{arguments.week} released; it stays as it was told")
    return errors.EXIT_OK


# -- arguments ---------------------------------------------------------------------------------------------------
def _login(arguments: argparse.Namespace) -> Login:
    from sync_server.desk.commands import Login

    return Login(arguments.account, _secret(arguments.password_file))


def _secret(path: Path) -> str:
    from sync_server.admin.keys import read_passphrase

    return read_passphrase(path)


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise argparse.ArgumentTypeError("a hash has 64 hex digits")
    return found


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date looks like 2020-01-31") from None
    if found.isoformat() != text:
        raise argparse.ArgumentTypeError("a date looks like 2020-01-31")
    return found


def _week(text: str) -> str:
    from sync_server.desk.tables.weekly import week_after

    try:
        good = len(text) == 8 and text[4:6] == "-W" and week_after(text, 0) == text
    except ValueError:
        good = False
    if not good:
        raise argparse.ArgumentTypeError("a week looks like 2026-W46")
    return text
