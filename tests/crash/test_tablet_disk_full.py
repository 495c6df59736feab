"""No room on the disk: the step fails with its own sentence, and everything that was there still is."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldapp.flows import draft
from fieldapp.flows.draft import DraftId
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import record, seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.custody import Custody
from fieldapp.vault.records import State
from fieldapp.vault.vault import DB_NAME
from firsthand import errors
from tests.support.tablets import PASSPHRASE, as_json, example, mission, ports, tablet

pytestmark = pytest.mark.slow

FULL, DONE, OTHER = 7, 0, 98


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        yield own


def fill_up(made: Tablet) -> None:
    """SQLite may not take another page."""
    db = made.vault._store._db
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages}").fetchall()


def make_room(made: Tablet) -> None:
    made.vault._store._db.execute("pragma max_page_count = 1000000").fetchall()


def long_draft(made: Tablet) -> DraftId:
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, example())
    return draft_id


def test_sealing_without_room_keeps_the_draft_and_the_chain(made: Tablet) -> None:
    draft_id = long_draft(made)
    head = made.custody.head()
    fill_up(made)
    for _ in range(3):
        with pytest.raises(errors.DiskFull) as caught:
            seal_draft(made, draft_id)
    assert caught.value.exit_code == errors.EXIT_DISK
    assert draft.load(made, draft_id) == example()
    assert (made.custody.head(), made.reports()) == (head, [])
    make_room(made)
    seal_draft(made, draft_id)
    assert [item.seq for item in made.custody.items()] == [0, 1]


def test_an_object_that_could_not_even_be_taken_back_goes_before_the_next_seal(
    made: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next unlocking would take it back from under a later one, and the chain would fork."""
    draft_id = long_draft(made)

    def no_room(*_: object) -> None:
        raise errors.DiskFull

    with monkeypatch.context() as full:
        full.setattr(Custody, "confirm", no_room)
        full.setattr(Custody, "undo", no_room)
        with pytest.raises(errors.DiskFull):
            seal_draft(made, draft_id)
    assert made.undo_first
    assert made.reports() == []
    seal_draft(made, draft_id)
    record(made, as_json(example()))
    made.close()
    with Tablet.open(made.home, PASSPHRASE, made.ports) as again:
        assert again.recovered == 0
        assert [(item.seq, item.state) for item in again.custody.items()] == [(seq, State.SEALED) for seq in range(3)]


def test_saving_without_room_keeps_the_last_saved_state(made: Tablet) -> None:
    draft_id = long_draft(made)
    fill_up(made)
    with pytest.raises(errors.DiskFull):
        draft.save(made, draft_id, example() | {"narrative": {"what_happened": "x" * 20_000}})
    assert draft.load(made, draft_id) == example()


def limited(home: Path, more_bytes: int, work: Callable[[], None]) -> int:
    """Forks and does the work where no file may grow past the vault's present size and a bit more."""
    size = (home / DB_NAME).stat().st_size if (home / DB_NAME).exists() else 0
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + more_bytes, resource.RLIM_INFINITY))
        try:
            work()
        except errors.DiskFull:
            os._exit(FULL)
        except BaseException:  # noqa: BLE001 - a forked child must not return into pytest
            os._exit(OTHER)
        os._exit(DONE)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_wherever_the_disk_fills_up_during_a_seal_the_report_is_there_once(tmp_path: Path) -> None:
    outcomes = set()
    for room in (16_384, 32_768, 65_536, 98_304, 131_072, 196_608, 1 << 24):  # bytes that any one file may have
        with tablet(tmp_path) as made:
            draft_id = long_draft(made)
            home = made.home
        more = room - (home / DB_NAME).stat().st_size

        def work(home: Path = home, draft_id: DraftId = draft_id) -> None:
            seal_draft(Tablet.open(home, PASSPHRASE, ports("full")), draft_id)

        code = limited(home, more, work)
        assert code in {FULL, DONE}, more
        outcomes.add(code)
        with Tablet.open(home, PASSPHRASE, ports("after")) as made:
            assert len(made.reports()) == (1 if code == DONE else 0), more
            assert len(draft.list_drafts(made)) == (0 if code == DONE else 1), more
            record(made, as_json(example()))
            assert [item.seq for item in made.custody.items()] == list(range(len(made.custody.items())))
    assert outcomes == {FULL, DONE}


def test_an_officer_can_unlock_and_read_on_a_full_disk(tmp_path: Path) -> None:
    with tablet(tmp_path) as made:
        draft_id = long_draft(made)
        record(made, as_json(example()))
        home = made.home
    (home / "head").unlink()  # it would be written anew

    def work() -> None:
        with Tablet.open(home, PASSPHRASE, ports("full")) as full:
            assert full.reports()[0].title
            assert draft.load(full, draft_id) == example()

    size = (home / DB_NAME).stat().st_size
    assert limited(home, 32_768 - size, work) == DONE  # room for SQLite's shared index, for no row


def test_enrolling_without_room_makes_nothing_and_works_later(tmp_path: Path) -> None:
    data = mission().invitation()
    home = tmp_path / "home"
    assert limited(home, 8_192, lambda: enrol(home, data, PASSPHRASE, ports("full")).close()) == FULL
    enrol(home, data, PASSPHRASE, ports("again")).close()
    Tablet.open(home, PASSPHRASE, ports("again")).close()
