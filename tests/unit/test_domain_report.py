"""Reading a report: what is accepted, what is refused, and that every problem is named by its field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firsthand.domain.report import parse_report, report_to_json
from tests.support.report_samples import (
    EXAMPLES,
    as_bytes,
    changed,
    form_problems,
    found,
    rule_problems,
    sample,
)

RLO, LRI, RLM, ZWSP, BOM = "\u202e", "\u2066", "\u200f", "\u200b", "\ufeff"


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_examples_may_be_sealed(name: str) -> None:
    report = sample(name)
    assert form_problems(report) == ()
    assert [problem for problem in rule_problems(report) if problem.blocking] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_written_again_reads_the_same(name: str) -> None:
    report = parse_report(as_bytes(sample(name)))
    assert parse_report(json.dumps(report_to_json(report)).encode()) == report


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'"' + b"a" * 10_000_000 + b'"', "too-large"),
        (b'{"form":' * 1_000 + b"1" + b"}" * 1_000, "too-deep"),
        (b"[" * 1_000 + b"]" * 1_000, "too-deep"),
        (b'{"note": "' + b"[" * 1_000 + b'"', "not-json"),
        (b'{"form": NaN}', "not-finite"),
        (b'{"form": -Infinity}', "not-finite"),
        (b"\xff\xfe", "not-utf8"),
        (b'\xef\xbb\xbf{"form": 1}', "not-json"),
        (b'{"note": "\xed\xa0\x80"}', "not-utf8"),
        (b"", "not-json"),
        (b"{'form': 1}", "not-json"),
        (b'{"form": 1,}', "not-json"),
        (b'{"form": 01}', "not-json"),
        (b'{"form": 1} {}', "not-json"),
        (b'{"note": "a\nb"}', "not-json"),
        (b"[]", "not-object"),
        (b"null", "not-object"),
        (b"7", "not-object"),
    ],
)
def test_what_is_no_report_at_all_gives_one_problem(data: bytes, code: str) -> None:
    assert found(form_problems(data)) == {(code, "")}


def test_sixteen_levels_are_read_and_seventeen_are_not() -> None:
    def nested(levels: int) -> bytes:
        return b"[" * levels + b"]" * levels

    assert found(form_problems(nested(16))) == {("not-object", "")}
    assert found(form_problems(nested(17))) == {("too-deep", "")}


def test_a_field_that_stands_twice_is_named() -> None:
    text = as_bytes(sample("flash")).decode()
    twice = text.replace('"kind": "flash"', '"kind": "flash", "kind": "media"', 1)
    inner = text.replace('"best": 2', '"best": 2, "best": 3', 1)
    assert found(form_problems(twice.encode())) == {("repeated-field", "kind")}
    assert found(form_problems(inner.encode())) == {("repeated-field", "acts[0].counts[0].best")}


def test_an_unknown_field_is_named_by_its_position_not_by_its_name() -> None:
    report = {"somebody's name": 1} | sample("flash")
    assert found(form_problems(report)) == {("unknown-field", "#1")}
    nested = changed("flash", "incident.place.Witness Three", "x")
    assert found(form_problems(nested)) == {("unknown-field", "incident.place.#5")}


def test_all_problems_come_at_once() -> None:
    report: dict[str, Any] = sample("incident")
    report["kind"] = "rumour"
    report["incident"]["date"] = "2026-13-01"
    report["incident"]["place"]["lat"] = 93.5
    report["acts"][1]["counts"][0]["best"] = "-3"
    del report["source"]["reliability"]
    report["note"] = "x" * 81
    assert found(form_problems(report)) == {
        ("unknown-code", "kind"),
        ("bad-date", "incident.date"),
        ("out-of-range", "incident.place.lat"),
        ("not-number", "acts[1].counts[0].best"),
        ("missing", "source.reliability"),
        ("too-long", "note"),
    }


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("form", 0, "out-of-range"),
        ("form", 3, "form-newer"),
        ("form", "٣", "form-newer"),
        ("form", True, "not-number"),
        ("form", 1.0, "not-number"),
        ("language", "french", "bad-language"),
        ("supersedes", "not an id", "bad-id"),
        ("supersedes", 7, "bad-id"),
        ("acts.0.counts.0.min", "+5", "not-number"),
        ("acts.0.counts.0.min", "007", "not-number"),
        ("acts.0.counts.0.min", "1_0", "not-number"),
        ("acts.0.counts.0.min", " 5", "not-number"),
        ("acts.0.counts.0.min", "", "not-number"),
        ("acts.0.counts.0.min", "٠٧", "not-number"),
        ("acts.0.counts.0.min", "²", "not-number"),
        ("acts.0.counts.0.min", -1, "out-of-range"),
        ("acts.0.counts.0.min", 10**30, "out-of-range"),
        ("acts.0.counts.0.min", 2.0, "not-number"),
        ("acts.0.counts.0.min", False, "not-number"),
        ("acts.0.counts", {}, "not-list"),
        ("acts.0.counts", [{}] * 201, "too-many"),
        ("acts.0.actor", [], "not-object"),
        ("acts.0.code", "A1", "unknown-code"),
        ("acts.0.code", "a701", "unknown-code"),
        ("events", ["E02", "E02"], "twice"),
        ("events", [2], "unknown-code"),
        ("incident.time_of_day", "25:00", "bad-time"),
        ("incident.date", 20261103, "not-text"),
        ("incident.ongoing", "no", "not-flag"),
        ("incident.place.lon", ..., "half-a-point"),
        ("incident.place.lat", True, "not-number"),
        ("incident.place.lat", "3,28", "not-number"),
        ("incident.place.lat", "1e99", "out-of-range"),
        ("incident.place.name", " ", "empty"),
        ("incident.place.name", 3, "not-text"),
        ("incident.place.adm1", " Karou", "spaces"),
        ("incident.place.adm1", "Lemba  North", "spaces"),
        ("incident.place.adm1", "Karou" + RLM, "hidden-character"),
        ("incident.place.name", "Ka" + RLO + "rou", "bidi-control"),
        ("note", "a" + LRI + "b", "bidi-control"),
        ("note", "a" + ZWSP + "b", "hidden-character"),
        ("note", "a" + BOM, "hidden-character"),
        ("note", "a\x00b", "control-character"),
        ("note", "two\nlines", "control-character"),
        ("note", "half \ud83d of it", "surrogate"),
        ("narrative.what_happened", "a" + RLO, "bidi-control"),
        ("narrative.what_happened", "a\x1bb", "control-character"),
        ("narrative.what_happened", "x" * 2001, "too-long"),
        ("narrative.interpreter", "Somebody", "bad-pseudonym"),
        ("consent.scopes.C1", "maybe", "unknown-code"),
        ("consent.scopes.C1", True, "not-text"),
        ("verification.methods", ["V03", "V03"], "twice"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(path: str, value: object, code: str) -> None:
    problems = form_problems(changed("incident", path, value))
    assert code in {problem.code for problem in problems}
    named = {problem.where.replace("[", ".").replace("]", "") for problem in problems}
    parent = path.rpartition(".")[0]
    assert any(
        where == path or where.startswith(f"{path}.") or (where, code) == (parent, "half-a-point") for where in named
    )


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("incident.date", 1),
        ("incident.place", 1),
        ("narrative.words_used.language", 11),
    ],
)
def test_a_missing_field_of_a_rule_carries_its_number(path: str, rule: int) -> None:
    (problem,) = form_problems(changed("incident", path, ...))
    assert (problem.code, problem.where, problem.rule, problem.blocking) == ("missing", path, rule, True)


def test_a_named_perpetrator_needs_a_certainty() -> None:
    report = sample("own-observation") | {"identities": {"perpetrators": [{"name": "Alleged One"}]}}
    (problem,) = form_problems(report)
    assert (problem.code, problem.where, problem.rule) == (
        "missing",
        "identities.perpetrators[0].certainty",
        8,
    )


@pytest.mark.parametrize(
    ("path", "written", "kept"),
    [
        ("incident.date", "٢٠٢٦-١١-٠٣", "2026-11-03"),
        ("incident.date", "۲۰۲۶-۱۱-~۰۳", "2026-11-~03"),
        ("incident.time_of_day", "٠٦:٤٠", "06:40"),
        ("acts.0.counts.0.min", "١", 1),
        ("acts.0.counts.0.min", "۲", 2),
        ("acts.0.counts.0.min", "2", 2),
        ("source.credibility", "٣", 3),
    ],
)
def test_digits_of_three_scripts_are_one_number(path: str, written: str, kept: object) -> None:
    report: Any = report_to_json(parse_report(as_bytes(changed("incident", path, written))))
    for step in path.split("."):
        report = report[int(step) if isinstance(report, list) else step]
    assert report == kept


@pytest.mark.parametrize("written", [3.25, "3.25", "٣٫٢٥", 3.2500000, "3.25000000004"])
def test_coordinates_are_kept_to_the_seventh_digit(written: object) -> None:
    report = parse_report(as_bytes(changed("incident", "incident.place.lat", written)))
    assert report.incident.place.lat_e7 == 32_500_000


def test_prose_keeps_lines_and_plain_direction_marks() -> None:
    text = "Première ligne.\nسطر ثان" + RLM + " (2)."
    report = parse_report(as_bytes(changed("incident", "narrative.what_happened", text)))
    assert report.narrative
    assert report.narrative.what_happened == text


def test_null_is_absent() -> None:
    report = changed("flash", "station", None)
    assert parse_report(as_bytes(report)) == parse_report(as_bytes(sample("flash")))
    assert found(form_problems(changed("flash", "incident", None))) == {("missing", "incident")}


def test_sex_age_and_status_may_be_left_open() -> None:
    (count,) = parse_report(as_bytes(sample("flash"))).acts[0].counts
    assert (count.sex, count.age, count.status) == ("U", "unknown", "UNK")
