"""Plane geometry for drawing an invented country: clipping, rough lines, splitting a ring.

Standard library only. It knows points, lines and rings, and nothing of areas or reports. A ring is a list of
points whose last one is not the first again. All lines that two areas share are the same object of points, so
borders meet exactly: there is neither gap nor overlap to repair afterwards.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]
Ring = list[Point]
DECIMALS = 3  # about 110 m: finer than any border that anyone walked


def rounded(point: Point) -> Point:
    """To the precision of the files."""
    return (round(point[0], DECIMALS), round(point[1], DECIMALS))


def signed_area(ring: Sequence[Point]) -> float:
    """Twice-halved shoelace: positive when the ring turns left (counter-clockwise)."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def centroid(ring: Sequence[Point]) -> Point:
    """Centre of mass; of a bent ring it may lie outside."""
    area, x, y = signed_area(ring), 0.0, 0.0
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = a[0] * b[1] - b[0] * a[1]
        x += (a[0] + b[0]) * cross
        y += (a[1] + b[1]) * cross
    return (x / (6 * area), y / (6 * area))


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Even-odd rule; a point on the border may fall on either side."""
    inside = False
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (a[1] > point[1]) != (b[1] > point[1]):
            at = a[0] + (point[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            if point[0] < at:
                inside = not inside
    return inside


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Do the two pieces of line meet anywhere except at an end that they share?"""
    if {a, b} & {c, d}:
        return False
    first, second = _turn(a, b, c), _turn(a, b, d)
    third, fourth = _turn(c, d, a), _turn(c, d, b)
    return first * second <= 0 and third * fourth <= 0 and not first == second == 0


def edges(ring: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Its sides, the closing one included."""
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def clip_nearer(ring: Ring, seed: Point, other: Point) -> Ring:
    """The part of `ring` that is nearer to `seed` than to `other` (one step of a Voronoi cell)."""
    nx, ny = other[0] - seed[0], other[1] - seed[1]
    limit = (other[0] ** 2 + other[1] ** 2 - seed[0] ** 2 - seed[1] ** 2) / 2
    kept: Ring = []
    for a, b in edges(ring):
        da, db = nx * a[0] + ny * a[1] - limit, nx * b[0] + ny * b[1] - limit
        if da <= 0:
            kept.append(a)
        if (da < 0 < db) or (db < 0 < da):
            t = da / (da - db)
            kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return kept


def cell(outline: Ring, seed: Point, seeds: Iterable[Point]) -> Ring:
    """What of the outline is nearer to `seed` than to any other: its Voronoi cell."""
    ring = outline
    for other in seeds:
        if other != seed:
            ring = clip_nearer(ring, seed, other)
    return ring


def rough_line(a: Point, b: Point, rng: random.Random, *, sway: float, step: float) -> list[Point]:
    """A line from a to b that wanders like a river or a ridge: the middle is moved aside, again and again.

    Args:
        a: first point, kept as it is.
        b: last point, kept as it is.
        rng: seeded source.
        sway: how far the middle may move, as a share of the length.
        step: longest piece that is left straight, in degrees.
    """
    length = math.dist(a, b)
    if length <= step:
        return [a, b]
    shift = max(-sway, min(sway, rng.gauss(0, sway / 1.6)))
    middle = rounded(((a[0] + b[0]) / 2 - (b[1] - a[1]) * shift, (a[1] + b[1]) / 2 + (b[0] - a[0]) * shift))
    if middle in (a, b):
        return [a, b]
    left = rough_line(a, middle, rng, sway=sway, step=step)
    return left + rough_line(middle, b, rng, sway=sway, step=step)[1:]


def _cut_places(ring: Ring, share: float) -> list[tuple[float, int, int]]:
    """Pairs of corners whose chord cuts off about `share` of the ring, the best first."""
    n, whole = len(ring), abs(signed_area(ring))
    sums = [0.0]
    for a, b in edges(ring):
        sums.append(sums[-1] + a[0] * b[1] - b[0] * a[1])
    found = []
    for i in range(n):
        for j in range(i + 2, n):
            back = ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1]
            part = abs(sums[j] - sums[i] + back) / 2 / whole
            miss = min(abs(part - share), abs(1 - part - share))
            if miss < 0.12:
                found.append((math.dist(ring[i], ring[j]) * (1 + 4 * miss), i, j))
    return sorted(found)


def split_ring(ring: Ring, share: float, rng: random.Random, *, step: float) -> tuple[Ring, Ring]:
    """Cut a ring in two along a rough line between two of its own corners.

    Only corners that are there already are used, so the neighbours' borders stay true without being told.
    """
    for _cost, i, j in _cut_places(ring, share)[:400]:
        for sway in (0.2, 0.12, 0.05, 0.0):
            line = rough_line(ring[i], ring[j], rng, sway=sway, step=step)
            if _fits(ring, line):
                first = [*ring[i:j], *reversed(line[1:])]
                second = [*ring[j:], *ring[:i], *line[:-1]]
                return first, second
    raise ValueError("no line splits this ring")


def _fits(ring: Ring, line: list[Point]) -> bool:
    inner = line[1:-1] or [((line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2)]
    if set(line[1:-1]) & set(ring) or not all(contains(ring, point) for point in inner):
        return False
    pieces = list(pairwise(line))
    return not any(crosses(a, b, c, d) for a, b in pieces for c, d in edges(ring)) and simple(pieces)


def simple(pieces: Sequence[tuple[Point, Point]]) -> bool:
    """No piece of the line meets another one, except where they are joined."""
    return not any(crosses(*first, *second) for i, first in enumerate(pieces) for second in pieces[i + 1 :])


def split_into(ring: Ring, count: int, rng: random.Random, *, step: float) -> list[Ring]:
    """Two or three pieces of about the same size."""
    if count == 1:
        return [ring]
    small, rest = split_ring(ring, 1 / count, rng, step=step)
    if abs(signed_area(small)) > abs(signed_area(rest)):
        small, rest = rest, small
    return [small, *split_into(rest, count - 1, rng, step=step)]
