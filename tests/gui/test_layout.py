"""Every screen in four languages and at three sizes: nothing is cut, every key is large enough to touch."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from fieldapp.widgets.tokens import SPACE
from firsthand import assets

LANGUAGES = assets.LANGUAGES
# What is drawn in the middle size, and at 200 % in the languages whose words are short: the fullest of each kind.
FULLEST = (
    *("home", "find", "health", "pin", "settings", "training", "send-running", "consent"),
    *("record-when", "record-actor", "record-people", "table", "overview-new", "review", "review-full"),
)
SLACK = 1.5


def settle(screen: Any) -> None:
    """Frames until two in a row give every widget the same place: sizes travel up and down a frame at a time."""
    from kivy.clock import Clock

    before: list[tuple[float, ...]] = []
    for _ in range(20):
        Clock.tick()
        Clock.tick_draw()
        places = [(*widget.pos, *widget.size) for widget in screen.walk(restrict=True)]
        if places == before:
            return
        before = places
    raise AssertionError("the layout never comes to rest")


def inside_scroll(widget: Any) -> bool:
    from kivy.uix.scrollview import ScrollView

    parent = widget.parent
    while parent is not None and parent is not parent.parent:
        if isinstance(parent, ScrollView):
            return True
        parent = parent.parent
    return False


def row_faults(row: Any) -> list[str]:
    """A row of the list has one of a few heights: what stands in it neither leaves it nor lies on a neighbour."""
    shown = [piece for piece in row.children if piece.opacity and (not hasattr(piece, "logical") or piece.logical)]
    found = []
    for piece in shown:
        if piece.y < row.y - SLACK or piece.top > row.top + SLACK or piece.x < row.x - SLACK:
            found.append(f"beyond its row: {getattr(piece, 'logical', piece)!r}")
        if piece.right > row.right + SLACK:
            found.append(f"beyond its row: {getattr(piece, 'logical', piece)!r}")
    for one, other in combinations(shown, 2):
        across = min(one.right, other.right) - max(one.x, other.x)
        up = min(one.top, other.top) - max(one.y, other.y)
        if across > SLACK and up > SLACK:
            found.append(f"one on the other in {row.word_text!r}")
    return found


def faults(screen: Any) -> list[str]:
    """What an officer could not read or not touch."""
    from fieldapp.widgets.keys import Answer, Key
    from fieldapp.widgets.listed import ReportLine
    from fieldapp.widgets.text import Text

    found = []
    for widget in screen.walk(restrict=True):
        if isinstance(widget, ReportLine):
            found += row_faults(widget)
        if isinstance(widget, Text) and widget.logical.strip():
            left, bottom = widget.to_window(widget.x, widget.y)
            # A text of natural width is judged by what was drawn: measuring it again gives another pixel or two.
            widest = widget.texture_size[0] if widget.fit else widget.widest_word
            if widest > widget.width + SLACK and not widget.line_limit:
                found.append(f"word cut: {widget.logical!r}")
            if widget.texture_size[1] > widget.height + SLACK:
                found.append(f"lower than its text: {widget.logical!r}")
            drawn = widget.drawn_at
            if drawn[0] < widget.x - SLACK or abs(drawn[1] - widget.y) > widget.height - widget.texture_size[1] + SLACK:
                found.append(f"drawn beside its place: {widget.logical!r}")
            if left < -SLACK or left + widget.width > SPACE.page_w + SLACK:
                found.append(f"beyond the side: {widget.logical!r}")
            if widget.x < widget.parent.x - SLACK or widget.right > widget.parent.right + SLACK:
                found.append(f"beyond its box: {widget.logical!r}")
            if not inside_scroll(widget) and (bottom < -SLACK or bottom + widget.height > SPACE.page_h + SLACK):
                found.append(f"beyond top or bottom: {widget.logical!r} {bottom}")
        if isinstance(widget, Key | Answer):
            if min(widget.width, widget.height) < SPACE.touch - SLACK:
                found.append(f"too small to touch: {widget.word_text!r} {widget.size}")
            left, bottom = widget.to_window(widget.x, widget.y)
            if left < -SLACK or left + widget.width > SPACE.page_w + SLACK:
                found.append(f"key beyond the side: {widget.word_text!r}")
            if not inside_scroll(widget) and (bottom < -SLACK or bottom + widget.height > SPACE.page_h + SLACK):
                found.append(f"key beyond top or bottom: {widget.word_text!r}")
        if isinstance(widget, Key) and widget.needed_height > widget.height + SLACK and widget.size_hint_y is None:
            found.append(f"key lower than its words: {widget.word_text!r}")
    return found


Look = tuple[str, str, int]
"""Language, theme, size of type in percent."""


def check(stage: Any, theme: Any, look: Look, which: str) -> None:
    """Draws screens and finds nothing that an officer could not read or touch."""
    from fieldapp.screens import gallery

    theme.language, theme.mode, theme.scale = look[0], look[1], look[2] / 100
    scenes = gallery.scenes()
    assert set(FULLEST) <= set(scenes)
    parts = {"all": list(scenes), "even": list(scenes)[::2], "odd": list(scenes)[1::2], "fullest": list(FULLEST)}
    found = []
    for name in parts[which]:
        stage.clear_widgets()
        screen = scenes[name]()
        stage.add_widget(screen)
        settle(screen)
        found += [f"{name}: {fault}" for fault in faults(screen)]
    assert found == []


@pytest.mark.parametrize(
    ("look", "which"),
    [
        # Sun and night differ in colours only. French and Swahili have the longest words and share the screens at
        # each size between them; Arabic has its own direction. The night's run draws every one in every language.
        (("en", "sun", 100), "all"),
        (("ar", "night", 100), "all"),
        (("fr", "sun", 100), "even"),
        (("sw", "night", 100), "odd"),
        (("fr", "night", 200), "odd"),
        (("sw", "sun", 200), "even"),
        (("ar", "sun", 200), "fullest"),
        (("fr", "sun", 150), "fullest"),
        (("sw", "sun", 125), "fullest"),
    ],
)
def test_nothing_is_cut_and_every_key_can_be_touched(stage: Any, theme: Any, look: Look, which: str) -> None:
    """No word is cut, nothing lies outside the page, nothing to touch is smaller than 48 dp."""
    check(stage, theme, look, which)


@pytest.mark.night
@pytest.mark.parametrize("percent", [100, 125, 150, 175, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_in_every_language_at_every_size(stage: Any, theme: Any, language: str, percent: int) -> None:
    """All of them."""
    check(stage, theme, (language, "night" if percent == 100 else "sun", percent), "all")


@pytest.mark.parametrize("left_hand", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_training_strip_and_left_hand_leave_room_for_everything(
    stage: Any, theme: Any, language: str, left_hand: bool
) -> None:
    """The strip takes its height from pages that are full already."""
    from fieldapp.screens import gallery

    theme.language, theme.left_hand = language, left_hand
    screen = gallery.scenes()["training"]()
    stage.clear_widgets()
    stage.add_widget(screen)
    settle(screen)
    assert faults(screen) == []


@pytest.mark.parametrize("name", ["home", "record-people", "table", "review", "send-running"])
def test_hide_is_on_every_working_screen_in_two_places(stage: Any, theme: Any, name: str) -> None:
    from fieldapp.screens import gallery
    from fieldapp.widgets.keys import Key

    screen = stage.show(gallery.scenes()[name])
    keys = [w for w in screen.walk(restrict=True) if isinstance(w, Key) and w.word_text == "Hide"]
    heights = [key.to_window(*key.center)[1] for key in keys]
    assert len(heights) == 2
    assert max(heights) - min(heights) > SPACE.page_h / 2


def test_right_to_left_mirrors_sides_and_left_hand_mirrors_again(stage: Any, theme: Any) -> None:
    """The primary key stands in the thumb corner: right, then left in Arabic, then right for a left hand."""
    from fieldapp.screens import gallery

    def corner() -> float:
        screen = stage.show(gallery.scenes()["home"])
        word = theme.words("home.flash")
        key = next(w for w in screen.walk(restrict=True) if getattr(w, "word_text", "") == word)
        return float(key.to_window(*key.center)[0])

    half = SPACE.page_w / 2
    assert corner() > half
    theme.language = "ar"
    assert corner() < half
    theme.left_hand = True
    assert corner() > half


def test_night_and_sun_draw_their_own_ground_and_the_same_words(stage: Any, theme: Any) -> None:
    """A switch of theme changes pixels and nothing else."""
    from fieldapp.screens import gallery

    grounds = {}
    said = {}
    for mode in ("sun", "night"):
        theme.mode = mode
        screen = stage.show(gallery.scenes()["home"])
        pixels = stage.export_as_image().texture.pixels
        at = 4 * (700 * SPACE.page_w + SPACE.page_w // 2 + 220)
        grounds[mode] = tuple(pixels[at : at + 3])
        said[mode] = [w.logical for w in screen.walk(restrict=True) if hasattr(w, "logical")]
    assert grounds == {"sun": (255, 255, 255), "night": (0x0C, 0x12, 0x15)}
    assert set(said["sun"]) ^ set(said["night"]) == {"Night", "Day"}


def test_every_letter_of_every_language_is_in_the_fonts(stage: Any) -> None:
    """No empty box: what the window can say, the shipped fonts can draw."""
    from importlib.resources import as_file, files

    from PIL import ImageFont

    from fieldapp.widgets.shaping import shape

    drawn: set[str] = set()
    for language in LANGUAGES:
        for domain in assets.text_domains(language):
            for entry in assets.texts(domain, language).values():
                for text in entry if isinstance(entry, tuple) else [entry]:
                    drawn.update(c for line in text.split("\n") for c in shape(line, language == "ar"))
    for weight in ("Regular", "Bold"):
        with as_file(files("assets").joinpath(f"fonts/FirsthandSans-{weight}.ttf")) as path:
            font = ImageFont.truetype(str(path), 32)
        box = bytes(font.getmask("\uffff"))
        assert [hex(ord(c)) for c in sorted(drawn) if bytes(font.getmask(c)) == box] == []
