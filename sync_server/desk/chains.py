"""The chains of authors as this desk knows them: gaps and forks, judged at the end of a pull.

What an author says to have taken back fills its place, whether it ever came or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from firsthand.protocol import chain
from sync_server.desk.store_ingest import IngestStore

GAP_ALARM_DAYS = 30


@dataclass(frozen=True, slots=True)
class ChainJudge:
    """Judges chains; inside a transaction of the store.

    Attributes:
        registrar: whether this desk's role is the one that raises the alarm about old gaps.
        alarm: raises an alarm by code, subject and log index.
    """

    rows: IngestStore
    registrar: bool
    alarm: Callable[[str, bytes, int | None], None]

    def judge(self, devices: Iterable[bytes]) -> None:
        """All chains of these tablets."""
        day = self.rows.log_state().day
        for device in devices:
            for name, group in groupby(self.rows.links(device), key=lambda link: link[0]):
                links = [chain.Link(seq, prev, digest, idx) for _, seq, prev, digest, idx in group]
                self._judge_chain(device, name, links, day)

    def _judge_chain(self, device: bytes, name: bytes, links: list[chain.Link], day: int) -> None:
        report = chain.judge(links)
        for seq, _ in report.forks:
            # Both stay readable and counted: which of the two tablets lies is for people to find out.
            self.alarm("device-fork", device + name + seq.to_bytes(8, "big"), links[-1].log_index)
        missing = sum(last - first + 1 for first, last in report.gaps)
        since = self.rows.put_chain(
            device,
            name,
            known=len(links),
            top=max(link.seq for link in links),
            gaps=missing,
            forks=len(report.forks),
            day=day,
        )
        if self.registrar and since is not None and day - since > GAP_ALARM_DAYS:
            self.alarm("chain-gap", device + name, None)
