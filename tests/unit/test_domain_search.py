"""Acts are found by what people type, in four languages; words fall back to English where a list has none."""

from __future__ import annotations

import pytest

from firsthand import assets
from firsthand.domain.catalogue import LANGUAGES, Label, parse_terms
from firsthand.domain.folding import fold, words_of
from firsthand.errors import Malformed

CATALOGUE = assets.catalogue()


def hits(text: str, language: str = "en") -> list[str]:
    return [entry.code for entry in CATALOGUE.search(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("home", "en", "A701"),
        ("HOMES BURN", "en", "A701"),
        ("burned homes", "en", "A701"),
        ("brul", "fr", "A701"),
        ("brûl", "fr", "A701"),
        ("EXECUTE", "fr", "A102"),
        ("exécuté", "fr", "A102"),
        ("حرق", "ar", "A701"),
        ("اعدام", "ar", "A102"),
        ("إعدام", "ar", "A102"),
        ("القتل متعمد", "ar", "A101"),
        ("checkpoint", "en", "E02"),
        ("barrage", "fr", "E02"),
        ("a101", "en", "A101"),
        ("E03", "ar", "E03"),
        ("homes", "de", "A701"),
    ],
)
def test_it_is_found_by_the_beginnings_of_its_words(text: str, language: str, code: str) -> None:
    assert code in hits(text, language)


def test_every_entry_finds_itself_by_its_words_in_every_language() -> None:
    for language in LANGUAGES:
        for entry in (*CATALOGUE.acts.values(), *CATALOGUE.events.values()):
            assert entry.code in hits(entry.short[language], language), (entry.code, language)
            assert entry.code in hits(entry.label[language], language), (entry.code, language)


def test_every_word_asked_must_begin_a_word() -> None:
    assert hits("omes") == []
    assert hits("homes zebra") == []
    assert set(hits("homes burned")) <= set(hits("homes"))


@pytest.mark.parametrize("text", ["", "   ", "...", "؟", "\u0640", "\u200f"])
def test_nothing_is_found_for_no_words(text: str) -> None:
    assert hits(text) == []


def test_plain_words_come_before_the_full_ones_and_acts_before_events() -> None:
    found = hits("for")
    plain = [code for code in found if any(word.startswith("for") for word in words_of(CATALOGUE.short_of(code, "en")))]
    assert found[: len(plain)] == plain
    assert len(found) > len(plain) > 0
    assert any(code.startswith("E") for code in plain)
    for stretch in (plain, found[len(plain) :]):
        assert stretch == sorted(stretch, key=lambda code: code.startswith("E"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Évacué", "evacue"),
        ("STRASSE", "straße"),
        ("cœur", "coeur"),
        ("أإآٱ", "اااا"),
        ("مدرسة", "مدرسه"),
        ("قُتِلَ", "قتل"),
        ("مـــدني", "مدنى"),
        ("٣ قتلى", "3 قتلي"),
        ("İstanbul", "istanbul"),
    ],
)
def test_spellings_that_people_mix_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(fold(one)) == fold(one)


def test_an_arabic_word_is_found_with_and_without_its_article() -> None:
    assert words_of("القتل المتعمد") == words_of("قتل متعمد")
    assert words_of("الم") == ("الم",)  # too short to be an article and a word


# -- labels --------------------------------------------------------------------------------------------------
LIST = "code,en,fr,ar,sw,source_mark,checked_by\none,One,Un,واحد,Moja,D,\ntwo,Two,Deux,اثنان,,D,\n"


def test_words_fall_back_to_english_and_say_so() -> None:
    terms = parse_terms(LIST)
    assert terms["one"].label["sw"] == "Moja"
    assert terms["two"].label["sw"] == "Two"
    assert terms["two"].label.written == {"en", "fr", "ar"}
    assert set(terms["two"].label) == set(LANGUAGES)
    assert terms["one"].hint.get("sw") is None
    assert not terms["one"].hint


def test_a_list_without_swahili_is_read_and_one_without_french_is_not() -> None:
    assert parse_terms("code,en,fr,ar,source_mark,checked_by\none,One,Un,واحد,D,\n")["one"].short["sw"] == "One"
    with pytest.raises(Malformed):
        parse_terms(LIST.replace("Deux", ""))
    with pytest.raises(Malformed):
        parse_terms(LIST.replace("Moja", " Moja"))


def test_a_language_that_is_not_ours_has_no_word() -> None:
    assert Label({"en": "One"}).get("de") is None


def test_every_signal_stands_in_a_group_and_names_its_factors() -> None:
    signals = parse_terms(assets.read_text("catalogues/signals.csv"))
    groups = parse_terms(assets.read_text("catalogues/signal_groups.csv"))
    assert {term.more["group"] for term in signals.values()} == set(groups)
    order = list(groups)
    at = [order.index(term.more["group"]) for term in signals.values()]
    assert at == sorted(at)
    factors = {factor for term in signals.values() for factor in term.more["factors"].split()}
    assert {factor.partition(".")[0] for factor in factors} == {"5", "7", "8"}
    # The reference gives none for what a community knows, nor for silence.
    unmapped = {term.more["group"] for term in signals.values() if not term.more["factors"]}
    assert unmapped == {"population", "silence"}


def test_degrees_name_the_mode_of_liability_that_each_may_be() -> None:
    degrees = parse_terms(assets.read_text("catalogues/degrees.csv"))
    assert {code: term.more["mode"].split() for code, term in degrees.items()} == {
        "direct": ["L25a"],
        "ordered": ["L25b"],
        "present": [],
        "aided": ["L25c", "L25d"],
        "failed_to_prevent": ["L28a", "L28b"],
        "unknown": [],
    }
