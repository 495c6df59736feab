"""The words of the window in the language of the officer: sentences, plurals, numbers, dates. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from firsthand import assets

LANGUAGES = ("en", "fr", "ar")
NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def plural(language: str, count: int) -> str:
    """The plural form that a language uses for a number (the forms of CLDR for en, fr and ar)."""
    if language == "fr":
        return "one" if count in {0, 1} else "other"
    if language != "ar":
        return "one" if count == 1 else "other"
    if count in {0, 1, 2}:
        return ("zero", "one", "two")[count]
    if 3 <= count % 100 <= 10:
        return "few"
    return "many" if count % 100 >= 11 else "other"


class Words:
    """`words("home.title")`, `words("home.send.second", n=2)`; a missing key is an error, not an empty label."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.rtl = language == "ar"
        self._table: dict[str, Any] = assets.read_json(f"text/ui.{language}.json")

    def __call__(self, key: str, **fields: object) -> str:
        """The sentence under `key`; integers among the fields are written in the digits of the language."""
        entry = self._table[key]
        if isinstance(entry, dict):
            count = fields["n"]
            if not isinstance(count, int):
                raise TypeError("a plural needs an integer n")
            entry = entry.get(plural(self.language, count), entry["other"])
        written = {name: self.number(v) if isinstance(v, int) else v for name, v in fields.items()}
        return str(entry).format(**written)

    def has(self, key: str) -> bool:
        """Whether there is a sentence under this key."""
        return key in self._table

    def number(self, value: int) -> str:
        """Digits of the language: Eastern ones in Arabic."""
        return self.digits(str(value))

    def digits(self, text: str) -> str:
        """The same text with its digits in the system of the language."""
        return text.translate(_EASTERN) if self.rtl else text

    def day(self, day: date, *, weekday: bool = False) -> str:
        """A day written out, never 04/05: `8 December`, `Tue 8 Dec`."""
        months = self("date.months_short" if weekday else "date.months").split("|")
        text = f"{self.digits(str(day.day))} {months[day.month - 1]}"
        if weekday:
            text = f"{self('date.weekdays').split('|')[day.weekday()]} {text}"
        return text

    def long_day(self, day: date) -> str:
        """With the year."""
        return f"{self.day(day)} {self.digits(str(day.year))}"

    def clock(self, at_s: int, tz_min: int) -> str:
        """Hours and minutes of local time."""
        local = datetime.fromtimestamp(at_s, timezone(timedelta(minutes=tz_min)))
        return self.digits(f"{local:%H:%M}")

    def moment(self, at_s: int, now_s: int, tz_min: int) -> str:
        """`Today 13:05` or `Sat 5 Dec 17:40`."""
        zone = timezone(timedelta(minutes=tz_min))
        then, now = datetime.fromtimestamp(at_s, zone), datetime.fromtimestamp(now_s, zone)
        clock = self.clock(at_s, tz_min)
        if then.date() == now.date():
            return f"{self('date.today')} {clock}"
        return f"{self.day(then.date(), weekday=True)} {clock}"

    def join(self, *parts: str) -> str:
        """Parts of a second line with a centred dot between them; empty ones fall out."""
        return " · ".join(part for part in parts if part)
