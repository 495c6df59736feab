"""A person takes consent back on the tablet: what is written, what is sent in which order, what the officer is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import consent_rows, interview_run, owed, status, withdraw_told
from fieldapp.flows.interview_script import parse_script
from fieldapp.flows.outbox import facts
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet
from fieldapp.flows.withdraw import (
    NothingToWithdraw,
    ScopeUnknown,
    WrongSubject,
    finish,
    given,
    take_answers,
    withdraw,
)
from fieldapp.sync.worker import Progress, SyncResult, sync
from fieldapp.vault.blobs import Blobs
from fieldapp.vault.records import State
from fieldapp.vault.withdrawals import Withdrawals, Withdrawn, from_row, to_row
from firsthand import errors
from firsthand.domain import ledger
from firsthand.domain.consent import Consent
from firsthand.ids import parse_report_id
from firsthand.protocol import cbor, erasure
from firsthand.protocol import withdraw as wire
from firsthand.protocol.envelope import Opened, open_slot
from firsthand.protocol.erasure import Erasure, Export
from firsthand.protocol.signing import SigningKey
from tests.support.attachments import blob_files, jpeg, wav, with_scopes
from tests.support.tablets import DAY_S, EXAMPLES, PASSPHRASE, MemoryRelay, SetClock, as_json, mission, reopen, tablet

pytestmark = pytest.mark.slow  # many vaults: each unlocks with the full cost of Argon2id

COUNTS, FACTS, NAMES, ACCOUNT, FILES = (1 << number for number in range(1, 6))


def silent(_: Progress) -> None:
    """Nobody looks."""


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def made(tmp_path: Path, clock: SetClock) -> Iterator[Tablet]:
    with tablet(tmp_path, clock) as own:
        yield own


@pytest.fixture
def relay() -> MemoryRelay:
    return MemoryRelay()


def spoken(made: Tablet, files: tuple[Path, ...] = (), **answers: str) -> str:
    """A report of a person who spoke, recorded."""
    return record(made, as_json(with_scopes("incident", **{"C3": "yes"} | answers)), files)


def send(made: Tablet, relay: MemoryRelay, *, attachments: bool = False) -> SyncResult:
    return sync(made, relay, silent, attachments=attachments)


def the_one(made: Tablet) -> Withdrawn:
    (found,) = Withdrawals(made.vault).all()
    return found


def opened(relay: MemoryRelay, object_hash: bytes, role: str = "custodian") -> Opened:
    slot = ("risk_cell", "hr_section", "focal_point", "custodian").index(role)
    return open_slot(relay.objects[object_hash], slot, [mission().role_secret(role)])


def desk_key(role: str) -> SigningKey:
    """The signing key of a role's desk."""
    from sync_server.desk.keys import open_keys

    return open_keys(mission().folder.path / "desks" / role, PASSPHRASE).sign_key


def answer(made: Tablet, role: str, said: Withdrawn, gone: int, *exports: Export, kept: int = 0) -> bytes:
    receipt = Erasure(said.target, said.envelope, gone, kept, made.day(), 3, exports)
    return erasure.seal_answer(desk_key(role), role, made.device, made.keyring.kem.public(), [receipt])


# -- what is decided -----------------------------------------------------------------------------------------
def test_facts_taken_back_leave_counts_to_all_and_the_account_to_one(made: Tablet) -> None:
    report = spoken(made)
    (said,) = withdraw(made, report, report, ["C2"])
    assert said.scopes == ("C2",)
    assert said.keep == (1 | COUNTS, 1 | COUNTS, 1 | COUNTS | ACCOUNT, 1 | COUNTS | NAMES)
    assert not said.full
    assert given(made, report).value("C2") == "withdrawn"
    assert given(made, report).allows("C10")


def test_everything_taken_back_leaves_nothing(made: Tablet) -> None:
    report = spoken(made)
    (said,) = withdraw(made, report, report, (), full=True)
    assert said.full
    assert said.keep == (0, 0, 0, 0)
    assert not any(value == "yes" for _, value in given(made, report).scopes)


def test_scope_by_scope_down_to_nothing_is_a_full_withdrawal(made: Tablet) -> None:
    report = spoken(made)
    for scope, full in (("C1", False), ("C2", False), ("C10", False), ("C3", True)):
        (said,) = withdraw(made, report, report, [scope])
        assert said.full == full


def test_what_rests_on_the_account_goes_with_it_and_is_named(made: Tablet) -> None:
    report = spoken(made, C4i="yes", C8="yes")
    (said,) = withdraw(made, report, report, ["C1"])
    assert said.scopes == ("C1", "C4i", "C8")


