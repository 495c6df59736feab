"""Tablets with a duress passphrase, made once a test process and copied: each enrolment costs runs of the KDF."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from fieldapp.flows import draft
from fieldapp.flows.decoy import set_duress
from fieldapp.flows.draft import DraftId
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.store import Store
from firsthand.protocol import suite
from tests.support.tablets import PASSPHRASE, SetClock, as_json, example, mission, ports

DURESS = "river-stone-market-yellow-candle-bridge"
WRONG = "nobody-ever-chose-these-six-words"


@cache
def template() -> tuple[Path, DraftId]:
    """A locked tablet with a duress passphrase, two sealed reports and one draft; never opened in place."""
    base = Path(tempfile.mkdtemp(prefix="firsthand-test-lock-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    home = base / "home"
    with enrol(home, mission().invitation(), PASSPHRASE, ports("lock template")) as made:
        record(made, as_json(example("own-observation")))
        record(made, as_json(example()))
        draft_id = draft.start(made, "incident")
        draft.save(made, draft_id, example())
        set_duress(made, DURESS, PASSPHRASE)
    return home, draft_id


def copy(base: Path) -> tuple[Path, DraftId]:
    """A fresh copy of the template: its home and draft."""
    source, draft_id = template()
    home = base / "home"
    shutil.copytree(source, home)
    return home, draft_id


def unlock(home: Path, passphrase: str = PASSPHRASE, clock: SetClock | None = None) -> Tablet:
    return Tablet.open(home, passphrase, ports(f"unlock {home.parent.name} {passphrase}", clock))


@contextmanager
def kdf_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """Counts runs of the KDF."""
    runs: list[None] = []
    true = suite.passphrase_key

    def counted(passphrase: str, salt: bytes, cost: suite.KdfCost) -> bytes:
        runs.append(None)
        return true(passphrase, salt, cost)

    with monkeypatch.context() as patched:
        patched.setattr(suite, "passphrase_key", counted)
        yield runs


@contextmanager
def store_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What is asked of any store, in order: (call, table)."""
    calls: list[tuple[str, str]] = []
    with monkeypatch.context() as patched:
        for name in ("get", "ids", "put", "delete", "clear"):
            true = getattr(Store, name)

            def traced(self: Store, table: str, *rest: object, _name: str = name, _true: object = true) -> object:
                calls.append((_name, table))
                return _true(self, table, *rest)  # type: ignore[operator]

            patched.setattr(Store, name, traced)
        yield calls
