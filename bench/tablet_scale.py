"""The tablet with 1,000, 3,000 and 10,000 sealed reports: does it still feel like an empty one?

Each figure is compared with what cannot be avoided, measured in the same run: Argon2id alone for unlocking, a
clear SQLite table of the same lines for lists. The vault is filled with rows as sealing leaves them (one real
envelope under many ids), because sealing 10,000 reports one by one would measure sealing.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.figures import Figure, median_ms, resident_mb
from fieldapp.__main__ import SystemClock, SystemEntropy
from fieldapp.device.desktop import DesktopDevice
from fieldapp.flows import draft, search, status
from fieldapp.flows.ports import Ports
from fieldapp.flows.seal import record
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.records import Head, Item, KeptFacts, State, to_row

SIZES = (1_000, 3_000, 10_000)
PAGE = 40
READABLE = 200
WAITING = 300
_AREAS = ("North Ford", "Lower Valley", "Salt Road", "Upper Mills")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds at one size."""

    unlock: float
    home: float
    page: float
    nothing: float
    found: float
    save: float
    record: float


def figures(folder: Path, home: Path, passphrase: str, example: bytes, argon_ms: float) -> Iterator[Figure]:
    """Fills the enrolled tablet at `home` step by step and measures at each step."""
    ports = Ports(SystemClock(), SystemEntropy())
    with Tablet.open(home, passphrase, ports) as tablet:
        record(tablet, example)
    times = {}
    for size in SIZES:
        with Tablet.open(home, passphrase, ports) as tablet:
            fill(tablet, size)
        times[size] = _measure(home, passphrase, ports, example)
    for size in SIZES[:-1]:
        yield Figure(
            f"unlock, {size:,} reports", times[size].unlock, "ms", "Argon2id alone", argon_ms / times[size].unlock
        )
        yield Figure(f"home from open, {size:,} reports", times[size].home, "ms")
    small, large = times[SIZES[0]], times[SIZES[-1]]
    clear_home, clear_page, clear_search = _clear(folder, SIZES[-1])
    count = f"{SIZES[-1]:,} reports"
    clear = "a clear SQLite table with the same lines"
    yield Figure(
        f"unlock, {count}", large.unlock, "ms", "Argon2id 64 MiB alone", argon_ms / large.unlock,
        "under 1.5 s", large.unlock < 1_500,
    )  # fmt: skip
    yield Figure(
        f"home from open: counts, page, drafts, health; {count}", large.home, "ms", clear, clear_home / large.home,
        "under 300 ms", large.home < 300,
    )  # fmt: skip
    yield Figure(
        f"scroll: {PAGE} rows from the middle, {count}", large.page, "ms", clear, clear_page / large.page,
        "under 16 ms, one frame", large.page < 16,
    )  # fmt: skip
    yield Figure(
        f"search that finds nothing, first, {count}", large.nothing, "ms", clear, clear_search / large.nothing,
        "under 300 ms", large.nothing < 300,
    )  # fmt: skip
    yield Figure(f"search that finds in lines, {count}", large.found, "ms", clear, clear_search / large.found)
    for name, one, many in _pairs(small, large):
        yield Figure(
            f"{name}: {SIZES[-1]:,} against {SIZES[0]:,}", many / one, "x longer", f"{SIZES[0]:,} reports", one / many,
            "under 3 x for ten times as many", many / one < 3,
        )  # fmt: skip
    peak = _peak_mb(home, passphrase)
    yield Figure(
        f"memory of a session, all scrolled and searched, {count}", peak, "MB",
        "64 MiB, what Argon2id takes", 64 / peak, "under 250 MB without the window", peak < 250,
    )  # fmt: skip


def fill(tablet: Tablet, size: int) -> None:
    """Rows until there are `size` reports: the newest wait, the older ones are logged, the newest are readable."""
    custody, vault = tablet.custody, tablet.vault
    model = custody.item(custody.lists.newest(lambda t: t.reports, lambda s: bool(s.report_id), 0, 1)[0].row_id)
    envelope = custody.envelope(custody.row_id(model.object_hash))
    kept = custody.facts(custody.row_id(model.object_hash))
    assert kept is not None
    head = custody.head()
    have = sum(custody.lists.totals().reports)
    with vault.write():
        for number in range(size - have):
            left = size - have - number
            item = _item(model, head, number, left)
            row_id = custody.row_id(item.object_hash)
            vault.put("reports", row_id, to_row(item))
            vault.put("objects", row_id, envelope)
            if left <= READABLE:
                vault.put("facts", row_id, to_row(_facts(kept, number)))
            head = Head(head.chain, head.count + 1, item.object_hash, head.day, head.total + 1)
        custody.save_head(head)
        custody.lists.rebuild()
    from fieldapp.flows.seal import write_side_file

    write_side_file(tablet, head)


