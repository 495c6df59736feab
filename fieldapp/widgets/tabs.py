"""Tabs that are joined, the chosen one filled; and the tall ones of the table of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kivy.clock import Clock
from kivy.uix.boxlayout import BoxLayout

from fieldapp.widgets.boxes import Row
from fieldapp.widgets.keys import Key
from fieldapp.widgets.text import text_width
from fieldapp.widgets.theme import theme

Choice = tuple[str, str]


class Tabs(BoxLayout):
    """Joined keys; edges overlap so that no line is doubled.

    Args:
        choices: (code, words).
        chosen: the code of the filled one.
        pick: called with a code.
    """

    def __init__(
        self, choices: Sequence[Choice], chosen: str, pick: Callable[[str], None], *, fit: bool = True
    ) -> None:
        super().__init__(spacing=-theme.space("edge"), size_hint=(None if fit else 1, None))
        keys = []
        for code, words in choices:
            key = Key(
                words,
                partial(pick, code),
                kind="filled" if code == chosen else "plain",
                height="tab",
                pad="l",
                fit=fit,
            )
            if not fit:  # each as wide as its words ask, so that long ones need no second line
                wide = text_width(words, theme.type("second"), True, theme.rtl) + 2 * theme.space("l")
                key.size_hint_x = max(wide, theme.space("touch"))
            keys.append(key)
        ordered = list(reversed(keys)) if theme.rtl else keys
        r = theme.space("r_key")
        for index, key in enumerate(ordered):
            if len(ordered) > 1:
                left, right = index == 0, index == len(ordered) - 1
                key.round_corners([r if left else 0, r if right else 0, r if right else 0, r if left else 0])
            self.add_widget(key)
        self._fit_height()
        self.pos_hint = {"center_y": 0.5}
        if fit:
            self.width = sum(key.width for key in keys) - theme.space("edge") * (len(keys) - 1)
        again = Clock.create_trigger(self._fit_height, -1)  # each lays out its own words first
        for key in keys:
            key.bind(height=again, width=again)

    def _fit_height(self, *_args: object) -> None:
        """One that needs two lines makes all of them higher."""
        self.height = max(child.needed_height for child in self.children)
        for child in self.children:
            child.height = self.height


def tall_tabs(choices: Sequence[tuple[str, str, str]], chosen: str, pick: Callable[[str], None]) -> Row:
    """Outcome tabs: a word and its number; (code, word, number)."""
    keys = [
        Key(
            f"{word}  {number}",
            partial(pick, code),
            kind="filled" if code == chosen else "plain",
            height="tab_tall",
            role="second",
            pad="m",
        )
        for code, word, number in choices
    ]
    for key, (_code, word, number) in zip(keys, choices, strict=True):
        key.size_hint_x = len(word) + len(number) + 4
    return Row(*keys, space="s")
