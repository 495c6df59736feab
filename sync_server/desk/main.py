"""The desk's commands: serve pages, pull once, export, add an account. Each opens the desk by its passphrase."""

from __future__ import annotations

import contextlib
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from firsthand.domain.uses import Why
from firsthand.errors import BadSignature, Busy, Damaged, FirsthandError, Malformed, TheirFault
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import parse_policy
from sync_server.desk import accounts, answering, exported, halves, matching, products, server
from sync_server.desk.accounts import Accounts
from sync_server.desk.attachments import Given, give_out
from sync_server.desk.crew import Role, helpers
from sync_server.desk.fetcher import Fetcher, Stopped
from sync_server.desk.files import write_whole
from sync_server.desk.ingest import Ingest, Progress, PullResult
from sync_server.desk.keys import DeskKeys, load_directory, open_keys, read_card, remember_relay
from sync_server.desk.pages.app import make_app
from sync_server.desk.pages.context import Context
from sync_server.desk.products import Wish
from sync_server.desk.shelf import FOLDER as SHELF
from sync_server.desk.shelf import Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import IngestStore
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_withdrawals import WithdrawalStore
from sync_server.link import RelayLink
from sync_server.ports import Ports

HELP_FROM_LEAVES = 2000  # below that, starting processes costs more than they save


@dataclass(frozen=True, slots=True)
class Desk:
    """An opened desk: card, keys, directory, store."""

    folder: Path
    card: dict[str, Any]
    keys: DeskKeys
    store: Store

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> Desk:
        """Open the desk of a folder.

        Raises:
            NotFound, WrongPassphrase, Damaged.
        """
        card = read_card(folder)
        keys = open_keys(folder, passphrase)
        return cls(folder, card, keys, Store.open(folder / "store.db", keys.storage_key))

    def directory(self) -> Directory:
        """The desk's copy of the directory."""
        return load_directory(self.folder, self.card)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()


def pull(folder: Path, relay_url: str, passphrase: str, ports: Ports) -> PullResult:
    """Ingest once.

    Raises:
        Busy: another pull of this desk is running.
        Rollback, Fork, BadSignature, WrongMission, Malformed: the log is not believed; nothing was taken in.
        NoNetwork, RelayRefused, DiskFull: what was taken in stays.
    """
    with Desk.open(folder, passphrase) as desk:
        return pull_into(desk, relay_url, ports)


def pull_into(
    desk: Desk, relay_url: str, ports: Ports, progress: Callable[[Progress], None] = lambda _: None
) -> PullResult:
    """Ingest once into an open desk."""
    with _only_one(desk.folder), RelayLink(relay_url, desk.keys.sign_key) as link:
        directory = desk.directory()
        policy = parse_policy(directory.policy_json)
        role = Role(desk.keys.slot, desk.keys.secrets(), registrar=policy.registrar == desk.keys.role)
        remember_relay(desk.folder, desk.card, relay_url)
        with helpers(role) if _are_many(desk, link) else contextlib.nullcontext() as pool:
            shelf = Shelf(desk.folder / SHELF)
            return Ingest(desk.store, link, directory, role, ports.clock, pool, progress, shelf).pull()


def return_drafts(folder: Path, tablet: str, out: Path, passphrase: str, ports: Ports) -> int:
    """Write the file that opens a tablet's drafts again after a panic; how many.

    Raises:
        NothingClosed: no draft of this tablet waits here. DiskFull, CannotWrite: nothing was written.
    """
    with Desk.open(folder, passphrase) as desk:
        data, count = halves.return_file(desk.store, desk.directory(), desk.keys.sign_key, desk.keys.secrets(), tablet)
        write_whole(out, [data])
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "return-drafts", tablet)
    return count


def export(folder: Path, wish: Wish, out: Path, passphrase: str, ports: Ports) -> Counter[Why]:
    """Write a product to a file; how many records were left out of it, by reason.

    Raises:
        Usage, NotFound, UseRefused, PartNotHeld, WrongDesk: see `products.make`.
        DiskFull, CannotWrite: nothing was written.
    """
    with Desk.open(folder, passphrase) as desk:
        product = products.make(desk.store, desk.keys.role, desk.directory(), wish)
        write_whole(out, product.pieces)
        # Whoever holds the passphrase is the desk itself: no account stands behind a command.
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "export", wish.subject())
        exported.remember(desk.store, desk.keys.role, ports.clock.now_s(), wish)
        return product.left_out


def give_attachments(folder: Path, report: str, out: Path, passphrase: str, ports: Ports) -> list[Given]:
    """Writes the attachments of a report (26 characters) into a folder, opened and checked; notes it in the journal.

    Raises:
        NotFound: no such report, or it lists nothing that this desk may open.
        Exists, DiskFull, CannotWrite, Altered: as `attachments.give_out`.
    """
    with Desk.open(folder, passphrase) as desk:
        given = give_out(desk.store, Shelf(desk.folder / SHELF), report, out)
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "attachments", report)
        WithdrawalStore(desk.store).note_export(ports.clock.now_s(), "attachments", "folder", [given[0].row.idx])
        return given


