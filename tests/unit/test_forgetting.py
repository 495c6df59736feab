"""Memories whose keys are words that were typed or read: empty once the vault is closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import search
from fieldapp.flows.seal import record
from firsthand.domain import folding, names
from tests.support.tablets import as_json, example, tablet

TYPED = "Nyabirongo crossing, behind the mill"


def remembered(cached: Any, *args: object) -> bool:
    """Whether the answer comes from a memory of earlier ones."""
    hits = cached.cache_info().hits
    cached(*args)
    return bool(cached.cache_info().hits > hits)


@pytest.mark.parametrize(
    ("use", "cached", "key"),
    [
        (lambda _: folding.fold(TYPED), folding.fold, TYPED),
        (lambda _: folding.begins_all(("mill",), TYPED), folding.words_of, TYPED),
        (lambda _: names.likely("seen there", frozenset({TYPED})), names._places, frozenset({TYPED})),
        (lambda made: search.find(made, "ꟻ"), search._folded, "ꟻ"),
        (lambda made: search.find(made, "zyzzyva"), search._day, None),
    ],
)
def test_closing_the_vault_forgets(tmp_path: Path, use: Callable[[Any], object], cached: Any, key: object) -> None:
    with tablet(tmp_path) as made:
        record(made, as_json(example()))
        use(made)
        (row,) = made.listing().rows("all", 0, 1)
        asked = row.recorded_at_s // 86_400 if key is None else key
        assert remembered(cached, asked)
    assert not remembered(cached, asked)
