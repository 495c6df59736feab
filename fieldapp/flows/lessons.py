"""A scenario of training: fictional cases, and steps that are done by doing them. Pure but for reading the asset.

Each step names what must be seen, in this order, before the next begins; the words stand in the texts under
`train.step.ID` and `train.case.ID`. Whoever shows the steps tells `Lesson` what the officer did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firsthand import assets, errors

FIRST = "training/first-day.json"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `done`: events in their order, such as `begin:flash`, `sealed:flash`, `hidden`, `back`."""

    id: str
    case: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A made-up event, and what a good record of it says.

    Attributes:
        kind: of the report that it asks for; empty where any will do.
        people: outcome -> (at least, at most) that the story tells.
    """

    id: str
    acts: tuple[str, ...]
    adm1: str
    kind: str = ""
    people: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in their order, and the cases that they speak of, by id."""

    name: str
    steps: tuple[Step, ...]
    cases: Mapping[str, Case]


@dataclass(slots=True)
class Lesson:
    """How far the officer has come in this session.

    Attributes:
        at: index of the present step; the number of steps once all are done.
        seen: how many of its events have been seen.
    """

    scenario: Scenario
    at: int = 0
    seen: int = field(default=0)

    @property
    def case(self) -> Case | None:
        """The case of the present step; None once all are done."""
        return self.scenario.cases[self.step.case] if self.step is not None else None

    @property
    def step(self) -> Step | None:
        """The present step; None once all are done."""
        return self.scenario.steps[self.at] if self.at < len(self.scenario.steps) else None

    def saw(self, event: str) -> bool:
        """Tell what the officer did; whether that ended the step."""
        step = self.step
        if step is None or event != step.done[self.seen]:
            return False
        self.seen += 1
        if self.seen < len(step.done):
            return False
        self.skip()
        return True

    def skip(self) -> None:
        """On to the next step."""
        self.at, self.seen = min(self.at + 1, len(self.scenario.steps)), 0

    def restart(self) -> None:
        """From the first step again."""
        self.at = self.seen = 0


def load(name: str = FIRST) -> Scenario:
    """The scenario of an asset.

    Raises:
        Malformed: it is none.
    """
    return parse(assets.read_json(name))


def parse(value: Any) -> Scenario:
    """A scenario out of its JSON.

    Raises:
        Malformed: a step without events, an id twice, or a case that is not told.
    """
    match value:
        case {"form": 1, "name": str(name), "steps": [*steps], "cases": [*cases]}:
            found = Scenario(name, tuple(map(_step, steps)), {case.id: case for case in map(_case, cases)})
        case _:
            raise errors.Malformed("scenario form")
    ids = [step.id for step in found.steps]
    if not ids or len(set(ids)) != len(ids) or len(found.cases) != len(cases):
        raise errors.Malformed("scenario ids")
    if any(step.case not in found.cases for step in found.steps):
        raise errors.Malformed("scenario case")
    return found


def _step(value: Any) -> Step:
    match value:
        case {"id": str(name), "case": str(case), "done": [str(), *_] as events} if all(
            isinstance(event, str) for event in events
        ):
            return Step(name, case, tuple(events))
    raise errors.Malformed("scenario step")


def _case(value: Any) -> Case:
    match value:
        case {"id": str(name), "acts": [*acts], "adm1": str(adm1)} if all(isinstance(act, str) for act in acts):
            kind, people = value.get("kind", ""), value.get("people", {})
            if isinstance(kind, str) and isinstance(people, dict):
                return Case(name, tuple(acts), adm1, kind, {outcome: _range(each) for outcome, each in people.items()})
    raise errors.Malformed("scenario case")


def _range(value: Any) -> tuple[int, int]:
    match value:
        case [int(low), int(high)] if 0 <= low <= high:
            return low, high
    raise errors.Malformed("scenario people")
