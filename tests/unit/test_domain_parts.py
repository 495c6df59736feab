"""Who could read what: the parts of the examples, field by field where it matters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firsthand import assets
from firsthand.domain.parts import PART_NAMES, Recorded, SplitReport, split
from firsthand.domain.report import parse_report
from firsthand.domain.titles import title_for
from firsthand.ids import parse_report_id
from firsthand.protocol import cbor
from tests.support.report_samples import as_bytes, changed, sample

REPORT_ID = bytes(range(16))
NOON = Recorded(unix_s=1_794_052_800, tz_min=60, quality="manual", boot=3, since_boot_s=500)


def cut(report: dict[str, Any]) -> SplitReport:
    return split(parse_report(as_bytes(report)), report_id=REPORT_ID, recorded=NOON, catalogue=assets.catalogue())


def test_counts_are_what_a_table_needs_and_no_more() -> None:
    counts = cut(sample("incident")).parts["counts"]
    assert set(counts) == {
        "v", "id", "kind", "week", "adm1", "adm2", "families", "people", "children", "supersedes",
        "sensitive",
    }  # fmt: skip
    assert (counts["week"], counts["adm1"], counts["families"]) == (
        "2026-W46",
        "Lemba North",
        ["A5", "A7", "E"],
    )
    assert counts["people"] == [
        ["displaced", "F", "adult", 50, 70, 90],
        ["displaced", "U", "child", 60, 80, 120],
        ["displaced", "U", "unknown", 40, 50, 90],
        ["injured", "M", "adult", 2, 3, 3],
    ]
    assert (counts["children"], counts["sensitive"], counts["supersedes"]) == (80, False, None)


def test_what_the_policy_asks() -> None:
    ordinary, child, seen = cut(sample("incident")), cut(sample("child")), cut(sample("own-observation"))
    assert ordinary.scopes == {
        "C1": True, "C2": True, "C3": False, "C9p": True, "C9a": True, "C9v": True, "C10": True,
    }  # fmt: skip
    assert (ordinary.basis, ordinary.sensitive, ordinary.children_counted) == (None, False, True)
    assert (child.basis, child.sensitive, child.children_counted) == (None, True, True)
    assert (seen.scopes, seen.basis, seen.sensitive, seen.children_counted) == (
        None, "legitimate_interests", False, False,
    )  # fmt: skip


@pytest.mark.parametrize("value", ["no", "later", "withdrawn"])
def test_only_a_yes_is_a_yes(value: str) -> None:
    scopes = cut(changed("incident", "consent.scopes.C2", value)).scopes
    assert scopes is not None
    assert scopes["C2"] is False


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("acts.0.code", "A411"),
        ("subject.age_band", "12-17"),
        ("subject.age_band", "child"),
        ("subject.may_be_child", True),
        ("victims.0.age_band", "0-4"),
        ("victims.0.may_be_child", True),
    ],
)
def test_what_makes_a_report_sensitive(path: str, value: object) -> None:
    assert not cut(sample("incident")).sensitive
    assert cut(changed("incident", path, value)).sensitive


def test_children_merely_counted_leave_it_ordinary() -> None:
    report = sample("incident")
    assert any(row["age"] == "child" for row in report["acts"][1]["counts"])
    assert not cut(report).sensitive


def test_no_child_at_most_is_no_child_counted() -> None:
    report = changed(
        "incident", "acts.1.counts.1", {"outcome": "displaced", "age": "child", "min": 0, "best": 0, "max": 0}
    )
    assert not cut(report).children_counted
    report["acts"][1]["counts"][1]["max"] = 1
    assert cut(report).children_counted


def test_the_exact_point_moves_from_the_facts_into_the_account() -> None:
    parts = cut(sample("incident")).parts
    assert parts["facts"]["place"] == {
        "name": "Kessa ford", "adm1": "Lemba North", "adm2": "Upper Lemba", "adm3": "Kessa",
        "lat_e7": 32_750_000, "lon_e7": 214_250_000, "precision": 2, "type": "village",
    }  # fmt: skip
    assert parts["narrative"]["exact_place"]["lat_e7"] == 32_841_907
    assert parts["identities"] is None


def test_without_an_interview_the_exact_point_goes_to_the_custodian() -> None:
    parts = cut(sample("own-observation")).parts
    assert parts["facts"]["place"]["precision"] == 2  # it was exact, and no longer is
    assert parts["identities"]["exact_place"]["lat_e7"] == 32_840_000
    assert parts["narrative"] is None


def test_words_of_a_broadcast_go_to_the_custodian() -> None:
    parts = cut(sample("radio")).parts
    assert parts["identities"]["words_used"]["language"] == "ar"
    assert b"words_used" not in cbor.encode(parts["facts"])


def test_a_place_that_the_facts_tell_in_full_stands_nowhere_else() -> None:
    report = changed("incident", "incident.place.lat", ...)
    del report["incident"]["place"]["lon"]
    assert "exact_place" not in cut(report).parts["narrative"]
    assert cut(sample("flash")).parts["identities"] is None


def test_sensitive_facts_leave_place_and_time_to_the_account() -> None:
    parts = cut(sample("sexual-violence")).parts
    facts, narrative = parts["facts"], parts["narrative"]
    assert facts["place"] == {"adm1": "Karou", "adm2": "Karou Hills", "precision": 3}
    assert facts["recorded"] == [1_794_006_000, 60, "manual", None, None]
    assert not {"time_of_day", "recall_anchor"} & set(facts)
    assert cut(sample("child")).parts["facts"]["immediate_risk"] == {"flag": True}
    assert narrative["exact_place"]["adm3"] == "Mirel"
    assert (narrative["time_of_day"], narrative["recall_anchor"]) == (
        "night",
        "when the maize was brought in",
    )
    assert cut(sample("child")).parts["narrative"]["risk_note"].startswith("The group")


def test_an_ordinary_report_keeps_its_time_and_an_interview_only_its_day() -> None:
    assert cut(sample("incident")).parts["facts"]["recorded"] == NOON.exact()
    assert cut(sample("incident") | {"kind": "interview"}).parts["facts"]["recorded"] == NOON.to_the_day()


@pytest.mark.parametrize(("unix_s", "tz_min"), [(0, 0), (86_399, 0), (1_794_052_800, -300), (3_600, 600), (5, -60)])
def test_the_day_is_the_local_one(unix_s: int, tz_min: int) -> None:
    start = Recorded(unix_s, tz_min).to_the_day()[0]
    assert (start + tz_min * 60) % 86_400 == 0
    assert 0 <= unix_s - start < 86_400


def test_names_are_in_the_identities_alone() -> None:
    parts = cut(sample("sexual-violence")).parts
    assert parts["identities"]["victims"][0]["name"] == "Survivor One (example)"
    for name in ("counts", "facts", "narrative"):
        assert b"Survivor One" not in cbor.encode(parts[name])
        assert b"midwife" not in cbor.encode(parts[name])


def test_facts_carry_what_bounds_their_use() -> None:
    facts = cut(sample("sexual-violence")).parts["facts"]
    assert facts["scopes"] == ["C5h", "C5p", "C6", "C7mara", "C10"]
    assert facts["withhold"] is True
    assert "withhold" not in cut(changed("incident", "consent.withhold", [])).parts["facts"]
    refused = changed("incident", "consent.scopes", {"C1": "yes", "C2": "yes"})
    assert cut(refused).parts["facts"]["scopes"] == []


def test_facts_always_say_acts_and_events() -> None:
    assert cut(sample("flash")).parts["facts"]["events"] == []
    event_only = sample("own-observation")
    del event_only["acts"]
    assert cut(event_only).parts["facts"]["acts"] == []


def test_an_incident_is_named_by_its_first_report() -> None:
    assert cut(sample("flash")).parts["facts"]["incident"] == REPORT_ID
    joined = changed("flash", "incident_id", "0" * 25 + "1")
    assert cut(joined).parts["facts"]["incident"] == parse_report_id("0" * 25 + "1")


def test_a_report_that_supersedes_says_so_to_tables_too() -> None:
    parts = cut(changed("flash", "supersedes", "0" * 26)).parts
    assert parts["counts"]["supersedes"] == parts["facts"]["supersedes"] == bytes(16)


def test_no_part_for_nothing() -> None:
    parts = cut(sample("flash")).parts
    assert [name for name in PART_NAMES if parts[name] is not None] == ["counts", "facts"]


def test_facts_hold_only_fields_that_are_known_to_name_nobody() -> None:
    allowed = {
        "v", "id", "form", "kind", "incident", "language", "handling", "station", "recorded", "place", "acts",
        "events", "event_counts", "event_totals", "subject", "victims", "source", "verification", "scopes",
        "withhold", "basis", "note", "supersedes", "date", "date_precision", "time_of_day", "recall_anchor",
        "context", "trend", "targeting", "ongoing", "immediate_risk", "protection_needed", "concern_s",
        "households", "damage",
    }  # fmt: skip
    for name in ("incident", "own-observation", "sexual-violence", "radio"):
        assert set(cut(sample(name)).parts["facts"]) <= allowed


@pytest.mark.parametrize(
    ("name", "language", "title"),
    [
        ("incident", "en", "Homes burned, Lemba North"),
        ("incident", "fr", "Maisons brûlées, Lemba North"),
        ("incident", "ar", "حرق منازل، Lemba North"),
        ("incident", "sw", "Homes burned, Lemba North"),
        ("sexual-violence", "en", "Protection concern, type S"),
        ("child", "fr", "Préoccupation de protection, type S"),
    ],
)
def test_titles_say_what_and_where_never_who(name: str, language: str, title: str) -> None:
    report = parse_report(as_bytes(sample(name)))
    assert title_for(report, assets.catalogue(), language) == title


def test_the_title_of_an_event_and_without_a_catalogue() -> None:
    event_only = sample("own-observation")
    del event_only["acts"]
    assert cut(event_only).title == "People on the move, Lemba North"
    bare = split(parse_report(as_bytes(sample("incident"))), report_id=REPORT_ID, recorded=NOON)
    assert bare.title == "A701, Lemba North"


def test_splitting_twice_gives_the_same_bytes() -> None:
    first, second = cut(sample("incident")), cut(sample("incident"))
    assert json.dumps(first.title) == json.dumps(second.title)
    assert cbor.encode(dict(first.parts)) == cbor.encode(dict(second.parts))
