"""desk-pull: from the relay's log to what people read, once and for all, whatever happens in between.

1. The directory is read again: invitations, revocations.
2. The log is verified up to a signed checkpoint; its new leaves are stored as *pending* together with the checkpoint.
   If it does not verify, an alarm is stored and nothing else.
3. What authors took back comes first: where more than one batch is pending, all of it is looked through for
   withdrawals before anything else is stored (`erasing`).
4. Pending leaves are taken in, a batch a transaction: objects fetched by hash, opened, judged, stored, settled. A kill
   between two batches loses nothing: what is pending is asked for again.
5. Reports whose author was unknown are judged again when the certificate comes; chains are judged at the end.

An object that opens to nothing for this role is counted; one that should open and does not is an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from firsthand.errors import BadProof, BadSignature, FirsthandError, Fork, Malformed, Rollback, WrongMission
from firsthand.ports import Clock
from firsthand.protocol import erase
from firsthand.protocol.directory import Directory
from firsthand.protocol.receipt import ATTACHMENT, OBJECT, TOMBSTONE
from sync_server.desk import opening
from sync_server.desk.attachments import Collector
from sync_server.desk.chains import ChainJudge
from sync_server.desk.courier import BATCH, Batch, Larder, batches
from sync_server.desk.crew import Crew, Role
from sync_server.desk.erasing import Eraser
from sync_server.desk.judging import DeviceStanding, Standing, judge, trust
from sync_server.desk.logcheck import Feed, advance
from sync_server.desk.opening import Found, Outcome, Sealed
from sync_server.desk.shelf import Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_attachments import AttachmentStore
from sync_server.desk.store_ingest import DeviceRow, IngestStore, PendingLeaf

_READABLE = {Outcome.REPORT, Outcome.ENROL, Outcome.OTHER}
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
        attachments: those that came and open.
        withdrawn: withdrawals that came to count.
    """

    log_size: int = 0
    leaves: int = 0
    reports: int = 0
    enrolled: int = 0
    other: int = 0
    not_granted: int = 0
    alarms: int = 0
    waiting: int = 0
    attachments: int = 0
    withdrawn: int = 0

    def __str__(self) -> str:
        taken = f"reports opened: {self.reports}, tablets enrolled: {self.enrolled}"
        if self.attachments:
            taken += f", attachments: {self.attachments}"
        if self.withdrawn:
            taken += f", taken back: {self.withdrawn}"
        left = f"for other roles: {self.not_granted}, waiting for their author: {self.waiting}"
        return f"log of {self.log_size}, new: {self.leaves}; {taken}; {left}; new alarms: {self.alarms}"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A batch between fetching and storing; `states` says what became of leaves that are not opened."""

    leaves: Sequence[PendingLeaf]
    sealed: Sequence[Sealed]
    found: Sequence[Found]
    states: dict[int, str]


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
    shelf: Shelf | None = None
    rows: IngestStore = field(init=False)
    devices: dict[bytes, DeviceRow] = field(init=False, default_factory=dict)
    touched: set[bytes] = field(init=False, default_factory=set)
    eraser: Eraser = field(init=False)
    result: PullResult = field(init=False, default_factory=PullResult)

    def __post_init__(self) -> None:
        self.rows = IngestStore(self.store)
        self.eraser = Eraser(self.rows, self.role.slot, self.clock.now_s(), self._trust, self._alarm)

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
            self._compare(self.eraser.decide())
        self._verify_log()
        self._take_pending()
        with self.store.transaction():
            ChainJudge(self.rows, self.role.registrar, self._alarm).judge(self.touched & self.devices.keys())
        self._collect()
        if self.eraser.destroyed:
            self.store.scrub()
        self.result.withdrawn = self.eraser.count
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

    # -- attachments --------------------------------------------------------------------------------------------
    def _collect(self) -> None:
        """Last, so that a long film on a bad line holds up no report."""
        if self.shelf is not None:
            collector = Collector(self.store, self.shelf, self.feed, self.clock, self._alarm_alone)
            self.result.attachments = collector.collect()

    def _alarm_alone(self, code: str, subject: bytes, idx: int) -> None:
        with self.store.transaction():
            self._alarm(code, subject, idx)

    # -- objects ------------------------------------------------------------------------------------------------
    def _take_pending(self) -> None:
        self.rows.ask_again()
        total, done = self.rows.pending_count(), 0
        crew, larder = Crew(self.role, self.pool), Larder(self.feed)
        if total > BATCH:
            self._withdrawals_first(crew, larder)
        for opened in self._opened(crew, larder):
            with self.store.transaction():
                self._take(opened)
            done += len(opened.leaves)
            self.progress(Progress(done, max(total, done)))

    def _withdrawals_first(self, crew: Crew, larder: Larder) -> None:
        """Look through all that is pending; within a single batch `_take` has the same order.

        How far it came is kept, so that on a bad line it need not begin again.

        Raises:
            NoNetwork, RelayRefused: nothing of what waits was stored but withdrawals.
        """
        for batch in batches(self.rows, self.feed, self.rows.looked_to()):
            larder.keep(batch.objects)
            found = crew.withdrawals(self._sort(batch, ()).sealed)
            authors = {row.id: row.sign_public for row in self.devices.values()}
            leaves = [PendingLeaf(item.idx, item.object_hash, OBJECT, item.tag) for item in found]
            with self.store.transaction():
                self._take(_Opened(leaves, found, crew.start(found, authors)(), {}))
                self.store.put("looked_to", batch.upto)

    def _opened(self, crew: Crew, feed: Feed) -> Iterator[_Opened]:
        """Batches, opened outside any transaction: pages write to the journal meanwhile.

        The next batch is handed to the crew before this one is stored, so that nobody waits for the other.
        """
        ahead: tuple[_Opened, Callable[[], list[Found]]] | None = None
        trouble: list[FirsthandError] = []
        for batch in _until_trouble(batches(self.rows, feed), trouble):
            fresh = self._sort(batch, ahead[0].sealed if ahead else ())
            authors = {row.id: row.sign_public for row in self.devices.values()}
            begun = (fresh, crew.start(fresh.sealed, authors))
            if ahead is not None:
                yield replace(ahead[0], found=ahead[1]())
            ahead = begun
        if ahead is not None:
            yield replace(ahead[0], found=ahead[1]())
        if trouble:
            raise trouble[0]

    def _sort(self, batch: Batch, ahead: Sequence[Sealed]) -> _Opened:
        """What is to be opened, and what became of leaves that are not. `ahead` is not stored yet."""
        states: dict[int, str] = {}
        sealed: list[Sealed] = []
        names = [leaf.object_hash for leaf in batch.leaves if leaf.kind == OBJECT]
        seen = self.rows.known_hashes(names) | {item.object_hash for item in ahead}
        erased = {name for name, key in self.rows.tombstones(names) if self._proves_erasure(name, key)}
        for leaf in batch.leaves:
            if leaf.kind == ATTACHMENT:
                states[leaf.idx] = "attachment"
            if leaf.kind != OBJECT:
                continue
            data = batch.objects[leaf.object_hash]
            if leaf.object_hash in erased:
                states[leaf.idx] = Outcome.ERASED
            elif leaf.object_hash in seen:
                states[leaf.idx] = "repeat"
            elif data is None or not opening.is_named_by(data, leaf.object_hash):
                states[leaf.idx] = Outcome.MISSING
            else:
                seen.add(leaf.object_hash)
                sealed.append(Sealed(leaf.idx, leaf.object_hash, leaf.proof, data))
        return _Opened(batch.leaves, sealed, [], states)

    def _take(self, opened: _Opened) -> None:
        """One batch in one transaction: judge authors, take back, keep, settle."""
        data = {item.object_hash: item.data for item in opened.sealed}
        states = opened.states | {item.idx: item.outcome for item in opened.found}
        readable = [item for item in opened.found if item.outcome in _READABLE]
        self._enrol([item for item in readable if item.outcome is Outcome.ENROL])
        readable = [self._prove(item, data) for item in readable]
        taking = [item for item in readable if item.withdrawal is not None]
        self.rows.add_envelopes(taking, self.clock.now_s())
        self._compare(self.eraser.take(taking))
        sifted = self.eraser.sift([item for item in readable if item.withdrawal is None], data)
        self.rows.add_objects(sifted.data.items())
        self.rows.add_envelopes(sifted.found, self.clock.now_s())
        self._report([item for item in sifted.found if item.outcome is Outcome.REPORT])
        AttachmentStore(self.store).add(sifted.found)
        self.touched.update(item.device for item in readable)
        states |= sifted.states | self._bury(opened.leaves)
        names = {leaf.idx: leaf.object_hash for leaf in opened.leaves}
        for idx, state in states.items():
            if state in _ALARMS:
                self._alarm(state, names[idx], idx)
        self.rows.settle(states.items())
        self._count([str(state) for state in states.values()])

    def _count(self, states: list[str]) -> None:
        self.result.not_granted += states.count(Outcome.NOT_GRANTED)
        self.result.reports += states.count(Outcome.REPORT)
        self.result.enrolled += states.count(Outcome.ENROL)
        self.result.other += states.count(Outcome.OTHER)

    # -- tombstones ---------------------------------------------------------------------------------------------
    def _bury(self, leaves: Iterable[PendingLeaf]) -> dict[int, str]:
        """Erase what its author has erased; a tombstone that proves nothing is an alarm."""
        states = {}
        for leaf in leaves:
            if leaf.kind != TOMBSTONE:
                continue
            if self._proves_erasure(leaf.object_hash, leaf.proof):
                self._compare(self.eraser.bury(leaf.object_hash))
                states[leaf.idx] = "tombstone"
            else:
                self._alarm("false-tombstone", leaf.object_hash, leaf.idx)
                states[leaf.idx] = "false-tombstone"
        return states

    def _proves_erasure(self, object_hash: bytes, erase_key: bytes) -> bool:
        tag = self.rows.tag_of(object_hash)
        try:
            erase.check(tag or erase.NO_ERASE, erase_key)
        except BadProof:
            return False
        return tag is not None

    # -- tablets --------------------------------------------------------------------------------------------------
    def _enrol(self, found: Sequence[Found]) -> None:
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
                self._prove_earlier(row)
        if found:
            self._refresh_devices()

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

    def _prove_earlier(self, row: DeviceRow) -> None:
        """Verify what came before the certificate."""
        self.rows.prove(idx for idx, name in self.rows.unproven(row.id) if self._proves(name, row.sign_public))

    def _prove(self, item: Found, data: Mapping[bytes, bytes]) -> Found:
        """Verify what was opened before its author was known, and came with or just after the certificate."""
        author = None if item.proven else self.devices.get(item.device)
        if author is None:
            return item
        sealed = data[item.object_hash]
        proven = opening.proves_again(sealed, self.role.slot, self.role.secrets, author.sign_public)
        return replace(item, proven=proven)

    def _proves(self, object_hash: bytes, author: bytes) -> bool:
        data = self.rows.object(object_hash)
        return data is not None and opening.proves_again(data, self.role.slot, self.role.secrets, author)

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
    def _report(self, found: Sequence[Found]) -> None:
        rows = [
            (item, item.digest, self._trust(item.device, item.proven, item.idx))
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

    def _alarm(self, code: str, subject: bytes, idx: int | None = None) -> None:
        self.result.alarms += self.rows.alarm(code, subject, self.clock.now_s(), idx)


def _until_trouble(source: Iterator[Batch], trouble: list[FirsthandError]) -> Iterator[Batch]:
    """Batches up to the first that does not come; its error is kept until what did come is stored."""
    try:
        yield from source
    except FirsthandError as error:
        trouble.append(error)
