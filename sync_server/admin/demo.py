"""`sync-server demo`: a whole mission on this machine, with real programs and an invented country.

It makes the mission in a folder of its own, starts relay and desks as processes apart, lets the scenario's
tablets enrol, record, seal and sync, and says where to look. It never replaces a folder that it has not made
itself, and it leaves no process behind, whether it ends by Ctrl-C, SIGTERM or a fault.

For a demonstration only: one passphrase guards all keys, and it lies in a file beside them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from firsthand import assets, errors
from firsthand.protocol.certificate import words
from sync_server.admin import mission
from sync_server.admin.board import weekly_text
from sync_server.admin.folder import MissionFolder, write_file
from sync_server.admin.keys import AdminKeys
from sync_server.admin.processes import Child, Children, Signals, Stopped
from sync_server.admin.story import OFFICER, Story
from sync_server.ports import Ports

MARKER, MARKER_TEXT = "demo-folder.txt", b"Made by `sync-server demo`, which may replace this folder.\n"
SECRET_FILE = "passphrase.txt"  # noqa: S105 - the name of a file
RELAY_PORT, DESK_PORT = 8440, 8450
# How a role is called here, and who signs in at its desk.
_ROLES = {
    "risk_cell": ("Risk cell", "Analyst 1"),
    "hr_section": ("Human rights", "Officer 1"),
    "focal_point": ("Focal point", "Focal 1"),
    "custodian": ("Custodian", "Custodian 1"),
}
_LOOK_EVERY_S = 0.5


class NotADemo(errors.Exists):
    """The folder was not made by the demonstration."""

    code = "not-a-demo"


@dataclass(slots=True)
class _Desk:
    """A desk of the demonstration, and how to sign in."""

    title: str
    folder: Path
    name: str
    password: str = field(repr=False)
    url: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `sync-server demo`."""
    parser.add_argument(
        "--dir", type=Path, default=Path("mission-demo"), metavar="DIR", help="folder to make (mission-demo)"
    )
    parser.add_argument("--once", action="store_true", help="print the weekly table and end")
    parser.add_argument("--no-window", action="store_true", help="do not open the tablet's window")


def run(arguments: argparse.Namespace, ports: Ports) -> int:
    """Make, show and end a demonstration; the exit code.

    Raises:
        NotADemo: the folder is there and is not ours. Busy: a demonstration runs in it.
        ChildDidNotStart, PortTaken, DiskFull, CannotWrite.
    """
    folder: Path = arguments.dir
    signals = Signals()
    children = Children(folder / "run", signals, ports.clock)
    with signals.caught():
        try:
            _clear(folder)
            demo = _Demo(folder, children, ports)
            return demo.run(once=arguments.once, window=not arguments.no_window)
        except Stopped:
            _tell("\nEnding the demonstration…")
            return errors.EXIT_OK
        finally:
            signals.held += 1  # whoever presses Ctrl-C twice must not stop the tidying up
            children.stop()


