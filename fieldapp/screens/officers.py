"""Officers of a shared tablet: whose turn it is, a new one, and what was handed over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.screens.entry import Error, error_box
from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, main_role
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class OfficersView:
    """The officers of this tablet by label; `now` the index of the one whose vault is shown."""

    labels: tuple[str, ...]
    now: int
    error: Error | None = None


class OfficersEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def officers_back(self) -> None: ...
    def pick_officer(self, index: int) -> None: ...
    def add_officer(self) -> None: ...


def draw(view: OfficersView, on: OfficersEvents) -> Widget:
    """Choose who takes the tablet."""
    words = theme.words
    answers = [
        Answer(label, partial(on.pick_officer, index), chosen=index == view.now)
        for index, label in enumerate(view.labels)
    ]
    reading: list[Widget] = [
        *error_box(view.error),
        Text(words("officer.question"), role="question", bold=True),
        gap("s"),
        Text(words("officer.note"), tone="ink2"),
        gap("l"),
        Column(*answers, space="m"),
    ]
    add = Key(
        words("officer.add"),
        on.add_officer,
        icon="plus",
        second=words("officer.add.second"),
        second_role="small",
        height="key_field",
        role="body",
        align="start",
    )
    back = Key(words("back"), on.officers_back, kind="primary", height="key_field", role=main_role())
    return Page(
        TopBar(words("officer.title"), back=on.officers_back, hide=on.hide),
        reading=reading,
        thumb=[add],
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )


@dataclass(frozen=True, slots=True)
class LogView:
    """Hand-overs, the newest first: (when, who gave, who took)."""

    entries: tuple[tuple[str, str, str], ...]


class LogEvents(Protocol):
    """What can be done with the log."""

    def hide(self) -> None: ...
    def settings(self) -> None: ...


def draw_log(view: LogView, on: LogEvents) -> Widget:
    """Who handed the tablet to whom, and when."""
    words = theme.words
    reading: list[Widget] = []
    for when, giver, taker in view.entries:
        line = Text(words("officer.gave", giver=giver, taker=taker), role="row", bold=True)
        reading += [gap("m"), line, Text(when, role="second", tone="ink2"), gap("m"), Rule()]
    if not reading:
        reading = [
            Text(words("officer.none"), role="row", bold=True),
            Text(words("officer.none.second"), tone="ink2"),
        ]
    back = Key(words("settings"), on.settings, kind="primary", height="key_field", role=main_role())
    return Page(
        TopBar(words("officer.log"), back=on.settings, hide=on.hide),
        reading=[Column(*reading)],
        thumb=[CareBox("", words("officer.log.note"), grave="good", icon="shield-check")],
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )
