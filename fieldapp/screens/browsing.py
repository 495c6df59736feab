"""Our own browser of folders: up, into, memory sticks; big keys, no thumbnails, nothing remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kivy.uix.widget import Widget

from fieldapp.flows.attach_browse import Entry, Listing, listing, shown
from fieldapp.screens import choosing
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, Page, TopBar, heading, hide_key, main_role
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

if TYPE_CHECKING:
    from fieldapp.screens.host import Host

PAGE_ROWS = 24
_SHOWN_PARENTS = 2


@dataclass(frozen=True, slots=True)
class BrowseView:
    """A folder on the screen.

    Attributes:
        title: of the bar.
        folder: what is in it; page `page` of its rows is shown.
        places: where one may begin: word, icon, folder.
        typed: a full name that is being typed; None while no field for it is open.
    """

    title: str
    folder: Listing
    places: tuple[tuple[str, str, Path], ...]
    page: int = 0
    typed: str | None = None


class BrowseEvents(Protocol):
    """What can be done in a folder."""

    def hide(self) -> None: ...
    def browse_back(self) -> None: ...
    def go_to(self, folder: Path) -> None: ...
    def pick(self, path: Path) -> None: ...
    def turn_page(self) -> None: ...
    def look_again(self) -> None: ...
    def type_name(self) -> None: ...
    def typing(self, text: str) -> None: ...
    def open_typed(self) -> None: ...


def draw(view: BrowseView, on: BrowseEvents) -> Widget:
    """The screen."""
    words, folder = theme.words, view.folder
    reading: list[Widget] = [heading(_name(folder.path), _parents(folder.path)), gap("s")]
    if view.typed is not None:
        field = TextField(words("enrol.path"), view.typed, on.typing, done=on.open_typed)
        reading += [field, gap("s"), LetterPad(field.input, digits=True), gap("m")]
    if folder.above is not None:
        up = partial(on.go_to, folder.above)
        reading += [Key(words("record.browse.up"), up, icon="arrow-up", icon_size="small", align="start"), gap("s")]
    reading += _rows(view, on)
    thumb: list[Widget] = [
        Key(word, partial(on.go_to, path), kind="chosen" if path == folder.path else "plain", icon=icon,
            icon_size="small", align="start")
        for word, icon, path in view.places
    ]  # fmt: skip
    by_name = Key(words("record.browse.name"), on.type_name, icon="note-pencil", icon_size="small", align="start")
    again = Key(words("enrol.look"), on.look_again, icon="arrows-clockwise", height="bar", role="second")
    thumb += [by_name, again]
    foot: list[Widget] = [hide_key(on.hide, tall=True)]
    if view.typed is not None:
        foot.append(Key(words("unlock.open"), on.open_typed, kind="primary", height="key_field", role=main_role()))
    elif len(folder.entries) > PAGE_ROWS:
        foot.append(Key(words("record.browse.more"), on.turn_page, height="key_field", role=main_role()))
    else:
        foot.append(Key(words("back"), on.browse_back, height="key_field", role=main_role()))
    bar = TopBar(view.title, back=on.browse_back, hide=on.hide)
    return Page(bar, reading=reading, thumb=thumb, foot=[Row(*foot, space="m")])


def _rows(view: BrowseView, on: BrowseEvents) -> list[Widget]:
    words, folder = theme.words, view.folder
    if not folder.readable:
        return [CareBox("", words("record.browse.closed"), grave="care")]
    if not folder.entries:
        return [Text(words("record.browse.empty"), tone="ink2")]
    first = view.page * PAGE_ROWS
    part = folder.entries[first : first + PAGE_ROWS]
    keys = [_row(entry, on) for entry in part]
    said = words("home.receipts.page", low=first + 1, high=first + len(part), all=len(folder.entries))
    more = [gap("s"), Text(said, role="second", tone="ink2")] if len(part) < len(folder.entries) else []
    cut = [Text(words("record.browse.cut"), role="second", tone="ink2")] if folder.more else []
    return [Column(*keys, space="s"), *more, *cut]


def _row(entry: Entry, on: BrowseEvents) -> Key:
    if entry.folder:
        return Key(entry.name, partial(on.go_to, entry.path), icon="caret-right", icon_size="small", align="start")
    size = choosing.size_words(entry.size_bytes)
    return Key(
        entry.name, partial(on.pick, entry.path), icon="file-text", icon_size="small", align="start", second=size,
        second_role="small",
    )  # fmt: skip


def _name(path: Path) -> str:
    return shown(path.name) if path.name else theme.words("record.browse.top")


def _parents(path: Path) -> str:
    """The nearest folders above, the nearest last."""
    return " › ".join(shown(each.name) for each in reversed(list(path.parents)[:_SHOWN_PARENTS]) if each.name)


def start_places() -> tuple[tuple[str, str, Path], ...]:
    """The officer's own folders, then every memory stick and card that the system shows."""
    words, home = theme.words, Path.home()
    named = [(words("record.browse.home"), "house-line", home)]
    named += [(name, "file-text", home / name) for name in choosing.FOLDERS if name and (home / name).is_dir()]
    return (*named, *((shown(path.name), "usb", path) for path in choosing.removable()))


class FolderBrowser:
    """The browser, driven: `done` gets the chosen file, `back` is where one came from."""

    def __init__(self, host: Host, title: str, done: Callable[[Path], None], back: Callable[[], None]) -> None:
        self.host, self._done, self.browse_back = host, done, back
        places = start_places()
        self._view = BrowseView(title, listing(places[0][2]), places)

    def show(self) -> None:
        """Put it on the screen."""
        self.host.draw(self._draw)

    def _draw(self) -> Widget:
        return draw(self._view, self)

    def hide(self) -> None:
        self.host.hide()

    def go_to(self, folder: Path) -> None:
        self._view = replace(self._view, folder=listing(folder), page=0, typed=None)
        self.show()

    def pick(self, path: Path) -> None:
        self._done(path)

    def turn_page(self) -> None:
        pages = -(-len(self._view.folder.entries) // PAGE_ROWS)
        self._view = replace(self._view, page=(self._view.page + 1) % pages)
        self.show()

    def look_again(self) -> None:
        """Memory sticks come and go."""
        self._view = replace(self._view, places=start_places())
        self.go_to(self._view.folder.path)

    def type_name(self) -> None:
        self._view = replace(self._view, typed="" if self._view.typed is None else None)
        self.host.redraw()

    def typing(self, text: str) -> None:
        self._view = replace(self._view, typed=text)

    def open_typed(self) -> None:
        """A file is chosen, a folder is gone into; of what is not there the chooser's owner says so."""
        text = (self._view.typed or "").strip()
        if text and Path(text).is_dir():
            self.go_to(Path(text))
        elif text:
            self._done(Path(text))