def test_a_bound_of_use_alone_destroys_nothing_and_is_told_to_the_desks(made: Tablet) -> None:
    report = spoken(made, C8="yes")
    (said,) = withdraw(made, report, report, ["C8"])
    assert (said.erase, said.erase_later) == ((), ())
    assert said.keep[0] == 1 | COUNTS | FACTS


def test_who_was_to_be_kept_out_stays_kept_out(made: Tablet) -> None:
    value = with_scopes("incident", C3="yes")
    value["consent"]["withhold"] = ["risk_cell"]
    report = record(made, as_json(value))
    (said,) = withdraw(made, report, report, ["C10"])
    assert said.keep[0] == 0
    assert "risk_cell" in given(made, report).withhold


def test_versions_of_the_same_persons_report_go_together(made: Tablet) -> None:
    first = spoken(made)
    later = with_scopes("incident", C3="yes") | {"supersedes": first}
    second = record(made, as_json(later))
    found = withdraw(made, second, first, ["C2"])
    assert [each.report_id for each in found] == [parse_report_id(second), parse_report_id(first)]
    assert spoken(made) not in {first, second}


def test_a_new_version_in_which_the_person_says_no_takes_that_back_of_the_old_one(made: Tablet) -> None:
    first = spoken(made)
    later = with_scopes("incident", C3="yes", C2="withdrawn", C10="no", C9p="later") | {"supersedes": first}
    record(made, as_json(later))
    said = the_one(made)
    assert (said.report_id, said.scopes, said.full) == (parse_report_id(first), ("C2", "C10"), False)
    assert given(made, first).allows("C9p")
    assert [item.kind for item in made.custody.unsent_items()] == ["enrol", "report", "withdraw", "report"]


def test_a_new_version_of_a_stranger_s_or_of_an_unheard_report_takes_nothing_back(made: Tablet) -> None:
    from tests.support.tablets import example

    for replaced in ("0" * 26, record(made, as_json(example("own-observation")))):
        record(made, as_json(with_scopes("incident", C3="yes", C2="no") | {"supersedes": replaced}))
    assert Withdrawals(made.vault).all() == []


def test_a_withdrawal_whose_row_is_hurt_is_not_forgotten(made: Tablet) -> None:
    report = spoken(made)
    (said,) = withdraw(made, report, report, ["C2"])
    assert status.damaged(made) == {}
    with made.vault.write():
        made.vault.put("withdrawals", said.id, to_row(said), b"k" * 32)
    assert status.damaged(made) == {"withdrawals": 1}


def test_a_person_of_an_interview_takes_it_back_by_the_pseudonym_of_the_ledger(made: Tablet) -> None:
    script = parse_script((EXAMPLES / "interview.yaml").read_bytes())
    outcome = interview_run.run(made, script, lambda _: None, {})
    assert outcome.as_stated
    report = outcome.reports[0]
    row = consent_rows.find(made, parse_report_id(report))
    assert row.subject != report
    (said,) = withdraw(made, report, row.subject, ["C1"])
    assert all(not bitmap & ACCOUNT for bitmap in said.keep)
    assert not said.full
    with pytest.raises(WrongSubject):
        withdraw(made, report, report, ["C10"])
    (whole,) = withdraw(made, report, row.subject, (), full=True)
    assert whole.full


def test_another_pseudonym_another_scope_or_nothing_given_changes_nothing(made: Tablet) -> None:
    report, other = spoken(made), spoken(made)
    before = made.vault.rows("consents")
    for error, subject, scopes in (
        (WrongSubject, other, ["C2"]),
        (ScopeUnknown, report, ["C99"]),
        (NothingToWithdraw, report, ["C8"]),
        (NothingToWithdraw, report, []),
    ):
        with pytest.raises(error):
            withdraw(made, report, subject, scopes)
    with pytest.raises(errors.NotFound):
        withdraw(made, "0" * 26, "0" * 26, ["C2"])
    assert Withdrawals(made.vault).all() == []
    assert made.vault.rows("consents") == before


def test_a_report_in_which_nobody_spoke_has_nobody_who_could_withdraw(made: Tablet) -> None:
    from tests.support.tablets import example

    report = record(made, as_json(example("own-observation")))
    with pytest.raises(errors.NotFound):
        withdraw(made, report, report, ["C2"])


