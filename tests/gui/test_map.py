"""The map in the hand and by keys alone: a place is set, sized, named and given back; reports are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fieldapp.device.port import Position
from fieldapp.maps.picked import PickedPlace
from fieldapp.maps.reports import MapReport
from firsthand import assets
from tests.support.mbtiles import write_mbtiles

_ARROW_LEFT, _PLUS, _TAB, _ENTER = 276, 43, 9, 13
REPORTS = (
    MapReport("new", "Homes burned", "Karou", 5.0, -16.0, 5_000, 0),
    MapReport("old", "Market closed", "Zirat", 5.4, -14.3, 9_000, 20),
)


@dataclass
class Receiver:
    """A device that knows, or does not know, where it is."""

    fix: Position | None = None
    asked: int = 0

    def position(self) -> Position | None:
        self.asked += 1
        return self.fix


@dataclass
class Frame:
    """What the page needs of the window's root, with a page before it."""

    stage: Any
    hidden: int = 0
    make: Any = None
    before: list[str] = field(default_factory=list)

    def draw(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.redraw()

    def redraw(self) -> None:
        self.stage.show(self.make)

    def hide(self) -> None:
        self.hidden += 1

    def remember(self) -> Callable[[], None]:
        return lambda: self.before.append("back")

    def shows(self, make: Callable[[], Any]) -> bool:
        return bool(self.make == make)


class MapHand:
    """The page as a person uses it: taps on keys and on the map, a drag, a keyboard."""

    def __init__(self, stage: Any, page: Any) -> None:
        from fieldapp.screens.focus import FocusRing

        self.stage, self.page = stage, page
        self.ring = FocusRing(stage)
        page.show()

    def frames(self, count: int = 3) -> None:
        from kivy.base import EventLoop

        for _ in range(count):
            EventLoop.idle()

    @property
    def pane(self) -> Any:
        from fieldapp.widgets.map import MapPane

        return next(w for w in self.stage.walk(restrict=True) if isinstance(w, MapPane))

    def words(self) -> list[str]:
        return [w.logical for w in self.stage.walk(restrict=True) if hasattr(w, "logical")]

    def tap(self, word: str) -> None:
        from kivy.uix.scrollview import ScrollView

        key = next(w for w in self.stage.walk(restrict=True) if getattr(w, "word_text", None) == word)
        scroll = next((w for w in key.walk_reverse() if isinstance(w, ScrollView)), None)
        if scroll is not None and any(w is key for w in scroll.walk(restrict=True)):
            scroll.scroll_to(key, animate=False)
            self.frames(2)
        self.touch(*key.to_window(*key.center))

    def touch(self, x: float, y: float, to: tuple[float, float] | None = None) -> None:
        from kivy.tests.common import UnitTestTouch

        finger = UnitTestTouch(x, y)
        finger.touch_down()
        self.frames(1)
        if to is not None:
            finger.touch_move(*to)
            self.frames(1)
        finger.touch_up()
        self.frames(3)

    def on_map(self, lat: float, lon: float) -> tuple[float, float]:
        x, y = self.pane.view.pixel(lat, lon)
        return self.pane.map.x + x, self.pane.map.y + y

    def press(self, key: int) -> bool:
        """A key of a keyboard, as the window hands it out: to the map, then to the ring of the focus."""
        from kivy.core.window import Window

        taken = bool(Window.dispatch("on_key_down", key, 0, None, []))
        taken = taken or self.ring.key_down(Window, key, 0, None, [])
        self.frames(2)
        return taken

    def focus(self, word: str) -> None:
        for _ in range(60):
            self.press(_TAB)
            if getattr(self.ring._at, "word_text", "") == word:
                return
        raise AssertionError(f"no way to {word!r} by Tab")


@pytest.fixture
def given() -> list[PickedPlace]:
    return []


@pytest.fixture
def pick(stage: Any, theme: Any, given: list[PickedPlace]) -> Iterator[Callable[..., MapHand]]:
    from fieldapp.screens.map_page import MapPage

    pages: list[Any] = []

    country = assets.read_json("scenario/areas.geojson")

    def make(start: Any = None, device: Any = None, home: Path | None = None, areas: Any = country) -> MapHand:
        shell = Frame(stage)
        page = MapPage.pick(start, areas, device or Receiver(), given.append, shell=shell, home=home)
        pages.append(page)
        return MapHand(stage, page)

    yield make
    for page in pages:
        page._ticks.cancel()
    stage.clear_widgets()


def test_a_tap_sets_a_point_names_its_areas_and_a_step_sets_its_error(
    pick: Callable[..., MapHand], given: list[PickedPlace]
) -> None:
    hand = pick()
    hand.touch(*hand.on_map(5.2, -15.0))
    assert {"Morime", "Dera · Lemba North", "1 km"} <= set(hand.words())
    hand.tap("Wider")
    hand.tap("Wider")
    assert "5 km" in hand.words()
    hand.tap("Narrower")
    hand.tap("Use this place")
    (place,) = given
    assert (place.adm1, place.adm2, place.adm3, place.code) == ("Lemba North", "Dera", "Morime", "RV010202")
    assert (place.radius_m, place.given_as) == (2_000, "map")
    assert place.lat == pytest.approx(5.2, abs=0.01)
    assert place.lon == pytest.approx(-15.0, abs=0.01)
    assert hand.page.shell.before == ["back"]


def test_without_a_place_nothing_can_be_given_and_back_gives_nothing(
    pick: Callable[..., MapHand], given: list[PickedPlace]
) -> None:
    hand = pick()
    assert "No place yet" in hand.words()
    hand.tap("Use this place")
    assert given == []
    hand.tap("Back")
    assert given == []
    assert hand.page.shell.before == ["back"]


def test_a_drag_moves_the_map_under_the_finger_and_sets_no_point(pick: Callable[..., MapHand]) -> None:
    hand = pick()
    x, y = hand.on_map(4.5, -15.5)
    before = hand.pane.view.place(x - hand.pane.map.x, y - hand.pane.map.y)
    hand.touch(x, y, to=(x + 150, y - 90))
    after = hand.pane.view.place(x + 150 - hand.pane.map.x, y - 90 - hand.pane.map.y)
    assert after == pytest.approx(before, abs=1e-6)
    assert hand.page.view.place is None
    assert hand.page.view.viewport == hand.pane.view


def test_everything_is_done_by_a_keyboard_alone(pick: Callable[..., MapHand], given: list[PickedPlace]) -> None:
    """Arrows and plus move the map, Tab and Enter do the rest; the focus stays on a key that is pressed again."""
    hand = pick()
    start = hand.pane.view
    assert hand.press(_PLUS)
    assert hand.press(_ARROW_LEFT)
    assert hand.pane.view.zoom == start.zoom + 1
    assert hand.pane.view.x < start.x
    hand.focus("Point in the middle")
    hand.press(_ENTER)
    hand.focus("Wider")
    for _ in range(3):
        hand.press(_ENTER)
    hand.focus("Use this place")
    centre = hand.pane.view.centre
    hand.press(_ENTER)
    (place,) = given
    assert (place.lat, place.lon) == pytest.approx(centre)
    assert (place.radius_m, bool(place.adm1)) == (10_000, True)


@pytest.mark.parametrize("word", ["Closer", "Further away", "Show more to the west", "Show more to the north"])
def test_each_way_to_move_is_a_key_on_the_screen(pick: Callable[..., MapHand], word: str) -> None:
    hand = pick()
    before = hand.pane.view
    hand.tap(word)
    after = hand.pane.view
    moved = (after.zoom - before.zoom, after.x < before.x, after.y < before.y)
    assert (
        moved
        == {
            "Closer": (1, False, False),
            "Further away": (-1, False, False),
            "Show more to the west": (0, True, False),
            "Show more to the north": (0, False, True),
        }[word]
    )
    assert hand.page.view.place is None


def test_my_position_is_taken_with_its_accuracy_or_said_to_be_unknown(
    pick: Callable[..., MapHand], given: list[PickedPlace]
) -> None:
    device = Receiver()
    hand = pick(device=device)
    assert "not known here" in hand.words()
    hand.tap("My position")
    assert hand.page.view.place is None
    device.fix = Position(52_000_000, -150_000_000, 35)
    hand.tap("My position")
    assert "within 35 m" in hand.words()
    hand.tap("Use this place")
    assert (given[0].given_as, given[0].radius_m, given[0].adm3) == ("gps", 35, "Morime")


def test_a_name_and_a_code_are_found_by_typing_and_become_the_place(
    pick: Callable[..., MapHand], given: list[PickedPlace], tmp_path: Path
) -> None:
    from fieldapp.widgets.fields import Typed

    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "places.csv").write_text("name,lat,lon\nOld Bridge,5.2,-15.0\n", encoding="utf-8")
    hand = pick(home=tmp_path)

    def find(text: str) -> None:
        hand.tap("Find by name or code")
        field_ = next(w for w in hand.stage.walk(restrict=True) if isinstance(w, Typed))
        field_.text = text
        hand.frames(3)

    find("old brigde")
    hand.tap("Old Bridge")
    place = hand.page.view.place
    assert (place.name, place.given_as, place.radius_m, place.adm3) == ("Old Bridge", "gazetteer", 1_000, "Morime")
    assert "Old Bridge" in hand.words()
    assert hand.pane.sees(5.2, -15.0)
    find("28ndm8113")
    hand.tap("28N DM 81 13")
    hand.tap("Use this place")
    assert (given[0].given_as, given[0].radius_m, given[0].adm1) == ("mgrs", 708, "Lemba North")


