"""The tablet from a shell: the same flows as the window, one sentence for every failure."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from fieldapp.device.port import Device
from fieldapp.flows import interview_run, look, owed, withdraw_told
from fieldapp.flows.enrol import USED_STUB, enrol_file
from fieldapp.flows.interview_script import SCRIPT_BYTES, ScriptRefused, parse_script
from fieldapp.flows.panic import panic_closed, restore
from fieldapp.flows.passphrase import read_passphrase
from fieldapp.flows.seal import record
from fieldapp.flows.status import drafts, status
from fieldapp.flows.unlock import Ports, Tablet
from fieldapp.flows.withdraw import take_answers, withdraw
from fieldapp.sync.carriers.http import HttpCarrier
from fieldapp.sync.worker import Progress, sync
from fieldapp.vault.withdrawals import Withdrawn
from firsthand import assets, errors
from firsthand.domain.consent import SCOPES
from firsthand.ids import report_id_text
from firsthand.protocol import erasure
from firsthand.protocol.suite import calibrate

_REPORT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class World:
    """What the composition root found: ports, machine, home, whether a window could open, the system's language."""

    ports: Ports
    device: Device
    home: Path
    has_display: bool
    language: str = "en"


_Command = Callable[[argparse.Namespace, World], int]
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(argv: Sequence[str], world: World) -> int:
    """Runs one command.

    Returns:
        The exit code of the shell contract.
    """
    arguments = _parser().parse_args(argv)
    arguments.home = arguments.home or world.home
    run: _Command = arguments.run
    try:
        try:
            return run(arguments, world)
        except errors.FirsthandError as error:
            _say(error)
            return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost: no traceback may carry what was read
        print(sentence("unexpected"), f"({type(error).__name__})", file=sys.stderr)
        return 1


def sentence(code: str) -> str:
    """What happened, what is safe, what to do: one line."""
    return " ".join(assets.sentences(code))


def _say(error: errors.FirsthandError) -> None:
    print(sentence(error.code), file=sys.stderr)
    if not isinstance(error, errors.InvalidReport):
        return
    for problem in error.problems:
        words = " ".join(assets.advice(problem.code)).rstrip()
        print(f"  {problem.where}: {words}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fieldapp",
        description="The Firsthand tablet. Without a command: the window.",
        allow_abbrev=False,
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="folder of the vault")
    parser.set_defaults(run=_window)
    commands = parser.add_subparsers(metavar="COMMAND")
    enrol = _add(commands, "enrol", _enrol, "make a tablet out of an invitation")
    enrol.add_argument("file", type=Path, metavar="FILE")
    enrol.add_argument("--lang", choices=assets.LANGUAGES, help="the officer's language; else that of the tablet")
    recording = _add(commands, "record", _record, "validate, seal and put in the outbox; prints the report id")
    recording.add_argument("file", type=Path, metavar="REPORT.json")
    recording.add_argument(
        "--attach",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a photo, a sound or a document; may be repeated",
    )
    talking = _add(
        commands, "interview", _interview, "run the interview protocol from a script; exit 0 when it ends as it says"
    )
    talking.add_argument("file", type=Path, metavar="SCRIPT.yaml")
    talking.add_argument("--json", action="store_true", help="one object a line")
    sending = _add(commands, "sync", _sync, "hand in what waits; exit 0 only when every sealed report is logged")
    sending.add_argument(
        "--attachments", action="store_true", help="the attachments too: large, so only over a good line"
    )
    listing = _add(commands, "status", _status, "my reports and how far each has come")
    listing.add_argument("--json", action="store_true")
    unfinished = _add(commands, "drafts", _drafts, "reports that are not sealed yet: kind, state, when saved")
    unfinished.add_argument("--json", action="store_true")
    promised = _add(commands, "owed", _owed, "what was promised to people, and when it is due")
    promised.add_argument("--json", action="store_true")
    promised.add_argument("--done", metavar="ID", help="say that one of them was kept today")
    taking = _add(commands, "withdraw", _withdraw, "a person takes consent back; prints what goes and what cannot")
    taking.add_argument("report", metavar="REPORT", help="the id that `record` printed")
    taking.add_argument(
        "--subject", required=True, metavar="S", help="the person's pseudonym; else the report's own id"
    )
    what = taking.add_mutually_exclusive_group(required=True)
    what.add_argument("--scope", nargs="+", choices=SCOPES, metavar="SCOPE", help="for example C2 C9p")
    what.add_argument("--all", action="store_true", help="every scope: nothing of it stays anywhere")
    taking.add_argument("--json", action="store_true")
    returning = _add(
        commands, "import", _import, "a desk's file: drafts open again after a panic, or receipts of what was destroyed"
    )
    returning.add_argument("file", type=Path, metavar="FILE")
    closing = commands.add_parser(
        "panic", help="close every draft now; the custodian can open them again", allow_abbrev=False
    )
    closing.set_defaults(run=_panic)
    learning = commands.add_parser(
        "train", help="the window with fictional cases; nothing is ever sent", allow_abbrev=False
    )
    learning.set_defaults(run=_train)
    pictures = commands.add_parser("screens", help="every screen as a picture, without a display", allow_abbrev=False)
    pictures.add_argument("out", type=Path, metavar="OUTDIR")
    pictures.add_argument("--lang", default="en", choices=assets.LANGUAGES)
    pictures.add_argument("--theme", default="sun", choices=("sun", "night"))
    pictures.add_argument(
        "--scale", type=int, default=100, choices=(100, 125, 150, 175, 200), help="size of the text in per cent"
    )
    pictures.set_defaults(run=_screens)
    return parser


