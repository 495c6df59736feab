"""The few columns that lists and tables need, drawn from the parts a role may open. Pure.

Values come from a tablet: each is checked, and a part that is not in its form makes the whole envelope unreadable
(an alarm), rather than a row that is half right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from firsthand.domain.codes import CHILD_AGES
from firsthand.errors import Malformed

_T = TypeVar("_T")
_CODE = re.compile(r"[A-Z][0-9]{0,3}")
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
MAX_COUNT = 100_000_000
UNKNOWN_AREA = ""
COVERAGE = ("", "nil", "not_reachable")


@dataclass(frozen=True, slots=True)
class Digest:
    """One report in a list.

    Attributes:
        report_id: 16 bytes, None when no granted part names it.
        week: `2026-W46`, empty when the report gives none.
        area: adm1, empty when not given.
        families: act families, sorted; from `counts`, else from nothing.
        counted: whether a `counts` part was granted: only then a report stands in the weekly table.
        sensitive: withheld from tables and exports until released.
        people: (outcome, sex, age class, min, best, max).
        children: best number of counted children.
        point: (latitude, longitude) in 1e-7 degree, as the facts have it: degraded; None when sensitive.
        coverage: `nil` (nothing to report) or `not_reachable`, with its `reason`; empty for every other report.
    """

    report_id: bytes | None = None
    kind: str = ""
    week: str = ""
    area: str = UNKNOWN_AREA
    adm2: str = ""
    families: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    counted: bool = False
    sensitive: bool = False
    people: tuple[tuple[str, str, str, int, int, int], ...] = ()
    children: int = 0
    date: str = ""
    place: str = ""
    source_class: str = ""
    source_family: str = ""
    grade: str = ""
    point: tuple[int, int] | None = None
    coverage: str = ""
    reason: str = ""

    def people_sum(self) -> tuple[int, int, int]:
        """All people counted: min, best, max."""
        return (
            sum(row[3] for row in self.people),
            sum(row[4] for row in self.people),
            sum(row[5] for row in self.people),
        )


def digest(parts: Mapping[str, Any]) -> Digest:
    """Read the parts of a report.

    Raises:
        Malformed: a field that is missing or of another form, or parts that contradict each other.
    """
    ids = {_sized(part["id"]) for part in parts.values() if isinstance(part, dict) and "id" in part}
    if len(ids) > 1:
        raise Malformed("parts of different reports")
    fields: dict[str, Any] = {"report_id": ids.pop() if ids else None}
    counts, facts = parts.get("counts"), parts.get("facts")
    if facts:
        fields |= _from_facts(facts)
    if counts:
        fields |= _from_counts(counts)
    # Somebody who holds neither counts nor facts (custodian, registrar) cannot know: it is treated as sensitive.
    fields.setdefault("sensitive", True)
    return Digest(**fields)


def _from_counts(value: Any) -> dict[str, Any]:
    part = _map(value)
    families = tuple(sorted({_code(item) for item in _list(part.get("families"))}))
    return {
        "kind": _short(part.get("kind")),
        "week": _week(part.get("week")),
        "area": _name(part.get("adm1")),
        "adm2": _name(part.get("adm2")),
        "families": families,
        "counted": True,
        "sensitive": _flag(part.get("sensitive")) or "A4" in families,
        "people": tuple(_person(row) for row in _list(part.get("people"))),
        "children": _count(part.get("children")),
        "coverage": _coverage(part.get("coverage")),
        "reason": _short(part.get("reason")),
    }


def _from_facts(value: Any) -> dict[str, Any]:
    part = _map(value)
    place, source = _map(part.get("place")), _map(part.get("source"))
    acts = tuple(_code(_map(act).get("code")) for act in _list(part.get("acts")))
    events = tuple(_code(event) for event in _list(part.get("events")))
    return {
        "kind": _short(part.get("kind")),
        "area": _name(place.get("adm1")),
        "adm2": _name(place.get("adm2")),
        "place": _name(place.get("name")),
        "acts": acts,
        "events": events,
        "date": _name(part.get("date")),
        "source_class": _short(source.get("class")),
        "source_family": _short(source.get("family")),
        "point": _point(place),
        "grade": f"{_short(source.get('reliability'))}{_credibility(source.get('credibility'))}",
        "sensitive": any(act.startswith("A4") for act in acts) or _speaks_of_a_child(part),
    }


def _point(place: dict[Any, Any]) -> tuple[int, int] | None:
    lat, lon = place.get("lat_e7"), place.get("lon_e7")
    if lat is None or lon is None:
        return None
    if not (isinstance(lat, int) and isinstance(lon, int) and abs(lat) <= 900_000_000 and abs(lon) <= 1_800_000_000):
        raise Malformed("point of a part")
    return lat, lon


def _speaks_of_a_child(facts: dict[Any, Any]) -> bool:
    """Whether the data subject or a victim described alone is, or may be, under 18; a group is only counted."""
    described = [_map(person) for person in (*_list(facts.get("victims")), facts.get("subject") or {})]
    return any(
        (person.get("age_band") in CHILD_AGES or person.get("may_be_child") is True) and not _is_group(person)
        for person in described
    )


def _is_group(person: dict[Any, Any]) -> bool:
    """Several people under one description. One whose number is unreadable is treated as a single person."""
    if person.get("unit", "person") == "person":
        return False
    people = person.get("people")
    most = people.get("max") if isinstance(people, dict) else 2
    return isinstance(most, int) and most > 1


def _person(row: Any) -> tuple[str, str, str, int, int, int]:
    match row:
        case [str(outcome), str(sex), str(age), low, best, high]:
            low, best, high = _count(low), _count(best), _count(high)
            if low <= best <= high:
                return _short(outcome), _short(sex), _short(age), low, best, high
    raise Malformed("people row")


def _map(value: Any) -> dict[Any, Any]:
    return _is(value, dict)


def _list(value: Any) -> list[Any]:
    return [] if value is None else _is(value, list)


def _is(value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise Malformed("field of a part")
    return value


def _sized(value: Any) -> bytes:
    if len(_is(value, bytes)) != 16:
        raise Malformed("report id length")
    return bytes(value)


def _short(value: Any) -> str:
    return "" if value is None else _bounded(_is(value, str), 40)


def _code(value: Any) -> str:
    """A code of the catalogue: `A4`, `A101`, `E`, `E03`."""
    text = _short(value)
    if not _CODE.fullmatch(text):
        raise Malformed("code of a part")
    return text


def _name(value: Any) -> str:
    return "" if value is None else _bounded(_is(value, str), 300)


def _bounded(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Malformed("text of a part")
    return text


def _coverage(value: Any) -> str:
    text = _short(value)
    if text not in COVERAGE:
        raise Malformed("coverage of a part")
    return text


def _flag(value: Any) -> bool:
    return False if value is None else _is(value, bool)


def _count(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise Malformed("count of a part")
    return value


def _credibility(value: Any) -> str:
    return "" if value is None else str(_count(value))


def _week(value: Any) -> str:
    text = _short(value)
    if text and not _WEEK.fullmatch(text):
        raise Malformed("week of a part")
    return text
