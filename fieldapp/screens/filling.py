"""The fields of a page, driven: which one is open, what its keypad types, letters and searches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fieldapp.flows.form import fields as form_fields
from fieldapp.flows.form.values import typed_figure
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import scrolling
from fieldapp.screens.asking import Asked
from fieldapp.screens.fieldpage import open_number, path_of

if TYPE_CHECKING:
    from fieldapp.flows.form.saving import Saver
    from fieldapp.screens.host import Host


class Filling:
    """Events of the fields of a page."""

    host: Host
    form: ReportForm
    saver: Saver
    _asked: Asked

    def __init__(self) -> None:
        self._fresh_number = True

    def save(self) -> None:
        """Write the draft."""
        raise NotImplementedError

    def change(self, *, advance: bool = False) -> None:
        """Something was chosen."""
        raise NotImplementedError

    def again(self) -> None:
        """The same page with what has changed, scrolled to where it was."""
        offset = scrolling.offset_of(self.host)
        self.host.redraw()
        scrolling.keep(self.host, offset)

    def letters(self, path: str = "") -> None:
        open_here = self._asked.letters and self._asked.active in {"", path}
        self._asked = replace(self._asked, letters=not open_here, active=path)
        self.again()

    def search(self, query: str) -> None:
        self._asked = replace(self._asked, query=query)

    def open_field(self, path: str, figure: str = "best") -> None:
        """Open a field, or close it where it was open."""
        self.settle_number()
        again = path == self._asked.active and figure == self._asked.figure
        self._asked = replace(self._asked, active="" if again else path, figure=figure, letters=False)
        self._fresh_number = True
        self.save()
        self.again()

    def settle_number(self) -> None:
        """Leaving a range puts its three in order."""
        field = open_number(self._asked, self.form)
        if field is not None:
            form_fields.settle(self.form, field, path_of(field, self._asked))

    def type_digit(self, number: int) -> None:
        self._type(lambda before: before * 10 + number)

    def type_erase(self) -> None:
        self._fresh_number = False
        self._type(lambda before: before // 10)

    def type_unknown(self) -> None:
        field = open_number(self._asked, self.form)
        if field is not None:
            form_fields.answer(self.form, field, path_of(field, self._asked), None)
            self.change()

    def _type(self, typed: Callable[[int], int]) -> None:
        field = open_number(self._asked, self.form)
        if field is None:
            return
        path = path_of(field, self._asked)
        known = self.form.value(path)
        if field.kind == "number":
            before = 0 if self._fresh_number or known is None else int(known)
            form_fields.answer(self.form, field, path, typed(before))
        else:
            before = 0 if self._fresh_number or known is None else int(known[self._asked.figure])
            form_fields.answer(self.form, field, path, typed_figure(known, self._asked.figure, typed(before)))
        self._fresh_number = False
        self.saver.soon()
        self.again()
