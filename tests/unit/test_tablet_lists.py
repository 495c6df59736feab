"""Lists of sealed reports: they say what the rows say, cost the same at any length, and outlive any damage."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.device.desktop import DesktopDevice
from fieldapp.flows import draft, retention, search, status
from fieldapp.flows.outbox import FILTERS
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.worker import sync
from fieldapp.vault.blobs import Blob, Blobs
from fieldapp.vault.custody import Custody
from fieldapp.vault.header import OFFICER, VaultKey
from fieldapp.vault.index import Index
from fieldapp.vault.records import UNSENT, Head, Item, KeptFacts, Seen, State
from fieldapp.vault.store import Store
from fieldapp.vault.stubs import PAGE_STUBS, Stub, decode_page, encode_page
from fieldapp.vault.vault import DB_NAME, DamagedRow, Vault
from firsthand import assets, errors
from firsthand.ids import parse_report_id, report_id_text, short_report_id
from tests.support.tablets import DAY_S, MemoryRelay, SeededEntropy, SetClock, as_json, example, reopen, tablet

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

DAY = 20_000
SEEN = Seen(1, bytes(32), DAY, "note")


class Box:
    """A vault without passphrase or lock, and objects made of numbers."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "vault.db"
        self.vault = self._open()
        with self.vault.write():
            self.vault._store.make_tables(b"header")
        self.custody = Custody(self.vault)
        with self.vault.write():
            self.custody.save_head(Head(b"c" * 16, 0, None, DAY, 0))

    def _open(self) -> Vault:
        return Vault(Store(self.path, mending=True), None, VaultKey(OFFICER, b"k" * 32), SeededEntropy("box"))

    def reopen(self) -> None:
        self.vault.close()
        self.vault = self._open()
        self.custody = Custody(self.vault)

    def seal(self, day: int = DAY, *, sensitive: bool = False, kind: str = "report", confirm: bool = True) -> Item:
        head = self.custody.head()
        seed = hashlib.sha256(b"%d" % head.total).digest()
        item = Item(
            kind=kind,
            state=State.UNCHECKED,
            chain=head.chain,
            seq=head.count,
            report_id=seed[:16] if kind == "report" else b"",
            object_hash=seed,
            tag=seed[:16],
            erase_key=seed,
            size_bytes=4_000 + head.total,
            sensitive=sensitive,
            recorded_at_s=day * DAY_S + head.total,
            sealed_day=day,
            order=head.total,
            log_index=None,
            draft=b"",
            before=head,
        )
        facts = None
        if kind == "report" and not sensitive:
            facts = KeptFacts(f"Killing {head.total}", "Salt Road", "incident", {"n": head.total}, day)
        after = Head(head.chain, head.count + 1, seed, day, head.total + 1)
        with self.vault.write():
            self.custody.add(item, b"envelope %d" % head.total, after, facts)
        if confirm:
            self.custody.confirm(item)
        return item

    def stubs(self) -> list[Stub]:
        return [stub for page in self.custody.lists.pages() for stub in page]

    def expected(self) -> list[Stub]:
        """What the rows say, the slow way."""
        found = []
        for item in reversed(self.custody.items()):
            row_id = self.custody.row_id(item.object_hash)
            kept = self.custody.facts(row_id)
            if item.kind == "report" and item.state is not State.UNCHECKED:
                kind = "" if item.sensitive else "incident"
                found.append(Stub.of(item, row_id, kept, readable=kept is not None, kind=kind))
        return found


boxes = count()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path)
    yield made
    made.vault.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as made:
        yield made


# -- stubs -----------------------------------------------------------------------------------------------
texts = st.text(max_size=40)
ids = st.binary(min_size=16, max_size=16)
stubs = st.builds(
    Stub,
    order=st.integers(0, 2**32 - 1),
    row_id=ids,
    report_id=st.just(b"") | ids,
    state=st.sampled_from([state for state in State if state not in {State.DRAFT, State.UNCHECKED}]),
    kind=texts,
    title=texts,
    area=texts,
    recorded_at_s=st.integers(-(2**62), 2**62),
    sensitive=st.booleans(),
    sealed_day=st.integers(0, 2**32 - 1),
    size_bytes=st.integers(0, 2**32 - 1),
    seq=st.integers(0, 2**32 - 1),
    readable=st.booleans(),
    log_index=st.none() | st.integers(0, 2**62),
)


