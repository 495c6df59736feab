"""Writing the directory: the signing side of `firsthand/protocol/directory.py`.

`found` makes the first directory with the offline keys. `republish` needs the administrator's key alone: it
writes `devices`, `snapshot` and `timestamp` anew and leaves `root` and `targets` as the holders signed them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from securesystemslib.signer import Signer
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from firsthand.protocol import cbor
from firsthand.protocol.directory import CONTENT_FILES
from firsthand.protocol.signing import SigningKey
from sync_server.admin.keys import Register
from sync_server.admin.signers import OfflineKeys, SeedSigner
from sync_server.ports import Ports

_S = TypeVar("_S", Root, Timestamp, Snapshot, Targets)
_DAILY_FILES = ("devices.cbor", "labels.cbor", *CONTENT_FILES)
ROOT_DAYS, TARGETS_DAYS, DAILY_DAYS = 365, 365, 90


def found(
    *,
    mission: bytes,
    areas: bytes | None,
    offline: OfflineKeys,
    admin: SigningKey,
    register: Register,
    ports: Ports,
) -> dict[str, bytes]:
    """The first directory: all files by name.

    Args:
        mission: content of `mission.cbor`.
        areas: content of `areas.geojson`, or None.
        offline: the first holder's keys; 1 of 1 until a ceremony adds more.
    """
    root_pair, targets_pair, daily = offline.root.signers(), offline.targets.signers(), SeedSigner(admin)
    root = _root(root_pair, targets_pair, daily, ports)
    targets = _targets({"mission.cbor": mission, "areas.geojson": areas}, daily, ports)
    files = {
        "root.json": _sealed(root, root_pair),
        "targets.json": _sealed(targets, targets_pair),
        "mission.cbor": mission,
        **({} if areas is None else {"areas.geojson": areas}),
    }
    return republish(files, version=1, admin=admin, register=register, ports=ports)


def republish(
    files: Mapping[str, bytes], *, version: int, admin: SigningKey, register: Register, ports: Ports
) -> dict[str, bytes]:
    """The same directory with the register as it now is; what the administrator signs gets a new version.

    Content files that are among `files` are signed with it.
    """
    daily = SeedSigner(admin)
    fresh = dict(files)
    fresh["devices.cbor"] = devices_file(register)
    fresh["labels.cbor"] = labels_file(register)
    expires = _expires(ports, DAILY_DAYS)
    devices = Targets(version=version, expires=expires)
    devices.targets = {name: _target_file(name, fresh[name]) for name in _DAILY_FILES if name in fresh}
    fresh["devices.json"] = _sealed(devices, [daily])
    snapshot = Snapshot(version=version, expires=expires)
    targets_version = Metadata[Targets].from_bytes(fresh["targets.json"]).signed.version
    snapshot.meta = {
        "targets.json": _meta_file(targets_version, fresh["targets.json"]),
        "devices.json": _meta_file(version, fresh["devices.json"]),
    }
    fresh["snapshot.json"] = _sealed(snapshot, [daily])
    timestamp = Timestamp(version=version, expires=expires)
    timestamp.snapshot_meta = _meta_file(version, fresh["snapshot.json"])
    fresh["timestamp.json"] = _sealed(timestamp, [daily])
    return fresh


def public_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a tablet is given: everything but the labels of its colleagues."""
    return {name: data for name, data in files.items() if name != "labels.cbor"}


def devices_file(register: Register) -> bytes:
    """Content of `devices.cbor`."""
    return cbor.encode([[e.public, bytes.fromhex(e.id), e.expires_day, e.revoked, e.cut] for e in register.entries])


def labels_file(register: Register) -> bytes:
    """Content of `labels.cbor`; salted, because its hash is public and labels can be guessed."""
    return cbor.encode({"v": 1, "salt": register.salt, "labels": [[e.public, e.label] for e in register.entries]})


def _root(root_pair: Sequence[Signer], targets_pair: Sequence[Signer], daily: Signer, ports: Ports) -> Root:
    holders = {"root": root_pair, "targets": targets_pair, "snapshot": [daily], "timestamp": [daily]}
    keys = {signer.public_key.keyid: signer.public_key for pair in holders.values() for signer in pair}
    roles = {name: Role([s.public_key.keyid for s in pair], len(pair)) for name, pair in holders.items()}
    return Root(version=1, expires=_expires(ports, ROOT_DAYS), keys=keys, roles=roles, consistent_snapshot=False)


def _targets(contents: Mapping[str, bytes | None], daily: Signer, ports: Ports) -> Targets:
    delegate = DelegatedRole("devices", [daily.public_key.keyid], 1, terminating=True, paths=list(_DAILY_FILES))
    return Targets(
        version=1,
        expires=_expires(ports, TARGETS_DAYS),
        targets={name: _target_file(name, data) for name, data in contents.items() if data is not None},
        delegations=Delegations({daily.public_key.keyid: daily.public_key}, {"devices": delegate}),
    )


def _sealed(signed: _S, signers: Sequence[Signer]) -> bytes:
    metadata = Metadata(signed)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes(JSONSerializer(compact=True))


def _target_file(name: str, data: bytes) -> TargetFile:
    return TargetFile.from_data(name, data, ["sha256"])


def _meta_file(version: int, data: bytes) -> MetaFile:
    return MetaFile.from_data(version, data, ["sha256"])


def _expires(ports: Ports, days: int) -> datetime:
    return datetime.fromtimestamp(ports.day() * 86_400, tz=UTC) + timedelta(days=days)
