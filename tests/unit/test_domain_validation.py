"""The rules of DOMAIN 2.10, consent and scope: what blocks, what is asked, and at which field."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from firsthand.errors import Problem
from tests.support.report_samples import TODAY, changed, found, rule_problems, sample


def only(problems: tuple[Problem, ...], code: str) -> Problem:
    """The one problem of a code."""
    (problem,) = (problem for problem in problems if problem.code == code)
    return problem


def blocking(report: dict[str, Any], **around: Any) -> set[tuple[str, str]]:
    """What blocks."""
    return found(tuple(problem for problem in rule_problems(report, **around) if problem.blocking))


def test_rule_1_an_act_or_an_event() -> None:
    bare = sample("own-observation")
    del bare["acts"]
    assert blocking(bare) == set()  # an event type satisfies the rule
    del bare["events"], bare["event_totals"]
    assert blocking(bare) == {("no-act", "acts")}


def test_rule_1_codes_are_those_of_the_catalogue() -> None:
    report = changed("own-observation", "acts.0.code", "A999") | {"events": ["E04", "E77"]}
    assert blocking(report) == {("unknown-code", "acts[0].code"), ("unknown-code", "events[1]")}


def test_rule_1_people_of_an_event_need_one() -> None:
    assert blocking(changed("own-observation", "events", [])) == {("counts-without-event", "event_counts")}


@pytest.mark.parametrize("figures", [{"min": 4}, {"best": 4}, {"max": 0}])
def test_rule_2_figures_in_order(figures: dict[str, int]) -> None:
    report = sample("incident")
    report["acts"][0]["counts"][0] |= figures
    assert blocking(report) == {("order-of-figures", "acts[0].counts[0]")}


def test_rule_2_rows_within_their_total() -> None:
    report = changed("incident", "acts.1.totals.0.best", 149)
    report["acts"][1]["totals"][0]["min"] = 100
    assert blocking(report) == {("rows-over-total", "acts[1].totals[0].best")}
    assert blocking(changed("incident", "acts.1.totals.0.best", 150)) == set()


def test_rule_2_one_total_an_outcome() -> None:
    report = sample("incident")
    report["acts"][1]["totals"] *= 2
    assert blocking(report) == {("twice", "acts[1].totals[1].outcome")}


def test_rule_2_holds_for_perpetrators_and_households() -> None:
    report = changed("incident", "acts.0.perpetrators.min", 26)
    report["incident"]["households"]["max"] = 1
    assert blocking(report) == {
        ("order-of-figures", "acts[0].perpetrators"),
        ("order-of-figures", "incident.households"),
    }


def test_rule_3_counted_children_are_pointed_out_once() -> None:
    problem = only(rule_problems(sample("incident")), "child-counted")
    assert (problem.where, problem.blocking, problem.rule) == ("acts[1].counts[1]", False, 3)
    assert "child-counted" not in {problem.code for problem in rule_problems(sample("flash"))}


def test_rule_4_detail_needs_an_interview_with_consent() -> None:
    report = sample("sexual-violence")
    assert blocking(report) == set()
    assert blocking(report | {"kind": "incident"}) == {("detail-needs-interview", "narrative")}
    del report["narrative"]
    assert blocking(report | {"kind": "incident"}) == set()


def test_rule_4_a_count_needs_its_act() -> None:
    report = changed("flash", "acts.0.counts.0.outcome", "sexual_violence")
    assert blocking(report) == {("outcome-needs-act", "acts[0].counts")}


def test_rule_4_a_mixed_incident_and_a_note_are_asked_about() -> None:
    report = sample("sexual-violence") | {"note": "S", "events": ["E02"]}
    problems = rule_problems(report)
    assert not only(problems, "mixed-incident").blocking
    assert not only(problems, "no-detail-in-note").blocking


def test_rule_5_separate_channels_block() -> None:
    assert blocking(changed("flash", "acts.0.code", "A413")) == {("a413-channel", "acts[0].code")}
    assert blocking(changed("flash", "acts.0.actor.class", "peacekeepers")) == {
        ("peacekeepers-channel", "acts[0].actor.class")
    }


@pytest.mark.parametrize(
    ("origins", "enough"),
    [
        ({}, False),
        ({"root_sources": 1, "root_families": ["NGO", "STATE"]}, False),
        ({"root_sources": 2, "root_families": ["NGO"]}, False),
        ({"root_sources": 2, "root_families": ["NGO", "COMMUNITY"]}, True),
        ({"root_sources": 2, "root_families": ["NGO"], "all_first_hand": True}, True),
        ({"root_sources": 1, "all_first_hand": True}, False),
    ],
)
def test_rule_6_confirmed_needs_two_origins(origins: dict[str, Any], enough: bool) -> None:
    report = sample("flash")
    report["source"] |= {"credibility": 1} | origins
    assert blocking(report) == (set() if enough else {("confirmed-needs-sources", "source.credibility")})


def test_rule_7_nobody_verifies_what_they_record() -> None:
    report = changed("incident", "verification.status", "verified")
    assert blocking(report) == {("verified-by-other", "verification.status")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-24", None),
        ("2026-11-25", "date-ahead"),
        ("2026-11-26", "date-far-ahead"),
        ("2027-01-01/2027-01-02", "date-far-ahead"),
        ("2026-11", "day-not-given"),
        ("1989-12-31", "date-long-ago"),
        ("1990-01-01", None),
        ("?", "day-not-given"),
    ],
)
def test_rule_9_dates_are_asked_about_and_never_block(text: str, code: str | None) -> None:
    report = changed("flash", "incident.date", text)
    problems = rule_problems(report)
    assert {problem.code for problem in problems} == ({code} if code else set())
    assert blocking(report) == set()


def test_rule_9_a_clock_in_2003_only_asks() -> None:
    assert blocking(sample("flash"), today=date(2003, 1, 1)) == set()


def test_rule_10_areas_are_those_of_the_mission_letter_by_letter() -> None:
    assert blocking(sample("flash"), area_names=frozenset({"Lemba North"})) == set()
    for names in ({"lemba north"}, {"Lemba"}, set()):
        assert blocking(sample("flash"), area_names=frozenset(names)) == {("unknown-area", "incident.place.adm1")}


def test_rule_10_a_point_outside_the_mission_is_asked_about() -> None:
    inside, outside = (30_000_000, 210_000_000, 40_000_000, 220_000_000), (0, 0, 10, 10)
    report = sample("incident")
    assert "outside-mission" not in {problem.code for problem in rule_problems(report, bounds_e7=inside)}
    assert not only(rule_problems(report, bounds_e7=outside), "outside-mission").blocking


def test_rule_11_a_call_to_destroy_a_group_asks_for_its_words() -> None:
    report = changed("radio", "acts.0.code", "A903")
    assert "words-expected" not in {problem.code for problem in rule_problems(report)}
    del report["narrative"]
    assert not only(rule_problems(report), "words-expected").blocking


@pytest.mark.parametrize(
    "path",
    [
        "note",
        "station",
        "incident.recall_anchor",
        "incident.immediate_risk.note",
        "incident.place.name",
        "acts.0.actor.unit_text",
        "basis.note",
    ],
)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("with Mr Adam", "honorific"),
        ("0812345678", "phone"),
        ("a@b.org", "email"),
        ("AB1234567", "identity-number"),
    ],
)
def test_rule_12_texts_for_many_readers_name_nobody(path: str, text: str, code: str) -> None:
    report = changed("own-observation", path, text)
    problem = only(rule_problems(report), code)
    assert (problem.where, problem.blocking, problem.rule) == (path.replace("acts.0", "acts[0]"), True, 12)


def test_rule_12_in_the_account_it_is_only_pointed_out() -> None:
    report = changed("incident", "narrative.what_happened", "Then Mr Adam came.")
    problem = only(rule_problems(report), "honorific")
    assert (problem.where, problem.blocking) == ("narrative.what_happened", False)


def test_exactly_one_of_consent_and_basis() -> None:
    basis = {"code": "vital_interests"}
    report = sample("incident")
    assert blocking(report | {"basis": basis}) >= {("consent-and-basis", "basis")}
    del report["consent"], report["subject"]
    assert blocking(report) == {("no-ground", "consent")}


def test_who_spoke_is_a_subject_with_consent() -> None:
    report = sample("incident")
    del report["subject"]
    assert blocking(report) == {("consent-needs-subject", "subject")}
    spoken = sample("flash") | {"subject": {"sex": "F", "age_band": "adult"}}
    assert blocking(spoken) == {("subject-needs-consent", "subject")}
    assert blocking(sample("flash") | {"kind": "interview"}) == {("interview-needs-consent", "basis")}


@pytest.mark.parametrize("scope", ["C4n", "C4i", "C7crm", "C7mara", "C7o", "C8"])
def test_some_scopes_rest_on_c1(scope: str) -> None:
    report = changed("incident", f"consent.scopes.{scope}", "yes")
    assert blocking(report) == set()
    report["consent"]["scopes"]["C1"] = "withdrawn"
    assert blocking(report) == {("scope-needs-c1", f"consent.scopes.{scope}")}


@pytest.mark.parametrize("scope", ["C5h", "C6"])
def test_referral_and_contact_stand_alone(scope: str) -> None:
    report = changed("incident", f"consent.scopes.{scope}", "yes")
    report["consent"]["scopes"]["C1"] = "no"
    assert blocking(report) == set()


@pytest.mark.parametrize("value", ["no", "later", "withdrawn", ...])
@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("C1", "account-not-written"),
        ("C2", "facts-not-written"),
        ("C3", "identities-not-written"),
        ("C10", "not-counted"),
    ],
)
def test_content_without_its_scope_is_told_not_blocked(scope: str, code: str, value: object) -> None:
    assert code not in {problem.code for problem in rule_problems(sample("sexual-violence"))}
    report = changed("sexual-violence", f"consent.scopes.{scope}", value)
    report["consent"]["scopes"]["C7mara"] = "no"
    assert not only(rule_problems(report), code).blocking


def test_a_contact_needs_c6_and_an_account_an_interview() -> None:
    report = changed("sexual-violence", "consent.scopes.C6", "no")
    assert not only(rule_problems(report), "contact-without-c6").blocking
    told = sample("own-observation") | {"narrative": {"what_happened": "Roofs burned."}}
    assert not only(rule_problems(told), "account-without-interview").blocking


def test_blocking_problems_come_first() -> None:
    report = changed("incident", "note", "0812345678")
    order = [problem.blocking for problem in rule_problems(report)]
    assert order == sorted(order, reverse=True)
    assert set(order) == {True, False}


def test_today_is_the_only_clock() -> None:
    assert rule_problems(sample("incident")) == rule_problems(sample("incident"), today=TODAY)