@given(st.lists(stubs, max_size=4))
def test_a_page_gives_its_stubs_back(page: list[Stub]) -> None:
    row: Any = encode_page(page)
    assert decode_page(row) == tuple(page)


@given(st.recursive(st.none() | st.integers() | st.binary() | texts, lambda inner: st.lists(inner, max_size=4)))
def test_no_value_crashes_the_reader_of_pages(value: Any) -> None:
    for row in (value, [1, value], [1, [value]], [1, [[value, "", "", ""]]]):
        try:
            assert isinstance(decode_page(row), tuple)
        except errors.Damaged:
            continue


# -- the lists say what the rows say ---------------------------------------------------------------------
STEPS = [
    "seal",
    "sensitive",
    "enrol",
    "handed",
    "logged",
    "day",
    "expire",
    "reopen",
    "rebuild",
    "undo",
    "undone",
    "both",
]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=25))
def test_after_any_steps_the_list_is_what_the_rows_say(tmp_path: Path, steps: list[str]) -> None:
    folder = tmp_path / str(next(boxes))
    folder.mkdir()
    box, day = Box(folder), DAY
    for step in steps:
        waiting = [box.custody.row_id(item.object_hash) for item in box.custody.unsent_items()]
        if step in {"seal", "sensitive"}:
            box.seal(day, sensitive=step == "sensitive")
        elif step == "enrol":
            box.seal(day, kind="enrol")
        elif step == "handed":
            box.custody.mark_handed(waiting[:3])
        elif step == "logged":
            box.custody.mark_logged({row_id: n for n, row_id in enumerate(waiting[:3])}, SEEN)
        elif step == "day":
            day += 6
        elif step == "expire":
            box.custody.lists.expire(day, days=14, last=4)
        elif step == "reopen":
            box.reopen()
        elif step == "rebuild":
            box.custody.lists.rebuild()
        elif step == "undone":
            with suppress(errors.DiskFull), box.vault.write():
                box.seal(day)
                box.custody.lists.expire(day, days=14, last=1)
                raise errors.DiskFull
        elif step == "both":  # as sealing does it: what is sealed and what is over in one transaction
            with box.vault.write():
                box.seal(day)
                box.custody.lists.expire(day, days=14, last=4)
                assert box.stubs() == box.expected()
        else:
            box.seal(day, confirm=False)
            assert box.custody.undo_unchecked() == 1
    assert box.stubs() == box.expected()
    totals = box.custody.lists.totals()
    assert sum(totals.waiting) == len(box.custody.unsent_items())
    assert box.custody.unsent_items() == [item for item in box.custody.items() if item.state in UNSENT]
    assert sum(totals.readable) == len(box.vault.ids("facts")) == len(box.custody.lists.readable())
    oldest = box.custody.lists.oldest_waiting()
    assert (oldest and oldest.order) == next((item.order for item in box.custody.unsent_items()), None)
    assert box.custody.lists.rebuilt <= 1 + steps.count("rebuild")
    box.vault.close()


def fill(box: Box, number: int) -> None:
    """Many at once, as the rows that sealing leaves."""
    with box.vault.write():
        for _ in range(number):
            box.seal()


