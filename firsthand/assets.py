"""The one reader of shipped data: text and bytes under `assets/`.

Everything else in this package is pure; reading what was installed beside the code is like importing it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import polib  # type: ignore[import-untyped]

from firsthand.errors import BrokenTexts

if TYPE_CHECKING:
    from firsthand.domain.catalogue import Catalogue

LANGUAGES = ("en", "fr", "ar", "sw")

Text: TypeAlias = "str | tuple[str, ...]"
"""A text, or the forms of a plural by the index that the rule of the language gives."""

_LINE = re.compile(r'(?:#.*|\s*|(?:msg(?:id|id_plural|str|str\[[0-9]\])\s+)?"(?:[^"\\]|\\.)*"\s*)')

# The last resort: what is said when the catalogue that would say it cannot be read. A test holds it to that text.
_BROKEN = (
    "The texts of one language cannot be read; the installation is damaged.",
    "Your reports are safe. The program goes on in English.",
    "Install Firsthand again, or tell the help desk.",
)


def read_bytes(name: str) -> bytes:
    """The bytes of `assets/NAME`."""
    return files("assets").joinpath(name).read_bytes()


def read_text(name: str) -> str:
    """The text of `assets/NAME`, UTF-8."""
    return read_bytes(name).decode("utf-8")


@cache
def read_json(name: str) -> Any:
    """The parsed JSON of `assets/NAME`; cached, so treat it as frozen."""
    return json.loads(read_text(name))


@cache
def catalogue() -> Catalogue:
    """The catalogue of acts and event types."""
    from firsthand.domain.catalogue import parse_catalogue

    return parse_catalogue(
        read_text("catalogues/acts.csv"),
        read_text("catalogues/families.csv"),
        read_text("catalogues/event_types.csv"),
    )


@dataclass(frozen=True, slots=True)
class TextCatalogue:
    """One parsed `.po` file.

    Attributes:
        texts: text by key; a tuple holds plural forms.
        plural: index of the form for a whole number >= 0, by the header `Plural-Forms`.
    """

    texts: Mapping[str, Text]
    plural: Callable[[int], int]


def parse_texts(source: str) -> TextCatalogue:
    """A gettext catalogue out of its text; keys stand as msgid, entries without a text count as missing.

    Raises:
        BrokenTexts: it is no catalogue, a key stands twice, or plural forms are not as many as its header says.
    """
    try:
        if not all(_LINE.fullmatch(line) for line in source.splitlines()):
            raise BrokenTexts("line")  # polib would take half a text for a whole one
        parsed = polib.pofile(source, check_for_duplicates=True)
        count, rule = _plural_header(parsed.metadata.get("Plural-Forms", ""))
    except (OSError, ValueError, IndexError, KeyError):
        raise BrokenTexts("catalogue") from None
    table: dict[str, Text] = {}
    for entry in parsed:
        if entry.obsolete:
            continue
        if not entry.msgid_plural:
            forms: Text = entry.msgstr
        elif sorted(entry.msgstr_plural) != list(range(count)):
            raise BrokenTexts("plural forms")
        else:
            forms = tuple(entry.msgstr_plural[index] for index in range(count))
        if forms and all(forms):
            table[entry.msgid] = forms
    return TextCatalogue(MappingProxyType(table), rule)


def _plural_header(header: str) -> tuple[int, Callable[[int], int]]:
    fields = dict(part.strip().partition("=")[::2] for part in header.split(";") if part.strip())
    return int(fields["nplurals"]), c2py(fields["plural"].strip())


@cache
def text_catalogue(domain: str, language: str) -> TextCatalogue:
    """`assets/text/LANGUAGE/DOMAIN.po`, parsed once.

    Raises:
        BrokenTexts: there is no such catalogue, or it does not parse.
    """
    try:
        source = read_text(f"text/{language}/{domain}.po")
    except (OSError, UnicodeDecodeError):
        raise BrokenTexts("catalogue") from None
    return parse_texts(source)


def texts(domain: str, language: str) -> Mapping[str, Text]:
    """Text by key of one domain: `ui`, `errors`, `problems`, `health`, `desk`, ... Raises BrokenTexts."""
    return text_catalogue(domain, language).texts


@cache
def text_domains(language: str) -> tuple[str, ...]:
    """The domains that have a catalogue in a language, in the order of their names. Raises BrokenTexts: none has."""
    try:
        found = [item.name for item in files("assets").joinpath(f"text/{language}").iterdir()]
    except OSError:
        raise BrokenTexts("language") from None
    return tuple(sorted(name.removesuffix(".po") for name in found if name.endswith(".po")))


def sentences(code: str, language: str = "en") -> tuple[str, str, str]:
    """What happened, is my report safe, what to do now, for the code of an error.

    A text that is missing or broken in the language is said in English; an unknown code as `unexpected`.
    """
    for asked, spoken in ((code, language), (code, "en"), ("unexpected", language), ("unexpected", "en")):
        found = _parts("errors", asked, spoken, ("what", "safe", "do"))
        if found:
            return found[0], found[1], found[2]
    return _BROKEN


def advice(code: str, language: str = "en") -> tuple[str, str]:
    """What is wrong and what to do, for the code of a problem in a report (domain `problems`).

    A text that is missing or broken in the language is said in English; an unknown code stands for itself.
    """
    found = _parts("problems", code, language, ("what", "do")) or _parts("problems", code, "en", ("what", "do"))
    return (found[0], found[1]) if found else (code, "")


def _parts(domain: str, code: str, language: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The texts `CODE.NAME` of one domain; empty if the catalogue does not parse or lacks any of them."""
    try:
        table = texts(domain, language)
    except BrokenTexts:
        return ()
    found = [table.get(f"{code}.{name}") for name in names]
    return tuple(text for text in found if isinstance(text, str)) if all(found) else ()
