"""The areas of a mission: what is refused, and that the feature is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.errors import TheirFault
from firsthand.protocol.directory import area_names
from sync_server.admin.areas import MAX_BYTES, MAX_FEATURES, parse_areas, read_areas
from sync_server.admin.faults import AreasForm, AreasGeometry, AreasName, AreasSize, CannotRead
from tests.support.missions import square


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def shaped(kind: str, coordinates: object) -> dict[str, Any]:
    return {**square("North"), "geometry": {"type": kind, "coordinates": coordinates}}


RING = square("North")["geometry"]["coordinates"][0]


def test_good_areas_keep_their_names_and_shapes() -> None:
    features = [
        square("North"),
        square("Équateur", west=1),
        square("North", west=2),
        shaped("MultiPolygon", [[RING], [RING]]),
    ]
    kept = json.loads(parse_areas(collection(*features)))
    assert kept["features"] == features
    assert area_names(kept) == {"North", "Équateur"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b"\xff\xfe{}",
        b'{"type":"FeatureCollection","features":[]}',
        b'{"type":"FeatureCollection","features":{}}',
        b'{"type":"Feature","features":[1]}',
        b'{"type":"FeatureCollection","type":"FeatureCollection","features":[1]}',
        b"[" * 100_000,
        b'{"type":"FeatureCollection","features":[NaN]}',
        b'{"type":"FeatureCollection","features":[Infinity]}',
        collection({**square("North"), "id": "?"}).replace(b'"?"', b"1e999"),
        collection({**square("North"), "id": "?"}).replace(b"?", b"\\ud800"),
        collection(17),
        collection({"type": "Point"}),
    ],
    ids=range(16),
)
def test_what_is_no_feature_collection_is_refused(data: bytes) -> None:
    with pytest.raises(AreasForm):
        parse_areas(data)


@pytest.mark.parametrize("name", [None, "", " ", " North", "a\nb", "a\u202eb", 7, "x" * 121])
def test_every_feature_needs_a_name_that_can_be_read(name: object) -> None:
    with pytest.raises(AreasName) as caught:
        parse_areas(collection(square("North"), {**square("x"), "properties": {"adm1": name}}))
    assert caught.value.fields == {"feature": 2}


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "LineString", "coordinates": RING},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [RING[:3]]},
        {"type": "Polygon", "coordinates": [RING[:-1]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [181, 0], [181, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 91], [2, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[["0", 0], [1, 1], [2, 0], ["0", 0]]]},
        {"type": "Polygon", "coordinates": [[[True, 0], [1, 1], [2, 0], [True, 0]]]},
        {"type": "Polygon", "coordinates": [[[0], [1, 1], [2, 0], [0]]]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [[RING], 3]},
        {"type": ["Polygon"], "coordinates": [RING]},
    ],
    ids=range(18),
)
def test_a_shape_without_an_area_on_the_globe_is_refused(geometry: object) -> None:
    with pytest.raises(AreasGeometry) as caught:
        parse_areas(collection({**square("North"), "geometry": geometry}))
    assert caught.value.fields == {"feature": 1}


def test_huge_numbers_do_not_pass_as_positions() -> None:
    data = collection(square("North")).replace(b"1.0", b"1" + b"0" * 400)
    with pytest.raises(AreasGeometry):
        parse_areas(data)


def test_size_and_number_of_features_are_bounded() -> None:
    with pytest.raises(AreasSize):
        parse_areas(b" " * (MAX_BYTES + 1))
    with pytest.raises(AreasSize):
        parse_areas(collection(*[1] * (MAX_FEATURES + 1)))


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CannotRead):
        read_areas(tmp_path / "none.geojson")
    with pytest.raises(CannotRead):
        read_areas(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON, JSON)
def test_any_json_is_judged_without_a_crash(geometry: object, properties: object, other: object) -> None:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    for value in (other, {"type": "FeatureCollection", "features": [feature]}):
        with pytest.raises(TheirFault):
            parse_areas(json.dumps(value).encode())


@given(JSON)
def test_any_coordinates_are_judged_without_a_crash(coordinates: object) -> None:
    for kind in ("Polygon", "MultiPolygon"):
        with pytest.raises(AreasGeometry):
            parse_areas(collection(shaped(kind, coordinates)))
