"""A tablet that dies at any statement or file operation loses nothing and seals nothing twice.

Each case runs in a forked process that ends itself, without any tidying up, at the n-th step: before each SQL
statement, before and after each fsync and rename. The parent then unlocks what is left and looks.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import draft
from fieldapp.flows.draft import DraftId
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import record, seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.worker import Progress, sync
from fieldapp.vault import store
from fieldapp.vault.custody import Custody
from fieldapp.vault.records import State
from fieldapp.vault.vault import Vault
from firsthand import errors
from firsthand.protocol import bundle, envelope
from tests.support.tablets import (
    DAY_S,
    NOW_S,
    PASSPHRASE,
    MemoryRelay,
    SeededEntropy,
    SetClock,
    as_json,
    example,
    mission,
    ports,
)

pytestmark = pytest.mark.slow

KILLED, DONE, RAISED = 99, 0, 98
STEPS_MAX = 400
SAMPLE_EVERY = 6


def run_to_step(step: int, work: Callable[[], None]) -> int:
    """Forks, does the work, and dies at the given step; the exit code."""
    child = os.fork()
    if child == 0:
        _die_at(step)
        try:
            work()
        except BaseException:  # noqa: BLE001 - a forked child must not return into pytest
            os._exit(RAISED)
        os._exit(DONE)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _die_at(step: int) -> None:
    counter = iter(range(1, STEPS_MAX * 10))

    def tick(*_: Any) -> None:
        if next(counter) == step:
            os._exit(KILLED)

    def both_sides(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            tick()
            result = call(*args, **named)
            tick()
            return result

        return counted

    os.fsync = both_sides(os.fsync)
    os.replace = both_sides(os.replace)
    connect = sqlite3.connect

    def counted_connect(*args: Any, **named: Any) -> sqlite3.Connection:
        conn = connect(*args, **named)
        conn.set_trace_callback(tick)
        return conn

    store.sqlite3.connect = counted_connect


def steps(every: int) -> Iterator[int]:
    yield from range(1, STEPS_MAX, every)


SWEEPS = [
    pytest.param(SAMPLE_EVERY, id="sampled"),
    pytest.param(1, id="every step", marks=pytest.mark.night),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DraftId]:
    """A locked tablet with one sealed report and one draft."""
    home = tmp_path_factory.mktemp("template") / "home"
    with enrol(home, mission().invitation(), PASSPHRASE, ports("template")) as made:
        record(made, as_json(example("own-observation")))
        draft_id = draft.start(made, "incident")
        draft.save(made, draft_id, example())
    return home, draft_id


def fresh(template: Path, base: Path, step: int) -> Path:
    home = base / f"step-{step}"
    shutil.copytree(template, home)
    return home


def unlock(home: Path) -> Tablet:
    return Tablet.open(home, PASSPHRASE, ports(f"again {home.name}"))


def whole_chain(made: Tablet) -> None:
    """Every object opens under its role's key, the chain has no gap and no fork, and the head is its end."""
    items = made.custody.items()
    assert [item.seq for item in items] == list(range(len(items)))
    prev = None
    for item in items:
        sealed = made.custody.envelope(made.custody.row_id(item.object_hash))
        opened = envelope.open_slot(sealed, 0, [mission().role_secret("risk_cell")])
        opened.authenticate(made.keyring.signer.public)
        assert (opened.manifest.prev, opened.manifest.seq) == (prev, item.seq)
        prev = item.object_hash
    assert made.custody.head().prev == prev
    assert made.custody.damaged() == {}
    assert made.custody.lists.rebuilt == 0, "the list was never behind the rows"
    listed = {row.seq: (row.state, row.log_index) for row in made.reports()}
    assert listed == {item.seq: (item.state, item.log_index) for item in items if item.kind == "report"}


@pytest.mark.parametrize("every", SWEEPS)
def test_sealing_leaves_the_draft_or_the_sealed_report_never_both_never_none(
    template: tuple[Path, DraftId], tmp_path: Path, every: int
) -> None:
    source, draft_id = template
    outcomes = set()
    for step in steps(every):
        home = fresh(source, tmp_path, step)

        def work(home: Path = home) -> None:
            seal_draft(unlock(home), draft_id)

        code = run_to_step(step, work)
        assert code in {KILLED, DONE}
        with unlock(home) as made:
            drafts, reports = draft.list_drafts(made), made.reports()
            assert len(drafts) + len(reports) == 2, step
            assert all(row.state is State.SEALED for row in reports)
            outcomes.add(len(reports))
            if drafts:
                seal_draft(made, drafts[0].id)
            assert len(made.reports()) == 2
            whole_chain(made)
        shutil.rmtree(home)
        if code == DONE:
            break
    else:
        pytest.fail("the work never came to its end")
    assert outcomes == {1, 2}, "kills before and after the decisive commit were both met"


@pytest.mark.parametrize("every", SWEEPS)
def test_recording_from_a_file_counts_once_or_not_at_all(
    template: tuple[Path, DraftId], tmp_path: Path, every: int
) -> None:
    for step in steps(every):
        home = fresh(template[0], tmp_path, step)
        code = run_to_step(step, lambda home=home: record(unlock(home), as_json(example())))  # type: ignore[misc]
        with unlock(home) as made:
            assert len(made.reports()) in ({2} if code == DONE else {1, 2})
            assert draft.load(made, template[1])["kind"] == "incident"
            record(made, as_json(example()))
            whole_chain(made)
        shutil.rmtree(home)
        if code == DONE:
            return
    pytest.fail("the work never came to its end")


