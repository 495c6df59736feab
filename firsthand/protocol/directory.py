"""The directory: what a mission has signed, verified and read (PROTOCOL, Keys and Downstream).

Theory. The directory is TUF metadata. `root` names the keys of every other role and is pinned by its hash in
the invitation. `targets` names the mission's public facts (role keys, policy, log key, areas) and delegates
`devices` to the administrator's key, which also signs `snapshot` and `timestamp`. The chain is followed in
the order of the TUF specification, sections 5.3 to 5.6, with one difference on purpose: *expired metadata
does not fail*. A tablet without a network must keep sealing; callers ask `is_stale(day)` and say so.

Rules beyond TUF:
- `root` and `targets` are signed by Ed25519 *and* ML-DSA-65: a threshold that the keys of one kind could
  meet alone is refused.
- every file below `timestamp` is bound by length and SHA-256, so one timestamp names exactly one directory.
- `mission.cbor` and `areas.geojson` come from `targets` only, `devices.cbor`, `labels.cbor` and the content
  files from `devices` only: a lying administrator can invent authors, never replace a role key. A content file that
  is named must be there, so that nobody on the way can take it out.

Pure: bytes in, a value out. No clock, no files, no network, and no memory of earlier directories: `succeeds`
compares two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from firsthand.errors import BadSignature, Malformed, Rollback, WrongMission
from firsthand.protocol.directory_files import (
    TARGET_MAX_BYTES,
    DeskKey,
    Invite,
    RoleKey,
    area_names,
    parse_areas,
    parse_invites,
    parse_labels,
    parse_mission,
)

__all__ = [
    "ANCHOR_FILES",
    "CONTENT_FILES",
    "METADATA_FILES",
    "OPTIONAL_FILES",
    "TARGET_FILES",
    "Anchor",
    "DeskKey",
    "Directory",
    "Invite",
    "RoleKey",
    "area_names",
]

METADATA_FILES = ("root.json", "timestamp.json", "snapshot.json", "targets.json", "devices.json")
# What the mission publishes besides its facts and its tablets; whoever uses such a file reads its form.
CONTENT_FILES = ("referrals.json", "protocol.yaml")
TARGET_FILES = ("mission.cbor", "devices.cbor", "areas.geojson", "labels.cbor", *CONTENT_FILES)
OPTIONAL_FILES = frozenset({"areas.geojson", "labels.cbor", *CONTENT_FILES})
METADATA_MAX_BYTES = 512 * 1024
# What a stranger needs of a directory to check a proof: no drawing, no names of tablets, no services.
ANCHOR_FILES = (*METADATA_FILES, "mission.cbor", "devices.cbor")

_KINDS = frozenset({("ed25519", "ed25519"), ("ml-dsa", "ml-dsa-65/1")})
_S = TypeVar("_S", Root, Timestamp, Snapshot, Targets)


@dataclass(frozen=True, slots=True)
class Directory:
    """A verified directory. Build it with `Directory.verify` only; treat the dictionaries as frozen.

    Attributes:
        version: of `targets`.
        sha256: of `targets.json`; manifests name version and hash.
        timestamp_version: grows with every publication.
        expires_day: the first day (since 1970) on which some part has expired.
        mission_id: 16 bytes.
        single_passphrase: one passphrase made all roles' keys (trial and demo): every screen says so.
        origin: the log's name in checkpoints.
        area_names: values of `adm1`; None when the mission accepts every name.
        invites: by invite public key.
        content: bytes of the content files by name, those that the mission has.
    """

    version: int
    sha256: bytes
    timestamp_version: int
    expires_day: int
    mission_id: bytes
    mission_name: str
    created_day: int
    single_passphrase: bool
    origin: str
    log_public: bytes
    admin_public: bytes
    roles: tuple[RoleKey, ...]
    desks: tuple[DeskKey, ...]
    policy_json: dict[str, Any]
    areas_geojson: dict[str, Any] | None
    area_names: frozenset[str] | None
    invites: dict[bytes, Invite]
    content: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def verify(cls, files: Mapping[str, bytes], root_sha256: bytes | None) -> Directory:
        """Follow the signatures from `root.json` to every file, and read them.

        Args:
            files: by name, as in `METADATA_FILES` and `TARGET_FILES`; `OPTIONAL_FILES` may be missing where
                the metadata does not name them, and `labels.cbor` always.
            root_sha256: the pinned hash of `root.json`; None only where the folder itself is the trust
                (the administrator's own).

        Raises:
            WrongMission: `root.json` is not the pinned one.
            Malformed: a file is missing, unknown, too large or not in its form.
            BadSignature: a signature, threshold, length, hash or version does not hold.
        """
        _check_names(files)
        if root_sha256 is not None and hashlib.sha256(files["root.json"]).digest() != root_sha256:
            raise WrongMission("root hash")
        chain = _Chain.follow(files)
        mission = parse_mission(_target(chain.targets, files, "mission.cbor"))
        named = chain.targets if "areas.geojson" in chain.targets else None
        areas = parse_areas(_target(named, files, "areas.geojson") if named else None)
        told = chain.devices if "labels.cbor" in files else None
        labels = parse_labels(_target(told, files, "labels.cbor") if told else None)
        return cls(
            version=chain.version,
            sha256=hashlib.sha256(files["targets.json"]).digest(),
            timestamp_version=chain.timestamp_version,
            expires_day=chain.expires_day,
            areas_geojson=areas,
            area_names=None if areas is None else area_names(areas),
            invites=parse_invites(_target(chain.devices, files, "devices.cbor"), labels),
            content=_content(chain.devices, files),
            **{each.name: getattr(mission, each.name) for each in fields(mission)},
        )

    def is_stale(self, day: int) -> bool:
        """Whether some part has expired on `day` (days since 1970): keep working, and say so."""
        return day >= self.expires_day

    def succeeds(self, earlier: Directory) -> None:
        """Demand that this directory may replace `earlier`.

        Raises:
            WrongMission: another mission.
            Rollback: older than what was already seen.
        """
        if self.mission_id != earlier.mission_id:
            raise WrongMission("mission id")
        ours, theirs = (self.version, self.timestamp_version), (earlier.version, earlier.timestamp_version)
        if ours[0] < theirs[0] or ours[1] < theirs[1]:
            raise Rollback("directory version")
        if ours[0] == theirs[0] and self.sha256 != earlier.sha256:
            raise Rollback("two directories of one version")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a proof rests on: a mission's log key, desks and invitations, signed down from one root.

    Attributes:
        root_sha256: of `root.json`; whoever checks compares it with the one that the mission has told elsewhere.
        desks: signing keys by role.
        invites: by invite public key, without labels.
    """

    root_sha256: bytes
    mission_id: bytes
    mission_name: str
    origin: str
    log_public: bytes
    desks: Mapping[str, bytes]
    invites: Mapping[bytes, Invite]

    @classmethod
    def verify(cls, files: Mapping[str, bytes], root_sha256: bytes | None = None) -> Anchor:
        """Follow the signatures as `Directory.verify` does, from and to these files only.

        Raises:
            WrongMission, Malformed, BadSignature: as there; files other than `ANCHOR_FILES` are refused.
        """
        if set(files) != set(ANCHOR_FILES) or any(len(data) > METADATA_MAX_BYTES for data in files.values()):
            raise Malformed("anchor files")
        found = hashlib.sha256(files["root.json"]).digest()
        if root_sha256 is not None and found != root_sha256:
            raise WrongMission("root hash")
        chain = _Chain.follow(files)
        mission = parse_mission(_target(chain.targets, files, "mission.cbor"))
        return cls(
            root_sha256=found,
            mission_id=mission.mission_id,
            mission_name=mission.mission_name,
            origin=mission.origin,
            log_public=mission.log_public,
            desks={desk.role: desk.sign_public for desk in mission.desks},
            invites=parse_invites(_target(chain.devices, files, "devices.cbor"), {}),
        )


@dataclass(frozen=True, slots=True)
class _Chain:
    version: int
    timestamp_version: int
    expires_day: int
    targets: dict[str, TargetFile]
    devices: dict[str, TargetFile]

    @classmethod
    def follow(cls, files: Mapping[str, bytes]) -> _Chain:
        """TUF 5.3 to 5.6; each step trusts only what the step before has proved."""
        root = _parse(files["root.json"], Root)
        _two_kinds(root.signed, "root")
        _two_kinds(root.signed, "targets")
        _signed_by(root.signed, "root", root)  # 5.3.4: root by its own keys (the pin made it ours)
        timestamp = _parse(files["timestamp.json"], Timestamp)
        _signed_by(root.signed, "timestamp", timestamp)  # 5.4.2
        snapshot = _parse(files["snapshot.json"], Snapshot)
        _bound(timestamp.signed.snapshot_meta, files["snapshot.json"], snapshot)  # 5.5.2, 5.5.4
        _signed_by(root.signed, "snapshot", snapshot)  # 5.5.3
        targets = _parse(files["targets.json"], Targets)
        _bound(snapshot.signed.meta.get("targets.json"), files["targets.json"], targets)  # 5.6.2, 5.6.4
        _signed_by(root.signed, "targets", targets)  # 5.6.3
        devices = _parse(files["devices.json"], Targets)
        _bound(snapshot.signed.meta.get("devices.json"), files["devices.json"], devices)
        _signed_by(targets.signed, "devices", devices)  # 5.6.7
        expires = min(part.signed.expires for part in (root, timestamp, snapshot, targets, devices))
        return cls(
            version=targets.signed.version,
            timestamp_version=timestamp.signed.version,
            expires_day=_day(expires),
            targets=targets.signed.targets,
            devices=devices.signed.targets,
        )


def _content(devices: Mapping[str, TargetFile], files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: _target(devices, files, name) for name in CONTENT_FILES if name in devices or name in files}


def _check_names(files: Mapping[str, bytes]) -> None:
    known = set(METADATA_FILES) | set(TARGET_FILES)
    if not set(files) <= known or not known - OPTIONAL_FILES <= set(files):
        raise Malformed("directory file names")
    if any(len(data) > TARGET_MAX_BYTES for data in files.values()):
        raise Malformed("directory file size")
    if any(len(files[name]) > METADATA_MAX_BYTES for name in METADATA_FILES):
        raise Malformed("directory metadata size")


def _parse(data: bytes, kind: type[_S]) -> Metadata[_S]:
    try:
        parsed: Metadata[Any] = Metadata.from_bytes(data)
    except RepositoryError:
        raise Malformed("directory metadata") from None
    if not isinstance(parsed.signed, kind):
        raise Malformed("directory metadata type")
    return parsed


def _signed_by(delegator: Root | Targets, role: str, metadata: Metadata[Any]) -> None:
    try:
        delegator.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError, KeyError):
        raise BadSignature("directory signature") from None


