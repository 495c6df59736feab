"""The map's page: set a place with its error, or look at one's own reports.

`MapPage` holds the state and the events; `draw` makes the widgets. The page is changed in place while it is up, so that
the focus of a keyboard stays where it is; it is made anew only when theme, language or sub-page change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp.device.port import Device
from fieldapp.flows.on_map import own_reports
from fieldapp.maps.codes import parse_place_code
from fieldapp.maps.picked import START_RADIUS_M, PickedPlace, narrower, wider
from fieldapp.maps.places import Found
from fieldapp.maps.reports import MapReport
from fieldapp.maps.source import MapSource, load
from fieldapp.maps.view import Viewport
from fieldapp.screens import map_find, map_view
from fieldapp.screens.host import Host
from fieldapp.screens.map_view import MapView
from fieldapp.screens.reports import titled
from fieldapp.widgets.map import MapPane
from fieldapp.widgets.theme import theme
from firsthand import errors

__all__ = ["MapPage", "MapReport", "MapView", "PickedPlace"]

_LOOK_S = 2.0  # how often the position is asked while the page is up
_NEAR_DP = "touch"


class Shell(Protocol):
    """What the page needs of the window's root."""

    def draw(self, make: Callable[[], Widget]) -> None: ...
    def redraw(self) -> None: ...
    def hide(self) -> None: ...
    def remember(self) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class _Ends:
    """What happens at the end."""

    back: Callable[[], None]
    done: Callable[[PickedPlace], None] | None


