"""Feedback owed: promises come back on their day, survive their report, and name nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.device.desktop import DesktopDevice
from fieldapp.flows import owed, status
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.tasks import OWED
from firsthand import errors
from firsthand.domain.owed import KEPT_DONE_DAYS, KINDS, LONGEST_DAYS, Promise, by_day, due, from_row, to_row, wrong
from tests.support.tablets import DAY_S, SetClock, reopen, tablet

REPORT = "01KMQ7W2B8D4V9H3XR5TZJ7K2M"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def own(tmp_path: Path, clock: SetClock) -> Iterator[Tablet]:
    with tablet(tmp_path, clock) as made:
        yield made


def test_what_is_owed_comes_back_by_day_and_goes_when_it_is_kept(own: Tablet, clock: SetClock) -> None:
    day = own.day()
    later = owed.add(own, "result", day + 9, REPORT)
    soon = owed.add(own, "call_back", day + 1, note="after the market")
    assert owed.owed(own) == [soon, later]
    assert owed.due_now(own) == 0
    clock.at_s += 2 * DAY_S
    assert [promise.state(own.day()) for promise in owed.owed(own)] == ["late", "open"]
    assert owed.due_now(own) == 1
    kept = owed.done(own, soon.id)
    assert kept.done_day == own.day()
    assert owed.done(own, soon.id) == kept, "twice is once"
    assert owed.owed(own) == [later]
    assert owed.owed(own, with_done=True) == [later, kept]


def test_it_is_still_there_after_locking_and_forgotten_a_month_after_it_was_kept(own: Tablet, clock: SetClock) -> None:
    promise = owed.add(own, "feedback", own.day() + 1, REPORT)
    again = reopen(own)
    with again:
        assert owed.owed(again) == [promise]
        owed.done(again, promise.id)
        clock.at_s += KEPT_DONE_DAYS * DAY_S
        with reopen(again) as last:
            assert owed.owed(last, with_done=True) == []


def test_the_health_bar_says_when_something_is_due(own: Tablet, clock: SetClock) -> None:
    device = DesktopDevice()
    owed.add(own, "feedback", own.day() + 1)

    def codes() -> list[str]:
        return [each.code for each in status.conditions(own, device)]

    assert "promise-due" not in codes()
    clock.at_s += DAY_S
    assert "promise-due" in codes()


@pytest.mark.parametrize(
    ("what", "days", "note"),
    [
        ("gift", 1, ""),
        ("feedback", -1, ""),
        ("feedback", LONGEST_DAYS + 1, ""),
        ("feedback", 1, "call 0788 123 456"),
        ("feedback", 1, "a@b.example"),
        ("feedback", 1, "x" * 81),
        ("feedback", 1, "two\nlines"),
    ],
)
def test_a_promise_that_cannot_be_kept_or_leads_to_a_person_is_refused(
    own: Tablet, what: str, days: int, note: str
) -> None:
    with pytest.raises(owed.PromiseRefused):
        owed.add(own, what, own.day() + days, note=note)
    assert owed.owed(own) == []


def test_only_a_whole_report_id_is_kept(own: Tablet) -> None:
    with pytest.raises(errors.Malformed):
        owed.add(own, "feedback", own.day() + 1, "7K2M")


def test_a_promise_that_no_longer_opens_is_an_alarm_and_hides_no_other(own: Tablet) -> None:
    lost, kept = (owed.add(own, "feedback", own.day() + n) for n in (1, 2))
    with own.vault.write():
        own.vault._store.put(OWED, lost.id, b"x" * 80)
    assert owed.owed(own) == [kept]
    assert owed.damaged(own) == 1
    assert "damaged-rows" in [each.code for each in status.conditions(own, DesktopDevice())]


def test_one_is_found_by_the_beginning_of_its_id_if_there_is_no_other(own: Tablet) -> None:
    promise = owed.add(own, "feedback", own.day() + 1)
    assert owed.find(own, promise.id.hex()[:6].upper()) == promise.id
    for wrong_start in ("", "zz"):
        with pytest.raises(errors.NotFound):
            owed.find(own, wrong_start)


# -- pure ----------------------------------------------------------------------------------------------------------
promises = st.builds(
    Promise,
    id=st.binary(min_size=16, max_size=16),
    what=st.sampled_from(KINDS),
    note=st.text(st.characters(codec="utf-8", categories=("L", "Zs")), max_size=80),
    due_day=st.integers(0, 40_000),
    report_id=st.sampled_from(["", REPORT]),
    made_day=st.integers(0, 40_000),
    done_day=st.none() | st.integers(0, 40_000),
)


@given(promises)
def test_a_row_keeps_the_promise(promise: Promise) -> None:
    assert from_row(promise.id, to_row(promise)) == promise


@given(st.lists(promises, max_size=12), st.integers(0, 40_000))
def test_what_is_due_is_what_is_neither_kept_nor_ahead(found: list[Promise], day: int) -> None:
    assert due(found, day) == sum(each.done_day is None and each.due_day <= day for each in found)
    ordered = by_day(found)
    open_days = [each.due_day for each in ordered if each.done_day is None]
    assert open_days == sorted(open_days)
    assert [each.done_day is not None for each in ordered] == sorted(each.done_day is not None for each in found)


@given(promises)
def test_a_promise_is_taken_only_with_a_day_within_two_years(promise: Promise) -> None:
    good = 0 <= promise.due_day - promise.made_day <= LONGEST_DAYS
    assert (wrong(replace(promise, note="")) == "") is good


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_another_form_is_damage(row: object) -> None:
    with pytest.raises(errors.Damaged):
        from_row(bytes(16), row)
