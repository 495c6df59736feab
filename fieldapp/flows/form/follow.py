"""News and corrections: a new draft over a sealed report, filled with what of it can still be read here.

Nothing sealed is ever changed. What the tablet cannot read any more (the account, names, consent, the exact point)
is not guessed: it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from fieldapp.flows.form.when import UNKNOWN
from fieldapp.flows.report_form import FLASH_OUTCOMES, ReportForm
from firsthand.domain.dates import parse_edtf
from firsthand.ids import report_id_text

NEW_INFORMATION, CORRECTION = "new_information", "correction"
_TOP = (
    "handling", "station", "reported_on", "acts", "events", "event_counts", "event_totals", "signals", "victims",
    "responses", "coverage", "speech", "visit", "source", "verification", "basis", "note",
)  # fmt: skip
_INCIDENT = (
    "date", "date_precision", "time_of_day", "recall_anchor", "context", "trend", "targeting", "ongoing",
    "immediate_risk", "protection_needed", "concern_s", "households", "damage",
)  # fmt: skip
_OF_A_KIND = ("coverage", "speech", "visit")
_PLACE = ("name", "adm1", "adm2", "adm3", "precision", "type", "code")


def follow_up(facts: Mapping[str, Any] | None, report_id: str, change: str, *, kind: str, language: str) -> ReportForm:
    """A form that supersedes a report.

    Args:
        facts: the facts part that the tablet still keeps; None where it keeps none.
        report_id: 26 characters of the earlier report.
        change: `new_information` or `correction`.
        kind: of the earlier report, empty where it is not readable; a correction stays of its kind.
        language: of collection, when the earlier one is not readable.
    """
    form = ReportForm.new(kind if change == CORRECTION and kind else "follow_up", language)
    form.report |= {"supersedes": report_id, "change": change}
    if facts is None:
        return form
    form.report["language"] = str(facts.get("language", language))
    form.report |= _ids_as_text({name: deepcopy(facts[name]) for name in _TOP if facts.get(name)})
    if isinstance(facts.get("incident"), bytes):
        form.report["incident_id"] = report_id_text(facts["incident"])
    incident = {name: deepcopy(facts[name]) for name in _INCIDENT if facts.get(name) is not None}
    # the kept point is the centre of a cell and not the place: it would become false by being sealed again
    incident["place"] = {name: facts["place"][name] for name in _PLACE if facts.get("place", {}).get(name) is not None}
    form.report["incident"] = incident
    if form.kind == "follow_up":  # these groups belong to their own kinds alone
        for name in _OF_A_KIND:
            form.report.pop(name, None)
    form.marks |= marks_of(form)
    return form


def marks_of(form: ReportForm) -> dict[str, str]:
    """What the answers say about questions that have no field of their own."""
    incident = form.report.get("incident", {})
    marks: dict[str, str] = {}
    if incident.get("date"):
        when = parse_edtf(str(incident["date"]))
        marks["day"] = when.start.isoformat() if when.start else UNKNOWN
        if when.end and when.start and when.end != when.start and "/" in str(incident["date"]):
            marks["day_to"] = when.end.isoformat()
    if incident.get("place", {}).get("name") not in {None, *(incident["place"].get(f"adm{n}") for n in (1, 2, 3))}:
        marks["place"] = "typed"
    marks["place_precision"] = "chosen"
    for number, act in enumerate(form.acts or [{"totals": form.report.get("event_totals", ())}]):
        for row in act.get("totals", ()):
            marks[f"total.{row['outcome']}" if not number else f"total.{number}.{row['outcome']}"] = "known"
    # what the earlier report did not count was not known then
    marks |= {f"total.{o}": "?" for o in FLASH_OUTCOMES if f"total.{o}" not in marks}
    if "ongoing" in incident:
        marks["ongoing"] = "yes" if incident["ongoing"] else "no"
    if "concern_s" in incident:
        marks["concern"] = "yes" if incident["concern_s"] else "no"
    if not form.children_counted():
        marks["children"] = "unknown"
    return marks


def _ids_as_text(values: dict[str, Any]) -> dict[str, Any]:
    """Facts hold ids as bytes; a REPORT.json holds them as text."""
    return {
        name: report_id_text(value) if isinstance(value, bytes) and len(value) == 16 else value
        for name, value in values.items()
    }
