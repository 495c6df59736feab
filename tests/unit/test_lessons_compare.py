"""What the coach sees in a practised report, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import lessons
from fieldapp.flows.lessons import Case
from fieldapp.flows.lessons_compare import Remark, compare
from fieldapp.flows.report_form import FIGURES, ReportForm
from firsthand import assets, errors
from tests.unit.test_report_form import complete

HOMES = lessons.load().cases["homes"]


def practised(people: dict[str, int | None] | None = None, *, code: str = "A701", area: str = "Lemba North") -> Any:
    """A flash as a trainee seals it."""
    form = complete(code=code)
    form.choose_area("adm1", area)
    for outcome, number in ({"displaced": 40} if people is None else people).items():
        form.set_total(outcome, None if number is None else dict.fromkeys(FIGURES, number))
    return form.sealable()


def test_a_report_that_tells_the_case_leaves_nothing_to_say() -> None:
    assert compare(HOMES, practised()) == ()
    assert compare(HOMES, practised({"displaced": 40, "injured": None})) == (), "not known is an answer"


@pytest.mark.parametrize(
    ("report", "remark"),
    [
        (practised(code="A703"), Remark("act.family", "A703", "A701")),
        (practised(code="A101"), Remark("act.other", "A101", "A701")),
        (practised(code="E04"), Remark("act.other", "E04", "A701")),
        (practised(area="Karou"), Remark("place", "Karou", "Lemba North")),
        (practised({"displaced": 12}), Remark("people", "12", "30", "displaced", 50)),
        (practised({"displaced": None}), Remark("people.missing", "", "30", "displaced", 50)),
        (practised({"displaced": 40, "killed": 2}), Remark("people", "2", "0", "killed", 0)),
        ({**practised(), "kind": "incident"}, Remark("kind", "incident", "flash")),
    ],
)
def test_each_difference_is_named_alone(report: dict[str, Any], remark: Remark) -> None:
    assert compare(HOMES, report) == (remark,)


def test_people_are_added_over_acts_and_a_table_counts_where_no_total_stands() -> None:
    form = ReportForm.new("flash", "en")
    form.choose_code("A701")
    form.set_cell("displaced", "18-59", "F", dict.fromkeys(FIGURES, 20), "CIV")
    report = {**form.sealable(), "incident": {"place": {"adm1": "Lemba North"}}}
    second = {"code": "A703", "totals": [{"outcome": "displaced", **dict.fromkeys(FIGURES, 15)}]}
    report["acts"] = [*report["acts"], second]
    assert compare(HOMES, report) == ()


@given(st.integers(0, 100), st.integers(0, 60), st.integers(0, 60))
def test_a_number_is_remarked_on_exactly_when_it_is_outside_the_told_range(best: int, low: int, width: int) -> None:
    case = Case("c", ("A701",), "Lemba North", "flash", {"displaced": (low, low + width)})
    found = compare(case, practised({"displaced": best}))
    assert bool(found) is not (low <= best <= low + width)


@pytest.mark.parametrize("people", [{"killed": [2, 1]}, {"killed": [-1, 1]}, {"killed": 3}, ["killed"]])
def test_a_range_that_is_none_is_refused(people: Any) -> None:
    good = assets.read_json(lessons.FIRST)
    cases = [{**good["cases"][0], "people": people}, *good["cases"][1:]]
    with pytest.raises(errors.Malformed):
        lessons.parse({**good, "cases": cases})
