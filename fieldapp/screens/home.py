"""My reports, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Rule, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.listed import ListRow, ReportLine, ReportList
from fieldapp.widgets.page import Notice, Page, TopBar, hide_key, line_below, narrow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import NAMES

FILTERS = ("all", "drafts", "unsent", "done")
PAGE_ROWS = 5


@dataclass(frozen=True, slots=True)
class Strip:
    """The notice under the bar.

    Attributes:
        send: the key to send stands beside it.
        more: how many more conditions there are.
    """

    what: str
    safe: str
    grave: str
    icon: str
    send: bool = False
    more: int = 0


@dataclass(slots=True)
class Place:
    """Where the list stands; outlives a redraw.

    Attributes:
        scroll: 1 at the newest, 0 at the oldest.
        page: of the one-column form, which turns pages instead.
    """

    scroll: float = 1.0
    page: int = 0


@dataclass(frozen=True, slots=True)
class HomeView:
    """What home shows. `rows` may be lazy: only what is seen is asked for."""

    mission: str
    label: str
    day: str
    clock: str
    filter: str
    counts: dict[str, int]
    rows: Sequence[ListRow]
    waiting: int
    strip: Strip | None
    place: Place


class HomeEvents(Protocol):
    """What can be done from home."""

    def hide(self) -> None: ...
    def switch_mode(self) -> None: ...
    def settings(self) -> None: ...
    def languages(self) -> None: ...
    def lock(self) -> None: ...
    def send(self) -> None: ...
    def find(self) -> None: ...
    def map(self) -> None: ...
    def services(self) -> None: ...
    def interview(self) -> None: ...
    def kinds(self) -> None: ...
    def health(self) -> None: ...
    def begin(self, kind: str) -> None: ...
    def open_row(self, row: ListRow) -> None: ...
    def choose_filter(self, name: str) -> None: ...
    def turn_page(self) -> None: ...


def draw(view: HomeView, on: HomeEvents) -> Widget:
    """The screen."""
    if narrow():
        return _one_column(view, on)
    shown = Text("", role="second", tone="ink2", align="end")
    older = Key(theme.words("home.older"), lambda: None, icon="caret-down", icon_size="small", fit=True)
    rows = _list(view, on, shown, older)
    paging = [shown, older] if len(view.rows) > PAGE_ROWS else [spring()]
    lock = Key(theme.words("lock"), on.lock, icon="lock", icon_size="small", height="bar_key", fit=True)
    lock.tint_icon("ink")
    word, look = theme.words("services.title"), "first-aid-kit"
    services = Key(word, on.services, icon=look, icon_size="small", height="bar_key", fit=True)
    keys = [] if line_below() else [lock, services]
    foot = Row(hide_key(on.hide), *keys, *paging, space="m", least=theme.space("key"))
    head = _head(view, on)
    return Page(
        _bar(view, on),
        reading=[],
        fill=Column(head, rows, fill=True),
        reading_foot=[foot],
        thumb=_thumb(view, on),
        foot=[_flash(on)],
        anchor="foot",
        notice=_strip(view, on),
    )


def _one_column(view: HomeView, on: HomeEvents) -> Widget:
    first = view.place.page * PAGE_ROWS
    shown = [view.rows[at] for at in range(first, min(first + PAGE_ROWS, len(view.rows)))]
    lines: list[Widget] = []
    for row in shown:
        line = ReportLine(on.open_row, natural=True)
        line.show(row)
        lines.append(line)
    return Page(
        _bar(view, on),
        reading=[Column(_head(view, on), *(lines or [_empty(view)]))],
        thumb=_thumb(view, on),
        foot=[Row(hide_key(on.hide, tall=True), _flash(on), space="m")],
        notice=_strip(view, on),
        reading_foot=[_paging(view, on, first, len(shown))],
    )


def _list(view: HomeView, on: HomeEvents, shown: Text, older: Key) -> Widget:
    """The rows with their scrolling; empty states say what belongs here."""
    if not view.rows:
        return Column(_empty(view), spring(), fill=True)
    words, total = theme.words, len(view.rows)

    def moved(first: int, count: int) -> None:
        view.place.scroll = rows.scroll_y
        shown.say(_which(first, count, total))
        older.say(words("home.newest" if rows.at_end else "home.older"))

    rows = ReportList(view.rows, on.open_row, moved, at=view.place.scroll)
    older.press_action = rows.turn
    return rows


def _bar(view: HomeView, on: HomeEvents) -> TopBar:
    words = theme.words
    night = theme.mode == "night"
    keys = []
    if not line_below():
        looks = [
            (words("day_mode" if night else "night"), on.switch_mode, "sun" if night else "moon"),
            (NAMES[theme.language], on.languages, "globe"),
            (words("settings"), on.settings, "gear"),
        ]
        for word, press, icon in looks:
            key = Key(word, press, icon=icon, icon_size="small", height="bar_key", fit=True)
            key.tint_icon("ink")
            keys.append(key)
    status = [
        Text(view.day, role="second", tone="ink2", fit=True),
        Text(view.clock, role="second", bold=True, fit=True),
        Widget(size_hint_x=None, width=theme.space("xs")),
    ]
    context = " · ".join(part for part in (view.label, view.mission) if part)
    return TopBar(words("app"), mark=True, context=context, status=status, keys=keys, hide=on.hide)


def _strip(view: HomeView, on: HomeEvents) -> Notice | None:
    strip = view.strip
    if strip is None:
        return None
    key = more = None
    if strip.send:
        key = Key(theme.words("home.send_now"), on.send, kind="primary", icon="paper-plane-right", fit=True, pad="xl")
    if strip.more:
        more = Key(theme.words("home.more", n=strip.more), on.health, fit=True)
    elif not strip.send:
        more = Key(theme.words("home.what_to_do"), on.health, fit=True)
    return Notice(strip.what, strip.safe, grave=strip.grave, icon=strip.icon, key=key, more=more)


def _head(view: HomeView, on: HomeEvents) -> Widget:
    words = theme.words
    title = Text(words("home.title"), role="heading", bold=True, fit=not narrow())
    choices = [(name, words("home." + name, n=view.counts[name])) for name in FILTERS]
    tabs = Tabs(choices, view.filter, on.choose_filter, fit=not line_below())
    if narrow():
        head: Widget = Column(title, tabs, space="m")
    elif line_below():
        head = tabs  # the rows need the room more than the name of the page
    else:
        head = Row(title, spring(), tabs, least=theme.space("key"))
    return Column(head, Rule(tone="ink", thick="rule"), space="m")


def _empty(view: HomeView) -> Widget:
    """What belongs here and how to start; never a picture."""
    words = theme.words
    kind = "all" if not view.counts["all"] else view.filter
    return Column(
        Text(words("home.empty." + kind), role="row", bold=True),
        Text(words(f"home.empty.{kind}.second"), tone="ink2"),
        space="s",
        padding=[0, theme.space("xl")],
    )


def _paging(view: HomeView, on: HomeEvents, first: int, count: int) -> Widget:
    words, total = theme.words, len(view.rows)
    if total <= PAGE_ROWS:
        return Column()
    last = first + count >= total
    shown = Text(_which(first, count, total), role="second", tone="ink2")
    key = Key(words("home.newest" if last else "home.older"), on.turn_page, icon="caret-up" if last else "caret-down")
    return Column(shown, key, space="s")


def _which(first: int, count: int, total: int) -> str:
    """`1 to 5 of 38`."""
    if count < 2:
        return theme.words("home.row", n_from=first + 1, n_all=total)
    return theme.words("home.rows", n_from=first + 1, n_to=first + count, n_all=total)


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


def _thumb(view: HomeView, on: HomeEvents) -> list[Widget]:
    words = theme.words
    waits = words("home.send.second", n=view.waiting) if view.waiting else ""
    small = [
        _small(words("home.find"), on.find, "magnifying-glass"),
        _small(words("home.map"), on.map, "map-trifold"),
        _small(words("home.send"), on.send, "paper-plane-right", waits),
        _small(words("home.kinds"), on.kinds, "plus"),
    ]
    if line_below():
        small += [
            _small(words("services.title"), on.services, "first-aid-kit"),
            _small(words("settings"), on.settings, "gear"),
            _small(words("lock"), on.lock, "lock"),
        ]
        tiles: list[Widget] = list(small) if theme.scale < 2 and not narrow() else _pairs(small)
    else:
        tiles = _pairs(small)
    interview = Key(
        words("home.interview"),
        on.interview,
        kind="outline",
        icon="chats",
        icon_size="large",
        second=words("home.interview.second"),
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
    return [*tiles, interview, full]


def _pairs(keys: list[Key]) -> list[Widget]:
    return [Row(*keys[at : at + 2], space="m") for at in range(0, len(keys), 2)]


def _small(word: str, press: object, icon: str, second: str = "") -> Key:
    return Key(
        word,
        press,  # type: ignore[arg-type]
        icon=icon,
        second=second,
        second_role="small",
        second_tone="care" if second else "",
        height="key_field",
        role="body",
        bold=False,
        align="start",
        radius="r_large",
    )
