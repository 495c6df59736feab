"""A desk full of the demonstration's reports, for tests of its pages: a real mission folder, no relay, no tablets.

The reports of `assets/scenario` are divided and sealed as a tablet does it and ingested as a desk does it; only the
journey between the two is left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from firsthand import assets
from firsthand.domain.dates import iso_week
from firsthand.domain.parts import PART_NAMES, Recorded, split
from firsthand.domain.report import parse_report
from firsthand.protocol.grants import Policy
from firsthand.protocol.invitation import invite_key
from sync_server.admin import enrol, mission
from sync_server.desk.ingest import Ingest
from sync_server.desk.keys import load_directory, read_card
from sync_server.desk.main import Desk, add_account
from sync_server.ports import Ports
from tests.support.desk_world import ALL, Hands, Tablet, World

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "copper-lantern-orchard-violet-summit-harbor"
PERSON, PASSWORD = "Analyst 4", "seven quiet rivers"
NO_RELAY = "http://127.0.0.1:9"


@dataclass
class Chest:
    """A mission whose log lies in memory."""

    mission: Path
    world: World
    hands: Hands
    ports: Ports

    def desk(self, role: str = "risk_cell") -> Path:
        """Folder of a role's desk."""
        return self.mission / "desks" / role

    def ingest(self, role: str = "risk_cell") -> None:
        """Take in everything that the log holds."""
        with Desk.open(self.desk(role), PASSPHRASE) as desk:
            directory = load_directory(self.desk(role), read_card(self.desk(role)))
            Ingest(desk.store, self.world.log, directory, self.world.role(role), self.hands).pull()

    def account(self, role: str = "risk_cell") -> None:
        """The account with which tests sign in."""
        add_account(self.desk(role), PERSON, PASSWORD, PASSPHRASE, self.ports)


def make_mission(base: Path, *, areas: Path | None = ROOT / "assets" / "scenario" / "areas.geojson") -> Chest:
    """An empty mission."""
    world = World()
    hands = Hands(max(_recorded_s(item) for item in scenario()) + 86_400)  # the day after the scenario's last report
    ports = Ports(hands, world.dice)
    mission.init(base / "mission", name="Mission in Ruvala", areas=areas, passphrase=PASSPHRASE, ports=ports)
    return Chest(base / "mission", World.of_mission(base / "mission", PASSPHRASE), hands, ports)


def invite(chest: Chest, labels: Iterable[str]) -> dict[str, Tablet]:
    """Tablets with real invitations."""
    folder = mission.MissionFolder.open(chest.mission)
    found = enrol.enrol_many(folder, list(labels), relay_url=NO_RELAY, passphrase=PASSPHRASE, ports=chest.ports)
    return {item.label: chest.world.tablet(invite=invite_key(item.seed)) for item in found}


def scenario() -> list[dict[str, Any]]:
    """The reports of the demonstration that reach the relay."""
    lines = assets.read_text("scenario/reports.jsonl").splitlines()
    return [item for item in map(json.loads, lines) if item["sync"]]


def massacre_week() -> str:
    """The ISO week in which the scenario's escalation ends."""
    told = Counter(iso_week(item["report"]["incident"]["date"]) for item in scenario() if "massacre" in item["tags"])
    week = told.most_common(1)[0][0]
    assert week is not None
    return week


def _recorded_s(item: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(item["recorded_at"].replace("Z", "+00:00")).timestamp())


def tell(chest: Chest, items: Iterable[dict[str, Any]]) -> None:
    """Seal and log scenario reports."""
    items = list(items)
    names = list(dict.fromkeys(item["tablet"].removesuffix(" copy") for item in items))
    tablets = invite(chest, names)
    for tablet in tablets.values():
        chest.world.log.add(tablet.enrol())
    hashes: dict[str, tuple[bytes, bytes]] = {}
    for item in items:
        tablet = tablets[item["tablet"].removesuffix(" copy")]
        before = hashes.get(item["supersedes"] or "")
        hashes[item["ref"]] = _seal(chest, tablet, item, before)


def _seal(
    chest: Chest, tablet: Tablet, item: dict[str, Any], before: tuple[bytes, bytes] | None
) -> tuple[bytes, bytes]:
    report = parse_report(json.dumps(item["report"]).encode())
    report_id = chest.world.dice.bytes(16)
    at_s = _recorded_s(item)
    cut = split(report, report_id=report_id, recorded=Recorded(at_s, 0, "network"), catalogue=assets.catalogue())
    policy: Policy = chest.world.policy
    ask: dict[str, Any] = {
        "scopes": cut.scopes,
        "basis": cut.basis,
        "sensitive": cut.sensitive,
        "children_counted": cut.children_counted,
    }
    written = policy.written(**ask)
    parts = [cut.parts[name] if number in written else None for number, name in enumerate(PART_NAMES, 1)]
    sealed = tablet.seal("report", parts, policy.grants(**ask), before[1] if before else None, day=at_s // 86_400)
    chest.world.log.add(sealed)
    return report_id, sealed.object_hash


__all__ = ["ALL", "Chest", "invite", "make_mission", "scenario", "tell"]
