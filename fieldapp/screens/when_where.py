"""When and where: the answers of the two questions that have pages of their own within them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import (
    month_weeks,
    recent_days,
)
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, columns, tiles
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

TILES = 9  # more than that on a page want narrower tiles
_TIMES = ("dawn", "morning", "midday", "afternoon", "evening", "night")


def when(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The day, about when, and the calendar of a month."""
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


def where(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The area, level by level, and the place within it."""
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
