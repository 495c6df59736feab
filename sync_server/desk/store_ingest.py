"""The rows that ingest writes: leaves, objects, envelopes, reports, cells of the weekly table, tablets, alarms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from firsthand.protocol.receipt import TOMBSTONE, Leaf
from sync_server.desk.digest import Digest
from sync_server.desk.judging import Candidate, DeviceStanding, Standing
from sync_server.desk.logcheck import LogState
from sync_server.desk.opening import Found, Outcome
from sync_server.desk.store import Store

PENDING = "pending"
ALL_FAMILIES = "*"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A tablet that has shown its certificate."""

    id: bytes
    sign_public: bytes
    kem_public: bytes
    invite_public: bytes
    words: str
    enrol_idx: int
    standing: DeviceStanding
    cut: int | None


@dataclass(frozen=True, slots=True)
class PendingLeaf:
    """A verified leaf whose object has not been taken in yet."""

    idx: int
    object_hash: bytes
    kind: int
    proof: bytes


class IngestStore:
    """Ingest's view of the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # -- log ----------------------------------------------------------------------------------------------------
    def log_state(self) -> LogState:
        """What was verified last."""
        peaks = self.store.get("log_peaks") or b""
        return LogState(
            size=self.store.get("log_size") or 0,
            peaks=tuple(peaks[at : at + 32] for at in range(0, len(peaks), 32)),
            note=self.store.get("log_note") or "",
            day=self.store.get("log_day") or 0,
        )

    def grow(self, state: LogState, leaves: Sequence[Leaf], now_s: int) -> None:
        """Take in verified leaves with the state that proves them."""
        start = state.size - len(leaves)
        with self.store.transaction():
            self.store.many(
                "INSERT INTO leaf VALUES (?, ?, ?, ?, ?)",
                ((start + at, leaf.object_hash, leaf.kind, leaf.proof, PENDING) for at, leaf in enumerate(leaves)),
            )
            for key, value in (
                ("log_size", state.size),
                ("log_peaks", b"".join(state.peaks)),
                ("log_note", state.note),
                ("log_day", state.day),
                ("log_checked_at", now_s),
            ):
                self.store.put(key, value)

    def pending(self, after: int, limit: int) -> list[PendingLeaf]:
        """Leaves to take in, in log order, with an index above `after`."""
        rows = self.store.all(
            "SELECT idx, hash, kind, proof FROM leaf WHERE state = ? AND idx > ? ORDER BY idx LIMIT ?",
            (PENDING, after, limit),
        )
        return [PendingLeaf(*row) for row in rows]

    def pending_count(self) -> int:
        """How many leaves wait."""
        count: int = self.store.one("SELECT count(*) FROM leaf WHERE state = ?", (PENDING,))[0]
        return count

    def looked_to(self) -> int:
        """The last leaf that was looked through for withdrawals ahead of all others; -1 before any."""
        found: int | None = self.store.get("looked_to")
        return -1 if found is None else found

    def settle(self, states: Iterable[tuple[int, str]]) -> None:
        """Say what became of leaves."""
        self.store.many("UPDATE leaf SET state = ? WHERE idx = ?", ((state, idx) for idx, state in states))

    def known_hashes(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Which objects are here already (a leaf may name an object that an earlier leaf named)."""
        return {row[0] for row in self.store.among("SELECT hash FROM object WHERE hash IN (...)", hashes)}

    def ask_again(self) -> None:
        """What the relay did not have may be there now: its author can send it once more."""
        with self.store.transaction():
            self.store.execute("UPDATE leaf SET state = ? WHERE state = 'missing-object'", (PENDING,))

    def tombstones(self, hashes: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """(object hash, erase key) of the tombstones that the verified log holds for these objects."""
        return [
            (name, key)
            for name, key in self.store.among("SELECT hash, proof FROM leaf WHERE kind = 2 AND hash IN (...)", hashes)
        ]

    def tag_of(self, object_hash: bytes) -> bytes | None:
        """The tag under which an object was logged first."""
        row = self.store.first(
            "SELECT proof FROM leaf WHERE hash = ? AND kind <> ? ORDER BY idx", (object_hash, TOMBSTONE)
        )
        return None if row is None else row[0]

    # -- objects ------------------------------------------------------------------------------------------------
    def add_objects(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep sealed bytes: a relay that lost its disk is rebuilt from desks."""
        self.store.many("INSERT OR IGNORE INTO object VALUES (?, ?)", items)

    def object(self, object_hash: bytes) -> bytes | None:
        """Sealed bytes by hash."""
        row = self.store.first("SELECT data FROM object WHERE hash = ?", (object_hash,))
        return None if row is None else row[0]

    def add_envelopes(self, found: Sequence[Found], now_s: int) -> None:
        """Keep what manifests say, and the keys that were granted."""
        self.store.many(
            "INSERT INTO envelope VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                (
                    f.idx,
                    f.object_hash,
                    f.type,
                    f.device,
                    f.chain,
                    f.seq,
                    f.prev,
                    f.supersedes,
                    f.day,
                    f.stale,
                    f.proven,
                    now_s,
                    f.keys,
                )
                for f in found
            ),
        )

    def add_reports(self, rows: Iterable[tuple[Found, Digest, Standing]]) -> None:
        """Keep the columns of reports; `standing` is their trust, versions are compared afterwards."""
        self.store.many(
            "INSERT INTO report VALUES (" + "?," * 29 + "?)",
            (_report_row(found, digest, standing) for found, digest, standing in rows),
        )

    def erase(self, object_hash: bytes, state: str = "erased") -> set[int]:
        """Forget the content of an object that its author has erased or taken back; its place in the chain stays.

        Args:
            object_hash: of an envelope or an attachment.
            state: `erased` or `withdrawn`.

        Returns:
            Log indexes of reports that must be compared again.
        """
        self.store.execute("DELETE FROM object WHERE hash = ?", (object_hash,))
        self.store.execute("UPDATE attachment SET state = 'erased' WHERE hash = ?", (object_hash,))
        row = self.store.first("SELECT idx FROM envelope WHERE hash = ?", (object_hash,))
        if row is None:
            return set()
        related = self.relatives(self.candidates(row))
        self.store.execute("DELETE FROM report WHERE idx = ?", row)
        for table in ("cell", "coverage"):
            self.store.execute(f"DELETE FROM {table} WHERE idx = ?", row)  # noqa: S608 - two constant names
        self.store.execute("UPDATE attachment SET state = 'erased' WHERE idx = ?", row)
        self.store.execute("UPDATE envelope SET type = ?, keys = x'' WHERE idx = ?", (state, row[0]))
        self.settle([(row[0], state)])
        return related - {row[0]}

    def rewrite_report(self, idx: int, granted: int, digest: Digest) -> None:
        """Put the columns of fewer parts in the place of a report's; trust and standing stay."""
        trust, standing, supersedes = self.store.one(
            "SELECT r.trust, r.standing, e.supersedes FROM report r JOIN envelope e USING (idx) WHERE r.idx = ?", (idx,)
        )
        self.store.execute("DELETE FROM report WHERE idx = ?", (idx,))
        bare = Found(idx, b"", Outcome.REPORT, supersedes=supersedes, granted=granted)
        self.add_reports([(bare, digest, Standing(trust))])
        self.set_standings({idx: Standing(standing)})

    # -- standing -----------------------------------------------------------------------------------------------
    def candidates(self, idxs: Iterable[int]) -> list[Candidate]:
        """The facts that decide between versions."""
        wanted = tuple(idxs)
        rows = self.store.among(
            "SELECT r.idx, e.hash, e.device, r.trust, r.report_id, e.supersedes FROM report r"
            " JOIN envelope e USING (idx) WHERE r.idx IN (...)",
            wanted,
        )
        return [
            Candidate(idx, hash_, device, Standing(trust), rid, sup) for idx, hash_, device, trust, rid, sup in rows
        ]

    def relatives(self, items: Sequence[Candidate]) -> set[int]:
        """Log indexes of reports that one of `items` may be a version or a double of."""
        hashes = tuple(item.hash for item in items)
        targets = tuple(item.supersedes for item in items if item.supersedes is not None)
        ids = tuple(item.report_id for item in items if item.report_id is not None)
        rows = [
            *self.store.among("SELECT idx FROM envelope WHERE hash IN (...) AND type = 'report'", targets),
            *self.store.among("SELECT idx FROM envelope WHERE supersedes IN (...) AND type = 'report'", hashes),
            *self.store.among("SELECT idx FROM report WHERE report_id IN (...)", ids),
        ]
        return {row[0] for row in rows}

    def standings(self, idxs: Iterable[int]) -> dict[int, Standing]:
        """As stored."""
        wanted = tuple(idxs)
        rows = self.store.among("SELECT idx, standing FROM report WHERE idx IN (...)", wanted)
        return {idx: Standing(standing) for idx, standing in rows}

    def set_standings(self, standings: Mapping[int, Standing]) -> None:
        """Change standings, and with them what the weekly table counts."""
        self.store.many("UPDATE report SET standing = ? WHERE idx = ?", ((s, idx) for idx, s in standings.items()))
        self.refresh_cells(standings)

    def set_trust(self, idxs_trust: Mapping[int, Standing]) -> None:
        """Change what the author's and signature's state allow."""
        self.store.many("UPDATE report SET trust = ? WHERE idx = ?", ((s, idx) for idx, s in idxs_trust.items()))

    def refresh_cells(self, idxs: Iterable[int]) -> None:
        """Recompute the cells of reports. Sensitive reports have none: they stand in no table until released.

        A return (nothing to report, not reachable) is no report of an event: it says what is known of its week.
        """
        wanted = tuple(idxs)
        for table in ("cell", "coverage"):
            self.store.many(f"DELETE FROM {table} WHERE idx = ?", ((idx,) for idx in wanted))  # noqa: S608
        found = self.store.among(
            "SELECT coverage, reason, idx, area, week, families, pmin, pbest, pmax, children FROM report"
            " WHERE idx IN (...) AND standing = 'counted' AND counted = 1 AND sensitive = 0",
            wanted,
        )
        self.store.many(
            "INSERT INTO coverage VALUES (?,?,?,?,?)",
            ((area, week, idx, state, reason) for state, reason, idx, area, week, *_ in found if state),
        )
        rows = [row[2:] for row in found if not row[0]]
        self.store.many(
            "INSERT INTO cell VALUES (?,?,?,?,?,?,?,?)",
            (
                (area, week, family, idx, low, best, high, children)
                for idx, area, week, families, low, best, high, children in rows
                for family in (ALL_FAMILIES, *families.split())
            ),
        )

    # -- tablets --------------------------------------------------------------------------------------------------
    def devices(self) -> dict[bytes, DeviceRow]:
        """Every tablet that has shown a certificate."""
        rows = self.store.all(
            "SELECT id, sign_public, kem_public, invite_public, words, enrol_idx, standing, cut FROM device"
        )
        return {row[0]: _device(*row) for row in rows}

    def put_device(self, row: DeviceRow) -> None:
        """Add or change a tablet."""
        self.store.execute(
            "INSERT INTO device VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET standing = excluded.standing,"
            " cut = excluded.cut",
            (
                row.id,
                row.sign_public,
                row.kem_public,
                row.invite_public,
                row.words,
                row.enrol_idx,
                row.standing,
                row.cut,
            ),
        )

    def cut_of(self, invite_public: bytes, cut: int | None, log_size: int) -> int:
        """Where a revocation cuts; if nobody said, at what was ingested when this desk learned of it."""
        if cut is not None:
            return cut
        self.store.execute("INSERT OR IGNORE INTO revocation VALUES (?, ?)", (invite_public, log_size))
        found: int = self.store.one("SELECT cut FROM revocation WHERE invite_public = ?", (invite_public,))[0]
        return found

    def reports_of(self, device: bytes) -> list[tuple[int, bool]]:
        """(log index, proven) of a tablet's reports."""
        rows = self.store.all(
            "SELECT e.idx, e.proven FROM envelope e JOIN report r USING (idx) WHERE e.device = ?", (device,)
        )
        return [(idx, bool(proven)) for idx, proven in rows]

    def unproven(self, device: bytes) -> list[tuple[int, bytes]]:
        """(log index, object hash) of a tablet's envelopes whose signature has not been verified."""
        return [
            (idx, hash_)
            for idx, hash_ in self.store.all(
                "SELECT idx, hash FROM envelope WHERE device = ? AND proven = 0"
                " AND type NOT IN ('erased', 'withdrawn')",
                (device,),
            )
        ]

    def is_proven(self, idx: int) -> bool:
        """Whether the signature of an envelope verifies under its author's key."""
        row = self.store.first("SELECT proven FROM envelope WHERE idx = ?", (idx,))
        return row is not None and bool(row[0])

    def prove(self, idxs: Iterable[int]) -> None:
        """The signature of these envelopes verifies."""
        self.store.many("UPDATE envelope SET proven = 1 WHERE idx = ?", ((idx,) for idx in idxs))

    def links(self, device: bytes) -> list[tuple[bytes, int, bytes | None, bytes, int]]:
        """(chain, seq, prev, hash, log index) of everything that a tablet provably sealed.

        What it says to have taken back is among them, whether it ever came or not.
        """
        return [
            tuple(row)
            for row in self.store.all(
                "SELECT chain, seq, NULL, target, idx FROM withdrawal w WHERE device = ? AND state = 'counts'"
                " AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = w.target)"
                " UNION ALL SELECT chain, seq, prev, hash, idx FROM envelope WHERE device = ? AND proven = 1"
                " ORDER BY chain, seq",
                (device, device),
            )
        ]

    def put_chain(
        self, device: bytes, chain: bytes, *, known: int, top: int, gaps: int, forks: int, day: int
    ) -> int | None:
        """Keep the judgement of a chain; returns the day since which it has a gap."""
        row = self.store.first("SELECT gap_since FROM chain WHERE device = ? AND chain = ?", (device, chain))
        since = None if not gaps else day if row is None or row[0] is None else row[0]
        self.store.execute(
            "INSERT OR REPLACE INTO chain VALUES (?,?,?,?,?,?,?)", (device, chain, known, top, gaps, forks, since)
        )
        return since

    # -- alarms ---------------------------------------------------------------------------------------------------
    def alarm(self, code: str, subject: bytes, now_s: int, idx: int | None = None) -> bool:
        """Raise an alarm once; True when it is new."""
        cursor = self.store.execute(
            "INSERT OR IGNORE INTO alarm (code, subject, idx, raised_at) VALUES (?, ?, ?, ?)",
            (code, subject, idx, now_s),
        )
        return bool(cursor.rowcount == 1)


def _device(  # noqa: PLR0917 - a row of the table
    device: bytes, sign: bytes, kem: bytes, invite: bytes, words: str, idx: int, standing: str, cut: int | None
) -> DeviceRow:
    return DeviceRow(device, sign, kem, invite, words, idx, DeviceStanding(standing), cut)


def _report_row(found: Found, d: Digest, standing: Standing) -> tuple[object, ...]:
    low, best, high = d.people_sum()
    search = " ".join((d.area, d.adm2, d.place, *d.acts, *d.events, *d.families, d.kind)).casefold()
    return (
        found.idx,
        d.report_id,
        d.kind,
        d.week,
        d.area,
        d.adm2,
        d.place,
        d.date,
        " ".join(d.families),
        " ".join(d.acts),
        " ".join(d.events),
        d.counted,
        d.sensitive,
        json.dumps(d.people),
        low,
        best,
        high,
        d.children,
        d.source_class,
        d.source_family,
        d.grade,
        standing,
        standing,
        found.supersedes is not None,
        found.granted,
        *(d.point or (None, None)),
        d.coverage,
        d.reason,
        search,
    )
