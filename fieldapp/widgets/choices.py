"""What the full record is drawn with: lines of the overview, closed and open fields, rows that count, square marks."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Surface
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import line_below
from fieldapp.widgets.rows import Tag
from fieldapp.widgets.slip import Dots
from fieldapp.widgets.text import Icon, Text, text_width
from fieldapp.widgets.theme import theme

Press = Callable[[], None]

# state of a section -> (icon, tone, word)
_MARKS = {
    "done": ("check", "good", ""),
    "open": ("pencil-simple", "alarm", "record.open"),
    "empty": ("", "ink2", ""),
    "closed": ("lock", "ink2", "record.closed"),
}


class _Pressed(ButtonBehavior, Surface):
    """A row that is pressed as a whole."""

    focused = BooleanProperty(False)

    def __init__(self, word: str, press: Press | None, kind: str) -> None:
        super().__init__(pad=("xs", "xs"), space="", stretch=True)
        self.word_text, self.kind, self.press_action = word, kind, press
        self.disabled = press is None
        self.bind(state=self._repaint, focused=self._repaint)

    def _repaint(self, *_args: object) -> None:
        self.paint("act_soft" if self.state == "down" else "none", ring=self.focused)

    def hug(self, content: Widget, least: str) -> None:
        """As high as the content, and never too low to touch."""
        self.size_hint_y = None
        self.add_widget(content)

        def fit(*_args: object) -> None:
            self.height = max(theme.space(least), content.height + 2 * self.padding[1])

        content.bind(height=fit)
        fit()

    def on_release(self) -> None:
        """Do what the row stands for."""
        if self.press_action is not None:
            self.press_action()


class SectionRow(Column):
    """A line of the overview: number, name, what is filled, the part that it goes to, and how far it is.

    Args:
        state: `done`, `open`, `empty` or `closed`.
        part: the part's word; filled where it is not the facts, which most sections are.
    """

    def __init__(self, number: str, name: str, value: str, *, part: str, apart: bool, state: str, press: Press) -> None:
        super().__init__()
        icon, tone, word = _MARKS[state]
        row = _Pressed(name, press, "section")
        title = Text(name, role="body", bold=True)
        said: Widget = Text(value, role="second", tone="ink2", max_lines=2) if value else Dots("edge")
        end: list[Widget] = [Icon(icon, size="small", tone=tone)] if icon else []
        if word:
            end.append(Text(theme.words(word), role="small", bold=True, tone=tone, fit=True))
        if line_below():
            head = Row(Text(number, role="second", tone="ink2", fit=True), title, *end, space="s")
            reader = Text(part, role="small", bold=apart, tone="ink2")
            body: Widget = Column(head, *([said] if value else []), reader, space="xs")
        else:
            mark = Text(number, role="second", tone="ink2", bold=True)
            mark.size_hint_x, mark.width = None, theme.grown("xl")
            title.size_hint_x, title.width = None, theme.space("section_name")
            holder = Row(Tag(part), Widget(), space="") if apart else Text(part, role="small", tone="ink2")
            holder.pos_hint = {"center_y": 0.5}
            holder.size_hint_x, holder.width = None, theme.grown("section_part")
            state_box = Row(*(end or [Widget(size_hint=(None, None), size=(1, 1))]), space="s")
            state_box.pos_hint = {"center_y": 0.5}
            state_box.size_hint_x, state_box.width = None, _state_width()
            body = Row(mark, title, said, holder, state_box, space="m")
        row.hug(body, "key")
        self.add_widget(row)
        self.add_widget(Rule())


def _state_width() -> float:
    """Pixels of the widest state: one for all rows, so that they line up."""
    said = [theme.words(word) for _, _, word in _MARKS.values() if word]
    widest = max(text_width(word, theme.type("small"), True, theme.rtl) for word in said)
    return max(theme.space("section_state"), theme.icon("small") + theme.space("s") + widest + 1)


class OpenField(Column):
    """The field of a page that is open; what is scrolled into view."""


class FieldRow(Column):
    """A field that is not open: its name and its answer; a tap opens it."""

    def __init__(self, name: str, value: str, press: Press) -> None:
        super().__init__()
        row = _Pressed(name, press, "field")
        title: Widget = Text(name, role="second", bold=True)
        said: Widget = Text(value, role="second", tone="ink") if value else Dots("edge")
        caret = Icon("caret-down", size="small", tone="act")
        if line_below():
            body: Widget = Row(Column(title, *([said] if value else []), space="xs"), caret, space="s")
        else:
            title.size_hint_x = 0.9
            body = Row(title, said, caret, space="m")
        row.hug(body, "key")
        self.add_widget(row)
        self.add_widget(Rule())


class CountRow(Column):
    """A name and a number of at least zero, with minus, plus and +10."""

    def __init__(self, word: str, value: int, change: Callable[[int], None]) -> None:
        super().__init__()
        words = theme.words
        name = Text(word, role="body", bold=True)
        said = words.number(value)
        figure = Text(said, role="answer", bold=bool(value), tone="ink" if value else "ink2", align="center")
        wide = text_width(said, figure.font_size, True, theme.rtl) + 2
        figure.size_hint_x = None
        figure.width = max(theme.space("xxxl") + theme.space("xl"), wide)
        minus = Key("", lambda: change(-1), icon="minus", width="key", pad="s")
        plus = Key("", lambda: change(1), icon="plus", width="key", pad="s")
        ten = Key(words.digits("+10"), lambda: change(10), fit=True, pad="m")
        minus.word_text, plus.word_text = words("count.minus"), words("count.plus")
        keys = (minus, figure, plus, ten)
        body: Widget = (
            Column(name, Row(*keys, Widget(), space="m"), space="s", padding=[0, theme.space("m")])
            if line_below()
            else Row(name, *keys, space="m", padding=[0, theme.space("s")])
        )
        self.add_widget(body)
        self.add_widget(Rule())


class CheckKey(Key):
    """A choice of several at once: filled with a tick when it is chosen."""

    def __init__(self, word: str, press: Press, *, chosen: bool, height: str = "key") -> None:
        super().__init__(
            word, press, kind="chosen" if chosen else "plain", icon="check" if chosen else "", icon_size="small",
            height=height, role="second", pad="s", radius="r_large",
        )  # fmt: skip
        if chosen:
            self.choose("chosen")


def tag_row(label: str, tag: str) -> Widget:
    """A name with the compartment tag beside it, or under it where letters are large."""
    name = Text(label, role="second", bold=True)
    if not tag:
        return name
    room = theme.space("reading") - theme.space("xxl") - text_width(label, name.font_size, True, theme.rtl)
    wide = text_width(tag, theme.type("small"), True, theme.rtl) + theme.space("xxxl") + theme.space("xl")
    if line_below() or wide > room:
        if line_below():
            return Column(name, Text(tag, role="small", bold=True, tone="ink2"), space="xs")
        return Column(name, Row(Tag(tag), Widget()), space="xs")
    return Row(name, Tag(tag), space="m")


class Numbered(BoxLayout):
    """A number in a filled block, as the paper form prints it."""

    def __init__(self, number: str) -> None:
        side = theme.grown("xxl")
        super().__init__(size_hint=(None, None), size=(side, side), pos_hint={"center_y": 0.5})
        label = Text(number, role="small", bold=True, tone="bg", align="center")
        self.add_widget(Surface(label, fill="ink", radius="r_tag", pad=("hair", "xs"), stretch=True))
