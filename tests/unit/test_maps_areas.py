"""Areas of a mission: read whatever is drawn, name what lies under a point, draw only what is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.maps.drawing import Frame, Thinner, cut, levels_shown, outline
from fieldapp.maps.features import Country, Where, read_country, thinned
from fieldapp.maps.labels import Wish, arranged
from fieldapp.maps.projection import project
from fieldapp.maps.view import Viewport
from firsthand import assets

SIZE = (800.0, 600.0)


def square(west: float, south: float, east: float, north: float, **names: str) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": names, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture(scope="module")
def ruvala() -> Country:
    areas, lines = assets.read_json("scenario/areas.geojson"), assets.read_json("scenario/lines.geojson")
    return read_country(areas, lines)


def test_the_demonstration_country_is_read_whole(ruvala: Country) -> None:
    assert (len(ruvala.areas), len(ruvala.tracks), ruvala.left_out) == (175, 8, 0)
    assert ruvala.top_level == 1
    for area in ruvala.areas:
        assert area.holds(*area.heart), area.title


def test_a_point_is_named_on_all_three_levels_with_the_smallest_code(ruvala: Country) -> None:
    assert ruvala.where(5.2, -15.0) == Where("Lemba North", "Dera", "Morime", "RV010202")
    assert ruvala.where(0.0, 0.0) == Where()


def test_where_no_smaller_area_is_drawn_the_larger_ones_are_named() -> None:
    country = read_country(
        collection(square(0, 0, 10, 10, adm1="A", code="1"), square(0, 0, 5, 5, adm1="A", adm2="B", code="12"))
    )
    assert country.where(2, 2) == Where("A", "B", "", "12")
    assert country.where(7, 7) == Where("A", "", "", "1")


def test_a_hole_is_outside() -> None:
    whole = square(0, 0, 10, 10, adm1="A")
    whole["geometry"]["coordinates"].append([[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]])
    country = read_country(collection(whole))
    assert country.where(5, 5) == Where()
    assert country.where(2, 2).adm1 == "A"


@pytest.mark.parametrize("cut_at_line", [True, False])
def test_a_country_on_the_date_line_stays_in_one_piece(cut_at_line: bool) -> None:
    """Drawn as two polygons (as RFC 7946 asks) or as one that runs over 180."""
    east, west = square(175, -20, 180, -10, adm1="E"), square(-180, -20, -175, -10, adm1="W")
    over = square(175, -20, 180, -10, adm1="E")
    over["geometry"]["coordinates"] = [[[175, -20], [-175, -20], [-175, -10], [175, -10], [175, -20]]]
    country = read_country(collection(east, west) if cut_at_line else collection(over))
    assert country.bounds is not None
    assert country.bounds[2] - country.bounds[0] == pytest.approx(10 / 360)
    assert country.where(-15, 179).adm1 == "E"
    assert country.where(-15, -179).adm1 == ("W" if cut_at_line else "E")
    assert country.where(-15, 0) == Where()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SHAPES = st.fixed_dictionaries(
    {
        "properties": st.none() | st.fixed_dictionaries({"adm1": JSON, "adm2": JSON}) | JSON,
        "geometry": st.fixed_dictionaries(
            {"type": st.sampled_from(["Polygon", "MultiPolygon", "LineString", "Point"]), "coordinates": JSON}
        )
        | JSON,
    }
)


@given(st.lists(SHAPES | JSON, max_size=5))
def test_what_is_no_feature_is_left_out_and_never_an_error(features: list[Any]) -> None:
    good = square(0, 0, 10, 10, adm1="A")
    country = read_country(collection(*features, good))
    assert country.where(5, 5).adm1
    assert country.areas[-1].title == "A"


@given(JSON)
def test_any_json_is_a_country_perhaps_an_empty_one(value: Any) -> None:
    json.dumps(value, default=str)
    read_country(value if isinstance(value, dict) else None)


POINTS = st.lists(st.tuples(st.floats(-1, 2), st.floats(0, 1)), min_size=3, max_size=12)
CENTRES = st.tuples(st.floats(-85, 85), st.floats(-180, 179))


@given(CENTRES, st.floats(2, 19), POINTS)
def test_what_is_drawn_lies_in_the_frame(
    centre: tuple[float, float], zoom: float, points: list[tuple[float, float]]
) -> None:
    """However close one looks, no pixel far outside the window is handed to the graphics card."""
    view = Viewport.at(*centre, zoom, SIZE)
    frame = Frame.of(view, Country())
    left, bottom, right, top = frame.box
    for run in cut([value for point in points for value in point], frame):
        assert len(run) >= 4
        assert all(left - 1 <= x <= right + 1 for x in run[::2])
        assert all(bottom - 1 <= y <= top + 1 for y in run[1::2])


def test_a_border_that_crosses_the_window_is_drawn_through_it() -> None:
    country = read_country(collection(square(-40, -40, 40, 40, adm1="A"), square(0, -40, 40, 40, adm1="B")))
    view = Viewport.at(0, 0, 9, SIZE)
    frame = Frame.of(view, country)
    (run,) = outline(country.areas[1].pieces[0][0], frame)
    assert run[0] == pytest.approx(400)
    assert sorted(run[1::2]) == pytest.approx([frame.box[1], frame.box[3]])


def test_only_what_touches_the_window_is_drawn(ruvala: Country) -> None:
    view = Viewport.at(5.2, -15.0, 12, SIZE)
    areas, _tracks = ruvala.seen(Frame.of(view, ruvala).seen)
    assert 0 < len(areas) < 20
    assert {area.title for area in areas} >= {"Lemba North", "Dera", "Morime"}


def test_levels_appear_when_there_is_room_for_them(ruvala: Country) -> None:
    assert levels_shown(ruvala, Viewport.at(4.5, -15.5, 5, SIZE)) == {1}
    assert levels_shown(ruvala, Viewport.at(4.5, -15.5, 12, SIZE)) == {1, 2, 3}


def test_thinning_keeps_the_ends_and_stays_near(ruvala: Country) -> None:
    ring = ruvala.areas[0].pieces[0][0]
    thin = thinned(ring, 0.0005)
    assert thin[:2] == ring[:2]
    assert thin[-2:] == ring[-2:]
    assert 8 < len(thin) < len(ring)
    view = Viewport.at(5, -15, 7, SIZE)
    thinner = Thinner()
    assert thinner.rings(ruvala.areas[0], view) is thinner.rings(ruvala.areas[0], view)


WISHES = st.lists(
    st.builds(
        Wish,
        st.text("abc", max_size=2),
        st.floats(-50, 500),
        st.floats(-50, 500),
        st.floats(1, 200),
        st.floats(8, 40),
        st.integers(1, 4),
    ),
    max_size=25,
)


@given(WISHES)
def test_names_never_cover_each_other_nor_leave_the_window(wishes: list[Wish]) -> None:
    taken = (100.0, 100.0, 150.0, 150.0)
    granted = arranged(wishes, (0, 0, 400, 300), [taken])
    boxes = [taken, *(wish.box for wish in granted)]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(wish.box[0] >= 0 and wish.box[2] <= 400 for wish in granted)
    fitting = [
        wish for wish in wishes if wish.box[0] >= 0 and wish.box[1] >= 0 and wish.box[2] <= 90 and wish.box[3] <= 90
    ]
    if fitting:
        assert granted
        assert min(wish.rank for wish in granted) <= min(wish.rank for wish in fitting)


def test_the_projection_and_the_areas_speak_of_the_same_square(ruvala: Country) -> None:
    x, y = project(5.2, -15.0)
    assert any(area.holds(x, y) for area in ruvala.areas)