class MapPage:
    """One visit to the map. Make it with `pick` or `browse`, then `show` it."""

    def __init__(self, shell: Shell, source: MapSource, device: Device, ends: _Ends, view: MapView) -> None:
        self.shell, self.source, self.device, self._ends = shell, source, device, ends
        self.view = replace(view, here=self._position())
        self.finding, self.query, self.pad = False, "", ""
        self._screen: map_view.MapScreen | None = None
        self._ticks = Clock.schedule_interval(self._tick, _LOOK_S)

    @classmethod
    def pick(
        cls,
        start: PickedPlace | None,
        areas: Mapping[str, Any] | None,
        device: Device,
        done: Callable[[PickedPlace], None],
        *,
        shell: Shell,
        home: Path | None = None,
        back: Callable[[], None] | None = None,
    ) -> MapPage:
        """Ask for a place.

        Args:
            start: the place that was set before, if any.
            areas: the directory's `areas_geojson`.
            done: gets the place; the page that was up before is up again when it is called.
            shell: the window's root (`Host`).
            home: the vault's folder; maps and lists of places lie in `home/maps`.
            back: the way back without an answer; by default to the page that is up now.
        """
        source = load(home, areas)
        view = MapView("pick", source, place=start)
        return cls(shell, source, device, _Ends(back or shell.remember(), done), view)

    @classmethod
    def browse(
        cls,
        areas: Mapping[str, Any] | None,
        device: Device,
        reports: Sequence[MapReport],
        *,
        shell: Shell,
        home: Path | None = None,
        back: Callable[[], None] | None = None,
    ) -> MapPage:
        """Look at the map and at one's own readable reports on it; arguments as in `pick`."""
        source = load(home, areas)
        view = MapView("browse", source, reports=tuple(reports))
        return cls(shell, source, device, _Ends(back or shell.remember(), None), view)

    @classmethod
    def own(cls, host: Host, back: Callable[[], None] | None = None) -> MapPage:
        """The read-only map of home: the mission's areas and the officer's own readable reports.

        Raises:
            Locked: the vault is closed.
        """
        tablet = host.tablet
        if tablet is None:
            raise errors.Locked
        marks = own_reports(tablet, titled)
        return cls.browse(tablet.directory.areas_geojson, host.device, marks, shell=host, home=tablet.home, back=back)

    # -- drawing ------------------------------------------------------------------------------------------------
    def show(self) -> None:
        """Put the page on the screen."""
        self.shell.draw(self.make)

    def make(self) -> Widget:
        """The page, or the page of finding, as a widget."""
        self._ticks()  # asked again after a cover page had stopped it
        if self.finding:
            self._screen = None
            return map_find.draw(map_find.FindView(self.query, self.pad, self.results()), self)
        self._screen = draw(self.view, self)
        return self._screen

    def _change(self, **fields: Any) -> None:
        self.view = replace(self.view, **fields)
        if self._screen is not None:
            self._screen.show(self.view)

    def _leave(self) -> None:
        self._ticks.cancel()
        self.source.close()
        self._ends.back()

    # -- events of every page -----------------------------------------------------------------------------------
    def hide(self) -> None:
        """Cover the window."""
        self.shell.hide()

    def back(self) -> None:
        """To the map from finding, else to where one came from, with nothing changed."""
        if self.finding:
            self.finding = False
            self.shell.redraw()
        else:
            self._leave()

    def looked(self, viewport: Viewport) -> None:
        """The map was moved."""
        self.view = replace(self.view, viewport=viewport)

    # -- setting a place ----------------------------------------------------------------------------------------
    def tapped(self, lat: float, lon: float) -> None:
        """A tap: sets the point, or chooses the report under the finger."""
        if self.view.mode == "pick":
            self._set(lat, lon, self.view.place.radius_m if self.view.place else START_RADIUS_M, "map")
        elif self._screen is not None:
            self.choose(map_view.nearest(self.view.reports, lat, lon, self._screen.pane, theme.space(_NEAR_DP)))

    def middle(self) -> None:
        """The point in the middle of the window: for a keyboard, and for who would rather move the map than aim."""
        if self._screen is not None:
            self.tapped(*self._screen.pane.view.centre)

    def use_position(self) -> None:
        """My own position and its accuracy."""
        self._change(here=self._position())
        if self.view.here is None:
            return
        lat, lon, radius_m = self.view.here
        if self.view.mode == "pick":
            self._set(lat, lon, radius_m, "gps")
        self._go(lat, lon, radius_m)

    def widen(self) -> None:
        """The next larger error radius."""
        if self.view.place is not None:
            self._change(place=replace(self.view.place, radius_m=wider(self.view.place.radius_m)))

    def narrow(self) -> None:
        """The next smaller error radius."""
        if self.view.place is not None:
            self._change(place=replace(self.view.place, radius_m=narrower(self.view.place.radius_m)))

    def use(self) -> None:
        """The answer."""
        if self.view.place is not None and self._ends.done is not None:
            self._leave()
            self._ends.done(self.view.place)

    def _set(self, lat: float, lon: float, radius_m: int, given_as: str, name: str = "") -> None:
        where = self.source.country.where(lat, lon)
        self._change(
            place=PickedPlace(
                lat, lon, radius_m, where.adm1, where.adm2, where.adm3, given_as, name=name, code=where.code
            )
        )

    def _go(self, lat: float, lon: float, radius_m: int) -> None:
        pane: MapPane | None = self._screen.pane if self._screen is not None else None
        if pane is not None:
            pane.go(lat, lon, radius_m)

    # -- finding ------------------------------------------------------------------------------------------------
    def find(self) -> None:
        """The page of finding by name or code."""
        if self._screen is not None:
            self.looked(self._screen.pane.view)
        self.finding = True
        self.shell.redraw()

    def typed(self, text: str) -> list[map_find.Result]:
        """What the text may mean now."""
        self.query = text
        return self.results()

    def turn_pad(self, pad: str) -> None:
        """Letters or the signs of codes to touch, or neither."""
        self.pad = pad
        self.shell.redraw()

    def results(self) -> list[map_find.Result]:
        """A code first, then names."""
        reference = self.view.viewport.centre if self.view.viewport is not None else None
        coded = parse_place_code(self.query, reference)
        found: list[map_find.Result] = [coded] if coded is not None else []
        return [*found, *self.source.names.search(self.query)]

    def take(self, result: map_find.Result) -> None:
        """One of the results: the map shows it, and in asking it is the place."""
        self.finding = False
        given_as, name = (result.kind, "") if not isinstance(result, Found) else ("gazetteer", result.name)
        if self.view.mode == "pick":
            self._set(result.lat, result.lon, result.radius_m, given_as, name if self._is_place(result) else "")
            if isinstance(result, Found) and result.adm1 and self.view.place is not None:
                # the list says what holds it, which beats the point: a centre may lie in a neighbour
                named = replace(self.view.place, adm1=result.adm1, adm2=result.adm2, adm3=result.adm3)
                self._change(place=replace(named, code=result.code or named.code))
        self.shell.redraw()
        self._go(result.lat, result.lon, result.radius_m)

    @staticmethod
    def _is_place(result: map_find.Result) -> bool:
        return isinstance(result, Found) and result.level == 0

    # -- looking at reports -------------------------------------------------------------------------------------
    def choose(self, report_id: str) -> None:
        """A report, or none."""
        self._change(chosen=report_id)

    def step(self, by: int) -> None:
        """The next report or the one before, brought into view."""
        reports = self.view.reports
        if not reports:
            return
        at = next((at for at, report in enumerate(reports) if report.id == self.view.chosen), -1 if by > 0 else 0)
        report = reports[(at + by) % len(reports)]
        self.choose(report.id)
        if self._screen is not None and not self._screen.pane.sees(report.lat, report.lon):
            self._go(report.lat, report.lon, report.radius_m)

    # -- my position --------------------------------------------------------------------------------------------
    def _position(self) -> tuple[float, float, int] | None:
        fix = self.device.position()
        return None if fix is None else (fix.lat_e7 / 10**7, fix.lon_e7 / 10**7, max(1, fix.radius_m))

    def _tick(self, _dt: float) -> None:
        if self._screen is None or self._screen.get_root_window() is None:
            if not self.shell_shows():
                self._ticks.cancel()  # covered, locked or left: nobody looks, and the receiver may rest
            return
        here = self._position()
        if here != self.view.here:
            self._change(here=here)

    def shell_shows(self) -> bool:
        """Whether this page is still what the window would draw."""
        shows = getattr(self.shell, "shows", None)
        return bool(shows(self.make)) if shows is not None else False


def draw(view: MapView, on: MapPage) -> map_view.MapScreen:
    """The screen of a state."""
    return map_view.MapScreen(view, on)
