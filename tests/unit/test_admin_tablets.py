"""Inviting, listing and revoking tablets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from firsthand import errors
from firsthand.protocol.bundle import open_token_statement
from firsthand.protocol.directory import Directory
from firsthand.protocol.invitation import Invitation, invite_key, parse_invitation, token_seed
from firsthand.protocol.token import block_tokens, spent_hash
from sync_server.admin import devices, enrol
from sync_server.admin.devices import Device, revoke_by
from sync_server.admin.faults import (
    CannotWrite,
    LabelForm,
    LabelTaken,
    NoSuchDevice,
    NotAMission,
    RelayAddress,
)
from sync_server.admin.folder import MissionFolder, read_directory, write_directory
from sync_server.admin.keys import AdminKeys, Register
from sync_server.admin.tokens import STATEMENT_BLOCKS
from tests.support import missions
from tests.support.missions import DAY, NOBODY, PASSPHRASE, ports

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return missions.trial(tmp_path_factory.mktemp("tablets")).path


@pytest.fixture
def mission(template: Path, tmp_path: Path) -> MissionFolder:
    shutil.copytree(template, tmp_path / "mission")
    return MissionFolder.open(tmp_path / "mission")


_OPEN: dict[bytes, AdminKeys] = {}


def opened(mission: MissionFolder) -> AdminKeys:
    """The administrator's keys; every copy of the template has the same, so one derivation is enough."""
    if mission.mission_id not in _OPEN:
        _OPEN[mission.mission_id] = AdminKeys.open(mission, PASSPHRASE)
    return _OPEN[mission.mission_id]


def invite(mission: MissionFolder, *labels: str, seed: str = "invite") -> list[Invitation]:
    return enrol.invite(mission, opened(mission), labels, relay_url=NOBODY, ports=ports(seed))


def revoke(mission: MissionFolder, device: str) -> Device:
    return revoke_by(mission, opened(mission), device, ports())


def listed(mission: MissionFolder, day: int = DAY) -> list[Device]:
    return devices.listed(mission, opened(mission), ports(day=day))


def directory_of(mission: MissionFolder) -> Directory:
    return Directory.verify(read_directory(mission.directory), mission.root_sha256)


def statements(mission: MissionFolder) -> list[list[bytes]]:
    public = directory_of(mission).admin_public
    inbox = sorted((mission.relay_folder / "inbox").glob("*.tokens"))
    return [open_token_statement(public, path.read_bytes()) for path in inbox]


# -- enrol -------------------------------------------------------------------------------------------------
def test_an_invitation_holds_what_a_tablet_needs_with_no_network(mission: MissionFolder, tmp_path: Path) -> None:
    out, qr = tmp_path / "team.invitation", tmp_path / "team.png"
    enrol.enrol(mission, "Team 1", relay_url=NOBODY, out=out, qr=qr, passphrase=PASSPHRASE, ports=ports())
    invitation = parse_invitation(out.read_bytes())
    directory = Directory.verify(invitation.files, invitation.root_sha256)
    entry = directory.invites[invite_key(invitation.seed).public]
    assert directory.mission_id == invitation.mission_id == mission.mission_id
    assert (entry.id, entry.revoked, entry.cut) == (invitation.invite_id, False, None)
    assert entry.expires_day == DAY + 14
    assert (invitation.label, invitation.relay_url) == ("Team 1", NOBODY)
    assert out.stat().st_mode & 0o777 == 0o600
    assert qr.read_bytes().startswith(b"\x89PNG")


def test_a_tablet_is_not_told_the_labels_of_the_others(mission: MissionFolder) -> None:
    invite(mission, "Team Halwan")
    second = invite(mission, "Team Zirat", seed="second")[0]
    assert b"Team Halwan" not in second.encode()
    assert "labels.cbor" not in second.files
    for desk in mission.desks():
        known = Directory.verify(read_directory(desk / "directory"), mission.root_sha256)
        assert {entry.label for entry in known.invites.values()} == {"Team Halwan", "Team Zirat"}


