"""Everything that can be done in an interview, walked to the last reachable session, and what may never come of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from firsthand import assets
from firsthand.domain import interview as iv
from firsthand.errors import GateClosed
from tests.support.interview_walk import GUARDS, Seen, Walk

pytestmark = pytest.mark.night  # minutes of walking; the day suite looks at gates one by one

WITH_SURVIVOR = frozenset(f"I{number:02}" for number in range(5, 17))
ACCOUNT = frozenset({"I11", "I12", "I13"})
SECTORS = ("outcome_health", "outcome_psychosocial", "outcome_safety", "outcome_legal")
CHILD = frozenset({"age_15_17", "age_12_14", "age_6_11", "age_0_5", "maybe_child"})
ALL = ("X-STOP", "X-DIST", "X-MED", "X-SEC", "X-PRIV", "X-WDR", "X-HARM", "X-PERP", "X-CHILD", "X-DEV")


@cache
def protocol() -> iv.Protocol:
    return iv.load_protocol(assets.read_bytes("interview/sv_interview.yaml"), "sv_interview.yaml")


def judge_session(seen: Seen) -> None:
    """What must be true wherever an interview can stand. `left` is the walk's own memory, not the engine's."""
    session = seen.session
    narrative = iv.may(protocol(), session, "narrative")
    if narrative:
        assert session.state in ACCOUNT
        assert seen.left >= GUARDS
        assert session.answers["C1"] == "yes"
        assert session.mode == "full"
        assert session.stopped is None
        assert session.paused is None
    assert not iv.may(protocol(), session, "gps")
    assert not iv.may(protocol(), session, "capture:gps")
    for kind, scope in (("photo", "C9p"), ("audio", "C9a"), ("video", "C9v")):
        if iv.may(protocol(), session, f"capture:{kind}"):
            assert narrative
            assert session.answers[scope] == "yes"
    if session.state in WITH_SURVIVOR and not session.ended:
        for name in ("X-PRIV", "X-SEC"):
            assert iv.interrupt(protocol(), session, name, 0).cover
        for name in ALL:
            after = iv.interrupt(protocol(), session, name, 0)
            assert after.paused is not None or name == "X-CHILD"


def judge_advance(before: Seen, after: Seen) -> None:
    """What must be true of every Next that works."""
    was, now = before.session, after.session
    if now.state in ACCOUNT and was.state != now.state:
        assert before.left | {was.state} >= GUARDS
        assert now.answers["C1"] == "yes"
        assert now.mode == "full"
        assert now.stopped is None
        assert now.answers["interpreter_used"] == "no" or now.answers["interpreter_role"] != "child"
        if now.answers["age_band"] in CHILD:
            assert now.facts["child_trained"] == "yes"
            assert now.answers["age_band"] != "age_0_5"
            assert now.answers["assent"] == "yes"
    if was.state in {"I14", "I16"}:
        assert all(sector in was.answers for sector in SECTORS)
        assert was.answers.get("age_band") not in CHILD or "outcome_child" in was.answers


def walked(
    choices: Mapping[str, tuple[object, ...]],
    facts: Mapping[str, str | int | bool] | None = None,
    *,
    interrupts: tuple[str, ...] = (),
    hours: int = 0,
    step_min: int = 0,
    most: int = 20_000,
) -> Walk:
    walk = Walk(protocol(), choices, facts or {}, hours, step_min, interrupts, most=most, on_advance=judge_advance)
    walk.run()
    for seen in walk.nodes.values():
        judge_session(seen)
    assert not [(seen.session.state, seen.session.paused) for seen in walk.stuck()], "nothing leads out of these"
    return walk


def states(walk: Walk) -> set[str]:
    return {seen.session.state for seen in walk.nodes.values()}


# -- interrupts ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "interrupts",
    [("X-PRIV", "X-DIST", "X-WDR"), ("X-SEC", "X-CHILD", "X-MED"), ("X-PERP", "X-HARM", "X-DEV"), ("X-STOP",)],
    ids="+".join,
)
def test_no_interrupt_opens_a_way_to_an_account(interrupts: tuple[str, ...]) -> None:
    """Each at every place, over each other, and again; X-STOP leads into five others. At night: all ten together."""
    walk = walked({}, interrupts=interrupts)
    assert states(walk) == set(protocol().states) - {"I15"}
    assert {seen.session.paused for seen in walk.nodes.values()} >= set(interrupts) - {"X-CHILD"}


@pytest.mark.night
def test_no_interplay_of_all_ten_interrupts_opens_a_way_to_an_account() -> None:
    walk = walked({"C1": ("yes", "no"), "age_band": ("adult", "age_12_14")}, interrupts=ALL, most=500_000)
    assert len(walk.nodes) > 40_000


# -- answers ---------------------------------------------------------------------------------------------------
YES_NO = ("yes", "no")


def test_every_consent_leads_where_it_may() -> None:
    walk = walked(
        {"C1": ("yes", "no", "later"), "C5h": YES_NO, "C5c": YES_NO, "C6": YES_NO},
    )
    assert "I15" in states(walk)
    for seen in walk.nodes.values():
        if seen.session.state == "I15":
            assert iv.may(protocol(), seen.session, "contact") == (seen.session.answers["C6"] == "yes")


def test_a_yes_that_is_taken_back_closes_what_rested_on_it() -> None:
    walk = walked({"C1": ("yes",), "C6": ("yes",), "C2": ("yes",)}, interrupts=("X-WDR", "X-PRIV"))
    back = [seen for seen in walk.nodes.values() if seen.session.answers.get("C1") == "withdrawn"]
    assert back
    for seen in back:
        assert seen.session.answers.get("C2") in {None, "withdrawn"}
        assert not iv.may(protocol(), seen.session, "narrative")


@pytest.mark.parametrize("trained", [True, False])
def test_children_at_any_moment(trained: bool) -> None:
    walk = walked(
        {"age_band": ("adult", "age_15_17", "age_6_11", "age_0_5"),
         "guardian": ("caregiver_agrees", "caregiver_unsafe"), "assent": (True, False)},
        {"child_trained": trained}, interrupts=("X-CHILD",),
    )  # fmt: skip
    told = [s.session for s in walk.nodes.values() if iv.may(protocol(), s.session, "narrative")]
    children = {session.answers["age_band"] for session in told} & CHILD
    assert children == ({"age_15_17", "age_6_11"} if trained else set())


def test_the_medical_clocks_come_before_anything_that_can_wait() -> None:
    """Hours go by at any moment; no Next leads on with fewer than twelve left and health not answered."""
    late: list[tuple[str, str]] = []

    def watch(before: Seen, after: Seen) -> None:
        judge_advance(before, after)
        now = walk.now(before)
        closed = any(clock.gate_closed for clock in iv.clocks(protocol(), before.session, now))
        if closed and "outcome_health" not in before.session.answers and before.session.state >= "I07":
            late.append((before.session.state, after.session.state))

    walk = Walk(
        protocol(),
        {"recent": ("yes", "unknown"), "hours_since": (58, 71, 107),
         "outcome_health": ("accepted", "declined"), "health_offer": ("after_talk", "go_now")},
        hours=3, interrupts=(),
    )  # fmt: skip
    walk.on_advance = watch
    walk.run()
    for seen in walk.nodes.values():
        judge_session(seen)
    assert walk.stuck() == []
    assert set(late) == {("I07", "I14"), ("I13", "I14")}


def test_an_interpreter_who_must_not_be_there() -> None:
    walk = walked(
        {"survivor_is": ("woman", "man"), "interpreter_used": (True, False), "team_interpreter": ("woman", "man"),
         "interpreter_role": ("professional", "relative", "child"),
         "match_basis": ("by_default", "survivor_preference")},
    )  # fmt: skip
    roles = {
        seen.session.answers.get("interpreter_role") for seen in walk.nodes.values() if seen.session.state == "I04"
    }
    assert roles == {None, "professional"}


def test_a_team_that_the_person_did_not_wish_for() -> None:
    walk = walked(
        {"team_interviewer": ("woman", "man"), "match_basis": ("survivor_preference",),
         "pref_interviewer": ("woman", "man", "no_preference"), "pref_language": ("language_good", "language_bad"),
         "wish_today": ("wish_today", "another_day", "not_at_all", "other_organisation")},
    )  # fmt: skip
    told = [seen.session.answers for seen in walk.nodes.values() if iv.may(protocol(), seen.session, "narrative")]
    assert told
    for answers in told:
        met = answers["pref_interviewer"] in {answers["team_interviewer"], "no_preference"}
        met = met and answers["pref_language"] == "language_good"
        assert met or answers["unmet_choice"] == "accept_knowingly"
        assert answers["wish_today"] == "wish_today"


@pytest.mark.parametrize("missing", ["health_ok", "psychosocial_ok"])
def test_without_a_service_within_reach_there_is_no_account(missing: str) -> None:
    walk = walked({}, {missing: False}, interrupts=("X-PRIV", "X-CHILD"))
    assert not states(walk) & ACCOUNT
    assert {"I07", "I14", "I16"} <= states(walk)
    assert {s.session.mode for s in walk.nodes.values() if s.session.state >= "I03"} == {"referral_only"}


@pytest.mark.parametrize("facts", [{"directory_age_days": 31}, {"officer_trained_sv": False}, {"gps_off": False},
                                   {"other_cases_unloaded": False}, {"encrypted": False}])  # fmt: skip
def test_a_tablet_or_an_officer_that_is_not_ready(facts: dict[str, bool | int]) -> None:
    walk = walked({}, facts)
    assert not states(walk) & ACCOUNT
    assert any(seen.session.ended for seen in walk.nodes.values())


def test_paper_notes_of_a_judicial_case_are_kept_and_others_are_not() -> None:
    walk = walked(
        {"C4n": YES_NO, "C4i": YES_NO, "paper": ("paper_none", "paper_destroyed", "paper_sealed")},
    )
    for seen in walk.nodes.values():
        answers = seen.session.answers
        if seen.session.state == "I18":
            judicial = "yes" in {answers.get("C4n"), answers.get("C4i")}
            assert answers["paper"] != ("paper_destroyed" if judicial else "paper_sealed")


def test_privacy_is_looked_at_again() -> None:
    walk = walked({"recheck": (True, False)}, step_min=10, interrupts=("X-PRIV",))
    assert states(walk) >= ACCOUNT


def test_what_nobody_can_lift_stays_closed_in_every_session() -> None:
    """An override by two persons is tried on every refusal that says that it cannot be lifted."""
    walk = Walk(
        protocol(),
        {"interpreter_used": (True,), "interpreter_role": ("child", "professional"), "not_overheard": (True, False),
         "C1": ("yes",)},
        {}, interrupts=("X-WDR",),
    ).run()  # fmt: skip
    tried = set()
    for seen in walk.nodes.values():
        if seen.session.ended or seen.session.paused:
            continue
        for answered in walk.answered(seen):
            for refusal in iv.refusals(protocol(), answered, walk.now(seen)):
                if not refusal.overridable:
                    tried.add(refusal.clause)
                    with pytest.raises(GateClosed):
                        iv.override(protocol(), answered, refusal.gate, "supervisor_decided", "P-2", 0)
    assert tried >= {"G3.child", "G6.document", "I05.overheard"}
