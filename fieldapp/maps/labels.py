"""Which names are written where: the important ones first, none over another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # left, bottom, right, top


_SAME = 10  # heights of a line: a district and its capital of one name are named once


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that wants a place: its middle, its size, and its rank (0 first)."""

    text: str
    x: float
    y: float
    width: float
    height: float
    rank: int

    @property
    def box(self) -> Box:
        """The room that it takes."""
        return (
            self.x - self.width / 2,
            self.y - self.height / 2,
            self.x + self.width / 2,
            self.y + self.height / 2,
        )


def arranged(wishes: Iterable[Wish], room: Box, taken: Sequence[Box] = (), *, most: int = 60) -> list[Wish]:
    """The wishes that can be granted inside `room` without touching each other or what is `taken`."""
    granted: list[Wish] = []
    boxes = list(taken)
    for wish in sorted(wishes, key=lambda each: (each.rank, -each.width, each.text)):
        box = wish.box
        again = any(wish.text == other.text and _apart(wish, other) < _SAME * wish.height for other in granted)
        inside = box[0] >= room[0] and box[1] >= room[1] and box[2] <= room[2] and box[3] <= room[3]
        if inside and not again and not any(_overlap(box, other) for other in boxes):
            granted.append(wish)
            boxes.append(box)
            if len(granted) == most:
                break
    return granted


def _apart(one: Wish, other: Wish) -> float:
    return max(abs(one.x - other.x), abs(one.y - other.y))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