def _two_kinds(root: Root, role: str) -> None:
    # 4 of 6 keys, 3 of each kind, needs one of each; 1 holder: 2 of 2. Breaking one kind alone fails.
    keys = [root.keys[keyid] for keyid in root.roles[role].keyids if keyid in root.keys]
    kinds = [(key.keytype, key.scheme) for key in keys]
    if set(kinds) != _KINDS or any(kinds.count(kind) >= root.roles[role].threshold for kind in _KINDS):
        raise BadSignature("directory threshold")


def _bound(meta: Any, data: bytes, metadata: Metadata[Any]) -> None:
    if meta is None or not meta.hashes or "sha256" not in meta.hashes or meta.length is None:
        raise BadSignature("directory file is not bound by a hash")
    if meta.version != metadata.signed.version:
        raise BadSignature("directory version")
    try:
        meta.verify_length_and_hashes(data)
    except RepositoryError:
        raise BadSignature("directory file hash") from None


def _target(targets: Mapping[str, TargetFile], files: Mapping[str, bytes], name: str) -> bytes:
    if name not in targets or name not in files:
        raise Malformed("directory file is missing")
    if "sha256" not in targets[name].hashes:
        raise BadSignature("directory file is not bound by a hash")
    try:
        targets[name].verify_length_and_hashes(files[name])
    except RepositoryError:
        raise BadSignature("directory file hash") from None
    return files[name]


def _day(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp()) // 86_400
