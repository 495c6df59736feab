"""The PIN of a running session: the lock page with its own keypad, and choosing a PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.screens.entry import Error, error_box, language_tabs
from fieldapp.widgets.boxes import Column, Row, Rule, gap, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.numbers import Keypad
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.progress import Dots
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

TRIES = 5
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class PinView:
    """The lock page: how many digits are typed, and how many tries are left."""

    typed: int
    left: int
    busy: bool = False
    wrong: bool = False


class PinEvents(Protocol):
    """What can be done on the lock page."""

    def hide(self) -> None: ...
    def pin_digit(self, number: int) -> None: ...
    def pin_erase(self) -> None: ...
    def pin_clear(self) -> None: ...
    def pin_open(self) -> None: ...
    def use_passphrase(self) -> None: ...
    def officers(self) -> None: ...
    def pick_language(self, code: str) -> None: ...
    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...


def _typed(count: int) -> Widget:
    """What was typed, as dots on a rule."""
    dots = Text("• " * count or " ", role="number", bold=True, align="center")
    return Column(dots, Rule(tone="edge", thick="rule"), space="xs")


def draw(view: PinView, on: PinEvents) -> Widget:
    """The lock page while a PIN opens it; no name of the product, no count."""
    words = theme.words
    tries = words("pin.left", n=view.left)
    told = [
        Text(
            words("pin.wrong") if view.wrong else words("pin.hint"),
            role="second",
            tone="alarm" if view.wrong else "ink2",
            bold=view.wrong,
        ),
        gap("s"),
        Row(Dots(view.left, TRIES), Text(tries, role="second", bold=view.left < TRIES), space="m"),
    ]
    phrase = Key(
        words("pin.passphrase"), on.use_passphrase, icon="key", icon_size="small", height="key", fit=not narrow()
    )
    other = Key(
        words("officer.other"), on.officers, icon="user-circle", icon_size="small", height="key", fit=not narrow()
    )
    middle: list[Widget] = [
        Text(words("pin.question"), role="question", bold=True),
        gap("l"),
        _typed(view.typed),
        gap("m"),
        *told,
        gap("l"),
    ]
    keys = Column(phrase, other, space="m") if line_below() else Row(phrase, other, Widget(), space="m")
    word = words("unlock.opening" if view.busy else "unlock.open")
    main = Key(word, on.pin_open, kind="primary", icon="lock-open", height="key_field", role=main_role())
    pad = Keypad(on.pin_digit, on.pin_erase, on.pin_clear, word=words("cover.clear"))
    return _pad_page(BoxLayout(size_hint_y=None, height=theme.space("l")), [*middle, keys], pad, on, main, low=True)


class NewPinEvents(Protocol):
    """What can be done while choosing a PIN."""

    def hide(self) -> None: ...
    def settings(self) -> None: ...
    def pin_digit(self, number: int) -> None: ...
    def pin_erase(self) -> None: ...
    def pin_clear(self) -> None: ...
    def pin_next(self) -> None: ...
    def pin_remove(self) -> None: ...


@dataclass(frozen=True, slots=True)
class NewPinView:
    """Choosing a PIN: the first time or `again`; `armed` when one is set already."""

    typed: int
    again: bool
    armed: bool
    busy: bool = False
    error: Error | None = None


def draw_new(view: NewPinView, on: NewPinEvents) -> Widget:
    """Four to eight digits, twice."""
    words = theme.words
    reading: list[Widget] = [
        *error_box(view.error),
        Text(words("pin.again" if view.again else "pin.new"), role="question", bold=True),
        gap("s"),
        Text(words("pin.new.hint"), tone="ink2"),
        gap("l"),
        _typed(view.typed),
        gap("l"),
        CareBox("", words("pin.session"), grave="good", icon="shield-check"),
    ]
    if view.armed:
        remove = Key(words("pin.remove"), on.pin_remove, icon="x", icon_size="small", fit=not narrow())
        reading += [gap("l"), remove if narrow() else Row(remove, Widget())]
    word = words("pin.setting" if view.busy else "pin.set" if view.again else "next")
    main = Key(word, on.pin_next, kind="primary", height="key_field", role=main_role())
    pad = Keypad(on.pin_digit, on.pin_erase, on.pin_clear, word=words("cover.clear"))
    return _pad_page(TopBar(words("pin.title"), back=on.settings, hide=on.hide), reading, pad, on, main, low=False)


def _pad_page(
    bar: Widget, reading: list[Widget], pad: Keypad, on: PinEvents | NewPinEvents, main: Key, *, low: bool
) -> Widget:
    """Words on the reading side, digits at the thumb."""
    foot = Row(hide_key(on.hide, tall=True), main, space="m")
    if line_below():
        if not narrow():
            pad.size_hint_y, pad.height = None, theme.space("thumb")
        return Page(bar, reading=reading, thumb=[pad], foot=[foot])
    page = BoxLayout(orientation="vertical")
    page.add_widget(bar)
    m = theme.space("xl")
    read = BoxLayout(orientation="vertical", spacing=theme.space("s"))
    inset = theme.space("xxxl") if low else 0
    column = BoxLayout(orientation="vertical", padding=[inset, 0, inset, 0])
    for child in [spring(), *reading, spring()] if low else [*reading, spring()]:
        column.add_widget(child)
    read.add_widget(column)
    if low:
        read.add_widget(Row(hide_key(on.hide), spring(), language_tabs(on), space="m"))  # type: ignore[arg-type]
    side = BoxLayout(orientation="vertical", spacing=theme.space("l"), size_hint_x=None, width=theme.space("thumb"))
    side.add_widget(pad)
    side.add_widget(foot)
    body = BoxLayout(padding=[m, theme.space("l"), m, m], spacing=m)
    for part in (side, read) if theme.sides_swapped else (read, side):
        body.add_widget(part)
    page.add_widget(body)
    return page


__all__ = ["TRIES", "NewPinEvents", "NewPinView", "PinEvents", "PinView", "draw", "draw_new"]
