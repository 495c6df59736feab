"""The referral directory in use: which services answer a need, which are within reach, and the slip (DOMAIN 3.2 I14).

A list is never shortened in silence: what does not fit stands below what fits, with the reason, unless the reader
asked for what fits alone. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from firsthand.domain.referral_model import (
    HIDDEN,
    MANDATORY,
    OFFERS,
    OUTCOMES,
    SCOPES,
    SECTORS,
    Need,
    ReferralDirectory,
    Service,
    parse_needs,
)
from firsthand.domain.referral_read import FILE, MAX_BYTES, parse_directory
from firsthand.errors import ReferralRefused

__all__ = [
    "FILE",
    "HIDDEN",
    "MANDATORY",
    "MAX_BYTES",
    "OFFERS",
    "OUTCOMES",
    "SCOPES",
    "SECTORS",
    "STALE_AFTER_DAYS",
    "Match",
    "Need",
    "Query",
    "ReferralDirectory",
    "Service",
    "Slip",
    "age_days",
    "demand_fresh",
    "distance_km",
    "filter_services",
    "is_stale",
    "parse_directory",
    "parse_needs",
    "pseudonym",
    "reachable",
    "week_minute",
]

STALE_AFTER_DAYS = 30  # DOMAIN 3.4, G4
_FAR_KM = 50
_STOCK_DAYS = 30
_EARTH_KM = 6371.0088
_THURSDAY = 3  # 1 January 1970, counted from Monday
PSEUDONYM_CHARS = 6
# Digits and letters that nobody mishears; no vowels, so that no word comes out.
_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; everything but the need may be left open.

    Attributes:
        offers: any of them answers the need; empty: every service.
        sector: only of this sector; empty: of all.
        at: (latitude, longitude) of the person.
        area: (adm1, adm2) of the person; adm2 may be empty.
        language: BCP 47 code that staff should speak.
        staff_sex: F or M of the staff whom the person would see.
        open_at: (weekday 1 to 7, minute of the day).
        age: years.
        fitting: only services that fit in everything asked.
    """

    offers: tuple[str, ...] = ()
    sector: str = ""
    at: tuple[float, float] | None = None
    area: tuple[str, str] | None = None
    language: str = ""
    staff_sex: str = ""
    open_at: tuple[int, int] | None = None
    age: int | None = None
    fitting: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A service and how well it fits.

    Attributes:
        misses: codes of what was asked and does not hold: `closed` `unknown` `area` `sex` `language` `hours` `age`.
        notes: codes of what to say before anybody goes: `reporting` `documents` `cost` `stock` `far` `arranged`
            `hidden`.
        km: distance as the crow flies; None where either place is not known.
    """

    service: Service
    misses: tuple[str, ...]
    notes: tuple[str, ...]
    km: float | None

    @property
    def fits(self) -> bool:
        """Whether nothing that was asked is missed."""
        return not self.misses


@dataclass(frozen=True, slots=True)
class Slip:
    """What a person may carry to a service: three codes, and nothing that names or explains anything.

    Attributes:
        pseudonym: drawn for this slip alone; it stands in no report.
        service: code of the service. need: code of the need.
    """

    pseudonym: str
    service: str
    need: str

    def text(self) -> str:
        """Three lines to read aloud, copy or print; no date, place, language or sender stands on it."""
        half = PSEUDONYM_CHARS // 2
        return f"{self.pseudonym[:half]}-{self.pseudonym[half:]}\n{self.service}\n{self.need}\n"


def age_days(directory: ReferralDirectory, day: int) -> int:
    """Age of a directory on a day; 0 where the clock is behind it."""
    return max(0, day - directory.issued_day)


def is_stale(directory: ReferralDirectory, day: int) -> bool:
    """Older than 30 days: gate G4 asks for referral-only, and every page says so."""
    return age_days(directory, day) > STALE_AFTER_DAYS


def demand_fresh(directory: ReferralDirectory, day: int, file: str = FILE) -> None:
    """Demand a directory that may replace another one today.

    Raises:
        ReferralRefused: it is older than 30 days, or issued tomorrow or later (its age would never show).
    """
    if is_stale(directory, day):
        raise ReferralRefused(file, directory.issued_line, "too-old")
    if directory.issued_day > day + 1:
        raise ReferralRefused(file, directory.issued_line, "in-future")


def filter_services(directory: ReferralDirectory, query: Query) -> tuple[Match, ...]:
    """Services that answer the need, the fitting and near ones first; the order never depends on the file's."""
    found = []
    for service in directory.services:
        answers = not query.offers or not set(query.offers).isdisjoint(service.offers)
        if answers and query.sector in ("", service.sector):
            match = _match(service, query, directory.issued_day)
            if match.fits or not query.fitting:
                found.append(match)
    return tuple(sorted(found, key=_order))


