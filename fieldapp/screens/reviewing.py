"""What the review says: parts with their readers as sealing will grant them, and what stands in the way."""

from __future__ import annotations

from datetime import date

from fieldapp.flows.report_form import CONSENT_ASKED, OPTIONAL, TABLE_OUTCOMES, ReportForm
from fieldapp.flows.review import Review, review
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import summary
from fieldapp.screens.review import Block, Doubt, ReviewView
from fieldapp.widgets.theme import theme
from firsthand import assets
from firsthand.errors import Problem

PARTS = ("counts", "facts", "narrative", "identities", "attachments")
_COUNT_LINES = ("what", "people", "children")
_FACT_LINES = ("what", "when", "where", "people", "actor", "ongoing", "need", "concern", "told", "grade", "note")
# the question that a problem's path belongs to, first match wins
_STEP_OF = (
    ("incident.date", "when"),
    ("incident.time", "when"),
    ("incident.place", "where"),
    ("incident.protection", "need"),
    ("incident", "ongoing"),
    ("source.reliability", "grade"),
    ("source.credibility", "grade"),
    ("source", "told"),
    ("consent", "told"),
    ("basis", "told"),
    ("subject", "told"),
    ("note", "note"),
    ("events", "what"),
    ("event_", "people"),
)


def step_of(where: str) -> str:
    """The question where a problem can be mended."""
    if where.startswith("acts"):
        if ".actor" in where:
            return "actor"
        return "people" if ".counts" in where or ".totals" in where else "what"
    return next((step for prefix, step in _STEP_OF if where.startswith(prefix)), "")


def view_of(form: ReportForm, tablet: Tablet, today: date, error: tuple[str, str, str] | None) -> ReviewView:
    """The seal review of a form on a tablet."""
    found = review(form.sealable(), tablet)
    missing = form.missing()
    warnings = [Doubt(theme.words("step." + step), theme.words("review.open"), step, True) for step in missing]
    if not missing:
        warnings += [_warning(problem) for problem in found.problems if _worth_saying(problem)]
    title, area = summary.title_words(form)
    return ReviewView(
        context=theme.words("review.context"),
        blocks=blocks(form, found, today) or (whole(form, title, area, today),),
        warnings=tuple(warnings),
        unwritten=_unwritten(found),
        can_seal=not missing and found.can_seal,
        error=error,
    )


def _worth_saying(problem: Problem) -> bool:
    # that children were counted is already a line of the report
    return problem.blocking or problem.code != "child-counted"


def _warning(problem: Problem) -> Doubt:
    texts = assets.read_json(f"text/problems.{theme.language}.json")
    what, do = (*texts.get(problem.code, (problem.code, "")), "")[:2]
    return Doubt(what, do, step_of(problem.where), problem.blocking)


def _readers(found: Review, part: str) -> str:
    names = [
        theme.words("role." + group.role)
        for group in found.groups
        if part in group.parts and theme.words.has("role." + group.role)
    ]
    return theme.words("comma").join(names)


def blocks(form: ReportForm, found: Review, today: date) -> tuple[Block, ...]:
    """One block a part that somebody can open, in the order in which they are read."""
    made = []
    for part in PARTS:
        readers = _readers(found, part)
        if readers:
            tag = theme.words("review.tag", part=theme.words("part." + part), readers=readers)
            made.append(Block(tag, tuple(_lines(form, part, today))))
    return tuple(made)


def whole(form: ReportForm, title: str, area: str, today: date) -> Block:
    """Everything that is known while it is not yet a report."""
    lines = tuple((label, value) for _, label, value in summary.slip_lines(form, today) if value)
    return Block(" · ".join(part for part in (title, area) if part), lines)


def _lines(form: ReportForm, part: str, today: date) -> list[tuple[str, str]]:
    words = theme.words
    if part == "narrative":
        answers = words("comma").join(
            f"{scope} {words(form.scope(scope)).lower()}" for scope in CONSENT_ASKED if form.asked(scope)
        )
        return [(words("consent.title"), answers)] if answers else []
    steps = _COUNT_LINES if part == "counts" else _FACT_LINES if part == "facts" else ()
    lines = []
    for step in steps:
        value = summary.line_words(form, step, today)
        if step == "people":
            value = people_lines(form) or value
        if step == "grade" and value:
            letter, number = value[0], value[1:]
            value = f"{value}  {words('grade.' + letter)} {words('grade.' + number)}"
        if value and (step not in OPTIONAL or part == "facts"):
            lines.append((words("step." + step), value))
    return lines


def people_lines(form: ReportForm) -> str:
    """Every outcome with its range."""
    words, parts = theme.words, []
    for outcome in TABLE_OUTCOMES:
        figures = form.total(outcome) or form.table_sum(outcome)
        if figures is not None and (figures["best"] or figures["max"]):
            best, spread = summary.figures_words(figures)
            said = f"{best} {words('outcome.' + outcome).lower()}"
            parts.append(f"{said} ({spread})" if spread else said)
    return words("comma").join(parts)


def _unwritten(found: Review) -> str:
    if not found.unwritten:
        return ""
    return theme.words(
        "review.withheld", parts=theme.words("comma").join(theme.words("part." + part) for part in found.unwritten)
    )
