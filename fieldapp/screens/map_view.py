"""How the map's page looks: the map on the reading side, what it tells and what can be done on the thumb side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.maps.codes import mgrs_of
from fieldapp.maps.picked import PickedPlace
from fieldapp.maps.reports import MapReport
from fieldapp.maps.source import MapSource
from fieldapp.maps.view import Viewport, around
from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.map import Dot, MapPane, Marks, NotedKey, far
from fieldapp.widgets.map_marks import Legend
from fieldapp.widgets.page import CareBox, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from firsthand import assets

SHAPES = {"new": "disc", "week": "square", "old": "diamond"}


@dataclass(frozen=True, slots=True)
class MapView:
    """The state of the page.

    Attributes:
        mode: "pick" or "browse".
        source: what is drawn.
        viewport: where it looks; None until it is first drawn: then all of the source.
        place: what is set so far.
        here: latitude, longitude and accuracy (m) of the tablet, None where not known.
        reports, chosen: in "browse", the marks and the id of the one that is told about.
    """

    mode: str
    source: MapSource
    viewport: Viewport | None = None
    place: PickedPlace | None = None
    here: tuple[float, float, int] | None = None
    reports: tuple[MapReport, ...] = ()
    chosen: str = ""

    @property
    def marks(self) -> Marks:
        """What is drawn over the map."""
        place = self.place
        return Marks(
            None if place is None else (place.lat, place.lon, place.radius_m),
            self.here,
            tuple(
                Dot(each.id, each.lat, each.lon, each.radius_m, SHAPES[each.age], each.id == self.chosen)
                for each in sorted(self.reports, key=lambda each: (each.id == self.chosen, -each.age_days))
            ),
            aim=self.mode == "pick",
        )


class MapEvents(Protocol):
    """What can be done."""

    def hide(self) -> None: ...
    def back(self) -> None: ...
    def looked(self, viewport: Viewport) -> None: ...
    def tapped(self, lat: float, lon: float) -> None: ...
    def middle(self) -> None: ...
    def use_position(self) -> None: ...
    def widen(self) -> None: ...
    def narrow(self) -> None: ...
    def use(self) -> None: ...
    def find(self) -> None: ...
    def step(self, by: int) -> None: ...


class MapScreen(BoxLayout):
    """The whole page; `show` brings another state onto it without making it anew."""

    def __init__(self, view: MapView, on: MapEvents) -> None:
        super().__init__(orientation="vertical")
        near = None if view.place is None else around(view.place.lat, view.place.lon, view.place.radius_m)
        self.pane = MapPane(view.source, view.viewport, view.marks, on.looked, on.tapped, bounds=near)
        self.told = _Picked(view, on) if view.mode == "pick" else _Reports(view, on)
        words = theme.words
        self.add_widget(TopBar(words(f"map.title.{view.mode}"), back=on.back, hide=on.hide))
        self._on, self._ready = on, False
        self._end = Column()
        foot = Row(hide_key(on.hide, tall=True), self._end, space="m")
        if view.mode == "browse":
            self._end.add_widget(Key(words("back"), on.back, icon="arrow-left", height="key_field", role=main_role()))
        else:
            self._offer(ready=False)
        if narrow():
            self._one_column(foot)
        else:
            self._two_sides(foot)
        self.show(view)

    def _offer(self, *, ready: bool) -> None:
        """The last key: off, with its reason, until a place is set."""
        words = theme.words
        self._ready = ready
        self._end.clear_widgets()
        off = "" if ready else words("map.use.off")
        key = Key(
            words("map.use"),
            self._on.use,
            kind="primary" if ready else "off",
            icon="check" if ready else "",
            second=off,
            second_role="small",
            height="key_field",
            role=main_role() if ready else "second",
        )
        self._end.add_widget(key)

    def _two_sides(self, foot: Row) -> None:
        m = theme.space("xl")
        side = BoxLayout(orientation="vertical", spacing=theme.space("m"), size_hint_x=None, width=theme.space("thumb"))
        side.add_widget(Scroll(Column(*self.told.pieces, space="m")))
        side.add_widget(foot)
        body = BoxLayout(padding=[m, theme.space("l"), m, m], spacing=m)
        sides = [self.pane, side]
        for child in reversed(sides) if theme.sides_swapped else sides:
            body.add_widget(child)
        self.add_widget(body)

    def _one_column(self, foot: Row) -> None:
        """The map keeps its place and does not scroll: a finger on it would move both."""
        m = theme.space("xl")
        upper = BoxLayout(padding=[m, theme.space("m"), m, theme.space("m")], size_hint_y=1.6)
        upper.add_widget(self.pane)
        self.add_widget(upper)
        self.add_widget(Rule())
        self.add_widget(Scroll(Column(*self.told.pieces, space="m", padding=[m, theme.space("m"), m, m])))
        self.add_widget(Rule(tone="ink", thick="rule"))
        self.add_widget(Surface(foot, fill="sheet", pad=("xl", "m"), space="m"))

    def show(self, view: MapView) -> None:
        """Another state of the same page."""
        self.pane.map.mark(view.marks)
        self.told.show(view)
        if view.mode == "pick" and self._ready != (view.place is not None):
            self._offer(ready=view.place is not None)


class _Picked:
    """What is told of the place that is set, and the ways to set it."""

    def __init__(self, view: MapView, on: MapEvents) -> None:
        words = theme.words
        self._name = Text("", role="row", bold=True)
        self._above = Text("", role="second", tone="ink2")
        self._code = Text("", role="bar", bold=True)
        self._given = Text("", role="second", tone="ink2")
        self._radius = Text("", role="bar", bold=True, align="center")
        self._wider = _step("plus", words("map.wider"), on.widen)
        self._narrower = _step("minus", words("map.narrower"), on.narrow)
        stepper = Row(self._narrower, self._radius, self._wider, space="s", physical=True)
        self._set = Column(space="m")
        self._pieces_set: list[Widget] = [
            Column(self._name, self._above, space="xs"),
            Column(self._given, self._code, space="xs"),
            Rule(),
            Text(words("map.radius"), role="second", tone="ink2", bold=True),
            stepper,
        ]
        self._here = _here_key(on)
        self.pieces: list[Widget] = [
            *_notice(view),
            self._set,
            Rule(),
            Key(words("map.find"), on.find, icon="magnifying-glass", role="body"),
            self._here,
            Key(words("map.middle"), on.middle, icon="plus", role="body"),
        ]

    def show(self, view: MapView) -> None:
        """Another state."""
        words, place = theme.words, view.place
        self._here.tell(_here_words(view))
        self._fill([Text(words("map.tap"), role="row", bold=True)] if place is None else self._pieces_set)
        if place is None:
            return
        names = [name for name in (place.adm3, place.adm2, place.adm1) if name]
        title = place.name or (_titled(view, names[0]) if names else words("map.outside"))
        rest = names if place.name else names[1:]
        self._name.say(title)
        self._above.say(words.join(*dict.fromkeys(_titled(view, name) for name in rest)))
        self._code.say(
            mgrs_of(place.lat, place.lon, place.radius_m) or words.digits(f"{place.lat:.4f} {place.lon:.4f}")
        )
        self._given.say(words("map.code"))
        self._radius.say(far(place.radius_m))

    def _fill(self, pieces: list[Widget]) -> None:
        """Change what stands there only when it is another thing: a key that has the focus keeps it."""
        if pieces is self._pieces_set and self._set.children[-1:] == pieces[:1]:
            return
        self._set.clear_widgets()
        for piece in pieces:
            self._set.add_widget(piece)


def _titled(view: MapView, name: str) -> str:
    """The name of an area in the window's language."""
    for area in view.source.country.areas:
        if area.title == name and theme.language in area.titles:
            return area.said(theme.language)
    return name


