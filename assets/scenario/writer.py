"""From a happening to a report in the form of docs/REPORT_FORMAT.md, as an officer would have written it.

Who may say what follows from consent: an account stands only where the person said yes to it, a name only
with C3. Names are placeholders ("Witness 3") with a run of letters that occurs nowhere else, so that a test
can look for them where they must never be.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from assets.scenario.country import Country, Village
from assets.scenario.habits import (
    ANSWERS,
    DAMAGE,
    DAYPARTS,
    LANGUAGES,
    NEEDS,
    NIGHT_THEMES,
    REFUSALS,
    RESET_CLOCK,
    SCOPES,
    UNITS,
)
from assets.scenario.plan import Happening, monday
from assets.scenario.themes import MEDIA, NGO, OFFICER, PERSON, STATE, THEMES, Theme

_HERE = Path(__file__).parent
_TEXTS: dict[str, Any] = json.loads((_HERE / "texts.json").read_text(encoding="utf-8"))
_NOTES: dict[str, dict[str, str]] = json.loads((_HERE / "notes.json").read_text(encoding="utf-8"))


@dataclass(slots=True)
class Line:
    """A line of reports.jsonl."""

    ref: str
    tablet: str
    week: int
    sync: bool
    recorded_at: str
    report: dict[str, Any]
    tags: list[str]
    supersedes: str | None = None
    deaths: tuple[int, int, int] = (0, 0, 0)
    village: Village | None = None
    day: date = field(default=date(2026, 1, 1))

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "ref": self.ref,
            "tablet": self.tablet,
            "week": self.week,
            "sync": self.sync,
            "recorded_at": self.recorded_at,
            "supersedes": self.supersedes,
            "tags": self.tags,
            "report": self.report,
        }


def write(happening: Happening, number: int, country: Country, seed: int) -> Line:
    """The report of one happening."""
    rng = random.Random(f"report {seed} {number}")
    sheet = _Sheet(happening, number, rng, country)
    return sheet.line()


class _Sheet:
    """One report while it is being filled in; every choice is drawn from its own seed."""

    def __init__(self, happening: Happening, number: int, rng: random.Random, country: Country) -> None:
        self.what, self.number, self.rng = happening, number, rng
        self.options = happening.options
        self.theme: Theme = THEMES[happening.theme]
        self.tags = set(happening.tags)
        self.sensitive = "sensitive" in self.tags
        self.voice = str(self.options.get("voice") or _draw(rng, self.theme.voices))
        self.language = str(self.options.get("language") or rng.choice(LANGUAGES[happening.tablet]))
        villages = country.of(happening.area)
        wanted = self.options.get("village")
        self.village = next((v for v in villages if v.name == wanted), None) or rng.choice(villages)
        day = int(str(self.options.get("day", rng.randrange(7))))
        self.happened = int(str(self.options.get("happened", happening.week)))
        self.day = monday(self.happened) + timedelta(days=day)
        self.consent = ""
        if self.voice == PERSON:
            self.consent = str(self.options.get("consent") or self._drawn_consent())
        self.figure = rng.randint(2, 9)

    def line(self) -> Line:
        counts, deaths = self._counts()
        report: dict[str, Any] = {
            "form": 1,
            "kind": self._kind(),
            "language": self.language,
            "handling": "strictly_confidential" if self.sensitive else "confidential",
            "station": self.what.tablet.removesuffix(" copy"),
        }
        if self.voice == PERSON:
            report |= {"subject": self._subject(), "consent": self._consent()}
        else:
            report["basis"] = {"code": "vital_interests" if self._urgent() else "legitimate_interests"}
        report |= {
            "incident": self._incident(),
            "acts": self._acts(counts),
            "events": list(self.theme.events),
            "source": self._source(),
        }
        if counts and not report["acts"]:
            report["event_counts"] = counts
        report |= self._identities() | self._narrative()
        note = _NOTES.get(self.what.theme)
        if note and not self.sensitive and self.rng.random() < 0.8:
            report["note"] = note[self.language]
        if {"nil-return", "not-reachable"} & self.tags:
            report = self._return(report)
        if self.consent in REFUSALS:
            self.tags.add("refused-consent")
        if self.language != "en" and "narrative" in report:
            self.tags.add(f"narrative-{self.language}")
        return Line(
            ref=f"r{self.number:04d}",
            tablet=self.what.tablet,
            week=self.what.week,
            sync="dead-link" not in self.tags,
            recorded_at=self._recorded_at(),
            report=report,
            tags=sorted(self.tags),
            deaths=deaths,
            village=self.village,
            day=self.day,
        )

    def _return(self, visit: dict[str, Any]) -> dict[str, Any]:
        """The week's word on an area without an incident: nothing to report, or nobody could get there and why."""
        first = monday(self.what.week)
        reason = self.options.get("reason")
        kept = {name: visit[name] for name in ("language", "handling", "station", "basis", "source")}
        return {
            "form": 2,
            "kind": "not_reachable" if reason else "nil_return",
            **kept,
            "incident": {
                "date": f"{first}/{first + timedelta(days=6)}",
                "date_precision": 1,
                "place": {
                    "name": self.what.area, "adm1": self.what.area, "precision": 4, "given_as": "gazetteer",
                },
                "immediate_risk": {"flag": False},
                "protection_needed": "none",
            },
            "coverage": {"reason": reason} if reason else {},
        }  # fmt: skip

    def _drawn_consent(self) -> str:
        if self.sensitive and self.rng.random() < 0.45:
            return self.rng.choice(["no-mission", "story-only", "named"])
        return _draw(self.rng, {name: weight for name, (weight, _answers) in ANSWERS.items()})

    def _kind(self) -> str:
        if self.voice == PERSON:
            return "interview" if self.sensitive or self.rng.random() < 0.6 else "incident"
        if self.voice == MEDIA:
            return "media"
        if self.what.theme in ("visit", "peace", "service"):
            return "monitoring_visit"
        if self.what.theme == "alert":
            return "community_alert"
        return "flash" if self._urgent() and self.rng.random() < 0.4 else "incident"

    def _urgent(self) -> bool:
        return self.what.theme in ("massacre", "alert", "homes", "execution", "threat-village", "blockade")

    def _subject(self) -> dict[str, Any]:
        child = "child" in self.tags
        survivor = "sexual-violence" in self.tags
        bands = ["12-17", "12-17", "5-11"] if child else ["18-59", "18-59", "18-59", "18-59", "60+"]
        band = self.rng.choice(bands)
        sex = self.rng.choice("FFFM" if survivor else "FM")
        return {"sex": sex, "age_band": band, "age_basis": "caregiver" if child else "stated"}

    def _consent(self) -> dict[str, Any]:
        answers = ANSWERS[self.consent][1]
        return {
            "scopes": {scope: answers.get(scope, "no") for scope in SCOPES},
            "language": self.language,
            "explained_by": self.rng.choice(["officer", "officer", "interpreter"]),
        }

    def _incident(self) -> dict[str, Any]:
        text, precision = self._date()
        night = self.what.theme in NIGHT_THEMES
        incident: dict[str, Any] = {
            "date": text,
            "date_precision": precision,
            "place": self._place(),
            "immediate_risk": {"flag": self._urgent()},
            "protection_needed": NEEDS.get(self.what.theme, "none"),
        }
        if not self.sensitive:
            incident["time_of_day"] = "night" if night else self.rng.choice(DAYPARTS)
            incident["trend"] = "escalating" if "escalation" in self.tags else "repeated"
            incident["ongoing"] = self.what.theme in ("checkpoint", "blockade", "on-the-move", "school-used")
            incident |= self._harm()
        return incident

    def _harm(self) -> dict[str, Any]:
        """Damage to things, and whether there is a protection concern of which nothing more is said here."""
        harm: dict[str, Any] = {}
        if self.what.theme in DAMAGE:
            kind, low, high = DAMAGE[self.what.theme]
            harm["damage"] = [{"kind": kind, "count": self.rng.randint(low, high)}]
        if self.what.theme in ("massacre", "execution", "displaced"):
            harm["concern_s"] = self.rng.random() < 0.4
        return harm

    def _date(self) -> tuple[str, int]:
        chance = self.rng.random()
        if "massacre" in self.tags or chance < 0.84:
            return self.day.isoformat(), 1
        if chance < 0.92:
            return f"{self.day:%Y-%m}-~{self.day:%d}", 2
        if chance < 0.985:
            first = max(monday(self.happened), self.day - timedelta(days=2))
            return (f"{first}/{self.day}", 2) if first < self.day else (f"{self.day}", 1)
        return f"{self.day:%Y-%m}", 4

    def _place(self) -> dict[str, Any]:
        place: dict[str, Any] = {"name": self.village.name, "adm1": self.what.area, "adm2": self.village.adm2}
        if self.sensitive:
            return place | {"name": self.village.adm2, "precision": 3}
        place |= {"adm3": self.village.name, "type": self.theme.place}
        longitude, latitude = self.village.centre
        place["lat"] = round(latitude + self.rng.uniform(-0.02, 0.02), 4)
        place["lon"] = round(longitude + self.rng.uniform(-0.02, 0.02), 4)
        place["precision"] = self.rng.choice([1, 1, 2, 2, 2, 3])
        return place

    def _counts(self) -> tuple[list[dict[str, Any]], tuple[int, int, int]]:
        theme = self.theme
        if not theme.outcome:
            return self._sensitive_counts(), (0, 0, 0)
        low, high = theme.people
        best = 61 if self.what.theme == "massacre" else self.rng.randint(low, high)
        self.figure = max(2, best)
        rows: list[dict[str, Any]] = []
        for sex, age, number in _shares(best, theme.households, self.rng):
            slack = number // 5 + (number > 2 and self.rng.random() < 0.4)
            rows.append(
                {"outcome": theme.outcome, "sex": sex, "age": age, "status": "CIV",
                 "min": number - slack, "best": number, "max": number + slack}
            )  # fmt: skip
        if theme.outcome != "killed":
            return rows, (0, 0, 0)
        return rows, (sum(r["min"] for r in rows), best, sum(r["max"] for r in rows))

    def _sensitive_counts(self) -> list[dict[str, Any]]:
        """One person, or a small class; never an age more exact than child or adult."""
        if not self.sensitive:
            return []
        outcome = "sexual_violence" if "sexual-violence" in self.tags else "injured"
        if self.what.theme == "child-used":
            outcome = "other"
        low, high = (1, 1) if self.voice == PERSON else (1, 4)
        age = "child" if "child" in self.tags else "adult"
        sex = "F" if outcome == "sexual_violence" else "U"
        best = self.rng.randint(low, high)
        return [
            {
                "outcome": outcome,
                "sex": sex,
                "age": age,
                "status": "CIV",
                "min": low,
                "best": best,
                "max": high,
            }
        ]

    def _acts(self, counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        known = self.rng.random()
        actor: dict[str, Any] = {
            "class": self.theme.actor,
            "basis": "uniform" if known < 0.25 else "told_by_others" if known < 0.6 else "language",
            "certainty": "P1",
            "level": "unknown" if known < 0.7 else "team",
        }
        if not self.sensitive and known < 0.5:
            actor["unit_text"] = self.rng.choice(UNITS)
        acts: list[dict[str, Any]] = [{"code": code, "actor": dict(actor), "counts": []} for code in self.theme.acts]
        if acts:
            acts[0]["counts"] = counts
            if self.theme.outcome == "killed" and known < 0.8:
                acts[0]["weapon"] = "C_SALW"
        return acts

    def _source(self) -> dict[str, Any]:
        if "same-root" in self.tags:
            return {
                "class": f"ngo_{self.options['ngo']}", "family": "NGO", "first_hand": "told_by_other",
                "reliability": "B", "credibility": 2, "root_sources": 1, "root_families": ["COMMUNITY"],
            }  # fmt: skip
        kind, family, hand, letters, numbers = {
            PERSON: ("victim", "COMMUNITY", "saw", "CCBF", (3, 3, 2, 6)),
            OFFICER: ("own_observation", "MISSION", "saw", "AB", (2, 2, 3)),
            NGO: (
                self.rng.choice(["ngo_national", "ngo_international"]),
                "NGO",
                "told_by_victim",
                "BCC",
                (2, 3, 3),
            ),
            MEDIA: ("media", "MEDIA", "heard", "CDE", (3, 2, 4)),
            STATE: (self.rng.choice(["local_authority", "police"]), "STATE", "told_by_other", "CD", (3, 4)),
        }[self.voice]
        if self.voice == PERSON and not self.sensitive:
            kind = self.rng.choice(["victim", "direct_witness", "direct_witness", "community_leader"])
            hand = "heard" if self.what.theme.startswith("radio") else hand
        return {
            "class": kind, "family": family, "first_hand": hand,
            "reliability": self.rng.choice(letters), "credibility": self.rng.choice(numbers),
        }  # fmt: skip

    def _identities(self) -> dict[str, Any]:
        if "root" in self.options:
            return {"identities": {"root_source_ref": self.options["root"]}}
        if self.voice != PERSON or ANSWERS[self.consent][1].get("C3") != "yes":
            return {}
        self.tags.add("named")
        mark = "".join(self.rng.choice("bcdfghjkmnpqrstvwxz") for _ in range(10))
        role = "Witness"
        if self.sensitive:
            role = "Child" if "child" in self.tags else "Survivor"
        person = {"name": f"{role} {self.number} {mark}"}
        return {"identities": {"victims" if role != "Witness" else "sources": [person]}}

    def _narrative(self) -> dict[str, Any]:
        heard = self.voice == PERSON and ANSWERS[self.consent][1].get("C1") == "yes"
        if self.what.theme.startswith("radio"):
            self.tags.add("hate-radio")
            return {"narrative": self._broadcast()} if heard else {}
        key = {"child-used": "child", "child-hurt": "", "survivor-marriage": "", "concern-s": ""}.get(
            self.what.theme, self.what.theme
        )
        texts = _TEXTS.get(key)
        if not heard or texts is None:
            return {}
        text = self.rng.choice(texts[self.language]).replace("{n}", str(self.figure))
        return {"narrative": {"what_happened": text}}

    def _broadcast(self) -> dict[str, Any]:
        words = _TEXTS["radio"][int(str(self.options["broadcast"]))]
        self.tags.add(f"words-{words['language']}")
        return {"what_happened": _TEXTS["listener"][self.language], "words_used": words}

    def _recorded_at(self) -> str:
        later = timedelta(days=self.rng.choice([0, 0, 1, 1, 2]), hours=7 + self.rng.randrange(11))
        later += timedelta(minutes=self.rng.randrange(60))
        if "massacre" in self.tags:  # nobody could speak on the day
            later += timedelta(days=1 + 2 * (self.what.week - self.happened))
        at = datetime.combine(self.day, time(), UTC) + later
        if "clock-2003" in self.tags:
            since = timedelta(weeks=self.what.week - 15, minutes=self.rng.randrange(600))
            at = RESET_CLOCK + since
        return f"{at:%Y-%m-%dT%H:%MZ}"


def withdrawn(line: Line, number: int, weeks_later: int, scopes: tuple[str, ...]) -> Line:
    """A follow-up by which a person takes back what was allowed: it stands in place of the report."""
    report = json.loads(json.dumps(line.report))
    report["kind"] = "follow_up"
    for scope in scopes:
        report["consent"]["scopes"][scope] = "withdrawn"
    gone = {"refused-consent"}
    if "C1" in scopes:
        report.pop("narrative", None)
        gone |= {tag for tag in line.tags if tag.startswith(("narrative-", "words-"))}
    if "C3" in scopes:
        report.pop("identities", None)
        gone.add("named")
    at = datetime.fromisoformat(line.recorded_at) + timedelta(weeks=weeks_later, hours=2)
    return Line(
        ref=f"r{number:04d}",
        tablet=line.tablet,
        week=line.week + weeks_later,
        sync=line.sync,
        recorded_at=f"{at:%Y-%m-%dT%H:%MZ}",
        report=report,
        tags=sorted({*line.tags, "withdrawn-consent"} - gone),
        supersedes=line.ref,
    )


def _draw(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _shares(best: int, households: bool, rng: random.Random) -> list[tuple[str, str, int]]:
    """The people by sex and age: families have children among them, men alone do not."""
    if not households:
        women = rng.randint(0, best // 2)
        split = [("F", "adult", women), ("M", "adult", best - women)]
    else:
        children, old = round(best * rng.uniform(0.3, 0.55)), round(best * rng.uniform(0.04, 0.12))
        women = round((best - children - old) * rng.uniform(0.45, 0.65))
        split = [
            ("U", "child", children), ("U", "60+", old), ("F", "18-59", women),
            ("M", "18-59", best - children - old - women),
        ]  # fmt: skip
    return [row for row in split if row[2] > 0]
