"""Coverage: calm, out of reach, a missing return and a dead link stay four different things up to the desk's table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.errors import Malformed
from sync_server.desk import exports
from sync_server.desk.digest import digest
from sync_server.desk.store_weekly import Return, WeeklyStore
from sync_server.desk.tables import weekly
from sync_server.desk.tables.coverage import Known, cover, nil_weeks, said_of
from sync_server.desk.tables.weekly import State, week_days
from tests.support.desk_world import Tablet, World, make_parts

WEEK, WEEK_BEFORE = "2026-W46", "2026-W45"
DAY = (week_days(WEEK)[0] - date(1970, 1, 1)).days


class Desk:
    """A risk cell's desk and two tablets, one of Karou and one of Dovi."""

    def __init__(self, folder: Path) -> None:
        self.world = World(11)
        self.store = self.world.store(folder)
        self.weekly = WeeklyStore(self.store)
        self.karou, self.dovi = self.tablet(), self.tablet()

    def tablet(self) -> Tablet:
        made = self.world.tablet()
        self.world.log.add(made.enrol())
        return made

    def tell(self, tablet: Tablet, area: str, week: str, day: int, **fields: Any) -> bytes:
        fields = {"acts": (), "people": (), "kind": "nil_return"} | fields if "coverage" in fields else fields
        sealed = tablet.report(adm1=area, adm2=None, week=week, day=day, **fields)
        self.world.log.add(sealed)
        return bytes(sealed.object_hash)

    def known(self, *areas: str) -> dict[tuple[str, str], tuple[Known, str]]:
        self.world.pull(self.store, "risk_cell")
        weeks = [WEEK_BEFORE, WEEK]
        rows = cover(
            areas,
            weeks,
            self.weekly.family(None, *weeks),
            self.weekly.returns(*weeks),
            self.weekly.last_heard(),
        )
        return {(each.area, each.week): (each.known, each.reason) for _, row in rows for each in row}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def test_five_kinds_of_an_empty_week_are_told_apart(desk: Desk) -> None:
    desk.tell(desk.karou, "Karou", WEEK_BEFORE, DAY - 7)
    desk.tell(desk.karou, "Karou", WEEK, DAY + 1, coverage="nil")
    desk.tell(desk.karou, "Orla", WEEK_BEFORE, DAY - 6, coverage="not_reachable", reason="road", kind="not_reachable")
    desk.tell(desk.dovi, "Dovi", WEEK_BEFORE, DAY - 7)
    known = desk.known("Karou", "Orla", "Dovi", "Zessa")
    assert known["Karou", WEEK_BEFORE] == (Known.REPORTS, "")
    assert known["Karou", WEEK] == (Known.NIL, "")
    assert known["Orla", WEEK_BEFORE] == (Known.NOT_REACHABLE, "road")
    assert known["Orla", WEEK] == (Known.NO_RETURN, ""), "its tablet was heard from that week, and said nothing of it"
    assert known["Dovi", WEEK] == (Known.SILENT, ""), "no tablet of Dovi was heard from: not calm, a dead link"
    assert known["Zessa", WEEK] == (Known.UNKNOWN, "")


def test_a_link_that_comes_back_turns_silence_into_a_missing_return(desk: Desk) -> None:
    desk.tell(desk.dovi, "Dovi", WEEK_BEFORE, DAY - 7)
    assert desk.known("Dovi")["Dovi", WEEK][0] is Known.SILENT
    desk.tell(desk.dovi, "Karou", WEEK, DAY + 3)
    assert desk.known("Dovi")["Dovi", WEEK][0] is Known.NO_RETURN


def test_a_nil_return_is_a_known_zero_on_the_weekly_board_and_no_report(desk: Desk) -> None:
    desk.tell(desk.karou, "Karou", WEEK, DAY, coverage="nil")
    desk.tell(desk.dovi, "Dovi", WEEK, DAY, coverage="not_reachable", reason="security")
    desk.known("Karou")
    assert desk.weekly.everything() == []
    nil = nil_weeks(desk.weekly.returns(WEEK, WEEK))
    rows = weekly.by_week(["Karou", "Dovi"], [WEEK], [], None, set(), {}, nil=nil)
    assert [row.squares[0].state for row in rows] == [State.ZERO, State.UNKNOWN]


def test_a_return_that_was_superseded_no_longer_speaks(desk: Desk) -> None:
    first = desk.tell(desk.karou, "Karou", WEEK, DAY, coverage="nil")
    desk.tell(desk.karou, "Karou", WEEK, DAY + 1, supersedes=first, acts=("A701",))
    assert desk.known("Karou")["Karou", WEEK] == (Known.REPORTS, "")


def test_who_was_there_outweighs_who_could_not_get_there() -> None:
    nil, shut = Return("Karou", WEEK, "nil", ""), Return("Karou", WEEK, "not_reachable", "road")
    for order in ((nil, shut), (shut, nil)):
        assert said_of(order)["Karou", WEEK] == nil


def test_the_export_says_who_said_what(desk: Desk) -> None:
    desk.tell(desk.dovi, "Dovi", WEEK, DAY, coverage="not_reachable", reason="denied")
    desk.tell(desk.karou, "Karou", WEEK, DAY, coverage="nil")
    desk.known("Karou")
    text = "".join(exports.coverage_csv(desk.weekly))
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [
        ["area", "week", "state", "reason"],
        ["Dovi", WEEK, "not_reachable", "denied"],
        ["Karou", WEEK, "nil", ""],
    ]


@pytest.mark.parametrize("value", ["calm", "NIL", 1, ["nil"], "nil" * 30])
def test_a_tablet_cannot_invent_a_sixth_answer(value: Any) -> None:
    parts = make_parts(bytes(16))
    parts[0]["coverage"] = value
    with pytest.raises(Malformed):
        digest({"counts": parts[0]})


_areas = st.sampled_from(["Karou", "Dovi", "Orla"])
_returns = st.lists(
    st.builds(Return, _areas, st.just(WEEK), st.sampled_from(["nil", "not_reachable"]), st.just("road"))
)


@given(returns=_returns, heard=st.dictionaries(_areas, st.integers(DAY - 20, DAY + 20)))
def test_every_area_week_has_one_answer_and_nothing_said_is_never_calm(
    returns: list[Return], heard: dict[str, int]
) -> None:
    said = {each.area for each in returns}
    for area, (one,) in cover(["Karou", "Dovi", "Orla"], [WEEK], [], returns, heard):
        assert (one.known in {Known.NIL, Known.NOT_REACHABLE}) == (area in said)
        if area not in said:
            expected = Known.UNKNOWN if area not in heard else Known.NO_RETURN if heard[area] >= DAY else Known.SILENT
            assert one.known is expected
