"""A report's facts on the desk's page: every field that a tablet fills is shown in words; no junk breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand import assets
from firsthand.domain.parts import Recorded, split
from firsthand.domain.report import parse_report
from sync_server.desk.pages import facts
from sync_server.desk.pages.texts import Words

EXAMPLES = ("full", "nil-return", "not-reachable", "speech-log", "detention-visit", "incident", "flash")
# drawn elsewhere on the page, or of no interest to a reader
ELSEWHERE = {
    "v", "id", "form", "incident", "language", "station", "recorded", "date", "date_precision", "place", "acts",
    "events", "event_counts", "event_totals", "subject", "ongoing", "concern_s", "scopes", "withhold", "supersedes",
    "copies",
}  # fmt: skip
LABELS = {"protection_needed": "need", "immediate_risk": "risk"}


def facts_of(name: str) -> dict[str, Any]:
    report = parse_report(assets.read_bytes(f"examples/{name}.json"))
    cut = split(report, report_id=bytes(16), recorded=Recorded(1_800_000_000, 0), catalogue=assets.catalogue())
    return dict(cut.parts["facts"])


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_field_that_a_tablet_fills_has_a_line_in_words(name: str, language: str) -> None:
    words = Words(language, 0)
    found = facts_of(name)
    shown = dict(facts.lines(found, words))
    for field, value in found.items():
        nothing = value in (None, [], {}, False) or (field == "immediate_risk" and not value["flag"])
        if field not in ELSEWHERE and not nothing and not (field == "coverage" and name == "nil-return"):
            assert shown.get(words("fact." + LABELS.get(field, field))), field


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_code_of_a_catalogue_is_left_untranslated(name: str) -> None:
    english, arabic = facts.lines(facts_of(name), Words("en", 0)), facts.lines(facts_of(name), Words("ar", 0))
    for (label, text), (_, other) in zip(english, arabic, strict=True):
        assert "_" not in text, label
        assert "_" not in other, label


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=17),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_fields = st.sampled_from([*sorted(facts_of("full")), "coverage", "speech", "visit"])


@given(st.dictionaries(_fields, _junk, max_size=6))
def test_a_broken_tablet_cannot_break_the_page(junk: dict[str, Any]) -> None:
    for label, text in facts.lines(facts_of("full") | junk, Words("fr", 0)):
        assert label
        assert text
