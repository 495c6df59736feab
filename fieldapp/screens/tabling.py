"""The table of people, driven: cells, figures, the keypad."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fieldapp.flows.form.values import typed_figure
from fieldapp.flows.report_form import (
    MAX_PEOPLE,
    NO_STATUS,
    STATUSES,
    TABLE_AGES,
    TABLE_OUTCOMES,
    TABLE_SEXES,
    ReportForm,
    figures_fault,
)
from fieldapp.screens import summary, table
from fieldapp.widgets.theme import theme

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from fieldapp.flows.form.saving import Saver
    from fieldapp.screens.host import Host


_FIRST = ("injured", *(outcome for outcome in TABLE_OUTCOMES if outcome != "injured"))


class Tabling:
    """Events of the table; the record under it saves and draws."""

    host: Host
    form: ReportForm
    saver: Saver

    def __init__(self) -> None:
        self._table = table.TableView("injured", TABLE_AGES[0], "F", "best", "", "")
        self._fresh = True

    def hide(self) -> None:
        """Cover the window."""
        raise NotImplementedError

    def save(self) -> None:
        """Write the draft."""
        raise NotImplementedError

    def back_to_question(self) -> None:
        """The page that the table was opened from."""
        raise NotImplementedError

    def table(self) -> None:
        self.save()
        outcome = next((o for o in _FIRST if self.form.total(o)), "injured")
        title, area = summary.title_words(self.form)
        context = " · ".join(part for part in (title, area) if part)
        self._table = table.TableView(
            outcome, TABLE_AGES[0], "F", "best", context, theme.words("saved"), self._status_of(outcome)
        )
        self._fresh = True
        self.host.draw(self._draw_table)

    def _status_of(self, outcome: str) -> str:
        """Where the table opens: the status that most people in it have."""
        sums = {status: self.form.table_sum(outcome, status) for status in (NO_STATUS, *STATUSES)}
        filled = {status: figures["best"] for status, figures in sums.items() if figures}
        return max(filled, key=lambda status: filled[status], default=NO_STATUS)

    def _draw_table(self) -> Widget:
        return table.draw(self._table, self)

    def table_done(self) -> None:
        self._settle()
        for outcome in TABLE_OUTCOMES:
            summed = self.form.table_sum(outcome)
            if summed is not None and self.form.total(outcome) is None:
                self.form.set_total(outcome, summed)
        self.save()
        self.back_to_question()

    def _settle(self) -> None:
        """Leaving a cell puts its three numbers in order."""
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex, view.status)
        if cell is not None and figures_fault(cell):
            low, best, high = cell["min"], cell["best"], cell["max"]
            figures = {"min": min(low, best), "best": best, "max": max(best, high)}
            self.form.set_cell(view.outcome, view.age, view.sex, figures, view.status)
        self._fresh = True

    def _redraw(self) -> None:
        self.save()
        self.host.redraw()

    def pick_outcome(self, outcome: str) -> None:
        self._settle()
        self._table = replace(self._table, outcome=outcome, status=self._status_of(outcome), choosing=False)
        self._redraw()

    def pick_cell(self, age: str, sex: str) -> None:
        self._settle()
        self._table = replace(self._table, age=age, sex=sex, figure="best", choosing=False)
        self._redraw()

    def pick_figure(self, figure: str) -> None:
        self._fresh = True
        self._table = replace(self._table, figure=figure)
        self.host.redraw()

    def digit(self, number: int) -> None:
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex, view.status)
        before = 0 if cell is None or self._fresh else cell[view.figure]
        self._write_cell(min(before * 10 + number, MAX_PEOPLE))

    def erase(self) -> None:
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex, view.status)
        if cell is not None:
            self._write_cell(cell[view.figure] // 10)

    def _write_cell(self, value: int) -> None:
        view, self._fresh = self._table, False
        cell = self.form.cell(view.outcome, view.age, view.sex, view.status)
        self.form.set_cell(view.outcome, view.age, view.sex, typed_figure(cell, view.figure, value), view.status)
        self.saver.soon()
        self.host.redraw()

    def not_known(self) -> None:
        view = self._table
        self.form.set_cell(view.outcome, view.age, view.sex, None, view.status)
        self.next_cell()

    def next_cell(self) -> None:
        self._settle()
        view = self._table
        at = TABLE_AGES.index(view.age) * len(TABLE_SEXES) + TABLE_SEXES.index(view.sex) + 1
        at %= len(TABLE_AGES) * len(TABLE_SEXES)
        self._table = replace(
            view, age=TABLE_AGES[at // len(TABLE_SEXES)], sex=TABLE_SEXES[at % len(TABLE_SEXES)], figure="best"
        )
        self._redraw()

    def fill_up(self) -> None:
        outcome = self._table.outcome
        short = self.form.short_of_total(outcome)
        if short > 0:
            self.form.add_unknown(outcome, short)
            self._table = replace(self._table, status=NO_STATUS)
        else:
            self.form.set_total(outcome, self.form.table_sum(outcome))
        self._redraw()

    def choose_status(self) -> None:
        self._settle()
        self._table = replace(self._table, choosing=True)
        self.host.redraw()

    def pick_status(self, status: str) -> None:
        self._fresh = True
        self._table = replace(self._table, status=status, choosing=False, figure="best")
        self._redraw()

    def move_here(self) -> None:
        """Those whose status was not known get the one that the table shows."""
        self.form.move_status(self._table.outcome, NO_STATUS, self._table.status)
        self._redraw()
