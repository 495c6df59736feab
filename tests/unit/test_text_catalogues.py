"""Reading the catalogues of texts: what is refused, and what still speaks when one of them is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.widgets import words
from fieldapp.widgets.words import LANGUAGES, NAMES, Words
from firsthand import assets, errors
from firsthand.assets import parse_texts
from firsthand.errors import BrokenTexts

HEAD = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
PLURAL = 'msgid "a"\nmsgid_plural "a"\nmsgstr[0] "{n} day"\n'


def test_a_catalogue_is_read() -> None:
    found = parse_texts(HEAD + PLURAL + 'msgstr[1] "{n} days"\n\nmsgid "b.c"\nmsgstr "two\\nlines"\n')
    assert dict(found.texts) == {"a": ("{n} day", "{n} days"), "b.c": "two\nlines"}
    assert [found.plural(n) for n in (0, 1, 2)] == [1, 0, 1]


def test_a_text_that_nobody_wrote_yet_is_missing_and_not_empty() -> None:
    found = parse_texts(HEAD + 'msgid "b"\nmsgstr ""\n\n#~ msgid "old"\n#~ msgstr "gone"\n')
    assert dict(found.texts) == {}


def test_a_text_that_nobody_checked_yet_is_used() -> None:
    assert parse_texts(HEAD + '#, fuzzy\nmsgid "b"\nmsgstr "words"\n').texts == {"b": "words"}


@pytest.mark.parametrize(
    "source",
    [
        HEAD + 'msgid "b"\nmsgstr "cut',
        HEAD + "no catalogue at all",
        HEAD + 'msgid "b"\nmsgstr "one"\n\nmsgid "b"\nmsgstr "two"\n',
        HEAD + PLURAL,  # one form of two
        HEAD + PLURAL + 'msgstr[2] "{n} days"\n',
        'msgid "b"\nmsgstr "no head"\n',
        HEAD.replace("n != 1", "n != one") + 'msgid "b"\nmsgstr "a rule that is none"\n',
        HEAD.replace("n != 1", "__import__(1)") + 'msgid "b"\nmsgstr "a rule that would run"\n',
        HEAD.replace("=2", "=two") + 'msgid "b"\nmsgstr "words"\n',
    ],
    ids=["cut", "prose", "twice", "form missing", "form surplus", "no rule", "bad rule", "code as rule", "bad count"],
)
def test_what_is_no_catalogue_is_refused_in_one_way(source: str) -> None:
    with pytest.raises(BrokenTexts) as raised:
        parse_texts(source)
    assert raised.value.code == "broken-texts"
    assert "cut" not in str(raised.value)


@given(st.text(alphabet='msgidtr "\\[01]#~,\n:;=aé', max_size=120))
def test_any_bytes_are_a_catalogue_or_are_refused(tail: str) -> None:
    """Nothing else comes out of the reader, whatever was installed."""
    try:
        found = parse_texts(HEAD + tail)
    except BrokenTexts:
        return
    assert all(isinstance(text, str | tuple) and all(text) for text in found.texts.values())


def test_a_catalogue_is_parsed_once() -> None:
    assert assets.texts("ui", "fr") is assets.texts("ui", "fr")


# -- a broken language ---------------------------------------------------------------------------------------
Break = Callable[[str], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Break]:
    """Cuts one catalogue in half for this test."""
    whole = assets.read_text

    def forget() -> None:
        assets.text_catalogue.cache_clear()
        words._table.cache_clear()

    def cut(name: str) -> None:
        half = whole(name)[: len(whole(name)) // 2] + '\nmsgstr "'
        monkeypatch.setattr(assets, "read_text", lambda asked: half if asked == name else whole(asked))
        forget()

    forget()
    yield cut
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_window_speaks_english_when_a_language_is_broken(broken: Break, language: str) -> None:
    """With one clear error for the officer, and the direction of the language that is really shown."""
    broken(f"text/{language}/ui.po")
    shown = Words(language)
    assert isinstance(shown.fault, BrokenTexts)
    assert (shown.language, shown.rtl) == ("en", False)
    assert shown("home.title") == Words("en")("home.title")
    assert shown("notice.days", n=2) == "2 days"
    assert assets.sentences(shown.fault.code, language)[1].strip()


def test_a_language_that_is_not_installed_is_a_broken_one() -> None:
    with pytest.raises(BrokenTexts):
        assets.texts("ui", "xx")
    assert Words("xx").language == "en"


def test_an_error_is_said_in_english_when_its_own_catalogue_is_broken(broken: Break) -> None:
    broken("text/fr/errors.po")
    assert assets.sentences("disk-full", "fr") == assets.sentences("disk-full", "en")
    broken("text/fr/problems.po")
    assert assets.advice("no-act", "fr") == assets.advice("no-act", "en")


def test_the_last_resort_says_what_the_catalogue_says(broken: Break) -> None:
    """Even without any catalogue of errors there are three sentences, and they are those of the catalogue."""
    written = assets.sentences("broken-texts", "en")
    broken("text/en/errors.po")
    assert assets.sentences("broken-texts", "en") == assets.sentences("disk-full", "en") == written


def test_without_english_there_is_no_window(broken: Break) -> None:
    broken("text/en/ui.po")
    for language in LANGUAGES:
        with pytest.raises(BrokenTexts):
            Words(language)


# -- sentences by code ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_a_code(language: str) -> None:
    table = assets.texts("errors", language)
    assert assets.sentences("disk-full", language) == tuple(
        table[f"disk-full.{part}"] for part in ("what", "safe", "do")
    )
    assert assets.sentences("no-such-code", language) == assets.sentences(errors.FirsthandError.code, language)
    assert assets.advice("no-such-code", language) == ("no-such-code", "")


# -- words of the window -------------------------------------------------------------------------------------
def test_the_window_names_every_language_in_itself() -> None:
    assert set(NAMES) == set(LANGUAGES) == set(assets.LANGUAGES)
    assert NAMES["sw"] == "Kiswahili"


def test_a_text_that_a_language_lacks_is_english_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps the plural rule of the language it is written in."""
    english = words._table("en")
    french = {key: text for key, text in words._table("fr").items() if key not in {"home.title", "notice.days"}}
    monkeypatch.setattr(words, "_table", lambda language: english if language == "en" else french)
    shown = Words("fr")
    assert shown.missing == 2
    assert shown("home.title") == english["home.title"]
    assert shown("notice.days", n=0) == "0 days"  # French would say one day


@given(st.sampled_from(LANGUAGES), st.integers(0, 10_000))
def test_every_count_has_its_form(language: str, count: int) -> None:
    shown = Words(language)
    said = shown("home.send.second", n=count)
    assert said
    if language != "ar":
        assert str(count) in said


def test_swahili_counts_and_writes_western_digits() -> None:
    swahili = Words("sw")
    assert (swahili("home.send.second", n=1), swahili("home.send.second", n=20)) == ("1 inasubiri", "20 zinasubiri")
    assert swahili.number(2026) == "2026"


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_have_their_twelve_months_and_seven_days(language: str) -> None:
    shown = Words(language)
    for key, count in (
        ("date.months", 12),
        ("date.months_short", 12),
        ("date.weekdays", 7),
        ("date.weekday_letters", 7),
    ):
        parts = shown(key).split("|")
        assert len(parts) == len(set(parts)) == count or key == "date.weekday_letters", key
        assert all(parts)
