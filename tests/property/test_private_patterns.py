"""However it is written, what reaches a person blocks; figures, dates and codes of a report do not."""

from __future__ import annotations

import string
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from firsthand.domain.casetext import findings, private_pattern

WESTERN = string.digits
EASTERN = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
scripts = st.sampled_from([WESTERN, EASTERN, PERSIAN])
_words = st.sampled_from(["", "call ", "tél. ", "اتصل ", "simu ", "seen at dawn, ", "ثم "])
_ends = st.sampled_from(["", " after dark", ".", ", then", " ليلاً", " usiku"])


def in_script(text: str, digits: str) -> str:
    return text.translate(str.maketrans(WESTERN, digits))


@st.composite
def telephones(draw: st.DrawFn) -> str:
    """Eight to fifteen digits, as people write them: +243 81 234 56 78, 081-234-5678, 0812345678."""
    groups = draw(st.lists(st.text(WESTERN, min_size=2, max_size=3), min_size=3, max_size=4))
    start = draw(st.sampled_from(["+24", "002", "081", "070"]))
    apart = draw(st.sampled_from([" ", ".", "-", ""]))
    return in_script(start + apart.join(groups), draw(scripts))


@given(_words, telephones(), _ends)
def test_a_telephone_number_blocks_in_every_script_and_spacing(before: str, number: str, after: str) -> None:
    text = before + number + after
    found = [each for each in findings(text) if each.blocking]
    assert found
    start, end = len(before), len(before) + len(number)
    assert all(each.start < end and each.end > start for each in found)


_label = st.text("abcdefghiknoprstuz", min_size=2, max_size=8) | st.text("абвгдежик", min_size=2, max_size=8)
_label = _label | st.text("سمعرفكلن", min_size=2, max_size=8) | st.text("éüßñ", min_size=2, max_size=5)


@given(_words, _label, st.lists(_label, min_size=2, max_size=3), st.sampled_from(["@", " @ ", "(at)", "[at]"]), _ends)
def test_an_address_of_mail_blocks_in_every_script(
    before: str, who: str, domain: list[str], sign: str, after: str
) -> None:
    assert private_pattern(before + who + sign + ".".join(domain) + after) == "email"


@given(
    _words,
    st.text(string.ascii_uppercase, min_size=1, max_size=3),
    st.sampled_from(["", " ", "-"]),
    st.text(WESTERN, min_size=7, max_size=10),
    scripts,
    _ends,
)
def test_the_number_of_a_document_blocks(  # noqa: PLR0917
    before: str, letters: str, apart: str, number: str, digits: str, after: str
) -> None:
    assert private_pattern(before + letters + apart + in_script(number, digits) + after) is not None


_dates = st.dates(date(1950, 1, 1), date(2049, 12, 31))


@given(_words, _dates, st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m"]), scripts)
def test_a_date_blocks_nothing(before: str, day: date, form: str, digits: str) -> None:
    assert private_pattern(before + in_script(day.strftime(form), digits)) is None


@given(_words, st.integers(1950, 2049), st.integers(1950, 2049), st.sampled_from(["-", "/", " - ", " and ", ", "]))
def test_years_block_nothing(before: str, first: int, last: int, apart: str) -> None:
    assert private_pattern(f"{before}{first}{apart}{last}") is None


@given(_words, st.integers(0, 99_999), st.sampled_from([" people", " مدنيين", " homes, 3 trucks", " watu"]), scripts)
def test_a_count_blocks_nothing(before: str, count: int, what: str, digits: str) -> None:
    assert private_pattern(before + in_script(str(count), digits) + what) is None


@given(st.integers(1, 999), st.integers(1, 2), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_a_count_in_thousands_blocks_nothing(head: int, groups: int, apart: str) -> None:
    assert private_pattern(f"about {head}{(apart + '000') * groups} fled") is None


@given(
    _words,
    st.integers(1, 60),
    st.sampled_from("CDEFGHJKLMNPQRSTUVWX"),
    st.text("ABCDEFGHJKLMNPQRSTUV", min_size=2, max_size=2),
    st.integers(3, 5),
    st.integers(0, 99_999),
    st.integers(0, 99_999),
    st.booleans(),
)
def test_a_grid_reference_blocks_nothing(  # noqa: PLR0917
    before: str, zone: int, band: str, square: str, size: int, east: int, north: int, spaced: bool
) -> None:
    gap = " " if spaced else ""
    text = f"{zone}{band}{gap}{square}{gap}{east % 10**size:0{size}}{gap}{north % 10**size:0{size}}"
    assert private_pattern(before + text) is None


@given(st.lists(st.integers(101, 999).map(lambda number: f"A{number}"), min_size=1, max_size=5))
def test_codes_of_acts_block_nothing(codes: list[str]) -> None:
    assert private_pattern(" ".join(codes)) is None
