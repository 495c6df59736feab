"""The look that is remembered between starts: what was written comes back, anything else counts as nothing."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import look
from fieldapp.widgets.tokens import MODES, SCALES
from firsthand.assets import LANGUAGES

LOOKS = st.builds(
    look.Look,
    st.sampled_from(LANGUAGES),
    st.sampled_from(MODES),
    st.sampled_from([round(scale * 100) for scale in SCALES]),
    st.booleans(),
)


@given(LOOKS)
def test_what_was_chosen_comes_back(chosen: look.Look) -> None:
    """Every language, light, size and hand."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        look.write(home, chosen)
        assert look.read(home) == chosen
        assert sorted(path.name for path in home.iterdir()) == [look.NAME]


def test_no_folder_is_made_for_it(tmp_path: Path) -> None:
    """Looking around leaves nothing on the disk."""
    look.write(tmp_path / "none", look.Look())
    assert not (tmp_path / "none").exists()
    assert look.read(tmp_path / "none") is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_harm(data: bytes) -> None:
    """Cut, flipped, or somebody else's file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / look.NAME).write_bytes(data)
        found = look.read(Path(folder))
        assert found is None or isinstance(found, look.Look)


@pytest.mark.parametrize(
    "change",
    [{"language": "xx"}, {"mode": "dusk"}, {"scale": 110}, {"scale": True}, {"left_hand": 1}, {"language": None}],
)
def test_values_that_the_window_does_not_have_count_as_nothing(change: dict[str, Any], tmp_path: Path) -> None:
    """The window would fail on them."""
    value = {"language": "fr", "mode": "sun", "scale": 150, "left_hand": False, **change}
    assert look.parse(value) is None
    (tmp_path / look.NAME).write_text(json.dumps(value))
    assert look.read(tmp_path) is None


def test_deep_and_huge_files_are_no_look(tmp_path: Path) -> None:
    """Neither the stack nor the memory is at risk."""
    (tmp_path / look.NAME).write_text("[" * 4000)
    assert look.read(tmp_path) is None
    (tmp_path / look.NAME).write_text(" " * 100_000 + "{}")
    assert look.read(tmp_path) is None
