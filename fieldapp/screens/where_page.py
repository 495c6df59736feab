"""Where: the area level by level, and within it five ways to a place; how close it is said to be."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kivy.uix.widget import Widget

from fieldapp.flows.form.sections import SHORT
from fieldapp.flows.form.where import PLACE_CHARS
from fieldapp.screens import places
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, columns, tiles
from fieldapp.screens.fieldpage import text_field
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.fields import LetterPad, TextField
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, line_below, narrow
from fieldapp.widgets.tabs import Tabs
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme

TILES = 9  # more than that on a page want narrower tiles
RADII_M = (100, 500, 2_000, 5_000, 25_000)
WORDS, LIST, CODE, MAP, HERE = "place", "list", "code", "map", "here"


def where(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The area, level by level, and the place within it."""
    form, words = on.form, theme.words
    place = form.report.get("incident", {}).get("place", {})
    first, second = str(place.get("adm1", "")), str(place.get("adm2", ""))

    def pick(level: str, following: str) -> Callable[[str], None]:
        def choose(name: str) -> None:
            if name:
                form.choose_area(level, name)
            on.turn(following)

        return choose

    if asked.sub in {LIST, CODE}:
        return [*_ways(asked, on), *(_list(asked, on) if asked.sub == LIST else _code(asked, on))]
    if asked.areas.tree and (not first or asked.sub == "adm1"):
        names = asked.areas.first()
        follow = "adm2" if any(asked.areas.second(name) for name in names) else WORDS
        return [_area_tiles(names, first, pick("adm1", follow)), *_other_ways(asked, on)]
    if asked.sub in {"adm2", "adm3"}:
        names = asked.areas.second(first) if asked.sub == "adm2" else asked.areas.third(first, second)
        follow = "adm3" if asked.sub == "adm2" else WORDS
        if names:
            choices = [*((n, places.said(n), "") for n in names), ("", words("where.not_sure"), "")]
            chosen = str(place.get(asked.sub, "-"))
            if asked.sub == "adm2":
                return [tiles(choices, chosen, _second_level(asked, on), cols=columns())]
            return [tiles(choices, chosen, pick("adm3", follow), cols=columns())]
    return _place(asked, on)


