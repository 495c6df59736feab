"""desk-pull: from the relay's log to what people read, once and for all, whatever happens in between.

1. The directory is read again: invitations, revocations.
2. The log is verified up to a signed checkpoint; its new leaves are stored as *pending* together with the checkpoint.
   If it does not verify, an alarm is stored and nothing else.
3. Pending leaves are taken in, a batch a transaction: objects fetched by hash, opened, judged, stored, settled. A kill
   between two batches loses nothing: what is pending is asked for again.
4. Reports whose author was unknown are judged again when the certificate comes; chains are judged at the end.

An object that opens to nothing for this role is counted; one that should open and does not is an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby

from firsthand.errors import BadProof, BadSignature, Fork, Malformed, RelayRefused, Rollback, WrongMission
from firsthand.ports import Clock
from firsthand.protocol import chain, erase
from firsthand.protocol.directory import Directory
from firsthand.protocol.receipt import TOMBSTONE
from firsthand.protocol.suite import KemSecret
from sync_server.desk import opening
from sync_server.desk.judging import DeviceStanding, Standing, judge, trust
from sync_server.desk.logcheck import Feed, advance
from sync_server.desk.opening import Found, Outcome, Sealed
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import DeviceRow, IngestStore, PendingLeaf

BATCH = 256
GAP_ALARM_DAYS = 30
_ALARMS = {Outcome.UNOPENABLE, Outcome.MALFORMED, Outcome.WRONG_TAG, Outcome.MISSING}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull is: confirmed leaves only."""

    done: int
    total: int


@dataclass(slots=True)
class PullResult:
    """What a pull did.

    Attributes:
        log_size: leaves of the verified log.
        leaves: new ones in this pull.
        reports, enrolled, other: objects opened, by kind.
        not_granted: objects that hold nothing for this role.
        alarms: alarms raised for the first time in this pull.
        waiting: reports in the store whose author is not known yet.
    """

    log_size: int = 0
    leaves: int = 0
    reports: int = 0
    enrolled: int = 0
    other: int = 0
    not_granted: int = 0
    alarms: int = 0
    waiting: int = 0

    def __str__(self) -> str:
        taken = (
            f"reports opened: {self.reports}, tablets enrolled: {self.enrolled}, for other roles: {self.not_granted}"
        )
        taken += f", for other roles: {self.not_granted}"
        left = f"waiting for their author: {self.waiting}, new alarms: {self.alarms}"
        return f"log of {self.log_size}, new: {self.leaves}; {taken}; {left}"


@dataclass(frozen=True, slots=True)
class Role:
    """Who opens: the role's slot and secrets, and whether it judges gaps in chains."""

    slot: int
    secrets: tuple[KemSecret, ...] = field(repr=False)
    registrar: bool = False