class _Demo:
    """The steps of one demonstration."""

    def __init__(self, folder: Path, children: Children, ports: Ports) -> None:
        self._folder, self._children, self._ports = folder, children, ports
        self._began_s = ports.clock.monotonic_s()
        self._passphrase, self._second = self._words(), self._words()
        self._home = folder

    def run(self, *, once: bool, window: bool) -> int:
        """All of it."""
        made = self._make()
        with _held(self._folder / MARKER):
            return self._show_all(made, once=once, window=window)

    def _show_all(self, made: MissionFolder, *, once: bool, window: bool) -> int:
        relay = self._start_relay()
        desks = [self._account(made, role) for role in made.roles]  # the relay starts meanwhile
        relay_url = self._address(relay, "The relay")
        story = Story(made, relay_url, self._passphrase, self._ports, self._say)
        told = story.tell()
        self._home = story.officer_home
        story.furnish(self._second)
        for desk in desks:
            self._pull(desk, relay_url)
        started = [self._start_desk(desk, relay_url, DESK_PORT + at) for at, desk in enumerate(desks)]
        for desk, child in zip(desks, started, strict=True):
            desk.url = self._address(child, f"The desk of the {desk.title.lower()}")
        self._say(f"{told.recorded} reports sealed, {told.synced} in the log, {told.unsent} wait on their tablets")
        if told.trouble or told.refused:
            _tell(f"Not all went well: {told.refused} refused, {told.trouble or 'no trouble with the link'}.")
        if once:
            _tell("\n" + weekly_text(desks[0].folder, self._passphrase))
        else:
            self._show(desks, relay_url)
            self._stay(window=window)
        return errors.EXIT_NETWORK if told.trouble or told.refused else errors.EXIT_OK

    def _make(self) -> MissionFolder:
        self._say(f"making a mission in {self._folder}")
        with tempfile.TemporaryDirectory() as drawn:
            areas = Path(drawn) / "areas.geojson"
            areas.write_bytes(assets.read_bytes("scenario/areas.geojson"))
            made = mission.init(
                self._folder,
                name="Mission in Ruvala",
                areas=areas,
                passphrase=self._passphrase,
                ports=self._ports,
            )
        self._publish_services(made)
        write_file(self._folder / MARKER, MARKER_TEXT)
        write_file(self._folder / SECRET_FILE, f"{self._passphrase}\n".encode())
        return made

    def _publish_services(self, made: MissionFolder) -> None:
        """Where help is in the invented country, as of today: an older list would be refused on the tablets."""
        from assets.referral.generate import file
        from sync_server.admin.content import publish_referrals_by

        keys = AdminKeys.open(made, self._passphrase)
        publish_referrals_by(made, keys, file(date(1970, 1, 1) + timedelta(days=self._ports.day())), self._ports)

    def _start_relay(self) -> Child:
        return self._children.start("relay", "sync_server", "relay", str(self._folder / "relay"), port=RELAY_PORT)

    def _account(self, made: MissionFolder, role: str) -> _Desk:
        from sync_server.desk.main import add_account

        # Three of six words: 48 bits, against a desk that makes a guesser wait
        title, name = _ROLES.get(role, (role, role))
        desk = _Desk(title, made.path / "desks" / role, name, self._words()[:17])
        add_account(desk.folder, desk.name, desk.password, self._passphrase, self._ports)
        return desk

    def _pull(self, desk: _Desk, relay_url: str) -> None:
        from sync_server.desk.main import pull

        pull(desk.folder, relay_url, self._passphrase, self._ports)

    def _start_desk(self, desk: _Desk, relay_url: str, wanted: int) -> Child:
        argv = ("sync_server", "desk", str(desk.folder), "--relay", relay_url)
        secret = ("--passphrase-file", str(self._folder / SECRET_FILE))
        return self._children.start(desk.folder.name, *argv, *secret, port=wanted)

    def _address(self, child: Child, who: str) -> str:
        found = self._children.address(child)
        if not found.endswith(f":{child.port}"):
            _tell(f"Port {child.port} is taken. {who} uses {found.rsplit(':', 1)[-1]}.")
        return found

    def _show(self, desks: list[_Desk], relay_url: str) -> None:
        self._say("ready")
        _tell()
        for desk in desks:
            _tell(f"  {desk.title:14} {desk.url}   {desk.name}, password {desk.password}")
        _tell(f"  {'Relay':14} {relay_url}   stores what it cannot read")
        _tell(f"  {'Tablet':14} fieldapp --home {self._home}   {OFFICER}")
        _tell(f"\n  Passphrase     {self._passphrase}")
        _tell(f"  One for all keys here, also in {self._folder / SECRET_FILE}: for a demonstration only.")
        _tell(f"  Second one     {self._second}: opens the tablet's other workspace, and closes its drafts.")
        _tell("\n  Start with the weekly board of the risk cell: Lemba North and Karou, weeks 38 to 46.")
        _tell("  docs/TOUR.md walks through it in 40 minutes. Ctrl-C ends everything.")

    def _stay(self, *, window: bool) -> None:
        if window:
            self._children.start("window", "fieldapp", "--home", str(self._home))
        pause = threading.Event()
        while not pause.wait(_LOOK_EVERY_S):
            for child in self._children.all:
                if child.ended() is not None and not child.told:
                    child.told = True
                    _tell(self._about_end(child))

    def _about_end(self, child: Child) -> str:
        if child.name != "window":
            return f"{child.name} has ended ({child.ended()}). What it had acknowledged is safe. Start it again."
        if child.ended() == errors.NoDisplay.exit_code:
            return "There is no screen here for the tablet's window; `fieldapp screens` draws all of them."
        return f"The tablet's window is closed. Open it again: fieldapp --home {self._home}"

    def _words(self) -> str:
        """Six words that can be spoken: 96 bits of fresh randomness."""
        draw = self._ports.entropy.bytes
        return words(draw(32), draw(32), draw(1216))

    def _say(self, text: str) -> None:
        _tell(f"{self._ports.clock.monotonic_s() - self._began_s:5.1f} s  {text}")


def _clear(folder: Path) -> None:
    """Remove what an earlier demonstration has left, and nothing else.

    Raises:
        NotADemo, Busy.
    """
    marker = folder / MARKER
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise NotADemo("not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not marker.is_file() or marker.read_bytes() != MARKER_TEXT:
            raise NotADemo("no marker")
        with _held(marker):
            shutil.rmtree(folder)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Nobody else holds this file while this lasts.

    Raises:
        Busy: another demonstration holds it.
    """
    with path.open("rb") as handle:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise errors.Busy("a demonstration runs here") from None
        yield


def _tell(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """`python -m sync_server.admin.demo`."""
    from sync_server.__main__ import main as commands

    return commands(["demo", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
