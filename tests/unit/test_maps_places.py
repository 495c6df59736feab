"""The gazetteer: found as it is typed in the field, in three scripts' habits, with one slip of the finger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.maps.features import read_country
from fieldapp.maps.picked import RADII_M, PickedPlace, narrower, wider
from fieldapp.maps.places import Found, Gazetteer, folded, gazetteer, of_area, one_slip, read_places
from fieldapp.maps.projection import distance_m, unproject
from fieldapp.maps.reports import map_report
from firsthand import assets


@pytest.fixture(scope="module")
def names() -> Gazetteer:
    return gazetteer(read_country(assets.read_json("scenario/areas.geojson")))


def place(name: str) -> Found:
    return Found(name, "A", "", "", 0, 1.0, 2.0, 1_000)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mossire", "Mossiré"),
        ("MOSSIRÉ", "Mossiré"),
        ("sabe", "Sabé"),
        ("lemba-nord", "Lemba North"),
        ("لمبا الشماليه", "Lemba North"),
        ("toro kesi", "Toro-Kesi"),
        ("north", "Lemba North"),
        ("kessp", "Kesso"),
        ("kkesso", "Kesso"),
        ("keso", "Kesso"),
        ("eksso", "Kesso"),
        ("wadi sarrn", "Wadi Sarrin"),
    ],
)
def test_a_name_is_found_as_people_type_it(names: Gazetteer, typed: str, found: str) -> None:
    """Without accents, in another language, with the usual Arabic spellings, a later word, one letter wrong."""
    assert found in [each.name for each in names.search(typed)]


def test_the_whole_name_comes_before_longer_ones_and_larger_areas_first(names: Gazetteer) -> None:
    hits = names.search("kesso")
    assert (hits[0].name, hits[0].level) == ("Kesso", 2)
    assert {each.name for each in names.search("lemba")[:2]} == {"Lemba South", "Lemba North"}


def test_an_area_tells_its_levels_its_centre_and_a_circle_that_holds_it() -> None:
    country = read_country(assets.read_json("scenario/areas.geojson"))
    for area in country.areas:
        found = of_area(area)
        assert country.where(found.lat, found.lon).adm1 == found.adm1
        ring = area.pieces[0][0]
        for at in range(0, len(ring), 2):
            assert distance_m((found.lat, found.lon), unproject(ring[at], ring[at + 1])) <= found.radius_m


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("مدرسة", "مدرسه"),
        ("موسى", "موسي"),
        ("N'Djaména", "ndjamena"),
        ("Kɔnɛ", "kone"),
        ("ـبـلدـ", "بلد"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


NAMES = st.text("abcdeéاأمن -'", min_size=4, max_size=14).filter(lambda text: len(folded(text)) >= 4)


@given(st.lists(NAMES, min_size=1, max_size=8), st.data())
def test_every_beginning_of_every_name_finds_it(texts: list[str], data: st.DataObject) -> None:
    names = Gazetteer([place(text) for text in texts])
    wanted = data.draw(st.sampled_from(texts))
    size = data.draw(st.integers(1, len(folded(wanted))))
    assert wanted in [each.name for each in names.search(folded(wanted)[:size], limit=20)]


@given(NAMES, st.data())
def test_one_slip_in_any_place_is_forgiven(text: str, data: st.DataObject) -> None:
    name = folded(text)
    at = data.draw(st.integers(0, len(name) - 1))
    slips = [name[:at] + name[at + 1 :], name[:at] + "x" + name[at:], name[:at] + "x" + name[at + 1 :]]
    if at + 1 < len(name):
        slips.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    assert all(one_slip(slip, name) for slip in slips)


def test_two_slips_and_short_words_are_not_forgiven() -> None:
    names = Gazetteer([place("Kesso")])
    assert names.search("kxssx") == []
    assert names.search("xes") == []


@given(st.text(max_size=30))
def test_any_search_ends_without_an_error(query: str) -> None:
    names = Gazetteer([place("Kesso"), place("لمبا"), place("")])
    assert len(names.search(query)) <= 3


def test_a_list_of_places_is_read_with_its_bad_lines_counted() -> None:
    text = (
        "\ufeffName, lat,lon ,adm1,radius_m,code\n"
        "Old Bridge,5.2,-15.0,,250,\n"
        "Market,5.3,-15.1,Lemba North,,X1\n"
        ",5,5\nNowhere,95,5\nLetters,a,b\nNan,nan,1\nWide,1,1,,900000\nShort\n"
    )
    listed = read_places(text.encode())
    assert [(each.name, each.radius_m, each.code) for each in listed.places] == [
        ("Old Bridge", 250, ""),
        ("Market", 1_000, "X1"),
    ]
    assert listed.left_out == 6
    names = gazetteer(read_country(assets.read_json("scenario/areas.geojson")), listed.places)
    (bridge,) = [each for each in names.search("old br") if each.level == 0]
    assert (bridge.adm1, bridge.adm2, bridge.adm3) == ("Lemba North", "Dera", "Morime")


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_list_of_places_perhaps_an_empty_one(data: bytes) -> None:
    listed = read_places(b"name,lat,lon\n" + data)
    assert all(each.name and -90 <= each.lat <= 90 for each in listed.places)
    read_places(data)


@given(st.integers(1, 500_000))
def test_the_error_radius_goes_in_steps_both_ways(radius_m: int) -> None:
    assert wider(radius_m) in RADII_M or wider(radius_m) == radius_m
    assert wider(radius_m) >= radius_m
    assert narrower(radius_m) <= radius_m
    if radius_m in RADII_M[:-1]:
        assert narrower(wider(radius_m)) == radius_m


def test_a_picked_place_has_the_coordinates_of_reports() -> None:
    picked = PickedPlace(5.25, -15.0000001, 500)
    assert (picked.lat_e7, picked.lon_e7) == (52_500_000, -150_000_001)


def test_a_report_is_drawn_with_the_error_of_its_cell_and_its_age_in_a_word() -> None:
    """Facts carry the centre of a cell, so even an exact place gets a ring of the cell."""
    facts = {"lat_e7": 52_250_000, "lon_e7": -150_250_000, "precision": 1, "radius_m": 100}
    marks = [map_report("x", "Homes burned", "", facts, days) for days in (0, 1, 2, 7, 8)]
    assert [mark.age for mark in marks if mark] == ["new", "new", "week", "week", "old"]
    assert marks[0] is not None
    assert 4_000 <= marks[0].radius_m <= 4_100
    assert map_report("x", "", "", {"adm1": "A"}, 0) is None
