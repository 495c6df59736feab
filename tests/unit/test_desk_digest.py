"""The columns of a report: right ones, and refusal of everything that is not in its form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.errors import Malformed
from sync_server.desk.digest import Digest, digest
from tests.support.desk_world import make_parts

ID = b"i" * 16


def parts(**fields: Any) -> dict[str, Any]:
    counts, facts, *_ = make_parts(ID, **fields)
    return {"counts": counts, "facts": facts}


def test_counts_and_facts_make_the_row() -> None:
    row = digest(
        parts(
            acts=["A701", "A101"],
            events=["E03"],
            people=[["killed", "M", "adult", 1, 2, 3], ["injured", "F", "child", 4, 5, 6]],
            children=5,
        )
    )
    assert row == Digest(
        report_id=ID,
        kind="incident",
        week="2026-W46",
        area="Karou",
        adm2="Karou East",
        families=("A1", "A7", "E"),
        acts=("A701", "A101"),
        events=("E03",),
        counted=True,
        sensitive=False,
        people=(("killed", "M", "adult", 1, 2, 3), ("injured", "F", "child", 4, 5, 6)),
        children=5,
        date="2026-11-10",
        place="Kesso",
        source_class="victim",
        source_family="COMMUNITY",
        grade="C3",
        point=(12_500_000, 301_000_000),
    )
    assert row.people_sum() == (5, 7, 9)


def test_without_counts_a_report_is_not_counted() -> None:
    row = digest({"facts": parts()["facts"]})
    assert (row.counted, row.sensitive, row.area) == (False, False, "Karou")


@pytest.mark.parametrize(
    "change",
    [
        {"acts": [{"code": "A401"}]},
        {"subject": {"sex": "F", "age_band": "12-17"}},
        {"victims": [{"sex": "M", "age_band": "18-59"}, {"sex": "F", "age_band": "0-4"}]},
    ],
)
def test_facts_alone_tell_that_a_report_is_sensitive(change: dict[str, Any]) -> None:
    assert digest({"facts": parts()["facts"] | change}).sensitive


def test_who_holds_neither_counts_nor_facts_must_treat_it_as_sensitive() -> None:
    assert digest({"identities": {"v": 1, "id": ID}}).sensitive
    assert digest({}) == Digest(sensitive=True)


def test_family_a4_is_sensitive_whatever_the_flag_says() -> None:
    counts = parts(acts=["A401"])["counts"] | {"sensitive": False}
    assert digest({"counts": counts}).sensitive


FAULTS: dict[str, dict[str, Any]] = {
    "id of another length": {"id": b"short"},
    "a family that is no code": {"families": ["A1", "*"]},
    "a family with a space": {"families": ["A1 A2"]},
    "people that are no list": {"people": "many"},
    "a row that is too short": {"people": [["killed", "M", 1, 2, 3]]},
    "a count below zero": {"people": [["killed", "M", "adult", -1, 2, 3]]},
    "best above most": {"people": [["killed", "M", "adult", 1, 9, 3]]},
    "a count that is a flag": {"people": [["killed", "M", "adult", True, 1, 1]]},
    "a number beyond all people": {"people": [["killed", "M", "adult", 1, 1, 10**12]]},
    "children in words": {"children": "two"},
    "a week that is none": {"week": "2026-46"},
    "a week in other digits": {"week": "2026-W\u0664\u0666"},
    "an area that is a number": {"adm1": 7},
    "an area beyond all names": {"adm1": "x" * 301},
    "a flag that is a word": {"sensitive": "no"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_counts_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        digest({"counts": parts()["counts"] | FAULTS[name]})


@pytest.mark.parametrize(
    "change",
    [
        {"place": "here"},
        {"acts": ["A101"]},
        {"acts": [{"code": 1}]},
        {"events": "E01"},
        {"source": None},
        {"place": {"lat_e7": 10**10, "lon_e7": 0}},
    ],
)
def test_a_fault_in_facts_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        digest({"facts": parts()["facts"] | change})


def test_parts_of_two_reports_are_refused() -> None:
    with pytest.raises(Malformed):
        digest({"counts": parts()["counts"], "facts": parts()["facts"] | {"id": b"j" * 16}})


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8) | st.binary(max_size=17),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["counts", "facts", "narrative"]),
        st.dictionaries(
            st.sampled_from(
                ["id", "kind", "week", "adm1", "families", "people", "children", "place", "acts", "source", "date"]
            ),
            _values,
        ),
    )
)
def test_nothing_but_malformed_comes_out_of_hostile_parts(hostile: dict[str, Any]) -> None:
    try:
        row = digest(hostile)
    except Malformed:
        return
    assert all(low <= best <= high for *_, low, best, high in row.people)
    assert all(" " not in family and family != "*" for family in row.families)
