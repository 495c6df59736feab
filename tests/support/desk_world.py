"""A small mission in memory for tests of the desk: real seals, real signatures, a real Merkle log, no network.

`Log` is the relay's feed as the desk's port wants it. It can be made to lie in named ways.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from firsthand import assets
from firsthand.errors import RelayRefused
from firsthand.protocol import checkpoint, merkle, withdraw
from firsthand.protocol.certificate import make_certificate
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.directory import DeskKey, Directory, Invite, RoleKey
from firsthand.protocol.envelope import Sealed, seal
from firsthand.protocol.grants import parse_policy
from firsthand.protocol.manifest import ManifestDraft
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import SigningKey, device_id
from firsthand.protocol.suite import KemSecret
from sync_server.desk.crew import Role
from sync_server.desk.ingest import Ingest, PullResult
from sync_server.desk.keys import open_keys
from sync_server.desk.shelf import Shelf
from sync_server.desk.store import Store
from sync_server.link import LogPage

ORIGIN = "firsthand.invalid/test"
ALL = frozenset(range(6))
NOW_S = 1_796_000_000


class Dice:
    """Seeded entropy: the same seed makes the same mission."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    at_s: int = NOW_S

    def now_s(self) -> int:
        return self.at_s

    def tz_min(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return float(self.at_s)


@dataclass
class Log:
    """An append-only log with a signed checkpoint, and the objects it names."""

    key: SigningKey
    origin: str = ORIGIN
    leaves: list[bytes] = field(default_factory=list)
    objects: dict[bytes, bytes | None] = field(default_factory=dict)
    day: int = NOW_S // 86_400
    page: int = 4096
    answer: int = 10_000
    fetched: list[int] = field(default_factory=list)

    def add(self, sealed: Sealed) -> int:
        self.objects[sealed.object_hash] = sealed.envelope
        return self.add_leaf(Leaf.envelope(sealed.object_hash, sealed.eid))

    def erase(self, tablet: Tablet, sealed: Sealed) -> int:
        """As the relay does when somebody shows the key: the bytes go, a tombstone is logged."""
        self.objects[sealed.object_hash] = None
        return self.add_leaf(Leaf.tombstone(sealed.object_hash, tablet.erase_keys[sealed.object_hash]))

    def add_leaf(self, leaf: bytes) -> int:
        self.leaves.append(leaf)
        return len(self.leaves) - 1

    def note(self) -> str:
        frontier = merkle.Frontier()
        for leaf in self.leaves:
            frontier.append(merkle.leaf_hash(leaf))
        return checkpoint.sign(Checkpoint(self.origin, frontier.size, frontier.root(), self.day), self.key)

    def log(self, start: int, limit: int) -> LogPage:
        return LogPage(self.note(), tuple(self.leaves[start : start + min(limit, self.page)]))

    def fetch(self, hashes: list[bytes]) -> dict[bytes, bytes | None]:
        self.fetched.append(len(hashes))
        return {name: self.objects[name] for name in hashes[: self.answer] if name in self.objects}

    def download(self, object_hash: bytes) -> Iterator[bytes]:
        data = self.objects.get(object_hash)
        if data is None:
            raise RelayRefused("not-found", status=404)
        yield from (data[at : at + 1000] for at in range(0, len(data), 1000))


@dataclass
class Tablet:
    """An author with a chain."""

    world: World
    sign: SigningKey
    kem_public: bytes
    invite: SigningKey
    chain: bytes
    seq: int = 0
    prev: bytes | None = None
    erase_keys: dict[bytes, bytes] = field(default_factory=dict)
    places: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)

    def seal(
        self,
        type_: str,
        parts: Sequence[Any],
        grants: Sequence[frozenset[int]],
        supersedes: bytes | None = None,
        day: int = 20_000,
    ) -> Sealed:
        draft = ManifestDraft(
            type=type_,
            chain=self.chain,
            seq=self.seq,
            prev=self.prev,
            device=device_id(self.sign.public),
            day=day,
            directory=(1, bytes(32), False),
            checkpoint=(0, bytes(32)),
            supersedes=supersedes,
        )
        erase_key = self.world.dice.bytes(32)
        sealed = seal(
            role_publics=[kem.public() for kem in self.world.kems],
            grants=grants,
            manifest=draft,
            parts=parts,
            erase_key=erase_key,
            signer=self.sign,
            entropy=self.world.dice,
        )
        self.erase_keys[sealed.object_hash] = erase_key
        self.places[sealed.object_hash] = (self.chain, self.seq)
        self.seq, self.prev = self.seq + 1, sealed.object_hash
        return sealed

    def withdraw(
        self, target: Sealed, *, keep: Sequence[int] = (0, 0, 0, 0), scopes: Sequence[str] = ("C2",), place: Any = None
    ) -> Sealed:
        """Takes a report back; fully where no role keeps anything."""
        part = withdraw.encode(
            withdraw.Withdrawal(
                target=target.object_hash,
                place=place or self.places[target.object_hash],
                subject="0" * 26,
                scopes=tuple(scopes),
                keep=tuple(keep),
                full=not any(keep),
                at_day=20_000,
            )
        )
        return self.seal(withdraw.ENVELOPE_TYPE, [part, None, None, None, None], [frozenset({0, 1})] * 4)

    def enrol(self) -> Sealed:
        certificate = make_certificate(self.invite, self.sign, self.kem_public)
        return self.seal("enrol", [certificate, None, None, None, None], [frozenset({0, 1})] * 4)

    def report(
        self,
        *,
        supersedes: bytes | None = None,
        grants: Sequence[frozenset[int]] | None = None,
        report_id: bytes | None = None,
        day: int = 20_000,
        **fields: Any,
    ) -> Sealed:
        parts = make_parts(report_id or self.world.dice.bytes(16), **fields)
        sensitive = parts[0]["sensitive"]
        return self.seal("report", parts, grants or self.world.grants(sensitive=sensitive), supersedes, day)


