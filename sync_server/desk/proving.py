"""`prove`: a file for a court from one part of one report, that checks out without this desk (see `protocol.proof`).

Rules: only a report that counts here, only a part whose key this desk holds, only where the person allowed a court;
names only when two people of the desk have opened them (see `openings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from firsthand.domain.uses import Use
from firsthand.errors import Damaged, NotFound, Refused
from firsthand.protocol import merkle, proof
from firsthand.protocol.directory import ANCHOR_FILES
from firsthand.protocol.grants import PART_NAMES
from firsthand.protocol.proof import Proof
from firsthand.protocol.receipt import ATTACHMENT, OBJECT, Leaf
from firsthand.protocol.signing import SigningKey
from sync_server.desk import terms
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import IngestStore
from sync_server.desk.store_reports import ReportStore

PROVABLE = ("counts", "facts", "identities", "narrative")
_NO_KEY = bytes(32)


class PartNotHeld(Refused):
    """This desk holds no key of that part, so it cannot prove it."""

    code = "part-not-held"


def prove(  # noqa: PLR0917 - what a proof is made of
    store: Store,
    directory: Mapping[str, bytes],
    role: str,
    desk_key: SigningKey,
    idx: int,
    part: str,
    now_s: int,
    use: Use | None = None,
    *,
    withheld_checked: bool = False,
) -> bytes:
    """The proof of a part of the report at a log index.

    Args:
        directory: files by name, see `directory.ANCHOR_FILES`.
        use: the court that asks; None: whichever the person allowed.

    Raises:
        UseRefused: no court, or not this one. PartNotHeld. ProofRefused: what this desk holds proves nothing.
    """
    reports = ReportStore(store)
    parts = reports.parts(idx)
    held = terms.terms(store, idx, parts)
    if use is None:
        terms.demand_a_court(held, withheld_checked=withheld_checked)
    else:
        terms.demand(use, held, withheld_checked=withheld_checked)
    envelope, keys, certificate = _sealed(store, idx)
    number = PART_NAMES.index(part) + 1
    key = keys[32 * number : 32 * number + 32]
    if part not in parts or key == _NO_KEY:
        raise PartNotHeld("part")
    log = IngestStore(store).log_state()
    return proof.make(
        Proof(
            envelope=envelope,
            part=number,
            keys=(keys[:32], key),
            certificate=certificate,
            directory=directory,
            index=idx,
            path=merkle.inclusion_proof(log.size, idx, _nodes(store)),
            checkpoint=log.note,
            role=role,
            day=now_s // 86_400,
            uses=held.allowed(),
        ),
        desk_key,
    )


def anchor_files(folder: Path) -> dict[str, bytes]:
    """The files of the desk's directory that a proof carries.

    Raises:
        Damaged: one is missing.
    """
    found = {path.name: path.read_bytes() for path in (folder / "directory").rglob("*") if path.name in ANCHOR_FILES}
    if set(found) != set(ANCHOR_FILES):
        raise Damaged("directory is missing")
    return found


def _sealed(store: Store, idx: int) -> tuple[bytes, bytes, Any]:
    """Sealed bytes, the keys that were granted, and the certificate of the author."""
    data, keys, device = store.one(
        "SELECT o.data, e.keys, e.device FROM envelope e JOIN object o USING (hash) WHERE e.idx = ?", (idx,)
    )
    row = store.first("SELECT enrol_idx FROM device WHERE id = ?", (device,))
    if row is None:
        raise NotFound("author")
    return data, keys, ReportStore(store).parts(row[0]).get("counts")


def _nodes(store: Store) -> merkle.NodeAt:
    """Complete subtrees of the log, folded from its leaves, each once."""
    hashes = [merkle.leaf_hash(_leaf(*row)) for row in store.all("SELECT kind, hash, proof FROM leaf ORDER BY idx")]
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, position: int) -> bytes:
        if level == 0:
            return hashes[position]
        if (level, position) not in known:
            left, right = node(level - 1, 2 * position), node(level - 1, 2 * position + 1)
            known[level, position] = merkle.node_hash(left, right)
        return known[level, position]

    return node


def _leaf(kind: int, object_hash: bytes, proof_bytes: bytes) -> bytes:
    if kind == OBJECT:
        return Leaf.envelope(object_hash, proof_bytes)
    return (Leaf.attachment if kind == ATTACHMENT else Leaf.tombstone)(object_hash, proof_bytes)


def file_hash(data: bytes) -> str:
    """SHA-256 of a proof, for the journal."""
    return sha256(data).hexdigest()
