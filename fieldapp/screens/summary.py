"""A record in words: what each line of the slip says, and what a row of a list says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fieldapp.flows.report_form import (
    CONSENT_ASKED,
    EVENT_FAMILY,
    FIGURES,
    STEPS,
    TABLE_OUTCOMES,
    ReportForm,
)
from fieldapp.widgets.theme import theme
from firsthand import assets

SENSITIVE_FAMILY = "A4"


def act_words(code: str) -> str:
    """Plain words of an act or event in the language of the window."""
    return assets.catalogue().short_of(code, theme.language) if code else ""


def family_choices() -> list[tuple[str, str, str]]:
    """Families in their order: code, word, no second line."""
    families = assets.catalogue().families
    return [(code, term.short[theme.language], "") for code, term in families.items()]


def act_choices(family: str) -> list[tuple[str, str, str]]:
    """Acts of a family, or the event types."""
    catalogue = assets.catalogue()
    if family == EVENT_FAMILY:
        return [(code, term.short[theme.language], "") for code, term in catalogue.events.items()]
    return [(code, act.short[theme.language], "") for code, act in catalogue.acts.items() if act.family == family]


def figures_words(figures: Mapping[str, int] | None) -> tuple[str, str]:
    """The best number, and the range where it says more."""
    words = theme.words
    if figures is None:
        return words("not_filled"), ""
    low, best, high = (figures[name] for name in FIGURES)
    spread = words("to", low=low, high=high) if (low, high) != (best, best) else ""
    return words.number(best), spread


def people_words(form: ReportForm) -> str:
    """`7 injured, 120 had to leave`; `not known` where nothing is known."""
    words = theme.words
    found, unknown = [], False
    for outcome in TABLE_OUTCOMES:
        figures = form.total(outcome) or form.table_sum(outcome)
        if figures is not None and (figures["best"] or figures["max"]):
            found.append(f"{words.number(figures['best'])} {words('outcome.' + outcome).lower()}")
        unknown = unknown or form.total_state(outcome) == "?"
    if found:
        return words("comma").join(found)
    if not form.people_answered:
        return ""
    return words("not_known") if unknown else words.number(0)


def date_words(form: ReportForm, today: date) -> str:
    """The day in words, as sure as it is."""
    words, incident = theme.words, form.report.get("incident", {})
    if "date" not in incident:
        return ""
    day = form.day
    if day is None:
        return words("not_known")
    precision = incident.get("date_precision", 1)
    if precision == 4:
        months = words("date.months").split("|")
        return f"{months[day.month - 1]} {words.digits(str(day.year))}"
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
    return words("comma").join((said, words("time." + time).lower())) if time else said


def place_words(form: ReportForm) -> str:
    """The place, and the area when it is another name."""
    place = form.report.get("incident", {}).get("place", {})
    name, area = str(place.get("name", "")), str(place.get("adm1", ""))
    return theme.words("comma").join((name, area)) if name and area and name != area else name or area


def consent_words(form: ReportForm) -> str:
    """How many were answered in which way."""
    answers = [form.scope(scope) for scope in CONSENT_ASKED if form.asked(scope)]
    if not answers:
        return ""
    return theme.words("consent.line", yes=answers.count("yes"), no=answers.count("no"), later=answers.count("later"))


def line_words(form: ReportForm, step: str, today: date) -> str:
    """The value of one line of the slip; empty while it is open."""
    words = theme.words
    incident, source = form.report.get("incident", {}), form.report.get("source", {})
    if step == "told" and form.source_class:
        return words("told." + form.source_class)
    if step == "note":
        return str(form.report.get("note", ""))
    if not form.answered(step):
        return people_words(form) if step == "people" else ""
    if step == "what":
        return act_words(form.code)
    if step == "when":
        return date_words(form, today)
    if step == "where":
        return place_words(form)
    if step == "people":
        return people_words(form)
    if step == "children":
        mark = form.marks.get("children", "yes" if form.children_counted() else "unknown")
        return _yes_no(mark)
    if step == "concern":
        return _yes_no("yes" if incident.get("concern_s") else "no")
    if step == "actor":
        return words("actor." + ("none" if form.is_event else form.actor.get("class", "unknown")))
    if step == "ongoing":
        return _yes_no(form.marks.get("ongoing", "unknown"))
    if step == "need":
        return words("need." + incident["protection_needed"])
    return words.digits("") + f"{source.get('reliability', '')}{source.get('credibility', '')}"


def _yes_no(mark: str) -> str:
    return theme.words({"yes": "yes", "no": "no"}.get(mark, "not_known"))


def slip_lines(form: ReportForm, today: date) -> list[tuple[str, str, str]]:
    """Every line of the slip: question, label, value."""
    return [(step, theme.words("step." + step), line_words(form, step, today)) for step in STEPS]


def open_words(form: ReportForm) -> str:
    """The questions that are still open, for the second line of a draft."""
    words, missing = theme.words, form.missing()
    if not missing:
        return words("next.ready")
    names = words("comma").join(words("step." + step).lower() for step in missing[:3])
    return words("next.draft", what=names)


def title_words(form: ReportForm) -> tuple[str, str]:
    """Title and area of a draft in a list; a sensitive one shows neither."""
    if form.sensitive:
        return theme.words("row.sensitive"), ""
    title = act_words(form.code) or theme.words("row.untitled")
    return title, str(form.report.get("incident", {}).get("place", {}).get("adm1", ""))