def make_parts(
    report_id: bytes,
    *,
    adm1: str = "Karou",
    adm2: str | None = "Karou East",
    week: str | None = "2026-W46",
    date: str = "2026-11-10",
    acts: Sequence[str] = ("A701",),
    events: Sequence[str] = (),
    people: Sequence[Sequence[Any]] = (("injured", "F", "adult", 4, 7, 10),),
    children: int = 0,
    sensitive: bool = False,
    kind: str = "incident",
    supersedes: bytes | None = None,
    what: str = "Account in words.",
    coverage: str = "",
    reason: str = "",
) -> list[Any]:
    families = sorted({act[:2] for act in acts} | ({"E"} if events else set()))
    counts = {
        "v": 1,
        "id": report_id,
        "kind": kind,
        "week": week,
        "adm1": adm1,
        "adm2": adm2,
        "families": families,
        "people": [list(row) for row in people],
        "children": children,
        "supersedes": supersedes,
        "sensitive": sensitive,
    }
    if coverage:
        counts |= {"coverage": coverage} | ({"reason": reason} if reason else {})
    facts = {
        "v": 1,
        "id": report_id,
        "form": 1,
        "kind": kind,
        "incident": None,
        "language": "en",
        "handling": "Confidential",
        "station": "North",
        "recorded": [NOW_S, 60, "network", 1, 100],
        "date": date,
        "date_precision": 1,
        "place": {
            "name": "Kesso",
            "adm1": adm1,
            "adm2": adm2,
            "precision": 2,
            "lat_e7": 12_500_000,
            "lon_e7": 301_000_000,
        },
        "acts": [
            {
                "code": code,
                "actor": {
                    "class": "armed_group",
                    "unit_text": "Armed men",
                    "basis": "uniform",
                    "certainty": "P1",
                    "level": "unknown",
                },
                "counts": [],
            }
            for code in acts
        ],
        "events": list(events),
        "note": None,
        "supersedes": supersedes,
        "source": {"class": "victim", "family": "COMMUNITY", "first_hand": "saw", "reliability": "C", "credibility": 3},
    }
    narrative = {"v": 1, "id": report_id, "what_happened": what, "words_used": None}
    identities = {"v": 1, "id": report_id, "victims": [{"name": "Witness 3"}], "sources": []}
    return [counts, facts, identities, narrative, None]


