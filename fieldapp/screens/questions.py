"""The answers of each question of the record: tiles, steppers, days, areas. One function a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import (
    EVENT_FAMILY,
    FLASH_OUTCOMES,
    SENSITIVE_FAMILY,
    SEPARATE_CHANNEL,
    AreaTree,
    ReportForm,
    month_weeks,
    recent_days,
)
from fieldapp.screens import summary
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.numbers import Stepper
from fieldapp.widgets.page import CareBox, line_below, narrow
from fieldapp.widgets.rows import Tag
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

Choice = tuple[str, str, str]
TILES = 9
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
_TIMES = ("dawn", "morning", "midday", "afternoon", "evening", "night")


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the record is: what is asked and what of it is open on the screen.

    Attributes:
        step: the question; `sub` a page within it.
        today: by the tablet's day.
        month: (year, month) of the calendar, where it is open.
        letters: whether our own letter pad is shown.
    """

    step: str
    sub: str
    today: date
    month: tuple[int, int]
    areas: AreaTree
    letters: bool = False


class QuestionEvents(Protocol):
    """What an answer can do; the host saves and draws again."""

    form: ReportForm

    def change(self, *, advance: bool = False) -> None: ...
    def turn(self, sub: str) -> None: ...
    def month(self, by: int) -> None: ...
    def table(self) -> None: ...
    def letters(self) -> None: ...
    def quiet_change(self) -> None: ...


def tiles(
    choices: Sequence[Choice], chosen: str, pick: Callable[[str], None], *, cols: int = 3, height: str = "key_field"
) -> Widget:
    """Choice tiles, nine at most on a page, in reading direction."""
    grid = Column(space="m")
    for at in range(0, len(choices), cols):
        row = [
            Key(
                word,
                partial(pick, code),
                kind="chosen" if code == chosen else "plain",
                height=height,
                role="second" if height == "key" else "body",
                second=second,
                second_role="small",
                pad="s" if height == "key" else "m",
                radius="r_large",
            )
            for code, word, second in choices[at : at + cols]
        ]
        for key in row:
            if key.kind == "chosen":
                key.choose("chosen")
        row_box = Row(*row, *(Widget() for _ in range(cols - len(row))), space="m")
        even(row_box, row)
        grid.add_widget(row_box)
    return grid


def even(row: Row, keys: Sequence[Key]) -> None:
    """Keys of one row get one height: that of the highest."""

    def level(*_args: object) -> None:
        high = max(key.needed_height for key in keys)
        for key in keys:
            key.least = high
            key.height = high

    for key in keys:
        key.bind(width=level)
    row.bind(width=level)


def columns() -> int:
    """Tiles beside each other."""
    return 2 if line_below() else 3


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


