"""The drawn map: every outline it is given, labels inside the frame and apart, names never become markup."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from sync_server.desk import map as drawing
from sync_server.desk.areas import geometry, names_in, outlines
from sync_server.desk.map import Place, draw

UNIT = [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]]


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": shape, "properties": properties}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def place(name: str, ring: list[list[tuple[float, float]]] | None = None, **more: Any) -> Place:
    return Place(
        name=name, polygons=[ring or UNIT], tint="level-1", word="reports: 1", label=name, link="/weekly", **more
    )


def square(x: float, y: float, size: float) -> list[list[tuple[float, float]]]:
    return [[(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]]


def test_the_level_that_draws_the_area_itself_is_chosen() -> None:
    whole, part = {"type": "Polygon", "coordinates": UNIT}, {"type": "Polygon", "coordinates": square(0, 0, 0.5)}
    found = outlines(collection(
        feature(whole, adm1="A", level=1), feature(part, adm1="A", adm2="a", level=2),
        feature(part, adm1="B", adm2="b"),
        feature({"type": "MultiPolygon", "coordinates": [UNIT, square(2, 2, 1)]}, adm1="B", adm2="c"),
        feature(None, adm1="C"),
    ))  # fmt: skip
    assert {name: len(shapes) for name, shapes in found.items()} == {"A": 1, "B": 3, "C": 0}
    assert (geometry(found["B"]) or {})["type"] == "MultiPolygon"
    assert geometry(found["C"]) is None
    assert outlines(None) == {}


def test_names_of_a_language_are_those_of_the_area_itself() -> None:
    areas = collection(feature(None, adm1="A", name_fr="A-Nord"), feature(None, adm1="A", adm2="a", name_fr="Petit a"))
    assert names_in(areas, "fr") == {"A": "A-Nord"}
    assert names_in(areas, "ar") == {}


def test_a_name_never_becomes_markup() -> None:
    svg = str(draw([place('<script>"&', UNIT)], 'map "&<'))
    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_no_outline_no_map() -> None:
    assert draw([Place("A", [], "unknown", "No info", "A", "/")], "map") == ""


@pytest.mark.parametrize(
    "shape", [square(10, 10, 1e-9), square(-180, -85, 360), square(179, 89, 1), [[(0.0, 0.0)] * 4]]
)
def test_any_size_of_area_is_drawn_with_finite_numbers(shape: list[list[tuple[float, float]]]) -> None:
    svg = str(draw([place("A", shape)], "map"))
    assert "nan" not in svg and "inf" not in svg
    ElementTree.fromstring(svg)


def test_labels_stay_in_the_frame_and_off_each_other() -> None:
    places = [place(f"Area number {n}", square(n % 4, n // 4, 1.0)) for n in range(12)]
    svg = str(draw(places, "map"))
    boxes = [
        tuple(map(float, box))
        for box in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="(\d+)"', svg)
    ]
    assert len(boxes) == 12
    height = float(re.findall(r'viewBox="0 0 \d+ (\d+)"', svg)[0])
    for x, y, width, tall in boxes:
        assert min(x, y) >= 0
        assert x + width <= drawing.WIDTH
        assert y + tall <= height + 1
    clashes = [
        (a, b) for at, a in enumerate(boxes) for b in boxes[at + 1 :]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]  # fmt: skip
    assert clashes == []


def test_the_chosen_area_is_drawn_last_so_that_its_edge_is_whole() -> None:
    svg = str(draw([place("A", square(0, 0, 1), chosen=True), place("B", square(1, 0, 1))], "map"))
    assert svg.rindex("chosen") > svg.index("B: reports")
