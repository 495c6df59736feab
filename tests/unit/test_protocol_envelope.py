"""Envelopes: each role opens exactly what it was granted, one shape for all, nothing altered is taken."""

from __future__ import annotations

import os
import random
from hashlib import sha256, shake_256
from itertools import chain, combinations, product
from typing import Any

import pytest

from firsthand.errors import (
    BadProof,
    BadSignature,
    FirsthandError,
    Malformed,
    NotForUs,
    NotGranted,
    Refused,
    TheirFault,
    Unopenable,
)
from firsthand.protocol import envelope, padding, signing, suite
from firsthand.protocol.envelope import PART_NAMES, Opened, open_slot
from tests.support import oracle
from tests.support.envelopes import (
    ALL,
    AUTHOR,
    CHAIN,
    ERASE_KEY,
    PARTS,
    STRANGER,
    draft,
    open_as,
    policy,
    role,
)
from tests.support.envelopes import seal as seal_to

SCOPES = policy().scopes
MEDIA = tuple(policy().media)
_NOBODY: frozenset[int] = frozenset()
SOME = (frozenset({0, 1, 2}), frozenset({0}), _NOBODY, frozenset({0, 1, 3, 5}))
SEALED = seal_to(ALL)
PARTLY = seal_to(SOME)


def distinct_grants() -> list[tuple[frozenset[int], ...]]:
    """Every vector of grants that the policy can come to."""
    given = [frozenset(some) for size in range(8) for some in combinations(SCOPES, size)]
    media = [frozenset(some) for size in range(5) for some in combinations(MEDIA, size)]
    asked: list[dict[str, Any]] = [{"scopes": dict.fromkeys(some, True), "basis": None} for some in given]
    asked.append({"scopes": None, "basis": "vital_interests"})
    found = {
        policy().grants(**who, sensitive=sensitive, children_counted=children, media=which)
        for who, sensitive, children, which in product(asked, (False, True), (False, True), media)
    }
    return sorted(found, key=lambda vector: [sorted(granted) for granted in vector])


def shape(data: bytes) -> tuple[Any, ...]:
    """All that someone without keys can measure."""
    prot, slots, manifest, body = oracle.uncbor(data)
    return len(data), len(prot), [len(slot) for slot in slots], len(manifest), len(body)


# -- who opens what ------------------------------------------------------------------------------------------
def test_every_role_opens_exactly_what_it_is_granted_for_every_vector_of_grants() -> None:
    shapes: dict[int, set[str]] = {}
    vectors = distinct_grants()
    assert len(vectors) > 50
    for granted in vectors:
        sealed = seal_to(granted)
        for number, numbers in enumerate(granted):
            if not numbers:
                with pytest.raises(NotGranted):
                    open_as(sealed.envelope, number)
                continue
            opened = open_as(sealed.envelope, number)
            assert opened.granted == numbers
            assert opened.parts == {PART_NAMES[n - 1]: PARTS[n - 1] for n in numbers if n}
            assert opened.keys == {n: sealed.keys[n] for n in numbers}
        body = len(oracle.uncbor(sealed.envelope)[3])
        shapes.setdefault(body, set()).add(repr(shape(sealed.envelope)))
    # One shape per body class: whoever only looks learns the class and nothing of the consent.
    assert all(len(seen) == 1 for seen in shapes.values())


def test_a_slot_holds_no_key_that_is_not_granted() -> None:
    prot, slots, _, _ = oracle.uncbor(PARTLY.envelope)
    fillers = []
    for number, granted in enumerate(SOME):
        text = suite.hpke_open(role(number), oracle.cbor(["firsthand/1/slot", prot, number]), slots[number])
        held = [text[1 + 32 * n : 33 + 32 * n] for n in range(6)]
        assert [n for n in range(6) if held[n] == PARTLY.keys[n]] == sorted(granted)
        assert not [key for n, key in enumerate(PARTLY.keys) if n not in granted and key in text]
        fillers += [held[n] for n in range(6) if n not in granted]
    assert len(set(fillers)) == len(fillers)  # random, not a constant that would mark the place


def test_a_role_cannot_open_the_slot_of_another() -> None:
    for number, other in product(range(4), range(4)):
        if number != other:
            with pytest.raises(Unopenable):
                open_slot(SEALED.envelope, number, [role(other)])


