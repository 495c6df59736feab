"""Referral on the tablet: find a service without a network, hand over a slip that names nobody, follow it, and say
where there is no service.

The directory is the signed file `referrals.json` of the mission's directory, verified when the vault was opened; the
last one that was good stays. Nothing here touches a report, so a referral needs no account.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from fieldapp.vault.tasks import REFERRALS, Tasks
from firsthand import assets, errors
from firsthand.domain import referral
from firsthand.domain.referral import SECTORS, Match, Need, Query, ReferralDirectory, Slip
from firsthand.domain.referral_track import (
    CLOSED,
    STATUSES,
    Gap,
    Referral,
    from_row,
    gap,
    gap_report,
    gaps_of,
    quarter,
    ripe,
    to_row,
    with_gap,
)

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = [
    "CLOSED",
    "STATUSES",
    "Given",
    "NotAgreed",
    "NotOnPaper",
    "Query",
    "Referral",
    "Shown",
    "add_gap",
    "directory",
    "forget",
    "give",
    "given",
    "interview_facts",
    "look",
    "move",
    "needs",
    "send_gaps",
]

_GAPS = b"service gaps"
_MAX_GAPS = 400
_PSEUDONYM_BYTES = 16
NO_DIRECTORY_DAYS = 9_999


class NotAgreed(errors.Refused):
    """No slip without the person's yes to this very service."""

    code = "referral-not-agreed"


class NotOnPaper(errors.Refused):
    """A shelter, or a service that asked for it, is never printed: the custodian makes the contact by voice."""

    code = "referral-not-on-paper"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a search found.

    Attributes:
        version: of the directory; 0 where the mission has none.
        age_days: of the directory; stale: older than 30 days, to be said above the list (G4).
    """

    matches: tuple[Match, ...]
    version: int
    age_days: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A referral that was made; `slip` is None where nothing may stand on paper."""

    referral: Referral
    slip: Slip | None


@cache
def needs() -> Mapping[str, Need]:
    """The needs that people can have, by code."""
    return {need.code: need for need in referral.parse_needs(assets.read_text("referral/needs.csv"))}


def directory(tablet: Tablet) -> ReferralDirectory | None:
    """The mission's directory of services.

    None where the mission has none, or where none that this program can read was ever signed.
    """
    data = tablet.directory.content.get(referral.FILE)
    return None if data is None else _parsed(data)


def look(tablet: Tablet, query: Query) -> Shown:
    """Services for a need, offline; see `referral.filter_services`."""
    known = directory(tablet)
    if known is None:
        return Shown((), 0, NO_DIRECTORY_DAYS, stale=True)
    day = tablet.day()
    matches = referral.filter_services(known, query)
    return Shown(matches, known.version, referral.age_days(known, day), referral.is_stale(known, day))


def interview_facts(tablet: Tablet, area: tuple[str, str] | str) -> dict[str, int | bool]:
    """What an interview wants to know of the services of an area (I02, G4)."""
    known, day = directory(tablet), tablet.day()
    if known is None:
        return {"directory_age_days": NO_DIRECTORY_DAYS, "health_ok": False, "psychosocial_ok": False}
    there = referral.reachable(known, area, day)
    age = referral.age_days(known, day)
    return {
        "directory_age_days": age,
        "health_ok": there["health"],
        "psychosocial_ok": there["psychosocial"],
    }


# -- slips and how far they have come --------------------------------------------------------------------------
def give(tablet: Tablet, service: str, need: str, *, agreed: bool, paper: bool = True) -> Given:
    """Makes a referral and, where paper is allowed and wanted, its slip.

    Args:
        tablet: open.
        service: code of a service of the directory.
        need: code of a need that the service answers.
        agreed: the person said yes to this service, after being told what its staff must report.
        paper: a slip is wanted; else all is said by voice.

    Raises:
        NotAgreed, NotOnPaper: nothing was written. NotFound: there is no such service or need. DiskFull.
    """
    known, wanted = directory(tablet), needs().get(need)
    found = known.service(service) if known else None
    if found is None or wanted is None or set(wanted.offers).isdisjoint(found.offers):
        raise errors.NotFound("service")
    if not agreed:
        raise NotAgreed
    if paper and not found.printable:
        raise NotOnPaper
    name = referral.pseudonym(tablet.ports.entropy.bytes(_PSEUDONYM_BYTES)) if paper else ""
    tasks, now = Tasks(tablet.vault, REFERRALS), _now(tablet)
    made = Referral(tasks.fresh_id(), name, service, need, found.sector, now, now)
    tasks.put(made.id, to_row(made))
    return Given(made, Slip(name, service, need) if paper else None)


