"""The two messages of a withdrawal, and what is left of an envelope when keys are destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.domain.consent import SCOPES
from firsthand.errors import BadSignature, Malformed, NotForUs, Unopenable
from firsthand.protocol import cbor, erasure, withdraw
from firsthand.protocol.envelope import PART_NAMES, Opened, cut, open_slot, peek_type
from firsthand.protocol.erasure import Erasure, Export
from firsthand.protocol.signing import SigningKey, device_id
from firsthand.protocol.suite import KemSecret
from firsthand.protocol.withdraw import Withdrawal
from tests.support.desk_world import World

SUBJECT = "7K2M94QD0000000000000000AB"
hashes = st.binary(min_size=32, max_size=32)
bitmaps = st.integers(0, 63)


def withdrawal(**changes: Any) -> Withdrawal:
    plain = Withdrawal(
        target=b"\x07" * 32,
        place=(b"\x08" * 16, 3),
        subject=SUBJECT,
        scopes=("C2",),
        keep=(0, 1, 19, 5),
        full=False,
        at_day=20_700,
    )
    return replace(plain, **changes)


# -- withdrawal ----------------------------------------------------------------------------------------------
@given(hashes, st.integers(0, 1 << 40), st.lists(bitmaps, min_size=4, max_size=6), st.integers(0, 1 << 20))
def test_a_withdrawal_survives_the_wire(target: bytes, seq: int, keep: list[int], day: int) -> None:
    said = withdrawal(target=target, place=(target[:16], seq), keep=tuple(keep), at_day=day)
    assert withdraw.parse(cbor.decode(cbor.encode(withdraw.encode(said)))) == said
    assert [said.kept_by(slot) for slot in range(-1, len(keep) + 1)] == [0, *keep, 0]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": b"short"},
        {"place": (b"short", 3)},
        {"place": (b"\x08" * 16, -1)},
        {"place": (b"\x08" * 16, True)},
        {"subject": "someone"},
        {"scopes": ()},
        {"scopes": ("C2", "C2")},
        {"scopes": ("a whole sentence",)},
        {"scopes": (2,)},
        {"keep": (0, 0, 0)},
        {"keep": (0,) * 7},
        {"keep": (64, 0, 0, 0)},
        {"keep": (-1, 0, 0, 0)},
        {"keep": (True, 0, 0, 0)},
        {"full": True},  # while roles keep something
        {"full": 1},
        {"at_day": -1},
    ],
)
def test_a_withdrawal_out_of_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        withdrawal(**changes)


def _put(name: str, value: object) -> Callable[[dict[Any, Any]], object]:
    return lambda part: part.__setitem__(name, value)


@pytest.mark.parametrize(
    "change",
    [
        _put("v", 2),
        _put("v", True),
        _put("more", 1),
        _put("target", "text"),
        _put("place", [b"\x08" * 16]),
        _put("scopes", {}),
        _put("scopes", [["C2"]]),
        _put("keep", [b"", 0, 0, 0]),
        lambda part: part.pop("subject"),
    ],
)
def test_a_part_out_of_form_is_malformed(change: Callable[[dict[Any, Any]], object]) -> None:
    part: Any = withdraw.encode(withdrawal())
    change(part)
    with pytest.raises(Malformed):
        withdraw.parse(part)
    with pytest.raises(Malformed):
        withdraw.parse([part])


# -- receipts ------------------------------------------------------------------------------------------------
TABLET, OTHER = KemSecret.from_seed(b"t" * 32), KemSecret.from_seed(b"o" * 32)
DESK, FALSE_DESK = SigningKey.from_seed(b"d" * 32), SigningKey.from_seed(b"f" * 32)
DEVICE, OTHER_DEVICE = b"\x01" * 16, b"\x02" * 16
DESKS = {"risk_cell": [DESK.public]}
RECEIPT = Erasure(b"\x03" * 32, b"\x04" * 32, 0b100, 0b11, 20_700, 2, (Export("weekly", "csv", 20_699),))


def sealed(key: SigningKey = DESK, device: bytes = DEVICE, kem: KemSecret = TABLET) -> bytes:
    return erasure.seal_answer(key, "risk_cell", device, kem.public(), [RECEIPT])


def opened(*answers: bytes) -> list[erasure.Answer]:
    return erasure.open_file(erasure.file_of(answers), TABLET, DESKS, DEVICE)


def test_a_tablet_finds_its_own_answer_among_others() -> None:
    data = erasure.file_of([sealed(device=OTHER_DEVICE, kem=OTHER), sealed()])
    assert erasure.is_file(data)
    assert erasure.open_file(data, TABLET, DESKS, DEVICE) == [erasure.Answer("risk_cell", (RECEIPT,))]
    assert not erasure.is_file(cbor.encode(["firsthand/1/return", b"", b""]))
    assert DEVICE not in data


def test_an_answer_for_another_tablet_opens_nothing() -> None:
    with pytest.raises(NotForUs):
        opened(sealed(device=OTHER_DEVICE, kem=OTHER))


def test_an_answer_that_no_desk_of_that_role_has_signed_is_refused() -> None:
    with pytest.raises(BadSignature):
        opened(sealed(FALSE_DESK))
    with pytest.raises(BadSignature):
        erasure.open_file(erasure.file_of([sealed()]), TABLET, {"custodian": [DESK.public]}, DEVICE)


def test_an_answer_that_is_sealed_here_and_names_another_device_is_refused() -> None:
    from firsthand.protocol import signing, suite

    payload = cbor.encode({"v": 1, "role": "risk_cell", "device": OTHER_DEVICE, "erasures": []})
    aad, info = cbor.encode([erasure.MARK, "desk"]), cbor.encode([erasure.MARK, DEVICE])
    foreign = suite.hpke_seal(TABLET.public(), info, signing.cose_sign1(DESK, payload, aad))
    with pytest.raises(BadSignature):
        opened(foreign)


@given(st.data())
def test_a_file_that_was_cut_or_flipped_is_never_believed(data: st.DataObject) -> None:
    whole = erasure.file_of([sealed()])
    at = data.draw(st.integers(0, len(whole) - 1))
    hurt = data.draw(st.sampled_from((whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])))
    with pytest.raises((Malformed, NotForUs, BadSignature)):
        erasure.open_file(hurt, TABLET, DESKS, DEVICE)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": b""},
        {"gone": 64},
        {"gone": 0b11, "kept": 0b1},
        {"day": -1},
        {"readers": True},
        {"exports": (Export("", "csv", 1),)},
        {"exports": (Export("weekly", "csv", -1),)},
        {"exports": (Export("weekly", "csv", 1),) * 41},
    ],
)
def test_a_receipt_out_of_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(RECEIPT, **changes)


# -- what is left of an envelope -----------------------------------------------------------------------------
WORLD = World(21)
AUTHOR = WORLD.tablet()
ALL = frozenset(range(6))
WHOLE = AUTHOR.report(grants=[ALL] * 4)
KEYS = [WHOLE.keys[number] for number in range(6)]


def only(*numbers: int) -> list[bytes | None]:
    return [key if number in {0, *numbers} else None for number, key in enumerate(KEYS)]


@given(st.sets(st.integers(1, 5)), st.sets(st.integers(1, 5)))
def test_what_is_left_opens_to_the_kept_parts_and_to_no_other(kept: set[int], asked: set[int]) -> None:
    whole = Opened.from_keys(WHOLE.envelope, KEYS)
    left = cut(WHOLE.envelope, only(*kept))
    found = Opened.from_keys(left, only(*kept))
    assert found.parts == {name: value for name, value in whole.parts.items() if PART_NAMES.index(name) + 1 in kept}
    found.authenticate(AUTHOR.sign.public)
    if asked <= kept:
        assert cut(left, only(*asked)) == cut(WHOLE.envelope, only(*asked))
    else:
        with pytest.raises(Unopenable):
            Opened.from_keys(left, only(*asked))


def test_what_is_left_holds_no_slot_and_no_byte_of_what_went() -> None:
    left = cut(WHOLE.envelope, only(1))
    whole: Any = cbor.decode(WHOLE.envelope)
    remains: Any = cbor.decode(left)
    first = remains[2][0]
    assert remains == [whole[0], whole[2], [first, None, None, None, None]]
    gone = whole[3].removeprefix(first)
    assert len(gone) == len(whole[3]) - len(first)
    assert all(slot not in left for slot in whole[1])
    assert all(gone[at : at + 16] not in left for at in range(0, len(gone) - 16, 16))
    for slot, secret in enumerate(WORLD.kems):
        with pytest.raises(NotForUs):
            open_slot(left, slot, [secret])


def test_what_is_left_is_proven_part_by_part() -> None:
    left: Any = cbor.decode(cut(WHOLE.envelope, only(1, 2)))
    left[2][0], left[2][1] = left[2][1], left[2][0]
    with pytest.raises(Unopenable):
        Opened.from_keys(cbor.encode(left), only(1, 2))


@pytest.mark.parametrize("remains", [[], [None] * 4, [None] * 6, [1, None, None, None, None]])
def test_another_form_of_what_is_left_is_malformed(remains: list[Any]) -> None:
    prot, manifest, _ = cbor.decode(cut(WHOLE.envelope, only(1)))  # type: ignore[misc]
    with pytest.raises(Malformed):
        Opened.from_keys(cbor.encode([prot, manifest, remains]), only(1))


def test_without_the_manifests_key_nothing_is_cut() -> None:
    with pytest.raises(Malformed):
        cut(WHOLE.envelope, [None, *KEYS[1:]])
    with pytest.raises(Unopenable):
        cut(WHOLE.envelope, [bytes(32), *KEYS[1:]])


def test_a_peek_tells_the_kind_without_opening_a_part() -> None:
    assert peek_type(WHOLE.envelope, 0, [WORLD.kems[0]]) == "report"
    assert peek_type(WHOLE.envelope, 0, [WORLD.kems[0]], body_max=1_000) == ""
    with pytest.raises(Unopenable):
        peek_type(WHOLE.envelope, 0, [WORLD.kems[1]])
    with pytest.raises(NotForUs):
        peek_type(WHOLE.envelope, 9, [WORLD.kems[0]])
    assert device_id(AUTHOR.sign.public) == open_slot(WHOLE.envelope, 0, [WORLD.kems[0]]).manifest.device


@pytest.mark.parametrize("scopes", [("C2",), SCOPES])
def test_every_withdrawal_is_found_by_its_size(scopes: tuple[str, ...]) -> None:
    sealed = AUTHOR.withdraw(WHOLE, scopes=scopes, keep=(63, 63, 63, 63))
    for slot, secret in enumerate(WORLD.kems):
        assert peek_type(sealed.envelope, slot, [secret], withdraw.BODY_MAX_BYTES) == withdraw.ENVELOPE_TYPE