def test_consent_does_not_show_in_the_shape() -> None:
    grants = [
        ALL,
        SOME,
        (frozenset(), frozenset({0}), frozenset(), frozenset()),
        (frozenset({0, 1}),) * 4,
    ]
    contents = [None] * 5
    shapes = {repr(shape(seal_to(granted, contents).envelope)) for granted in grants}
    assert len(shapes) == 1


def test_the_outside_shows_no_device_chain_or_content() -> None:
    for secret in (
        AUTHOR.public,
        signing.device_id(AUTHOR.public),
        CHAIN,
        b"report",
        b"example",
        *SEALED.keys,
    ):
        assert secret not in SEALED.envelope


def test_sealing_twice_gives_nothing_in_common_but_the_tag() -> None:
    again = seal_to(ALL, seed=b"another draw")
    first, second = oracle.uncbor(SEALED.envelope), oracle.uncbor(again.envelope)
    assert first[0] == second[0]
    assert not set(first[1]) & set(second[1])
    assert first[2][:56] != second[2][:56]
    assert first[3][:56] != second[3][:56]


def test_the_tag_is_the_hash_of_the_erase_key() -> None:
    assert SEALED.eid == sha256(b"firsthand/1/erase" + ERASE_KEY).digest()[:16]
    assert open_as(SEALED.envelope, 0).eid == SEALED.eid
    assert SEALED.object_hash == sha256(SEALED.envelope).digest() == open_as(SEALED.envelope, 0).object_hash


def test_an_older_epoch_key_still_opens() -> None:
    newer = suite.KemSecret.from_seed(bytes(32))
    assert open_slot(SEALED.envelope, 0, [newer, role(0)]).granted == frozenset(range(6))
    with pytest.raises(Unopenable):
        open_slot(SEALED.envelope, 0, [newer])
    with pytest.raises(Unopenable):
        open_slot(SEALED.envelope, 0, [])


@pytest.mark.parametrize("slot", [-1, 4, 5, 1 << 40])
def test_a_slot_that_is_not_there_is_not_for_us(slot: int) -> None:
    with pytest.raises(NotForUs):
        open_slot(SEALED.envelope, slot, [role(0)])


@pytest.mark.parametrize("count", [4, 5, 6])
def test_four_to_six_roles(count: int) -> None:
    sealed = seal_to((frozenset(range(6)),) * count)
    assert len(oracle.uncbor(sealed.envelope)[1]) == count
    assert open_as(sealed.envelope, count - 1).parts == dict(zip(PART_NAMES, PARTS, strict=True))


def test_a_granted_part_without_content_is_absent_and_its_key_is_there() -> None:
    opened = open_as(seal_to(ALL, [PARTS[0], None, None, None, None]).envelope, 0)
    assert opened.parts == {"counts": PARTS[0]}
    assert opened.granted == frozenset(range(6))


# -- the two implementations ---------------------------------------------------------------------------------
def test_the_oracle_opens_what_the_product_seals() -> None:
    for number, numbers in enumerate(SOME):
        found = oracle.open_slot(PARTLY.envelope, number, role(number).seed, AUTHOR.public)
        assert found.granted == numbers
        assert found.parts == {n: PARTS[n - 1] for n in numbers if n}


def test_the_product_opens_what_the_oracle_seals() -> None:
    fields = {
        0: "report",
        1: CHAIN,
        2: 3,
        3: bytes(32),
        5: 20_771,
        6: [1, bytes(32), False],
        7: [0, bytes(32)],
    }
    sealed = oracle.Plan(
        role_seeds=[role(number).seed for number in range(4)],
        grants=SOME,
        parts=PARTS,
        author_seed=AUTHOR.seed,
        erase_key=ERASE_KEY,
        fields=fields,
        stream=oracle.Stream(b"plan"),
    ).seal()
    assert shape(sealed) == shape(PARTLY.envelope)
    opened = open_as(sealed, 3)
    assert opened.parts == {"counts": PARTS[0], "identities": PARTS[2], "attachments": PARTS[4]}
    assert (opened.manifest.seq, opened.manifest.chain, opened.manifest.day) == (3, CHAIN, 20_771)


# -- the author ----------------------------------------------------------------------------------------------
def test_the_author_is_who_signed() -> None:
    opened = open_slot(SEALED.envelope, 0, [role(0)])
    opened.authenticate(AUTHOR.public)
    for public in (STRANGER.public, bytes(32), AUTHOR.public[:-1], b""):
        with pytest.raises(BadSignature):
            opened.authenticate(public)


