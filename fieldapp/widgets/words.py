"""The words of the window in the language of the officer: sentences, plurals, numbers, dates. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache

from firsthand import assets
from firsthand.errors import BrokenTexts

LANGUAGES = assets.LANGUAGES
NAMES = {"en": "English", "fr": "Français", "ar": "العربية", "sw": "Kiswahili"}
ELSEWHERE = frozenset({"desk", "errors", "problems"})
"""Domains that are no words of the window: pages of the desk, and sentences that are asked for by a code."""
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@cache
def _table(language: str) -> Mapping[str, assets.Text]:
    merged: dict[str, assets.Text] = {}
    for domain in assets.text_domains(language):
        if domain not in ELSEWHERE:
            merged.update(assets.texts(domain, language))
    return merged


def _plural(language: str) -> Callable[[int], int]:
    return assets.text_catalogue("ui", language).plural


class Words:
    """`words("home.title")`, `words("home.send.second", n=2)`; a missing key is an error, not an empty label.

    Attributes:
        fault: the texts of the language do not parse, so the window speaks English; None if all is well.
        missing: how many texts of this language are said in English because they do not exist yet.
    """

    def __init__(self, language: str) -> None:
        english = _table("en")
        self.fault: BrokenTexts | None = None
        try:
            own = _table(language)
        except BrokenTexts as fault:
            self.fault, language, own = fault, "en", english
        self.language = language
        self.rtl = language == "ar"
        self.missing = len(english.keys() - own.keys())
        # Each text keeps the language it is written in: its plural rule goes with it.
        self._spoken = {**dict.fromkeys(english, "en"), **dict.fromkeys(own, language)}
        self._texts = {**english, **own}

    def __call__(self, key: str, **fields: object) -> str:
        """The sentence under `key`; integers among the fields are written in the digits of the language."""
        text = self._texts[key]
        if isinstance(text, tuple):
            count = fields["n"]
            if not isinstance(count, int):
                raise TypeError("a plural needs an integer n")
            text = text[_plural(self._spoken[key])(count)]
        written = {name: self.number(v) if isinstance(v, int) else v for name, v in fields.items()}
        return text.format(**written)

    def has(self, key: str) -> bool:
        """Whether there is a sentence under this key."""
        return key in self._texts

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