def test_pages_are_counted_filtered_and_scrolled_without_opening_the_others(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.seal(kind="enrol")
    fill(box, 3 * PAGE_STUBS)
    old = box.custody.items()[1 : 2 * PAGE_STUBS]
    box.custody.mark_logged({box.custody.row_id(item.object_hash): item.order for item in old}, SEEN)
    box.reopen()
    opened: list[int] = []
    read = Index._read_page
    monkeypatch.setattr(Index, "_read_page", lambda self, number: (opened.append(number), read(self, number))[1])
    lists = box.custody.lists
    newest = lists.newest(lambda t: t.reports, lambda s: bool(s.report_id), 0, 40)
    assert ([stub.order for stub in newest], opened) == (list(range(3 * PAGE_STUBS, 3 * PAGE_STUBS - 40, -1)), [3, 2])
    opened.clear()
    deep = lists.newest(lambda t: t.reports, lambda s: bool(s.report_id), 300, 340)
    assert ([stub.order for stub in deep], opened) == (list(range(84, 44, -1)), [0])
    opened.clear()
    assert lists.oldest_waiting().order == 0  # type: ignore[union-attr]
    assert opened == []
    assert len(lists.newest(lambda t: t.unsent, lambda s: bool(s.report_id) and s.unsent, 0, 10_000)) == PAGE_STUBS + 1


def test_sealing_and_sending_never_read_all_rows(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(box, 2 * PAGE_STUBS)
    box.reopen()
    monkeypatch.setattr(Vault, "rows", lambda *_: pytest.fail("all rows were opened"))
    monkeypatch.setattr(Custody, "items", lambda *_: pytest.fail("all rows were opened"))
    assert box.custody.undo_unchecked() == 0
    item = box.seal()
    box.custody.mark_handed([box.custody.row_id(item.object_hash)])
    box.custody.lists.expire(DAY + 20, days=14, last=200)
    assert box.custody.find_report(item.report_id).state is State.HANDED  # type: ignore[union-attr]
    assert box.custody.find_report(bytes(16)) is None


# -- damage ----------------------------------------------------------------------------------------------
def hurt(box: Box, table: str, row_id: bytes, sealed: bytes = b"x" * 200) -> None:
    with box.vault.write():
        box.vault._store.put(table, row_id, sealed)
    box.reopen()


@pytest.mark.parametrize("name", [b"page 0", b"page 1", b"summary", b"pending", b"damage"])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_any_damaged_row_of_the_index_is_built_anew_from_the_reports(box: Box, name: bytes, how: str) -> None:
    fill(box, PAGE_STUBS + 5)
    box.seal(sensitive=True)
    before = box.stubs()
    row_id = box.vault.named("index", name)
    if how == "flipped":
        hurt(box, "index", row_id)
    else:
        with box.vault.write():
            box.vault.delete("index", row_id)
        box.reopen()
    assert box.stubs() == before == box.expected()
    assert box.custody.damaged() == {}
    box.seal()
    assert box.custody.undo_unchecked() == 0
    assert len(box.stubs()) == len(before) + 1


def test_an_unchecked_object_is_found_though_the_list_of_them_is_damaged(box: Box) -> None:
    box.seal()
    box.seal(confirm=False)
    hurt(box, "index", box.vault.named("index", b"pending"))
    assert box.custody.undo_unchecked() == 1
    assert [stub.order for stub in box.stubs()] == [0]
    assert box.custody.head().total == 1


def test_an_index_that_an_earlier_program_left_behind_is_not_believed(box: Box) -> None:
    box.seal()
    index = {row_id: box.vault._store.get("index", row_id) for row_id in box.vault.ids("index")}
    box.seal()
    with box.vault.write():
        for row_id in box.vault.ids("index"):
            box.vault.delete("index", row_id)
        for row_id, sealed in index.items():
            box.vault._store.put("index", row_id, sealed or b"")
    box.reopen()
    assert box.stubs() == box.expected()
    assert len(box.stubs()) == 2


def test_a_report_whose_row_is_damaged_or_gone_keeps_its_line_and_is_counted(box: Box) -> None:
    items = [box.seal() for _ in range(4)]
    rows = [box.custody.row_id(item.object_hash) for item in items]
    before = box.stubs()
    hurt(box, "reports", rows[1])
    with box.vault.write():
        box.vault.delete("objects", rows[2])
    assert box.custody.damaged() == {"reports": 1, "objects": 1}
    assert box.custody.damage.known() == {"reports": [rows[1]], "objects": [rows[2]]}
    box.custody.lists.rebuild()
    assert box.stubs() == before
    assert [item.order for item in box.custody.unsent_items()] == [0, 2, 3]


def test_looking_over_finds_every_damaged_row_in_time_and_remembers_it(box: Box) -> None:
    fill(box, 20)
    broken = box.custody.row_id(box.custody.items()[7].object_hash)
    hurt(box, "objects", broken)
    assert box.custody.damage.known() == {}
    for _ in range(20):
        box.custody.damage.look_over(8)
    assert box.custody.damage.known() == {"objects": [broken]}
    box.reopen()
    assert box.custody.damage.known() == {"objects": [broken]}
    box.custody.lists.rebuild()
    box.reopen()
    assert box.custody.damage.known() == {"objects": [broken]}, "a new index does not forget it"
    with box.vault.write():
        box.vault.put("objects", broken, b"whole again")
    assert box.custody.damage.known() == {}


def test_a_full_disk_does_not_hide_the_list_while_the_index_is_damaged(box: Box) -> None:
    fill(box, 5)
    before = box.stubs()
    hurt(box, "index", box.vault.named("index", b"summary"))
    db = box.vault._store._db
    db.execute(f"pragma max_page_count = {db.execute('pragma page_count').fetchone()[0]}").fetchall()
    db.execute("pragma query_only = on")
    assert box.stubs() == before
    db.execute("pragma query_only = off")
    db.execute("pragma max_page_count = 100000").fetchall()
    box.seal()
    box.reopen()
    assert box.stubs() == box.expected()
    assert len(box.stubs()) == 6


def test_an_undone_transaction_leaves_no_line(box: Box) -> None:
    box.seal()
    before = box.stubs()

    def fails() -> None:
        with box.vault.write():
            box.seal()
            assert len(box.stubs()) == 2
            raise errors.DiskFull

    with pytest.raises(errors.DiskFull):
        fails()
    assert box.stubs() == before


# -- attachments -----------------------------------------------------------------------------------------
def test_attachments_are_counted_until_proven_and_the_proven_are_not_opened_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs(box.path.parent, box.vault)

    def put(number: int, state: State, report: bytes = b"r" * 16) -> None:
        with box.vault.write():
            blob_id = number.to_bytes(16, "big")
            blobs.put(Blob(blob_id, b"", report, bytes(32), bytes(32), bytes(32), 9, state))

    assert box.custody.waiting.count(blobs) == 0
    for number in range(100):
        put(number, State.LOGGED)
    put(100, State.SEALED)
    put(101, State.HANDED)
    put(102, State.SEALED, report=b"")  # of a draft: nothing waits for the link yet
    assert box.custody.waiting.count(blobs) == 2
    box.reopen()
    blobs = Blobs(box.path.parent, box.vault)
    opened: list[bytes] = []
    get = Blobs.get
    monkeypatch.setattr(Blobs, "get", lambda self, blob_id: (opened.append(blob_id), get(self, blob_id))[1])
    assert box.custody.waiting.count(blobs) == 2
    assert len(opened) == 3
    put(100, State.LOGGED)
    assert box.custody.waiting.count(blobs) == 1


# -- retention -------------------------------------------------------------------------------------------
def test_the_shipped_policy_is_what_its_schema_allows() -> None:
    schema = json.loads(assets.read_text("policy/retention.schema.json"))
    shipped = assets.read_json("policy/retention.json")
    assert set(shipped) <= set(schema["properties"])
    assert set(shipped["facts"]) == set(schema["properties"]["facts"]["required"])
    assert retention.policy() == retention.Policy(days=14, last=200)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {},
        {"format": 2, "facts": {"days": 1, "last": 1}},
        {"format": 1, "facts": {"days": -1, "last": 1}},
        {"format": 1, "facts": {"days": 1, "last": 10_001}},
        {"format": 1, "facts": {"days": 367, "last": 1}},
        {"format": 1, "facts": {"days": True, "last": 1}},
        {"format": 1, "facts": {"days": 1}},
        {"format": 1, "facts": {"days": 1, "last": 1, "more": 1}},
        {"format": 1, "facts": {"days": 1, "last": 1}, "more": 1},
    ],
)
def test_a_policy_of_another_form_is_refused(bad: object) -> None:
    with pytest.raises(errors.Malformed):
        retention.parse_policy(bad)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ages=st.lists(st.integers(0, 30), min_size=1, max_size=20),
    days=st.integers(0, 20),
    last=st.integers(0, 12),
    damaged=st.integers(0, 19),
)
def test_facts_stay_for_their_days_and_no_more_than_the_newest(
    tmp_path: Path, ages: list[int], days: int, last: int, damaged: int
) -> None:
    folder = tmp_path / str(next(boxes))
    folder.mkdir()
    box = Box(folder)
    ages.sort(reverse=True)
    items = [box.seal(DAY - age) for age in ages]
    if damaged < len(items):
        hurt(box, "facts", box.custody.row_id(items[damaged].object_hash))
    kept = [place for place, age in enumerate(ages) if age <= days and place >= len(ages) - last]
    assert box.custody.lists.expire(DAY, days=days, last=last) == len(ages) - len(kept)
    left = [box.custody.row_id(items[place].object_hash) for place in kept]
    assert sorted(box.vault.ids("facts")) == sorted(left)
    by_row = {stub.row_id: stub for stub in box.stubs()}
    for place, item in enumerate(items):
        stub = by_row[box.custody.row_id(item.object_hash)]
        assert (stub.title != "", stub.area != "", stub.readable) == (place in kept,) * 3
        assert stub.kind == "incident", "what kind of report it was stays known"
    assert box.custody.lists.expire(DAY, days=days, last=last) == 0
    box.vault.close()


