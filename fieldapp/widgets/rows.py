"""Rows of lists: a report with its custody line, a line of facts, a group with its tag."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Surface, spring
from fieldapp.widgets.custody import CustodyLine
from fieldapp.widgets.page import line_below
from fieldapp.widgets.text import Icon, Text, text_width
from fieldapp.widgets.theme import theme

Press = Callable[[], None]


class ReportRow(ButtonBehavior, Column):
    """A report: title and area, kind and time and next fact, custody line with its word.

    Args:
        title, area: title is bold, the area stands beside it.
        second: the second line; `alert` a part of it that asks something of the officer.
        state: custody state; `word` its name.
        middle: a widget between text and line (progress of sending).
    """

    def __init__(
        self,
        title: str,
        area: str,
        second: str,
        state: str,
        word: str,
        *,
        press: Press | None = None,
        alert: str = "",
        middle: Widget | None = None,
        height: str = "row",
    ) -> None:
        super().__init__()
        self.press_action, self.word_text, self.kind = press, title, "row"
        self.disabled = press is None
        if line_below():
            head: Widget = Column(Text(title, role="row", bold=True), *([Text(area, role="row")] if area else []))
        else:
            width = text_width(title, theme.type("row"), True, theme.rtl)
            room = (
                theme.space("reading")
                - theme.space("custody_w")
                - theme.space("xxl")
                - (theme.space("part_w") + theme.space("xl") if middle else 0)
            )
            if width < room:
                head = Row(Text(title, role="row", bold=True, fit=True), Text(area, role="row", max_lines=1), space="m")
            else:
                head = Text(title, role="row", bold=True)
        line = Text(second, role="second", tone="ink2", max_lines=2 if line_below() else 1)
        texts = Column(head, line)
        if alert:
            texts.add_widget(
                Row(
                    Icon("chat-circle", size="small", tone="alarm"),
                    Text(alert, role="second", bold=True, tone="alarm"),
                    space="s",
                )
            )
        texts.pos_hint = {"center_y": 0.5}
        self.custody = CustodyLine(state)
        self.word = Text(word, role="small", bold=True)
        custody = Column(self.custody, self.word, space="xs", pos_hint={"center_y": 0.5})
        if line_below():
            body: Widget = Column(
                texts, *([middle] if middle else []), custody, space="s", padding=[0, theme.space("m")]
            )
        else:
            custody.size_hint_x, custody.width = None, theme.space("custody_w")
            pieces = [texts, *([middle] if middle else []), custody]
            body = Row(*pieces, space="xl", least=theme.space(height) - theme.space("hair"))
        self.add_widget(body)
        self.add_widget(Rule())

    def on_release(self) -> None:
        """Open the report."""
        if self.press_action is not None:
            self.press_action()


class FactRow(Column):
    """A label and its value, with a mark at the end; a rule under it."""

    def __init__(self, label: str, value: str, *, mark: str = "", tone: str = "ink", bold: bool = True) -> None:
        super().__init__()
        name = Text(label, role="second", tone="ink2")
        what = Text(value, role="second", bold=bold, tone=tone)
        if line_below():
            body: Widget = Column(name, what, padding=[0, theme.space("s")])
        else:
            name.size_hint_x, name.width = None, theme.grown("side_label")
            icon = [Icon(mark, size="small", tone="good")] if mark else []
            body = Row(name, what, *icon, space="m", padding=[0, theme.space("s")])
        self.add_widget(body)
        self.add_widget(Rule())


class Tag(Surface):
    """A filled block that says who can open a part."""

    def __init__(self, words: str, *, icon: str = "key") -> None:
        label = Text(words, role="small", bold=True, tone="bg", fit=True)
        mark = Icon(icon, size="small", tone="bg")
        row = Row(mark, label, space="s")
        super().__init__(row, fill="ink", radius="r_tag", pad=("m", "xs"))
        self.size_hint_x = None
        self.width = mark.width + theme.space("s") + label.width + 2 * theme.space("m")
        self.pos_hint = {"center_y": 0.5}


def pushed_to_end(*widgets: Widget) -> Row:
    """Widgets at the far end of a row."""
    return Row(spring(), *widgets)
