"""The tablet without its window: unlock, save a draft, record, against a bare Argon2id and a bare SQLite row.

What becomes of it with thousands of reports is in `tablet_scale`.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bench import tablet_scale
from bench.figures import Figure, median_ms
from fieldapp.__main__ import SystemClock, SystemEntropy
from fieldapp.flows import draft
from fieldapp.flows.ports import Ports
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet

PASSPHRASE = "copper-lantern-orchard-violet-summit-harbor"


def figures(folder: Path, home: Path, example: bytes) -> Iterator[Figure]:
    """Figures on an enrolled tablet at `home`; `folder` is for the reference."""
    ports = Ports(SystemClock(), SystemEntropy())

    def unlock() -> None:
        Tablet.open(home, PASSPHRASE, ports).close()

    argon_ms = median_ms(_bare_argon, runs=5, warm=1)
    unlock_ms = median_ms(unlock, runs=7, warm=1)
    row_ms = _bare_row_ms(folder, example)
    with Tablet.open(home, PASSPHRASE, ports) as tablet:
        draft_id, report = draft.start(tablet, "incident"), json.loads(example)
        save_ms = median_ms(lambda: draft.save(tablet, draft_id, report), runs=100)
        record_ms = median_ms(lambda: record(tablet, example), runs=60)
    yield Figure("unlock a vault, directory verified", unlock_ms, "ms", "Argon2id 64 MiB alone", argon_ms / unlock_ms)
    yield Figure("save a draft, durable", save_ms, "ms", "one clear SQLite row, synchronous=FULL", row_ms / save_ms)
    yield Figure(
        "record: validate, seal, store, re-read, destroy the draft",
        record_ms,
        "ms",
        "one clear SQLite row",
        row_ms / record_ms,
    )
    yield from tablet_scale.figures(folder, home, PASSPHRASE, example, argon_ms)


def _bare_argon() -> None:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=65_536).derive(PASSPHRASE.encode())


def _bare_row_ms(folder: Path, row: bytes) -> float:
    database = sqlite3.connect(folder / "reference.db", isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("create table rows (id integer primary key, body blob)")
    try:
        return median_ms(lambda: database.execute("insert into rows (body) values (?)", (row,)), runs=100)
    finally:
        database.close()
