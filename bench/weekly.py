"""The weekly table over 1,000 to 100,000 reports, against a plain GROUP BY over the same rows in clear SQLite."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, median_ms
from sync_server.desk.store import Store
from sync_server.desk.store_weekly import WeeklyStore

SIZES = (1_000, 10_000, 100_000)
AREAS, WEEKS, FAMILIES = 18, 52, ("A1", "A2", "A5", "A7", "E")


def figures(folder: Path) -> list[Figure]:
    """Grouping time at each size, and its growth."""
    found, times = [], []
    for size in SIZES:
        store = Store.open(folder / f"weekly-{size}.db", os.urandom(32))
        store.many("INSERT INTO cell VALUES (?,?,?,?,?,?,?,?)", _rows(size))
        weekly = WeeklyStore(store)
        times.append(median_ms(weekly.everything, runs=7, warm=1))
        store.close()
        plain_ms = _plain_ms(size)
        met = times[-1] <= 200 if size == SIZES[-1] else None
        found.append(
            Figure(
                f"weekly table over {size:,} reports, all areas, weeks, families",
                times[-1],
                "ms",
                "clear SQLite, same rows, GROUP BY",
                plain_ms / times[-1],
                "200 ms" if met is not None else "",
                met,
            )
        )
    found.append(Figure("its growth from 10,000 to 100,000 reports", times[2] / times[1], "times"))
    return found


def _rows(size: int) -> Iterator[tuple[object, ...]]:
    for number in range(size):
        area, week = f"Area {number % AREAS:02}", f"2026-W{number // AREAS % WEEKS + 1:02}"
        for family in ("*", FAMILIES[number % 5], FAMILIES[(number + 2) % 5]):
            yield area, week, family, number, 1, 2, 3, number % 4


def _plain_ms(size: int) -> float:
    database = sqlite3.connect(":memory:")
    database.execute("create table cell (area, week, family, idx, pmin, pbest, pmax, children)")
    database.executemany("insert into cell values (?,?,?,?,?,?,?,?)", _rows(size))
    question = "select area, week, family, count(*), sum(pbest) from cell group by area, week, family"
    try:
        return median_ms(lambda: database.execute(question).fetchall(), runs=5, warm=1)
    finally:
        database.close()
