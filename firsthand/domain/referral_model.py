"""What a referral directory says: services, when they are open, what they offer, and which needs they answer.

No person stands in it: a service is known by a code and by what it is called, a contact is the telephone of a post.
A shelter has no place, no telephone and is never printed (DOMAIN 3.2 I14, A.3).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from firsthand.errors import Malformed

SECTORS = ("health", "psychosocial", "safety", "legal", "child", "disability", "livelihood")
# The scope of consent under which a name or contact may be passed to a service of the sector.
SCOPES = MappingProxyType({"health": "C5h", "psychosocial": "C5p", "safety": "C5s", "legal": "C5l", "child": "C5c"})
MANDATORY = SECTORS[:4]  # DOMAIN A.1, I14: an outcome for each of them before an interview closes
OUTCOMES = ("offered", "accepted", "declined", "not_available")
STATUSES = ("open", "closed", "unknown")
COSTS = ("free", "part", "full")
SEXES = ("F", "M")
REPORTING = ("none", "police", "prosecutor", "child_protection", "health_authority")
ACCESS = ("step_free", "sign_language", "transport", "childcare", "separate_entrance")
STOCKS = ("PEP", "EC")
OFFERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "health": ("EMERGENCY", "CMR", "PEP", "EC", "STI", "HEPB", "FORENSIC", "MATERNITY"),
        "psychosocial": ("PSS_ONE", "PSS_GROUP", "MH_CARE"),
        "safety": ("SHELTER", "RELOCATION", "PATROL", "COMMUNITY"),
        "legal": ("LEGAL_AID", "POLICE_UNIT", "COURT_SUPPORT", "PAPERS"),
        "child": ("CHILD_CASE", "TRACING", "INTERIM_CARE"),
        "disability": ("DEVICES", "SUPPORT_PERSON"),
        "livelihood": ("FOOD", "CASH", "TOOLS"),
    }
)
HIDDEN = frozenset({"SHELTER", "INTERIM_CARE"})  # offers whose place nobody may learn from a tablet


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service is open on some days.

    Attributes:
        days: 1 Monday to 7 Sunday; the day on which the hours begin.
        start, end: minutes of the day, 0 to 1439; an end that is not after the start is on the next day.
    """

    days: frozenset[int]
    start: int
    end: int

    def cover(self, weekday: int, minute: int) -> bool:
        """Whether it is open at a minute of a day (1 to 7)."""
        if self.start < self.end:
            return weekday in self.days and self.start <= minute < self.end
        before = weekday - 1 or 7
        return (weekday in self.days and minute >= self.start) or (before in self.days and minute < self.end)


@dataclass(frozen=True, slots=True)
class Service:
    """One service (DOMAIN A.3).

    Attributes:
        id: code for slips, for example `KA-H1`.
        titles: what it is called, by language; never a person.
        offers: codes of OFFERS, of its sector.
        areas: (adm1, adm2) that it serves; adm2 empty where it serves all of adm1.
        at: (latitude, longitude), degrees; None where it is not known or must not be.
        always: open at all hours; then `hours` is empty. Neither: by arrangement.
        staff_sex: who of the staff can be had, F and M.
        languages: BCP 47 codes.
        min_age: years; 0 for everybody.
        documents: whether it asks for papers.
        reporting: to whom its staff must report by law; `none` if to nobody.
        contact: telephone of a post, or empty.
        verified_day: days since 1970; `verified_by` is a post or role code.
        stock_days: when the stock of PEP and EC was last confirmed, days since 1970.
        printable: False where it must never stand on paper.
        line: of the file, from 1.
    """

    id: str
    sector: str
    titles: Mapping[str, str]
    offers: tuple[str, ...]
    areas: tuple[tuple[str, str], ...]
    at: tuple[float, float] | None
    always: bool
    hours: tuple[Hours, ...]
    staff_sex: frozenset[str]
    languages: tuple[str, ...]
    cost: str
    min_age: int
    documents: bool
    reporting: str
    access: tuple[str, ...]
    contact: str
    verified_day: int
    verified_by: str
    stock_days: Mapping[str, int]
    status: str
    printable: bool
    line: int

    def title(self, language: str) -> str:
        """What it is called; in another language where this one has no words."""
        found = self.titles.get(language) or self.titles.get("en")
        return found or next(iter(self.titles.values()))

    def serves(self, adm1: str, adm2: str = "") -> bool:
        """Whether an area is in its reach; without adm2, any part of adm1."""
        return any(one == adm1 and (not two or not adm2 or two == adm2) for one, two in self.areas)

    def open_at(self, weekday: int, minute: int) -> bool:
        """Whether it is open at a minute of a day (1 to 7)."""
        return self.always or any(hours.cover(weekday, minute) for hours in self.hours)


@dataclass(frozen=True, slots=True)
class ReferralDirectory:
    """A mission's directory.

    Attributes:
        version: grows with every publication.
        issued_day: days since 1970; `issued_line` is where the file says so.
    """

    version: int
    issued_day: int
    issued_line: int
    services: tuple[Service, ...]

    def service(self, code: str) -> Service | None:
        """A service by its code."""
        return next((service for service in self.services if service.id == code), None)


@dataclass(frozen=True, slots=True)
class Need:
    """What a person may need, by a code that says nothing to a stranger.

    Attributes:
        code: for slips, for example `H2`.
        offers: any of them answers it.
        hours: after what happened, within which it helps; 0 where no clock runs.
    """

    code: str
    sector: str
    offers: tuple[str, ...]
    hours: int
    source_mark: str
    checked_by: str


def parse_needs(text: str) -> tuple[Need, ...]:
    """The needs that ship with the program, from CSV.

    Raises:
        Malformed: a code twice, a sector or offer that does not exist.
    """
    found: dict[str, Need] = {}
    for row in csv.DictReader(io.StringIO(text)):
        offers = tuple(row["offers"].split())
        known = OFFERS.get(row["sector"], ())
        if row["code"] in found or not offers or not set(offers) <= set(known) or not row["hours"].isdigit():
            raise Malformed("needs")
        need = Need(row["code"], row["sector"], offers, int(row["hours"]), row["source_mark"], row["checked_by"])
        found[need.code] = need
    return tuple(found.values())
