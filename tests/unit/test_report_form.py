"""The questions of the minimal record, and the REPORT.json that their answers make."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.report_form import (
    CONSENT_ASKED,
    FIGURES,
    STEPS,
    AreaTree,
    ReportForm,
    month_weeks,
    recent_days,
)
from firsthand import assets
from firsthand.domain.report import parse_report
from firsthand.domain.validation import check

TODAY = date(2026, 12, 8)


def complete(*, source: str = "own_observation", code: str = "A701") -> ReportForm:
    """Every question answered."""
    form = ReportForm.new("flash", "en")
    form.choose_code(code)
    form.choose_day(TODAY)
    form.choose_area("adm1", "Lemba North")
    form.none_of_these()
    form.choose_children("no")
    form.choose_concern("no")
    form.choose_actor("unknown")
    form.choose_ongoing("no")
    form.choose_need("none")
    form.choose_source(source)
    if form.needs_consent:
        form.choose_subject(sex="F", age="adult")
        for scope in CONSENT_ASKED:
            form.answer_scope(scope, "yes", "en")
        form.choose_teach_back(True)
    form.choose_grade(reliability="F", credibility=6)
    return form


def problems(form: ReportForm) -> list[str]:
    """Blocking problems of the sealed form."""
    report = parse_report(json.dumps(form.sealable()).encode())
    found = check(report, catalogue=assets.catalogue(), area_names=None, today=TODAY)
    return [problem.code for problem in found if problem.blocking]


@pytest.mark.parametrize("source", ["own_observation", "media", "victim", "direct_witness"])
@pytest.mark.parametrize("code", ["A701", "A101", "A401", "E04"])
def test_complete_form_is_a_report_that_can_be_sealed(code: str, source: str) -> None:
    """What the questions ask for is all that a report needs."""
    form = complete(source=source, code=code)
    assert form.missing() == []
    assert problems(form) == []


def test_empty_form_misses_every_question_but_the_note() -> None:
    """Nothing is answered by itself."""
    assert ReportForm.new("flash", "en").missing() == [step for step in STEPS if step != "note"]


def test_draft_keeps_answers_that_have_no_field_and_sealing_drops_them() -> None:
    """Not known and no survive a lock; they are not part of the report."""
    form = complete()
    again = ReportForm.of(json.loads(json.dumps(form.stored())))
    assert again.marks == form.marks
    assert again.missing() == []
    assert not any(key.startswith("_") for key in form.sealable())


def test_consent_and_basis_never_stand_together() -> None:
    """Changing who told it takes the other ground away."""
    form = complete(source="victim")
    assert "basis" not in form.report
    form.choose_source("own_observation")
    assert "consent" not in form.report
    assert "subject" not in form.report
    assert form.report["basis"] == {"code": "legitimate_interests"}
    form.choose_source("victim")
    assert "basis" not in form.report
    assert "told" in form.missing()


def test_scope_that_was_not_asked_is_a_no() -> None:
    """And it keeps the question open."""
    form = ReportForm.new("flash", "en")
    form.choose_source("victim")
    assert [form.scope(scope) for scope in CONSENT_ASKED] == ["no"] * len(CONSENT_ASKED)
    assert form.open_scopes() == list(CONSENT_ASKED)


def test_separate_channel_act_is_refused() -> None:
    """A413 never enters a form."""
    form = ReportForm.new("flash", "en")
    with pytest.raises(ValueError, match="not recorded here"):
        form.choose_code("A413")
    assert form.code == ""


def test_sensitive_form_takes_no_note() -> None:
    """Also when the note was there first."""
    form = complete()
    form.write_note("three houses by the river")
    assert form.report["note"] == "three houses by the river"
    form.choose_code("A401")
    form.write_note("three houses by the river")
    assert "note" not in form.report


def test_changing_the_act_keeps_what_was_counted() -> None:
    """From an act to an event and back."""
    form = complete()
    form.set_total("injured", {"min": 1, "best": 2, "max": 3})
    form.choose_code("E03")
    assert form.total("injured") == {"min": 1, "best": 2, "max": 3}
    form.choose_code("A204")
    assert form.total("injured") == {"min": 1, "best": 2, "max": 3}


@pytest.mark.parametrize(
    ("precision", "text"), [(1, "2026-12-08"), (2, "2026-12-~08"), (3, "2026-12-~08"), (4, "2026-12")]
)
def test_date_is_written_as_surely_as_it_is_known(precision: int, text: str) -> None:
    """EDTF with the precision beside it."""
    form = ReportForm.new("flash", "en")
    form.choose_day(TODAY)
    form.choose_day_precision(precision)
    assert (form.incident["date"], form.incident["date_precision"]) == (text, precision)
    form.choose_day(None)
    assert form.incident["date"] == "?"


def test_yes_to_children_counts_at_least_one_and_no_takes_it_back() -> None:
    """Among people who were counted."""
    form = complete()
    form.step_total("injured", 7)
    form.choose_children("yes")
    assert form.children_counted() == 1
    assert problems(form) == []
    form.choose_children("no")
    assert form.children_counted() == 0


@given(st.lists(st.tuples(st.sampled_from(["killed", "injured"]), st.sampled_from([-1, 1, 10])), max_size=40))
def test_steppers_never_go_below_zero_nor_out_of_order(steps: list[tuple[str, int]]) -> None:
    """Whatever is tapped, min <= best <= max and nothing is negative."""
    form = ReportForm.new("flash", "en")
    form.choose_code("A101")
    for outcome, by in steps:
        form.step_total(outcome, by)
    for outcome in ("killed", "injured"):
        figures = form.total(outcome)
        if figures is not None:
            assert 0 <= figures["min"] <= figures["best"] <= figures["max"]


@given(st.integers(0, 50), st.integers(0, 50))
def test_table_and_total_meet_after_filling_up(total: int, counted: int) -> None:
    """Add what is missing, or take what is there: then no difference is left."""
    form = ReportForm.new("flash", "en")
    form.choose_code("A204")
    form.set_total("injured", dict.fromkeys(FIGURES, total))
    form.set_cell("injured", "18-59", "F", dict.fromkeys(FIGURES, counted))
    short = form.short_of_total("injured")
    assert short == total - counted
    if short > 0:
        form.add_unknown("injured", short)
    elif short < 0:
        form.set_total("injured", form.table_sum("injured"))
    assert form.short_of_total("injured") == 0


_STATUS = st.sampled_from(["CIV", "PROT", "AF", "DPH", "UNK"])
_FILLED = st.lists(
    st.tuples(st.sampled_from(["detained", "other", "missing"]), st.sampled_from(["F", "M", "U"]),
              st.sampled_from(["0-4", "18-59", "unknown"]), _STATUS, st.integers(0, 9)),
    max_size=12,
)  # fmt: skip


@given(_FILLED, st.sampled_from(["detained", "other", "missing"]), _STATUS, _STATUS)
def test_status_divides_a_table_and_moving_loses_nobody(
    filled: list[tuple[str, str, str, str, int]], outcome: str, old: str, new: str
) -> None:
    """The layers add up to the whole; a cell is one row; other outcomes are never touched."""
    form = complete()
    for which, sex, age, status, number in filled:
        form.set_cell(which, age, sex, dict.fromkeys(FIGURES, number), status)
    before = {which: form.table_sum(which) for which in ("detained", "other", "missing")}
    for which, whole in before.items():
        layers = [form.table_sum(which, status) for status in ("CIV", "PROT", "AF", "DPH", "UNK")]
        assert (whole or {"best": 0})["best"] == sum(layer["best"] for layer in layers if layer)
    form.move_status(outcome, old, new)
    assert {which: form.table_sum(which) for which in before} == before
    assert old == new or form.table_sum(outcome, old) is None
    rows = [(row["outcome"], row["sex"], row["age"], row["status"]) for row in form.counted("counts")]
    assert len(rows) == len(set(rows))
    assert problems(form) == []


def test_rows_without_a_status_are_those_whose_status_is_not_known() -> None:
    """As an earlier draft wrote them."""
    form = complete()
    form.set_counted("counts", [{"outcome": "other", "sex": "F", "age": "60+", "min": 1, "best": 2, "max": 3}])
    assert form.cell("other", "60+", "F", "UNK") == {"min": 1, "best": 2, "max": 3}
    form.set_cell("other", "60+", "F", None)
    assert form.table_sum("other") is None


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_month_page_shows_each_day_once_under_its_weekday(day: date) -> None:
    """Weeks of seven that begin on Monday."""
    weeks = month_weeks(day.year, day.month)
    days = [found for week in weeks for found in week if found]
    assert len(days) == len(set(days)) >= 28
    assert all((len(week) == 7 and week[n] is None) or week[n].weekday() == n for week in weeks for n in range(7))
    assert day in days
    assert recent_days(day, 2)[0] == day


def test_areas_become_a_tree_by_level() -> None:
    """From the mission's drawn areas; none without them."""
    tree = AreaTree.of(assets.read_json("scenario/areas.geojson"))
    assert len(tree.first()) >= 15
    assert tree.third("Lemba North", tree.second("Lemba North")[0])
    assert AreaTree.of(None).first() == []
