"""A report divided into what different readers may hold: counts, facts, identities, narrative, attachments.

Gives each part its full content; whether a part is written at all, and for whom, is for the grants policy,
which reads `scopes`, `basis`, `sensitive` and `children_counted` of the result. Only texts, integers,
flags, bytes, lists and maps come out, ready for the CBOR subset.

Rules (PROTOCOL, parts): `facts` says what may stand there, `apart` where the rest goes. For interviews and
sensitive reports the time of recording is cut to the day. The counts of a return say whether its area was
calm or out of reach; those of any other report do not speak of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.domain.apart import identities_of, narrative_of
from firsthand.domain.catalogue import EVENT_FAMILY, Catalogue
from firsthand.domain.counts import children_best, people_rows
from firsthand.domain.dates import iso_week
from firsthand.domain.facts import facts_of
from firsthand.domain.model import Report
from firsthand.domain.titles import title_for
from firsthand.domain.writer import Fields

PART_FORM = 1
DAY_S = 86_400
PART_NAMES = ("counts", "facts", "identities", "narrative", "attachments")


@dataclass(frozen=True, slots=True)
class Recorded:
    """When the device believes it was, for people to read; never used for order.

    Attributes:
        unix_s: seconds since 1970, UTC.
        tz_min: offset of local time in minutes.
        quality: `gnss`, `network`, `manual` or `unknown`.
        boot: counter of starts of the device, if it has one.
        since_boot_s: seconds since that start.
    """

    unix_s: int
    tz_min: int
    quality: str = "unknown"
    boot: int | None = None
    since_boot_s: int | None = None

    def exact(self) -> list[Any]:
        """The five values as recorded."""
        return [self.unix_s, self.tz_min, self.quality, self.boot, self.since_boot_s]

    def to_the_day(self) -> list[Any]:
        """Cut to the local day, without what would tell the hour."""
        local = self.unix_s + self.tz_min * 60
        return [local - local % DAY_S - self.tz_min * 60, self.tz_min, self.quality, None, None]


@dataclass(frozen=True, slots=True)
class SplitReport:
    """A report in parts, with what the grants policy asks.

    Attributes:
        parts: by part name, in the order of PART_NAMES; None where there is no content.
        scopes: the seven key scopes, None where nobody was interviewed.
        basis: code of the lawful basis, None where there is consent.
        title: for the officer's own list; names nobody.
        withhold: whom the person does not want to have it; an entry that is a role of the mission costs that
            role its keys.
        about: what makes it sensitive: `child`, `sexual_violence`, or both.
    """

    parts: Mapping[str, Any]
    scopes: Mapping[str, bool] | None
    basis: str | None
    sensitive: bool
    children_counted: bool
    title: str
    withhold: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()


def split(
    report: Report,
    *,
    report_id: bytes,
    recorded: Recorded,
    catalogue: Catalogue | None = None,
    language: str = "en",
) -> SplitReport:
    """Divides a validated report.

    Args:
        report: without blocking problems (see `validation`).
        report_id: 16 random bytes.
        recorded: time of recording.
        catalogue: for the words of the title; codes stand in the title without it.
        language: of the title.
    """
    head: Fields = {"v": PART_FORM, "id": report_id}
    identities = identities_of(report)
    narrative = narrative_of(report)
    return SplitReport(
        parts={
            "counts": head | _counts(report),
            "facts": head | _facts(report, report_id, recorded),
            "identities": head | identities if identities else None,
            "narrative": head | narrative if narrative else None,
            "attachments": None,
        },
        scopes=report.consent.keys() if report.consent else None,
        basis=report.basis.code if report.basis else None,
        sensitive=report.sensitive(),
        children_counted=report.children_counted(),
        title=title_for(report, catalogue, language),
        withhold=frozenset(report.consent.withhold) if report.consent else frozenset(),
        about=report.sensitive_subjects(),
    )


def families_of(report: Report) -> list[str]:
    """Families of the report's acts, and `E` where it has events; each once, in order."""
    found = {act.code[:2] for act in report.acts}
    return sorted(found | ({EVENT_FAMILY} if report.events else set()))


def _counts(report: Report) -> Fields:
    place = report.incident.place
    people = people_rows(report.count_groups())
    return {
        "kind": report.kind,
        "week": iso_week(report.incident.date),
        "adm1": place.adm1,
        "adm2": place.adm2,
        "families": families_of(report),
        "people": [list(row) for row in people],
        "children": children_best(people),
        "supersedes": report.supersedes,
        "sensitive": report.sensitive(),
    } | _coverage(report)


def _coverage(report: Report) -> Fields:
    """Only of the returns, so that every desk tells an area that is calm from one that nobody could reach."""
    if report.kind == "nil_return":
        return {"coverage": "nil"}
    if report.kind == "not_reachable":
        reason = report.coverage.reason if report.coverage else None
        return {"coverage": "not_reachable", "reason": reason or "unknown"}
    return {}


def _facts(report: Report, report_id: bytes, recorded: Recorded) -> Fields:
    coarse_time = report.sensitive() or report.kind == "interview"
    return facts_of(report) | {
        # The first report of an incident names it, so that later ones have something to join.
        "incident": report.incident_id or report_id,
        "recorded": recorded.to_the_day() if coarse_time else recorded.exact(),
    }
