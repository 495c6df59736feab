"""Services: a list by need, with area, staff, opening and language beside it; nothing here names a person.

What fits stands first; what does not stands below it with the reason, so that a list is never shorter than the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from fieldapp.screens.asking import Choice, tiles
from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, gap
from fieldapp.widgets.choices import CheckKey
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import CareBox, Notice, Page, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme

SEXES = ("F", "M")


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service of the list in words.

    Attributes:
        second: opening, staff, distance. misses: what was asked and does not hold. note: the gravest thing to say.
    """

    id: str
    title: str
    second: str
    misses: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ServicesView:
    """The list and what it was asked for, in words.

    Attributes:
        need, area, language: of the keys that open the choices.
        age: how old the list is; stale: more than 30 days, none: the mission has no list.
        said: what has just happened (a gap was noted), or empty.
    """

    need: str
    area: str
    language: str
    sex: str
    open_now: bool
    fitting: tuple[ServiceLine, ...]
    others: tuple[ServiceLine, ...]
    age: str
    stale: str = ""
    none: bool = False
    can_tell: bool = False
    on_their_way: int = 0
    said: str = ""


class ServicesEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def open_service(self, code: str) -> None: ...
    def ask_need(self) -> None: ...
    def ask_area(self) -> None: ...
    def ask_language(self) -> None: ...
    def pick_sex(self, sex: str) -> None: ...
    def toggle_open(self) -> None: ...
    def tell_gap(self) -> None: ...
    def follow(self) -> None: ...


class ServiceRow(ButtonBehavior, Column):
    """One service: what it is called, how it can be reached, and what speaks against it."""

    def __init__(self, line: ServiceLine, press: object) -> None:
        super().__init__()
        self.press_action, self.word_text, self.kind = press, line.title, "row"
        texts = Column(
            Text(line.title, role="row", bold=True),
            Text(line.second, role="second", tone="ink2"),
            space="xs",
            padding=[0, theme.space("m")],
        )
        for word, icon, tone in ((line.misses, "x-circle", "alarm"), (line.note, "warning", "care")):
            if word:
                said = Text(word, role="second", bold=True, tone=tone)
                texts.add_widget(Row(Icon(icon, size="small", tone=tone), said, space="s"))
        self.add_widget(texts)
        self.add_widget(Rule())

    def on_release(self) -> None:
        """Open the service."""
        if callable(self.press_action):
            self.press_action()


def draw(view: ServicesView, on: ServicesEvents) -> Widget:
    """The list."""
    words = theme.words
    need = Key(view.need, on.ask_need, kind="outline", icon="first-aid-kit", height="key_field", role="row",
               align="start", second=words("services.what"), second_role="small")  # fmt: skip
    body = Column(*_lines(view, on))
    reading: list[Widget] = [need, gap("m"), Rule(tone="ink", thick="rule")]
    done = Key(words("sealed.home"), on.home, kind="primary", height="key_field", role=main_role())
    parts = {
        "thumb": _thumb(view, on),
        "foot": [Row(hide_key(on.hide, tall=True), done, space="m")],
        "notice": Notice(view.stale, words("services.stale.second"), grave="care", icon="clock-countdown")
        if view.stale
        else None,
    }
    bar = TopBar(words("services.title"), back=on.home, hide=on.hide, context=view.age)
    if narrow():
        return Page(bar, reading=[*reading, body], **parts)  # type: ignore[arg-type]
    return Page(bar, reading=[], fill=Column(*reading, Scroll(body), fill=True), **parts)  # type: ignore[arg-type]


def _lines(view: ServicesView, on: ServicesEvents) -> list[Widget]:
    words = theme.words
    if view.none:
        return _empty("services.no_directory")
    found: list[Widget] = []
    if view.said:
        found += [gap("m"), CareBox("", view.said, grave="good", icon="check-circle")]
    if not view.fitting:
        found += _empty("services.none")
    else:
        found += _group(words("services.fit", n=len(view.fitting)), view.fitting, on)
    if view.others:
        found += _group(words("services.misfit", n=len(view.others)), view.others, on)
    return found


