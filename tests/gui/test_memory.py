"""What the window keeps in memory: a list costs what is seen of it, and a locked window holds nothing that was read."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.tablet_scale import fill
from fieldapp.flows import seal
from tests.gui.recorder import admit
from tests.support import tablets
from tests.support.tablets import EXAMPLES, PASSPHRASE

REPORTS = 700
_TEXTURES_MAX = 4_000  # the driver numbers textures from 1 and gives free numbers out again


def alive(kind: type) -> int:
    """Objects of a class that something still holds."""
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


def textures() -> int:
    from kivy.graphics.opengl import glIsTexture

    return sum(bool(glIsTexture(number)) for number in range(1, _TEXTURES_MAX))


def the_list(hand: Any) -> Any:
    from fieldapp.widgets.listed import ReportList

    return next(each for each in hand.host.walk(restrict=True) if isinstance(each, ReportList))


def scroll_through(hand: Any) -> None:
    for step in range(61):
        the_list(hand).scroll_y = 1 - step / 60
        hand.frames(1)
    hand.frames()


def remembered(cached: Any, *args: object) -> bool:
    """Whether the answer comes from a memory of earlier ones."""
    hits = cached.cache_info().hits
    cached(*args)
    return bool(cached.cache_info().hits > hits)


def test_scrolling_through_all_reports_keeps_neither_their_rows_nor_their_textures(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    from fieldapp.screens.reports import CHUNK
    from fieldapp.widgets.listed import ListRow, ReportLine

    hand = open_host(tmp_path / "none")
    hand.frames(5)
    with tablets.tablet(tmp_path) as tablet:
        seal.record(tablet, (EXAMPLES / "incident.json").read_bytes())
        fill(tablet, REPORTS)
        rows_before, lines_before = alive(ListRow), alive(ReportLine)
        admit(hand, tablet)
        scroll_through(hand)
        assert the_list(hand).at_end
        first = textures()
        assert 0 < first < _TEXTURES_MAX - 1
        assert alive(ListRow) - rows_before < REPORTS / 2 < 9 * CHUNK
        seen = int(the_list(hand).height // the_list(hand).children[0]._row) + 3
        assert alive(ReportLine) - lines_before <= seen
        scroll_through(hand)
        assert textures() <= first + seen
        assert alive(ReportLine) - lines_before <= seen


def test_a_locked_window_holds_no_page_no_row_and_no_word_of_what_was_read(
    open_host: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldapp.screens.home import HomeView
    from fieldapp.screens.reports import Reports
    from fieldapp.widgets import forgetting
    from fieldapp.widgets.listed import ListRow
    from fieldapp.widgets.shaping import shape
    from fieldapp.widgets.text import text_width
    from fieldapp.widgets.theme import theme

    monkeypatch.setattr(forgetting, "SETTLED_S", 0)
    kinds = (HomeView, Reports, ListRow)
    hand = open_host(tmp_path / "none")
    hand.frames(5)  # pages of earlier tests go with their last movements
    before = [alive(kind) for kind in kinds]
    with tablets.tablet(tmp_path) as tablet:
        seal.record(tablet, (EXAMPLES / "incident.json").read_bytes())
        admit(hand, tablet)
        title = hand.rows()[0].row.title
        drawn = title, theme.type("row"), True, False
        assert title
        assert remembered(text_width, *drawn)
        assert remembered(shape, title, False)
        assert all(alive(kind) > count for kind, count in zip(kinds, before, strict=True))
        collected = gc.get_stats()[2]["collections"]
        hand.host.lock()
        assert not remembered(shape, title, False), "asked first: a width is measured on the shape"
        assert not remembered(text_width, *drawn)
        hand.frames()
        assert gc.get_stats()[2]["collections"] > collected, "nobody looked for pages that hold themselves"
        assert [alive(kind) for kind in kinds] == before


def test_the_toolkit_forgets_the_passphrase_when_it_has_opened_the_vault(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    from kivy.cache import Cache

    def typed() -> bool:
        return any(PASSPHRASE in str(key) for name in Cache._objects for key in Cache._objects[name])

    with tablets.tablet(tmp_path) as made:
        home = made.home
    hand = open_host(home)
    hand.type(PASSPHRASE)
    assert typed(), "where the toolkit does not keep it, this module has nothing to do"
    hand.tap("Open")
    hand.job_done()
    assert hand.host.tablet is not None
    assert not typed()
