"""The scenario of training: it parses or is refused, and steps end only by what they name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import lessons
from firsthand import assets, errors


def test_shipped_scenario_has_its_steps_cases_and_words() -> None:
    """Six to eight steps; each step and case is told in every language; areas and acts exist."""
    scenario = lessons.load()
    assert 6 <= len(scenario.steps) <= 8
    assert {"begin:flash", "sealed:flash", "panic"} <= {event for step in scenario.steps for event in step.done}
    names = {case.adm1 for case in scenario.cases.values()}
    areas = {feature["properties"]["adm1"] for feature in assets.read_json("scenario/areas.geojson")["features"]}
    assert names <= areas
    assert {act for case in scenario.cases.values() for act in case.acts} <= set(assets.catalogue().acts)
    for language in assets.LANGUAGES:
        texts = assets.texts("training", language)
        for step in scenario.steps:
            assert {f"train.step.{step.id}", f"train.step.{step.id}.title"} <= set(texts)
        for case in scenario.cases:
            assert {f"train.case.{case}", f"train.case.{case}.title"} <= set(texts)


def test_steps_end_by_their_events_in_order_and_by_nothing_else() -> None:
    """Two events: the second does not count before the first."""
    scenario = lessons.parse(
        {
            "form": 1,
            "name": "n",
            "cases": [{"id": "c", "acts": [], "adm1": "x"}],
            "steps": [{"id": "a", "case": "c", "done": ["one", "two"]}, {"id": "b", "case": "c", "done": ["one"]}],
        }
    )
    lesson = lessons.Lesson(scenario)
    assert not lesson.saw("two")
    assert not lesson.saw("one")
    assert lesson.saw("two")
    assert lesson.step is not None
    assert lesson.step.id == "b"
    assert lesson.saw("one")
    assert lesson.step is None
    assert not lesson.saw("one")
    lesson.restart()
    assert (lesson.at, lesson.seen) == (0, 0)


@given(st.lists(st.sampled_from([event for step in lessons.load().steps for event in step.done] + ["else"])))
def test_no_order_of_events_leaves_the_steps(events: list[str]) -> None:
    """It only goes on, one step at a time, and stops at the end."""
    lesson = lessons.Lesson(lessons.load())
    for event in events:
        before = lesson.at
        ended = lesson.saw(event)
        assert lesson.at == before + ended
        assert lesson.at <= len(lesson.scenario.steps)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["steps", "cases", "form"]))
def test_anything_else_is_refused(value: Any, part: str) -> None:
    """One error, whatever stands in the file."""
    good = assets.read_json(lessons.FIRST)
    if value != good[part]:
        with pytest.raises(errors.Malformed):
            lessons.parse({**good, part: value})
    with pytest.raises(errors.Malformed):
        lessons.parse(value)


@pytest.mark.parametrize(
    "change",
    [
        {"steps": [{"id": "a", "case": "none", "done": ["x"]}]},
        {"steps": [{"id": "a", "case": "homes", "done": []}]},
        {"steps": [{"id": "a", "case": "homes", "done": ["x"]}] * 2},
        {"steps": []},
        {"form": 2},
    ],
)
def test_a_scenario_that_cannot_be_walked_is_refused(change: dict[str, Any]) -> None:
    """No case, no event, an id twice, no step, another form."""
    with pytest.raises(errors.Malformed):
        lessons.parse({**assets.read_json(lessons.FIRST), **change})
