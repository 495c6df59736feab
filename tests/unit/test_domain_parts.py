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
from tests.support.report_samples import EXAMPLES, EXAMPLES_2, as_bytes, changed, sample

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
        "households", "damage", "change", "links", "reported_on", "signals", "responses", "coverage", "speech",
        "visit",
    }  # fmt: skip
    for name in EXAMPLES:
        assert set(cut(sample(name)).parts["facts"]) <= allowed


@pytest.mark.parametrize(
    ("name", "language", "title"),
    [
        ("incident", "en", "Homes burned, Lemba North"),
        ("incident", "fr", "Maisons brûlées, Lemba North"),
        ("incident", "ar", "حرق منازل، Lemba North"),
        ("incident", "de", "Homes burned, Lemba North"),
        ("nil-return", "en", "Nothing to report, Lemba North"),
        ("not-reachable", "fr", "Hors d'atteinte, Karou"),
        ("detention-visit", "ar", "زيارة مكان احتجاز، Lemba North"),
        ("detention-visit", "sw", "Ziara ya kizuizini, Lemba North"),
        ("child", "sw", "Suala la ulinzi, aina S"),
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


# -- form 2 --------------------------------------------------------------------------------------------------
def everywhere(parts: Any, text: str) -> set[str]:
    """Names of the parts that hold a text."""
    return {name for name in PART_NAMES if parts[name] and text.encode() in cbor.encode(parts[name])}


def sensitive_full() -> dict[str, Any]:
    """The full example with a described child."""
    return changed("full", "victims.0.may_be_child", True)


@pytest.mark.parametrize("name", EXAMPLES_2)
def test_every_example_of_form_2_is_divided(name: str) -> None:
    whole = cut(sample(name))
    assert not whole.sensitive
    assert whole.parts["counts"]["kind"] == whole.parts["facts"]["kind"] == sample(name)["kind"]
    assert whole.parts["facts"]["form"] == 2


def test_every_desk_tells_calm_from_out_of_reach_and_neither_from_the_rest() -> None:
    nil, lost = (cut(sample(name)).parts["counts"] for name in ("nil-return", "not-reachable"))
    assert (nil["coverage"], nil["week"], "reason" in nil) == ("nil", "2026-W47", False)
    assert (lost["coverage"], lost["reason"], lost["week"]) == ("not_reachable", "road", "2026-W47")
    assert nil["people"] == nil["families"] == []
    for name in ("incident", "flash", "speech-log", "detention-visit", "full"):
        assert not {"coverage", "reason"} & set(cut(sample(name)).parts["counts"])


def test_what_rests_on_consent_goes_with_the_account() -> None:
    parts = cut(sample("full")).parts
    assert parts["narrative"]["victim_details"] == [
        {
            "victim": 0, "key": "v1", "special": ["pregnant"], "relationship": "known",
            "group": "people of the east bank",
        },
        {"victim": 2, "key": "v3", "special": ["leader"], "relationship": "none"},
    ]  # fmt: skip
    assert parts["narrative"]["source"] == {
        "access_possible": "yes",
        "bias_note": "Lost her own house; describes what she could not see as heard from others",
    }
    assert everywhere(parts, "people of the east bank") == {"narrative"}
    assert everywhere(parts, "Lost her own house") == {"narrative"}


def test_risk_to_the_source_is_for_the_custodian_alone() -> None:
    parts = cut(sample("full")).parts
    assert parts["identities"]["source"] == {"risk": "high", "intermediary": True}
    assert everywhere(parts, "intermediary") == {"identities"}
    seen = changed("own-observation", "source.risk", "low") | {"form": 2}
    assert cut(seen).parts["identities"]["source"] == {"risk": "low"}


def test_without_an_interview_the_custodian_has_what_the_account_would_hold_and_consent_details_nobody() -> None:
    report = sample("full") | {"basis": {"code": "vital_interests"}}
    del report["consent"], report["subject"]
    parts = cut(report).parts
    assert parts["narrative"] is None
    assert everywhere(parts, "people of the east bank") == set()
    assert parts["identities"]["victim_details"][0] == {"victim": 0, "key": "v1", "special": ["pregnant"]}
    assert parts["identities"]["source"].keys() == {"access_possible", "bias_note", "risk", "intermediary"}
    assert parts["identities"]["sources"][0]["name"] == "Source One (example)"


def test_links_that_tie_a_person_to_another_report_are_no_facts() -> None:
    parts = cut(sample("full")).parts
    assert [link["kind"] for link in parts["facts"]["links"]] == ["same_incident", "follows"]
    assert [link["kind"] for link in parts["narrative"]["links"]] == ["same_victim"]
    assert parts["facts"]["links"][1]["report"] == parse_report_id("2Q8R4S0T6V1W7X3Y9Z5A2B6C0D")


def test_how_a_place_was_given_stays_in_every_fact() -> None:
    assert cut(sample("full")).parts["facts"]["place"]["given_as"] == "mgrs"
    assert cut(sample("full")).parts["facts"]["place"]["radius_m"] == 800
    assert cut(sensitive_full()).parts["facts"]["place"] == {
        "adm1": "Lemba North", "adm2": "Upper Lemba", "precision": 3, "given_as": "mgrs",
    }  # fmt: skip


def test_a_sensitive_report_keeps_rare_attributes_places_and_dates_out_of_the_facts() -> None:
    parts = cut(sensitive_full()).parts
    facts, narrative = parts["facts"], parts["narrative"]
    assert not {"disability", "special", "occupation"} & {name for victim in facts["victims"] for name in victim}
    assert facts["responses"][0] == {"by": "community", "what": "shelter"}
    assert narrative["responses"][0]["note"] == "Taken in by households near the school"
    assert narrative["victim_details"][0]["disability"] == "declined"
    assert narrative["exact_place"]["code"] == "RV010104"
    assert narrative["exact_place"]["radius_m"] == 800
    assert [victim.get("key") for victim in facts["victims"]] == ["v1", "v2", "v3"]
    assert facts["acts"][0]["victims"] == ["v1", "v2"]
    for text in ("RV010104", "near the school", "trader"):
        assert "facts" not in everywhere(parts, text)


def test_a_sensitive_speech_or_visit_does_not_tell_the_place() -> None:
    child = {"sex": "F", "age_band": "12-17"}
    speech = cut(sample("speech-log") | {"victims": [child]}).parts
    assert speech["facts"]["speech"].keys() == {"channel", "speaker_class", "call", "repeated"}
    assert speech["identities"]["speech"]["station"] == "Evening programme of the hill station"
    visit = cut(sample("detention-visit") | {"victims": [child]}).parts
    assert "capacity" not in visit["facts"]["visit"]
    assert visit["identities"]["capacity"] == 20


@pytest.mark.parametrize(
    ("unit", "people", "sensitive", "counted"),
    [
        (None, None, True, False),
        ("person", None, True, False),
        ("family", None, False, True),
        ("group", {"min": 3, "best": 4, "max": 9}, False, True),
        ("group", {"min": 1, "best": 1, "max": 1}, True, False),
    ],
)
def test_a_described_child_makes_a_report_sensitive_and_a_group_of_children_is_counted(
    unit: str | None, people: dict[str, int] | None, sensitive: bool, counted: bool
) -> None:
    victim = {"sex": "U", "age_band": "5-11", "unit": unit, "people": people}
    report = sample("flash") | {"form": 2, "victims": [victim]}
    assert (cut(report).sensitive, cut(report).children_counted) == (sensitive, counted)


@pytest.mark.parametrize("status", ["separated_child", "unaccompanied_child"])
def test_a_child_by_its_status_alone_is_protected_and_facts_say_so(status: str) -> None:
    report = sample("flash") | {"form": 2, "victims": [{"sex": "U", "age_band": "unknown", "special": [status]}]}
    assert cut(report).sensitive
    assert cut(report).parts["facts"]["victims"] == [
        {"sex": "U", "age_band": "unknown", "status": "UNK", "may_be_child": True}
    ]


def test_children_held_are_counted_and_leave_a_visit_ordinary() -> None:
    whole = cut(sample("detention-visit"))
    assert (whole.sensitive, whole.children_counted) == (False, True)
    none = changed("detention-visit", "visit.held", {"total": {"min": 1, "best": 1, "max": 1}})
    assert not cut(none).children_counted


@pytest.mark.parametrize(
    ("occupation", "people", "open_to_many"),
    [
        ("farmer", None, True),
        ("lawyer", None, False),
        ("lawyer", {"min": 9, "best": 12, "max": 20}, False),
        ("lawyer", {"min": 10, "best": 12, "max": 20}, True),
    ],
)
def test_an_attribute_that_few_share_stands_in_the_facts_only_of_many(
    occupation: str, people: dict[str, int] | None, open_to_many: bool
) -> None:
    victim: dict[str, Any] = {"sex": "U", "age_band": "adult", "occupation": occupation, "special": ["journalist"]}
    victim |= {"unit": "group", "people": people} if people else {}
    parts = cut(changed("full", "victims", [victim])).parts
    assert ("occupation" in parts["facts"]["victims"][0]) is open_to_many
    assert ("special" in parts["facts"]["victims"][0]) is (open_to_many and people is not None)
    (details,) = parts["narrative"].get("victim_details", [{}])
    assert ("occupation" in details) is not open_to_many


def test_splitting_twice_gives_the_same_bytes() -> None:
    first, second = cut(sample("incident")), cut(sample("incident"))
    assert json.dumps(first.title) == json.dumps(second.title)
    assert cbor.encode(dict(first.parts)) == cbor.encode(dict(second.parts))
