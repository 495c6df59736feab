"""The log: what one group of jobs does to the store, in one transaction.

Jobs are uploads, erasures and registrations of tokens. `Log.commit` decides each of them, appends what is
new, signs one checkpoint for the group and makes every receipt against it. It opens nothing: an object is
bytes with a hash and a tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from firsthand.errors import (
    BadProof,
    BadSignature,
    Damaged,
    Environment,
    FirsthandError,
    Malformed,
    NotFound,
)
from firsthand.ports import Clock
from firsthand.protocol import bundle, checkpoint, erase, merkle
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.receipt import Leaf, Receipt
from firsthand.protocol.signing import SigningKey
from sync_server.relay.inbox import Inbox
from sync_server.relay.refusals import HashMismatch, TokenBound, TokenUnknown
from sync_server.relay.store import Head, Reading, Store, StoredObject, Token, Writing

BINDING_DAYS = 30  # so long a tablet may repeat an upload and get its answer again
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Upload:
    """Objects whose hashes were checked, the token that pays (by its SHA-256), and the hash of their list."""

    token_hash: bytes
    list_hash: bytes
    items: tuple[BatchItem, ...]

    @property
    def weight(self) -> int:
        """How much of a group it fills, in objects."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class UploadAttachment:
    """One attachment whose bytes lie on the disk already, and the token that pays (by its SHA-256)."""

    token_hash: bytes
    object_hash: bytes
    length: int
    tag: bytes
    weight: ClassVar[int] = 1

    @property
    def list_hash(self) -> bytes:
        """What the token is bound to."""
        return bundle.attachment_list_hash(self.object_hash, self.length, self.tag)


@dataclass(frozen=True, slots=True)
class Erase:
    """Somebody shows the erase key of an object."""

    object_hash: bytes
    erase_key: bytes
    weight: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Register:
    """Hashes of tokens from a statement whose signature was checked."""

    hashes: Sequence[bytes]
    weight: ClassVar[int] = 256  # thousands of rows: nothing else in the group should wait for them


@dataclass(frozen=True, slots=True)
class Look:
    """Is this token good for an upload that has only begun to arrive?"""

    token_hash: bytes
    weight: ClassVar[int] = 1


Job: TypeAlias = Upload | UploadAttachment | Erase | Register | Look
Outcome: TypeAlias = bytes | FirsthandError  # an encoded answer, or why not


