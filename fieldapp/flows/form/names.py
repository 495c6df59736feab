"""What looks like a person in a text of the facts: what was found, and where it may go instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.flows.form.source import Source
from fieldapp.flows.form.values import Report
from firsthand.domain import casetext

BLOCKING = ("email", "phone", "document", "honorific")
MAX_SOURCES = 20
NAME_CHARS, CONTACT_CHARS = 120, 120
NAMELESS = "?"
_PLACES = "places"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A piece of a text that may name or reach somebody.

    Attributes:
        kind: `email`, `phone`, `document`, `honorific` or `name`.
        start, end: where it stands in the text.
        piece: what stands there.
    """

    kind: str
    start: int
    end: int
    piece: str

    @property
    def blocking(self) -> bool:
        """Whether the report cannot be sealed with it."""
        return self.kind in BLOCKING


class Names(Source):
    """Keeps names out of the facts, and puts them where only the custodian reads."""

    __slots__ = ()

    def known_places(self, areas: Iterable[str] = ()) -> frozenset[str]:
        """Words that the officer said are places, the report's own place, and names of the mission's areas."""
        place = self.report.get("incident", {}).get("place", {})
        own = {str(place[name]) for name in ("name", "adm1", "adm2", "adm3") if place.get(name)}
        return frozenset({*self.marks.get(_PLACES, "").split("|"), *own, *areas} - {""})

    def doubtful(self, text: str, areas: Iterable[str] = (), *, ask: bool = True) -> Doubtful | None:
        """The first thing in a text that may name somebody, what blocks before what asks; None for nothing.

        Args:
            ask: whether likely names are looked for too; names of places are asked about nowhere.
        """
        found = [
            Doubtful(each.kind, each.start, each.end, text[each.start : each.end])
            for each in casetext.findings(text, self.known_places(areas))
        ]
        return next((each for each in found if each.blocking), next(iter(found), None) if ask else None)

    def is_place(self, piece: str) -> None:
        """The officer says that it is a place; it is not asked again in this draft."""
        known = [word for word in self.marks.get(_PLACES, "").split("|") if word]
        word = piece.replace("|", " ").strip()
        if word and word not in known:
            self.marks[_PLACES] = "|".join([*known, word])

    def move_to_names(self, doubtful: Doubtful) -> bool:
        """Keep the piece among the names of sources, where C3 or a basis allows it; False where not."""
        if not self.names_allowed:
            return False
        people = self.items("identities.sources")
        if doubtful.kind in ("name", "honorific"):
            name = doubtful.piece.strip()[:NAME_CHARS]
            nameless = next((each for each in people if each.get("name") == NAMELESS), None)
            if nameless is not None:
                nameless["name"] = name
                return True
            return self.add_item("identities.sources", {"name": name}, MAX_SOURCES) >= 0
        contact = doubtful.piece.strip()[:CONTACT_CHARS]
        empty: Report | None = next((each for each in people if not each.get("contact")), None)
        if empty is not None:
            empty["contact"] = contact
            return True
        return self.add_item("identities.sources", {"name": NAMELESS, "contact": contact}, MAX_SOURCES) >= 0


def without(text: str, doubtful: Doubtful) -> str:
    """The text without the piece."""
    return " ".join((text[: doubtful.start] + " " + text[doubtful.end :]).split())
