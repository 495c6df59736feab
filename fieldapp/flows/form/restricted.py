"""What the ordinary form may hold about sexual violence (DOMAIN 3.5), and what it refuses. Pure.

Allowed: how many by class (1, 2 to 4, 5 and more), sex, adult or child, the act, the second level, the week, the party,
the two grades. Everything finer belongs to an interview with consent, which `flows.interview.from_disclosure` offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

from fieldapp.flows.form.values import Report
from firsthand.domain.counts import age_class
from firsthand.domain.dates import parse_edtf
from firsthand.errors import Malformed

__all__ = ["is_refused", "reduced"]

_WEEK = 3  # of date_precisions
_SECOND_LEVEL, _FIRST_LEVEL = 3, 4  # of place_precisions
# What is not asked at all; a path stands for all below it.
_REFUSED = (
    "narrative", "identities", "incident.time_of_day", "incident.recall_anchor", "incident.immediate_risk.note",
    "note",
    "victims.#.relationship", "victims.#.group", "victims.#.special", "victims.#.occupation", "victims.#.disability",
    "victims.#.displacement", "source.bias_note",
)  # fmt: skip
_OF_A_PERSON = frozenset({"key", "sex", "age_band", "may_be_child", "status", "unit", "people", "outcome"})
_OF_A_PLACE = frozenset({"name", "adm1", "adm2", "precision"})
_SMALL, _LARGE = 2, 5


def is_refused(path: str) -> bool:
    """Whether the ordinary form does not ask for this once an act of sexual violence stands in it."""
    return any(path == each or path.startswith(f"{each}.") for each in _REFUSED)


def reduced(report: Mapping[str, Any]) -> Report:
    """A copy of the values of REPORT.json with what is allowed, for a report that is no interview."""
    found: Report = deepcopy({name: value for name, value in report.items() if name not in {"narrative", "note"}})
    found.pop("identities", None)
    incident = found.get("incident", {})
    for name in ("time_of_day", "recall_anchor"):
        incident.pop(name, None)
    incident.get("immediate_risk", {}).pop("note", None)
    _to_the_week(incident)
    if "place" in incident:
        incident["place"] = _second_level(incident["place"])
    found["victims"] = [_nobody(victim) for victim in found.get("victims", ())]
    for act in found.get("acts", ()):
        act["counts"] = [_counted(row) for row in act.get("counts", ())]
        act["totals"] = [_total(row, act["counts"]) for row in act.get("totals", ())]
    if "subject" in found:
        found["subject"] = {"sex": found["subject"].get("sex", "U"), "age_band": _age(found["subject"])}
    return {name: value for name, value in found.items() if value not in ([], {})}


def _to_the_week(incident: Report) -> None:
    """Monday in the place of the day; what is less exact stays as it is."""
    try:
        date = parse_edtf(str(incident.get("date", "?")))
    except Malformed:
        return  # whoever judges the report says so
    if date.start is not None and date.day_given:
        incident["date"] = (date.start - timedelta(days=date.start.weekday())).isoformat()
        incident["date_precision"] = max(_WEEK, int(incident.get("date_precision", _WEEK)))


def _second_level(place: Mapping[str, Any]) -> Report:
    kept = {name: value for name, value in place.items() if name in _OF_A_PLACE}
    coarse = _SECOND_LEVEL if kept.get("adm2") else _FIRST_LEVEL
    kept["name"] = kept.get("adm2") or kept.get("adm1", "")
    return kept | {"precision": max(coarse, int(kept.get("precision", coarse)))}


def _nobody(victim: Mapping[str, Any]) -> Report:
    return {name: value for name, value in victim.items() if name in _OF_A_PERSON} | {"age_band": _age(victim)}


def _age(person: Mapping[str, Any]) -> str:
    return age_class(str(person.get("age_band", "unknown")))


def _counted(row: Mapping[str, Any]) -> Report:
    return dict(row) | _class_of(row) | {"age": age_class(str(row.get("age", "unknown")))}


def _total(total: Mapping[str, Any], rows: list[Report]) -> Report:
    """Never less than the rows of the same outcome, which classes may have made more."""
    least = sum(row["best"] for row in rows if row.get("outcome") == total.get("outcome"))
    found = _class_of(total)
    return dict(total) | found | {"best": max(found["best"], least), "max": max(found["max"], least)}


def _class_of(figures: Mapping[str, Any]) -> Report:
    """1; 2 to 4; 5 and more: the bounds of the class, and the best figure only where the class is open."""
    best = int(figures.get("best", 0))
    if best < _SMALL:
        return {"min": best, "best": best, "max": best}
    if best < _LARGE:
        return {"min": _SMALL, "best": (_SMALL + _LARGE - 1) // 2, "max": _LARGE - 1}
    return {"min": _LARGE, "best": best, "max": max(best, int(figures.get("max", best)))}