def _when(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    if asked.sub == "month":
        return _calendar(asked, on)

    def pick(code: str) -> None:
        if code == "month":
            on.turn("month")
            return
        form.choose_day(None if code == "?" else date.fromisoformat(code))
        on.change()

    choices: list[Choice] = []
    for day in recent_days(asked.today, 4):
        back = (asked.today - day).days
        name = (
            words("date.today") if back == 0 else words("date.yesterday") if back == 1 else words.day(day, weekday=True)
        )
        choices.append((day.isoformat(), name, words.day(day, weekday=True) if back < 2 else ""))
    chosen = form.marks.get("day", "")
    earlier = words("when.earlier")
    shown = {code for code, _, _ in choices}
    second = words.day(date.fromisoformat(chosen)) if chosen not in {"", "?"} and chosen not in shown else ""
    choices += [("month", earlier, second), ("?", words("not_known"), "")]
    found: list[Widget] = [tiles(choices, "month" if second else chosen, pick, cols=columns())]
    if form.day is not None:
        precision = str(form.incident.get("date_precision", 1))
        sure = [(code, words(f"when.p{code}"), "") for code in "1234"]
        times = [(code, words("time." + code), "") for code in _TIMES]

        def pick_time(code: str) -> None:
            form.choose_time(code)
            on.change()

        def pick_precision(code: str) -> None:
            form.choose_day_precision(int(code))
            on.change()

        found += [
            gap("l"),
            Text(words("when.how"), role="second", tone="ink2", bold=True),
            gap("s"),
            tiles(sure, precision, pick_precision, cols=2 if line_below() else 4, height="key"),
            gap("l"),
            Text(words("when.time"), role="second", tone="ink2", bold=True),
            gap("s"),
            tiles(
                times,
                str(form.incident.get("time_of_day", "")),
                pick_time,
                cols=columns() if line_below() else 6,
                height="key",
            ),
        ]
    return found


def _calendar(asked: Asked, on: QuestionEvents) -> list[Widget]:
    words, form = theme.words, on.form
    year, month = asked.month
    months = words("date.months").split("|")
    back = Key(words("when.month_back"), lambda: on.month(-1), icon="caret-left", icon_size="small", fit=True)
    later = Key(
        words("when.month_next"), lambda: on.month(1), icon="caret-right", icon_size="small", fit=True, after=True
    )
    title = Text(f"{months[month - 1]} {words.digits(str(year))}", role="row", bold=True, align="center")
    grid = GridLayout(cols=7, spacing=theme.space("s"), size_hint_y=None)
    grid.bind(minimum_height=grid.setter("height"))
    letters = words("date.weekday_letters").split("|")
    for letter in reversed(letters) if theme.rtl else letters:
        grid.add_widget(Text(letter, role="small", tone="ink2", bold=True, align="center"))

    def pick(day: date) -> None:
        form.choose_day(day)
        on.turn("")

    for week in month_weeks(year, month):
        for day in reversed(week) if theme.rtl else week:
            if day is None or day > asked.today:
                grid.add_widget(Widget(size_hint_y=None, height=theme.space("key")))
            else:
                kind = "filled" if day == form.day else "plain"
                grid.add_widget(Key(words.number(day.day), partial(pick, day), kind=kind, pad="xs"))
    head: Widget = Column(title, Row(back, Widget(), later), space="s") if narrow() else Row(back, title, later)
    return [head, gap("m"), grid]


def _where(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    place = form.report.get("incident", {}).get("place", {})
    first, second = str(place.get("adm1", "")), str(place.get("adm2", ""))

    def pick(level: str, following: str) -> Callable[[str], None]:
        def choose(name: str) -> None:
            if name:
                form.choose_area(level, name)
            on.turn(following)

        return choose

    if asked.areas.tree and (not first or asked.sub == "adm1"):
        names = asked.areas.first()
        follow = "adm2" if any(asked.areas.second(name) for name in names) else "place"
        cols = 2 if narrow() else 4 if len(names) > TILES else 3
        return [
            tiles(
                [(n, n, "") for n in names],
                first,
                pick("adm1", follow),
                cols=cols,
                height="key_field" if len(names) <= 16 else "key",
            )
        ]
    if asked.sub in {"adm2", "adm3"}:
        names = asked.areas.second(first) if asked.sub == "adm2" else asked.areas.third(first, second)
        follow = "adm3" if asked.sub == "adm2" else "place"
        if names:
            choices = [*((n, n, "") for n in names), ("", words("where.not_sure"), "")]
            chosen = str(place.get(asked.sub, "-"))
            if asked.sub == "adm2":
                return [tiles(choices, chosen, _second_level(asked, on), cols=columns())]
            return [tiles(choices, chosen, pick("adm3", follow), cols=columns())]
    return _place(asked, on)


def _second_level(asked: Asked, on: QuestionEvents) -> Callable[[str], None]:
    def choose(name: str) -> None:
        if not name:
            on.turn("place")
            return
        on.form.choose_area("adm2", name)
        adm1 = str(on.form.place.get("adm1", ""))
        on.turn("adm3" if asked.areas.third(adm1, name) else "place")

    return choose


def _place(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    place = form.report.get("incident", {}).get("place", {})

    def typed(text: str) -> None:
        form.name_place(text)
        on.quiet_change()

    def typed_area(text: str) -> None:
        clean = " ".join(text.split())
        if clean:
            form.choose_area("adm1", clean)
            on.quiet_change()

    found: list[Widget] = []
    if asked.areas.tree:
        path = [str(place[level]) for level in ("adm1", "adm2", "adm3") if place.get(level)]
        change = Key(
            words("where.change"), lambda: on.turn("adm1"), icon="map-pin", icon_size="small", fit=not narrow()
        )
        shown = Text(" · ".join(path), role="row", bold=True)
        found.append(Column(shown, change, space="s") if narrow() else Row(shown, change))
    else:
        found.append(TextField(words("where.area"), str(place.get("adm1", "")), typed_area))
    name = TextField(words("where.place"), str(place.get("name", "")), typed, limit=0)
    on_letters = Key(words("unlock.letters"), on.letters, icon="note-pencil", icon_size="small", fit=True)
    found += [gap("m"), name]
    if asked.letters:
        found += [gap("s"), LetterPad(name.input, [])]
    found += [gap("s"), Row(on_letters, Widget())]

    def pick_precision(code: str) -> None:
        form.choose_place_precision(int(code))
        on.change()

    sure = [(code, words("where.p" + code), "") for code in "1234"]
    found += [
        gap("l"),
        Text(words("where.how"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(sure, str(place.get("precision", "")), pick_precision, cols=2, height="key"),
        gap("m"),
        Text(words("where.blur"), role="second", tone="ink2"),
    ]
    return found


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


def _answers(options: Sequence[Choice], chosen: str, pick: Callable[[str], None]) -> Column:
    return Column(
        *(Answer(word, partial(pick, code), chosen=code == chosen, second=second) for code, word, second in options),
        space="m",
    )


def _yes_no(chosen: str, pick: Callable[[str], None], *, unknown: bool = True, yes_second: str = "") -> Column:
    words = theme.words
    options: list[Choice] = [("yes", words("yes"), yes_second), ("no", words("no"), "")]
    if unknown:
        options.append(("unknown", words("not_known"), ""))
    return _answers(options, chosen, pick)


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
    return [*found, _yes_no(chosen, pick, yes_second=words("children.yes.second"))]


def _concern(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        form.choose_concern(code)
        on.change(advance=code == "no")

    chosen = form.marks.get("concern", "")
    found: list[Widget] = [_yes_no(chosen, pick, unknown=False)]
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

    return [_yes_no(on.form.marks.get("ongoing", ""), pick)]


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
    "when": _when,
    "where": _where,
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
