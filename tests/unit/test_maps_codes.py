"""MGRS and Plus codes: known answers, an independent reader beside ours, round trips, and whatever people type."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.maps.codes import mgrs_of, parse_place_code
from fieldapp.maps.projection import distance_m
from firsthand.domain.mgrs import format_mgrs, parse_mgrs
from firsthand.domain.pluscode import format_plus, is_short, parse_plus
from firsthand.errors import Malformed

LATS = st.floats(-79.99, 83.99)
LONS = st.floats(-180, 179.999999)

# Computed with GeographicLib's method by pygeodesy, and the two landmarks that many manuals print.
KNOWN_MGRS = [
    ("31U DQ 48251 11932", 48.858198, 2.294496),
    ("18S UJ 23394 07395", 38.897699, -77.036498),
    ("4QFJ12345678", 21.309478, -157.916819),
    ("01C DM 68695 28587", -79.905, -178.6),
    ("60X WN 04183 92302", 79.2, 177.2),
    ("32V KN 96191 01684", 60.4, 5.3),
    ("33X WG 13696 80760", 78.2, 15.6),
    ("20M RE 22823 44663", -0.5, -60.1),
    ("32V KM 1 1", 59.575730, 3.951701),
]

# From the public test data of Open Location Code, a selection.
KNOWN_PLUS = [
    (20.375, 2.775, 6, "7FG49Q00+"),
    (20.3701135, 2.78223535156, 13, "7FG49QCJ+2VXGJ"),
    (-41.2730625, 174.7859375, 10, "4VCPPQGP+Q9"),
    (90, 1, 10, "CFX3X2X2+X2"),
    (1, 181, 4, "62H30000+"),
    (-2.804, 7.003, 13, "6F9952W3+C6222"),
    (-48.71, 142.78, 8, "4R347QRJ+"),
    (80.0100000001, 58.57, 15, "CHGW2H6C+2222222"),
    (80.0099999999, 58.57, 15, "CHGW2H5C+X2RRRRR"),
    (-28.1217794010122, -154.066811473758, 15, "5337VWHM+77PR2GR"),
    (-80.0, -360000000170.0, 2, "22000000+"),
]
KNOWN_SHORT = [
    ("9C3W9QCJ+2VX", 51.3701125, -1.217765625, "+2VX"),
    ("9C3W9QCJ+2VX", 51.3708675, -1.217765625, "CJ+2VX"),
    ("9C3W9QCJ+2VX", 51.3701125, -1.202665625, "9QCJ+2VX"),
    ("8FJFW222+", 42.899, 9.012, "22+"),
    ("796RXG22+", 14.95125, -23.5001, "22+"),
    ("8FRCXGRF+PM", 47.00, 8.55, "XGRF+PM"),
    ("CFX22222+22", 89.6, 0.0, "2222+22"),
    ("2CXXXXXX+XX", -81.0, 0.0, "XXXXXX+XX"),
]
BROKEN_PLUS = ["G+", "+", "8FWC2345+G", "8FWC2_45+G6", "8FWC2η45+G6", "8FWC2345+G6+", "8FWC2345G6+", "8FWC2300+G6",
               "WC2300+G6g", "WC2345+G", "WC2300+", "849VGJQF+VX7QR3U", "", "00000000+", "XXXXXXXX+"]  # fmt: skip
BROKEN_MGRS = ["61U DQ 1 1", "0U DQ 1 1", "31I DQ 1 1", "31U DI 1 1", "31U DQ 1 2 3", "31U DQ 123", "31U", "DQ 1 1",
               "31Z DQ 1 1", "31U DQ 123456 123456", "31U SQ 1 1", "31U DQ -1 1", "A AB 1 1"]  # fmt: skip


@pytest.mark.parametrize(("text", "lat", "lon"), KNOWN_MGRS)
def test_known_squares_lie_where_they_should(text: str, lat: float, lon: float) -> None:
    square = parse_mgrs(text)
    assert distance_m((square.lat, square.lon), (lat, lon)) <= 1.5


@pytest.mark.parametrize(("text", "lat", "lon"), KNOWN_MGRS)
def test_a_reference_is_written_back_as_it_was_read(text: str, lat: float, lon: float) -> None:
    square = parse_mgrs(text)
    digits = round(5 - math.log10(square.size_m))
    assert format_mgrs(square.lat, square.lon, digits) == square.text
    assert parse_mgrs(square.text.lower().replace(" ", "")) == square


@given(LATS, LONS)
def test_ours_agrees_with_an_independent_implementation(lat: float, lon: float) -> None:
    """pygeodesy is a translation of GeographicLib; both must name the same square of a metre."""
    utmups = pytest.importorskip("pygeodesy.utmups")
    theirs = utmups.toUtmUps8(lat, lon).toMgrs()
    ours = format_mgrs(lat, lon).split()
    square = (f"{theirs.zone:02d}{theirs.band}", theirs.digraph)
    if (ours[0], ours[1]) == square:  # else the point lies within a hair of a square's side
        assert abs(int(ours[2]) - theirs.easting % 100_000) <= 1
        assert abs(int(ours[3]) - theirs.northing % 100_000) <= 1
    else:
        back = parse_mgrs(format_mgrs(lat, lon))
        assert distance_m((back.lat, back.lon), (lat, lon)) <= 2


@given(LATS, LONS, st.integers(0, 5))
def test_every_point_lies_in_the_square_that_is_named_for_it(lat: float, lon: float, digits: int) -> None:
    square = parse_mgrs(format_mgrs(lat, lon, digits))
    assert square.size_m == 10 ** (5 - digits)
    assert distance_m((square.lat, square.lon), (lat, lon)) <= square.radius_m * 1.01 + 1


def test_a_square_outside_its_own_zone_or_band_is_refused() -> None:
    """One wrong letter in a message must not put a village 1,300 km away."""
    for text in ("25S BP 6 6", "31V GM 1 1", "31X DQ 1 1", "31U AA 1 1"):
        with pytest.raises(Malformed):
            parse_mgrs(text)


@pytest.mark.parametrize("text", BROKEN_MGRS)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_mgrs(text)


@pytest.mark.parametrize(("lat", "lon", "length", "code"), KNOWN_PLUS)
def test_known_points_get_their_plus_code(lat: float, lon: float, length: int, code: str) -> None:
    assert format_plus(lat, lon, length) == code


@pytest.mark.parametrize(("code", "lat", "lon", "short"), KNOWN_SHORT)
def test_a_short_code_is_completed_by_a_reference(code: str, lat: float, lon: float, short: str) -> None:
    assert is_short(short)
    assert parse_plus(short, (lat, lon)).text == code


@pytest.mark.parametrize("code", BROKEN_PLUS)
def test_what_is_no_plus_code_is_refused(code: str) -> None:
    with pytest.raises(Malformed):
        parse_plus(code, (10.0, 10.0))


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([2, 4, 6, 8, 10, 11, 12, 13, 14, 15]))
def test_every_point_lies_in_its_cell(lat: float, lon: float, length: int) -> None:
    cell = parse_plus(format_plus(lat, lon, length))
    assert abs(cell.lat - min(lat, 90 - 1e-9)) <= cell.height_deg / 2 * 1.0000001 + 1e-6
    assert abs((cell.lon - lon + 180) % 360 - 180) <= cell.width_deg / 2 * 1.0000001 + 1e-6
    if length >= 8:
        assert distance_m((cell.lat, cell.lon), (lat, lon)) <= cell.radius_m * 1.01 + 1


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_code_shortened_by_four_is_recovered_from_near_by(lat: float, lon: float, up: float, across: float) -> None:
    code = format_plus(lat, lon)
    assert parse_plus(code[4:], (lat + up, lon + across)).text == code


def test_codes_are_read_in_any_digits_and_spacing() -> None:
    for text in (
        "28n dm 81 13",
        "٢٨N DM ٨١ ١٣",
        "۲۸NDM۸۱۱۳",
        " 28NDM8113 ",
        "\u200f28N DM 81 13\u200f",
        "28N\u00a0DM 81 13",
    ):
        place = parse_place_code(text)
        assert place is not None
        assert (place.text, place.kind, place.radius_m) == ("28N DM 81 13", "mgrs", 708)
    plus = parse_place_code("8fvc9g8f＋6x")
    assert plus is not None
    assert (plus.text, plus.kind) == ("8FVC9G8F+6X", "plus_code")
    assert parse_place_code("9G8F+6X") is None
    assert parse_place_code("9G8F+6X", (47.4, 8.6)) == plus


@given(st.text(max_size=60), st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
def test_whatever_is_typed_is_a_place_on_earth_or_nothing(text: str, reference: tuple[float, float] | None) -> None:
    place = parse_place_code(text, reference)
    if place is not None:
        assert -90 <= place.lat <= 90
        assert -180 <= place.lon <= 180
        assert place.radius_m >= 1
        assert parse_place_code(place.text) == place


@given(st.from_regex(r"[0-6]?[0-9] ?[A-Z] ?[A-Z]{2} ?[0-9]{0,5} ?[0-9]{0,5}", fullmatch=True))
def test_what_looks_like_a_reference_is_one_or_nothing(text: str) -> None:
    place = parse_place_code(text)
    if place is not None:
        assert parse_place_code(place.text) == place


@given(LATS, LONS, st.integers(1, 500_000))
def test_no_finer_square_is_shown_than_the_error_allows(lat: float, lon: float, radius_m: int) -> None:
    size = parse_mgrs(mgrs_of(lat, lon, radius_m)).size_m
    assert size <= radius_m or radius_m < 10
    assert size * 10 > radius_m or size == 100_000


def test_the_polar_caps_have_no_reference() -> None:
    assert mgrs_of(86, 10) == ""
