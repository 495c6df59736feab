"""What the kinds of report of form 2 hold beside an incident: returns, speech logs, visits, links, responses.

Values only; re-exported by `model`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firsthand.domain.counts import Range


@dataclass(frozen=True, slots=True)
class Link:
    """Another report that belongs to this one.

    Attributes:
        report: its 16 bytes.
        kind: code of link_kinds.
    """

    report: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Response:
    """What somebody did about it, or did not do (`what` is `none`)."""

    by: str
    what: str
    date: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a nil return or an area out of reach: the incident's date is the period, its place the area.

    Attributes:
        reason: why it was out of reach, code of coverage_reasons; None for a nil return.
        since: EDTF, since when.
    """

    reason: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """What was said in public, by which kind of speaker; the words stand in the account.

    Attributes:
        station: programme or place, no name of a person.
        target: the group as the speech names it.
        call: what it calls for, code of speech_calls.
    """

    channel: str
    speaker_class: str
    station: str | None = None
    target: str | None = None
    call: str | None = None
    repeated: bool | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """People held in a place of detention; the parts may overlap (`children` holds `girls` and `boys`)."""

    total: Range
    women: Range | None = None
    girls: Range | None = None
    boys: Range | None = None
    children: Range | None = None

    def ranges(self) -> Iterator[tuple[str, Range]]:
        """Every figure with the name of its field."""
        for name in ("total", "women", "girls", "boys", "children"):
            people = getattr(self, name)
            if people is not None:
                yield name, people

    def counts_children(self) -> bool:
        """Whether a child is among those held."""
        return any(people.max > 0 for name, people in self.ranges() if name in {"girls", "boys", "children"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to a place of detention.

    Attributes:
        access: code of visit_access.
        private_talks: yes, no or partly.
        concerns: codes of visit_concerns.
        capacity: for how many the place was built.
    """

    access: str
    private_talks: str | None = None
    held: Held | None = None
    concerns: tuple[str, ...] = ()
    capacity: int | None = None
