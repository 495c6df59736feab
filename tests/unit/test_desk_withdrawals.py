"""What a desk does when an author takes a report back: before its target or after it, whole or in part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firsthand import assets
from firsthand.errors import FirsthandError, NoNetwork
from firsthand.ids import ObjectHash, report_id_text
from firsthand.protocol import erasure
from firsthand.protocol.envelope import Sealed, open_slot
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import SigningKey, device_id
from firsthand.protocol.suite import KemSecret
from sync_server.desk import answering, courier, exported, terms
from sync_server.desk.ingest import PullResult
from sync_server.desk.products import Wish
from sync_server.desk.shelf import Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_reports import ReportStore
from sync_server.desk.store_withdrawals import WithdrawalStore
from tests.support.desk_world import NOW_S, Log, Tablet, World

COUNTS_ONLY = 0b000011  # manifest and counts
ACCOUNT_ONLY = 0b010001
TABLET_KEM = KemSecret.from_seed(b"tablet's own key" * 2)
DESK_KEY = SigningKey.from_seed(b"desk" * 8)


@dataclass
class Bench:
    """A world, an enrolled tablet, and one desk's store."""

    world: World
    store: Store
    tablet: Tablet
    role: str = "risk_cell"

    def say(self, *sealed: Sealed) -> list[int]:
        return [self.world.log.add(item) for item in sealed]

    def pull(self) -> PullResult:
        return self.world.pull(self.store, self.role)

    def count(self, table: str) -> int:
        return int(self.store.one("SELECT count(*) FROM {}".format(table))[0])  # noqa: S608, UP032 - names of ours

    def alarms(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT code FROM alarm ORDER BY id")]

    def states(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT state FROM leaf ORDER BY idx")]

    def families(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT family FROM cell ORDER BY family")]

    def parts(self, idx: int) -> dict[str, Any]:
        return ReportStore(self.store).parts(idx)

    def everything(self) -> bytes:
        """Every value of every table, as bytes."""
        tables = [row[0] for row in self.store.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in self.store.all("SELECT * FROM {}".format(table))]  # noqa: S608, UP032
        return b"\0".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)

    def holds_key(self, sealed: Sealed, number: int) -> bool:
        """Whether any byte here opens a part, with the role's own key in hand as well."""
        if sealed.keys[number] in self.everything():
            return True
        slot = self.world.policy.roles.index(self.role)
        for (data,) in self.store.all("SELECT data FROM object"):
            with suppress(FirsthandError):
                if sealed.keys[number] in open_slot(data, slot, [self.world.kems[slot]]).keys.values():
                    return True
        return False

    def receipts(self) -> dict[bytes, erasure.Erasure]:
        found = answering.answers(self.store, self.role, DESK_KEY)
        if not found:
            return {}
        desks = {self.role: [DESK_KEY.public]}
        device = device_id(self.tablet.sign.public)
        data = erasure.file_of(each.sealed for each in found)
        return {each.target: each for a in erasure.open_file(data, TABLET_KEM, desks, device) for each in a.erasures}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield from benches(tmp_path)


def benches(folder: Path, role: str = "risk_cell", seed: int = 7) -> Iterator[Bench]:
    world = World(seed)
    store = world.store(folder)
    tablet = world.tablet()
    tablet.kem_public = TABLET_KEM.public()
    made = Bench(world, store, tablet, role)
    made.say(tablet.enrol())
    yield made
    store.close()


# -- after ingest --------------------------------------------------------------------------------------------
def test_a_full_withdrawal_takes_row_cells_words_bytes_and_keys(bench: Bench) -> None:
    report = bench.tablet.report(acts=["A101"])
    bench.say(report)
    bench.pull()
    assert bench.count("report") == 1
    assert bench.holds_key(report, 1)
    bench.say(bench.tablet.withdraw(report))
    result = bench.pull()
    assert (result.withdrawn, result.alarms) == (1, 0)
    assert (bench.count("report"), bench.count("cell")) == (0, 0)
    assert not any(bench.holds_key(report, number) for number in range(6))
    assert report.envelope not in bench.everything()
    assert b"Kesso" not in bench.everything()
    assert bench.states() == ["enrol", "withdrawn", "other"]


def test_facts_taken_back_leave_the_counts(bench: Bench) -> None:
    report, other = bench.tablet.report(acts=["A101"]), bench.tablet.report(acts=["A101"])
    bench.say(report, other)
    bench.pull()
    before = bench.families()
    bench.say(bench.tablet.withdraw(report, keep=(COUNTS_ONLY, COUNTS_ONLY, ACCOUNT_ONLY, COUNTS_ONLY)))
    bench.pull()
    assert bench.families() == before == ["*", "*", "A1", "A1"]
    assert set(bench.parts(1)) == {"counts"}
    assert set(bench.parts(2)) == {"counts", "facts"}
    row = ReportStore(bench.store).row(1)
    assert row is not None
    assert (row.granted, row.place, row.date, row.acts, row.standing) == (1, "", "", "", "counted")
    assert not bench.holds_key(report, 2)
    assert bench.holds_key(report, 1)
    assert [found.idx for found in ReportStore(bench.store).page("all", "kesso", None, 9, None)] == [2]


def test_counts_taken_back_leave_the_facts_and_no_cell(bench: Bench) -> None:
    report = bench.tablet.report(acts=["A101"])
    bench.say(report)
    bench.pull()
    keep = 0b000101
    bench.say(bench.tablet.withdraw(report, keep=(keep, keep, ACCOUNT_ONLY, 1), scopes=("C10",)))
    bench.pull()
    assert bench.families() == []
    assert set(bench.parts(1)) == {"facts"}


def test_one_withdrawal_after_the_other_only_ever_takes(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report, bench.tablet.withdraw(report, keep=(COUNTS_ONLY,) * 4))
    bench.pull()
    # a later one that would give the facts back gives nothing
    bench.say(bench.tablet.withdraw(report, keep=(0b000111,) * 4, scopes=("C3",)))
    bench.pull()
    assert set(bench.parts(1)) == {"counts"}
    bench.say(bench.tablet.withdraw(report, scopes=("C10",)))
    bench.pull()
    assert bench.count("report") == 0
    bench.say(bench.tablet.withdraw(report, keep=(COUNTS_ONLY,) * 4, scopes=("C3",)))
    bench.pull()
    assert bench.count("report") == 0
    assert bench.alarms() == []


def test_scopes_that_bound_use_are_known_to_the_gate_at_once(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report)
    bench.pull()
    every = 0b111111
    bench.say(bench.tablet.withdraw(report, keep=(every,) * 4, scopes=("C4n", "C8")))
    bench.pull()
    assert terms.withdrawn_of(bench.store, 1) == {"C4n", "C8"}
    assert set(bench.parts(1)) == {"counts", "facts"}
    assert bench.receipts()[report.object_hash].gone == 0


# -- before ingest -------------------------------------------------------------------------------------------
def test_what_was_taken_back_in_the_same_pull_is_never_stored(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report, bench.tablet.withdraw(report))
    bench.pull()
    assert bench.count("report") == 0
    assert not any(bench.holds_key(report, number) for number in range(6))
    assert bench.states() == ["enrol", "withdrawn", "other"]
    assert bench.alarms() == []


def test_a_withdrawal_that_comes_before_its_target_waits_for_it(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(bench.tablet.withdraw(report, keep=(COUNTS_ONLY,) * 4))
    bench.pull()
    assert bench.receipts() == {}
    bench.say(report)
    bench.pull()
    assert set(bench.parts(2)) == {"counts"}
    assert not bench.holds_key(report, 2)
    assert bench.receipts()[report.object_hash].gone == 0b100


def test_a_full_one_before_its_target_keeps_it_out_for_ever(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(bench.tablet.withdraw(report))
    bench.pull()
    assert bench.receipts()[report.object_hash].gone == 0
    bench.say(report)
    bench.pull()
    assert bench.count("report") == 0
    assert report.envelope not in bench.everything()


def test_a_withdrawal_far_behind_its_target_in_a_long_log_comes_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "BATCH", 2)
    monkeypatch.setattr("sync_server.desk.ingest.BATCH", 2)
    report = bench.tablet.report()
    bench.say(report, *(bench.tablet.report() for _ in range(6)), bench.tablet.withdraw(report))
    seen: list[int] = []
    ingest = bench.world.ingest(bench.store)
    ingest.progress = lambda _: seen.append(bench.store.one("SELECT count(*) FROM report WHERE idx = 1")[0])
    assert ingest.pull().withdrawn == 1
    assert seen
    assert not any(seen)
    assert bench.count("report") == 6
    assert bench.states()[1] == "withdrawn"


class Breaking(Log):
    """A line that breaks after so many fetches."""

    left = 0

    def fetch(self, hashes: list[bytes]) -> dict[bytes, bytes | None]:
        if self.left == 0:
            raise NoNetwork
        self.left -= 1
        return super().fetch(hashes)


def test_looking_through_a_long_log_goes_on_where_the_line_broke(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "BATCH", 2)
    monkeypatch.setattr("sync_server.desk.ingest.BATCH", 2)
    report = bench.tablet.report()
    bench.say(report, *(bench.tablet.report() for _ in range(8)), bench.tablet.withdraw(report))
    whole = bench.world.log
    line = Breaking(whole.key, whole.origin, whole.leaves, whole.objects)
    bench.world.log = line
    tries = 0
    while "pending" in (bench.states() or ["pending"]):
        line.left, tries = 3, tries + 1
        with suppress(NoNetwork):
            bench.pull()
        assert bench.store.one("SELECT count(*) FROM report WHERE idx = 1") == (0,)
        assert tries < 12
    assert bench.count("report") == 8


# -- whose withdrawal ----------------------------------------------------------------------------------------
def test_nobody_takes_back_the_report_of_another(bench: Bench) -> None:
    thief = bench.world.tablet("North 2")
    report = bench.tablet.report()
    bench.say(thief.enrol(), report)
    bench.pull()
    bench.say(thief.withdraw(report, place=(thief.chain, 0)))
    bench.pull()
    assert bench.count("report") == 1
    assert set(bench.parts(2)) == {"counts", "facts"}
    assert bench.alarms() == ["foreign-withdrawal"]
    assert terms.withdrawn_of(bench.store, 2) == set()


def test_nor_before_it_arrives(bench: Bench) -> None:
    thief = bench.world.tablet("North 2")
    report = bench.tablet.report()
    bench.say(thief.enrol(), thief.withdraw(report, place=(bytes(16), 0)))
    bench.pull()
    bench.say(report)
    bench.pull()
    assert bench.count("report") == 1
    assert bench.alarms() == ["foreign-withdrawal"]
    assert terms.withdrawn_of(bench.store, 3) == set()


def test_a_tablet_that_was_cut_off_destroys_nothing(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report)
    bench.pull()
    bench.world.revoke(bench.tablet, cut=2)
    bench.say(bench.tablet.withdraw(report))
    bench.pull()
    assert bench.count("report") == 1
    assert bench.alarms() == ["withdrawal-held"]


def test_an_author_who_is_not_known_yet_is_waited_for(tmp_path: Path) -> None:
    world = World(9)
    store, tablet = world.store(tmp_path), world.tablet()
    made = Bench(world, store, tablet)
    enrol, report = tablet.enrol(), tablet.report()
    made.say(report, tablet.withdraw(report))
    made.pull()
    assert (made.count("report"), made.alarms()) == (1, [])
    made.say(enrol)
    made.pull()
    assert made.count("report") == 0
    assert not made.holds_key(report, 1)
    store.close()


def test_a_tablet_cannot_take_back_its_own_certificate(bench: Bench) -> None:
    enrol_hash = next(iter(bench.tablet.places))
    fake = Sealed(b"", ObjectHash(enrol_hash), b"", ())
    bench.say(bench.tablet.withdraw(fake))
    bench.pull()
    assert bench.states()[0] == "enrol"
    assert bench.count("device") == 1
    assert bench.store.first("SELECT 1 FROM object WHERE hash = ?", (enrol_hash,)) is not None


def test_a_withdrawal_without_its_part_is_an_alarm(bench: Bench) -> None:
    bench.say(bench.tablet.seal("withdraw", [{"v": 1}, None, None, None, None], [frozenset({0, 1})] * 4))
    bench.pull()
    assert bench.alarms() == ["unopenable"]


# -- tombstones ----------------------------------------------------------------------------------------------
def test_a_missing_object_with_a_valid_tombstone_is_no_alarm_and_without_one_it_is(bench: Bench) -> None:
    erased, lost = bench.tablet.report(), bench.tablet.report()
    bench.say(erased, lost)
    bench.world.log.erase(bench.tablet, erased)
    bench.world.log.objects[lost.object_hash] = None
    bench.pull()
    assert bench.states() == ["enrol", "erased", "missing-object", "tombstone"]
    assert bench.alarms() == ["missing-object"]


def test_a_tombstone_without_the_right_key_erases_nothing_and_is_an_alarm(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report)
    bench.pull()
    bench.world.log.objects[report.object_hash] = None
    bench.world.log.add_leaf(Leaf.tombstone(report.object_hash, b"k" * 32))
    bench.pull()
    assert bench.count("report") == 1
    assert bench.alarms() == ["false-tombstone"]


def test_after_all_desks_answered_the_relays_copy_goes_and_what_may_stay_stays(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report, bench.tablet.withdraw(report, keep=(COUNTS_ONLY,) * 4))
    bench.pull()
    bench.world.log.erase(bench.tablet, report)
    bench.pull()
    assert set(bench.parts(1)) == {"counts"}
    assert bench.alarms() == []
    assert bench.families() == ["*", "A7"]


def test_a_desk_that_comes_late_finds_a_tombstone_and_no_alarm(tmp_path: Path, bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report)
    bench.world.log.erase(bench.tablet, report)
    bench.say(bench.tablet.withdraw(report))
    bench.pull()
    assert bench.alarms() == []
    assert bench.receipts()[report.object_hash] == erasure.Erasure(
        report.object_hash, bench.world.log.leaves[-1][1:33], 0, 0, 0
    )


def test_the_receipt_tells_what_a_tombstone_destroyed_before_the_withdrawal_came(bench: Bench) -> None:
    report = bench.tablet.report()
    bench.say(report)
    bench.pull()
    bench.world.log.erase(bench.tablet, report)
    bench.pull()
    assert not bench.holds_key(report, 1)
    bench.say(bench.tablet.withdraw(report))
    bench.pull()
    assert bench.receipts()[report.object_hash].gone == 0b000111


# -- what it looks like afterwards ---------------------------------------------------------------------------
def test_the_authors_chain_has_no_gap_where_a_report_never_came(tmp_path: Path) -> None:
    for bench in benches(tmp_path, role="hr_section"):
        never = bench.tablet.report()
        bench.say(bench.tablet.withdraw(never), bench.tablet.report())
        bench.pull()
        assert bench.store.all("SELECT known, top, gaps, forks FROM chain") == [(4, 3, 0, 0)]
        bench.say(never)
        bench.pull()
        assert bench.store.all("SELECT known, top, gaps, forks FROM chain") == [(4, 3, 0, 0)]


def test_what_an_export_held_is_told_and_nothing_else(bench: Bench) -> None:
    first, second = bench.tablet.report(week="2026-W46"), bench.tablet.report(week="2026-W47")
    bench.say(first)
    bench.pull()
    exported.remember(bench.store, bench.role, NOW_S - 86_400, Wish("weekly", "csv"))
    bench.say(second)
    bench.pull()
    exported.remember(bench.store, bench.role, NOW_S, Wish("reports", "geojson"))
    exported.remember(bench.store, bench.role, NOW_S, Wish("coverage", "csv"))
    for person in ("Ana", "Ben", "Ana"):
        PeopleStore(bench.store).note(NOW_S, person, "read", "1")
    bench.say(bench.tablet.withdraw(first), bench.tablet.withdraw(second))
    bench.pull()
    told = bench.receipts()
    day = NOW_S // 86_400
    assert [(e.what, e.form, e.day) for e in told[first.object_hash].exports] == [
        ("reports", "geojson", day),
        ("weekly", "csv", day - 1),
    ]
    assert [e.what for e in told[second.object_hash].exports] == ["reports"]
    assert [told[item.object_hash].readers for item in (first, second)] == [2, 0]


def test_the_next_export_holds_nothing_of_it(bench: Bench) -> None:
    report_id = bytes(range(16))
    report = bench.tablet.report(report_id=report_id)
    bench.say(report, bench.tablet.withdraw(report))
    bench.pull()
    assert list(exported.held(bench.store, bench.role, Wish("reports", "csv"))) == []
    assert list(ReportStore(bench.store).export()) == []
    assert report_id_text(report_id) not in bench.everything().decode("utf-8", "replace")


def test_attachments_go_with_the_part_that_listed_them(tmp_path: Path) -> None:
    for bench in benches(tmp_path, role="custodian"):
        rows = WithdrawalStore(bench.store)
        with bench.store.transaction():
            for number, is_copy in ((1, 0), (2, 0), (3, 1)):
                values = (7, number, bytes([number]) * 32, bytes(16), 1, 1, "photo", "image/jpeg", is_copy, "here")
                bench.store.execute("INSERT INTO attachment VALUES (?,?,?,?,?,?,?,?,?,?)", values)
            rows.drop_attachments(7, originals=True, copies=False)
        assert bench.store.all("SELECT number, state FROM attachment ORDER BY number") == [
            (1, "erased"),
            (2, "erased"),
            (3, "here"),
        ]


def test_files_on_the_shelf_go_with_their_report(tmp_path: Path) -> None:
    for bench in benches(tmp_path, role="custodian"):
        report = bench.tablet.report()
        bench.say(report)
        shelf = Shelf(tmp_path / "attachments")
        bench.world.ingest(bench.store, bench.role, shelf).pull()
        film = b"sealed film" * 50
        name = sha256(film).digest()
        shelf.receive(name, len(film), [film])
        with bench.store.transaction():
            values = (1, 1, name, bytes(16), len(film), 1, "video", "video/mp4", 0, "here")
            bench.store.execute("INSERT INTO attachment VALUES (?,?,?,?,?,?,?,?,?,?)", values)
        bench.world.ingest(bench.store, bench.role, shelf).pull()
        assert shelf.holds(name)
        bench.say(bench.tablet.withdraw(report))
        bench.world.ingest(bench.store, bench.role, shelf).pull()
        assert not shelf.holds(name)


def test_the_write_ahead_log_is_cut_after_something_was_destroyed(tmp_path: Path) -> None:
    for bench in benches(tmp_path):
        report = bench.tablet.report()
        bench.say(report)
        bench.pull()
        wal = tmp_path / "store.db-wal"
        assert wal.stat().st_size > 0
        bench.say(bench.tablet.withdraw(report))
        bench.pull()
        assert wal.stat().st_size == 0


# -- any order -----------------------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), pulls=st.sets(st.integers(0, 5)), partial=st.booleans())
def test_the_order_of_arrival_and_the_times_of_pulling_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], pulls: set[int], partial: bool
) -> None:
    world = World(5)
    store, tablet = world.store(tmp_path_factory.mktemp("desk")), world.tablet()
    bench = Bench(world, store, tablet)
    enrol, report, other = tablet.enrol(), tablet.report(acts=["A101"]), tablet.report(acts=["A701"])
    keep = (COUNTS_ONLY,) * 4 if partial else (0, 0, 0, 0)
    sealed = [enrol, report, other, tablet.withdraw(report, keep=keep), tablet.report(acts=["A301"])]
    for step, at in enumerate(order):
        bench.say(sealed[at])
        if step in pulls:
            bench.pull()
    bench.pull()
    assert bench.alarms() == []
    assert bench.families() == sorted(["*", "*", "A3", "A7", *(["*", "A1"] if partial else [])])
    assert [bench.holds_key(report, number) for number in (1, 2)] == [partial, False]
    assert bench.holds_key(other, 2)
    store.close()


def test_texts_exist_for_the_alarms_of_withdrawals() -> None:
    texts = assets.texts("desk", "en")
    for code in ("foreign-withdrawal", "withdrawal-held"):
        assert {f"alarm.{code}", f"alarm.{code}.do"} <= set(texts)
