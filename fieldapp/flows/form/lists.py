"""What comes in lists beside the acts: damage, early signals, responses, links, names."""

from __future__ import annotations

from fieldapp.flows.form.values import MAX_PEOPLE, Report, Values
from firsthand.domain import codes

MAX_RESPONSES, MAX_LINKS, MAX_SIGNALS = 6, 8, 40
PEOPLE_LISTS = {"victims": 60, "sources": 20, "perpetrators": 20}


class Lists(Values):
    """Lists of the report that have no rules of their own."""

    __slots__ = ()

    # -- damage ------------------------------------------------------------------------------------------------
    def damage(self, kind: str) -> int:
        """How many of a kind were damaged; 0 where nothing stands."""
        return next((int(row["count"]) for row in self.items("incident.damage") if row["kind"] == kind), 0)

    def step_damage(self, kind: str, by: int) -> None:
        """More or fewer."""
        count = min(max(self.damage(kind) + by, 0), MAX_PEOPLE)
        rows = {row["kind"]: row["count"] for row in self.items("incident.damage")} | {kind: count}
        found = [{"kind": each, "count": rows[each]} for each in codes.DAMAGE if rows.get(each)]
        self.report.setdefault("incident", {})
        self.put("incident.damage", found)

    # -- signals -----------------------------------------------------------------------------------------------
    @property
    def signals(self) -> list[str]:
        """Codes of the early signals that were seen."""
        return [str(code) for code in self.report.get("signals", ())]

    def toggle_signal(self, code: str) -> None:
        """Seen, or taken back."""
        chosen = set(self.signals) ^ {code}
        self.put("signals", [each for each in codes.SIGNALS if each in chosen][:MAX_SIGNALS])

    # -- responses ---------------------------------------------------------------------------------------------
    def add_response(self, by: str, what: str) -> int:
        """Who did what about it; its place, -1 when the list is full."""
        return self.add_item("responses", {"by": by, "what": what}, MAX_RESPONSES)

    # -- links -------------------------------------------------------------------------------------------------
    def link(self, report_id: str, kind: str) -> bool:
        """That another report belongs to this one; the same report again changes the kind."""
        links: list[Report] = self.items("links")
        for each in links:
            if each["report"] == report_id:
                each["kind"] = kind
                return True
        return self.add_item("links", {"report": report_id, "kind": kind}, MAX_LINKS) >= 0

    # -- names -------------------------------------------------------------------------------------------------
    def add_person(self, which: str) -> int:
        """One more name among `victims`, `sources` or `perpetrators`; it is empty until it is typed."""
        person: Report = {"certainty": "P0"} if which == "perpetrators" else {}
        self.report.setdefault("identities", {})
        return self.add_item(f"identities.{which}", person, PEOPLE_LISTS[which])

    def without_nameless(self) -> Report:
        """The identities as they can be sealed: without people of whom nothing was typed."""
        identities: Report = {**self.report.get("identities", {})}
        for which in PEOPLE_LISTS:
            people = [each for each in identities.get(which, ()) if set(each) - {"certainty"}]
            named = [each if each.get("name") else {**each, "name": "?"} for each in people]
            if named:
                identities[which] = named
            else:
                identities.pop(which, None)
        return identities
