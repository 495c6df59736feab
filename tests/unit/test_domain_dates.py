"""EDTF texts as the field writes them."""

from __future__ import annotations

from datetime import date

import pytest

from firsthand.domain.dates import iso_week, parse_edtf
from firsthand.errors import Malformed

SPANS = {
    "2026-11-03": (date(2026, 11, 3), date(2026, 11, 3)),
    "2009-11-~12": (date(2009, 11, 12), date(2009, 11, 12)),
    "2009-11-12?": (date(2009, 11, 12), date(2009, 11, 12)),
    "2009-11": (date(2009, 11, 1), date(2009, 11, 30)),
    "2024-02": (date(2024, 2, 1), date(2024, 2, 29)),
    "2009": (date(2009, 1, 1), date(2009, 12, 31)),
    "2009-11-XX": (date(2009, 11, 1), date(2009, 11, 30)),
    "2009-02-2X": (date(2009, 2, 20), date(2009, 2, 28)),
    "2009-11-0X": (date(2009, 11, 1), date(2009, 11, 9)),
    "2009-1X": (date(2009, 10, 1), date(2009, 12, 31)),
    "2009-XX": (date(2009, 1, 1), date(2009, 12, 31)),
    "2009-XX-XX": (date(2009, 1, 1), date(2009, 12, 31)),
    "200X": (date(2000, 1, 1), date(2009, 12, 31)),
    "XXXX": (None, None),
    "?": (None, None),
    "2009-11-03/2009-11-05": (date(2009, 11, 3), date(2009, 11, 5)),
    "2009-11-03/2009-11": (date(2009, 11, 3), date(2009, 11, 30)),
    "../2009-11-05": (None, date(2009, 11, 5)),
    "2009-11-03/..": (date(2009, 11, 3), None),
    "1989-02-01": (date(1989, 2, 1), date(1989, 2, 1)),
}


@pytest.mark.parametrize("text", SPANS)
def test_a_text_spans_the_days_it_may_mean(text: str) -> None:
    parsed = parse_edtf(text)
    assert (parsed.start, parsed.end) == SPANS[text]


@pytest.mark.parametrize(
    "text",
    [
        "", " 2026-11-03", "2026-11-03 ", "2026-11-3", "26-11-03", "2026/11/03", "20261103", "2026-13-01",
        "2026-00-01", "2026-11-00", "2026-11-31", "2025-02-29", "0000", "0000-01-01", "2026-02-3X", "2026-X1",
        "20X6", "2026-XX-03", "XXXX-11", "200X-11", "2026-1X-03", "2009-11-05/2009-11-03", "../..", "/2009",
        "2009/", "2009/2010/2011", "2026-11-03T10:00", "2026-W45", "-2026", "+2026", "2026-11-03~~", "??",
        "٢٠٢٦", "2026-11-03\n", "2009-11-~12" + "~" * 40,
    ],
)  # fmt: skip
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_edtf(text)
    with pytest.raises(Malformed):
        iso_week(text)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("2026-11-03", "2026-W45"),
        ("2026-11-~09", "2026-W46"),
        ("2021-01-01", "2020-W53"),
        ("2018-12-31", "2019-W01"),
        ("2009-11-03/2009-11-12", "2009-W45"),
        ("2009-11-03/..", "2009-W45"),
        ("../2009-11-03", None),
        ("2009-11", None),
        ("2009-11-2X", None),
        ("2009", None),
        ("?", None),
    ],
)
def test_the_week_is_that_of_a_first_day_that_is_given(text: str, week: str | None) -> None:
    assert iso_week(text) == week


def test_doubt_and_approximation_are_kept_apart() -> None:
    marks = {text: (parse_edtf(text).approximate, parse_edtf(text).uncertain) for text in ("2009", "2009~", "2009?")}
    assert marks == {"2009": (False, False), "2009~": (True, False), "2009?": (False, True)}
    assert parse_edtf("2009%").approximate
    assert parse_edtf("2009%").uncertain
