"""A second passphrase, asked for in the same words whoever asks: the page never says whether there is one.

It must not tell the two workspaces of a tablet apart, so it draws from nothing but what is being typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.screens.entry import Error, error_box
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class SecondView:
    """What is typed: the present passphrase, the second one, and the second one again."""

    current: str
    first: str
    again: str
    letters: bool = False
    busy: bool = False
    done: bool = False
    error: Error | None = None


class SecondEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def settings(self) -> None: ...
    def type_current(self, text: str) -> None: ...
    def type_second(self, text: str) -> None: ...
    def type_second_again(self, text: str) -> None: ...
    def second_letters(self) -> None: ...
    def second_set(self) -> None: ...


def draw(view: SecondView, on: SecondEvents) -> Widget:
    """Three fields and one key."""
    words = theme.words
    fields = [
        TextField(words("second.current"), view.current, on.type_current, secret=True),
        TextField(words("second.first"), view.first, on.type_second, secret=True),
        TextField(words("second.again"), view.again, on.type_second_again, secret=True, done=on.second_set),
    ]
    note = [CareBox("", words("second.done"), grave="good", icon="check-circle"), gap("l")] if view.done else []
    reading: list[Widget] = [*error_box(view.error), *note, Column(*fields, space="m"), gap("m")]
    letters = Key(words("unlock.letters"), on.second_letters, icon="note-pencil", icon_size="small", fit=not narrow())
    reading.append(letters if narrow() else Row(letters, Widget()))
    if view.letters:
        pad = LetterPad(fields[0].input)
        pad.follow(*fields)
        reading += [gap("m"), pad]
    word = words("second.setting" if view.busy else "second.set")
    main = Key(word, on.second_set, kind="primary", height="key_field", role="second" if narrow() else "body")
    thumb = [
        Text(words("second.text"), role="second"),
        CareBox("", words("second.note"), grave="care"),
    ]
    return Page(
        TopBar(words("second.title"), back=on.settings, hide=on.hide),
        reading=reading,
        thumb=thumb,
        foot=[Row(hide_key(on.hide, tall=True), main, space="m")],
    )