class Log:
    """The append-only log of one origin."""

    def __init__(
        self,
        *,
        store: Store,
        inbox: Inbox,
        origin: str,
        key: SigningKey,
        clock: Clock,
        on_erased: Callable[[Iterable[bytes]], None] = lambda _: None,
    ) -> None:
        """Open the log, or begin it.

        Args:
            on_erased: told the hashes of objects whose tombstones have been committed.

        Raises:
            WrongMission: the store holds the log of another origin.
            Damaged: head, note and key do not belong together.
        """
        self._store, self._inbox, self._origin, self._key, self._clock = store, inbox, origin, key, clock
        self._on_erased = on_erased
        empty = merkle.Frontier()
        day = self._today()
        store.begin_log(Head(origin=origin, frontier=empty, day=day, objects=0, note=self._sign(empty, day)))
        self._check_head()
        self._forgotten_on = -1
        self._scrub_due = False
        self.commit([Register(())])  # reads the inbox

    def commit(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Do a group of jobs in one transaction.

        Returns:
            One outcome a job. They hold only once this function has returned.

        Raises:
            DiskFull, Busy, Damaged: nothing of the group has happened.
        """
        with self._store.writing() as writing:
            group = _Group(writing, self._today())
            self._forget(writing, group.day)
            statements = self._admit_tokens(writing, group, jobs)
            decisions = [group.take(job) for job in jobs]
            note = group.finish(self._sign)
            outcomes = _answers(writing, group, note, decisions)
        self._inbox.done(statements)
        self._on_erased(group.erased)
        self._scrub_due = self._scrub_due or bool(group.erased)
        return outcomes

    def scrub_if_due(self) -> None:
        """After erasures: overwrite what the database's own journal still holds. Tried again if it fails."""
        if not self._scrub_due:
            return
        try:
            self._store.scrub()
        except Environment:
            return
        self._scrub_due = False

    def _admit_tokens(self, writing: Writing, group: _Group, jobs: Sequence[Job]) -> list[str]:
        """Load the tokens of the group; where one is unknown, look into the inbox first."""
        wanted = {job.token_hash for job in jobs if isinstance(job, Upload | UploadAttachment | Look)}
        group.tokens = writing.tokens(wanted)
        registers = any(isinstance(job, Register) for job in jobs)
        if len(group.tokens) == len(wanted) and not registers:
            return []
        names = []
        for name, hashes in self._inbox.statements():
            writing.insert_tokens(hashes)
            names.append(name)
        for job in jobs:
            if isinstance(job, Register):
                writing.insert_tokens(job.hashes)
        group.tokens = writing.tokens(wanted)
        return names

    def _forget(self, writing: Writing, day: int) -> None:
        if self._forgotten_on != day:
            writing.forget_bindings(day - BINDING_DAYS)
            self._forgotten_on = day

    def _today(self) -> int:
        return max(0, self._clock.now_s()) // _DAY_S

    def _sign(self, frontier: merkle.Frontier, day: int) -> str:
        point = checkpoint.Checkpoint(origin=self._origin, size=frontier.size, root=frontier.root(), day=day)
        return checkpoint.sign(point, self._key)

    def _check_head(self) -> None:
        with self._store.reading() as reading:
            head = reading.head()
        try:
            point = checkpoint.parse_and_verify(head.note, self._key.public, self._origin)
        except (Malformed, BadSignature):
            raise Damaged("note of the head") from None
        if point.size != head.frontier.size or point.root != head.frontier.root():
            raise Damaged("head of the log")


Sign: TypeAlias = Callable[[merkle.Frontier, int], str]
Decision: TypeAlias = list[tuple[bytes, int]] | FirsthandError  # (object hash, leaf index) to answer for


class _Group:
    """What a group has decided so far; the database sees it in `finish`."""

    def __init__(self, writing: Writing, today: int) -> None:
        self._writing = writing
        self.head = writing.head()
        self.tokens: dict[bytes, Token] = {}
        self.erased: list[bytes] = []
        self.day = max(today, self.head.day)
        self._start = self.head.frontier.size
        self._frontier = replace(self.head.frontier)
        self._objects = self.head.objects
        self._known: dict[bytes, StoredObject] = {}
        self._leaves: list[bytes] = []
        self._rows: list[tuple[int, bytes, bytes, bytes | None]] = []
        self._bound: dict[bytes, bytes] = {}
        self.nodes: list[merkle.Node] = []
        self.peaks = self._frontier.nodes()

    @property
    def size(self) -> int:
        """Leaves of the log after this group."""
        return self._frontier.size

    def take(self, job: Job) -> Decision:
        """Decide one job. A refusal is returned, not raised: the others go on."""
        try:
            match job:
                case Upload():
                    return self._upload(job)
                case UploadAttachment():
                    return self._attachment(job)
                case Erase():
                    return self._erase(job)
                case Look():
                    self._token(job.token_hash)
                case Register():
                    pass
        except (TokenUnknown, TokenBound, HashMismatch, NotFound, BadProof) as refusal:
            return refusal
        return []

    def finish(self, sign: Sign) -> str:
        """Write everything; returns the note that signs the log as it then stands."""
        self._writing.bind_tokens(self._bound, self.day)
        if not self._leaves:
            return self.head.note
        self._writing.insert_leaves(self._start, self._leaves)
        self._writing.insert_objects(self._rows)
        self._writing.insert_nodes(self.nodes)
        note = sign(self._frontier, self.day)
        self._writing.update_head(
            replace(self.head, frontier=self._frontier, day=self.day, objects=self._objects, note=note)
        )
        return note

    def _upload(self, job: Upload) -> Decision:
        known = self._admit(job, [(item.object_hash, item.tag) for item in job.items])
        return [(item.object_hash, self._store_object(item, known)) for item in job.items]

    def _attachment(self, job: UploadAttachment) -> Decision:
        known = self._admit(job, [(job.object_hash, job.tag)])
        if job.object_hash not in known:
            leaf = Leaf.attachment(job.object_hash, job.tag)
            self._keep(leaf, job.object_hash, job.tag, None)
        return [(job.object_hash, known[job.object_hash].leaf_index)]

    def _admit(self, job: Upload | UploadAttachment, named: Sequence[tuple[bytes, bytes]]) -> dict[bytes, StoredObject]:
        """Spend the token on this list, or refuse; what is known already."""
        token = self._token(job.token_hash)
        if token.spent and token.list_hash != job.list_hash:
            raise TokenBound
        known = self._look_up(name for name, _ in named)
        if any(name in known and known[name].tag != tag for name, tag in named):
            raise HashMismatch
        if not token.spent:
            self.tokens[job.token_hash] = Token(spent=True, list_hash=job.list_hash)
            self._bound[job.token_hash] = job.list_hash
        return known

    def _store_object(self, item: BatchItem, known: dict[bytes, StoredObject]) -> int:
        if item.object_hash not in known:
            leaf = Leaf.envelope(item.object_hash, item.tag)
            self._keep(leaf, item.object_hash, item.tag, item.data)
        return known[item.object_hash].leaf_index

    def _keep(self, leaf: bytes, name: bytes, tag: bytes, data: bytes | None) -> None:
        index = self._append(leaf)
        self._rows.append((index, name, tag, data))
        self._known[name] = StoredObject(leaf_index=index, tag=tag, tombstone_index=None)
        self._objects += 1

    def _erase(self, job: Erase) -> Decision:
        known = self._look_up([job.object_hash])
        if job.object_hash not in known:
            raise NotFound("object")
        stored = known[job.object_hash]
        erase.check(stored.tag, job.erase_key)
        if stored.tombstone_index is None:
            self._flush_objects()  # it may have come in this very group
            index = self._append(Leaf.tombstone(job.object_hash, job.erase_key))
            self._writing.erase(stored.leaf_index, index)
            known[job.object_hash] = replace(stored, tombstone_index=index)
            self._objects -= 1
            self.erased.append(job.object_hash)
            return [(job.object_hash, index)]
        return [(job.object_hash, stored.tombstone_index)]

    def _flush_objects(self) -> None:
        self._writing.insert_objects(self._rows)
        self._rows = []

    def _token(self, token_hash: bytes) -> Token:
        if token_hash not in self.tokens:
            raise TokenUnknown
        return self.tokens[token_hash]

    def _look_up(self, hashes: Iterable[bytes]) -> dict[bytes, StoredObject]:
        self._known.update(self._writing.objects([item for item in hashes if item not in self._known]))
        return self._known

    def _append(self, leaf: bytes) -> int:
        index = self._frontier.size
        self._leaves.append(leaf)
        self.nodes += self._frontier.append(merkle.leaf_hash(leaf))
        return index


def _answers(reading: Reading, group: _Group, note: str, decisions: Sequence[Decision]) -> list[Outcome]:
    proofs = proofs_for(
        reading,
        group.size,
        [index for decision in decisions if isinstance(decision, list) for _, index in decision],
        [*group.peaks, *group.nodes],
    )
    return [
        bundle.encode_receipts(note, [Receipt(name, index, proofs[index]) for name, index in decision])
        if isinstance(decision, list)
        else decision
        for decision in decisions
    ]


def proofs_for(
    reading: Reading, size: int, indexes: Iterable[int], at_hand: Iterable[merkle.Node] = ()
) -> dict[int, tuple[bytes, ...]]:
    """Inclusion proofs in the tree of `size` leaves; nodes that are not at hand are read in one go."""
    plans = {index: merkle.inclusion_plan(size, index) for index in indexes}
    hashes = {(node.level, node.position): node.hash for node in at_hand}
    missing = {place for plan in plans.values() for part in plan for place in part if place not in hashes}
    hashes.update(reading.nodes(missing))
    return {
        index: merkle.proof_of(plan, lambda level, position: hashes[level, position]) for index, plan in plans.items()
    }
