"""The grants policy over every combination of what it reads, against the table written down a second time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

import jsonschema_rs
import pytest

from firsthand import assets
from firsthand.errors import Malformed, Refused
from firsthand.protocol import cbor
from firsthand.protocol.grants import PART_NAMES, parse_policy
from tests.support.envelopes import policy

SCOPES = ("C1", "C2", "C3", "C9p", "C9a", "C9v", "C10")
MEDIA = {"photo": "C9p", "audio": "C9a", "video": "C9v", "document": "C1"}
BASES = ("vital_interests", "beneficiary_interests", "legal_obligation", "legitimate_interests", "contract")
COUNTS, FACTS, IDENTITIES, NARRATIVE, ATTACHMENTS = range(1, 6)


@dataclass(frozen=True)
class Case:
    """One combination."""

    scopes: frozenset[str] | None
    basis: str | None
    sensitive: bool
    children: bool
    media: frozenset[str]

    def ask(self, method: Callable[..., Any]) -> Any:
        given = None if self.scopes is None else {scope: scope in self.scopes for scope in SCOPES}
        return method(
            scopes=given,
            basis=self.basis,
            sensitive=self.sensitive,
            children_counted=self.children,
            media=self.media,
        )


def subsets(names: tuple[str, ...]) -> Iterator[frozenset[str]]:
    return map(frozenset, chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


def cases() -> Iterator[Case]:
    situations = list(product((False, True), (False, True), subsets(tuple(MEDIA))))
    for given in subsets(SCOPES):
        yield from (Case(given, None, *situation) for situation in situations)
    for basis in BASES:
        yield from (Case(None, basis, *situation) for situation in situations)


def table(case: Case) -> tuple[set[int], set[int], set[int], set[int]]:
    """The page's table in plain words of Python; the policy file must come to the same."""
    interview = case.scopes is not None
    given = case.scopes or frozenset()
    risk_cell: set[int] = set()
    hr_section: set[int] = set()
    focal_point: set[int] = set()
    custodian: set[int] = set()
    if "C10" in given or not interview:
        for role in [focal_point] if case.sensitive else [risk_cell, hr_section, focal_point, custodian]:
            role.add(COUNTS)
    if "C2" in given or not interview:
        if case.sensitive:
            focal_point.add(FACTS)
        else:
            risk_cell.add(FACTS)
            hr_section.add(FACTS)
            if case.children:
                focal_point.add(FACTS)
    if "C3" in given or not interview:
        custodian.add(IDENTITIES)
    if "C1" in given:
        focal_point.add(NARRATIVE)
        if "C2" in given and not case.sensitive:
            hr_section.add(NARRATIVE)
    if any(not interview or MEDIA[medium] in given for medium in case.media):
        custodian.add(ATTACHMENTS)
    for role in (risk_cell, hr_section, focal_point, custodian):
        if role or role is hr_section:
            role.add(0)
    return risk_cell, hr_section, focal_point, custodian


def test_every_combination_gives_what_the_table_says() -> None:
    count = 0
    for case in cases():
        granted = case.ask(policy().grants)
        assert granted == table(case), case
        assert case.ask(policy().written) == set().union(*granted) - {0}, case
        count += 1
    assert count == (2**7 + 5) * 2 * 2 * 2**4


def test_saying_yes_once_more_never_takes_a_part_away() -> None:
    for case in cases():
        if case.scopes is None:
            continue
        before = case.ask(policy().grants)
        for scope in SCOPES:
            more = Case(case.scopes | {scope}, None, case.sensitive, case.children, case.media)
            assert all(a <= b for a, b in zip(before, more.ask(policy().grants), strict=True))


def test_nothing_given_leaves_the_registrar_its_manifest_and_nobody_anything() -> None:
    nothing = Case(frozenset(), None, sensitive=False, children=True, media=frozenset(MEDIA))
    assert nothing.ask(policy().grants) == (frozenset(), frozenset({0}), frozenset(), frozenset())
    assert nothing.ask(policy().written) == frozenset()


def test_no_narrative_without_a_person_who_spoke() -> None:
    for case in cases():
        if case.basis:
            assert NARRATIVE not in case.ask(policy().written)


@pytest.mark.parametrize("answer", ["yes", "no", "later", 1, None])
def test_only_true_is_a_yes(answer: Any) -> None:
    scopes = dict.fromkeys(SCOPES, answer)
    granted = policy().grants(scopes=scopes, basis=None, sensitive=False, children_counted=False)
    assert granted == (frozenset(), frozenset({0}), frozenset(), frozenset())


def test_scopes_that_bound_use_only_decide_no_key() -> None:
    scopes = {"C4n": True, "C5h": True, "C6": True, "C7crm": True, "C8": True}
    granted = policy().grants(scopes=scopes, basis=None, sensitive=False, children_counted=False)
    assert granted == (frozenset(), frozenset({0}), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("scopes", "basis"),
    [
        (None, None),
        ({"C2": True}, "vital_interests"),
        ({}, "contract"),
        (None, "consent"),
        (None, ""),
        (None, "vital"),
    ],
)
def test_neither_both_or_an_unknown_basis_is_refused(scopes: dict[str, bool] | None, basis: str | None) -> None:
    with pytest.raises(Refused):
        policy().grants(scopes=scopes, basis=basis, sensitive=False, children_counted=False)
    with pytest.raises(Refused):
        policy().media_allowed(scopes=scopes, basis=basis)