def _group(head: str, lines: Sequence[ServiceLine], on: ServicesEvents) -> list[Widget]:
    rows = [ServiceRow(line, partial(on.open_service, line.id)) for line in lines]
    return [gap("m"), Text(head, role="second", bold=True, tone="ink2"), *rows]


def _empty(key: str) -> list[Widget]:
    words = theme.words
    texts = [Text(words(key), role="row", bold=True), Text(words(key + ".second"), tone="ink2")]
    return [Column(*texts, space="s", padding=[0, theme.space("xl")])]


def _thumb(view: ServicesView, on: ServicesEvents) -> list[Widget]:
    words = theme.words
    sexes = [
        CheckKey(
            words("services.sex." + sex), partial(on.pick_sex, "" if view.sex == sex else sex), chosen=view.sex == sex
        )
        for sex in SEXES
    ]
    keys: list[Widget] = [
        _choice(words("services.area"), view.area, on.ask_area, "map-pin"),
        _choice(words("services.language"), view.language, on.ask_language, "globe"),
        Column(
            Text(words("services.sex"), role="small", bold=True, tone="ink2"),
            Column(*sexes, space="s") if theme.scale > 1 else Row(*sexes, space="m"),
            space="xs",
        ),
        CheckKey(words("services.open"), on.toggle_open, chosen=view.open_now),
    ]
    if view.can_tell:
        tell = Key(words("services.gap"), on.tell_gap, icon="paper-plane-right", height="key_field", role="second",
                   align="start", second=words("services.gap.second"), second_role="small")  # fmt: skip
        keys.append(tell)
    second = words("services.follow.second", n=view.on_their_way) if view.on_their_way else ""
    keys.append(
        Key(words("services.follow"), on.follow, icon="list-checks", height="key_field", role="second", align="start",
            second=second, second_role="small")
    )  # fmt: skip
    return keys


def _choice(label: str, value: str, press: object, icon: str) -> Key:
    return Key(value, press, icon=icon, icon_size="small", height="bar", role="second", align="start",  # type: ignore[arg-type]
               second=label, second_role="small")  # fmt: skip


# -- choices ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class NeedsView:
    """The needs by sector, in words: (sector, needs)."""

    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    chosen: str


class ChoiceEvents(Protocol):
    """What can be done on a page of choices."""

    def hide(self) -> None: ...
    def services(self) -> None: ...
    def pick(self, code: str) -> None: ...


def draw_needs(view: NeedsView, on: ChoiceEvents) -> Widget:
    """All needs, large, under their sectors."""
    words = theme.words
    reading: list[Widget] = []
    for sector, needs in view.groups:
        reading += [Text(sector, role="second", bold=True, tone="ink2"), gap("s")]
        reading += [tiles(needs, view.chosen, on.pick, cols=2 if line_below() else 3, height="key_field"), gap("l")]
    every = Key(words("services.any"), partial(on.pick, ""), height="key_field", role="row")
    return Page(
        TopBar(words("services.what"), back=on.services, hide=on.hide),
        reading=reading,
        thumb=[every],
        foot=[Row(hide_key(on.hide, tall=True), Widget(), space="m")],
    )


@dataclass(frozen=True, slots=True)
class PickView:
    """A question with one answer out of several."""

    title: str
    question: str
    note: str
    choices: tuple[Choice, ...]
    chosen: str


def draw_pick(view: PickView, on: ChoiceEvents) -> Widget:
    """Areas or languages."""
    head: list[Widget] = [
        Text(view.question, role="question" if not line_below() else "heading", bold=True),
        *([gap("s"), Text(view.note, tone="ink2")] if view.note else []),
        gap("l"),
    ]
    if len(view.choices) > 6:
        body: Widget = tiles(view.choices, view.chosen, on.pick, cols=2 if line_below() else 3)
    else:
        rows = [Answer(word, partial(on.pick, code), chosen=code == view.chosen, second=second)
                for code, word, second in view.choices]  # fmt: skip
        body = Column(*rows, space="m")
    back = Key(theme.words("services.back"), on.services, height="key_field", role="row")
    return Page(
        TopBar(view.title, back=on.services, hide=on.hide),
        reading=[*head, body],
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )
