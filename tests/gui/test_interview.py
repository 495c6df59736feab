"""An interview by touch: one question a page, the same bar everywhere, and nothing left behind that can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECRET = "Cinnabar orchard beyond the seventh well"


def begin(open_host: Callable[[Path], Any], tmp_path: Path, trained: str = "With adults and with children") -> Any:
    hand = open_host(tmp_path / "none")
    hand.tap("Look around in training")
    hand.job_done()
    hand.tap("Interview")
    hand.tap(trained)
    hand.tap("I do not know")
    return hand


def talk(hand: Any) -> Any:
    return running(hand).interviewing.talk


def running(hand: Any) -> Any:
    """The driver behind the page that is up."""
    return hand.host.running


def answer(hand: Any, question: str, value: object) -> None:
    """One page by touch: the answer, then Next."""
    driver = running(hand).interviewing
    assert driver._at.page == question, f"{driver._at.page} is asked, not {question}"
    asked = next(each for each in talk(hand).view("en").questions if each.id == question)
    words = dict(driver._options(asked))
    hand.tap(words[str(value)])
    hand.tap("Next")


def walk(hand: Any, until: str, **answers: object) -> None:
    """The talk, led by the flow alone to a state; then its first page is drawn."""
    driver = running(hand).interviewing
    for _ in range(30):
        if driver.talk.session.state == until:
            driver._enter()
            hand.frames()
            return
        while (asked := next((each for each in open_pages(driver) if each.required), None)) is not None:
            driver.talk.answer(asked.id, answers.get(asked.id, GOOD.get(asked.id, "yes")))
        driver.talk.next()
    raise AssertionError(f"{until} was not reached; at {driver.talk.session.state}")


def open_pages(driver: Any) -> list[Any]:
    view = driver.talk.view("en")
    return [each for each in view.questions if each.id not in view.answers]


GOOD: dict[str, object] = {
    "purpose": "monitoring",
    "approach_by": "self",
    "approver": "approver_present",
    "prior_interviews": "none_before",
    "risk": "risk_low",
    "survivor_is": "woman",
    "team_interviewer": "woman",
    "interpreter_used": "no",
    "match_basis": "by_default",
    "team_size": 2,
    "intro_language": "en",
    "urgent_now": "no",
    "recent": "no",
    "health_offer": "after_talk",
    "told_before": "told_nobody",
    "pref_interviewer": "no_preference",
    "pref_language": "language_good",
    "support_person": "support_none",
    "wish_today": "wish_today",
    "teach_back": "understood",
    "pressure": "no",
    "form_of_consent": "oral",
    "age_band": "adult",
    "capacity": "decides_alone",
}


def ready_services(hand: Any) -> None:
    """Training has no directory of services: the talk is told that there are some."""
    driver = running(hand).interviewing
    from fieldapp.flows import interview

    driver.talk.discard()
    facts = {
        "officer_trained_sv": True, "child_trained": True, "battery": 90, "directory_age_days": 3,
        "health_ok": True, "psychosocial_ok": True,
    }  # fmt: skip
    driver.talk = interview.begin(hand.host.tablet, None, facts, language="en")
    driver._enter()
    hand.frames()


def test_every_page_has_the_same_bar_and_no_page_tells_the_subject(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = begin(open_host, tmp_path)
    ready_services(hand)
    walk(hand, "I05")
    for _ in range(8):
        keys = [widget.word_text for widget in hand.pressable()]
        assert {"Stop", "Needs a rest", "Someone is near", "Take back a yes", "Hide"} <= set(keys)
        title = " ".join(hand.words()).lower()
        assert not any(word in title for word in ("rape", "sexual", "violence"))
        page = running(hand).interviewing._at.page
        if page.startswith("+"):
            hand.tap("Next")
        else:
            answer(hand, page, GOOD.get(page, "yes"))


def test_somebody_near_covers_the_page_with_one_touch_and_the_talk_waits(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = begin(open_host, tmp_path)
    ready_services(hand)
    walk(hand, "I06")
    taps = hand.taps
    hand.tap("Someone is near")
    assert hand.taps == taps + 1
    assert hand.host.hidden
    assert talk(hand).session.paused == "X-PRIV"
    hand.come_back()
    assert not hand.host.hidden
    assert talk(hand).session.paused == "X-PRIV"


def test_a_closed_gate_says_why_and_what_remains_only_when_one_wants_to_go_on(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = begin(open_host, tmp_path)
    ready_services(hand)
    walk(hand, "I03")

    driver = running(hand).interviewing
    for page, value in (
        ("survivor_is", "woman"), ("team_interviewer", "woman"), ("interpreter_used", "yes"),
        ("team_interpreter", "woman"), ("interpreter_role", "child"), ("interpreter_ready", "yes"),
        ("match_basis", "by_default"),
    ):  # fmt: skip
        assert "Not yet" not in hand.words()
        answer(hand, page, value)
    answer(hand, "team_size", 2)
    assert talk(hand).session.state == "I03"
    assert "Not yet" in hand.words()
    assert driver._view().refusals[0].gate == "G3"
    assert "With a second person" not in [each.word_text for each in hand.pressable()], "a child is never lifted"


def test_without_services_no_account_is_ever_asked_for(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    hand = begin(open_host, tmp_path)
    walk(hand, "I02")
    driver = running(hand).interviewing
    pages: list[str] = []
    for _ in range(90):
        if talk(hand) is None or talk(hand).session.state in {"I14", "I17"}:
            break
        view = driver._view()
        pages.append(view.state)
        if driver._at.wanted and view.ways:
            way = next((each for each in view.ways if each.code == "referral_only"), view.ways[0])
            hand.tap(way.text)
            continue
        page = driver._at.page
        if page.startswith("+"):
            hand.tap("Next")
        else:
            answer(hand, page, GOOD.get(page, "yes"))
    assert talk(hand).session.state == "I14"
    assert talk(hand).session.mode == "referral_only"
    assert not {"I09", "I11", "I12"} & set(pages)


def test_the_account_is_on_the_disk_within_a_second_and_goes_with_the_yes(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    from fieldapp.flows import draft

    hand = begin(open_host, tmp_path)
    ready_services(hand)
    walk(hand, "I11")
    hand.type(SECRET)
    driver = running(hand).interviewing
    driver.flush()
    kept = draft.load(hand.host.tablet, driver.talk.draft_id)
    assert kept["narrative"]["what_happened"] == SECRET
    hand.tap("Take back a yes")
    first = next(each for each in driver._view().questions if each.id == "C1")
    hand.tap(first.text)
    kept = draft.load(hand.host.tablet, driver.talk.draft_id)
    assert SECRET not in str(kept)


@pytest.mark.parametrize("key", ["Stop", "Needs a rest", "Take back a yes"])
def test_every_interrupt_has_ways_on(open_host: Callable[[Path], Any], tmp_path: Path, key: str) -> None:
    hand = begin(open_host, tmp_path)
    ready_services(hand)
    walk(hand, "I06")
    hand.tap(key)
    view = running(hand).interviewing._view()
    assert view.paused
    assert view.ways
    assert {way.text for way in view.ways} <= {each.word_text for each in hand.pressable()}
