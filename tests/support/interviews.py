"""Interviews for tests: the shortest way through the protocol to a state, with answers that can be changed."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fieldapp.flows import interview
from fieldapp.flows.enrol import enrol
from fieldapp.flows.interview import Interview
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.header import VaultKey
from firsthand import errors
from firsthand.ids import parse_report_id
from firsthand.protocol import envelope
from tests.support.tablets import EXAMPLES, PASSPHRASE, SetClock, mission, ports

SCRIPTS = sorted(EXAMPLES.glob("interview*.yaml"))
AREA = ("Karou", "Ferry Bank")
FACTS: Mapping[str, Any] = {
    "officer_trained_sv": True, "directory_age_days": 6, "health_ok": True, "psychosocial_ok": True,
    "other_cases_unloaded": True, "battery": 90,
}  # fmt: skip
WAY: Mapping[str, Mapping[str, Any]] = {
    "I00": {
        "purpose": "monitoring", "adds_value": "yes", "willing": "yes", "approach_by": "self",
        "approver": "approver_present",
    },
    "I01": {"focal_point_asked": "yes", "prior_interviews": "none_before"},
    "I02": {"risk": "risk_low", "time_enough": "yes", "cover_and_exit": "yes"},
    "I03": {
        "survivor_is": "woman", "team_interviewer": "woman", "interpreter_used": "no", "match_basis": "by_default",
        "team_size": 1,
    },
    "I04": {"silent": "yes", "paper_ready": "yes", "no_number_kept": "yes"},
    "I05": {
        "not_overheard": "yes", "not_seen": "yes", "at_ease": "yes", "second_exit": "yes", "no_escort": "yes",
        "cover_agreed": "yes",
    },
    "I06": {"intro_language": "fr", "intro_given": "yes", "aid_understood": "yes"},
    "I07": {"urgent_now": "no", "recent": "no", "health_offer": "declined"},
    "I08": {
        "pref_interviewer": "no_preference", "pref_language": "language_good", "support_person": "support_none",
        "wish_today": "wish_today",
    },
    "I09": {
        "C1": "yes", "C2": "yes", "C3": "yes", "C6": "yes", "C10": "yes", "teach_back": "understood", "pressure": "no",
        "form_of_consent": "oral",
    },
    "I10": {"age_band": "adult", "capacity": "decides_alone"},
    "I11": {"distress": 0},
    "I12": {"penetration": "no", "contact": "yes"},
    "I13": {"readback_done": "yes", "corrections": 0, "reconfirm": "yes"},
    "I14": {
        "outcome_health": "declined", "outcome_psychosocial": "declined", "outcome_safety": "declined",
        "outcome_legal": "declined", "reporting_told": "yes",
    },
    "I15": {"contact_method": "comes_to_us", "stop_after": "one_month"},
    "I16": {"distress_now": 0, "leave_safe": "yes", "steps_repeated": "yes"},
}  # fmt: skip


@cache
def _template() -> tuple[Path, VaultKey]:
    """A locked tablet and what opens it without a run of the KDF; never opened in place."""
    base = Path(tempfile.mkdtemp(prefix="firsthand-test-interview-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    with enrol(base / "home", mission().invitation(), PASSPHRASE, ports("interview template")) as made:
        return made.home, made.vault_key()


def fresh(base: Path, seed: str = "interview") -> Tablet:
    """An open tablet of its own, with a clock that can be set."""
    source, key = _template()
    home = Path(tempfile.mkdtemp(dir=base)) / "home"
    shutil.copytree(source, home)
    return Tablet.open_with(home, key, ports(seed, SetClock()))


def begun(made: Tablet, now_min: int | None = None, **more: Any) -> Interview:
    """An interview at its first state, with everything ready for it."""
    facts = {**FACTS, **more.pop("facts", {})}
    return interview.begin(made, now_min, facts, language="fr", area=AREA, **more)


def walk(talk: Interview, until: str, **changes: Any) -> Interview:
    """Goes on to a state in the ordinary course; `changes` are other answers, None for none at all."""
    steps = 0
    while talk.session.state != until:
        state = talk.session.state
        for question, value in {**WAY[state], **changes}.items():
            open_now = {each.id for each in talk.view().questions}
            if value is not None and question in open_now:
                talk.answer(question, value)
        talk.next()
        steps += 1
        assert steps < 40, f"{until} is not on the way"
    return talk


def parts_of(made: Tablet, report_id: str) -> dict[str, dict[str, Any]]:
    """What each role can read of a sealed report: part name -> content; nothing where its slot grants nothing."""
    found: dict[str, dict[str, Any]] = {}
    stub = made.custody.find_report(parse_report_id(report_id))
    assert stub is not None
    data = made.vault.get("objects", stub.row_id)
    assert isinstance(data, bytes)
    for number, role in enumerate(made.policy.roles):
        try:
            opened = envelope.open_slot(data, number, [mission().role_secret(role)])
        except errors.NotGranted:
            found[role] = {}
            continue
        opened.authenticate(made.keyring.signer.public)
        found[role] = dict(opened.parts)
    return found
