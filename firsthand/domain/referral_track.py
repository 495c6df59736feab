"""After the offer: how far each referral has come, and gaps in services as a report that belongs to no case. Pure.

A gap (DOMAIN I14: "unavailability goes to RISK as a coping gap without case link") is its own report: kind
`monitoring_visit`, basis `beneficiary_interests`, event E14 (service disruption), own observation, the area at its
first or second level, the week in place of the day, and a note that says the sector. It has no incident, no link and no
subject. One for each area, sector and week, and none is sealed on the day it was noticed: whoever reads both an
interview and a gap must not meet them side by side in one chain, in one hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from firsthand.domain.referral_model import SECTORS
from firsthand.errors import Damaged

STATUSES = ("given", "arrived", "served", "turned_away", "unknown")
CLOSED = frozenset({"served", "turned_away", "unknown"})
KEPT_CLOSED_DAYS = 30  # DOMAIN 4.5: a slip goes thirty days after closure
LONGEST_OPEN_DAYS = 90
QUARTER_MIN = 15
_DAY_MIN = 24 * 60
_EPOCH = date(1970, 1, 1).toordinal()
_THURSDAY = 3
_WEEK = 3  # of date_precisions
_LEVELS = {False: 4, True: 3}  # place_precisions: first level, second level
# What would help, in the words that the report has for it.
_NEEDED = {"health": "medical", "safety": "shelter", "livelihood": "water_food"}


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral on its way. It names nobody, and points to no report.

    Attributes:
        id: 16 random bytes.
        pseudonym: of the slip; empty where all was said by voice.
        made_min, moved_min: minutes since 1970, rounded down to a quarter of an hour.
        status: code of STATUSES.
    """

    id: bytes
    pseudonym: str
    service: str
    need: str
    sector: str
    made_min: int
    moved_min: int
    status: str = "given"

    def hours(self, now_min: int) -> int:
        """Elapsed since it was given, or until it was closed; full hours."""
        end = self.moved_min if self.status in CLOSED else now_min
        return max(0, end - self.made_min) // 60

    def forgotten(self, now_min: int) -> bool:
        """Closed thirty days ago, or without news for ninety."""
        days = KEPT_CLOSED_DAYS if self.status in CLOSED else LONGEST_OPEN_DAYS
        return now_min - self.moved_min >= days * _DAY_MIN


def quarter(minutes: int) -> int:
    """Rounded down to a quarter of an hour."""
    return minutes - minutes % QUARTER_MIN


def to_row(referral: Referral) -> dict[str, Any]:
    """The value of its row; the id is the row's own."""
    return {
        "v": 1,
        "pseudonym": referral.pseudonym,
        "service": referral.service,
        "need": referral.need,
        "sector": referral.sector,
        "made": referral.made_min,
        "moved": referral.moved_min,
        "status": referral.status,
    }


def from_row(row_id: bytes, row: object) -> Referral:
    """The referral of a row.

    Raises:
        Damaged: another form.
    """
    match row:
        case {
            "v": 1, "pseudonym": str(name), "service": str(service), "need": str(need), "sector": str(sector),
            "made": int(made), "moved": int(moved), "status": str(status),
        } if status in STATUSES:  # fmt: skip
            return Referral(row_id, name, service, need, sector, made, moved, status)
    raise Damaged("referral row")


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A service that an area does not have, as of one week.

    Attributes:
        monday: first day of the week, days since 1970.
        noted_day: when it was first noticed; it goes on a later day.
    """

    sector: str
    adm1: str
    adm2: str
    monday: int
    noted_day: int

    @property
    def key(self) -> tuple[str, str, str, int]:
        """One report for each."""
        return self.sector, self.adm1, self.adm2, self.monday

    def plain(self) -> list[Any]:
        """For its row."""
        return [self.sector, self.adm1, self.adm2, self.monday, self.noted_day]


def gap(sector: str, adm1: str, adm2: str, day: int) -> Gap:
    """A gap noticed on a day."""
    return Gap(sector, adm1, adm2, day - (day + _THURSDAY) % 7, day)


def gaps_of(row: object) -> list[Gap]:
    """The gaps of a row; what is not of this form is left out."""
    found = []
    for item in row if isinstance(row, list) else ():
        match item:
            case [str(sector), str(adm1), str(adm2), int(monday), int(day)] if sector in SECTORS:
                found.append(Gap(sector, adm1, adm2, monday, day))
    return found


def with_gap(gaps: Iterable[Gap], new: Gap) -> list[Gap]:
    """The same gap of the same week counts once."""
    known = {each.key: each for each in gaps}
    return sorted({new.key: new, **known}.values())


def ripe(gaps: Iterable[Gap], day: int) -> tuple[list[Gap], list[Gap]]:
    """(those to report on a day, those that wait)."""
    found = sorted(gaps)
    return [each for each in found if each.noted_day < day], [each for each in found if each.noted_day >= day]


def gap_report(found: Gap, language: str) -> dict[str, Any]:
    """The values of REPORT.json; see the head of this module."""
    place = {"name": found.adm2 or found.adm1, "adm1": found.adm1, "precision": _LEVELS[bool(found.adm2)]}
    return {
        "form": 2,
        "kind": "monitoring_visit",
        "language": language,
        "basis": {"code": "beneficiary_interests"},
        "incident": {
            "date": date.fromordinal(found.monday + _EPOCH).isoformat(),
            "date_precision": _WEEK,
            "place": place | ({"adm2": found.adm2} if found.adm2 else {}),
            "ongoing": True,
            "immediate_risk": {"flag": False},
            "protection_needed": _NEEDED.get(found.sector, "none"),
        },
        "events": ["E14"],
        "source": {
            "class": "own_observation",
            "family": "MISSION",
            "first_hand": "saw",
            "reliability": "B",
            "credibility": 2,
            "root_sources": 1,
            "root_families": ["MISSION"],
        },
        "note": f"COP gap: {found.sector}",
    }
