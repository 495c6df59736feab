"""What every question of the record is drawn with: where the record stands, tiles, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.flows.report_form import (
    AreaTree,
    ReportForm,
)
from fieldapp.widgets.boxes import Column, Row
from fieldapp.widgets.keys import Answer, Key
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.text import widest_word
from fieldapp.widgets.theme import theme

Choice = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FileRow:
    """An attachment in words."""

    id: bytes
    media: str
    words: str


@dataclass(frozen=True, slots=True)
class Sealing:
    """A file that is being sealed: bytes that are, and of how many; `total` is 0 where nobody knows."""

    done: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def steps(self) -> int:
        """By which the screen moves on: per cent, or whole megabytes."""
        return int(self.share * 100) if self.total else self.done >> 20


@dataclass(frozen=True, slots=True)
class Around:
    """What a question may draw from beside the form.

    Attributes:
        readers: part -> roles that would open it; None while nobody can say.
        recent: acts that were picked last.
        reports: (id, title, second line) of this tablet's sealed reports, newest first.
        files: attachments of this draft.
        refused: why the last file was not taken, in words.
        can: what this machine and this version offer: `map`, `codes`, `position`, `files`, `photo`,
            `sound`, and `recording` while one runs.
        sealing: the file that is being sealed just now.
        found: what the last place code or position was read as, in words; `point` stands for it.
    """

    readers: Mapping[str, tuple[str, ...]] | None = None
    recent: tuple[str, ...] = ()
    reports: tuple[tuple[str, str, str], ...] = ()
    files: tuple[FileRow, ...] = ()
    refused: tuple[str, str, str] | None = None
    can: frozenset[str] = frozenset()
    found: str = ""
    sealing: Sealing | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the record is: what is asked and what of it is open on the screen.

    Attributes:
        step: the question; `sub` a page within it.
        today: by the tablet's day.
        month: (year, month) of the calendar, where it is open.
        letters: whether our own letter pad is shown.
        item: place of the element at hand in its list.
        active: path of the field that is open; `figure` which of its three numbers.
        query: what is searched.
    """

    step: str
    sub: str
    today: date
    month: tuple[int, int]
    areas: AreaTree
    letters: bool = False
    item: int = 0
    active: str = ""
    figure: str = "best"
    query: str = ""
    around: Around = field(default_factory=Around)


class QuestionEvents(Protocol):
    """What an answer can do; the host saves and draws again."""

    form: ReportForm

    def change(self, *, advance: bool = False) -> None: ...
    def turn(self, sub: str) -> None: ...
    def month(self, by: int) -> None: ...
    def table(self) -> None: ...
    def letters(self, path: str = "") -> None: ...
    def quiet_change(self) -> None: ...
    def go(self, step: str, sub: str = "", item: int = 0) -> None: ...
    def open_field(self, path: str, figure: str = "best") -> None: ...
    def search(self, query: str) -> None: ...
    def picked(self, code: str) -> None: ...
    def place_code(self, text: str) -> None: ...
    def take_position(self) -> None: ...
    def use_found(self) -> None: ...
    def open_map(self) -> None: ...
    def pick_file(self) -> None: ...
    def take_photo(self) -> None: ...
    def record_sound(self) -> None: ...
    def stop_file(self) -> None: ...
    def drop_file(self, file_id: bytes) -> None: ...
    def ask_scope(self, scope: str) -> None: ...
    def type_digit(self, number: int) -> None: ...
    def type_erase(self) -> None: ...
    def type_unknown(self) -> None: ...


def tiles(
    choices: Sequence[Choice], chosen: str, pick: Callable[[str], None], *, cols: int = 3, height: str = "key_field"
) -> Widget:
    """Choice tiles, nine at most on a page, in reading direction; `cols` at most beside each other."""
    role, pad = ("second", "s") if height == "key" else ("body", "m")
    cols = _uncut(choices, cols, role, pad)
    grid = Column(space="m")
    for at in range(0, len(choices), cols):
        row = [
            Key(
                word,
                partial(pick, code),
                kind="chosen" if code == chosen else "plain",
                height=height,
                role=role,
                second=second,
                second_role="small",
                pad=pad,
                radius="r_large",
            )
            for code, word, second in choices[at : at + cols]
        ]
        for key in row:
            if key.kind == "chosen":
                key.choose("chosen")
        row_box = Row(*row, *(Widget() for _ in range(cols - len(row))), space="m")
        even(row_box, row)
        grid.add_widget(row_box)
    return grid


def _uncut(choices: Sequence[Choice], cols: int, role: str, pad: str) -> int:
    """At most so many columns, fewer where a word would be cut, and then as many in each line as may be."""
    wide = theme.space("page_w" if narrow() else "question_w") - (2 * theme.space("xl") if narrow() else 0)
    word = max((widest_word(name, role) for _, name, _ in choices), default=0.0) + 2 * theme.space(pad) + 1
    most = max(1, min(cols, int((wide + theme.space("m")) / (word + theme.space("m")))))
    return cols if most == cols else -(-len(choices) // -(-len(choices) // most))


def even(row: Row, keys: Sequence[Key]) -> None:
    """Keys of one row get one height: that of the highest."""

    def level(*_args: object) -> None:
        high = max(key.needed_height for key in keys)
        for key in keys:
            key.least = high
            key.height = high

    for key in keys:
        key.bind(width=level)
    row.bind(width=level)


def columns() -> int:
    """Tiles beside each other."""
    return 2 if line_below() else 3


def answers(options: Sequence[Choice], chosen: str, pick: Callable[[str], None]) -> Column:
    """Answer rows, one under the other."""
    return Column(
        *(Answer(word, partial(pick, code), chosen=code == chosen, second=second) for code, word, second in options),
        space="m",
    )


def yes_no(chosen: str, pick: Callable[[str], None], *, unknown: bool = True, yes_second: str = "") -> Column:
    """Yes, no, and not known where that is an answer."""
    words = theme.words
    options: list[Choice] = [("yes", words("yes"), yes_second), ("no", words("no"), "")]
    if unknown:
        options.append(("unknown", words("not_known"), ""))
    return answers(options, chosen, pick)


def part_tag(around: Around, part: str) -> str:
    """`Facts: risk cell, human-rights section`, as far as it is known who will read it."""
    words = theme.words
    name = words("part." + part)
    if around.readers is None:
        return words("record.tag.later", part=name)
    roles = [words("role." + role) for role in around.readers.get(part, ()) if words.has("role." + role)]
    return words("review.tag", part=name, readers=words("comma").join(roles) if roles else words("review.nobody"))
