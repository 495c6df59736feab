"""Which version of a report counts: pure rules over the few facts that decide it.

Rules (PROTOCOL, Chain, amendments, withdrawal):
- an unproven, quarantined or waiting envelope changes nothing about any other;
- a report id counts once: the first logged holds it, a later object with the same id that does not supersede it
  is a duplicate;
- `supersedes` works for the same author only; of two successors of one report the first logged counts, the other
  is a rival until a person chooses;
- order of arrival never matters: the log index decides, so judging again gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What a report is worth here and now."""

    COUNTED = "counted"
    SUPERSEDED = "superseded"
    RIVAL = "rival"
    DUPLICATE = "duplicate"
    UNKNOWN_AUTHOR = "unknown-author"
    QUARANTINED = "quarantined"
    BAD_SIGNATURE = "bad-signature"


class DeviceStanding(StrEnum):
    """What a tablet is worth here and now."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    QUARANTINED = "quarantined"
    UNKNOWN_INVITE = "unknown-invite"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One report envelope.

    Attributes:
        idx: log index.
        trust: COUNTED when author and signature are good, else why not.
        report_id: None when no granted part names it.
        supersedes: object hash that it claims to replace.
    """

    idx: int
    hash: bytes
    device: bytes
    trust: Standing
    report_id: bytes | None
    supersedes: bytes | None


def trust(*, known: DeviceStanding | None, proven: bool, idx: int, cut: int | None, enrol_idx: int | None) -> Standing:
    """Whether an envelope may count at all, before versions are compared.

    Args:
        known: standing of the tablet that claims to be the author, None when no certificate has come.
        proven: the signature verifies under that tablet's key.
        cut: log index from which a revoked tablet's envelopes are quarantined.
        enrol_idx: log index of the certificate.
    """
    if known is None or known is DeviceStanding.UNKNOWN_INVITE:
        return Standing.UNKNOWN_AUTHOR
    if not proven:
        return Standing.BAD_SIGNATURE
    if known is DeviceStanding.QUARANTINED:
        return Standing.QUARANTINED
    # A certificate that came after its invitation was revoked may be the thief's: then nothing of it counts.
    if known is DeviceStanding.REVOKED and cut is not None and (idx >= cut or (enrol_idx or 0) >= cut):
        return Standing.QUARANTINED
    return Standing.COUNTED


def judge(candidates: Sequence[Candidate]) -> dict[int, Standing]:
    """Standing by log index, for envelopes that may be each other's versions."""
    standings = {item.idx: item.trust for item in candidates}
    trusted = sorted((item for item in candidates if item.trust is Standing.COUNTED), key=lambda item: item.idx)
    successors = _successors(trusted)
    later = {item.hash for items in successors.values() for item in items}
    held: dict[bytes, bytes] = {}
    for first in trusted:
        if first.hash not in later:
            _walk(first, successors, held, standings)
    return standings


def _successors(trusted: Sequence[Candidate]) -> dict[bytes, list[Candidate]]:
    """Who replaces whom, same author only; each list in log order."""
    by_hash = {item.hash: item for item in trusted}
    successors: dict[bytes, list[Candidate]] = {}
    for item in trusted:
        target = by_hash.get(item.supersedes) if item.supersedes is not None else None
        if target is not None and target.device == item.device:
            successors.setdefault(target.hash, []).append(item)
    return successors


def _walk(
    first: Candidate, successors: dict[bytes, list[Candidate]], held: dict[bytes, bytes], standings: dict[int, Standing]
) -> None:
    """Judge a first version and all that follow from it (no recursion: a line of versions may be long)."""
    waiting = [(first, Standing.COUNTED)]
    while waiting:
        item, line = waiting.pop()
        if item.report_id is not None and held.setdefault(item.report_id, first.hash) != first.hash:
            line = Standing.DUPLICATE
        following = successors.get(item.hash, [])
        standings[item.idx] = Standing.SUPERSEDED if following and line is Standing.COUNTED else line
        for position, successor in enumerate(following):
            waiting.append((successor, line if position == 0 or line is not Standing.COUNTED else Standing.RIVAL))
