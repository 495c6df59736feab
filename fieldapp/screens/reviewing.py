"""What the review says: parts with their readers as sealing will grant them, and what stands in the way."""

from __future__ import annotations

from datetime import date

from fieldapp.flows.form.left_out import LeftOut, left_out
from fieldapp.flows.form.mending import step_of
from fieldapp.flows.form.sections import RETURNS, SHORT, outline, steps
from fieldapp.flows.report_form import CONSENT_ASKED, OPTIONAL, TABLE_OUTCOMES, ReportForm
from fieldapp.flows.review import Review, review
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import summary
from fieldapp.screens.review import Block, Doubt, ReviewView
from fieldapp.screens.sectionwords import part_of, section_words
from fieldapp.widgets.theme import theme
from firsthand import assets
from firsthand.errors import Problem

PARTS = ("counts", "facts", "narrative", "identities", "attachments")
_COUNT_LINES = ("what", "people", "children")
_FACT_LINES = ("what", "when", "where", "people", "actor", "ongoing", "need", "concern", "told", "grade", "note")
_RETURN_LINES = ("area", "period", "reason")
_SHOWN = 300  # letters of an account that the review shows; the rest is counted


def view_of(
    form: ReportForm, tablet: Tablet, today: date, error: tuple[str, str, str] | None, draft_id: bytes = b""
) -> ReviewView:
    """The seal review of a form on a tablet."""
    found = review(form.sealable(), tablet, draft_id)
    missing = form.missing()
    warnings = [Doubt(summary.step_name(step), theme.words("review.open"), step, True) for step in missing]
    if not missing:
        warnings += [_warning(problem, form.kind) for problem in found.problems if _worth_saying(problem)]
    title, area = summary.title_words(form)
    kept_out = left_words(left_out(form.sealable(), found, tablet.policy))
    return ReviewView(
        context=theme.words("review.context"),
        blocks=blocks(form, found, today) or (whole(form, title, area, today),),
        warnings=tuple(warnings),
        unwritten=_unwritten(found),
        left_out=kept_out,
        can_seal=not missing and found.can_seal,
        error=error,
    )


def _worth_saying(problem: Problem) -> bool:
    # that children were counted is already a line of the report
    return problem.blocking or problem.code != "child-counted"


def _warning(problem: Problem, kind: str) -> Doubt:
    what, do = assets.advice(problem.code, theme.language)
    return Doubt(what, do, step_of(problem.where, kind), problem.blocking)


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
            made.append(Block(tag, tuple(lines_of(form, part, today, len(found.attachments)))))
    return tuple(made)


def whole(form: ReportForm, title: str, area: str, today: date) -> Block:
    """Everything that is known while it is not yet a report."""
    lines = tuple((label, value) for _, label, value in summary.slip_lines(form, today) if value)
    return Block(" · ".join(part for part in (title, area) if part), lines)


def lines_of(form: ReportForm, part: str, today: date, files: int = 0) -> list[tuple[str, str]]:
    """What a part will say, as label and value."""
    match part:
        case "narrative":
            return _account_lines(form)
        case "identities":
            return _name_lines(form)
        case "attachments":
            return [(theme.words("record.section.files"), theme.words("record.n_files", n=files))] if files else []
        case "facts" if form.kind not in SHORT:
            return _section_lines(form, today)
    if form.kind in RETURNS:
        named = ((step, summary.line_words(form, step, today)) for step in _RETURN_LINES if step in steps(form.kind))
        return [(summary.step_name(step), value) for step, value in named if value]
    lines = []
    for step in _COUNT_LINES if part == "counts" else _FACT_LINES:
        value = summary.line_words(form, step, today)
        if step == "people":
            value = people_lines(form) or value
        if step == "grade" and value:
            letter, number = value[0], value[1:]
            value = f"{value}  {theme.words('grade.' + letter)} {theme.words('grade.' + number)}"
        if value and (step not in OPTIONAL or part == "facts"):
            lines.append((summary.step_name(step), value))
    return lines


def _section_lines(form: ReportForm, today: date) -> list[tuple[str, str]]:
    named = (
        (section, section_words(form, section, today))
        for section in outline(form.kind)
        if part_of(form, section) == "facts" and section != "files"
    )
    return [(theme.words("record.section." + section), said) for section, said in named if said]


def _account_lines(form: ReportForm) -> list[tuple[str, str]]:
    words = theme.words
    answers = words("comma").join(
        f"{scope} {words(form.scope(scope)).lower()}" for scope in CONSENT_ASKED if form.asked(scope)
    )
    lines = [(words("consent.title"), answers)] if answers else []
    for path in ("narrative.what_happened", "narrative.words_used.text", "narrative.words_used.translation"):
        text = str(form.value(path) or "")
        if text:
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({words('record.n_letters', n=len(text))})"
            lines.append((words("record.f." + path), shown))
    return lines


def _name_lines(form: ReportForm) -> list[tuple[str, str]]:
    words, lines = theme.words, []
    for which in ("sources", "victims", "perpetrators"):
        for person in form.items(f"identities.{which}"):
            said = words.join(str(person.get("name", "")), str(person.get("contact", "")))
            if said:
                lines.append((words("record.names." + which), said))
    safe = str(form.value("identities.safe_contact") or "")
    if safe:
        lines.append((words("record.f.identities.safe_contact"), safe))
    if "basis" in form.report and form.value("narrative.words_used.text"):
        lines.append((words("record.section.words"), str(form.value("narrative.words_used.text"))[:_SHOWN]))
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


def left_words(found: tuple[LeftOut, ...]) -> tuple[tuple[str, str], ...]:
    """Which attachment, and what of it is not written and why."""
    words = theme.words
    return tuple(
        (words("record.left.file", media=words("record.media." + each.media), n=each.number),
         words("record.left." + each.why))
        for each in found
    )  # fmt: skip


def _unwritten(found: Review) -> str:
    if not found.unwritten:
        return ""
    return theme.words(
        "review.withheld", parts=theme.words("comma").join(theme.words("part." + part) for part in found.unwritten)
    )
