"""Referrals on their way with the time that has passed, and what was promised; neither names anybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.uix.widget import Widget

from fieldapp.screens.asking import tiles
from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import Page, TopBar, hide_key, line_below
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class FollowLine:
    """A referral or a promise in words; `status` of a referral is its code."""

    id: bytes
    title: str
    second: str
    status: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True)
class FollowView:
    """What is on its way and what is owed."""

    referrals: tuple[FollowLine, ...]
    promises: tuple[FollowLine, ...]


class FollowEvents(Protocol):
    """What can be done about them."""

    def hide(self) -> None: ...
    def services(self) -> None: ...
    def set_status(self, referral_id: bytes, status: str) -> None: ...
    def keep_promise(self, promise_id: bytes) -> None: ...


_SHOWN = ("given", "arrived", "served", "turned_away", "unknown")


def draw(view: FollowView, on: FollowEvents) -> Widget:
    """Promises first, for they have a day."""
    words = theme.words
    reading: list[Widget] = [Text(words("services.follow.promises"), role="heading", bold=True), Rule(tone="ink")]
    for promise in view.promises:
        kept = Key(words("owed.done"), partial(on.keep_promise, promise.id), icon="check", icon_size="small",
                   height="bar_key", fit=not line_below())  # fmt: skip
        reading += [_line(promise, kept), Rule()]
    if not view.promises:
        reading.append(_none("owed.none", words("owed.none.second")))
    reading += [gap("xl"), Text(words("services.follow.referrals"), role="heading", bold=True), Rule(tone="ink")]
    for each in view.referrals:
        states = _states(each, partial(on.set_status, each.id))
        reading += [Column(_texts(each), states, space="s", padding=[0, theme.space("m")]), Rule()]
    if not view.referrals:
        reading.append(_none("services.follow.none", ""))
    back = Key(words("services.back"), on.services, kind="primary", height="key_field", role="second")
    return Page(
        TopBar(words("services.follow"), back=on.services, hide=on.hide),
        reading=reading,
        foot=[Row(hide_key(on.hide, tall=True), back, space="m")],
    )


def _states(line: FollowLine, pick: Callable[[str], None]) -> Widget:
    """How far it is; joined where the words have room beside each other."""
    known = [(status, theme.words("services.status." + status)) for status in _SHOWN]
    if theme.scale > 1:
        return tiles([(*each, "") for each in known], line.status, pick, cols=2, height="key")
    return Tabs(known, line.status, pick, fit=False)


def _line(line: FollowLine, key: Key) -> Widget:
    if line_below():
        return Column(_texts(line), key, space="s", padding=[0, theme.space("m")])
    return Row(_texts(line), key, space="m", padding=[0, theme.space("m")])


def _texts(line: FollowLine) -> Column:
    second = Text(line.second, role="second", tone="alarm" if line.alert else "ink2", bold=line.alert)
    return Column(Text(line.title, role="row", bold=True), second, space="xs", pos_hint={"center_y": 0.5})


def _none(key: str, second: str) -> Widget:
    texts = [Text(theme.words(key), role="row", bold=True), *([Text(second, tone="ink2")] if second else [])]
    return Column(*texts, space="s", padding=[0, theme.space("l")])
