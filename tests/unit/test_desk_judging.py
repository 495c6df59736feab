"""Which version of a report counts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_server.desk.judging import Candidate, DeviceStanding, Standing, judge, trust

A, B = b"a" * 16, b"b" * 16
COUNTED, SUPERSEDED, RIVAL, DUPLICATE = Standing.COUNTED, Standing.SUPERSEDED, Standing.RIVAL, Standing.DUPLICATE


def item(
    idx: int,
    *,
    name: int | None = None,
    over: int | None = None,
    author: bytes = A,
    report: int | None = None,
    trust_: Standing = COUNTED,
) -> Candidate:
    """`name` and `over` stand for hashes."""
    name = idx if name is None else name
    return Candidate(
        idx=idx,
        hash=name.to_bytes(32, "big"),
        device=author,
        trust=trust_,
        report_id=(idx if report is None else report).to_bytes(16, "big"),
        supersedes=None if over is None else over.to_bytes(32, "big"),
    )


CASES = {
    "two unrelated reports both count": ([item(0), item(1)], {0: COUNTED, 1: COUNTED}),
    "a newer version replaces the older": ([item(0), item(1, over=0)], {0: SUPERSEDED, 1: COUNTED}),
    "a line of versions counts its last": (
        [item(0), item(1, over=0), item(2, over=1)],
        {0: SUPERSEDED, 1: SUPERSEDED, 2: COUNTED},
    ),
    "a version that was logged before what it replaces": (
        [item(0, over=5), item(1, name=5)],
        {0: COUNTED, 1: SUPERSEDED},
    ),
    "of two versions the first logged counts": (
        [item(0), item(1, over=0), item(2, over=0)],
        {0: SUPERSEDED, 1: COUNTED, 2: RIVAL},
    ),
    "what follows a rival is a rival": (
        [item(0), item(1, over=0), item(2, over=0), item(3, over=2)],
        {0: SUPERSEDED, 1: COUNTED, 2: RIVAL, 3: RIVAL},
    ),
    "another author replaces nothing": ([item(0), item(1, over=0, author=B)], {0: COUNTED, 1: COUNTED}),
    "a quarantined version replaces nothing": (
        [item(0), item(1, over=0, trust_=Standing.QUARANTINED)],
        {0: COUNTED, 1: Standing.QUARANTINED},
    ),
    "a waiting version replaces nothing": (
        [item(0), item(1, over=0, trust_=Standing.UNKNOWN_AUTHOR)],
        {0: COUNTED, 1: Standing.UNKNOWN_AUTHOR},
    ),
    "one report id counts once, by whoever": (
        [item(0, report=7), item(1, report=7, author=B)],
        {0: COUNTED, 1: DUPLICATE},
    ),
    "a version may keep its report id": ([item(0, report=7), item(1, report=7, over=0)], {0: SUPERSEDED, 1: COUNTED}),
    "a version of something that never came counts": ([item(0, over=99)], {0: COUNTED}),
}


@pytest.mark.parametrize("name", CASES)
def test_versions(name: str) -> None:
    candidates, expected = CASES[name]
    assert judge(candidates) == expected


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([A, B]), st.integers(0, 5)), max_size=10), st.randoms())
def test_order_of_arrival_never_matters_and_every_line_counts_at_most_once(
    links: list[tuple[int, bytes, int]], dice: random.Random
) -> None:
    # over < idx always: hashes cannot form a circle
    candidates = [
        item(idx, over=over if over < idx else None, author=author, report=100 + report)
        for idx, (over, author, report) in enumerate(links)
    ]
    verdict = judge(candidates)
    shuffled = list(candidates)
    dice.shuffle(shuffled)
    assert judge(shuffled) == verdict
    ids = [c.report_id for c in candidates if verdict[c.idx] is COUNTED]
    assert len(ids) == len(set(ids)), "a report id counts twice"


@pytest.mark.parametrize(
    ("known", "proven", "idx", "cut", "enrolled", "expected"),
    [
        (None, False, 5, None, None, Standing.UNKNOWN_AUTHOR),
        (DeviceStanding.UNKNOWN_INVITE, True, 5, None, 0, Standing.UNKNOWN_AUTHOR),
        (DeviceStanding.UNCONFIRMED, True, 5, None, 0, COUNTED),
        (DeviceStanding.CONFIRMED, True, 5, None, 0, COUNTED),
        (DeviceStanding.UNCONFIRMED, False, 5, None, 0, Standing.BAD_SIGNATURE),
        (DeviceStanding.QUARANTINED, True, 5, None, 0, Standing.QUARANTINED),
        (DeviceStanding.REVOKED, True, 5, 6, 0, COUNTED),
        (DeviceStanding.REVOKED, True, 6, 6, 0, Standing.QUARANTINED),
        (DeviceStanding.REVOKED, True, 5, 6, 7, Standing.QUARANTINED),
    ],
)
def test_trust_comes_before_versions(  # noqa: PLR0917 - one column of the table each
    known: DeviceStanding | None, proven: bool, idx: int, cut: int | None, enrolled: int | None, expected: Standing
) -> None:
    assert trust(known=known, proven=proven, idx=idx, cut=cut, enrol_idx=enrolled) is expected
