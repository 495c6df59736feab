"""Arabic for a renderer that draws code points from left to right: wrap in logical order, then shape each line.

Pure; the width of a piece of text is asked from the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display

_ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_L = "A-Za-z0-9\u00c0-\u02af"
_LATIN_RUN = re.compile(f"[{_L}](?:[{_L} .,:/+'’&_-]*[{_L}])?")
_CONTROLS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LRE, _PDF, _RLM = "\u202a", "\u202c", "\u200f"
_reshaper = ArabicReshaper(
    {"delete_harakat": True, "support_ligatures": True, "use_unshaped_instead_of_isolated": False}
)


def has_arabic(text: str) -> bool:
    """Whether a letter of a right-to-left script is in the text."""
    return _ARABIC.search(text) is not None


def isolated(text: str) -> str:
    """Fence every foreign run, so that its brackets and stops stay with it inside right-to-left text."""
    return _LATIN_RUN.sub(lambda run: f"{_RLM}{_LRE}{run.group()}{_PDF}{_RLM}", text)


@lru_cache(maxsize=4096)
def shape(line: str, rtl: bool) -> str:
    """One line in the order and the forms in which it is drawn.

    Args:
        line: logical order, no line break.
        rtl: the direction of the paragraph.
    """
    if not rtl and not has_arabic(line):
        return line
    logical = isolated(line) if rtl else line
    drawn = get_display(_reshaper.reshape(logical), base_dir="R" if rtl else "L")
    return str(drawn).translate(_CONTROLS)


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines in logical order that fit `width`; a word that is wider stands alone."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and measure(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def shorten(lines: list[str], limit: int, width: float, measure: Callable[[str], float]) -> list[str]:
    """At most `limit` lines; the last one ends in "…" where something was left off."""
    if len(lines) <= limit:
        return lines
    kept = lines[:limit]
    last = kept[-1]
    while last and measure(last + "…") > width:
        last = last.rpartition(" ")[0] if " " in last else last[:-1]
    kept[-1] = last.rstrip(" ·,") + "…"
    return kept
