"""The end of an interview: what was allowed is sealed, what is owed comes back, and nothing else stays (DOMAIN I17).

    gaps in services, promises (both written under ids of their own: a second try writes the same rows)
      -> report sealed, draft gone, author's consent row there: one transaction
    nothing allowed or nothing told -> the draft goes, and only the gaps stay, which belong to no case

Rules:
- without C1 nothing was written, so nothing is sealed, whatever else was a yes;
- what is withdrawn while the talk goes on leaves the draft at once (`without_withdrawn`), and no older row holds it;
- one envelope a person; of one talk one report alone carries counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fieldapp.flows import consent_rows, draft, referral
from fieldapp.flows.consent_rows import ConsentRow
from fieldapp.flows.draft import DraftId
from fieldapp.flows.interview_consent import from_text
from fieldapp.flows.interview_kept import Mark, Promise
from fieldapp.flows.interview_protocol import protocol_of_version
from fieldapp.flows.interview_values import (
    FACT_GROUPS,
    OUTCOME,
    narrative_beside,
    outcomes,
    report_values,
)
from fieldapp.flows.owed import PromiseRefused
from fieldapp.flows.seal import Beside, checked_report, record, report_text, seal_draft
from fieldapp.vault.tasks import OWED, Tasks
from firsthand import errors
from firsthand.domain import ledger as chain
from firsthand.domain import owed as promises
from firsthand.domain.interview import Session
from firsthand.domain.referral_model import SCOPES as SECTOR_SCOPES
from firsthand.ids import parse_report_id

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["Closed", "agreed", "at_the_end", "check_promise", "close", "discard", "outcome_question"]

_AFTER_THE_TALK = frozenset({"I17", "I18", "I19"})  # DOMAIN 3.1: the survivor has left
_ROLE, _AGE, _SMALL = "role", "I10", "age_0_5"
_AGREES = frozenset({"caregiver_agrees", "other_adult_agrees"})
_CHILDREN = {
    "age_6_11": _AGREES,
    "age_12_14": _AGREES,
    "age_15_17": _AGREES | {"caregiver_unsafe"},
    "maybe_child": _AGREES | {"caregiver_unsafe"},
}
_NOT_AVAILABLE = "not_available"
_ALERT_RECEIVED = "E08"
_NEED = {"harm_self": "medical", "harm_survivor": "evacuation", "harm_child": "evacuation", "harm_other": "patrol"}


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of an interview.

    Attributes:
        report_ids: sealed, in order; empty where nothing was allowed, or nothing was told.
        owed: codes of what was promised.
        gaps: sectors without a service, told of on another day without a case.
        subject: pseudonym for a later withdrawal; empty where nothing was sealed.
        incident_id: joins the reports of the same talk.
    """

    report_ids: tuple[str, ...]
    owed: tuple[str, ...]
    gaps: tuple[str, ...]
    subject: str
    incident_id: str


# -- while it goes on ------------------------------------------------------------------------------------------
def outcome_question(sector: str) -> str:
    """The question whose answer is the outcome of a sector."""
    return f"{OUTCOME}{sector}"


def agreed(session: Session, sector: str) -> bool:
    """Whether the person's data may be passed to services of a sector."""
    return session.answers.get(SECTOR_SCOPES.get(sector, "")) == "yes"


def at_the_end(session: Session) -> bool:
    """Whether it can be closed."""
    return session.ended or session.state in _AFTER_THE_TALK


def check_promise(tablet: Tablet, promise: Promise) -> None:
    """Raises PromiseRefused."""
    reason = promises.wrong(_promise(tablet, promise, ""))
    if reason:
        raise PromiseRefused(reason)


def without_withdrawn(report: Mapping[str, Any], mark: Mark, session: Session) -> tuple[dict[str, Any], Mark]:
    """What may still stand in the draft: no account without C1, no name without C3, no contact without C6."""
    gone: set[str] = set()
    if not _may_stay(session):
        gone |= {*FACT_GROUPS, "narrative", "identities", "_answered"}
        mark = replace(mark, match="", corrections=0)
    if session.answers.get("C3") != "yes":
        gone.add("identities")
    if session.answers.get("C6") != "yes":
        mark = replace(mark, contact={})
    return {name: value for name, value in report.items() if name not in gone}, mark


def _may_stay(session: Session) -> bool:
    """Whether an account may stand: the person said yes, is no suspect, and is not a child without a ground."""
    if session.answers.get("C1") != "yes" or session.stopped == _ROLE:
        return False
    return session.state == _AGE or session.paused is not None or _grounded(session)


def _grounded(session: Session) -> bool:
    """A child's own yes is none without assent and, under 15, somebody who may agree (DOMAIN I10)."""
    band, said = session.answers.get("age_band"), session.answers
    if band not in _CHILDREN:
        return band != _SMALL
    trained = session.facts.get("child_trained") == "yes"
    return trained and said.get("assent") == "yes" and said.get("guardian") in _CHILDREN[band]


