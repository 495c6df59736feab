"""Sync: every object is stored once, and nothing is believed that is not proven."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import record, record_many
from fieldapp.flows.training import training
from fieldapp.flows.unlock import Tablet
from fieldapp.sync import plan as planning
from fieldapp.sync.carrier import RelayBusy, RelayFull, TokenUnknown, TrainingNeverSends
from fieldapp.sync.plan import BATCH_BYTES, BATCH_ITEMS, plan
from fieldapp.sync.worker import Progress, SyncResult, sync
from fieldapp.vault.records import Item, State
from firsthand import errors
from firsthand.protocol import bundle, checkpoint, token
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.receipt import Receipt
from firsthand.protocol.signing import SigningKey
from tests.support.tablets import PASSPHRASE, MemoryRelay, as_json, example, mission, ports, reopen, tablet

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        yield own


@pytest.fixture
def relay() -> MemoryRelay:
    return MemoryRelay()


def silent(_: Progress) -> None:
    """Nobody looks."""


def states(made: Tablet) -> list[State]:
    return [item.state for item in made.custody.items()]


def some_reports(made: Tablet, count: int) -> None:
    record_many(made, [as_json(example())] * count)


# -- the straight way ------------------------------------------------------------------------------------
def test_everything_sealed_becomes_logged_with_its_place_in_the_log(made: Tablet, relay: MemoryRelay) -> None:
    relay.grow(5)
    some_reports(made, 3)
    assert sync(made, relay, silent) == SyncResult(logged=4, waiting=0, damaged=0)
    assert states(made) == [State.LOGGED] * 4
    assert [item.log_index for item in made.custody.items()] == [5, 6, 7, 8]
    assert {item.object_hash for item in made.custody.items()} <= set(relay.objects)
    seen = made.custody.seen()
    assert seen is not None
    assert seen.size == 9


def test_the_enrolment_goes_first(made: Tablet, relay: MemoryRelay) -> None:
    some_reports(made, 2)
    sync(made, relay, silent)
    assert relay.batches[0][1][0] == made.custody.items()[0].object_hash


def test_a_second_sync_has_nothing_to_say(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    assert sync(made, relay, silent) == SyncResult(0, 0, 0)
    assert len(relay.batches) == 1


def test_the_next_seal_names_the_checkpoint_that_was_verified(made: Tablet, relay: MemoryRelay) -> None:
    from firsthand.protocol import envelope

    sync(made, relay, silent)
    record(made, as_json(example()))
    item = made.custody.items()[-1]
    opened = envelope.open_slot(
        made.custody.envelope(made.custody.row_id(item.object_hash)), 0, [mission().role_secret("risk_cell")]
    )
    seen = made.custody.seen()
    assert seen is not None
    assert opened.manifest.checkpoint == (seen.size, seen.root)


def test_progress_counts_only_what_is_confirmed(
    made: Tablet, relay: MemoryRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "BATCH_ITEMS", 2)
    some_reports(made, 4)
    told: list[tuple[Progress, int]] = []
    sync(made, relay, lambda progress: told.append((progress, len(relay.leaves))))
    assert [(each.done, each.total) for each, _ in told] == [(0, 5), (2, 5), (4, 5), (5, 5), (5, 5)]
    assert all(each.done <= stored for each, stored in told)
    assert told[-1][0].stage == "done"
    total = sum(item.size_bytes for item in made.custody.items())
    assert (told[-1][0].bytes_done, told[-1][0].bytes_total) == (total, total)
    assert told[0][0].bytes_done == 0


# -- lines that break ------------------------------------------------------------------------------------
def test_a_cut_line_after_the_relay_has_stored_is_answered_by_the_same_list_and_token(
    made: Tablet, relay: MemoryRelay
) -> None:
    some_reports(made, 2)
    relay.lose = True
    with pytest.raises(errors.NoNetwork):
        sync(made, relay, silent)
    assert states(made) == [State.SEALED] * 3
    some_reports(made, 1)  # sealed in between: it may not slip into the list that was spoken
    relay.lose = False
    made = reopen(made)
    sync(made, relay, silent)
    assert relay.batches[0] == relay.batches[1]
    assert len(relay.batches[2][1]) == 1
    assert relay.batches[2][0] != relay.batches[0][0]
    assert len(relay.leaves) == 4
    assert states(made) == [State.LOGGED] * 4
    made.close()


def test_the_token_and_its_list_are_on_disk_before_they_are_spoken(made: Tablet, relay: MemoryRelay) -> None:
    bound = []
    relay.twist = lambda answer: (bound.append(made.custody.binding()), answer)[1]
    sync(made, relay, silent)
    assert bound[0] is not None
    assert bound[0].token == 0
    assert made.custody.binding() is None


def test_nobody_there_leaves_everything_sealed(made: Tablet, relay: MemoryRelay) -> None:
    some_reports(made, 1)
    relay.down = True
    for _ in range(3):
        with pytest.raises(errors.NoNetwork):
            sync(made, relay, silent)
    assert states(made) == [State.SEALED] * 2
    relay.down = False
    assert sync(made, relay, silent).waiting == 0
    assert relay.batches[0][0] == token.token_at(made.keyring.token_seed, 0), "no token was wasted"


def test_two_tablets_and_one_log(tmp_path: Path, relay: MemoryRelay) -> None:
    with tablet(tmp_path) as one, tablet(tmp_path) as two:
        for made in (one, two, one, two):
            some_reports(made, 2)
            sync(made, relay, silent)
        assert len(relay.leaves) == 10
        assert states(one) == states(two) == [State.LOGGED] * 5


# -- refusals --------------------------------------------------------------------------------------------
def test_tokens_that_the_relay_was_not_told_of_are_a_clear_refusal(made: Tablet, relay: MemoryRelay) -> None:
    relay.known = set()
    with pytest.raises(TokenUnknown) as caught:
        sync(made, relay, silent)
    assert caught.value.exit_code == errors.EXIT_REFUSED
    assert states(made) == [State.SEALED]
    relay.register(made.keyring.token_seed)
    assert sync(made, relay, silent).waiting == 0


def test_a_copy_of_the_invitation_that_enrolled_first_shows_at_the_first_sync(
    tmp_path: Path, relay: MemoryRelay
) -> None:
    data = mission().invitation()
    with (
        enrol(tmp_path / "a", data, PASSPHRASE, ports("a")) as one,
        enrol(tmp_path / "b", data, PASSPHRASE, ports("b")) as two,
    ):
        sync(one, relay, silent)
        record(two, as_json(example()))
        with pytest.raises(errors.InvitationUsed):
            sync(two, relay, silent)
        assert states(two) == [State.SEALED] * 2
        assert len(relay.leaves) == 1


def test_a_token_that_is_spent_on_another_list_is_passed_over(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    for number in (1, 2):
        relay.spent[token.spent_hash(token.token_at(made.keyring.token_seed, number))] = b"another list"
    some_reports(made, 1)
    assert sync(made, relay, silent) == SyncResult(1, 0, 0)
    assert relay.batches[-1][0] == token.token_at(made.keyring.token_seed, 3)


def test_a_relay_that_calls_every_token_spent_is_left_in_bounded_time(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    some_reports(made, 1)
    relay.refuse = (409, "token-bound")
    with pytest.raises(errors.RelayRefused):
        sync(made, relay, silent)
    assert states(made)[-1] is State.SEALED


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (503, RelayBusy),
        (507, RelayFull),
        (400, errors.RelayRefused),
        (413, errors.RelayRefused),
        (422, errors.RelayRefused),
    ],
)
def test_other_refusals_keep_everything_and_the_same_words(
    made: Tablet, relay: MemoryRelay, status: int, error: type[errors.FirsthandError]
) -> None:
    relay.refuse = (status, "unknown")
    with pytest.raises(error):
        sync(made, relay, silent)
    relay.refuse = None
    assert sync(made, relay, silent).waiting == 0
    assert relay.batches[0][0] == token.token_at(made.keyring.token_seed, 0)


def test_training_never_speaks_to_anybody(relay: MemoryRelay) -> None:
    made = training(ports("training"))
    with pytest.raises(TrainingNeverSends):
        sync(made, relay, silent)
    made.close()
    assert relay.batches == []


# -- lies ------------------------------------------------------------------------------------------------
def _note(answer: bytes, change: Callable[[str], str]) -> bytes:
    note, receipts = bundle.decode_receipts(answer)
    return bundle.encode_receipts(change(note), receipts)


def _receipts(answer: bytes, change: Callable[[list[Receipt]], list[Receipt]]) -> bytes:
    note, receipts = bundle.decode_receipts(answer)
    return bundle.encode_receipts(note, change(list(receipts)))


def _signed_by_another(answer: bytes) -> bytes:
    def resign(note: str) -> str:
        old = checkpoint.parse_and_verify(note, mission().log_key.public, note.split("\n", maxsplit=1)[0])
        return checkpoint.sign(old, SigningKey.from_seed(b"E" * 32))

    return _note(answer, resign)


def _another_log(answer: bytes) -> bytes:
    def rename(note: str) -> str:
        old = checkpoint.parse_and_verify(note, mission().log_key.public, note.split("\n", maxsplit=1)[0])
        return checkpoint.sign(Checkpoint("another.log", old.size, old.root, old.day), mission().log_key)

    return _note(answer, rename)


def _another_root(answer: bytes) -> bytes:
    def reroot(note: str) -> str:
        old = checkpoint.parse_and_verify(note, mission().log_key.public, note.split("\n", maxsplit=1)[0])
        return checkpoint.sign(Checkpoint(old.origin, old.size, b"r" * 32, old.day), mission().log_key)

    return _note(answer, reroot)


LIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "noise": lambda _: hashlib.sha256(b"noise").digest(),
    "cut": lambda answer: answer[:-1],
    "web page": lambda _: b"<html><body>Please log in to this network</body></html>",
    "signed by another key": _signed_by_another,
    "checkpoint of another log": _another_log,
    "another root": _another_root,
    "no receipts": lambda answer: _receipts(answer, lambda _: []),
    "one receipt missing": lambda answer: _receipts(answer, lambda found: found[:-1]),
    "a receipt of another object": lambda answer: _receipts(
        answer, lambda found: [Receipt(b"h" * 32, found[0].index, found[0].proof), *found[1:]]
    ),
    "another place": lambda answer: _receipts(
        answer, lambda found: [Receipt(found[0].object_hash, found[0].index + 1, found[0].proof), *found[1:]]
    ),
    "a proof that is cut": lambda answer: _receipts(
        answer, lambda found: [Receipt(each.object_hash, each.index, each.proof[:-1]) for each in found]
    ),
    "proofs exchanged": lambda answer: _receipts(
        answer,
        lambda found: [
            Receipt(one.object_hash, one.index, two.proof) for one, two in zip(found, found[::-1], strict=True)
        ],
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_wrong_receipt_is_not_believed_and_moves_nothing(made: Tablet, relay: MemoryRelay, lie: str) -> None:
    some_reports(made, 1)
    relay.grow(6)
    relay.twist = LIES[lie]
    with pytest.raises(errors.WrongReceipt) as caught:
        sync(made, relay, silent)
    assert caught.value.exit_code == errors.EXIT_NETWORK
    assert states(made) == [State.HANDED] * 2
    assert made.custody.seen() is None
    relay.twist = lambda answer: answer
    assert sync(made, relay, silent) == SyncResult(2, 0, 0)
    assert relay.batches[0] == relay.batches[1]


@given(st.data())
def test_no_flipped_byte_of_an_answer_is_believed(data: st.DataObject) -> None:
    made, relay, answer = _answered()
    at = data.draw(st.integers(0, len(answer) - 1))
    hurt = answer[:at] + bytes([answer[at] ^ data.draw(st.integers(1, 255))]) + answer[at + 1 :]
    relay.twist = lambda _: hurt
    with pytest.raises(errors.WrongReceipt):
        sync(made, relay, silent)
    assert set(states(made)) == {State.HANDED}


_kept: list[tuple[Tablet, MemoryRelay, bytes]] = []


def _answered() -> tuple[Tablet, MemoryRelay, bytes]:
    """A tablet whose batch the relay has stored, and the true answer to it."""
    return _kept[0]


@pytest.fixture(autouse=True, scope="module")
def _one_answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with tablet(tmp_path_factory.mktemp("answered")) as made:
        some_reports(made, 1)
        relay, answers = MemoryRelay(), []
        relay.grow(3)
        relay.twist = lambda answer: (answers.append(answer), b"")[1]
        with pytest.raises(errors.WrongReceipt):
            sync(made, relay, silent)
        _kept.append((made, relay, answers[0]))
        yield
        _kept.clear()


def test_a_log_that_was_rewritten_is_not_believed_although_its_receipts_hold(made: Tablet, relay: MemoryRelay) -> None:
    relay.grow(3)
    sync(made, relay, silent)
    other = MemoryRelay()
    other.grow(8)
    some_reports(made, 1)
    with pytest.raises(errors.WrongReceipt):
        sync(made, other, silent)
    assert states(made)[-1] is State.HANDED
    assert sync(made, relay, silent).waiting == 0


def test_a_log_that_was_put_back_is_not_believed(made: Tablet, relay: MemoryRelay) -> None:
    relay.grow(20)
    sync(made, relay, silent)
    put_back = MemoryRelay()
    put_back.grow(2)
    some_reports(made, 1)
    with pytest.raises(errors.WrongReceipt):
        sync(made, put_back, silent)
    seen = made.custody.seen()
    assert seen is not None
    assert seen.size == 21


def test_an_older_checkpoint_of_the_same_log_is_believed_and_the_newer_one_kept(
    made: Tablet, relay: MemoryRelay
) -> None:
    """A relay of several processes may answer with a head that is a moment older than one it gave before."""
    some_reports(made, 1)
    relay.grow(2)
    old: list[bytes] = []
    relay.twist = lambda answer: (old.append(answer), b"")[1]
    with pytest.raises(errors.WrongReceipt):
        sync(made, relay, silent)
    relay.grow(4)
    note = relay.checkpoint()
    proven = checkpoint.parse_and_verify(note, made.directory.log_public, made.directory.origin)
    from fieldapp.vault.records import Seen

    made.custody.mark_logged({}, Seen(proven.size, proven.root, proven.day, note))
    made.custody.bind([made.custody.row_id(item.object_hash) for item in made.custody.items()])
    relay.spent.clear()
    relay.twist = lambda _: old[0]
    assert sync(made, relay, silent) == SyncResult(2, 0, 0)
    seen = made.custody.seen()
    assert seen is not None
    assert seen.size == proven.size == 8


# -- hurt rows -------------------------------------------------------------------------------------------
def test_an_object_whose_row_is_hurt_is_counted_and_the_rest_goes_out(made: Tablet, relay: MemoryRelay) -> None:
    some_reports(made, 3)
    hurt = made.custody.row_id(made.custody.items()[2].object_hash)
    with made.vault.write():
        made.vault._store.put("objects", hurt, b"x" * 100)
    assert sync(made, relay, silent) == SyncResult(logged=3, waiting=1, damaged=1)
    assert states(made) == [State.LOGGED, State.LOGGED, State.SEALED, State.LOGGED]


def test_a_row_that_is_hurt_after_it_was_bound_does_not_hold_the_others_back(made: Tablet, relay: MemoryRelay) -> None:
    some_reports(made, 2)
    relay.down = True
    with pytest.raises(errors.NoNetwork):
        sync(made, relay, silent)
    hurt = made.custody.row_id(made.custody.items()[1].object_hash)
    with made.vault.write():
        made.vault._store.put("objects", hurt, b"x" * 100)
    relay.down = False
    assert sync(made, relay, silent) == SyncResult(logged=2, waiting=1, damaged=1)


# -- plan ------------------------------------------------------------------------------------------------
def item(number: int, size: int, state: State = State.SEALED, kind: str = "report") -> Item:
    name = number.to_bytes(32, "big")
    return Item(
        kind,
        state,
        b"c" * 16,
        number,
        name[:16],
        name,
        name[16:],
        name,
        size,
        False,
        0,
        0,
        number,
        None,
        b"",
        None,
    )


sizes = st.lists(
    st.tuples(
        st.integers(1, BATCH_BYTES),
        st.sampled_from(list(State)),
        st.sampled_from(["report", "report", "enrol"]),
    ),
    max_size=250,
)


@given(sizes)
def test_a_plan_holds_each_waiting_object_once_within_the_limits(spec: list[tuple[int, State, str]]) -> None:
    items = [item(n, size, state, kind) for n, (size, state, kind) in enumerate(spec)]
    batches = plan(items)
    planned = [each for batch in batches for each in batch.items]
    assert sorted(each.order for each in planned) == [
        each.order for each in items if each.state in {State.SEALED, State.HANDED}
    ]
    assert all(0 < len(batch.items) <= BATCH_ITEMS and batch.size_bytes <= BATCH_BYTES for batch in batches)
    kinds = [each.kind for each in planned]
    assert kinds == sorted(kinds), "enrolments first"


def test_a_plan_within_the_relays_limits() -> None:
    assert BATCH_ITEMS <= bundle.MAX_ITEMS
    assert BATCH_BYTES <= bundle.MAX_OBJECTS_BYTES
