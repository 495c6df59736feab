"""The Services pages by touch: one tap from home, filters, a referral that names nobody, a gap, what is on its way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import owed, referral
from tests.gui.recorder import admit
from tests.support import services, tablets


def shown(hand: Any) -> list[str]:
    """Titles of the services on the page, from above."""
    from fieldapp.screens.services import ServiceRow

    found = [w for w in hand.host.walk(restrict=True) if isinstance(w, ServiceRow)]
    return [w.word_text for w in sorted(found, key=lambda w: -w.y)]


def test_a_service_is_found_and_a_slip_made_without_any_report(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = open_host(tmp_path / "none")
    with services.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Services")
        everything = len(shown(hand))
        hand.tap("Every service")
        hand.tap("To talk with somebody")
        assert 0 < len(shown(hand)) < everything
        hand.tap("Every area")
        hand.tap("Karou")
        hand.tap("All of Karou")
        assert "1 service fits" in hand.words()
        assert shown(hand)[0] == "Listening centre, Karou Town"
        hand.tap("A man")
        assert "No service answers this" in hand.words()
        hand.tap("A woman")
        hand.tap("Listening centre, Karou Town")
        assert "Telephone" in hand.words()
        hand.tap("Make a referral")
        assert "Has the person said yes to this service?" in hand.words()
        assert referral.given(tablet) == []
        hand.tap("Yes, with a slip")
        [made] = referral.given(tablet)
        lines = [f"{made.pseudonym[:3]}-{made.pseudonym[3:]}", made.service, "P1"]
        assert [line for line in lines if line not in hand.words()] == []
        assert tablet.reports() == []


def test_a_no_leaves_nothing(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    hand = open_host(tmp_path / "none")
    with services.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Services")
        hand.tap("Every area")
        hand.tap("Karou")
        hand.tap("All of Karou")
        hand.tap(next(title for title in shown(hand) if title.startswith("Listening centre")))
        hand.tap("Make a referral")
        assert "What does the person need there?" in hand.words()
        hand.tap("A group")
        hand.tap("No")
        assert "Telephone" in hand.words()
        assert referral.given(tablet) == []


def test_a_shelter_offers_no_slip(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    hand = open_host(tmp_path / "none")
    with services.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Services")
        hand.tap("Every service")
        hand.tap("A safe place tonight")
        hand.tap("Safe house, Karou")
        assert "Through the custodian only" in hand.words()
        hand.tap("Make a referral")
        assert "Yes, with a slip" not in hand.words()
        hand.tap("Yes, by voice only")
        assert [each.pseudonym for each in referral.given(tablet)] == [""]


def test_an_area_without_a_service_tells_the_risk_cell_and_no_case(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = open_host(tmp_path / "none")
    with services.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Services")
        hand.tap("Every service")
        hand.tap("Urgent care")
        assert "Nothing here: tell the risk cell" not in hand.words(), "a gap has an area"
        hand.tap("Every area")
        hand.tap("Toro-Kesi")
        hand.tap("All of Toro-Kesi")
        hand.tap("Nothing here: tell the risk cell")
        assert "Noted. It goes on another day, as a report of its own." in hand.words()
        assert tablet.reports() == []


def test_what_is_on_its_way_and_what_is_owed_stand_on_one_page(
    open_host: Callable[[Path], Any], tmp_path: Path
) -> None:
    hand = open_host(tmp_path / "none")
    with services.tablet(tmp_path) as tablet:
        owed.add(tablet, "feedback", tablet.day())
        referral.give(tablet, "02-01", "H1", agreed=True)
        admit(hand, tablet)
        assert "1 promise is due." in hand.words()
        hand.tap("Services")
        hand.tap("Referrals and promises")
        hand.tap("Kept")
        assert "Nothing is owed" in hand.words()
        hand.tap("Helped")
        assert [each.status for each in referral.given(tablet)] == ["served"]


def test_a_mission_without_services_says_what_to_do(open_host: Callable[[Path], Any], tmp_path: Path) -> None:
    hand = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(hand, tablet)
        hand.tap("Services")
        assert "This mission has no directory of services yet" in hand.words()
        hand.tap("Back to my reports")
        assert "My reports" in hand.words()


@pytest.mark.parametrize("days", [22, 60])
def test_a_list_older_than_thirty_days_says_so_above_the_list(
    open_host: Callable[[Path], Any], tmp_path: Path, days: int
) -> None:
    hand = open_host(tmp_path / "none")
    clock = tablets.SetClock(tablets.NOW_S + (days - 2) * tablets.DAY_S)
    with services.tablet(tmp_path, tablets.SetClock()) as tablet:
        tablet.ports.clock.at_s = clock.at_s  # type: ignore[attr-defined]
        admit(hand, tablet)
        hand.tap("Services")
        stale = "Over 30 days: call before anybody goes. Interviews offer referral only."
        assert (stale in hand.words()) is (days > 30)
        assert shown(hand)
