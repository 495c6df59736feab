"""Monitoring visits that nobody made: what the workspace of the duress passphrase is filled with.

Harmless by content (water points, prices, school days), in the mission's own areas, dated as an officer works:
every second or third day, in the daytime. The sentences stand in assets/decoy/LANGUAGE.json. Pure but for
those files and the randomness that is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from firsthand import assets
from firsthand.ports import Entropy
from firsthand.protocol.directory import Directory

DAY_S = 86_400
_FORM = 1
_FIRST_HOUR, _LAST_HOUR = 8, 17
_GAP_DAYS = (1, 2, 2, 3, 4)
_FAMILIES = {"own_observation": "MISSION", "un_component": "MISSION", "local_authority": "STATE"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit.

    Attributes:
        at_s: when it was recorded, seconds since 1970, UTC.
        report: values of REPORT.json, complete.
    """

    at_s: int
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Round:
    """Where one officer goes.

    Attributes:
        language: a language of `assets.LANGUAGES`.
        places: (adm1, adm2 or empty), a few of one area.
    """

    language: str
    places: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, directory: Directory, language: str, entropy: Entropy) -> Round:
        """One area of the mission and a few places in it; neutral names in a mission that drew no areas."""
        language = language if language in assets.LANGUAGES else "en"
        known = sorted(_places(directory))
        if not known:
            known = [(name, "") for name in _content(language)["areas"]]
            return cls(language, (choose(entropy, known),))
        area = choose(entropy, sorted({adm1 for adm1, _ in known}))
        inside = [place for place in known if place[0] == area]
        return cls(language, tuple(choose(entropy, inside) for _ in range(3)))


def visits(route: Round, days: range, tz_min: int, entropy: Entropy) -> Iterator[Visit]:
    """Visits of the given local days (since 1970), in order of time."""
    day = days.start + choose(entropy, _GAP_DAYS) - 1
    while day < days.stop:
        minute = _FIRST_HOUR * 60 + number(entropy, (_LAST_HOUR - _FIRST_HOUR) * 60)
        yield Visit(day * DAY_S + (minute - tz_min) * 60, _report(route, day, minute, entropy))
        day += choose(entropy, _GAP_DAYS)


def unfinished(route: Round, day: int, entropy: Entropy) -> dict[str, Any]:
    """A visit that was begun on a day and not finished, as a draft holds it."""
    report = _report(route, day, _FIRST_HOUR * 60, entropy)
    report["incident"] = {name: report["incident"][name] for name in ("date", "date_precision", "place")}
    return {name: report[name] for name in ("form", "kind", "language", "incident", "events")}


def number(entropy: Entropy, below: int) -> int:
    """A random number from 0; that a few come a little more often does not matter here."""
    return int.from_bytes(entropy.bytes(4), "big") % below


def choose(entropy: Entropy, some: Sequence[_T]) -> _T:
    """One of `some`."""
    return some[number(entropy, len(some))]


def _report(route: Round, day: int, minute: int, entropy: Entropy) -> dict[str, Any]:
    content = _content(route.language)
    seen = choose(entropy, content["visits"])
    adm1, adm2 = choose(entropy, route.places)
    place = {"name": choose(entropy, seen["places"]), "adm1": adm1, "adm2": adm2, "precision": 3 if adm2 else 4}
    own = seen["source"] == "own_observation"
    return {
        "form": _FORM,
        "kind": "monitoring_visit",
        "language": route.language,
        "station": content["station"],
        "basis": {"code": "legitimate_interests"},
        "incident": {
            "date": datetime.fromtimestamp(day * DAY_S, UTC).date().isoformat(),
            "date_precision": 1,
            "time_of_day": f"{minute // 60:02}:{minute % 60 // 10 * 10:02}",
            "place": {name: value for name, value in place.items() if value} | {"type": seen["place_type"]},
            "ongoing": False,
            "immediate_risk": {"flag": False},
            "protection_needed": "none",
        },
        "events": [seen["event"]],
        "source": {
            "class": seen["source"],
            "family": _FAMILIES.get(seen["source"], "COMMUNITY"),
            "first_hand": "saw" if own else "told_by_other",
            "reliability": choose(entropy, "BBC"),
            "credibility": choose(entropy, (2, 2, 3)),
        },
        "verification": {"status": "unverified"},
        "note": choose(entropy, seen["notes"]),
    }


def _places(directory: Directory) -> Iterator[tuple[str, str]]:
    """First and second level of every area that is drawn; first level alone where there is no second."""
    for feature in (directory.areas_geojson or {}).get("features", ()):
        properties = feature["properties"]
        adm2 = properties.get("adm2")
        if isinstance(adm2, str) and adm2:
            yield properties["adm1"], adm2
    yield from ((name, "") for name in directory.area_names or ())


def _content(language: str) -> dict[str, Any]:
    content: dict[str, Any] = assets.read_json(f"decoy/{language}.json")
    return content
