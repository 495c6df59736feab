"""Where a problem of a report can be mended: from the path of a field to the page that asks it."""

from __future__ import annotations

from fieldapp.flows.form.sections import RETURNS, SHORT, page_of, steps

# the question that a problem's path belongs to, first match wins
_STEP_OF = (
    ("incident.date", "when"),
    ("incident.time", "when"),
    ("incident.recall", "when"),
    ("incident.place.type", "context"),
    ("incident.place", "where"),
    ("incident.protection", "need"),
    ("incident.damage", "damage"),
    ("incident.households", "homes"),
    ("incident.context", "context"),
    ("incident.immediate_risk.note", "risk"),
    ("incident.concern", "concern"),
    ("incident", "ongoing"),
    ("source.reliability", "grade"),
    ("source.credibility", "grade"),
    ("source.root", "roots"),
    ("source", "told"),
    ("consent", "told"),
    ("basis", "told"),
    ("subject", "told"),
    ("note", "note"),
    ("events", "what"),
    ("event_", "people"),
    ("victims", "victims"),
    ("narrative.words_used", "words"),
    ("narrative", "account"),
    ("identities", "names"),
    ("verification", "checking"),
    ("responses", "responses"),
    ("links", "links"),
    ("signals", "signs"),
    ("speech", "speech"),
    ("visit.held", "held"),
    ("visit", "visit"),
    ("coverage", "reason"),
    ("handling", "context"),
    ("station", "checking"),
    ("reported_on", "checking"),
)
_RETURN_STEPS = {"when": "period", "where": "area"}


def step_of(where: str, kind: str = "incident") -> str:
    """The question where a problem can be mended; empty where this kind does not ask it."""
    if where.startswith("acts"):
        step = "people"
        if ".actor" in where:
            step = "unit" if kind not in SHORT and ".actor.unit" in where else "actor"
        elif ".counts" not in where and ".totals" not in where:
            step = "what"
    else:
        step = next((step for prefix, step in _STEP_OF if where.startswith(prefix)), "")
    if kind in RETURNS:
        step = _RETURN_STEPS.get(step, step)
    return step if page_of(step, kind) in steps(kind) else ""