def test_facts_whose_report_is_lost_expire_like_all_others(box: Box) -> None:
    old, young = box.seal(DAY - 10), box.seal(DAY)
    with box.vault.write():
        for item in (old, young):
            box.vault.delete("reports", box.custody.row_id(item.object_hash))
        for row_id in box.vault.ids("index"):
            box.vault.delete("index", row_id)
    box.reopen()
    assert box.custody.lists.expire(DAY + 5, days=14, last=200) == 1
    assert box.vault.ids("facts") == [box.custody.row_id(young.object_hash)]
    assert box.custody.lists.expire(DAY + 15, days=14, last=200) == 1
    assert box.vault.ids("facts") == []


def test_expiry_leaves_nothing_of_the_facts_in_file_or_log(tmp_path: Path) -> None:
    with tablet(tmp_path) as made:
        report_id = record(made, as_json(example()))
        row_id = made.custody.find_report(parse_report_id(report_id)).row_id  # type: ignore[union-attr]
        sealed = made.vault._store.get("facts", row_id)
        assert sealed is not None
        made.ports.clock.at_s += 16 * DAY_S  # type: ignore[attr-defined]
        assert retention.apply(made) == 1
        assert retention.apply(made) == 0
        left = b"".join(path.read_bytes() for path in made.home.iterdir() if path.is_file())
        assert not any(sealed[at : at + 48] in left for at in range(0, len(sealed) - 48, 16))
        row = made.listing().row(report_id)
        assert (row.title, row.area, row.kind, row.readable_until_day) == ("", "", "incident", None)


