"""Words of the closed lists in the language of the window, from the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fieldapp.widgets.theme import theme
from firsthand import assets
from firsthand.domain.catalogue import Term, parse_terms

# the languages that an account may be told in, each by its own name
TONGUES = {
    "fr": "Français", "ar": "العربية", "en": "English", "sw": "Kiswahili", "ln": "Lingála", "sg": "Sango",
    "ha": "Hausa", "ff": "Fulfulde", "so": "Soomaali", "rn": "Kirundi", "rw": "Kinyarwanda",
}  # fmt: skip


@cache
def _terms(name: str) -> Mapping[str, Term]:
    return parse_terms(assets.read_text(f"catalogues/{name}.csv"))


def label(name: str, code: str) -> str:
    """The words of a code of a catalogue; of a tongue where `name` is empty."""
    if not name:
        return TONGUES.get(code) or theme.words("not_known")
    return _said(_terms(name)[code].label)


def short(name: str, code: str) -> str:
    """The plain words of a code, where a list has them beside the full ones."""
    return _said(_terms(name)[code].short)


def hint(name: str, code: str) -> str:
    """The guidance sentence of a code, empty where it has none."""
    hints = _terms(name)[code].hint if name else {}
    return _said(hints) if hints else ""


def _said(words: Mapping[str, str]) -> str:
    return theme.words.digits(words.get(theme.language) or words["en"])


@cache
def signal_groups() -> Mapping[str, tuple[str, ...]]:
    """Group -> codes of the early signals, in the order of the list."""
    import csv
    import io

    groups: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(assets.read_text("catalogues/signals.csv"))):
        groups.setdefault(row["group"], []).append(row["code"])
    return {group: tuple(codes) for group, codes in groups.items()}
