"""Questions of inbox, report page and export to the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from firsthand.errors import Malformed, NotFound
from firsthand.ids import parse_report_id
from sync_server.desk.opening import PART_BITS, read_again
from sync_server.desk.store import Store

_BATCH = 1000


class ReportRow(NamedTuple):
    """A report in a list."""

    idx: int
    report_id: bytes | None
    kind: str
    week: str
    area: str
    adm2: str
    place: str
    date: str
    families: str
    acts: str
    events: str
    counted: int
    sensitive: int
    pmin: int
    pbest: int
    pmax: int
    children: int
    source_family: str
    grade: str
    standing: str
    revises: int
    granted: int
    received_at: int
    device: bytes
    author: str


class ExportRow(NamedTuple):
    """A report in an export; `point` is the degraded one of the facts."""

    idx: int
    report_id: bytes
    kind: str
    week: str
    area: str
    adm2: str
    date: str
    families: str
    acts: str
    events: str
    counted: int
    sensitive: int
    people: str
    pmin: int
    pbest: int
    pmax: int
    children: int
    source_class: str
    source_family: str
    grade: str
    standing: str
    author: str
    has_facts: bool
    point: tuple[int, int] | None


_LIST = (
    "SELECT r.idx, r.report_id, r.kind, r.week, r.area, r.adm2, r.place, r.date, r.families, r.acts, r.events,"
    " r.counted, r.sensitive, r.pmin, r.pbest, r.pmax, r.children, r.source_family, r.grade, r.standing,"
    " r.revises, r.granted, e.received_at, e.device, coalesce(d.standing, 'unknown') FROM report r"
    " JOIN envelope e USING (idx) LEFT JOIN device d ON d.id = e.device WHERE "
)
_EXPORT = (
    "SELECT r.idx, r.report_id, r.kind, r.week, r.area, r.adm2, r.date, r.families, r.acts, r.events, r.counted,"
    " r.sensitive, r.people, r.pmin, r.pbest, r.pmax, r.children, r.source_class, r.source_family, r.grade,"
    " r.standing, coalesce(d.standing, 'unknown'), r.granted, r.lat_e7, r.lon_e7 FROM report r"
    " JOIN envelope e USING (idx) LEFT JOIN device d ON d.id = e.device"
    " WHERE r.idx > ? AND r.report_id IS NOT NULL ORDER BY r.idx LIMIT ?"
)
_COUNTS = {
    "all": "SELECT count(*) FROM report",
    "waiting": "SELECT count(*) FROM report WHERE standing NOT IN ('counted', 'superseded')",
    "new": "SELECT (SELECT count(*) FROM report) - (SELECT count(DISTINCT subject) FROM journal"
    " WHERE action = 'read' AND EXISTS (SELECT 1 FROM report WHERE idx = CAST(subject AS INTEGER)))",
}
_MANIFEST = ("hash", "device", "chain", "seq", "prev", "supersedes", "day", "stale", "proven", "received_at")


class ReportStore:
    """Reads reports."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, where: str, find: str, before: int | None, limit: int, cell: tuple[str, str, str] | None
    ) -> list[ReportRow]:
        """A page of the inbox, newest first.

        Args:
            where: "all", "new" (opened by nobody yet), "waiting" (not counted, for whatever reason).
            find: words that must all occur.
            before: log index above which rows are left out.
            cell: (area, week, family or "*") of the weekly table.
        """
        conditions, values = ["1"], list[str | int]()
        for word in find.casefold().split():
            conditions.append("r.search LIKE ? ESCAPE '!'")
            values.append("%" + word.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%")
        if where == "waiting":
            conditions.append("r.standing <> 'counted' AND r.standing <> 'superseded'")
        if where == "new":
            conditions.append(
                "NOT EXISTS (SELECT 1 FROM journal j WHERE j.action = 'read' AND j.subject = CAST(r.idx AS TEXT))"
            )
        if cell is not None:
            conditions.append("r.idx IN (SELECT idx FROM cell WHERE area = ? AND week = ? AND family = ?)")
            values += cell
        if before is not None:
            conditions.append("r.idx < ?")
            values.append(before)
        clause = " AND ".join(conditions)
        rows = self._store.all(_LIST + clause + " ORDER BY r.idx DESC LIMIT ?", (*values, limit))
        return [ReportRow(*row) for row in rows]

    def row(self, idx: int) -> ReportRow | None:
        """One report by its log index."""
        row = self._store.first(_LIST + "r.idx = ?", (idx,))
        return None if row is None else ReportRow(*row)

    def counted(self, report: str) -> int | None:
        """Log index of the version that counts of a report, by its id of 26 characters."""
        try:
            report_id = parse_report_id(report)
        except Malformed:
            return None
        row = self._store.first("SELECT idx FROM report WHERE report_id = ? AND standing = 'counted'", (report_id,))
        return None if row is None else row[0]

    def count(self, where: str) -> int:
        """How many reports a tab holds."""
        count: int = self._store.one(_COUNTS[where])[0]
        return count

    def parts(self, idx: int) -> dict[str, Any]:
        """The granted parts of a report, opened again with the keys that the store keeps.

        Raises:
            NotFound: its author has taken it back, or it never came.
        """
        row = self._store.first(
            "SELECT o.data, e.keys FROM envelope e JOIN object o USING (hash) WHERE e.idx = ?", (idx,)
        )
        if row is None:
            raise NotFound("report")
        return read_again(*row)

    def envelope(self, idx: int) -> dict[str, Any]:
        """What the manifest says."""
        row = self._store.one(
            "SELECT hash, device, chain, seq, prev, supersedes, day, stale, proven, received_at FROM envelope"
            " WHERE idx = ?",
            (idx,),
        )
        return dict(zip(_MANIFEST, row, strict=True))

    def versions(self, idx: int) -> tuple[int | None, int | None]:
        """Log indexes of the version before and of the first one after."""
        before = self._store.first(
            "SELECT b.idx FROM envelope a JOIN envelope b ON b.hash = a.supersedes"
            " WHERE a.idx = ? AND b.type = 'report'",
            (idx,),
        )
        after = self._store.first(
            "SELECT b.idx FROM envelope a JOIN envelope b ON b.supersedes = a.hash"
            " WHERE a.idx = ? AND b.type = 'report' ORDER BY b.idx",
            (idx,),
        )
        return (before[0] if before else None, after[0] if after else None)

    def export(self) -> Iterator[ExportRow]:
        """Every report that a granted part names, in log order; read in stretches, so that memory stays small."""
        after = -1
        while True:
            rows = self._store.all(_EXPORT, (after, _BATCH))
            for row in rows:
                granted, lat, lon = row[-3:]
                has_facts = bool(granted & PART_BITS["facts"])
                yield ExportRow._make((*row[:-3], has_facts, None if lat is None else (lat, lon)))
            if len(rows) < _BATCH:
                return
            after = rows[-1][0]
