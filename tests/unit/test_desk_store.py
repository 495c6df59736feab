"""The desk's file: unreadable without its key, all or nothing, and a journal that only grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from firsthand.errors import Damaged, DiskFull
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from tests.support.desk_world import World

KEY = bytes(range(32))
CANARY = "Kwezi-canary-7731"


def test_what_is_kept_is_not_on_the_disk_in_clear(tmp_path: Path) -> None:
    world = World(2)
    tablet = world.tablet()
    store = world.store(tmp_path)
    for sealed in (tablet.enrol(), tablet.report(adm1=CANARY, what=CANARY)):
        world.log.add(sealed)
    world.pull(store)
    PeopleStore(store).note(1, CANARY, "read", CANARY)
    assert store.one("SELECT area FROM report")[0] == CANARY
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert CANARY.encode() not in data and CANARY.encode("utf-16-le") not in data, path.name
        assert b"SQLite format" not in data[:32], path.name
    store.close()


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    Store.open(tmp_path / "store.db", KEY).close()
    with pytest.raises(Damaged):
        Store.open(tmp_path / "store.db", bytes(32))


def test_a_cut_file_is_damaged_and_not_a_new_desk(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(path, KEY).close()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(Damaged):
        Store.open(path, KEY)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    Store.open(tmp_path / "store.db", KEY).close()
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", KEY)

    def write() -> None:
        with store.transaction():
            store.put("one", 1)
            with store.transaction():
                store.put("two", 2)
            raise ValueError

    with pytest.raises(ValueError):
        write()
    assert (store.get("one"), store.get("two")) == (None, None)
    with store.transaction():
        store.put("one", 1)
    store.close()
    again = Store.open(tmp_path / "store.db", KEY)
    assert again.get("one") == 1
    again.close()


def test_a_full_disk_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", KEY)
    store.put("kept", 1)
    pages = store.one("PRAGMA page_count")[0]
    store.execute(f"PRAGMA max_page_count = {pages + 2}")

    def fill() -> None:
        with store.transaction():
            for n in range(50):
                store.put(f"big{n}", bytes(4000))

    with pytest.raises(DiskFull):
        fill()
    assert store.get("kept") == 1
    assert store.get("big0") is None
    store.close()


@pytest.mark.parametrize("change", ["UPDATE journal SET person = 'somebody else'", "DELETE FROM journal"])
def test_the_journal_cannot_be_changed(tmp_path: Path, change: str) -> None:
    store = Store.open(tmp_path / "store.db", KEY)
    people = PeopleStore(store)
    people.note(1, "Analyst 4", "read", "7")
    with pytest.raises(Damaged):
        store.execute(change)
    assert [(e.person, e.subject) for e in people.journal(5)] == [("Analyst 4", "7")]
    assert people.journal_is_whole()
    store.close()


def test_a_journal_that_was_cut_by_hand_shows_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", KEY)
    people = PeopleStore(store)
    for n in range(4):
        people.note(n, "Analyst 4", "read", str(n))
    store.execute("DROP TRIGGER journal_stays")
    store.execute("DELETE FROM journal WHERE id = 2")
    assert not people.journal_is_whole()
    store.close()
