"""Cuts the icon font to the names in icons.json; see README.md. Not part of the program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont


def build(modules: Path, out: Path) -> None:
    """Writes the font and the map from names to code points."""
    bold = modules / "@phosphor-icons/web/src/bold"
    codes: dict[str, int] = {}
    for icon in json.loads((bold / "selection.json").read_text(encoding="utf-8"))["icons"]:
        for name in icon["properties"]["name"].split(", "):
            codes[name.removesuffix("-bold")] = icon["properties"]["code"]
    names = sorted(json.loads((out / "icons.json").read_text(encoding="utf-8")))
    found = {name: codes[name] for name in names}
    font = TTFont(bold / "Phosphor-Bold.ttf")
    options = Options()
    options.layout_features, options.name_IDs = [], ["*"]
    cutter = Subsetter(options)
    cutter.populate(unicodes=found.values())
    cutter.subset(font)
    font.save(out / "phosphor-bold.ttf")
    written = json.dumps({name: f"{code:04x}" for name, code in found.items()}, indent=1)
    (out / "icons.json").write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
