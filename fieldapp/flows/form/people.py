"""How many people: totals as a flash asks them, and the table by sex and age, of the act at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fieldapp.flows.form.values import FIGURES, MAX_PEOPLE, Figures, Report, Values, ordered

FLASH_OUTCOMES = ("killed", "injured", "abducted", "displaced")
# protection concern S is never counted in a window: it goes by its own safe path
TABLE_OUTCOMES = ("killed", "injured", "missing", "abducted", "detained", "displaced", "other")
STATUSES = ("CIV", "PROT", "AF", "DPH", "UNK")
NO_STATUS = "UNK"
TABLE_AGES = ("0-4", "5-11", "12-17", "18-59", "60+", "unknown")
CHILD_AGES = frozenset({"0-4", "5-11", "12-17", "child"})
TABLE_SEXES = ("F", "M", "U")


class People(Values):
    """Counts of the act at hand, or of the events where there is no act."""

    __slots__ = ()

    @property
    def act_at(self) -> int:
        """Place of the act at hand; 0 where there is none yet."""
        at, acts = self.marks.get("act", "0"), self.report.get("acts", ())
        return int(at) if at.isdecimal() and int(at) < len(acts) else 0

    def _mark(self, outcome: str) -> str:
        return f"total.{outcome}" if self.act_at == 0 else f"total.{self.act_at}.{outcome}"

    def _holder(self, kind: str) -> tuple[Report, str]:
        if self.report.get("acts"):
            return self.report["acts"][self.act_at], kind
        return self.report, f"event_{kind}"

    def counted(self, kind: str) -> list[Report]:
        """Rows of `counts` or `totals` of the act at hand."""
        holder, name = self._holder(kind)
        rows: list[Report] = holder.get(name, [])
        return rows

    def set_counted(self, kind: str, rows: list[Report]) -> None:
        """Replace them."""
        holder, name = self._holder(kind)
        if rows:
            holder[name] = rows
        else:
            holder.pop(name, None)

    # -- totals ------------------------------------------------------------------------------------------------
    def total(self, outcome: str) -> Figures | None:
        """What was said of all people with an outcome; None when it is not known or was not asked."""
        for row in self.counted("totals"):
            if row["outcome"] == outcome:
                return {name: int(row[name]) for name in FIGURES}
        return None

    def set_total(self, outcome: str, figures: Figures | None) -> None:
        """Everybody with an outcome; None for not known."""
        rows = [row for row in self.counted("totals") if row["outcome"] != outcome]
        if figures is not None:
            rows.append({"outcome": outcome, **ordered(figures)})
        self.marks[self._mark(outcome)] = "?" if figures is None else "known"
        self.set_counted("totals", rows)

    def step_total(self, outcome: str, by: int) -> None:
        """Plus or minus; the range goes with the number."""
        best = (self.total(outcome) or {"best": 0})["best"]
        best = min(max(best + by, 0), MAX_PEOPLE) if self.total_state(outcome) == "known" else max(by, 0)
        self.set_total(outcome, {"min": best, "best": best, "max": best})

    def total_state(self, outcome: str) -> str:
        """`open`, `?` or `known`."""
        return self.marks.get(self._mark(outcome), "open")

    def none_of_these(self) -> None:
        """Zero where nothing was said yet."""
        for outcome in FLASH_OUTCOMES:
            if self.total_state(outcome) == "open":
                self.set_total(outcome, dict.fromkeys(FIGURES, 0))

    def none_known(self) -> None:
        """Not known where nothing was said yet."""
        for outcome in FLASH_OUTCOMES:
            if self.total_state(outcome) == "open":
                self.set_total(outcome, None)

    # -- the table ---------------------------------------------------------------------------------------------
    def cell(self, outcome: str, age: str, sex: str, status: str = "") -> Figures | None:
        """One cell of the table; None when nothing stands in it. Without a status: of all of them together."""
        return _sum(
            row
            for row in self.counted("counts")
            if (row["outcome"], row["age"], row["sex"]) == (outcome, age, sex) and status in ("", _status(row))
        )

    def set_cell(self, outcome: str, age: str, sex: str, figures: Figures | None, status: str = NO_STATUS) -> None:
        """Write or empty a cell of one status; the order of the three is kept as typed and judged later."""
        place = (outcome, age, sex, status)
        rows = [
            row for row in self.counted("counts") if (row["outcome"], row["age"], row["sex"], _status(row)) != place
        ]
        if figures is not None:
            rows.append({"outcome": outcome, "sex": sex, "age": age, "status": status, **figures})
        self.set_counted("counts", rows)

    def move_status(self, outcome: str, old: str, new: str) -> None:
        """Everybody with an outcome and one status gets another; where cells of it are filled, they are added."""
        moved = [row for row in self.counted("counts") if row["outcome"] == outcome and _status(row) == old != new]
        for row in moved:
            age, sex = row["age"], row["sex"]
            both = _sum(each for each in (row, self.cell(outcome, age, sex, new)) if each is not None)
            self.set_cell(outcome, age, sex, None, old)
            self.set_cell(outcome, age, sex, both, new)

    def sums(self, outcome: str, cells: Iterable[tuple[str, str]], status: str = "") -> Figures | None:
        """The sum of cells (age, sex); None when all are empty."""
        found = (self.cell(outcome, age, sex, status) for age, sex in cells)
        return _sum(cell for cell in found if cell is not None)

    def table_sum(self, outcome: str, status: str = "") -> Figures | None:
        """Everybody in the table of an outcome, or those of one status."""
        rows = (row for row in self.counted("counts") if row["outcome"] == outcome)
        return _sum(row for row in rows if status in ("", _status(row)))

    def short_of_total(self, outcome: str) -> int:
        """How many of the total the table does not show; negative when it shows too many."""
        total, table = self.total(outcome), self.table_sum(outcome)
        return total["best"] - table["best"] if total is not None and table is not None else 0

    def add_unknown(self, outcome: str, count: int) -> None:
        """Put people whom nobody described under age and sex not known."""
        before = self.cell(outcome, "unknown", "U", NO_STATUS) or dict.fromkeys(FIGURES, 0)
        self.set_cell(outcome, "unknown", "U", {name: before[name] + count for name in FIGURES})

    @property
    def people_answered(self) -> bool:
        """Whether the people of some act were counted: every outcome that a flash asks, or somebody in the table."""
        return any(self.counted_in(number) for number in range(max(len(self.report.get("acts", ())), 1)))

    def counted_in(self, number: int) -> bool:
        """Whether the people of one act were counted."""
        before, self.marks["act"] = self.marks.get("act", "0"), str(number)
        try:
            if all(self.total_state(outcome) != "open" for outcome in FLASH_OUTCOMES):
                return True
            return any(self.table_sum(outcome) is not None for outcome in TABLE_OUTCOMES)
        finally:
            self.marks["act"] = before

    # -- children ----------------------------------------------------------------------------------------------
    def all_counts(self) -> list[Report]:
        """Rows of every act and of the events."""
        acts = [row for act in self.report.get("acts", ()) for row in act.get("counts", ())]
        return acts + list(self.report.get("event_counts", ()))

    def children_counted(self) -> int:
        """Children in all tables, best figure."""
        return sum(int(row["best"]) for row in self.all_counts() if row["age"] in CHILD_AGES)

    def choose_children(self, answer: str) -> None:
        """`yes`, `no` or `unknown`; a yes without a number stands as at least one child among those counted."""
        self.marks["children"] = answer
        self.set_counted("counts", [row for row in self.counted("counts") if row["age"] != "child"])
        if answer == "yes" and self.children_counted() == 0:
            outcome = next((o for o in FLASH_OUTCOMES if (self.total(o) or {"best": 0})["best"] > 0), None)
            if outcome is not None:
                self.set_cell(outcome, "child", "U", {"min": 1, "best": 1, "max": (self.total(outcome) or {})["max"]})


def _status(row: Mapping[str, Any]) -> str:
    return str(row.get("status", NO_STATUS))


def _sum(rows: Iterable[Mapping[str, Any]]) -> Figures | None:
    """At least, best and at most added up; None of nothing."""
    found = list(rows)
    return {name: sum(int(row[name]) for row in found) for name in FIGURES} if found else None