def test_sealing_forgets_older_facts_in_its_own_transactions_and_leaves_nothing_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "policy", lambda: retention.Policy(days=14, last=1))
    with tablet(tmp_path) as made:
        first = made.custody.find_report(parse_report_id(record(made, as_json(example()))))
        assert first is not None
        sealed = made.vault._store.get("facts", first.row_id)
        assert sealed is not None
        begun = made.vault.begun
        second = record(made, as_json(example()))
        assert (made.vault.begun - begun, made.vault.kept) == (2, made.vault.begun), (
            "one for the object, one for all else"
        )
        assert [stub.report_id for stub in made.custody.lists.readable()] == [parse_report_id(second)]
        left = b"".join(path.read_bytes() for path in made.home.iterdir() if path.is_file())
        assert not any(sealed[at : at + 48] in left for at in range(0, len(sealed) - 48, 16))


def test_what_one_transaction_has_read_and_written_is_not_read_again_by_the_next(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(box, PAGE_STUBS // 2)
    box.seal()
    read = Index._read_page
    opened: list[int] = []
    monkeypatch.setattr(Index, "_read_page", lambda self, number: (opened.append(number), read(self, number))[1])
    for _ in range(5):
        box.seal()
    assert opened == []
    with suppress(errors.DiskFull), box.vault.write():
        box.seal()
        raise errors.DiskFull
    assert box.stubs() == box.expected()
    assert opened == [0], "what was undone is not believed"


def test_sensitive_reports_leave_nothing_readable(own: Tablet) -> None:
    report_id = record(own, as_json(example("child")))
    (row,) = own.listing().rows("all", 0, 10)
    assert (row.id, row.sensitive, row.title, row.area, row.kind) == (report_id, True, "", "", "")
    assert row.readable_until_day is None
    assert row.recorded_at_s % DAY_S == 0
    assert own.vault.ids("facts") == []
    assert search.find(own, "recruitment").rows == ()
    assert [found.id for found in search.find(own, report_id).rows] == [report_id]


# -- listing ---------------------------------------------------------------------------------------------
def silent(_: object) -> None:
    """Nobody looks."""


def test_the_listing_counts_and_filters(own: Tablet) -> None:
    sent = [record(own, as_json(example())) for _ in range(2)]
    sync(own, MemoryRelay(), silent)
    waiting = [record(own, as_json(example("own-observation"))) for _ in range(3)]
    draft.start(own, "flash")
    listing = own.listing()
    assert listing.counts == {"all": 6, "drafts": 1, "unsent": 3, "done": 2}
    assert set(listing.counts) == set(FILTERS)
    everything = [*reversed(waiting), *reversed(sent)]
    assert [row.id for row in listing.rows("all", 0, 99)] == everything
    assert [row.id for row in listing.rows("all", 1, 4)] == everything[1:4]
    assert [row.id for row in listing.rows("unsent", 0, 99)] == everything[:3]
    assert [row.id for row in listing.rows("done", 0, 1)] == everything[3:4]
    assert listing.rows("drafts", 0, 99) == listing.rows("all", 9, 12) == []
    assert listing.row(sent[0]).state is State.LOGGED
    assert own.reports() == listing.rows("all", 0, 99)
    with pytest.raises(errors.NotFound):
        listing.row(report_id_text(bytes(16)))
    with pytest.raises(errors.Malformed):
        listing.row("nonsense")


def test_the_list_is_the_same_after_unlocking_again(own: Tablet) -> None:
    for name in ("incident", "flash", "child"):
        record(own, as_json(example(name)))
    rows = own.reports()
    again = reopen(own)
    assert again.reports() == rows
    assert again.custody.lists.rebuilt == 0
    again.close()


# -- search ----------------------------------------------------------------------------------------------
def test_a_search_finds_by_title_area_kind_day_number_and_facts(own: Tablet) -> None:
    report_id = record(own, as_json(example() | {"note": "Burnt granary by the old well"}))
    row = own.listing().row(report_id)
    for query in (
        row.title,
        row.title.upper(),
        row.area,
        "incident",
        "GRANARY burnt",
        f"granary {row.area}",
        report_id,
        report_id.lower()[3:9],
        short_report_id(parse_report_id(report_id)),
        "2026-11",
    ):
        assert [found.id for found in search.find(own, query).rows] == [report_id], query
    for query in ("", "   ", "-", "granary zyzzyva", "2026-10-01", "x" * 5_000):
        assert search.find(own, query).rows == (), query
    assert [found.id for found in search.find(own, "Vorfall", kinds={"incident": "Vorfall"}).rows] == [report_id]


def test_a_search_forgets_with_the_facts(own: Tablet) -> None:
    report_id = record(own, as_json(example() | {"note": "Burnt granary"}))
    title = own.listing().row(report_id).title
    own.ports.clock.at_s += 16 * DAY_S  # type: ignore[attr-defined]
    retention.apply(own)
    assert search.find(own, "granary").rows == search.find(own, title).rows == ()
    assert [found.id for found in search.find(own, "incident").rows] == [report_id]


def test_a_search_says_when_there_is_more(own: Tablet) -> None:
    made = [record(own, as_json(example())) for _ in range(3)]
    found = search.find(own, "incident", limit=2)
    assert ([row.id for row in found.rows], found.more) == (made[:0:-1], True)
    assert not search.find(own, "incident", limit=3).more


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Évènement à Goré", "evenement a gore"),
        ("مُحَافَظَة", "محافظه"),
        ("أحمد إلى", "احمد الي"),
        ("١٢٣ ـــ", "123"),
        ("North-Ford, (2)", "north ford 2"),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_folding_makes_what_people_type_alike(text: str, folded: str) -> None:
    assert search.fold(text) == folded


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert search.fold(search.fold(text)) == search.fold(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
def test_no_query_crashes_the_search(searched: Tablet, query: str) -> None:
    assert isinstance(search.find(searched, query).more, bool)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    with tablet(tmp_path_factory.mktemp("searched")) as made:
        record(made, as_json(example()))
        yield made


# -- drafts ----------------------------------------------------------------------------------------------
def rewrite(own: Tablet, draft_id: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Writes a draft's row as another version of the program would."""
    from fieldapp.flows import panic

    key = panic.draft_key(own, draft_id)
    value: Any = own.vault.get("drafts", draft_id, key)
    with own.vault.write():
        own.vault.put("drafts", draft_id, change(dict(value)), key)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value | {"report": json.dumps({"form": 99, "kind": "flash"}).encode()},
        lambda value: value | {"v": 2, "report": ["of a later version"]},
    ],
)
def test_a_draft_of_a_newer_version_is_named_and_not_touched(
    own: Tablet, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    good, newer = draft.start(own, "incident"), draft.start(own, "flash")
    rewrite(own, newer, change)
    sealed = own.vault._store.get("drafts", newer)
    assert {row.id: row.state for row in draft.list_drafts(own)} == {good: "open", newer: "newer"}
    for work in (
        lambda: draft.load(own, newer),
        lambda: draft.save(own, newer, {"form": 1}),
    ):
        with pytest.raises(draft.DraftNewer):
            work()
    assert own.vault._store.get("drafts", newer) == sealed
    assert status.damaged(own) == {}
    assert [row["state"] for row in status.drafts(own)] == ["open", "newer"]


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"1"])
def test_a_draft_that_is_not_what_we_write_is_damaged(own: Tablet, text: bytes) -> None:
    draft_id = draft.start(own, "flash")
    rewrite(own, draft_id, lambda value: value | {"report": text})
    assert [row.state for row in draft.list_drafts(own)] == ["damaged"]
    with pytest.raises(DamagedRow):
        draft.load(own, draft_id)


def test_an_older_form_of_a_draft_opens_with_its_number(own: Tablet) -> None:
    draft_id = draft.start(own, "incident")
    draft.save(own, draft_id, {"form": 1, "kind": "incident"})
    assert draft.read(own, draft_id).form == 1
    rewrite(own, draft_id, lambda value: {name: each for name, each in value.items() if name != "v"})
    assert draft.read(own, draft_id).form == 1, "a row from before rows had a number"


def test_drafts_are_told_without_what_they_say(own: Tablet) -> None:
    draft_id = draft.start(own, "incident")
    draft.save(own, draft_id, example())
    (row,) = status.drafts(own)
    assert row == {"id": draft_id.hex(), "kind": "incident", "saved_at": "2026-11-18T11:06:40+00:00", "state": "open"}


# -- status ----------------------------------------------------------------------------------------------
def test_status_counts_without_telling_more(own: Tablet) -> None:
    record(own, as_json(example()))
    draft.start(own, "flash")
    told = status.status(own, DesktopDevice())
    assert (told["unsent"], told["draft_count"], told["attachments_waiting"]) == (2, 1, 0)
    assert "panicked" not in told
    assert [row["state"] for row in told["reports"]] == ["sealed"]
    json.dumps(told)


def test_conditions_know_the_oldest_unsent_and_a_lost_clock(tmp_path: Path) -> None:
    clock = SetClock()
    with tablet(tmp_path, clock) as made:
        record(made, as_json(example()))
        clock.at_s += 9 * DAY_S
        assert ("unsent-days", 9) in [(found.code, found.number) for found in status.conditions(made, DesktopDevice())]
        clock.at_s = 1_060_000_000
        assert ("clock-suspect", 2003) in [
            (found.code, found.number) for found in status.conditions(made, DesktopDevice())
        ]


def test_a_lost_head_of_the_chain_begins_another(own: Tablet) -> None:
    record(own, as_json(example()))
    with own.vault.write():
        own.vault.delete("state", own.vault.named("state", b"chain"))
    again = reopen(own)
    record(again, as_json(example()))
    items = again.custody.items()
    assert [item.seq for item in items] == [0, 1, 0, 1]
    assert items[2].chain != items[0].chain
    assert [item.order for item in items] == [0, 1, 2, 3]
    assert len(again.reports()) == 2
    again.close()


def test_a_vault_of_before_there_was_an_index_lists_everything(own: Tablet) -> None:
    report_id = record(own, as_json(example()))
    own.close()
    with sqlite3.connect(own.home / DB_NAME) as conn:
        conn.execute('drop table "index"')
    again = Tablet.open(own.home, "copper-lantern-orchard-violet-summit-harbor", own.ports)
    assert [row.id for row in again.reports()] == [report_id]
    again.close()