def reachable(directory: ReferralDirectory, area: tuple[str, str] | str, day: int) -> Mapping[str, bool]:
    """By sector: whether an open service serves the area (DOMAIN I02, recommendation W3).

    A service whose state nobody knows does not count, and a directory of the future says nothing about today.
    """
    adm1, adm2 = (area, "") if isinstance(area, str) else area
    there = {s.sector for s in directory.services if s.status == "open" and s.serves(adm1, adm2)}
    known = directory.issued_day <= day + 1
    return MappingProxyType({sector: known and sector in there for sector in SECTORS})


def week_minute(minutes: int, tz_min: int = 0) -> tuple[int, int]:
    """(weekday 1 to 7, minute of the day) of minutes since 1970, for `Query.open_at`."""
    day, minute = divmod(minutes + tz_min, 24 * 60)
    return (day + _THURSDAY) % 7 + 1, minute


def pseudonym(draw: bytes) -> str:
    """Six letters out of sixteen random bytes."""
    number, letters = int.from_bytes(draw, "big"), ""
    for _ in range(PSEUDONYM_CHARS):
        number, at = divmod(number, len(_LETTERS))
        letters += _LETTERS[at]
    return letters


def _match(service: Service, query: Query, issued_day: int) -> Match:
    km = None if query.at is None or service.at is None else distance_km(query.at, service.at)
    return Match(service, tuple(_misses(service, query)), tuple(_notes(service, query, km, issued_day)), km)


def _misses(service: Service, query: Query) -> Iterator[str]:
    if service.status != "open":
        yield service.status
    if query.area is not None and not service.serves(*query.area):
        yield "area"
    if query.staff_sex and query.staff_sex not in service.staff_sex:
        yield "sex"
    if query.language and query.language not in service.languages:
        yield "language"
    if query.open_at is not None and not service.open_at(*query.open_at):
        yield "hours"
    if query.age is not None and query.age < service.min_age:
        yield "age"


def _notes(service: Service, query: Query, km: float | None, issued_day: int) -> Iterator[str]:
    """What staff must report comes first: it is said before the person decides (DOMAIN I07)."""
    if service.reporting != "none":
        yield "reporting"
    if not HIDDEN.isdisjoint(service.offers):
        yield "hidden"
    if service.documents:
        yield "documents"
    if service.cost != "free":
        yield "cost"
    asked = set(query.offers or service.offers)
    if any(issued_day - service.stock_days.get(name, 0) > _STOCK_DAYS for name in asked & set(service.offers) & _DRUGS):
        yield "stock"
    if km is not None and km > _FAR_KM:
        yield "far"
    if not service.always and not service.hours:
        yield "arranged"


_DRUGS = frozenset({"PEP", "EC"})


def _order(match: Match) -> tuple[object, ...]:
    far = math.inf if match.km is None else match.km
    return len(match.misses), far, len(match.notes), match.service.id


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two points (latitude, longitude), as the crow flies, on a sphere."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))
