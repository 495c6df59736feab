"""A whole record by touch: from the welcome to a sealed report, as an officer would do it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def enter_training(hand: Any) -> None:
    hand.tap("Look around in training")
    hand.job_done()
    assert hand.host.tablet.training


def answer_own_observation(hand: Any) -> None:
    """Twelve questions, from home; nobody was interviewed."""
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    hand.tap("Today")
    hand.tap("Next")
    hand.tap("Lemba North")
    hand.tap("Not sure")
    hand.tap("Next")
    hand.tap("Not known", 0)
    for _ in range(3):
        hand.tap("One more", 1)
    hand.tap("None of these")
    hand.tap("Next")
    hand.tap("No")
    hand.tap("No")
    hand.tap("Not known")
    hand.tap("Yes")
    hand.tap("Shelter")
    hand.tap("I saw it myself")
    hand.tap("I cannot judge yet (F6)")
    hand.tap("Review")


FLASH_TAPS = 25


def test_minimal_record_by_touch_from_home_to_sealed(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """Own observation: 24 taps with the one that seals, no typing; the list then shows it sealed, the draft is gone."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.taps = 0
    answer_own_observation(hand)
    hand.tap("Seal this report")
    assert hand.taps <= FLASH_TAPS, f"a flash took {hand.taps} taps"
    assert "It is sealed and safe here." in hand.words()
    tablet = hand.host.tablet
    (row,) = tablet.reports()
    assert (row.state.value, row.title, row.kind) == ("sealed", "Homes burned, Lemba North", "flash")
    from fieldapp.flows import draft, outbox

    assert draft.list_drafts(tablet) == []
    facts = outbox.facts(tablet.custody, row.id)
    assert facts["date_precision"] == 1
    assert facts["place"]["adm1"] == "Lemba North"


