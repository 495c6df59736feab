"""Choosing a file: what lies in the usual folders and looks right, or a path that is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.screens.entry import Error, error_box
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below, main_role, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

FOLDERS = ("", "Downloads", "Documents", "Desktop")
_MOUNTS = ("/media", "/run/media", "/mnt")
_FILES_MAX, _SHOWN_MAX, _BELOW_MAX = 400, 4, 8


def usual_folders() -> list[Path]:
    """Where a file for the tablet may lie: the officer's folders and memory sticks."""
    home = Path.home()
    folders = [home / name for name in FOLDERS]
    for mount in _mounted():
        folders += [mount, *_below(mount)[:_BELOW_MAX]]
    return folders


def removable() -> list[Path]:
    """Memory sticks and cards that are mounted; where the system keeps a folder an officer for them, what is in it."""
    found: list[Path] = []
    for mount in _mounted():
        inner = _below(mount)
        found += inner[:_BELOW_MAX] if mount.name == Path.home().name and inner else [mount]
    return found


def _mounted() -> list[Path]:
    return [path for mount in _MOUNTS for path in _below(Path(mount))]


def _below(folder: Path) -> list[Path]:
    """Folders in a folder, by name; none where it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def files_that(fit: Callable[[Path], bool], folders: Iterable[Path], bytes_max: int) -> list[tuple[str, str]]:
    """Files in these folders that fit: (path, name), a few; what cannot be read does not fit."""
    found: list[tuple[str, str]] = []
    for folder in folders:
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file())[:_FILES_MAX]
        except OSError:
            continue
        for path in files:
            try:
                if path.stat().st_size <= bytes_max and fit(path):
                    found.append((str(path), path.name))
            except OSError:
                continue
    return found[:_SHOWN_MAX]


def size_words(size: int) -> str:
    """`840 kB`, `12 MB`."""
    words = theme.words
    if size < 1 << 20:
        return words("detail.kb", n=max(size >> 10, 1))
    return words("record.mb", n=size >> 20)


@dataclass(frozen=True, slots=True)
class ChooseView:
    """(path, name) of what was found, a typed path, and what is asked for.

    Attributes:
        title, question, none: of the bar, of the page, and what is said where nothing was found.
    """

    title: str
    question: str
    none: str
    found: tuple[tuple[str, str], ...]
    path: str
    letters: bool = False
    error: Error | None = None


class ChooseEvents(Protocol):
    """What can be done with files."""

    def hide(self) -> None: ...
    def choose_back(self) -> None: ...
    def pick_file(self, name: str) -> None: ...
    def type_path(self, text: str) -> None: ...
    def open_path(self) -> None: ...
    def look_again(self) -> None: ...
    def letters(self) -> None: ...
    def browse(self) -> None: ...


def draw(view: ChooseView, on: ChooseEvents) -> Widget:
    """The screen."""
    words = theme.words
    reading: list[Widget] = [*error_box(view.error), Text(view.question, role="question", bold=True), gap("l")]
    if view.found:
        reading.append(Column(*(_file(path, name, on) for path, name in view.found), space="m"))
    else:
        reading.append(Text(view.none, tone="ink2"))
    field = TextField(words("enrol.path"), view.path, on.type_path, done=on.open_path)
    reading += [gap("xl"), field]
    if view.letters:
        reading += [gap("s"), LetterPad(field.input, digits=True)]
    letters = Key(words("unlock.letters"), on.letters, icon="note-pencil", icon_size="small", fit=True)
    folders = Key(words("record.browse.all"), on.browse, icon="magnifying-glass", icon_size="small", fit=True)
    keys: list[Widget] = [letters, folders]
    reading += [gap("m"), Column(*keys, space="s") if line_below() else Row(*keys, Widget(), space="m")]
    again = Key(words("enrol.look"), on.look_again, icon="arrows-clockwise", height="bar", role="second")
    kind = "primary" if view.path else "plain"
    opened = Key(words("unlock.open"), on.open_path, kind=kind, height="key_field", role=main_role())
    return Page(
        TopBar(view.title, back=on.choose_back, hide=on.hide),
        reading=reading,
        thumb=[again] if narrow() else [],
        foot=([] if narrow() else [again]) + [Row(hide_key(on.hide, tall=True), opened, space="m")],
    )


def _file(path: str, name: str, on: ChooseEvents) -> Key:
    return Key(name, partial(on.pick_file, path), icon="file-text", height="key_field", role="body", align="start")
