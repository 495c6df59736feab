"""Hands the outbox to the relay and believes only what is proven.

Theory. A token and its exact list are on disk before the relay hears them, so whatever cuts the line, the
next run says the same again and gets the same answer: every object is stored once. An object is `logged` when
a receipt with an inclusion proof verifies under a checkpoint that the log's key has signed and that continues
the last checkpoint this tablet has seen. Anything else leaves everything as it was.

Not here: how bytes travel (`carriers/`), and retries after a failure (the officer, or a schedule, calls
again).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fieldapp.sync.carrier import (
    Carrier,
    Refusal,
    RelayBusy,
    RelayFull,
    Session,
    TokenUnknown,
    TrainingNeverSends,
)
from fieldapp.sync.plan import Batch, plan
from fieldapp.vault.records import UNSENT, Binding, Item, Seen
from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.protocol import bundle, checkpoint, merkle, receipt, token

# A token that is spent on another list is passed over; a vault that was put back from a copy meets a few.
_SPENT_TOKENS_MAX = 64
_UNAUTHORIZED, _CONFLICT, _BUSY, _FULL = 401, 409, 503, 507


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is, in confirmed objects and bytes only.

    Attributes:
        stage: `handing` while batches go out, `done` at the end.
        done, total: objects proven to be in the log, of those that waited at the start.
        bytes_done, bytes_total: their sealed bytes.
    """

    stage: str
    done: int
    total: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync achieved.

    Attributes:
        logged: objects newly proven to be in the log.
        waiting: objects still not proven; 0 when all is done.
        damaged: objects that cannot be sent, because their row on this tablet does not open.
    """

    logged: int
    waiting: int
    damaged: int


def sync(session: Session, carrier: Carrier, progress: Callable[[Progress], None]) -> SyncResult:
    """Hands in everything that waits.

    Raises:
        NoNetwork, RelayRefused: all sealed reports stay here; the next sync goes on where this one stopped.
        WrongReceipt: the relay's answer proves nothing and was not believed.
        InvitationUsed: another tablet has enrolled with the same invitation.
        TrainingNeverSends: this is a training tablet.
    """
    if session.training:
        raise TrainingNeverSends
    return _Run(session, carrier, progress).run()


class _Run:
    """One sync."""

    def __init__(self, session: Session, carrier: Carrier, progress: Callable[[Progress], None]) -> None:
        self._session = session
        self._custody = session.custody
        self._carrier = carrier
        self._tell = progress
        waiting = [item for item in self._custody.items() if item.state in UNSENT]
        self._total, self._bytes_total = len(waiting), sum(item.size_bytes for item in waiting)
        self._done = self._bytes_done = 0
        self._spent = 0
        self._damaged: set[bytes] = set()
        self._planned: deque[Batch] = deque()

    def run(self) -> SyncResult:
        """Batch after batch, until none is left."""
        self._report("handing")
        while (binding := self._next()) is not None:
            self._hand(binding)
            self._report("handing")
        self._report("done")
        return SyncResult(self._done, self._total - self._done, len(self._damaged))

    def _next(self) -> Binding | None:
        """What an interrupted sync had written down, else the next batch of the plan; None at the end."""
        pending = self._custody.binding()
        if pending is not None:
            return pending
        if not self._planned:
            items = [item for item in self._custody.items() if self._row(item) not in self._damaged]
            self._planned = deque(plan(items))
        if not self._planned:
            return None
        rows = [row for row in map(self._row, self._planned.popleft().items) if self._readable(row)]
        return self._custody.bind(rows) if rows else self._next()

    def _readable(self, row_id: bytes) -> bool:
        try:
            self._custody.envelope(row_id)
        except (DamagedRow, errors.NotFound):
            self._damaged.add(row_id)
            return False
        return True

    def _hand(self, binding: Binding) -> None:
        try:
            items = [self._custody.item(row_id) for row_id in binding.row_ids]
            batch = [
                bundle.BatchItem(item.object_hash, item.tag, self._custody.envelope(row_id))
                for item, row_id in zip(items, binding.row_ids, strict=True)
            ]
        except (DamagedRow, errors.NotFound):
            # A row was hurt after it was bound: this list can never be said again; a new token pays the rest.
            self._custody.unbind()
            return
        secret = token.token_at(self._session.keyring.token_seed, binding.token)
        try:
            answer = self._carrier.send_batch(bundle.encode_batch(secret, batch))
        except Refusal as refusal:
            self._refused(refusal, binding, items)
            return
        self._custody.mark_handed(binding.row_ids)
        self._believe(answer, binding, items)

    def _refused(self, refusal: Refusal, binding: Binding, items: Sequence[Item]) -> None:
        """What the relay's refusal means; returns only if the next token should be tried."""
        if refusal.status == _CONFLICT:
            if binding.token == 0 and any(item.kind == "enrol" for item in items):
                raise errors.InvitationUsed from refusal
            self._spent += 1
            if self._spent <= _SPENT_TOKENS_MAX:
                self._custody.unbind()
                return
        known = {_UNAUTHORIZED: TokenUnknown, _BUSY: RelayBusy, _FULL: RelayFull}
        raise known.get(refusal.status, errors.RelayRefused)() from refusal

    def _believe(self, answer: bytes, binding: Binding, items: Sequence[Item]) -> None:
        """Verifies the whole answer before a single state moves."""
        try:
            note, receipts = bundle.decode_receipts(answer)
            proven = self._checkpoint(note)
            by_hash = {each.object_hash: each for each in receipts}
            places = {}
            for row_id, item in zip(binding.row_ids, items, strict=True):
                mine = by_hash.get(item.object_hash)
                if mine is None:
                    raise errors.WrongReceipt("a receipt is missing")
                receipt.verify(mine, item.tag, proven)
                places[row_id] = mine.index
            newest = self._continued(proven, note)
        except errors.WrongReceipt:
            raise
        except errors.TheirFault as error:
            raise errors.WrongReceipt("the answer proves nothing") from error
        fresh = [item for item in items if item.state in UNSENT]
        self._custody.mark_logged(places, newest)
        self._done += len(fresh)
        self._bytes_done += sum(item.size_bytes for item in fresh)

    def _checkpoint(self, note: str) -> checkpoint.Checkpoint:
        directory = self._session.directory
        return checkpoint.parse_and_verify(note, directory.log_public, directory.origin)

    def _continued(self, new: checkpoint.Checkpoint, note: str) -> Seen:
        """The newer of the kept and the new checkpoint, once one is proven to continue the other."""
        kept = self._custody.seen()
        fresh = Seen(new.size, new.root, new.day, note)
        if kept is None:
            return fresh
        small, large = (kept, fresh) if kept.size <= fresh.size else (fresh, kept)
        proof = [] if small.size in (0, large.size) else self._consistency(small.size, large.size)
        merkle.verify_consistency(small.size, small.root, large.size, large.root, proof)
        return large

    def _consistency(self, old: int, new: int) -> list[bytes]:
        try:
            return self._carrier.consistency(old, new)
        except Refusal as refusal:
            raise errors.WrongReceipt("the log does not continue what it was") from refusal

    def _row(self, item: Item) -> bytes:
        return self._custody.row_id(item.object_hash)

    def _report(self, stage: str) -> None:
        self._tell(Progress(stage, self._done, self._total, self._bytes_done, self._bytes_total))
