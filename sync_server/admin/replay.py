"""Virtual tablets: many real vaults that enrol, record, seal and sync through the very flows of the tablet.

`run_tablets` is the engine, also of the demo: one stream of reports a tablet. `replay` feeds it from a UCDP
GED file. Nothing here is a short cut: each tablet has its own keys, its own vault under DIR/replay, its own
chain and its own tokens, and the relay cannot tell it from another. It is the one place where a server's
program drives the tablet's (see docs/ARCHITECTURE.md).

A replay that was stopped by the network is finished by the same command: rows that stand in a vault already
are remembered in `DIR/replay/recorded.json` and not recorded twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fieldapp.flows import decoy, draft, interview_run, seal
from fieldapp.flows import enrol as tablet_enrol
from fieldapp.flows import ports as tablet_ports
from fieldapp.flows.interview_script import ScriptRefused, parse_script
from fieldapp.flows.outbox import State
from fieldapp.flows.unlock import Tablet, vault_exists
from fieldapp.sync.carriers.http import HttpCarrier
from fieldapp.sync.worker import sync
from firsthand import errors
from sync_server.admin import ged
from sync_server.admin.enrol import invite, published
from sync_server.admin.faults import DatesOrder
from sync_server.admin.folder import MissionFolder, json_bytes, make_folder, write_file
from sync_server.admin.keys import AdminKeys, Register
from sync_server.ports import Ports

# Below this many reports a second process costs more in starting than it saves in sealing.
_PARALLEL_FROM = 100
_IN_LOG = (State.LOGGED, State.ACKNOWLEDGED, State.PURGED)  # what was taken back waits for nothing

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TabletRun:
    """What one virtual tablet did.

    Attributes:
        home: its vault's folder.
        report_ids: one a report of its stream, in order; None where the report was refused.
        refused: (position in the stream, reason) of those.
        logged: how many reports the relay has proven to hold that it had not before.
        waiting: how many reports still wait in the vault.
        trouble: code of the error that ended the sync, or None.
    """

    label: str
    home: Path
    report_ids: tuple[str | None, ...]
    refused: tuple[tuple[int, str], ...]
    logged: int
    waiting: int
    trouble: str | None


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of a file; `complete` when every recorded row is in the log."""

    rows: int
    recorded: int
    refused: int
    synced: int
    waiting: int
    trouble: str | None

    @property
    def complete(self) -> bool:
        """Whether nothing waits."""
        return self.waiting == 0 and self.trouble is None


@dataclass(frozen=True, slots=True)
class _Job:
    """One tablet's work, in a form that travels to another process."""

    number: int
    label: str
    home: Path
    invitation: bytes | None
    reports: tuple[bytes, ...]
    dead_link_from: int
    relay_url: str
    ports: Ports
    passphrase: str = field(repr=False)


def run_tablets(
    mission: MissionFolder,
    relay_url: str,
    passphrase: str,
    streams: Sequence[Sequence[Mapping[str, Any]]],
    *,
    ports: Ports,
    labels: Sequence[str] | None = None,
    homes: Sequence[Path] | None = None,
    dead_link_from: Mapping[int, int] | None = None,
    say: Say | None = None,
) -> list[TabletRun]:
    """Give each stream of REPORT.json values to a tablet of its own: enrol, record all, sync.

    Args:
        mission: where the tablets are enrolled.
        relay_url: as tablets reach it.
        passphrase: of the mission; the vaults get the same one.
        streams: one a tablet; an empty stream only syncs.
        ports: real clock and randomness; they are sent to other processes, so they must pickle.
        labels: by stream; default `replay 01` and so on. A home that holds a vault is used again.
        homes: by stream; default DIR/replay/01 and so on.
        dead_link_from: by position of a stream, the position of its first report that is recorded after the
            link died: these and all later ones stay in the vault.
        say: gets one line a tablet that is done.

    Returns:
        One result a stream, in order. A network that fails is in the results, not an exception.

    Raises:
        WrongPassphrase, Damaged, Busy, DiskFull, LabelTaken: the mission or a vault could not be opened.
    """
    places = list(homes) if homes else [mission.path / "replay" / f"{n:02}" for n in range(1, len(streams) + 1)]
    names = list(labels) if labels else [f"replay {home.name}" for home in places]
    invitations = _invite(mission, relay_url, passphrase, dict(zip(names, places, strict=True)), ports)
    jobs = [
        _Job(
            number=number,
            label=name,
            home=home,
            invitation=invitations.get(name),
            reports=tuple(json.dumps(report, ensure_ascii=False).encode() for report in stream),
            dead_link_from=(dead_link_from or {}).get(number, len(stream)),
            relay_url=relay_url,
            ports=ports,
            passphrase=passphrase,
        )
        for number, (name, home, stream) in enumerate(zip(names, places, streams, strict=True))
    ]
    done: dict[int, TabletRun] = {}
    for number, run in _run_all(jobs):
        done[number] = run
        if say is not None:
            recorded = sum(len(each.report_ids) - len(each.refused) for each in done.values())
            logged = sum(each.logged for each in done.values())
            say(f"{len(done)} of {len(jobs)} tablets: {recorded} recorded, {logged} synced")
    return [done[number] for number in range(len(jobs))]


