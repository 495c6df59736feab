"""What authors take back: withdrawals count before reports do, and what they take is destroyed, keys first.

Rules (PROTOCOL, Chain, amendments, withdrawal):
- only the author of a report takes it back: proven by the signature, and not once a revocation has cut that author
  off;
- a withdrawal may come before its target: it waits in the store, and the target is cut or left out as it arrives;
- what a role may not hold any more is destroyed in the transaction in which the withdrawal counts: content keys, the
  sealed bytes that they open, columns, search texts, cells of the weekly table, attachments;
- what remains is read again from the parts that stay; the place in the author's chain stays always;
- a tombstone takes the whole object, unless its author has said which parts may stay: then only the relay's copy goes.

Not here: signatures and logs (`ingest`), answers to authors (`answering`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync_server.desk.judging import Standing
from sync_server.desk.opening import Found, Outcome, left_of
from sync_server.desk.store_ingest import IngestStore
from sync_server.desk.store_withdrawals import State, WithdrawalRow, WithdrawalStore, bitmap_of

TAKEN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sifted:
    """Objects that came, once what was taken back of them is gone.

    Attributes:
        found: what may be kept; of a report that nobody may hold, only its place in the chain.
        data: sealed bytes by object hash, of what may be kept.
        states: what became of leaves whose object is not kept.
    """

    found: Sequence[Found]
    data: Mapping[bytes, bytes]
    states: dict[int, str]


@dataclass(slots=True)
class Eraser:
    """Withdrawals of one desk. All methods belong into a transaction of the store.

    Attributes:
        slot: position of this desk's role in the policy.
        now_s: second at which the pull began.
        trust: what an envelope of a tablet is worth, by tablet, proven or not, and log index.
        alarm: raises an alarm by code, subject and log index.
        count: withdrawals that have come to count in this pull.
        destroyed: whether anything was destroyed in this pull.
    """

    rows: IngestStore
    slot: int
    now_s: int
    trust: Callable[[bytes, bool, int], Standing]
    alarm: Callable[[str, bytes, int], None]
    count: int = 0
    destroyed: bool = False
    said: WithdrawalStore = field(init=False)

    def __post_init__(self) -> None:
        self.said = WithdrawalStore(self.rows.store)

    # -- withdrawals ----------------------------------------------------------------------------------------------
    def take(self, found: Sequence[Found]) -> set[int]:
        """Keep withdrawals that were opened, and let count what can; reports that must be compared again."""
        self.said.add(found, self.slot)
        return self.decide()

    def decide(self) -> set[int]:
        """Judge withdrawals that wait; reports that must be compared again."""
        changed: set[int] = set()
        for row in self.said.waiting():
            proven = self.rows.is_proven(row.idx)
            standing = self.trust(row.device, proven, row.idx)
            if standing is Standing.COUNTED:
                self.said.mark(row, State.COUNTS)
                self.count += 1
                changed |= self._apply(row)
            elif standing is Standing.BAD_SIGNATURE:
                self.alarm("bad-signature", row.hash, row.idx)
            elif standing is Standing.QUARANTINED:
                self.alarm("withdrawal-held", row.hash, row.idx)
        return changed

    def _apply(self, row: WithdrawalRow) -> set[int]:
        """To what is here already."""
        here = self.said.held(row.target)
        if here is None:
            return set()
        idx, type_, device, keys, data = here
        if not self._is_own(row, device):
            return set()
        self.said.restrict(row)
        if type_ != "report":
            return set()  # gone already; and nothing but a report is a person's to take back
        had = bitmap_of(keys)
        left = None if data is None or row.complete else left_of(data, keys, row.keep)
        if left is None:
            self._note(row.target, had)
            return self.rows.erase(row.target, TAKEN)
        gone = had & ~bitmap_of(left.keys)
        if not gone:
            return set()
        self._note(row.target, gone)
        related = self.rows.relatives(self.rows.candidates([idx]))
        self.said.replace(idx, row.target, left.keys, left.data)
        self.said.drop_attachments(idx, originals=bool(gone >> 5 & 1), copies=bool(gone >> 2 & 1))
        self.rows.rewrite_report(idx, left.granted, left.digest)
        return related | {idx}

    def _is_own(self, row: WithdrawalRow, device: bytes) -> bool:
        if row.device == device:
            return True
        self.said.mark(row, State.FOREIGN)
        self.alarm("foreign-withdrawal", row.hash, row.idx)
        return False

    # -- what comes -------------------------------------------------------------------------------------------------
    def sift(self, found: Sequence[Found], data: Mapping[bytes, bytes]) -> Sifted:
        """Cut what comes by what was taken back of it before."""
        rows: dict[bytes, list[WithdrawalRow]] = {}
        for row in self.said.counting([item.object_hash for item in found]):
            rows.setdefault(row.target, []).append(row)
        if not rows:
            return Sifted(found, data, {})
        kept: list[Found] = []
        bytes_left = dict(data)
        states: dict[int, str] = {}
        for item in found:
            mine = rows.get(item.object_hash, ()) if item.outcome is Outcome.REPORT else ()
            own = [row for row in mine if self._is_own(row, item.device)]
            fresh = self._cut(item, own, bytes_left) if own else item
            kept.append(fresh)
            if fresh.type == TAKEN:
                states[item.idx] = TAKEN
        return Sifted(kept, bytes_left, states)

    def _cut(self, item: Found, own: Sequence[WithdrawalRow], data: dict[bytes, bytes]) -> Found:
        """An item as it may be kept; its sealed bytes in `data` are cut or taken away with it."""
        for row in own:
            self.said.restrict(row)
        keep = (1 << 6) - 1
        for row in own:
            keep &= 0 if row.complete else row.keep
        left = left_of(data[item.object_hash], item.keys, keep) if keep else None
        self._note(item.object_hash, bitmap_of(item.keys) & ~(bitmap_of(left.keys) if left else 0))
        if left is None:
            del data[item.object_hash]
            return replace(item, outcome=Outcome.OTHER, type=TAKEN, keys=b"", granted=0, digest=None, listed=())
        data[item.object_hash] = left.data
        return replace(item, keys=left.keys, granted=left.granted, digest=left.digest, listed=left.listed)

    # -- tombstones -------------------------------------------------------------------------------------------------
    def bury(self, target: bytes) -> set[int]:
        """A proven tombstone: destroy what its author has erased; reports that must be compared again."""
        here = self.said.held(target)
        if here is not None:
            _idx, type_, device, keys, _data = here
            mine = [row for row in self.said.counting([target]) if row.device == device]
            if mine and type_ == "report" and bitmap_of(keys) >> 1:
                return set()  # what may stay was cut free of the rest when the withdrawal counted
            if type_ not in (TAKEN, "erased"):
                self._note(target, bitmap_of(keys))
        return self.rows.erase(target, TAKEN if here is not None and here[1] == TAKEN else "erased")

    def _note(self, target: bytes, gone: int) -> None:
        self.destroyed = True
        self.said.note_destroyed(target, gone, self.now_s)