def _add(commands: _Commands, name: str, run: _Command, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
    parser.add_argument("--passphrase-file", type=Path, required=True, metavar="F", help="its first line counts")
    parser.set_defaults(run=run)
    return parser


def _window(arguments: argparse.Namespace, world: World) -> int:
    if not world.has_display:
        raise errors.NoDisplay
    from fieldapp.app import run

    run(arguments.home, world.ports)
    return errors.EXIT_OK


def _train(arguments: argparse.Namespace, world: World) -> int:
    if not world.has_display:
        raise errors.NoDisplay
    from fieldapp.app import run

    run(arguments.home, world.ports, training=True)
    return errors.EXIT_OK


def _screens(arguments: argparse.Namespace, _world: World) -> int:
    from fieldapp.app import screens_main

    screens_main(arguments.out, arguments.lang, arguments.theme, arguments.scale)
    return errors.EXIT_OK


def _enrol(arguments: argparse.Namespace, world: World) -> int:
    passphrase = read_passphrase(arguments.passphrase_file)
    ports = replace(world.ports, cost=calibrate(world.ports.clock))
    language = arguments.lang or _language(arguments, world)
    with enrol_file(arguments.home, arguments.file, passphrase, ports, language) as tablet:
        print(f"tablet {tablet.mission.invite_id} of mission {tablet.directory.mission_name} is ready to record")
        print(f"read these words to your administrator: {tablet.words}")
        if tablet.directory.single_passphrase:
            print("one passphrase made all roles' keys of this mission: for trials only")
    if not arguments.file.read_bytes().startswith(USED_STUB):
        print("the invitation file could not be overwritten: destroy it", file=sys.stderr)
    return errors.EXIT_OK


def _record(arguments: argparse.Namespace, world: World) -> int:
    data = _read_report(arguments.file)
    with _open(arguments, world) as tablet:
        print(record(tablet, data, arguments.attach))
    return errors.EXIT_OK


def _interview(arguments: argparse.Namespace, world: World) -> int:
    try:
        script = parse_script(_read_at_most(arguments.file, SCRIPT_BYTES))
    except ScriptRefused as refused:
        print(sentence(refused.code), f"(line {refused.line}: {refused.reason})", file=sys.stderr)
        return refused.exit_code
    battery = world.device.battery()
    known = {"battery": battery.percent if battery and not battery.charging else 100}

    def say(told: interview_run.Told) -> None:
        lines = [json.dumps(told, ensure_ascii=False)] if arguments.json else interview_run.in_words(told)
        for line in lines:
            print(line, flush=True)

    with _open(arguments, world) as tablet:
        outcome = interview_run.run(tablet, script, say, known)
    return errors.EXIT_OK if outcome.as_stated else errors.EXIT_REFUSED


def _drafts(arguments: argparse.Namespace, world: World) -> int:
    with _open(arguments, world) as tablet:
        found = drafts(tablet)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return errors.EXIT_OK
    for row in found:
        print(f"{row['id']}  {row['state']:9}  {row['kind']}")
    print(f"{len(found)} not sealed")
    return errors.EXIT_OK


def _owed(arguments: argparse.Namespace, world: World) -> int:
    with _open(arguments, world) as tablet:
        if arguments.done:
            owed.done(tablet, owed.find(tablet, arguments.done))
        found = [owed.as_json(promise, tablet.day()) for promise in owed.owed(tablet)]
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return errors.EXIT_OK
    for row in found:
        print(f"{row['id'][:8]}  {row['due']}  {row['state']:5}  {row['what']}  {row['report'] or ''}".rstrip())
    print(f"{len(found)} owed")
    return errors.EXIT_OK


def _panic(arguments: argparse.Namespace, _world: World) -> int:
    panic_closed(arguments.home)
    print("every draft is closed; the custodian can open them again")
    return errors.EXIT_OK


def _import(arguments: argparse.Namespace, world: World) -> int:
    data = _read_report(arguments.file)
    with _open(arguments, world) as tablet:
        if erasure.is_file(data):
            _say_withdrawn(tablet, take_answers(tablet, data))
        else:
            print(f"{restore(tablet, data)} drafts are open again")
    return errors.EXIT_OK


def _withdraw(arguments: argparse.Namespace, world: World) -> int:
    with _open(arguments, world) as tablet:
        found = withdraw(tablet, arguments.report, arguments.subject, arguments.scope or (), full=arguments.all)
        if arguments.json:
            print(json.dumps([withdraw_told.as_json(each) for each in found], ensure_ascii=False))
        else:
            _say_withdrawn(tablet, found)
    return errors.EXIT_OK


def _say_withdrawn(tablet: Tablet, found: Sequence[Withdrawn]) -> None:
    for each in found:
        print(report_id_text(each.report_id))
        for line in withdraw_told.in_words(withdraw_told.told(each, tablet.policy.roles), "en"):
            print(f"  {line}")


def _sync(arguments: argparse.Namespace, world: World) -> int:
    with (
        _open(arguments, world) as tablet,
        HttpCarrier(tablet.mission.relay_url, world.ports.clock) as carrier,
    ):
        result = sync(tablet, carrier, _print_progress, attachments=arguments.attachments)
        print(f"{result.logged} newly logged, {result.waiting} waiting")
        if result.damaged:
            print(sentence("damaged-row"), file=sys.stderr)
            return errors.EXIT_DAMAGED
    return errors.EXIT_OK


def _print_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        print(f"\r{progress.done} of {progress.total} confirmed", end="", file=sys.stderr, flush=True)


def _status(arguments: argparse.Namespace, world: World) -> int:
    with _open(arguments, world) as tablet:
        found = status(tablet, world.device)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return errors.EXIT_OK
    for row in found["reports"]:
        print(f"{row['id']}  {row['state']:12}  {row['title'] or '(not readable here)'}")
    print(f"{found['unsent']} not yet logged")
    for condition in found["health"]:
        print(f"{condition['level']}: {condition['code']}")
    return errors.EXIT_OK


def _open(arguments: argparse.Namespace, world: World) -> Tablet:
    passphrase = read_passphrase(arguments.passphrase_file)
    return Tablet.open(arguments.home, passphrase, world.ports, _language(arguments, world))


def _language(arguments: argparse.Namespace, world: World) -> str:
    """The language of this tablet: what its window was last set to, else the system's."""
    chosen = look.read(arguments.home)
    return chosen.language if chosen else world.language


def _read_report(path: Path) -> bytes:
    return _read_at_most(path, _REPORT_BYTES)


def _read_at_most(path: Path, limit: int) -> bytes:
    """At most one byte more than is allowed: the parser then says so."""
    try:
        with path.open("rb") as handle:
            return handle.read(limit + 1)
    except OSError as error:
        raise errors.NotFound("report file") from error
