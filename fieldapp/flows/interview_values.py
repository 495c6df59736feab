"""What an interview makes of its answers: the values of REPORT.json, form 2, and what stands beside them in the parts.

Pure. Nothing is guessed that was not said: a date that nobody gave is `?`, a place is the area whose services were
asked for, an actor is unknown. Times are to a quarter of an hour, a date out of "how long ago" to the week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from fieldapp.flows.form.acts import SENSITIVE_FAMILY, SEPARATE_CHANNEL, UNKNOWN_ACTOR
from fieldapp.flows.interview_consent import Explained
from fieldapp.flows.interview_kept import Mark
from fieldapp.flows.seal import ConductChannel
from firsthand import errors
from firsthand.domain.consent import SCOPES, Consent
from firsthand.domain.interview import Protocol, Session, hours_class
from firsthand.domain.model import FORM
from firsthand.domain.referral import SECTORS
from firsthand.domain.writer import consent_to_json

__all__ = ["FACT_GROUPS", "OUTCOME", "explained", "narrative_beside", "outcomes", "report_values", "with_facts"]

# What of a report an officer may fill in while the account is open; the rest is said by the session.
FACT_GROUPS = frozenset(
    {
        "acts", "change", "event_counts", "event_totals", "events", "incident", "links", "reported_on", "responses",
        "signals", "source", "station", "supersedes", "verification", "victims",
    }
)  # fmt: skip
OUTCOME = "outcome_"
PEACEKEEPERS = "peacekeepers"
# The rest of the mission: every desk but the focal point's and the custodian's loses its keys.
OTHERS_IN_THE_MISSION = "from_mission_others"
_OTHERS = ("risk_cell", "hr_section")
_OTHER = "from_other"
_WITHHOLD_CHARS = 80

_SEX = MappingProxyType({"woman": "F", "man": "M"})
_AGE = MappingProxyType(
    {"adult": "adult", "age_15_17": "12-17", "age_12_14": "12-17", "age_6_11": "5-11", "age_0_5": "0-4"}
)
# GBVIMS: the first yes decides (DOMAIN I12). The act stands only where the officer chose none.
_FIRST_YES = MappingProxyType(
    {
        "penetration": "A401", "contact": "A404", "assault": "A202", "forced_marriage": "A411", "denial": "A414",
        "psychological": "A211",
    }
)  # fmt: skip
_SOURCE = MappingProxyType(
    {
        "class": "victim", "family": "COMMUNITY", "first_hand": "saw", "reliability": "F", "credibility": 6,
        "root_sources": 1, "root_families": ["COMMUNITY"],
    }
)  # fmt: skip
_ONE = MappingProxyType({"min": 1, "best": 1, "max": 1})
_COUNTS = ("counts", "totals")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WEEK, _YEAR = 3, 5  # of date_precisions
_SECOND_LEVEL, _FIRST_LEVEL = 3, 4  # of place_precisions
_EPOCH = date(1970, 1, 1)
_DAY_MIN, _QUARTER_MIN = 24 * 60, 15
_SPOKEN = frozenset({"en", "fr", "ar", "sw"})


# -- while it goes on ------------------------------------------------------------------------------------------
def explained(protocol: Protocol, session: Session, mark: Mark) -> Explained:
    """How consent was explained, as far as the answers say."""
    said = session.answers
    spoken = str(said.get("intro_language", ""))
    told = said.get("teach_back")
    return Explained(
        subject=mark.subject,
        language=spoken if spoken in _SPOKEN else mark.language,
        explained_by="interpreter" if said.get("interpreter_used") == "yes" else "officer",
        script_version=f"{protocol.machine}/{protocol.version}",
        teach_back=None if told is None else told == "understood",
        withhold=_withhold(session),
        capacity=str(said.get("capacity", "")),
        witnessed=said.get("form_of_consent") == "witnessed" or said.get("support_person") == "support_here",
    )


def _withhold(session: Session) -> tuple[str, ...]:
    """Roles one by one, since each costs a key; all others for whoever exports, in few lines."""
    said = session.answers.get("withhold", ())
    chosen = said if isinstance(said, tuple) else ()
    lines: list[str] = []
    for code in chosen:
        if code in {OTHERS_IN_THE_MISSION, _OTHER}:
            continue
        if lines and len(lines[-1]) + len(code) + 2 <= _WITHHOLD_CHARS:
            lines[-1] += f", {code}"
        else:
            lines.append(code)
    roles = _OTHERS if OTHERS_IN_THE_MISSION in chosen else ()
    other = " ".join(str(session.answers.get("withhold_other", "")).split())[:_WITHHOLD_CHARS].strip()
    return (*roles, *lines, *([other] if other else []))


def with_facts(report: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with groups of facts put in, each in the place of what stood there.

    Raises:
        ConductChannel: an act by mission personnel; nothing of it may stand anywhere.
        Malformed: a group that is not the officer's to write here, or a position from a receiver.
    """
    if not set(values) <= FACT_GROUPS | {"_answered"}:
        raise errors.Malformed("group of facts")
    _demand_other_channel(values.get("acts", ()))
    place = values.get("incident", {}).get("place", {}) if isinstance(values.get("incident", {}), Mapping) else {}
    if isinstance(place, Mapping) and place.get("given_as") == "gps":
        raise errors.Malformed("position inside an interview")
    return {**report, **deepcopy(dict(values))}


