"""Tablets without a window or a network.

A clock that is set, a seeded source of chance, a mission of the admin's own making, and an honest relay in
memory that can be told to misbehave in one way at a time.
"""

from __future__ import annotations

import atexit
import hashlib
import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fieldapp.flows.enrol import enrol
from fieldapp.flows.unlock import Ports, Tablet
from fieldapp.sync.carrier import ObjectHead, Refusal
from firsthand import errors
from firsthand.protocol import bundle, checkpoint, erase, merkle, receipt
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret
from firsthand.protocol.token import block_tokens, spent_hash
from sync_server.admin import enrol as admin_enrol
from sync_server.admin import mission as admin_mission
from sync_server.admin.folder import MissionFolder
from sync_server.ports import Ports as ServerPorts

PASSPHRASE = "copper-lantern-orchard-violet-summit-harbor"
RELAY_URL = "http://127.0.0.1:9"  # the discard port: nothing answers there
NOW_S = 1_795_000_000  # November 2026
DAY_S = 86_400
EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at_s: int = NOW_S
    offset_min: int = 60
    running_s: float = 1000.0

    def now_s(self) -> int:
        return self.at_s

    def tz_min(self) -> int:
        return self.offset_min

    def monotonic_s(self) -> float:
        return self.running_s


class SeededEntropy:
    """Bytes of SHAKE-256 over a seed and a counter: another call, other bytes; another run, the same."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._calls = itertools.count()

    def bytes(self, count: int) -> bytes:
        return hashlib.shake_256(self._seed + next(self._calls).to_bytes(8, "big")).digest(count)


def ports(seed: str = "tablet", clock: SetClock | None = None) -> Ports:
    return Ports(clock or SetClock(), SeededEntropy(seed))


@dataclass
class TestMission:
    """A mission in a temporary folder, with invitations made in advance."""

    __test__ = False

    folder: MissionFolder
    log_key: SigningKey
    invitations: list[bytes]

    def invitation(self) -> bytes:
        """One that nobody has used."""
        if not self.invitations:
            self.invitations = _invitations(self.folder)
        return self.invitations.pop()

    def role_secret(self, role: str) -> KemSecret:
        """The decryption key of a role, as its desk would hold it."""
        from firsthand.protocol import cbor
        from firsthand.protocol.suite import sealed_file_open

        blob = (self.folder.path / "desks" / role / "keys.sealed").read_bytes()
        value: Any = cbor.decode(sealed_file_open(PASSPHRASE, blob, "desk"))
        return KemSecret.from_seed(value["epochs"][-1][1])


@cache
def mission() -> TestMission:
    """The mission of this test process; made once, by the administrator's own code."""
    base = Path(tempfile.mkdtemp(prefix="firsthand-test-mission-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    folder = admin_mission.init(
        base / "mission",
        name="Test mission",
        areas=None,
        passphrase=PASSPHRASE,
        ports=_server_ports("mission"),
    )
    relay = json.loads((folder.relay_folder / "relay.json").read_text(encoding="utf-8"))
    return TestMission(folder, SigningKey.from_seed(bytes.fromhex(relay["log_seed"])), _invitations(folder))


_batch = itertools.count()


def _invitations(folder: MissionFolder, count: int = 60) -> list[bytes]:
    number = next(_batch)
    labels = [f"tablet {number}-{n}" for n in range(count)]
    made = admin_enrol.enrol_many(
        folder, labels, relay_url=RELAY_URL, passphrase=PASSPHRASE, ports=_server_ports(f"invite {number}")
    )
    return [each.encode() for each in made]


def _server_ports(seed: str) -> ServerPorts:
    return ServerPorts(SetClock(), SeededEntropy(seed))


_homes = itertools.count()


@contextmanager
def tablet(base: Path, clock: SetClock | None = None, invitation: bytes | None = None) -> Iterator[Tablet]:
    """An enrolled, open tablet."""
    number = next(_homes)
    home = base / f"home-{number}"
    made = enrol(home, invitation or mission().invitation(), PASSPHRASE, ports(f"tablet {number}", clock))
    try:
        yield made
    finally:
        made.close()


def reopen(made: Tablet) -> Tablet:
    """Locks a tablet and unlocks it again."""
    made.close()
    return Tablet.open(made.home, PASSPHRASE, made.ports)


def example(name: str = "incident") -> dict[str, Any]:
    """A report of assets/examples."""
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")))


def as_json(report: dict[str, Any]) -> bytes:
    return json.dumps(report, ensure_ascii=False).encode()


def unchanged(answer: bytes) -> bytes:
    """The honest answer."""
    return answer


@dataclass
class MemoryRelay:
    """A `Carrier` that is the relay itself: log, tokens, receipts.

    Attributes:
        down: nobody answers.
        lose: the batch or attachment is stored, and the line is cut before the answer.
        cut_after: so many bytes of an attachment arrive before the line is cut.
        limit: most that an attachment may have.
        refuse: status and code to refuse with.
        twist: what becomes of the answer to a batch.
    """

    log_key: SigningKey = field(default_factory=lambda: mission().log_key)
    origin: str = ""
    day: int = NOW_S // DAY_S
    down: bool = False
    lose: bool = False
    refuse: tuple[int, str] | None = None
    twist: Callable[[bytes], bytes] = unchanged
    cut_after: int | None = None
    limit: int = 1 << 26
    leaves: list[bytes] = field(default_factory=list)
    objects: dict[bytes, bytes] = field(default_factory=dict)
    index: dict[bytes, int] = field(default_factory=dict)
    spent: dict[bytes, bytes] = field(default_factory=dict)
    known: set[bytes] | None = None
    batches: list[tuple[bytes, tuple[bytes, ...]]] = field(default_factory=list)
    attachments: list[tuple[bytes, bytes]] = field(default_factory=list)
    tombstones: dict[bytes, int] = field(default_factory=dict)
    erasures: list[bytes] = field(default_factory=list)
    fills: itertools.count[int] = field(default_factory=itertools.count)

    def register(self, token_seed: bytes) -> None:
        """Knows the first block of a tablet from now on; without any call every token is good."""
        self.known = (self.known or set()) | {spent_hash(token) for token in block_tokens(token_seed, 0)}

    def send_batch(self, body: bytes) -> bytes:
        if self.down:
            raise errors.NoNetwork
        if self.refuse:
            raise Refusal(*self.refuse)
        batch = bundle.decode_batch(body)
        self.batches.append((batch.token, tuple(item.object_hash for item in batch.items)))
        name, listed = spent_hash(batch.token), bundle.batch_list_hash(batch.items)
        if self.known is not None and name not in self.known:
            raise Refusal(401, "token-unknown")
        if self.spent.setdefault(name, listed) != listed:
            raise Refusal(409, "token-bound")
        for item in batch.items:
            assert hashlib.sha256(item.data).digest() == item.object_hash
            self._log(item.object_hash, item.tag, item.data)
        if self.lose:
            raise errors.NoNetwork
        return self.twist(self.answer([item.object_hash for item in batch.items]))

    def send_object(self, head: ObjectHead, pieces: Iterator[bytes]) -> bytes:
        if self.down:
            raise errors.NoNetwork
        data = b""
        for piece in pieces:
            data += piece
            if self.cut_after is not None and len(data) >= self.cut_after:
                raise errors.NoNetwork
        if self.refuse:
            raise Refusal(*self.refuse)
        assert len(data) == head.size_bytes
        name, object_hash = spent_hash(head.token), hashlib.sha256(data).digest()
        self.attachments.append((head.token, object_hash))
        if self.known is not None and name not in self.known:
            raise Refusal(401, "token-unknown")
        listed = bundle.attachment_list_hash(object_hash, len(data), head.tag)
        if self.spent.setdefault(name, listed) != listed:
            raise Refusal(409, "token-bound")
        self._log(object_hash, head.tag, data, receipt.Leaf.attachment)
        if self.lose:
            raise errors.NoNetwork
        return self.twist(self.answer([object_hash]))

    def object_limit(self) -> int:
        if self.down:
            raise errors.NoNetwork
        return self.limit

    def answer(self, hashes: list[bytes]) -> bytes:
        """Receipts of objects against the newest checkpoint."""
        size = len(self.leaves)
        receipts = [
            receipt.Receipt(each, self.index[each], merkle.inclusion_proof(size, self.index[each], self.node))
            for each in hashes
        ]
        return bundle.encode_receipts(self.checkpoint(), receipts)

    def checkpoint(self) -> str:
        return checkpoint.sign(self._head(), self.log_key)

    def consistency(self, old: int, new: int) -> list[bytes]:
        if not 0 < old <= new <= len(self.leaves):
            raise Refusal(400, "malformed")
        return list(merkle.consistency_proof(old, new, self.node))

    def receipt(self, object_hash: bytes) -> bytes:
        if object_hash not in self.index:
            raise Refusal(404, "not-found")
        return self.answer([object_hash])

    def erase(self, object_hash: bytes, erase_key: bytes) -> bytes:
        if self.down:
            raise errors.NoNetwork
        if self.refuse:
            raise Refusal(*self.refuse)
        self.erasures.append(object_hash)
        if object_hash not in self.index:
            raise Refusal(404, "not-found")
        if erase.erase_tag(erase_key) != receipt.parse_leaf(self.leaves[self.index[object_hash]]).tag:
            raise Refusal(403, "bad-proof")
        place = self.tombstones.get(object_hash)
        if place is None:
            place = self.tombstones[object_hash] = len(self.leaves)
            self.leaves.append(Leaf.tombstone(object_hash, erase_key))
            self.objects.pop(object_hash)
        proof = merkle.inclusion_proof(len(self.leaves), place, self.node)
        found = [receipt.Receipt(object_hash, place, tuple(proof))]
        return self.twist(bundle.encode_receipts(self.checkpoint(), found))

    def grow(self, count: int = 1) -> None:
        """Objects of other tablets."""
        for _ in range(count):
            data = f"other {next(self.fills)}".encode()
            self._log(hashlib.sha256(data).digest(), bytes(16), data)

    def node(self, level: int, index: int) -> bytes:
        span = self.leaves[index << level : (index + 1) << level]
        hashes = [merkle.leaf_hash(leaf) for leaf in span]
        while len(hashes) > 1:
            hashes = [merkle.node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def _log(
        self,
        object_hash: bytes,
        tag: bytes,
        data: bytes,
        leaf: Callable[[bytes, bytes], bytes] = Leaf.envelope,
    ) -> None:
        if object_hash not in self.index:
            self.index[object_hash] = len(self.leaves)
            self.objects[object_hash] = data
            self.leaves.append(leaf(object_hash, tag))

    def _head(self) -> Checkpoint:
        frontier = merkle.Frontier()
        for leaf in self.leaves:
            frontier.append(merkle.leaf_hash(leaf))
        return Checkpoint(self.origin or _origin(), len(self.leaves), frontier.root(), self.day)


@cache
def _origin() -> str:
    relay = json.loads((mission().folder.relay_folder / "relay.json").read_text(encoding="utf-8"))
    return str(relay["origin"])
