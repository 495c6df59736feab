"""The words of the pages in three languages: `assets/text/*/desk.po`, and the labels of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from firsthand import assets
from firsthand.domain.catalogue import Term, parse_terms
from firsthand.domain.dates import EdtfDate, parse_edtf
from firsthand.errors import Malformed

LANGUAGES = ("en", "fr", "ar")
RIGHT_TO_LEFT = frozenset({"ar"})


@cache
def _terms(name: str) -> Mapping[str, Term]:
    return parse_terms(assets.read_text(f"catalogues/{name}.csv"))


class Words:
    """The words of one language. Numbers are Western in every language: one digit system a table."""

    def __init__(self, language: str, tz_min: int) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._texts = {key: text for key, text in assets.texts("desk", self.language).items() if isinstance(text, str)}
        self._zone = timedelta(minutes=tz_min)

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key."""
        return self._texts[key].format(**values) if values else self._texts[key]

    def has(self, key: str) -> bool:
        """Whether there is a sentence of its own for a key."""
        return key in self._texts

    # -- catalogues -----------------------------------------------------------------------------------------------
    def term(self, name: str, code: str) -> str:
        """Label of a code in a list; the code itself when the list does not know it."""
        term = _terms(name).get(code)
        return code if term is None else term.label[self.language]

    def hint(self, name: str, code: str) -> str:
        """Guidance sentence of a code."""
        term = _terms(name).get(code)
        return "" if term is None or not term.hint else term.hint[self.language]

    def act(self, code: str) -> str:
        """Plain words of an act or event."""
        catalogue = assets.catalogue()
        return catalogue.short_of(code, self.language) if code in catalogue.acts or code in catalogue.events else code

    def family(self, code: str) -> str:
        """One word for an act family, for a tab or a column."""
        return self(f"family.{code}") if self.has(f"family.{code}") else code

    # -- dates ------------------------------------------------------------------------------------------------------
    def day(self, day: date, *, year: bool = False) -> str:
        """A day written out: `7 Dec`."""
        return self("date.day_year" if year else "date.day", d=day.day, m=self(f"month.{day.month}"), y=day.year)

    def local(self, at_s: int) -> datetime:
        """Local time of the desk."""
        return datetime.fromtimestamp(at_s, UTC) + self._zone

    def when(self, at_s: int, now_s: int) -> str:
        """A moment in a list: the time today, the weekday this week, else the day."""
        at, now = self.local(at_s), self.local(now_s)
        if at.date() == now.date():
            return f"{at:%H:%M}"
        if timedelta(0) < now.date() - at.date() < timedelta(days=7):
            return self(f"weekday.{at.isoweekday()}")
        return self.day(at.date(), year=at.year != now.year)

    def moment(self, at_s: int) -> str:
        """Day and time."""
        at = self.local(at_s)
        return f"{self.day(at.date())} {at:%H:%M}"

    def days(self, first: date, last: date) -> str:
        """A stretch of days: `7–13 Dec 2026`."""
        if first == last:
            return self.day(first, year=True)
        if (first.year, first.month) == (last.year, last.month):
            return self("date.days_month", a=first.day, b=last.day, m=self(f"month.{last.month}"), y=last.year)
        return f"{self.day(first, year=first.year != last.year)} – {self.day(last, year=True)}"

    def edtf(self, text: str) -> str:
        """A date text of a report, written out."""
        try:
            found = parse_edtf(text) if text else None
        except Malformed:
            return text
        if found is None or (found.start is None and found.end is None):
            return self("date.unknown")
        words = self._span(found)
        words = self("date.about", date=words) if found.approximate else words
        return self("date.doubtful", date=words) if found.uncertain else words

    def _span(self, found: EdtfDate) -> str:
        start, end = found.start, found.end
        if start is None or end is None:
            known = self.day(start or end or date.min, year=True)
            return self("date.until", date=known) if start is None else self("date.since", date=known)
        if found.day_given:
            return self.days(start, end)
        if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
            return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
        return self("date.month", m=self(f"month.{start.month}"), y=start.year)

    def week(self, week: str, *, alone: bool = False) -> str:
        """`week 50`, or `Week 50` where it stands alone."""
        return self("week.number" if alone else "week.in", n=int(week[6:]))
