"""By touch against real processes: enrol, record, seal, send to a relay, see the receipts; then unlock again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.__main__ import SystemClock
from tests.gui.test_record import answer_own_observation
from tests.support.spine import PASSPHRASE, World

pytestmark = pytest.mark.system


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, areas=Path(__file__).parents[2] / "assets/scenario/areas.geojson")
    made.start_relay()
    yield made
    for server in made.servers:
        server.stop()


def type_into(hand: Any, *texts: str) -> None:
    """Fill the fields of the screen, from the top down."""
    from fieldapp.widgets.fields import Typed

    fields = [w for w in hand.host.walk(restrict=True) if isinstance(w, Typed)]
    for field, text in zip(fields, texts, strict=True):
        field.text = text
    hand.frames()


def test_enrol_record_send_and_unlock_by_touch(
    world: World, open_host: Callable[[Path], Any], clock: Any, tmp_path: Path
) -> None:
    """The invitation works once, the report is logged with a checked receipt, the passphrase opens it again."""
    assert world.relay is not None
    clock.now = SystemClock().now_s()
    invitation, home = tmp_path / "heron.firsthand", tmp_path / "tablet"
    world.server("enrol", str(world.mission), "Heron", "--relay", world.relay.url, "--out", str(invitation))
    hand = open_host(home)
    hand.tap("Open an invitation")
    type_into(hand, str(invitation))
    hand.tap("Open")
    type_into(hand, PASSPHRASE, PASSPHRASE)
    hand.tap("Make this tablet")
    hand.job_done()
    assert "This tablet is ready" in hand.words()
    hand.tap("Begin")
    assert any(word.startswith("One passphrase made the keys of all roles") for word in hand.words())
    answer_own_observation(hand)
    hand.tap("Seal this report")
    hand.tap("Send now")
    hand.tap("Send now")
    hand.job_done()
    assert "Everything is in the mission’s log." in hand.words()
    assert "100" in hand.words()
    assert "Receipt checked" in hand.words()
    (row,) = hand.host.tablet.reports()
    assert row.state.value == "logged"
    assert b"used" in invitation.read_bytes().lower()
    hand.tap("Back to my reports")
    hand.tap("Lock")
    assert hand.host.tablet is None
    type_into(hand, "not the right words at all here")
    hand.tap("Open")
    hand.job_done()
    assert "The passphrase does not open this." in hand.words()
    type_into(hand, PASSPHRASE)
    hand.tap("Open")
    hand.job_done()
    assert "Homes burned" in hand.words()


def test_unreachable_relay_keeps_everything_sealed_and_says_so(
    world: World, open_host: Callable[[Path], Any], clock: Any
) -> None:
    """No link: three short sentences, and the report is as safe as before."""
    assert world.relay is not None
    clock.now = SystemClock().now_s()
    home = world.enrol("Kestrel")
    world.record(home, Path(__file__).parents[2] / "assets/examples/own-observation.json")
    world.relay.stop()
    hand = open_host(home)
    type_into(hand, PASSPHRASE)
    hand.tap("Open")
    hand.job_done()
    hand.tap("Send")
    hand.tap("Send now")
    hand.job_done()
    assert "The relay does not answer." in hand.words()
    assert [row.state.value for row in hand.host.tablet.reports()] == ["sealed"]
    assert "Send now" in [key.word_text for key in hand.pressable()]
