"""Sending: parts confirmed, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.widgets.boxes import Column, Row, Surface, gap, spring
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, heading, hide_key, line_below, main_role, narrow
from fieldapp.widgets.progress import TrueBar
from fieldapp.widgets.rows import ReportRow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Icon, Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class SendRow:
    """A report on its way: `say` is what is known of its way just now."""

    title: str
    second: str
    state: str
    say: str


@dataclass(frozen=True, slots=True)
class SyncView:
    """The sending page.

    Attributes:
        phase: "idle", "running", "stopping", "done", "stopped" or "error".
        done, total: confirmed objects of this run; bytes likewise.
        link: who answers at the other end.
        files: photos, sound and documents go with this run.
    """

    phase: str
    going: tuple[SendRow, ...]
    finished: tuple[SendRow, ...]
    done: int
    total: int
    bytes_done: int
    bytes_total: int
    link: str
    training: bool
    error: tuple[str, str, str] | None = None
    files: bool = False


class SyncEvents(Protocol):
    """What can be done while sending."""

    def hide(self) -> None: ...
    def home(self) -> None: ...
    def start_sending(self) -> None: ...
    def stop_sending(self) -> None: ...
    def pick_files(self, answer: str) -> None: ...
    def receipts(self) -> None: ...


def draw(view: SyncView, on: SyncEvents) -> Widget:
    """The screen."""
    words = theme.words
    bar = TopBar(words("sync.title"), back=on.home, hide=on.hide)
    running = view.phase in {"running", "stopping"}
    reading: list[Widget] = []
    if view.error:
        what, safe, do = view.error
        reading += [CareBox(what, f"{safe} {do}", grave="alarm"), gap("l")]
    if view.going:
        reading.append(heading(words("sync.going" if running else "sync.waits"), words("sync.oldest")))
        reading += [_row(row) for row in view.going]
        reading.append(gap("l"))
    elif not view.finished:
        reading += [
            Text(words("sync.nothing"), role="row", bold=True),
            gap("s"),
            Text(words("sync.nothing.second"), tone="ink2"),
            gap("l"),
        ]
    if view.finished:
        reading.append(heading(words("sync.finished")))
        reading += [_row(row) for row in view.finished]
    return Page(bar, reading=reading, thumb=_thumb(view, on, running), foot=[_foot(view, on, running)])


def _row(row: SendRow) -> ReportRow:
    say = Text(row.say, role="second", bold=True)
    if not line_below():
        say.size_hint_x, say.width = None, theme.space("part_w")
    return ReportRow(
        row.title, "", row.second, row.state, theme.words("state." + row.state), middle=say, height="sync_row"
    )


def _files(view: SyncView, on: SyncEvents, running: bool) -> Widget:
    """Whether files go too: they wait for a stronger link unless the officer says otherwise."""
    words = theme.words
    said = Text(words("sync.files.with" if view.files else "sync.files.without"), role="small", tone="ink2")
    if running:
        return Column(Text(words("sync.files"), bold=True), said, space="xs")
    choices = [("no", words("no")), ("yes", words("yes"))]
    tabs = Tabs(choices, "yes" if view.files else "no", on.pick_files, fit=False)
    return Column(Text(words("sync.files"), bold=True), tabs, said, space="s")


def _thumb(view: SyncView, on: SyncEvents, running: bool) -> list[Widget]:
    words = theme.words
    link = Surface(
        Row(
            Icon("broadcast", size="large", tone="act"),
            Column(
                Text(words("sync.link"), bold=True),
                Text(view.link, role="small", tone="ink2"),
                pos_hint={"center_y": 0.5},
            ),
            space="l",
        ),
        edge="edge",
        radius="r_key",
    )
    pieces: list[Widget] = [link]
    if view.total:
        share = view.done / view.total
        # never 100 before the last receipt: rounded down
        percent = Row(
            Text(words.number(int(share * 100)), role="percent", bold=True, fit=True),
            Text(words("percent"), role="keypad", bold=True, fit=True),
            spring(),
            space="s",
        )
        numbers = Text(words("sync.parts", n_done=view.done, n_all=view.total), role="second")
        size = Text(
            words("sync.bytes", done=_kb(view.bytes_done), all=_kb(view.bytes_total)),
            role="second",
            tone="ink2",
            align="end",
        )
        under: Widget = Column(numbers, size) if line_below() else Row(numbers, size)
        pieces.append(Column(percent, TrueBar(share), gap("xs"), under, space="xs"))
    if view.training:
        pieces.append(CareBox("", words("sync.training"), grave="care", icon="graduation-cap"))
    elif view.phase == "done":
        pieces.append(CareBox(words("sync.done.head"), words("sync.done.text"), grave="good", icon="check-circle"))
    else:
        head = words("sync.stopped.head") if view.phase == "stopped" else words("sync.stop.head")
        pieces.append(CareBox(head, words("sync.stop.text"), grave="good", icon="shield-check"))
    if not view.training:
        pieces.append(_files(view, on, running))
    if not running:  # the job alone touches the vault meanwhile
        pieces.append(Key(words("home.receipts"), on.receipts, icon="receipt", icon_size="small", align="start"))
    pieces.append(
        Key(
            words("sync.stick"),
            kind="off",
            icon="usb",
            second=words("sync.stick.off"),
            second_role="small",
            height="key_field",
            role="body",
            align="start",
        )
    )
    return pieces


def _kb(size: int) -> str:
    words = theme.words
    return words.digits(f"{size / 1024:.1f}".replace(".", "," if theme.language == "fr" else "."))


def _foot(view: SyncView, on: SyncEvents, running: bool) -> Widget:
    words = theme.words
    role = main_role()
    if running:
        word = words("sync.stopping" if view.phase == "stopping" else "sync.stop")
        main = Key(word, on.stop_sending, kind="filled", icon="pause", height="key_field", role=role)
    elif view.phase == "done" or not view.going:
        main = Key(
            words("sealed.home"), on.home, kind="primary", height="key_field", role="body" if not narrow() else "second"
        )
    elif view.training:
        main = Key(words("sync.start"), kind="off", icon="paper-plane-right", height="key_field", role=role)
    else:
        main = Key(
            words("sync.start"),
            on.start_sending,
            kind="primary",
            icon="paper-plane-right",
            height="key_field",
            role=role,
        )
    return Row(hide_key(on.hide, tall=True), main, space="m")
