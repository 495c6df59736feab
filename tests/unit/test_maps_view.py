"""The window on the world: round trips, limits, the date line, the poles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.maps.projection import EQUATOR_M, MAX_LAT, distance_m, project, unproject
from fieldapp.maps.view import MAX_ZOOM, MIN_ZOOM, Viewport, around, scale_bar

LATS = st.floats(-85, 85)
LONS = st.floats(-180, 179.999)
ZOOMS = st.floats(MIN_ZOOM, MAX_ZOOM)
SIZES = st.tuples(st.floats(100, 2000), st.floats(100, 2000))
SHIFTS = st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000))
VIEWS = st.builds(Viewport.at, LATS, LONS, ZOOMS, SIZES)
PARTS = st.tuples(st.floats(0, 1), st.floats(0, 1))


def turn(one: float, other: float) -> float:
    """Degrees between two longitudes."""
    return abs((one - other + 180) % 360 - 180)


@given(LATS, LONS)
def test_projecting_and_back_gives_the_same_point(lat: float, lon: float) -> None:
    back = unproject(*project(lat, lon))
    assert back[0] == pytest.approx(lat, abs=1e-9)
    assert turn(back[1], lon) < 1e-9


@given(st.floats(-90, 90), LONS)
def test_every_point_of_the_earth_lies_on_the_square(lat: float, lon: float) -> None:
    x, y = project(lat, lon)
    assert 0 <= x < 1
    assert -1e-12 <= y <= 1 + 1e-12


@given(VIEWS, PARTS)
def test_a_pixel_and_the_place_under_it_are_each_others_answer(view: Viewport, part: tuple[float, float]) -> None:
    """Also over the date line: the place of a pixel is drawn at that pixel."""
    px, py = part[0] * view.width, part[1] * view.height
    unit_y = view.y - (py - view.height / 2) / view.world_px
    if abs(px - view.width / 2) >= view.world_px / 2 or not 0 <= unit_y <= 1:
        return  # a second copy of the world, or beyond a pole
    assert view.pixel(*view.place(px, py)) == pytest.approx((px, py), abs=max(1e-3, view.world_px * 1e-12))


@given(VIEWS, SHIFTS)
def test_moving_there_and_back_comes_home(view: Viewport, shift: tuple[float, float]) -> None:
    moved = view.moved(*shift)
    assert 0 <= moved.x < 1
    assert 0 <= moved.y <= 1
    if 0 < moved.y < 1:
        back = moved.moved(-shift[0], -shift[1])
        assert turn(back.x * 360, view.x * 360) < 1e-6
        assert back.y == pytest.approx(view.y, abs=1e-9)


@given(VIEWS, st.floats(-30, 30), PARTS)
def test_zoom_keeps_its_limits_and_the_place_under_the_finger(
    view: Viewport, by: float, part: tuple[float, float]
) -> None:
    about = part[0] * view.width, part[1] * view.height
    closer = view.zoomed(by, about)
    assert MIN_ZOOM <= closer.zoom <= MAX_ZOOM
    assert closer.zoom * 2 == int(closer.zoom * 2)
    if 0 < closer.y < 1:
        before, after = view.place(*about), closer.place(*about)
        if abs(before[0]) < MAX_LAT - 1e-6:
            assert after[0] == pytest.approx(before[0], abs=1e-6)
        assert turn(before[1], after[1]) < 1e-6


@given(st.floats(-1, 2), st.floats(0, 0.9), st.floats(1e-9, 1), st.floats(1e-9, 0.1), SIZES)
def test_fitting_shows_all_of_it(
    west: float, north: float, wide: float, high: float, size: tuple[float, float]
) -> None:
    view = Viewport.fit((west, north, west + wide, north + high), size)
    assert 0 <= view.x < 1
    if view.zoom > MIN_ZOOM:
        assert wide * view.world_px <= view.width + 1e-6
        assert high * view.world_px <= view.height + 1e-6


def test_a_point_east_of_the_date_line_is_drawn_right_of_the_middle() -> None:
    """Fiji: 179.9 E and 179.9 W are 22 km apart, not a world."""
    view = Viewport.at(-17, 179.9, 10, (800, 600))
    x, _y = view.pixel(-17, -179.9)
    assert 400 < x < 800
    assert turn(view.place(x, 300)[1], -179.9) < 1e-9


def test_near_a_pole_the_map_stops_at_its_end() -> None:
    view = Viewport.at(90, 0, 5, (800, 600))
    assert view.place(400, 600)[0] == pytest.approx(MAX_LAT)
    assert view.moved(0, -500).y == 0.0


@given(st.floats(1e-3, 1e5), st.floats(60, 300))
def test_the_scale_bar_is_round_and_fits(metres_per_px: float, room: float) -> None:
    length, wide = scale_bar(metres_per_px, room)
    assert length >= 1
    assert length > 1 or metres_per_px * room < 2
    assert wide <= room + 1e-6 or length == 1
    assert str(length)[0] in "125"
    assert set(str(length)[1:]) <= {"0"}


@given(st.floats(-80, 80), LONS, st.integers(1, 500_000))
def test_a_place_is_looked_at_with_its_whole_ring(lat: float, lon: float, radius_m: int) -> None:
    view = Viewport.fit(around(lat, lon, radius_m), (800, 600))
    assert radius_m / view.metres_per_px < 400


def test_distance_knows_the_length_of_the_equator() -> None:
    assert distance_m((0, 0), (0, 180)) == pytest.approx(EQUATOR_M / 2)
    assert distance_m((0, 179.5), (0, -179.5)) == pytest.approx(EQUATOR_M / 360)
    assert math.isclose(distance_m((10, 20), (10, 20)), 0)
