"""The fields of the full record as data: where each stands in REPORT.json, what it may hold, who may read it.

A screen draws a field by its kind; a test puts anything at all into each of them. `#` in a path stands for the
element at hand: the act, the person, the response.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fieldapp.flows.form.values import MAX_PEOPLE, Values, clean_line, clean_prose, figures_fault, ordered
from firsthand.domain import codes

FACTS, IDENTITIES, NARRATIVE, ATTACHMENTS = "facts", "identities", "narrative", "attachments"
LANGUAGE_CODES = ("fr", "ar", "en", "sw", "ln", "sg", "ha", "ff", "so", "rn", "rw", "und")


@dataclass(frozen=True, slots=True)
class Field:
    """One question of one line.

    Attributes:
        path: where the answer stands.
        kind: `one` or `many` of codes, `flag`, `text` (a line), `prose`, `number`, `range`, `date`, `pseudonym`.
        part: the part of the envelope that it goes to in an ordinary interview.
        list: name of the catalogue of its codes.
        codes: the codes that are offered, in their order.
        limit: most characters, or most codes.
        since: the form that knew it first.
        guarded: for sensitive reports it leaves the facts and goes with the account.
    """

    path: str
    kind: str
    part: str = FACTS
    list: str = ""
    codes: tuple[str, ...] = ()
    limit: int = 0
    since: int = 1
    guarded: bool = False

    @property
    def key(self) -> str:
        """The key of its words: the path without places in lists."""
        return self.path.replace("#.", "")

    @property
    def written(self) -> bool:
        """Whether letters are typed into it."""
        return self.kind in ("text", "prose", "pseudonym")

    @property
    def numeric(self) -> bool:
        """Whether digits are typed into it."""
        return self.kind in ("number", "range")

    def at(self, number: int) -> str:
        """The path of the element at hand."""
        return self.path.replace("#", str(number))


def _one(path: str, name: str, offered: tuple[str, ...] = (), **more: Any) -> Field:
    return Field(path, "one", list=name, codes=offered or codes.LISTS[name], **more)


def _many(path: str, name: str, limit: int, **more: Any) -> Field:
    return Field(path, "many", list=name, codes=codes.LISTS[name], limit=limit, **more)


# peacekeepers go by their own channel
_SPEAKERS = tuple(code for code in codes.ACTOR_CLASSES if code != "peacekeepers")
_HELD = ("total", "women", "girls", "boys", "children")

PAGES: dict[str, tuple[Field, ...]] = {
    "act": (
        _one("acts.#.weapon", "weapons"),
        Field("acts.#.perpetrators", "range"),
    ),
    "unit": (
        Field("acts.#.actor.unit_text", "text", limit=200),
        Field("acts.#.actor.unit_ref", "text", limit=40, since=2),
        _one("acts.#.actor.certainty", "certainties"),
        _one("acts.#.actor.level", "levels"),
        _one("acts.#.actor.rank_class", "rank_classes", since=2),
        _one("acts.#.actor.degree", "degrees", since=2),
        _one("acts.#.actor.claim", "claims", since=2),
        _one("acts.#.actor.status", "actor_statuses", since=2),
    ),
    "victim": (
        _one("victims.#.unit", "units_counted", since=2),
        Field("victims.#.people", "range", since=2),
        _one("victims.#.sex", "sexes"),
        _one("victims.#.age_band", "ages"),
        _one("victims.#.age_basis", "age_bases"),
        Field("victims.#.may_be_child", "flag"),
        _one("victims.#.outcome", "outcomes", since=2),
        _one("victims.#.status", "statuses"),
        _one("victims.#.displacement", "displacement"),
        _one("victims.#.disability", "disabilities", since=2, guarded=True),
        _many("victims.#.special", "special_statuses", 6, since=2, guarded=True),
        _one("victims.#.occupation", "occupations", since=2, guarded=True),
        _one("victims.#.relationship", "relationships", since=2, part=NARRATIVE),
        Field("victims.#.group", "text", limit=60, since=2, part=NARRATIVE),
    ),
    "risk": (Field("incident.immediate_risk.note", "text", limit=120, guarded=True),),
    "homes": (Field("incident.households", "range"),),
    "context": (
        _one("incident.context", "contexts"),
        _one("incident.trend", "trends"),
        _one("incident.targeting", "targeting"),
        _one("incident.place.type", "place_types", guarded=True),
        _one("handling", "handling"),
    ),
    "response": (
        _one("responses.#.by", "responses_by", since=2),
        _one("responses.#.what", "responses_what", since=2),
        Field("responses.#.date", "date", since=2, guarded=True),
        Field("responses.#.note", "text", limit=120, since=2, guarded=True),
    ),
    "source": (
        _one("source.first_hand", "first_hand"),
        _one("source.connection", "connections", since=2),
        _one("source.family", "source_families"),
        _one("basis.code", "bases"),
        _one("subject.age_basis", "age_bases"),
        Field("subject.may_be_child", "flag"),
        _one("consent.explained_by", "explained_by", part=NARRATIVE),
        _one("source.access_possible", "yes_no_unknown", since=2, part=NARRATIVE),
        Field("source.bias_note", "text", limit=200, since=2, part=NARRATIVE),
        _one("source.risk", "source_risks", since=2, part=IDENTITIES),
        Field("source.intermediary", "flag", since=2, part=IDENTITIES),
    ),
    "roots": (
        Field("source.root_sources", "number", limit=99),
        _many("source.root_families", "source_families", 6),
        Field("source.all_first_hand", "flag"),
        Field("identities.root_source_ref", "text", limit=120, part=IDENTITIES),
    ),
    "account": (
        Field("narrative.what_happened", "prose", limit=2000, part=NARRATIVE),
        Field("narrative.interpreter", "pseudonym", limit=16, part=NARRATIVE),
        Field("narrative.open_questions", "prose", limit=300, part=NARRATIVE),
    ),
    "words": (
        Field("narrative.words_used.text", "prose", limit=2000, part=NARRATIVE),
        Field("narrative.words_used.language", "one", list="", codes=LANGUAGE_CODES, part=NARRATIVE),
        Field("narrative.words_used.translation", "prose", limit=2000, part=NARRATIVE),
    ),
    "person": (
        Field("name", "text", limit=120, part=IDENTITIES),
        Field("contact", "text", limit=120, part=IDENTITIES),
        Field("address", "text", limit=200, part=IDENTITIES),
        Field("note", "prose", limit=200, part=IDENTITIES),
    ),
    "suspect": (
        Field("name", "text", limit=120, part=IDENTITIES),
        _one("certainty", "certainties", part=IDENTITIES),
        Field("rank", "text", limit=60, part=IDENTITIES),
        Field("position", "text", limit=120, part=IDENTITIES),
        Field("description", "prose", limit=300, part=IDENTITIES),
    ),
    "names": (Field("identities.safe_contact", "prose", limit=200, part=IDENTITIES),),
    "checking": (
        _many("verification.methods", "methods", 15),
        _one("verification.status", "verification", tuple(c for c in codes.VERIFICATION if c != "verified")),
        Field("reported_on", "date", since=2),
        Field("station", "text", limit=80),
    ),
    "speech": (
        _one("speech.channel", "speech_channels", since=2),
        _one("speech.speaker_class", "actor_classes", _SPEAKERS, since=2),
        _one("speech.call", "speech_calls", since=2),
        Field("speech.repeated", "flag", since=2),
        Field("speech.station", "text", limit=80, since=2, guarded=True),
        Field("speech.target", "text", limit=80, since=2, guarded=True),
    ),
    "visit": (
        _one("visit.access", "visit_access", since=2),
        _one("visit.private_talks", "visit_talks", since=2),
        _many("visit.concerns", "visit_concerns", 12, since=2),
        Field("visit.capacity", "number", limit=MAX_PEOPLE, since=2, guarded=True),
    ),
    "held": tuple(Field(f"visit.held.{who}", "range", since=2) for who in _HELD),
    "reason": (
        _one("coverage.reason", "coverage_reasons", since=2),
        Field("coverage.since", "date", since=2),
    ),
    "note": (Field("note", "text", limit=80),),
}  # fmt: skip


def every_field() -> Iterator[tuple[str, Field]]:
    """Page and field, all of them."""
    for page, fields in PAGES.items():
        for each in fields:
            yield page, each


def answer(form: Values, field: Field, path: str, value: Any) -> None:
    """Put an answer where it belongs, made fit: codes that are offered, texts cleaned, numbers within limits.

    Args:
        path: of the element at hand.
        value: a code, codes, bool, text, number or figures; None takes the answer back.
    """
    form.put(path, None if value is None else _fit(field, value))


def _fit(field: Field, value: Any) -> Any:
    match field.kind:
        case "one":
            return value if value in field.codes else None
        case "many":
            chosen = [code for code in field.codes if code in value]
            return chosen[: field.limit]
        case "flag":
            return bool(value)
        case "text":
            return clean_line(str(value), field.limit)
        case "prose":
            return clean_prose(str(value), field.limit)
        case "pseudonym":
            kept = "".join(c for c in str(value).upper() if c.isascii() and (c.isalnum() or c == "-"))
            return kept.lstrip("-")[: field.limit]
        case "number":
            return min(max(int(value), 0), field.limit)
        case "range":
            return {name: min(max(int(value[name]), 0), MAX_PEOPLE) for name in ("min", "best", "max")}
    return str(value)


def settle(form: Values, field: Field, path: str) -> None:
    """Leaving a range puts its three in order."""
    found = form.value(path)
    if field.kind == "range" and isinstance(found, dict) and figures_fault(found):
        form.put(path, ordered(found))


def toggled(form: Values, path: str, code: str) -> list[str]:
    """The codes of a list field after a tap on one."""
    chosen = [str(each) for each in form.value(path) or ()]
    return [each for each in chosen if each != code] if code in chosen else [*chosen, code]