def test_twice_is_told_and_not_done_twice(made: Tablet) -> None:
    report = spoken(made)
    withdraw(made, report, report, ["C2"])
    with pytest.raises(NothingToWithdraw):
        withdraw(made, report, report, ["C2"])
    assert len(Withdrawals(made.vault).all()) == 1


def test_the_ledger_grows_and_keeps_its_chain(made: Tablet, clock: SetClock) -> None:
    report = spoken(made)
    before = ledger.decode(consent_rows.find(made, parse_report_id(report)).ledger)
    clock.at_s += 21 * DAY_S
    withdraw(made, report, report, ["C2"])
    after = ledger.decode(consent_rows.find(made, parse_report_id(report)).ledger)
    assert after.entries[:-1] == before.entries
    assert (after.entries[-1].scope, after.entries[-1].value) == ("C2", "withdrawn")
    assert after.entries[-1].at_min - before.entries[-1].at_min == 21 * 24 * 60


# -- what is left here ---------------------------------------------------------------------------------------
def test_nothing_of_a_full_one_is_left_on_the_tablet(made: Tablet, relay: MemoryRelay, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg(3))
    report = spoken(made, (photo,))
    send(made, relay)
    assert blob_files(made.home)
    withdraw(made, report, report, (), full=True)
    (row,) = made.reports()
    assert (row.state, row.title, row.area) == (State.PURGED, "", "")
    stub = made.custody.find_report(parse_report_id(report))
    assert stub is not None
    assert made.vault.find("objects", stub.row_id) is None
    assert made.vault.find("facts", stub.row_id) is None
    assert blob_files(made.home) == []
    assert made.custody.damaged() == {}


def test_facts_that_are_not_agreed_to_any_more_are_not_readable_here_either(made: Tablet) -> None:
    report = spoken(made)
    assert facts(made.custody, report)
    withdraw(made, report, report, ["C2"])
    with pytest.raises(errors.NotFound):
        facts(made.custody, report)
    (row,) = made.reports()
    assert (row.state, row.title) == (State.SEALED, "")


def test_three_weeks_later_nothing_is_readable_and_it_can_still_be_taken_back(
    made: Tablet, relay: MemoryRelay, clock: SetClock
) -> None:
    report = spoken(made)
    send(made, relay)
    clock.at_s += 21 * DAY_S
    again = reopen(made)
    with pytest.raises(errors.NotFound):
        facts(again.custody, report)
    (said,) = withdraw(again, report, report, ["C2"])
    assert said.keep[0] == 1 | COUNTS
    again.close()


# -- what is sent --------------------------------------------------------------------------------------------
def test_the_erase_key_goes_before_anything_else_and_the_word_to_desks_before_reports(
    made: Tablet, relay: MemoryRelay
) -> None:
    report = spoken(made)
    send(made, relay)
    target = made.custody.find_object(parse_report_id(report))
    assert target is not None
    spoken(made)
    withdraw(made, report, report, (), full=True)
    before = len(relay.batches)
    send(made, relay)
    assert relay.erasures == [target]
    assert target not in relay.objects
    assert relay.tombstones[target] == min(relay.index[name] for name in relay.batches[before][1]) - 1
    first, *rest = relay.batches[before][1]
    assert opened(relay, first).manifest.type == "withdraw"
    assert [opened(relay, name).manifest.type for name in rest] == ["report"]
    assert all(each.done for each in the_one(made).erase)


def test_a_report_that_never_left_is_never_sent(made: Tablet, relay: MemoryRelay) -> None:
    report = spoken(made)
    target = made.custody.find_object(parse_report_id(report))
    assert target is not None
    place = made.custody.item(made.custody.row_id(target)).seq
    withdraw(made, report, report, (), full=True)
    assert withdraw_told.as_json(the_one(made))["never_sent"] is True
    send(made, relay)
    assert target not in relay.objects
    assert relay.erasures == []
    said = wire.parse(opened(relay, relay.batches[0][1][0]).parts["counts"])
    assert (said.target, said.place[1], said.full) == (target, place, True)


def test_a_report_that_may_have_left_with_a_lost_answer_is_erased_and_not_sent_again(
    made: Tablet, relay: MemoryRelay
) -> None:
    report, other = spoken(made), spoken(made)
    relay.lose = True
    with pytest.raises(errors.NoNetwork):
        send(made, relay)
    relay.lose = False
    target = made.custody.find_object(parse_report_id(report))
    assert target in relay.objects
    withdraw(made, report, report, (), full=True)
    assert send(made, relay).waiting == 0
    assert target not in relay.objects
    assert all(target not in names for _, names in relay.batches[1:])
    states = {row.id: row.state for row in made.reports()}
    assert states == {report: State.PURGED, other: State.LOGGED}


