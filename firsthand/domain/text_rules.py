"""Rule 12 of DOMAIN 2.10: what many will read names nobody and reaches nobody.

What may reach a person blocks in the texts of the facts and is pointed out in the account. A likely name is asked
about in the facts, for no program knows a name from a place.
"""

from __future__ import annotations

from collections.abc import Iterator

from firsthand.domain.casetext import findings, private_pattern
from firsthand.domain.model import Report
from firsthand.errors import Problem

# Fields that are made for names: of a place, a duty station, a programme, a unit of the mission's list.
_NAMES_OF_THINGS = ("incident.place.name", "station", "speech.station", "actor.unit_ref")


def case_texts(report: Report, area_names: frozenset[str]) -> Iterator[Problem]:
    """Private patterns and likely names in the free texts of a report.

    Args:
        report: any report.
        area_names: of the mission, of all levels and languages, which are no names of persons.
    """
    places = area_names | _own_places(report)
    for where, text in _free_texts(report):
        code = private_pattern(text)
        if code:
            yield Problem(code, where, rule=12)
        elif not where.endswith(_NAMES_OF_THINGS) and any(not found.blocking for found in findings(text, places)):
            yield Problem("likely-name", where, blocking=False, rule=12)
    if _is_a_telephone(report.incident.place.code):
        yield Problem("phone", "incident.place.code", rule=12)
    for where, text in _account_texts(report):
        code = private_pattern(text)
        if code:
            yield Problem(code, where, blocking=False, rule=12)


def _is_a_telephone(code: str | None) -> bool:
    return code is not None and code.isdigit() and private_pattern(code) == "phone"


def _own_places(report: Report) -> frozenset[str]:
    place = report.incident.place
    names = (place.name, place.adm1, place.adm2, place.adm3, report.station)
    return frozenset(name for name in names if name)


def _account_texts(report: Report) -> Iterator[tuple[str, str]]:
    yield from _present(
        ("narrative.what_happened", report.narrative.what_happened if report.narrative else None),
        ("source.bias_note", report.source.bias_note),
    )
    for position, victim in enumerate(report.victims):
        yield from _present((f"victims[{position}].group", victim.group))


def _free_texts(report: Report) -> Iterator[tuple[str, str]]:
    incident = report.incident
    yield from _present(
        ("note", report.note),
        ("station", report.station),
        ("incident.recall_anchor", incident.recall_anchor),
        ("incident.immediate_risk.note", incident.immediate_risk.note),
        ("incident.place.name", incident.place.name),
        ("basis.note", report.basis.note if report.basis else None),
        ("speech.station", report.speech.station if report.speech else None),
        ("speech.target", report.speech.target if report.speech else None),
    )
    for position, act in enumerate(report.acts):
        yield from _present(
            (f"acts[{position}].actor.unit_text", act.actor.unit_text),
            (f"acts[{position}].actor.unit_ref", act.actor.unit_ref),
        )
    for position, response in enumerate(report.responses):
        yield from _present((f"responses[{position}].note", response.note))


def _present(*texts: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    return ((where, text) for where, text in texts if text)
