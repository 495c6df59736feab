"""The ways in: welcome, an invitation, a new passphrase, unlocking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, gap, spring
from fieldapp.widgets.custody import CustodyLine
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import LANGUAGES, NAMES

Error = tuple[str, str, str]


class LookEvents(Protocol):
    """How the window looks, on every way in."""

    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...
    def pick_language(self, code: str) -> None: ...


class WelcomeEvents(LookEvents, Protocol):
    """What can be done on a tablet without a vault."""

    def hide(self) -> None: ...
    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...
    def pick_language(self, code: str) -> None: ...
    def enrol(self) -> None: ...
    def train(self) -> None: ...


def language_tabs(on: LookEvents) -> Tabs:
    """The languages, each in its own name."""
    return Tabs([(code, NAMES[code]) for code in LANGUAGES], theme.language, on.pick_language, fit=not narrow())


def error_box(error: Error | None) -> list[Widget]:
    """What happened, whether it is safe, what to do."""
    if error is None:
        return []
    what, safe, do = error
    return [CareBox(what, f"{safe} {do}", grave="alarm"), gap("l")]


def _mode_key(on: LookEvents, *, fit: bool = True) -> Key:
    words, night = theme.words, theme.mode == "night"
    return Key(
        words("day_mode" if night else "night"),
        on.switch_mode,
        icon="sun" if night else "moon",
        icon_size="small",
        height="bar_key",
        fit=fit,
    )


def _size_key(on: LookEvents, *, fit: bool = True) -> Key:
    return Key(theme.words("set.size"), on.settings, icon="text-aa", icon_size="small", height="bar_key", fit=fit)


def draw_welcome(on: WelcomeEvents, error: Error | None = None) -> Widget:
    """No vault yet: enrol from a file, or look around in training."""
    words = theme.words
    keys = [] if narrow() else [*([_size_key(on)] if line_below() else []), _mode_key(on)]
    bar = TopBar(words("app"), mark=True, keys=keys, hide=on.hide)
    steps: list[Widget] = []
    for number in (1, 2, 3, 4):
        label = Text(words.number(number), role="row", bold=True, tone="act", fit=True)
        steps += [
            Row(label, Text(words(f"welcome.step{number}"), role="body"), space="l", padding=[0, theme.space("m")]),
            Rule(),
        ]
    reading: list[Widget] = [
        *error_box(error),
        Text(words("welcome.title"), role="question", bold=True),
        gap("s"),
        Text(words("welcome.text"), role="body"),
        gap("l"),
        Text(words("welcome.steps"), role="row", bold=True),
        gap("s"),
        Rule(tone="ink", thick="rule"),
        *steps,
    ]
    train = Key(
        words("welcome.train"),
        on.train,
        kind="outline",
        icon="graduation-cap",
        icon_size="large",
        second=words("welcome.train.second"),
        height="large",
        role="row",
        align="start",
        radius="r_large",
        pad="xl",
    )
    enrol = Key(
        words("welcome.enrol"),
        on.enrol,
        kind="primary",
        icon="tray",
        icon_size="large",
        second="" if narrow() else words("welcome.enrol.second"),
        height="key_field" if narrow() else "flash",
        role="row" if line_below() else "answer",
        align="start",
        radius="r_large",
        pad="xl",
    )
    lines = Column(CustodyLine("sealed"), Text(words("welcome.keeps"), role="second", tone="ink2"), gap("l"), space="m")
    if narrow():
        return Page(
            bar,
            reading=reading,
            thumb=[lines, language_tabs(on), _mode_key(on), _size_key(on), train],
            foot=[Row(hide_key(on.hide, tall=True), enrol)],
        )
    size = [] if line_below() else [_size_key(on)]
    foot = Row(hide_key(on.hide), spring(), *size, language_tabs(on), space="m")
    return Page(bar, reading=reading, thumb=[lines, train, enrol], anchor="foot", reading_foot=[foot])


@dataclass(frozen=True, slots=True)
class PassphraseView:
    """Choosing a passphrase for a new tablet."""

    label: str
    first: str
    again: str
    words_n: int
    shown: bool
    busy: bool
    error: Error | None = None
    letters: bool = False


class PassphraseEvents(Protocol):
    """What can be done while choosing one."""

    def hide(self) -> None: ...
    def enrol(self) -> None: ...
    def type_first(self, text: str) -> None: ...
    def type_again(self, text: str) -> None: ...
    def show_words(self) -> None: ...
    def letters(self) -> None: ...
    def make(self) -> None: ...


def _keys(*keys: Key) -> Widget:
    """Keys beside each other, or one under the other where type is large."""
    return Column(*keys, space="m") if narrow() else Row(*keys, Widget(), space="m")


def draw_passphrase(view: PassphraseView, on: PassphraseEvents) -> Widget:
    """Six words or more, twice."""
    words = theme.words
    bar = TopBar(words("enrol.title"), back=on.enrol, context=view.label, hide=on.hide)
    first = TextField(words("enrol.pass.first"), view.first, on.type_first, secret=not view.shown)
    again = TextField(words("enrol.pass.again"), view.again, on.type_again, secret=not view.shown, done=on.make)
    reading: list[Widget] = [
        *error_box(view.error),
        Text(words("enrol.pass.question"), role="question", bold=True),
        gap("s"),
        Text(words("enrol.pass.hint"), tone="ink2"),
        gap("l"),
        first,
        gap("m"),
        again,
        gap("m"),
        _keys(
            Key(words("enrol.cover" if view.shown else "enrol.show"), on.show_words, fit=not narrow()),
            Key(words("unlock.letters"), on.letters, icon="note-pencil", icon_size="small", fit=not narrow()),
        ),
    ]
    if view.letters:
        pad = LetterPad(first.input)
        pad.follow(first, again)
        reading += [gap("m"), pad]
    make = Key(
        words("enrol.making" if view.busy else "enrol.make"),
        on.make,
        kind="primary",
        height="key_field",
        role="body" if not line_below() else "second",
    )
    thumb = [CareBox("", words("enrol.pass.lost"), grave="care")]
    return Page(bar, reading=reading, thumb=thumb, foot=[Row(hide_key(on.hide, tall=True), make, space="m")])


class DoneEvents(Protocol):
    """What can be done with a new tablet."""

    def hide(self) -> None: ...
    def home(self) -> None: ...


def draw_done(six_words: str, label: str, on: DoneEvents) -> Widget:
    """The tablet is ready; six words to compare."""
    words = theme.words
    bar = TopBar(words("enrol.title"), context=label, hide=on.hide)
    shown = [Text(word, role="heading", bold=True, fit=True) for word in six_words.replace("-", " ").split()]
    pairs = [Row(*shown[at : at + 3], space="xxl") for at in range(0, len(shown), 3)]
    reading: list[Widget] = [
        Text(words("enrol.done.title"), role="question", bold=True),
        gap("m"),
        Text(words("enrol.done.text")),
        gap("l"),
        Rule(tone="ink", thick="rule"),
        gap("l"),
        Column(*pairs, space="m"),
        gap("l"),
        Rule(),
    ]
    begin = Key(
        words("enrol.begin"),
        on.home,
        kind="primary",
        icon="arrow-right",
        after=True,
        height="key_field",
        role=main_role(),
        pad="m",
    )
    return Page(bar, reading=reading, foot=[Row(hide_key(on.hide, tall=True), begin, space="m")])


@dataclass(frozen=True, slots=True)
class UnlockView:
    """The lock screen: no name of the product, no count; `officer` where several share the tablet."""

    text: str
    shown: bool
    letters: bool
    busy: bool
    error: Error | None = None
    officer: str = ""


class UnlockEvents(LookEvents, Protocol):
    """What can be done while locked."""

    def hide(self) -> None: ...
    def type_passphrase(self, text: str) -> None: ...
    def unlock(self) -> None: ...
    def show_passphrase(self) -> None: ...
    def letters(self) -> None: ...
    def officers(self) -> None: ...
    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...
    def pick_language(self, code: str) -> None: ...


def draw_unlock(view: UnlockView, on: UnlockEvents) -> tuple[Widget, TextField]:
    """One field in the middle of the reading side; returns it too, so that it can take the focus."""
    words = theme.words
    field = TextField(words("unlock.question"), view.text, on.type_passphrase, done=on.unlock, secret=not view.shown)
    show = Key(words("unlock.cover" if view.shown else "unlock.show"), on.show_passphrase, height="key", fit=True)
    letters = Key(words("unlock.letters"), on.letters, icon="note-pencil", icon_size="small", height="key", fit=True)
    other = Key(words("officer.other"), on.officers, icon="user-circle", icon_size="small", height="key", fit=True)
    middle: list[Widget] = [
        *error_box(view.error),
        *([Text(view.officer, role="heading", bold=True), gap("m")] if view.officer else []),
        field,
        gap("s"),
        Text(words("unlock.hint"), role="second", tone="ink2"),
        gap("m"),
        *([Row(show, letters, Widget(), space="m"), gap("m"), other] if line_below() else []),
        *([] if line_below() else [Row(show, letters, Widget(), other, space="m")]),
    ]
    if view.letters:
        middle += [gap("l"), LetterPad(field.input, [])]
    main = Key(
        words("unlock.opening" if view.busy else "unlock.open"),
        on.unlock,
        kind="primary",
        icon="lock-open",
        height="key_field",
        role=main_role(),
    )
    bar = BoxLayout(size_hint_y=None, height=theme.space("l"))
    foot: list[Widget] = [Row(hide_key(on.hide, tall=True), main, space="m")]
    if line_below():
        page = Page(
            bar,
            reading=middle,
            thumb=[language_tabs(on) if narrow() else gap("xs"), _size_key(on), _mode_key(on)],
            foot=foot,
        )
        return page, field
    column = BoxLayout(orientation="vertical", padding=[theme.space("xxxl"), 0, theme.space("xxxl"), 0])
    for child in (spring(), *middle, spring()):
        column.add_widget(child)
    low = Row(hide_key(on.hide), spring(), language_tabs(on), space="m")
    looks = Column(_size_key(on, fit=False), _mode_key(on, fit=False), space="m")
    return Page(bar, reading=[], fill=column, reading_foot=[low], foot=[looks, *foot]), field
