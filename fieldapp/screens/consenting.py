"""Consent, driven: one scope a page, from the first that was not put; or one scope alone, when a page needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import consent
from fieldapp.widgets.theme import theme

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from fieldapp.screens.host import Host


class Consenting:
    """Events of the consent pages."""

    host: Host
    form: ReportForm

    def __init__(self) -> None:
        self._walk: tuple[str, ...] = consent.PAGES
        self._page, self._chosen = consent.PAGES[0], "no"
        self._consented: tuple[Callable[[], None], Callable[[], None]] = (lambda: None, lambda: None)

    def hide(self) -> None:
        """Cover the window."""
        raise NotImplementedError

    def save(self) -> None:
        """Write the draft."""
        raise NotImplementedError

    def ask_consent(self, done: Callable[[], None], back: Callable[[], None]) -> None:
        """All scopes and the saying back; `done` after the last page, `back` before the first."""
        open_scopes = self.form.open_scopes()
        self._begin(consent.PAGES, open_scopes[0] if open_scopes else "teach", done, back)

    def ask_one(self, scope: str, done: Callable[[], None]) -> None:
        """One scope alone; then back to where it was needed."""
        self._begin((scope,), scope, done, done)

    def _begin(self, pages: tuple[str, ...], page: str, done: Callable[[], None], back: Callable[[], None]) -> None:
        self._walk, self._consented = pages, (done, back)
        self._turn_to(page)
        self.host.draw(self._draw_consent)

    def _draw_consent(self) -> Widget:
        return consent.draw(consent.ConsentView(self._page, self._chosen, self._walk), self)

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
        else:
            self.form.answer_scope(self._page, self._chosen, theme.language)
        self.save()
        at = self._walk.index(self._page) + 1
        if at == len(self._walk):
            self._consented[0]()
            return
        self._turn_to(self._walk[at])
        self.host.redraw()

    def consent_back(self) -> None:
        at = self._walk.index(self._page)
        if at:
            self._turn_to(self._walk[at - 1])
            self.host.redraw()
        else:
            self._consented[1]()
