"""Languages: each in its own name, so that it is found by who reads it; a tap switches at once."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import Page, TopBar, hide_key, main_role
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import LANGUAGES, NAMES


class LanguageEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def settings_done(self) -> None: ...
    def pick_language(self, code: str) -> None: ...


def draw(on: LanguageEvents) -> Widget:
    """The screen."""
    words = theme.words
    answers = [
        Answer(NAMES[code], partial(on.pick_language, code), chosen=code == theme.language) for code in LANGUAGES
    ]
    done = Key(words("set.done"), on.settings_done, kind="primary", icon="check", height="key_field", role=main_role())
    return Page(
        TopBar(words("set.language"), back=on.settings_done, hide=on.hide),
        reading=[Column(*answers, space="m")],
        thumb=[Text(words("set.language.note"), role="second", tone="ink2")],
        foot=[Row(hide_key(on.hide, tall=True), done, space="m")],
    )
