"""What was done, by whom, to whom: linked acts, events, and the people described without names."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fieldapp.flows.form.people import People
from fieldapp.flows.form.values import Report

SEPARATE_CHANNEL = "A413"
SENSITIVE_FAMILY, EVENT_FAMILY = "A4", "E"
MAX_ACTS, MAX_EVENTS, MAX_VICTIMS, MAX_LINKED = 12, 14, 60, 12
UNKNOWN_ACTOR = {"class": "unknown", "basis": "inference", "certainty": "P0", "level": "unknown"}


class Acts(People):
    """Acts and events of the report; `act_at` is the act at hand."""

    __slots__ = ()

    @property
    def acts(self) -> list[Report]:
        """Acts in their order."""
        return self.items("acts")

    @property
    def events(self) -> list[str]:
        """Codes of events."""
        return [str(code) for code in self.report.get("events", ())]

    @property
    def code(self) -> str:
        """The act at hand, else the first event; empty when nothing was chosen."""
        acts = self.acts
        if acts:
            return str(acts[self.act_at].get("code", ""))
        return self.events[0] if self.events else ""

    @property
    def is_event(self) -> bool:
        """Whether only events were chosen, which have no alleged actor."""
        return self.code.startswith(EVENT_FAMILY)

    @property
    def subject_age(self) -> str:
        """`child`, `adult`, `unknown` or empty."""
        return str(self.report.get("subject", {}).get("age_band", ""))

    @property
    def restricted(self) -> bool:
        """Whether an act of sexual violence stands in it: then no detail is written here."""
        return any(str(act.get("code", "")).startswith(SENSITIVE_FAMILY) for act in self.acts)

    # -- choosing ----------------------------------------------------------------------------------------------
    def choose_code(self, code: str) -> None:
        """The one act or event of a short record; what was counted stays counted."""
        _refuse(code)
        if len(self.acts) > 1 and not code.startswith(EVENT_FAMILY):
            self.acts[self.act_at]["code"] = code
            return
        counts, totals = self.counted("counts"), self.counted("totals")
        kept = {name: value for name, value in (self.acts[0] if self.acts else {}).items() if name not in _COUNTED}
        for name in ("acts", "events", "event_counts", "event_totals"):
            self.report.pop(name, None)
        if code.startswith(EVENT_FAMILY):
            self.report["events"] = [code]
            self.marks.setdefault("actor", "none")
        else:
            self.report["acts"] = [{**kept, "code": code}]
            if self.marks.get("actor") == "none":
                del self.marks["actor"]
        self.set_counted("counts", counts)
        self.set_counted("totals", totals)

    def add_code(self, code: str) -> bool:
        """One more act, with who did the one before, or one more event; False when there is no room."""
        _refuse(code)
        if not self.code:
            self.choose_code(code)
            return True
        if code.startswith(EVENT_FAMILY):
            if code in self.events or len(self.events) >= MAX_EVENTS:
                return False
            self.report["events"] = [*self.events, code]
            return True
        acts = self.acts
        act: Report = {"code": code}
        if acts and acts[-1].get("actor"):
            act["actor"] = deepcopy(acts[-1]["actor"])
        if not acts and self.events:
            self._events_to_act(act)
            return True
        at = self.add_item("acts", act, MAX_ACTS)
        if at >= 0:
            self.marks["act"] = str(at)
        return at >= 0

    def _events_to_act(self, act: Report) -> None:
        """What was counted under events goes on standing for the first act: people are counted once."""
        for kind in ("counts", "totals"):
            rows = self.report.pop(f"event_{kind}", None)
            if rows:
                act[kind] = rows
        self.report["acts"] = [act]
        self.marks["act"] = "0"
        if self.marks.get("actor") == "none":
            del self.marks["actor"]

    def take_act(self, at: int) -> None:
        """Go to another act."""
        if 0 <= at < len(self.acts):
            self.marks["act"] = str(at)

    def change_act(self, at: int, code: str) -> None:
        """Another code for an act; all else about it stays."""
        _refuse(code)
        if 0 <= at < len(self.acts) and not code.startswith(EVENT_FAMILY):
            self.acts[at]["code"] = code

    def drop_act(self, at: int) -> None:
        """One act less; what pointed at later ones points at the same ones still."""
        if not 0 <= at < len(self.acts):
            return
        self.drop_item("acts", at)
        for act in self.acts:
            follows = act.get("follows")
            if follows == at:
                del act["follows"]
            elif isinstance(follows, int) and follows > at:
                act["follows"] = follows - 1
        self._renumber_marks(at)
        self.marks["act"] = "0"

    def _renumber_marks(self, gone: int) -> None:
        kept: dict[str, str] = {}
        for name, value in self.marks.items():
            parts = name.split(".")
            if parts[0] != "total":
                kept[name] = value
                continue
            at = int(parts[1]) if len(parts) == 3 else 0
            if at != gone:
                at -= at > gone
                kept[f"total.{parts[-1]}" if at == 0 else f"total.{at}.{parts[-1]}"] = value
        self.marks = kept

    def drop_event(self, code: str) -> None:
        """One event less; what was counted for events goes with the last."""
        self.put("events", [each for each in self.events if each != code])
        if not self.events:
            self.report.pop("event_counts", None)
            self.report.pop("event_totals", None)

    def choose_follows(self, earlier: int | None) -> None:
        """That the act at hand came out of an earlier one of this report."""
        if earlier is None or earlier < self.act_at:
            self.put(f"acts.{self.act_at}.follows", earlier)

    # -- by whom -----------------------------------------------------------------------------------------------
    @property
    def actor(self) -> Report:
        """Fields of the alleged actor of the act at hand, so far."""
        acts = self.acts or [{}]
        found: Report = acts[self.act_at].get("actor", {})
        return found

    def choose_actor(self, kind: str) -> None:
        """The class of the alleged actor."""
        self.marks["actor"] = kind
        if self.is_event or not self.acts:
            return
        known = self.actor
        if kind == "unknown":
            actor: Report = {**known, **UNKNOWN_ACTOR}
        else:
            sure = known.get("certainty", "P1")
            level = known.get("level", "unknown")
            actor = {**known, "class": kind, "certainty": "P1" if sure == "P0" else sure, "level": level}
            if known.get("class") == "unknown":
                actor.pop("basis", None)
        self.acts[self.act_at]["actor"] = actor

    def choose_actor_basis(self, basis: str) -> None:
        """How the actor was recognised."""
        if self.acts:
            self.acts[self.act_at].setdefault("actor", {})["basis"] = basis

    def actor_answered(self) -> bool:
        """Whether each act says who is alleged and how they were recognised."""
        return all("class" in act.get("actor", {}) and "basis" in act["actor"] for act in self.acts)

    # -- to whom -----------------------------------------------------------------------------------------------
    @property
    def victims(self) -> list[Report]:
        """People and groups described without names."""
        return self.items("victims")

    def add_victim(self, unit: str = "person") -> int:
        """One more person or group, linked to the act at hand; its place, or -1 when the list is full."""
        taken = {str(each.get("key")) for each in self.victims}
        key = next(name for n in range(1, MAX_VICTIMS + 2) if (name := f"v{n}") not in taken)
        victim: Report = {"sex": "U", "age_band": "unknown"}
        if self.form > 1:
            victim |= {"key": key, "unit": unit}
        at = self.add_item("victims", victim, MAX_VICTIMS)
        if at >= 0 and self.acts and self.form > 1:
            self.toggle_victim(key)
        return at

    def drop_victim(self, at: int) -> None:
        """One less; acts no longer point at it."""
        if 0 <= at < len(self.victims):
            key = self.victims[at].get("key")
            self.drop_item("victims", at)
            for number in range(len(self.acts)):
                linked = self.acts[number].get("victims", [])
                self.put(f"acts.{number}.victims", [each for each in linked if each != key])

    def toggle_victim(self, key: str) -> None:
        """Whether the act at hand was done to this person or group."""
        at = self.act_at
        linked: list[Any] = list(self.acts[at].get("victims", []))
        linked = [each for each in linked if each != key] if key in linked else [*linked, key]
        self.put(f"acts.{at}.victims", linked[:MAX_LINKED])


_COUNTED = frozenset({"counts", "totals"})


def _refuse(code: str) -> None:
    if code == SEPARATE_CHANNEL:
        raise ValueError("this act is not recorded here")
