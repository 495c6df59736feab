"""What the overview says of each section of a full record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import summary, terms
from fieldapp.widgets.theme import theme

# the part of the envelope that a section fills first
PART_OF = {"account": "narrative", "words": "narrative", "names": "identities", "files": "attachments"}


def section_words(form: ReportForm, section: str, today: date, files: int = 0) -> str:
    """What is filled, in words; empty where nothing is."""
    if section == "files":
        return theme.words("record.n_files", n=files) if files else ""
    if section == "when":
        return summary.date_words(form, today)
    own = _WORDS.get(section)
    return own(form) if own else ""


def state_of(form: ReportForm, section: str, said: str) -> str:
    """`open` (must be answered), `done`, `empty` (may be left) or `closed` (must not be filled)."""
    if form.closed(section) and not said:
        return "closed"
    if form.open_in(section):
        return "open"
    return "done" if said else "empty"


def part_of(form: ReportForm, section: str) -> str:
    """The part that a section fills, as far as it is one."""
    part = PART_OF.get(section, "facts")
    return "identities" if part == "narrative" and "basis" in form.report else part


def _join(*parts: str) -> str:
    return theme.words("comma").join(part for part in parts if part)


def _acts(form: ReportForm) -> str:
    acts = [summary.act_words(str(act.get("code", ""))) for act in form.acts]
    return _join(*acts, *(summary.act_words(code) for code in form.events))


def _people(form: ReportForm) -> str:
    numbers = range(max(len(form.acts), 1))
    return " · ".join(said for n in numbers if (said := summary.act_people_words(form, n)))


def _victims(form: ReportForm) -> str:
    said = [summary.victim_words(victim) for victim in form.victims]
    return " · ".join(said[:3]) + (" …" if len(said) > 3 else "")


def _actors(form: ReportForm) -> str:
    found = []
    for act in form.acts:
        who, unit = summary.actor_words(act), str(act.get("actor", {}).get("unit_text", ""))
        said = _join(who, unit)
        if said and said not in found:
            found.append(said)
    return " · ".join(found)


def _told(form: ReportForm) -> str:
    if not form.source_class:
        return ""
    source = form.report["source"]
    grade = f"{source.get('reliability', '')}{source.get('credibility', '')}"
    return theme.words.join(summary.told_words(form.source_class), summary.consent_words(form), grade)


def _now(form: ReportForm) -> str:
    words, need = theme.words, form.value("incident.protection_needed")
    ongoing = form.marks.get("ongoing")
    said = words("record.now." + ongoing) if ongoing else ""
    return _join(said, words("need." + need) if need else "")


def _damage(form: ReportForm) -> str:
    words = theme.words
    rows = [
        f"{words.number(int(row['count']))} {terms.label('damage', row['kind']).lower()}"
        for row in form.items("incident.damage")
    ]
    homes = form.value("incident.households")
    return _join(*rows, words("record.n_households", n=int(homes["best"])) if homes else "")


def _signs(form: ReportForm) -> str:
    said = [terms.label("signals", code) for code in form.signals]
    return _join(*said[:3]) + (f" +{theme.words.number(len(said) - 3)}" if len(said) > 3 else "")


def _response(form: ReportForm) -> str:
    rows = form.items("responses")
    return _join(*(terms.label("responses_what", row["what"]) for row in rows if row.get("what")))


def _codes(form: ReportForm, *fields: tuple[str, str]) -> str:
    found = [(name, form.value(path)) for path, name in fields]
    return _join(*(terms.label(name, str(code)) for name, code in found if code))


def _context(form: ReportForm) -> str:
    return _codes(
        form,
        ("incident.context", "contexts"),
        ("incident.trend", "trends"),
        ("incident.targeting", "targeting"),
        ("incident.place.type", "place_types"),
    )


def _letters(form: ReportForm, path: str) -> str:
    text = str(form.value(path) or "")
    return theme.words("record.n_letters", n=len(text)) if text else ""


def _names(form: ReportForm) -> str:
    found = sum(len(form.items(f"identities.{which}")) for which in ("sources", "victims", "perpetrators"))
    safe = theme.words("record.f.identities.safe_contact") if form.value("identities.safe_contact") else ""
    return _join(theme.words("record.n_names", n=found) if found else "", safe)


def _links(form: ReportForm) -> str:
    return _join(*(terms.label("link_kinds", link["kind"]) for link in form.items("links")))


def _checking(form: ReportForm) -> str:
    methods = form.value("verification.methods") or []
    status = form.value("verification.status")
    said = [terms.label("methods", code) for code in methods[:2]]
    return _join(terms.label("verification", status) if status else "", *said)


def _speech(form: ReportForm) -> str:
    return _codes(
        form,
        ("speech.channel", "speech_channels"),
        ("speech.speaker_class", "actor_classes"),
        ("speech.call", "speech_calls"),
    )


def _visit(form: ReportForm) -> str:
    held = form.value("visit.held.total")
    people = theme.words("record.n_held", n=int(held["best"])) if held else ""
    return _join(_codes(form, ("visit.access", "visit_access")), people)


_WORDS: dict[str, Callable[[ReportForm], str]] = {
    "acts": _acts,
    "people": _people,
    "victims": _victims,
    "where": summary.place_words,
    "actors": _actors,
    "told": _told,
    "now": _now,
    "damage": _damage,
    "signs": _signs,
    "response": _response,
    "context": _context,
    "account": lambda form: _letters(form, "narrative.what_happened"),
    "words": lambda form: _letters(form, "narrative.words_used.text"),
    "names": _names,
    "links": _links,
    "checking": _checking,
    "note": lambda form: str(form.report.get("note", "")),
    "speech": _speech,
    "visit": _visit,
}
