"""Chains: gaps, forks, missing sides and heads, in whatever order links arrive."""

from __future__ import annotations

from itertools import permutations

import pytest

from firsthand.protocol.chain import ChainReport, Link, judge


def h(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def link(seq: int, name: str, prev: str | None) -> Link:
    return Link(seq, None if prev is None else h(prev), h(name))


A, B, C, D = link(0, "a", None), link(1, "b", "a"), link(2, "c", "b"), link(3, "d", "c")
B2, C2 = link(1, "b2", "a"), link(2, "c2", "b2")


@pytest.mark.parametrize(
    ("links", "report"),
    [
        ([], ChainReport((), (), (), ())),
        ([A], ChainReport((), (), (), (h("a"),))),
        ([A, B, C, D], ChainReport((), (), (), (h("d"),))),
        ([A, D], ChainReport(((1, 2),), (), ((2, h("c")),), (h("a"), h("d")))),
        ([B], ChainReport(((0, 0),), (), ((0, h("a")),), (h("b"),))),
        ([A, B, D], ChainReport(((2, 2),), (), ((2, h("c")),), (h("b"), h("d")))),
        ([A, B, B2], ChainReport((), ((1, (h("b"), h("b2"))),), (), (h("b"), h("b2")))),
        (
            [A, B, B2, C, C2],
            ChainReport((), ((1, (h("b"), h("b2"))), (2, (h("c"), h("c2")))), (), (h("c"), h("c2"))),
        ),
        ([A, B, C2], ChainReport((), (), ((1, h("b2")),), (h("b"), h("c2")))),
    ],
    ids=["none", "first", "sound", "gap", "no-start", "gap-of-one", "fork", "fork-goes-on", "hidden-fork"],
)
def test_a_chain_is_judged(links: list[Link], report: ChainReport) -> None:
    for order in permutations(links):
        assert judge(order) == report
    assert judge([*links, *links]) == report


def test_only_a_whole_single_line_is_sound() -> None:
    assert judge([A, B, C, D]).sound
    assert judge([]).sound
    for links in ([A, C], [B], [A, B, B2], [A, B, C2]):
        assert not judge(links).sound


def test_a_link_that_gets_its_log_index_later_is_the_same_link() -> None:
    assert judge([A, Link(0, None, h("a"), log_index=7), B]).sound