def test_a_list_that_was_begun_waits_behind_a_withdrawal(made: Tablet, relay: MemoryRelay) -> None:
    sent = spoken(made)
    send(made, relay)
    spoken(made)
    relay.lose = True
    with pytest.raises(errors.NoNetwork):
        send(made, relay)
    relay.lose = False
    withdraw(made, sent, sent, ["C2"])
    count = len(relay.batches)
    assert send(made, relay).waiting == 0
    assert opened(relay, relay.batches[count][1][0]).manifest.type == "withdraw"


def test_a_relay_that_never_had_it_is_as_good_as_one_that_erased_it(made: Tablet, relay: MemoryRelay) -> None:
    report = spoken(made)
    send(made, relay)
    withdraw(made, report, report, (), full=True)
    other = MemoryRelay()
    other.leaves = list(relay.leaves)
    assert send(made, other).waiting == 0
    assert all(each.done for each in the_one(made).erase)
    assert other.tombstones == {}


def test_an_answer_that_proves_no_tombstone_is_not_believed(made: Tablet, relay: MemoryRelay) -> None:
    report = spoken(made)
    send(made, relay)
    target = made.custody.find_object(parse_report_id(report))
    assert target is not None
    withdraw(made, report, report, (), full=True)
    honest = relay.erase

    def receipt_of_the_object(object_hash: bytes, erase_key: bytes) -> bytes:
        assert len(erase_key) == 32
        return relay.answer([object_hash])

    relay.erase = receipt_of_the_object  # type: ignore[method-assign]
    with pytest.raises(errors.WrongReceipt):
        send(made, relay)
    assert not the_one(made).erase[0].done
    relay.erase = honest  # type: ignore[method-assign]
    send(made, relay)
    assert the_one(made).erase[0].done


def test_a_photo_that_is_not_agreed_to_any_more_goes_from_relay_and_tablet_and_the_sound_stays(
    made: Tablet, relay: MemoryRelay, tmp_path: Path
) -> None:
    photo, sound = tmp_path / "photo.jpg", tmp_path / "sound.wav"
    photo.write_bytes(jpeg(1))
    sound.write_bytes(wav())
    report = spoken(made, (photo, sound))
    send(made, relay, attachments=True)
    here = len(blob_files(made.home))
    (said,) = withdraw(made, report, report, ["C9p"])
    assert said.keep[3] & FILES
    assert len(said.erase) == 2  # the photo, and its copy without metadata
    assert len(blob_files(made.home)) == here - 2
    send(made, relay)
    assert len(relay.erasures) == 2
    assert all(name not in relay.objects for name in relay.erasures)
    assert len(Blobs(made.home, made.vault).rows()) == here - 2


