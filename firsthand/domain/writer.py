"""A `Report` to the JSON values of REPORT.json: the inverse of `reader`, absent fields left out."""

from __future__ import annotations

from typing import Any

from firsthand.domain.consent import Consent
from firsthand.domain.counts import Count, Range, Total
from firsthand.domain.fields import E7
from firsthand.domain.model import (
    Act,
    Identities,
    Incident,
    Link,
    Narrative,
    Report,
    Source,
    Victim,
    Visit,
)
from firsthand.domain.places import Place
from firsthand.ids import report_id_text

Fields = dict[str, Any]


def report_to_json(report: Report) -> Fields:
    """The report as values for `json.dumps`; `parse_report` of that gives an equal report."""
    return present(
        form=report.form,
        kind=report.kind,
        language=report.language,
        handling=report.handling,
        station=report.station,
        supersedes=report.supersedes and report_id_text(report.supersedes),
        change=report.change,
        incident_id=report.incident_id and report_id_text(report.incident_id),
        links=[{"report": report_id_text(link.report), "kind": link.kind} for link in report.links],
        reported_on=report.reported_on,
        subject=report.subject and plain(report.subject),
        consent=report.consent and consent_to_json(report.consent),
        basis=report.basis and plain(report.basis),
        incident=_incident(report.incident),
        acts=[act_to_json(act) for act in report.acts],
        events=list(report.events),
        event_counts=[count_to_json(count) for count in report.event_counts],
        event_totals=[total_to_json(total) for total in report.event_totals],
        signals=list(report.signals),
        victims=[victim_to_json(victim) for victim in report.victims],
        responses=[plain(response) for response in report.responses],
        coverage=report.coverage and plain(report.coverage),
        speech=report.speech and plain(report.speech),
        visit=report.visit and visit_to_json(report.visit),
        source=source_to_json(report.source),
        identities=report.identities and identities_to_json(report.identities),
        narrative=report.narrative and narrative_to_json(report.narrative),
        verification=report.verification and plain(report.verification),
        note=report.note,
    )


def _incident(incident: Incident) -> Fields:
    return plain(incident) | present(
        place=_place(incident.place),
        immediate_risk=plain(incident.immediate_risk),
        households=incident.households and range_to_json(incident.households),
        damage=[plain(item) for item in incident.damage],
    )


def _place(place: Place) -> Fields:
    fields = plain(place)
    for name in ("lat", "lon"):
        value = fields.pop(f"{name}_e7", None)
        if value is not None:
            fields[name] = value / E7
    return fields


def act_to_json(act: Act) -> Fields:
    """One act with its alleged actor; holds no identity."""
    actor = plain(act.actor)
    return present(
        code=act.code,
        actor={"class": actor.pop("kind"), **actor},
        counts=[count_to_json(count) for count in act.counts],
        totals=[total_to_json(total) for total in act.totals],
        perpetrators=act.perpetrators and range_to_json(act.perpetrators),
        weapon=act.weapon,
        victims=list(act.victims),
        follows=act.follows,
    )


def victim_to_json(victim: Victim) -> Fields:
    """A person harmed, or a group, without a name."""
    return plain(victim) | present(people=victim.people and range_to_json(victim.people))


def visit_to_json(visit: Visit) -> Fields:
    """A visit to a place of detention."""
    held = {name: range_to_json(people) for name, people in visit.held.ranges()} if visit.held else None
    return plain(visit) | present(held=held)


def link_to_part(link: Link) -> Fields:
    """A link with the bytes of its report, as parts hold them."""
    return {"report": link.report, "kind": link.kind}


def source_to_json(source: Source) -> Fields:
    """Class, family and grades of the source; holds no identity."""
    fields = plain(source)
    return {"class": fields.pop("kind"), **fields}


def count_to_json(count: Count) -> Fields:
    """One row of people."""
    return {
        "outcome": count.outcome,
        "sex": count.sex,
        "age": count.age,
        "status": count.status,
    } | range_to_json(count.people)


def total_to_json(total: Total) -> Fields:
    """One total of people."""
    return {"outcome": total.outcome} | range_to_json(total.people)


def range_to_json(people: Range) -> Fields:
    """At least, best, at most."""
    return {"min": people.min, "best": people.best, "max": people.max}


def consent_to_json(consent: Consent) -> Fields:
    """The consent record."""
    return plain(consent) | {"scopes": dict(consent.scopes)}


def identities_to_json(identities: Identities) -> Fields:
    """All that can name somebody."""
    return present(
        victims=[plain(person) for person in identities.victims],
        sources=[plain(person) for person in identities.sources],
        perpetrators=[plain(person) for person in identities.perpetrators],
        safe_contact=identities.safe_contact,
        root_source_ref=identities.root_source_ref,
    )


def narrative_to_json(narrative: Narrative) -> Fields:
    """The account with words that were used."""
    return plain(narrative) | present(words_used=narrative.words_used and plain(narrative.words_used))


def plain(value: object) -> Fields:
    """Fields of a flat dataclass, absent ones left out; nested values are for the caller to replace."""
    names: tuple[str, ...] = getattr(value, "__slots__", ())
    return present(**{name: _listed(getattr(value, name)) for name in names})


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def present(**fields: object) -> Fields:
    """Leaves out what is absent: None, and lists without elements."""
    return {name: value for name, value in fields.items() if value is not None and value != []}