def given(tablet: Tablet) -> list[Referral]:
    """All referrals that are still kept: those on their way first, the oldest first."""
    return sorted(_all(tablet), key=lambda each: (each.status in CLOSED, each.made_min, each.id))


def move(tablet: Tablet, referral_id: bytes, status: str) -> Referral:
    """Says how far a referral has come.

    Raises:
        NotFound, Damaged: there is none that opens. Malformed: no such status. DiskFull.
    """
    if status not in STATUSES:
        raise errors.Malformed("referral status")
    tasks = Tasks(tablet.vault, REFERRALS)
    moved = replace(from_row(referral_id, tasks.get(referral_id)), status=status, moved_min=_now(tablet))
    tasks.put(referral_id, to_row(moved))
    return moved


def forget(tablet: Tablet) -> int:
    """Deletes what was closed a month ago; how many. On a full disk it waits."""
    now = _now(tablet)
    gone = [each.id for each in _all(tablet) if each.forgotten(now)]
    with suppress(errors.DiskFull, errors.Busy):
        Tasks(tablet.vault, REFERRALS).drop(gone)
    return len(gone)


# -- gaps ------------------------------------------------------------------------------------------------------
def add_gap(tablet: Tablet, sector: str, adm1: str, adm2: str = "") -> Gap:
    """Notes that an area lacks a service; a report of its own goes on another day (`send_gaps`).

    Raises:
        InvalidReport: the mission has no such area. Malformed: no such sector. DiskFull.
    """
    from fieldapp.flows.seal import checked_report, report_text

    if sector not in SECTORS:
        raise errors.Malformed("sector")
    new = gap(sector, adm1, adm2, tablet.day())
    checked_report(tablet, report_text(gap_report(new, tablet.language)))
    with tablet.vault.write():
        _keep(tablet, with_gap(_gaps(tablet), new)[-_MAX_GAPS:])
    return new


def send_gaps(tablet: Tablet) -> list[str]:
    """Seals the gaps of earlier days, each as a report of its own; their ids.

    Whatever stops it on the way, a gap is reported at most twice and lost never: the row goes after the seal.

    Raises:
        DiskFull, SelfCheckFailed: what is not sealed yet waits.
    """
    from fieldapp.flows.seal import record, report_text

    sealed = []
    now, later = ripe(_gaps(tablet), tablet.day())
    while now:
        first, *now = now
        with suppress(errors.InvalidReport):  # the mission's areas have changed since
            sealed.append(record(tablet, report_text(gap_report(first, tablet.language))))
        with tablet.vault.write():
            _keep(tablet, [*now, *later])
    return sealed


def _gaps(tablet: Tablet) -> list[Gap]:
    try:
        return gaps_of(tablet.vault.find("state", tablet.vault.named("state", _GAPS)))
    except errors.Damaged:
        return []


def _keep(tablet: Tablet, gaps: list[Gap]) -> None:
    row_id = tablet.vault.named("state", _GAPS)
    if gaps:
        value: list[Any] = [each.plain() for each in gaps]
        tablet.vault.put("state", row_id, value)
    else:
        tablet.vault.delete("state", row_id)


def _all(tablet: Tablet) -> list[Referral]:
    found = []
    for row in Tasks(tablet.vault, REFERRALS).rows():
        if not row.damaged:
            with suppress(errors.Damaged):
                found.append(from_row(row.id, row.value))
    return found


def _now(tablet: Tablet) -> int:
    return quarter(tablet.ports.clock.now_s() // 60)


@lru_cache(maxsize=2)
def _parsed(data: bytes) -> ReferralDirectory | None:
    """Parsed once a publication; a form that this program does not know is no directory."""
    try:
        return referral.parse_directory(data)
    except errors.ReferralRefused:
        return None
