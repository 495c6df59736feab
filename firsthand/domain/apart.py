"""What the facts leave out, for the parts that may hold it: the account, and the identities.

With a consent it goes to the narrative; where nobody was interviewed there is no narrative, and it goes to the
custodian with the identities. Relationship and group of a victim rest on consent: without one they are not
written at all. Risk to the source and the existence of an intermediary go to the custodian always.
"""

from __future__ import annotations

from firsthand.domain.codes import PERSON_LINKS
from firsthand.domain.facts import NEVER_OF_A_VICTIM, kept_from_facts, terms_of_use
from firsthand.domain.model import Report
from firsthand.domain.writer import (
    Fields,
    consent_to_json,
    identities_to_json,
    link_to_part,
    narrative_to_json,
    plain,
    present,
)


def identities_of(report: Report) -> Fields:
    """The part for the custodian, empty where there is nothing for it."""
    identities: Fields = identities_to_json(report.identities) if report.identities else {}
    source = present(risk=report.source.risk, intermediary=report.source.intermediary)
    if report.basis is not None:
        words = report.narrative.words_used if report.narrative else None
        left = _left_out(report)
        source |= left.pop("source", {})
        identities |= present(words_used=words and plain(words)) | left
    identities |= {"source": source} if source else {}
    return identities | terms_of_use(report) if identities else {}


def narrative_of(report: Report) -> Fields:
    """The account with the consent record, empty where nobody was interviewed."""
    if report.consent is None:
        return {}
    account: Fields = narrative_to_json(report.narrative) if report.narrative else {}
    return account | {"consent": consent_to_json(report.consent)} | _left_out(report)


def _left_out(report: Report) -> Fields:
    source = present(access_possible=report.source.access_possible, bias_note=report.source.bias_note)
    left = present(
        links=[link_to_part(link) for link in report.links if link.kind in PERSON_LINKS],
        victim_details=_victims(report),
        source=source or None,
    )
    return left | (_of_a_sensitive_report(report) if report.sensitive() else _exact_point(report))


def _exact_point(report: Report) -> Fields:
    """Nothing when the facts tell the place in full."""
    return {} if report.incident.place.lat_e7 is None else {"exact_place": _place(report)}


def _place(report: Report) -> Fields:
    place = report.incident.place
    return present(
        name=place.name,
        adm3=place.adm3,
        lat_e7=place.lat_e7,
        lon_e7=place.lon_e7,
        precision=place.precision,
        type=place.type,
        radius_m=place.radius_m,
        code=place.code,
    )


def _of_a_sensitive_report(report: Report) -> Fields:
    incident, speech, visit = report.incident, report.speech, report.visit
    return present(
        exact_place=_place(report),
        time_of_day=incident.time_of_day,
        recall_anchor=incident.recall_anchor,
        risk_note=incident.immediate_risk.note,
        responses=[plain(item) for item in report.responses if item.date or item.note],
        speech=(present(station=speech.station, target=speech.target) or None) if speech else None,
        capacity=visit.capacity if visit else None,
    )


def _victims(report: Report) -> list[Fields]:
    """Attributes by the victim's position in the report (and key, where it has one)."""
    unwritten = frozenset() if report.consent else NEVER_OF_A_VICTIM
    found = []
    for position, victim in enumerate(report.victims):
        names = kept_from_facts(victim, sensitive=report.sensitive()) - unwritten
        details = {name: value for name, value in plain(victim).items() if name in names}
        if details:
            found.append(present(victim=position, key=victim.key) | details)
    return found