def hand_in_with_files(  # noqa: PLR0917 - a tablet, its way, and what it sends
    home: Path, passphrase: str, relay_url: str, ports: Ports, report: Mapping[str, Any], files: Sequence[Path]
) -> str | None:
    """One more report of a tablet that is enrolled, with its attachments, up to the relay.

    Returns:
        Code of the error that ended the sync, or None. Report and attachments stay in the vault whatever happens.

    Raises:
        As `seal.record`.
    """
    own = tablet_ports.Ports(ports.clock, ports.entropy)
    with Tablet.open(home, passphrase, own) as tablet:
        seal.record(tablet, json.dumps(report, ensure_ascii=False).encode(), files)
        try:
            with HttpCarrier(relay_url, ports.clock) as carrier:
                sync(tablet, carrier, lambda _progress: None, attachments=True)
        except errors.FirsthandError as error:
            return error.code
    return None


def hand_in_interview(home: Path, passphrase: str, relay_url: str, ports: Ports, script: bytes) -> str | None:
    """An interview of a tablet that is enrolled, from a script of answers, up to the relay.

    Returns:
        Code of the error that ended the sync, or None. What was sealed stays in the vault whatever happens.

    Raises:
        ScriptRefused: the script is not in its form, or did not end as it says.
    """
    own = tablet_ports.Ports(ports.clock, ports.entropy)
    with Tablet.open(home, passphrase, own) as tablet:
        outcome = interview_run.run(tablet, parse_script(script), lambda _told: None, {})
        if not outcome.as_stated:
            raise ScriptRefused("end", 1)
        try:
            with HttpCarrier(relay_url, ports.clock) as carrier:
                sync(tablet, carrier, lambda _progress: None)
        except errors.FirsthandError as error:
            return error.code
    return None


def leave_on_desk(
    home: Path, passphrase: str, ports: Ports, *, drafts: Sequence[Mapping[str, Any]], second_passphrase: str
) -> None:
    """What lies on an officer's tablet besides sealed reports: unfinished drafts, and a second passphrase.

    Raises:
        As `Tablet.open` and `decoy.set_duress`.
    """
    with Tablet.open(home, passphrase, tablet_ports.Ports(ports.clock, ports.entropy)) as tablet:
        decoy.set_duress(tablet, second_passphrase, passphrase)
        for values in drafts:
            draft.save(tablet, draft.start(tablet, str(values["kind"])), values)


def replay(
    events: Path,
    *,
    mission: MissionFolder,
    relay_url: str,
    first: date | None,
    last: date | None,
    tablets: int,
    passphrase: str,
    ports: Ports,
    say: Say,
) -> ReplayResult:
    """Replay a UCDP GED file.

    Args:
        events: CSV with the columns of `ged.COLUMNS`.
        first, last: only events of these days and between; rows without a date are refused all the same.
        tablets: how many; rows are dealt to them in turn.
        say: gets progress, a line a refused row, and the summary.

    Raises:
        DatesOrder, EventsForm, CannotRead: nothing was recorded. Else as `run_tablets`.
    """
    if first and last and first > last:
        raise DatesOrder("dates")
    memory = _Memory.load(mission.path / "replay" / "recorded.json")
    sorted_rows = _sort(ged.read_rows(events), published(mission).area_names, first, last, memory)
    streams = [sorted_rows.reports[start::tablets] for start in range(tablets)]
    runs = run_tablets(
        mission, relay_url, passphrase, [[each.report for each in s] for s in streams], ports=ports, say=say
    )
    refused = list(sorted_rows.refused)
    for stream, run in zip(streams, runs, strict=True):
        refused += [(stream[position].number, reason) for position, reason in run.refused]
        memory.add(each.key for each, report_id in zip(stream, run.report_ids, strict=True) if report_id)
    memory.save()
    return _summary(sorted_rows, sorted(refused), runs, say)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A row that became a report."""

    number: int
    key: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The rows of the asked days, and of these the mapped, the refused, and those known from before."""

    rows: int
    reports: list[_Mapped]
    refused: list[tuple[int, str]]
    known: int


@dataclass(slots=True)
class _Memory:
    """Which events stand in a vault already, by hash: the file needs no names and no dates."""

    path: Path
    keys: set[str]

    @classmethod
    def load(cls, path: Path) -> _Memory:
        try:
            keys = json.loads(path.read_bytes())["recorded"] if path.exists() else []
        except (ValueError, KeyError, TypeError):
            raise errors.Damaged("replay memory") from None
        return cls(path, set(keys))

    def add(self, keys: Iterable[str]) -> None:
        self.keys.update(keys)

    def save(self) -> None:
        write_file(self.path, json_bytes({"recorded": sorted(self.keys)}))


