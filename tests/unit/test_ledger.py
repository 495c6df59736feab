"""The consent ledger: append-only, chained, and the same answer to the same question for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.domain.consent import NEEDS_C1, SCOPES, VALUES, Consent
from firsthand.domain.ledger import (
    C6_VALID_MIN,
    ENTRIES_MAX,
    Entry,
    Ledger,
    append,
    consent_of,
    decode,
    encode,
    of_consent,
    record,
    value,
    verify,
)
from firsthand.errors import LedgerBroken
from firsthand.protocol import cbor

SUBJECT = "7K2M94QD0000000000000000AB"
NOON = 29_900_700  # minutes since 1970, a quarter of an hour

words = st.text(max_size=12)
answers = st.tuples(
    st.sampled_from(SCOPES),
    st.sampled_from(VALUES),
    st.integers(0, 2_000_000),
    st.fixed_dictionaries(
        {},
        optional={
            "recipients": st.lists(words, max_size=3).map(tuple),
            "exclusions": st.lists(words, max_size=3).map(tuple),
            "valid_until": st.none() | st.integers(NOON, NOON + 2_000_000),
            "language": words,
            "capacity": words,
            "witnessed": st.booleans(),
            "teach_back": st.none() | st.booleans(),
        },
    ),
)


def made(said: list[tuple[str, str, int, dict[str, Any]]]) -> Ledger:
    ledger = Ledger()
    for scope, answer, after_min, more in said:
        ledger = record(ledger, SUBJECT, scope, answer, NOON + after_min, **more)
    return ledger


ledgers = st.lists(answers, max_size=12).map(made)


# -- asking --------------------------------------------------------------------------------------------------
@given(ledgers, st.sampled_from(SCOPES), st.integers(0, NOON + 4_000_000))
def test_what_was_not_said_is_a_no_and_a_new_use_is_a_no(ledger: Ledger, scope: str, at: int) -> None:
    if all(entry.scope != scope for entry in ledger.entries):
        assert value(ledger, scope, at) == "no"
    assert value(ledger, "C11", at) == "no"


@given(ledgers, answers, st.sampled_from(SCOPES))
def test_later_entries_never_change_what_held_before_them(
    ledger: Ledger, more: tuple[str, str, int, dict[str, Any]], scope: str
) -> None:
    before = ledger.last_min - 1
    longer = record(ledger, SUBJECT, more[0], more[1], NOON + more[2], **more[3])
    assert value(longer, scope, before) == value(ledger, scope, before)
    assert ledger.entries == longer.entries[: len(ledger.entries)]


@given(ledgers, st.integers(0, NOON + 4_000_000))
def test_a_yes_of_a_scope_that_rests_on_c1_needs_c1(ledger: Ledger, at: int) -> None:
    for scope in NEEDS_C1:
        if value(ledger, scope, at) == "yes":
            assert value(ledger, "C1", at) == "yes"
    assert not consent_of(ledger, at).broken_lattice()


def test_taking_c1_back_takes_what_rests_on_it() -> None:
    ledger = made([("C1", "yes", 0, {}), ("C4n", "yes", 0, {}), ("C2", "yes", 0, {}), ("C1", "withdrawn", 30, {})])
    assert [value(ledger, scope, NOON + 60) for scope in ("C1", "C4n", "C2")] == ["withdrawn", "withdrawn", "yes"]
    assert value(ledger, "C4n", NOON + 15) == "yes"


def test_contact_ends_by_itself_after_a_year_and_nothing_else_does() -> None:
    ledger = made([("C6", "yes", 0, {}), ("C2", "yes", 0, {})])
    assert value(ledger, "C6", NOON + C6_VALID_MIN) == "yes"
    assert value(ledger, "C6", NOON + C6_VALID_MIN + 1) == "no"
    assert value(ledger, "C2", NOON + 50 * C6_VALID_MIN) == "yes"


def test_an_end_that_the_person_named_counts_before_the_year() -> None:
    ledger = made([("C6", "yes", 0, {"valid_until": NOON + 100}), ("C8", "no", 0, {"valid_until": NOON})])
    assert [value(ledger, "C6", NOON + 100), value(ledger, "C6", NOON + 101)] == ["yes", "no"]
    assert value(ledger, "C8", NOON + 1) == "no"


def test_a_clock_that_stands_before_the_withdrawal_does_not_bring_consent_back() -> None:
    ledger = made([("C2", "yes", 0, {}), ("C2", "withdrawn", 900_000, {})])
    assert consent_of(ledger, 0).value("C2") == "withdrawn"
    assert record(ledger, SUBJECT, "C3", "no", 0).entries[-1].at_min == ledger.last_min


@given(ledgers, st.integers(0, NOON + 4_000_000))
def test_consent_of_agrees_with_value_and_orders_scopes(ledger: Ledger, at: int) -> None:
    now = max(at, ledger.last_min)
    consent = consent_of(ledger, at)
    assert [scope for scope, _ in consent.scopes] == [s for s in SCOPES if s in {e.scope for e in ledger.entries}]
    assert all(consent.value(scope) == value(ledger, scope, now) for scope in SCOPES)


def test_whoever_is_kept_out_of_one_scope_is_kept_out() -> None:
    ledger = made(
        [
            ("C1", "yes", 0, {"exclusions": ("risk_cell",)}),
            ("C2", "yes", 0, {"exclusions": ("a ministry", "risk_cell")}),
        ]
    )
    assert consent_of(ledger, NOON).withhold == ("risk_cell", "a ministry")


def test_the_consent_of_a_form_becomes_a_ledger_that_says_the_same() -> None:
    given_once = Consent(
        scopes=(("C1", "yes"), ("C2", "later"), ("C10", "yes")),
        language="fr",
        explained_by="interviewer",
        script_version="3",
        teach_back=True,
        withhold=("hr_section",),
    )
    ledger = of_consent(given_once, SUBJECT, NOON + 7)
    assert consent_of(ledger, NOON) == given_once
    assert {entry.at_min for entry in ledger.entries} == {NOON}


# -- chain ---------------------------------------------------------------------------------------------------
@given(ledgers)
def test_a_ledger_survives_its_row_bit_for_bit(ledger: Ledger) -> None:
    row = cbor.decode(cbor.encode(encode(ledger)))
    assert decode(row) == ledger
    verify(ledger)


@given(st.lists(answers, min_size=1, max_size=6).map(made), st.data())
def test_a_changed_missing_doubled_or_moved_entry_is_not_believed(ledger: Ledger, data: st.DataObject) -> None:
    rows = encode(ledger)[1]
    at = data.draw(st.integers(0, len(rows) - 1))
    kind = data.draw(st.sampled_from(("value", "drop", "double", "swap", "time")))
    if kind == "value":
        rows[at][3] = data.draw(st.sampled_from([each for each in VALUES if each != rows[at][3]]))
        must_break = at < len(rows) - 1
    elif kind == "drop":
        del rows[at]
        must_break = at < len(rows)
    elif kind == "double":
        rows.insert(at, rows[at])
        must_break = True
    elif kind == "swap":
        rows[at], rows[at - 1] = rows[at - 1], rows[at]
        must_break = len(rows) > 1
    else:
        rows[at][13] = rows[at][13] + 15
        must_break = at < len(rows) - 1
    if must_break:
        with pytest.raises(LedgerBroken):
            decode([1, rows])


def test_the_end_is_proven_by_the_head_that_somebody_kept() -> None:
    ledger = made([("C1", "yes", 0, {}), ("C1", "withdrawn", 15, {})])
    cut = decode([1, encode(ledger)[1][:1]])
    assert cut.head != ledger.head
    assert cut.head == ledger.entries[1].prev


def entry(**changes: Any) -> Entry:
    return replace(Entry(0, SUBJECT, "C1", "yes", at_min=NOON), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 1},
        {"seq": True},
        {"prev": b"\x01" * 32},
        {"prev": b""},
        {"subject": "SHORT"},
        {"subject": 7},
        {"scope": "C99"},
        {"value": "maybe"},
        {"at_min": NOON + 1},
        {"at_min": -15},
        {"valid_until": -1},
        {"valid_until": True},
        {"witnessed": 1},
        {"teach_back": "yes"},
        {"recipients": ["a list"]},
        {"exclusions": ("x",) * 21},
        {"exclusions": (7,)},
        {"language": "x" * 201},
        {"script_version": None},
    ],
)
def test_a_field_out_of_range_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(LedgerBroken):
        append(Ledger(), entry(**changes))


def test_another_person_and_a_time_before_the_last_are_refused() -> None:
    ledger = append(Ledger(), entry())
    follows = {"seq": 1, "prev": ledger.head}
    assert len(append(ledger, entry(**follows)).entries) == 2
    with pytest.raises(LedgerBroken):
        append(ledger, entry(**follows, subject=SUBJECT[::-1]))
    with pytest.raises(LedgerBroken):
        append(ledger, entry(**follows, at_min=NOON - 15))


def test_a_ledger_has_an_end() -> None:
    ledger = made([("C1", "yes", 0, {})] * ENTRIES_MAX)
    with pytest.raises(LedgerBroken):
        record(ledger, SUBJECT, "C1", "no", NOON)


@pytest.mark.parametrize(
    "row", [None, [], [2, []], [True, []], [1, {}], [1, [[]]], [1, ["entry"]], [1, [[0] * 15]], [1, [], 3], {1: []}]
)
def test_other_forms_are_not_believed(row: object) -> None:
    with pytest.raises(LedgerBroken):
        decode(row)
