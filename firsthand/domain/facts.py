"""The facts of a report: what names nobody, for everyone whom the policy lets read it.

Holds no identity, account, exact point, interpreter, consent record, nothing that ties two reports to one
person, neither relationship nor group of a victim, and no attribute by which one victim is known in a village
(DOMAIN 2.3: in the facts only if common or shared by many). Of a sensitive report (DOMAIN 4.7) also nothing finer
than the second level and the day, and no rare attribute. `apart` is the other side of every such line:
what is left out here stands there.
"""

from __future__ import annotations

from firsthand.domain.codes import CHILD_AGES, COMMON_OCCUPATIONS, PERSON_LINKS
from firsthand.domain.model import Incident, Report, Response, Speech, Victim, Visit
from firsthand.domain.places import blurred_point
from firsthand.domain.writer import (
    Fields,
    act_to_json,
    count_to_json,
    link_to_part,
    plain,
    present,
    range_to_json,
    source_to_json,
    total_to_json,
    victim_to_json,
    visit_to_json,
)

NEVER_OF_A_VICTIM = frozenset({"relationship", "group"})
RARE_OF_A_VICTIM = frozenset({"disability", "special", "occupation"})
ENOUGH_TO_HIDE_AMONG = 10
NEVER_OF_A_SOURCE = frozenset({"access_possible", "bias_note", "risk", "intermediary"})


def facts_of(report: Report) -> Fields:
    """All facts but the time of recording and the id, which only `split` knows."""
    lists: Fields = {"acts": [act_to_json(act) for act in report.acts], "events": list(report.events)}
    sensitive = report.sensitive()
    rest = present(
        form=report.form,
        kind=report.kind,
        change=report.change,
        language=report.language,
        handling=report.handling,
        station=report.station,
        reported_on=report.reported_on,
        place=_place(report),
        event_counts=[count_to_json(count) for count in report.event_counts],
        event_totals=[total_to_json(total) for total in report.event_totals],
        signals=list(report.signals),
        subject=report.subject and plain(report.subject),
        victims=[_victim(victim, sensitive) for victim in report.victims],
        responses=[_response(response, sensitive) for response in report.responses],
        coverage=report.coverage and plain(report.coverage),
        speech=report.speech and _speech(report.speech, sensitive),
        visit=report.visit and _visit(report.visit, sensitive),
        links=[link_to_part(link) for link in report.links if link.kind not in PERSON_LINKS],
        source=_without(source_to_json(report.source), NEVER_OF_A_SOURCE),
        verification=report.verification and plain(report.verification),
        note=report.note,
        supersedes=report.supersedes,
    )
    return lists | rest | terms_of_use(report) | _incident(report.incident, sensitive)


def terms_of_use(report: Report) -> Fields:
    """On what terms the part that holds this may be used: every desk judges by its own part.

    An empty list of scopes says something too: no use beyond reading.
    """
    if report.consent is None:
        return present(basis=report.basis and plain(report.basis))
    # Whom it is withheld from stands in the account; here only that exports must ask.
    return {"scopes": list(report.consent.uses())} | ({"withhold": True} if report.consent.withhold else {})


def _incident(incident: Incident, sensitive: bool) -> Fields:
    risk = incident.immediate_risk
    return present(
        date=incident.date,
        date_precision=incident.date_precision,
        time_of_day=None if sensitive else incident.time_of_day,
        recall_anchor=None if sensitive else incident.recall_anchor,
        context=incident.context,
        trend=incident.trend,
        targeting=incident.targeting,
        ongoing=incident.ongoing,
        immediate_risk=present(flag=risk.flag, note=None if sensitive else risk.note),
        protection_needed=incident.protection_needed,
        concern_s=incident.concern_s,
        households=incident.households and range_to_json(incident.households),
        damage=[plain(item) for item in incident.damage],
    )


def _place(report: Report) -> Fields:
    place = report.incident.place
    if report.sensitive():
        # No code: nothing in it says whether it names a district or a house.
        return present(adm1=place.adm1, adm2=place.adm2, precision=max(place.precision, 3), given_as=place.given_as)
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
        given_as=place.given_as,
        radius_m=place.radius_m,
        code=place.code,
    )


def kept_from_facts(victim: Victim, *, sensitive: bool) -> frozenset[str]:
    """Names of the fields of a victim that do not stand in the facts.

    Relationship and group never do. In a sensitive report no rare attribute does; in any other, a status ("the
    leader") or an occupation that few share only where it is told of at least ten people.
    """
    hidden = NEVER_OF_A_VICTIM
    if sensitive:
        return hidden | RARE_OF_A_VICTIM
    if victim.people is not None and victim.is_group() and victim.people.min >= ENOUGH_TO_HIDE_AMONG:
        return hidden
    return hidden | {"special"} | (frozenset() if victim.occupation in COMMON_OCCUPATIONS else {"occupation"})


def _victim(victim: Victim, sensitive: bool) -> Fields:
    fields = _without(victim_to_json(victim), kept_from_facts(victim, sensitive=sensitive))
    # Who is a child by its status alone still is one for readers who do not see the status.
    return fields | {"may_be_child": victim.may_be_child or _child_by_status(victim)}


def _child_by_status(victim: Victim) -> bool:
    return victim.protected_child() and victim.age_band not in CHILD_AGES


def _response(response: Response, sensitive: bool) -> Fields:
    return {"by": response.by, "what": response.what} if sensitive else plain(response)


def _speech(speech: Speech, sensitive: bool) -> Fields:
    return _without(plain(speech), frozenset({"station", "target"} if sensitive else ()))


def _visit(visit: Visit, sensitive: bool) -> Fields:
    # The number that a place was built for tells in a district which place it is.
    return _without(visit_to_json(visit), frozenset({"capacity"} if sensitive else ()))


def _without(fields: Fields, names: frozenset[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
