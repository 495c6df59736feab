"""Group commit: how jobs are grouped, and that nobody waits for ever whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from firsthand.errors import Busy, DiskFull
from firsthand.protocol.bundle import BatchItem
from sync_server.relay.committer import MAX_GROUP_OBJECTS, Answers, Committer
from sync_server.relay.log import Job, Outcome, Register, Upload

BOUND_S = 20


@dataclass
class FaultyLog:
    """A log that holds its first commit until it is let go, and fails as it is told. No real one fails on demand."""

    error: Exception | None = None
    groups: list[list[Job]] = field(default_factory=list)
    entered: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def commit(self, jobs: Sequence[Job]) -> list[Outcome]:
        self.groups.append(list(jobs))
        self.entered.set()
        assert self.go.wait(BOUND_S)
        if self.error is not None:
            raise self.error
        return [b"%d" % len(jobs)] * len(jobs)

    def scrub_if_due(self) -> None:
        pass


@dataclass
class Answered:
    """Collects answers."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    died: threading.Event = field(default_factory=threading.Event)

    def __call__(self, answers: Answers[int]) -> None:
        self.outcomes.update(answers)


def start(log: FaultyLog, answered: Answered) -> Committer[int]:
    return Committer(log, answered, answered.died.set)  # type: ignore[arg-type]


def upload(objects: int) -> Upload:
    return Upload(b"t" * 32, b"l" * 32, tuple(BatchItem(b"h" * 32, b"g" * 16, b"x") for _ in range(objects)))


def test_what_comes_during_a_commit_makes_the_next_group() -> None:
    log, answered = FaultyLog(), Answered()
    committer = start(log, answered)
    committer.submit(upload(1), 0)
    assert log.entered.wait(BOUND_S)
    for number in range(1, 40):
        committer.submit(upload(1), number)
    log.go.set()
    committer.stop()
    assert [len(group) for group in log.groups] == [1, 39]
    assert set(answered.outcomes) == set(range(40))


def test_a_group_has_at_most_256_objects_and_no_batch_is_torn() -> None:
    log, answered = FaultyLog(), Answered()
    committer = start(log, answered)
    committer.submit(upload(1), 0)
    assert log.entered.wait(BOUND_S)
    for number in range(1, 9):
        committer.submit(upload(100), number)
    committer.submit(upload(MAX_GROUP_OBJECTS), 9)
    committer.submit(Register(()), 10)
    committer.submit(upload(1), 11)
    log.go.set()
    committer.stop()
    assert [len(group) for group in log.groups] == [1, 2, 2, 2, 2, 1, 1, 1]
    assert all(sum(job.weight for job in group) <= MAX_GROUP_OBJECTS for group in log.groups)


def test_stopping_commits_what_waits_and_takes_no_more() -> None:
    log, answered = FaultyLog(), Answered()
    log.go.set()
    committer = start(log, answered)
    for number in range(10):
        committer.submit(upload(1), number)
    committer.stop()
    assert set(answered.outcomes) == set(range(10))
    with pytest.raises(Busy):
        committer.submit(upload(1), 10)
    assert not answered.died.is_set()


def test_when_a_commit_fails_each_of_its_jobs_is_told_and_the_next_group_goes_on() -> None:
    log, answered = FaultyLog(error=DiskFull("test")), Answered()
    committer = start(log, answered)
    committer.submit(upload(1), 0)
    assert log.entered.wait(BOUND_S)
    committer.submit(upload(1), 1)
    committer.submit(upload(1), 2)
    log.go.set()
    committer.stop()
    assert [type(answered.outcomes[number]) for number in range(3)] == [DiskFull] * 3
    assert [len(group) for group in log.groups] == [1, 2]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_the_thread_dies_all_who_wait_are_told_and_the_process_is_stopped() -> None:
    log, answered = FaultyLog(error=ZeroDivisionError()), Answered()
    committer = start(log, answered)
    committer.submit(upload(1), 0)
    assert log.entered.wait(BOUND_S)
    committer.submit(upload(1), 1)
    log.go.set()
    assert answered.died.wait(BOUND_S)
    assert [type(answered.outcomes[number]) for number in range(2)] == [Busy] * 2
    with pytest.raises(Busy):
        committer.submit(upload(1), 2)
    committer.stop()
