"""Before and after sealing: the report as it will be read, by who can open it; then where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.widget import Widget

from fieldapp.screens.kinds import change_keys
from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.custody import STATES, CustodyLine, stop_positions
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, line_below, narrow
from fieldapp.widgets.rows import FactRow, Tag
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

Press = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the report: its tag, and label-value lines."""

    tag: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something wrong or open: what, what to do, the question to go to (or none), whether it blocks."""

    what: str
    do: str
    step: str
    blocking: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The seal review.

    Attributes:
        unwritten: parts that nobody allowed, in one sentence; empty where there are none.
        left_out: attachment, and what of it is not written and why.
    """

    context: str
    blocks: tuple[Block, ...]
    warnings: tuple[Doubt, ...]
    unwritten: str
    can_seal: bool
    left_out: tuple[tuple[str, str], ...] = ()
    busy: bool = False
    error: tuple[str, str, str] | None = None


class ReviewEvents(Protocol):
    """What can be done with a complete record."""

    def hide(self) -> None: ...
    def enter_step(self, step: str) -> None: ...
    def review_back(self) -> None: ...
    def seal(self) -> None: ...
    def leave(self) -> None: ...
    def discard(self) -> None: ...


def draw(view: ReviewView, on: ReviewEvents) -> Widget:
    """The seal review."""
    words = theme.words
    bar = TopBar(words("review.title"), back=on.review_back, context=view.context, hide=on.hide)
    reading: list[Widget] = []
    if view.error:
        what, safe, do = view.error
        reading += [CareBox(what, f"{safe} {do}", grave="alarm"), gap("m")]
    for warning in view.warnings:
        key = (
            Key(words("review.fix"), partial(on.enter_step, warning.step), height="key", fit=True)
            if warning.step
            else None
        )
        grave = "alarm" if warning.blocking else "care"
        reading += [CareBox(warning.what, warning.do, grave=grave, key=key), gap("m")]
    if view.left_out or view.unwritten:
        reading += _not_written(view)
    for block in view.blocks:
        reading += _block(block.tag, block.lines)
    seal_word = words("review.sealing" if view.busy else "review.seal")
    seal = Key(
        seal_word,
        on.seal,
        kind="primary" if view.can_seal or view.busy else "off",
        icon="lock",
        height="key_field",
        role="row" if not line_below() else "second",
        second_role="small",
        pad="m",
        second="" if view.can_seal else words("review.why"),
    )
    keep = Key(words("review.keep"), on.leave, height="bar", role="second")
    drop = Key(words("review.discard"), on.discard, kind="quiet", height="key", role="second")
    thumb = [
        _large("draft", words("review.now")),
        _large("sealed", words("review.then")),
        CareBox("", words("review.loss"), grave="care", icon="lock"),
    ]
    low = Row(hide_key(on.hide, tall=True), seal, space="m")
    foot: list[Widget] = [low] if narrow() else [Row(drop, keep, space="m"), low]
    extra = [Row(drop, keep, space="m")] if narrow() else []
    return Page(bar, reading=reading, thumb=[*thumb, *extra], foot=foot)


def _block(tag: str, lines: tuple[tuple[str, str], ...]) -> list[Widget]:
    head = Text(tag, role="second", bold=True) if line_below() else Row(Tag(tag), Widget())
    return [head, gap("s"), Rule(tone="ink", thick="rule"), *(FactRow(*line) for line in lines), gap("l")]


def _not_written(view: ReviewView) -> list[Widget]:
    head = [Text(theme.words("record.left.head"), role="body", bold=True), gap("s"), Rule(tone="ink", thick="rule")]
    parts = [gap("s"), Text(view.unwritten, role="second", tone="ink2")] if view.unwritten else []
    return [*head, *(FactRow(*line) for line in view.left_out), *parts, gap("l")]


def _large(state: str, label: str) -> Widget:
    width = theme.space("thumb")
    line = CustodyLine(state, width=width, height=theme.space("custody_large_h") * 0.82)
    words = theme.words
    head = Row(Text(label, role="small", tone="ink2", bold=True), space="s")
    return Column(
        head,
        line,
        Text(words("state." + state), role="row", bold=True),
        Text(words("say." + state), role="second", tone="ink2"),
        space="xs",
    )


