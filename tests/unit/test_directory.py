"""The directory: one fault a case, and nothing that is not signed is ever believed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from firsthand.errors import BadSignature, Malformed, Rollback, TheirFault, WrongMission
from firsthand.protocol import cbor
from firsthand.protocol.directory import Directory
from firsthand.protocol.signing import SigningKey
from sync_server.admin import mission as admin_mission
from sync_server.admin.enrol import enrol_many
from sync_server.admin.folder import MissionFolder, read_directory
from sync_server.admin.keys import AdminKeys, Register
from sync_server.admin.publish import DAILY_DAYS, republish
from sync_server.admin.signers import SeedSigner
from tests.support import missions

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> MissionFolder:
    folder = missions.trial(tmp_path_factory.mktemp("directory"), "North", "South")
    enrol_many(
        folder,
        ["Team 1", "Team 2"],
        relay_url=missions.NOBODY,
        passphrase=missions.PASSPHRASE,
        ports=missions.ports("tablets"),
    )
    return folder


@pytest.fixture(scope="module")
def admin(mission: MissionFolder) -> AdminKeys:
    return AdminKeys.open(mission, missions.PASSPHRASE)


@pytest.fixture
def files(mission: MissionFolder) -> Files:
    return read_directory(mission.directory)


def verify(files: Files, mission: MissionFolder) -> Directory:
    return Directory.verify(files, mission.root_sha256)


def daily_resigned(files: Files, admin: AdminKeys) -> Files:
    """What the administrator can do alone: sign devices, snapshot and timestamp over the files."""
    register = Register(salt=bytes(16))
    return republish(files, version=9, admin=admin.sign, register=register, ports=missions.ports())


def test_a_directory_says_what_the_mission_was_made_with(files: Files, mission: MissionFolder) -> None:
    directory = verify(files, mission)
    assert directory.mission_id == mission.mission_id
    assert directory.mission_name == "Trial"
    assert directory.single_passphrase is True
    assert [role.name for role in directory.roles] == list(mission.roles)
    assert {desk.role for desk in directory.desks} == set(mission.roles)
    assert directory.area_names == frozenset({"North", "South"})
    assert directory.created_day == missions.DAY
    assert {invite.label for invite in directory.invites.values()} == {"Team 1", "Team 2"}
    assert all(invite.expires_day == missions.DAY + 14 for invite in directory.invites.values())


def test_without_the_labels_file_everything_but_the_labels_is_there(files: Files, mission: MissionFolder) -> None:
    whole = verify(files, mission)
    del files["labels.cbor"]
    directory = verify(files, mission)
    assert set(directory.invites) == set(whole.invites)
    assert {invite.label for invite in directory.invites.values()} == {""}


def test_root_and_targets_bear_a_classical_and_a_post_quantum_signature(files: Files) -> None:
    for name in ("root.json", "targets.json"):
        assert len(json.loads(files[name])["signatures"]) == 2
    root = Metadata[Root].from_bytes(files["root.json"]).signed
    for role in ("root", "targets"):
        assert root.roles[role].threshold == 2
        assert {root.keys[keyid].keytype for keyid in root.roles[role].keyids} == {"ed25519", "ml-dsa"}


def test_another_root_than_the_pinned_one_is_another_mission(files: Files) -> None:
    with pytest.raises(WrongMission):
        Directory.verify(files, bytes(32))


@pytest.mark.parametrize("name", ["root.json", "timestamp.json", "snapshot.json", "targets.json", "devices.json"])
@pytest.mark.parametrize("position", [0, -1], ids=["first", "last"])
def test_no_signature_may_be_missing(files: Files, mission: MissionFolder, name: str, position: int) -> None:
    value = json.loads(files[name])
    del value["signatures"][position]
    files[name] = json.dumps(value).encode()
    with pytest.raises(TheirFault):
        Directory.verify(files, None)


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa"])
def test_a_root_that_one_kind_of_key_could_sign_alone_is_refused(files: Files, kind: str) -> None:
    """Even when every signature on it is good: a break of one kind must not be enough."""
    ed, pq = SigningKey.from_seed(bytes(32)), CryptoSigner.generate_mldsa()
    root = Metadata[Root].from_bytes(files["root.json"])
    for role in ("root", "targets"):
        for keyid in list(root.signed.roles[role].keyids):
            root.signed.revoke_key(keyid, role)
    for signer in (SeedSigner(ed), pq):
        root.signed.add_key(signer.public_key, "root")
        root.signed.add_key(signer.public_key, "targets")
    root.signed.roles["root"].threshold = 1
    root.signatures.clear()
    root.sign(SeedSigner(ed) if kind == "ed25519" else pq)
    files["root.json"] = root.to_bytes()
    with pytest.raises(BadSignature, match="threshold"):
        Directory.verify(files, None)


def test_the_administrator_cannot_replace_a_role_key(files: Files, mission: MissionFolder, admin: AdminKeys) -> None:
    facts = cbor.decode(files["mission.cbor"])
    assert isinstance(facts, dict)
    facts["roles"][0][2] = bytes(1216)
    files["mission.cbor"] = cbor.encode(facts)
    with pytest.raises(BadSignature):
        verify(daily_resigned(files, admin), mission)


def test_the_administrator_cannot_sign_targets(files: Files, mission: MissionFolder, admin: AdminKeys) -> None:
    targets = Metadata[Targets].from_bytes(files["targets.json"])
    targets.signed.version += 1
    targets.signatures.clear()
    targets.sign(SeedSigner(admin.sign))
    files["targets.json"] = targets.to_bytes()
    with pytest.raises(BadSignature):
        verify(daily_resigned(files, admin), mission)


def test_what_the_administrator_may_sign_alone_is_accepted(
    files: Files, mission: MissionFolder, admin: AdminKeys
) -> None:
    """The counter-proof of the two cases above: with the files as they were, the same steps are good."""
    assert verify(daily_resigned(files, admin), mission).invites == {}


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "devices.json", "devices.cbor", "labels.cbor"])
def test_parts_of_two_publications_do_not_mix(
    files: Files, mission: MissionFolder, admin: AdminKeys, name: str
) -> None:
    files[name] = daily_resigned(files, admin)[name]
    with pytest.raises(BadSignature):
        verify(files, mission)


@pytest.mark.parametrize(
    "name",
    [
        "root.json",
        "timestamp.json",
        "snapshot.json",
        "targets.json",
        "devices.json",
        "mission.cbor",
        "devices.cbor",
        "areas.geojson",
    ],
)
def test_every_file_must_be_there(files: Files, mission: MissionFolder, name: str) -> None:
    del files[name]
    with pytest.raises(Malformed):
        verify(files, mission)


def test_a_file_of_an_unknown_name_is_refused(files: Files, mission: MissionFolder) -> None:
    with pytest.raises(Malformed):
        verify({**files, "extra.json": b"{}"}, mission)


def test_json_that_is_a_thousand_levels_deep_is_refused(files: Files, mission: MissionFolder) -> None:
    files["timestamp.json"] = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(Malformed):
        verify(files, mission)


def test_no_changed_byte_and_no_cut_changes_what_is_believed(files: Files, mission: MissionFolder) -> None:
    """Spelling that signatures do not cover (space, case of hex) may pass, but only with the same meaning."""
    honest = verify(files, mission)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    refused = 0
    for name, data in files.items():
        for _ in range(40):
            place = dice.randrange(len(data))
            flipped = data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]
            for wrong in (flipped, data[:place]):
                try:
                    found = verify({**files, name: wrong}, mission)
                except TheirFault:
                    refused += 1
                else:
                    assert found == honest, f"seed {seed}: {name} at {place}"
    assert refused > 40 * len(files)


def test_expired_metadata_is_stale_and_still_good(files: Files, mission: MissionFolder) -> None:
    directory = verify(files, mission)
    last = missions.DAY + DAILY_DAYS - 1
    assert not directory.is_stale(last)
    assert directory.is_stale(last + 1)
    assert datetime.fromtimestamp(directory.expires_day * 86_400, tz=UTC).hour == 0


Change = Callable[[Directory], Directory]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: replace(d, mission_id=bytes(16)), WrongMission),
        (lambda d: replace(d, version=d.version - 1), Rollback),
        (lambda d: replace(d, timestamp_version=d.timestamp_version - 1), Rollback),
        (lambda d: replace(d, sha256=bytes(32)), Rollback),
    ],
    ids=["other-mission", "older-targets", "older-timestamp", "two-of-one-version"],
)
def test_a_directory_is_not_replaced_by_what_is_older_or_foreign(
    files: Files, mission: MissionFolder, change: Change, fault: type[TheirFault]
) -> None:
    directory = verify(files, mission)
    with pytest.raises(fault):
        change(directory).succeeds(directory)


def test_a_directory_may_replace_itself_and_what_is_older(files: Files, mission: MissionFolder) -> None:
    directory = verify(files, mission)
    directory.succeeds(directory)
    replace(directory, timestamp_version=directory.timestamp_version + 1).succeeds(directory)


# -- against another reader of TUF ---------------------
class FolderFetcher(FetcherInterface):
    """Serves the files of a published directory to python-tuf's own client."""

    def __init__(self, folder: MissionFolder) -> None:
        self._folder = folder.directory

    def _fetch(self, url: str) -> Iterator[bytes]:
        kind, name = url.removeprefix("firsthand://").split("/", 1)
        path = self._folder / kind / name
        if not path.is_file():
            raise DownloadHTTPError("no such file", 404)
        yield path.read_bytes()


def test_the_reference_client_of_tuf_accepts_the_same_directory(tmp_path: Path) -> None:
    """It looks at the real clock, so this mission is made late in the century."""
    late = replace(missions.ports(), clock=missions.StillClock(36_000))
    folder = admin_mission.init(
        tmp_path / "mission",
        name="Late",
        areas=missions.write_areas(tmp_path / "areas.geojson", "North"),
        passphrase=missions.PASSPHRASE,
        ports=late,
    )
    [invitation] = enrol_many(folder, ["Team 1"], relay_url=missions.NOBODY, passphrase=missions.PASSPHRASE, ports=late)
    for name in ("cache", "targets"):
        (tmp_path / name).mkdir()
    client = Updater(
        str(tmp_path / "cache"),
        "firsthand://metadata/",
        str(tmp_path / "targets"),
        "firsthand://targets/",
        FolderFetcher(folder),
        UpdaterConfig(prefix_targets_with_hash=False),
        bootstrap=invitation.files["root.json"],
    )
    for name in ("mission.cbor", "areas.geojson", "devices.cbor"):
        info = client.get_targetinfo(name)
        assert info is not None
        assert Path(client.download_target(info)).read_bytes() == invitation.files[name]
