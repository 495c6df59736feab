"""When: the day as surely as it is known, a range, how people date it; the period of a nil return."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from fieldapp.flows.form.sections import SHORT
from fieldapp.flows.form.when import ANCHOR_CHARS
from fieldapp.flows.report_form import (
    month_weeks,
    recent_days,
)
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, columns, tiles
from fieldapp.screens.fieldpage import text_field
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_TIMES = ("dawn", "morning", "midday", "afternoon", "evening", "night")
_FIELD_DATE = "month:"


def when(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The day, about when, and the calendar of a month."""
    form, words = on.form, theme.words
    if asked.sub == "month":
        return calendar(asked, on, form.day, _first_day(on))
    if asked.sub == "until":
        return calendar(asked, on, form.last_day, _last_day(on))

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
    full = form.kind not in SHORT
    if form.day is not None:
        found += _how_sure(on, full=full)
        if full:
            found += [gap("m"), _range(on)]
    if full:
        found += [gap("m"), _anchor(asked, on)]
    return found


def _how_sure(on: QuestionEvents, *, full: bool) -> list[Widget]:
    form, words = on.form, theme.words
    precision = str(form.incident.get("date_precision", 1))
    sure = [(code, words(f"when.p{code}"), "") for code in "1234"]
    if full:
        sure.append(("5", words("record.when.p5"), ""))
    times = [(code, words("time." + code), "") for code in _TIMES]

    def pick_time(code: str) -> None:
        form.choose_time(code)
        on.change()

    def pick_precision(code: str) -> None:
        form.choose_day_precision(int(code))
        on.change()

    return [
        gap("l"),
        Text(words("when.how"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(sure, precision, pick_precision, cols=2 if line_below() else len(sure), height="key"),
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


def _range(on: QuestionEvents) -> Widget:
    form, words = on.form, theme.words
    last = form.last_day
    until = Key(
        words("record.when.until_day", day=words.long_day(last)) if last else words("record.when.until"),
        partial(on.turn, "until"), icon="calendar-blank", icon_size="small", fit=not narrow(),
        kind="chosen" if last else "plain",
    )  # fmt: skip
    if last:
        until.choose("chosen")
    if last is None:
        return Row(until, Widget())

    def one_day() -> None:
        form.choose_last_day(None)
        on.change()

    back = Key(words("record.when.one_day"), one_day, icon="x", icon_size="small", fit=not narrow())
    return Column(until, back, space="s") if narrow() else Row(until, back, Widget())


def _anchor(asked: Asked, on: QuestionEvents) -> Widget:
    form = on.form
    return text_field(
        theme.words("record.f.incident.recall_anchor"), str(form.incident.get("recall_anchor", "")), form.name_anchor,
        asked, on, path="incident.recall_anchor", limit=ANCHOR_CHARS, facts=not form.sensitive,
        part="narrative" if form.sensitive else "facts", hint=theme.words("record.h.incident.recall_anchor"),
    )  # fmt: skip


def _first_day(on: QuestionEvents) -> Callable[[date], None]:
    def pick(day: date) -> None:
        on.form.choose_day(day)
        on.turn("")

    return pick


def _last_day(on: QuestionEvents) -> Callable[[date], None]:
    def pick(day: date) -> None:
        on.form.choose_last_day(day)
        on.turn("")

    return pick


def field_day(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The calendar for a date field of any page."""
    path = asked.sub.removeprefix(_FIELD_DATE)
    known = str(on.form.value(path) or "")

    def pick(day: date) -> None:
        on.form.put(path, day.isoformat())
        on.turn("")

    return calendar(asked, on, date.fromisoformat(known) if len(known) == 10 else None, pick)


def is_field_day(sub: str) -> bool:
    """Whether the calendar of a date field is open."""
    return sub.startswith(_FIELD_DATE)


def calendar(asked: Asked, on: QuestionEvents, chosen: date | None, pick: Callable[[date], None]) -> list[Widget]:
    """A month; days to come cannot be chosen."""
    words = theme.words
    year, month = asked.month
    months = words("date.months").split("|")
    back = Key(words("when.month_back"), lambda: on.month(-1), icon="caret-left", icon_size="small", fit=True)
    later = Key(
        words("when.month_next"), lambda: on.month(1), icon="caret-right", icon_size="small", fit=True, after=True
    )
    year_back = Key(words("record.when.year_back"), lambda: on.month(-12), fit=True)
    title = Text(f"{months[month - 1]} {words.digits(str(year))}", role="row", bold=True, align="center")
    grid = GridLayout(cols=7, spacing=theme.space("s"), size_hint_y=None)
    grid.bind(minimum_height=grid.setter("height"))
    letters = words("date.weekday_letters").split("|")
    for letter in reversed(letters) if theme.rtl else letters:
        grid.add_widget(Text(letter, role="small", tone="ink2", bold=True, align="center"))
    for week in month_weeks(year, month):
        for day in reversed(week) if theme.rtl else week:
            if day is None or day > asked.today:
                grid.add_widget(Widget(size_hint_y=None, height=theme.space("key")))
            else:
                kind = "filled" if day == chosen else "plain"
                grid.add_widget(Key(words.number(day.day), partial(pick, day), kind=kind, pad="xs"))
    head: Widget = Column(title, Row(back, Widget(), later), space="s") if narrow() else Row(back, title, later)
    return [head, gap("m"), grid, gap("m"), Row(year_back, Widget())]


# -- the period of a nil return ----------------------------------------------------------------------------
def period(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """This week, last week, or from day to day."""
    form, words = on.form, theme.words
    if asked.sub == "month":
        return calendar(asked, on, form.day, _period_from(on))
    if asked.sub == "until":
        return calendar(asked, on, form.last_day, _period_to(on))

    def pick(code: str) -> None:
        if code == "days":
            on.turn("month")
            return
        form.choose_period(code, asked.today)
        on.change(advance=True)

    first, last = form.day, form.last_day
    said = ""
    if form.marks.get("period") == "days" and first:
        said = words("to", low=words.day(first), high=words.day(last)) if last else words.day(first)
    choices: list[Choice] = [
        ("this_week", words("record.period.this_week"), words("record.period.until_today")),
        ("last_week", words("record.period.last_week"), words("record.period.whole")),
        ("days", words("record.period.days"), said),
    ]
    return [tiles(choices, form.marks.get("period", ""), pick, cols=1 if narrow() else 3)]


def _period_from(on: QuestionEvents) -> Callable[[date], None]:
    def pick(day: date) -> None:
        on.form.choose_days(day, day)
        on.turn("until")

    return pick


def _period_to(on: QuestionEvents) -> Callable[[date], None]:
    def pick(day: date) -> None:
        on.form.choose_days(on.form.day or day, day)
        on.change(advance=True)

    return pick
