"""The record as questions: what is asked, in which order, and what the answers make of a REPORT.json.

Pure. A form holds the values of REPORT.json as far as they are known, and beside them the marks that a report has
no place for (which questions were answered with "no" or "not known"). `stored` is what a draft keeps; `sealable`
is what is sealed. Nothing is guessed: where an officer left a question open, `missing` names it.

The questions stand by subject in `fieldapp.flows.form`; this is all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from fieldapp.flows.form.acts import EVENT_FAMILY, SENSITIVE_FAMILY, SEPARATE_CHANNEL, UNKNOWN_ACTOR, Acts
from fieldapp.flows.form.fields import NARRATIVE, PAGES, Field
from fieldapp.flows.form.lists import Lists
from fieldapp.flows.form.names import Names
from fieldapp.flows.form.people import (
    CHILD_AGES,
    FLASH_OUTCOMES,
    NO_STATUS,
    STATUSES,
    TABLE_AGES,
    TABLE_OUTCOMES,
    TABLE_SEXES,
)
from fieldapp.flows.form.restricted import is_refused, reduced
from fieldapp.flows.form.sections import OPTIONAL, RETURNS, SECTIONS, STEPS, page_of, required
from fieldapp.flows.form.source import CONSENT_ASKED, NO_CONSENT_NEEDED
from fieldapp.flows.form.values import FIGURES, MAX_PEOPLE, Figures, Report, clean_line, figures_fault
from fieldapp.flows.form.when import When, month_weeks, recent_days
from fieldapp.flows.form.where import PLACE_CHARS, AreaTree, Where
from firsthand.domain.codes import CHILD_STATUSES
from firsthand.domain.model import FORM

__all__ = [
    "CHILD_AGES", "CONSENT_ASKED", "EVENT_FAMILY", "FIGURES", "FLASH_OUTCOMES", "FORM", "MAX_PEOPLE", "NOTE_CHARS",
    "NO_CONSENT_NEEDED", "NO_STATUS", "OPTIONAL", "PLACE_CHARS", "SENSITIVE_FAMILY", "SEPARATE_CHANNEL", "STATUSES",
    "STEPS", "TABLE_AGES", "TABLE_OUTCOMES", "TABLE_SEXES", "AreaTree", "Figures", "Report", "ReportForm",
    "figures_fault", "month_weeks", "recent_days",
]  # fmt: skip

NOTE_CHARS = 80
_MARKS = "_answered"
_RETURN_SOURCE = {
    "class": "own_observation", "family": "MISSION", "first_hand": "inferred", "reliability": "F", "credibility": 6,
}  # fmt: skip


class ReportForm(Acts, When, Where, Names, Lists):
    """A record while it is being asked."""

    __slots__ = ()

    # -- life of a draft ---------------------------------------------------------------------------------------
    @classmethod
    def new(cls, kind: str, language: str) -> ReportForm:
        """An empty form of a report kind, collected in a language."""
        return cls({"form": FORM, "kind": kind, "language": language, "handling": "confidential"})

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ReportForm:
        """The form that `stored` kept; it stays in the version in which it was begun."""
        values = deepcopy(dict(stored))
        marks = values.pop(_MARKS, {})
        known = {str(key): str(value) for key, value in marks.items()} if isinstance(marks, Mapping) else {}
        return cls(values, known)

    def stored(self) -> Report:
        """Values and marks, for the draft."""
        return {**deepcopy(self.report), _MARKS: dict(self.marks)}

    def sealable(self) -> Report:
        """The REPORT.json that these answers make; complete only when `missing` is empty."""
        report = deepcopy(self.report)
        incident = report.setdefault("incident", {})
        if self.kind in RETURNS:
            _fill_return(report, self.kind)
        incident.setdefault("immediate_risk", {}).setdefault("flag", bool(incident.get("ongoing")))
        for victim in report.get("victims", ()):
            if victim.get("unit", "person") == "person":
                victim.pop("people", None)
        for act in report.get("acts", ()):
            actor = act.setdefault("actor", dict(UNKNOWN_ACTOR))
            actor.setdefault("certainty", "P0")
            actor.setdefault("level", "unknown")
        if "identities" in report:
            report["identities"] = self.without_nameless()
        for name in ("identities", "narrative", "verification"):
            if report.get(name) == {}:
                del report[name]
        return reduced(report) if self.safe_path_offered else report

    @property
    def safe_path_offered(self) -> bool:
        """Whether this form holds no more than DOMAIN 3.5 allows, and offers `interview.from_disclosure` instead."""
        return self.restricted and self.kind != "interview"

    @property
    def sensitive(self) -> bool:
        """Whether the rules for sexual violence and children close free text and shrink what is kept."""
        if self.restricted or self.subject_age in CHILD_AGES or self.value("subject.may_be_child"):
            return True
        return any(_protected(victim) for victim in self.victims)

    # -- the rest of a flash -------------------------------------------------------------------------------------
    def choose_concern(self, answer: str) -> None:
        """Whether there is a protection concern S; yes or no only, never a detail."""
        self.marks["concern"] = answer
        self.incident["concern_s"] = answer == "yes"

    def choose_ongoing(self, answer: str) -> None:
        """`yes`, `no` or `unknown`."""
        self.marks["ongoing"] = answer
        self.incident.pop("ongoing", None)
        if answer != "unknown":
            self.incident["ongoing"] = answer == "yes"
        self.incident["immediate_risk"] = {**self.incident.get("immediate_risk", {}), "flag": answer == "yes"}

    def choose_need(self, need: str) -> None:
        """What people need now."""
        self.incident["protection_needed"] = need

    def write_note(self, text: str) -> None:
        """At most 80 characters, without names."""
        self.put("note", "" if self.sensitive else clean_line(text, NOTE_CHARS))

    # -- who may have what -----------------------------------------------------------------------------------------
    def part_of(self, field: Field) -> str:
        """The part that an answer will stand in; empty where nobody may hold it and it is not asked."""
        if self.safe_path_offered and is_refused(field.path):
            return ""
        part = NARRATIVE if field.guarded and self.sensitive else field.part
        if part != NARRATIVE:
            return part if part != "identities" or self.names_allowed else ""
        if "basis" in self.report:
            return "" if field.path.startswith(_CONSENT_ONLY) else "identities"
        return NARRATIVE if self.allows("C1") or field.path.startswith("consent.") else ""

    def fields(self, page: str) -> tuple[Field, ...]:
        """The fields of a page that this form has and that may be filled."""
        return tuple(
            each for each in PAGES.get(page, ()) if each.since <= self.form and self._fits(each) and self.part_of(each)
        )

    def _fits(self, field: Field) -> bool:
        if field.path == "basis.code":
            return "basis" in self.report
        if field.path.startswith(("subject.", "consent.")):
            return self.needs_consent
        if field.path == "incident.households":
            return self.kind not in RETURNS
        return True

    # -- how far -------------------------------------------------------------------------------------------------
    def answered(self, step: str) -> bool:
        """Whether a required question has its answer."""
        incident = self.report.get("incident", {})
        place = incident.get("place", {})
        simple = {
            "what": bool(self.code),
            "when": "date" in incident,
            "where": bool(place.get("adm1") and place.get("name") and place.get("precision")),
            "area": bool(place.get("adm1")),
            "period": "date" in incident,
            "reason": "reason" in self.report.get("coverage", {}),
            "concern": "concern_s" in incident,
            "ongoing": "ongoing" in self.marks,
            "need": "protection_needed" in incident,
            "note": "note" in self.report,
            "speech": {"channel", "speaker_class"} <= set(self.report.get("speech", ())),
            "visit": "access" in self.report.get("visit", {}),
            "words": {"text", "language"} <= set(self.value("narrative.words_used") or ()),
        }
        if step in simple:
            return simple[step]
        if step == "people":
            return self.people_answered
        if step == "children":
            return "children" in self.marks or self.children_counted() > 0
        if step == "actor":
            return self.is_event or (self.actor_answered() and bool(self.code or self._actless))
        return self.told_answered() if step == "told" else self.graded()

    @property
    def _actless(self) -> bool:
        return self.kind in ("speech_log", "detention_visit")

    def missing(self) -> list[str]:
        """Questions that must be answered before sealing, in their order."""
        needed = required(self.kind)
        if self.value("narrative.words_used") and "words" not in needed:
            needed = (*needed, "words")  # words without their language, or a translation of nothing
        return [step for step in needed if not self.answered(step)]

    def open_in(self, section: str) -> list[str]:
        """Required questions of a section of the overview that are still open."""
        pages = SECTIONS[section]
        return [step for step in self.missing() if page_of(step, self.kind) in pages]

    def closed(self, section: str) -> str:
        """Why a section cannot be filled: `c1`, `c3`, `protected`; empty where it can."""
        if section in {"account", "words", "names"} and self.safe_path_offered:
            return "protected"
        if section == "account":
            return "" if self.account_allowed else "c1"
        if section == "words":
            return "" if self.words_allowed else "c1"
        if section == "names":
            return "" if self.names_allowed else "c3"
        return "protected" if section == "note" and self.sensitive else ""


_CONSENT_ONLY = (
    "victims.#.relationship", "victims.#.group", "narrative.what_happened", "narrative.interpreter",
    "narrative.open_questions", "consent.",
)  # fmt: skip


def _protected(victim: Report) -> bool:
    if victim.get("unit", "person") != "person" and victim.get("people", {"max": 2}).get("max", 2) > 1:
        return False
    young = victim.get("age_band") in CHILD_AGES or not CHILD_STATUSES.isdisjoint(victim.get("special", ()))
    return bool(young or victim.get("may_be_child"))


def _fill_return(report: Report, kind: str) -> None:
    """What a nil return says by being one: nothing was asked of anybody, nobody is in danger that we know of."""
    incident = report["incident"]
    incident["immediate_risk"], incident["protection_needed"] = {"flag": False}, "none"
    report.setdefault("coverage", {})
    report.setdefault("source", dict(_RETURN_SOURCE))
    report.setdefault("basis", {"code": "legitimate_interests"})
    if kind == "nil_return":
        report["coverage"].pop("reason", None)
