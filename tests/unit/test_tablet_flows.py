"""The flows without a window: enrol, draft, seal, list, lock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import draft, outbox, seal, status
from fieldapp.flows.enrol import USED_STUB, NeedsFile, enrol, enrol_file, read_invitation
from fieldapp.flows.passphrase import PassphraseFile, read_passphrase
from fieldapp.flows.review import review
from fieldapp.flows.seal import ConductChannel, record, record_many, seal_draft
from fieldapp.flows.training import training
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.records import State
from fieldapp.vault.vault import DB_NAME, DamagedRow
from firsthand import errors
from firsthand.domain.model import FORM
from firsthand.ids import parse_report_id
from firsthand.protocol import certificate, envelope
from firsthand.protocol.erase import erase_tag
from firsthand.protocol.invitation import parse_invitation
from firsthand.protocol.receipt import Leaf
from tests.support.canary import find
from tests.support.tablets import (
    DAY_S,
    NOW_S,
    PASSPHRASE,
    SetClock,
    as_json,
    example,
    mission,
    ports,
    reopen,
    tablet,
)

CANARY = "zq-canary-Kessa-ford"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    """One tablet for tests that only add to it."""
    with tablet(tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tablet]:
    with tablet(tmp_path) as made:
        yield made


def opened_by(role: str, made: Tablet, report_id: str) -> envelope.Opened:
    item = next(each for each in made.custody.items() if each.report_id == parse_report_id(report_id))
    sealed = made.custody.envelope(made.custody.row_id(item.object_hash))
    return envelope.open_slot(sealed, made.policy.roles.index(role), [mission().role_secret(role)])


def state_of(made: Tablet, report_id: str) -> State:
    return next(row.state for row in made.reports() if row.id == report_id)


# -- enrolment -------------------------------------------------------------------------------------------
def test_a_new_tablet_can_record_at_once_and_its_first_envelope_is_its_certificate(own: Tablet) -> None:
    first = own.custody.items()[0]
    assert (first.kind, first.seq, first.state) == ("enrol", 0, State.SEALED)
    sealed = own.custody.envelope(own.custody.row_id(first.object_hash))
    for slot, role in enumerate(own.policy.roles):
        opened = envelope.open_slot(sealed, slot, [mission().role_secret(role)])
        proven = certificate.check_certificate(opened.parts["counts"])
        opened.authenticate(proven.sign_public)
        assert (proven.words, proven.kem_public) == (own.words, own.keyring.kem.public())
        assert ("facts" in opened.parts) == (role == "risk_cell"), "the alert key is the risk cell's alone"
    assert own.reports() == []
    record(own, as_json(example()))


def test_after_unlocking_again_it_is_the_same_tablet(own: Tablet) -> None:
    before = (own.device, own.words, own.mission, own.directory, own.keyring)
    again = reopen(own)
    assert (again.device, again.words, again.mission, again.directory, again.keyring) == before
    again.close()


def test_the_invitation_file_is_a_stub_afterwards_and_the_stub_is_refused_as_used(tmp_path: Path) -> None:
    data = mission().invitation()
    path = tmp_path / "invitation"
    path.write_bytes(data)
    enrol_file(tmp_path / "home", path, PASSPHRASE, ports()).close()
    assert path.read_bytes() == USED_STUB
    assert parse_invitation(data).seed not in path.read_bytes()
    with pytest.raises(errors.InvitationUsed):
        enrol_file(tmp_path / "other", path, PASSPHRASE, ports())
    assert not (tmp_path / "other").exists()


def test_a_vault_is_not_enrolled_over(own: Tablet) -> None:
    with pytest.raises(errors.Busy):
        enrol(own.home, mission().invitation(), PASSPHRASE, ports())
    own.close()
    with pytest.raises(errors.Exists):
        enrol(own.home, mission().invitation(), PASSPHRASE, ports())
    Tablet.open(own.home, PASSPHRASE, ports()).close()


@pytest.mark.parametrize("weak", ["", "one two three four five", "one-two-three-four-five", "- - - - - - -"])
def test_five_words_are_too_few_and_the_invitation_stays_good(tmp_path: Path, weak: str) -> None:
    path = tmp_path / "invitation"
    path.write_bytes(data := mission().invitation())
    with pytest.raises(errors.WeakPassphrase):
        enrol_file(tmp_path / "home", path, weak, ports())
    assert path.read_bytes() == data
    assert not (tmp_path / "home").exists()


def test_an_expired_invitation_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(errors.InvitationExpired):
        enrol(tmp_path / "home", mission().invitation(), PASSPHRASE, ports(clock=SetClock(NOW_S + 15 * DAY_S)))
    assert not (tmp_path / "home").exists()


def test_an_invitation_stitched_from_two_missions_is_refused() -> None:
    invite = parse_invitation(mission().invitation())
    with pytest.raises(errors.WrongMission):
        read_invitation(replace(invite, mission_id=bytes(16)).encode(), ports())
    with pytest.raises(errors.WrongMission):
        read_invitation(replace(invite, root_sha256=bytes(32)).encode(), ports())


def test_an_invitation_with_a_changed_directory_is_refused() -> None:
    invite = parse_invitation(mission().invitation())
    for name, data in invite.files.items():
        hurt = {**invite.files, name: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]}
        with pytest.raises(errors.TheirFault):
            read_invitation(replace(invite, files=hurt).encode(), ports())


def test_a_qr_text_alone_asks_for_the_file() -> None:
    with pytest.raises(NeedsFile):
        read_invitation(parse_invitation(mission().invitation()).to_qr().encode(), ports())


# -- seal ------------------------------------------------------------------------------------------------
def test_each_role_opens_exactly_what_the_policy_says(shared: Tablet) -> None:
    report_id = record(shared, as_json(example()))
    found = {role: set(opened_by(role, shared, report_id).parts) for role in ("risk_cell", "hr_section", "focal_point")}
    assert found == {
        "risk_cell": {"counts", "facts"},
        "hr_section": {"counts", "facts", "narrative"},
        "focal_point": {"counts", "facts", "narrative"},  # children are counted
    }
    assert set(opened_by("custodian", shared, report_id).parts) == {"counts"}  # C3 was refused


def test_a_role_that_the_person_named_as_not_to_see_it_holds_no_key(shared: Tablet) -> None:
    report = example()
    report["consent"]["withhold"] = ["risk_cell", "Local authorities of the district"]
    report_id = record(shared, as_json(report))
    with pytest.raises(errors.NotGranted):
        opened_by("risk_cell", shared, report_id)
    assert "facts" in opened_by("hr_section", shared, report_id).parts


def test_envelopes_are_chained_and_name_what_the_tablet_knew(own: Tablet) -> None:
    ids = record_many(own, [as_json(example())] * 2)
    items = own.custody.items()
    assert [item.seq for item in items] == [0, 1, 2]
    manifests = [opened_by("risk_cell", own, each).manifest for each in ids]
    assert [each.prev for each in manifests] == [items[0].object_hash, items[1].object_hash]
    assert {(each.device, each.chain) for each in manifests} == {(own.device, items[0].chain)}
    assert {each.directory for each in manifests} == {(own.directory.version, own.directory.sha256, False)}
    opened_by("risk_cell", own, ids[0]).authenticate(own.keyring.signer.public)


def test_every_report_has_its_own_tag_of_its_own_erase_key(own: Tablet) -> None:
    record_many(own, [as_json(example())] * 2)
    items = own.custody.items()
    assert all(erase_tag(item.erase_key) == item.tag for item in items)
    assert len({item.tag for item in items}) == 3
    assert all(Leaf.envelope(item.object_hash, item.tag) for item in items)


def test_a_sensitive_report_leaves_only_state_and_id_and_no_hour(own: Tablet) -> None:
    report_id = record(own, as_json(example("sexual-violence")))
    row = own.reports()[0]
    assert (row.id, row.sensitive, row.title, row.area, row.kind) == (report_id, True, "", "", "")
    assert row.recorded_at_s % DAY_S == 0
    with pytest.raises(errors.NotFound):
        outbox.facts(own.custody, report_id)
    with pytest.raises(errors.NotFound):
        own.vault.get("facts", own.custody.row_id(own.custody.items()[-1].object_hash))


def test_ordinary_facts_stay_readable_for_14_days_and_then_go(tmp_path: Path) -> None:
    clock = SetClock()
    with tablet(tmp_path, clock) as made:
        report_id = record(made, as_json(example()))
        assert outbox.facts(made.custody, report_id)["note"] == example()["note"]
        clock.at_s += 14 * DAY_S
        with reopen(made) as later:
            assert later.reports()[0].title
            clock.at_s += DAY_S
            last = reopen(later)
        assert (last.reports()[0].id, last.reports()[0].title) == (report_id, "")
        with pytest.raises(errors.NotFound):
            outbox.facts(last.custody, report_id)
        last.close()


def test_a_superseding_report_names_the_object_that_it_replaces(own: Tablet) -> None:
    first = record(own, as_json(example()))
    second = record(own, as_json(example() | {"supersedes": first}))
    hashes = {item.report_id: item.object_hash for item in own.custody.items()}
    assert opened_by("risk_cell", own, second).manifest.supersedes == hashes[parse_report_id(first)]


@pytest.mark.parametrize(
    ("change", "error"),
    [({"form": 9}, errors.InvalidReport), ({"acts": [], "events": []}, errors.InvalidReport)],
)
def test_a_report_that_does_not_validate_seals_nothing(own: Tablet, change: dict[str, Any], error: type) -> None:
    with pytest.raises(error) as caught:
        record(own, as_json(example() | change))
    assert caught.value.problems
    assert len(own.custody.items()) == 1


def test_acts_by_mission_personnel_go_to_their_own_channel_and_are_not_stored(own: Tablet) -> None:
    report = example()
    report["acts"][0]["code"] = "A413"
    with pytest.raises(ConductChannel) as caught:
        record(own, as_json(report))
    assert caught.value.exit_code == errors.EXIT_REFUSED
    assert len(own.custody.items()) == 1


# -- time ------------------------------------------------------------------------------------------------
def test_a_clock_in_2003_or_in_2040_is_not_believed_and_days_never_go_back(tmp_path: Path) -> None:
    clock = SetClock()
    with tablet(tmp_path, clock) as made:
        days = []
        for at_s in (NOW_S, NOW_S + 2 * DAY_S, 1_045_000_000, 2_222_000_000, NOW_S + DAY_S):
            clock.at_s = at_s
            record(made, as_json(example()))
            days.append(made.custody.items()[-1].sealed_day - NOW_S // DAY_S)
        assert days == [0, 2, 2, 2, 2]
        clock.at_s = 1_045_000_000
        assert not made.clock_is_sane()


# -- drafts ----------------------------------------------------------------------------------------------
def test_a_draft_is_kept_over_a_lock_and_sealed_with_the_erase_key_that_was_drawn_with_it(
    own: Tablet,
) -> None:
    draft_id = draft.start(own, "incident")
    assert draft.load(own, draft_id) == {"form": FORM, "kind": "incident"}
    draft.save(own, draft_id, example() | {"_answered": {"children": "yes"}})
    again = reopen(own)
    erase_key = draft.read(again, draft_id).erase_key
    report_id = seal_draft(again, draft_id)
    assert again.custody.items()[-1].erase_key == erase_key
    assert state_of(again, report_id) is State.SEALED
    assert draft.list_drafts(again) == []
    with pytest.raises(errors.NotFound):
        draft.load(again, draft_id)
    again.close()


def test_a_draft_that_does_not_validate_stays_as_it_was(own: Tablet) -> None:
    draft_id = draft.start(own, "flash")
    with pytest.raises(errors.InvalidReport):
        seal_draft(own, draft_id)
    assert draft.load(own, draft_id) == {"form": FORM, "kind": "flash"}
    assert len(own.custody.items()) == 1


def test_what_the_form_completed_is_sealed_in_the_drafts_place(own: Tablet) -> None:
    draft_id = draft.start(own, "incident")
    report_id = seal_draft(own, draft_id, example("own-observation"))
    assert state_of(own, report_id) is State.SEALED
    assert draft.list_drafts(own) == []


def test_a_damaged_draft_is_named_and_the_rest_is_unharmed(own: Tablet) -> None:
    good, bad = draft.start(own, "incident"), draft.start(own, "flash")
    with own.vault.write():
        own.vault._store.put("drafts", bad, b"x" * 200)
    rows = {row.id: row for row in draft.list_drafts(own)}
    assert (rows[bad].damaged, rows[good].damaged) == (True, False)
    with pytest.raises(DamagedRow):
        draft.load(own, bad)
    assert status.damaged(own) == {"drafts": 1}
    draft.discard(own, bad)
    assert status.damaged(own) == {}
    assert draft.load(own, good)["kind"] == "incident"


def test_no_word_of_a_draft_or_sealed_report_is_on_the_disk(tmp_path: Path) -> None:
    with tablet(tmp_path) as made:
        report = example() | {"note": CANARY}
        report["narrative"]["what_happened"] = CANARY
        draft_id = draft.start(made, "incident")
        draft.save(made, draft_id, report)
        assert find(made.home, [CANARY]) == []
        seal_draft(made, draft_id)
        record(made, as_json(report))
        assert find(made.home, [CANARY]) == []
        made.close()
        assert find(tmp_path, [CANARY]) == []


def test_after_sealing_not_even_the_sealed_draft_or_its_key_is_left(own: Tablet) -> None:
    draft_id = draft.start(own, "incident")
    draft.save(own, draft_id, example())
    rows = [own.vault._store.get(table, draft_id) for table in ("drafts", "keyring")]
    seal_draft(own, draft_id)
    left = b"".join(path.read_bytes() for path in own.home.iterdir())
    for sealed in rows:
        assert sealed is not None
        assert not any(sealed[at : at + 32] in left for at in range(0, len(sealed) - 32, 16))


# -- self check ------------------------------------------------------------------------------------------
def test_an_object_that_the_disk_changed_is_taken_back_and_the_draft_stays(
    own: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = draft.start(own, "incident")
    draft.save(own, draft_id, example())
    head = own.custody.head()
    put = own.vault.put

    def lying_disk(table: str, row_id: bytes, value: Any, key: bytes | None = None) -> None:
        put(table, row_id, value[:-1] + bytes([value[-1] ^ 1]) if table == "objects" else value, key)

    monkeypatch.setattr(own.vault, "put", lying_disk)
    with pytest.raises(errors.SelfCheckFailed):
        seal_draft(own, draft_id)
    assert own.custody.head() == head
    assert own.reports() == []
    assert draft.load(own, draft_id)["kind"] == "incident"


# -- a copy put back -------------------------------------------------------------------------------------
def test_a_vault_put_back_from_a_copy_begins_a_new_chain(own: Tablet, tmp_path: Path) -> None:
    own.close()
    shutil.copy(own.home / DB_NAME, tmp_path / "copy")
    with Tablet.open(own.home, PASSPHRASE, own.ports) as made:
        record(made, as_json(example()))
        chain = made.custody.head().chain
    shutil.copy(tmp_path / "copy", own.home / DB_NAME)
    with Tablet.open(own.home, PASSPHRASE, own.ports) as made:
        assert made.custody.head().chain != chain
        assert [(item.kind, item.seq) for item in made.custody.items()] == [("enrol", 0), ("enrol", 0)]
        record(made, as_json(example()))
        assert made.custody.items()[-1].seq == 1
        chain = made.custody.head().chain
    with Tablet.open(own.home, PASSPHRASE, own.ports) as made:
        assert made.custody.head().chain == chain, "and only once"


# -- review ----------------------------------------------------------------------------------------------
def test_the_review_promises_what_the_envelope_keeps(own: Tablet) -> None:
    for name in ("incident", "sexual-violence", "child", "own-observation", "radio", "flash"):
        promised = review(example(name), own)
        report_id = record(own, as_json(example(name)))
        for group in promised.groups:
            try:
                found = set(opened_by(group.role, own, report_id).parts)
            except errors.NotGranted:
                found = set()
            assert set(group.parts) == found, (name, group.role)
            assert {field.part for field in group.fields} == found, (name, group.role)
        assert promised.can_seal


def test_the_review_names_what_is_withheld_and_what_nobody_will_get(shared: Tablet) -> None:
    report = example()
    report["consent"]["scopes"] |= {"C1": "no", "C3": "no"}
    found = review(report, shared)
    assert "narrative" in found.unwritten
    assert "custodian" in found.withheld["facts"]
    assert all("narrative" not in group.parts for group in found.groups)


def test_the_review_of_an_unfinished_draft_gives_its_problems(shared: Tablet) -> None:
    found = review({"form": 1, "kind": "flash", "_answered": {}}, shared)
    assert found.groups == ()
    assert not found.can_seal
    assert found.problems


def test_every_field_of_a_review_is_text_with_a_label(shared: Tablet) -> None:
    fields = [field for group in review(example(), shared).groups for field in group.fields]
    assert fields
    assert all(field.value and field.label and not field.label.startswith(".") for field in fields)
    assert ("place.adm1", "Lemba North") in {(field.label, field.value) for field in fields}


# -- training --------------------------------------------------------------------------------------------
def test_training_seals_for_nobody_and_leaves_nothing() -> None:
    made = training(ports("training"))
    home = made.home
    assert made.training
    area = sorted(made.directory.area_names or ())[0]
    report = example()
    report["incident"]["place"] |= {"adm1": area}
    record(made, as_json(report))
    assert len(made.reports()) == 1
    made.close()
    assert not home.exists()
    assert not home.parent.exists()


# -- passphrase file -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a b c\nsecond", "a b c"),
        (b"\xef\xbb\xbfa b\r\n", "a b"),
        ("e\u0301te\u0301\n".encode(), "été"),
        (b"  a b  ", "a b"),
    ],
)
def test_the_first_line_of_the_passphrase_file_counts(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "pass"
    path.write_bytes(content)
    assert read_passphrase(path) == expected


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \nword", b"\xff\xfe\x00", None])
def test_a_passphrase_file_without_a_passphrase_is_said_to_be_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "pass"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PassphraseFile):
        read_passphrase(path)


def test_the_work_on_one_report_is_done_by_two_durable_transactions(own: Tablet) -> None:
    """What makes record() quick enough for replay: no third commit, no key derivation."""
    statements: list[str] = []
    own.vault._store._db.conn.set_trace_callback(statements.append)
    seal.record(own, as_json(example()))
    assert sum(statement.lower().startswith("commit") for statement in statements) == 2
