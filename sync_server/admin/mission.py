"""`mission init`: every key and file of a new mission, made at once, in place or not at all.

For a trial and the demo *one* passphrase guards all roles' keys, on one machine. Nothing in the protocol
wants that: the directory says `single_passphrase`, and so does every desk and tablet. In a real mission each
role makes its own seed on its own host, and a ceremony adds holders to root and targets.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firsthand import assets, errors
from firsthand.protocol import cbor
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import parse_policy
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret, sealed_file_seal
from sync_server.admin import publish
from sync_server.admin.areas import read_areas
from sync_server.admin.faults import MissionName, writing
from sync_server.admin.folder import MissionFolder, json_bytes, make_folder, write_directory, write_file
from sync_server.admin.keys import AdminKeys, Register, demand_strength
from sync_server.admin.policy import read_policy
from sync_server.admin.signers import OfflineKeys
from sync_server.ports import Ports

NAME_MAX_CHARS = 80
DESK_PURPOSE = "desk"


@dataclass(frozen=True, slots=True)
class _Role:
    """The keys of one role's desk."""

    name: str
    slot: int
    kem: KemSecret
    sign: SigningKey
    storage_key: bytes

    def seal(self, passphrase: str, ports: Ports) -> bytes:
        plain = cbor.encode(
            {
                "role": self.name,
                "slot": self.slot,
                "epochs": [[1, self.kem.seed]],
                "sign_seed": self.sign.seed,
                "storage_key": self.storage_key,
            }
        )
        return sealed_file_seal(passphrase, plain, DESK_PURPOSE, ports.entropy)


def init(
    folder: Path, *, name: str, areas: Path | None, passphrase: str, ports: Ports, policy: Path | None = None
) -> MissionFolder:
    """Make a mission.

    Args:
        folder: must not exist, or be empty.
        name: what people call the mission; 1 to 80 printable characters.
        areas: GeoJSON with property `adm1`, or None: every area name is accepted.
        passphrase: at least six words.
        policy: who gets which part, in the form of assets/policy/grants.json; None: that one.

    Raises:
        Exists, MissionName, WeakPassphrase, DiskFull, CannotWrite, PolicyRefused, CannotRead, and what `read_areas`
            raises.
    """
    _demand_empty(folder)
    if not 0 < len(name) <= NAME_MAX_CHARS or name != name.strip() or not name.isprintable():
        raise MissionName("name")
    demand_strength(passphrase)
    areas_bytes = None if areas is None else read_areas(areas)
    rules = assets.read_json("policy/grants.json") if policy is None else read_policy(policy)
    plan = _plan(name, areas_bytes, rules, ports)
    with writing():
        _place(folder, plan, passphrase, ports)
    return MissionFolder.open(folder)


def _place(folder: Path, plan: _Plan, passphrase: str, ports: Ports) -> None:
    """Build in a folder of its own, then move; `mission.json`, which makes it a mission, comes last."""
    folder = folder.absolute()
    there = folder.is_dir()
    fresh = (folder if there else folder.parent) / f".mission-{ports.entropy.bytes(4).hex()}"
    make_folder(folder.parent)
    try:
        _write(fresh, plan, passphrase, ports)
        if not there:
            fresh.rename(folder)
            return
        folder.chmod(0o700)
        for child in sorted(fresh.iterdir(), key=lambda child: child.name == "mission.json"):
            child.rename(folder / child.name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _demand_empty(folder: Path) -> None:
    with writing():
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise errors.Exists("not a folder")
        if folder.is_dir() and any(folder.iterdir()):
            raise errors.Exists("folder is not empty")


@dataclass(frozen=True, slots=True)
class _Plan:
    """A mission in memory: everything that `_write` puts on the disk."""

    name: str
    mission_id: bytes
    origin: str
    log: SigningKey
    admin: AdminKeys
    offline: OfflineKeys
    register: Register
    roles: tuple[_Role, ...]
    files: dict[str, bytes]

    @property
    def root_sha256(self) -> bytes:
        """The pin."""
        return hashlib.sha256(self.files["root.json"]).digest()


def _plan(name: str, areas: bytes | None, policy: dict[str, Any], ports: Ports) -> _Plan:
    entropy, mission_id = ports.entropy, ports.entropy.bytes(16)
    origin = f"firsthand.invalid/{mission_id.hex()}"
    roles = tuple(
        _Role(role, slot, KemSecret.from_seed(entropy.bytes(32)), _signing_key(ports), entropy.bytes(32))
        for slot, role in enumerate(parse_policy(policy).roles)
    )
    admin, offline, log = AdminKeys.draw(entropy), OfflineKeys.draw(entropy), _signing_key(ports)
    register = Register(salt=entropy.bytes(16))
    mission = cbor.encode(
        {
            "v": 1,
            "id": mission_id,
            "name": name,
            "origin": origin,
            "log_public": log.public,
            "admin_public": admin.sign.public,
            "single_passphrase": True,
            "roles": [[role.name, 1, role.kem.public()] for role in roles],
            "desks": [[role.name, role.sign.public] for role in roles],
            "policy": policy,
            "created_day": ports.day(),
        }
    )
    files = publish.found(
        mission=mission, areas=areas, offline=offline, admin=admin.sign, register=register, ports=ports
    )
    plan = _Plan(name, mission_id, origin, log, admin, offline, register, roles, files)
    Directory.verify(files, plan.root_sha256)  # self-check: nothing is written that a tablet would refuse
    return plan


def _write(fresh: Path, plan: _Plan, passphrase: str, ports: Ports) -> None:
    write_file(fresh / "admin" / "keys.sealed", plan.admin.seal(passphrase, ports.entropy))
    write_file(fresh / "admin" / "offline.sealed", plan.offline.seal(passphrase, ports.entropy))
    write_file(fresh / "admin" / "register.sealed", plan.register.seal(plan.admin))
    write_directory(fresh / "directory", plan.files)
    make_folder(fresh / "relay" / "inbox")
    write_file(fresh / "relay" / "relay.json", json_bytes(_relay_facts(plan)))
    shared = {
        "name": plan.name,
        "origin": plan.origin,
        "root_sha256": plan.root_sha256.hex(),
        "relay": None,
    }
    for role in plan.roles:
        desk = fresh / "desks" / role.name
        card = {"role": role.name, "slot": role.slot, "mission_id": plan.mission_id.hex(), **shared}
        write_file(desk / "desk.json", json_bytes(card))
        write_file(desk / "keys.sealed", role.seal(passphrase, ports))
        write_directory(desk / "directory", plan.files)
    facts = {
        "v": 1,
        "id": plan.mission_id.hex(),
        "single_passphrase": True,
        "roles": [role.name for role in plan.roles],
        **shared,
    }
    write_file(fresh / "mission.json", json_bytes(facts))


def _relay_facts(plan: _Plan) -> dict[str, Any]:
    return {
        "origin": plan.origin,
        "log_seed": plan.log.seed.hex(),
        "log_public": plan.log.public.hex(),
        "admin_public": plan.admin.sign.public.hex(),
        "desks": [{"role": role.name, "public": role.sign.public.hex()} for role in plan.roles],
    }


def _signing_key(ports: Ports) -> SigningKey:
    return SigningKey.from_seed(ports.entropy.bytes(32))