class _Reports:
    """What the marks mean, and the report that is chosen."""

    def __init__(self, view: MapView, on: MapEvents) -> None:
        words = theme.words
        self._title = Text("", role="row", bold=True)
        self._second = Text("", role="second", tone="ink2")
        self._age = Text("", role="second", bold=True)
        self._told = Column(space="xs")
        before = Key(words("map.before"), lambda: on.step(-1), icon="caret-left", role="second", pad="s")
        after = Key(words("map.next"), lambda: on.step(1), icon="caret-right", role="second", pad="s", after=True)
        keys = Column(before, after, space="m") if line_below() else Row(before, after, space="m")
        self._here = _here_key(on)
        self.pieces: list[Widget] = [
            *_notice(view),
            self._told,
            *([keys] if view.reports else []),
            Rule(),
            *(Legend(shape, words(f"map.age.{age}")) for age, shape in SHAPES.items()),
            Legend("ring", words("map.ring")),
            Legend("hatch", words("map.hatch")),
            gap("xs"),
            Key(words("map.find"), on.find, icon="magnifying-glass", role="body"),
            self._here,
        ]

    def show(self, view: MapView) -> None:
        """Another state."""
        words = theme.words
        self._here.tell(_here_words(view))
        report = next((each for each in view.reports if each.id == view.chosen), None)
        self._told.clear_widgets()
        for text in (self._title, self._second) if report is None else (self._title, self._second, self._age):
            self._told.add_widget(text)
        if report is None:
            self._title.say(words("map.reports"))
            self._second.say(words("map.reports.tap" if view.reports else "map.reports.none"))
            return
        at = view.reports.index(report) + 1
        self._title.say(report.title)
        self._second.say(words.join(report.second, words("map.at", n_at=at, n_all=len(view.reports))))
        self._age.say(words.join(words(f"map.age.{report.age}"), words("map.within", far=far(report.radius_m))))


def _here_key(on: MapEvents) -> NotedKey:
    words = theme.words("map.here")
    return NotedKey(words, on.use_position, icon="map-pin", second=" ", second_role="small", role="body")


def _here_words(view: MapView) -> str:
    words = theme.words
    return words("map.here.unknown") if view.here is None else words("map.within", far=far(view.here[2]))


def _step(icon: str, word: str, press: object) -> Key:
    key = Key("", press, icon=icon, height="key", width="key_field", pad="s")  # type: ignore[arg-type]
    key.word_text = word
    return key


def _notice(view: MapView) -> list[Widget]:
    """Why there are no pictures, where that needs saying."""
    if view.source.problem is not None:
        what, safe, do = assets.sentences(view.source.problem.code, theme.language)
        return [CareBox(what, f"{safe} {do}", grave="care")]
    if view.source.empty:
        return [CareBox("", theme.words("map.none"), grave="care", icon="info")]
    return []


def nearest(reports: Sequence[MapReport], lat: float, lon: float, pane: MapPane, reach_px: float) -> str:
    """The id of the report whose mark is under a finger, or empty."""
    x, y = pane.view.pixel(lat, lon)
    best, found = reach_px, ""
    for report in reports:
        px, py = pane.view.pixel(report.lat, report.lon)
        away = max(abs(px - x), abs(py - y))
        if away <= best:
            best, found = away, report.id
    return found