@dataclass(slots=True)
class Ingest:
    """One desk's ingest. Build it for a pull; it holds no state between pulls but the store."""

    store: Store
    feed: Feed
    directory: Directory
    role: Role
    clock: Clock
    pool: Executor | None = None
    progress: Callable[[Progress], None] = lambda _: None
    rows: IngestStore = field(init=False)
    devices: dict[bytes, DeviceRow] = field(init=False, default_factory=dict)
    touched: set[bytes] = field(init=False, default_factory=set)
    result: PullResult = field(init=False, default_factory=PullResult)

    def __post_init__(self) -> None:
        self.rows = IngestStore(self.store)

    def pull(self) -> PullResult:
        """Take in everything that the log holds.

        Raises:
            Rollback, Fork, BadSignature, WrongMission, Malformed: the log is not believed; an alarm stands.
            NoNetwork, RelayRefused: try again later; what was committed stays.
        """
        self._check_directory()
        with self.store.transaction():
            self.devices = self.rows.devices()
            self._refresh_devices()
        self._verify_log()
        self._take_pending()
        with self.store.transaction():
            self._judge_chains()
        self.result.log_size = self.rows.log_state().size
        self.result.waiting = self.store.one(
            "SELECT count(*) FROM report WHERE standing = ?", (Standing.UNKNOWN_AUTHOR,)
        )[0]
        return self.result

    def _check_directory(self) -> None:
        """An older directory than one that was seen would bring revoked tablets back."""
        version = self.directory.timestamp_version
        if version < (self.store.get("directory_version") or 0):
            with self.store.transaction():
                self._alarm("directory-rollback", version.to_bytes(8, "big"))
            raise Rollback("directory")
        with self.store.transaction():
            self.store.put("directory_version", version)

    # -- log ----------------------------------------------------------------------------------------------------
    def _verify_log(self) -> None:
        known = self.rows.log_state()
        try:
            growth = advance(self.feed, known, self.directory.log_public, self.directory.origin)
        except (BadProof, Fork, BadSignature, WrongMission, Malformed) as error:
            with self.store.transaction():
                self._alarm(f"log-{error.code}", known.size.to_bytes(8, "big"))
            raise
        self.rows.grow(growth.state, growth.leaves, self.clock.now_s())
        self.result.leaves = len(growth.leaves)

    # -- objects ------------------------------------------------------------------------------------------------
    def _take_pending(self) -> None:
        total, done = self.rows.pending_count(), 0
        for leaves, objects in self._fetched():
            sealed, states = self._sort(leaves, objects)
            found = self._open(sealed)  # outside the transaction: pages may write to the journal meanwhile
            with self.store.transaction():
                self._take(leaves, sealed, found, states)
            done += len(leaves)
            self.progress(Progress(done, max(total, done)))

    def _fetched(self) -> Iterator[tuple[list[PendingLeaf], dict[bytes, bytes | None]]]:
        """Batches of pending leaves with their objects; the next batch travels while this one is opened."""
        with ThreadPoolExecutor(1, thread_name_prefix="fetch") as courier:
            leaves = self.rows.pending(-1, BATCH)
            answer = courier.submit(self._fetch, leaves) if leaves else None
            while answer is not None:
                objects = answer.result()
                here = [leaf for leaf in leaves if leaf.kind == TOMBSTONE or leaf.object_hash in objects]
                left = [leaf for leaf in leaves if leaf.kind != TOMBSTONE and leaf.object_hash not in objects]
                more = self.rows.pending(leaves[-1].idx, BATCH - len(left))
                leaves = [*left, *more]
                answer = courier.submit(self._fetch, leaves) if leaves else None
                yield here, objects

    def _fetch(self, leaves: Sequence[PendingLeaf]) -> dict[bytes, bytes | None]:
        wanted = list(dict.fromkeys(leaf.object_hash for leaf in leaves if leaf.kind != TOMBSTONE))
        if not wanted:
            return {}
        found = self.feed.fetch(wanted)
        if not found.keys() & set(wanted):
            raise RelayRefused("no object of those asked for")
        return found

    def _sort(
        self, leaves: Sequence[PendingLeaf], objects: dict[bytes, bytes | None]
    ) -> tuple[list[Sealed], dict[int, str]]:
        """What is to be opened, and what became of leaves that are not."""
        states: dict[int, str] = {}
        sealed: list[Sealed] = []
        seen = self.rows.known_hashes([leaf.object_hash for leaf in leaves])
        for leaf in leaves:
            if leaf.kind == TOMBSTONE:
                continue
            data = objects[leaf.object_hash]
            if leaf.object_hash in seen:
                states[leaf.idx] = "repeat"
            elif data is None or not opening.is_named_by(data, leaf.object_hash):
                states[leaf.idx] = Outcome.MISSING
            else:
                seen.add(leaf.object_hash)
                sealed.append(Sealed(leaf.idx, leaf.object_hash, leaf.proof, data))
        return sealed, states

    def _take(
        self, leaves: Sequence[PendingLeaf], sealed: Sequence[Sealed], found: Sequence[Found], states: dict[int, str]
    ) -> None:
        """One batch in one transaction: keep, judge, settle."""
        self.rows.add_objects((item.object_hash, item.data) for item in sealed)
        opened = [item for item in found if item.outcome in (Outcome.REPORT, Outcome.ENROL, Outcome.OTHER)]
        self.rows.add_envelopes(opened, self.clock.now_s())
        states.update((item.idx, item.outcome) for item in found)
        proven = self._enrol([item for item in opened if item.outcome is Outcome.ENROL])
        self._report([item for item in opened if item.outcome is Outcome.REPORT], proven)
        self.touched.update(item.device for item in opened)
        states.update(self._bury(leaves))
        self._settle(leaves, states)

    def _settle(self, leaves: Sequence[PendingLeaf], states: dict[int, str]) -> None:
        names = {leaf.idx: leaf.object_hash for leaf in leaves}
        for idx, state in states.items():
            if state in _ALARMS and not self._was_erased(names[idx]):
                self._alarm(state, names[idx], idx)
            elif state == Outcome.MISSING:
                states[idx] = Outcome.ERASED
        self.rows.settle(states.items())
        counts = [str(state) for state in states.values()]
        self.result.not_granted += counts.count(Outcome.NOT_GRANTED)
        self.result.reports += counts.count(Outcome.REPORT)
        self.result.enrolled += counts.count(Outcome.ENROL)
        self.result.other += counts.count(Outcome.OTHER)

    def _open(self, items: Sequence[Sealed]) -> list[Found]:
        authors = {row.id: row.sign_public for row in self.devices.values()}
        if self.pool is None or len(items) < 32:
            return [opening.open_object(item, self.role.slot, self.role.secrets, authors) for item in items]
        half = (len(items) + 1) // 2
        jobs: list[Future[list[Found]]] = [
            self.pool.submit(opening.open_many, items[at : at + half], authors) for at in range(0, len(items), half)
        ]
        return [found for job in jobs for found in job.result()]

    # -- tombstones ---------------------------------------------------------------------------------------------
    def _bury(self, leaves: Iterable[PendingLeaf]) -> dict[int, str]:
        """Erase what its author has erased; a tombstone that proves nothing is an alarm."""
        states = {}
        for leaf in leaves:
            if leaf.kind != TOMBSTONE:
                continue
            if self._proves_erasure(leaf.object_hash, leaf.proof):
                self._compare(self.rows.erase(leaf.object_hash))
                states[leaf.idx] = "tombstone"
            else:
                self._alarm("false-tombstone", leaf.object_hash, leaf.idx)
                states[leaf.idx] = "false-tombstone"
        return states

    def _was_erased(self, object_hash: bytes) -> bool:
        """Whether the verified log holds a tombstone with the right key."""
        rows = self.store.all("SELECT proof FROM leaf WHERE hash = ? AND kind = ?", (object_hash, TOMBSTONE))
        return any(self._proves_erasure(object_hash, proof) for (proof,) in rows)

    def _proves_erasure(self, object_hash: bytes, erase_key: bytes) -> bool:
        tag = self.rows.tag_of(object_hash)
        try:
            erase.check(tag or erase.NO_ERASE, erase_key)
        except BadProof:
            return False
        return tag is not None

    # -- tablets --------------------------------------------------------------------------------------------------
    def _enrol(self, found: Sequence[Found]) -> set[int]:
        """Take in certificates; returns the log indexes of envelopes that they prove."""
        proven: set[int] = set()
        for item in found:
            vouched = item.certificate
            if vouched is None or not item.proven:
                self._alarm("bad-enrolment", item.object_hash, item.idx)
                continue
            if item.device not in self.devices:
                row = DeviceRow(
                    item.device,
                    vouched.sign_public,
                    vouched.kem_public,
                    vouched.invite_public,
                    vouched.words,
                    item.idx,
                    DeviceStanding.UNKNOWN_INVITE,
                    None,
                )
                self.devices[item.device] = row
                self.rows.put_device(row)
                proven |= self._prove(row)
        if found:
            self._refresh_devices()
        return proven

    def _refresh_devices(self) -> None:
        """Compare every tablet with the directory; judge the reports of those whose standing changes."""
        rivals: dict[bytes, int] = {}
        for row in self.devices.values():
            rivals[row.invite_public] = rivals.get(row.invite_public, 0) + 1
        for row in list(self.devices.values()):
            standing, cut = self._device_standing(row, doubled=rivals[row.invite_public] > 1)
            if (standing, cut) != (row.standing, row.cut):
                fresh = replace(row, standing=standing, cut=cut)
                self.devices[row.id] = fresh
                self.rows.put_device(fresh)
                self._judge_device(fresh)

    def _device_standing(self, row: DeviceRow, *, doubled: bool) -> tuple[DeviceStanding, int | None]:
        invite = self.directory.invites.get(row.invite_public)
        if invite is None:
            return DeviceStanding.UNKNOWN_INVITE, None
        if doubled:
            # Whoever copied the seed may have been first: nobody is believed until people compare words.
            self._alarm("double-enrolment", row.invite_public, row.enrol_idx)
            return DeviceStanding.QUARANTINED, None
        if invite.revoked:
            return DeviceStanding.REVOKED, self.rows.cut_of(row.invite_public, invite.cut, self.rows.log_state().size)
        return DeviceStanding.UNCONFIRMED, None

    def _prove(self, row: DeviceRow) -> set[int]:
        """Verify what came before, or together with, the certificate."""
        proven = set()
        for idx, object_hash in self.rows.unproven(row.id):
            data = self.rows.object(object_hash)
            if data is not None and opening.proves_again(data, self.role.slot, self.role.secrets, row.sign_public):
                proven.add(idx)
        self.rows.prove(proven)
        return proven

    def _judge_device(self, row: DeviceRow) -> None:
        """Judge again everything that a tablet sent."""
        verdicts = {idx: self._trust(row.id, proven, idx) for idx, proven in self.rows.reports_of(row.id)}
        self.rows.set_trust(verdicts)
        self._compare(verdicts)

    def _trust(self, device: bytes, proven: bool, idx: int) -> Standing:
        row = self.devices.get(device)
        return trust(
            known=None if row is None else row.standing,
            proven=proven,
            idx=idx,
            cut=None if row is None else row.cut,
            enrol_idx=None if row is None else row.enrol_idx,
        )

    # -- reports --------------------------------------------------------------------------------------------------
    def _report(self, found: Sequence[Found], proven: set[int]) -> None:
        rows = [
            (item, item.digest, self._trust(item.device, item.proven or item.idx in proven, item.idx))
            for item in found
            if item.digest is not None
        ]
        self.rows.add_reports(rows)
        self.rows.refresh_cells([item.idx for item, _, standing in rows if standing is Standing.COUNTED])
        for item, _, standing in rows:
            if standing is Standing.BAD_SIGNATURE:
                self._alarm("bad-signature", item.object_hash, item.idx)
        self._compare([item.idx for item, _, _ in rows])

    def _compare(self, idxs: Iterable[int]) -> None:
        """Settle which version of each report counts, among these and whatever is related to them."""
        known: set[int] = set()
        fresh = set(idxs)
        while fresh:
            known |= fresh
            fresh = self.rows.relatives(self.rows.candidates(fresh)) - known
        verdicts = judge(self.rows.candidates(known))
        before = self.rows.standings(known)
        changed = {idx: standing for idx, standing in verdicts.items() if before[idx] is not standing}
        self.rows.set_standings(changed)
        for idx, standing in changed.items():
            if standing is Standing.DUPLICATE:
                self._alarm("duplicate-report", idx.to_bytes(8, "big"), idx)

    # -- chains ---------------------------------------------------------------------------------------------------
    def _judge_chains(self) -> None:
        day = self.rows.log_state().day
        for device in self.touched & self.devices.keys():
            for name, group in groupby(self.rows.links(device), key=lambda link: link[0]):
                links = [chain.Link(seq, prev, digest, idx) for _, seq, prev, digest, idx in group]
                self._judge_chain(device, name, links, day)

    def _judge_chain(self, device: bytes, name: bytes, links: list[chain.Link], day: int) -> None:
        report = chain.judge(links)
        for seq, _ in report.forks:
            # Both stay readable and counted: which of the two tablets lies is for people to find out.
            self._alarm("device-fork", device + name + seq.to_bytes(8, "big"), links[-1].log_index)
        missing = sum(last - first + 1 for first, last in report.gaps)
        since = self.rows.put_chain(
            device,
            name,
            known=len(links),
            top=max(link.seq for link in links),
            gaps=missing,
            forks=len(report.forks),
            day=day,
        )
        if self.role.registrar and since is not None and day - since > GAP_ALARM_DAYS:
            self._alarm("chain-gap", device + name)

    def _alarm(self, code: str, subject: bytes, idx: int | None = None) -> None:
        self.result.alarms += self.rows.alarm(code, subject, self.clock.now_s(), idx)
