"""A record in words: what each line of the slip says, and what a row of a list says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp.flows.form.sections import SHORT
from fieldapp.flows.report_form import (
    CONSENT_ASKED,
    EVENT_FAMILY,
    FIGURES,
    STEPS,
    TABLE_OUTCOMES,
    ReportForm,
)
from fieldapp.screens import places, terms
from fieldapp.widgets.theme import theme
from firsthand import assets

WEEKS = frozenset({"this_week", "last_week"})
ACTLESS = frozenset({"nil_return", "not_reachable", "speech_log", "detention_visit"})


def act_words(code: str) -> str:
    """Plain words of an act or event in the language of the window."""
    return assets.catalogue().short_of(code, theme.language) if code else ""


def _own(words: Mapping[str, str]) -> str:
    return words.get(theme.language) or words["en"]


def family_choices() -> list[tuple[str, str, str]]:
    """Families in their order: code, word, no second line."""
    families = assets.catalogue().families
    return [(code, _own(term.short), "") for code, term in families.items()]


def act_choices(family: str) -> list[tuple[str, str, str]]:
    """Acts of a family, or the event types."""
    catalogue = assets.catalogue()
    if family == EVENT_FAMILY:
        return [(code, _own(term.short), "") for code, term in catalogue.events.items()]
    return [(code, _own(act.short), "") for code, act in catalogue.acts.items() if act.family == family]


def figures_words(figures: Mapping[str, int] | None) -> tuple[str, str]:
    """The best number, and the range where it says more."""
    words = theme.words
    if figures is None:
        return words("not_filled"), ""
    low, best, high = (figures[name] for name in FIGURES)
    spread = words("to", low=low, high=high) if (low, high) != (best, best) else ""
    return words.number(best), spread


def people_words(form: ReportForm) -> str:
    """`7 injured, 120 had to leave`; `not known` where nothing is known. Of the act at hand."""
    words = theme.words
    found, unknown = [], False
    for outcome in TABLE_OUTCOMES:
        figures = form.total(outcome) or form.table_sum(outcome)
        if figures is not None and (figures["best"] or figures["max"]):
            found.append(f"{words.number(figures['best'])} {words('outcome.' + outcome).lower()}")
        unknown = unknown or form.total_state(outcome) == "?"
    if found:
        return words("comma").join(found)
    if not form.counted_in(form.act_at):
        return ""
    return words("not_known") if unknown else words.number(0)


def of_act(form: ReportForm, number: int) -> ReportForm:
    """The same form with another act at hand; for reading only."""
    return ReportForm(form.report, {**form.marks, "act": str(number)})


def date_words(form: ReportForm, today: date) -> str:
    """The day in words, as sure as it is."""
    words, incident = theme.words, form.report.get("incident", {})
    if "date" not in incident:
        return ""
    day, last = form.day, form.last_day
    if day is None:
        return words("not_known")
    precision = incident.get("date_precision", 1)
    if precision == 5:
        return words.digits(str(day.year))
    if precision == 4 and last is None:
        months = words("date.months").split("|")
        return f"{months[day.month - 1]} {words.digits(str(day.year))}"
    if last is not None:
        return words("to", low=words.day(day), high=words.day(last))
    if day == today:
        said = words("date.today")
    elif (today - day).days == 1:
        said = words("date.yesterday")
    else:
        said = words.day(day, weekday=True)
    if precision == 2:
        said = words("when.about", day=words.day(day))
    elif precision == 3:
        said = words("when.week_of", day=words.day(day))
    time = incident.get("time_of_day")
    if not time:
        return said
    spoken = words("time." + time).lower() if words.has("time." + time) else words.digits(str(time))
    return words("comma").join((said, spoken))


def place_words(form: ReportForm) -> str:
    """The place, and the area when it is another name."""
    place = form.report.get("incident", {}).get("place", {})
    name, area = places.said(str(place.get("name", ""))), places.said(str(place.get("adm1", "")))
    return theme.words("comma").join((name, area)) if name and area and name != area else name or area


def consent_words(form: ReportForm) -> str:
    """How many were answered in which way."""
    answers = [form.scope(scope) for scope in CONSENT_ASKED if form.asked(scope)]
    if not answers:
        return ""
    return theme.words("consent.line", yes=answers.count("yes"), no=answers.count("no"), later=answers.count("later"))


def line_words(form: ReportForm, step: str, today: date) -> str:
    """The value of one line of the slip; empty while it is open."""
    if step == "told" and form.source_class:
        return told_words(form.source_class)
    if step == "note":
        return str(form.report.get("note", ""))
    if step == "people" or not form.answered(step):
        return people_words(form) if step == "people" else ""
    return _answer_words(form, step, today)


def _answer_words(form: ReportForm, step: str, today: date) -> str:
    words, incident = theme.words, form.report.get("incident", {})
    match step:
        case "what":
            return act_words(form.code)
        case "period" if form.marks.get("period") in WEEKS:
            return words("record.period." + form.marks["period"])
        case "when" | "period":
            return date_words(form, today)
        case "where" | "area":
            return place_words(form)
        case "reason":
            return terms.label("coverage_reasons", str(form.value("coverage.reason")))
        case "children":
            return _yes_no(form.marks.get("children", "yes" if form.children_counted() else "unknown"))
        case "concern":
            return _yes_no("yes" if incident.get("concern_s") else "no")
        case "actor":
            return words("actor.none") if form.is_event or not form.acts else actor_words(form.acts[form.act_at])
        case "ongoing":
            return _yes_no(form.marks.get("ongoing", "unknown"))
        case "need":
            return words("need." + incident["protection_needed"])
    source = form.report.get("source", {})
    return f"{source.get('reliability', '')}{source.get('credibility', '')}"


def told_words(kind: str) -> str:
    """The class of a source."""
    return theme.words("told." + kind) if theme.words.has("told." + kind) else terms.label("source_classes", kind)


def _yes_no(mark: str) -> str:
    return theme.words({"yes": "yes", "no": "no"}.get(mark, "not_known"))


def slip_lines(form: ReportForm, today: date) -> list[tuple[str, str, str]]:
    """Every line of the slip: question, label, value."""
    return [(step, step_name(step), line_words(form, step, today)) for step in SHORT.get(form.kind, STEPS)]


def step_name(step: str) -> str:
    """The name of a step, as the slip and the list of open questions say it."""
    key = "step." + step
    return theme.words(key if theme.words.has(key) else "record.step." + step)


def open_words(form: ReportForm) -> str:
    """The questions that are still open, for the second line of a draft."""
    words, missing = theme.words, form.missing()
    if not missing:
        return words("next.ready")
    names = words("comma").join(step_name(step).lower() for step in missing[:3])
    return words("next.draft", what=names)


def title_words(form: ReportForm) -> tuple[str, str]:
    """Title and area of a draft in a list; a sensitive one shows neither."""
    words = theme.words
    if form.sensitive:
        return words("row.sensitive"), ""
    first = str(form.acts[0].get("code", "")) if form.acts else form.code
    if form.kind in ACTLESS and not first:
        title = words("kind." + form.kind)
    else:
        title = act_words(first) or words("row.untitled")
    return title, places.said(str(form.report.get("incident", {}).get("place", {}).get("adm1", "")))


# -- one act -------------------------------------------------------------------------------------------------
def actor_words(act: Mapping[str, Any]) -> str:
    """Who is alleged; empty while it is open."""
    kind = act.get("actor", {}).get("class")
    if not kind:
        return ""
    key = f"actor.{kind}"
    return theme.words(key) if theme.words.has(key) else terms.label("actor_classes", str(kind))


def whom_words(form: ReportForm, act: Mapping[str, Any]) -> str:
    """The people and groups that an act was done to."""
    linked = act.get("victims", ())
    named = [victim_words(victim) for victim in form.victims if victim.get("key") in linked]
    return theme.words("comma").join(named)


def act_people_words(form: ReportForm, number: int) -> str:
    """How many people one act harmed."""
    return people_words(of_act(form, number))


def act_more_words(act: Mapping[str, Any]) -> str:
    """With what, by how many, after what."""
    words, found = theme.words, []
    if act.get("weapon"):
        found.append(terms.label("weapons", str(act["weapon"])))
    if act.get("perpetrators"):
        found.append(words("record.perpetrators", n=int(act["perpetrators"]["best"])))
    if isinstance(act.get("follows"), int):
        found.append(words("record.after_act", n=act["follows"] + 1))
    return words("comma").join(found)


# -- people and groups ---------------------------------------------------------------------------------------
def is_group(victim: Mapping[str, Any]) -> bool:
    """Whether it is described as more than one person."""
    return str(victim.get("unit", "person")) != "person"


def victim_words(victim: Mapping[str, Any]) -> str:
    """`Woman, 18 to 59`, `Family, about 12`."""
    words = theme.words
    if is_group(victim):
        unit, people = terms.label("units_counted", str(victim["unit"])), victim.get("people")
        return words("comma").join((unit, figures_words(people)[0])) if people else unit
    sex, age = terms.label("sexes", str(victim["sex"])), terms.label("ages", str(victim["age_band"]))
    return words("comma").join((sex, age))


def victim_more_words(victim: Mapping[str, Any]) -> str:
    """What else is said of them."""
    found = [
        terms.label(name, str(victim[field]))
        for field, name in (("outcome", "outcomes"), ("status", "statuses"), ("displacement", "displacement"))
        if victim.get(field)
    ]
    return theme.words.join(*found)
