"""Any bytes at the door of the referral directory: read whole, or refused with a line of the file."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.referral import generate
from firsthand.domain import jsonlines
from firsthand.domain.referral import Query, ReferralDirectory, filter_services, parse_directory, pseudonym
from firsthand.domain.referral_model import OFFERS, SECTORS
from firsthand.domain.referral_track import Gap, gap, gaps_of, ripe, with_gap
from firsthand.errors import ReferralRefused

scalars = st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(st.characters(codec="utf-8"))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def plain(node: jsonlines.Node) -> Any:
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {name: plain(item) for name, item in node.value.items()}
    return node.value


def depth(value: Any) -> int:
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return 1 + max(map(depth, inner), default=0)


@given(values, st.sampled_from([None, 1, 2]), st.booleans())
def test_json_reads_as_everywhere_and_each_value_knows_its_line(value: Any, indent: int | None, ascii_: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    if depth(value) > jsonlines.MAX_DEPTH:
        return
    found = jsonlines.parse(text.encode())
    assert plain(found) == value
    assert found.line == 1
    if isinstance(found.value, list) and indent:
        lines = [item.line for item in found.value]
        assert lines == sorted(set(lines)), "with an indent, each item begins on a line of its own"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_json_or_refused_at_a_line_that_is_there(data: bytes) -> None:
    try:
        jsonlines.parse(data)
    except jsonlines.NotJson as refusal:
        assert 1 <= refusal.line <= data.count(b"\n") + 1


@cache
def good() -> bytes:
    whole = json.loads(generate.file())
    whole["services"] = whole["services"][:6]
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


@given(st.integers(0, 10**6), st.integers(1, 40), st.binary(max_size=12))
def test_a_spoilt_file_is_read_whole_or_refused_at_a_line_that_is_there(at: int, cut: int, put: bytes) -> None:
    start = at % len(good())
    data = good()[:start] + put + good()[start + cut :]
    try:
        found = parse_directory(data)
    except ReferralRefused as refusal:
        assert 1 <= refusal.line <= data.count(b"\n") + 1
        assert refusal.reason
        assert refusal.fields == {"file": refusal.file, "line": refusal.line, "reason": refusal.reason}
    else:
        assert found.services


@given(st.data())
def test_any_other_value_in_any_field_is_refused_or_means_something(data: st.DataObject) -> None:
    whole = json.loads(good())
    service = data.draw(st.sampled_from(whole["services"]))
    service[data.draw(st.sampled_from(sorted(service)))] = data.draw(values)
    try:
        parse_directory(json.dumps(whole).encode())
    except ReferralRefused as refusal:
        assert refusal.line == 1


@cache
def ruvala() -> ReferralDirectory:
    return parse_directory(generate.file())


queries = st.builds(
    Query,
    offers=st.sampled_from(sorted(OFFERS)).flatmap(lambda sector: st.lists(st.sampled_from(OFFERS[sector])).map(tuple)),
    sector=st.sampled_from(["", *SECTORS]),
    at=st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    area=st.none() | st.tuples(st.sampled_from(["Karou", "Dovi", "Toro-Kesi"]), st.sampled_from(["", "Mirrin"])),
    language=st.sampled_from(["", "fr", "ar", "sw", "ln"]),
    staff_sex=st.sampled_from(["", "F", "M"]),
    open_at=st.none() | st.tuples(st.integers(1, 7), st.integers(0, 1439)),
    age=st.none() | st.integers(0, 100),
)


@given(queries, st.randoms(use_true_random=False))
def test_a_list_is_never_shorter_than_the_truth_and_never_depends_on_the_file(query: Query, dice: Any) -> None:
    every = filter_services(ruvala(), query)
    answering = [
        each.id for each in ruvala().services
        if query.sector in ("", each.sector) and (not query.offers or set(query.offers) & set(each.offers))
    ]  # fmt: skip
    assert sorted(match.service.id for match in every) == sorted(answering)
    fitting = filter_services(ruvala(), replace(query, fitting=True))
    assert list(fitting) == [match for match in every if match.fits]
    assert [match.fits for match in every] == sorted((match.fits for match in every), reverse=True)
    shuffled = list(ruvala().services)
    dice.shuffle(shuffled)
    again = filter_services(replace(ruvala(), services=tuple(shuffled)), query)
    assert [match.service.id for match in again] == [match.service.id for match in every]


@given(st.binary(min_size=16, max_size=16))
def test_a_pseudonym_is_six_letters_that_make_no_word(draw: bytes) -> None:
    name = pseudonym(draw)
    assert len(name) == 6
    assert not set(name) & set("AEIOUY01L")


gaps = st.builds(
    gap,
    st.sampled_from(SECTORS),
    st.sampled_from(["Karou", "Dovi"]),
    st.sampled_from(["", "x"]),
    st.integers(0, 30_000),
)


@given(st.lists(gaps, max_size=12), st.integers(0, 30_000))
def test_gaps_count_once_a_week_and_wait_for_another_day(found: list[Gap], day: int) -> None:
    kept: list[Gap] = []
    for each in found:
        kept = with_gap(kept, each)
    assert {each.key for each in kept} == {each.key for each in found}
    assert len(kept) == len({each.key for each in found})
    assert gaps_of([each.plain() for each in kept]) == kept
    now, later = ripe(kept, day)
    assert sorted(now + later) == kept
    assert all(each.noted_day < day for each in now)
    assert all((each.monday + 3) % 7 == 0 and 0 <= each.noted_day - each.monday < 7 for each in kept)


@pytest.mark.parametrize("row", [None, 1, "x", [[1]], [["weather", "Dovi", "", 1, 2]], {"v": 1}])
def test_a_row_of_another_form_holds_no_gap(row: object) -> None:
    assert gaps_of(row) == []
