"""A proof checks out by itself, any changed byte fails, and it opens one part and no other."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.domain.uses import Use
from firsthand.errors import NotFound, Refused, Usage
from firsthand.protocol import cbor, handover, proof
from firsthand.protocol.directory import ANCHOR_FILES
from firsthand.protocol.envelope import Opened
from firsthand.protocol.handover import Handover
from firsthand.protocol.proof import Proof, ProofRefused, Verified
from firsthand.protocol.signing import SigningKey
from sync_server.desk import commands, statement
from sync_server.desk.giving import GrantRefused, give, take
from sync_server.desk.keys import open_keys
from sync_server.desk.main import Desk
from sync_server.desk.openings import Openings
from sync_server.desk.proving import PartNotHeld
from sync_server.desk.terms import UseAskWithheld, UseRefused, UseWithdrawn, UseWithoutRecord
from tests.support.custody import ASKER, NAME, SECOND, Mission
from tests.support.desk_pages import PASSPHRASE

NOTE = "Three lorries came by the north road."


class Told(Mission):
    """A mission with a report of every kind of terms."""

    reports: dict[str, str]
    desk_key: SigningKey


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Told:
    mission = Told(tmp_path_factory.mktemp("proofs"))
    mission.desk_key = open_keys(mission.chest.desk("hr_section"), PASSPHRASE).sign_key
    mission.reports = {
        "both": mission.tell(uses=["C4n", "C4i"], facts={"note": NOTE}),
        "international": mission.tell(uses=["C4i", "C10"]),
        "none": mission.tell(uses=["C7crm", "C10"]),
        "unknown": mission.tell(uses=None),
        "basis": mission.tell(basis="legal_obligation"),
        "withhold": mission.tell(uses=["C4n", "C4i"], withhold=True),
    }
    for _ in range(9):
        mission.tell(uses=["C4n"])
    mission.ingest("hr_section", "custodian")
    mission.accounts("custodian", ASKER, SECOND)
    return mission


def prove(
    mission: Told, out: Path, report: str = "both", part: str = "facts", role: str = "hr_section", **options: Any
) -> bytes:
    name = mission.reports[report]
    commands.prove(mission.chest.desk(role), name, part, out, PASSPHRASE, mission.chest.ports, **options)
    return out.read_bytes()


@pytest.fixture(scope="module")
def good(mission: Told, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return prove(mission, tmp_path_factory.mktemp("good") / "proof")


def payload_of(data: bytes) -> dict[str, Any]:
    whole: Any = cbor.decode(data, max_bytes=proof.MAX_BYTES)
    found: dict[str, Any] = cbor.decode(whole[1], max_bytes=proof.MAX_BYTES)  # type: ignore[assignment]
    return found


def signed_again(mission: Told, base: bytes, **changes: Any) -> bytes:
    """What a lying desk could write: a changed payload under its own good signature."""
    payload = cbor.encode(payload_of(base) | changes)
    key = mission.desk_key
    return cbor.encode(["firsthand/1/proof", payload, key.sign(cbor.encode(["firsthand/1/proof", payload]))])


# -- it holds ------------------------------------------------------------------------------------------------------
def test_a_proof_holds_without_any_key_or_server(good: bytes) -> None:
    found = proof.verify(good)
    assert (found.part, found.content["note"], found.pinned) == ("facts", NOTE, False)
    assert found.mission_name == "Mission in Ruvala"
    assert found.uses == ("C4n", "C4i")
    assert (found.index, found.role) == (1, "hr_section")


def test_the_root_can_be_demanded(good: bytes) -> None:
    root = sha256(payload_of(good)["directory"]["root.json"]).digest()
    assert proof.verify(good, root).pinned
    with pytest.raises(ProofRefused) as refusal:
        proof.verify(good, sha256(b"another root").digest())
    assert refusal.value.reason == "directory"


def test_it_holds_one_part_key_and_no_way_into_the_others(good: bytes) -> None:
    payload = payload_of(good)
    assert NAME.encode() not in good and b"Account in words" not in good
    assert set(payload["directory"]) == set(ANCHOR_FILES)
    assert b"North 1" not in good, "labels of tablets are the mission's own business"
    k0, ki = payload["keys"]
    for number in (1, 3, 4, 5):
        keys: list[bytes | None] = [k0, None, None, None, None, None]
        for key in (k0, ki):
            keys[number] = key
            with pytest.raises(Exception, match="part seal"):
                Opened.from_keys(payload["object"], keys)


def test_the_words_say_what_is_proved_and_what_is_not(good: bytes) -> None:
    for language in ("en", "fr", "ar"):
        text = "\n".join(statement.lines(proof.verify(good), language))
        assert NOTE in text and proof.verify(good).words in text
    english = "\n".join(statement.lines(proof.verify(good), "en"))
    assert "That what is written is true" in english
    assert "Which person held the tablet" in english
    assert proof.verify(good).root_sha256.hex() in english
    assert "national courts, international courts" in english
    assert json.loads(json.dumps(statement.as_json(proof.verify(good))))["holds"] is True


# -- any changed byte ------------------------------------------------------------------------------------------------
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_any_changed_byte_fails(good: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    bits = data.draw(st.integers(1, 255))
    with pytest.raises(ProofRefused):
        proof.verify(good[:at] + bytes([good[at] ^ bits]) + good[at + 1 :])


def test_every_byte_of_every_thousand_and_of_both_ends_fails(good: bytes) -> None:
    for at in (*range(64), *range(0, len(good), 997), *range(len(good) - 70, len(good))):
        with pytest.raises(ProofRefused):
            proof.verify(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1, exclude_max=True), more=st.binary(min_size=1, max_size=8))
def test_a_cut_or_longer_file_fails(good: bytes, cut: float, more: bytes) -> None:
    for bad in (good[: int(len(good) * cut)], good + more):
        with pytest.raises(ProofRefused):
            proof.verify(bad)


@settings(max_examples=100, deadline=None)
@given(junk=st.binary(max_size=400))
def test_rubbish_is_refused_and_nothing_else_happens(junk: bytes) -> None:
    with pytest.raises(ProofRefused):
        proof.verify(junk)


# -- a desk that lies ------------------------------------------------------------------------------------------------
def test_a_desk_that_signs_what_it_has_changed_is_found_out(mission: Told, good: bytes, tmp_path: Path) -> None:
    other = payload_of(prove(mission, tmp_path / "other", "international"))
    mine = payload_of(good)
    lies: dict[str, dict[str, Any]] = {
        "log": {"index": mine["index"] + 1},
        "part": {"keys": [mine["keys"][0], bytes(32)]},
        "form": {"part": 9},
        "directory": {"directory": mine["directory"] | {"root.json": mine["directory"]["root.json"] + b" "}},
        "author": {"certificate": mine["certificate"] | {"by_invite": bytes(64)}},
    }
    assert proof.verify(signed_again(mission, good)).part == "facts", "unchanged, it holds"
    for reason, change in lies.items():
        if reason == "directory":
            continue
        with pytest.raises(ProofRefused) as refusal:
            proof.verify(signed_again(mission, good, **change))
        assert refusal.value.reason == reason
    for swapped in ({"object": other["object"]}, {"path": other["path"][:-1]}, {"checkpoint": "x"}):
        with pytest.raises(ProofRefused):
            proof.verify(signed_again(mission, good, **swapped))


def test_a_report_of_a_tablet_that_nobody_invited_is_no_proof(mission: Told, good: bytes) -> None:
    from firsthand.protocol.certificate import make_certificate

    stranger = SigningKey.from_seed(sha256(b"stranger").digest())
    forged = make_certificate(stranger, mission.tablet.sign, mission.tablet.kem_public)
    with pytest.raises(ProofRefused) as refusal:
        proof.verify(signed_again(mission, good, certificate=forged))
    assert refusal.value.reason == "author"


def test_a_stranger_who_signs_as_a_desk_is_found_out(mission: Told, good: bytes) -> None:
    payload = cbor.encode(payload_of(good))
    stranger = SigningKey.from_seed(sha256(b"stranger").digest())
    data = cbor.encode(["firsthand/1/proof", payload, stranger.sign(cbor.encode(["firsthand/1/proof", payload]))])
    with pytest.raises(ProofRefused) as refusal:
        proof.verify(data)
    assert refusal.value.reason == "desk"
    with pytest.raises(ProofRefused):
        proof.verify(signed_again(mission, good, role="custodian"))


def test_nothing_is_written_that_would_not_hold() -> None:
    bad = Proof(b"", 2, (bytes(32), bytes(32)), None, {}, 0, (), "", "hr_section", 0, None)
    with pytest.raises(ProofRefused):
        proof.make(bad, SigningKey.from_seed(bytes(32)))


# -- who may have it -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("report", "use", "error"),
    [
        ("both", None, None),
        ("both", Use.COURT_NATIONAL, None),
        ("international", None, None),
        ("international", Use.COURT_INTERNATIONAL, None),
        ("international", Use.COURT_NATIONAL, UseRefused),
        ("none", None, UseRefused),
        ("unknown", None, UseWithoutRecord),
        ("basis", Use.COURT_NATIONAL, None),
        ("withhold", None, UseAskWithheld),
    ],
)
def test_no_proof_without_a_court_that_was_allowed(
    mission: Told, tmp_path: Path, report: str, use: Use | None, error: type[Refused] | None
) -> None:
    out = tmp_path / "proof"
    if error is None:
        assert isinstance(proof.verify(prove(mission, out, report, use=use)), Verified)
        return
    with pytest.raises(error):
        prove(mission, out, report, use=use)
    assert not out.exists()


def test_a_scope_that_was_taken_back_is_a_no(mission: Told, tmp_path: Path) -> None:
    name = mission.tell(uses=["C4n"])
    mission.ingest("hr_section")
    folder, ports = mission.chest.desk("hr_section"), mission.chest.ports
    commands.prove(folder, name, "facts", tmp_path / "before", PASSPHRASE, ports, use=Use.COURT_NATIONAL)
    with Desk.open(folder, PASSPHRASE) as desk, desk.store.transaction():
        desk.store.execute("INSERT INTO withdrawn SELECT e.hash, 'C4n' FROM envelope e ORDER BY e.idx DESC LIMIT 1", ())
    with pytest.raises(UseWithdrawn):
        commands.prove(folder, name, "facts", tmp_path / "after", PASSPHRASE, ports, use=Use.COURT_NATIONAL)


def test_a_person_who_has_compared_the_list_can_say_so(mission: Told, tmp_path: Path) -> None:
    assert proof.verify(prove(mission, tmp_path / "proof", "withhold", withheld_checked=True)).part == "facts"


def test_a_desk_proves_only_what_it_holds(mission: Told, tmp_path: Path) -> None:
    with pytest.raises(PartNotHeld):
        prove(mission, tmp_path / "proof", part="facts", role="custodian")
    with pytest.raises(NotFound):
        commands.prove(
            mission.chest.desk("hr_section"), "0" * 26, "facts", tmp_path / "proof", PASSPHRASE, mission.chest.ports
        )
    assert list(tmp_path.iterdir()) == []


# -- a part key from another desk --------------------------------------------------------------------------------
def hand_over(mission: Told, out: Path, report: str = "both", to: str = "custodian", **options: Any) -> bytes:
    name, folder = mission.reports[report], mission.chest.desk("hr_section")
    commands.grant(folder, name, "facts", to, out, PASSPHRASE, mission.chest.ports, **options)
    return out.read_bytes()


def test_the_custodian_proves_facts_that_the_section_has_given(mission: Told, tmp_path: Path) -> None:
    hand_over(mission, tmp_path / "grant", "international")
    custodian, ports = mission.chest.desk("custodian"), mission.chest.ports
    assert commands.take_grant(custodian, tmp_path / "grant", PASSPHRASE, ports) == "facts"
    data = prove(mission, tmp_path / "proof", "international", role="custodian")
    assert (proof.verify(data).part, proof.verify(data).role) == ("facts", "custodian")
    with pytest.raises(PartNotHeld):
        prove(mission, tmp_path / "other", "both", role="custodian")


def test_a_grant_is_for_one_desk_and_from_one_desk(mission: Told, tmp_path: Path) -> None:
    good_grant = hand_over(mission, tmp_path / "grant", "basis")
    folder, ports = mission.chest.desk("custodian"), mission.chest.ports
    for at in range(0, len(good_grant), 61):
        (tmp_path / "bad").write_bytes(good_grant[:at] + bytes([good_grant[at] ^ 1]) + good_grant[at + 1 :])
        with Desk.open(folder, PASSPHRASE) as desk, pytest.raises(GrantRefused):
            take(desk.store, desk.keys, desk.directory(), (tmp_path / "bad").read_bytes())
    with Desk.open(mission.chest.desk("hr_section"), PASSPHRASE) as desk, pytest.raises(GrantRefused):
        take(desk.store, desk.keys, desk.directory(), good_grant)
    with Desk.open(folder, PASSPHRASE) as desk:
        public = next(role.kem_public for role in desk.directory().roles if role.name == "custodian")
        object_hash = desk.store.one("SELECT hash FROM envelope WHERE idx = 1")[0]
        stranger = SigningKey.from_seed(sha256(b"stranger").digest())
        for given, key in (
            (Handover(object_hash, 2, bytes(32), "hr_section"), mission.desk_key),
            (Handover(object_hash, 2, bytes(range(32)), "hr_section"), stranger),
            (Handover(object_hash, 3, bytes(range(32)), "hr_section"), mission.desk_key),
            (Handover(bytes(32), 2, bytes(range(32)), "hr_section"), mission.desk_key),
            (Handover(object_hash, 2, bytes(range(32)), "nobody"), mission.desk_key),
        ):
            with pytest.raises(GrantRefused):
                take(desk.store, desk.keys, desk.directory(), handover.seal(given, key, "custodian", public))
    with pytest.raises(NotFound):
        commands.take_grant(folder, tmp_path / "nothing", PASSPHRASE, ports)


def test_no_grant_past_a_withheld_list_and_none_of_names(mission: Told, tmp_path: Path) -> None:
    with pytest.raises(UseAskWithheld):
        hand_over(mission, tmp_path / "grant", "withhold")
    assert hand_over(mission, tmp_path / "grant", "withhold", withheld_checked=True)
    for role in ("hr_section", "nobody"):
        with pytest.raises(NotFound):
            hand_over(mission, tmp_path / "none", to=role)
    with Desk.open(mission.chest.desk("custodian"), PASSPHRASE) as desk, pytest.raises(PartNotHeld):
        give(desk.store, desk.keys, desk.directory(), 1, "identities", "hr_section")


def test_names_are_proved_only_with_an_opening_of_two(mission: Told, tmp_path: Path) -> None:
    with pytest.raises(Usage):
        prove(mission, tmp_path / "proof", part="identities", role="custodian")
    now_s = mission.chest.hands.now_s()
    with Desk.open(mission.chest.desk("custodian"), PASSPHRASE) as desk:
        asked = Openings(desk.store).ask(ASKER, 1, "court", now_s)
        Openings(desk.store).answer(SECOND, asked.id, now_s, approve=True)
    data = prove(mission, tmp_path / "proof", part="identities", role="custodian", opening=asked.id)
    assert proof.verify(data).content["victims"] == [{"name": NAME}]
    with pytest.raises(Refused):
        prove(mission, tmp_path / "again", part="identities", role="custodian", opening=asked.id)
    assert not (tmp_path / "again").exists()


def test_a_proof_stands_in_the_journal(mission: Told, tmp_path: Path) -> None:
    data = prove(mission, tmp_path / "proof")
    with Desk.open(mission.chest.desk("hr_section"), PASSPHRASE) as desk:
        last = desk.store.one("SELECT action, subject FROM journal ORDER BY id DESC LIMIT 1")
    assert last[0] == "prove" and sha256(data).hexdigest()[:16] in last[1]


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        commands.verify_proof(tmp_path / "nothing", None)
    (tmp_path / "huge").write_bytes(bytes(proof.MAX_BYTES + 1))
    with pytest.raises(ProofRefused):
        commands.verify_proof(tmp_path / "huge", None)
