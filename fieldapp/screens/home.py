"""My reports, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, Scroll, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Notice, Page, TopBar, hide_key, line_below, narrow
from fieldapp.widgets.rows import ReportRow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import NAMES

FILTERS = ("all", "drafts", "unsent", "done")
PAGE_ROWS = 5


@dataclass(frozen=True, slots=True)
class ListRow:
    """A report or draft in the list, in words."""

    id: str
    title: str
    area: str
    second: str
    state: str
    draft: bool
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Strip:
    """The notice under the bar; `send` puts the key to send beside it."""

    what: str
    safe: str
    grave: str
    icon: str
    send: bool = False


@dataclass(frozen=True, slots=True)
class HomeView:
    """What home shows."""

    mission: str
    label: str
    day: str
    clock: str
    filter: str
    counts: dict[str, int]
    rows: tuple[ListRow, ...]
    page: int
    waiting: int
    strip: Strip | None = None


class HomeEvents(Protocol):
    """What can be done from home."""

    def hide(self) -> None: ...
    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...
    def next_language(self) -> None: ...
    def lock(self) -> None: ...
    def send(self) -> None: ...
    def begin(self, kind: str) -> None: ...
    def open_row(self, row_id: str, draft: bool) -> None: ...
    def choose_filter(self, name: str) -> None: ...
    def turn_page(self) -> None: ...


def draw(view: HomeView, on: HomeEvents) -> Widget:
    """The screen."""
    shown = view.rows[view.page * PAGE_ROWS : (view.page + 1) * PAGE_ROWS]
    rows: list[Widget] = [_row(row, on) for row in shown] or [_empty(view)]
    if narrow():
        body = Column(_head(view, on), *rows)
        return Page(
            _bar(view, on),
            reading=[body],
            thumb=_thumb(view, on),
            foot=[_foot(on)],
            notice=_strip(view, on),
            reading_foot=[_paging(view, on, shown_count=len(shown))],
        )
    listing = Column(_head(view, on), Scroll(Column(*rows)), fill=True)
    foot = Row(
        hide_key(on.hide, tall=False),
        spring(),
        *_paging_pieces(view, on, len(shown)),
        space="l",
        least=theme.space("key"),
    )
    return Page(
        _bar(view, on),
        reading=[],
        fill=listing,
        reading_foot=[foot],
        thumb=_thumb(view, on),
        foot=[_flash(on)],
        anchor="foot",
        notice=_strip(view, on),
    )


def _bar(view: HomeView, on: HomeEvents) -> TopBar:
    words = theme.words
    night = theme.mode == "night"
    keys = []
    if not line_below():
        keys = [
            Key(
                words("day_mode" if night else "night"),
                on.switch_mode,
                icon="sun" if night else "moon",
                icon_size="small",
                height="bar_key",
                fit=True,
            ),
            Key(NAMES[theme.language], on.next_language, icon="globe", icon_size="small", height="bar_key", fit=True),
        ]
        for key in keys:
            key.tint_icon("ink")
    status = [
        Text(view.day, role="second", tone="ink2", fit=True),
        Text(view.clock, role="second", bold=True, fit=True),
        Widget(size_hint_x=None, width=theme.space("xs")),
    ]
    context = " · ".join(part for part in (view.label, view.mission) if part)
    return TopBar(words("app"), mark=True, context=context, status=status, keys=keys, hide=on.hide)


def _strip(view: HomeView, on: HomeEvents) -> Notice | None:
    if view.strip is None:
        return None
    strip = view.strip
    key = None
    if strip.send:
        key = Key(theme.words("home.send_now"), on.send, kind="primary", icon="paper-plane-right", fit=True, pad="xl")
    return Notice(strip.what, strip.safe, grave=strip.grave, icon=strip.icon, key=key)


def _head(view: HomeView, on: HomeEvents) -> Widget:
    words = theme.words
    title = Text(words("home.title"), role="heading", bold=True, fit=not narrow())
    choices = [(name, words("home." + name, n=view.counts[name])) for name in FILTERS]
    tabs = Tabs(choices, view.filter, on.choose_filter, fit=not line_below())
    head: Widget = (
        Column(title, tabs, space="m") if line_below() else Row(title, spring(), tabs, least=theme.space("key"))
    )
    return Column(head, Rule(tone="ink", thick="rule"), space="m")


def _row(row: ListRow, on: HomeEvents) -> ReportRow:
    press: Callable[[], None] | None = (lambda: on.open_row(row.id, row.draft)) if row.readable else None
    state = row.state if row.readable else "needs"
    return ReportRow(row.title, row.area, row.second, state, theme.words("state." + state), press=press)


def _empty(view: HomeView) -> Widget:
    words = theme.words
    if view.filter != "all" or view.counts["all"]:
        return Column(Text(words("home.empty.filter"), role="row", bold=True), padding=[0, theme.space("xl")])
    return Column(
        Text(words("home.empty"), role="row", bold=True),
        Text(words("home.empty.start"), tone="ink2"),
        space="s",
        padding=[0, theme.space("xl")],
    )


def _paging_pieces(view: HomeView, on: HomeEvents, shown_count: int) -> list[Widget]:
    words, total = theme.words, len(view.rows)
    if total <= PAGE_ROWS:
        return []
    last = (view.page + 1) * PAGE_ROWS >= total
    shown = Text(words("home.shown", n_done=shown_count, n_all=total), role="second", tone="ink2", fit=not narrow())
    key = Key(
        words("home.newest" if last else "home.older"),
        on.turn_page,
        icon="caret-up" if last else "caret-down",
        icon_size="small",
        fit=True,
    )
    return [shown, key]


def _paging(view: HomeView, on: HomeEvents, shown_count: int) -> Widget:
    return Row(*_paging_pieces(view, on, shown_count), space="l")


def _flash(on: HomeEvents) -> Key:
    words = theme.words
    return Key(
        words("home.flash"),
        lambda: on.begin("flash"),
        kind="primary",
        icon="lightning",
        icon_size="large",
        second="" if line_below() else words("home.flash.second"),
        height="key_field" if narrow() else "flash",
        role="question" if not narrow() else "row",
        align="start",
        radius="r_large",
        pad="xl" if not narrow() else "l",
    )


def _foot(on: HomeEvents) -> Widget:
    return Row(hide_key(on.hide, tall=True), _flash(on), space="m")


def _thumb(view: HomeView, on: HomeEvents) -> list[Widget]:
    words = theme.words
    waits = words("home.send.second", n=view.waiting) if view.waiting else words("home.send.nothing")
    send = Key(
        words("home.send"),
        on.send,
        icon="paper-plane-right",
        second=waits,
        second_role="small",
        height="key_field",
        role="body",
        align="start",
        radius="r_large",
    )
    settings = Key(
        words("settings"), on.settings, icon="gear", height="key_field", role="body", align="start", radius="r_large"
    )
    lock = Key(words("lock"), on.lock, icon="lock", height="key_field", role="body", align="start", radius="r_large")
    interview = Key(
        words("home.interview"),
        kind="off",
        icon="chats",
        icon_size="large",
        second=words("home.interview.off"),
        second_role="small",
        height="large",
        role="bar",
        align="start",
        radius="r_large",
        pad="xl",
    )
    full = Key(
        words("home.full"),
        lambda: on.begin("incident"),
        kind="outline",
        icon="note-pencil",
        icon_size="large",
        second=words("home.full.second"),
        second_role="second" if not line_below() else "small",
        height="large",
        role="bar",
        align="start",
        radius="r_large",
        pad="xl",
    )
    pair: Widget = Column(settings, lock, space="m") if line_below() else Row(settings, lock, space="m")
    keys: list[Widget] = [send, pair, interview, full]
    return keys