def test_every_desk_gets_the_new_directory_and_the_relays_address(mission: MissionFolder) -> None:
    invite(mission, "Team 1")
    assert MissionFolder.open(mission.path).relay == NOBODY
    for desk in mission.desks():
        assert read_directory(desk / "directory") == read_directory(mission.directory)
        assert NOBODY in (desk / "desk.json").read_text(encoding="utf-8")


def test_a_desk_that_moved_to_its_own_host_stops_nobody(mission: MissionFolder) -> None:
    shutil.rmtree(mission.path / "desks" / mission.roles[0])
    assert invite(mission, "Team 1")


def test_a_statement_hides_one_block_among_sixteen(mission: MissionFolder) -> None:
    invitation = invite(mission, "Team 1")[0]
    [hashes] = statements(mission)
    assert len(hashes) == len(set(hashes)) == STATEMENT_BLOCKS * 1024
    assert hashes == sorted(hashes)
    own = {spent_hash(token) for token in block_tokens(token_seed(invitation.seed), 0)}
    assert own <= set(hashes)


def test_seventeen_tablets_fill_two_statements(mission: MissionFolder) -> None:
    invitations = invite(mission, *(f"Team {number}" for number in range(17)))
    found = statements(mission)
    assert [len(hashes) for hashes in found] == [STATEMENT_BLOCKS * 1024] * 2
    known = {each for hashes in found for each in hashes}
    for invitation in invitations:
        assert spent_hash(block_tokens(token_seed(invitation.seed), 0)[-1]) in known


def test_labels_are_unique_and_a_refusal_changes_nothing(mission: MissionFolder) -> None:
    invite(mission, "Team 1")
    before = read_directory(mission.directory)
    for labels in (["Team 1"], ["Team 2", "Team 2"]):
        with pytest.raises(LabelTaken):
            invite(mission, *labels, seed="other")
    assert read_directory(mission.directory) == before
    assert len(statements(mission)) == 1


def test_a_label_may_not_be_the_id_of_another_tablet(mission: MissionFolder) -> None:
    """Else `revoke` by that word would mean two tablets."""
    first = invite(mission, "Team 1")[0]
    with pytest.raises(LabelTaken):
        invite(mission, first.invite_id, seed="other")


@pytest.mark.parametrize("label", ["", " a", "a\n", "x" * 61, "a\u202eb"])
def test_a_label_of_another_form_is_refused(mission: MissionFolder, label: str) -> None:
    with pytest.raises(LabelForm):
        invite(mission, label)


def test_an_address_of_another_form_is_refused(mission: MissionFolder) -> None:
    with pytest.raises(RelayAddress):
        enrol.enrol_many(mission, ["a"], relay_url="relay", passphrase=PASSPHRASE, ports=ports())


