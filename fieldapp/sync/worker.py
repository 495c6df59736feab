"""Hands the outbox to the relay and believes only what is proven.

Theory. A token and its exact list are on disk before the relay hears them, so whatever cuts the line, the
next run says the same again and gets the same answer: every object is stored once. An object is `logged` when
a receipt with an inclusion proof verifies under a checkpoint that the log's key has signed and that continues
the last checkpoint this tablet has seen. Anything else leaves everything as it was.

Not here: how bytes travel (`carriers/`), what is believed (`proof`), attachments (`attachments`), and retries
after a failure (the officer, or a schedule, calls again).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fieldapp.sync import attachments as evidence
from fieldapp.sync.carrier import (
    Carrier,
    Refusal,
    RelayBusy,
    RelayFull,
    Session,
    TokenUnknown,
    TrainingNeverSends,
)
from fieldapp.sync.erasing import erase_due
from fieldapp.sync.plan import Batch, plan
from fieldapp.sync.proof import Proof, Wanted
from fieldapp.vault.blobs import Blob, Blobs
from fieldapp.vault.records import UNSENT, Binding, Item, Seen
from fieldapp.vault.vault import DamagedRow
from firsthand import errors
from firsthand.protocol import bundle, token
from firsthand.protocol.withdraw import ENVELOPE_TYPE

# A token that is spent on another list is passed over; a vault that was put back from a copy meets a few.
_SPENT_TOKENS_MAX = 64
_UNAUTHORIZED, _CONFLICT, _BUSY, _FULL = 401, 409, 503, 507


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is, in confirmed objects and bytes only.

    Attributes:
        stage: `handing` while batches go out, `attachments` while those do, `done` at the end.
        done, total: objects proven to be in the log, of those that waited at the start; attachments among them
            where they are sent.
        bytes_done, bytes_total: their sealed bytes.
        bytes_sending: of the attachment under way, that have left and are not confirmed.
    """

    stage: str
    done: int
    total: int
    bytes_done: int
    bytes_total: int
    bytes_sending: int = 0


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync achieved.

    Attributes:
        logged: objects newly proven to be in the log.
        waiting: objects still not proven; 0 when all is done.
        damaged: objects that cannot be sent, because their row on this tablet does not open.
        attachments: what became of attachments; these numbers are not among those above.
    """

    logged: int
    waiting: int
    damaged: int
    attachments: evidence.Outcome = field(default_factory=evidence.Outcome)


def sync(
    session: Session, carrier: Carrier, progress: Callable[[Progress], None], *, attachments: bool = False
) -> SyncResult:
    """Hands in everything that waits; attachments only where that is asked for.

    Raises:
        NoNetwork, RelayRefused: all sealed reports stay here; the next sync goes on where this one stopped.
        WrongReceipt: the relay's answer proves nothing and was not believed.
        InvitationUsed: another tablet has enrolled with the same invitation.
        TrainingNeverSends: this is a training tablet.
    """
    if session.training:
        raise TrainingNeverSends
    return _Run(session, carrier, progress, attachments=attachments).run()


class _Run:
    """One sync."""

    def __init__(
        self, session: Session, carrier: Carrier, progress: Callable[[Progress], None], *, attachments: bool
    ) -> None:
        self._session = session
        self._custody = session.custody
        self._carrier = carrier
        self._tell = progress
        self._proof = Proof(session, carrier)
        self._blobs = Blobs(session.home, session.vault)
        waiting = self._custody.unsent_items()
        self._total, self._bytes_total = len(waiting), sum(item.size_bytes for item in waiting)
        self._done = self._bytes_done = 0
        self._spent = 0
        self._damaged: set[bytes] = set()
        self._planned: deque[Batch] = deque()
        self._wants_attachments = attachments

    def run(self) -> SyncResult:
        """What was taken back; then batch after batch, until none is left; then attachments."""
        self._report("handing")
        erase_due(self._session, self._carrier, self._proof)
        self._let_withdrawals_pass()
        while (binding := self._next()) is not None:
            self._hand(binding)
            self._report("handing")
        logged, waiting = self._done, self._total - self._done
        attachments = self._attachments()
        self._report("done")
        return SyncResult(logged, waiting, len(self._damaged), attachments)

    def _attachments(self) -> evidence.Outcome:
        todo = evidence.waiting(self._session, self._blobs)
        if not self._wants_attachments:
            return evidence.Outcome(waiting=len(todo))
        self._total += len(todo)
        self._bytes_total += sum(blob.size_bytes for blob in todo)
        sender = evidence.Sender(
            self._session, self._carrier, self._blobs, lambda left: self._report("attachments", left)
        )
        return sender.run(todo, self._attachment_logged)

    def _attachment_logged(self, blob: Blob) -> None:
        self._done += 1
        self._bytes_done += blob.size_bytes
        self._report("attachments")

    def _let_withdrawals_pass(self) -> None:
        """A list that was begun waits, or is said anew under another token, behind what was taken back since."""
        pending = self._custody.binding()
        if pending is None or not any(item.kind == ENVELOPE_TYPE for item in self._custody.unsent_items()):
            return
        if ENVELOPE_TYPE not in {self._kind(row_id) for row_id in pending.row_ids}:
            self._custody.unbind()

    def _kind(self, row_id: bytes) -> str:
        try:
            return self._custody.item(row_id).kind
        except (DamagedRow, errors.NotFound):
            return ""

    def _next(self) -> Binding | None:
        """What an interrupted sync had written down, else the next batch of the plan; None at the end."""
        pending = self._custody.binding()
        if pending is not None:
            return pending
        if not self._planned:
            items = [item for item in self._custody.unsent_items() if self._row(item) not in self._damaged]
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
        try:
            if self._session.decoy:
                self._log(binding, items, *self._proof.quiet_places([item.object_hash for item in items]))
                return
            secret = token.token_at(self._session.keyring.token_seed, binding.token)
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
        self._log(binding, items, *self._proof.places(answer, [Wanted(item.object_hash, item.tag) for item in items]))

    def _log(self, binding: Binding, items: Sequence[Item], places: dict[bytes, int], newest: Seen) -> None:
        fresh = [item for item in items if item.state in UNSENT]
        rows = {row: places[item.object_hash] for row, item in zip(binding.row_ids, items, strict=True)}
        self._custody.mark_logged(rows, newest)
        self._done += len(fresh)
        self._bytes_done += sum(item.size_bytes for item in fresh)

    def _row(self, item: Item) -> bytes:
        return self._custody.row_id(item.object_hash)

    def _report(self, stage: str, sending: int = 0) -> None:
        self._tell(Progress(stage, self._done, self._total, self._bytes_done, self._bytes_total, sending))
