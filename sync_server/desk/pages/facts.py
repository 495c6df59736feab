"""The facts of a report as labelled lines, in the words of the catalogues.

Values come from a tablet: what is not in the form that this program knows is left out of a line, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from firsthand.ids import ReportId, short_report_id
from sync_server.desk.pages import present
from sync_server.desk.pages.texts import Words

Line = tuple[str, str]
# field of the facts -> catalogue of its code
_CODES = {
    "kind": "kinds",
    "change": "changes",
    "trend": "trends",
    "context": "contexts",
    "targeting": "targeting",
    "time_of_day": "times_of_day",
}
_SPEECH = {"channel": "speech_channels", "speaker_class": "actor_classes", "call": "speech_calls"}
_VICTIM = {
    "sex": "sexes", "age_band": "ages", "status": "statuses", "displacement": "displacement", "outcome": "outcomes",
    "disability": "disabilities", "occupation": "occupations",
}  # fmt: skip
_HELD = ("total", "women", "girls", "boys", "children")


def lines(facts: Mapping[str, Any], words: Words) -> list[Line]:
    """(label, words) of everything but when, where, acts and events, which the page draws by itself."""
    return [(words(key), text) for key, text in _all(facts, words) if text]


def _all(facts: Mapping[str, Any], words: Words) -> Iterator[Line]:
    for field, catalogue in _CODES.items():
        yield f"fact.{field}", _term(facts, field, catalogue, words)
    yield "fact.recall_anchor", _text(facts, "recall_anchor")
    yield "fact.coverage", _coverage(facts, words)
    yield "fact.need", _term(facts, "protection_needed", "needs", words)
    yield "fact.risk", _risk(facts, words)
    yield "fact.households", _range(facts.get("households"))
    yield "fact.damage", _join((_damage(item, words) for item in _maps(facts.get("damage"))), words)
    yield "fact.victims", _join((_victim(item, words) for item in _maps(facts.get("victims"))), words, "; ")
    yield "fact.signals", _join((words.term("signals", code) for code in _codes(facts.get("signals"))), words)
    yield "fact.responses", _join((_response(item, words) for item in _maps(facts.get("responses"))), words, "; ")
    yield "fact.speech", _speech(facts.get("speech"), words)
    yield "fact.visit", _visit(facts.get("visit"), words)
    yield "fact.links", _join((_link(item, words) for item in _maps(facts.get("links"))), words)
    yield "fact.source", _source(facts.get("source"), words)
    yield "fact.verification", _verification(facts.get("verification"), words)
    yield "fact.basis", _term(_map(facts.get("basis")), "code", "bases", words)
    yield "fact.handling", _term(facts, "handling", "handling", words)
    yield "fact.reported_on", words.edtf(_text(facts, "reported_on")) if _text(facts, "reported_on") else ""
    yield "fact.note", _text(facts, "note")


def _risk(facts: Mapping[str, Any], words: Words) -> str:
    risk = _map(facts.get("immediate_risk"))
    return (_text(risk, "note") or words("yes")) if risk.get("flag") is True else ""


def _coverage(facts: Mapping[str, Any], words: Words) -> str:
    coverage = _map(facts.get("coverage"))
    since = _text(coverage, "since")
    return _join(
        (
            _term(coverage, "reason", "coverage_reasons", words),
            words("fact.since", date=words.edtf(since)) if since else "",
        ),
        words,
    )


def _damage(item: Mapping[str, Any], words: Words) -> str:
    count = item.get("count")
    return f"{count} {_term(item, 'kind', 'damage', words)}" if isinstance(count, int) else ""


def _victim(item: Mapping[str, Any], words: Words) -> str:
    people = _range(item.get("people"))
    unit = _term(item, "unit", "units_counted", words)
    special = (words.term("special_statuses", code) for code in _codes(item.get("special")))
    shown = (_term(item, field, catalogue, words) for field, catalogue in _VICTIM.items())
    return _join((unit, people, *shown, *special), words)


def _response(item: Mapping[str, Any], words: Words) -> str:
    date = _text(item, "date")
    return _join(
        (
            _term(item, "by", "responses_by", words),
            _term(item, "what", "responses_what", words),
            words.edtf(date) if date else "",
            _text(item, "note"),
        ),
        words,
    )


def _speech(value: Any, words: Words) -> str:
    speech = _map(value)
    codes = [_term(speech, field, catalogue, words) for field, catalogue in _SPEECH.items()]
    again = words("fact.repeated") if speech.get("repeated") is True else ""
    return _join((*codes, _text(speech, "station"), _text(speech, "target"), again), words)


def _visit(value: Any, words: Words) -> str:
    visit = _map(value)
    held = _map(visit.get("held"))
    counted = (f"{words('fact.held.' + who)} {_range(held[who])}" for who in _HELD if _range(held.get(who)))
    concerns = (words.term("visit_concerns", code) for code in _codes(visit.get("concerns")))
    talks = _term(visit, "private_talks", "visit_talks", words)
    return _join(
        (
            _term(visit, "access", "visit_access", words),
            words("fact.talks", answer=talks) if talks else "",
            *counted,
            words("fact.capacity", n=visit["capacity"]) if isinstance(visit.get("capacity"), int) else "",
            *concerns,
        ),
        words,
    )


def _link(item: Mapping[str, Any], words: Words) -> str:
    report = item.get("report")
    if not isinstance(report, bytes) or len(report) != 16:
        return ""
    return f"{_term(item, 'kind', 'link_kinds', words)} {short_report_id(ReportId(report))}".strip()


def _source(value: Any, words: Words) -> str:
    source = _map(value)
    return _join(
        (
            _term(source, "class", "source_classes", words),
            _term(source, "connection", "connections", words),
            _term(source, "first_hand", "first_hand", words),
        ),
        words,
    )


def _verification(value: Any, words: Words) -> str:
    checked = _map(value)
    methods = (words.term("methods", code) for code in _codes(checked.get("methods")))
    return _join((_term(checked, "status", "verification", words), *methods), words)


# -- values that may be anything -------------------------------------------------------------------------------
def _term(fields: Mapping[str, Any], name: str, catalogue: str, words: Words) -> str:
    code = fields.get(name)
    return words.term(catalogue, code) if isinstance(code, str) and code else ""


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _codes(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _range(value: Any) -> str:
    match value:
        case {"min": int(low), "best": int(best), "max": int(high)} | [int(low), int(best), int(high)]:
            span = present.span(low, high)
            return f"{best} ({span})" if low != high else str(best)
    return ""


def _join(parts: Iterable[str], words: Words, comma: str = "") -> str:
    return (comma or words("list.comma")).join(part for part in parts if part)
