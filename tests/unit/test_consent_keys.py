"""What consent decides about keys, with real envelopes: exhaustively over the seven scopes that decide them.

Pairwise over the twelve that only bound use. A role that consent does not allow holds no key that opens.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import pytest

from firsthand.domain.consent import KEY_SCOPES, SCOPES, VALUES, Consent
from firsthand.domain.ledger import consent_of, of_consent
from firsthand.errors import BadSeal, NotGranted, Unopenable
from firsthand.protocol import cbor, envelope, suite
from firsthand.protocol.envelope import PART_NAMES, Opened, open_slot
from tests.support.envelopes import policy, role, seal

USE_ONLY = tuple(scope for scope in SCOPES if scope not in KEY_SCOPES)
MEDIA = frozenset({"photo", "audio", "video", "document"})
# By the page's table, written in the words of a person and not of the policy: which scopes open which part to whom.
MAY_READ: dict[tuple[str, str], Callable[[Callable[..., bool], bool], bool]] = {
    ("risk_cell", "counts"): lambda has, hard: not hard and has("C10"),
    ("risk_cell", "facts"): lambda has, hard: not hard and has("C2"),
    ("hr_section", "counts"): lambda has, hard: not hard and has("C10"),
    ("hr_section", "facts"): lambda has, hard: not hard and has("C2"),
    ("hr_section", "narrative"): lambda has, hard: not hard and has("C1", "C2"),
    ("focal_point", "counts"): lambda has, _hard: has("C10"),
    ("focal_point", "facts"): lambda has, hard: hard and has("C2"),
    ("focal_point", "narrative"): lambda has, _hard: has("C1"),
    ("custodian", "counts"): lambda has, hard: not hard and has("C10"),
    ("custodian", "identities"): lambda has, _hard: has("C3"),
    ("custodian", "attachments"): lambda has, _hard: has("C1") or has("C9p") or has("C9a") or has("C9v"),
}


def given(answers: dict[str, str]) -> Consent:
    """As a tablet has it: through the ledger, where what rests on C1 falls with it."""
    plain = Consent(tuple((scope, answers[scope]) for scope in SCOPES if scope in answers))
    return consent_of(of_consent(plain, "0" * 26, 29_900_700), 29_900_700)


def granted(consent: Consent, *, sensitive: bool) -> tuple[frozenset[int], ...]:
    return policy().grants(scopes=consent.keys(), basis=None, sensitive=sensitive, children_counted=False, media=MEDIA)


def readable(sealed: envelope.Sealed, slot: int) -> Opened | None:
    try:
        return open_slot(sealed.envelope, slot, [role(slot)])
    except NotGranted:
        return None


def slot_text(sealed: envelope.Sealed, slot: int) -> bytes:
    """All that the role's own key brings out of its slot."""
    prot, slots, _manifest, _body = cbor.decode(sealed.envelope)  # type: ignore[misc]
    info = cbor.encode(["firsthand/1/slot", prot, slot])
    return suite.hpke_open(role(slot), info, slots[slot])  # type: ignore[index, arg-type]


def assert_only_what_consent_allows(consent: Consent, *, sensitive: bool) -> None:
    def has(*scopes: str) -> bool:
        return all(consent.allows(scope) for scope in scopes)

    grants = granted(consent, sensitive=sensitive)
    sealed = seal(grants)
    for slot, name in enumerate(policy().roles):
        found = readable(sealed, slot)
        parts = set() if found is None else set(found.parts)
        text = slot_text(sealed, slot)
        for number, part in enumerate(PART_NAMES, start=1):
            rule = MAY_READ.get((name, part))
            may = rule is not None and rule(has, sensitive)
            assert (part in parts) == may, (name, part)
            assert (sealed.keys[number] in text) == may, (name, part)


@pytest.mark.parametrize("sensitive", [False, True])
def test_over_all_128_answers_a_role_without_consent_holds_no_key_that_opens(sensitive: bool) -> None:
    for answers in product(("yes", "no"), repeat=len(KEY_SCOPES)):
        assert_only_what_consent_allows(given(dict(zip(KEY_SCOPES, answers, strict=True))), sensitive=sensitive)


def test_a_key_of_one_part_opens_no_other() -> None:
    sealed = seal(granted(given(dict.fromkeys(KEY_SCOPES, "yes")), sensitive=False))
    for number, other in product(range(1, 6), repeat=2):
        keys: list[bytes | None] = [sealed.keys[0], None, None, None, None, None]
        keys[number] = sealed.keys[other]
        if number != other:
            with pytest.raises((Unopenable, BadSeal)):
                Opened.from_keys(sealed.envelope, keys)


@pytest.mark.parametrize("answer", ["no", "later", "withdrawn"])
def test_only_a_yes_is_a_yes(answer: str) -> None:
    everything = dict.fromkeys(SCOPES, "yes")
    for scope in KEY_SCOPES:
        assert granted(given(everything | {scope: answer}), sensitive=False) == granted(
            given(everything | {scope: "no"}), sensitive=False
        )


def test_pairwise_the_other_twelve_decide_no_key() -> None:
    """Every pair of the twelve in every pair of their four values, over what the seven allow and what they refuse."""
    for base in (dict.fromkeys(KEY_SCOPES, "yes"), {"C1": "yes", "C2": "no", "C10": "yes"}, {}):
        for sensitive in (False, True):
            alone = granted(given(base), sensitive=sensitive)
            for pair in combinations(USE_ONLY, 2):
                for values in product(VALUES, repeat=2):
                    more = base | dict(zip(pair, values, strict=True))
                    assert granted(given(more), sensitive=sensitive) == alone, more


def test_pairwise_the_other_twelve_travel_as_bounds_of_use_and_only_as_a_yes() -> None:
    for pair in combinations(USE_ONLY, 2):
        for values in product(VALUES, repeat=2):
            consent = given({"C1": "yes"} | dict(zip(pair, values, strict=True)))
            said = {scope for scope, value in zip(pair, values, strict=True) if value == "yes"}
            assert set(consent.uses()) == said
