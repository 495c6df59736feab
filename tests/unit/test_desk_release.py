"""What the focal point releases: no small figure stands in it, and none can be worked out from all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync_server.desk.note import WrongDesk
from sync_server.desk.releasing import HIDDEN, SUBJECTS, UNKNOWN_AREA, Releases, WeekNotOver, WeekReleased
from sync_server.desk.store import Store
from sync_server.desk.tables.release import ALL, LEAST, Place, Release, release
from tests.support.desk_world import World

Names = tuple[str, ...]
Case = tuple[Names, Names, dict[Place, int]]
AREAS, WEEK = ("Dovi", "Karou", "Sanje"), "2026-W46"


def true_figures(counts: Mapping[Place, int], areas: Names, subjects: Names) -> dict[Place, int]:
    """The whole table, added up without the product's help."""
    found = {Place(a, s): counts.get(Place(a, s), 0) for a in areas for s in subjects}
    for a in areas:
        found[Place(a, ALL)] = sum(counts.get(Place(a, s), 0) for s in subjects)
    for s in (*subjects, ALL):
        found[Place(ALL, s)] = sum(found[Place(a, s)] for a in areas)
    return found


def fits(table: Mapping[Place, int], told: Mapping[Place, int], areas: Names, subjects: Names) -> bool:
    """Whether somebody who sees `told` could take this for the truth."""
    whole = true_figures(table, areas, subjects)
    return all(whole[place] == figure for place, figure in told.items())


def other_tables(
    found: Release, truth: Mapping[Place, int], areas: Names, subjects: Names
) -> Iterator[dict[Place, int]]:
    """Every table of small changes of untold cells that fits: what an attacker would go through, by brute force."""
    cells = [Place(a, s) for a in areas for s in subjects]
    free = [place for place in cells if place in found.hidden]
    fixed = {place: truth[place] for place in cells if place not in found.hidden}
    for values in product(*(range(max(0, truth[p] - 3), truth[p] + 4) for p in free)):
        table = fixed | dict(zip(free, values, strict=True))
        if fits(table, found.told, areas, subjects):
            yield table


def tables(areas: int, subjects: int) -> st.SearchStrategy[Case]:
    """Small tables with many small figures."""
    names, kinds = AREAS[:areas], ("a", "b", "c")[:subjects]
    places = [Place(a, s) for a in names for s in kinds]
    figures = st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 9, 40]), min_size=len(places), max_size=len(places))
    return figures.map(lambda f: (names, kinds, dict(zip(places, f, strict=True))))


@settings(max_examples=80, deadline=None)
@given(case=st.one_of(tables(1, 1), tables(2, 1), tables(1, 2), tables(2, 2)))
def test_a_small_figure_could_be_nought_and_could_be_three(case: Case) -> None:
    areas, subjects, counts = case
    truth = true_figures(counts, areas, subjects)
    found = release(counts, areas, subjects)
    possible = list(other_tables(found, truth, areas, subjects))
    for place, figure in truth.items():
        if figure < LEAST:
            values = {true_figures(table, areas, subjects)[place] for table in possible}
            assert {0, LEAST} <= values if ALL not in place else LEAST in values


@settings(max_examples=5, deadline=None)
@given(case=tables(3, 2))
def test_the_same_in_a_larger_table(case: Case) -> None:
    areas, subjects, counts = case
    truth = true_figures(counts, areas, subjects)
    found = release(counts, areas, subjects)
    unseen = {p for p in truth if truth[p] < LEAST and ALL not in p}
    low, high = set(unseen), set(unseen)
    for table in other_tables(found, truth, areas, subjects):
        low -= {p for p in low if table[p] == 0}
        high -= {p for p in high if table[p] == LEAST}
        if not low | high:
            break
    assert not low | high