def area(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """The area of a nil return: one tap."""
    form, words = on.form, theme.words
    adm1 = str(form.place.get("adm1", ""))

    def choose(name: str) -> None:
        form.choose_area("adm1", name)
        on.change(advance=True)

    if asked.areas.tree:
        return [_area_tiles(asked.areas.first(), adm1, choose)]

    def typed(text: str) -> None:
        form.choose_area("adm1", text)

    return [
        text_field(
            words("where.area"),
            adm1,
            typed,
            asked,
            on,
            path="place.adm1",
            limit=PLACE_CHARS,
            facts=True,
            ask=False,
            part="facts",
        )
    ]


def _area_tiles(names: list[str], chosen: str, pick: Callable[[str], None]) -> Widget:
    cols = 2 if narrow() else 4 if len(names) > TILES else 3
    height = "key_field" if len(names) <= 16 else "key"
    return tiles([(n, places.said(n), "") for n in names], chosen, pick, cols=cols, height=height)


def _second_level(asked: Asked, on: QuestionEvents) -> Callable[[str], None]:
    def choose(name: str) -> None:
        if not name:
            on.turn(WORDS)
            return
        on.form.choose_area("adm2", name)
        adm1 = str(on.form.place.get("adm1", ""))
        on.turn("adm3" if asked.areas.third(adm1, name) else WORDS)

    return choose


# -- five ways in ------------------------------------------------------------------------------------------
def _can(asked: Asked, on: QuestionEvents) -> list[str]:
    """The ways that this machine and this version offer, for a kind that has time for them."""
    if on.form.kind in SHORT:
        return []
    ways = [WORDS]
    if asked.areas.tree:
        ways.append(LIST)
    ways += [way for way, need in ((CODE, "codes"), (MAP, "map"), (HERE, "position")) if need in asked.around.can]
    return ways if len(ways) > 1 else []


def _go(on: QuestionEvents, way: str) -> None:
    if way == MAP:
        on.open_map()
    elif way == HERE:
        on.take_position()
    else:
        on.turn(way)


def _ways(asked: Asked, on: QuestionEvents) -> list[Widget]:
    ways = _can(asked, on)
    if not ways:
        return []
    words = theme.words
    chosen = asked.sub if asked.sub in ways else WORDS
    if line_below():
        choices: list[Choice] = [(way, words("record.way." + way), "") for way in ways]
        return [tiles(choices, chosen, partial(_go, on), cols=2, height="key"), gap("m")]
    tabs = Tabs([(way, words("record.way." + way)) for way in ways], chosen, partial(_go, on), fit=False)
    return [tabs, gap("m")]


def _other_ways(asked: Asked, on: QuestionEvents) -> list[Widget]:
    ways = [way for way in _can(asked, on) if way != WORDS]
    if not ways:
        return []
    keys = [
        Key(theme.words("record.way." + way), partial(_go, on, way), height="key", fit=not narrow()) for way in ways
    ]
    line: Widget = Column(*keys, space="s") if narrow() else Row(*keys, Widget(), space="s")
    return [gap("l"), Text(theme.words("record.way.or"), role="second", tone="ink2", bold=True), gap("s"), line]


def _list(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Names of all levels, searched."""
    form, words = on.form, theme.words
    results = Column(space="s")

    def pick(code: str) -> None:
        for level, name in zip(("adm1", "adm2", "adm3"), code.split("|"), strict=False):
            form.choose_area(level, name)
        form.place["given_as"] = "gazetteer"
        on.turn(WORDS)

    def typed(text: str) -> None:
        on.search(text)
        results.clear_widgets()
        found = asked.areas.find(text)
        choices: list[Choice] = [
            ("|".join(path), places.said(path[-1]), " · ".join(map(places.said, path[:-1]))) for path in found
        ]
        if choices:
            results.add_widget(tiles(choices, "", pick, cols=columns(), height="key"))
        elif text.strip():
            results.add_widget(Text(words("record.where.none"), tone="ink2"))

    field = TextField(words("record.where.search"), asked.query, typed)
    typed(asked.query)
    return [field, gap("s"), LetterPad(field.input, []), gap("m"), results]


def _code(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """An MGRS or a Plus code, read back in large letters before it is used."""
    words = theme.words
    field = TextField(words("record.where.code"), asked.query, on.place_code)
    read = Key(words("record.where.read"), lambda: on.turn(CODE), kind="outline", height="key", fit=not narrow())
    pieces: list[Widget] = [field, gap("s"), Row(read, Widget()) if not narrow() else read]
    if asked.query and asked.around.found:
        use = Key(words("record.where.use"), on.use_found, kind="primary", height="key_field", fit=not narrow())
        said = Text(asked.around.found, role="heading", bold=True)
        pieces += [gap("m"), said, gap("m"), Row(use, Widget()) if not narrow() else use]
    elif asked.query:
        pieces += [gap("m"), CareBox("", words("record.where.unread"), grave="care")]
    return pieces


# -- the place in words ------------------------------------------------------------------------------------
def _place(asked: Asked, on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    place = form.report.get("incident", {}).get("place", {})
    found: list[Widget] = _ways(asked, on)
    if asked.areas.tree:
        path = [str(place[level]) for level in ("adm1", "adm2", "adm3") if place.get(level)]
        change = Key(
            words("where.change"), lambda: on.turn("adm1"), icon="map-pin", icon_size="small", fit=not narrow()
        )
        shown = Text(" · ".join(map(places.said, path)), role="row", bold=True)
        found.append(Column(shown, change, space="s") if narrow() else Row(shown, change))
    else:
        found.append(
            text_field(
                words("where.area"), str(place.get("adm1", "")), partial(form.choose_area, "adm1"), asked, on,
                path="place.adm1", limit=PLACE_CHARS, facts=True, ask=False,
            )
        )  # fmt: skip
    part = "narrative" if form.sensitive else "facts"
    found.append(
        text_field(
            words("where.place"), str(place.get("name", "")) if form.marks.get("place") == "typed" else "",
            form.name_place, asked, on, path="place.name", limit=PLACE_CHARS, facts=True, ask=False, part=part,
        )
    )  # fmt: skip
    if form.has_point:
        found += _point(on)

    def pick_precision(code: str) -> None:
        form.choose_place_precision(int(code))
        on.change()

    sure = [(code, words("where.p" + code), "") for code in "1234"]
    found += [
        gap("m"),
        Text(words("where.how"), role="second", tone="ink2", bold=True),
        gap("s"),
        tiles(sure, str(place.get("precision", "")), pick_precision, cols=2, height="key"),
        gap("m"),
        Text(words("where.blur"), role="second", tone="ink2"),
    ]
    return found


def _point(on: QuestionEvents) -> list[Widget]:
    form, words = on.form, theme.words
    place = form.place

    def drop() -> None:
        form.drop_point()
        on.change()

    def radius(code: str) -> None:
        form.choose_radius(0 if str(place.get("radius_m", "")) == code else int(code))
        on.change()

    said = Text(f"{place['lat']:.5f}  {place['lon']:.5f}", role="row", bold=True)
    out = Key(words("record.take_out"), drop, icon="x", icon_size="small", fit=True)
    pieces: list[Widget] = [gap("s"), Row(said, out)]
    if form.form > 1:
        choices: list[Choice] = [(str(metres), radius_words(metres), "") for metres in RADII_M]
        head = Text(words("record.where.radius"), role="second", tone="ink2", bold=True)
        line = tiles(choices, str(place.get("radius_m", "")), radius, cols=2 if narrow() else 5, height="key")
        pieces += [gap("s"), head, gap("s"), line]
    return pieces


def radius_words(metres: int) -> str:
    """`500 m`, `2 km`."""
    words = theme.words
    return words("record.km", n=metres // 1000) if metres >= 1000 else words("record.m", n=metres)
