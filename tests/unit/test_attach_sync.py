"""Attachments on their way: after their envelopes, smallest first, one token each, believed only with proof."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.flows import attach, draft
from fieldapp.flows.seal import seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.attachments import Outcome
from fieldapp.sync.carrier import RelayBusy, RelayFull, TokenUnknown
from fieldapp.sync.worker import Progress, sync
from fieldapp.vault.blobs import Blob, Blobs
from fieldapp.vault.records import State
from firsthand import errors
from firsthand.protocol import bundle
from firsthand.protocol.receipt import ATTACHMENT, parse_leaf
from tests.support.attachments import PDF, jpeg, with_scopes
from tests.support.tablets import MemoryRelay, as_json, example, reopen, tablet


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as own:
        draft_id = draft.start(own, "incident")
        draft.save(own, draft_id, with_scopes())
        for data in (PDF + bytes(300_000), PDF, PDF + bytes(20_000)):
            attach.add(own, draft_id, io.BytesIO(data), media="document")
        seal_draft(own, draft_id)
        yield own


@pytest.fixture
def relay() -> MemoryRelay:
    return MemoryRelay()


def silent(_: Progress) -> None:
    """Nobody looks."""


def rows(made: Tablet) -> list[Blob]:
    return sorted(Blobs(made.home, made.vault).rows(), key=lambda blob: blob.size_bytes)


def run(made: Tablet, relay: MemoryRelay) -> Outcome:
    return sync(made, relay, silent, attachments=True).attachments


def test_evidence_does_not_go_unless_somebody_says_so(made: Tablet, relay: MemoryRelay) -> None:
    result = sync(made, relay, silent)
    assert (result.logged, result.waiting) == (2, 0)
    assert result.attachments == Outcome(waiting=3)
    assert relay.attachments == []


def test_attachments_go_after_the_envelopes_smallest_first_one_token_each(made: Tablet, relay: MemoryRelay) -> None:
    assert run(made, relay) == Outcome(logged=3)
    assert len(relay.batches) == 1
    assert [name for _, name in relay.attachments] == [blob.object_hash for blob in rows(made)]
    assert len({token for token, _ in relay.attachments} | {relay.batches[0][0]}) == 4
    assert [blob.state for blob in rows(made)] == [State.LOGGED] * 3
    assert [blob.log_index for blob in rows(made)] == [2, 3, 4]
    assert [parse_leaf(leaf).kind for leaf in relay.leaves[2:]] == [ATTACHMENT] * 3
    seen = made.custody.seen()
    assert seen is not None
    assert seen.size == 5
    assert run(made, relay) == Outcome()
    assert len(relay.attachments) == 3


def test_progress_tells_confirmed_objects_and_bytes_that_have_left(made: Tablet, relay: MemoryRelay) -> None:
    told: list[Progress] = []
    sync(made, relay, told.append, attachments=True)
    assert (told[-1].stage, told[-1].done, told[-1].total) == ("done", 5, 5)
    assert told[-1].bytes_done == told[-1].bytes_total
    sending = [each.bytes_sending for each in told if each.stage == "attachments" and each.bytes_sending]
    assert max(sending) == rows(made)[-1].size_bytes
    assert all(each.bytes_done + each.bytes_sending <= each.bytes_total for each in told)


def test_a_line_that_is_cut_in_the_middle_costs_that_attachment_and_its_token_is_shown_again(
    made: Tablet, relay: MemoryRelay
) -> None:
    relay.cut_after = 100_000
    with pytest.raises(errors.NoNetwork):
        run(made, relay)
    assert [blob.state for blob in rows(made)] == [State.LOGGED, State.LOGGED, State.SEALED]
    relay.cut_after = None
    made = reopen(made)
    bound = rows(made)[-1].token
    assert run(made, relay) == Outcome(logged=1)
    assert rows(made)[-1].token == bound
    assert len({token for token, _ in relay.attachments}) == 3
    made.close()


def test_an_attachment_whose_answer_was_lost_is_not_sent_again(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    relay.lose = True
    with pytest.raises(errors.NoNetwork):
        run(made, relay)
    relay.lose = False
    made = reopen(made)
    assert run(made, relay) == Outcome(logged=3)
    assert len(relay.attachments) == 3
    assert [blob.state for blob in rows(made)] == [State.LOGGED] * 3
    made.close()


def test_what_the_relay_does_not_take_in_one_piece_waits_and_the_rest_goes(made: Tablet, relay: MemoryRelay) -> None:
    relay.limit = 100_000
    assert run(made, relay) == Outcome(logged=2, waiting=1, too_large=1)
    assert len(relay.attachments) == 2
    assert [blob.state for blob in rows(made)] == [State.LOGGED, State.LOGGED, State.SEALED]


def test_a_relay_that_finds_it_too_large_after_all_is_not_asked_for_ever(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    relay.refuse = (413, "too-large")
    assert run(made, relay) == Outcome(waiting=3, too_large=3)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [((401, "token-unknown"), TokenUnknown), ((503, "busy"), RelayBusy), ((507, "disk-full"), RelayFull)],
)
def test_a_refusal_says_why_and_leaves_them_waiting(
    made: Tablet, relay: MemoryRelay, refusal: tuple[int, str], expected: type[errors.FirsthandError]
) -> None:
    sync(made, relay, silent)
    relay.refuse = refusal
    with pytest.raises(expected):
        run(made, relay)
    assert [blob.state for blob in rows(made)] == [State.SEALED] * 3
    relay.refuse = None
    assert run(made, relay) == Outcome(logged=3)


def test_a_token_that_a_copy_of_the_vault_has_spent_is_passed_over(made: Tablet, relay: MemoryRelay) -> None:
    from firsthand.protocol import token

    sync(made, relay, silent)
    for number in (1, 2):
        relay.spent[token.spent_hash(token.token_at(made.keyring.token_seed, number))] = bytes(32)
    assert run(made, relay) == Outcome(logged=3)


def test_a_receipt_for_an_envelope_does_not_prove_an_attachment(
    made: Tablet, relay: MemoryRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firsthand.protocol.receipt import Leaf

    sync(made, relay, silent)
    monkeypatch.setattr(Leaf, "attachment", Leaf.envelope)
    honest = relay.send_object

    def lie(head: object, pieces: Iterator[bytes]) -> bytes:
        answer = honest(head, pieces)  # type: ignore[arg-type]
        monkeypatch.undo()
        return answer

    relay.send_object = lie  # type: ignore[method-assign]
    with pytest.raises(errors.WrongReceipt):
        run(made, relay)
    assert rows(made)[0].state is State.SEALED


def test_an_answer_that_proves_nothing_is_not_believed(made: Tablet, relay: MemoryRelay) -> None:
    sync(made, relay, silent)
    relay.twist = lambda _answer: bundle.encode_receipts(relay.checkpoint(), [])
    with pytest.raises(errors.WrongReceipt):
        run(made, relay)
    assert [blob.state for blob in rows(made)] == [State.SEALED] * 3


@pytest.mark.parametrize("harm", ["cut", "flipped", "gone"])
def test_a_damaged_file_is_not_sent_and_holds_up_nothing(made: Tablet, relay: MemoryRelay, harm: str) -> None:
    hurt = rows(made)[0]
    path = made.home / "blobs-0" / hurt.id.hex()
    data = path.read_bytes()
    path.unlink() if harm == "gone" else path.write_bytes(data[:-1] if harm == "cut" else data[:-1] + b"\0")
    assert run(made, relay) == Outcome(logged=2, waiting=1, damaged=1)
    assert hurt.object_hash not in relay.objects


def test_attachments_of_a_draft_do_not_travel(made: Tablet, relay: MemoryRelay) -> None:
    draft_id = draft.start(made, "incident")
    draft.save(made, draft_id, example())
    attach.add(made, draft_id, io.BytesIO(jpeg()), media="photo")
    assert run(made, relay) == Outcome(logged=3)
    assert as_json(draft.load(made, draft_id))