@settings(max_examples=200, deadline=None)
@given(case=st.one_of(tables(1, 1), tables(2, 2), tables(3, 2), tables(3, 3)))
def test_what_is_told_is_true_and_never_small(case: Case) -> None:
    areas, subjects, counts = case
    truth = true_figures(counts, areas, subjects)
    found = release(counts, areas, subjects)
    assert set(found.told) | found.hidden == set(truth) and not set(found.told) & found.hidden
    for place, figure in found.told.items():
        assert figure == truth[place] >= LEAST


def test_nought_one_and_two_look_alike() -> None:
    shapes = {
        frozenset(release({Place("Dovi", "a"): n, Place("Karou", "a"): 8}, AREAS, ("a", "b")).hidden) for n in range(3)
    }
    assert len(shapes) == 1


@settings(max_examples=100, deadline=None)
@given(case=tables(3, 2), data=st.data())
def test_the_pattern_does_not_tell_which_small_figure_it_is(case: Case, data: st.DataObject) -> None:
    areas, subjects, counts = case
    other = {place: figure if figure >= LEAST else data.draw(st.integers(0, 2)) for place, figure in counts.items()}
    one, two = (true_figures(table, areas, subjects) for table in (counts, other))
    assume({place for place in one if one[place] < LEAST} == {place for place in two if two[place] < LEAST})
    assert release(counts, areas, subjects).hidden == release(other, areas, subjects).hidden


def test_large_figures_are_told_with_their_totals() -> None:
    counts = {Place(area, subject): 5 for area in AREAS for subject in ("a", "b")}
    found = release(counts, AREAS, ("a", "b"))
    assert not found.hidden and found.told[Place(ALL, ALL)] == 30


def test_one_small_figure_takes_the_cheapest_way_along() -> None:
    counts = {Place(area, subject): 5 for area in AREAS for subject in ("a", "b")} | {Place("Dovi", "a"): 1}
    found = release(counts, AREAS, ("a", "b"))
    assert Place("Dovi", "a") in found.hidden
    assert 4 <= len(found.hidden) < 12 and found.told


# -- at a desk -----------------------------------------------------------------------------------------------------
@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    world = World(5)
    tablet = world.tablet()
    world.log.add(tablet.enrol())
    for adm1, acts, count in (("Karou", ["A401"], 4), ("Karou", ["A101"], 3), ("Dovi", ["A402"], 1)):
        for _ in range(count):
            world.log.add(tablet.report(adm1=adm1, acts=acts, sensitive=True, week=WEEK))
    world.log.add(tablet.report(adm1="Sanje", week=WEEK))
    store = world.store(tmp_path)
    world.pull(store, "focal_point")
    yield store
    store.close()


def test_a_released_week_counts_reports_by_subject_and_area(store: Store) -> None:
    releases = Releases(store, "focal_point", frozenset(AREAS))
    releases.let_go(WEEK, "Focal 1", 1_796_000_000)
    told = {(each.area, each.subject): each.reports for each in releases.told(WEEK)}
    assert set(told) == {(a, s) for a in (*AREAS, UNKNOWN_AREA, ALL) for s in (*SUBJECTS, ALL)}
    assert told["Dovi", "sexual_violence"] is None
    assert all(figure is None or figure >= LEAST for figure in told.values())
    rows = list(releases.lines())
    assert ("Dovi", WEEK, "sexual_violence", HIDDEN) in rows
    assert releases.weeks(9) == [(WEEK, True)]


def test_a_week_is_released_once_and_only_when_it_is_over(store: Store) -> None:
    releases = Releases(store, "focal_point")
    with pytest.raises(WeekNotOver):
        releases.let_go("2040-W01", "Focal 1", 1_796_000_000)
    releases.let_go(WEEK, "Focal 1", 1_796_000_000)
    before = releases.told()
    with pytest.raises(WeekReleased):
        releases.let_go(WEEK, "Focal 2", 1_796_000_001)
    assert releases.told() == before
    journal = store.all("SELECT person, action, subject FROM journal")
    assert ("Focal 1", "release", WEEK) in journal and len(journal) == 1


def test_no_other_desk_releases_anything(store: Store) -> None:
    with pytest.raises(WrongDesk):
        Releases(store, "risk_cell")
