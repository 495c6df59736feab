"""Attachments of which something is not written when a report is sealed, and why: for the page before sealing.

The decisions are those of `evidence.choose`, as `review` found them; here they only get their reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from fieldapp.flows.attach import standing
from firsthand.protocol import attachment
from firsthand.protocol.grants import PART_NAMES, Policy

if TYPE_CHECKING:
    from fieldapp.flows.attach import Attached
    from fieldapp.flows.review import Review

Why: TypeAlias = Literal["refused", "later", "unasked", "basis", "nobody", "sensitive", "facts", "kind", "large"]
_COPIED_MEDIA = frozenset({"photo", "audio"})
_COPIES_PART = PART_NAMES[attachment.COPIES_PART - 1]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One attachment.

    Attributes:
        media: `photo`, `audio`, `video` or `document`.
        number: by which the list of files calls it, from 1.
        sealed: the original is sealed, only no copy goes with the facts; else it goes with the draft.
        why: a code: `refused`, `later`, `unasked`, `basis`, `nobody` of what is not sealed; `sensitive`, `facts`,
            `kind`, `large` of what is not copied.
    """

    media: str
    number: int
    sealed: bool
    why: Why


def left_out(report: Mapping[str, Any], found: Review, policy: Policy) -> tuple[LeftOut, ...]:
    """What of the attachments will not be written; first what is not sealed at all.

    Args:
        report: the values that `found` was worked out from.
        found: the review of them.
        policy: of the mission.
    """
    every = sorted((*found.attachments, *found.dropped), key=lambda each: each.number)
    places = {each.id: place for place, each in enumerate(every, start=1)}
    gone = [
        LeftOut(each.media, places[each.id], False, _why_dropped(report, each.media, policy)) for each in found.dropped
    ]
    return (*gone, *_uncopied(found, places))


def _why_dropped(report: Mapping[str, Any], media: str, policy: Policy) -> Why:
    answer = standing(report, media, policy)
    if answer == "yes":  # it is covered, and those who could open it were taken out
        return "nobody"
    if not report.get("consent"):
        return "basis"
    if answer == "unknown":
        return "unasked"
    return "later" if report["consent"]["scopes"].get(policy.media.get(media, "")) == "later" else "refused"


def _uncopied(found: Review, places: Mapping[bytes, int]) -> Iterator[LeftOut]:
    copied = {each.id for each in found.copies}
    shared = any(_COPIES_PART in group.parts for group in found.groups)
    for each in found.attachments:
        if each.id not in copied:
            yield LeftOut(each.media, places[each.id], True, _why_uncopied(each, found, shared=shared))


def _why_uncopied(each: Attached, found: Review, *, shared: bool) -> Why:
    if found.sensitive:
        return "sensitive"
    if not shared:
        return "facts"
    return "large" if each.media in _COPIED_MEDIA else "kind"
