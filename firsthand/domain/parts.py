"""A report divided into what different readers may hold: counts, facts, identities, narrative, attachments.

Gives each part its full content; whether a part is written at all, and for whom, is for the grants policy,
which reads `scopes`, `basis`, `sensitive` and `children_counted` of the result. Only texts, integers,
flags, bytes, lists and maps come out, ready for the CBOR subset.

Rules (PROTOCOL, parts): the facts hold no identity, account, exact point, interpreter or consent record.
Sensitive facts keep the second level as their finest place and no free place or time text. For interviews
and sensitive reports the time of recording is cut to the day. Where nobody was interviewed there is no
narrative: an exact place and words said in public go to the custodian with the identities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.domain.catalogue import EVENT_FAMILY, Catalogue
from firsthand.domain.counts import children_best, people_rows
from firsthand.domain.dates import iso_week
from firsthand.domain.model import Report
from firsthand.domain.places import blurred_point
from firsthand.domain.titles import title_for
from firsthand.domain.writer import (
    Fields,
    act_to_json,
    consent_to_json,
    count_to_json,
    identities_to_json,
    narrative_to_json,
    plain,
    present,
    range_to_json,
    source_to_json,
    total_to_json,
)

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
    """

    parts: Mapping[str, Any]
    scopes: Mapping[str, bool] | None
    basis: str | None
    sensitive: bool
    children_counted: bool
    title: str
    withhold: frozenset[str] = frozenset()


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
    identities = _identities(report)
    narrative = _narrative(report)
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
    }


def _facts(report: Report, report_id: bytes, recorded: Recorded) -> Fields:
    coarse_time = report.sensitive() or report.kind == "interview"
    lists = {"acts": [act_to_json(act) for act in report.acts], "events": list(report.events)}
    rest = present(
        form=report.form,
        kind=report.kind,
        # The first report of an incident names it, so that later ones have something to join.
        incident=report.incident_id or report_id,
        language=report.language,
        handling=report.handling,
        station=report.station,
        recorded=recorded.to_the_day() if coarse_time else recorded.exact(),
        place=_place(report),
        event_counts=[count_to_json(count) for count in report.event_counts],
        event_totals=[total_to_json(total) for total in report.event_totals],
        subject=report.subject and plain(report.subject),
        victims=[plain(victim) for victim in report.victims],
        source=source_to_json(report.source),
        verification=report.verification and plain(report.verification),
        basis=report.basis and plain(report.basis),
        note=report.note,
        supersedes=report.supersedes,
    )
    if report.consent:
        # An empty list says something too: no use beyond reading.
        rest["scopes"] = list(report.consent.uses())
        if report.consent.withhold:
            rest["withhold"] = True  # whom from stands in the account; here only that exports must ask
    return lists | rest | _incident(report)


def _incident(report: Report) -> Fields:
    incident, open_facts = report.incident, not report.sensitive()
    risk = incident.immediate_risk
    return present(
        date=incident.date,
        date_precision=incident.date_precision,
        time_of_day=incident.time_of_day if open_facts else None,
        recall_anchor=incident.recall_anchor if open_facts else None,
        context=incident.context,
        trend=incident.trend,
        targeting=incident.targeting,
        ongoing=incident.ongoing,
        immediate_risk=present(flag=risk.flag, note=risk.note if open_facts else None),
        protection_needed=incident.protection_needed,
        concern_s=incident.concern_s,
        households=incident.households and range_to_json(incident.households),
        damage=[plain(item) for item in incident.damage],
    )


def _place(report: Report) -> Fields:
    place = report.incident.place
    if report.sensitive():
        return present(adm1=place.adm1, adm2=place.adm2, precision=max(place.precision, 3))
    point = blurred_point(place)
    return present(
        name=place.name,
        adm1=place.adm1,
        adm2=place.adm2,
        adm3=place.adm3,
        lat_e7=point and point[0],
        lon_e7=point and point[1],
        precision=max(place.precision, 2) if point else place.precision,
        type=place.type,
    )


def _left_out(report: Report) -> Fields:
    """What the facts may not say about place and time, for the part that may."""
    incident = report.incident
    place = incident.place
    exact = present(
        name=place.name,
        adm3=place.adm3,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        precision=place.precision,
        type=place.type,
    )
    if not report.sensitive():
        return {} if place.lat_e7 is None else {"exact_place": exact}
    return present(
        exact_place=exact,
        time_of_day=incident.time_of_day,
        recall_anchor=incident.recall_anchor,
        risk_note=incident.immediate_risk.note,
    )


def _identities(report: Report) -> Fields:
    identities: Fields = identities_to_json(report.identities) if report.identities else {}
    if report.basis is None:
        return identities
    words = report.narrative.words_used if report.narrative else None
    return identities | present(words_used=words and plain(words)) | _left_out(report)


def _narrative(report: Report) -> Fields:
    if report.consent is None:
        return {}
    account: Fields = narrative_to_json(report.narrative) if report.narrative else {}
    return account | {"consent": consent_to_json(report.consent)} | _left_out(report)
