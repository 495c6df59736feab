"""Sensitive counts that may leave the focal point's desk: one week, areas down, subjects across, with totals. Pure.

A cell under 3 is not told, and 0, 1 and 2 look alike. As totals are told too, other cells and totals have to stay
untold with it (secondary suppression), so that nobody who has all the rest can work it out.

Theory. The table with its margins is a network: rows and columns are points, every cell, row total and column total
and the grand total an arc, and that the figures add up says that what flows into a point flows out of it. Somebody who
sees the told arcs can change untold ones only along closed ways of untold arcs; a cell is hidden exactly as far as
such ways can raise and lower it. For every cell under 3 we demand that it could be 0 and could be 3 as well, and for a
total under 3 that it could be 3. Where it could not, the cheapest way that makes it so is made untold (ways of least
sum, Dijkstra).

What is untold must not tell by its pattern either. The search never looks at the small figures: it takes each as 0,
and as 2 where it is to be lowered; so 0, 1 and 2 give one pattern, as long as the same totals are small. An untold
figure may be anything from 0 on for whoever looks: it is not told which are small and which were taken along.

Not done: nothing is told over several weeks, so there is no total between weeks to subtract. And a week is told once:
two tables of one week, with different figures untold, could be played against each other (see `releasing`).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LEAST = 3
ALL = "*"


class Place(NamedTuple):
    """A figure's place; `ALL` stands for the total over areas or subjects."""

    area: str
    subject: str


@dataclass(frozen=True, slots=True)
class Release:
    """One week as it may be told.

    Attributes:
        told: figures by place, totals included; a place that is not in it is not told.
        hidden: all other places.
    """

    told: Mapping[Place, int]
    hidden: frozenset[Place]


def release(counts: Mapping[Place, int], areas: Sequence[str], subjects: Sequence[str]) -> Release:
    """Suppress what must be.

    Args:
        counts: figures without totals; a place that is missing is 0.
        areas, subjects: all of them, also those without any figure: the shape tells nothing.
    """
    truth = _with_totals(counts, areas, subjects)
    small = sorted(place for place, figure in truth.items() if figure < LEAST)
    seen = _with_totals({place: truth[place] for place in truth if place not in small}, areas, subjects)
    hidden = set(small)
    for place in small:
        _protect(place, seen, hidden, LEAST, up=True)
        if ALL not in place:
            within = {Place(place.area, ALL), Place(ALL, place.subject), Place(ALL, ALL), place}
            lowered = {each: figure + (LEAST - 1) * (each in within) for each, figure in seen.items()}
            _protect(place, lowered, hidden, LEAST - 1, up=False)
    return Release({place: figure for place, figure in truth.items() if place not in hidden}, frozenset(hidden))


def _with_totals(counts: Mapping[Place, int], areas: Sequence[str], subjects: Sequence[str]) -> dict[Place, int]:
    flows = {Place(area, subject): counts.get(Place(area, subject), 0) for area in areas for subject in subjects}
    for area in areas:
        flows[Place(area, ALL)] = sum(flows[Place(area, subject)] for subject in subjects)
    for subject in subjects:
        flows[Place(ALL, subject)] = sum(flows[Place(area, subject)] for area in areas)
    flows[Place(ALL, ALL)] = sum(flows[Place(area, ALL)] for area in areas)
    return flows


# -- the network -------------------------------------------------------------------------------------------------
Point = tuple[str, str]  # ("row" | "column", name)


def _arc(place: Place) -> tuple[Point, Point]:
    """From where to where a figure flows. A row gives to its columns what its total brings in; and so on around."""
    row, column = ("row", place.area), ("column", place.subject)
    if (place.area == ALL) == (place.subject == ALL):
        return (row, column)
    return (column, row)


class _Step(NamedTuple):
    place: Place
    forward: bool
    to: Point


def _protect(place: Place, flows: Mapping[Place, int], hidden: set[Place], wanted: int, *, up: bool) -> None:
    """Make untold whatever is needed so that `place` could be more (up) or less by `wanted`, one after the other."""
    now = dict(flows)
    start, end = _arc(place)[::-1] if up else _arc(place)
    for _ in range(wanted):
        for step in _cheapest(start, end, place, now, flows, hidden):
            hidden.add(step.place)
            now[step.place] += 1 if step.forward else -1


def _cheapest(  # noqa: PLR0917 - a search and what it walks on
    start: Point, end: Point, without: Place, now: Mapping[Place, int], flows: Mapping[Place, int], hidden: set[Place]
) -> list[_Step]:
    """The way from start to end along arcs that can be changed, of least sum of figures that are not hidden yet."""
    steps = _steps(without, now)
    best, came = {start: 0}, dict[Point, tuple[Point, _Step]]()
    queue = [(0, start)]
    while queue:
        cost, point = heapq.heappop(queue)
        if point == end:
            break
        if cost > best[point]:
            continue
        for step in steps.get(point, ()):
            price = cost + (0 if step.place in hidden else flows[step.place] + 1)
            if price < best.get(step.to, price + 1):
                best[step.to], came[step.to] = price, (point, step)
                heapq.heappush(queue, (price, step.to))
    return list(_walk(end, start, came))


def _walk(point: Point, start: Point, came: Mapping[Point, tuple[Point, _Step]]) -> Iterator[_Step]:
    while point != start:
        point, step = came[point]
        yield step


def _steps(without: Place, now: Mapping[Place, int]) -> dict[Point, list[_Step]]:
    """Every arc forwards, and backwards while something flows that could be less."""
    found = dict[Point, list[_Step]]()
    for place, figure in now.items():
        if place == without:
            continue
        tail, head = _arc(place)
        found.setdefault(tail, []).append(_Step(place, True, head))
        if figure > 0:
            found.setdefault(head, []).append(_Step(place, False, tail))
    return found
