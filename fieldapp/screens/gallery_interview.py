"""The interview's pages from the protocol that ships, walked with made-up answers; no vault, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from kivy.uix.widget import Widget

from fieldapp.flows.interview_protocol import Words
from fieldapp.flows.interview_view import View, view_of
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import interview_page
from fieldapp.screens.gallery_stage import Make, NoEvents
from fieldapp.screens.host import Host
from fieldapp.screens.interviewing import ACCOUNT, SAY, Interviewing
from fieldapp.widgets.theme import theme
from firsthand import assets
from firsthand.domain import interview as engine
from firsthand.domain.interview import Protocol, Session, load_protocol

_NOW_MIN = 29_945_640  # 8 December 2026, 12:00 UTC
_PROTOCOL = "interview/sv_interview.yaml"
_FACTS: Mapping[str, str | int | bool] = {
    "officer_trained_sv": True, "child_trained": True, "battery": 90, "directory_age_days": 3, "health_ok": True,
    "psychosocial_ok": True, "other_cases_unloaded": True, "encrypted": True, "gps_off": True, "capture_policy": True,
}  # fmt: skip
_ANSWERS: Mapping[str, object] = {
    "purpose": "monitoring", "approach_by": "self", "approver": "approver_present", "prior_interviews": "none_before",
    "risk": "risk_low", "survivor_is": "woman", "team_interviewer": "woman", "interpreter_used": "no",
    "match_basis": "by_default", "team_size": 2, "intro_language": "en", "urgent_now": "no", "recent": "yes",
    "hours_since": 32, "health_offer": "after_talk", "pref_interviewer": "woman", "pref_language": "language_good",
    "support_person": "support_none", "wish_today": "wish_today", "teach_back": "understood", "pressure": "no",
    "form_of_consent": "oral", "age_band": "adult", "capacity": "decides_alone", "distress": 1, "readback_done": "yes",
    "corrections": 0,
}  # fmt: skip


class _Still:
    """A talk that stands still."""

    def __init__(self, protocol: Protocol, session: Session) -> None:
        self.protocol, self.session = protocol, session

    def view(self, language: str) -> View:
        return view_of(self.protocol, self.session, _NOW_MIN, Words(self.protocol, language), done=False)

    def form(self) -> ReportForm:
        return ReportForm()


def _walked(until: str, answers: Mapping[str, object]) -> _Still:
    protocol = load_protocol(assets.read_bytes(_PROTOCOL), _PROTOCOL)
    session = engine.start(protocol, _NOW_MIN, _FACTS)
    given = {**_ANSWERS, **answers}
    while session.state != until:
        asked = [each for each in engine.open_questions(protocol, session, _NOW_MIN) if each.id not in session.answers]
        needed = next((each for each in asked if each.required), None)
        if needed is None:
            session = engine.advance(protocol, session, _NOW_MIN)
        else:
            session = engine.answer(protocol, session, needed.id, given.get(needed.id, "yes"), _NOW_MIN)
    return _Still(protocol, session)


def _scene(until: str, page: str, answers: Mapping[str, object], *, pause: str = "", wanted: bool = False) -> Widget:
    talk = _walked(until, {})
    for question, value in answers.items():
        talk.session = engine.answer(talk.protocol, talk.session, question, value, _NOW_MIN)
    if pause:
        talk.session = engine.interrupt(talk.protocol, talk.session, pause, _NOW_MIN)
    driver = Interviewing(cast(Host, None), lambda: None)
    driver.talk = cast(Any, talk)
    driver._at.page, driver._at.wanted = page, wanted
    return interview_page.draw(driver._page(talk.view(theme.language)), NoEvents())


_CHILD_SPEAKS: Mapping[str, object] = {
    "survivor_is": "woman", "team_interviewer": "woman", "interpreter_used": "yes", "team_interpreter": "woman",
    "interpreter_role": "child", "interpreter_ready": "yes", "match_basis": "by_default", "team_size": 2,
}  # fmt: skip

SCREENS: dict[str, Make] = {
    "interview-place": lambda: _scene("I05", "not_overheard", {}),
    "interview-gate": lambda: _scene("I03", "team_size", _CHILD_SPEAKS, wanted=True),
    "interview-say": lambda: _scene("I06", SAY, {}),
    "interview-urgent": lambda: _scene("I07", "hours_since", {"recent": "yes", "hours_since": 66}),
    "interview-wish": lambda: _scene("I08", "pref_interviewer", {"pref_interviewer": "woman"}),
    "interview-consent": lambda: _scene("I09", "C2", {"C1": "yes"}),
    "interview-account": lambda: _scene("I11", ACCOUNT, {}),
    "interview-services": lambda: _scene("I14", "outcome_health", {}),
    "interview-stop": lambda: _scene("I11", SAY, {}, pause="X-STOP"),
    "interview-rest": lambda: _scene("I11", SAY, {}, pause="X-DIST"),
    "interview-take-back": lambda: _scene("I11", SAY, {}, pause="X-WDR"),
}
