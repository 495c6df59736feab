"""What is drawn, looked at: without colour, and with three kinds of colour blindness, every state can still be told.

Simulations after Machado, Oliveira and Fernandes (2009), severity 1, on linear light. Pictures are compared pixel by
pixel in plain Python: a line of 176 by 24 has few colours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from fieldapp.widgets import tokens

Pixel = tuple[int, int, int]
Picture = list[Pixel]
_WIDE, _HIGH = 176, 24
# A difference that is seen: this much of 255 in luminance, on at least so many pixels of a line.
STEP, PIXELS = 60, 40

MATRICES = {
    "protanopia": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "deuteranopia": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "tritanopia": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
}
SIGHTS = ["greyscale", *MATRICES]


def linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def byte(share: float) -> int:
    share = min(max(share, 0.0), 1.0)
    return round(255 * (12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055))


@cache
def seen(pixel: Pixel, sight: str) -> Pixel:
    """A colour as somebody with this sight sees it."""
    red, green, blue = map(linear, pixel)
    if sight == "greyscale":
        grey = byte(0.2126 * red + 0.7152 * green + 0.0722 * blue)
        return grey, grey, grey
    m = MATRICES[sight]
    mixed = (m[at] * red + m[at + 1] * green + m[at + 2] * blue for at in (0, 3, 6))
    first, second, third = map(byte, mixed)
    return first, second, third


def grey_of(pixel: Pixel) -> float:
    return 0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2]


def apart(one: Picture, other: Picture, sight: str) -> int:
    """On how many pixels two pictures differ visibly in light and dark alone."""
    pairs = zip(one, other, strict=True)
    return sum(abs(grey_of(seen(a, sight)) - grey_of(seen(b, sight))) >= STEP for a, b in pairs if a != b)


def on_ground(rows: bytes, ground: Pixel) -> Picture:
    """RGBA rows laid on a page."""
    picture = []
    for at in range(0, len(rows), 4):
        share = rows[at + 3] / 255
        mixed = [round(rows[at + c] * share + ground[c] * (1 - share)) for c in range(3)]
        picture.append((mixed[0], mixed[1], mixed[2]))
    return picture


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("mode", tokens.MODES)
@pytest.mark.parametrize("mirror", [False, True])
def test_custody_states_are_told_apart_without_their_colours(stage: Any, sight: str, mode: str, mirror: bool) -> None:
    """Shape and place on the line tell all seven from each other, in sun and at night, in both directions."""
    from fieldapp.widgets.custody import ALL_STATES, line_rows, rgb

    ground = rgb("bg", mode)
    drawn = {state: on_ground(line_rows(state, mode, mirror, _WIDE, _HIGH), ground) for state in ALL_STATES}
    for one, other in combinations(ALL_STATES, 2):
        assert apart(drawn[one], drawn[other], sight) >= PIXELS, (one, other)


def test_simulations_do_what_they_say() -> None:
    """Red and green fall together for two of them, blue and green for the third; greys stay what they are."""

    def distance(one: Pixel, other: Pixel, sight: str) -> float:
        return sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5

    red, green, blue_green, green_blue = (200, 60, 60), (120, 110, 60), (0, 150, 150), (0, 150, 110)
    plain = sum((a - b) ** 2 for a, b in zip(red, green, strict=True)) ** 0.5
    assert distance(red, green, "deuteranopia") < plain
    assert distance(red, green, "protanopia") < plain
    assert distance(blue_green, green_blue, "tritanopia") < 40
    for sight in SIGHTS:
        assert all(abs(channel - 128) <= 1 for channel in seen((128, 128, 128), sight))


def picture_of(stage: Any, make: Callable[[], Any], box: Callable[[Any], Any]) -> tuple[Picture, tuple[int, int]]:
    """The pixels of one widget of a screen, and their width and height."""
    screen = stage.show(make)
    widget = box(screen)
    texture = stage.export_as_image().texture
    pixels, wide = texture.pixels, texture.width
    x, y = (round(each) for each in widget.to_window(widget.x, widget.y))
    w, h = round(widget.width), round(widget.height)
    top = texture.height - y - h  # rows come from the top
    picture = []
    for row in range(top, top + h):
        start = 4 * (row * wide + x)
        line = pixels[start : start + 4 * w]
        picture += [(line[at], line[at + 1], line[at + 2]) for at in range(0, len(line), 4)]
    return picture, (w, h)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("mode", tokens.MODES)
def test_notices_of_different_gravity_carry_different_marks(stage: Any, theme: Any, sight: str, mode: str) -> None:
    """The same words under three gravities: the icons alone tell them apart when the tints are gone."""
    from fieldapp.widgets.page import CareBox
    from fieldapp.widgets.text import Icon

    theme.mode = mode
    drawn = {}
    for grave in ("alarm", "care", "good"):

        def make(grave: str = grave) -> Any:
            return CareBox("One sentence.", "Another.", grave=grave)

        def icon(screen: Any) -> Any:
            return next(w for w in screen.walk() if isinstance(w, Icon))

        drawn[grave], _ = picture_of(stage, make, icon)
    for one, other in combinations(drawn, 2):
        assert apart(drawn[one], drawn[other], sight) >= PIXELS // 2, (one, other)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("mode", tokens.MODES)
def test_chosen_off_and_plain_keys_are_told_apart(stage: Any, theme: Any, sight: str, mode: str) -> None:
    """A filled tab, a dashed key, a ring with a disc: none needs its colour."""
    from fieldapp.widgets.keys import Answer, Key

    theme.mode = mode

    def whole(screen: Any) -> Any:
        return screen

    keys = {kind: (lambda kind=kind: Key("Word", kind=kind)) for kind in ("plain", "filled", "off", "primary")}
    drawn = {kind: picture_of(stage, make, whole)[0] for kind, make in keys.items()}
    for one, other in (("plain", "filled"), ("plain", "off"), ("off", "filled"), ("plain", "primary")):
        assert apart(drawn[one], drawn[other], sight) >= PIXELS, (one, other)
    rows = [
        picture_of(stage, lambda chosen=chosen: Answer("Word", lambda: None, chosen=chosen), whole)[0]
        for chosen in (False, True)
    ]
    assert apart(rows[0], rows[1], sight) >= PIXELS


@pytest.mark.parametrize(
    ("language", "mode", "percent"),
    [("en", "sun", 100), ("fr", "night", 200), ("ar", "night", 100), ("sw", "sun", 100), ("ar", "sun", 200)],
)
def test_pictures_are_drawn_with_ink_on_their_own_ground(  # noqa: PLR0917 - what pytest fills in
    stage: Any, theme: Any, language: str, mode: str, percent: int, tmp_path: Any
) -> None:
    """No blank and no half-drawn page: most of it is the page's colour, and there is ink from top to bottom."""
    from PIL import Image

    from fieldapp.screens import gallery

    theme.language, theme.mode, theme.scale = language, mode, percent / 100
    ground = bytes.fromhex(tokens.COLOURS["bg"][tokens.MODES.index(mode)][1:])
    scenes = gallery.scenes()
    for name in ("home", "unlock", "settings", "find", "training", "cover"):
        stage.show(scenes[name])
        path = tmp_path / f"{name}.png"
        stage.export_to_png(str(path))
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        assert image.size == (tokens.SPACE.page_w, tokens.SPACE.page_h)
        colours = {colour: count for count, colour in image.getcolors(1 << 20)}
        share = colours.get(tuple(ground), 0) / (image.width * image.height)
        assert 0.4 < share < 0.99, (name, share)
        thirds = [image.crop((0, top, image.width, top + 260)) for top in (0, 270, 540)]
        inked = [len(third.getcolors(1 << 20)) > 1 for third in thirds]
        assert inked[0] or inked[1], name
        assert inked[2], name


def test_picture_names_are_flat_and_the_same_in_every_language(stage: Any, theme: Any) -> None:
    """At least twelve; nothing in a name says language, theme or size."""
    from fieldapp.screens import gallery

    names = {}
    for language in ("en", "ar"):
        theme.language = language
        names[language] = set(gallery.scenes())
    assert names["en"] == names["ar"]
    assert len(names["en"]) >= 12
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in names["en"])
    assert {"home", "settings", "unlock", "pin", "find", "health", "training", "cover", "map", "record-what"} <= names[
        "en"
    ]
