"""Real events through many tablets, a relay and a desk: the weekly table equals a count made from the CSV."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from firsthand import assets
from tests.conftest import DATA, ROOT
from tests.support.missions import write_areas
from tests.support.spine import World

Cell = tuple[str, str, str]
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Source:
    """Where the events come from: published data, or the demonstration scenario in the same layout."""

    events: Path
    areas: Path
    first: str
    last: str


def source() -> Source:
    if (DATA / "events" / "ged211_COD.csv").is_file():
        boundaries = DATA / "boundaries" / "adm1_COD.geojson"
        return Source(DATA / "events" / "ged211_COD.csv", boundaries, "2019-01-01", "2020-12-31")
    print("no real events under FIRSTHAND_DATA: the scenario in GED layout stands in")
    scenario = ROOT / "assets" / "scenario"
    return Source(scenario / "events_ged.csv", scenario / "areas.geojson", "2026-01-01", "2026-12-31")


@dataclass
class Expected:
    """What this test makes of the CSV by itself, with none of the program's code."""

    rows: int
    cells: dict[Cell, tuple[int, int, int, int]]

    @classmethod
    def of(cls, origin: Source) -> Expected:
        rows = 0
        reports: Counter[Cell] = Counter()
        people: dict[Cell, list[int]] = {}
        with origin.events.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if not origin.first <= row["date"] <= origin.last:
                    continue
                rows += 1
                low, best, high = (int(row[f"deaths_{name}"]) for name in ("low", "best", "high"))
                year, week, _ = date.fromisoformat(row["date"]).isocalendar()
                cell = (row["adm1"], f"{year}-W{week:02}", "A1" if row["type_of_violence"] == "3" else "E")
                reports[cell] += 1
                sums = people.setdefault(cell, [0, 0, 0])
                sums[:] = [sums[0] + min(low, best), sums[1] + best, sums[2] + max(high, best)]
        return cls(rows, {cell: (count, *people[cell]) for cell, count in reports.items()})  # type: ignore[misc]


@pytest.fixture(scope="module")
def origin() -> Source:
    return source()


@pytest.fixture
def world(origin: Source, tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, areas=origin.areas)
    yield world
    world.close()


def exported(world: World, role: str) -> dict[Cell, tuple[int, int, int, int]]:
    with world.export(role, "weekly").open(encoding="utf-8", newline="") as file:
        return {
            (row["area"], row["week"], row["family"]): (
                int(row["reports"]),
                int(row["people_min"]),
                int(row["people_best"]),
                int(row["people_max"]),
            )
            for row in csv.DictReader(file)
        }


def test_the_weekly_table_equals_a_count_from_the_csv_cell_by_cell(world: World, origin: Source) -> None:
    expected = Expected.of(origin)
    relay = world.start_relay()
    arguments = ["--mission", str(world.mission), "--relay", relay.url]
    done = world.server("replay", str(origin.events), *arguments, "--from", origin.first, "--to", origin.last)
    recorded = expected.rows
    assert done.stdout.splitlines()[-1] == f"{recorded} rows: {recorded} recorded, 0 refused, {recorded} synced"
    assert sorted(path.name for path in (world.mission / "replay").iterdir() if path.is_dir()) == [
        f"{number:02}" for number in range(1, 9)
    ]

    world.pull("risk_cell")
    assert exported(world, "risk_cell") == expected.cells
    assert sum(cell[0] for cell in expected.cells.values()) == recorded > 40


def said(code: str) -> str:
    return " ".join(assets.sentences(code))


def small_csv(path: Path, *rows: dict[str, str]) -> Path:
    good = {
        "id": "1", "date": "2020-01-06", "date_end": "2020-01-06", "lat": "0.5", "lon": "0.5",
        "adm1": "North", "adm2": "", "gid": "1", "type_of_violence": "3", "side_a": "Front",
        "side_b": "Civilians", "deaths_best": "2", "deaths_low": "1", "deaths_high": "4",
        "deaths_civilians": "2", "where_prec": "1", "date_prec": "1", "conflict_name": "", "where": "",
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(good))
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            writer.writerow({**good, "id": str(number), **row})
    return path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, areas=write_areas(tmp_path / "areas.geojson", "North", "South"))
    yield world
    world.close()


def test_rows_are_refused_one_by_one_and_nothing_is_lost_or_doubled(small: World, tmp_path: Path) -> None:
    events = small_csv(
        tmp_path / "events.csv",
        {},
        {"adm1": "West"},
        {"date": "2020-02-30"},
        {"deaths_low": "-9"},
        {"type_of_violence": "2", "adm1": "South"},
        {"id": "1"},
        {"date": "2021-01-01"},
        {"side_a": "Colonel Somebody"},
        {"adm1": ""},
    )
    arguments = [
        "replay",
        str(events),
        "--mission",
        str(small.mission),
        "--tablets",
        "2",
        "--to",
        "2020-12-31",
    ]
    lines = [
        "refused row 3: unknown-area",
        "refused row 4: date",
        "refused row 5: number",
        "refused row 7: duplicate-id",
        "refused row 9: honorific",
        "refused row 10: area",
    ]
    done = small.server(*arguments, "--relay", NOBODY, ok=False)
    assert (done.returncode, done.stderr.strip()) == (6, said("no-network"))
    assert done.stdout.splitlines()[-7:] == [*lines, "8 rows: 2 recorded, 6 refused, 0 synced"]
    assert "Somebody" not in done.stdout + done.stderr

    relay = small.start_relay()
    done = small.server(*arguments, "--relay", relay.url)
    assert done.stdout.splitlines()[-1] == "8 rows: 0 recorded, 6 refused, 2 synced"
    done = small.server(*arguments, "--relay", relay.url)
    assert "2 rows were recorded by an earlier replay" in done.stdout
    assert done.stdout.splitlines()[-1] == "8 rows: 0 recorded, 6 refused, 0 synced"
    small.pull("hr_section")
    assert exported(small, "hr_section") == {
        ("North", "2020-W02", "A1"): (1, 1, 2, 4),
        ("South", "2020-W02", "E"): (1, 1, 2, 4),
    }
