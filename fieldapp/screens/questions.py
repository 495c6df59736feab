"""The answers of each question of the record: tiles, steppers, days, areas. One function a question."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import (
    EVENT_FAMILY,
    FLASH_OUTCOMES,
    SENSITIVE_FAMILY,
    SEPARATE_CHANNEL,
)
from fieldapp.screens import summary
from fieldapp.screens.asking import Asked, QuestionEvents, columns, tiles, yes_no
from fieldapp.screens.when_where import when, where
from fieldapp.widgets.boxes import Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.numbers import Stepper
from fieldapp.widgets.page import CareBox, narrow
from fieldapp.widgets.rows import Tag
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_ACTORS = (
    "armed_group",
    "pro_government_militia",
    "state_military",
    "state_police",
    "mob",
    "criminal",
    "foreign_forces",
    "unknown",
)
_ACTORS_MORE = ("intelligence", "prison", "other_official", "private_security", "family_community")
_BASES = (
    "uniform",
    "self_identified",
    "known_personally",
    "told_by_others",
    "language",
    "vehicle",
    "territory",
    "document",
    "inference",
)
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
_OUTCOME_ICONS = {"killed": "user-minus", "injured": "first-aid", "abducted": "link", "displaced": "person-simple-walk"}


def draw(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The answers of the present question."""
    return _PAGES[asked.step](asked, on)


def _what(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form = on.form
    if not asked.sub:
        chosen = summary_family(form.code)
        return [tiles(summary.family_choices(), chosen, on.turn, cols=columns())]

    def pick(code: str) -> None:
        if code == SEPARATE_CHANNEL:
            on.turn(SEPARATE_CHANNEL)
            return
        form.choose_code(code)
        on.change(advance=True)

    if asked.sub == SEPARATE_CHANNEL:
        return [CareBox(theme.words("what.a413.head"), theme.words("what.a413"), grave="care", icon="warning-circle")]
    found: list[Widget] = []
    if asked.sub == SENSITIVE_FAMILY:
        found += [CareBox("", theme.words("what.sensitive"), grave="care", icon="shield-check"), gap("m")]
    return [*found, tiles(summary.act_choices(asked.sub), form.code, pick, cols=columns())]


def summary_family(code: str) -> str:
    """The family of a code, empty for none."""
    return EVENT_FAMILY if code.startswith(EVENT_FAMILY) else code[:2]


def _people(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def changed(outcome: str) -> Callable[[int], None]:
        def change(by: int) -> None:
            form.step_total(outcome, by)
            on.change()

        return change

    def unknown(outcome: str) -> Callable[[], None]:
        def say() -> None:
            form.set_total(outcome, None)
            on.change()

        return say

    found: list[Widget] = []
    for outcome in FLASH_OUTCOMES:
        state, figures = form.total_state(outcome), form.total(outcome) or form.table_sum(outcome)
        value = words("not_known") if state == "?" else summary.figures_words(figures)[0]
        found.append(
            Stepper(
                words("outcome." + outcome),
                _OUTCOME_ICONS[outcome],
                value,
                not_known=state == "?",
                change=changed(outcome),
                unknown=unknown(outcome),
            )
        )
    return found


def _children(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        form.choose_children(code)
        on.change(advance=True)

    counted = form.children_counted()
    found: list[Widget] = []
    if counted:
        found += [CareBox("", words("children.counted", n=counted), grave="good", icon="users"), gap("m")]
    chosen = form.marks.get("children", "yes" if counted else "")
    return [*found, yes_no(chosen, pick, yes_second=words("children.yes.second"))]


def _concern(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        form.choose_concern(code)
        on.change(advance=code == "no")

    chosen = form.marks.get("concern", "")
    found: list[Widget] = [yes_no(chosen, pick, unknown=False)]
    if chosen == "yes":
        found += [gap("l"), CareBox("", words("concern.services"), grave="care", icon="first-aid-kit")]
    return found


def _actor(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    if form.is_event:
        return [CareBox("", words("actor.none_needed"), grave="good", icon="check-circle")]

    def pick(code: str) -> None:
        if code == "more":
            on.turn("more")
            return
        form.choose_actor(code)
        if code == "unknown":
            on.change(advance=True)
        else:
            on.turn("basis")

    def pick_basis(code: str) -> None:
        form.choose_actor_basis(code)
        on.change(advance=True)

    chosen = str(form.actor.get("class", ""))
    if asked.sub == "basis":
        bases = [(code, words("ident." + code), "") for code in _BASES]
        return [tiles(bases, str(form.actor.get("basis", "")), pick_basis, cols=columns())]
    kinds = _ACTORS_MORE if asked.sub == "more" else _ACTORS
    choices = [(code, words("actor." + code), "") for code in kinds]
    if asked.sub != "more":
        choices.append(("more", words("rec.more"), words("actor." + chosen) if chosen in _ACTORS_MORE else ""))
    return [tiles(choices, chosen, pick, cols=columns())]


def _ongoing(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    def pick(code: str) -> None:
        on.form.choose_ongoing(code)
        on.change(advance=True)

    return [yes_no(on.form.marks.get("ongoing", ""), pick)]


def _need(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    words = theme.words

    def pick(code: str) -> None:
        on.form.choose_need(code)
        on.change(advance=True)

    choices = [
        (code, words("need." + code), "")
        for code in ("medical", "evacuation", "patrol", "shelter", "water_food", "none")
    ]
    return [tiles(choices, str(on.form.incident.get("protection_needed", "")), pick, cols=columns())]


def _told(asked: Asked, on: QuestionEvents) -> list[Widget]:
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
    choices = [(code, words("told." + code), "") for code in kinds]
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


def _grade(_asked: Asked, on: QuestionEvents) -> list[Widget]:
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


def _note(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    if form.sensitive:
        return [CareBox("", words("note.closed"), grave="care", icon="shield-check")]

    def typed(text: str) -> None:
        form.write_note(text)
        on.quiet_change()

    field = TextField(words("note.label"), str(form.report.get("note", "")), typed, limit=80)
    letters = Key(words("unlock.letters"), on.letters, icon="note-pencil", icon_size="small", fit=True)
    tag: Widget = BoxLayout(size_hint_y=None, height=0) if narrow() else Tag(words("note.tag"))
    found: list[Widget] = [
        Row(tag, Widget()) if not narrow() else Text(words("note.tag"), role="small", bold=True),
        gap("m"),
        field,
    ]
    if asked.letters:
        found += [gap("s"), LetterPad(field.input, [])]
    return [*found, gap("m"), Row(letters, Widget())]


_PAGES: dict[str, Callable[[Asked, QuestionEvents], list[Widget]]] = {
    "what": _what,
    "when": when,
    "where": where,
    "people": _people,
    "children": _children,
    "concern": _concern,
    "actor": _actor,
    "ongoing": _ongoing,
    "need": _need,
    "told": _told,
    "grade": _grade,
    "note": _note,
}
