"""Likely names: what is found and what is not asked about, and that no text breaks it or shifts its marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.domain import names
from firsthand.domain.casetext import findings

DATA = Path(__file__).resolve().parents[1] / "data" / "names"
RECALL, FALSE_ALARMS = 0.95, 0.10


def sentences(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def asked(sentence: dict[str, Any]) -> list[str]:
    text = sentence["text"]
    return [text[start:end] for start, end in names.likely(text, frozenset(sentence["places"]))]


def test_of_300_sentences_in_four_languages_enough_names_are_found_and_few_others_asked_about() -> None:
    """A name counts as found when what is marked is in it, or holds it."""
    held_out = sentences("held_out.jsonl")
    assert len(held_out) == 300
    assert {each["lang"] for each in held_out} == {"en", "fr", "ar", "sw"}
    named = [each for each in held_out if each["name"]]
    others = [each for each in held_out if not each["name"]]
    found = [each for each in named if any(part in each["span"] or each["span"] in part for part in asked(each))]
    alarms = [each for each in others if asked(each)]
    assert len(found) / len(named) >= RECALL
    assert len(alarms) / len(others) <= FALSE_ALARMS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A woman named Hawa waited at the roadblock.", "Hawa"),
        ("Le corps de Dunia Kalombe a été trouvé.", "Dunia Kalombe"),
        ("Walimkamata Baruani jana.", "Baruani"),
        ("قال المدعو كريم إن الطريق مغلق.", "كريم"),
        ("They met J. Karume there.", "J. Karume"),
    ],
)
def test_a_name_is_marked_where_it_stands(text: str, name: str) -> None:
    marked = [text[start:end] for start, end in names.likely(text)]
    assert any(name in each or each in name for each in marked)


@pytest.mark.parametrize(
    "text",
    [
        "The market of Delela burned on Monday.",
        "Les hommes de la MONUSCO sont partis en novembre.",
        "Watu wa Kijiji cha Delela walikimbia.",
        "غادر السكان قرية دليلا يوم الاثنين.",
        "23 homes burned before dawn, 200 fled; new barrier on the ford road",
    ],
)
def test_places_days_and_bodies_are_not_asked_about(text: str) -> None:
    assert names.likely(text, frozenset({"Delela", "دليلا"})) == ()


_letters = st.text(max_size=80) | st.text(alphabet="aA éÉßİı.,' ’-\u200f\u0301عبدالله بن محمد\n", max_size=80)


@given(_letters)
def test_marks_stand_in_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for start, end in names.likely(text):
        assert last <= start < end <= len(text)
        last = end


@given(_letters, st.sampled_from(["Delela", "محمد", "İstan"]))
def test_what_is_typed_after_a_sentence_changes_nothing_in_it(text: str, more: str) -> None:
    whole = text.replace("\n", " ") + ".\n"
    assert [span for span in names.likely(whole + more) if span[1] <= len(whole)] == list(names.likely(whole))


@given(_letters)
def test_every_finding_marks_something_in_the_text(text: str) -> None:
    for each in findings(text):
        assert 0 <= each.start < each.end <= len(text)
