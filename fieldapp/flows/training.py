"""Training: a whole tablet with a throw-away mission, for learning and for looking around.

Its mission exists nowhere else: the secret halves of its role keys are dropped as soon as they are made, so
nobody can ever open what is sealed here. It lives in a temporary folder that goes when the tablet is closed,
and sync refuses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fieldapp.flows.enrol import make_tablet
from fieldapp.flows.ports import Ports, today
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.records import Mission
from firsthand import assets
from firsthand.domain import referral
from firsthand.protocol import certificate
from firsthand.protocol.directory import Directory, RoleKey, area_names
from firsthand.protocol.grants import parse_policy
from firsthand.protocol.invitation import invite_id, invite_key
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

_NEVER_DAY = 1 << 20
_SECRET_BYTES, _ID_BYTES = 32, 16


def training(ports: Ports, areas: Mapping[str, Any] | None = None) -> Tablet:
    """An open training tablet; closing it deletes it.

    Args:
        ports: the real clock and randomness, or a test's.
        areas: a GeoJSON collection as a mission would sign it; the demonstration country by default.
    """
    entropy = ports.entropy
    folder = TemporaryDirectory(prefix="firsthand-training-", ignore_cleanup_errors=True)
    author = Keyring.fresh(
        token_seed=entropy.bytes(_SECRET_BYTES), mailbox_key=entropy.bytes(_SECRET_BYTES), entropy=entropy
    )
    inviter = invite_key(entropy.bytes(_SECRET_BYTES))
    mission = Mission(
        root_sha256=bytes(_SECRET_BYTES),
        relay_url="http://training.invalid",
        pin=b"",
        label="Training",
        invite_id=invite_id(inviter.public),
        certificate=certificate.make_certificate(inviter, author.signer, author.kem.public()),
    )
    directory = _directory(ports, _country() if areas is None else areas)
    home = Path(folder.name) / "vault"
    tablet = make_tablet(
        home,
        entropy.bytes(_SECRET_BYTES).hex(),
        ports,
        keyring=author,
        mission=mission,
        directory=directory,
        files={},
        training=True,
    )
    tablet.on_close = folder.cleanup
    return tablet


def _directory(ports: Ports, areas: Mapping[str, Any]) -> Directory:
    entropy = ports.entropy
    policy = assets.read_json("policy/grants.json")
    roles = tuple(
        RoleKey(name, 1, KemSecret.from_seed(entropy.bytes(_SECRET_BYTES)).public())
        for name in parse_policy(policy).roles
    )
    return Directory(
        version=1,
        sha256=hashlib.sha256(b"firsthand/1/training").digest(),
        timestamp_version=1,
        expires_day=_NEVER_DAY,
        mission_id=entropy.bytes(_ID_BYTES),
        mission_name="Training",
        created_day=today(ports.clock),
        single_passphrase=False,
        origin="training.invalid",
        log_public=SigningKey.from_seed(entropy.bytes(_SECRET_BYTES)).public,
        admin_public=SigningKey.from_seed(entropy.bytes(_SECRET_BYTES)).public,
        roles=roles,
        desks=(),
        policy_json=policy,
        areas_geojson=dict(areas),
        area_names=area_names(areas),
        invites={},
        content={referral.FILE: assets.read_bytes("referral/referrals.json")},
    )


def _country() -> dict[str, Any]:
    country: dict[str, Any] = json.loads(assets.read_bytes("scenario/areas.geojson"))
    return country
