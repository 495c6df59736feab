"""Who told it: the class of the source, the person who spoke, the two grades."""

from __future__ import annotations

from kivy.uix.widget import Widget

from fieldapp.screens.asking import Asked, Choice, QuestionEvents, columns, tiles
from fieldapp.widgets.boxes import gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_SOURCES = (
    "own_observation",
    "victim",
    "direct_witness",
    "relative",
    "community_leader",
    "ngo_national",
    "un_component",
    "media",
)
_SOURCES_MORE = (
    "local_authority",
    "police",
    "health_worker",
    "teacher",
    "religious",
    "ngo_international",
    "open_source",
    "anonymous",
)


def told(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The class of the source; where a person spoke, that person without a name."""
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        if code == "more":
            on.turn("more")
            return
        form.choose_source(code)
        if form.needs_consent:
            on.turn("person")
        else:
            on.change(advance=True)

    if asked.sub == "person":
        return _person(on)
    kinds = _SOURCES_MORE if asked.sub == "more" else _SOURCES
    choices: list[Choice] = [(code, words("told." + code), "") for code in kinds]
    if asked.sub != "more":
        second = words("told." + form.source_class) if form.source_class in _SOURCES_MORE else ""
        choices.append(("more", words("rec.more"), second))
    return [tiles(choices, form.source_class, pick, cols=columns())]


def _person(on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick_sex(code: str) -> None:
        form.choose_subject(sex=code)
        on.change()

    def pick_age(code: str) -> None:
        form.choose_subject(age=code)
        on.change()

    sexes = [(code, words("sex." + code), "") for code in ("F", "M", "X", "U")]
    ages = [(code, words("subject.age." + code), "") for code in ("child", "adult", "unknown")]
    return [
        Text(words("subject.sex"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(sexes, form.subject_sex, pick_sex, cols=2 if narrow() else 4),
        gap("l"),
        Text(words("subject.age"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(ages, form.subject_age, pick_age, cols=columns()),
    ]


def grade(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The letter of the source and the number of what it says, each with its sentence."""
    form, words = on.form, theme.words
    source = form.report.get("source", {})
    letter, number = str(source.get("reliability", "")), int(source.get("credibility", 0))

    def pick_letter(code: str) -> None:
        form.choose_grade(reliability=code)
        on.change()

    def pick_number(code: str) -> None:
        form.choose_grade(credibility=int(code))
        on.change()

    def cannot() -> None:
        form.choose_grade(reliability="F", credibility=6)
        on.change(advance=True)

    letters = [(code, code, "") for code in "ABCDEF"]
    numbers = [(code, code, "") for code in "123456"]  # grades stay Latin in every language
    cols = 3 if narrow() else 6
    return [
        Text(words("grade.source"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(letters, letter, pick_letter, cols=cols),
        gap("s"),
        Text(words("grade." + letter) if letter else " ", role="second"),
        gap("l"),
        Text(words("grade.info"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(numbers, str(number), pick_number, cols=cols),
        gap("s"),
        Text(words(f"grade.{number}") if number else " ", role="second"),
        gap("l"),
        Key(words("grade.cannot"), cannot, height="key", fit=not narrow()),
    ]
