"""When: the day as surely as it is known, a range, a month, a year, a period of a nil return."""

from __future__ import annotations

from datetime import date, timedelta

from fieldapp.flows.form.values import Report, Values, clean_line

ANCHOR_CHARS = 80
DAY, ABOUT, WEEK, MONTH, YEAR = 1, 2, 3, 4, 5
UNKNOWN = "?"


class When(Values):
    """Date and time of the incident, and the day on which it was told."""

    __slots__ = ()

    @property
    def incident(self) -> Report:
        """The fields of the incident."""
        found: Report = self.report.setdefault("incident", {})
        return found

    @property
    def day(self) -> date | None:
        """The chosen day, or the first of a range."""
        return _day(self.marks.get("day", ""))

    @property
    def last_day(self) -> date | None:
        """The last day of a range; None where there is none."""
        return _day(self.marks.get("day_to", ""))

    def choose_day(self, day: date | None) -> None:
        """The day it happened, or that it began; None for not known."""
        self.marks["day"] = day.isoformat() if day else UNKNOWN
        last = self.last_day
        if day is None or (last is not None and last <= day):
            self.marks.pop("day_to", None)
        if self.incident.get("date") == UNKNOWN:
            self.incident.pop("date_precision", None)
        self._write_date()

    def choose_last_day(self, day: date | None) -> None:
        """Until which day it went on; None takes the range back. Before the first day the two change places."""
        first = self.day
        if first is None:
            return
        if day is None or day == first:
            self.marks.pop("day_to", None)
        else:
            self.marks["day"], self.marks["day_to"] = min(first, day).isoformat(), max(first, day).isoformat()
        self._write_date()

    def choose_day_precision(self, precision: int) -> None:
        """1 the day is sure, 2 within a few days, 3 that week, 4 that month, 5 that year (UCDP scale)."""
        self.incident["date_precision"] = precision
        self._write_date()

    def _write_date(self) -> None:
        incident, day, last = self.incident, self.day, self.last_day
        if day is None:
            incident["date"], incident["date_precision"] = UNKNOWN, YEAR
            return
        precision = incident.setdefault("date_precision", DAY)
        if precision == YEAR:
            incident["date"] = f"{day:%Y}"
        elif precision == MONTH:
            incident["date"] = f"{day:%Y-%m}"
        else:
            about = "" if precision == DAY else "~"
            incident["date"] = _about(day, about) + (f"/{_about(last, about)}" if last else "")

    def choose_time(self, time_of_day: str) -> None:
        """Part of the day; the same again takes it back."""
        self.put("incident.time_of_day", None if self.incident.get("time_of_day") == time_of_day else time_of_day)

    def name_anchor(self, text: str) -> None:
        """How the person dates it, in own words, without names."""
        self.put("incident.recall_anchor", clean_line(text, ANCHOR_CHARS))

    # -- the period of a nil return ------------------------------------------------------------------------------
    def choose_period(self, period: str, today: date) -> None:
        """`this_week`, `last_week`: Monday to Sunday, of this week as far as it has come."""
        monday = today - timedelta(days=today.weekday())
        if period == "last_week":
            first, last = monday - timedelta(days=7), monday - timedelta(days=1)
        else:
            first, last = monday, today
        self.choose_days(first, last)
        self.marks["period"] = period

    def choose_days(self, first: date, last: date) -> None:
        """A period from day to day, both counted."""
        first, last = min(first, last), max(first, last)
        self.marks |= {"day": first.isoformat(), "day_to": last.isoformat(), "period": "days"}
        span = (last - first).days
        self.incident["date_precision"] = DAY if span == 0 else ABOUT if span < 6 else WEEK if span < 8 else MONTH
        self.incident["date"] = f"{first.isoformat()}/{last.isoformat()}"  # a period is an interval, of one day too


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text and text != UNKNOWN else None


def _about(day: date, mark: str) -> str:
    return f"{day:%Y-%m-}{mark}{day:%d}"


def recent_days(today: date, count: int = 7) -> list[date]:
    """Today and the days before it."""
    return [today - timedelta(days=back) for back in range(count)]


def month_weeks(year: int, month: int) -> list[list[date | None]]:
    """The days of a month in weeks that begin on Monday."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    cells: list[date | None] = [None] * first.weekday()
    cells += [first + timedelta(days=n) for n in range((following - first).days)]
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]
