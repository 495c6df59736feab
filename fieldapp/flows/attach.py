"""Attachments of a draft: sealed while they stream in, so that no clear copy, name or thumbnail touches the disk.

Rules:
- What a file is, its first bytes say. Consent is asked by medium: where the answer is known to be no, nothing is
  taken in; where it is not known yet, sealing decides.
- The original is kept as it came, byte for byte, for a court: with its hash, when and how it came.
- Keys of attachments stand in one row under the key of the draft, and go with it: at sealing, at discarding, in panic.
- Adding is all or nothing; whatever stops it, the draft stands and the half that was written is swept away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

from fieldapp.flows import attach_rows, draft
from fieldapp.flows.attach_rows import Held
from fieldapp.flows.attach_source import (
    AttachmentChanged,
    AttachmentEmpty,
    AttachmentKind,
    AttachmentNotAFile,
    AttachmentRefused,
    AttachmentTooLarge,
    AttachmentTooMany,
    AttachmentUnreadable,
    Source,
    mark_of,
    open_file,
)
from fieldapp.flows.sniff import Kind
from fieldapp.vault.blobs import Blob, Blobs, Writer
from firsthand import assets, errors
from firsthand.protocol import attachment, erase
from firsthand.protocol.attachment import Custody, Sealer, Taken
from firsthand.protocol.grants import Policy, parse_policy

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

MAX_BYTES: Final = attachment.MAX_CONTENT_BYTES  # 2 GiB
MAX_COUNT: Final = 30  # originals and their copies must be listed within one envelope
Media = Literal["photo", "audio", "video", "document"]
Standing = Literal["yes", "no", "unknown"]
_KEY_BYTES = 32

__all__ = [
    "Attached",
    "AttachmentChanged",
    "AttachmentEmpty",
    "AttachmentKind",
    "AttachmentNotAFile",
    "AttachmentRefused",
    "AttachmentTooLarge",
    "AttachmentTooMany",
    "AttachmentUnreadable",
    "add",
    "add_file",
    "allowed",
    "attached",
    "discard",
    "list_of",
    "remove",
    "standing",
    "sweep",
]


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment of a draft.

    Attributes:
        id: 16 random bytes.
        media: the medium for which consent is asked.
        media_type: by content, for example `image/jpeg`.
        size_bytes: of the original.
        sha256: of the original.
        number: of the attachment in the draft, from 0; never given twice.
        came: `camera`, `microphone` or `file`.
        taken_at_s: when it came, as the device believed.
    """

    id: bytes
    media: str
    media_type: str
    size_bytes: int
    sha256: bytes
    number: int
    came: str
    taken_at_s: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What a stream is said to be before it is looked at; no medium: its content decides."""

    media: str | None
    came: str
    must_be_covered: bool = False


# -- the window's and the shell's calls ----------------------------------------------------------------------
def add(
    tablet: Tablet,
    draft_id: bytes,
    source: BinaryIO,
    *,
    media: Media,
    media_type: str = "",
    progress: Callable[[int], None] | None = None,
    came: str = "file",
) -> Attached:
    """Seals what `source` gives, to its end, into the draft.

    Args:
        tablet: open.
        draft_id: the draft.
        source: gives bytes, like a file that is read; nothing seeks in it.
        media: what it is said to be; content that cannot be that is refused.
        media_type: what it is said to be in detail; content decides.
        progress: told how many bytes are sealed; what it raises stops the adding and is passed on.
        came: `camera`, `microphone` or `file`. A recording must have its consent before it begins.

    Raises:
        AttachmentEmpty, AttachmentTooLarge, AttachmentTooMany, AttachmentKind, AttachmentUnreadable.
        AttachmentRefused: consent for this medium is known and is no; or a recording has none yet.
        DiskFull, CannotWrite: the draft is as it was.
        NotFound, DamagedRow: the draft is not there or does not open.
    """
    del media_type  # the content's own word counts
    return _add(tablet, draft_id, Source(source), Origin(media, came, came == "microphone"), progress)


def add_file(
    tablet: Tablet,
    draft_id: bytes,
    path: Path,
    progress: Callable[[int], None] | None = None,
    *,
    media: Media | None = None,
    must_be_covered: bool = False,
) -> Attached:
    """Seals a file into the draft; what it is, its content says, never its name.

    Args:
        tablet, draft_id, progress, media: as of `add`; no medium: the content decides.
        path: the file.
        must_be_covered: refuse it as well where consent is not known yet.

    Raises:
        As `add`. AttachmentNotAFile: a folder, a device, a pipe. AttachmentChanged: it changed while it was read.
    """
    with open_file(path) as stream:
        mark = mark_of(stream)
        if mark.size > MAX_BYTES:
            raise AttachmentTooLarge
        _blobs(tablet).check_room(attachment.object_length(mark.size))
        return _add(tablet, draft_id, Source(stream, mark), Origin(media, "file", must_be_covered), progress)


def list_of(tablet: Tablet, draft_id: bytes) -> list[Attached]:
    """The attachments of a draft, in the order of adding.

    Raises:
        NotFound, DamagedRow: the draft's key or the list does not open.
    """
    return [attached(held) for held in attach_rows.held_by(tablet, draft_id)]


def remove(tablet: Tablet, draft_id: bytes, attachment_id: bytes) -> None:
    """Takes an attachment out of the draft; its bytes and its key are gone.

    Raises:
        NotFound: there is none of this id.
    """
    with tablet.vault.guard:
        kept = attach_rows.read(tablet, draft_id)
        rest = tuple(held for held in kept.held if held.blob_id != attachment_id)
        if len(rest) == len(kept.held):
            raise errors.NotFound("attachment")
        with tablet.vault.write():
            attach_rows.write(tablet, draft_id, replace(kept, held=rest))
            tablet.vault.delete("blobs", attachment_id)
        tablet.vault.shrink_log()
        _blobs(tablet).unlink(attachment_id)


def discard(tablet: Tablet, draft_id: bytes) -> None:
    """Forgets all attachments that only this draft has: when it is discarded, or sealed without them.

    What a kill leaves, the next opening sweeps.
    """
    with tablet.vault.guard:
        blobs = _blobs(tablet)
        with tablet.vault.write():
            tablet.vault.delete("attachments", draft_id)
        blobs.forget(blobs.only_of_draft(draft_id))


def sweep(tablet: Tablet) -> int:
    """Deletes files and rows that belong to nothing; called when the vault opens. Returns how many."""
    return _blobs(tablet).sweep()


# -- consent -------------------------------------------------------------------------------------------------
def allowed(report: Mapping[str, Any], media: str, policy: Policy | None = None) -> bool:
    """Whether consent or basis of a draft covers a medium now: a recording may begin only then."""
    return standing(report, media, policy) == "yes"


def standing(report: Mapping[str, Any], media: str, policy: Policy | None = None) -> Standing:
    """What a draft says about a medium: covered, refused, or not asked yet.

    Args:
        report: values of REPORT.json as far as they are filled in.
        media: `photo`, `audio`, `video` or `document`.
        policy: of the mission; by default the one that is shipped.
    """
    policy = policy or _shipped_policy()
    consent, basis = report.get("consent"), report.get("basis")
    if isinstance(basis, Mapping) and basis.get("code") in policy.bases and not consent:
        return "yes" if media in policy.basis_media else "no"
    scopes = consent.get("scopes") if isinstance(consent, Mapping) else None
    answer = scopes.get(policy.media.get(media, "")) if isinstance(scopes, Mapping) else None
    if answer is None:
        return "unknown"
    return "yes" if answer == "yes" else "no"


def _shipped_policy() -> Policy:
    return parse_policy(assets.read_json("policy/grants.json"))


# -- adding --------------------------------------------------------------------------------------------------
def _add(
    tablet: Tablet, draft_id: bytes, source: Source, origin: Origin, progress: Callable[[int], None] | None
) -> Attached:
    kind = source.kind(origin.media)
    with tablet.vault.guard:
        of_draft = draft.read(tablet, draft_id)
        _check_consent(tablet, of_draft.report, kind, origin)
        number = _reserve(tablet, draft_id)
    erase_key = tablet.ports.entropy.bytes(_KEY_BYTES)
    sealer = attachment.Sealer(
        eid=erase.erase_tag(of_draft.erase_key),
        key=tablet.ports.entropy.bytes(_KEY_BYTES),
        tag=erase.erase_tag(erase_key),
        media_type=kind.media_type,
        custody=Custody(number, kind.media, origin.came, _now(tablet)),
    )
    # The vault is not held meanwhile: the window goes on saving the draft while a long recording streams in.
    with _blobs(tablet).create(tablet.ports.entropy) as writer:
        _stream(source, sealer, writer, progress or _nobody)
        held = Held(writer.id, sealer.entry(), erase_key)
        _keep(tablet, draft_id, held)
        writer.keep()
    return attached(held)


def _stream(source: Source, sealer: Sealer, writer: Writer, progress: Callable[[int], None]) -> None:
    for piece in source.pieces():
        if sealer.length + len(piece) > MAX_BYTES:
            raise AttachmentTooLarge
        writer.write(sealer.update(piece))
        progress(sealer.length)
    for sealed in sealer.finish():
        writer.write(sealed)
    writer.flush()


def _nobody(_bytes: int) -> None:
    """Nobody looks."""


def _keep(tablet: Tablet, draft_id: bytes, held: Held) -> None:
    """The file is safe on the disk: now it belongs to the draft."""
    blob = Blob.of(held.blob_id, held.entry, held.erase_key, draft=draft_id)
    with tablet.vault.guard:
        kept = attach_rows.read(tablet, draft_id)
        with tablet.vault.write():
            _blobs(tablet).put(blob)
            attach_rows.write(tablet, draft_id, replace(kept, held=(*kept.held, held)))


def _reserve(tablet: Tablet, draft_id: bytes) -> int:
    """A number for the next attachment, durably taken: two that are added at once never share one."""
    kept = attach_rows.read(tablet, draft_id)
    if len(kept.held) >= MAX_COUNT:
        raise AttachmentTooMany
    with tablet.vault.write():
        attach_rows.write(tablet, draft_id, replace(kept, next_number=kept.next_number + 1))
    return kept.next_number


def _check_consent(tablet: Tablet, report: Mapping[str, Any], kind: Kind, origin: Origin) -> None:
    found = standing(report, kind.media, tablet.policy)
    if found == "no" or (origin.must_be_covered and found != "yes"):
        raise AttachmentRefused


def _now(tablet: Tablet) -> Taken:
    clock = tablet.ports.clock
    return Taken(clock.now_s(), clock.tz_min(), "manual" if tablet.clock_is_sane() else "unknown")


def attached(held: Held) -> Attached:
    """What may be shown of an attachment: without its keys."""
    entry, custody = held.entry, held.entry.custody
    return Attached(
        id=held.blob_id,
        media=custody.medium,
        media_type=entry.media_type,
        size_bytes=entry.length,
        sha256=entry.content_hash,
        number=custody.number,
        came=custody.came or "file",
        taken_at_s=custody.taken.unix_s if custody.taken else 0,
    )


def _blobs(tablet: Tablet) -> Blobs:
    return Blobs(tablet.home, tablet.vault)
