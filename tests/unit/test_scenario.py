"""The demonstration country: it is what its generator writes, it fits together, its reports are reports."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections import Counter, defaultdict
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.scenario import country, ged, generate, geometry, plan
from firsthand import assets
from firsthand.domain.dates import iso_week, parse_edtf
from firsthand.domain.report import Report, parse_report
from firsthand.domain.validation import check

AREAS_LIMIT_BYTES = 400_000


@cache
def collection() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(assets.read_text("scenario/areas.geojson"))
    return found


@cache
def lines() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in assets.read_text("scenario/reports.jsonl").splitlines())


@cache
def parsed() -> dict[str, Report]:
    return {line["ref"]: parse_report(json.dumps(line["report"]).encode()) for line in lines()}


def tagged(*tags: str) -> list[dict[str, Any]]:
    return [line for line in lines() if set(tags) <= set(line["tags"])]


def rings(level: int) -> dict[str, list[list[tuple[float, float]]]]:
    """Outer rings by code, without the closing point."""
    found = {}
    for feature in collection()["features"]:
        if feature["properties"]["level"] == level:
            geom = feature["geometry"]
            polygons = [geom["coordinates"]] if geom["type"] == "Polygon" else geom["coordinates"]
            found[feature["properties"]["code"]] = [[tuple(p) for p in one[0][:-1]] for one in polygons]
    return found


# -- the files ---------------------------------------------------------------------------------------------
def test_the_committed_files_are_what_the_generator_writes() -> None:
    for name, data in generate.files().items():
        assert assets.read_bytes(f"scenario/{name}") == data, f"{name}: run python -m assets.scenario.generate"


def test_another_seed_draws_another_country() -> None:
    other = country.areas_geojson(country.draw(generate.SEED + 1))
    assert other != collection()


# -- the country -------------------------------------------------------------------------------------------
def test_there_are_three_levels_and_each_area_has_two_or_three_of_the_next() -> None:
    codes = {level: list(rings(level)) for level in (1, 2, 3)}
    assert len(codes[1]) >= 16
    for upper, lower in ((1, 2), (2, 3)):
        children = Counter(code[:-2] for code in codes[lower])
        assert set(children) == set(codes[upper])
        assert set(children.values()) <= {2, 3}


def test_every_feature_names_its_row_of_the_weekly_table() -> None:
    names = {feature["properties"]["adm1"] for feature in collection()["features"]}
    assert names == set(plan.DENSITY)
    assert len(assets.read_bytes("scenario/areas.geojson")) < AREAS_LIMIT_BYTES


def test_every_area_of_every_level_has_a_french_and_an_arabic_name() -> None:
    """One name is called the same wherever it stands; Arabic ones have Arabic letters alone."""
    called: dict[str, set[tuple[str, str]]] = {}
    for feature in collection()["features"]:
        names = feature["properties"]
        called.setdefault(names["name"], set()).add((names["name_fr"], names["name_ar"]))
        assert all("\u0621" <= sign <= "\u064a" or sign == " " for sign in names["name_ar"])
        assert not any("\u0600" <= sign <= "\u06ff" for sign in names["name_fr"])
    assert all(len(both) == 1 for both in called.values())


@given(st.integers(0, 10_000))
def test_a_village_of_any_seed_can_be_written_in_arabic(seed: int) -> None:
    names = country._village_names(random.Random(seed))
    for name in itertools.islice(names, 20):
        assert len(country.arabic_of(name)) >= 4


@pytest.mark.parametrize("level", [1, 2, 3])
def test_borders_are_shared_point_by_point_without_gap_or_overlap(level: int) -> None:
    sides = Counter(side for parts in rings(level).values() for ring in parts for side in geometry.edges(ring))
    assert max(sides.values()) == 1, "two areas lie on the same side of a border: they overlap"
    coast = [side for side in sides if side[::-1] not in sides]
    ahead = dict(coast)
    start = point = coast[0][0]
    walked = 0
    while walked == 0 or point != start:
        point, walked = ahead[point], walked + 1
    assert walked == len(coast), "what is not shared is one closed coast: there is no hole"
    whole = geometry.signed_area([a for a, _ in _in_order(ahead, start)])
    parts = sum(geometry.signed_area(ring) for found in rings(level).values() for ring in found)
    assert parts == pytest.approx(whole)


def _in_order(ahead: dict[Any, Any], start: Any) -> list[tuple[Any, Any]]:
    found, point = [(start, ahead[start])], ahead[start]
    while point != start:
        found.append((point, ahead[point]))
        point = ahead[point]
    return found


def test_no_border_crosses_another() -> None:
    sides = {tuple(sorted(side)) for parts in rings(3).values() for ring in parts for side in geometry.edges(ring)}
    columns = defaultdict(list)
    for a, b in sides:
        for column in range(int(a[0] * 10) - 1, int(b[0] * 10) + 1):
            columns[column].append((a, b))
    assert sides
    for near in columns.values():
        for i, first in enumerate(near):
            for second in near[i + 1 :]:
                assert not geometry.crosses(*first, *second), (first, second)


def test_all_levels_cover_the_same_land() -> None:
    areas = [
        sum(geometry.signed_area(ring) for found in rings(level).values() for ring in found) for level in (1, 2, 3)
    ]
    assert areas[0] == pytest.approx(areas[1]) == pytest.approx(areas[2])


def test_reports_lie_in_their_own_area_or_next_to_its_border() -> None:
    outer = {
        feature["properties"]["adm1"]: [tuple(p) for p in feature["geometry"]["coordinates"][0][:-1]]
        for feature in collection()["features"]
        if feature["properties"]["level"] == 1
    }
    points = [(line["report"]["incident"]["place"]) for line in lines()]
    located = [place for place in points if "lat" in place]
    inside = [place for place in located if geometry.contains(outer[place["adm1"]], (place["lon"], place["lat"]))]
    assert len(inside) / len(located) > 0.97


# -- the reports -------------------------------------------------------------------------------------------
def test_every_report_may_be_sealed_in_its_mission() -> None:
    names = frozenset(plan.DENSITY)
    for line in lines():
        today = date.fromisoformat(line["recorded_at"][:10])
        problems = check(parsed()[line["ref"]], catalogue=assets.catalogue(), area_names=names, today=today)
        assert [problem for problem in problems if problem.blocking] == [], line["ref"]


def test_there_are_enough_of_them_over_26_weeks() -> None:
    assert len(lines()) >= 400
    assert {line["week"] for line in lines()} == set(range(1, 27))
    weeks = {week for line in lines() if (week := iso_week(line["report"]["incident"]["date"]))}
    assert min(weeks) == "2026-W22"
    assert max(weeks) == "2026-W47"
    assert len(weeks) == 26


def test_every_line_is_recorded_after_it_happened_except_under_a_lost_clock() -> None:
    for line in lines():
        at = datetime.fromisoformat(line["recorded_at"]).date()
        start = parse_edtf(line["report"]["incident"]["date"]).start
        assert start is not None
        assert (at.year == 2003) if "clock-2003" in line["tags"] else (start <= at), line["ref"]


def test_the_escalation_is_visible_before_the_massacre() -> None:
    def in_weeks(first: int, last: int) -> int:
        return sum(first <= line["week"] <= last for line in tagged("escalation"))

    assert in_weeks(1, 8) < in_weeks(9, 16) < in_weeks(17, 24)
    assert not [line for line in tagged("massacre") if line["week"] < plan.MASSACRE_WEEK]


def test_two_reports_of_the_massacre_have_one_root_and_do_not_confirm_each_other() -> None:
    pair = tagged("massacre", "same-root")
    assert len(pair) == 2
    roots = {line["report"]["identities"]["root_source_ref"] for line in pair}
    assert len(roots) == 1
    assert {line["report"]["source"]["class"] for line in pair} == {"ngo_national", "ngo_international"}
    assert {line["report"]["source"]["credibility"] for line in pair} == {2}
    assert len({line["tablet"] for line in pair}) == 2


def test_two_areas_fall_silent_and_only_one_of_them_has_something_to_say() -> None:
    assert not [line for line in lines() if line["tablet"] == "East 1" and line["week"] > 22]
    toro = [line for line in lines() if line["tablet"] == "Toro 1" and line["week"] >= plan.LINK_DEAD_FROM]
    assert len(toro) >= 5
    assert not any(line["sync"] for line in toro)
    assert all(line["sync"] for line in lines() if "dead-link" not in line["tags"])


def test_from_week_18_on_every_other_area_is_heard_of_every_week() -> None:
    heard = {
        (line["report"]["incident"]["place"]["adm1"], week)
        for line in lines()
        if line["sync"] and (week := iso_week(line["report"]["incident"]["date"]))
    }
    weeks = [f"2026-W{21 + week}" for week in range(plan.LINK_DEAD_FROM, plan.WEEKS + 1)]
    missing = [(area, week) for area in plan.DENSITY for week in weeks if (area, week) not in heard]
    silent_from = f"2026-W{21 + plan.SILENT_FROM}"
    silent = {("Toro-Kesi", week) for week in weeks} | {(plan.SILENT, w) for w in weeks if w >= silent_from}
    assert silent <= set(missing)
    assert len(set(missing) - silent) <= 6, "a few are dated by the month only"


@pytest.mark.parametrize(
    ("tag", "least"),
    [
        ("narrative-fr", 20),
        ("narrative-ar", 15),
        ("child", 10),
        ("sexual-violence", 12),
        ("refused-consent", 30),
        ("withdrawn-consent", 6),
        ("words-fr", 2),
        ("words-ar", 2),
        ("false", 4),
    ],
)
def test_the_hard_cases_are_there(tag: str, least: int) -> None:
    assert len(tagged(tag)) >= least


def test_arabic_accounts_are_in_arabic_script() -> None:
    for line in tagged("narrative-ar"):
        text = line["report"]["narrative"]["what_happened"]
        assert sum("\u0600" <= letter <= "\u06ff" for letter in text) > len(text) / 2


def test_nothing_is_told_that_was_not_allowed() -> None:
    for line in lines():
        report = parsed()[line["ref"]]
        allowed = report.consent.allows if report.consent else lambda scope: scope == "C3"
        assert report.narrative is None or allowed("C1"), line["ref"]
        assert report.identities is None or allowed("C3"), line["ref"]


def test_sensitive_reports_name_no_village_and_no_exact_age() -> None:
    sensitive = [line for line in lines() if parsed()[line["ref"]].sensitive()]
    assert {line["ref"] for line in sensitive} == {line["ref"] for line in tagged("sensitive")}
    for line in sensitive:
        place = line["report"]["incident"]["place"]
        assert place["name"] == place["adm2"]
        assert "lat" not in place
        assert "note" not in line["report"]


def test_names_are_placeholders_that_occur_once() -> None:
    everything = assets.read_text("scenario/reports.jsonl")
    marks = [name.split()[-1] for line in tagged("named") for name in _names(line["report"])]
    assert len(marks) >= 15
    superseded = {line["supersedes"] for line in lines()}
    for line in tagged("named"):
        for name in _names(line["report"]):
            role, number, mark = name.split()
            assert role in {"Witness", "Survivor", "Child"}
            assert number.isdigit()
            # a follow-up that leaves the name standing repeats it, nothing else does
            assert everything.count(mark) <= (2 if line["ref"] in superseded or line["supersedes"] else 1)


def _names(report: dict[str, Any]) -> list[str]:
    people = report["identities"]
    return [person["name"] for kind in ("victims", "sources") for person in people.get(kind, [])]


def test_a_withdrawal_stands_in_place_of_an_earlier_report_of_the_same_tablet() -> None:
    by_ref = {line["ref"]: (place, line) for place, line in enumerate(lines())}
    for line in tagged("withdrawn-consent"):
        place, before = by_ref[line["supersedes"]]
        assert place < by_ref[line["ref"]][0]
        assert before["tablet"] == line["tablet"]
        assert "withdrawn" in line["report"]["consent"]["scopes"].values()


def test_the_copied_tablet_speaks_twice_after_it_was_copied() -> None:
    known = {tablet["label"]: tablet for tablet in json.loads(assets.read_text("scenario/tablets.json"))}
    copy = known[plan.LIAR_COPY]
    assert copy["copy_of"] == plan.LIAR
    for label in (plan.LIAR, plan.LIAR_COPY):
        assert [line for line in lines() if line["tablet"] == label and line["week"] > copy["copied_after_week"]]
    assert {line["tablet"] for line in tagged("false")} == {plan.LIAR_COPY}
    assert {line["tablet"] for line in lines()} == set(known)


# -- the export --------------------------------------------------------------------------------------------
def test_the_export_has_one_row_an_incident_in_the_layout_of_ged() -> None:
    text = assets.read_text("scenario/events_ged.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(text.splitlines()[0].split(",")) == ged.HEADER
    assert len(rows) >= 30
    massacres = [row for row in rows if int(row["deaths_best"]) > 40]
    assert [(row["date"], row["adm1"], row["type_of_violence"]) for row in massacres] == [
        ("2026-11-14", "Lemba North", "3")
    ]
    for row in rows:
        low, best, high = (int(row[name]) for name in ("deaths_low", "deaths_best", "deaths_high"))
        assert 0 <= low <= best <= high
        assert row["type_of_violence"] in {"1", "2", "3"}
        assert row["adm1"] in plan.DENSITY
        assert 0 <= (date.fromisoformat(row["date"]) - plan.FIRST_MONDAY).days < 7 * plan.WEEKS
    assert all(a["date"] <= b["date"] for a, b in pairwise(rows))


def test_grid_cells_are_those_of_prio_grid() -> None:
    # Two published pairs: Kinshasa and the west of Katanga.
    assert ged.grid_cell(15.315, -4.32972) == 123511
    assert ged.grid_cell(27.46667, -11.66667) == 112735