def test_the_place_that_was_set_before_is_shown_and_kept(
    pick: Callable[..., MapHand], given: list[PickedPlace]
) -> None:
    start = PickedPlace(5.2, -15.0, 500, "Lemba North", "Dera", "Morime", "mgrs")
    hand = pick(start=start)
    assert hand.pane.sees(5.2, -15.0)
    assert hand.pane.view.zoom > 9
    hand.tap("Use this place")
    assert given == [start]


def test_without_areas_and_tiles_a_code_still_gives_a_place(
    pick: Callable[..., MapHand], given: list[PickedPlace]
) -> None:
    hand = pick(areas=None)
    assert any("no map on this tablet" in words for words in hand.words())
    hand.touch(*hand.pane.center)
    assert "Outside the mission’s areas" in hand.words()
    hand.tap("Use this place")
    assert (given[0].adm1, given[0].code) == ("", "")


def test_a_file_that_is_no_map_says_so_and_the_areas_are_drawn(pick: Callable[..., MapHand], tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "a.mbtiles").write_bytes(b"broken")
    hand = pick(home=tmp_path)
    what, _safe, _do = assets.sentences("not-a-map", "en")
    assert what in hand.words()
    assert hand.pane.map.drawn_areas > 18


def test_tiles_stand_where_they_belong_and_a_broken_one_is_hatched(
    pick: Callable[..., MapHand], stage: Any, tmp_path: Path
) -> None:
    """The north of the world is coloured otherwise than the south; the picture that is broken shows the hatch."""
    from tests.support.mbtiles import picture

    (tmp_path / "maps").mkdir()
    red, blue = picture((200, 0, 0)), picture((0, 0, 200))
    tiles = {(1, 0, 0): red, (1, 1, 0): b"broken", (1, 0, 1): blue, (1, 1, 1): blue}
    write_mbtiles(tmp_path / "maps" / "a.mbtiles", tiles=tiles)
    hand = pick(home=tmp_path, areas=None)
    hand.frames(10)
    view = hand.pane.view
    texture = stage.export_as_image().texture
    pixels, wide = texture.pixels, texture.width

    def pixel(lat: float, lon: float) -> tuple[int, int, int]:
        x, y = view.pixel(lat, lon)
        across, down = int(hand.pane.map.x + x), int(stage.height - hand.pane.map.y - y)
        at = 4 * (down * wide + across)
        return pixels[at], pixels[at + 1], pixels[at + 2]

    assert pixel(20, -20) == (200, 0, 0)
    assert pixel(-20, -20) == (0, 0, 200)
    assert pixel(-20, 20) == (0, 0, 200)
    red_part, green_part, blue_part = pixel(21, 23)
    assert max(red_part, green_part, blue_part) - min(red_part, green_part, blue_part) < 30


