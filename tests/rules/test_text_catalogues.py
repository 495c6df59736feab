"""The catalogues of texts: complete, the same blanks in every language, one key in one place, and checked or not."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from functools import cache
from importlib.resources import files

import polib
import pytest

from fieldapp.widgets.words import ELSEWHERE
from firsthand import assets
from firsthand.assets import LANGUAGES

LATER = {"sw": 0.10}  # a language that may still lack a share of its texts; nobody else may lack any
DESK_LANGUAGES = ("en", "fr", "ar")

# What an officer must understand before anything is recorded, asked or sealed: never in another language.
NEVER_FOREIGN = (
    "actor.", "age.", "children.", "concern.", "consent.", "discard.", "grade.", "ident.", "kind.", "need.", "note.",
    "ongoing.", "outcome.", "people.", "rec.", "review.", "sealed.", "sex.", "step.", "subject.", "table.", "time.",
    "told.", "training.", "what.", "when.", "where.", "who.",
)  # fmt: skip
GATE = re.compile(r"flash|consent|gate|a413|panic|refus|discard|danger")

# The same word or sign in Swahili as in English; anything else that is equal was forgotten.
SAME_IN_SWAHILI = {"Firsthand", "kB", "MB", "MGRS", "Plus code", "GPS", "USB", "PIN", "NGO"}

# Latin words that an Arabic sentence may hold: names of forms and formats, and what is typed or printed as it stands.
LATIN_IN_ARABIC = {
    "Firsthand", "JSON", "GeoJSON", "UTF", "UCDP", "GED", "MGRS", "Plus", "code", "GPS", "USB", "QR", "PIN", "F", "S",
    "JPEG", "PNG", "WebP", "WAV", "MP", "M", "A", "MBTiles", "PDF", "DOCX", "ODT", "INT", "REPORT", "FORMAT", "adm",
    "true", "false", "fr", "ar", "en", "sw", "v", "NaN", "Infinity", "NAME", "ROLE", "DIR", "desks", "relay", "desk",
    "pull", "http", "example", "run", "log", "dir", "from", "help", "port", "to", "kB", "MB", "km", "m",
}  # fmt: skip

CHECKED = re.compile(r"checked by [a-z][a-z -]+, \d{4}-\d{2}-\d{2}")
KEY = re.compile(r"[a-z0-9_]+([.+_-][A-Za-z0-9_+-]+)*")


@cache
def entries(domain: str, language: str) -> dict[str, polib.POEntry]:
    parsed = polib.pofile(assets.read_text(f"text/{language}/{domain}.po"))
    return {entry.msgid: entry for entry in parsed if not entry.obsolete}


def languages_of(domain: str) -> tuple[str, ...]:
    return DESK_LANGUAGES if domain == "desk" else LANGUAGES


DOMAINS = assets.text_domains("en")
ALL = [(domain, language) for domain in DOMAINS for language in languages_of(domain)]
TRANSLATED = [pair for pair in ALL if pair[1] != "en"]


def forms(text: assets.Text) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def blanks(text: str) -> Counter[str]:
    return Counter(re.findall(r"{(\w*)}", text))


# -- the files -----------------------------------------------------------------------------------------------
def test_texts_are_gettext_catalogues_and_nothing_else() -> None:
    found = {
        f"{folder.name}/{item.name}"
        for folder in files("assets").joinpath("text").iterdir()
        if folder.is_dir() and not folder.name.startswith("__")
        for item in folder.iterdir()
    }
    assert found == {f"{language}/{domain}.po" for domain, language in ALL}
    beside = {item.name for item in files("assets").joinpath("text").iterdir() if not item.is_dir()}
    assert beside <= {"README.md"}


@pytest.mark.parametrize(("domain", "language"), ALL)
def test_a_catalogue_is_in_order_and_each_key_stands_once(domain: str, language: str) -> None:
    """Merges of two people's texts then meet line by line."""
    parsed = polib.pofile(assets.read_text(f"text/{language}/{domain}.po"), check_for_duplicates=True)
    keys = [entry.msgid for entry in parsed]
    assert keys == sorted(keys)
    assert [key for key in keys if not KEY.fullmatch(key)] == []
    assert parsed.metadata["Language"] == language
    assert parsed.metadata["Content-Type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_domain_of_a_language_counts_alike(language: str) -> None:
    headers = {
        polib.pofile(assets.read_text(f"text/{language}/{domain}.po")).metadata["Plural-Forms"]
        for domain in assets.text_domains(language)
    }
    assert len(headers) == 1


@pytest.mark.parametrize(("domain", "language"), ALL)
def test_plural_forms_are_as_many_as_the_header_says(domain: str, language: str) -> None:
    """And the rule of the header names each of them for some number, and none besides."""
    catalogue = assets.text_catalogue(domain, language)
    used = {catalogue.plural(count) for count in range(201)}
    for key, text in catalogue.texts.items():
        if isinstance(text, tuple):
            assert set(range(len(text))) == used, key
            assert entries(domain, language)[key].msgid_plural == key


# -- complete ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("domain", "language"), TRANSLATED)
def test_no_text_of_a_language_is_missing_or_unknown(domain: str, language: str) -> None:
    own, english = assets.texts(domain, language), assets.texts(domain, "en")
    assert set(entries(domain, language)) <= set(english)
    if language not in LATER:
        assert set(english) - set(own) == set()
    for key, text in own.items():
        assert isinstance(text, tuple) == isinstance(english[key], tuple), key
        assert all(form.strip() for form in forms(text)) or key == "comma", key


@pytest.mark.parametrize("language", LATER)
def test_a_language_in_the_making_lacks_little_and_nothing_that_matters(language: str) -> None:
    english = {(domain, key) for domain in DOMAINS if domain != "desk" for key in assets.texts(domain, "en")}
    own = {(domain, key) for domain in assets.text_domains(language) for key in assets.texts(domain, language)}
    missing = english - own
    assert len(missing) <= LATER[language] * len(english)
    assert [key for _, key in sorted(missing) if key.startswith(NEVER_FOREIGN) or GATE.search(key)] == []


@pytest.mark.parametrize("name", sorted(p.name for p in files("assets").joinpath("catalogues").iterdir()))
def test_every_answer_of_a_list_has_its_swahili_words(name: str) -> None:
    """Acts, questions of consent and answers never fall back to another language."""
    if not name.endswith(".csv"):
        return
    for row in csv.DictReader(io.StringIO(assets.read_text(f"catalogues/{name}"))):
        for before in ("", "short_", "hint_"):
            if row.get(f"{before}en"):
                assert row[f"{before}sw"].strip() == row[f"{before}sw"] != "", (name, row["code"], before)


def test_no_key_stands_in_two_domains_of_the_window() -> None:
    """The window knows one table; two texts under one key would hide each other."""
    where: dict[str, list[str]] = {}
    for domain in DOMAINS:
        if domain not in ELSEWHERE:
            for key in assets.texts(domain, "en"):
                where.setdefault(key, []).append(domain)
    assert {key: domains for key, domains in where.items() if len(domains) > 1} == {}


# -- what stands in them -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("domain", "language"), TRANSLATED)
def test_the_blanks_are_the_same_in_every_language(domain: str, language: str) -> None:
    for key, text in assets.texts(domain, language).items():
        english = forms(assets.texts(domain, "en")[key])[-1]
        assert blanks(forms(text)[-1]).keys() == blanks(english).keys(), (language, key)
        for index, form in enumerate(forms(text)):
            # "one report", "two reports": a form may say its number in words; none at all has nothing else to say
            spared = blanks(english).keys() if (language, index) == ("ar", 0) and isinstance(text, tuple) else {"n"}
            assert blanks(english).keys() - blanks(form).keys() <= spared, (language, key)
            assert blanks(form).keys() <= blanks(english).keys(), (language, key)


@pytest.mark.parametrize(("domain", "language"), ALL)
def test_every_text_says_whether_a_person_has_checked_it(domain: str, language: str) -> None:
    """`fuzzy`: nobody yet; a comment `checked by ROLE, YYYY-MM-DD`: a reader of that language. Never both, or neither.

    English is the source and needs neither; a check of it may be noted all the same.
    """
    for key, entry in entries(domain, language).items():
        checked = bool(CHECKED.fullmatch(entry.tcomment))
        assert checked or not entry.tcomment, (language, key)
        assert not (checked and entry.fuzzy), (language, key)
        assert checked or entry.fuzzy or language == "en", (language, key)
        assert not (language == "en" and entry.fuzzy), key


@pytest.mark.parametrize(("domain", "language"), [pair for pair in ALL if pair[1] in {"en", "fr", "sw"}])
def test_apostrophes_are_typographic(domain: str, language: str) -> None:
    for key, text in assets.texts(domain, language).items():
        assert not any(re.search(r"\w'\w|s' ", form) for form in forms(text)), (language, key)


@pytest.mark.parametrize("domain", DOMAINS)
def test_french_keeps_its_space_before_double_signs(domain: str) -> None:
    for key, text in assets.texts(domain, "fr").items():
        for form in forms(text):
            plain = re.sub(r"`[^`]*`|https?:\S+|\d{2}:\d{2}", "", form)
            assert not re.search(r"\w[?;!»]|«\w|\w:(\s|$)", plain), key


def area_words() -> set[str]:
    """The tablet lists areas by the one name that its mission gave them, so a training text names them so too."""
    areas = assets.read_json("scenario/areas.geojson")["features"]
    return {word for area in areas for word in re.findall(r"[A-Za-z]+", area["properties"]["name"])}


@pytest.mark.parametrize("domain", DOMAINS)
def test_arabic_holds_no_latin_words(domain: str) -> None:
    """Names of formats, codes, commands and areas may stand in it; a word that was forgotten may not."""
    allowed = LATIN_IN_ARABIC | (area_words() if domain == "training" else set())
    for key, text in assets.texts(domain, "ar").items():
        for form in forms(text):
            plain = re.sub(r"{\w+}|`[^`]*`", "", form)
            assert set(re.findall(r"[A-Za-z]+", plain)) <= allowed, key


@pytest.mark.parametrize("domain", [domain for domain in DOMAINS if domain != "desk"])
def test_swahili_is_not_english(domain: str) -> None:
    for key, text in assets.texts(domain, "sw").items():
        for form, english in zip(forms(text), forms(assets.texts(domain, "en")[key]), strict=True):
            if re.search(r"[A-Za-z]", re.sub(r"{\w+}", "", english)):
                assert form != english or english in SAME_IN_SWAHILI, key


@pytest.mark.parametrize("language", ["en", "fr", "sw"])
def test_digits_are_western_but_in_arabic(language: str) -> None:
    for domain in assets.text_domains(language):
        for key, text in assets.texts(domain, language).items():
            assert not any(re.search(r"[٠-٩۰-۹\u0600-\u06ff]", form) for form in forms(text)), (domain, key)
