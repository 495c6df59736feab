"""Numbers for fingers: stepper, keypad, and the triple of at least, best, at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from fieldapp.widgets.boxes import Column, Row, Rule, Surface
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.text import Icon, Text, text_width, widest_word
from fieldapp.widgets.theme import theme

Press = Callable[[], None]


class Stepper(Column):
    """One outcome: minus, the number on a rule, plus, +10, "Not known". A tap on the number opens the table.

    Args:
        below: the keys stand under the word; `keys_below` says when they must.
    """

    def __init__(
        self,
        word: str,
        icon: str,
        value: str,
        *,
        not_known: bool,
        change: Callable[[int], None],
        unknown: Press,
        below: bool = False,
    ) -> None:
        super().__init__()
        words = theme.words
        name = Row(Icon(icon, size="large", tone="act"), Text(word, role="bar", bold=True), space="l")
        name.pos_hint = {"center_y": 0.5}
        minus = Key("", lambda: change(-1), icon="minus", height="key_field", width="key_field", pad="s")
        plus = Key("", lambda: change(1), icon="plus", height="key_field", width="key_field", pad="s")
        minus.word_text, plus.word_text = words("count.minus"), words("count.plus")
        ten = Key(words.digits("+10"), lambda: change(10), height="key_field", width="key_field", role="body", pad="s")
        label = Text(value, role="row" if not_known else "number", bold=True, align="center")
        figure = Column(label, Rule(tone="edge", thick="rule"), space="xs", pos_hint={"center_y": 0.5})
        figure.size_hint_x = None
        figure.width = _figure_width()
        unknown_key = Key(
            words("not_known"),
            unknown,
            kind="filled" if not_known else "plain",
            height="key_field",
            width="key_field",
            role="small",
            pad="xs",
        )
        unknown_key.width = max(unknown_key.width, widest_word(words("not_known"), "small") + 2 * theme.space("s"))
        if below:
            body = Column(name, Row(minus, figure, plus, ten, unknown_key), space="m", padding=[0, theme.space("m")])
        else:
            body = Row(name, minus, figure, plus, ten, unknown_key, space="m", least=theme.space("stepper") - 1)
        self.add_widget(body)
        self.add_widget(Rule())


def _figure_width() -> float:
    said = text_width(theme.words("not_known"), theme.type("row"), True, theme.rtl) + 2
    return max(theme.space("stepper_num"), said)


def keys_below(names: Sequence[str]) -> bool:
    """Whether the keys of steppers stand under their words: beside them one of these would be cut."""
    if line_below():
        return True
    key = theme.space("key_field") * Key.width_growth()
    last = max(key, widest_word(theme.words("not_known"), "small") + 2 * theme.space("s"))
    beside = 3 * key + _figure_width() + last + theme.icon("large") + theme.space("l") + 5 * theme.space("m")
    return any(widest_word(name, "bar") > theme.space("question_w") - beside for name in names)


class Keypad(GridLayout):
    """Twelve keys in the order of a telephone, in every language.

    Args:
        digit, erase: called as keys are pressed.
        unknown: the key beside the zero; `word` is what it says, "Not known" by default.
        rows_fill: the keys share the height of their place.
    """

    def __init__(
        self,
        digit: Callable[[int], None],
        erase: Press,
        unknown: Press,
        *,
        rows_fill: bool = True,
        word: str = "",
    ) -> None:
        super().__init__(cols=3, spacing=theme.space("keypad_gap"))
        fill = rows_fill and not narrow()
        for number in (1, 2, 3, 4, 5, 6, 7, 8, 9):
            self.add_widget(self._digit(number, digit, fill))
        words = theme.words
        said, role = word or words("not_known"), "small" if line_below() else "second"
        room = theme.space("thumb") / 3 - 2 * theme.space("keypad_gap")
        cut = not narrow() and widest_word(said, role) > room  # then the mark stands for it, as in a cell of the table
        mark = words("unknown_mark") if cut else said
        pad = "xs" if line_below() else "s"
        unknown_key = Key(mark, unknown, role=role, height="key_field", pad=pad, fill_height=fill)
        unknown_key.word_text = said
        self.add_widget(unknown_key)
        self.add_widget(self._digit(0, digit, fill))
        back = Key("", erase, kind="ink", icon="backspace", height="key_field", pad="s", fill_height=fill)
        back.choose("plain")
        back.word_text = words("count.erase")
        self.add_widget(back)
        if not fill:
            self.size_hint_y = None
            self.bind(minimum_height=self.setter("height"))

    @staticmethod
    def _digit(number: int, digit: Callable[[int], None], fill: bool) -> Key:
        return Key(
            theme.words.number(number),
            lambda: digit(number),
            role="keypad",
            height="key_field",
            pad="s",
            fill_height=fill,
        )


class TripleField(ButtonBehavior, Surface):
    """One of At least, Best, At most; the active one has a caret and a 3 dp edge."""

    def __init__(self, label: str, value: str, *, active: bool, press: Press) -> None:
        super().__init__(radius="r_key", pad=("m", "m"), space="xs", stretch=True)
        self.press_action, self.word_text, self.kind = press, label, "triple"
        self.paint("act_soft" if active else "bg", "act" if active else "edge", "edge_chosen" if active else "edge")
        self.add_widget(Text(label, role="small"))
        figure = Text(value + ("|" if active else ""), role="keypad", bold=True)
        self.add_widget(figure)
        self.add_widget(BoxLayout())
        self.size_hint_y = None
        self.height = max(
            theme.space("triple"), sum(c.height for c in self.children[1:]) + 2 * theme.space("m") + theme.space("s")
        )

    def on_release(self) -> None:
        """Type into this field."""
        self.press_action()


class Cell(ButtonBehavior, Surface):
    """A cell of the table of people: best number, and the range beside it when it is not the same."""

    def __init__(self, best: str, range_: str, *, known: bool, zero: bool, active: bool, press: Press | None) -> None:
        super().__init__(radius="r_key", pad=("xs", "xs"), space="", stretch=True)
        self.press_action, self.word_text, self.kind = press, best, "cell"
        self.disabled = press is None
        if active:
            self.paint("act_soft", "act", "edge_chosen")
        bold, tone = known and not zero, "ink2" if zero or not known else "ink"
        if not range_ or line_below():
            self.add_widget(BoxLayout())
            self.add_widget(Text(best, role="answer", bold=bold, tone=tone, align="center"))
            if range_:
                self.add_widget(Text(range_, role="small", tone="ink2", align="center"))
            self.add_widget(BoxLayout())
            return
        pieces = [
            Text(best, role="answer", bold=bold, tone=tone, fit=True),
            Text(range_, role="small", tone="ink2", fit=True),
        ]
        row = BoxLayout(spacing=theme.space("s"), size_hint=(None, None))
        for piece in reversed(pieces) if theme.rtl else pieces:
            row.add_widget(piece)
        row.size = (sum(piece.width for piece in pieces) + row.spacing, pieces[0].height)
        holder = AnchorLayout()
        holder.add_widget(row)
        self.add_widget(holder)

    def on_release(self) -> None:
        """Edit this cell."""
        if self.press_action is not None:
            self.press_action()