@dataclass(frozen=True, slots=True)
class DetailView:
    """One sealed report.

    Attributes:
        title, area: what may be shown of it here.
        state: custody.
        lines: label and value.
        notes: (head, text, grave, icon) shown at the thumb side.
        fresh: it was sealed this minute.
    """

    title: str
    area: str
    state: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str, str, str], ...]
    fresh: bool
    waiting: bool


class DetailEvents(Protocol):
    """What can be done with a sealed report."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def send(self) -> None: ...
    def follow(self, change: str) -> None: ...


def draw_detail(view: DetailView, on: DetailEvents) -> Widget:
    """Where a report is: the custody line drawn large, then what may be read of it."""
    words = theme.words
    bar = TopBar(
        words("sealed.title" if view.fresh else "detail.title"),
        back=on.home,
        context="" if view.fresh else view.title,
        hide=on.hide,
    )
    title = Column(
        Text(view.title, role="heading", bold=True), *([Text(view.area, role="row")] if view.area else []), space="xs"
    )
    custody = Column(_long_line(view.state), space="s")
    say = Text(words("say." + view.state), role="body")
    facts = Column(*(FactRow(label, value) for label, value in view.lines))
    reading: list[Widget] = [title, gap("xl"), custody, gap("l"), say, gap("xl"), Rule(tone="ink", thick="rule"), facts]
    thumb: list[Widget] = [CareBox(head, text, grave=grave, icon=icon) for head, text, grave, icon in view.notes]
    thumb += [Text(words("record.change.keys"), role="second", bold=True, tone="ink2"), *change_keys(on.follow)]
    main = (
        Key(
            words("home.send_now"),
            on.send,
            kind="primary",
            icon="paper-plane-right",
            height="key_field",
            role="row" if not line_below() else "second",
        )
        if view.waiting
        else Key(
            words("sealed.home"),
            on.home,
            kind="primary",
            height="key_field",
            role="body" if not line_below() else "second",
        )
    )
    foot: list[Widget] = [Row(hide_key(on.hide, tall=True), main, space="m")]
    if view.waiting and not narrow():
        foot.insert(0, Key(words("sealed.home"), on.home, height="bar", role="second"))
    return Page(bar, reading=reading, thumb=thumb, foot=foot)


def _long_line(state: str) -> Widget:
    words = theme.words
    width = theme.space("reading") if not narrow() else theme.space("wide_max")
    height = theme.space("custody_large_h")
    line = CustodyLine(state, width=width, height=height)
    if line_below():
        return Column(line, Text(words("state." + state), role="row", bold=True), space="s")
    names = _Names(width, height, state)
    return Column(line, names, space="xs", size_hint_x=None, width=width)


class _Names(RelativeLayout):
    """The word of each stop under it, kept within the line's ends."""

    def __init__(self, width: float, height: float, state: str) -> None:
        super().__init__(size_hint=(None, None), width=width)
        for stop, name in zip(stop_positions(width, height), STATES, strict=True):
            here = name == state
            text = Text(
                theme.words("state." + name), role="second", bold=here, tone="ink" if here else "ink2", fit=True
            )
            middle = width - stop if theme.rtl else stop
            text.pos_hint = {}
            text.x = min(max(middle - text.width / 2, 0), width - text.width)
            self.add_widget(text)
        self.height = max(text.height for text in self.children)


def draw_discard(yes_press: Press, no_press: Press, hide: Press) -> Widget:
    """Before a draft is thrown away: the loss first, then two keys of one weight."""
    words = theme.words
    question, loss = words("discard.question"), words("discard.loss")
    yes, no = words("discard.yes"), words("discard.no")
    bar = TopBar(question, back=no_press, hide=hide)
    keys = [
        Key(no, no_press, height="key_field", role="row"),
        Key(yes, yes_press, kind="outline", height="key_field", role="row"),
    ]
    body: list[Widget] = [
        Text(question, role="question", bold=True),
        gap("m"),
        Text(loss),
        gap("xl"),
        Column(*keys, space="m"),
    ]
    return Page(
        bar, reading=body, thumb=[], foot=[Row(hide_key(hide, tall=True), *([Widget()] if not narrow() else []))]
    )
