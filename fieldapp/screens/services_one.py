"""One service: what it is, what to say before anybody goes, the person's yes, and the slip of three codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.screens.asking import Choice, answers
from fieldapp.widgets.boxes import Column, Row, Surface, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, line_below, main_role
from fieldapp.widgets.rows import FactRow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service in words.

    Attributes:
        warnings: what to say or do before anybody goes, the gravest first.
        facts: (label, value).
        printable: a slip may be made.
    """

    title: str
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    printable: bool


@dataclass(frozen=True, slots=True)
class SlipView:
    """A referral that was made: the three lines, or none where all is said by voice."""

    lines: tuple[str, ...]
    note: str


class ServiceEvents(Protocol):
    """What can be done with one service."""

    def hide(self) -> None: ...
    def services(self) -> None: ...
    def refer(self) -> None: ...
    def pick_need(self, code: str) -> None: ...
    def agree_slip(self) -> None: ...
    def agree_voice(self) -> None: ...
    def back_to_service(self) -> None: ...


def draw(view: ServiceView, on: ServiceEvents) -> Widget:
    """Everything that a person must know to choose."""
    words = theme.words
    warnings: list[Widget] = []
    for text in view.warnings:
        warnings += [CareBox("", text, grave="care", icon="warning"), gap("s")]
    facts = [FactRow(label, value) for label, value in view.facts]
    refer = Key(
        words("services.refer"), on.refer, kind="primary", icon="first-aid-kit", height="large", role="row",
        align="start", second=words("services.refer.second"), second_role="second", radius="r_large",
    )  # fmt: skip
    back = Key(words("services.back"), on.services, height="key_field", role="second")
    return Page(
        TopBar(words("services.title"), back=on.services, hide=on.hide),
        reading=[Text(view.title, role="heading", bold=True), gap("m"), *warnings, *facts],
        thumb=[refer],
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )


def draw_need(title: str, needs: tuple[Choice, ...], on: ServiceEvents) -> Widget:
    """Which of the needs that this service answers."""
    return _asked(title, theme.words("services.refer.question"), "", answers(needs, "", on.pick_need), on)


def draw_agree(view: ServiceView, on: ServiceEvents) -> Widget:
    """The person's own yes to this very service."""
    words = theme.words
    options: list[Widget] = []
    for key, press, shown in (
        ("slip", on.agree_slip, view.printable),
        ("voice", on.agree_voice, True),
        ("no", on.back_to_service, True),
    ):
        if shown:
            name = "services.agree." + key
            second = words(name + ".second") if words.has(name + ".second") else ""
            options.append(
                Key(words(name), press, height="large", role="row", align="start", second=second,
                    second_role="second", kind="outline" if key != "no" else "plain", radius="r_large", pad="xl")
            )  # fmt: skip
    warnings = [CareBox("", text, grave="care", icon="warning") for text in view.warnings[:1]]
    body = Column(*warnings, *options, space="m")
    return _asked(view.title, words("services.agree"), words("services.agree.note"), body, on)


def draw_slip(view: SlipView, on: ServiceEvents) -> Widget:
    """Three lines, as large as the page allows."""
    words = theme.words
    done = Key(words("services.back"), on.services, kind="primary", height="key_field", role=main_role())
    reading: list[Widget] = []
    if view.lines:
        lines = Column(*(Text(line, role="question", bold=True) for line in view.lines), space="m")
        reading = [Surface(lines, fill="bg", edge="ink", radius="r_large", pad=("xl", "xl")), gap("l")]
    reading.append(CareBox("", view.note, grave="care", icon="shield-check"))
    return Page(
        TopBar(words("services.slip.title"), back=on.services, hide=on.hide),
        reading=reading,
        foot=[Row(hide_key(on.hide, tall=True), done, space="m")],
    )


def _asked(title: str, question: str, note: str, body: Widget, on: ServiceEvents) -> Widget:
    head: list[Widget] = [
        Text(question, role="question" if not line_below() else "heading", bold=True),
        *([gap("s"), Text(note, tone="ink2")] if note else []),
        gap("l"),
    ]
    back = Key(theme.words("services.back"), on.services, height="key_field", role="second")
    return Page(
        TopBar(title, back=on.back_to_service, hide=on.hide),
        reading=[*head, body],
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )
