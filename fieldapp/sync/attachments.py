"""Hands attachments to the relay, one token each, after the envelopes that list them, smallest first.

Evidence is not in sync by default: it is large, and somebody decides for each line whether it goes. The same rules
hold as for envelopes: the token is on disk before it is spoken, a repeat says the same, and nothing counts that no
receipt proves. An attachment larger than this relay takes in one piece waits for another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from fieldapp.sync.carrier import Carrier, ObjectHead, Refusal, RelayBusy, RelayFull, Session, TokenUnknown
from fieldapp.sync.proof import Proof, Wanted
from fieldapp.vault.blobs import Blob, Blobs, DamagedBlob, read_pieces
from fieldapp.vault.records import UNSENT, Seen, State
from firsthand import errors
from firsthand.protocol import token

_SPENT_TOKENS_MAX = 64
_UNAUTHORIZED, _NOT_FOUND, _CONFLICT, _TOO_LARGE, _BUSY, _FULL = 401, 404, 409, 413, 503, 507


@dataclass(slots=True)
class Outcome:
    """What became of attachments.

    Attributes:
        logged: newly proven to be in the log.
        waiting: not proven; those below among them.
        too_large: for this relay.
        damaged: their file on this tablet is not what was sealed.
    """

    logged: int = 0
    waiting: int = 0
    too_large: int = 0
    damaged: int = 0


def waiting(session: Session, blobs: Blobs) -> list[Blob]:
    """Attachments of logged envelopes that are not proven to be in the log yet, smallest first."""
    unsent = [blob for blob in blobs.rows() if blob.report and blob.state in UNSENT]
    return sorted((blob for blob in unsent if _is_due(session, blob)), key=lambda blob: (blob.size_bytes, blob.id))


def _is_due(session: Session, blob: Blob) -> bool:
    try:
        state = session.custody.item(blob.report).state
    except (errors.Damaged, errors.NotFound):
        return False
    return state in (State.LOGGED, State.ACKNOWLEDGED)


class Sender:
    """One sync's attachments."""

    def __init__(self, session: Session, carrier: Carrier, blobs: Blobs, sending: Callable[[int], None]) -> None:
        """`sending` is told the bytes of the current attachment that have left; nothing is proven by them."""
        self._session = session
        self._carrier = carrier
        self._blobs = blobs
        self._sending = sending
        self._proof = Proof(session, carrier)
        self._spent = 0

    def run(self, todo: list[Blob], logged: Callable[[Blob], None]) -> Outcome:
        """Hands in all of them; `logged` hears of each that is proven.

        Raises:
            NoNetwork, RelayRefused, WrongReceipt: what was proven stays so, the rest waits.
        """
        outcome = Outcome(waiting=len(todo))
        limit = self._carrier.object_limit() if todo else 0
        for blob in todo:
            if blob.size_bytes > limit:
                outcome.too_large += 1
            elif not self._is_intact(blob):
                outcome.damaged += 1
            elif self._hand(blob):
                outcome.logged += 1
                outcome.waiting -= 1
                logged(blob)
            else:
                outcome.too_large += 1
        return outcome

    def _is_intact(self, blob: Blob) -> bool:
        """A damaged file would be stored under a name that nobody asks for, and cost all the bytes."""
        digest = sha256()
        try:
            with self._blobs.open(blob.id) as source:
                for piece in read_pieces(source):
                    digest.update(piece)
        except DamagedBlob:
            return False
        return digest.digest() == blob.object_hash

    def _hand(self, blob: Blob) -> bool:
        """Has one logged; False where the relay finds it too large."""
        if self._session.decoy:
            self._log(blob, *self._proof.quiet_places([blob.object_hash]))
            return True
        if blob.token is not None and self._was_taken(blob):
            return True
        while True:
            blob = self._with_token(blob)
            try:
                answer = self._send(blob)
            except Refusal as refusal:
                if refusal.status == _TOO_LARGE:
                    return False
                self._refused(refusal)
                blob = self._blobs.mark(blob.id, token=None)
                continue
            self._believe(blob, answer)
            return True

    def _was_taken(self, blob: Blob) -> bool:
        """The line may have been cut after the relay had stored it: asking costs less than sending it again."""
        try:
            answer = self._carrier.receipt(blob.object_hash)
        except Refusal as refusal:
            if refusal.status == _NOT_FOUND:
                return False
            raise
        self._believe(blob, answer)
        return True

    def _with_token(self, blob: Blob) -> Blob:
        if blob.token is not None:
            return blob
        with self._session.vault.write():
            bound = replace(blob, token=self._session.custody.take_token())
            self._blobs.put(bound)
        return bound

    def _send(self, blob: Blob) -> bytes:
        secret = token.token_at(self._session.keyring.token_seed, blob.token or 0)
        with self._blobs.open(blob.id) as source:
            pieces = self._told(read_pieces(source))
            return self._carrier.send_object(ObjectHead(secret, blob.tag, blob.size_bytes), pieces)

    def _told(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        left = 0
        for piece in pieces:
            yield piece
            left += len(piece)
            self._sending(left)

    def _refused(self, refusal: Refusal) -> None:
        """Returns only if the next token should be tried."""
        if refusal.status == _CONFLICT:
            self._spent += 1
            if self._spent <= _SPENT_TOKENS_MAX:
                return
        known = {_UNAUTHORIZED: TokenUnknown, _BUSY: RelayBusy, _FULL: RelayFull}
        raise known.get(refusal.status, errors.RelayRefused)() from refusal

    def _believe(self, blob: Blob, answer: bytes) -> None:
        self._log(blob, *self._proof.places(answer, [Wanted(blob.object_hash, blob.tag, is_attachment=True)]))

    def _log(self, blob: Blob, places: dict[bytes, int], seen: Seen) -> None:
        with self._session.vault.write():
            self._blobs.put(replace(blob, state=State.LOGGED, log_index=places[blob.object_hash]))
            self._session.custody.save_seen(seen)
