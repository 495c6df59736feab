"""Health: every standing condition of the tablet, the gravest first, each with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.health import Condition, Level
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import MARKS, CareBox, Page, TopBar, hide_key, main_role
from fieldapp.widgets.rows import FactRow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_GRAVE = {Level.ALARM: "alarm", Level.WARN: "care", Level.NOTE: "good"}
_ICONS = {
    "clock-suspect": "clock",
    "unsent-days": "clock-countdown",
    "directory-stale": "clock-counter-clockwise",
    "single-passphrase": "info",
    "panic-closed": "lock",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A condition in words: what holds, what to do, how grave it is, and whether sending helps."""

    what: str
    do: str
    grave: str
    icon: str
    send: bool = False


@dataclass(frozen=True, slots=True)
class HealthView:
    """Conditions, and the facts that are measured at all times (label, value)."""

    conditions: tuple[Said, ...]
    facts: tuple[tuple[str, str], ...]


class HealthEvents(Protocol):
    """What can be done about it."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def send(self) -> None: ...


def said(condition: Condition) -> Said:
    """The sentences of a condition, in the language of the window."""
    words = theme.words
    number = condition.number or 0
    grave = _GRAVE[condition.level]
    return Said(
        words(condition.code + ".what", n=number),
        words(condition.code + ".do", n=number),
        grave,
        _ICONS.get(condition.code, MARKS[grave]),
        condition.code == "unsent-days",
    )


def draw(view: HealthView, on: HealthEvents) -> Widget:
    """The screen."""
    words = theme.words
    reading: list[Widget] = []
    for each in view.conditions:
        key = Key(words("home.send_now"), on.send, icon="paper-plane-right", fit=True) if each.send else None
        reading += [CareBox(each.what, each.do, grave=each.grave, icon=each.icon, key=key), gap("m")]
    if not reading:
        reading = [Text(words("health.good"), role="row", bold=True), Text(words("health.good.second"), tone="ink2")]
    done = Key(words("sealed.home"), on.home, kind="primary", height="key_field", role=main_role())
    facts = [FactRow(*fact) for fact in view.facts]
    return Page(
        TopBar(words("health.title"), back=on.home, hide=on.hide),
        reading=reading,
        thumb=[Column(*facts)] if facts else [],
        foot=[Row(hide_key(on.hide, tall=True), done, space="m")],
    )
