"""The minimal record as questions: what is asked, in which order, and what the answers make of a REPORT.json.

Pure. A form holds the values of REPORT.json as far as they are known, and beside them the marks that a report has
no place for (which questions were answered with "no" or "not known"). `stored` is what a draft keeps; `report`
is what is sealed. Nothing is guessed: where an officer left a question open, `missing` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FORM = 1
NOTE_CHARS, PLACE_CHARS, UNIT_CHARS = 80, 120, 200
_MARKS = "_answered"

STEPS = (
    "what", "when", "where", "people", "children", "concern", "actor", "ongoing", "need", "told", "grade", "note",
)  # fmt: skip
OPTIONAL = frozenset({"note"})
FLASH_OUTCOMES = ("killed", "injured", "abducted", "displaced")
TABLE_OUTCOMES = ("killed", "injured", "missing", "abducted", "displaced")
TABLE_AGES = ("0-4", "5-11", "12-17", "18-59", "60+", "unknown")
CHILD_AGES = frozenset({"0-4", "5-11", "12-17", "child"})
TABLE_SEXES = ("F", "M", "U")
FIGURES = ("min", "best", "max")
CONSENT_ASKED = ("C1", "C2", "C3", "C10")
NO_CONSENT_NEEDED = frozenset({"own_observation", "media", "open_source"})
SEPARATE_CHANNEL = "A413"
SENSITIVE_FAMILY, EVENT_FAMILY = "A4", "E"
MAX_PEOPLE = 1_000_000

# where a source stands, by its class (DOMAIN 2.3 source_family)
_FAMILY = {
    "own_observation": "MISSION", "un_component": "MISSION", "local_authority": "STATE", "police": "STATE",
    "military": "STATE", "ngo_national": "NGO", "ngo_international": "NGO", "health_worker": "NGO",
    "media": "MEDIA", "open_source": "MEDIA", "anonymous": "OTHER", "armed_group": "OTHER",
    "perpetrator": "OTHER", "detainee": "COMMUNITY",
}  # fmt: skip
_FIRST_HAND = {
    "own_observation": "saw",
    "victim": "saw",
    "direct_witness": "saw",
    "media": "read",
    "open_source": "read",
}

Report = dict[str, Any]
Figures = dict[str, int]


@dataclass(slots=True)
class ReportForm:
    """A record while it is being asked.

    Attributes:
        report: values of REPORT.json so far.
        marks: answers without a field of their own: question -> code.
    """

    report: Report = field(default_factory=lambda: {"form": FORM})
    marks: dict[str, str] = field(default_factory=dict)

    # -- life of a draft ---------------------------------------------------------------------------------------
    @classmethod
    def new(cls, kind: str, language: str) -> ReportForm:
        """An empty form of a report kind, collected in a language."""
        return cls({"form": FORM, "kind": kind, "language": language, "handling": "confidential"})

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ReportForm:
        """The form that `stored` kept."""
        values = deepcopy(dict(stored))
        marks = values.pop(_MARKS, {})
        known = {str(key): str(value) for key, value in marks.items()} if isinstance(marks, Mapping) else {}
        return cls(values, known)

    def stored(self) -> Report:
        """Values and marks, for the draft."""
        return {**deepcopy(self.report), _MARKS: dict(self.marks)}

    def sealable(self) -> Report:
        """The REPORT.json that these answers make; complete only when `missing` is empty."""
        report = deepcopy(self.report)
        incident = report.setdefault("incident", {})
        incident.setdefault("immediate_risk", {"flag": bool(incident.get("ongoing"))})
        for act in report.get("acts", ()):
            act.setdefault("actor", {"class": "unknown", "basis": "inference", "certainty": "P0", "level": "unknown"})
        return report

    # -- what ----------------------------------------------------------------------------------------------------
    @property
    def code(self) -> str:
        """The act or event, empty when not chosen."""
        acts, events = self.report.get("acts"), self.report.get("events")
        if acts:
            return str(acts[0]["code"])
        return str(events[0]) if events else ""

    @property
    def is_event(self) -> bool:
        """Whether an event type was chosen, which has no alleged actor."""
        return self.code.startswith(EVENT_FAMILY)

    @property
    def sensitive(self) -> bool:
        """Whether the rules for sexual violence and children close free text and shrink what is kept."""
        return self.code.startswith(SENSITIVE_FAMILY) or self.subject_age == "child"

    def choose_code(self, code: str) -> None:
        """An act or an event; what was counted stays counted."""
        if code == SEPARATE_CHANNEL:
            raise ValueError("this act is not recorded here")
        counts, totals = self._counted("counts"), self._counted("totals")
        actor = self.report.get("acts", [{}])[0].get("actor") if self.report.get("acts") else None
        for name in ("acts", "events", "event_counts", "event_totals"):
            self.report.pop(name, None)
        if code.startswith(EVENT_FAMILY):
            self.report["events"] = [code]
            self.marks.setdefault("actor", "none")
        else:
            self.report["acts"] = [{"code": code, **({"actor": actor} if actor else {})}]
            if self.marks.get("actor") == "none":
                del self.marks["actor"]
        self._set_counted("counts", counts)
        self._set_counted("totals", totals)

    # -- when and where ------------------------------------------------------------------------------------------
    @property
    def incident(self) -> Report:
        """The fields of the incident."""
        found: Report = self.report.setdefault("incident", {})
        return found

    def choose_day(self, day: date | None) -> None:
        """The day it happened, or that it began; None for not known."""
        self.marks["day"] = day.isoformat() if day else "?"
        self._write_date()

    def choose_day_precision(self, precision: int) -> None:
        """1 the day is sure, 2 within a few days, 3 that week, 4 that month (UCDP scale)."""
        self.incident["date_precision"] = precision
        self._write_date()

    @property
    def day(self) -> date | None:
        """The chosen day."""
        text = self.marks.get("day", "")
        return date.fromisoformat(text) if text and text != "?" else None

    def _write_date(self) -> None:
        incident, day = self.incident, self.day
        if day is None:
            incident["date"], incident["date_precision"] = "?", 5
            return
        precision = incident.get("date_precision", 1)
        precision = incident["date_precision"] = 1 if precision == 5 else precision
        if precision == 4:
            incident["date"] = f"{day:%Y-%m}"
        else:
            incident["date"] = f"{day:%Y-%m-}{'' if precision == 1 else '~'}{day:%d}"

    def choose_time(self, time_of_day: str) -> None:
        """Part of the day; the same again takes it back."""
        if self.incident.get("time_of_day") == time_of_day:
            del self.incident["time_of_day"]
        else:
            self.incident["time_of_day"] = time_of_day

    @property
    def place(self) -> Report:
        """The fields of the place."""
        found: Report = self.incident.setdefault("place", {})
        return found

    def choose_area(self, level: str, name: str) -> None:
        """A name of the first, second or third level; smaller ones below it are taken back."""
        place = self.place
        for lower in ("adm1", "adm2", "adm3")[("adm1", "adm2", "adm3").index(level) :]:
            place.pop(lower, None)
        place[level] = name
        self._write_place(name if self.marks.get("place") != "typed" else str(place.get("name", name)))
        if "place" not in self.marks:
            place["precision"] = {"adm1": 4, "adm2": 3, "adm3": 2}[level]

    def name_place(self, name: str) -> None:
        """A place name as it was heard."""
        clean = " ".join(name.split())[:PLACE_CHARS]
        if clean:
            self.marks["place"] = "typed"
            self._write_place(clean)
        else:
            self.marks.pop("place", None)
            place = self.place
            self._write_place(str(place.get("adm3") or place.get("adm2") or place.get("adm1") or ""))

    def _write_place(self, name: str) -> None:
        if name:
            self.place["name"] = name
        else:
            self.place.pop("name", None)

    def choose_place_precision(self, precision: int) -> None:
        """1 exact, 2 near, 3 second level, 4 first level."""
        self.place["precision"] = precision

    # -- people --------------------------------------------------------------------------------------------------
    def _holder(self, kind: str) -> tuple[Report, str]:
        if self.report.get("acts"):
            return self.report["acts"][0], kind
        return self.report, f"event_{kind}"

    def _counted(self, kind: str) -> list[Report]:
        holder, name = self._holder(kind)
        rows: list[Report] = holder.get(name, [])
        return rows

    def _set_counted(self, kind: str, rows: list[Report]) -> None:
        holder, name = self._holder(kind)
        if rows:
            holder[name] = rows
        else:
            holder.pop(name, None)

    def total(self, outcome: str) -> Figures | None:
        """What was said of all people with an outcome; None when it is not known or was not asked."""
        for row in self._counted("totals"):
            if row["outcome"] == outcome:
                return {name: int(row[name]) for name in FIGURES}
        return None

    def set_total(self, outcome: str, figures: Figures | None) -> None:
        """Everybody with an outcome; None for not known."""
        rows = [row for row in self._counted("totals") if row["outcome"] != outcome]
        if figures is not None:
            rows.append({"outcome": outcome, **_ordered(figures)})
        self.marks[f"total.{outcome}"] = "?" if figures is None else "known"
        self._set_counted("totals", rows)

    def step_total(self, outcome: str, by: int) -> None:
        """Plus or minus; the range goes with the number."""
        best = (self.total(outcome) or {"best": 0})["best"]
        best = min(max(best + by, 0), MAX_PEOPLE) if self.total_state(outcome) == "known" else max(by, 0)
        self.set_total(outcome, {"min": best, "best": best, "max": best})

    def total_state(self, outcome: str) -> str:
        """`open`, `?` or `known`."""
        return self.marks.get(f"total.{outcome}", "open")

    def cell(self, outcome: str, age: str, sex: str) -> Figures | None:
        """One cell of the table; None when nothing stands in it."""
        for row in self._counted("counts"):
            if (row["outcome"], row["age"], row["sex"]) == (outcome, age, sex):
                return {name: int(row[name]) for name in FIGURES}
        return None

    def set_cell(self, outcome: str, age: str, sex: str, figures: Figures | None) -> None:
        """Write or empty a cell; the order of the three is kept as typed and judged later."""
        rows = [
            row for row in self._counted("counts") if (row["outcome"], row["age"], row["sex"]) != (outcome, age, sex)
        ]
        if figures is not None:
            rows.append({"outcome": outcome, "sex": sex, "age": age, "status": "UNK", **figures})
        self._set_counted("counts", rows)

    def sums(self, outcome: str, cells: Iterable[tuple[str, str]]) -> Figures | None:
        """The sum of cells (age, sex); None when all are empty."""
        found = [cell for age, sex in cells if (cell := self.cell(outcome, age, sex)) is not None]
        if not found:
            return None
        return {name: sum(cell[name] for cell in found) for name in FIGURES}

    def table_sum(self, outcome: str) -> Figures | None:
        """Everybody in the table of an outcome."""
        ages = (*TABLE_AGES, "child", "adult")
        return self.sums(outcome, [(age, sex) for age in ages for sex in (*TABLE_SEXES, "X")])

    def short_of_total(self, outcome: str) -> int:
        """How many of the total the table does not show; negative when it shows too many."""
        total, table = self.total(outcome), self.table_sum(outcome)
        return total["best"] - table["best"] if total is not None and table is not None else 0

    def add_unknown(self, outcome: str, count: int) -> None:
        """Put people whom nobody described under age and sex not known."""
        before = self.cell(outcome, "unknown", "U") or {"min": 0, "best": 0, "max": 0}
        self.set_cell(outcome, "unknown", "U", {name: before[name] + count for name in FIGURES})

    @property
    def people_answered(self) -> bool:
        """Whether every outcome that a flash asks was answered, or the table holds somebody."""
        if any(self.total_state(outcome) == "open" for outcome in FLASH_OUTCOMES):
            return any(self.table_sum(outcome) is not None for outcome in TABLE_OUTCOMES)
        return True

    def none_of_these(self) -> None:
        """Zero where nothing was said yet."""
        for outcome in FLASH_OUTCOMES:
            if self.total_state(outcome) == "open":
                self.set_total(outcome, {"min": 0, "best": 0, "max": 0})

    def children_counted(self) -> int:
        """Children in all tables, best figure."""
        return sum(row["best"] for row in self._counted("counts") if row["age"] in CHILD_AGES)

    def choose_children(self, answer: str) -> None:
        """`yes`, `no` or `unknown`; a yes without a number stands as at least one child among those counted."""
        self.marks["children"] = answer
        rows = [row for row in self._counted("counts") if row["age"] != "child"]
        self._set_counted("counts", rows)
        if answer == "yes" and self.children_counted() == 0:
            outcome = next((o for o in FLASH_OUTCOMES if (self.total(o) or {"best": 0})["best"] > 0), None)
            if outcome is not None:
                self.set_cell(outcome, "child", "U", {"min": 1, "best": 1, "max": (self.total(outcome) or {})["max"]})

    # -- the rest ------------------------------------------------------------------------------------------------
    def choose_concern(self, answer: str) -> None:
        """Whether there is a protection concern S; yes or no only, never a detail."""
        self.marks["concern"] = answer
        self.incident["concern_s"] = answer == "yes"

    def choose_actor(self, kind: str) -> None:
        """The class of the alleged actor."""
        self.marks["actor"] = kind
        if self.is_event or not self.report.get("acts"):
            return
        known = self.report["acts"][0].get("actor", {})
        basis = "inference" if kind == "unknown" else known.get("basis")
        certainty = "P0" if kind == "unknown" else "P1"
        actor = {**known, "class": kind, "certainty": certainty, "level": "unknown"}
        if basis:
            actor["basis"] = basis
        self.report["acts"][0]["actor"] = actor

    def choose_actor_basis(self, basis: str) -> None:
        """How the actor was recognised."""
        if self.report.get("acts"):
            self.report["acts"][0].setdefault("actor", {})["basis"] = basis

    @property
    def actor(self) -> Report:
        """Fields of the alleged actor so far."""
        acts = self.report.get("acts") or [{}]
        found: Report = acts[0].get("actor", {})
        return found

    def choose_ongoing(self, answer: str) -> None:
        """`yes`, `no` or `unknown`."""
        self.marks["ongoing"] = answer
        self.incident.pop("ongoing", None)
        if answer != "unknown":
            self.incident["ongoing"] = answer == "yes"
        self.incident["immediate_risk"] = {"flag": answer == "yes"}

    def choose_need(self, need: str) -> None:
        """What people need now."""
        self.incident["protection_needed"] = need

    # -- who told it ---------------------------------------------------------------------------------------------
    @property
    def source_class(self) -> str:
        """The class of the source, empty when not chosen."""
        return str(self.report.get("source", {}).get("class", ""))

    @property
    def needs_consent(self) -> bool:
        """Whether a person spoke to us, so that consent and not another basis carries the report."""
        return bool(self.source_class) and self.source_class not in NO_CONSENT_NEEDED

    def choose_source(self, kind: str) -> None:
        """Who told it; consent that was asked for stays, a basis stands only where nobody was asked."""
        source = self.report.setdefault("source", {})
        source["class"] = kind
        source["family"] = _FAMILY.get(kind, "COMMUNITY")
        source["first_hand"] = _FIRST_HAND.get(kind, "told_by_other")
        if self.needs_consent:
            self.report.pop("basis", None)
        else:
            self.report.pop("consent", None)
            self.report.pop("subject", None)
            self.report["basis"] = {"code": "legitimate_interests"}

    @property
    def subject_age(self) -> str:
        """`child`, `adult`, `unknown` or empty."""
        return str(self.report.get("subject", {}).get("age_band", ""))

    @property
    def subject_sex(self) -> str:
        """Sex of the person who spoke, empty when not chosen."""
        return str(self.report.get("subject", {}).get("sex", ""))

    def choose_subject(self, *, sex: str = "", age: str = "") -> None:
        """The person who spoke, without a name."""
        subject = self.report.setdefault("subject", {})
        if sex:
            subject["sex"] = sex
        if age:
            subject["age_band"] = age

    def scope(self, scope: str) -> str:
        """The answer to a consent question; a question that was not asked is a no."""
        return str(self.report.get("consent", {}).get("scopes", {}).get(scope, "no"))

    def asked(self, scope: str) -> bool:
        """Whether the question was put."""
        return scope in self.report.get("consent", {}).get("scopes", {})

    def answer_scope(self, scope: str, answer: str, language: str) -> None:
        """One scope, one answer; there is no way to answer all at once."""
        consent = self.report.setdefault("consent", {"scopes": {}, "language": language, "explained_by": "officer"})
        consent["scopes"][scope] = answer

    def choose_teach_back(self, understood: bool) -> None:
        """Whether the person said it back in own words."""
        self.report.setdefault("consent", {"scopes": {}})["teach_back"] = understood

    def open_scopes(self) -> list[str]:
        """Scopes that were not put to the person yet."""
        return [scope for scope in CONSENT_ASKED if not self.asked(scope)]

    def choose_grade(self, *, reliability: str = "", credibility: int = 0) -> None:
        """Letter of the source, number of the information."""
        source = self.report.setdefault("source", {})
        if reliability:
            source["reliability"] = reliability
        if credibility:
            source["credibility"] = credibility

    def write_note(self, text: str) -> None:
        """At most 80 characters, without names."""
        clean = " ".join(text.split())[:NOTE_CHARS]
        if clean and not self.sensitive:
            self.report["note"] = clean
        else:
            self.report.pop("note", None)

    # -- how far -------------------------------------------------------------------------------------------------
    def answered(self, step: str) -> bool:
        """Whether a question has its answer."""
        incident, source = self.report.get("incident", {}), self.report.get("source", {})
        return {
            "what": bool(self.code),
            "when": "date" in incident,
            "where": bool(incident.get("place", {}).get("adm1") and incident.get("place", {}).get("name")),
            "people": self.people_answered,
            "children": "children" in self.marks or self.children_counted() > 0,
            "concern": "concern_s" in incident,
            "actor": self._actor_answered(),
            "ongoing": "ongoing" in self.marks,
            "need": "protection_needed" in incident,
            "told": self._told_answered(),
            "grade": "reliability" in source and "credibility" in source,
            "note": "note" in self.report,
        }[step]

    def _actor_answered(self) -> bool:
        if self.is_event:
            return True
        return "class" in self.actor and "basis" in self.actor

    def _told_answered(self) -> bool:
        if not self.source_class:
            return False
        if not self.needs_consent:
            return True
        person = bool(self.subject_sex and self.subject_age)
        return person and not self.open_scopes() and "teach_back" in self.report.get("consent", {})

    def missing(self) -> list[str]:
        """Questions that must be answered before sealing, in their order."""
        return [step for step in STEPS if step not in OPTIONAL and not self.answered(step)]


def _ordered(figures: Figures) -> Figures:
    low, best, high = (figures[name] for name in FIGURES)
    return {"min": min(low, best), "best": best, "max": max(best, high)}


def figures_fault(figures: Mapping[str, int]) -> bool:
    """Whether at least, best, at most are out of order."""
    return not figures["min"] <= figures["best"] <= figures["max"]


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


@dataclass(frozen=True, slots=True)
class AreaTree:
    """Names of areas by level, from the mission's drawn areas: adm1 -> adm2 -> adm3."""

    tree: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(cls, areas_geojson: Mapping[str, Any] | None) -> AreaTree:
        """From the feature properties `adm1`, `adm2`, `adm3`; empty without areas."""
        tree: dict[str, dict[str, set[str]]] = {}
        for feature in (areas_geojson or {}).get("features", ()):
            names = feature.get("properties", {})
            first, second, third = (names.get(level) for level in ("adm1", "adm2", "adm3"))
            if first:
                below = tree.setdefault(str(first), {})
                if second:
                    lowest = below.setdefault(str(second), set())
                    if third:
                        lowest.add(str(third))
        return cls(
            {
                one: {two: tuple(sorted(three)) for two, three in sorted(rest.items())}
                for one, rest in sorted(tree.items())
            }
        )

    def first(self) -> list[str]:
        """Names of the first level."""
        return list(self.tree)

    def second(self, adm1: str) -> list[str]:
        """Names within one of the first level."""
        return list(self.tree.get(adm1, {}))

    def third(self, adm1: str, adm2: str) -> list[str]:
        """Names within one of the second level."""
        return list(self.tree.get(adm1, {}).get(adm2, ()))
