"""No use without its scope: over all combinations of the twelve scopes, every value of every two, and every product."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firsthand.domain.codes import BASES
from firsthand.domain.consent import USE_SCOPES, VALUES, Consent
from firsthand.domain.facts import facts_of
from firsthand.domain.report import parse_report
from firsthand.domain.uses import NO_TERMS, OUTSIDE, SCOPE_OF, Terms, Use, Why, may, terms_of, why_not
from firsthand.errors import Refused, Usage
from sync_server.desk import products, terms
from sync_server.desk.main import Desk
from sync_server.desk.products import Wish
from sync_server.desk.terms import UseNotByBasis, UseRefused, UseWithdrawn, UseWithoutRecord
from tests.support.custody import Mission
from tests.support.desk_pages import PASSPHRASE, scenario

ALONE = frozenset(
    {
        Use.REFERRAL_HEALTH,
        Use.REFERRAL_PSYCHOSOCIAL,
        Use.REFERRAL_SAFETY,
        Use.REFERRAL_LEGAL,
        Use.REFERRAL_CHILD,
        Use.RECONTACT,
    }
)


def test_every_scope_of_use_has_one_use_and_every_use_one_scope() -> None:
    assert sorted(SCOPE_OF.values()) == sorted(USE_SCOPES)
    assert set(SCOPE_OF) == set(Use)


def test_over_all_combinations_a_use_is_open_exactly_where_its_scope_is_a_yes() -> None:
    every = chain.from_iterable(combinations(USE_SCOPES, size) for size in range(len(USE_SCOPES) + 1))
    seen = 0
    for given_scopes in map(frozenset, every):
        for use, scope in SCOPE_OF.items():
            assert may(use, Terms(given_scopes)) == (scope in given_scopes)
            seen += 1
    assert seen == 2 ** len(USE_SCOPES) * len(Use)


def test_every_value_of_every_two_scopes_through_the_facts_of_a_report() -> None:
    spoken = next(item["report"] for item in scenario() if "consent" in item["report"])
    report = parse_report(json.dumps(spoken).encode())
    assert report.consent is not None
    for (one, two), (a, b) in product(combinations(USE_SCOPES, 2), product(VALUES, VALUES)):
        asked = Consent(scopes=((one, a), (two, b)))
        held = terms_of(facts_of(replace(report, consent=asked)))
        open_uses = {use for use in Use if may(use, held)}
        assert open_uses == {use for use, scope in SCOPE_OF.items() if asked.value(scope) == "yes"}


@given(
    scopes=st.frozensets(st.sampled_from(USE_SCOPES)),
    withdrawn=st.frozensets(st.sampled_from(USE_SCOPES)),
    withhold=st.booleans(),
    checked=st.booleans(),
    use=st.sampled_from(Use),
)
def test_what_was_taken_back_or_withheld_is_closed(
    scopes: frozenset[str], withdrawn: frozenset[str], withhold: bool, checked: bool, use: Use
) -> None:
    held = Terms(scopes, None, withdrawn, withhold)
    why = why_not(use, held, withheld_checked=checked)
    if SCOPE_OF[use] in withdrawn:
        assert why is Why.WITHDRAWN
    elif SCOPE_OF[use] not in scopes:
        assert why is Why.NO_SCOPE
    elif withhold and not checked and use in OUTSIDE:
        assert why is Why.ASK_WITHHELD
    else:
        assert why is None
    assert set(held.allowed() or ()) == scopes - withdrawn


@pytest.mark.parametrize("use", Use)
def test_a_missing_record_is_a_no_and_never_a_basis(use: Use) -> None:
    assert why_not(use, NO_TERMS) is Why.NO_RECORD
    parts: tuple[Any, ...] = (
        None,
        [],
        {},
        {"basis": None},
        {"basis": {"code": "habit"}},
        {"scopes": "C4n"},
        {"scopes": None},
    )
    for nothing in parts:
        assert why_not(use, terms_of(nothing)) is Why.NO_RECORD


@pytest.mark.parametrize("code", BASES)
@pytest.mark.parametrize("use", Use)
def test_a_basis_covers_what_no_person_must_ask_for_herself(use: Use, code: str) -> None:
    held = terms_of({"basis": {"code": code}})
    assert why_not(use, held) is (Why.NOT_BY_BASIS if use in ALONE else None)
    assert held.allowed() is None
    assert why_not(use, terms_of({"basis": {"code": code}}, frozenset({SCOPE_OF[use]}))) is Why.WITHDRAWN


def test_consent_beside_a_basis_is_the_narrower_one() -> None:
    held = terms_of({"basis": {"code": "contract"}, "scopes": ["C4n"]})
    assert may(Use.COURT_NATIONAL, held) and not may(Use.COURT_INTERNATIONAL, held)


RUBBISH = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["scopes", "basis", "code", "withhold"]), inner, max_size=4)
    ),
)


@given(part=RUBBISH)
def test_no_rubbish_opens_anything(part: Any) -> None:
    # Texts of five letters at most make no code of a basis, and no scope was drawn on purpose.
    assume("C" not in repr(part))
    assert not any(may(use, terms_of(part)) for use in Use)


# -- at a desk ---------------------------------------------------------------------------------------------------
class Told(Mission):
    """A mission with one report for every scope, and some on other terms."""

    one: dict[str, str]
    basis: str
    unknown: str


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Told:
    mission = Told(tmp_path_factory.mktemp("uses"))
    mission.one = {scope: mission.tell(uses=[scope]) for scope in USE_SCOPES}
    mission.basis = mission.tell(basis="legitimate_interests")
    mission.unknown = mission.tell(uses=None)
    mission.ingest("hr_section")
    return mission


@pytest.fixture
def desk(mission: Told) -> Any:
    with Desk.open(mission.chest.desk("hr_section"), PASSPHRASE) as desk:
        yield desk


def make(desk: Desk, wish: Wish) -> str:
    return "".join(products.make(desk.store, desk.keys.role, desk.directory(), wish).pieces)


def test_no_case_leaves_without_its_scope(mission: Told, desk: Desk) -> None:
    for (scope, report), use in product(mission.one.items(), Use):
        wish = Wish("case", "json", use=use, report=report)
        if SCOPE_OF[use] == scope:
            case = json.loads(make(desk, wish))
            assert (case["scope"], case["report"]) == (scope, report)
            assert "narrative" not in case and "identities" not in case
            assert ("counts" in case) == (scope == "C10"), "no statistics is a rule of use, where facts are read"
        else:
            with pytest.raises(UseRefused) as refusal:
                make(desk, wish)
            assert refusal.value.fields["scope"] == SCOPE_OF[use]


def test_the_reason_of_a_refusal_is_its_own(mission: Told, desk: Desk) -> None:
    for report, use, error in (
        (mission.unknown, Use.CTFMR, UseWithoutRecord),
        (mission.basis, Use.RECONTACT, UseNotByBasis),
    ):
        with pytest.raises(error):
            make(desk, Wish("case", "json", use=use, report=report))
    with desk.store.transaction():
        idx = terms.find(desk.store, mission.one["C8"])
        desk.store.execute("INSERT INTO withdrawn SELECT hash, 'C8' FROM envelope WHERE idx = ?", (idx,))
    with pytest.raises(UseWithdrawn):
        make(desk, Wish("case", "json", use=Use.PUBLIC, report=mission.one["C8"]))
    with desk.store.transaction():
        desk.store.execute("DELETE FROM withdrawn")


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("fmt", ["csv", "geojson"])
def test_a_list_for_a_use_holds_only_what_it_may(mission: Told, desk: Desk, use: Use, fmt: str) -> None:
    product_ = products.make(desk.store, "hr_section", desk.directory(), Wish("reports", fmt, use=use))
    text = "".join(product_.pieces)
    inside = {report for report in (*mission.one.values(), mission.basis, mission.unknown) if report in text}
    by_basis = set() if use in ALONE else {mission.basis}
    assert inside == {mission.one[SCOPE_OF[use]]} | by_basis
    assert sum(product_.left_out.values()) == len(mission.one) + 2 - len(inside)


def test_counts_go_on_where_the_case_may_not(desk: Desk) -> None:
    assert make(desk, Wish("weekly", "csv")).count("\r\n") > 1


@pytest.mark.parametrize(
    "wish",
    [
        Wish("case", "json"),
        Wish("case", "json", use=Use.CTFMR),
        Wish("case", "csv", use=Use.CTFMR),
        Wish("weekly", "json"),
        Wish("nothing", "csv"),
    ],
)
def test_what_does_not_exist_is_refused(desk: Desk, wish: Wish) -> None:
    with pytest.raises(Usage):
        make(desk, wish)


@pytest.mark.parametrize("what", ["ghn", "sensitive"])
def test_another_desks_product_is_refused(desk: Desk, what: str) -> None:
    with pytest.raises(Refused):
        make(desk, Wish(what, "csv"))


def test_the_journal_tells_what_left_for_whom(tmp_path: Path) -> None:
    wish = Wish("case", "json", use=Use.MARA, report="R" * 26, withheld_checked=True)
    assert wish.subject() == f"case json mara {'R' * 26} withheld list compared"
