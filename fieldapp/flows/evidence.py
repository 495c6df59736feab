"""Which attachments a report takes along, and the copies that are made of them: worked out before it is sealed.

What consent or basis does not cover is not written: it goes with the draft. A copy without metadata is made only
where consent covers the medium and the facts are shared (C9 of the medium and C2), and never of a sensitive report:
a face or a voice would tell the readers of the facts what the facts may not.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fieldapp.flows.attach_rows import Held
from fieldapp.flows.strip import Copy, can_strip, strip
from fieldapp.vault.blobs import Blob, Blobs, DamagedBlob, read_pieces
from firsthand import errors
from firsthand.domain.parts import SplitReport
from firsthand.protocol import attachment, cbor, erase
from firsthand.protocol.attachment import Custody, Opener, Sealer
from firsthand.protocol.grants import Policy

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_KEY_BYTES = 32
_PIECE_BYTES = 1 << 16
_COPIED = frozenset({"photo", "audio"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the attachments of a draft.

    Attributes:
        taken: those that are listed in part 5.
        dropped: those that consent does not cover: they are not sealed and go with the draft.
        copied: those of `taken` of which a copy goes with the facts, if it can be made.
    """

    taken: tuple[Held, ...] = ()
    dropped: tuple[Held, ...] = ()
    copied: tuple[Held, ...] = ()

    @property
    def media(self) -> frozenset[str]:
        """The media in part 5, for the grants policy."""
        return frozenset(held.entry.custody.medium for held in self.taken)


def choose(policy: Policy, cut: SplitReport, held: Iterable[Held]) -> Choice:
    """Applies consent or basis to the attachments of a draft.

    Raises:
        Refused: neither or both of consent and basis.
    """
    covered = policy.media_allowed(scopes=cut.scopes, basis=cut.basis)
    taken = tuple(each for each in held if each.entry.custody.medium in covered)
    dropped = tuple(each for each in held if each.entry.custody.medium not in covered)
    written = policy.written(
        scopes=cut.scopes,
        basis=cut.basis,
        sensitive=cut.sensitive,
        children_counted=cut.children_counted,
        media=frozenset(each.entry.custody.medium for each in taken),
        withhold=cut.withhold,
        about=cut.about,
    )
    if attachment.PART not in written:  # the custodian is withheld from: nobody could open them
        return Choice((), taken + dropped)
    if cut.sensitive or attachment.COPIES_PART not in written:
        return Choice(taken, dropped)
    copied = tuple(each for each in taken if _can_copy(each))
    return Choice(taken, dropped, copied)


def _can_copy(held: Held) -> bool:
    entry = held.entry
    return entry.custody.medium in _COPIED and can_strip(entry.media_type, entry.length)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Attachments on their way into an envelope.

    Attributes:
        choice: originals.
        copies: sealed copies, in files that no row names yet.
    """

    choice: Choice = field(default_factory=Choice)
    copies: tuple[Held, ...] = ()

    def part(self, report_id: bytes) -> cbor.Value:
        """Part 5, None where there is nothing to list."""
        taken = self.choice.taken
        return attachment.part_value(report_id, [held.entry for held in taken]) if taken else None

    def copies_value(self) -> list[cbor.Value]:
        """What the facts list."""
        return [attachment.encode_entry(held.entry) for held in self.copies]

    def rows(self, row_id: bytes, draft_id: bytes) -> list[Blob]:
        """The rows that name the files once the envelope counts. A copy is of no draft: undone, it is swept away."""
        drafts = [(held, draft_id) for held in self.choice.taken] + [(held, b"") for held in self.copies]
        return [Blob.of(held.blob_id, held.entry, held.erase_key, draft=draft, report=row_id) for held, draft in drafts]


def gather(tablet: Tablet, blobs: Blobs, choice: Choice, eid: bytes, first_number: int) -> Evidence:
    """Reads every original back from the disk, opens it with its key, and makes the copies.

    Args:
        tablet: open.
        blobs: its attachments.
        choice: see `choose`.
        eid: of the envelope.
        first_number: for the copies.

    Raises:
        DamagedBlob: an original does not open to what was sealed: the draft stays as it is.
        DiskFull, CannotWrite: no copy is left behind.
    """
    copies: list[Held] = []
    try:
        for held in choice.taken:
            wanted = held in choice.copied
            data = _opened(blobs, held, eid, keep=wanted)
            copy = strip(held.entry.media_type, data) if wanted else None
            if copy is not None:
                custody = Custody(first_number + len(copies), held.entry.custody.medium)
                copies.append(_seal_copy(tablet, blobs, copy, custody, eid))
    except errors.FirsthandError:
        discard_copies(blobs, copies)
        raise
    return Evidence(choice, tuple(copies))


def discard_copies(blobs: Blobs, copies: Iterable[Held]) -> None:
    """Deletes files of copies that came into no envelope."""
    for copy in copies:
        blobs.unlink(copy.blob_id)


def _opened(blobs: Blobs, held: Held, eid: bytes, *, keep: bool) -> bytes:
    """Proves that a stored original opens; its content where it is to be kept, which `can_strip` has bounded."""
    opener, content = Opener(held.entry, eid), io.BytesIO()
    try:
        with blobs.open(held.blob_id) as source:
            for piece in read_pieces(source, _PIECE_BYTES):
                plain = opener.update(piece)
                if keep:
                    content.write(plain)
        rest = opener.finish()
    except errors.Unopenable as error:
        raise DamagedBlob from error
    return content.getvalue() + rest if keep else b""


def _seal_copy(tablet: Tablet, blobs: Blobs, copy: Copy, custody: Custody, eid: bytes) -> Held:
    entropy = tablet.ports.entropy
    erase_key = entropy.bytes(_KEY_BYTES)
    sealer = Sealer(
        eid=eid,
        key=entropy.bytes(_KEY_BYTES),
        tag=erase.erase_tag(erase_key),
        media_type=copy.media_type,
        custody=custody,
    )
    with blobs.create(entropy) as writer:
        for at in range(0, len(copy.data), _PIECE_BYTES):
            writer.write(sealer.update(copy.data[at : at + _PIECE_BYTES]))
        for sealed in sealer.finish():
            writer.write(sealed)
        writer.flush()
        writer.keep()
    return Held(writer.id, sealer.entry(), erase_key)
