"""What leaves a desk as a file: CSV (RFC 4180) and GeoJSON (RFC 7946), of the weekly table and of reports.

Rules:
- an export says no more than the pages: withheld stays withheld, counted children under 3 stay "<3";
- weekly rows stand only for area-weeks with reports. If the desk holds or was refused *anything* that the table may
  not show, every such area-week also gets one row of family A4 that reads "withheld". It depends on the whole mission,
  never on the area or week, so it tells nothing about them;
- a sensitive report is a row of its id, version and log index, and "withheld" everywhere else;
- a text that a spreadsheet would take for a formula is prefixed with an apostrophe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from firsthand.ids import report_id_text
from sync_server.desk.areas import geometry, outlines
from sync_server.desk.store_reports import ExportRow
from sync_server.desk.store_weekly import Cell, WeeklyStore
from sync_server.desk.tables.coverage import said_of
from sync_server.desk.tables.weekly import WITHHELD, WITHHELD_FAMILY, children_text

WEEKLY_COLUMNS = ("area", "week", "family", "reports", "people_min", "people_best", "people_max", "children")
COVERAGE_COLUMNS = ("area", "week", "state", "reason")
OUTCOMES = ("killed", "injured", "missing", "abducted", "detained", "displaced", "other")
REPORT_COLUMNS = (
    "report_id", "kind", "week", "date", "area", "adm2", "families", "acts", "events",
    "people_min", "people_best", "people_max", *OUTCOMES, "children",
    "source_class", "source_family", "grade", "status", "author", "log_index",
)  # fmt: skip
UNKNOWN = "unknown"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


# -- CSV -------------------------------------------------------------------------------------------------------
def csv_line(values: Iterable[object]) -> str:
    """One record of RFC 4180 that no spreadsheet will run."""
    return ",".join(_field(str(value)) for value in values) + "\r\n"


def _field(text: str) -> str:
    if text.startswith(_FORMULA):
        text = "'" + text
    if any(mark in text for mark in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def weekly_csv(weekly: WeeklyStore) -> Iterator[str]:
    """The weekly table in long form, sorted by area, week, family."""
    yield csv_line(WEEKLY_COLUMNS)
    for line in _weekly_lines(weekly):
        yield csv_line(line)


def _weekly_lines(weekly: WeeklyStore) -> Iterator[tuple[object, ...]]:
    keeps_back = weekly.keeps_back()
    for (area, week), cells in groupby(weekly.everything(), key=lambda cell: (cell.area, cell.week)):
        lines = [_weekly_line(cell) for cell in cells]
        if keeps_back:
            lines.append((area or UNKNOWN, week or UNKNOWN, WITHHELD_FAMILY, *(WITHHELD,) * 5))
        yield from sorted(lines, key=lambda line: str(line[2]))


def _weekly_line(cell: Cell) -> tuple[object, ...]:
    return (
        cell.area or UNKNOWN,
        cell.week or UNKNOWN,
        cell.family,
        cell.reports,
        cell.people_min,
        cell.people_best,
        cell.people_max,
        children_text(cell.children),
    )


def coverage_csv(weekly: WeeklyStore) -> Iterator[str]:
    """What officers said of area-weeks without an event: nothing to report, or not reachable and why."""
    yield csv_line(COVERAGE_COLUMNS)
    for said in sorted(said_of(weekly.all_returns()).values()):
        yield csv_line((said.area or UNKNOWN, said.week or UNKNOWN, said.state, said.reason))


def reports_csv(rows: Iterable[ExportRow]) -> Iterator[str]:
    """One row a report id, in the order of the log."""
    yield csv_line(REPORT_COLUMNS)
    for row in rows:
        yield csv_line(report_line(row).values())


def report_line(row: ExportRow) -> dict[str, object]:
    """The columns of a report; a column of a part that the role does not hold reads "withheld"."""
    line: dict[str, object] = dict.fromkeys(REPORT_COLUMNS, WITHHELD)
    line |= {
        "report_id": report_id_text(row.report_id),
        "status": row.standing,
        "author": row.author,
        "log_index": row.idx,
    }
    if row.sensitive:
        return line
    line |= {"kind": row.kind, "area": row.area or UNKNOWN, "adm2": row.adm2}
    if row.counted:
        line |= {
            "week": row.week or UNKNOWN,
            "families": row.families,
            "people_min": row.pmin,
            "people_best": row.pbest,
            "people_max": row.pmax,
            "children": children_text(row.children),
        } | _outcomes(row.people)
    if row.has_facts:
        line |= {
            "date": row.date,
            "acts": row.acts,
            "events": row.events,
            "source_class": row.source_class,
            "source_family": row.source_family,
            "grade": row.grade,
        }
    return line


def _outcomes(people: str) -> dict[str, int]:
    sums = dict.fromkeys(OUTCOMES, 0)
    for outcome, _sex, _age, _low, best, _high in json.loads(people):
        sums[outcome if outcome in sums else "other"] += best
    return sums


# -- GeoJSON -----------------------------------------------------------------------------------------------------
def weekly_geojson(weekly: WeeklyStore, areas: Mapping[str, Any] | None) -> Iterator[str]:
    """Areas as features; `weeks` holds the families of each week that has reports."""
    weeks: dict[str, dict[str, dict[str, Any]]] = {}
    for area, week, family, *numbers in _weekly_lines(weekly):
        cell = numbers[0] if numbers[0] == WITHHELD else dict(zip(WEEKLY_COLUMNS[3:], numbers, strict=True))
        weeks.setdefault(str(area), {}).setdefault(str(week), {})[str(family)] = cell
    shapes = outlines(areas)
    names = sorted({*shapes, *weeks})
    features = [
        {
            "type": "Feature",
            "geometry": geometry(shapes.get(name, [])),
            "properties": {
                "area": name,
                "adm1": name,
                "counts": "reports, not incidents",
                "weeks": weeks.get(name, {}),
            },
        }
        for name in names
    ]
    yield from _collection(features)


def reports_geojson(rows: Iterable[ExportRow]) -> Iterator[str]:
    """Reports as points: the degraded point of the facts, or no geometry."""
    yield from _collection(
        [{"type": "Feature", "geometry": _point(row), "properties": report_line(row)} for row in rows]
    )


def _point(row: ExportRow) -> dict[str, Any] | None:
    if row.sensitive or row.point is None:
        return None
    lat_e7, lon_e7 = row.point
    return {"type": "Point", "coordinates": [lon_e7 / 1e7, lat_e7 / 1e7]}


def _collection(features: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield '{"type":"FeatureCollection","features":['
    for number, feature in enumerate(features):
        yield (",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
    yield "\n]}\n"
