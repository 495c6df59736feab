"""The page of a training case: what happened in it, and all steps with what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, heading, hide_key, main_role, narrow
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class LessonView:
    """The case that is told, the steps by id, and the index of the present one."""

    case: str
    steps: tuple[str, ...]
    at: int


class LessonEvents(Protocol):
    """What can be done here."""

    def hide(self) -> None: ...
    def back(self) -> None: ...
    def restart(self) -> None: ...
    def leave(self) -> None: ...


def draw(view: LessonView, on: LessonEvents) -> Widget:
    """The screen."""
    words = theme.words
    done = view.at >= len(view.steps)
    told = words("train.over") if done else words("train.case." + view.case)
    reading: list[Widget] = [
        Text(words("train.over.title" if done else f"train.case.{view.case}.title"), role="question", bold=True),
        gap("s"),
        Text(told),
        gap("xl"),
        heading(words("train.steps")),
    ]
    for index, step in enumerate(view.steps):
        now = index == view.at
        mark = Icon(
            "check" if index < view.at else "caret-right" if now else "minus",
            size="small",
            tone="good" if index < view.at else "act" if now else "edge",
        )
        label = Text(
            words("train.step." + step + ".title"), role="body", bold=now, tone="ink2" if index < view.at else "ink"
        )
        reading += [Row(mark, label, space="m", padding=[0, theme.space("s")]), Rule()]
    go = Key(
        words("train.go"), on.back, kind="primary", icon="arrow-right", after=True, height="key_field", role=main_role()
    )
    thumb = [
        Key(
            words("train.restart"),
            on.restart,
            icon="arrow-counter-clockwise",
            height="answer",
            role="body",
            align="start",
        ),
        Key(words("train.leave"), on.leave, icon="x", height="answer", role="body", align="start"),
    ]
    return Page(
        TopBar(words("train.title"), back=on.back, hide=on.hide),
        reading=reading,
        thumb=thumb if narrow() else [Column(*thumb, space="m")],
        foot=[Row(hide_key(on.hide, tall=True), go, space="m")],
    )
