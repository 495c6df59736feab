"""A record, driven: question after question, the table, consent, review, seal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kivy.clock import Clock

from fieldapp.flows import draft, seal
from fieldapp.flows.report_form import (
    FIGURES,
    MAX_PEOPLE,
    STEPS,
    TABLE_AGES,
    TABLE_OUTCOMES,
    TABLE_SEXES,
    AreaTree,
    ReportForm,
    figures_fault,
)
from fieldapp.screens import consent, record, review, reviewing, summary, table
from fieldapp.screens.asking import Asked
from fieldapp.screens.host import Host, sentences
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from fieldapp.flows.unlock import Tablet

_SAVE_AFTER_S = 0.6


class Recording:
    """Events of the record, of its table, of consent and of the review."""

    def __init__(self, host: Host, home: Callable[[], None], sealed: Callable[[str], None]) -> None:
        self.host, self._home, self._sealed = host, home, sealed
        self.form = ReportForm()
        self._id: draft.DraftId | None = None
        self._asked = Asked("what", "", date(1970, 1, 1), (1970, 1), AreaTree({}))
        self._table = table.TableView("injured", TABLE_AGES[0], "F", "best", "", "")
        self._fresh = True
        self._page, self._chosen = consent.PAGES[0], "no"
        self._error: tuple[str, str, str] | None = None
        self._saver = Clock.create_trigger(lambda _dt: self.save(), _SAVE_AFTER_S)
        host.before_lock = self.flush

    # -- life --------------------------------------------------------------------------------------------------
    def begin(self, kind: str) -> None:
        """A new draft."""
        tablet = self._tablet()
        self._id = draft.start(tablet, kind)
        self.form = ReportForm.new(kind, theme.language)
        self._enter("what")

    def resume(self, draft_id: str) -> None:
        """A draft from the list: at its first open question, or at the review."""
        self._id = draft.DraftId(bytes.fromhex(draft_id))
        self.form = ReportForm.of(draft.load(self._tablet(), self._id))
        missing = self.form.missing()
        self._enter(missing[0] if missing else STEPS[-1])
        if not missing:
            self.review()

    def _tablet(self) -> Tablet:
        tablet = self.host.tablet
        if tablet is None:
            raise errors.Locked
        return tablet

    def _enter(self, step: str) -> None:
        tablet = self._tablet()
        today = date(1970, 1, 1) + timedelta(days=tablet.day())
        areas = AreaTree.of(tablet.directory.areas_geojson)
        self._error = None
        self._asked = Asked(step, "", today, (today.year, today.month), areas)
        self.host.draw(self._question)

    def save(self) -> None:
        """Write the draft; a full disk shows on the review and loses nothing that was saved before."""
        self._saver.cancel()
        if self._id is None or self.host.tablet is None:
            return
        try:
            draft.save(self.host.tablet, self._id, self.form.stored())
        except errors.Environment as error:
            self._error = sentences(error)

    def flush(self) -> None:
        """What was typed a moment ago is saved before the keys go."""
        if self._saver.is_triggered:
            self.save()

    def hide(self) -> None:
        self.flush()
        self.host.hide()

    def leave(self) -> None:
        self.save()
        self._home()

    # -- questions ---------------------------------------------------------------------------------------------
    def _question(self) -> Widget:
        return record.draw(self._asked, theme.words("saved"), self)

    def change(self, *, advance: bool = False) -> None:
        self.save()
        if advance:
            self.forward()
        else:
            self.host.redraw()

    def quiet_change(self) -> None:
        self._saver()

    def turn(self, sub: str) -> None:
        self.save()
        self._asked = replace(self._asked, sub=sub, letters=False)
        self.host.draw(self._question)

    def month(self, by: int) -> None:
        year, month = self._asked.month
        count = year * 12 + month - 1 + by
        self._asked = replace(self._asked, month=(count // 12, count % 12 + 1))
        self.host.redraw()

    def letters(self) -> None:
        self._asked = replace(self._asked, letters=not self._asked.letters)
        self.host.redraw()

    def go(self, step: str) -> None:
        self.flush()
        self._asked = replace(self._asked, step=step, sub="", letters=False)
        self.host.draw(self._question)

    def forward(self) -> None:
        self.flush()
        step, sub = self._asked.step, self._asked.sub
        if step == "what" and not sub and not self.form.code:
            return
        if step == "told" and self.form.needs_consent and not self.form.answered("told"):
            if not (self.form.subject_sex and self.form.subject_age):
                self.turn("person")
            else:
                self.consent()
            return
        if step == "actor" and sub != "basis" and self.form.actor.get("class") and not self.form.answered("actor"):
            self.turn("basis")
            return
        at = STEPS.index(step) + 1
        if at < len(STEPS):
            self.go("ongoing" if STEPS[at] == "actor" and self.form.is_event else STEPS[at])
        else:
            self.review()

    def step_back(self) -> None:
        self.flush()
        if self._asked.sub:
            self.turn("")
            return
        at = STEPS.index(self._asked.step)
        if at:
            self.go(STEPS[at - 1])
        else:
            self.leave()

    # -- the table ---------------------------------------------------------------------------------------------
    def table(self) -> None:
        self.save()
        outcome = next((o for o in ("injured", "killed", "abducted", "displaced") if self.form.total(o)), "injured")
        title, area = summary.title_words(self.form)
        context = " · ".join(part for part in (title, area) if part)
        self._table = table.TableView(outcome, TABLE_AGES[0], "F", "best", context, theme.words("saved"))
        self._fresh = True
        self.host.draw(lambda: table.draw(self._table, self))

    def table_done(self) -> None:
        self._settle()
        for outcome in TABLE_OUTCOMES:
            summed = self.form.table_sum(outcome)
            if summed is not None and self.form.total(outcome) is None:
                self.form.set_total(outcome, summed)
        self.save()
        self.host.draw(self._question)

    def _settle(self) -> None:
        """Leaving a cell puts its three numbers in order."""
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex)
        if cell is not None and figures_fault(cell):
            low, best, high = (cell[name] for name in FIGURES)
            self.form.set_cell(
                view.outcome, view.age, view.sex, {"min": min(low, best), "best": best, "max": max(best, high)}
            )
        self._fresh = True

    def pick_outcome(self, outcome: str) -> None:
        self._settle()
        self._table = replace(self._table, outcome=outcome)
        self.change()

    def pick_cell(self, age: str, sex: str) -> None:
        self._settle()
        self._table = replace(self._table, age=age, sex=sex, figure="best")
        self.host.redraw()

    def pick_figure(self, figure: str) -> None:
        self._fresh = True
        self._table = replace(self._table, figure=figure)
        self.host.redraw()

    def digit(self, number: int) -> None:
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex)
        before = 0 if cell is None or self._fresh else cell[view.figure]
        self._write(min(before * 10 + number, MAX_PEOPLE))

    def erase(self) -> None:
        view = self._table
        cell = self.form.cell(view.outcome, view.age, view.sex)
        if cell is not None:
            self._write(cell[view.figure] // 10)

    def _write(self, value: int) -> None:
        view, self._fresh = self._table, False
        cell = self.form.cell(view.outcome, view.age, view.sex)
        if cell is None or (view.figure == "best" and len(set(cell.values())) == 1):
            cell = dict.fromkeys(FIGURES, value)
        else:
            cell[view.figure] = value
        self.form.set_cell(view.outcome, view.age, view.sex, cell)
        self._saver()
        self.host.redraw()

    def not_known(self) -> None:
        view = self._table
        self.form.set_cell(view.outcome, view.age, view.sex, None)
        self.next_cell()

    def next_cell(self) -> None:
        self._settle()
        view = self._table
        at = TABLE_AGES.index(view.age) * len(TABLE_SEXES) + TABLE_SEXES.index(view.sex) + 1
        at %= len(TABLE_AGES) * len(TABLE_SEXES)
        self._table = replace(
            view, age=TABLE_AGES[at // len(TABLE_SEXES)], sex=TABLE_SEXES[at % len(TABLE_SEXES)], figure="best"
        )
        self.change()

    def fill_up(self) -> None:
        outcome = self._table.outcome
        short = self.form.short_of_total(outcome)
        if short > 0:
            self.form.add_unknown(outcome, short)
        else:
            self.form.set_total(outcome, self.form.table_sum(outcome))
        self.change()

    # -- consent -----------------------------------------------------------------------------------------------
    def consent(self) -> None:
        """The pages, one scope each, from the first that was not put."""
        open_scopes = self.form.open_scopes()
        self._turn_to(open_scopes[0] if open_scopes else "teach")
        self.host.draw(lambda: consent.draw(consent.ConsentView(self._page, self._chosen), self))

    def _turn_to(self, page: str) -> None:
        self._page = page
        if page == "teach":
            known = self.form.report.get("consent", {}).get("teach_back")
            self._chosen = {True: "yes", False: "no"}.get(known, "")
        else:
            self._chosen = self.form.scope(page)

    def answer(self, value: str) -> None:
        self._chosen = value
        self.host.redraw()

    def consent_next(self) -> None:
        if self._page == "teach":
            if not self._chosen:
                return
            self.form.choose_teach_back(self._chosen == "yes")
            self.save()
            self.go("told")
            self.forward()
            return
        self.form.answer_scope(self._page, self._chosen, theme.language)
        self.save()
        self._turn_to(consent.PAGES[consent.PAGES.index(self._page) + 1])
        self.host.redraw()

    def consent_back(self) -> None:
        at = consent.PAGES.index(self._page)
        if at:
            self._turn_to(consent.PAGES[at - 1])
            self.host.redraw()
        else:
            self._asked = replace(self._asked, step="told", sub="person")
            self.host.draw(self._question)

    # -- review and seal ---------------------------------------------------------------------------------------
    def review(self) -> None:
        """The report as it will be read."""
        self.save()
        self.host.draw(self._review)

    def _review(self) -> Widget:
        view = reviewing.view_of(self.form, self._tablet(), self._asked.today, self._error)
        return review.draw(view, self)

    def review_back(self) -> None:
        self.go(STEPS[-1])

    def seal(self) -> None:
        tablet, draft_id = self._tablet(), self._id
        if draft_id is None:
            return
        try:
            draft.save(tablet, draft_id, self.form.sealable())
            report_id = seal.seal_draft(tablet, draft_id)
        except errors.FirsthandError as error:
            self.save()
            self._error = sentences(error)
            self.host.redraw()
            return
        self.form, self._id = ReportForm(), None
        self._sealed(report_id)

    def discard(self) -> None:
        self.host.draw(lambda: review.draw_discard(self._discard, self.review, self.hide))

    def _discard(self) -> None:
        if self._id is not None:
            self._saver.cancel()
            draft.discard(self._tablet(), self._id)
            self.form, self._id = ReportForm(), None
        self._home()