def _item(model: Item, head: Head, number: int, left: int) -> Item:
    seed = hashlib.sha256(f"{head.total} {number}".encode()).digest()
    waits = left <= WAITING
    return replace(
        model,
        state=State.SEALED if waits else State.LOGGED,
        log_index=None if waits else head.total,
        object_hash=seed,
        report_id=seed[:16],
        seq=head.count,
        order=head.total,
        before=None,
        recorded_at_s=model.recorded_at_s,
    )


def _facts(kept: KeptFacts, number: int) -> KeptFacts:
    area = _AREAS[number % len(_AREAS)]
    return replace(kept, title=f"Killing, {area}", area=area)


def _measure(home: Path, passphrase: str, ports: Ports, example: bytes) -> Times:
    device = DesktopDevice()

    def unlock() -> None:
        Tablet.open(home, passphrase, ports).close()

    def opened(work: Callable[[Tablet], object]) -> float:
        """Once, right after unlocking: nothing is in memory yet."""
        taken = []
        for _ in range(5):
            with Tablet.open(home, passphrase, ports) as tablet:
                start = time.perf_counter()
                work(tablet)
                taken.append((time.perf_counter() - start) * 1_000)
        return sorted(taken)[2]

    def middle(tablet: Tablet) -> None:
        at = tablet.listing().counts["all"] // 2
        assert len(tablet.listing().rows("all", at, at + PAGE)) == PAGE

    result = Times(
        unlock=median_ms(unlock, runs=5, warm=1),
        home=opened(lambda tablet: home_page(tablet, device)),
        page=opened(middle),
        nothing=opened(lambda tablet: search.find(tablet, "zyzzyva qqqq")),
        found=opened(lambda tablet: search.find(tablet, "salt road")),
        save=0,
        record=0,
    )
    with Tablet.open(home, passphrase, ports) as tablet:
        draft_id, report = draft.start(tablet, "incident"), json.loads(example)
        save = median_ms(lambda: draft.save(tablet, draft_id, report), runs=40)
        draft.discard(tablet, draft_id)
        return replace(result, save=save, record=median_ms(lambda: record(tablet, example), runs=20))


def home_page(tablet: Tablet, device: DesktopDevice) -> None:
    """All that the home page shows."""
    listing = tablet.listing()
    assert listing.counts["all"] >= PAGE
    assert len(listing.rows("all", 0, PAGE)) == PAGE
    draft.list_drafts(tablet)
    status.conditions(tablet, device)


def _pairs(small: Times, large: Times) -> Iterator[tuple[str, float, float]]:
    yield "unlock", small.unlock, large.unlock
    yield "home", small.home, large.home
    yield "scroll", small.page, large.page
    yield "save a draft", small.save, large.save
    yield "record", small.record, large.record


def _clear(folder: Path, size: int) -> tuple[float, float, float]:
    """The same lines in the clear, indexed by order: home, a page from the middle, a search that finds nothing."""
    database = sqlite3.connect(folder / "lines.db")
    database.execute("create table lines (place integer primary key, id text, state text, title text, area text)")
    database.executemany(
        "insert into lines values (?, ?, ?, ?, ?)",
        ((n, f"{n:026}", "logged", f"Killing, {_AREAS[n % 4]}", _AREAS[n % 4]) for n in range(size)),
    )
    database.commit()
    page = "select * from lines where place <= ? order by place desc limit ?"

    def home() -> None:
        database.execute("select state, count(*) from lines group by state").fetchall()
        database.execute(page, (size, PAGE)).fetchall()

    try:
        return (
            median_ms(home, runs=20),
            median_ms(lambda: database.execute(page, (size // 2, PAGE)).fetchall(), runs=20),
            median_ms(
                lambda: database.execute("select * from lines where title like ?", ("%zyzzyva%",)).fetchall(), runs=20
            ),
        )
    finally:
        database.close()


def _peak_mb(home: Path, passphrase: str) -> float:
    """Peak memory of a process of its own that unlocks, shows home, scrolls through everything and searches."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.tablet_scale", str(home)],
        input=passphrase,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(done.stdout.split()[-1])


def _session(home: Path, passphrase: str) -> None:
    import os

    with Tablet.open(home, passphrase, Ports(SystemClock(), SystemEntropy())) as tablet:
        home_page(tablet, DesktopDevice())
        total = sum(tablet.custody.lists.totals().reports)
        for start in range(0, total, PAGE):
            tablet.listing().rows("all", start, start + PAGE)
        search.find(tablet, "zyzzyva qqqq")
    print(resident_mb(os.getpid()))


if __name__ == "__main__":
    _session(Path(sys.argv[1]), sys.stdin.read())
