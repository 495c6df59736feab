"""Language, light, size of letters, hand; and the doors to PIN, passphrases and officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, gap
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
    """Facts of this tablet: label and value; empty while it is locked.

    Attributes:
        doors: "" while locked, "open" on a tablet, "training".
        pin: a PIN is set for this session.
    """

    facts: tuple[tuple[str, str], ...]
    doors: str = ""
    pin: bool = False


class SettingsDoors(Protocol):
    """Pages behind the settings."""

    def pin(self) -> None: ...
    def second(self) -> None: ...
    def officers(self) -> None: ...
    def hand_over_log(self) -> None: ...
    def train(self) -> None: ...


class SettingsEvents(SettingsDoors, Protocol):
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
    facts = [heading(words("set.about")), *(FactRow(*fact) for fact in view.facts)] if view.facts else []
    done = Key(words("set.done"), on.settings_done, kind="primary", icon="check", height="key_field", role=main_role())
    return Page(
        bar,
        reading=[*reading, Column(*facts)] if facts and not narrow() else reading,
        thumb=[*([Column(*facts)] if facts and narrow() else []), *_doors(view, on)],
        foot=[Row(hide_key(on.hide, tall=True), done, space="m")],
    )


def _doors(view: SettingsView, on: SettingsEvents) -> list[Widget]:
    words = theme.words
    if not view.doors:
        return []
    keys = []
    if view.doors == "open":
        keys = [
            _door(words("set.pin"), on.pin, "lock", words("set.pin.on" if view.pin else "set.pin.off")),
            _door(words("second.title"), on.second, "key", words("set.second.second")),
            _door(words("officer.title"), on.officers, "users", words("set.officers.second")),
            _door(words("officer.log"), on.hand_over_log, "list-checks"),
            _door(words("train.title"), on.train, "graduation-cap", words("set.train.second")),
        ]
    else:
        keys = [_door(words("train.again"), on.train, "graduation-cap", words("train.again.second"))]
    head = heading(words("set.lock" if view.doors == "open" else "train.title"))
    return [Column(head, gap("m"), Column(*keys, space="m"))]


def _door(word: str, press: object, icon: str, second: str = "") -> Key:
    return Key(
        word,
        press,  # type: ignore[arg-type]
        icon=icon,
        second=second,
        second_role="small",
        height="answer",
        role="body",
        bold=False,
        align="start",
    )


def _choice(label: str, choices: list[tuple[str, str]], chosen: str, pick: object) -> list[Widget]:
    tabs = Tabs(choices, chosen, pick, fit=False)  # type: ignore[arg-type]
    return [Text(theme.words(label), role="row", bold=True), gap("s"), tabs, gap("l")]