def _demand_other_channel(acts: object) -> None:
    for act in acts if isinstance(acts, list) else ():
        actor = act.get("actor", {}) if isinstance(act, Mapping) else {}
        if isinstance(act, Mapping) and act.get("code") == SEPARATE_CHANNEL:
            raise ConductChannel
        if isinstance(actor, Mapping) and actor.get("class") == PEACEKEEPERS:
            raise ConductChannel


# -- at the end ------------------------------------------------------------------------------------------------
def report_values(
    report: Mapping[str, Any], mark: Mark, session: Session, consent: Consent, *, counted: bool
) -> dict[str, Any]:
    """The REPORT.json that is sealed for one person.

    Args:
        report: what stands in the draft.
        mark: the interview's own.
        session: at its end.
        consent: out of the ledger.
        counted: this report carries the people of the incident; one of a talk does.
    """
    values = {name: deepcopy(each) for name, each in report.items() if name in FACT_GROUPS}
    values |= {
        "form": FORM,
        "kind": "interview",
        "language": mark.language,
        "handling": "strictly_confidential",
        "incident_id": mark.incident,
        "subject": _subject(session),
        "consent": consent_to_json(consent),
        "incident": _incident(values.get("incident", {}), mark, session),
        "acts": [_act(act) for act in values.get("acts") or _default_acts(session, values)],
        "source": {**_SOURCE, **values.get("source", {})},
        "narrative": deepcopy(report.get("narrative")) if consent.allows("C1") else None,
        "identities": _identities(report, mark, session, consent) if consent.allows("C3") else None,
    }
    return {name: each for name, each in _counts(values, counted=counted).items() if each not in (None, [], {})}


def narrative_beside(
    mark: Mark, protocol: Protocol, session: Session, consent: Consent, ledger: list[Any]
) -> dict[str, Any]:
    """What goes with the account and has no field in a report: ledger, course of the talk, referrals, contact."""
    answers = {
        name: list(each) if isinstance(each, tuple) else each
        for name, each in sorted(session.answers.items())
        if protocol.questions[name].part == "narrative" and name not in SCOPES and not name.startswith(OUTCOME)
    }
    if "hours_since" in answers:
        answers["hours_since"] = hours_class(session.answers["hours_since"])
    found: dict[str, Any] = {
        "protocol": [protocol.machine, session.version],
        "subject": mark.subject,
        "ledger": ledger,
        "answers": answers,
        "referrals": [[sector, outcome] for sector, outcome in outcomes(session)],
        "course": [session.mode, session.stopped, list(session.interrupts)],
        "overrides": [[each.gate, each.reason, each.second, each.at_min] for each in session.overrides],
        "begun_min": session.started_min,
        "corrections": mark.corrections,
    }
    if mark.match:
        found["match"] = bytes.fromhex(mark.match)
    if consent.allows("C6") and not consent.allows("C3"):
        found["contact"] = _contact(mark, session, named=False)
    return found


