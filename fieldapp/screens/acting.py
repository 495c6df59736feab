"""What was done, by whom, to whom: the pick-list of acts, the acts builder, people and groups, alleged actors."""

from __future__ import annotations

from functools import partial

from kivy.uix.widget import Widget

from fieldapp.flows.form.picking import family_of, find_acts, worth_showing
from fieldapp.flows.form.sections import SHORT
from fieldapp.flows.report_form import SENSITIVE_FAMILY, SEPARATE_CHANNEL
from fieldapp.screens import fieldpage, summary
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, columns, even, tiles
from fieldapp.widgets.boxes import Column, Row, Rule, gap
from fieldapp.widgets.choices import CheckKey, Numbered
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, line_below, narrow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from firsthand import assets

ACTORS = (
    "armed_group",
    "pro_government_militia",
    "state_military",
    "state_police",
    "mob",
    "criminal",
    "foreign_forces",
    "unknown",
)
ACTORS_MORE = ("intelligence", "prison", "other_official", "private_security", "family_community")
_BASES = (
    "uniform",
    "self_identified",
    "known_personally",
    "told_by_others",
    "language",
    "vehicle",
    "territory",
    "document",
    "inference",
)
SEARCH = "search"


# -- the pick-list -----------------------------------------------------------------------------------------
def what(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Family, then act; a search over all of them; what was picked last."""
    form, words = on.form, theme.words
    if asked.sub == SEPARATE_CHANNEL:
        return [CareBox(words("what.a413.head"), words("what.a413"), grave="care")]
    if asked.sub == SEARCH:
        return _search(asked, on)

    def pick(code: str) -> None:
        if code == SEPARATE_CHANNEL:
            on.turn(SEPARATE_CHANNEL)
            return
        on.picked(code)

    current = _current(asked, on)
    if asked.sub:
        found: list[Widget] = []
        if asked.sub == SENSITIVE_FAMILY:
            found += [CareBox("", words("what.sensitive"), grave="care", icon="shield-check"), gap("m")]
        height = "key_field" if form.kind in SHORT else "key"
        return [*found, tiles(summary.act_choices(asked.sub), current, pick, cols=columns(), height=height)]
    search = Key(
        words("record.search"), partial(on.turn, SEARCH), icon="magnifying-glass", height="key", align="start",
        bold=False, pad="l",
    )  # fmt: skip
    recent = worth_showing(asked.around.recent, assets.catalogue())
    found = [tiles(summary.family_choices(), family_of(current), on.turn, cols=columns()), gap("m"), search]
    if recent:
        choices: list[Choice] = [(code, summary.act_words(code), "") for code in recent]
        head = Text(words("record.recent"), role="second", tone="ink2", bold=True)
        found += [gap("m"), head, gap("s"), tiles(choices, current, pick, cols=columns(), height="key")]
    return found


def _current(asked: Asked, on: QuestionEvents) -> str:
    """The code that stands where a pick would go; empty for one more act."""
    if on.form.kind in SHORT:
        return on.form.code
    acts = on.form.acts
    return str(acts[asked.item].get("code", "")) if 0 <= asked.item < len(acts) else ""


def _search(asked: Asked, on: QuestionEvents) -> list[Widget]:
    words = theme.words

    def pick(code: str) -> None:
        if code == SEPARATE_CHANNEL:
            on.turn(SEPARATE_CHANNEL)
            return
        on.picked(code)

    results = Column(space="s")

    def typed(text: str) -> None:
        on.search(text)
        results.clear_widgets()
        codes = find_acts(assets.catalogue(), text, theme.language)
        if codes:
            results.add_widget(
                tiles([(c, summary.act_words(c), "") for c in codes], "", pick, cols=columns(), height="key")
            )
        elif text.strip():
            results.add_widget(Text(words("record.search.none"), tone="ink2"))

    field = TextField(words("record.search.label"), asked.query, typed)
    pad = LetterPad(field.input, [])
    typed(asked.query)
    return [field, gap("s"), pad, gap("m"), results]


# -- the acts builder --------------------------------------------------------------------------------------
def acts(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Each act as one line of slots; then what else happened."""
    form, words = on.form, theme.words
    if not form.code:
        return what(asked, on)
    pieces: list[Widget] = []
    for number in range(len(form.acts)):
        pieces += [_act(number, on), Rule(), gap("m")]
    for code in form.events:
        drop = Key(words("record.take_out"), partial(_drop_event, on, code), icon="x", icon_size="small", fit=True)
        name = Column(
            Text(summary.act_words(code), role="body", bold=True),
            Text(words("record.event"), role="small", tone="ink2"),
        )
        pieces += [_beside(name, drop), Rule(), gap("m")]
    more = Key(words("record.add_act"), lambda: on.go("what", item=-1), kind="outline", icon="plus", height="key_field")
    return [*pieces, more]


def _drop_event(on: QuestionEvents, code: str) -> None:
    on.form.drop_event(code)
    on.change()


def _beside(main: Widget, *keys: Widget) -> Widget:
    return Column(main, Row(*keys, Widget(), space="s"), space="s") if line_below() else Row(main, *keys, space="s")


def _act(number: int, on: QuestionEvents) -> Widget:
    form, words = on.form, theme.words
    act = form.acts[number]

    def to(step: str, sub: str = "") -> None:
        form.take_act(number)
        on.go(step, sub, number)

    def drop() -> None:
        form.drop_act(number)
        on.change()

    title = Text(summary.act_words(str(act.get("code", ""))), role="body", bold=True)
    title.pos_hint = {"center_y": 0.5}
    head = Row(Numbered(words.number(number + 1)), title, space="m")
    keys: list[Widget] = [
        Key(words("record.change"), lambda: to("what"), icon="pencil-simple", icon_size="small", fit=True),
        Key(words("record.take_out"), drop, icon="x", icon_size="small", fit=True),
    ]
    slots = [
        (words("record.slot.who"), summary.actor_words(act), lambda: to("actor")),
        (words("record.slot.whom"), summary.whom_words(form, act), lambda: to("victims")),
        (words("record.slot.count"), summary.act_people_words(form, number), lambda: to("people")),
        (words("record.slot.more"), summary.act_more_words(act), lambda: to("act")),
    ]
    slot_keys = [
        Key(value or words("record.slot.open"), press, second=name, second_role="small", role="second", align="start",
            pad="m", kind="plain")
        for name, value, press in slots
    ]  # fmt: skip
    cols = 2 if narrow() else 4 if not line_below() else 2

    lines = Column(space="s")
    for at in range(0, len(slot_keys), cols):
        box = Row(*slot_keys[at : at + cols], space="s")
        even(box, slot_keys[at : at + cols])
        lines.add_widget(box)
    return Column(_beside(head, *keys), lines, space="s", padding=[0, 0, 0, theme.space("m")])


def act(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """More about one act: how many did it, with what, to whom, and what it came out of."""
    form, words = on.form, theme.words
    form.take_act(asked.item)
    found = fieldpage.draw_fields(asked, on)
    if form.form < 2:
        return found
    if form.act_at > 0:
        at = form.value(f"acts.{form.act_at}.follows")

        def follows(code: str) -> None:
            form.choose_follows(int(code) if code and str(at) != code else None)
            on.change()

        earlier: list[Choice] = [
            (str(n), f"{words.number(n + 1)} · {summary.act_words(str(form.acts[n]['code']))}", "")
            for n in range(form.act_at)
        ]
        head = Text(words("record.follows"), role="second", bold=True)
        found += [gap("l"), head, gap("s"), tiles(earlier, str(at), follows, cols=columns(), height="key")]
    if form.victims:
        found += [gap("l"), Text(words("record.done_to"), role="second", bold=True), gap("s"), _linked(on)]
    return found


def _linked(on: QuestionEvents) -> Widget:
    form = on.form
    linked = form.value(f"acts.{form.act_at}.victims") or []

    def toggle(key: str) -> None:
        form.toggle_victim(key)
        on.change()

    keys = [
        CheckKey(summary.victim_words(victim), partial(toggle, str(victim["key"])), chosen=victim["key"] in linked)
        for victim in form.victims
        if victim.get("key")
    ]
    return Column(*keys, space="s")


def act_tabs(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Which act a page is about, where there are several."""
    form, words = on.form, theme.words
    if len(form.acts) < 2:
        return []

    def take(code: str) -> None:
        form.take_act(int(code))
        on.go(asked.step, item=int(code))

    choices = [
        (str(n), words("record.act_n", n=n + 1) if len(form.acts) > 2 else summary.act_words(str(a.get("code", ""))))
        for n, a in enumerate(form.acts)
    ]
    title = Text(summary.act_words(form.code), role="second", tone="ink2")
    many = [title] if len(form.acts) > 2 else []
    if line_below():
        keys = [
            Key(word, partial(take, code), kind="filled" if code == str(form.act_at) else "plain")
            for code, word in choices
        ]
        return [Column(*keys, space="s"), gap("m")]
    return [Column(Tabs(choices, str(form.act_at), take, fit=False), *many, space="s"), gap("m")]


# -- people and groups -------------------------------------------------------------------------------------
def victims(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    """People and groups described without names, one line each."""
    form, words = on.form, theme.words

    def add(unit: str) -> None:
        at = form.add_victim(unit)
        if at >= 0:
            on.go("victim", item=at)

    def drop(at: int) -> None:
        form.drop_victim(at)
        on.change()

    pieces: list[Widget] = []
    for number, victim in enumerate(form.victims):
        said = summary.victim_words(victim)
        key = Key(
            said, partial(on.go, "victim", "", number), icon="users" if summary.is_group(victim) else "user-circle",
            align="start", second=summary.victim_more_words(victim), second_role="small",
        )  # fmt: skip
        out = Key("", partial(drop, number), icon="x", icon_size="small", width="key", pad="s")
        out.word_text = words("record.take_out")
        pieces += [Row(key, out, space="s"), gap("s")]
    keys = [
        Key(words("record.add_person"), partial(add, "person"), icon="user-circle", height="key_field"),
    ]
    if form.form > 1:
        keys.append(Key(words("record.add_group"), partial(add, "group"), icon="users-three", height="key_field"))
    note = CareBox("", words("record.victims.note"), grave="good", icon="shield-check")
    return [*pieces, gap("s"), Column(*keys, space="m") if narrow() else Row(*keys), gap("l"), note]


def victim(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """One person or group."""
    return fieldpage.draw_fields(asked, on)


# -- by whom -----------------------------------------------------------------------------------------------
def actor(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The class of the alleged actor, then how it was recognised."""
    form, words = on.form, theme.words
    if not form.acts:
        key = "actor.none_needed" if form.is_event else "record.actor.no_act"
        return [CareBox("", words(key), grave="good", icon="check-circle")]

    def pick(code: str) -> None:
        if code == "more":
            on.turn("more")
            return
        form.choose_actor(code)
        if code == "unknown":
            on.change(advance=True)
        else:
            on.turn("basis")

    def pick_basis(code: str) -> None:
        form.choose_actor_basis(code)
        on.change(advance=True)

    tabs = act_tabs(asked, on) if form.kind not in SHORT else []
    chosen = str(form.actor.get("class", ""))
    if asked.sub == "basis":
        bases: list[Choice] = [(code, words("ident." + code), "") for code in _BASES]
        return [*tabs, tiles(bases, str(form.actor.get("basis", "")), pick_basis, cols=columns())]
    kinds = ACTORS_MORE if asked.sub == "more" else ACTORS
    choices: list[Choice] = [(code, words("actor." + code), "") for code in kinds]
    if asked.sub != "more":
        choices.append(("more", words("rec.more"), words("actor." + chosen) if chosen in ACTORS_MORE else ""))
    return [*tabs, tiles(choices, chosen, pick, cols=columns())]


def unit(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The unit as described, and how sure it is that it was them."""
    if not on.form.acts:
        return [CareBox("", theme.words("record.actor.no_act"), grave="good", icon="check-circle")]
    return [*act_tabs(asked, on), *fieldpage.draw_fields(asked, on)]