def test_interviewed_person_is_asked_scope_by_scope(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """No is the default on every page; what was answered is what is sealed."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    form = hand.host.running.recording.form
    hand.host.running.recording.go("told")
    hand.frames()
    hand.tap("A person it happened to")
    hand.tap("Woman or girl")
    hand.tap("18 or older")
    hand.tap("Next")
    hand.tap("Yes")
    hand.tap("Next")
    hand.tap("Yes")
    hand.tap("Next")
    hand.tap("Next")  # C3: nothing was chosen
    hand.tap("Later")
    hand.tap("Next")
    hand.tap("Understood")
    hand.tap("Next")
    assert form.report["consent"]["scopes"] == {"C1": "yes", "C2": "yes", "C3": "no", "C10": "later"}
    assert form.report["consent"]["teach_back"] is True
    assert "basis" not in form.report
    assert "How sure are you?" in hand.words()


def test_flash_works_when_nothing_is_known_but_the_act_and_the_area(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """Every question takes "not known" or its like, still within the taps of a flash."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.taps = 0
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    hand.tap("Not known")
    hand.tap("Next")
    hand.tap("Lemba North")
    hand.tap("Not sure")
    hand.tap("Next")
    for outcome in range(4):
        hand.tap("Not known", outcome)
    hand.tap("Next")
    hand.tap("Not known")
    hand.tap("No")
    hand.tap("Not known")
    hand.tap("Not known")
    hand.tap("Nothing now")
    hand.tap("I saw it myself")
    hand.tap("I cannot judge yet (F6)")
    hand.tap("Review")
    hand.tap("Seal this report")
    assert hand.taps <= FLASH_TAPS, f"a flash of which nothing is known took {hand.taps} taps"
    from fieldapp.flows import outbox

    tablet = hand.host.tablet
    facts = outbox.facts(tablet.custody, tablet.reports()[0].id)
    assert (facts["date"], facts["acts"][0]["actor"]["class"], facts["protection_needed"]) == ("?", "unknown", "none")
    assert "totals" not in facts["acts"][0], "not known is not a zero"


def test_draft_is_saved_at_every_step_and_resumes_at_the_same_question(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """Leaving in the middle loses nothing."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Looting")
    hand.tap("Yesterday")
    hand.tap("Back", 0)
    assert "Looting" in hand.words()
    hand.tap("Looting")
    assert "When did it happen?" in hand.words()
    assert hand.find("Yesterday").kind == "chosen"


def test_table_cells_take_digits_and_warn_when_sums_differ(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """The keypad writes best, and the range goes with it until it is set by itself."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    recording = hand.host.running.recording
    recording.go("people")
    hand.frames()
    hand.tap("+10", 1)
    hand.tap("By age and sex")
    hand.tap("4")
    hand.tap("2")
    cell = {"min": 42, "best": 42, "max": 42}
    assert recording.form.cell("injured", "0-4", "F") == cell
    assert any(word.startswith("You wrote 10 in the message. The table has 42.") for word in hand.words())
    hand.tap("At most")
    hand.tap("5")
    hand.tap("0")
    assert recording.form.cell("injured", "0-4", "F") == {**cell, "max": 50}
    hand.tap("Use 42")
    assert recording.form.total("injured") == {"min": 42, "best": 42, "max": 50}


def test_table_counts_the_detained_and_tells_civilians_from_the_others(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """A status is chosen before the digits; those whose status was not known can be moved under one."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    recording = hand.host.running.recording
    recording.go("people")
    hand.frames()
    hand.tap("By age and sex")
    hand.tap("Detained  ·")
    hand.tap("7")
    hand.tap("Not known")  # the status, above the keypad
    hand.tap("Civilian  ·")
    hand.tap("2")
    form = recording.form
    assert (form.cell("detained", "0-4", "F", "UNK"), form.cell("detained", "0-4", "F", "CIV")) == (
        {"min": 7, "best": 7, "max": 7}, {"min": 2, "best": 2, "max": 2},
    )  # fmt: skip
    assert "Shown here: Civilian, 2. Everybody together: 9." in hand.words()
    hand.tap("Move the 7 not known here")
    assert form.cell("detained", "0-4", "F", "CIV") == {"min": 9, "best": 9, "max": 9}
    assert form.table_sum("detained", "UNK") is None
    recording.table_done()
    assert form.total("detained") == {"min": 9, "best": 9, "max": 9}


def test_channel_of_conduct_and_discipline_stores_nothing(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """A413 stops at the tap and shows the other way."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    from firsthand import assets

    catalogue = assets.catalogue()
    hand.tap(catalogue.families["A4"].short["en"])
    hand.tap(catalogue.acts["A413"].short["en"])
    assert "This goes another way." in hand.words()
    assert hand.host.running.recording.form.code == ""


@pytest.mark.parametrize("sensitive", ["A401", "A410"])
def test_free_text_is_closed_for_sensitive_acts(
    open_host: Callable[[Path], Any], tmp_path: Path, sensitive: str
) -> None:
    """No field to write in, and the list shows neither act nor area."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    recording = hand.host.running.recording
    recording.form.choose_code(sensitive)
    recording.go("note")
    hand.frames()
    assert "For this kind of report no free text is written." in hand.words()
    recording.leave()
    hand.frames()
    assert "Protected report" in hand.words()


def test_hide_covers_in_one_frame_and_double_tap_closes_the_draft(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    """One frame after the touch nothing of the record is on the screen; a second tap at once is panic."""
    from kivy.base import EventLoop

    from fieldapp.flows import draft
    from fieldapp.flows.unlock import Tablet
    from tests.gui.recorder import admit
    from tests.support import tablets

    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Flash")
        hide = hand.find("Hide")
        x, y = hide.to_window(*hide.center)
        hand.host.hide()
        EventLoop.idle()
        assert "Units" in hand.words()
        assert not {"Flash", "What happened?"} & set(hand.words())
        assert hand.host.tablet is not None
        hand.touch(x, y)
        assert hand.host.tablet is None
    with Tablet.open(tablet.home, tablets.PASSPHRASE, tablet.ports) as again:
        assert [row.state for row in draft.list_drafts(again)] == ["panicked"]


def test_way_back_from_the_cover_page_is_the_same_screen(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    """Within the grace the keys are still there."""
    hand = open_host(tmp_path / "none")
    enter_training(hand)
    hand.tap("Flash")
    hand.tap("Hide")
    hand.tap("5")
    assert "3.1" in hand.words()  # 5 km in miles: the page works
    for _ in range(3):
        phrases = next(w for w in hand.host.walk(restrict=True) if getattr(w, "logical", "") == "Phrases")
        hand.clock.run -= 0.7
        hand.touch(*phrases.to_window(*phrases.center))
    assert "What happened?" in hand.words()
