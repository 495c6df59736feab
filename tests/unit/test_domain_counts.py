"""Figures: rows, totals, and what a table may add up."""

from __future__ import annotations

from firsthand.domain.counts import Count, Range, Total, age_class, children_best, people_rows, unexplained


def row(outcome: str, sex: str, age: str, *figures: int) -> Count:
    return Count(outcome, sex, age, "CIV", Range(*figures))


def test_bands_fall_into_three_classes() -> None:
    classes = {age: age_class(age) for age in ("0-4", "12-17", "child", "18-59", "60+", "adult", "unknown")}
    assert classes == {
        "0-4": "child", "12-17": "child", "child": "child",
        "18-59": "adult", "60+": "adult", "adult": "adult", "unknown": "unknown",
    }  # fmt: skip


def test_rows_of_one_class_are_added_and_status_is_dropped() -> None:
    counts = [
        row("killed", "F", "0-4", 1, 2, 3),
        row("killed", "F", "12-17", 1, 1, 1),
        row("killed", "M", "60+", 0, 1, 2),
    ]
    assert people_rows([(counts, ())]) == [
        ("killed", "F", "child", 2, 3, 4),
        ("killed", "M", "adult", 0, 1, 2),
    ]


def test_what_a_total_holds_beyond_its_rows_is_unknown_people() -> None:
    counts = [row("killed", "F", "child", 2, 3, 3)]
    totals = [Total("killed", Range(5, 9, 12)), Total("injured", Range(1, 1, 4))]
    assert people_rows([(counts, totals)]) == [
        ("injured", "U", "unknown", 1, 1, 4),
        ("killed", "F", "child", 2, 3, 3),
        ("killed", "U", "unknown", 3, 6, 9),
    ]


def test_a_total_that_its_rows_explain_adds_nothing() -> None:
    counts = [row("killed", "F", "child", 2, 3, 3)]
    assert list(unexplained(counts, [Total("killed", Range(2, 3, 3))])) == []


def test_the_rest_stays_in_order_when_rows_are_less_sure_than_the_total() -> None:
    counts = [row("displaced", "U", "unknown", 0, 25, 90)]
    (rest,) = unexplained(counts, [Total("displaced", Range(20, 30, 40))])
    assert rest.people == Range(5, 5, 5)


def test_the_rest_is_never_less_than_nobody() -> None:
    counts = [row("killed", "M", "adult", 5, 5, 5)]
    (rest,) = unexplained(counts, [Total("killed", Range(3, 9, 12))])
    assert rest.people == Range(0, 4, 7)


def test_acts_are_added_and_children_counted_by_their_best_figure() -> None:
    rows = people_rows([([row("killed", "F", "child", 1, 2, 3)], ()), ([row("displaced", "U", "5-11", 0, 40, 60)], ())])
    assert children_best(rows) == 42
