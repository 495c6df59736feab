"""Group commit: one thread takes what waits, makes one transaction of it, and only then lets anyone answer.

Theory. A commit costs the disk one flush, however much is in it. So while one group is being flushed, the
next one gathers; under load groups grow by themselves, and a lone upload never waits for company. A group is
at most 256 objects. The transaction locks the head row, so several processes would order themselves as well:

    lock head -> tokens -> known objects -> append leaves, nodes, frontier -> sign checkpoint -> commit

Rules: an answer leaves only after the commit; a job that is refused (token, erase key) leaves no trace and
does not harm the group; when the commit fails, every job of the group gets that error and nothing happened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Generic, TypeAlias, TypeVar

from firsthand.errors import Busy, FirsthandError
from sync_server.relay.log import Job, Log, Outcome

MAX_GROUP_OBJECTS = 256

Ticket = TypeVar("Ticket")
Answers: TypeAlias = list[tuple[Ticket, Outcome]]


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Ticket]):
    job: Job
    ticket: Ticket


class Committer(Generic[Ticket]):
    """The one thread that writes. A ticket is whatever the caller knows its answer by."""

    def __init__(self, log: Log, answer: Callable[[Answers[Ticket]], None], on_death: Callable[[], None]) -> None:
        """Start the thread.

        Args:
            log: what a group is committed to.
            answer: called in the committer's thread, with all outcomes of a group at once.
            on_death: called there when a fault of this program has ended the thread: stop the process.
        """
        self._log = log
        self._answer = answer
        self._on_death = on_death
        self._queue: deque[_Waiting[Ticket]] = deque()
        self._wake = Condition()
        self._stopping = False
        self._thread = Thread(target=self._run, name="committer")
        self._thread.start()

    def submit(self, job: Job, ticket: Ticket) -> None:
        """Put a job in the queue; its outcome comes through `answer`.

        Raises:
            Busy: the committer takes no more.
        """
        with self._wake:
            if self._stopping:
                raise Busy("relay stops")
            self._queue.append(_Waiting(job, ticket))
            self._wake.notify()

    def stop(self) -> None:
        """Commit what waits, then end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        group: list[_Waiting[Ticket]] = []
        clean = False
        try:
            while group := self._next_group():
                outcomes = self._commit([waiting.job for waiting in group])
                self._reply(group, outcomes)
                self._log.scrub_if_due()
            clean = True
        finally:
            if not clean:  # nobody may wait for ever; the exception itself goes on to the thread's hook
                self._give_up(group)

    def _next_group(self) -> list[_Waiting[Ticket]]:
        with self._wake:
            while not self._queue and not self._stopping:
                self._wake.wait()
            group: list[_Waiting[Ticket]] = []
            objects = 0
            while self._queue:
                objects += self._queue[0].job.weight
                if group and objects > MAX_GROUP_OBJECTS:
                    break
                group.append(self._queue.popleft())
            return group

    def _commit(self, jobs: list[Job]) -> Sequence[Outcome]:
        try:
            return self._log.commit(jobs)
        except FirsthandError as error:
            return [error] * len(jobs)

    def _reply(self, group: list[_Waiting[Ticket]], outcomes: Sequence[Outcome]) -> None:
        self._answer([(waiting.ticket, outcome) for waiting, outcome in zip(group, outcomes, strict=True)])

    def _give_up(self, group: list[_Waiting[Ticket]]) -> None:
        with self._wake:
            self._stopping = True
            group = [*group, *self._queue]
            self._queue.clear()
        self._reply(group, [Busy("committer")] * len(group))
        self._on_death()
