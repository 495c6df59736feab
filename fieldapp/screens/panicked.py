"""Drafts that a panic closed: what happened, and how the custodian's file opens them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Row, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below, main_role
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class ClosedView:
    """How many drafts are closed."""

    count: int


class ClosedEvents(Protocol):
    """What can be done about it."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def choose_return(self) -> None: ...


def draw(view: ClosedView, on: ClosedEvents) -> Widget:
    """Why it is closed, that it is safe, and what to do."""
    words = theme.words
    reading: list[Widget] = [
        Text(words("panic.closed", n=view.count), role="question", bold=True),
        gap("l"),
        Text(words("panic.safe"), role="row"),
        gap("m"),
        Text(words("panic.do"), role="row", tone="ink2"),
    ]
    role = "second" if line_below() else "body"
    key = Key(words("panic.open"), on.choose_return, kind="primary", icon="key", height="key_field", role=role)
    return Page(
        TopBar(words("panic.title"), back=on.home, hide=on.hide),
        reading=reading,
        foot=[Row(hide_key(on.hide, tall=True), key, space="m")],
    )


def draw_opened(count: int, on: ClosedEvents) -> Widget:
    """The file was the right one."""
    words = theme.words
    reading: list[Widget] = [
        Text(words("panic.opened", n=count), role="question", bold=True),
        gap("l"),
        Text(words("panic.opened.second"), role="row", tone="ink2"),
    ]
    key = Key(words("sealed.home"), on.home, kind="primary", height="key_field", role=main_role())
    return Page(
        TopBar(words("panic.title"), back=on.home, hide=on.hide),
        reading=reading,
        foot=[Row(hide_key(on.hide, tall=True), key, space="m")],
    )