def emergency(tablet: Tablet, mark: Mark, session: Session) -> str:
    """Life is at risk: need, area and "a protection concern", at once and without a subject; its report id.

    Raises:
        InvalidReport: no area of this mission is known. DiskFull, SelfCheckFailed: nothing was sealed.
    """
    names = dict(zip(("adm1", "adm2"), mark.area, strict=False))
    values = {
        "form": 2,
        "kind": "flash",
        "language": mark.language,
        "handling": "strictly_confidential",
        "basis": {"code": "vital_interests"},
        "incident": {
            "date": (date(1970, 1, 1) + timedelta(days=tablet.day())).isoformat(),
            "date_precision": 1,
            "place": {**names, "name": mark.area[-1] if mark.area else "", "precision": 3 if "adm2" in names else 4},
            "immediate_risk": {"flag": True},
            "protection_needed": _NEED.get(str(session.answers.get("harm_class", "")), "medical"),
            "concern_s": True,
        },
        "events": [_ALERT_RECEIVED],
        "source": {
            "class": "un_component", "family": "MISSION", "first_hand": "heard", "reliability": "F", "credibility": 6,
        },
    }  # fmt: skip
    return record(tablet, report_text(values))


# -- the end ---------------------------------------------------------------------------------------------------
def discard(tablet: Tablet, draft_id: DraftId, mark: Mark, session: Session) -> Closed:
    """Nothing is kept of the person; a missing service is."""
    gaps = _tell_gaps(tablet, mark, session)
    owed = _owe(tablet, mark, "")
    draft.discard(tablet, draft_id)
    return Closed(_emergencies(mark), owed, gaps, "", mark.incident)


def close(
    tablet: Tablet, draft_id: DraftId, report: Mapping[str, Any], mark: Mark, session: Session, *, now_min: int
) -> Closed:
    """See the head of this module; `mark.report` is the id that the report will bear.

    Raises:
        InvalidReport, ConductChannel: nothing was sealed, the draft stays. DiskFull, SelfCheckFailed: the same.
    """
    ledger = from_text(mark.ledger)
    consent = chain.consent_of(ledger, now_min)
    if not consent.allows("C1") or not _may_stay(session) or not _told(report, session):
        return discard(tablet, draft_id, mark, session)
    incident = parse_report_id(mark.incident)
    counted = consent.allows("C10") and not any(row.counted for row in consent_rows.of_incident(tablet, incident))
    values = report_values(report, mark, session, consent, counted=counted)
    checked_report(tablet, report_text(values))
    gaps, owed = _tell_gaps(tablet, mark, session), _owe(tablet, mark, mark.report)
    protocol = protocol_of_version(tablet, session.version)
    encoded = chain.encode(ledger)
    report_id = parse_report_id(mark.report)
    row = ConsentRow(report_id, mark.subject, encoded, incident, counted)
    beside = Beside(
        parts={"narrative": narrative_beside(mark, protocol, session, consent, encoded)},
        consent=consent_rows.to_row(row),
        report_id=report_id,
    )
    sealed = seal_draft(tablet, draft_id, values, beside)
    return Closed((*_emergencies(mark), sealed), owed, gaps, mark.subject, mark.incident)


def _told(report: Mapping[str, Any], session: Session) -> bool:
    """Whether there is anything to keep: an account, or an act that was named."""
    return bool(report.get("narrative") or report.get("acts") or session.answers.get("penetration") == "yes")


def _emergencies(mark: Mark) -> tuple[str, ...]:
    return (mark.emergency,) if mark.emergency else ()


def _tell_gaps(tablet: Tablet, mark: Mark, session: Session) -> tuple[str, ...]:
    """Sectors that had no service; each becomes a report of its own on another day (`referral.send_gaps`)."""
    missing = tuple(sector for sector, outcome in outcomes(session) if outcome == _NOT_AVAILABLE)
    if not mark.area:
        return ()
    told = []
    for sector in missing:
        with suppress(errors.InvalidReport):  # no area of this mission: then nobody could read of it in a table
            referral.add_gap(tablet, sector, *mark.area[:2])
            told.append(sector)
    return tuple(told)


def _owe(tablet: Tablet, mark: Mark, report_id: str) -> tuple[str, ...]:
    tasks = Tasks(tablet.vault, OWED)
    for made in mark.promises:
        tasks.put(bytes.fromhex(made.id), promises.to_row(_promise(tablet, made, report_id)))
    return tuple(made.what for made in mark.promises)


def _promise(tablet: Tablet, made: Promise, report_id: str) -> promises.Promise:
    day = tablet.day()
    return promises.Promise(bytes.fromhex(made.id), made.what, made.note, day + made.days, report_id, day)
