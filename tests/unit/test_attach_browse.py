"""The chooser's folders: what is shown of them, and that hostile names and closed doors do no harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import attach_browse
from fieldapp.flows.attach_browse import NAME_CHARS, listing, shown
from firsthand.domain.characters import fault_in


def test_folders_stand_before_files_each_by_name_and_hidden_ones_nowhere(tmp_path: Path) -> None:
    for name in ("b", "A", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("z.jpg", "Y.wav", ".secret"):
        (tmp_path / name).write_bytes(b"12345")
    found = listing(tmp_path)
    assert [(each.name, each.folder) for each in found.entries] == [
        ("A", True), ("b", True), ("Y.wav", False), ("z.jpg", False),
    ]  # fmt: skip
    assert found.entries[-1].size_bytes == 5
    assert found.above == tmp_path.parent
    assert listing(Path("/")).above is None


def test_pipes_and_broken_links_are_not_shown_and_links_to_files_are(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "real.pdf").write_bytes(b"%PDF")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "real.pdf")
    assert [each.name for each in listing(tmp_path).entries] == ["link.pdf", "real.pdf"]


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "gone", tmp_path / "file", Path("a\0b"), tmp_path / ("n" * 3000)):
        found = listing(folder)
        assert (found.entries, found.readable) == ((), False)


def test_a_folder_of_very_many_files_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach_browse, "ENTRIES_MAX", 5)
    for number in range(7):
        (tmp_path / f"{number}.txt").write_bytes(b"x")
    found = listing(tmp_path)
    assert (len(found.entries), found.more) == (5, True)


@given(st.binary(min_size=1, max_size=300).filter(lambda raw: b"/" not in raw and b"\0" not in raw))
def test_any_name_that_a_disk_can_hold_is_one_harmless_line(raw: bytes) -> None:
    name = shown(os.fsdecode(raw))
    assert 0 < len(name) <= NAME_CHARS
    assert fault_in(name) is None


def test_a_name_of_bytes_that_are_no_text_leads_to_its_own_file(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.jpg"
    try:
        with open(raw, "wb") as handle:  # noqa: PTH123 - a path of bytes
            handle.write(b"here")
    except OSError:
        pytest.skip("this file system takes no such name")
    (found,) = listing(tmp_path).entries
    assert found.path.read_bytes() == b"here"
    assert "\udcff" not in found.name
