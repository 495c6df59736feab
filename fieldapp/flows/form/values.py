"""What a form holds: values of REPORT.json by path, marks beside them, and figures of three."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from firsthand.domain.model import FORM

Report = dict[str, Any]
Figures = dict[str, int]

FIGURES = ("min", "best", "max")
MAX_PEOPLE = 1_000_000


@dataclass(slots=True)
class Values:
    """Values and marks.

    Attributes:
        report: values of REPORT.json so far.
        marks: answers that a report has no field for: question -> code.
    """

    report: Report = field(default_factory=lambda: {"form": FORM})
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Code of the report's kind."""
        return str(self.report.get("kind", "flash"))

    @property
    def form(self) -> int:
        """Version of the form that this draft was begun in; it keeps it."""
        return int(self.report.get("form", 1))

    def value(self, path: str) -> Any:
        """What stands at a path such as `acts.0.actor.unit_text`; None where nothing does."""
        found: Any = self.report
        for step in path.split("."):
            if isinstance(found, list):
                found = found[int(step)] if step.isdecimal() and int(step) < len(found) else None
            elif isinstance(found, Mapping):
                found = found.get(step)
            else:
                return None
        return found

    def put(self, path: str, value: object) -> None:
        """Write a value, making the maps on the way; None, an empty text or an empty list takes it out.

        Elements of lists are made by whoever owns the list; a path into a missing one is an IndexError.
        """
        *parents, last = path.split(".")
        holder: Any = self.report
        empty = value is None or value in ("", [])
        for step in parents:
            if isinstance(holder, list):
                holder = holder[int(step)]
            elif empty and step not in holder:
                return
            else:
                holder = holder.setdefault(step, {})
        if not empty:
            holder[last] = value
            return
        holder.pop(last, None)
        if parents and holder == {}:
            self._prune(parents)

    def _prune(self, parents: list[str]) -> None:
        """A map that has become empty goes too; an element of a list stays, since others may point at it."""
        holder: Any = self.value(".".join(parents[:-1])) if parents[:-1] else self.report
        if isinstance(holder, dict):
            holder.pop(parents[-1], None)
            if not holder and parents[:-1]:
                self._prune(parents[:-1])

    def items(self, path: str) -> list[Report]:
        """The elements of a list of maps; a copy of the list, the elements themselves."""
        found = self.value(path)
        return list(found) if isinstance(found, list) else []

    def add_item(self, path: str, item: Report, limit: int) -> int:
        """One more element; its place, or -1 when the list is full."""
        found = self.items(path)
        if len(found) >= limit:
            return -1
        self.put(path, [*found, item])
        return len(found)

    def drop_item(self, path: str, at: int) -> None:
        """One element less; a list that becomes empty goes."""
        found = self.items(path)
        if 0 <= at < len(found):
            del found[at]
            self.put(path, found)


def ordered(figures: Mapping[str, int]) -> Figures:
    """The same three with at least <= best <= at most."""
    low, best, high = (figures[name] for name in FIGURES)
    return {"min": min(low, best), "best": best, "max": max(best, high)}


def figures_fault(figures: Mapping[str, int]) -> bool:
    """Whether at least, best, at most are out of order."""
    return not figures["min"] <= figures["best"] <= figures["max"]


def typed_figure(before: Mapping[str, int] | None, figure: str, value: int) -> Figures:
    """One of three after a key: until it was opened into a range, the range goes with the best number."""
    if before is None or (figure == "best" and len(set(before.values())) == 1):
        return dict.fromkeys(FIGURES, value)
    return {**before, figure: value}


def clean_line(text: str, limit: int) -> str:
    """One line without doubled spaces, at most `limit` characters, none that a report refuses."""
    return " ".join("".join(_allowed(text, prose=False)).split())[:limit].strip()


def clean_prose(text: str, limit: int) -> str:
    """Several lines, at most `limit` characters, none that a report refuses."""
    return "".join(_allowed(text, prose=True))[:limit].strip()


def _allowed(text: str, *, prose: bool) -> Iterator[str]:
    from firsthand.domain.characters import fault_in

    for letter in text:
        if letter in "\r\t\n":
            yield "\n" if prose and letter == "\n" else " "
        elif not fault_in(letter, prose=prose, name=False):
            yield letter


def folded(text: str) -> str:
    """Letters as a search compares them: no case, no accents, one form of alef, yeh and teh marbuta."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_ARABIC)


_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
