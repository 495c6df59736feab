"""Where something went wrong that no screen foresaw: what happened, is it safe, what to do, and a way on."""

from __future__ import annotations

from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Row, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


class FaultEvents(Protocol):
    """The way on."""

    def hide(self) -> None: ...
    def home(self) -> None: ...


def draw(said: tuple[str, str, str], on: FaultEvents) -> Widget:
    """Three sentences and one key."""
    words = theme.words
    what, safe, do = said
    reading: list[Widget] = [
        Text(what, role="question", bold=True),
        gap("l"),
        Text(safe, role="row"),
        gap("m"),
        Text(do, role="row", tone="ink2"),
    ]
    role = "second" if line_below() else "body"
    home = Key(words("sealed.home"), on.home, kind="primary", height="key_field", role=role)
    return Page(
        TopBar(words("error.title"), hide=on.hide),
        reading=reading,
        foot=[Row(hide_key(on.hide, tall=True), home, space="m")],
    )