def _sort(
    rows: Iterable[ged.Row],
    area_names: frozenset[str] | None,
    first: date | None,
    last: date | None,
    memory: _Memory,
) -> _Sorted:
    reports: list[_Mapped] = []
    refused: list[tuple[int, str]] = []
    seen: set[str] = set()
    total = known = 0
    for row in rows:
        try:
            day = ged.day_of(row)
            if (first and day < first) or (last and day > last):
                continue
            mapped = _map(row, area_names, seen)
        except ged.RowRefused as refusal:
            total += 1
            refused.append((row.number, refusal.reason))
            continue
        total += 1
        if mapped.key in memory.keys:
            known += 1
        else:
            reports.append(mapped)
    return _Sorted(total, reports, refused, known)


def _map(row: ged.Row, area_names: frozenset[str] | None, seen: set[str]) -> _Mapped:
    report = ged.report_of(row, area_names)
    key = hashlib.sha256(f"ged {ged.id_of(row)}".encode()).hexdigest()[:32]
    if key in seen:
        raise ged.RowRefused("duplicate-id")
    seen.add(key)
    return _Mapped(row.number, key, report)


def _summary(found: _Sorted, refused: Sequence[tuple[int, str]], runs: Sequence[TabletRun], say: Say) -> ReplayResult:
    for number, reason in refused:
        say(f"refused row {number}: {reason}")
    recorded = sum(len(run.report_ids) - len(run.refused) for run in runs)
    synced = sum(run.logged for run in runs)
    if found.known:
        say(f"{found.known} rows were recorded by an earlier replay")
    say(f"{found.rows} rows: {recorded} recorded, {len(refused)} refused, {synced} synced")
    return ReplayResult(
        rows=found.rows,
        recorded=recorded,
        refused=len(refused),
        synced=synced,
        waiting=sum(run.waiting for run in runs),
        trouble=next((run.trouble for run in runs if run.trouble), None),
    )


def _invite(
    mission: MissionFolder, relay_url: str, passphrase: str, homes: Mapping[str, Path], ports: Ports
) -> dict[str, bytes]:
    """Invitations for the homes that hold no vault yet, by the label that the tablet is known by here."""
    fresh = [name for name, home in homes.items() if not vault_exists(home)]
    keys = AdminKeys.open(mission, passphrase)
    if not fresh:
        return {}
    register = Register.open(mission, keys)
    labels = [_free_label(register, name) for name in fresh]
    made = invite(mission, keys, labels, relay_url=relay_url, ports=ports)
    return {name: invitation.encode() for name, invitation in zip(fresh, made, strict=True)}


def _free_label(register: Register, wanted: str) -> str:
    """A run that was killed between inviting and enrolling leaves a label without a vault behind."""
    label, attempt = wanted, 1
    while register.find(label) is not None:
        attempt += 1
        label = f"{wanted} ({attempt})"
    return label


def _run_all(jobs: Sequence[_Job]) -> Iterable[tuple[int, TabletRun]]:
    workers = min(os.cpu_count() or 1, len(jobs))
    if workers < 2 or sum(len(job.reports) for job in jobs) < _PARALLEL_FROM:
        for job in jobs:
            yield job.number, _run(job)
        return
    # Spawned, not forked: a fork of a process that has threads or open databases is a gamble.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_run, job): job.number for job in jobs}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def _run(job: _Job) -> TabletRun:
    """One tablet from beginning to end; runs in a process of its own."""
    with _open(job) as tablet:
        before = _in_log(tablet)
        ids: list[str | None] = []
        refused: list[tuple[int, str]] = []
        trouble: str | None = None
        for position, report in enumerate(job.reports):
            if position == job.dead_link_from:
                trouble = _sync(tablet, job)
            try:
                ids.append(seal.record(tablet, report))
            except (errors.InvalidReport, errors.Refused) as refusal:
                ids.append(None)
                refused.append((position, _reason(refusal)))
        if job.dead_link_from >= len(job.reports):
            trouble = _sync(tablet, job)
        rows, after = len(tablet.reports()), _in_log(tablet)
    return TabletRun(job.label, job.home, tuple(ids), tuple(refused), after - before, rows - after, trouble)


def _open(job: _Job) -> Tablet:
    ports = tablet_ports.Ports(job.ports.clock, job.ports.entropy)
    if job.invitation is None:
        return Tablet.open(job.home, job.passphrase, ports)
    make_folder(job.home.parent)
    return tablet_enrol.enrol(job.home, job.invitation, job.passphrase, ports)


def _sync(tablet: Tablet, job: _Job) -> str | None:
    """Code of what went wrong, or None. Reports stay in the vault whatever happens."""
    try:
        with HttpCarrier(job.relay_url, job.ports.clock) as carrier:
            sync(tablet, carrier, lambda _progress: None)
    except errors.FirsthandError as error:
        return error.code
    return None


def _in_log(tablet: Tablet) -> int:
    return sum(row.state in _IN_LOG for row in tablet.reports())


def _reason(refusal: errors.FirsthandError) -> str:
    if isinstance(refusal, errors.InvalidReport) and refusal.problems:
        return refusal.problems[0].code
    return refusal.code
