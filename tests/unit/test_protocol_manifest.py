"""Manifests: strict both ways, and small enough for their padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firsthand.errors import Malformed
from firsthand.protocol import manifest, padding, signing
from tests.support import oracle
from tests.support.envelopes import AUTHOR, draft

PARTS = tuple((136 + number, bytes([number]) * 32) for number in range(5))
SOUND = manifest.bind(draft(), b"\x01" * 32, PARTS)


def test_a_manifest_survives_its_encoding() -> None:
    for one in (SOUND, replace(SOUND, seq=0, prev=None), replace(SOUND, supersedes=b"\x02" * 32)):
        assert manifest.parse(manifest.encode(one)) == one


def test_the_payload_is_what_the_page_says() -> None:
    assert oracle.uncbor(manifest.encode(SOUND)) == {
        0: "report",
        1: SOUND.chain,
        2: 3,
        3: SOUND.prev,
        4: SOUND.device,
        5: 20_771,
        6: [12, bytes(32), False],
        7: [4_096, bytes(32)],
        8: b"\x01" * 32,
        9: [list(part) for part in PARTS],
    }


def test_the_largest_manifest_still_fits_its_padding() -> None:
    most = 2**63 - 1
    largest = manifest.bind(
        draft(
            type="t" * 16,
            seq=most,
            day=most,
            directory=(most, bytes(32), True),
            checkpoint=(most, bytes(32)),
            supersedes=bytes(32),
        ),
        bytes(32),
        ((196_608, bytes(32)),) * 5,
    )
    cose = signing.cose_sign1(AUTHOR, manifest.encode(largest), bytes(20))
    assert padding.unpad_manifest(padding.pad_manifest(cose)) == cose


@pytest.mark.parametrize(
    "change",
    [
        {"type": ""},
        {"type": "Report"},
        {"type": "r" * 17},
        {"type": "re port"},
        {"type": b"report"},
        {"chain": bytes(15)},
        {"seq": -1},
        {"seq": True},
        {"seq": 1 << 63},
        {"seq": 0},
        {"prev": None},
        {"prev": bytes(31)},
        {"device": bytes(32)},
        {"day": -1},
        {"day": 1.5},
        {"directory": (12, bytes(32), 1)},
        {"directory": (-1, bytes(32), True)},
        {"directory": (1, bytes(16), True)},
        {"checkpoint": (True, bytes(32))},
        {"checkpoint": (1, "x" * 32)},
        {"supersedes": bytes(16)},
    ],
    ids=str,
)
def test_a_draft_outside_the_format_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        draft(**change)


@pytest.mark.parametrize(
    ("slots_hash", "parts"),
    [
        (bytes(31), PARTS),
        (bytes(32), PARTS[:4]),
        (bytes(32), (*PARTS, PARTS[0])),
        (bytes(32), ((-1, bytes(32)),) * 5),
        (bytes(32), ((136, bytes(31)),) * 5),
    ],
)
def test_hashes_and_parts_outside_the_format_are_refused(
    slots_hash: bytes, parts: tuple[tuple[int, bytes], ...]
) -> None:
    with pytest.raises(Malformed):
        manifest.bind(draft(), slots_hash, parts)


def test_a_manifest_says_no_kind_no_consent_and_no_clock_time() -> None:
    names = set(manifest.Manifest.__dataclass_fields__)
    assert names == {
        "type",
        "chain",
        "seq",
        "prev",
        "device",
        "day",
        "directory",
        "checkpoint",
        "supersedes",
        "slots_hash",
        "parts",
    }
