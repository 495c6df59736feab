"""The table of people: outcomes as tabs, ages by sexes, the keypad at the thumb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import (
    CHILD_AGES,
    FIGURES,
    NO_STATUS,
    STATUSES,
    TABLE_AGES,
    TABLE_OUTCOMES,
    TABLE_SEXES,
    ReportForm,
    figures_fault,
)
from fieldapp.screens import terms
from fieldapp.screens.summary import figures_words
from fieldapp.widgets.boxes import Column, Row, Rule
from fieldapp.widgets.keys import Key
from fieldapp.widgets.numbers import Cell, Keypad, TripleField
from fieldapp.widgets.page import CareBox, Page, TopBar, hide_key, main_role, narrow
from fieldapp.widgets.tabs import tall_tabs
from fieldapp.widgets.text import Text, text_width
from fieldapp.widgets.theme import theme


@dataclass(frozen=True, slots=True)
class TableView:
    """Which cell is edited.

    Attributes:
        figure: "min", "best" or "max".
        context: title and place of the report, in the bar.
        status: whose cells the table shows and the keypad writes: civilians, fighters, or not known.
        choosing: the statuses stand where the keypad is.
    """

    outcome: str
    age: str
    sex: str
    figure: str
    context: str
    saved: str
    status: str = NO_STATUS
    choosing: bool = False


class TableEvents(Protocol):
    """What can be done in the table."""

    form: ReportForm

    def hide(self) -> None: ...
    def table_done(self) -> None: ...
    def pick_outcome(self, outcome: str) -> None: ...
    def pick_cell(self, age: str, sex: str) -> None: ...
    def pick_figure(self, figure: str) -> None: ...
    def digit(self, number: int) -> None: ...
    def erase(self) -> None: ...
    def not_known(self) -> None: ...
    def next_cell(self) -> None: ...
    def fill_up(self) -> None: ...
    def choose_status(self) -> None: ...
    def pick_status(self, status: str) -> None: ...
    def move_here(self) -> None: ...


def who_words(age: str, sex: str) -> str:
    """`Women, 18-59`."""
    words = theme.words
    kind = "unknown" if age == "unknown" else "child" if age in CHILD_AGES else "adult"
    return words(f"who.{sex}.{kind}", age=words.digits(words("age." + age)).lower())


def draw(view: TableView, on: TableEvents) -> Widget:
    """The screen."""
    words, form = theme.words, on.form
    bar = TopBar(
        words("table.title"),
        back=on.table_done,
        context=view.context,
        hide=on.hide,
        status=[Text(view.saved, role="second", tone="ink2", fit=True)],
    )
    tabs = []
    for outcome in TABLE_OUTCOMES:
        figures = form.table_sum(outcome) or form.total(outcome)
        number = (
            words("unknown_mark") if form.total_state(outcome) == "?" and figures is None else figures_words(figures)[0]
        )
        tabs.append((outcome, words("outcome." + outcome), number))
    top = _tabs(tabs, view.outcome, on)
    if narrow():
        keys = [
            Key(
                f"{word}  {number}",
                partial(on.pick_outcome, code),
                kind="filled" if code == view.outcome else "plain",
                height="tab_tall",
            )
            for code, word, number in tabs
        ]
        top = Column(*keys, space="s")
    grid = _grid(view, on, fill=not narrow())
    care = [*_layer(view, on), *_care(view, on)]
    foot = Row(hide_key(on.hide, tall=True), _next(view, on), space="m")
    if narrow():
        return Page(bar, reading=[top, grid, *care], thumb=_thumb(view, on), foot=[foot])
    side = BoxLayout(orientation="vertical", spacing=theme.space("m"), size_hint_x=None, width=theme.space("thumb"))
    for child in (*_thumb(view, on), foot):
        side.add_widget(child)
    read = BoxLayout(orientation="vertical", spacing=theme.space("m"))
    for child in (top, grid, *care):
        read.add_widget(child)
    m = theme.space("xl")
    body = BoxLayout(padding=[m, theme.space("l"), m, m], spacing=m)
    for child in (side, read) if theme.sides_swapped else (read, side):
        body.add_widget(child)
    page = BoxLayout(orientation="vertical")
    page.add_widget(bar)
    page.add_widget(body)
    return page


def _tabs(tabs: list[tuple[str, str, str]], chosen: str, on: TableEvents) -> Widget:
    """The outcomes beside each other, in as few rows as their words leave room for."""
    size = theme.type("second")

    def fits(part: list[tuple[str, str, str]]) -> bool:
        wide = sum(text_width(f"{word}  {number}", size, True, theme.rtl) for _, word, number in part)
        return wide <= theme.space("reading") - len(part) * (2 * theme.space("m") + theme.space("s"))

    for count in range(1, len(tabs)):
        a_row = -(-len(tabs) // count)
        parts = [tabs[at : at + a_row] for at in range(0, len(tabs), a_row)]
        if all(map(fits, parts)):
            break
    return Column(*(tall_tabs(part, chosen, on.pick_outcome) for part in parts), space="s")


def _next(view: TableView, on: TableEvents) -> Key:
    last = (view.age, view.sex) == (TABLE_AGES[-1], TABLE_SEXES[-1])
    words = theme.words
    return Key(
        words("table.done" if last else "table.next"),
        on.table_done if last else on.next_cell,
        kind="primary",
        icon="check" if last else "arrow-right",
        after=True,
        height="key_field",
        role=main_role(),
    )


def _thumb(view: TableView, on: TableEvents) -> list[Widget]:
    words, form = theme.words, on.form
    if view.choosing:
        return _statuses(view, on)
    cell = form.cell(view.outcome, view.age, view.sex, view.status)
    head = Column(
        *([] if _tight() else [Text(words("outcome." + view.outcome), role="second", tone="ink2")]),
        Text(who_words(view.age, view.sex), role="answer", bold=True),
    )
    fields = [
        TripleField(
            words("table." + name),
            words.number(cell[name]) if cell else words("not_filled"),
            active=name == view.figure,
            press=partial(on.pick_figure, name),
        )
        for name in FIGURES
    ]
    triple = Row(*fields, space="keypad_gap")
    pieces: list[Widget] = [head, _status_key(view, on), triple]
    if cell and figures_fault(cell):
        pieces.append(Text(words("table.order"), role="small", tone="care", bold=True))
    pieces.append(Keypad(on.digit, on.erase, on.not_known))
    return pieces


def _tight() -> bool:
    """Whether larger type leaves the keypad too little height: then what the filled tab says is not said again."""
    return theme.scale > 1 and not narrow()


def _status_key(view: TableView, on: TableEvents) -> Key:
    said = terms.label("statuses", view.status)
    second = "" if _tight() else theme.words("record.table.status")
    return Key(
        said, on.choose_status, second=second, second_role="small", icon="users", icon_size="small", align="start",
        pad="m", role="second",
    )  # fmt: skip


def _statuses(view: TableView, on: TableEvents) -> list[Widget]:
    """Each status with how many have it in this table; then the keypad comes back."""
    words, form = theme.words, on.form
    keys: list[Widget] = [
        Key(
            f"{terms.label('statuses', code)}  {figures_words(form.table_sum(view.outcome, code))[0]}",
            partial(on.pick_status, code),
            kind="chosen" if code == view.status else "plain",
            role="second",
            align="start",
            pad="m",
        )
        for code in STATUSES
    ]
    head = Text(words("record.table.status"), role="second" if _tight() else "answer", bold=True)
    say = [] if _tight() else [Text(words("record.table.status.say"), role="small", tone="ink2")]
    return [head, Column(*keys, space="s"), *say, *([] if narrow() else [Widget()])]


def _layer(view: TableView, on: TableEvents) -> list[Widget]:
    """What the table does not show just now: people of another status."""
    words, form = theme.words, on.form
    everyone, here = form.table_sum(view.outcome), form.table_sum(view.outcome, view.status)
    if everyone is None or everyone == here:
        return []
    said = terms.label("statuses", view.status)
    text = words("record.table.layer", status=said, n=here["best"] if here else 0, all=everyone["best"])
    open_row = form.table_sum(view.outcome, NO_STATUS)
    if view.status == NO_STATUS or open_row is None:
        return [CareBox("", text, grave="good", icon="users")]
    key = Key(words("record.table.move", n=open_row["best"]), on.move_here, height="key", fit=True)
    return [CareBox("", text, grave="good", icon="users", key=key)]


def _care(view: TableView, on: TableEvents) -> list[Widget]:
    words, form = theme.words, on.form
    short, total, table = form.short_of_total(view.outcome), form.total(view.outcome), form.table_sum(view.outcome)
    if not short or total is None or table is None:
        return []
    fields = {"n_total": total["best"], "n_table": table["best"]}
    if short > 0:
        key = Key(words("table.add", n=short), on.fill_up, height="key", fit=True)
        return [CareBox("", words("table.short", n=short, **fields), grave="care", key=key)]
    key = Key(words("table.take", n=table["best"]), on.fill_up, height="key", fit=True)
    return [CareBox("", words("table.over", **fields), grave="care", key=key)]


class _Shaded(BoxLayout):
    """A cell on the plane of sums."""

    def __init__(self, child: Widget) -> None:
        super().__init__()
        with self.canvas.before:
            Color(rgba=theme.colour("sheet"))
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)
        self.add_widget(child)

    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size


def _grid(view: TableView, on: TableEvents, *, fill: bool) -> Widget:
    words, form = theme.words, on.form
    head = [
        _sized(Text(words("table.age"), role="second", bold=True, tone="ink2"), 1.3),
        *(Text(words("table." + sex), role="second", bold=True, tone="ink2", align="center") for sex in TABLE_SEXES),
        Text(words("table.all"), role="second", bold=True, tone="ink2", align="center"),
    ]
    rows: list[Widget] = [Row(*head, space="", padding=[0, theme.space("xs")]), Rule(tone="ink", thick="rule")]
    for index, age in enumerate(TABLE_AGES):
        marked = age in CHILD_AGES and not narrow()
        label: list[Widget] = [Text(words.digits(words("age." + age)), role="second", bold=True, fit=marked)]
        if marked:
            label.append(Text(words("age.child_mark"), role="small", tone="ink2"))
        cells = [_cell(view, on, age, sex) for sex in TABLE_SEXES]
        total = _sum(form.sums(view.outcome, [(age, sex) for sex in TABLE_SEXES], view.status))
        rows.append(_line([_sized(Row(*label, pos_hint={"center_y": 0.5}), 1.3), *cells, _Shaded(total)], fill))
        rows.append(Rule() if index < len(TABLE_AGES) - 1 else Rule(tone="ink", thick="rule"))
    sums = [
        _Shaded(_sum(form.sums(view.outcome, [(age, sex) for age in (*TABLE_AGES, "child")], view.status)))
        for sex in TABLE_SEXES
    ]
    whole = _Shaded(_sum(form.table_sum(view.outcome, view.status)))
    label_all = Text(words("table.all"), role="body", bold=True)
    rows.append(_line([_sized(label_all, 1.3), *sums, whole], fill))
    if not fill:
        return Column(*rows)
    box = BoxLayout(orientation="vertical")
    for row in rows:
        box.add_widget(row)
    return box


def _sized(widget: Widget, share: float) -> Widget:
    widget.size_hint_x = share
    return widget


def _line(cells: list[Widget], fill: bool) -> Widget:
    line = BoxLayout()
    for cell in reversed(cells) if theme.rtl else cells:
        line.add_widget(cell)
    if not fill:
        line.size_hint_y = None
        line.height = theme.grown("cell") * (1.3 if narrow() else 1)
    return line


def _cell(view: TableView, on: TableEvents, age: str, sex: str) -> Widget:
    figures = on.form.cell(view.outcome, age, sex, view.status)
    best, spread = figures_words(figures)
    cell = Cell(
        best,
        spread,
        known=figures is not None,
        zero=figures is not None and figures["best"] == 0,
        active=(age, sex) == (view.age, view.sex),
        press=lambda: on.pick_cell(age, sex),
    )
    holder = BoxLayout(padding=[theme.space("cell_inset")] * 4)
    holder.add_widget(cell)
    return holder


def _sum(figures: dict[str, int] | None) -> Cell:
    best, spread = figures_words(figures)
    return Cell(best, spread, known=figures is not None, zero=False, active=False, press=None)