@pytest.mark.parametrize("every", SWEEPS)
def test_saving_a_draft_leaves_the_old_or_the_new_text(
    template: tuple[Path, DraftId], tmp_path: Path, every: int
) -> None:
    source, draft_id = template
    for step in steps(every):
        home = fresh(source, tmp_path, step)

        def work(home: Path = home) -> None:
            draft.save(unlock(home), draft_id, example("flash"))

        code = run_to_step(step, work)
        with unlock(home) as made:
            assert draft.load(made, draft_id) in ([example("flash")] if code == DONE else [example(), example("flash")])
        shutil.rmtree(home)
        if code == DONE:
            return
    pytest.fail("the work never came to its end")


@pytest.mark.parametrize("every", SWEEPS)
def test_expiry_takes_facts_and_title_together_and_comes_to_its_end(
    template: tuple[Path, DraftId], tmp_path: Path, every: int
) -> None:
    later = SetClock(NOW_S + 16 * DAY_S)
    outcomes = set()
    for step in steps(every):
        home = fresh(template[0], tmp_path, step)
        code = run_to_step(step, lambda home=home: Tablet.open(home, PASSPHRASE, ports("late", later)).close())  # type: ignore[misc]
        with closing(Vault.open(home, PASSPHRASE, SeededEntropy("look"))) as vault:
            custody = Custody(vault)
            (stub,) = custody.lists.newest(lambda totals: totals.reports, lambda each: bool(each.report_id), 0, 9)
            facts = custody.facts(stub.row_id)
            assert (stub.title != "", stub.readable) == (facts is not None,) * 2
            assert custody.lists.rebuilt == 0
            outcomes.add(facts is None)
        with Tablet.open(home, PASSPHRASE, ports("later", later)) as made:
            assert made.reports()[0].title == ""
            assert draft.load(made, template[1]) == example()
        shutil.rmtree(home)
        if code == DONE:
            break
    else:
        pytest.fail("the work never came to its end")
    assert outcomes == {True, False}


@pytest.mark.parametrize("every", SWEEPS)
def test_enrolment_makes_a_whole_tablet_or_none(tmp_path: Path, every: int) -> None:
    data = mission().invitation()
    outcomes = set()
    for step in steps(every):
        home = tmp_path / f"step-{step}"
        code = run_to_step(step, lambda home=home: enrol(home, data, PASSPHRASE, ports("child")).close())  # type: ignore[misc]
        try:
            enrol(home, data, PASSPHRASE, ports("parent")).close()
            outcomes.add("none")
            assert code == KILLED
        except errors.Exists:
            outcomes.add("whole")
        with unlock(home) as made:
            record(made, as_json(example()))
            whole_chain(made)
        if code == DONE:
            break
    else:
        pytest.fail("the work never came to its end")
    assert outcomes == {"none", "whole"}


class WitnessedRelay(MemoryRelay):
    """Keeps what it hears in a file before it does anything: it outlives the process that spoke to it."""

    heard: Path

    def send_batch(self, body: bytes) -> bytes:
        with self.heard.open("a") as handle:
            handle.write(body.hex() + "\n")
        return super().send_batch(body)

    def recall(self) -> None:
        """Hears everything again, in the process that comes after."""
        for line in self.heard.read_text().splitlines() if self.heard.exists() else ():
            super().send_batch(bytes.fromhex(line))


def silent(_: Progress) -> None:
    """Nobody looks."""


@pytest.mark.parametrize("every", SWEEPS)
def test_a_token_is_never_spoken_with_two_lists(template: tuple[Path, DraftId], tmp_path: Path, every: int) -> None:
    for step in steps(every):
        home = fresh(template[0], tmp_path, step)
        relay = WitnessedRelay()
        relay.heard = tmp_path / f"heard-{step}"
        code = run_to_step(step, lambda home=home, relay=relay: sync(unlock(home), relay, silent))  # type: ignore[misc]
        with unlock(home) as made:
            relay.recall()
            record(made, as_json(example()))
            assert sync(made, relay, silent).waiting == 0
            assert {row.state for row in made.reports()} == {State.LOGGED}
            whole_chain(made)
        spoken = {bytes.fromhex(line) for line in relay.heard.read_text().splitlines()}
        tokens = {bundle.decode_batch(body).token for body in spoken}
        assert len(tokens) == len(spoken), "one token, one list"
        assert len(relay.leaves) == 3
        shutil.rmtree(home)
        if code == DONE:
            return
    pytest.fail("the work never came to its end")


def test_a_killed_process_does_not_keep_its_officer_out(template: tuple[Path, DraftId], tmp_path: Path) -> None:
    home = fresh(template[0], tmp_path, 0)
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        unlock(home)
        os.write(told, b"x")
        signal.pause()
    os.read(ready, 1)
    with pytest.raises(errors.Busy):
        unlock(home)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    unlock(home).close()
    os.close(ready)
    os.close(told)
