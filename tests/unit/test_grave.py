"""Grave violations: what counts, by children or incidents; three states, late ones; the tables of the note."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand import assets
from firsthand.domain.grave import (
    BY_INCIDENTS,
    BY_VICTIMS,
    GRAVE,
    PARTIES,
    TRACKED,
    Case,
    Children,
    Verification,
    Violation,
    cases_of,
    children_with_several,
    late,
    parse_quarter,
    quarter_of,
    violations_of_act,
)
from firsthand.errors import Malformed
from firsthand.ids import report_id_text
from sync_server.desk import commands, note, products
from sync_server.desk.commands import Login
from sync_server.desk.main import Desk
from sync_server.desk.products import Wish
from sync_server.desk.store_verification import SameVerifier, VerificationDay
from sync_server.desk.tables import ghn
from sync_server.desk.tables.ghn import Decision, Entry, Status
from tests.support.custody import ASKER, PASSWORDS, SECOND, Mission
from tests.support.desk_pages import PASSPHRASE

MRM = note.mapping_of()
V = Violation


def act(code: str, *, rows: Any = (), victims: Any = (), actor: str = "armed_group", unit: str = "") -> dict[str, Any]:
    party = {"class": actor} | ({"unit_text": unit} if unit else {})
    return {"code": code, "actor": party, "counts": list(rows), "victims": list(victims)}


def row(outcome: str, sex: str, best: int, age: str = "12-17") -> dict[str, Any]:
    return {"outcome": outcome, "sex": sex, "age": age, "status": "CIV", "min": best, "best": best, "max": best}


def child(key: str, outcome: str | None = None, sex: str = "F", **more: Any) -> dict[str, Any]:
    return {"key": key, "sex": sex, "age_band": "5-11"} | ({"outcome": outcome} if outcome else {}) | more


def facts(*acts: Mapping[str, Any], victims: Any = (), **more: Any) -> dict[str, Any]:
    return {"context": "niac", "acts": list(acts), "victims": list(victims)} | more


def kinds(value: Mapping[str, Any]) -> dict[Violation, Case]:
    return {case.violation: case for case in cases_of(value, MRM)}


# -- kinds -------------------------------------------------------------------------------------------------------
def test_ten_kinds_of_which_eight_are_grave_and_five_count_children() -> None:
    assert len(Violation) == 10 and len(GRAVE) == 8 and len(BY_VICTIMS) == 5
    assert set(GRAVE) | set(TRACKED) == set(Violation)
    assert set(BY_VICTIMS) | set(BY_INCIDENTS) == set(GRAVE)


def test_every_mapping_of_the_catalogue_is_a_kind() -> None:
    mapped = {code: violations_of_act(codes) for code, codes in MRM.items() if codes}
    assert all(mapped.values()) and {kind for found in mapped.values() for kind, _ in found} == set(Violation)
    assert violations_of_act(MRM["A201"]) == ((V.MAIMING, False),), "a doubtful mapping stays doubtful"
    assert violations_of_act(MRM["A410"]) == ((V.SEXUAL_VIOLENCE, True), (V.MAIMING, True))


@pytest.mark.parametrize(
    ("code", "outcome", "expected"),
    [
        ("A101", "killed", {V.KILLING: True}),
        ("A601", "killed", {V.KILLING: True}),
        ("A103", "injured", {V.MAIMING: False}),
        ("A204", "injured", {V.MAIMING: True}),
        ("A204", "killed", {V.KILLING: True}),
        ("A307", "abducted", {V.ABDUCTION: True}),
        ("A613", "other", {V.RECRUITMENT: True}),
        ("A401", "sexual_violence", {V.SEXUAL_VIOLENCE: True}),
        ("A401", "killed", {V.KILLING: True, V.SEXUAL_VIOLENCE: True}),
        ("A701", "killed", {V.KILLING: False}),
        ("A701", "displaced", {}),
        ("A609", "injured", {V.MAIMING: False, V.ATTACK_ON_SCHOOLS: True}),
        ("A612", "other", {V.DENIAL_HUMANITARIAN_ACCESS: True}),
    ],
)
def test_what_happened_to_a_child_decides_the_kind(code: str, outcome: str, expected: dict[Violation, bool]) -> None:
    found = kinds(facts(act(code, rows=[row(outcome, "M", 2)])))
    assert {kind: case.sure for kind, case in found.items()} == expected


def test_only_children_count_and_their_sex_is_kept() -> None:
    young = [row("killed", "M", 2), row("killed", "F", 1, "0-4"), row("killed", "U", 3, "child")]
    rows = [*young, row("killed", "M", 9, "18-59")]
    assert kinds(facts(act("A103", rows=rows)))[V.KILLING].children == Children(2, 1, 3)
    assert kinds(facts(act("A103", rows=[row("killed", "M", 9, "18-59")]))) == {}


def test_a_school_is_attacked_whether_or_not_a_child_was_hurt() -> None:
    assert set(kinds(facts(act("A609")))) == {V.ATTACK_ON_SCHOOLS}


@pytest.mark.parametrize("actor", assets.read_text("catalogues/actor_classes.csv").splitlines()[1:])
def test_civilians_are_no_party(actor: str) -> None:
    code = actor.partition(",")[0]
    found = kinds(facts(act("A101", rows=[row("killed", "M", 1)], actor=code)))
    assert bool(found) == (code in PARTIES or code == "unknown")
    assert all(case.fits == (code != "unknown") for case in found.values())


def test_outside_armed_conflict_nothing_counts_and_where_it_is_not_said_it_does_not_fit() -> None:
    one = act("A101", rows=[row("killed", "M", 1)])
    assert kinds(facts(one) | {"context": "none"}) == {}
    assert kinds(facts(one) | {"context": "unknown"})[V.KILLING].fits is False
    assert kinds(facts(one))[V.KILLING].fits is True


def test_described_children_are_those_that_the_act_names() -> None:
    people = [child("v1", "killed", "M"), child("v2", "injured"), {"key": "v3", "sex": "M", "age_band": "18-59"}]
    found = kinds(facts(act("A101", victims=["v1"]), act("A203", victims=["v2", "v3"]), victims=people))
    assert found[V.KILLING].described == Children(boys=1)
    assert found[V.MAIMING].described == Children(girls=1)


def test_whoever_spoke_is_the_child_where_nobody_else_is_described() -> None:
    found = kinds(facts(act("A613"), subject={"sex": "M", "age_band": "12-17"}))
    assert found[V.RECRUITMENT].described == Children(boys=1)


def test_children_with_several_violations_alone_and_in_groups() -> None:
    people = [
        child("v1", "abducted"),
        child("v2", "killed", unit="group", people={"min": 2, "best": 4, "max": 6}),
        child("v3", "injured"),
    ]
    told = facts(
        act("A307", victims=["v1", "v2"]),
        act("A613", victims=["v1", "v2"]),
        act("A204", victims=["v3"]),
        victims=people,
    )
    assert children_with_several(told, MRM, GRAVE) == (Children(girls=1), Children(girls=4))
    assert children_with_several(told, MRM, [V.RECRUITMENT]) == (Children(), Children())


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-5, 5)
        | st.sampled_from(["A101", "killed", "armed_group", "5-11", "v1"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["acts", "code", "counts", "victims", "outcome", "age", "best", "actor", "class", "key"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=30,
    )
)
def test_no_rubbish_makes_a_desk_fall(value: Any) -> None:
    told = value if isinstance(value, dict) else {"acts": value, "victims": value}
    for case in cases_of(told, MRM):
        assert case.children.total >= 0
    children_with_several(told, MRM, GRAVE)


# -- quarters ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("happened", "decided", "expected"),
    [
        ("2026-11-10", date(2026, 12, 31), False),
        ("2026-11-10", date(2027, 1, 1), True),
        ("2026-09-29/2026-10-02", date(2026, 12, 1), False),
        ("2026-09-29", date(2026, 10, 1), True),
        ("2026", date(2026, 12, 31), False),
        ("2026-03", date(2026, 4, 1), True),
        ("2026-01-01/..", date(2030, 1, 1), False),
        ("?", date(2030, 1, 1), False),
        ("no date", date(2030, 1, 1), False),
    ],
)
def test_late_is_after_the_quarter_in_which_it_ended(happened: str, decided: date, expected: bool) -> None:
    assert late(happened, decided) is expected


@given(st.dates())
def test_a_quarter_is_written_as_it_is_read(day: date) -> None:
    year, number = quarter_of(day)
    assert parse_quarter(f"{year:04}-Q{number}") == (year, number)


@pytest.mark.parametrize("text", ["", "2026", "2026-Q5", "2026-Q0", "26-Q1", "2026-q1", "+026-Q1", "2026-Q1 "])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_quarter(text)


# -- tables --------------------------------------------------------------------------------------------------------
def entry(
    told: Mapping[str, Any],
    *,
    incident: bytes = b"i",
    region: str = "Karou",
    happened: str = "2026-11-10",
    **decided: Any,
) -> Entry:
    """`decided`: kind -> day of verification, or a state."""
    decisions = {
        V(kind): Decision(Verification.VERIFIED, value) if isinstance(value, date) else Decision(value)
        for kind, value in decided.items()
    }
    return Entry(incident, region, happened, cases_of(told, MRM), decisions, told)


def figures(entries: list[Entry], quarter: tuple[int, int] | None = None) -> dict[tuple[str, str, str], int]:
    lines = ghn.blocks(entries, MRM, quarter)
    return {(line.block, line.of, line.violation): line.total for line in lines if line.total}


KILLED = facts(act("A103", rows=[row("killed", "M", 2), row("killed", "F", 3)], unit="Grey Column"))


def test_each_kind_stands_in_its_state_by_party_and_by_region() -> None:
    found = figures([entry(KILLED, killing=date(2026, 12, 1))])
    assert found == {
        ("verified.victims", "", "killing"): 5,
        ("verified.by_party", "armed_group: Grey Column", "killing"): 5,
        ("verified.by_region", "Karou", "killing"): 5,
    }
    assert figures([entry(KILLED, killing=date(2027, 1, 1))])["late_verified.victims", "", "killing"] == 5
    for state in (Verification.PENDING, Verification.NOT_VERIFIED):
        assert figures([entry(KILLED, killing=state)])["unverified.victims", "", "killing"] == 5
    assert figures([entry(KILLED)])["unverified.victims", "", "killing"] == 5


def test_a_doubtful_mapping_is_in_no_table_until_a_person_decides() -> None:
    doubtful = facts(act("A103", rows=[row("injured", "M", 2)]))
    assert figures([entry(doubtful)]) == {}
    assert figures([entry(doubtful, maiming=date(2026, 11, 20))])["verified.victims", "", "maiming"] == 2


def test_one_incident_told_twice_is_one_and_its_children_are_not_added_up() -> None:
    school = facts(act("A609", rows=[row("killed", "M", 2)]))
    twice = [entry(school), entry(facts(act("A609", rows=[row("killed", "M", 3)])))]
    found = figures(twice)
    assert found["unverified.violations", "", "attack_on_schools"] == 1
    assert found["unverified.victims", "", "killing"] == 3
    apart = [entry(school), entry(school, incident=b"other")]
    assert figures(apart)["unverified.violations", "", "attack_on_schools"] == 2
    assert figures(apart)["unverified.victims", "", "killing"] == 4


def test_children_who_each_told_their_own_story_add_up() -> None:
    stories = [entry(facts(act("A613"), subject={"sex": sex, "age_band": "12-17"})) for sex in ("M", "F", "F")]
    assert figures(stories)["unverified.victims", "", "recruitment"] == 3


def test_an_incident_that_is_verified_once_is_not_unverified_too() -> None:
    school = facts(act("A609"))
    found = figures([entry(school, attack_on_schools=date(2026, 12, 1)), entry(school)])
    assert found["verified.violations", "", "attack_on_schools"] == 1
    assert ("unverified.violations", "", "attack_on_schools") not in found


def test_the_quarter_is_that_of_the_decision() -> None:
    known = [entry(KILLED, killing=date(2026, 12, 1)), entry(KILLED, incident=b"2", killing=date(2027, 2, 1))]
    assert figures(known, (2026, 4))["verified.victims", "", "killing"] == 5
    assert figures(known, (2027, 1))["late_verified.victims", "", "killing"] == 5
    assert figures([entry(KILLED)], (2026, 3)) == {}
    assert figures([entry(KILLED, happened="?")], (2026, 3))["unverified.victims", "", "killing"] == 5


def test_several_violations_count_only_what_is_verified() -> None:
    told = facts(act("A307", victims=["v1"]), act("A613", victims=["v1"]), victims=[child("v1", "abducted")])
    day = date(2026, 12, 1)
    both = figures([entry(told, abduction=day, recruitment=day)])
    assert both["several_violations.individual", "", "more_than_one"] == 1
    assert ("several_violations.individual", "", "more_than_one") not in figures([entry(told, abduction=day)])


def test_every_kind_has_its_row_also_where_it_is_nought() -> None:
    blocks: dict[str, list[str]] = {}
    for line in ghn.blocks([], MRM):
        blocks.setdefault(line.block, []).append(line.violation)
    for status in Status:
        assert blocks[f"{status}.victims"] == list(BY_VICTIMS)
        assert blocks[f"{status}.violations"] == list(BY_INCIDENTS)
        assert blocks[f"{status}.tracked"] == list(TRACKED)


SIZES = st.lists(st.tuples(st.sampled_from(["M", "F", "U"]), st.integers(0, 9)), max_size=4)


@settings(deadline=None)
@given(reports=st.lists(st.tuples(SIZES, st.sampled_from([None, date(2026, 12, 1), date(2027, 3, 1)])), max_size=6))
def test_parts_and_regions_add_up_to_the_whole(reports: list[tuple[list[tuple[str, int]], date | None]]) -> None:
    entries = [
        entry(
            facts(act("A103", rows=[row("killed", sex, best) for sex, best in rows])),
            incident=bytes([number]),
            region="Karou" if number % 2 else "Dovi",
            killing=day if day is not None else Verification.PENDING,
        )
        for number, (rows, day) in enumerate(reports)
    ]
    lines = ghn.blocks(entries, MRM)
    for line in lines:
        assert line.counted_by == "incidents" or line.total == line.children.total
    for status in Status:
        whole = sum(line.total for line in lines if line.block == f"{status}.victims")
        assert whole == sum(line.total for line in lines if line.block == f"{status}.by_region")
        assert whole == sum(line.total for line in lines if line.block == f"{status}.by_party")
    everyone = sum(best for rows, _ in reports for _, best in rows)
    assert everyone == sum(line.total for line in lines if line.block.endswith(".victims"))


# -- at a desk -----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Mission:
    mission = Mission(tmp_path_factory.mktemp("grave"))
    told = {"context": "niac", "victims": [child("v1", "killed", "M")]}
    for uses in (["C7crm", "C10"], ["C10"], ["C7crm"]):
        mission.tell(uses=uses, sensitive=True, acts=["A101"], facts=told)
    mission.tell(uses=None, sensitive=True, acts=["A101"], facts=told)
    mission.ingest("focal_point")
    mission.accounts("focal_point", ASKER, SECOND)
    return mission


def lines_of(mission: Mission, fmt: str) -> tuple[str, int]:
    with Desk.open(mission.chest.desk("focal_point"), PASSPHRASE) as desk:
        made = products.make(desk.store, desk.keys.role, desk.directory(), Wish("ghn", fmt))
        return "".join(made.pieces), sum(made.left_out.values())


def test_no_child_stands_in_the_note_without_both_scopes(mission: Mission) -> None:
    text, left_out = lines_of(mission, "csv")
    assert "unverified.victims,,killing,victims,1,0,0,1" in text and left_out == 3
    whole = json.loads(lines_of(mission, "json")[0])
    assert whole["some_left_out"] is True
    assert whole["blocks"]["unverified.victims"][0] == {
        "violation": "killing", "counted_by": "victims", "boys": 1, "girls": 0, "unknown": 0, "total": 1
    }  # fmt: skip


def test_a_state_is_never_changed_by_whoever_set_it(mission: Mission, tmp_path: Path) -> None:
    folder, ports = mission.chest.desk("focal_point"), mission.chest.ports
    one, two = (Login(name, PASSWORDS[name]) for name in (ASKER, SECOND))
    with Desk.open(folder, PASSPHRASE) as desk:
        (first, *_) = note.told(desk.store, "focal_point")
    name = report_id_text(first.report_id)

    def say(state: Verification, day: date | None, login: Login) -> None:
        commands.set_verification(folder, name, V.KILLING, state, day, login, PASSPHRASE, ports)

    for state, day in (
        (Verification.VERIFIED, None),
        (Verification.VERIFIED, date(2040, 1, 1)),
        (Verification.PENDING, date(2026, 11, 1)),
    ):
        with pytest.raises(VerificationDay):
            say(state, day, one)
    say(Verification.VERIFIED, date(2026, 11, 12), one)
    with pytest.raises(SameVerifier):
        say(Verification.PENDING, None, one)
    assert "verified.victims,,killing,victims,1,0,0,1" in lines_of(mission, "csv")[0]
    say(Verification.NOT_VERIFIED, None, two)
    assert "\nunverified.victims,,killing,victims,1,0,0,1" in lines_of(mission, "csv")[0]
    with Desk.open(folder, PASSPHRASE) as desk:
        said = desk.store.all("SELECT person, subject FROM journal WHERE action = 'verification' ORDER BY id")
    assert [person for person, _ in said] == [ASKER, SECOND] and all(name in subject for _, subject in said)