def test_no_file_is_overwritten_and_no_label_is_spent_for_nothing(mission: MissionFolder, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    cases = [
        (taken, None, errors.Exists),
        (tmp_path / "new", taken, errors.Exists),
        (tmp_path / "no" / "x", None, CannotWrite),
    ]
    for out, qr, fault in cases:
        with pytest.raises(fault):
            enrol.enrol(mission, "Team 1", relay_url=NOBODY, out=out, qr=qr, passphrase=PASSPHRASE, ports=ports())
    assert taken.read_text(encoding="utf-8") == "mine"
    assert listed(mission) == []


def test_a_wrong_passphrase_opens_nothing(mission: MissionFolder) -> None:
    with pytest.raises(errors.WrongPassphrase):
        enrol.enrol_many(mission, ["a"], relay_url=NOBODY, passphrase="one two three four five six", ports=ports())


def test_two_administrators_at_once_do_not_mix(mission: MissionFolder) -> None:
    with mission.locked(), pytest.raises(errors.Busy):
        invite(mission, "Team 1")
    assert invite(mission, "Team 1")


@pytest.mark.parametrize("name", ["keys.sealed", "register.sealed"])
def test_a_flipped_or_cut_file_is_damage_and_not_a_wrong_passphrase(mission: MissionFolder, name: str) -> None:
    path = mission.admin / name
    whole = path.read_bytes()
    for wrong in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(wrong)
        with pytest.raises(errors.Damaged):
            devices.devices(mission, PASSPHRASE, ports())


def test_keys_that_were_taken_away_are_missed(mission: MissionFolder) -> None:
    (mission.admin / "keys.sealed").unlink()
    with pytest.raises(NotAMission):
        devices.devices(mission, PASSPHRASE, ports())


def test_a_published_directory_that_somebody_changed_is_not_signed_again(mission: MissionFolder) -> None:
    path = mission.directory / "targets" / "mission.cbor"
    path.write_bytes(path.read_bytes().replace(b"Trial", b"Tryal"))
    with pytest.raises(errors.Damaged):
        invite(mission, "Team 1")


def test_a_publication_that_was_killed_between_its_renames_is_finished(mission: MissionFolder) -> None:
    (mission.directory).rename(mission.path / "directory.old")
    assert invite(mission, "Team 1")
    assert not (mission.path / "directory.old").exists()


def test_a_label_that_was_registered_and_not_published_is_published_next(mission: MissionFolder) -> None:
    """A kill after the register and before the directory: the next command heals it."""
    before = read_directory(mission.directory)
    first = invite(mission, "Team 1")[0]
    write_directory(mission.directory, before)
    invite(mission, "Team 2", seed="second")
    assert invite_key(first.seed).public in directory_of(mission).invites


def test_each_publication_has_a_new_version_and_old_targets(mission: MissionFolder) -> None:
    before = directory_of(mission)
    invite(mission, "Team 1")
    after = directory_of(mission)
    assert (after.version, after.sha256) == (before.version, before.sha256)
    assert after.timestamp_version == before.timestamp_version + 1
    after.succeeds(before)


# -- devices and revoke --------------------------------------------------------------------------------------
def test_the_list_tells_invited_expired_and_revoked_apart(mission: MissionFolder) -> None:
    invite(mission, "Team 1", "Team 2")
    revoke(mission, "Team 2")
    on_last_day = [(d.label, d.status) for d in listed(mission, DAY + 14)]
    assert on_last_day == [("Team 1", "invited"), ("Team 2", "revoked")]
    later = listed(mission, DAY + 15)
    assert [(d.label, d.status) for d in later] == [("Team 1", "expired"), ("Team 2", "revoked")]
    assert later[0].as_json() == {
        "id": later[0].id,
        "label": "Team 1",
        "status": "expired",
        "expires": "2026-12-08",
    }


def test_revoking_by_id_or_label_reaches_every_desk(mission: MissionFolder) -> None:
    by_label, by_id, kept = invite(mission, "Team 1", "Team 2", "Team 3")
    revoke(mission, "Team 1")
    revoke(mission, by_id.invite_id)
    for desk in mission.desks():
        known = Directory.verify(read_directory(desk / "directory"), mission.root_sha256).invites
        revoked = {entry.id: (entry.revoked, entry.cut) for entry in known.values()}
        assert revoked == {
            by_label.invite_id: (True, None),
            by_id.invite_id: (True, None),
            kept.invite_id: (False, None),
        }


def test_revoking_twice_is_one_revocation(mission: MissionFolder) -> None:
    invite(mission, "Team 1")
    first = revoke(mission, "Team 1")
    assert revoke(mission, "Team 1") == first


def test_a_tablet_that_does_not_exist_cannot_be_revoked(mission: MissionFolder) -> None:
    before = read_directory(mission.directory)
    with pytest.raises(NoSuchDevice):
        revoke(mission, "Team 9")
    assert read_directory(mission.directory) == before


def test_the_register_shows_neither_labels_nor_seeds(mission: MissionFolder) -> None:
    invitation = invite(mission, "Team Halwan")[0]
    for path in mission.path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert invitation.seed not in data
            assert token_seed(invitation.seed) not in data
    assert b"Team Halwan" not in (mission.admin / "register.sealed").read_bytes()
    register = Register.open(mission, AdminKeys.open(mission, PASSPHRASE))
    assert [entry.label for entry in register.entries] == ["Team Halwan"]
    assert invitation.seed not in repr(register).encode() and "tokens" not in repr(register)
