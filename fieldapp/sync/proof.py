"""Which answers of a relay are believed: a receipt with an inclusion proof, under a checkpoint that the log's key has
signed and that continues the last one which this tablet has seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fieldapp.sync.carrier import Carrier, Refusal, Session
from fieldapp.vault.records import Seen
from firsthand import errors
from firsthand.protocol import bundle, checkpoint, merkle, receipt


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a receipt must prove: an object under its tag, logged as what it was handed in as."""

    object_hash: bytes
    tag: bytes
    is_attachment: bool = False


class Proof:
    """Judges answers of one relay for one tablet."""

    def __init__(self, session: Session, carrier: Carrier) -> None:
        self._session = session
        self._carrier = carrier

    def places(self, answer: bytes, wanted: Iterable[Wanted]) -> tuple[dict[bytes, int], Seen]:
        """Verifies a whole answer: object hash -> place in the log, and the newest checkpoint.

        Raises:
            WrongReceipt: it does not prove all that is wanted.
        """
        try:
            note, receipts = bundle.decode_receipts(answer)
            proven = self._checkpoint(note)
            by_hash = {each.object_hash: each for each in receipts}
            places = {each.object_hash: _place(by_hash.get(each.object_hash), each, proven) for each in wanted}
            return places, self._continued(proven, note)
        except errors.WrongReceipt:
            raise
        except errors.TheirFault as error:
            raise errors.WrongReceipt("the answer proves nothing") from error

    def erased(self, answer: bytes, object_hash: bytes, erase_key: bytes) -> Seen:
        """Verifies that an object's tombstone is in the log; the newest checkpoint.

        Raises:
            WrongReceipt: it does not prove it.
        """
        try:
            note, receipts = bundle.decode_receipts(answer)
            proven = self._checkpoint(note)
            found = next((each for each in receipts if each.object_hash == object_hash), None)
            if found is None:
                raise errors.WrongReceipt("a tombstone is missing")
            receipt.verify_erased(found, erase_key, proven)
            return self._continued(proven, note)
        except errors.WrongReceipt:
            raise
        except errors.TheirFault as error:
            raise errors.WrongReceipt("the answer proves nothing") from error

    def quiet_places(self, hashes: Sequence[bytes]) -> tuple[dict[bytes, int], Seen]:
        """Like `places`, for objects that are never handed in: it asks for the checkpoint alone.

        The checkpoint is verified as always; the places are the last ones in its log, which nobody can check here.

        Raises:
            WrongReceipt: the checkpoint proves nothing.
        """
        try:
            note = self._carrier.checkpoint()
            seen = self._continued(self._checkpoint(note), note)
        except errors.WrongReceipt:
            raise
        except errors.TheirFault as error:
            raise errors.WrongReceipt("the answer proves nothing") from error
        first = max(seen.size - len(hashes), 0)
        return {each: first + number for number, each in enumerate(hashes)}, seen

    def _checkpoint(self, note: str) -> checkpoint.Checkpoint:
        directory = self._session.directory
        return checkpoint.parse_and_verify(note, directory.log_public, directory.origin)

    def _continued(self, new: checkpoint.Checkpoint, note: str) -> Seen:
        """The newer of the kept and the new checkpoint, once one is proven to continue the other."""
        kept = self._session.custody.seen()
        fresh = Seen(new.size, new.root, new.day, note)
        if kept is None or not kept.note:  # without a note it was never the relay's
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


def _place(found: receipt.Receipt | None, wanted: Wanted, proven: checkpoint.Checkpoint) -> int:
    if found is None:
        raise errors.WrongReceipt("a receipt is missing")
    check = receipt.verify_attachment if wanted.is_attachment else receipt.verify
    check(found, wanted.tag, proven)
    return found.index
