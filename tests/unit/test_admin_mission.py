"""`mission init`: all of a mission, or nothing of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from firsthand import errors
from firsthand.protocol import cbor
from firsthand.protocol.directory import Directory
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret, sealed_file_open
from sync_server.admin import mission
from sync_server.admin.faults import AreasForm, CannotRead, CannotWrite, MissionName, NotAMission
from sync_server.admin.folder import MissionFolder, read_directory
from sync_server.ports import Ports
from tests.support import missions
from tests.support.missions import PASSPHRASE, SeededEntropy, StillClock

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MissionFolder:
    return missions.trial(tmp_path_factory.mktemp("mission"), "North")


def init(folder: Path, name: str = "Trial", areas: Path | None = None, passphrase: str = PASSPHRASE) -> MissionFolder:
    return mission.init(folder, name=name, areas=areas, passphrase=passphrase, ports=missions.ports())


def test_folders_and_files_are_for_their_owner_only(made: MissionFolder) -> None:
    for path in (made.path, *made.path.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path.name


def test_every_desk_holds_the_secret_of_its_own_public_key(made: MissionFolder) -> None:
    directory = Directory.verify(read_directory(made.directory), made.root_sha256)
    for slot, role in enumerate(directory.roles):
        desk = made.path / "desks" / role.name
        keys = cbor.decode(sealed_file_open(PASSPHRASE, (desk / "keys.sealed").read_bytes(), "desk"))
        assert isinstance(keys, dict)
        assert (keys["role"], keys["slot"]) == (role.name, slot)
        [[epoch, seed]] = keys["epochs"]
        assert (epoch, KemSecret.from_seed(seed).public()) == (role.epoch, role.kem_public)
        signs = {key.role: key.sign_public for key in directory.desks}[role.name]
        assert SigningKey.from_seed(keys["sign_seed"]).public == signs
        card = json.loads((desk / "desk.json").read_bytes())
        assert (card["role"], card["slot"], card["relay"]) == (role.name, slot, None)
        assert card["root_sha256"] == made.root_sha256.hex()
        assert read_directory(desk / "directory") == read_directory(made.directory)


def test_no_two_secrets_are_the_same(made: MissionFolder) -> None:
    secrets: list[bytes] = []
    for role in made.roles:
        blob = (made.path / "desks" / role / "keys.sealed").read_bytes()
        keys = cbor.decode(sealed_file_open(PASSPHRASE, blob, "desk"))
        assert isinstance(keys, dict)
        secrets += [keys["epochs"][0][1], keys["sign_seed"], keys["storage_key"]]
    offline = cbor.decode(sealed_file_open(PASSPHRASE, (made.admin / "offline.sealed").read_bytes(), "offline"))
    assert isinstance(offline, dict)
    secrets += [*offline["root"], *offline["targets"]]
    secrets.append(bytes.fromhex(json.loads((made.relay_folder / "relay.json").read_bytes())["log_seed"]))
    assert len(set(secrets)) == len(secrets) == 3 * len(made.roles) + 5


def test_the_relay_folder_knows_the_log_and_no_key_that_opens(made: MissionFolder) -> None:
    relay = json.loads((made.relay_folder / "relay.json").read_bytes())
    directory = Directory.verify(read_directory(made.directory), made.root_sha256)
    assert set(relay) == {"origin", "log_seed", "log_public", "admin_public", "desks"}
    assert relay["origin"] == directory.origin
    assert SigningKey.from_seed(bytes.fromhex(relay["log_seed"])).public == directory.log_public
    assert bytes.fromhex(relay["admin_public"]) == directory.admin_public
    assert [desk["role"] for desk in relay["desks"]] == list(made.roles)


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(errors.Exists):
        init(tmp_path)
    with pytest.raises(errors.Exists):
        init(tmp_path / "kept.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_an_empty_folder_is_used_and_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o755)
    assert init(folder).roles
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["", " Trial", "x" * 81, "a\nb", "a\u202eb"])
def test_a_name_that_nobody_could_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissionName):
        init(tmp_path / "m", name=name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("passphrase", ["one two three four five", "", "------", "word" * 40])
def test_fewer_than_six_words_are_refused(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(errors.WeakPassphrase):
        init(tmp_path / "m", passphrase=passphrase)
    assert not list(tmp_path.iterdir())


def test_bad_areas_leave_nothing_behind(tmp_path: Path) -> None:
    areas = tmp_path / "areas.geojson"
    areas.write_text("{}", encoding="utf-8")
    with pytest.raises(AreasForm):
        init(tmp_path / "m", areas=areas)
    with pytest.raises(CannotRead):
        init(tmp_path / "m", areas=tmp_path / "none")
    assert [path.name for path in tmp_path.iterdir()] == ["areas.geojson"]


@dataclass(slots=True)
class FailingEntropy(SeededEntropy):
    """Gives out after some bytes, as a machine that is switched off does."""

    left: int = 0

    def bytes(self, count: int) -> bytes:
        if self.left == 0:
            raise errors.Busy("no more")
        self.left -= 1
        return SeededEntropy.bytes(self, count)


@pytest.mark.slow
@pytest.mark.parametrize("made_before", [False, True], ids=["new", "empty"])
def test_whatever_stops_init_leaves_nothing_of_a_mission(tmp_path: Path, made_before: bool) -> None:
    folder = tmp_path / "m"
    if made_before:
        folder.mkdir()
    stopped = 0
    for left in (3, 20, 21, 22, 24, 25, 99):  # 20 draws make keys in memory; six more seal one file each
        ports = Ports(StillClock(), FailingEntropy(left=left))
        try:
            mission.init(folder, name="Trial", areas=None, passphrase=PASSPHRASE, ports=ports)
        except errors.Busy:
            stopped += 1
            assert folder.exists() == made_before
            assert {path.name for path in tmp_path.iterdir()} <= {"m"}
            assert not made_before or not list(folder.iterdir())
    assert stopped == 6
    assert MissionFolder.open(folder).roles


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite):
        init(tmp_path / "file" / "m")


def test_a_folder_without_mission_json_is_no_mission(tmp_path: Path) -> None:
    with pytest.raises(NotAMission):
        MissionFolder.open(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"v": 1}', "null"])
def test_a_damaged_mission_json_is_said_to_be_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / "mission.json").write_text(text, encoding="utf-8")
    with pytest.raises(errors.Damaged):
        MissionFolder.open(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "zz"),
        ("id", 3),
        ("id", "00"),
        ("root_sha256", ""),
        ("v", 2),
        ("roles", "risk_cell"),
        ("roles", [1]),
        ("relay", 5),
        ("name", None),
    ],
)
def test_a_fact_of_another_form_in_mission_json_is_damage(
    made: MissionFolder, tmp_path: Path, field: str, value: object
) -> None:
    facts = json.loads((made.path / "mission.json").read_bytes())
    (tmp_path / "mission.json").write_text(json.dumps({**facts, field: value}), encoding="utf-8")
    with pytest.raises(errors.Damaged):
        MissionFolder.open(tmp_path)
