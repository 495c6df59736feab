"""A mission that has published the invented country's services, and tablets that were enrolled after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from assets.referral import generate
from fieldapp.flows.unlock import Tablet
from firsthand import assets
from sync_server.admin import enrol as admin_enrol
from sync_server.admin.content import publish_referrals_by
from sync_server.admin.folder import MissionFolder
from sync_server.admin.keys import AdminKeys
from sync_server.ports import Ports as ServerPorts
from tests.support import tablets
from tests.support.tablets import PASSPHRASE, RELAY_URL, SeededEntropy, SetClock, TestMission


def server_ports(seed: str, clock: SetClock | None = None) -> ServerPorts:
    """Ports of an administrator."""
    return ServerPorts(clock or SetClock(), SeededEntropy(seed))


def make(base: Path, *, directory: bytes | None = None) -> TestMission:
    """A mission of its own in Ruvala; with `directory` in place of the generated services."""
    from sync_server.admin import mission as admin_mission

    areas = base / "areas.geojson"
    areas.write_bytes(assets.read_bytes("scenario/areas.geojson"))
    ports = server_ports("services")
    folder = admin_mission.init(base / "mission", name="Services", areas=areas, passphrase=PASSPHRASE, ports=ports)
    keys = AdminKeys.open(folder, PASSPHRASE)
    publish_referrals_by(folder, keys, generate.file() if directory is None else directory, ports)
    return TestMission(folder, tablets.mission().log_key, invitations(folder, keys, 12))


def invitations(folder: MissionFolder, keys: AdminKeys, count: int, seed: str = "a") -> list[bytes]:
    """Fresh invitations."""
    labels = [f"service {seed} {number}" for number in range(count)]
    made = admin_enrol.invite(folder, keys, labels, relay_url=RELAY_URL, ports=server_ports("invite " + seed))
    return [each.encode() for each in made]


_batches = itertools.count()


@cache
def mission() -> TestMission:
    """The one mission with services of this test process."""
    import atexit
    import shutil
    import tempfile

    base = Path(tempfile.mkdtemp(prefix="firsthand-test-services-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    return make(base)


@contextmanager
def tablet(base: Path, clock: SetClock | None = None) -> Iterator[Tablet]:
    """An open tablet of that mission."""
    found = mission()
    if not found.invitations:
        keys = AdminKeys.open(found.folder, PASSPHRASE)
        found.invitations = invitations(found.folder, keys, 12, f"b{next(_batches)}")
    with tablets.tablet(base, clock, found.invitations.pop()) as made:
        yield made
