"""Form 2: what it adds is read, form 1 stays what it was, a newer form is refused as such; and its rules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from firsthand.domain.report import parse_report, report_to_json
from tests.support.report_samples import (
    EXAMPLES_1,
    EXAMPLES_2,
    as_bytes,
    changed,
    form_problems,
    found,
    rule_problems,
    sample,
)

ID = "0" * 25 + "1"


def blocking(report: dict[str, Any]) -> set[tuple[str, str]]:
    return found(tuple(problem for problem in rule_problems(report) if problem.blocking))


def asked(report: dict[str, Any]) -> set[tuple[str, str]]:
    return found(tuple(problem for problem in rule_problems(report) if not problem.blocking))


# Every field of form 2 with a value that form 2 accepts there.
ADDED: list[tuple[str, object]] = [
    ("change", "correction"),
    ("links", [{"report": ID, "kind": "pattern"}]),
    ("reported_on", "2026-11-12"),
    ("signals", ["lists"]),
    ("responses", [{"by": "state", "what": "none"}]),
    ("coverage", {"reason": "road"}),
    ("speech", {"channel": "sms", "speaker_class": "mob"}),
    ("visit", {"access": "full"}),
    ("incident.place.given_as", "words"),
    ("incident.place.radius_m", 500_000),
    ("incident.place.code", "RV010104"),
    ("acts.0.victims", ["v1"]),
    ("acts.0.follows", 0),
    ("acts.0.actor.unit_ref", "AG-12"),
    ("acts.0.actor.rank_class", "nco"),
    ("acts.0.actor.degree", "aided"),
    ("acts.0.actor.claim", "denied"),
    ("acts.0.actor.status", "dead"),
    ("victims.0.key", "v60"),
    ("victims.0.unit", "family"),
    ("victims.0.people", {"min": 1, "best": 2, "max": 3}),
    ("victims.0.outcome", "missing"),
    ("victims.0.disability", "declined"),
    ("victims.0.special", ["defender", "leader"]),
    ("victims.0.occupation", "herder"),
    ("victims.0.relationship", "authority"),
    ("victims.0.group", "people of the east bank"),
    ("source.connection", "witness"),
    ("source.access_possible", "unknown"),
    ("source.bias_note", "Lost her own house"),
    ("source.risk", "low"),
    ("source.intermediary", False),
]


def named(path: str) -> str:
    """`acts.0.follows` as problems write it."""
    return re.sub(r"\.([0-9]+)", r"[\1]", path)


@pytest.mark.parametrize(("path", "value"), ADDED)
def test_form_2_reads_it_and_form_1_refuses_it_at_its_field(path: str, value: object) -> None:
    report = changed("incident", path, value)
    assert found(form_problems(report)) == {("needs-form-2", named(path))}
    assert form_problems(report | {"form": 2}) == ()


@pytest.mark.parametrize(("path", "value"), ADDED)
def test_what_form_2_reads_it_writes_again(path: str, value: object) -> None:
    written: Any = report_to_json(parse_report(as_bytes(changed("incident", path, value) | {"form": 2})))
    for step in path.split("."):
        written = written[int(step) if isinstance(written, list) else step]
    assert written == value


@pytest.mark.parametrize("kind", ["nil_return", "not_reachable", "speech_log", "detention_visit"])
def test_a_kind_of_form_2_is_none_of_form_1(kind: str) -> None:
    assert found(form_problems(changed("incident", "kind", kind))) == {("needs-form-2", "kind")}
    assert form_problems(changed("incident", "kind", kind) | {"form": 2}) == ()


@pytest.mark.parametrize("name", EXAMPLES_1)
def test_form_1_stays_form_1_and_means_the_same_in_form_2(name: str) -> None:
    first = parse_report(as_bytes(sample(name)))
    assert report_to_json(first)["form"] == 1
    second = report_to_json(parse_report(as_bytes(sample(name) | {"form": 2})))
    assert second == report_to_json(first) | {"form": 2}


def test_an_absent_field_of_form_2_may_be_written_as_null() -> None:
    assert form_problems(changed("incident", "links", None)) == ()


@pytest.mark.parametrize("form", [3, 9, "3", "٣", "۱۲", 10**14])
def test_a_newer_form_is_one_problem_and_nothing_else_is_said(form: object) -> None:
    report = {"form": form, "kind": "of tomorrow", "somebody": "named"}
    assert found(form_problems(report)) == {("form-newer", "form")}


@pytest.mark.parametrize(
    ("form", "code"),
    [(0, "out-of-range"), (-3, "out-of-range"), (True, "not-number"), ("1.5", "not-number"), (None, "missing")],
)
def test_a_form_that_is_none_is_one_problem_too(form: object, code: str) -> None:
    assert found(form_problems(sample("full") | {"form": form})) == {(code, "form")}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("links", [{"report": ID, "kind": "pattern"}] * 9, "too-many"),
        ("links.0.report", "not an id", "bad-id"),
        ("links.0.report", ..., "missing"),
        ("links.0.kind", "cousin", "unknown-code"),
        ("signals", ["lists", "lists"], "twice"),
        ("signals", ["weather"], "unknown-code"),
        ("signals", "lists", "not-list"),
        ("responses", [{"by": "state", "what": "none"}] * 7, "too-many"),
        ("responses.0.date", "yesterday", "bad-date"),
        ("responses.0.note", "x" * 121, "too-long"),
        ("reported_on", "2026-13", "bad-date"),
        ("reported_on", 2026, "not-text"),
        ("change", True, "not-text"),
        ("incident.place.radius_m", 0, "out-of-range"),
        ("incident.place.radius_m", 500_001, "out-of-range"),
        ("incident.place.radius_m", 12.5, "not-number"),
        ("incident.place.code", "RV 01", "bad-place-code"),
        ("incident.place.code", "+243812345678", "bad-place-code"),
        ("incident.place.code", "R" * 21, "bad-place-code"),
        ("victims.0.key", "v0", "bad-key"),
        ("victims.0.key", "v61", "bad-key"),
        ("victims.0.key", "v٣", "bad-key"),
        ("victims.0.people", 4, "not-object"),
        ("victims.1.people.max", ..., "missing"),
        ("victims.0.special", ["pregnant", "pregnant"], "twice"),
        ("victims.0.occupation", "trader at the ford", "unknown-code"),
        ("victims.0.group", "x" * 61, "too-long"),
        ("acts.0.victims", ["v1", "v1"], "twice"),
        ("acts.0.victims", ["somebody"], "bad-key"),
        ("acts.0.victims", [f"v{number}" for number in range(1, 14)], "too-many"),
        ("acts.0.follows", -1, "out-of-range"),
        ("acts.0.follows", 12, "out-of-range"),
        ("acts.0.actor.unit_ref", "x" * 41, "too-long"),
        ("source.bias_note", "two\nlines", "control-character"),
        ("source.intermediary", "yes", "not-flag"),
    ],
)
def test_a_wrong_value_of_form_2_is_refused(path: str, value: object, code: str) -> None:
    (problem,) = form_problems(changed("full", path, value))
    assert problem.code == code
    assert problem.where.startswith(named(path).partition("[")[0])


@pytest.mark.parametrize(
    ("name", "path", "value", "code"),
    [
        ("not-reachable", "coverage.reason", "tired", "unknown-code"),
        ("not-reachable", "coverage.since", "14.11.2026", "bad-date"),
        ("speech-log", "speech.channel", ..., "missing"),
        ("speech-log", "speech.speaker_class", "the mayor", "unknown-code"),
        ("speech-log", "speech.target", "x" * 81, "too-long"),
        ("speech-log", "speech.repeated", "often", "not-flag"),
        ("speech-log", "narrative.words_used.language", ..., "missing"),
        ("detention-visit", "visit.access", ..., "missing"),
        ("detention-visit", "visit.held.total", ..., "missing"),
        ("detention-visit", "visit.held.men", {"min": 1, "best": 1, "max": 1}, "unknown-field"),
        ("detention-visit", "visit.concerns", ["food", "food"], "twice"),
        ("detention-visit", "visit.capacity", 1_000_001, "out-of-range"),
    ],
)
def test_a_wrong_value_of_a_kind_is_refused(name: str, path: str, value: object, code: str) -> None:
    assert {problem.code for problem in form_problems(changed(name, path, value))} == {code}


# -- rules ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", EXAMPLES_2)
def test_every_kind_needs_its_group_and_no_other(name: str) -> None:
    groups = {"nil_return": "coverage", "not_reachable": "coverage", "speech_log": "speech", "detention_visit": "visit"}
    report = sample(name)
    own = groups.get(report["kind"])
    for group, value in (("coverage", {}), ("speech", sample("speech-log")["speech"]), ("visit", {"access": "full"})):
        if group == own:
            assert ("kind-needs", group) in blocking({key: report[key] for key in report if key != group})
        else:
            assert blocking(report | {group: value}) == {("kind-forbids", group)}


def test_only_what_was_out_of_reach_has_a_reason() -> None:
    assert blocking(changed("not-reachable", "coverage.reason", ...)) == {("kind-needs", "coverage.reason")}
    assert blocking(changed("nil-return", "coverage.reason", "road")) == {("kind-forbids", "coverage.reason")}


@pytest.mark.parametrize("name", ["nil-return", "not-reachable"])
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("events", ["E02"]),
        ("victims", [{"sex": "F", "age_band": "adult"}]),
        ("identities", {"safe_contact": "a word at the market"}),
        ("narrative", {"open_questions": "Who closed the road?"}),
        ("incident.households", {"min": 1, "best": 1, "max": 1}),
        ("incident.damage", [{"kind": "homes", "count": 1}]),
        ("incident.concern_s", True),
    ],
)
def test_a_return_holds_nothing_that_happened(name: str, path: str, value: object) -> None:
    assert blocking(changed(name, path, value)) == {("not-in-return", path)}


def test_a_return_holds_no_act_and_no_person() -> None:
    acts = sample("flash")["acts"]
    assert ("not-in-return", "acts") in blocking(sample("nil-return") | {"acts": acts})
    spoken = sample("nil-return") | {key: sample("full")[key] for key in ("subject", "consent")}
    del spoken["basis"]
    assert blocking(spoken) == {("not-in-return", "subject"), ("not-in-return", "consent")}


def test_danger_goes_into_a_flash_and_not_into_a_return() -> None:
    assert blocking(changed("nil-return", "incident.immediate_risk.flag", True)) == {
        ("danger-in-return", "incident.immediate_risk.flag")
    }
    assert blocking(changed("not-reachable", "incident.protection_needed", "patrol")) == {
        ("danger-in-return", "incident.protection_needed")
    }


@pytest.mark.parametrize(
    ("date", "precision", "problem"),
    [
        ("2026-11-16/2026-11-22", 1, None),
        ("2026-11-16", 3, None),
        ("2026-11-16/2026-11-16", 1, None),
        ("2026-11-16", 1, "period-expected"),
        ("2026-11", 4, "period-expected"),
        ("2026-11", 3, "period-expected"),
        ("../2026-11-22", 3, "period-expected"),
        ("?", 3, "period-expected"),
    ],
)
def test_a_return_is_about_a_period_with_a_first_day(date: str, precision: int, problem: str | None) -> None:
    report = changed("nil-return", "incident.date", date)
    report["incident"]["date_precision"] = precision
    assert blocking(report) == ({(problem, "incident.date")} if problem else set())


def test_a_period_of_more_than_a_week_is_asked_about() -> None:
    assert asked(changed("nil-return", "incident.date", "2026-11-16/2026-11-23")) == {("period-long", "incident.date")}


@pytest.mark.parametrize("name", ["nil-return", "not-reachable", "detention-visit"])
def test_these_kinds_need_no_act(name: str) -> None:
    assert "acts" not in sample(name)
    assert blocking(sample(name)) == set()


def test_every_other_kind_still_needs_an_act_or_event() -> None:
    bare = {key: value for key, value in sample("full").items() if key not in {"acts", "events"}}
    assert blocking(bare) == {("no-act", "acts")}


def test_a_speech_log_holds_the_words_themselves() -> None:
    report = sample("speech-log")
    del report["acts"]
    assert blocking(report) == set()
    del report["narrative"]
    assert blocking(report) == {("words-needed", "narrative.words_used")}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("visit.held.women", {"min": 4, "best": 41, "max": 41}, "visit.held.total.best"),
        ("visit.held.children", {"min": 2, "best": 2, "max": 4}, "visit.held.children.best"),
        ("visit.held.boys", {"min": 0, "best": 4, "max": 4}, "visit.held.children.best"),
    ],
)
def test_those_held_are_within_their_total(path: str, value: object, where: str) -> None:
    assert blocking(changed("detention-visit", path, value)) == {("rows-over-total", where)}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("detention-visit", "visit.held.total"),
        ("detention-visit", "visit.held.women"),
        ("detention-visit", "visit.held.girls"),
        ("detention-visit", "visit.held.boys"),
        ("detention-visit", "visit.held.children"),
        ("full", "victims.1.people"),
    ],
)
def test_rule_2_holds_for_every_figure_of_form_2(name: str, path: str) -> None:
    report = changed(name, f"{path}.min", 99_999)
    assert ("order-of-figures", path.replace(".1", "[1]")) in blocking(report)


def test_a_refused_visit_with_private_talks_is_asked_about() -> None:
    assert ("talks-without-access", "visit.private_talks") in asked(
        changed("detention-visit", "visit.access", "refused")
    )


def test_children_held_are_pointed_out() -> None:
    assert ("child-counted", "visit.held") in asked(sample("detention-visit"))
    assert ("child-counted", "visit.held") not in asked(changed("detention-visit", "visit.held", ...))


def test_an_act_points_to_victims_that_are_there_and_to_earlier_acts() -> None:
    assert blocking(changed("full", "acts.0.victims", ["v1", "v9"])) == {("unknown-victim", "acts[0].victims[1]")}
    for follows in (1, 2):
        assert blocking(changed("full", "acts.1.follows", follows)) == {("follows-later", "acts[1].follows")}
    assert blocking(changed("full", "victims.2.key", "v1")) >= {("twice", "victims[2].key")}


def test_a_number_of_people_belongs_to_a_group() -> None:
    for unit in ("person", ...):
        report = changed("full", "victims.1.unit", unit)
        report["victims"][1]["age_band"] = "adult"
        assert blocking(report) == {("people-of-one", "victims[1].people")}


def test_an_adult_without_parents_is_asked_about() -> None:
    report = changed("full", "victims.2.special", ["separated_child"])
    assert ("child-status-of-adult", "victims[2].special") in asked(report)


def test_a_change_says_of_which_report_and_a_link_stands_once() -> None:
    assert blocking(changed("full", "supersedes", ...)) == {("change-of-nothing", "change")}
    report = sample("full")
    report["links"].append(report["links"][0])
    assert blocking(report) == {("twice", "links[3]")}


def test_dates_of_form_2_are_asked_about_as_that_of_the_incident() -> None:
    report = changed("full", "reported_on", "2026-11-26")
    report["responses"][0]["date"] = "1989-01-01"
    assert asked(report) >= {("date-far-ahead", "reported_on"), ("date-long-ago", "responses[0].date")}
    assert ("date-ahead", "coverage.since") in asked(changed("not-reachable", "coverage.since", "2026-11-25"))
    assert ("reported-too-early", "reported_on") in asked(changed("full", "reported_on", "2026-11-08"))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("full", "responses.0.note"),
        ("full", "acts.0.actor.unit_ref"),
        ("speech-log", "speech.station"),
        ("speech-log", "speech.target"),
    ],
)
def test_texts_of_form_2_that_many_read_reach_nobody(name: str, path: str) -> None:
    assert blocking(changed(name, path, "0812345678")) == {("phone", named(path))}


def test_a_place_code_is_no_telephone_and_may_have_many_digits() -> None:
    assert blocking(changed("full", "incident.place.code", "CD62030101")) == set()
    assert blocking(changed("full", "incident.place.code", "0812345678")) == {("phone", "incident.place.code")}


@pytest.mark.parametrize("path", ["source.bias_note", "victims.0.group"])
def test_texts_for_the_account_only_point_it_out(path: str) -> None:
    report = changed("full", path, "with Mr Adam")
    assert blocking(report) == set()
    assert ("honorific", named(path)) in asked(report)


def test_a_likely_name_is_asked_about_and_a_place_of_the_mission_is_none() -> None:
    report = changed("full", "note", "seen by Adam Mbeki at noon")
    assert blocking(report) == set()
    assert ("likely-name", "note") in asked(report)
    for place in ("Lemba North", "Kessa ford", "Upper Lemba"):
        assert ("likely-name", "note") not in asked(changed("full", "note", f"seen near {place} at noon"))


def test_the_officer_is_told_what_will_not_be_written() -> None:
    report = sample("full")
    report["consent"]["scopes"] |= {"C1": "no", "C3": "no", "C4i": "no"}
    assert asked(report) >= {
        ("account-not-written", "narrative"),
        ("account-not-written", "victims[0].relationship"),
        ("account-not-written", "victims[0].group"),
        ("account-not-written", "source.bias_note"),
        ("account-not-written", "source.access_possible"),
        ("account-not-written", "links[2]"),
        ("identities-not-written", "identities"),
        ("risk-not-written", "source.risk"),
    }
    seen = {key: value for key, value in report.items() if key not in {"subject", "consent"}}
    told = asked(seen | {"basis": {"code": "vital_interests"}})
    assert told >= {("detail-needs-consent", "victims[0].relationship"), ("detail-needs-consent", "victims[0].group")}