@dataclass
class World:
    """Role keys, a log, invitations."""

    seed: int = 1
    dice: Dice = field(init=False)
    kems: list[KemSecret] = field(init=False)
    log: Log = field(init=False)
    log_public: bytes = field(init=False)
    invites: dict[bytes, Invite] = field(default_factory=dict)
    hands: Hands = field(default_factory=Hands)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed)
        self.policy = parse_policy(assets.read_json("policy/grants.json"))
        self.kems = [KemSecret.from_seed(self.dice.bytes(32)) for _ in self.policy.roles]
        self.log = Log(SigningKey.from_seed(self.dice.bytes(32)))
        self.log_public = self.log.key.public

    def grants(self, *, sensitive: bool = False) -> tuple[frozenset[int], ...]:
        scopes = dict.fromkeys(("C1", "C2", "C3", "C9p", "C9a", "C9v", "C10"), True)
        return self.policy.grants(scopes=scopes, basis=None, sensitive=sensitive, children_counted=False)

    @classmethod
    def of_mission(cls, mission: Path, passphrase: str, seed: int = 1) -> World:
        """The same world with the keys of a mission that the administrator's command has made."""
        world = cls(seed)
        facts = json.loads((mission / "relay" / "relay.json").read_bytes())
        world.log = Log(SigningKey.from_seed(bytes.fromhex(facts["log_seed"])), origin=facts["origin"])
        world.log_public = world.log.key.public
        opened = [open_keys(mission / "desks" / role, passphrase) for role in world.policy.roles]
        world.kems = [keys.secrets()[0] for keys in opened]
        return world

    def tablet(self, label: str = "North 1", *, invite: SigningKey | None = None, invited: bool = True) -> Tablet:
        key = invite or SigningKey.from_seed(self.dice.bytes(32))
        if invited and key.public not in self.invites:
            self.invites[key.public] = Invite(
                sha256(key.public).hexdigest()[:16], label, key.public, 30_000, False, None
            )
        sign = SigningKey.from_seed(self.dice.bytes(32))
        return Tablet(self, sign, KemSecret.from_seed(self.dice.bytes(32)).public(), key, self.dice.bytes(16))

    def revoke(self, tablet: Tablet, cut: int | None) -> None:
        old = self.invites[tablet.invite.public]
        self.invites[tablet.invite.public] = Invite(old.id, old.label, old.public, old.expires_day, True, cut)

    def directory(self, areas: dict[str, Any] | None = None) -> Directory:
        return Directory(
            version=1,
            sha256=bytes(32),
            timestamp_version=1,
            expires_day=30_000,
            mission_id=bytes(16),
            mission_name="Test mission",
            created_day=20_000,
            single_passphrase=True,
            origin=ORIGIN,
            log_public=self.log_public,
            admin_public=bytes(32),
            roles=tuple(RoleKey(n, 1, k.public()) for n, k in zip(self.policy.roles, self.kems, strict=True)),
            desks=tuple(DeskKey(name, bytes(32)) for name in self.policy.roles),
            policy_json=assets.read_json("policy/grants.json"),
            areas_geojson=areas,
            area_names=None,
            invites=dict(self.invites),
        )

    def role(self, name: str) -> Role:
        slot = self.policy.roles.index(name)
        return Role(slot, (self.kems[slot],), registrar=name == self.policy.registrar)

    def store(self, folder: Path) -> Store:
        return Store.open(folder / "store.db", sha256(b"storage").digest())

    def ingest(self, store: Store, role: str = "risk_cell", shelf: Shelf | None = None) -> Ingest:
        return Ingest(store, self.log, self.directory(), self.role(role), self.hands, shelf=shelf)

    def pull(self, store: Store, role: str = "risk_cell") -> PullResult:
        return self.ingest(store, role).pull()
