"""The weekly board: areas down, weeks or act families across, with a map and the card of one area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from sync_server.desk import map as drawing
from sync_server.desk.areas import Polygons, outlines
from sync_server.desk.pages import present
from sync_server.desk.pages.context import Visit, chosen_week
from sync_server.desk.pages.texts import Words
from sync_server.desk.store_weekly import Cell
from sync_server.desk.tables import weekly as table
from sync_server.desk.tables.coverage import nil_weeks
from sync_server.desk.tables.weekly import Row, Square, State, children_text

WEEKS = 8
FAMILIES = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "E")


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for."""

    week: str
    family: str
    view: str
    area: str

    @classmethod
    def of(cls, visit: Visit) -> Question:
        """Read the address; what makes no sense falls back to the whole table."""
        asked = visit.request.query_params
        family = asked.get("family", "*")
        return cls(
            week=chosen_week(visit),
            family=family if family in FAMILIES else "*",
            view="families" if asked.get("view") == "families" else "weeks",
            area=asked.get("area", ""),
        )

    def link(self, **changes: str) -> str:
        """The address with changes."""
        fields = {"week": self.week, "family": self.family, "view": self.view, "area": self.area, **changes}
        return "/weekly?" + urlencode({name: value for name, value in fields.items() if value and value != "*"})

    def reports(self, square: Square, family: str) -> str:
        """The address of the reports behind a square."""
        return "/inbox?" + urlencode({"area": square.area, "week": square.week, "family": family})


def board(visit: Visit) -> Response:
    """The board of a week."""
    question, weekly, words = Question.of(visit), visit.context.weekly, visit.words
    directory = visit.context.directory()
    weeks = [table.week_after(question.week, step) for step in range(1 - WEEKS, 1)]
    everything = weekly.family(None, weeks[0], weeks[-1])
    chosen = None if question.family == "*" else weekly.family(question.family, weeks[0], weeks[-1])
    areas = sorted({*(directory.area_names or ()), *weekly.areas()} - {""})
    rows = table.by_week(
        areas,
        weeks,
        everything,
        chosen,
        weekly.revised(),
        weekly.last_weeks(),
        nil=nil_weeks(weekly.returns(weeks[0], weeks[-1])),
        withheld=question.family == table.WITHHELD_FAMILY,
    )
    rows.sort(key=_most_first)
    this_week = weekly.week(question.week)
    shown = (
        rows
        if question.view == "weeks"
        else table.by_family([row.area for row in rows], question.week, FAMILIES, this_week)
    )
    current = {row.area: row.squares[-1] for row in rows}
    area = question.area if question.area in current else (rows[0].area if rows else "")
    return visit.page(
        "board.html",
        question=question,
        weeks=weeks,
        families=FAMILIES,
        rows=shown,
        notes={row.area: _note(row, this_week, question, words) for row in rows},
        area=area,
        card=_card(visit, question, next((row for row in rows if row.area == area), None), this_week),
        map=drawing.draw(
            _places(visit, question, current, area, outlines(directory.areas_geojson)), words("map.title")
        ),
        silent=sum(row.squares[-1].state is State.UNKNOWN for row in rows),
        area_count=len(rows),
        title=_title(sum(cell.reports for cell in this_week if cell.family == "*")),
        without_week=weekly.without_week(),
        keeps_back=weekly.keeps_back(),
        not_counted=visit.context.reports.count("waiting"),
    )


def _title(total: int) -> tuple[str, int]:
    """Key and number of the heading."""
    return {0: "board.title.none", 1: "board.title.one"}.get(total, "board.title"), total


def _most_first(row: Row) -> tuple[int, int, str]:
    """Areas with most reports now, then lately; those that say nothing stand last."""
    return (-row.squares[-1].reports, -sum(square.reports for square in row.squares), row.area)


def _note(row: Row, this_week: list[Cell], question: Question, words: Words) -> dict[str, Any]:
    """The right-hand columns: people and children of the week, change since the week before."""
    now, before = row.squares[-1], row.squares[-2]
    cell = next((cell for cell in this_week if cell.area == row.area and cell.family == question.family), None)
    note: dict[str, Any] = {
        "state": now.state.value,
        "people": "",
        "span": "",
        "children": "",
        "arrow": "",
        "change": "",
        "silence": "",
    }
    if now.state is State.UNKNOWN:
        note["silence"] = (
            words("board.silent_since", week=words.week(row.last_week)) if row.last_week else words("board.never")
        )
        return note
    if cell is not None:
        note |= {
            "people": str(cell.people_best),
            "span": present.span(cell.people_min, cell.people_max),
            "children": children_text(cell.children),
        }
    if now.state in (State.COUNT, State.ZERO) and before.state in (State.COUNT, State.ZERO):
        step = now.reports - before.reports
        key = "same" if step == 0 else "more" if step > 0 else "fewer"
        note |= {
            "arrow": {"same": "arrow-right", "more": "arrow-up", "fewer": "arrow-down"}[key],
            "change": words(f"board.{key}", n=abs(step)),
        }
    return note


def _card(visit: Visit, question: Question, row: Row | None, this_week: list[Cell]) -> dict[str, Any] | None:
    """The area that is chosen: what was counted in the week, by family and outcome."""
    if row is None:
        return None
    words, weekly = visit.words, visit.context.weekly
    cells = [cell for cell in this_week if cell.area == row.area]
    total = next((cell for cell in cells if cell.family == "*"), None)
    return {
        "area": row.area,
        "reports": total.reports if total else 0,
        "known": total is not None,
        "name": visit.area(row.area),
        "families": [
            (cell.family, words.family(cell.family), cell.reports) for cell in cells if cell.family in FAMILIES
        ],
        "people": present.people_of_cell(weekly.people(row.area, question.week), words) if total else [],
        "children": children_text(total.children) if total and total.children else "",
        "last_week": words.week(row.last_week) if row.last_week else "",
        "revised": row.squares[-1].revised,
        "open": question.reports(Square(row.area, question.week, State.COUNT), "*"),
    }


def _places(
    visit: Visit, question: Question, current: dict[str, Square], area: str, shapes: dict[str, Polygons]
) -> list[drawing.Place]:
    return [
        drawing.Place(
            name=name,
            polygons=polygons,
            tint=drawing.tint(current[name].state.value, current[name].level),
            word=_word(current[name], visit.words),
            label=visit.area(name),
            link=question.link(area=name),
            chosen=name == area,
        )
        for name, polygons in shapes.items()
        if name in current
    ]


def _word(square: Square, words: Words) -> str:
    match square.state:
        case State.UNKNOWN:
            return words("board.no_info_short")
        case State.WITHHELD:
            return words("withheld")
        case _:
            return words("board.n_reports", n=square.reports)
