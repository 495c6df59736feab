"""Panic at the custodian's desk: it sees who waits, gives back halves to that one tablet, and reads no draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firsthand.errors import BadSignature, NotForUs
from firsthand.protocol import panic
from firsthand.protocol.signing import SigningKey, device_id
from firsthand.protocol.suite import KemSecret
from sync_server.desk import halves
from sync_server.desk.halves import NothingClosed
from sync_server.desk.store import Store
from tests.support.desk_world import Tablet, World

CUSTODIAN = 3
DESK = SigningKey.from_seed(bytes(range(32)))


@dataclass
class Desk:
    world: World
    store: Store
    tablet: Tablet
    kem: KemSecret

    @property
    def device(self) -> bytes:
        return bytes(device_id(self.tablet.sign.public))

    def close_drafts(self, drafts: dict[bytes, bytes], public: bytes | None = None) -> None:
        public = public or self.world.kems[CUSTODIAN].public()
        sealed = [(name, panic.half_seal(public, self.device, name, half)) for name, half in drafts.items()]
        nobody, theirs = frozenset[int](), frozenset({0, 3})
        grants = [theirs if role == CUSTODIAN else nobody for role in range(4)]
        parts = [None, None, panic.envelope_part(sealed), None, None]
        self.world.log.add(self.tablet.seal(panic.ENVELOPE_TYPE, parts, grants))

    def pull(self, role: str = "custodian") -> None:
        self.world.pull(self.store, role)

    def file(self, name: str) -> bytes:
        secrets = [self.world.kems[CUSTODIAN]]
        data, _ = halves.return_file(self.store, self.world.directory(None), DESK, secrets, name)
        return data


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    world = World(5)
    kem = KemSecret.from_seed(bytes(32))
    tablet = world.tablet()
    tablet.kem_public = kem.public()
    world.log.add(tablet.enrol())
    store = world.store(tmp_path)
    yield Desk(world, store, tablet, kem)
    store.close()


DRAFTS = {bytes([n]) * 16: bytes([n]) * 32 for n in (1, 2)}


def test_the_file_brings_back_exactly_the_halves_of_that_tablet(desk: Desk) -> None:
    desk.close_drafts(DRAFTS)
    desk.pull()
    (waiting,) = halves.closed(desk.store, desk.world.directory(None))
    assert waiting.device == desk.device
    data = desk.file(desk.device.hex())
    assert dict(panic.open_return_file(data, desk.kem, DESK.public, desk.device)) == DRAFTS
    assert desk.file(waiting.label) != data, "each file is sealed anew"


def test_the_file_opens_nothing_elsewhere(desk: Desk) -> None:
    desk.close_drafts(DRAFTS)
    desk.pull()
    data = desk.file(desk.device.hex())
    with pytest.raises(NotForUs):
        panic.open_return_file(data, KemSecret.from_seed(bytes([9]) * 32), DESK.public, desk.device)
    with pytest.raises(BadSignature):
        panic.open_return_file(data, desk.kem, SigningKey.from_seed(bytes(32)).public, desk.device)


def test_a_second_panic_overrides_what_the_first_said_of_a_draft(desk: Desk) -> None:
    (first, *_) = DRAFTS
    desk.close_drafts(DRAFTS)
    desk.close_drafts({first: bytes([7]) * 32})
    desk.pull()
    found = dict(panic.open_return_file(desk.file(desk.device.hex()), desk.kem, DESK.public, desk.device))
    assert found == DRAFTS | {first: bytes([7]) * 32}


def test_a_half_for_an_older_epoch_still_opens(desk: Desk) -> None:
    old = KemSecret.from_seed(bytes([4]) * 32)
    desk.close_drafts(DRAFTS, old.public())
    desk.pull()
    secrets = [desk.world.kems[CUSTODIAN], old]
    assert dict(halves.halves_of(desk.store, desk.device, secrets)) == DRAFTS


@pytest.mark.parametrize("name", ["", "nobody", "00" * 16])
def test_an_unknown_tablet_is_one_clear_refusal(desk: Desk, name: str) -> None:
    desk.close_drafts(DRAFTS)
    desk.pull()
    with pytest.raises(NothingClosed):
        desk.file(name)


@pytest.mark.parametrize("role", ["risk_cell", "hr_section", "focal_point"])
def test_no_other_desk_learns_of_it(desk: Desk, role: str) -> None:
    desk.close_drafts(DRAFTS)
    desk.pull(role)
    for each in halves.closed(desk.store, desk.world.directory(None)):
        assert halves.halves_of(desk.store, each.device, desk.world.kems) == [], "a registrar sees the chain alone"