def test_reports_are_chosen_by_tap_and_by_keys_and_told_with_age_and_error(stage: Any, theme: Any) -> None:
    from fieldapp.screens.map_page import MapPage

    areas = assets.read_json("scenario/areas.geojson")
    page = MapPage.browse(areas, Receiver(), REPORTS, shell=Frame(stage))
    hand = MapHand(stage, page)
    assert "Tap a mark, or step through them." in hand.words()
    hand.touch(*hand.on_map(5.0, -16.0))
    assert {"Homes burned", "Karou · 1 of 2", "Today or yesterday · within 5 km"} <= set(hand.words())
    hand.tap("Next")
    assert {"Market closed", "More than 7 days ago · within 9 km"} <= set(hand.words())
    hand.tap("Next")
    assert "Homes burned" in hand.words()
    hand.touch(*hand.on_map(3.0, -15.0))
    assert "Tap a mark, or step through them." in hand.words()
    assert {dot.shape for dot in hand.pane.map.marks.dots} == {"disc", "diamond"}
    page._ticks.cancel()
    stage.clear_widgets()


def test_names_on_the_map_do_not_touch_each_other_and_follow_the_language(
    pick: Callable[..., MapHand], theme: Any
) -> None:
    hand = pick()
    assert len(hand.pane.map.shown_names) > 15
    assert "Lemba North" in hand.pane.map.shown_names
    theme.language = "ar"
    hand.page.show()
    assert "لمبا الشمالية" in hand.pane.map.shown_names


def test_the_map_is_not_mirrored_and_its_keys_lie_at_the_thumb(pick: Callable[..., MapHand], theme: Any) -> None:
    hand = pick()
    east_of_west = hand.on_map(5, -14)[0] > hand.on_map(5, -16)[0]
    assert hand.pane.closer.center_x > hand.pane.center_x
    theme.language = "ar"
    hand.page.show()
    assert east_of_west
    assert hand.on_map(5, -14)[0] > hand.on_map(5, -16)[0]
    assert hand.pane.closer.center_x < hand.pane.center_x


def test_the_position_is_not_asked_while_the_page_is_covered(pick: Callable[..., MapHand], stage: Any) -> None:
    from kivy.uix.widget import Widget

    device = Receiver()
    hand = pick(device=device)
    hand.page.shell.draw(Widget)
    hand.page._tick(0)
    asked = device.asked
    hand.page._tick(0)
    assert device.asked == asked
    assert not hand.page._ticks.is_triggered
    hand.page.show()
    assert hand.page._ticks.is_triggered
