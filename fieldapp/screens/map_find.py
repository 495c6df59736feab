"""Finding a place by its name or its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from kivy.uix.widget import Widget

from fieldapp.maps.codes import CodedPlace
from fieldapp.maps.places import Found
from fieldapp.screens import places
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField, Typed
from fieldapp.widgets.keys import Key
from fieldapp.widgets.map import far
from fieldapp.widgets.page import Page, TopBar, heading, hide_key, narrow
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

Result: TypeAlias = Found | CodedPlace
_MOST_TYPED = 60


@dataclass(frozen=True, slots=True)
class FindView:
    """What is typed, which pad is open ("", "letters" or "code"), and what was found."""

    query: str
    pad: str
    results: Sequence[Result]


class FindEvents(Protocol):
    """What can be done."""

    def hide(self) -> None: ...
    def back(self) -> None: ...
    def typed(self, text: str) -> list[Result]: ...
    def turn_pad(self, pad: str) -> None: ...
    def take(self, result: Result) -> None: ...


def draw(view: FindView, on: FindEvents) -> Widget:
    """The page; the list under the field changes in place while one types."""
    words = theme.words
    listed = Column(space="m")

    def show(query: str, results: Sequence[Result]) -> None:
        listed.clear_widgets()
        if not results:
            listed.add_widget(Text(words("map.find.none" if query.strip() else "map.find.start"), tone="ink2"))
        for result in results:
            listed.add_widget(_row(result, partial(on.take, result)))

    def typed(text: str) -> None:
        show(text, on.typed(text[:_MOST_TYPED]))

    field = TextField(words("map.find.label"), view.query, typed)
    pads = {"letters": lambda: LetterPad(field.input), "code": lambda: CodePad(field.input)}
    pad = [gap("s"), pads[view.pad]()] if view.pad else []
    keys = [
        _pad_key(words("unlock.letters"), "letters", view.pad, on),
        _pad_key(words("map.find.code"), "code", view.pad, on),
    ]
    show(view.query, view.results)
    turns = Row(*keys, Widget())
    # in one column the pad keeps its place under the field, and the first result shows under the pad
    reading = [field, *pad] if narrow() else [field, *pad, gap("s"), turns]
    thumb = [listed, turns] if narrow() else [heading(words("map.find.head")), listed]
    foot = Row(
        hide_key(on.hide, tall=True),
        Key(words("map.title.browse"), on.back, icon="map-trifold", height="key_field", role="body"),
        space="m",
    )
    return Page(TopBar(words("map.find"), back=on.back, hide=on.hide), reading=reading, thumb=thumb, foot=[foot])


def _pad_key(word: str, pad: str, open_pad: str, on: FindEvents) -> Key:
    """Opens a pad, or closes it when it is the one that is open."""
    chosen = pad == open_pad
    turn = partial(on.turn_pad, "" if chosen else pad)
    return Key(word, turn, kind="filled" if chosen else "plain", icon="note-pencil", icon_size="small", fit=True)


class CodePad(Column):
    """The digits and letters of MGRS and Plus codes: Latin ones in every language."""

    def __init__(self, target: Typed) -> None:
        super().__init__(space="s")
        for line in ("1234567890", "ABCDEFGHJ+", "KLMNPQRST", "UVWXYZ"):
            keys = [Key(sign, partial(target.insert_text, sign), role="body", pad="xs", bold=False) for sign in line]
            self.add_widget(Row(*keys, *(self._last(target) if line[0] == "U" else ()), space="s", physical=True))

    @staticmethod
    def _last(target: Typed) -> tuple[Key, Key]:
        space = Key(theme.words("field.space"), partial(target.insert_text, " "), pad="s")
        erase = Key("", target.do_backspace, icon="backspace", pad="s")
        erase.word_text = theme.words("count.erase")
        space.size_hint_x = 2
        return space, erase


def _row(result: Result, press: partial[None]) -> Key:
    words = theme.words
    if isinstance(result, CodedPlace):
        title, second = result.text, words("map.within", far=far(result.radius_m))
    else:
        title = result.said(theme.language)
        # an area is not named twice: only what lies above it
        levels = (result.adm1, result.adm2, result.adm3)[: result.level - 1 if result.level else 3]
        holds = [places.said(name) for name in reversed(levels) if name]
        second = words.join(words("map.area" if result.level else "map.place"), *holds)
    return Key(
        title,
        press,
        second=second,
        second_role="small",
        height="key_field",
        role="body",
        align="start",
        radius="r_large",
    )
