"""Language, light, size of letters, hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, heading, hide_key, main_role, narrow
from fieldapp.widgets.rows import FactRow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from fieldapp.widgets.tokens import SCALES
from fieldapp.widgets.words import LANGUAGES, NAMES


@dataclass(frozen=True, slots=True)
class SettingsView:
    """Facts of this tablet: label and value; empty while it is locked."""

    facts: tuple[tuple[str, str], ...]


class SettingsEvents(Protocol):
    """What can be set."""

    def hide(self) -> None: ...
    def settings_done(self) -> None: ...
    def pick_language(self, code: str) -> None: ...
    def pick_mode(self, mode: str) -> None: ...
    def pick_scale(self, percent: str) -> None: ...
    def pick_hand(self, hand: str) -> None: ...


def draw(view: SettingsView, on: SettingsEvents) -> Widget:
    """The screen."""
    words = theme.words
    bar = TopBar(words("set.title"), back=on.settings_done, hide=on.hide)
    scales = [
        (str(int(scale * 100)), words.digits(f"{int(scale * 100)}") + "\u00a0" + words("percent")) for scale in SCALES
    ]
    reading: list[Widget] = [
        *_choice("set.language", [(code, NAMES[code]) for code in LANGUAGES], theme.language, on.pick_language),
        *_choice("set.light", [("sun", words("set.sun")), ("night", words("night"))], theme.mode, on.pick_mode),
        *_choice("set.size", scales, str(int(theme.scale * 100)), on.pick_scale),
        *_choice(
            "set.hand",
            [("right", words("set.right")), ("left", words("set.left"))],
            "left" if theme.left_hand else "right",
            on.pick_hand,
        ),
    ]
    done = Key(words("set.done"), on.settings_done, kind="primary", icon="check", height="key_field", role=main_role())
    facts = [heading(words("set.about")), *(_fact(*fact) for fact in view.facts)] if view.facts else []
    return Page(
        bar,
        reading=reading,
        thumb=[Column(*facts)] if facts else [],
        foot=[Row(hide_key(on.hide, tall=True), done, space="m")],
    )


def _fact(label: str, value: str) -> Widget:
    if narrow():
        return FactRow(label, value)
    return Column(
        gap("s"), Text(label, role="small", tone="ink2"), Text(value, role="body", bold=True), gap("s"), Rule()
    )


def _choice(label: str, choices: list[tuple[str, str]], chosen: str, pick: object) -> list[Widget]:
    tabs = Tabs(choices, chosen, pick, fit=False)  # type: ignore[arg-type]
    return [Text(theme.words(label), role="row", bold=True), gap("s"), tabs, gap("xl")]
