"""UCDP GED rows: what each becomes, and what is refused and why."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand import assets
from firsthand.domain.report import parse_report
from firsthand.domain.validation import check
from firsthand.errors import InvalidReport
from sync_server.admin import ged
from sync_server.admin.faults import CannotRead

GOOD = {
    "id": "1234",
    "date": "2020-01-06",
    "date_end": "2020-01-09",
    "lat": "-1.5",
    "lon": "29.25",
    "adm1": "Halwan",
    "adm2": "Orla",
    "gid": "1",
    "type_of_violence": "3",
    "side_a": "Government of Ruvala",
    "side_b": "Civilians",
    "deaths_best": "3",
    "deaths_low": "2",
    "deaths_high": "5",
    "deaths_civilians": "3",
    "where_prec": "2",
    "date_prec": "2",
    "conflict_name": "Ruvala: Government",
    "where": "Zirat village",
}


def row(**changes: str) -> ged.Row:
    return ged.Row(2, {**GOOD, **changes})


def sealed_as(report: dict[str, Any]) -> dict[str, Any]:
    """The report as a tablet reads it; it must be fit for sealing without a question left."""
    parsed = parse_report(json.dumps(report, ensure_ascii=False).encode())
    problems = check(parsed, catalogue=assets.catalogue(), area_names=None, today=date(2026, 11, 24))
    assert [problem for problem in problems if problem.blocking] == []
    return report


def test_one_sided_violence_is_a_deliberate_killing_of_civilians() -> None:
    report = sealed_as(ged.report_of(row(), None))
    [act] = report["acts"]
    assert (act["code"], act["actor"]["class"]) == ("A101", "state_military")
    assert act["actor"]["unit_text"] == "Government of Ruvala"
    [count] = act["counts"]
    assert (count["outcome"], count["status"]) == ("killed", "CIV")
    assert (count["min"], count["best"], count["max"]) == (2, 3, 5)
    assert "events" not in report


@pytest.mark.parametrize("kind", ["1", "2"])
def test_other_violence_is_an_armed_clash_with_deaths_of_nobody_in_particular(kind: str) -> None:
    report = sealed_as(ged.report_of(row(type_of_violence=kind), None))
    assert report["events"] == ["E03"]
    [count] = report["event_counts"]
    assert (count["status"], count["min"], count["best"], count["max"]) == ("UNK", 2, 3, 5)
    assert "acts" not in report


def test_nothing_is_claimed_that_a_dataset_cannot_know() -> None:
    report = ged.report_of(row(), None)
    assert report["basis"]["code"] == "legitimate_interests"
    assert "consent" not in report and "subject" not in report and "narrative" not in report
    source = report["source"]
    assert (source["class"], source["family"], source["first_hand"]) == ("open_source", "MEDIA", "read")
    assert (source["reliability"], source["credibility"]) == ("F", 6)
    assert report["acts"][0]["actor"]["certainty"] == "P0"


@pytest.mark.parametrize(
    ("changes", "text", "precision"),
    [
        ({}, "2020-01-06/2020-01-09", 2),
        ({"date_end": "2020-01-06", "date_prec": "1"}, "2020-01-06", 1),
        ({"date_end": ""}, "2020-01-06", 2),
        ({"date_end": "", "date_prec": ""}, "2020-01-06?", 1),
    ],
    ids=["span", "day", "no-end", "precision-not-told"],
)
def test_the_date_says_how_exact_it_is(changes: dict[str, str], text: str, precision: int) -> None:
    incident = sealed_as(ged.report_of(row(**changes), None))["incident"]
    assert (incident["date"], incident["date_precision"]) == (text, precision)


@pytest.mark.parametrize(
    ("written", "precision"),
    [("1", 1), ("2", 2), ("1-2", 2), ("3", 3), ("4", 4), ("5", 5), ("6", 6), ("7", 7)],
)
def test_the_place_claims_the_worse_precision(written: str, precision: int) -> None:
    place = ged.report_of(row(where_prec=written), None)["incident"]["place"]
    assert place["precision"] == precision
    assert (place["adm1"], place["adm2"], place["name"]) == ("Halwan", "Orla", "Zirat village")
    assert (place["lat"], place["lon"]) == (-1.5, 29.25)


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "Zirat village"), ({"where": ""}, "Orla"), ({"where": "", "adm2": ""}, "Halwan")],
)
def test_the_place_name_is_the_narrowest_that_is_told(changes: dict[str, str], name: str) -> None:
    assert sealed_as(ged.report_of(row(**changes), None))["incident"]["place"]["name"] == name


@pytest.mark.parametrize(
    ("side", "kind"),
    [("Government of Ruvala", "state_military"), ("Karou Front", "armed_group"), ("", "unknown")],
)
def test_the_class_of_the_actor_follows_from_side_a(side: str, kind: str) -> None:
    assert sealed_as(ged.report_of(row(side_a=side), None))["acts"][0]["actor"]["class"] == kind


def test_an_event_in_which_perhaps_nobody_died_counts_nobody() -> None:
    zero = {"deaths_low": "0", "deaths_best": "0", "deaths_high": "0"}
    assert sealed_as(ged.report_of(row(**zero), None))["acts"][0]["counts"] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, "id"),
        ({"id": "x1"}, "id"),
        ({"date": ""}, "date"),
        ({"date": "2020-02-30"}, "date"),
        ({"date": "2020-1-6"}, "date"),
        ({"date": "06/01/2020"}, "date"),
        ({"date": "2020-01-06 00:00"}, "date"),
        ({"date": "٢٠٢٠-٠١-٠٦"}, "date"),
        ({"date_end": "2020-01-05"}, "date-end"),
        ({"date_end": "later"}, "date-end"),
        ({"deaths_best": ""}, "number"),
        ({"deaths_best": "-3"}, "number"),
        ({"deaths_best": "+3"}, "number"),
        ({"deaths_best": "3.0"}, "number"),
        ({"deaths_best": " 3"}, "number"),
        ({"deaths_best": "03"}, "number"),
        ({"deaths_best": "1_0"}, "number"),
        ({"deaths_best": "٣"}, "number"),
        ({"deaths_high": "1000001"}, "number"),
        ({"deaths_high": "9" * 400}, "number"),
        ({"type_of_violence": ""}, "type"),
        ({"type_of_violence": "4"}, "type"),
        ({"type_of_violence": "3.0"}, "type"),
        ({"adm1": ""}, "area"),
        ({"adm1": "x" * 121}, "area"),
        ({"adm1": "halwan"}, "unknown-area"),
        ({"lat": ""}, "position"),
        ({"lat": "91"}, "position"),
        ({"lon": "-181"}, "position"),
        ({"lon": "nan"}, "position"),
        ({"lon": "1e1"}, "position"),
        ({"where_prec": ""}, "precision"),
        ({"where_prec": "8"}, "precision"),
        ({"date_prec": "6"}, "precision"),
    ],
)
def test_a_row_that_cannot_be_mapped_is_refused_for_its_one_fault(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ged.RowRefused) as caught:
        ged.report_of(row(**changes), frozenset({"Halwan"}))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "people"),
    [
        ({"deaths_low": "4"}, (3, 3, 5)),
        ({"deaths_high": "2"}, (1, 3, 3)),
        ({"deaths_low": "9", "deaths_high": "0"}, (3, 3, 3)),
    ],
)
def test_margins_in_disorder_widen_to_hold_the_best_estimate_and_lose_no_event(
    changes: dict[str, str], people: tuple[int, int, int]
) -> None:
    counted = ged.report_of(row(**{"deaths_low": "1", "deaths_best": "3", "deaths_high": "5", **changes}), None)
    [count] = counted["acts"][0]["counts"]
    assert (count["min"], count["best"], count["max"]) == people


def test_without_areas_every_name_is_accepted() -> None:
    assert ged.report_of(row(adm1="Anywhere"), None)["incident"]["place"]["adm1"] == "Anywhere"


@given(st.sampled_from(sorted(GOOD)), st.text(max_size=12))
def test_any_text_in_any_column_is_mapped_or_refused(column: str, text: str) -> None:
    """And what is mapped is a report that the tablet either takes or refuses field by field."""
    try:
        report = ged.report_of(row(**{column: text}), None)
    except ged.RowRefused:
        return
    try:
        parse_report(json.dumps(report, ensure_ascii=False).encode())
    except InvalidReport as refusal:
        assert all(problem.where for problem in refusal.problems)


# -- the file ------------------------------------------------------------------------------------------------
def write(path: Path, header: list[str], *rows: list[str], encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.mark.parametrize("more", [[], ["source_headline"]], ids=["ged231", "ged211"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_both_layouts_are_read_and_rows_are_numbered_as_in_a_spreadsheet(
    tmp_path: Path, more: list[str], encoding: str
) -> None:
    values = [*GOOD.values(), *["a, b\nc" for _ in more]]
    path = write(tmp_path / "e.csv", [*ged.COLUMNS, *more], values, values[:-1], values, encoding=encoding)
    rows = list(ged.read_rows(path))
    assert [each.number for each in rows] == [2, 3, 4]
    assert ged.day_of(rows[0]) == date(2020, 1, 6)
    assert rows[1].fields is None
    with pytest.raises(ged.RowRefused) as caught:
        ged.day_of(rows[1])
    assert caught.value.reason == "columns"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b\n",
        ",".join(ged.COLUMNS[::-1]).encode(),
        ",".join(ged.COLUMNS).encode("utf-16"),
        (",".join(ged.COLUMNS) + "\n").encode() + b"\xff\n",
        (",".join(ged.COLUMNS) + "\n").encode() + b'"open',
        (",".join(ged.COLUMNS) + "\n").encode() + b"x" * 140_000,
    ],
    ids=["empty", "others", "order", "utf-16", "latin", "quote", "endless-field"],
)
def test_a_file_of_another_form_is_refused_as_a_whole(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(data)
    with pytest.raises(ged.EventsForm):
        list(ged.read_rows(path))


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CannotRead):
        list(ged.read_rows(tmp_path / "none.csv"))
