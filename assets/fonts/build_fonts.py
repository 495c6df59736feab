"""Builds the two fonts of the window from variable Noto Sans; see README.md. Not part of the program."""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCES = (
    "noto-sans/files/noto-sans-latin-wght-normal.woff2",
    "noto-sans/files/noto-sans-latin-ext-wght-normal.woff2",
    "noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2",
)
WEIGHTS = {"Regular": 400, "Bold": 650}
# Arabic letters and digits, the presentation forms that the reshaper writes, and brackets
ARABIC = ((0x600, 0x6FF), (0xFB50, 0xFBFF), (0xFD3E, 0xFD3F), (0xFDF2, 0xFDF2), (0xFE70, 0xFEFC))
DROPPED = ["GSUB", "GPOS", "GDEF", "STAT", "HVAR", "MVAR", "DSIG", "avar", "meta"]
ASCENT, DESCENT = 1069, -293  # of the Latin part, so that lines keep their height in every language
FAMILY = "Firsthand Sans"


def wanted(source: str, code: int) -> bool:
    """Whether a code point of a source is kept."""
    return "arabic" not in source or any(low <= code <= high for low, high in ARABIC)


def part(path: Path, weight: int, seen: set[int]) -> TTFont:
    """One source at one weight, cut to what no earlier source has."""
    font = instancer.instantiateVariableFont(TTFont(path), {"wght": weight})
    options = Options()
    options.layout_features, options.name_IDs, options.hinting = [], [], False
    options.drop_tables += DROPPED
    codes = [code for code in font.getBestCmap() if wanted(path.name, code) and code not in seen]
    seen.update(codes)
    cutter = Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font.flavor = None
    return font


def build(modules: Path, out: Path) -> None:
    """Writes both fonts."""
    for name, weight in WEIGHTS.items():
        seen: set[int] = set()
        pieces = []
        for source in SOURCES:
            piece = out / f".{name}-{len(pieces)}.ttf"
            part(modules / "@fontsource-variable" / source, weight, seen).save(piece)
            pieces.append(piece)
        font = Merger().merge([str(piece) for piece in pieces])
        font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, DESCENT, 0
        table = font["OS/2"]
        table.sTypoAscender, table.sTypoDescender, table.sTypoLineGap = ASCENT, DESCENT, 0
        table.usWinAscent, table.usWinDescent, table.usWeightClass = ASCENT, -DESCENT, weight
        names = {
            0: "Noto Sans and Noto Sans Arabic: Copyright The Noto Project Authors. Merged and renamed.",
            1: FAMILY,
            2: name,
            3: f"{FAMILY} {name} 1",
            4: f"{FAMILY} {name}",
            5: "Version 1.000",
            6: f"FirsthandSans-{name}",
            13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
            14: "https://openfontlicense.org",
        }
        font["name"].names = []
        for number, text in names.items():
            font["name"].setName(text, number, 3, 1, 0x409)
        font.save(out / f"FirsthandSans-{name}.ttf")
        for piece in pieces:
            piece.unlink()


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
