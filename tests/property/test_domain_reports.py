"""Any report: JSON and back, and open parts without anything private. Any input: one kind of error."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand import assets
from firsthand.domain.dates import iso_week, parse_edtf
from firsthand.domain.parts import PART_NAMES, Recorded, split
from firsthand.domain.places import CELL_E7, MAX_LAT_E7, MAX_LON_E7, blurred_e7
from firsthand.domain.report import Report, parse_report, report_to_json
from firsthand.domain.validation import check
from firsthand.errors import InvalidReport
from firsthand.protocol import cbor
from tests.support.report_samples import (
    EXAMPLES,
    EXAMPLES_2,
    PRIVATE,
    TODAY,
    as_bytes,
    found,
    ids,
    json_values,
    reports,
    sample,
)

RECORDED = Recorded(unix_s=1_794_000_123, tz_min=60, quality="network", boot=4, since_boot_s=977)
CANARY = "zQcanary9"
some = settings(max_examples=40)  # a whole report is costly to draw


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one place replaced."""
    if not path:
        return new
    result = deepcopy(value)
    group = result
    for step in path[:-1]:
        group = group[step]
    group[path[-1]] = new
    return result


@st.composite
def damaged_examples(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:
    """An example with one place replaced by anything."""
    report = sample(draw(st.sampled_from(EXAMPLES)))
    return put(report, draw(st.sampled_from(paths(report))), draw(values))


@some
@given(reports())
def test_a_report_survives_json(report: Report) -> None:
    assert parse_report(as_bytes(report_to_json(report))) == report


@some
@given(reports())
def test_json_of_a_report_is_json_without_nulls(report: Report) -> None:
    values = report_to_json(report)
    assert all(place is not None for path in paths(values) for place in [follow(values, path)])
    assert json.loads(json.dumps(values)) == values


def follow(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@given(st.binary(max_size=400) | json_values.map(as_bytes) | damaged_examples(json_values).map(as_bytes))
def test_any_input_is_a_report_or_one_kind_of_error(data: bytes) -> None:
    try:
        report = parse_report(data)
    except InvalidReport as error:
        assert error.problems
        assert all(problem.blocking for problem in error.problems)
        return
    # What can be read can also be judged and divided.
    problems = check(report, catalogue=assets.catalogue(), area_names=None, today=TODAY)
    assert sorted(problems, key=lambda problem: not problem.blocking) == list(problems)
    assert set(split(report, report_id=bytes(16), recorded=RECORDED).parts) == set(PART_NAMES)


# -- every field of form 2, with what no field takes ---------------------------------------------------------
def fields_of_form_2() -> list[tuple[str, tuple[Any, ...]]]:
    """(example, path) of each field, group and list element that form 1 does not know."""
    new = {
        "change", "links", "reported_on", "signals", "responses", "coverage", "speech", "visit", "given_as", "radius_m",
        "code", "key", "unit", "people", "outcome", "disability", "special", "occupation", "relationship", "group",
        "follows", "unit_ref", "rank_class", "degree", "claim", "status", "connection", "access_possible", "bias_note",
        "risk", "intermediary",
    }  # fmt: skip
    fields = [(name, path) for name in EXAMPLES_2 for path in paths(sample(name)) if path and new & set(path)]
    fields += [("full", ("acts", 0, "victims")), ("full", ("acts", 0, "victims", 1))]
    return [(name, path) for name, path in fields if not (path[-1] in new and _is_of_form_1(path))]


def _is_of_form_1(path: tuple[Any, ...]) -> bool:
    """Fields that have the name of one of form 2."""
    match path:
        case ("basis", _) | ("acts", _, "code") | ("acts", _, "counts" | "totals", *_):
            return True
        case ("victims" | "verification", *_, "status"):
            return True
    return False


hostile = st.one_of(
    json_values,
    st.integers(min_value=10**14) | st.integers(max_value=-1) | st.just(10**400),
    st.text(st.characters(), min_size=1) | st.text("\u202e\u2066\u200b\ufeff\ud800\x00\n", min_size=1),
    st.integers(3, 12).map(lambda levels: json.loads("[" * levels + "]" * levels)),
    st.integers(100, 5_000).map(lambda length: "x" * length),
    st.integers(61, 300).map(lambda length: [{}] * length),
    st.dictionaries(st.text(min_size=1), json_values, min_size=1, max_size=3),
)


@pytest.mark.parametrize(("name", "path"), fields_of_form_2(), ids=str)
@settings(max_examples=15)
@given(value=hostile)
def test_any_value_in_a_field_of_form_2_is_read_or_refused_at_that_field(
    name: str, path: tuple[Any, ...], value: Any
) -> None:
    field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    try:
        report = parse_report(as_bytes(put(sample(name), path, value)))
    except InvalidReport as error:
        # What no JSON may hold is found before any field is.
        whole = found(error.problems) <= {("not-finite", ""), ("too-deep", "")}
        assert whole or all(problem.where.startswith(field) for problem in error.problems), error.problems
        return
    assert parse_report(as_bytes(report_to_json(report))) == report
    check(report, catalogue=assets.catalogue(), area_names=None, today=TODAY)
    split(report, report_id=bytes(16), recorded=RECORDED)


def test_the_fields_tried_are_all_there_are() -> None:
    tried = {step for _, path in fields_of_form_2() for step in path if isinstance(step, str)}
    assert {
        "links", "report", "kind", "by", "what", "date", "note", "reason", "since", "channel", "speaker_class",
        "station", "target", "call", "repeated", "access", "private_talks", "held", "total", "women", "girls", "boys",
        "children", "concerns", "capacity", "min", "best", "max", "given_as", "radius_m", "follows",
        "victims", "intermediary",
    } <= tried  # fmt: skip
    assert len(fields_of_form_2()) > 100


@given(damaged_examples(st.sampled_from([CANARY, {CANARY: CANARY}, [CANARY], {"form": {CANARY: 1}}])))
def test_problems_never_repeat_what_was_written(report: Any) -> None:
    try:
        parsed = parse_report(as_bytes(report))
    except InvalidReport as error:
        assert CANARY not in f"{error!r} {error} {error.fields} {error.problems!r}"
        return
    problems = check(parsed, catalogue=assets.catalogue(), area_names=frozenset({"Elsewhere"}), today=TODAY)
    assert CANARY not in repr(problems)


@some
@given(reports(), ids)
def test_no_fact_ties_two_reports_to_one_person(report: Report, report_id: bytes) -> None:
    facts = split(report, report_id=report_id, recorded=RECORDED).parts["facts"]
    assert not {"same_victim", "same_source"} & {link["kind"] for link in facts.get("links", [])}
    for hidden in ("relationship", "group"):
        assert all(hidden not in victim for victim in facts.get("victims", []))
    assert not {"risk", "intermediary", "access_possible", "bias_note"} & set(facts["source"])


@some
@given(reports(), ids)
def test_nothing_of_form_2_is_lost_between_the_parts(report: Report, report_id: bytes) -> None:
    parts = split(report, report_id=report_id, recorded=RECORDED).parts
    whole = {name: part for name, part in parts.items() if part}
    asked = whole.get("narrative") or whole.get("identities") or {}
    rare = [name for victim in report.victims for name in ("special", "occupation") if getattr(victim, name)]
    shown = [
        name for victim in whole["facts"].get("victims", []) for name in ("special", "occupation") if name in victim
    ]
    kept = [name for item in asked.get("victim_details", []) for name in ("special", "occupation") if name in item]
    assert sorted(rare) == sorted(shown + kept)
    links = [*whole["facts"].get("links", []), *asked.get("links", [])]
    assert len(links) == len(report.links)


@some
@given(reports(), ids)
def test_only_a_return_speaks_of_coverage_to_tables(report: Report, report_id: bytes) -> None:
    counts = split(report, report_id=report_id, recorded=RECORDED).parts["counts"]
    expected = {"nil_return": "nil", "not_reachable": "not_reachable"}.get(report.kind)
    assert counts.get("coverage") == expected
    assert ("reason" in counts) is (expected == "not_reachable")


@some
@given(reports(), ids)
def test_open_parts_hold_nothing_private(report: Report, report_id: bytes) -> None:
    parts = split(report, report_id=report_id, recorded=RECORDED, catalogue=assets.catalogue()).parts
    for name in ("counts", "facts"):
        sealed = cbor.encode(parts[name])
        assert PRIVATE.encode() not in sealed
        assert b"INT-07" not in sealed


@some
@given(reports(), ids)
def test_parts_fit_the_cbor_subset_and_carry_their_id(report: Report, report_id: bytes) -> None:
    cut = split(report, report_id=report_id, recorded=RECORDED)
    assert tuple(cut.parts) == PART_NAMES
    for part in cut.parts.values():
        assert cbor.decode(cbor.encode(part)) == part
        assert part is None or (part["v"], part["id"]) == (1, report_id)


@some
@given(reports(), ids)
def test_sensitive_facts_name_no_place_below_the_second_level_and_no_hour(report: Report, report_id: bytes) -> None:
    cut = split(report, report_id=report_id, recorded=RECORDED)
    facts = cut.parts["facts"]
    if cut.sensitive:
        assert set(facts["place"]) <= {"adm1", "adm2", "precision", "given_as"}
        assert not {"time_of_day", "recall_anchor"} & set(facts)
        assert "note" not in facts["immediate_risk"]
    if cut.sensitive or report.kind == "interview":
        unix_s, tz_min, _, boot, since_boot_s = facts["recorded"]
        assert (unix_s + tz_min * 60) % 86_400 == 0
        assert boot is None
        assert since_boot_s is None


@some
@given(reports(), ids)
def test_facts_hold_no_exact_point(report: Report, report_id: bytes) -> None:
    place = split(report, report_id=report_id, recorded=RECORDED).parts["facts"]["place"]
    for name in ("lat_e7", "lon_e7"):
        assert place.get(name, CELL_E7 // 2) % CELL_E7 == CELL_E7 // 2


@some
@given(reports(interviewed=False), ids)
def test_without_an_interview_there_is_no_narrative(report: Report, report_id: bytes) -> None:
    cut = split(report, report_id=report_id, recorded=RECORDED)
    assert cut.parts["narrative"] is None
    assert cut.scopes is None
    assert "scopes" not in cut.parts["facts"]


@some
@given(reports(interviewed=True), ids)
def test_the_consent_record_stands_in_the_narrative_only(report: Report, report_id: bytes) -> None:
    cut = split(report, report_id=report_id, recorded=RECORDED)
    assert report.consent
    assert cut.parts["narrative"]["consent"]["scopes"] == dict(report.consent.scopes)
    assert set(cut.parts["facts"]["scopes"]) <= {scope for scope, value in report.consent.scopes if value == "yes"}
    assert not {"C1", "C2", "C3", "C9p", "C9a", "C9v"} & set(cut.parts["facts"]["scopes"])


@some
@given(reports(), ids)
def test_counts_agree_with_themselves(report: Report, report_id: bytes) -> None:
    counts = split(report, report_id=report_id, recorded=RECORDED).parts["counts"]
    rows = counts["people"]
    keys = [tuple(row[:3]) for row in rows]
    assert keys == sorted(set(keys))
    assert all(low <= best <= high for *_, low, best, high in rows)
    assert counts["children"] == sum(row[4] for row in rows if row[2] == "child")
    assert counts["families"] == sorted(set(counts["families"]))


@given(st.dates())
def test_the_week_is_that_of_the_calendar(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert iso_week(day.isoformat()) == f"{year:04d}-W{week:02d}"
    assert iso_week(f"{day.isoformat()[:8]}~{day.isoformat()[8:]}") == iso_week(day.isoformat())
    assert iso_week(day.isoformat()[:7]) is None


@given(st.dates(), st.integers(0, 400))
def test_an_interval_has_the_week_of_its_first_day(day: date, days: int) -> None:
    last = min(day.toordinal() + days, date.max.toordinal()) - day.toordinal()
    text = f"{day.isoformat()}/{(day + timedelta(days=last)).isoformat()}"
    assert iso_week(text) == iso_week(day.isoformat())
    assert parse_edtf(text).start == day


@given(st.integers(-MAX_LAT_E7, MAX_LAT_E7), st.integers(-MAX_LON_E7, MAX_LON_E7))
def test_a_blurred_point_stays_on_the_globe_and_near(lat: int, lon: int) -> None:
    for value, limit in ((lat, MAX_LAT_E7), (lon, MAX_LON_E7)):
        centre = blurred_e7(value, limit)
        assert abs(centre) < limit
        assert abs(centre - value) <= CELL_E7 // 2
        assert blurred_e7(centre, limit) == centre
