"""What stands inside a text field of the facts when something in it may name or reach a person."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.widget import Widget

from fieldapp.flows.form.names import Doubtful, without
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens.asking import Asked, QuestionEvents
from fieldapp.widgets.boxes import Column, Row
from fieldapp.widgets.fields import TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import line_below
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme


def watch(field: TextField, text: str, asked: Asked, on: QuestionEvents, *, ask: bool = True) -> None:
    """Look at what was typed and say inside the frame what is wrong with it, or nothing."""
    found = on.form.doubtful(text, asked.areas.names(), ask=ask) if text else None
    field.warn(*([_warning(field, text, found, on)] if found else []))


def watching(
    asked: Asked, on: QuestionEvents, write: Callable[[str], None], *, ask: bool = True
) -> Callable[..., None]:
    """What a text field calls at each change: write, look, save in a moment."""

    def typed(field: TextField, text: str) -> None:
        write(text)
        on.quiet_change()
        watch(field, text, asked, on, ask=ask)

    return typed


def _warning(field: TextField, text: str, found: Doubtful, on: QuestionEvents) -> Widget:
    words, form = theme.words, on.form

    def remove() -> None:
        field.input.text = without(text, found)

    def move() -> None:
        if form.move_to_names(found):
            remove()
            on.quiet_change()

    def place() -> None:
        form.is_place(found.piece)
        on.quiet_change()
        field.input.text = text + " "  # looked at again, with what is known now

    keys = []
    if form.names_allowed:
        keys.append(Key(words("record.doubt.move"), move, kind="primary", icon="key", icon_size="small", fit=True))
    if not found.blocking:
        keys.append(Key(words("record.doubt.place"), place, icon="map-pin", icon_size="small", fit=True))
    keys.append(Key(words("record.doubt.remove"), remove, icon="x", icon_size="small", fit=True))
    grave = "alarm" if found.blocking else "care"
    said = words("record.doubt." + found.kind, piece=found.piece)
    what_next = "" if form.names_allowed or not found.blocking else words("record.doubt.c3")
    head = Row(Icon("warning-circle", size="small", tone=grave), Text(said, role="second", bold=True, tone=grave))
    line: Widget = Column(*keys, space="s") if line_below() else Row(*keys, Widget(), space="s")
    box = Column(head, *([Text(what_next, role="second")] if what_next else []), line, space="s")
    box.padding = [0, theme.space("s"), 0, theme.space("s")]
    return box


def check_first(field: TextField, form: ReportForm, asked: Asked, on: QuestionEvents, *, ask: bool = True) -> TextField:
    """A field that is shown again says again what is wrong with it."""
    text = field.input.text
    if text and form is on.form:
        watch(field, text, asked, on, ask=ask)
    return field
