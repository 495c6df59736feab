"""Home, find, health, languages and the looks that are remembered, by touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import look, seal
from fieldapp.sync.worker import sync
from firsthand.ids import parse_report_id
from firsthand.protocol.certificate import spoken
from tests.gui.recorder import admit
from tests.support import tablets
from tests.support.tablets import EXAMPLES


class Thousands(Sequence[Any]):
    """Ten thousand rows that remember which of them were asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: set[int] = set()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, at: Any) -> Any:
        from fieldapp.widgets.listed import ListRow

        if not 0 <= at < self.count:
            raise IndexError(at)
        self.asked.add(at)
        return ListRow(str(at), f"Report {at}", "Lemba North", "Flash", "sealed")


def shown_rows(stage: Any) -> list[str]:
    from fieldapp.widgets.listed import ReportLine

    found = [w for w in stage.walk(restrict=True) if isinstance(w, ReportLine)]
    return [w.word_text for w in sorted(found, key=lambda w: -w.y)]


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_list_draws_and_asks_for_what_is_seen_only(stage: Any, theme: Any, scale: float) -> None:
    """Ten thousand rows are a handful of widgets, at the start, in the middle and at the end."""
    from fieldapp.widgets.listed import ReportList, row_height

    theme.scale = scale
    rows, told = Thousands(10_000), []
    made: list[Any] = []

    def make() -> Any:
        made.append(ReportList(rows, lambda _row: None, lambda first, count: told.append((first, count))))
        return made[-1]

    stage.show(make)
    most = int(made[0].height // row_height()) + 2
    assert shown_rows(stage)[0] == "Report 0"
    assert len(shown_rows(stage)) <= most
    assert len(rows.asked) <= most
    made[0].scroll_y = 0.5
    stage_frames()
    assert 4_900 < int(shown_rows(stage)[0].split()[1]) < 5_000
    made[0].scroll_y = 0
    stage_frames()
    assert shown_rows(stage)[-1] == "Report 9999"
    assert len(rows.asked) <= 3 * most
    assert told[0] == (0, most - 2)
    assert sum(told[-1]) == 10_000


def stage_frames(count: int = 3) -> None:
    from kivy.base import EventLoop

    for _ in range(count):
        EventLoop.idle()


def test_keys_walk_through_the_list_without_a_swipe(stage: Any, theme: Any) -> None:
    """Page by page down to the last row, then back to the newest; each row is seen on the way."""
    from fieldapp.widgets.listed import ReportList

    rows, seen = Thousands(37), set()
    made: list[Any] = []

    def make() -> Any:
        made.append(ReportList(rows, lambda _row: None))
        return made[-1]

    stage.show(make)
    for _ in range(20):
        seen |= set(shown_rows(stage))
        if made[0].at_end:
            break
        made[0].turn()
        stage_frames()
    assert len(seen) == 37
    made[0].turn()
    stage_frames()
    assert shown_rows(stage)[0] == "Report 0"


def test_keyboard_walks_to_a_row_and_opens_it(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """Tab goes over keys and rows alike, Enter opens."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        seal.record(tablet, (EXAMPLES / "own-observation.json").read_bytes())
        admit(hand, tablet)
        for _ in range(40):
            hand.host._key_down(None, 9, 0, None, [])
            if hand.rows()[0].focused:
                break
        hand.host._key_down(None, 13, 0, None, [])
        hand.frames()
        assert "Report number" in hand.words()


def test_tabs_show_their_own_rows_and_empty_ones_say_what_belongs_there(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """A draft and a sealed report stand where they belong; a tap opens each."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        assert "No reports yet." in hand.words()
        seal.record(tablet, (EXAMPLES / "own-observation.json").read_bytes())
        hand.tap("Flash")
        hand.tap("Homes and property")
        hand.tap("Looting")
        hand.tap("Back", 0)
        assert [row.row.state for row in hand.rows()] == ["draft", "sealed"]
        hand.tap("Drafts 1")
        assert [row.word_text for row in hand.rows()] == ["Looting"]
        hand.tap("Logged 0")
        assert "No report is in the mission’s log yet." in hand.words()
        hand.tap("Not sent 1")
        hand.tap("Homes burned")
        assert "Report number" in hand.words()


def test_find_shows_rows_as_letters_are_typed(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """By own letters and by the keyboard; what is not found is told from what was not asked."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        seal.record(tablet, (EXAMPLES / "own-observation.json").read_bytes())
        admit(hand, tablet)
        hand.tap("Find")
        assert "Type a word." in hand.words()
        hand.tap("Letters")
        for letter in "burn":
            hand.tap(letter)
        hand.host.running._search()  # the pause after the last letter
        hand.frames()
        assert [row.word_text for row in hand.rows()] == ["Homes burned"]
        hand.tap("Clear")
        assert "Type a word." in hand.words()
        hand.type("zebra")
        hand.host.running._search()
        hand.frames()
        assert "Nothing found." in hand.words()
        hand.type("Lemba")
        hand.host.running._search()
        hand.frames()
        hand.touch(*hand.rows()[0].to_window(*hand.rows()[0].center))
        assert "Report number" in hand.words()


def test_health_strip_shows_the_gravest_and_leads_to_all(
    open_host: Callable[[Path], Any], clock: Any, tmp_path: Path
) -> None:
    """A full disk, a clock of 2003, a low battery: one strip, "more", and each with what to do."""
    from fieldapp.device.port import Battery

    hand = open_host(tmp_path / "none")
    device = hand.host.device
    device.free_bytes = lambda _folder: 40 << 20
    device.battery = lambda: Battery(9, charging=False)
    with tablets.tablet(tmp_path) as tablet:
        tablet.ports.clock.at_s = 1_060_000_000  # 2003
        admit(hand, tablet)
        said = hand.words()
        more = next(key.word_text for key in hand.pressable() if key.word_text.endswith("more"))
        assert any("40" in word for word in said)
        hand.tap(more)
        all_said = " ".join(hand.words())
        assert "40 MB" in all_said
        assert "2003" in all_said
        assert "9 %" in all_said
        hand.tap("Back to my reports")
        assert "My reports" in hand.words()


def test_language_is_picked_by_its_own_name_and_remembered(
    open_host: Callable[[Path], Any], theme: Any, tmp_path: Path
) -> None:
    """The page changes at once; the next start speaks it; training and welcome write nothing."""
    hand = open_host(tmp_path / "none")
    hand.tap("Français")
    assert theme.words("welcome.title") in hand.words()
    assert "Make this tablet ready" not in hand.words()
    hand.tap("English")
    assert not (tmp_path / "none").exists()
    with tablets.tablet(tmp_path) as tablet:
        hand.host.home_dir = tablet.home
        admit(hand, tablet)
        hand.tap("English")
        hand.tap("Kiswahili")
        assert "Lugha" in hand.words()
        hand.tap("العربية")
        assert theme.rtl
        hand.tap("Kiswahili")
        hand.tap("Tayari")
        assert "Ripoti zangu" in hand.words()
        assert tablet.language == "sw"
        assert look.read(tablet.home) == look.Look("sw", "sun", 100, left_hand=False)
        home = tablet.home
        hand.host.close()
    theme.language = "en"
    look.write(home, look.Look("fr", "night", 150, left_hand=True))
    again = open_host(home)
    assert (theme.language, theme.mode, theme.scale, theme.left_hand) == ("fr", "night", 1.5, True)
    assert again.host.tablet is None


def test_map_kinds_and_settings_lead_back_to_the_list(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """No page is a dead end."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        for word in ("Find", "Map", "Send", "Other kind", "Settings"):
            hand.tap(word)
            assert "My reports" not in hand.words(), word
            hand.tap("Back", 0)
            assert "My reports" in hand.words(), word


def test_receipts_show_each_stop_with_the_words_of_what_was_sealed_and_logged(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """From the Send page and back; the words are those of the sealed file and of the log's head."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        relay = tablets.MemoryRelay()
        first = seal.record(tablet, (EXAMPLES / "own-observation.json").read_bytes())
        sync(tablet, relay, lambda _progress: None)
        second = seal.record(tablet, (EXAMPLES / "incident.json").read_bytes())
        hand.host.running.send()
        hand.frames()
        hand.tap("Receipts")
        said = hand.words()
        items = {item.report_id: item for item in tablet.custody.items()}
        for report_id in (first, second):
            words = spoken(items[parse_report_id(report_id)].object_hash, 4)
            assert words.replace("-", " ") in said
        seen = tablet.custody.seen()
        assert seen is not None
        assert spoken(seen.root, 4).replace("-", " ") in said
        assert any(word.endswith(f"number {items[parse_report_id(first)].log_index}") for word in said)
        hand.tap("Send")
        assert "Receipts" in [key.word_text for key in hand.pressable()]


def test_receipts_turn_page_by_page_and_back_to_the_newest(
    open_host: Callable[[Path], Any], tmp_path: Path, theme: Any
) -> None:
    """Eleven reports are two pages; a place whose checkpoint is not kept any more has a number and no words."""
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        ids = [seal.record(tablet, (EXAMPLES / "own-observation.json").read_bytes()) for _ in range(11)]
        sync(tablet, tablets.MemoryRelay(), lambda _progress: None)
        with tablet.vault.write():
            tablet.custody.keep_proofs([])
        hand.host.running.send()
        hand.frames()
        hand.tap("Receipts")
        assert "1 to 10 of 11" in hand.words()
        assert any(word.startswith("Number ") for word in hand.words())
        hand.tap("Older receipts")
        assert "11 to 11 of 11" in hand.words()
        oldest = " ".join(ids[0][at : at + 4] for at in range(0, 26, 4))
        assert any(oldest in word for word in hand.words())
        hand.tap("Back to the newest")
        assert "1 to 10 of 11" in hand.words()
