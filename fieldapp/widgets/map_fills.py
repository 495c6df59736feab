"""The ground of a country as few meshes: corners are computed once for all zooms, and a matrix puts them into place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kivy.graphics import InstructionGroup, Mesh
from kivy.graphics.tesselator import Tesselator

from fieldapp.maps.drawing import Run
from fieldapp.maps.features import Country
from fieldapp.maps.view import Bounds

_CORNERS = 8_000  # in one mesh: small enough that what is not seen need not be drawn
_MOST_CORNERS = 60_000  # indices have 16 bits


@dataclass(frozen=True, slots=True)
class _Chunk:
    bounds: Bounds
    group: InstructionGroup


class Fills:
    """The largest areas of a country, filled. A group of instructions has one place, so each user makes its own."""

    def __init__(self, country: Country) -> None:
        bounds = country.bounds or (0.0, 0.0, 0.0, 0.0)
        self.x, self.y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        self._country = country
        self._chunks: list[_Chunk] | None = None

    def seen(self, part: Bounds) -> list[InstructionGroup]:
        """What touches a part of the unit square; coordinates are relative to `x`, `y`."""
        if self._chunks is None:
            self._chunks = list(self._cut())
        return [
            chunk.group
            for chunk in self._chunks
            if chunk.bounds[0] <= part[2]
            and part[0] <= chunk.bounds[2]
            and chunk.bounds[1] <= part[3]
            and part[1] <= chunk.bounds[3]
        ]

    def _cut(self) -> Iterable[_Chunk]:
        corners: list[float] = []
        indices: list[int] = []
        bounds: Bounds | None = None
        for area in self._country.areas:
            if area.level != self._country.top_level:
                continue
            for piece in area.pieces:
                for vertices in self._triangulated(piece):
                    if corners and len(corners) // 4 + len(vertices) // 4 > _CORNERS and bounds is not None:
                        yield _chunk(bounds, corners, indices)
                        corners, indices, bounds = [], [], None
                    start, count = len(corners) // 4, len(vertices) // 4
                    corners += vertices
                    indices += [start + index for at in range(1, count - 1) for index in (0, at, at + 1)]
                    bounds = area.bounds if bounds is None else _both(bounds, area.bounds)
        if indices and bounds is not None:
            yield _chunk(bounds, corners, indices)

    def _triangulated(self, piece: Sequence[Sequence[float]]) -> Iterable[Sequence[float]]:
        """Convex parts of a polygon with holes: x, y, u, v for each corner."""
        cutter = Tesselator()
        for ring in piece:
            cutter.add_contour([value - (self.y if at % 2 else self.x) for at, value in enumerate(ring)])
        if cutter.tesselate():
            for vertices, _order in cutter.meshes:
                if len(vertices) // 4 < _MOST_CORNERS:
                    yield vertices


def _chunk(bounds: Bounds, corners: list[float], indices: list[int]) -> _Chunk:
    group = InstructionGroup()
    group.add(Mesh(vertices=corners, indices=indices, mode="triangles"))
    return _Chunk(bounds, group)


def _both(one: Bounds, other: Bounds) -> Bounds:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def hairlines(runs: Iterable[Run]) -> list[Mesh]:
    """Very many borders as few meshes of the thinnest line: a thousand separate lines would hold up every frame."""
    made: list[Mesh] = []
    corners: list[float] = []
    indices: list[int] = []
    for run in runs:
        start, count = len(corners) // 4, len(run) // 2
        if start + count > _MOST_CORNERS:
            made.append(Mesh(vertices=corners, indices=indices, mode="lines"))
            corners, indices, start = [], [], 0
        for at in range(0, len(run), 2):
            corners += (run[at], run[at + 1], 0.0, 0.0)
        indices += [start + index for at in range(count - 1) for index in (at, at + 1)]
    if indices:
        made.append(Mesh(vertices=corners, indices=indices, mode="lines"))
    return made
