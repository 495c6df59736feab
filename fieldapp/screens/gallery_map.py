"""The map's screens from made-up states, for the gallery: the invented country, invented reports, no vault."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kivy.uix.widget import Widget

from fieldapp.maps.codes import parse_place_code
from fieldapp.maps.picked import PickedPlace
from fieldapp.maps.reports import MapReport
from fieldapp.maps.source import MapSource, open_map
from fieldapp.maps.view import Viewport
from fieldapp.screens import map_find
from fieldapp.screens.map_view import MapScreen, MapView
from fieldapp.widgets.map import tile_px
from firsthand import assets

Make = Callable[[], Widget]
NAMES = ("map", "map-point", "map-reports", "map-none", "map-find", "map-code")
_KESSO = PickedPlace(5.55, -15.12, 10_000, "Lemba North", "Kesso", "", "map")


class _Quiet:
    """Takes every event and does nothing."""

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        return lambda *_args, **_fields: None


def source() -> MapSource:
    """The invented country with its rivers and roads."""
    areas, lines = assets.read_json("scenario/areas.geojson"), assets.read_json("scenario/lines.geojson")
    return open_map(None, {"features": [*areas["features"], *lines["features"]]})


def reports() -> tuple[MapReport, ...]:
    """Five reports of different age and error."""
    from fieldapp.screens.summary import act_words

    made = (
        ("A701", "Lemba North", 5.46, -15.04, 5_000, 0),
        ("A506", "Karou", 5.10, -15.83, 10_000, 3),
        ("E04", "Lemba North", 5.13, -14.93, 25_000, 5),
        ("A703", "Orla Valley", 4.62, -16.35, 10_000, 9),
        ("A301", "Karou", 5.32, -16.02, 4_000, 12),
    )
    return tuple(
        MapReport(str(at), act_words(code), area, lat, lon, radius, days)
        for at, (code, area, lat, lon, radius, days) in enumerate(made)
    )


def _near(zoom: float = 9.0) -> Viewport:
    return Viewport.at(_KESSO.lat, _KESSO.lon, zoom, (800, 600), tile_px())


def _screen(view: MapView) -> Make:
    return lambda: MapScreen(view, _Quiet())


def _found(pad: str) -> map_find.FindView:
    typed = "lemb" if pad == "letters" else "28N DM 81 13"
    coded = parse_place_code(typed)
    names: list[map_find.Result] = [*source().names.search(typed)]
    return map_find.FindView(typed, pad, [coded] if coded is not None else names)


def _scenes() -> dict[str, Make]:
    drawn = source()
    return {
        "map": _screen(MapView("pick", drawn)),
        "map-point": _screen(MapView("pick", drawn, _near(), _KESSO, here=(5.30, -15.25, 900))),
        "map-reports": _screen(MapView("browse", drawn, None, None, None, reports(), "2")),
        "map-none": _screen(MapView("pick", open_map(None, None))),
        "map-find": lambda: map_find.draw(_found("letters"), _Quiet()),
        "map-code": lambda: map_find.draw(_found("code"), _Quiet()),
    }


def _draw(name: str) -> Widget:
    return _scenes()[name]()


SCREENS: dict[str, Make] = {name: partial(_draw, name) for name in NAMES}
