"""Folders and the files in them, for the window's own chooser: read when asked, kept nowhere.

No thumbnails, no list of recent files, no index: what was looked at is gone with the page. Names are hostile text and
are shown in one line without marks that turn the reading; the path itself is never made from what is shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fieldapp.flows.form.values import clean_line

NAME_CHARS = 80
ENTRIES_MAX = 2_000  # of one folder; more than that nobody pages through
_HIDDEN = "."


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder.

    Attributes:
        path: where it is.
        name: what is shown of it.
        folder: whether it can be gone into.
        size_bytes: of a file.
    """

    path: Path
    name: str
    folder: bool
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder: folders first, then files, each by name.

    Attributes:
        more: there are more entries than `ENTRIES_MAX`.
        readable: False where it may not be read or is gone.
    """

    path: Path
    entries: tuple[Entry, ...] = ()
    more: bool = False
    readable: bool = True

    @property
    def above(self) -> Path | None:
        """The folder that holds it; None at the top."""
        return None if self.path.parent == self.path else self.path.parent


def listing(folder: Path) -> Listing:
    """What a folder holds, hidden entries left out. Devices, pipes and broken links are not shown.

    A folder that cannot be read is a listing without entries, `readable` False.
    """
    found: list[Entry] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(found) >= ENTRIES_MAX:
                    return Listing(folder, _ordered(found), more=True)
                if made := _entry(entry):
                    found.append(made)
    except (OSError, ValueError):  # ValueError: no name that a folder can have
        return Listing(folder, readable=False)
    return Listing(folder, _ordered(found))


def _entry(entry: os.DirEntry[str]) -> Entry | None:
    if entry.name.startswith(_HIDDEN):
        return None
    try:
        if entry.is_dir():
            return Entry(Path(entry.path), shown(entry.name), folder=True)
        return Entry(Path(entry.path), shown(entry.name), False, entry.stat().st_size) if entry.is_file() else None
    except OSError:
        return None


def _ordered(found: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(found, key=lambda entry: (not entry.folder, entry.name.casefold(), entry.name)))


def shown(name: str) -> str:
    """A name as it may be shown: one line; bytes that are no text, and what is not allowed in a line, left out."""
    text = name.encode("utf-8", "replace").decode()
    return clean_line(text, NAME_CHARS) or "?"