def outcomes(session: Session) -> Iterator[tuple[str, str]]:
    """(sector, outcome) of what was offered."""
    for sector in SECTORS:
        outcome = session.answers.get(OUTCOME + sector)
        if outcome is not None:
            yield sector, str(outcome)


def _subject(session: Session) -> dict[str, Any]:
    band = str(session.answers.get("age_band", ""))
    found: dict[str, Any] = {
        "sex": _SEX.get(str(session.answers.get("survivor_is", "")), "U"),
        "age_band": _AGE.get(band, "unknown"),
    }
    return found | ({"may_be_child": True} if band == "maybe_child" else {})


def _incident(given: Mapping[str, Any], mark: Mark, session: Session) -> dict[str, Any]:
    incident = {**_when(session), **given}
    incident["place"] = given.get("place") or _area(mark)
    incident.setdefault("immediate_risk", {"flag": False})
    incident.setdefault("protection_needed", "none")
    clock = _CLOCK.fullmatch(str(incident.get("time_of_day", "")))
    if clock:
        minutes = int(clock[1]) * 60 + int(clock[2])
        minutes -= minutes % _QUARTER_MIN
        incident["time_of_day"] = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return incident


def _when(session: Session) -> dict[str, Any]:
    """Monday of the week in which the medical clocks began; else not known."""
    began = session.since.get("hours_since")
    if began is None:
        return {"date": "?", "date_precision": _YEAR}
    day = _EPOCH + timedelta(days=began // _DAY_MIN)
    return {"date": (day - timedelta(days=day.weekday())).isoformat(), "date_precision": _WEEK}


def _area(mark: Mark) -> dict[str, Any]:
    names = dict(zip(("adm1", "adm2"), mark.area, strict=False))
    return {**names, "name": mark.area[-1] if mark.area else "", "precision": _LEVEL[len(mark.area)]}


_LEVEL = (_FIRST_LEVEL, _FIRST_LEVEL, _SECOND_LEVEL)


def _act(act: Mapping[str, Any]) -> dict[str, Any]:
    actor = {**UNKNOWN_ACTOR, **act.get("actor", {})}
    return {**act, "actor": actor}


def _default_acts(session: Session, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The act that the first yes of the six questions names, done to the person who spoke."""
    code = next((act for question, act in _FIRST_YES.items() if session.answers.get(question) == "yes"), None)
    if code is None or values.get("events"):
        return []
    person = _subject(session)
    outcome = "sexual_violence" if code.startswith(SENSITIVE_FAMILY) else "other"
    return [{"code": code, "counts": [{"outcome": outcome, "sex": person["sex"], "age": person["age_band"], **_ONE}]}]


def _counts(values: dict[str, Any], *, counted: bool) -> dict[str, Any]:
    if counted:
        return values
    acts = [{name: each for name, each in act.items() if name not in _COUNTS} for act in values["acts"]]
    return {name: each for name, each in values.items() if not name.startswith("event_")} | {"acts": acts}


def _identities(report: Mapping[str, Any], mark: Mark, session: Session, consent: Consent) -> dict[str, Any]:
    found = deepcopy(report.get("identities", {}))
    found.pop("safe_contact", None)
    if consent.allows("C6"):
        parts = [text for text in _contact(mark, session, named=True).values() if text]
        if parts:
            found["safe_contact"] = "; ".join(parts)[:_CONTACT_CHARS]
    return dict(found)


_CONTACT_CHARS = 200
_OF_NAMED = ("safe_hours", "who_may_answer", "code_phrase", "do_not_call")


def _contact(mark: Mark, session: Session, *, named: bool) -> dict[str, str]:
    """How to reach the person: the method as a code, and words only where an identity may be kept."""
    said = session.answers
    found = {name: str(said[name]) for name in ("contact_method", "stop_after") if name in said}
    if named:
        found |= dict(mark.contact)
        found |= {name: str(said[name]) for name in _OF_NAMED if name in said}
    return found
