"""Linked acts, events, people and groups: whatever is tapped, everything that points points at something."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.form.acts import MAX_ACTS, MAX_EVENTS
from fieldapp.flows.form.picking import RECENT, find_acts, worth_showing
from fieldapp.flows.form.values import folded
from fieldapp.flows.report_form import ReportForm
from firsthand import assets

CODES = st.sampled_from(["A101", "A701", "A203", "A902", "E02", "E04"])
STEPS = st.one_of(
    st.tuples(st.just("add"), CODES),
    st.tuples(st.just("drop_act"), st.integers(0, 12)),
    st.tuples(st.just("drop_event"), st.sampled_from(["E02", "E04"])),
    st.tuples(st.just("take"), st.integers(0, 12)),
    st.tuples(st.just("follows"), st.integers(0, 12)),
    st.tuples(st.just("victim"), st.sampled_from(["person", "group"])),
    st.tuples(st.just("drop_victim"), st.integers(0, 6)),
    st.tuples(st.just("toggle"), st.integers(0, 6)),
    st.tuples(st.just("count"), st.integers(-2, 9)),
)


def tap(form: ReportForm, step: tuple[str, int | str]) -> None:
    """One change as the window makes it."""
    match step:
        case ("add", str(code)):
            form.add_code(code)
        case ("drop_act", int(at)):
            form.drop_act(at)
        case ("drop_event", str(code)):
            form.drop_event(code)
        case ("take", int(at)):
            form.take_act(at)
        case ("follows", int(at)):
            form.choose_follows(at)
        case ("victim", str(unit)):
            form.add_victim(unit)
        case ("drop_victim", int(at)):
            form.drop_victim(at)
        case ("toggle", int(at)) if at < len(form.victims) and form.acts:
            form.toggle_victim(str(form.victims[at]["key"]))
        case ("count", int(by)):
            form.step_total("injured", by)


@given(st.lists(STEPS, max_size=40))
def test_links_hold_whatever_is_tapped(steps: list[tuple[str, int | str]]) -> None:
    """Keys are unique, acts point at people who are there and at earlier acts, limits hold, drafts store it."""
    form = ReportForm.new("incident", "en")
    for step in steps:
        tap(form, step)
        keys = [victim["key"] for victim in form.victims]
        assert len(keys) == len(set(keys))
        for at, act in enumerate(form.acts):
            assert set(act.get("victims", ())) <= set(keys)
            assert act.get("follows", -1) < at
        assert len(form.acts) <= MAX_ACTS
        assert len(form.events) <= MAX_EVENTS
        assert form.act_at < max(len(form.acts), 1)
    again = ReportForm.of(json.loads(json.dumps(form.stored())))
    assert again.stored() == form.stored()


@given(st.integers(1, 5), st.data())
def test_counts_stay_with_their_act_when_another_is_taken_out(count: int, data: st.DataObject) -> None:
    """Marks of what was counted move with the acts."""
    form = ReportForm.new("incident", "en")
    for number in range(count):
        form.add_code("A701")
        form.take_act(number)
        form.set_total("injured", {"min": number, "best": number, "max": number})
    gone = data.draw(st.integers(0, count - 1))
    form.drop_act(gone)
    left = [number for number in range(count) if number != gone]
    for at, number in enumerate(left):
        form.take_act(at)
        assert form.total("injured") == {"min": number, "best": number, "max": number}
        assert form.total_state("injured") == "known"
    if not left:
        assert form.total_state("injured") == "open"


def test_second_act_takes_over_who_did_the_first() -> None:
    """One may be changed without the other."""
    form = ReportForm.new("incident", "en")
    form.add_code("A701")
    form.choose_actor("armed_group")
    form.choose_actor_basis("uniform")
    form.add_code("A203")
    assert form.actor == {"class": "armed_group", "certainty": "P1", "level": "unknown", "basis": "uniform"}
    form.choose_actor("mob")
    assert [act["actor"]["class"] for act in form.acts] == ["armed_group", "mob"]


def test_an_act_after_an_event_takes_over_what_was_counted() -> None:
    """People are counted once."""
    form = ReportForm.new("incident", "en")
    form.add_code("E03")
    form.set_total("injured", {"min": 1, "best": 2, "max": 3})
    form.add_code("A201")
    assert (form.events, [act["code"] for act in form.acts]) == (["E03"], ["A201"])
    assert form.total("injured") == {"min": 1, "best": 2, "max": 3}
    assert "event_totals" not in form.report


def test_range_and_anchor_of_a_date_read_as_the_officer_chose_them() -> None:
    """From day to day, in either order of choosing; a month and a year stand by themselves."""
    form = ReportForm.new("incident", "en")
    form.choose_day(date(2026, 12, 8))
    form.choose_last_day(date(2026, 12, 3))
    assert form.incident["date"] == "2026-12-03/2026-12-08"
    form.choose_day_precision(2)
    assert form.incident["date"] == "2026-12-~03/2026-12-~08"
    form.choose_last_day(None)
    assert form.incident["date"] == "2026-12-~03"
    form.choose_day_precision(5)
    assert form.incident["date"] == "2026"
    form.choose_day(None)
    form.choose_day(date(2026, 12, 1))
    assert form.incident["date"] == "2026-12-01", "a day after not known is sure until it is said otherwise"
    form.name_anchor("  market day\nbefore the rains ")
    assert form.incident["recall_anchor"] == "market day before the rains"


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_period_of_a_return_is_an_interval_in_order(one: date, other: date) -> None:
    """Of one day too."""
    form = ReportForm.new("nil_return", "en")
    form.choose_days(one, other)
    first, last = form.incident["date"].split("/")
    assert (first, last) == (min(one, other).isoformat(), max(one, other).isoformat())
    for period in ("this_week", "last_week"):
        form.choose_period(period, one)
        first, last = (date.fromisoformat(day) for day in form.incident["date"].split("/"))
        assert first.weekday() == 0
        assert first <= last <= one
        assert (last - first).days <= 6


# -- the pick-list ---------------------------------------------------------------------------------------------------
def test_search_finds_by_the_words_of_the_window_and_by_code() -> None:
    """Any order of words, no accents, first those that begin with it."""
    catalogue = assets.catalogue()
    assert find_acts(catalogue, "burned homes", "en")[0] == "A701"
    assert find_acts(catalogue, "BRULEES", "fr")[0] == "A701"
    assert find_acts(catalogue, "a701", "en") == ["A701"]
    assert find_acts(catalogue, "   ", "en") == []
    assert "A701" in find_acts(catalogue, "حرق", "ar")


@given(st.text(max_size=30), st.sampled_from(["en", "fr", "ar", "sw"]))
def test_search_takes_any_text(query: str, language: str) -> None:
    """Never more than are shown, each once, each a code of the catalogue."""
    catalogue = assets.catalogue()
    found = find_acts(catalogue, query, language)
    assert len(found) == len(set(found)) <= 12
    assert all(code in catalogue.acts or code in catalogue.events for code in found)
    assert folded(folded(query)) == folded(query)


def test_restricted_acts_never_stand_among_those_used_last() -> None:
    """A passer-by reads that list."""
    catalogue = assets.catalogue()
    shown = worth_showing(["A401", "A701", "nonsense", "E02", "A101", "A102", "A203", "A204"], catalogue)
    assert shown == ["A701", "E02", "A101", "A102", "A203"]
    assert len(shown) == RECENT