def test_a_manifest_that_names_another_device_is_not_sealed() -> None:
    with pytest.raises(Malformed):
        seal_to(ALL, device=signing.device_id(STRANGER.public))


def test_the_manifest_arrives_as_it_was_drafted() -> None:
    wanted = draft(supersedes=b"\x05" * 32, directory=(9, b"\x06" * 32, True))
    opened = open_as(seal_to(ALL, supersedes=b"\x05" * 32, directory=(9, b"\x06" * 32, True)).envelope, 2)
    assert all(getattr(opened.manifest, name) == getattr(wanted, name) for name in wanted.__dataclass_fields__)


# -- the author's own keys -----------------------------------------------------------------------------------
def test_the_author_opens_what_was_just_sealed() -> None:
    opened = Opened.from_keys(SEALED.envelope, SEALED.keys)
    assert opened.parts == dict(zip(PART_NAMES, PARTS, strict=True))
    opened.authenticate(AUTHOR.public)


def test_some_keys_open_some_parts() -> None:
    keys = [SEALED.keys[0], None, None, SEALED.keys[3], None, None]
    assert Opened.from_keys(SEALED.envelope, keys).parts == {"identities": PARTS[2]}


@pytest.mark.parametrize("keys", [[], [None] * 6, list(SEALED.keys[:5]), [*SEALED.keys, None]])
def test_keys_without_the_manifests_are_malformed(keys: list[bytes | None]) -> None:
    with pytest.raises(Malformed):
        Opened.from_keys(SEALED.envelope, keys)


def test_keys_of_another_envelope_are_an_alarm() -> None:
    with pytest.raises(Unopenable):
        Opened.from_keys(SEALED.envelope, PARTLY.keys[::-1])


def test_nothing_opened_prints_its_content() -> None:
    text = repr(open_as(SEALED.envelope, 0)) + repr(SEALED)
    for secret in ("example", "seen from the road", *(repr(key) for key in SEALED.keys)):
        assert secret not in text


# -- what is not sealed --------------------------------------------------------------------------------------
def call(**changes: Any) -> envelope.Sealed:
    values: dict[str, Any] = {
        "role_publics": [role(number).public() for number in range(4)],
        "grants": ALL,
        "manifest": draft(),
        "parts": PARTS,
        "erase_key": ERASE_KEY,
        "signer": AUTHOR,
        "entropy": oracle.Stream(b"call"),
    }
    return envelope.seal(**(values | changes))


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        (Malformed, {"role_publics": [role(0).public()] * 3, "grants": ALL[:3]}),
        (Malformed, {"role_publics": [role(0).public()] * 7, "grants": ALL[:1] * 7}),
        (Malformed, {"grants": ALL[:3]}),
        (Malformed, {"role_publics": [b"no key"] * 4}),
        (Malformed, {"grants": (frozenset({1}), *ALL[1:])}),
        (Malformed, {"grants": (frozenset({0, 6}), *ALL[1:])}),
        (Malformed, {"parts": PARTS[:4]}),
        (Malformed, {"parts": (*PARTS, None)}),
        (Malformed, {"parts": ({"v": 1.5}, *PARTS[1:])}),
        (BadProof, {"erase_key": bytes(16)}),
        (Refused, {"grants": SOME}),  # facts and narrative would be written for nobody
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "+".join(value),
)
def test_what_breaks_a_rule_is_not_sealed(error: type[FirsthandError], changes: dict[str, Any]) -> None:
    with pytest.raises(error):
        call(**changes)


def noise(size: int) -> bytes:
    return shake_256(b"noise").digest(size)


@pytest.mark.parametrize("part", range(5))
def test_a_large_part_fits_up_to_the_largest_body(part: int) -> None:
    parts: list[Any] = [None] * 5
    parts[part] = noise(190_000)
    opened = open_as(seal_to(ALL, parts).envelope, 0)
    assert opened.parts == {PART_NAMES[part]: parts[part]}
    with pytest.raises(Malformed):
        parts[part] = noise(197_000)
        seal_to(ALL, parts)


