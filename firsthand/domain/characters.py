"""Which characters a text of a report may hold, and which digits count as digits.

Embeddings, overrides and isolates of the bidirectional algorithm are refused: they make a line read
differently from what it says, and on a screen they reach beyond their field. The plain marks U+200E, U+200F
and U+061C stay allowed in prose, where Arabic and Latin meet; names of areas, which must compare equal by
eye, hold none.
"""

from __future__ import annotations

import re

# Arabic-Indic (Arabic world), Extended Arabic-Indic (Persian, Urdu), and the Arabic decimal point.
_DIGITS = {0x0660 + n: str(n) for n in range(10)} | {0x06F0 + n: str(n) for n in range(10)} | {0x066B: "."}

_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_PROSE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # a line feed is part of prose
# Word joiner and friends, zero-width space, byte order mark, interlinear marks, noncharacters, tags.
_HIDDEN = re.compile(
    "[\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)
_MARKS = re.compile("[\u00ad\u061c\u200c-\u200f]")  # soft hyphen, joiners, plain direction marks


def western_digits(text: str) -> str:
    """Both kinds of Arabic digits, and the Arabic decimal point, as the ASCII ones."""
    return text.translate(_DIGITS)


def fault_in(text: str, *, prose: bool = False, name: bool = False) -> str | None:
    """The code of the first problem in the characters of a text, None when there is none.

    Args:
        text: any string, lone surrogates included.
        prose: several lines are allowed.
        name: compared by eye with others: no invisible marks, no spaces around, no two in a row.
    """
    if _SURROGATE.search(text):
        return "surrogate"
    if (_CONTROL_PROSE if prose else _CONTROL_LINE).search(text):
        return "control-character"
    if _BIDI.search(text):
        return "bidi-control"
    if _HIDDEN.search(text) or (name and _MARKS.search(text)):
        return "hidden-character"
    if name and text != " ".join(text.split()):
        return "spaces"
    return None
