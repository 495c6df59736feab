"""The files that a directory signs: `mission.cbor`, `devices.cbor`, `labels.cbor` and `areas.geojson`.

Forms only. Whether a file is signed, and by whom, is `directory`'s business; it calls these parsers with
bytes that it has already bound to the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.errors import Malformed
from firsthand.protocol import cbor
from firsthand.protocol.invitation import parse_label

TARGET_MAX_BYTES = 4 * 1024 * 1024
MAX_ROLES = 6

_MISSION_FIELDS = frozenset(
    {
        "v",
        "id",
        "name",
        "origin",
        "log_public",
        "admin_public",
        "single_passphrase",
        "roles",
        "desks",
        "policy",
        "created_day",
    }
)


@dataclass(frozen=True, slots=True)
class RoleKey:
    """A role of the policy and the newest public key to seal to.

    Attributes:
        name: for example `risk_cell`.
        epoch: counts from 1.
        kem_public: MLKEM768-X25519, 1216 bytes.
    """

    name: str
    epoch: int
    kem_public: bytes


@dataclass(frozen=True, slots=True)
class DeskKey:
    """The Ed25519 key by which a role's desk signs requests and acknowledgements."""

    role: str
    sign_public: bytes


@dataclass(frozen=True, slots=True)
class Invite:
    """One invitation, and later one tablet, as the administrator signed it.

    Attributes:
        id: 16 hex digits.
        label: how the administrator calls it; empty where `labels.cbor` is not given (on tablets).
        public: Ed25519 key of the invite, 32 bytes.
        expires_day: the last day (since 1970) on which it may make a tablet.
        revoked: nothing logged from `cut` on counts.
        cut: log size at revocation; None when not revoked, or when nobody could be asked: then each desk cuts
            at what it had ingested when it learned of it.
    """

    id: str
    label: str
    public: bytes
    expires_day: int
    revoked: bool
    cut: int | None


@dataclass(frozen=True, slots=True)
class Mission:
    """The content of `mission.cbor`; the attributes mean what they mean in `Directory`."""

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


def parse_mission(data: bytes) -> Mission:
    """Read `mission.cbor`.

    Raises:
        Malformed: fields, sizes, or roles that are named twice.
    """
    value = cbor.decode(data)
    if not isinstance(value, dict) or set(value) != _MISSION_FIELDS or value["v"] != 1 or value["v"] is True:
        raise Malformed("mission fields")
    roles = tuple(_role(item) for item in _list(value["roles"]))
    desks = tuple(_desk(item) for item in _list(value["desks"]))
    names = [role.name for role in roles]
    if not 1 <= len(roles) <= MAX_ROLES or len(set(names)) != len(names):
        raise Malformed("mission roles")
    if not {desk.role for desk in desks} <= set(names) or not isinstance(value["policy"], dict):
        raise Malformed("mission desks or policy")
    return Mission(
        mission_id=_sized(value["id"], 16),
        mission_name=_text(value["name"]),
        created_day=_count(value["created_day"]),
        single_passphrase=_flag(value["single_passphrase"]),
        origin=_text(value["origin"]),
        log_public=_sized(value["log_public"], 32),
        admin_public=_sized(value["admin_public"], 32),
        roles=roles,
        desks=desks,
        policy_json=value["policy"],
    )


def _role(item: object) -> RoleKey:
    name, epoch, public = _tuple(item, 3)
    return RoleKey(_text(name), _count(epoch), _sized(public, 1216))


def _desk(item: object) -> DeskKey:
    role, public = _tuple(item, 2)
    return DeskKey(_text(role), _sized(public, 32))


def parse_invites(data: bytes, labels: Mapping[bytes, str]) -> dict[bytes, Invite]:
    """Read `devices.cbor`; by invite public key.

    Raises:
        Malformed: form, one key twice, or a cut without a revocation.
    """
    invites: dict[bytes, Invite] = {}
    for item in _list(cbor.decode(data, max_bytes=TARGET_MAX_BYTES)):
        public, invite_id, expires_day, revoked, cut = _tuple(item, 5)
        key = _sized(public, 32)
        invite = Invite(
            id=_sized(invite_id, 8).hex(),
            label=labels.get(key, ""),
            public=key,
            expires_day=_count(expires_day),
            revoked=_flag(revoked),
            cut=None if cut is None else _count(cut),
        )
        if key in invites or (invite.cut is not None and not invite.revoked):
            raise Malformed("device entry")
        invites[key] = invite
    return invites


def parse_labels(data: bytes | None) -> dict[bytes, str]:
    """Read `labels.cbor`, by invite public key; nothing when there is none.

    Labels travel to desks only, salted so that nobody guesses them from their hash in the metadata.

    Raises:
        Malformed: another form.
    """
    if data is None:
        return {}
    value = cbor.decode(data, max_bytes=TARGET_MAX_BYTES)
    if not isinstance(value, dict) or set(value) != {"v", "salt", "labels"} or value["v"] != 1:
        raise Malformed("labels fields")
    _sized(value["salt"], 16)
    pairs = [_tuple(item, 2) for item in _list(value["labels"])]
    return {_sized(public, 32): parse_label(label) for public, label in pairs}


def parse_areas(data: bytes | None) -> dict[str, Any] | None:
    """Read `areas.geojson`; None when there is none.

    Raises:
        Malformed: no JSON object.
    """
    if data is None:
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("areas form") from None
    if not isinstance(value, dict):
        raise Malformed("areas form")
    return value


def area_names(areas: Mapping[str, Any]) -> frozenset[str]:
    """The values of property `adm1` of a GeoJSON FeatureCollection.

    Raises:
        Malformed: not a FeatureCollection, or a feature without a non-empty text `adm1`.
    """
    features = areas.get("features")
    if areas.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise Malformed("areas form")
    names = set()
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("adm1") if isinstance(properties, dict) else None
        if not isinstance(name, str) or not name:
            raise Malformed("area without adm1")
        names.add(name)
    return frozenset(names)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Malformed("directory list")
    return value


def _tuple(value: object, size: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != size:
        raise Malformed("directory entry")
    return value


def _sized(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise Malformed("directory field size")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Malformed("directory text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed("directory number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Malformed("directory flag")
    return value
