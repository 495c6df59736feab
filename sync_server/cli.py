"""The command line of the three programs: parse, call, say in one sentence what went wrong.

Nothing is decided here. Relay, desk and replay are imported by the command that needs them, so that the
relay's process never loads what the desk's does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from firsthand import assets, errors
from sync_server import cli_custody
from sync_server.ports import Ports

_WORDS_CHARS = 1_000
RELAY_PORT, DESK_PORT, HOST = 8440, 8450, "127.0.0.1"
_Command = Callable[[argparse.Namespace, Ports], int]


def main(argv: Sequence[str], ports: Ports) -> int:
    """Run one command.

    Returns:
        The exit code of the shell contract: 0, or that of the error, whose sentence goes to stderr.
    """
    arguments = _parser(demo="demo" in argv[:1]).parse_args(argv)
    run: _Command = arguments.run
    try:
        return run(arguments, ports)
    except errors.FirsthandError as error:
        _say(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost: no traceback may carry what was read
        print(sentence("unexpected"), f"({type(error).__name__})", file=sys.stderr)
        return 1


def sentence(code: str) -> str:
    """What happened, what is safe, what to do: one line for stderr."""
    return " ".join(assets.sentences(code))


def _say(error: errors.FirsthandError) -> None:
    # The only fields that are shown are our own: a number that we counted, the fixed name of a file, a code.
    shown = ("file", "feature", "row", "line", "reason", "scope")
    where = [f"({name} {error.fields[name]})" for name in shown if name in error.fields]
    print(sentence(error.code), *where, file=sys.stderr)


def _parser(*, demo: bool = False) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sync-server",
        description="Relay, desks and administration of a Firsthand mission.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_mission(commands)
    _add_relay(commands)
    _add_desk(commands)
    cli_custody.add_commands(commands, _add)
    _add_tablets(commands)
    _add_replay(commands)
    _add_demo(commands, load=demo)
    return parser


def _add(commands: Any, name: str, run: _Command, about: str, *, passphrase: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
    parser.set_defaults(run=run)
    if passphrase:
        parser.add_argument("--passphrase-file", type=Path, required=True, metavar="F", help="its first line counts")
    return parser


# -- mission -----------------------------------------------------------------------------------------------
def _add_mission(commands: Any) -> None:
    group = commands.add_parser("mission", help="make a mission", allow_abbrev=False)
    inner = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    parser = _add(inner, "init", _mission_init, "make all keys and folders of a new mission")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("--name", required=True)
    parser.add_argument("--areas", type=Path, metavar="FILE.geojson", help="features with property adm1")
    parser.add_argument("--policy", type=Path, metavar="FILE.json", help="who gets which part, if not as shipped")


def _mission_init(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin import mission

    folder = mission.init(
        arguments.dir,
        name=arguments.name,
        areas=arguments.areas,
        policy=arguments.policy,
        passphrase=_passphrase(arguments.passphrase_file),
        ports=ports,
    )
    print(f"mission {folder.mission_id.hex()} made with desks: {', '.join(folder.roles)}")
    print("root and targets have one holder (1 of 1); one passphrase guards all roles' keys: for trials only")
    print("DIR/admin/offline.sealed holds the keys of root and targets: keep it away from this machine")
    return errors.EXIT_OK


# -- relay -------------------------------------------------------------------------------------------------
def _add_relay(commands: Any) -> None:
    parser = _add(commands, "relay", _relay, "store and log what it cannot read", passphrase=False)
    parser.add_argument("dir", type=Path, nargs="?", default=Path("relay"), metavar="DIR/relay")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=_port, default=RELAY_PORT)


def _relay(arguments: argparse.Namespace, _ports: Ports) -> int:
    from sync_server.relay.main import serve

    serve(arguments.dir, arguments.host, arguments.port)
    return errors.EXIT_OK


# -- desks -------------------------------------------------------------------------------------------------
def _add_desk(commands: Any) -> None:
    parser = _add(commands, "desk", _desk, "the pages of one role's desk")
    _add_desk_folder(parser)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=_port, default=DESK_PORT)
    parser.add_argument("--relay", metavar="URL", help="fetch from it every so often")
    parser = _add(commands, "desk-pull", _desk_pull, "ingest once, no pages")
    _add_desk_folder(parser)
    parser.add_argument("--relay", required=True, metavar="URL")
    parser = _add(commands, "desk-export", _desk_export, "write what the desk may read to a file")
    _add_desk_folder(parser)
    parser.add_argument("--what", choices=("reports", "weekly", "coverage", "case", "ghn", "sensitive"), required=True)
    parser.add_argument("--format", choices=("csv", "geojson", "json"), required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="F")
    parser.add_argument("--use", metavar="USE", help="for whom it leaves the mission: court_national, ctfmr, ...")
    parser.add_argument("--report", default="", metavar="REPORT", help="of a case")
    parser.add_argument("--quarter", default="", metavar="2026-Q4", help="of ghn; default: all time")
    parser.add_argument(
        "--withheld-checked",
        action="store_true",
        help="you have compared the receiver with the lists of those who must not have it",
    )
    parser = _add(
        commands, "desk-return", _desk_return, "custodian: the file that opens a tablet's drafts after a panic"
    )
    _add_desk_folder(parser)
    parser.add_argument("tablet", metavar="TABLET", help="id or label")
    parser.add_argument("--out", type=Path, required=True, metavar="F")
    parser = _add(
        commands, "desk-attachments", _desk_attachments, "custodian: the originals that a report lists, checked"
    )
    _add_desk_folder(parser)
    parser.add_argument("report", metavar="REPORT", help="the id that `record` printed")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser = _add(commands, "desk-erasures", _desk_erasures, "signed receipts of what was destroyed, for the tablets")
    _add_desk_folder(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser = _add(
        commands, "desk-match", _desk_match, "focal point: did whoever says these three words (stdin) tell us before?"
    )
    _add_desk_folder(parser)
    parser = _add(commands, "desk-account", _desk_account, "a named account of a desk")
    _add_desk_folder(parser)
    parser.add_argument("name")
    parser.add_argument("--password-file", type=Path, required=True, metavar="P")


def _add_desk_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path, metavar="DIR/desks/ROLE")


def _desk(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import serve

    passphrase = _passphrase(arguments.passphrase_file)
    serve(arguments.dir, arguments.host, arguments.port, passphrase, ports, relay_url=arguments.relay)
    return errors.EXIT_OK


def _desk_pull(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import pull

    print(pull(arguments.dir, arguments.relay, _passphrase(arguments.passphrase_file), ports))
    return errors.EXIT_OK


def _desk_export(arguments: argparse.Namespace, ports: Ports) -> int:
    from firsthand.domain.uses import Use
    from sync_server.desk.main import export
    from sync_server.desk.products import Wish

    if arguments.use is not None and arguments.use not in set(Use):
        raise errors.Usage("use")
    wish = Wish(
        arguments.what,
        arguments.format,
        use=Use(arguments.use) if arguments.use else None,
        report=arguments.report,
        quarter=arguments.quarter,
        withheld_checked=arguments.withheld_checked,
    )
    left_out = export(arguments.dir, wish, arguments.out, _passphrase(arguments.passphrase_file), ports)
    for why, count in sorted(left_out.items()):
        print(f"left out: {count} ({why})")
    return errors.EXIT_OK


def _desk_return(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import return_drafts

    passphrase = _passphrase(arguments.passphrase_file)
    count = return_drafts(arguments.dir, arguments.tablet, arguments.out, passphrase, ports)
    print(f"{arguments.out} written: it opens {count} drafts again, on {arguments.tablet} only")
    return errors.EXIT_OK


def _desk_attachments(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import give_attachments

    passphrase = _passphrase(arguments.passphrase_file)
    for given in give_attachments(arguments.dir, arguments.report, arguments.out, passphrase, ports):
        print(f"{given.name or 'not here'}  {given.row.medium}, {given.row.length} bytes, {given.row.state.value}")
    return errors.EXIT_OK


def _desk_erasures(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import erasures

    count = erasures(arguments.dir, arguments.out, _passphrase(arguments.passphrase_file), ports)
    print(f"{arguments.out} written: {count} receipts; `fieldapp import` shows each tablet its own")
    return errors.EXIT_OK


def _desk_match(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import asked_before

    words = [line for line in sys.stdin.read(_WORDS_CHARS).splitlines() if line.strip()]
    print("yes" if asked_before(arguments.dir, words, _passphrase(arguments.passphrase_file), ports) else "no")
    return errors.EXIT_OK


def _desk_account(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.desk.main import add_account

    password = _passphrase(arguments.password_file)
    add_account(arguments.dir, arguments.name, password, _passphrase(arguments.passphrase_file), ports)
    return errors.EXIT_OK


# -- tablets -----------------------------------------------------------------------------------------------
def _add_tablets(commands: Any) -> None:
    parser = _add(commands, "enrol", _enrol, "an invitation, good for one tablet")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("label", metavar="LABEL")
    parser.add_argument("--relay", required=True, metavar="URL")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--qr", type=Path, metavar="FILE.png")
    parser = _add(commands, "referrals", _referrals, "publish the directory of services, signed")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser = _add(commands, "devices", _devices, "all tablets of a mission")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser = _add(commands, "revoke", _revoke, "what a tablet sends from now on no longer counts")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("device", metavar="DEVICE", help="id or label")


def _enrol(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin import enrol
    from sync_server.admin.folder import MissionFolder

    invitation = enrol.enrol(
        MissionFolder.open(arguments.dir),
        arguments.label,
        relay_url=arguments.relay,
        out=arguments.out,
        qr=arguments.qr,
        passphrase=_passphrase(arguments.passphrase_file),
        ports=ports,
        tokens_wait=lambda: print(
            "the relay did not take the upload tokens: they lie in DIR/relay/inbox, where it finds them;"
            " carry that file there if it runs elsewhere"
        ),
    )
    print(f"invitation {invitation.invite_id} written; whoever holds the file can take this tablet's place")
    return errors.EXIT_OK


def _referrals(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin.content import publish_referrals
    from sync_server.admin.folder import MissionFolder

    found = publish_referrals(
        MissionFolder.open(arguments.dir),
        arguments.file,
        passphrase=_passphrase(arguments.passphrase_file),
        ports=ports,
    )
    print(f"{len(found.services)} services published, version {found.version}")
    return errors.EXIT_OK


def _devices(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin.devices import devices
    from sync_server.admin.folder import MissionFolder

    found = devices(MissionFolder.open(arguments.dir), _passphrase(arguments.passphrase_file), ports)
    if arguments.json:
        print(json.dumps([device.as_json() for device in found], ensure_ascii=False))
        return errors.EXIT_OK
    for device in found:
        print(f"{device.id}  {device.status:8}  {device.expires}  {device.label}")
    return errors.EXIT_OK


def _revoke(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin.devices import revoke
    from sync_server.admin.folder import MissionFolder

    passphrase = _passphrase(arguments.passphrase_file)
    device = revoke(MissionFolder.open(arguments.dir), arguments.device, passphrase=passphrase, ports=ports)
    print(f"{device.id} revoked")
    return errors.EXIT_OK


# -- replay and demo ---------------------------------------------------------------------------------------
def _add_replay(commands: Any) -> None:
    parser = _add(commands, "replay", _replay, "turn a UCDP GED file into reports of virtual tablets")
    parser.add_argument("events", type=Path, metavar="EVENTS.csv")
    parser.add_argument("--mission", type=Path, required=True, metavar="DIR")
    parser.add_argument("--relay", required=True, metavar="URL")
    parser.add_argument("--from", dest="first", type=_date, metavar="DATE")
    parser.add_argument("--to", dest="last", type=_date, metavar="DATE")
    parser.add_argument("--tablets", type=_tablets, default=8, metavar="N")


def _replay(arguments: argparse.Namespace, ports: Ports) -> int:
    from sync_server.admin.folder import MissionFolder
    from sync_server.admin.replay import replay

    result = replay(
        arguments.events,
        mission=MissionFolder.open(arguments.mission),
        relay_url=arguments.relay,
        first=arguments.first,
        last=arguments.last,
        tablets=arguments.tablets,
        passphrase=_passphrase(arguments.passphrase_file),
        ports=ports,
        say=print,
    )
    if result.trouble:
        print(sentence(result.trouble), file=sys.stderr)
    return errors.EXIT_OK if result.complete else errors.EXIT_NETWORK


def _add_demo(commands: Any, *, load: bool) -> None:
    # The demo loads the tablet's flows and much else: a relay that parses its own arguments must not.
    about = "a whole mission on this machine, with invented reports"
    if not load:
        _add(commands, "demo", _no_demo, about, passphrase=False)
        return
    from sync_server.admin.demo import add_arguments, run

    add_arguments(_add(commands, "demo", run, about, passphrase=False))


def _no_demo(_arguments: argparse.Namespace, _ports: Ports) -> int:
    raise errors.Usage("demo stands first")


# -- parsing of arguments ----------------------------------------------------------------------------------
def _passphrase(path: Path) -> str:
    from sync_server.admin.keys import read_passphrase

    return read_passphrase(path)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535, or 0 for any free one")
    return int(text)


def _tablets(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 200):
        raise argparse.ArgumentTypeError("1 to 200 tablets")
    return int(text)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date looks like 2020-01-31") from None
    if found.isoformat() != text:
        raise argparse.ArgumentTypeError("a date looks like 2020-01-31")
    return found