def test_a_crash_after_the_word_was_written_and_before_it_was_sealed_is_made_good(
    made: Tablet, relay: MemoryRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = spoken(made)

    def stop(*_: Any) -> None:
        raise errors.SelfCheckFailed

    monkeypatch.setattr("fieldapp.flows.seal.seal_service", stop)
    with pytest.raises(errors.SelfCheckFailed):
        withdraw(made, report, report, ["C2"])
    monkeypatch.undo()
    assert the_one(made).envelope == b""
    again = reopen(made)
    assert the_one(again).envelope
    assert finish(again) == 0
    assert [item.kind for item in again.custody.unsent_items()] == ["enrol", "report", "withdraw"]
    again.close()


# -- answers -------------------------------------------------------------------------------------------------
def test_desks_answer_one_by_one_and_then_the_relays_copy_goes(made: Tablet, relay: MemoryRelay) -> None:
    report = spoken(made)
    send(made, relay)
    (said,) = withdraw(made, report, report, ["C2"])
    send(made, relay)
    assert said.awaited == ("risk_cell", "hr_section", "focal_point", "custodian")
    gone = {"risk_cell": FACTS, "hr_section": FACTS | ACCOUNT, "focal_point": 0, "custodian": 0}
    for role, bitmap in gone.items():
        assert relay.erasures == []
        take_answers(made, erasure.file_of([answer(made, role, said, bitmap, Export("weekly", "csv", made.day()))]))
        send(made, relay)
    assert relay.erasures == [said.target]
    assert the_one(made).missing == ()
    assert the_one(made).due == ()
    told = withdraw_told.as_json(the_one(made))
    assert told["answers"][1]["destroyed"] == ["facts", "narrative"]
    assert told["answers"][0]["exports"] == [
        {"what": "weekly", "format": "csv", "day": withdraw_told.day_text(made.day())}
    ]


def test_an_answer_that_is_not_signed_by_that_desk_is_not_taken(made: Tablet) -> None:
    report = spoken(made)
    (said,) = withdraw(made, report, report, ["C2"])
    receipt = Erasure(said.target, said.envelope, 0, 0, made.day())
    forged = erasure.seal_answer(desk_key("custodian"), "risk_cell", made.device, made.keyring.kem.public(), [receipt])
    with pytest.raises(errors.BadSignature):
        take_answers(made, erasure.file_of([forged]))
    assert the_one(made).answers == ()


def test_a_newer_answer_stands_in_the_place_of_the_older(made: Tablet) -> None:
    report = spoken(made)
    (said,) = withdraw(made, report, report, ["C2"])
    for gone in (0, FACTS):
        take_answers(made, erasure.file_of([answer(made, "risk_cell", said, gone)]))
    assert [each.gone for each in the_one(made).answers] == [FACTS]


# -- what is told --------------------------------------------------------------------------------------------
def test_the_officer_is_told_what_goes_what_stays_and_what_nobody_calls_back(made: Tablet, relay: MemoryRelay) -> None:
    report = spoken(made)
    send(made, relay)
    (said,) = withdraw(made, report, report, ["C2"])
    keys = [line.key for line in withdraw_told.told(said, made.policy.roles)]
    assert keys.count("withdraw.desk.silent") == 4
    assert keys.count("withdraw.desk.keeps") == 4
    assert keys[-3:] == ["withdraw.cannot.read", "withdraw.cannot.unknown", "withdraw.cannot.given"]
    take_answers(
        made, erasure.file_of([answer(made, "risk_cell", said, FACTS, Export("weekly", "csv", 20_700), kept=3)])
    )
    lines = withdraw_told.in_words(withdraw_told.told(the_one(made), made.policy.roles), "en")
    assert "Risk cell: destroyed the facts on " in "\n".join(lines)
    assert "Risk cell: a file “weekly” (csv) of 2026-09-04 had it in it." in lines
    assert "Risk cell: 3 people had opened it." in lines


@pytest.mark.parametrize("language", ["en", "fr", "ar", "sw"])
def test_every_line_has_words_in_every_language(made: Tablet, relay: MemoryRelay, language: str) -> None:
    report, whole, never = spoken(made), spoken(made), spoken(made)
    send(made, relay)
    withdraw(made, report, report, ["C2"])
    withdraw(made, whole, whole, (), full=True)
    take_answers(
        made,
        erasure.file_of(
            answer(made, "risk_cell", said, 4, Export("weekly", "csv", 20_700))
            for said in Withdrawals(made.vault).all()
        ),
    )
    unsent = spoken(made)
    withdraw(made, unsent, unsent, (), full=True)
    send(made, relay)
    assert never
    for said in Withdrawals(made.vault).all():
        for line in withdraw_told.in_words(withdraw_told.told(said, made.policy.roles), language):
            assert line
            assert "withdraw." not in line
            assert "{" not in line


def test_somebody_who_may_be_contacted_is_owed_an_answer(made: Tablet) -> None:
    report = spoken(made, C6="yes")
    withdraw(made, report, report, ["C2"])
    assert [promise.what for promise in owed.owed(made)] == ["result"]
    silent_one = spoken(made)
    withdraw(made, silent_one, silent_one, ["C2"])
    assert len(owed.owed(made)) == 1


# -- rows ----------------------------------------------------------------------------------------------------
def test_a_row_survives_the_vault_and_another_form_is_damage(made: Tablet) -> None:
    report = spoken(made, C8="yes")
    (said,) = withdraw(made, report, report, ["C2"])
    row: Any = cbor.decode(cbor.encode(to_row(said)))
    assert from_row(said.id, row) == said
    for change in ({"v": 2}, {"more": 1}, {"erase": [[b"", 1, True]]}, {"answers": [["risk_cell"]]}):
        with pytest.raises(errors.Damaged):
            from_row(said.id, row | change)


def test_given_of_a_fresh_report_is_what_the_form_said(made: Tablet) -> None:
    report = spoken(made)
    said = given(made, report)
    assert isinstance(said, Consent)
    assert [said.value(scope) for scope in ("C1", "C2", "C3", "C4i", "C8")] == ["yes", "yes", "yes", "later", "no"]
