"""The finder of forbidden strings finds what it is there to find; else the tests that use it prove nothing."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import pytest

from tests.support.canary import find

WORD = "canary-Ωmega-7Q"


@pytest.mark.parametrize(
    "disguise",
    [
        lambda raw: raw,
        lambda _: WORD.encode("utf-16-le"),
        lambda _: WORD.encode("utf-16-be"),
        lambda raw: raw.hex().encode(),
        lambda raw: raw.hex().upper().encode(),
        lambda raw: base64.b64encode(b"before " + raw + b" after"),
        lambda raw: base64.b64encode(b"before. " + raw + b" after"),
        lambda raw: base64.b64encode(b"before.. " + raw + b" after"),
        lambda raw: zlib.compress(b"before " + raw + b" after"),
    ],
)
def test_every_disguise_is_seen_through(tmp_path: Path, disguise) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_bytes(b"\x01noise " + disguise(WORD.encode()) + b" noise\xff")
    assert find(tmp_path, [WORD])


def test_a_clean_folder_is_clean(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 40)
    assert find(tmp_path, [WORD]) == []
