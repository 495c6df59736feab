"""Pages of fields: each field is a line with its name and answer; the open one shows its choices or its numbers.

Fields of one reader stand together under the tag that names the reader. Text fields are always open, because a
hand on a keyboard does not want to open them first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from kivy.uix.widget import Widget

from fieldapp.flows.form import fields as form_fields
from fieldapp.flows.form.fields import FACTS, Field
from fieldapp.flows.form.values import FIGURES
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import terms
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, even, part_tag, tiles
from fieldapp.screens.doubt import check_first, watching
from fieldapp.screens.summary import figures_words
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.choices import CheckKey, FieldRow, OpenField
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.numbers import Keypad, TripleField
from fieldapp.widgets.page import line_below, narrow
from fieldapp.widgets.rows import Tag
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

_LONG = 12  # letters from which a choice wants a wider tile
_PROSE_LINES = {2000: 7, 300: 3, 200: 3}
_DAY = timedelta(days=1)
ALL_OPEN = 3  # a page with so few fields shows all of them open


def path_of(field: Field, asked: Asked) -> str:
    """Where the answer to a field of the present page stands."""
    if asked.step in ("person", "suspect"):
        return f"identities.{asked.sub}.{asked.item}.{field.path}"
    return field.at(asked.item)


def draw_fields(asked: Asked, on: QuestionEvents, *, tags: bool = True) -> list[Widget]:
    """All fields of a page that may be filled in this report; without `tags` the page itself says who reads them."""
    found = on.form.fields(asked.step)
    found = tuple(each for each in found if _wanted(each, asked, on))
    # a number wants the keypad to itself, so it never stands open among others
    open_all = len(found) == 1 or (len(found) <= ALL_OPEN and not any(each.numeric for each in found))
    pieces: list[Widget] = []
    part = ""
    for each in found:
        here = on.form.part_of(each)
        if here != part and tags:
            pieces += [gap("m")] if part else []
            pieces.append(_group(part_tag(asked.around, here)))
        part = here
        pieces += _field(each, asked, on, following=_next_empty(each, found, asked, on), open_all=open_all)
    return pieces


def _wanted(field: Field, asked: Asked, on: QuestionEvents) -> bool:
    """How many people there are is asked of groups only."""
    if field.key != "victims.people":
        return True
    return str(on.form.value(f"victims.{asked.item}.unit") or "person") != "person"


def _group(tag: str) -> Widget:
    if line_below():
        return Column(Text(tag, role="small", bold=True, tone="ink2"), padding=[0, 0, 0, theme.space("s")])
    return Row(Tag(tag), Widget(), padding=[0, 0, 0, theme.space("s")])


def _next_empty(field: Field, found: Sequence[Field], asked: Asked, on: QuestionEvents) -> str:
    """The path of the next field that has no answer: after a choice it opens by itself."""
    after = found[found.index(field) + 1 :]
    for each in after:
        path = path_of(each, asked)
        if not each.written and on.form.value(path) is None:
            return path
    return ""


def name_of(field: Field) -> str:
    """The words of a field."""
    return theme.words("record.f." + field.key)


def value_words(field: Field, value: object) -> str:
    """An answer in words; empty where there is none."""
    words = theme.words
    match field.kind:
        case "one" if isinstance(value, str):
            return terms.label(field.list, value)
        case "many" if isinstance(value, list):
            return words("comma").join(terms.label(field.list, str(code)) for code in value)
        case "flag" if isinstance(value, bool):
            return words("yes" if value else "no")
        case "number" if isinstance(value, int):
            return words.number(value)
        case "range" if isinstance(value, dict):
            best, spread = figures_words(value)
            return f"{best} ({spread})" if spread else best
        case "date" if isinstance(value, str) and value:
            return words.long_day(date.fromisoformat(value)) if len(value) == 10 else words.digits(value)
    return str(value) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class _Open:
    """A field that is open: where it stands, and the field that opens after an answer."""

    field: Field
    path: str
    asked: Asked
    on: QuestionEvents
    following: str

    @property
    def value(self) -> Any:
        """What stands in it."""
        return self.on.form.value(self.path)

    def answer(self, value: Any) -> None:
        """Put an answer, or take the same one back, and go on to the next field."""
        same = value == self.value
        form_fields.answer(self.on.form, self.field, self.path, None if same else value)
        self.on.open_field(self.path if same else self.following)


def _field(field: Field, asked: Asked, on: QuestionEvents, *, following: str, open_all: bool) -> list[Widget]:
    opened = _Open(field, path_of(field, asked), asked, on, following)
    if field.written:
        return _written(field, opened.path, asked, on)
    if not open_all and asked.active != opened.path:
        return [FieldRow(name_of(field), value_words(field, opened.value), partial(on.open_field, opened.path))]
    body = _BODIES.get(field.kind, _numbers)(opened)
    hint = _hint(field, opened.value)
    head = Text(name_of(field), role="second", bold=True)
    said = [Text(hint, role="second", tone="ink2")] if hint else []
    return [OpenField(head, *said, body, space="s", padding=[0, theme.space("m")])]


def _hint(field: Field, value: object) -> str:
    if isinstance(value, str) and field.kind == "one" and field.list:
        found = terms.hint(field.list, value)
        if found:
            return found
    key = "record.h." + field.key
    return theme.words(key) if theme.words.has(key) else ""


def columns_for(words: Sequence[str]) -> int:
    """How many tiles stand beside each other, by their longest word."""
    if narrow():
        return 2
    longest = max((len(word) for word in words), default=0)
    return 2 if longest > 3 * _LONG else 3 if longest > _LONG or line_below() else 4


def _one(opened: _Open) -> Widget:
    field = opened.field
    choices: list[Choice] = [(code, terms.label(field.list, code), "") for code in field.codes]
    cols = columns_for([word for _, word, _ in choices])
    return tiles(choices, str(opened.value or ""), opened.answer, cols=cols, height="key")


def _flag(opened: _Open) -> Widget:
    words, value = theme.words, opened.value
    chosen = "" if value is None else "yes" if value else "no"
    choices: list[Choice] = [("yes", words("yes"), ""), ("no", words("no"), "")]
    return tiles(choices, chosen, lambda code: opened.answer(code == "yes"), cols=columns_for(["yes"]), height="key")


def _many(opened: _Open) -> Widget:
    field, form = opened.field, opened.on.form

    def pick(code: str) -> None:
        form_fields.answer(form, field, opened.path, form_fields.toggled(form, opened.path, code))
        opened.on.change()

    return checks([(code, terms.label(field.list, code)) for code in field.codes], opened.value or [], pick)


def checks(choices: Sequence[tuple[str, str]], chosen: Sequence[str], pick: Callable[[str], None]) -> Widget:
    """Any of several, each with a tick of its own."""
    cols = columns_for([word for _, word in choices])
    grid = Column(space="s")
    for at in range(0, len(choices), cols):
        row = [CheckKey(word, partial(pick, code), chosen=code in chosen) for code, word in choices[at : at + cols]]
        box = Row(*row, *(Widget() for _ in range(cols - len(row))), space="s")
        even(box, row)
        grid.add_widget(box)
    return grid


def _date(opened: _Open) -> Widget:
    words, value, today = theme.words, str(opened.value or ""), opened.asked.today

    def pick(code: str) -> None:
        if code == "month":
            opened.on.turn("month:" + opened.path)
        else:
            opened.answer(code)

    choices: list[Choice] = [
        (today.isoformat(), words("date.today"), words.day(today, weekday=True)),
        ((today - _DAY).isoformat(), words("date.yesterday"), words.day(today - _DAY, weekday=True)),
        ((today - 2 * _DAY).isoformat(), words.day(today - 2 * _DAY, weekday=True), ""),
    ]
    shown = {code for code, _, _ in choices}
    other = value_words(opened.field, value) if value and value not in shown else ""
    choices.append(("month", words("when.earlier"), other))
    return tiles(choices, "month" if other else value, pick, cols=2 if narrow() else 4, height="key")


def _numbers(opened: _Open) -> Widget:
    words, value, path, on = theme.words, opened.value, opened.path, opened.on
    active = opened.asked.active == path
    if opened.field.kind == "number":
        shown = words.number(value) if isinstance(value, int) else words("not_filled")
        name = name_of(opened.field)
        boxes: list[Widget] = [TripleField(name, shown, active=active, press=partial(on.open_field, path)), Widget()]
    else:
        boxes = [
            TripleField(
                words("table." + figure),
                words.number(value[figure]) if value else words("not_filled"),
                active=active and opened.asked.figure == figure,
                press=partial(on.open_field, path, figure),
            )
            for figure in FIGURES
        ]
    pieces: list[Widget] = [Row(*boxes, space="keypad_gap")]
    if isinstance(value, dict) and not value["min"] <= value["best"] <= value["max"]:
        pieces.append(Text(words("table.order"), role="small", tone="care", bold=True))
    if active and narrow():
        pieces.append(keypad(on))
    return Column(*pieces, space="s")


_BODIES: dict[str, Callable[[_Open], Widget]] = {"one": _one, "flag": _flag, "many": _many, "date": _date}


def keypad(on: QuestionEvents) -> Widget:
    """The keypad of the open number."""
    return Keypad(on.type_digit, on.type_erase, on.type_unknown, rows_fill=False)


def open_number(asked: Asked, form: ReportForm) -> Field | None:
    """The field that digits go to; None where none is open."""
    for each in form.fields(asked.step):
        if each.numeric and path_of(each, asked) == asked.active:
            return each
    return None


def _written(field: Field, path: str, asked: Asked, on: QuestionEvents) -> list[Widget]:
    words, facts = theme.words, on.form.part_of(field) == FACTS
    text = str(on.form.value(path) or "")
    if field.path == "note" and asked.step == "note" and on.form.sensitive:
        return []

    def write(typed: str) -> None:
        form_fields.answer(on.form, field, path, typed)

    lines = _PROSE_LINES.get(field.limit, 3) if field.kind == "prose" else 1
    return [
        text_field(
            name_of(field), text, write, asked, on, path=path, limit=field.limit, lines=lines, facts=facts,
            hint=words("record.h." + field.key) if words.has("record.h." + field.key) else "",
        )
    ]  # fmt: skip


def text_field(
    label: str,
    text: str,
    write: Callable[[str], None],
    asked: Asked,
    on: QuestionEvents,
    *,
    path: str,
    limit: int,
    lines: int = 1,
    facts: bool = False,
    ask: bool = True,
    hint: str = "",
    part: str = "",
) -> Widget:
    """A labelled text with our own letters under it; texts of the facts are looked at as they are typed.

    Args:
        part: the tag to show beside the label, where the page does not group by readers.
        ask: whether likely names are asked about.
    """

    def typed(new: str) -> None:
        if facts:
            watching(asked, on, write, ask=ask)(field, new)
        else:
            write(new)
            on.quiet_change()

    field = TextField(label, text, typed, limit=limit, lines=lines)
    if facts:
        check_first(field, on.form, asked, on, ask=ask)
    open_here = asked.letters and asked.active in ("", path)
    letters = Key(
        theme.words("unlock.letters"), partial(on.letters, path), icon="note-pencil", icon_size="small", fit=True,
        kind="filled" if open_here else "plain",
    )  # fmt: skip
    pieces: list[Widget] = [_group(part_tag(asked.around, part))] if part else []
    pieces.append(field)
    if open_here:
        pieces.append(LetterPad(field.input, []))
    said = [Text(hint, role="second", tone="ink2")] if hint else [Widget()]
    pieces.append(Column(*said, Row(letters, Widget()), space="s") if line_below() and hint else Row(*said, letters))
    return Column(*pieces, space="s", padding=[0, theme.space("s"), 0, theme.space("m")])