def test_a_part_that_shrinks_a_lot_may_be_longer_than_an_envelope() -> None:
    text = "the same words again and again " * 20_000
    assert len(text) > 262_144
    opened = open_as(seal_to(ALL, [None, None, None, {"words": text}, None]).envelope, 0)
    assert opened.parts == {"narrative": {"words": text}}


def test_the_gap_of_lengths_is_stepped_over() -> None:
    # Part 5 would have to seal to 16,456 to 16,471 bytes, a length that no plaintext has.
    sizes = gap_sizes()
    parts: list[Any] = [noise(size) for size in sizes]
    assert left_for_part_five(parts) in range(16_456, 16_472)
    data = seal_to(ALL, [*parts, None]).envelope
    assert padding.is_body_class(len(oracle.uncbor(data)[3]))
    opened = open_as(data, 0)
    assert [opened.parts[name] for name in PART_NAMES[:4]] == parts


def left_for_part_five(parts: list[Any]) -> int:
    sealed = [padding.sealed_length(len(padding.pad_part(padding.deflate(oracle.cbor(part))))) for part in parts]
    return padding.body_class(sum(sealed) + padding.sealed_length(64)) - sum(sealed)


def gap_sizes() -> list[int]:
    for first, second in product(range(1_000, 30_000, 64), (100, 17_000, 34_000)):
        sizes = [first, second, 100, 100]
        if left_for_part_five([noise(size) for size in sizes]) in range(16_456, 16_472):
            return sizes
    raise AssertionError("no sizes lead into the gap")


# -- nothing altered is taken --------------------------------------------------------------------------------
def refused(data: bytes, number: int) -> bool:
    """Whether a role refuses `data` by an error of the tree, at opening or at the author."""
    try:
        open_as(data, number)
    except TheirFault:
        return True
    return False


def test_a_sample_of_mutations_and_cuts_is_refused_by_every_role() -> None:
    seed = int(os.environ.get("FIRSTHAND_SEED") or random.SystemRandom().getrandbits(32))
    print(f"FIRSTHAND_SEED={seed}")
    dice = random.Random(seed)
    for _ in range(2_000):
        at, change = dice.randrange(len(SEALED.envelope)), dice.randrange(1, 256)
        data = bytearray(SEALED.envelope)
        data[at] ^= change
        assert refused(bytes(data), dice.randrange(4)), (seed, at, change)
        assert refused(SEALED.envelope[: dice.randrange(len(SEALED.envelope))], dice.randrange(4))
    structure = chain(range(30), range(len(SEALED.envelope) - 10, len(SEALED.envelope)))
    for at in structure:  # heads and borders, always
        data = bytearray(SEALED.envelope)
        data[at] ^= 1 << dice.randrange(8)
        assert refused(bytes(data), 0), (seed, at)


@pytest.mark.night
def test_every_mutation_of_every_byte_is_refused() -> None:
    for at in range(len(SEALED.envelope)):
        data = bytearray(SEALED.envelope)
        for change in range(1, 256):
            data[at] = SEALED.envelope[at] ^ change
            assert refused(bytes(data), 0), (at, change)


@pytest.mark.night
@pytest.mark.parametrize("number", [0, 1, 3])
def test_every_bit_and_every_cut_is_refused_by_a_role_with_few_grants(number: int) -> None:
    for at in range(len(PARTLY.envelope)):
        assert refused(PARTLY.envelope[:at], number), at
        for bit in range(8):
            data = bytearray(PARTLY.envelope)
            data[at] ^= 1 << bit
            assert refused(bytes(data), number), (at, bit)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_pieces_of_two_envelopes_do_not_go_together(number: int) -> None:
    other = seal_to(SOME, seed=b"another", seq=4)
    first, second = oracle.uncbor(PARTLY.envelope), oracle.uncbor(other.envelope)
    for take in product((0, 1), repeat=4):
        mixed = oracle.cbor([(first, second)[which][at] for at, which in enumerate(take)])
        # The header is the same: both come from one erase key.
        whole = len(set(take[1:])) == 1
        assert refused(mixed, number) == (not whole)


def test_an_error_carries_nothing_of_the_content() -> None:
    data = bytearray(SEALED.envelope)
    data[-1] ^= 1
    with pytest.raises(Unopenable) as caught:
        open_as(bytes(data), 0)
    assert caught.value.fields == {}
    assert caught.value.__cause__ is None
    assert str(caught.value) == "part hash"
