"""Upload tokens: telling the relay which hashes are good, without telling it whose they are.

A statement always holds 16 blocks. Blocks that no tablet needs are random decoys, and all hashes stand in
ascending order: they are uniformly random, so the order says nothing and needs no further randomness.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from firsthand import errors
from firsthand.protocol.bundle import token_statement
from firsthand.protocol.checkpoint import parse_and_verify
from firsthand.protocol.directory import Directory
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.token import BLOCK_TOKENS, block_tokens, spent_hash
from sync_server.admin.folder import MissionFolder, write_file
from sync_server.link import RelayLink
from sync_server.ports import Ports

STATEMENT_BLOCKS = 16
_TIMEOUT_S = 3.0
_HASH_BYTES = 32


def register(folder: MissionFolder, relay_url: str, admin: SigningKey, seeds: Sequence[bytes], ports: Ports) -> bool:
    """Hand the first block of each seed to the relay; True when it answered, False when left in its inbox.

    The inbox serves a relay that runs from this folder, now or later. Where the relay lives on another host
    and cannot be reached, the file is carried there.
    """
    statements = [
        _statement(admin, seeds[start : start + STATEMENT_BLOCKS], ports)
        for start in range(0, len(seeds), STATEMENT_BLOCKS)
    ]
    posted = _post(relay_url, statements)
    for statement in statements[posted:]:
        name = hashlib.sha256(statement).hexdigest()[:16]
        write_file(folder.relay_folder / "inbox" / f"{name}.tokens", statement)
    return posted == len(statements)


def log_size(relay_url: str, directory: Directory) -> int | None:
    """How many leaves the mission's log has, by a checkpoint that its key has signed.

    None when the relay does not answer, or with something that the log's key has not signed: a cut that a
    stranger chose would set honest reports apart.
    """
    try:
        with RelayLink(relay_url, timeout_s=_TIMEOUT_S) as link:
            note = link.checkpoint()
        return parse_and_verify(note, directory.log_public, directory.origin).size
    except (errors.NoNetwork, errors.RelayRefused, errors.TheirFault):
        return None


def _statement(admin: SigningKey, seeds: Sequence[bytes], ports: Ports) -> bytes:
    hashes = [spent_hash(token) for seed in seeds for token in block_tokens(seed, 0)]
    decoys = ports.entropy.bytes(_HASH_BYTES * (STATEMENT_BLOCKS - len(seeds)) * BLOCK_TOKENS)
    hashes += [decoys[at : at + _HASH_BYTES] for at in range(0, len(decoys), _HASH_BYTES)]
    return token_statement(admin, sorted(hashes))


def _post(relay_url: str, statements: Sequence[bytes]) -> int:
    """How many of the statements, from the first on, the relay has taken."""
    taken = 0
    try:
        with RelayLink(relay_url, timeout_s=_TIMEOUT_S) as link:
            for statement in statements:
                link.post_tokens(statement)
                taken += 1
    except (errors.NoNetwork, errors.RelayRefused, errors.Malformed):
        return taken
    return taken
