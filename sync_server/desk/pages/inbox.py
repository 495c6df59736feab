"""The inbox: every report that this desk may open, newest first, with a preview beside it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sync_server.desk.pages import present
from sync_server.desk.pages.context import Visit, is_week
from sync_server.desk.pages.report import summary
from sync_server.desk.store_reports import ReportRow
from sync_server.desk.store_weekly import WeeklyStore

TABS = ("new", "all", "waiting")
PAGE = 50
_MAX_FIND_CHARS, _MAX_INDEX_DIGITS = 80, 16


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for."""

    tab: str
    find: str
    before: int | None
    area: str
    week: str
    family: str

    @classmethod
    def of(cls, visit: Visit) -> Question:
        """Read the address; what makes no sense is left out."""
        asked = visit.request.query_params
        week, before = asked.get("week", ""), asked.get("before", "")
        has_cell = "area" in asked and (is_week(week) or week == "none")
        default = "all" if has_cell or asked.get("find") else "new"
        return cls(
            tab=asked["tab"] if asked.get("tab") in TABS else default,
            find=asked.get("find", "").strip()[:_MAX_FIND_CHARS],
            before=int(before) if before.isascii() and before.isdigit() and len(before) < _MAX_INDEX_DIGITS else None,
            area=asked.get("area", "") if has_cell else "",
            week=week if has_cell else "",
            family=asked.get("family", "*") if has_cell else "",
        )

    @property
    def cell(self) -> tuple[str, str, str] | None:
        """The cell of the weekly table that is opened."""
        return (self.area, "" if self.week == "none" else self.week, self.family) if self.week else None

    def link(self, **changes: object) -> str:
        """The address of the same question with changes."""
        fields = {
            "tab": self.tab,
            "find": self.find,
            "area": self.area,
            "week": self.week,
            "family": self.family,
            **changes,
        }
        if not fields["week"]:
            fields |= {"area": "", "family": ""}
        return "/inbox?" + urlencode({name: value for name, value in fields.items() if value not in ("", None)})


def inbox(visit: Visit) -> Response:
    """List and preview."""
    question = Question.of(visit)
    rows = visit.context.reports.page(question.tab, question.find, question.before, PAGE + 1, question.cell)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    new = _new(visit, rows)
    lines = [
        present.line(row, visit.words, visit.now_s, area=visit.area(row.area), is_new=row.idx in new) for row in rows
    ]
    chosen = _chosen(visit, rows)
    return visit.page(
        "inbox.html",
        question=question,
        lines=lines,
        tabs=[(tab, visit.context.reports.count(tab)) for tab in TABS],
        chosen=chosen.idx if chosen else None,
        report=_look(visit, chosen) if chosen else None,
        next_page=question.link(before=rows[-1].idx) if more else None,
        not_granted=visit.context.people.leaf_states().get("not-granted", 0),
        silent=_is_empty(visit.context.weekly) and not rows,
    )


def preview(visit: Visit) -> Response:
    """The preview alone, for the script."""
    row = visit.context.reports.row(int(visit.request.path_params["idx"]))
    if row is None:
        raise HTTPException(404)
    return visit.fragment("preview.html", report=_look(visit, row))


def _look(visit: Visit, row: ReportRow) -> dict[str, object]:
    """A preview shows facts: that is reading, and is written down."""
    visit.note("read", str(row.idx))
    return summary(visit, row)


def _chosen(visit: Visit, rows: list[ReportRow]) -> ReportRow | None:
    asked = visit.request.query_params.get("r", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < _MAX_INDEX_DIGITS):
        return None
    return next((row for row in rows if str(row.idx) == asked), None) or visit.context.reports.row(int(asked))


def _new(visit: Visit, rows: list[ReportRow]) -> set[int]:
    read = visit.context.people.read_subjects([str(row.idx) for row in rows])
    return {row.idx for row in rows if str(row.idx) not in read}


def _is_empty(weekly: WeeklyStore) -> bool:
    return not weekly.areas()