def test_an_unknown_medium_is_malformed() -> None:
    with pytest.raises(Malformed):
        policy().grants(scopes={}, basis=None, sensitive=False, children_counted=False, media=frozenset({"hologram"}))


def test_media_are_covered_one_by_one() -> None:
    assert policy().media_allowed(scopes={"C9p": True, "C1": True}, basis=None) == {"photo", "document"}
    assert policy().media_allowed(scopes={}, basis=None) == frozenset()
    assert policy().media_allowed(scopes=None, basis="contract") == set(MEDIA)


@pytest.mark.parametrize("role", ["risk_cell", "hr_section", "focal_point", "custodian"])
def test_a_withheld_role_gets_nothing_and_the_others_what_they_would(role: str) -> None:
    given = dict.fromkeys(SCOPES, True)
    asked: dict[str, Any] = {"scopes": given, "basis": None, "sensitive": False, "children_counted": True}
    before, after = (
        policy().grants(**asked),
        policy().grants(**asked, withhold=frozenset({role, "a ministry"})),
    )
    for name, had, has in zip(policy().roles, before, after, strict=True):
        lost = frozenset({0}) if name == "hr_section" else frozenset()
        assert has == (lost if name == role else had)
    assert policy().written(**asked, withhold=frozenset({role})) == frozenset().union(*after) - {0}


def test_what_only_a_withheld_role_would_get_is_not_written() -> None:
    written = policy().written(
        scopes={"C1": True, "C3": True},
        basis=None,
        sensitive=True,
        children_counted=False,
        withhold=frozenset({"focal_point"}),
    )
    assert written == {IDENTITIES}


# -- the file ------------------------------------------------------------------------------------------------
def shipped() -> dict[str, Any]:
    return copy.deepcopy(assets.read_json("policy/grants.json"))


def test_the_shipped_policy_is_valid_by_its_schema_and_by_the_loader() -> None:
    schema = json.loads(assets.read_text("policy/grants.schema.json"))
    jsonschema_rs.validator_for(schema).validate(shipped())
    assert policy().roles == ("risk_cell", "hr_section", "focal_point", "custodian")
    assert policy().registrar == "hr_section"
    assert policy().scopes == SCOPES


def test_the_policy_survives_the_signed_directory() -> None:
    assert parse_policy(cbor.decode(cbor.encode(shipped()))) == policy()  # type: ignore[arg-type]


def set_at(*path: Any) -> Callable[[dict[str, Any], Any], None]:
    def change(data: dict[str, Any], value: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (set_at("format"), 2),
        (set_at("unknown"), 1),
        (set_at("roles"), []),
        (set_at("roles"), ["risk_cell", "risk_cell"]),
        (set_at("roles"), ["a", "b", "c", "d", "e", "f", "g"]),
        (set_at("roles"), "risk_cell"),
        (set_at("roles", 0), 7),
        (set_at("registrar"), "minister"),
        (set_at("scopes"), ["C1"]),
        (set_at("media", "photo"), "C99"),
        (set_at("media"), [["photo", "C9p"]]),
        (set_at("basis"), None),
        (set_at("basis", "codes"), []),
        (set_at("basis", "counts_as"), ["C99"]),
        (set_at("basis", "media"), ["hologram"]),
        (set_at("basis", "more"), 1),
        (set_at("rules"), []),
        (set_at("rules"), {}),
        (set_at("rules", 0), "counts"),
        (set_at("rules", 0, "part"), "everything"),
        (set_at("rules", 0, "part"), 1),
        (set_at("rules", 0, "roles"), ["minister"]),
        (set_at("rules", 0, "roles"), []),
        (set_at("rules", 0, "needs"), []),
        (set_at("rules", 0, "needs"), ["ordinary"]),
        (set_at("rules", 0, "needs"), ["sensitive", "children_counted"]),
        (set_at("rules", 0, "needs"), ["C2", "full_moon"]),
        (set_at("rules", 0, "unless"), ["C2"]),
    ],
)
def test_a_policy_with_a_fault_is_malformed(change: Callable[[dict[str, Any], Any], None], value: Any) -> None:
    data = shipped()
    change(data, value)
    with pytest.raises(Malformed):
        parse_policy(data)


@pytest.mark.parametrize("key", ["format", "roles", "registrar", "scopes", "media", "basis", "rules"])
def test_a_policy_without_a_field_is_malformed(key: str) -> None:
    data = shipped()
    del data[key]
    with pytest.raises(Malformed):
        parse_policy(data)


def test_a_policy_that_is_no_map_is_malformed() -> None:
    nonsense: tuple[Any, ...] = ([], None, "policy")
    for data in nonsense:
        with pytest.raises(Malformed):
            parse_policy(data)


def test_part_names_are_in_the_order_of_their_numbers() -> None:
    assert PART_NAMES == ("counts", "facts", "identities", "narrative", "attachments")
