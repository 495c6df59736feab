"""The answers of each page of the record: which function draws which page, and the short questions themselves."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.widget import Widget

from fieldapp.flows.form.fields import PAGES
from fieldapp.flows.form.sections import SHORT
from fieldapp.flows.report_form import FLASH_OUTCOMES, NOTE_CHARS
from fieldapp.screens import acting, listpages, sourcing, summary, terms
from fieldapp.screens.asking import Asked, QuestionEvents, columns, tiles, yes_no
from fieldapp.screens.fieldpage import draw_fields, text_field
from fieldapp.screens.when_where import field_day, is_field_day, period, when
from fieldapp.screens.where_page import area, where
from fieldapp.widgets.boxes import gap
from fieldapp.widgets.numbers import Stepper, keys_below
from fieldapp.widgets.page import CareBox
from fieldapp.widgets.theme import theme

_OUTCOME_ICONS = {"killed": "user-minus", "injured": "first-aid", "abducted": "link", "displaced": "person-simple-walk"}


def draw(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The answers of the present question."""
    if is_field_day(asked.sub):
        return field_day(asked, on)
    own = _PAGES.get(asked.step)
    if own is not None:
        return own(asked, on)
    return _fields(asked, on)


def _fields(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """A page of fields; where nothing may be written the reason stands in its place."""
    closed = on.form.closed(asked.step) if asked.step in {"account", "words", "note"} else ""
    if closed:
        key = "note.closed" if asked.step == "note" else "record.closed." + closed
        return [CareBox("", theme.words(key), grave="care", icon="lock")]
    found: list[Widget] = []
    if asked.step == "words" and not on.form.needs_consent:
        found = [CareBox("", theme.words("record.words.public"), grave="good", icon="shield-check"), gap("m")]
    return [*found, *draw_fields(asked, on)]


def _people(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def changed(outcome: str) -> Callable[[int], None]:
        def change(by: int) -> None:
            form.step_total(outcome, by)
            on.change()

        return change

    def unknown(outcome: str) -> Callable[[], None]:
        def say() -> None:
            form.set_total(outcome, None)
            on.change()

        return say

    found: list[Widget] = acting.act_tabs(asked, on) if form.kind not in SHORT else []
    below = keys_below([words("outcome." + outcome) for outcome in FLASH_OUTCOMES])
    for outcome in FLASH_OUTCOMES:
        state, figures = form.total_state(outcome), form.total(outcome) or form.table_sum(outcome)
        value = words("not_known") if state == "?" else summary.figures_words(figures)[0]
        found.append(
            Stepper(
                words("outcome." + outcome),
                _OUTCOME_ICONS[outcome],
                value,
                not_known=state == "?",
                change=changed(outcome),
                unknown=unknown(outcome),
                below=below,
            )
        )
    return found


def _children(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        form.choose_children(code)
        on.change(advance=True)

    counted = form.children_counted()
    found: list[Widget] = []
    if counted:
        found += [CareBox("", words("children.counted", n=counted), grave="good", icon="users"), gap("m")]
    chosen = form.marks.get("children", "yes" if counted else "")
    return [*found, yes_no(chosen, pick, yes_second=words("children.yes.second"))]


def _concern(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words

    def pick(code: str) -> None:
        form.choose_concern(code)
        on.change(advance=code == "no")

    chosen = form.marks.get("concern", "")
    found: list[Widget] = [yes_no(chosen, pick, unknown=False)]
    if chosen == "yes":
        found += [gap("l"), CareBox("", words("concern.services"), grave="care", icon="first-aid-kit")]
    return found


def _ongoing(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    def pick(code: str) -> None:
        on.form.choose_ongoing(code)
        on.change(advance=True)

    return [yes_no(on.form.marks.get("ongoing", ""), pick)]


def _need(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    words = theme.words

    def pick(code: str) -> None:
        on.form.choose_need(code)
        on.change(advance=True)

    choices = [
        (code, words("need." + code), "")
        for code in ("medical", "evacuation", "patrol", "shelter", "water_food", "none")
    ]
    return [tiles(choices, str(on.form.incident.get("protection_needed", "")), pick, cols=columns())]


def _note(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    if form.sensitive:
        return [CareBox("", words("note.closed"), grave="care", icon="shield-check")]
    return [
        text_field(
            words("note.label"), str(form.report.get("note", "")), form.write_note, asked, on, path="note",
            limit=NOTE_CHARS, facts=True, part="facts",
        )
    ]  # fmt: skip


def _reason(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    (field, *_rest) = PAGES["reason"]

    def pick(code: str) -> None:
        on.form.put("coverage.reason", code)
        on.change(advance=True)

    choices = [(code, terms.label(field.list, code), "") for code in field.codes]
    return [tiles(choices, str(on.form.value("coverage.reason") or ""), pick, cols=columns())]


_PAGES: dict[str, Callable[[Asked, QuestionEvents], list[Widget]]] = {
    "what": acting.what,
    "acts": acting.acts,
    "act": acting.act,
    "victims": acting.victims,
    "victim": acting.victim,
    "actor": acting.actor,
    "unit": acting.unit,
    "when": when,
    "period": period,
    "where": where,
    "area": area,
    "reason": _reason,
    "people": _people,
    "children": _children,
    "concern": _concern,
    "ongoing": _ongoing,
    "need": _need,
    "told": sourcing.told,
    "grade": sourcing.grade,
    "note": _note,
    "damage": listpages.damage,
    "signs": listpages.signs,
    "responses": listpages.responses,
    "links": listpages.links,
    "names": listpages.names,
    "files": listpages.files,
}
