"""The relay's log on a real database: what one group of jobs does, and what it leaves when it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firsthand.errors import BadProof, Damaged, DiskFull, FirsthandError, NotFound, WrongMission
from firsthand.protocol import bundle, checkpoint, merkle, receipt, token
from firsthand.protocol.bundle import BatchItem
from firsthand.protocol.signing import SigningKey
from sync_server.relay.inbox import Inbox
from sync_server.relay.log import Erase, Job, Log, Look, Register, Upload
from sync_server.relay.refusals import HashMismatch, TokenBound, TokenUnknown
from sync_server.relay.store import Store
from tests.support.relay_fixture import (
    ADMIN_KEY,
    LOG_KEY,
    ORIGIN,
    TOKENS,
    drop_tokens,
    erase_key,
    make_folder,
    make_item,
)

DAY = 20_000


@dataclass
class SettableClock:
    """A clock that a test moves."""

    day: int = DAY

    def now_s(self) -> int:
        return self.day * 86_400 + 3_600

    def tz_min(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return 0.0


@dataclass
class Bench:
    """A log and what a test needs around it."""

    folder: Path
    store: Store
    log: Log
    clock: SettableClock

    def do(self, *jobs: Job) -> list[bytes | FirsthandError]:
        return self.log.commit(jobs)

    def size(self) -> int:
        with self.store.reading() as reading:
            return reading.head().frontier.size

    def reopen(self) -> Log:
        return open_log(self.folder, self.store, self.clock)


def open_log(folder: Path, store: Store, clock: SettableClock) -> Log:
    inbox = Inbox(folder / "inbox", ADMIN_KEY.public)
    return Log(store=store, inbox=inbox, origin=ORIGIN, key=LOG_KEY, clock=clock)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    folder, clock = make_folder(tmp_path / "relay"), SettableClock()
    store = Store(folder / "relay.db")
    yield Bench(folder, store, open_log(folder, store, clock), clock)
    store.close()


def upload(number: int, *names: str, items: list[BatchItem] | None = None) -> Upload:
    batch = tuple(items or [make_item(name) for name in names])
    return Upload(token.spent_hash(TOKENS[number]), bundle.batch_list_hash(batch), batch)


def believed(answer: bytes | FirsthandError, *names: str) -> list[int]:
    """Leaf indexes of an answer whose receipts hold for these objects."""
    assert isinstance(answer, bytes), answer
    note, receipts = bundle.decode_receipts(answer)
    point = checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN)
    items = [make_item(name) for name in names]
    assert [each.object_hash for each in receipts] == [item.object_hash for item in items]
    for each, item in zip(receipts, items, strict=True):
        receipt.verify(each, item.tag, point)
    return [each.index for each in receipts]


def test_each_upload_of_a_group_gets_its_own_receipts(bench: Bench) -> None:
    first, second = bench.do(upload(0, "a", "b"), upload(1, "c"))
    assert believed(first, "a", "b") == [0, 1]
    assert believed(second, "c") == [2]


def test_receipts_hold_at_every_size_of_the_log(bench: Bench) -> None:
    for number in range(40):
        (answer,) = bench.do(upload(number, f"n{number}"))
        assert believed(answer, f"n{number}") == [number]
    for number in range(40):  # the same again: proofs now come from stored nodes
        (answer,) = bench.do(upload(number, f"n{number}"))
        assert believed(answer, f"n{number}") == [number]
    assert bench.size() == 40


def test_a_known_object_gets_its_old_leaf_under_another_token_too(bench: Bench) -> None:
    bench.do(upload(0, "a", "b"))
    (answer,) = bench.do(upload(1, "b", "c"))
    assert believed(answer, "b", "c") == [1, 2]
    assert bench.size() == 3


def test_the_same_object_twice_in_one_group_is_stored_once(bench: Bench) -> None:
    first, second = bench.do(upload(0, "a"), upload(1, "b", "a"))
    assert believed(first, "a") == [0]
    assert believed(second, "b", "a") == [1, 0]
    assert bench.size() == 2


def test_one_token_opens_one_list(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    same, other = bench.do(upload(0, "a"), upload(0, "b"))
    assert believed(same, "a") == [0]
    assert isinstance(other, TokenBound)
    assert bench.size() == 1


def test_a_token_shown_twice_in_one_group_opens_the_first_list(bench: Bench) -> None:
    first, second = bench.do(upload(0, "a"), upload(0, "b"))
    assert believed(first, "a") == [0]
    assert isinstance(second, TokenBound)


def test_a_refused_upload_leaves_no_trace_and_harms_nobody(bench: Bench) -> None:
    unknown = Upload(token.spent_hash(b"?" * 32), b"", (make_item("x"),))
    refused, good = bench.do(unknown, upload(0, "a"))
    assert isinstance(refused, TokenUnknown)
    assert believed(good, "a") == [0]
    with bench.store.reading() as reading:
        assert reading.objects([make_item("x").object_hash]) == {}


def test_a_known_object_with_another_tag_is_refused_and_the_token_is_not_spent(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    other = BatchItem(make_item("a").object_hash, b"t" * 16, make_item("a").data)
    (refused,) = bench.do(upload(1, items=[other]))
    assert isinstance(refused, HashMismatch)
    (answer,) = bench.do(upload(1, "b"))
    assert believed(answer, "b") == [1]


def test_looking_at_a_token_does_not_spend_it(bench: Bench) -> None:
    good, bad = bench.do(Look(token.spent_hash(TOKENS[0])), Look(b"?" * 32))
    assert isinstance(good, bytes)
    assert isinstance(bad, TokenUnknown)
    (answer,) = bench.do(upload(0, "a"))
    assert believed(answer, "a") == [0]


def test_a_binding_is_forgotten_after_30_days_but_the_token_stays_spent(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    bench.clock.day = DAY + 30
    bench.do(upload(1, "b"))
    (within,) = bench.do(upload(0, "a"))
    assert believed(within, "a") == [0]
    bench.clock.day = DAY + 31
    bench.do(upload(2, "c"))
    (after,) = bench.do(upload(0, "a"))
    assert isinstance(after, TokenBound)


def test_registering_again_does_not_revive_a_spent_token(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    bench.do(Register([token.spent_hash(item) for item in TOKENS]))
    (refused,) = bench.do(upload(0, "b"))
    assert isinstance(refused, TokenBound)


def test_registered_tokens_are_good_at_once(bench: Bench) -> None:
    fresh = token.block_tokens(b"another seed for a second tablet"[:32], 0)
    items = (make_item("a"),)
    job = Upload(token.spent_hash(fresh[0]), bundle.batch_list_hash(items), items)
    (before,) = bench.do(job)
    assert isinstance(before, TokenUnknown)
    bench.do(Register([token.spent_hash(item) for item in fresh]))
    (after,) = bench.do(job)
    assert believed(after, "a") == [0]


def test_the_inbox_is_read_at_the_start_and_when_an_unknown_token_comes(bench: Bench) -> None:
    assert list((bench.folder / "inbox").iterdir()) == []
    fresh = token.block_tokens(b"s" * 32, 0)
    drop_tokens(bench.folder, fresh, "later.tokens")
    (known,) = bench.do(Look(token.spent_hash(fresh[5])))
    assert isinstance(known, bytes)
    assert list((bench.folder / "inbox").iterdir()) == []


def test_a_bad_statement_in_the_inbox_is_told_once_left_there_and_read_again_when_repaired(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = token.block_tokens(b"s" * 32, 0)
    path = bench.folder / "inbox" / "secret-name.tokens"
    stranger = SigningKey.from_seed(b"x" * 32)
    path.write_bytes(bundle.token_statement(stranger, [token.spent_hash(item) for item in fresh]))
    for _ in range(3):
        (unknown,) = bench.do(Look(token.spent_hash(fresh[0])))
        assert isinstance(unknown, TokenUnknown)
    assert path.exists()
    told = capsys.readouterr().err
    assert told.count("not good") == 1
    assert "secret-name" not in told
    drop_tokens(bench.folder, fresh, "secret-name.tokens")
    (known,) = bench.do(Look(token.spent_hash(fresh[0])))
    assert isinstance(known, bytes)


def test_whoever_shows_the_key_has_the_object_erased_and_gets_the_tombstone(bench: Bench) -> None:
    bench.do(upload(0, "a", "b"))
    name, key = make_item("a").object_hash, erase_key("a")
    first, again = bench.do(Erase(name, key), Erase(name, key))
    assert isinstance(first, bytes)
    assert first == again
    note, (proof,) = bundle.decode_receipts(first)
    receipt.verify_erased(proof, key, checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN))
    with bench.store.reading() as reading:
        assert reading.data(name) is None
        assert reading.data(make_item("b").object_hash) == make_item("b").data
        assert reading.head().objects == 1


def test_an_erased_object_is_not_stored_again(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    bench.do(Erase(make_item("a").object_hash, erase_key("a")))
    (answer,) = bench.do(upload(1, "a"))
    assert believed(answer, "a") == [0]
    with bench.store.reading() as reading:
        assert reading.data(make_item("a").object_hash) is None


def test_an_object_may_be_erased_in_the_very_group_that_brings_it(bench: Bench) -> None:
    came, went = bench.do(upload(0, "a"), Erase(make_item("a").object_hash, erase_key("a")))
    assert believed(came, "a") == [0]
    assert isinstance(went, bytes)
    with bench.store.reading() as reading:
        assert reading.data(make_item("a").object_hash) is None
        assert len(reading.leaves(0, 10)) == 2


def test_erased_bytes_are_found_nowhere_in_the_folder(bench: Bench) -> None:
    bench.do(upload(0, "a", "b"))
    bench.do(Erase(make_item("a").object_hash, erase_key("a")))
    bench.log.scrub_if_due()
    disk = b"".join(path.read_bytes() for path in bench.folder.rglob("*") if path.is_file())
    assert make_item("b").data[:200] in disk
    assert make_item("a").data[:200] not in disk


def test_a_wrong_key_or_an_unknown_object_erases_nothing(bench: Bench) -> None:
    bench.do(upload(0, "a"))
    wrong, unknown = bench.do(
        Erase(make_item("a").object_hash, erase_key("b")), Erase(make_item("b").object_hash, erase_key("b"))
    )
    assert isinstance(wrong, BadProof)
    assert isinstance(unknown, NotFound)
    assert bench.size() == 1


def test_the_day_of_the_log_never_goes_back(bench: Bench) -> None:
    bench.clock.day = DAY + 5
    bench.do(upload(0, "a"))
    bench.clock.day = DAY - 4000
    (answer,) = bench.do(upload(1, "b"))
    assert isinstance(answer, bytes)
    note, _ = bundle.decode_receipts(answer)
    assert checkpoint.parse_and_verify(note, LOG_KEY.public, ORIGIN).day == DAY + 5


def test_a_clock_before_1970_still_makes_checkpoints(bench: Bench) -> None:
    bench.clock.day = -900
    (answer,) = bench.do(upload(0, "a"))
    assert believed(answer, "a") == [0]


def test_leaves_make_the_signed_root(bench: Bench) -> None:
    bench.do(upload(0, "a", "b", "c"))
    bench.do(Erase(make_item("b").object_hash, erase_key("b")))
    bench.do(upload(1, "d"))
    frontier = merkle.Frontier()
    with bench.store.reading() as reading:
        for leaf in reading.leaves(0, 100):
            frontier.append(merkle.leaf_hash(leaf))
        point = checkpoint.parse_and_verify(reading.head().note, LOG_KEY.public, ORIGIN)
    assert (frontier.size, frontier.root()) == (point.size, point.root)


def test_a_log_goes_on_after_it_was_opened_again(bench: Bench) -> None:
    bench.do(upload(0, "a", "b", "c"))
    log = bench.reopen()
    (answer,) = log.commit([upload(1, "d")])
    assert believed(answer, "d") == [3]


def test_a_log_of_another_origin_is_not_continued(bench: Bench) -> None:
    inbox = Inbox(bench.folder / "inbox", ADMIN_KEY.public)
    with pytest.raises(WrongMission):
        Log(store=bench.store, inbox=inbox, origin="another/log", key=LOG_KEY, clock=bench.clock)


def test_a_log_is_not_continued_with_another_key(bench: Bench) -> None:
    inbox = Inbox(bench.folder / "inbox", ADMIN_KEY.public)
    with pytest.raises(Damaged):
        Log(store=bench.store, inbox=inbox, origin=ORIGIN, key=ADMIN_KEY, clock=bench.clock)


def test_a_damaged_database_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "relay.db"
    path.write_bytes(b"this is no database " * 500)
    with pytest.raises(Damaged):
        Store(path)


def test_when_the_disk_is_full_nothing_of_the_group_happens_and_the_rest_stays(tmp_path: Path) -> None:
    folder, clock = make_folder(tmp_path / "relay"), SettableClock()
    store = Store(folder / "relay.db", quota_bytes=1024 * 1024)
    log = open_log(folder, store, clock)
    stored, refused = [], None
    for number in range(40):
        try:
            (answer,) = log.commit([upload(number, items=[make_item(f"big{number}", 100_000)])])
        except DiskFull as error:
            refused = error
            break
        assert isinstance(answer, bytes)
        stored.append(number)
    assert refused is not None
    assert 1 < len(stored) < 11
    bench = Bench(folder, store, open_log(folder, store, clock), clock)
    assert bench.size() == len(stored)
    for number in stored:
        (answer,) = bench.do(upload(number, items=[make_item(f"big{number}", 100_000)]))
        assert isinstance(answer, bytes)
    with store.reading() as reading:  # the token of the refused upload is still good
        refused_token = reading.tokens([token.spent_hash(TOKENS[len(stored)])])
    assert [each.spent for each in refused_token.values()] == [False]
    store.close()
