"""One question of an interview a page: large, calm, the same bar below on every page (LOOK section 9).

Nothing on a page says what the talk is about. Stop, rest, somebody near and taking back a yes are one touch away on
every page; a closed gate stands where Next would be, with its reason and the ways that remain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, Surface, VRule, gap, spring
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import CareBox, hide_key, line_below, narrow
from fieldapp.widgets.progress import StepMarks
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme

ACCOUNT_CHARS = 20_000
SHORT_CHARS = 200
_ONE_COLUMN = 4  # more ways stand two by two, so that all of them are seen at once

Kind = Literal["say", "choose", "many", "text", "account", "number", "ways"]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A medical clock without symptoms: what, how long is left, and what was offered."""

    head: str
    left: str
    told: str
    closed: bool


@dataclass(frozen=True, slots=True)
class InterviewView:
    """A page, in the words of the window's language.

    Attributes:
        title: the phase; it never tells the subject.
        phase, of: "n of 9".
        writes: what is being written down at this moment; `written` says that something is.
        scripts: to be read aloud; the question is the last of them.
        kind: how it is answered; `ways` is a page that only offers ways on.
        options: (code, words); `chosen` are codes, `text` what was typed.
        notes: for the officer, not read aloud.
        reasons: why Next is closed; then `ways` are (code, words) of what remains.
        lifts: a second person may lift the gate.
        lines: what can be taken back: (code, words, its answer).
        aloud: the script is for the person, not for the officer.
        next_open: Next leads on although reasons or other ways are shown.
    """

    title: str
    phase: int
    of: int
    writes: str
    written: bool
    scripts: tuple[str, ...]
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    text: str = ""
    notes: tuple[str, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    reasons: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    lifts: bool = False
    lines: tuple[tuple[str, str, str], ...] = ()
    can_back: bool = True
    stoppable: bool = True
    letters: bool = False
    aloud: bool = True
    next_open: bool = False


class InterviewEvents(Protocol):
    """What can be done on a page."""

    def hide(self) -> None: ...
    def interview_answer(self, code: str) -> None: ...
    def interview_type(self, text: str) -> None: ...
    def interview_letters(self) -> None: ...
    def interview_way(self, code: str) -> None: ...
    def interview_lift(self) -> None: ...
    def interview_stop(self) -> None: ...
    def interview_rest(self) -> None: ...
    def interview_near(self) -> None: ...
    def interview_take_back(self) -> None: ...
    def interview_back(self) -> None: ...
    def interview_next(self) -> None: ...


def draw(view: InterviewView, on: InterviewEvents) -> Widget:
    """The page."""
    page = BoxLayout(orientation="vertical")
    page.add_widget(_head(view, on))
    script, side = _script(view, on), _side(view, on)
    m = theme.space("xl")
    if narrow() or line_below():
        parts = (side, script) if view.reasons else (script, side)  # a closed gate is said before anything else
        page.add_widget(Scroll(Column(*parts, space="l", padding=[m] * 4)))
    else:
        page.add_widget(_two_sides(script, side))
    page.add_widget(Rule(tone="ink", thick="rule"))
    page.add_widget(Surface(_stop_bar(view, on), fill="sheet", pad=("xl", "l")))
    return page


def _two_sides(script: Widget, side: Widget) -> Widget:
    thumb = BoxLayout(orientation="vertical", size_hint_x=None, width=theme.space("thumb"))
    thumb.add_widget(Scroll(side))
    outer, inner = theme.space("xxxl") + theme.space("xl"), theme.space("xl")
    left, right = (inner, outer) if theme.rtl else (outer, inner)
    body = BoxLayout(padding=[left, theme.space("xl"), right, theme.space("l")], spacing=theme.space("xl"))
    parts: list[Widget] = [Scroll(script), VRule(), thumb]
    for part in reversed(parts) if theme.rtl else parts:
        body.add_widget(part)
    return body


def _head(view: InterviewView, on: InterviewEvents) -> Widget:
    words, m = theme.words, theme.space("xl")
    count = Text(words("of", n_done=view.phase, n_all=view.of), role="second", tone="ink2", fit=True)
    state: list[Widget] = []
    if not line_below():
        tone = "care" if view.written else "good"
        state = [
            Icon("note-pencil" if view.written else "shield-check", size="small", tone=tone),
            Text(view.writes, role="second", bold=True, tone=tone, fit=True),
        ]
    title = [] if narrow() else [Text(view.title, role="body", bold=True, fit=True)]
    pieces = [*title, count, StepMarks(view.phase - 1, view.of), spring(), *state, hide_key(on.hide)]
    return Row(*pieces, space="m", least=theme.space("bar") + theme.space("s"), padding=[m, 0, m, 0])


# -- the reading side ----------------------------------------------------------------------------------------------
def _script(view: InterviewView, on: InterviewEvents) -> Column:
    role = "script" if not line_below() and len(view.scripts) == 1 else "heading"
    said: list[Widget] = []
    for at, script in enumerate(view.scripts):
        said += [gap("m"), Text(script, role=role, bold=at == len(view.scripts) - 1)]
    icon, word = ("chat-circle", "consent.say") if view.aloud else ("user-circle", "consent.you")
    head = Row(Icon(icon, size="small", tone="ink2"), Text(theme.words(word), role="second", tone="ink2"), space="m")
    return Column(*([head] if said else []), *said, gap("l"), *_answers(view, on))


def _answers(view: InterviewView, on: InterviewEvents) -> list[Widget]:
    if view.kind in ("choose", "many"):
        rows = [
            Answer(word, partial(on.interview_answer, code), chosen=code in view.chosen) for code, word in view.options
        ]
        return [Column(*rows, space="m")]
    if view.kind == "ways":
        lines = [_line(line, on) for line in view.lines]
        ways = [
            Key(
                word, partial(on.interview_answer, code), kind="outline", height="key_field", role="body", align="start"
            )
            for code, word in view.options
        ]
        return [Column(*lines, *ways, space="m")]
    return _typing(view, on) if view.kind in ("text", "account", "number") else []


def _way(word: str, press: Callable[[], None]) -> Widget:
    return Key(word, press, kind="outline", height="key_field", role="body", align="start")


def _line(line: tuple[str, str, str], on: InterviewEvents) -> Widget:
    """One scope with its answer; a touch takes the yes back."""
    code, word, answer = line
    press: Callable[[], None] = partial(on.interview_answer, code)
    return Key(word, press, second=answer, height="key_field", align="start", role="body", bold=False)


def _typing(view: InterviewView, on: InterviewEvents) -> list[Widget]:
    account = view.kind == "account"
    words = theme.words
    field = TextField(
        words("iv.field.account" if account else "iv.field.number" if view.kind == "number" else "iv.field.text"),
        view.text,
        on.interview_type,
        limit=ACCOUNT_CHARS if account else SHORT_CHARS,
        lines=6 if account else 2,
    )
    letters = Key(
        words("unlock.letters"), on.interview_letters, icon="note-pencil", icon_size="small", fit=not narrow()
    )
    pieces: list[Widget] = [field, gap("m"), letters if narrow() else Row(letters, Widget())]
    return [*pieces, gap("m"), LetterPad(field.input)] if view.letters else pieces


# -- the other side: for the officer alone ----------------------------------------------------------------------------
def _side(view: InterviewView, on: InterviewEvents) -> Widget:
    words = theme.words
    pieces: list[Widget] = []
    if view.reasons:
        pieces.append(CareBox(words("iv.closed"), "\n".join(view.reasons), grave="care", icon="hand-palm"))
    pieces += [_way(word, partial(on.interview_way, code)) for code, word in view.ways]
    if view.lifts:
        pieces.append(Key(words("iv.second_person"), on.interview_lift, icon="users", icon_size="small"))
    if view.notes:
        pieces.append(Text(words("consent.you"), role="second", bold=True, tone="ink2"))
        pieces += [Text(note) for note in view.notes]
    pieces += [_clock(clock) for clock in view.clocks]
    return Column(*pieces, space="m")


def _clock(clock: ClockLine) -> Widget:
    texts = Column(
        Text(clock.head, role="body", bold=True),
        Text(clock.left, role="body", bold=True, tone="alarm" if clock.closed else "care"),
        *([Text(clock.told, role="second", tone="ink2")] if clock.told else []),
        space="xs",
        pos_hint={"center_y": 0.5},
    )
    row = Row(Icon("clock-countdown", tone="care"), texts, space="m")
    return Surface(row, fill="care_soft", radius="r_key", pad=("l", "l"))


# -- the bar below, the same on every page ---------------------------------------------------------------------------
def _stop_bar(view: InterviewView, on: InterviewEvents) -> Widget:
    words = theme.words
    back = Key("", on.interview_back, icon="arrow-left", height="key_field", width="key_field", pad="s")
    back.word_text = words("back")
    closed = not view.next_open and (bool(view.reasons) or view.kind == "ways")
    following = Key(
        words("next"),
        on.interview_next,
        kind="off" if closed else "primary",
        icon="" if closed else "arrow-right",
        after=True,
        height="key_field",
        role="answer",
        fit=not narrow(),
        pad="xl",
    )
    only_ways = closed and view.kind == "ways"  # there is no Next: one of the ways leads on
    moves: list[Widget] = [*([back] if view.can_back else []), *([] if only_ways else [following])]
    if not view.stoppable:
        return Row(spring(), *moves, space="m")
    stop = Key(
        words("iv.stop"),
        on.interview_stop,
        kind="filled",
        icon="hand-palm",
        height="key_field",
        role="answer",
        fit=not narrow(),
        pad="xl",
    )
    asides = [
        _aside("iv.rest", "pause", on.interview_rest),
        _aside("iv.near", "eye-slash", on.interview_near),
        _aside("iv.take_back", "arrow-u-up-left", on.interview_take_back),
    ]
    if narrow() or line_below():
        return Column(Row(stop, *moves, space="m"), Row(*asides, space="s"), space="s")
    return Row(stop, *asides, spring(), *moves, space="m")


def _aside(key: str, icon: str, press: Callable[[], None]) -> Key:
    return Key(
        theme.words(key),
        press,
        kind="ink",
        icon="" if narrow() or line_below() else icon,
        height="key_field",
        fit=not (narrow() or line_below()),
        pad="m",
    )
