"""Missions for tests: the real `mission init`, with a clock that stands still and seeded randomness."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync_server.admin import mission
from sync_server.admin.folder import MissionFolder
from sync_server.ports import Ports

PASSPHRASE = "amber-basin-cedar-dune-ember-fjord"
DAY = 20_781
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing answers there


@dataclass(slots=True)
class StillClock:
    """A clock that a test sets."""

    day: int = DAY

    def now_s(self) -> int:
        return self.day * 86_400 + 43_200

    def tz_min(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return 0.0


@dataclass(slots=True)
class SeededEntropy:
    """SHA-256 in counter mode: as random as a test needs, the same in every run."""

    seed: str = "firsthand"
    count: int = 0

    def bytes(self, count: int) -> bytes:
        pieces = []
        for _ in range(-(-count // 32)):
            self.count += 1
            pieces.append(hashlib.sha256(f"{self.seed} {self.count}".encode()).digest())
        return b"".join(pieces)[:count]


def ports(seed: str = "firsthand", day: int = DAY) -> Ports:
    """A still clock and seeded randomness."""
    return Ports(StillClock(day), SeededEntropy(seed))


def square(name: str, west: float = 0.0, south: float = 0.0) -> dict[str, Any]:
    """A feature of one degree by one degree."""
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    return {
        "type": "Feature",
        "properties": {"adm1": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write_areas(path: Path, *names: str) -> Path:
    """A GeoJSON file of squares in a row."""
    features = [square(name, west=float(index)) for index, name in enumerate(names)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def trial(base: Path, *area_names: str, seed: str = "firsthand") -> MissionFolder:
    """A new mission in BASE/mission."""
    areas = write_areas(base / "areas.geojson", *area_names) if area_names else None
    return mission.init(base / "mission", name="Trial", areas=areas, passphrase=PASSPHRASE, ports=ports(seed))
