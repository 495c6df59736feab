"""Text fields: label above, what is typed in logical order, drawn in its own order; a letter pad of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.textinput import TextInput

from fieldapp.widgets.boxes import Column, Row, Surface
from fieldapp.widgets.keys import Key
from fieldapp.widgets.shaping import has_arabic, shape
from fieldapp.widgets.text import FONT, Text
from fieldapp.widgets.theme import theme

_PADS = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm'"),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbn'éèàç"),
    "ar": ("ضصثقفغعهخحج", "شسيبلاتنمكط", "ئءؤرىةوزظدذ"),
    "sw": ("qwertyuiop", "asdfghjkl", "zxcvbnm'"),
}
_DIGITS = "1234567890"
_LINE = 1.5  # a line of type is so much higher than its size


class Typed(TextInput):
    """A text input that keeps its text in logical order and shapes each line as it is drawn."""

    def __init__(self, text: str, *, lines: int, secret: bool, role: str = "body") -> None:
        size = theme.type(role)
        super().__init__(
            text=text,
            font_name=FONT,
            font_size=size,
            multiline=lines > 1,
            password=secret,
            password_mask="•",  # noqa: S106 - what is shown, not what is hidden
            write_tab=False,
            background_normal="",
            background_active="",
            background_color=theme.colour("none"),
            foreground_color=theme.colour("ink"),
            cursor_color=theme.colour("act"),
            cursor_width=theme.space("caret"),
            selection_color=[*theme.colour("act")[:3], 0.25],
            halign="right" if theme.rtl and not secret else "left",
            padding=[0, theme.space("s"), 0, theme.space("s")],
            size_hint_y=None,
            height=size * 1.5 * lines + 2 * theme.space("s"),
        )

    def _create_line_label(self, text: str, hint: bool = False) -> object:
        drawn = text
        if text and not self.password and (theme.rtl or has_arabic(text)):
            drawn = shape(text, theme.rtl)
        return super()._create_line_label(drawn, hint)


class TextField(Column):
    """A labelled field.

    Args:
        label: above the field.
        text: what it holds at first.
        changed: called with the text after each change.
        done: Enter was pressed.
        limit: most characters; a counter stands at the end of the label's row.
        secret: dots instead of letters.
    """

    def __init__(
        self,
        label: str,
        text: str,
        changed: Callable[[str], None],
        *,
        done: Callable[[], None] | None = None,
        limit: int = 0,
        lines: int = 1,
        secret: bool = False,
    ) -> None:
        super().__init__(space="s")
        self._changed, self._limit, self._label_text = changed, limit, label
        self._counter = Text(self._count(text), role="small", tone="ink2", bold=True, fit=True)
        head: list[object] = [Text(label, role="second", tone="ink2", bold=True)]
        if limit:
            head.append(self._counter)
        self.add_widget(Row(*head, space="m"))
        self.input = Typed(text, lines=lines, secret=secret)
        self._frame = Surface(self.input, fill="bg", edge="edge", radius="r_key", pad=("l", "s"), space="xs")
        self.add_widget(self._frame)
        self.input.bind(text=self._typed, focus=self._focus)
        if done is not None:
            self.input.bind(on_text_validate=lambda *_a: done())

    def _count(self, text: str) -> str:
        words = theme.words
        return words("field.room", n=max(self._limit - len(text), 0)) if self._limit else ""

    def _typed(self, _input: object, text: str) -> None:
        if self._limit and len(text) > self._limit:
            self.input.text = text[: self._limit]
            return
        if self._limit:
            self._counter.say(self._count(text), tone="care" if self._limit - len(text) <= 10 else "ink2")
        self._changed(text)

    def _focus(self, _input: object, focus: bool) -> None:
        self._frame.paint("bg", "act" if focus else "edge", "edge_chosen" if focus else "edge")

    def warn(self, *widgets: object) -> None:
        """Put a warning inside the frame, or take it away."""
        for child in self._frame.children[:-1]:
            self._frame.remove_widget(child)
        for widget in widgets:
            self._frame.add_widget(widget)


class LetterPad(BoxLayout):
    """Letters to touch, for a tablet whose own keyboard would cover half of the screen.

    Args:
        target: the field that is written to.
        extra: keys before the last row's own.
        digits: a row of digits above the letters.
    """

    def __init__(self, target: TextInput, extra: Sequence[Key] = (), *, digits: bool = False) -> None:
        super().__init__(orientation="vertical", spacing=theme.space("s"), size_hint_y=None)
        self._target = target
        high = max(theme.space("key"), theme.type("body") * _LINE + 2 * theme.space("s"))
        lines = [_DIGITS, *_PADS[theme.language]] if digits else list(_PADS[theme.language])
        for line in lines:
            row = BoxLayout(spacing=theme.space("s"), size_hint_y=None, height=high)
            for letter in line:
                row.add_widget(self._letter(letter))
            self.add_widget(row)
        words = theme.words
        row = BoxLayout(spacing=theme.space("s"), size_hint_y=None, height=high)
        erase = Key("", self._erase, icon="backspace", pad="s")
        erase.word_text = words("count.erase")
        space = Key(words("field.space"), lambda: self._put(" "), pad="s")
        space.size_hint_x = 5
        for key in (*extra, self._letter("-"), space, erase):
            row.add_widget(key)
        self.add_widget(row)
        rows = len(lines) + 1
        self.height = rows * high + (rows - 1) * theme.space("s")

    def follow(self, *fields: TextField) -> None:
        """Write to the field that was touched last."""

        def focused(typed: TextInput, focus: bool) -> None:
            if focus:
                self._target = typed

        for field in fields:
            field.input.bind(focus=focused)

    def _letter(self, letter: str) -> Key:
        return Key(letter, lambda: self._put(letter), role="body", pad="xs", bold=False)

    def _put(self, text: str) -> None:
        self._target.insert_text(text)

    def _erase(self) -> None:
        self._target.do_backspace()
