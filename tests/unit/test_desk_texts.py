"""The words of the pages in three languages, and the colours they stand on."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest

from firsthand import assets
from sync_server.desk.pages.texts import LANGUAGES, Words

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "sync_server" / "desk"
TEXTS = {lang: assets.texts("desk", lang) for lang in LANGUAGES}


def fields(text: assets.Text) -> set[str]:
    assert isinstance(text, str)
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_everything_with_the_same_blanks(lang: str) -> None:
    assert set(TEXTS[lang]) == set(TEXTS["en"])
    for key, text in TEXTS["en"].items():
        assert text and TEXTS[lang][key], key
        assert fields(TEXTS[lang][key]) == fields(text) or key in {"board.title.one"}, key


def test_every_key_that_a_page_names_exists() -> None:
    named: set[str] = set()
    for path in (DESK / "pages").rglob("*"):
        if path.suffix in {".py", ".html"}:
            named |= set(
                re.findall(r"""\b(?:t|words)\(\s*["']([a-z_A-Z0-9.\-]+)["']\s*[,)]""", path.read_text("utf-8"))
            )
    assert len(named) > 100
    assert named - set(TEXTS["en"]) == set()


def test_the_voice_is_calm() -> None:
    for key, text in TEXTS["en"].items():
        assert (
            isinstance(text, str) and "!" not in text and "please" not in text.lower() and "oops" not in text.lower()
        ), key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-07", "7 Dec 2026"),
        ("2026-12-07/2026-12-13", "7–13 Dec 2026"),
        ("2026-11-30/2026-12-02", "30 Nov – 2 Dec 2026"),
        ("2026-11-~12", "about 12 Nov 2026"),
        ("2026-11-12?", "12 Nov 2026, doubtful"),
        ("2026-11", "Nov 2026"),
        ("2026", "2026"),
        ("../2026-11-12", "until 12 Nov 2026"),
        ("?", "date not known"),
        ("", "date not known"),
        ("not a date", "not a date"),
    ],
)
def test_dates_are_written_out(text: str, expected: str) -> None:
    assert Words("en", 0).edtf(text) == expected


def test_moments_follow_the_desks_zone_and_the_distance() -> None:
    words, now = Words("en", 60), 1_796_998_500  # Friday 11 December 2026, 15:15 local
    assert words.when(now, now) == f"{words.local(now):%H:%M}"
    assert words.when(now - 86_400, now) == words(f"weekday.{words.local(now - 86_400).isoweekday()}")
    assert words.when(now - 30 * 86_400, now) == "11 Nov"


# -- colours -----------------------------------------------------------------------------------------------------
def themes() -> dict[str, dict[str, str]]:
    css = (DESK / "static" / "desk.css").read_text("utf-8")
    blocks = {
        "light": re.search(r":root \{(.*?)\}", css, re.S),
        "dark": re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.S),
        "system": re.search(
            r'prefers-color-scheme: dark\) \{ :root:not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.S
        ),
    }
    return {
        name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-Fa-f]{6})", found[1]))
        for name, found in blocks.items()
        if found
    }


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    assert themes()["dark"] == themes()["system"]
    assert set(themes()["dark"]) == set(themes()["light"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "bg", 7),
        ("ink", "sheet", 7),
        ("ink2", "bg", 7),
        ("ink2", "sheet", 7),
        ("ink", "act-soft", 7),
        ("ink2", "act-soft", 7),
        ("act", "bg", 7),
        ("onact", "act", 7),
        ("alarm", "bg", 7),
        ("alarm", "alarm-soft", 7),
        ("ink", "alarm-soft", 7),
        ("care", "care-soft", 7),
        ("ink", "care-soft", 7),
        ("good", "bg", 7),
        ("on12", "l1", 7),
        ("on12", "l2", 7),
        ("on3", "l3", 5),
        ("on4", "l4", 7),
        ("edge", "bg", 3),
        ("edge", "sheet", 3),
        ("hatch", "sheet", 3),
    ],
)
def test_contrast(theme: str, text: str, ground: str, least: float) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tints_of_the_board_go_one_way(theme: str) -> None:
    colours = themes()[theme]
    ratios = [contrast(colours[f"l{n}"], colours["bg"]) for n in range(1, 5)]
    assert ratios == sorted(ratios)
    assert all(later / earlier > 1.25 for earlier, later in pairwise(ratios))


def test_nothing_comes_from_elsewhere_and_nothing_is_inline() -> None:
    for path in [
        *(DESK / "pages" / "templates").glob("*.html"),
        DESK / "static" / "desk.css",
        DESK / "static" / "desk.js",
    ]:
        text = path.read_text("utf-8")
        assert not re.search(r"https?://", text), path.name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=\"/static/)", text), path.name


def test_fonts_and_icons_come_with_their_licences() -> None:
    assert "SIL OPEN FONT LICENSE" in (DESK / "static" / "fonts" / "OFL.txt").read_text("utf-8")
    assert "MIT License" in (DESK / "pages" / "ICONS-LICENSE.txt").read_text("utf-8")
