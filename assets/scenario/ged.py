"""The deadly part of the scenario in the layout of the UCDP georeferenced event dataset, version 21.1.

One row an incident, not a report: two reports of one event are one row. Actors are classes of the scenario,
never a name. `gid` is the PRIO-GRID cell of half a degree.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

from assets.scenario.writer import Line

HEADER = (
    "id", "date", "date_end", "lat", "lon", "adm1", "adm2", "gid", "type_of_violence", "side_a", "side_b",
    "deaths_best", "deaths_low", "deaths_high", "deaths_civilians", "where_prec", "date_prec",
    "conflict_name", "where", "source_headline",
)  # fmt: skip
_SIDES = {
    "armed_group": "Armed group A of Ruvala",
    "pro_government_militia": "Militia B of Ruvala",
    "unknown": "Unknown armed men",
}
_GRID_COLUMNS = 720


def grid_cell(longitude: float, latitude: float) -> int:
    """Number of the half-degree cell, counted from the south-west corner of the world."""
    return math.floor((latitude + 90) * 2) * _GRID_COLUMNS + math.floor((longitude + 180) * 2) + 1


def export(lines: Iterable[Line]) -> str:
    """The CSV text; rows in order of date."""
    rows: dict[tuple[str, str], list[object]] = {}
    for line in lines:
        row = _row(line)
        if row is not None:
            where = "massacre" if "massacre" in line.tags else f"{row[3]} {row[4]}"
            rows.setdefault((str(row[1]), where), row)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(HEADER)
    for number, row in enumerate(sorted(rows.values(), key=lambda row: (str(row[1]), str(row[5]))), 900_001):
        table.writerow([number, *row[1:]])
    return out.getvalue()


def _row(line: Line) -> list[object] | None:
    low, best, high = line.deaths
    place = line.report["incident"]["place"]
    village = line.village
    if not high or village is None or "lat" not in place or line.supersedes or "false" in line.tags:
        return None
    clash = "E03" in line.report["events"]
    actor = line.report["acts"][0]["actor"]["class"] if line.report["acts"] else "armed_group"
    side_a = _SIDES.get(actor, _SIDES["unknown"])
    if clash:
        kind, side_b = (1, _SIDES["armed_group"]) if line.week % 2 else (2, "Armed group C of Ruvala")
        side_a = "Government of Ruvala" if line.week % 2 else _SIDES["armed_group"]
    else:
        kind, side_b = 3, "Civilians"
    longitude, latitude = village.centre
    return [
        0, line.day.isoformat(), "", f"{latitude:.5f}", f"{longitude:.5f}", village.adm1, village.adm2,
        grid_cell(longitude, latitude), kind, side_a, side_b, best, low, high, 0 if clash else best,
        1, 1, f"{side_a} - {side_b}", village.name, "",
    ]  # fmt: skip
