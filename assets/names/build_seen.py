"""Writes `seen.txt` and `seen_ar.txt`: words that the program itself uses, which are therefore no names.

Run from the root of the project: `python -m assets.names.build_seen`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import polib

from firsthand.domain.folding import fold

HERE = Path(__file__).parent
ASSETS = HERE.parent
LATIN, ARABIC = ("en", "fr", "sw"), ("ar",)
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIELD = re.compile(r"\{[^}]*\}")
_LINE = 110


def texts(languages: tuple[str, ...]) -> Iterator[str]:
    """Every text of the windows and every label of the catalogues."""
    for language in languages:
        for path in sorted((ASSETS / "text" / language).glob("*.po")):
            for entry in polib.pofile(str(path)):
                yield from (entry.msgstr, *entry.msgstr_plural.values())
        for path in sorted((ASSETS / "catalogues").glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    yield from (row.get(before + language) or "" for before in ("", "short_", "hint_", "label_"))


def listed(*names: str) -> set[str]:
    """Folded words of lists of names."""
    lines = [line for name in names for line in (HERE / name).read_text("utf-8").splitlines()]
    return {fold(word) for line in lines if not line.startswith("#") for word in line.split()}


def seen(languages: tuple[str, ...], but: set[str]) -> list[str]:
    """Folded words of the texts, in order of the alphabet."""
    found = {fold(word) for text in texts(languages) for word in _WORD.findall(_FIELD.sub(" ", text))}
    return sorted(word for word in found - but if len(word) > 2)


def write(name: str, words: list[str]) -> None:
    """One list, wrapped."""
    lines, line = ["# Words of the program's own texts; written by build_seen.py, not by hand."], ""
    for word in words:
        if len(line) + len(word) >= _LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    (HERE / name).write_text("\n".join([*lines, line]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("seen.txt", seen(LATIN, listed("given.txt", "given_words.txt")))
    write("seen_ar.txt", seen(ARABIC, listed("given_ar.txt", "given_words_ar.txt")))