def erasures(folder: Path, out: Path, passphrase: str, ports: Ports) -> int:
    """Write the file by which tablets hear what this desk destroyed for them; how many receipts it holds.

    Raises:
        NothingToAnswer: no withdrawal has been carried out here. DiskFull, CannotWrite: nothing was written.
    """
    with Desk.open(folder, passphrase) as desk:
        data, count = answering.answers_file(desk.store, desk.keys.role, desk.keys.sign_key)
        write_whole(out, [data])
        PeopleStore(desk.store).note(ports.clock.now_s(), "command", "erasures", str(count))
    return count


def asked_before(folder: Path, words: Sequence[str], passphrase: str, ports: Ports) -> bool:
    """Whether somebody who said these words has given an account already; see `matching`.

    Raises:
        Malformed, NotGranted, MatchLimit.
    """
    with Desk.open(folder, passphrase) as desk:
        mission_id = desk.directory().mission_id
        return matching.already_told(desk.store, desk.keys, mission_id, ports.clock.now_s(), words)


def add_account(folder: Path, name: str, password: str, passphrase: str, ports: Ports) -> None:
    """Make a named account, or give it a new password.

    Raises:
        AccountName, WeakPassword.
    """
    with Desk.open(folder, passphrase) as desk:
        people, now_s = PeopleStore(desk.store), ports.clock.now_s()
        accounts.add_account(people, name, password, now_s)
        people.note(now_s, "command", "account", name)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """One pull at a time, also across processes; the lock goes with the process that held it."""
    import fcntl

    handle = os.open(folder / "pull.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy("pull") from None
        yield
    finally:
        os.close(handle)


def _are_many(desk: Desk, link: RelayLink) -> bool:
    """Whether enough envelopes wait to be worth the start of helpers."""
    rows = IngestStore(desk.store)
    waiting = link.status().log_size - rows.log_state().size + rows.pending_count()
    return waiting >= HELP_FROM_LEAVES and (os.cpu_count() or 1) > 1


# -- pages -----------------------------------------------------------------------------------------------------
def serve(folder: Path, host: str, port: int, passphrase: str, ports: Ports, *, relay_url: str | None = None) -> None:
    """Serve the pages until SIGTERM or SIGINT, and fetch in the background where a relay is known.

    Prints `desk ROLE listening on http://HOST:PORT` once it answers. Port 0 takes a free one.

    Raises:
        NotFound, WrongPassphrase, Damaged: the desk does not open.
        PortTaken: another program listens at the address.
        Usage: the address is none of this machine.
    """
    server.leave_on_signals()
    with contextlib.closing(server.listen(host, port)) as listener, Desk.open(folder, passphrase) as desk:
        url = relay_url or desk.card.get("relay")
        fetcher = Fetcher(_pull_of(desk, url, ports) if isinstance(url, str) and url else None)
        app = application(desk, ports, listener, host, fetcher)
        fetcher.start()
        try:
            server.WebServer(app, listener, f"desk {desk.keys.role}").run(sockets=[listener])
        finally:
            fetcher.stop()


def application(
    desk: Desk, ports: Ports, listener: socket.socket, host: str, fetcher: Fetcher | None = None
) -> ASGIApp:
    """The pages of an open desk; without a fetcher they show what is there already.

    Raises:
        Damaged, Malformed, BadSignature, WrongMission: a desk that cannot verify its directory shows no page.
    """
    directories = _Directories(desk)
    directories.newest()
    sign_in = Accounts(PeopleStore(desk.store), ports.clock)
    context = Context(
        desk.keys.role,
        desk.store,
        ports.clock,
        directories.newest,
        fetcher or Fetcher(None),
        sign_in,
        lambda tablet: halves.return_file(
            desk.store, directories.newest(), desk.keys.sign_key, desk.keys.secrets(), tablet
        ),
        Shelf(desk.folder / SHELF),
    )
    return make_app(context, server.host_names(host, listener))


class _Directories:
    """The newest directory, verified again only when its files have changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: tuple[object, Directory] | None = None

    def newest(self) -> Directory:
        """The directory; the one before while the administrator is just exchanging the files."""
        stamp = self._stamp()
        if self._seen is None or (self._seen[0] != stamp and stamp is not None):
            try:
                self._seen = (stamp, self._desk.directory())
            except (Damaged, Malformed, BadSignature):
                if self._seen is None:
                    raise
        return self._seen[1]

    def _stamp(self) -> object:
        try:
            return max(path.stat().st_mtime_ns for path in (self._desk.folder / "directory").rglob("*.json"))
        except (OSError, ValueError):
            return None


def _pull_of(desk: Desk, relay_url: str, ports: Ports) -> Callable[[Callable[[Progress], None]], str]:
    """One background fetch, with a connection to the store of its own: pages never wait for it."""

    def once(progress: Callable[[Progress], None]) -> str:
        try:
            with contextlib.closing(Store.open(desk.folder / "store.db", desk.keys.storage_key)) as store:
                pull_into(Desk(desk.folder, desk.card, desk.keys, store), relay_url, ports, progress)
        except Stopped:
            return ""
        except FirsthandError as error:
            return "log-refused" if isinstance(error, TheirFault) else error.code
        except Exception:  # noqa: BLE001 - the thread must live on, and nothing of what was read may be printed
            return "unexpected"
        return ""

    return once
