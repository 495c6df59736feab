"""The look, held to its own table: contrast, one place for colours and sizes, words in three languages."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.widgets import tokens
from fieldapp.widgets.shaping import shape, shorten, wrap
from fieldapp.widgets.words import LANGUAGES, Words
from firsthand import assets

ROOT = Path(__file__).parents[2]
WINDOW = sorted(
    [*(ROOT / "fieldapp/widgets").iterdir(), *(ROOT / "fieldapp/screens").iterdir(), ROOT / "fieldapp/app.py"]
)
SOURCES = [path for path in WINDOW if path.suffix in {".py", ".kv"}]
TEXT, GRAPHIC = 7.0, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink2", "act", "alarm", "care", "good") for ground in ("bg", "sheet")),
    *((name, f"{name}_soft") for name in ("alarm", "care", "good")),
    *(("ink", f"{name}_soft") for name in ("alarm", "care", "good", "act")),
    *(("ink2", ground) for ground in ("act_soft",)),
    ("onact", "act"),
    ("onact", "pressed"),
    ("bg", "ink"),
    ("bg", "ink2"),
    *((f"c_{state}", "bg") for state in ("draft", "sealed", "handed", "logged", "acknowledged", "purged", "needs")),
]


@pytest.mark.parametrize("mode", tokens.MODES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_seven_to_one(ink: str, ground: str, mode: str) -> None:
    """What is read or tells a state stands out at 7:1 in sun and at night."""
    at = tokens.MODES.index(mode)
    assert contrast(tokens.COLOURS[ink][at], tokens.COLOURS[ground][at]) >= TEXT


@pytest.mark.parametrize("mode", tokens.MODES)
@pytest.mark.parametrize(
    ("edge", "ground"), [("edge", "bg"), ("edge", "sheet"), ("hatch", "sheet"), ("act", "act_soft")]
)
def test_edges_and_graphics_have_three_to_one(edge: str, ground: str, mode: str) -> None:
    """Edges of controls, the hatch, the edge of a chosen answer."""
    at = tokens.MODES.index(mode)
    assert contrast(tokens.COLOURS[edge][at], tokens.COLOURS[ground][at]) >= GRAPHIC


COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|rgba?\s*[:=]\s*[\[(]?\s*[0-9.]+\s*,\s*[0-9]|get_color_from_hex\(\s*[\"']")
SIZE = re.compile(r"\b[ds]p\(\s*[0-9.]+\s*\)|font_size\s*[:=]\s*[0-9\"']")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_colours_and_sizes_are_written_in_the_token_table_only(path: Path) -> None:
    """A colour or length elsewhere would not follow sun, night or the size of type."""
    text = path.read_text(encoding="utf-8")
    found = [] if path.name == "tokens.py" else COLOUR.findall(text) + SIZE.findall(text)
    assert found == []


def test_smallest_touch_and_type_keep_the_norm() -> None:
    """48 dp to touch, 88 dp in the field, 16 sp to read."""
    assert tokens.SPACE.touch == min(tokens.SPACE.touch, tokens.SPACE.tab, tokens.SPACE.key, tokens.SPACE.bar_key) == 48
    assert tokens.SPACE.key_field == 88
    assert min(tokens.TYPE.values()) == 16


def test_every_key_that_the_screens_name_has_its_sentence() -> None:
    """A key built from a code is checked with the codes; a literal one here."""
    known = Words("en")
    for path in SOURCES:
        for key in re.findall(
            r"""(?<![a-z_])words\(\s*"([a-z_0-9.A-Z+-]+)"\s*[,)]""", path.read_text(encoding="utf-8")
        ):
            assert known.has(key) or key.endswith("."), (path.name, key)


def test_no_sentence_shouts_or_pleads() -> None:
    """No exclamation mark, no "please", no "oops"."""
    pleading = re.compile(r"!|\bplease\b|\boops\b|s’il vous plaît|من فضلك|\btafadhali\b", re.IGNORECASE)
    for language in LANGUAGES:
        for domain in assets.text_domains(language):
            for key, entry in assets.texts(domain, language).items():
                for text in entry if isinstance(entry, tuple) else (entry,):
                    assert not pleading.search(text), (language, domain, key)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {0: 1, 1: 0, 2: 1, 21: 1}),
        ("fr", {0: 0, 1: 0, 2: 1}),
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 103: 3}),
        ("sw", {0: 1, 1: 0, 2: 1, 21: 1}),
    ],
)
def test_plural_forms(language: str, forms: dict[int, int]) -> None:
    """The forms of CLDR for whole numbers, by the index that the catalogue gives them."""
    rule = assets.text_catalogue("ui", language).plural
    assert {n: rule(n) for n in forms} == forms


def test_digits_follow_the_language() -> None:
    """Eastern digits in Arabic prose; dates are written out."""
    arabic = Words("ar")
    assert arabic.number(2026) == "٢٠٢٦"
    assert arabic.day(date(2026, 12, 8)) == "٨ ديسمبر"
    assert Words("fr").day(date(2026, 12, 8), weekday=True) == "mar. 8 déc."
    assert Words("en").moment(1_796_738_400, 1_796_738_400, 60) == "Today 15:00"


def test_arabic_is_shaped_and_foreign_runs_keep_their_order() -> None:
    """Letters join, brackets mirror, a Latin run inside stays readable."""
    drawn = shape("تقرير (F6) من Lemba North", True)
    assert "F6" in drawn
    assert "Lemba North" in drawn
    assert drawn.index("Lemba") < drawn.index("F6")
    assert drawn.index("(") < drawn.index("F6") < drawn.index(")")
    assert "ﺗ" in drawn  # the initial form of the first letter
    assert shape("Français", True) == "Français"
    assert shape("plain", False) == "plain"


def test_wrapping_is_in_logical_order() -> None:
    """The first words stand on the first line, whatever the direction."""
    lines = wrap("واحد اثنان ثلاثة أربعة", 11, len)
    assert lines == ["واحد اثنان", "ثلاثة أربعة"]
    assert shorten(["aaa bbb", "ccc ddd"], 1, 7, len) == ["aaa…"]


@given(st.text(alphabet="ab ا ب\n", max_size=60), st.integers(min_value=1, max_value=20))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Every word survives in its order; a line is too wide only when it is a single word."""
    lines = wrap(text, width, len)
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= width or " " not in line for line in lines)
