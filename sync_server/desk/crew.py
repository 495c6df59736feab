"""Who opens envelopes: this process, or helpers once they are there. Opening is most of the work of an ingest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from firsthand.protocol.suite import KemSecret
from sync_server.desk import opening
from sync_server.desk.opening import Found, Sealed

HELPERS = 2
_FEW = 32  # fewer are opened here: sending them costs more


@dataclass(frozen=True, slots=True)
class Role:
    """Who opens: the role's slot and secrets, and whether it judges gaps in chains."""

    slot: int
    secrets: tuple[KemSecret, ...] = field(repr=False)
    registrar: bool = False


class Crew:
    """Opens stretches of objects. Without a pool everything is done here, when the answer is asked for."""

    def __init__(self, role: Role, pool: Executor | None = None) -> None:
        self._role = role
        self._pool = pool
        self._awake = None if pool is None else pool.submit(opening.is_awake)

    def start(self, items: Sequence[Sealed], authors: Mapping[bytes, bytes]) -> Callable[[], list[Found]]:
        """Begin to open; call the result to get what was found, in order."""
        if self._pool is None or self._awake is None or not self._awake.done() or len(items) < _FEW:
            role = self._role
            return lambda: [opening.open_object(item, role.slot, role.secrets, authors) for item in items]
        share = -(-len(items) // HELPERS)
        jobs = [
            self._pool.submit(opening.open_many, items[at : at + share], authors) for at in range(0, len(items), share)
        ]
        return lambda: [found for job in jobs for found in job.result()]

    def withdrawals(self, items: Sequence[Sealed]) -> list[Sealed]:
        """Those that claim to take something back."""
        role = self._role
        if self._pool is None or self._awake is None or not self._awake.done() or len(items) < _FEW:
            return [item for item in items if opening.is_withdrawal(item, role.slot, role.secrets)]
        share = -(-len(items) // HELPERS)
        jobs = [self._pool.submit(opening.peek_many, items[at : at + share]) for at in range(0, len(items), share)]
        claims = [claim for job in jobs for claim in job.result()]
        return [item for item, claim in zip(items, claims, strict=True) if claim]


@contextlib.contextmanager
def helpers(role: Role) -> Iterator[Executor]:
    """Processes with the role's secrets; they end with the block, and with this process."""
    seeds = [secret.seed for secret in role.secrets]
    pool = ProcessPoolExecutor(
        HELPERS, mp_context=get_context("spawn"), initializer=opening.start_worker, initargs=(role.slot, seeds)
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
