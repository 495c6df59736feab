"""What happened where and when: 26 weeks drawn by hand, filled in by a seed.

The numbers of reports an area and a week are a drawing, not chance: the board of Ruvala should show an
escalation that one can see coming, a quarrel that calms down, areas that are quiet because they are, and two
that are quiet because nobody can be heard. What each report is about is drawn from the area's themes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

WEEKS = 26
FIRST_MONDAY = date(2026, 5, 25)  # ISO week 2026-W22; the last one is 2026-W47
MASSACRE_WEEK = 25
LINK_DEAD_FROM = 18
SILENT, SILENT_FROM = "Dovi", 23

# Where and when nobody could get through, and why.
_CUT_OFF: dict[str, dict[int, str]] = {
    "Wadi Sarrin": {18: "weather", 21: "weather", 24: "weather"},
    "Kivesa": {22: "road", 23: "road", 25: "road"},
    "Halwan": {25: "security", 26: "security"},
}

_PLAN: dict[str, Any] = json.loads(Path(__file__).with_name("plan.json").read_text(encoding="utf-8"))
# Reports an area and week, weeks 1 to 26, one digit each.
DENSITY: dict[str, str] = {area: digits.replace(" ", "") for area, digits in _PLAN["density"].items()}
TABLETS: dict[str, tuple[str, ...]] = {label: tuple(areas) for label, areas in _PLAN["tablets"].items()}
LIAR, LIAR_COPY, CLONED_AFTER_WEEK = "Karou 2", "Karou 2 copy", 13


@dataclass(frozen=True, slots=True)
class Happening:
    """One report to be written: what, where, when, by which tablet, and what is special about it."""

    week: int
    area: str
    theme: str
    tablet: str
    tags: frozenset[str] = frozenset()
    options: dict[str, object] = field(default_factory=dict)


def monday(week: int) -> date:
    """First day of scenario week 1 to 26."""
    return FIRST_MONDAY + timedelta(weeks=week - 1)


def tablet_of(area: str) -> str:
    """The tablet that covers an area."""
    return next(label for label, areas in TABLETS.items() if area in areas)


def plan(seed: int) -> list[Happening]:
    """All happenings in order of week and tablet."""
    rng = random.Random(f"plan {seed}")
    found = [*_dense(rng), *_returns(), *_hand_placed(), *_interviews(rng), *_lies()]
    ordered = sorted(found, key=lambda one: (one.week, one.tablet))
    return [replace(one, tags=one.tags | _link_tags(one)) for one in ordered]


def _link_tags(one: Happening) -> frozenset[str]:
    dead = one.tablet == "Toro 1" and one.week >= LINK_DEAD_FROM
    return frozenset({"dead-link"}) if dead else frozenset()


def _dense(rng: random.Random) -> Iterator[Happening]:
    for area, digits in DENSITY.items():
        bag: list[str] = []
        for week, count in enumerate(map(int, digits), 1):
            for _ in range(count):
                if not bag or bag[0] not in _themes(area, week):
                    bag = _themes(area, week)
                    rng.shuffle(bag)
                yield Happening(week, area, bag.pop(), tablet_of(area), _phase_tags(area))


def _returns() -> Iterator[Happening]:
    """From week 18 on every area of which nothing else is heard gets a return, so that silence means something."""
    for area, digits in DENSITY.items():
        for week in range(LINK_DEAD_FROM, WEEKS + 1):
            silent = area == SILENT and week >= SILENT_FROM
            if digits[week - 1] == "0" and not silent:
                reason = _CUT_OFF.get(area, {}).get(week)
                options: dict[str, object] = {"reason": reason} if reason else {}
                tag = "not-reachable" if reason else "nil-return"
                yield Happening(week, area, "visit", tablet_of(area), frozenset({tag}), options)


def _themes(area: str, week: int) -> list[str]:
    text: str = _PLAN["local"].get(area, _PLAN["calm"])
    for phase in _PLAN["escalation"]:  # in order: a later phase takes the place of an earlier one
        if area in phase["areas"] and week >= phase["from"]:
            text = phase["themes"]
    return text.split()


def _phase_tags(area: str) -> frozenset[str]:
    return frozenset({"escalation"}) if area in ("Lemba North", "Karou") else frozenset()


def _hand_placed() -> Iterator[Happening]:
    """What the story hangs on; nothing of it is left to chance."""
    yield Happening(3, "Lemba North", "rumour", "Lemba 1", frozenset({"escalation"}))
    for number, week in enumerate((10, 14, 17, 20, 22, 24)):
        area = "Karou" if number % 2 else "Lemba North"
        theme = "radio-list" if week >= 20 else "radio"
        tags = frozenset({"escalation", "hate-radio"})
        options: dict[str, object] = {"broadcast": number, "voice": "person", "consent": "open"}
        yield Happening(week, area, theme, tablet_of(area), tags, options)
    yield Happening(21, "Lemba North", "police-left", "Lemba 1", frozenset({"escalation"}))
    yield Happening(23, "Lemba North", "alert", "Lemba 1", frozenset({"escalation"}))
    root = {"day": 5, "village": "Kesso", "root": "Root source 1 qzkv7korvex", "credibility": 2}
    pair = frozenset({"escalation", "massacre", "same-root"})
    yield Happening(
        MASSACRE_WEEK, "Lemba North", "massacre", "Lemba 1", pair, {**root, "voice": "ngo", "ngo": "national"}
    )
    yield Happening(
        MASSACRE_WEEK,
        "Lemba North",
        "massacre",
        "Zirat 1",
        pair,
        {**root, "voice": "ngo", "ngo": "international"},
    )
    heard = frozenset({"escalation", "massacre"})
    for tablet, language, consent in (
        ("Lemba 2", "fr", "open"),
        ("Zirat 1", "ar", "no-mission"),
        ("Lemba 1", "en", "no-story"),
    ):
        account: dict[str, object] = {
            "happened": MASSACRE_WEEK,
            "day": 5,
            "village": "Kesso",
            "voice": "person",
            "language": language,
            "consent": consent,
        }
        yield Happening(26, "Lemba North", "massacre", tablet, heard, account)
    yield Happening(26, "Lemba North", "grave", "Lemba 1", heard, {"village": "Kesso"})
    yield Happening(26, "Karou", "alert", "Karou 1", frozenset({"escalation"}))


def _interviews(rng: random.Random) -> Iterator[Happening]:
    """Children and survivors: a few everywhere, more where it burns."""
    areas = [
        "Lemba North",
        "Karou",
        "Lemba South",
        "Orla Valley",
        "Zirat",
        "Mbele",
        "Tessim",
        "Imbasa",
        "Tamoru",
    ]
    for number in range(14):
        area = areas[number % len(areas)] if number < 9 else areas[number % 3]
        week = rng.randint(3, 26) if number < 9 else rng.randint(20, 26)
        theme = ("child-used", "child-hurt")[number % 2]
        yield Happening(week, area, theme, tablet_of(area), frozenset({"child", "sensitive"}), {"voice": "person"})
    for number in range(18):
        area = areas[number % len(areas)] if number < 9 else areas[number % 3]
        week = rng.randint(3, 26) if number < 9 else rng.randint(19, 26)
        theme = ("survivor", "concern-s", "survivor", "survivor-marriage")[number % 4]
        yield Happening(week, area, theme, tablet_of(area), frozenset({"sexual-violence", "sensitive"}))


def _lies() -> Iterator[Happening]:
    """The second tablet of Karou: honest until its vault is copied; the copy then says that all is calm."""
    for week, theme in ((8, "cattle"), (10, "leaflet"), (12, "threat"), (13, "checkpoint")):
        yield Happening(week, "Karou", theme, LIAR, frozenset({"before-clone"}))
    for week, theme in ((15, "abduction"), (18, "cattle"), (21, "homes"), (24, "displaced")):
        yield Happening(week, "Karou", theme, LIAR, frozenset({"cloned", "original"}))
    for week, theme in (
        (15, "visit"),
        (17, "peace"),
        (20, "visit"),
        (22, "peace"),
        (24, "visit"),
        (25, "rumour"),
    ):
        yield Happening(week, "Karou", theme, LIAR_COPY, frozenset({"cloned", "false", "clock-2003"}))
