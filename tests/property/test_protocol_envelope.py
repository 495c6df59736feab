"""Random envelopes through both implementations, random sizes, random chains."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.errors import Malformed
from firsthand.protocol import cbor, manifest, padding
from firsthand.protocol.chain import Link, judge
from firsthand.protocol.envelope import PART_NAMES, Opened
from tests.property.test_protocol_cbor import VALUES
from tests.support import oracle
from tests.support.envelopes import AUTHOR, ERASE_KEY, draft, open_as, role, written
from tests.support.envelopes import seal as seal_to

HASHES = st.binary(min_size=32, max_size=32)
COUNTS = st.integers(0, 2**63 - 1)
GRANTED = st.sets(st.integers(1, 5)).map(lambda parts: frozenset(parts | {0} if parts else parts))
GRANTS = st.tuples(GRANTED, GRANTED.map(lambda parts: parts | {0}), GRANTED, GRANTED)


@st.composite
def drafts(draw: st.DrawFn) -> dict[str, Any]:
    seq = draw(COUNTS)
    return {
        "type": draw(st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=16)),
        "chain": draw(st.binary(min_size=16, max_size=16)),
        "seq": seq,
        "prev": draw(HASHES) if seq else None,
        "day": draw(COUNTS),
        "directory": (draw(COUNTS), draw(HASHES), draw(st.booleans())),
        "checkpoint": (draw(COUNTS), draw(HASHES)),
        "supersedes": draw(st.none() | HASHES),
    }


@settings(max_examples=25)
@given(GRANTS, st.lists(VALUES, min_size=5, max_size=5), drafts())
def test_what_is_sealed_opens_to_the_granted_roles_alone(
    grants: tuple[frozenset[int], ...], parts: list[Any], fields: dict[str, Any]
) -> None:
    parts = written(grants, parts)
    sealed = seal_to(grants, parts, **fields)
    for number, granted in enumerate(grants):
        if granted:
            opened = open_as(sealed.envelope, number)
            assert opened.granted == granted
            expected = {PART_NAMES[n - 1]: parts[n - 1] for n in granted if n and parts[n - 1] is not None}
            assert opened.parts == expected
            assert all(getattr(opened.manifest, name) == value for name, value in fields.items())
    assert Opened.from_keys(sealed.envelope, sealed.keys).granted == frozenset(range(6))


def both_ways(dice: random.Random, number: int) -> None:
    """One random envelope by each implementation, opened by the other as one random role."""
    stream = oracle.Stream(b"both ways %d" % number)
    granted = [frozenset({0, *(n for n in range(1, 6) if dice.random() < 0.5)}) for _ in range(4)]
    contents: list[Any] = [{"n": n, "noise": stream.bytes(dice.randrange(700))} for n in range(5)]
    parts = written(granted, contents)
    slot = dice.randrange(4)
    wanted = {n: parts[n - 1] for n in granted[slot] if n}
    sealed = seal_to(granted, parts, seed=b"both ways %d" % number)
    found = oracle.open_slot(sealed.envelope, slot, role(slot).seed, AUTHOR.public)
    assert (found.granted, found.parts) == (granted[slot], wanted)
    fields = oracle.uncbor(manifest.encode(manifest.bind(draft(), bytes(32), ((136, bytes(32)),) * 5)))
    seeds = [role(one).seed for one in range(4)]
    plan = oracle.Plan(seeds, granted, parts, AUTHOR.seed, ERASE_KEY, fields, stream)
    opened = open_as(plan.seal(), slot)
    assert opened.parts == {PART_NAMES[n - 1]: content for n, content in wanted.items()}


def test_two_implementations_open_each_others_envelopes() -> None:
    dice = random.Random(1)
    for number in range(20):
        both_ways(dice, number)


@pytest.mark.night
def test_two_implementations_open_each_others_ten_thousand_envelopes() -> None:
    dice = random.Random(2)
    for number in range(10_000):
        both_ways(dice, number)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40_000), min_size=5, max_size=5), st.randoms(use_true_random=False))
def test_a_body_of_any_content_meets_its_class(sizes: list[int], dice: random.Random) -> None:
    parts = [dice.randbytes(size) for size in sizes]
    sealed = seal_to((frozenset(range(6)),) * 4, parts)
    body = oracle.uncbor(sealed.envelope)[3]
    assert padding.is_body_class(len(body))
    least = sum(sizes) + 5 * 72
    assert len(body) < 2 * max(least, 1_536)
    assert open_as(sealed.envelope, 0).parts == dict(zip(PART_NAMES, parts, strict=True))


@given(drafts(), HASHES, st.lists(st.tuples(COUNTS, HASHES), min_size=5, max_size=5))
def test_a_manifest_comes_back(fields: dict[str, Any], slots: bytes, parts: list[tuple[int, bytes]]) -> None:
    one = manifest.bind(draft(**fields), slots, tuple(parts))
    data = manifest.encode(one)
    assert manifest.parse(data) == one
    assert oracle.cbor(oracle.uncbor(data)) == data


@given(VALUES)
def test_no_other_value_is_a_manifest(value: Any) -> None:
    data = cbor.encode(value)
    try:
        manifest.parse(data)
    except Malformed:
        return
    raise AssertionError("a random value was taken for a manifest")


@given(st.binary(max_size=574))
def test_manifest_padding_comes_back(data: bytes) -> None:
    assert padding.unpad_manifest(padding.pad_manifest(data)) == data


@given(st.binary(max_size=300), st.integers(0, 200))
def test_a_part_comes_back_from_any_zeros(content: bytes, zeros: int) -> None:
    assert padding.inflate(padding.deflate(content) + bytes(zeros)) == content
    assert padding.inflate(oracle.stored(content) + bytes(zeros)) == content


@given(st.binary(max_size=80))
def test_random_bytes_inflate_or_are_malformed(data: bytes) -> None:
    try:
        content = padding.inflate(data)
    except Malformed:
        return
    assert len(content) <= padding.CONTENT_MAX_BYTES


def name(seq: int, side: int) -> bytes:
    return b"%d/%d" % (seq, side)


@given(st.integers(1, 30), st.data())
def test_a_line_with_holes_is_judged_by_its_holes(length: int, data: st.DataObject) -> None:
    line = [Link(seq, name(seq - 1, 0) if seq else None, name(seq, 0)) for seq in range(length)]
    kept = data.draw(st.permutations(line).flatmap(lambda links: st.lists(st.sampled_from(links), min_size=1)))
    report = judge(kept)
    present = {link.seq for link in kept}
    holes = {seq for first, last in report.gaps for seq in range(first, last + 1)}
    assert holes == set(range(max(present))) - present
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(report.gaps))
    assert report.forks == ()
    assert {seq for seq, _ in report.missing} == {seq - 1 for seq in present if seq} - present
    assert {link.hash for link in kept if link.seq + 1 not in present} == set(report.heads)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 2)), max_size=25), st.data())
def test_order_and_repetition_do_not_change_the_judgement(
    rows: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    links = [Link(seq, name(seq - 1, prev) if seq else None, name(seq, side)) for seq, side, prev in rows]
    # One hash has one content: the first predecessor named for it is the one.
    links = list({link.hash: link for link in links}.values())
    shuffled = data.draw(st.permutations(links + links))
    assert judge(shuffled) == judge(links)
    forked = {seq for seq, _ in judge(links).forks}
    assert forked == {link.seq for link in links if sum(other.seq == link.seq for other in links) > 1}
