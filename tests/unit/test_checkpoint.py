"""Signed checkpoints: the C2SP form, and that nothing else passes."""

from __future__ import annotations

import base64
import random

import pytest

from firsthand.errors import BadProof, BadSignature, FirsthandError, Malformed, WrongMission
from firsthand.protocol import checkpoint
from firsthand.protocol.checkpoint import Checkpoint
from firsthand.protocol.signing import SigningKey, verify

KEY = SigningKey.from_seed(b"k" * 32)
OTHER = SigningKey.from_seed(b"o" * 32)
ORIGIN = "relay.test/abcd"
POINT = Checkpoint(origin=ORIGIN, size=1234, root=bytes(range(32)), day=20_800)
NOTE = checkpoint.sign(POINT, KEY)


def read(note: str) -> Checkpoint:
    return checkpoint.parse_and_verify(note, KEY.public, ORIGIN)


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    assert read(NOTE) == POINT


def test_the_note_has_the_lines_of_a_c2sp_checkpoint() -> None:
    lines = NOTE.split("\n")
    root = base64.b64encode(POINT.root).decode()
    assert lines[:5] == [ORIGIN, "1234", root, "day 20800", ""]
    assert lines[5].startswith(f"— {ORIGIN} ")
    assert lines[6:] == [""]


def test_key_id_and_signature_are_those_of_the_note_format() -> None:
    """The example key and note of the Go implementation's documentation."""
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    blob = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    assert checkpoint.key_id("PeterNeumann", public).hex() == "c74f20a3"
    assert blob[:4].hex() == "c74f20a3"
    verify(public, text.encode(), blob[4:])


def test_every_changed_character_is_refused() -> None:
    for at in range(len(NOTE)):
        for char in {"0", "A", "\n", " ", "é"} - {NOTE[at]}:
            with pytest.raises(FirsthandError):
                read(NOTE[:at] + char + NOTE[at + 1 :])


def test_every_truncation_and_every_addition_is_refused() -> None:
    for at in range(len(NOTE)):
        with pytest.raises(FirsthandError):
            read(NOTE[:at])
    for tail in ("\n", " ", "x", "— "):
        with pytest.raises(Malformed):
            read(NOTE + tail)


def test_signatures_of_strangers_are_passed_over() -> None:
    stranger = checkpoint.sign(POINT, OTHER, "witness.example").split("\n\n")[1]
    assert read(NOTE + stranger) == POINT


def test_only_strangers_signatures_are_not_enough() -> None:
    with pytest.raises(BadSignature):
        read(checkpoint.sign(POINT, OTHER))
    with pytest.raises(BadSignature):
        read(checkpoint.sign(POINT, KEY, "another-name"))


def test_our_signature_twice_is_refused() -> None:
    with pytest.raises(BadSignature):
        read(NOTE + NOTE.split("\n\n")[1])


def test_a_checkpoint_of_another_log_is_of_another_mission() -> None:
    other = Checkpoint(origin="relay.test/other", size=1, root=bytes(32), day=1)
    with pytest.raises(WrongMission):
        read(checkpoint.sign(other, KEY))


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n007\n{{root}}\nday 1\n",
        f"{ORIGIN}\n+7\n{{root}}\nday 1\n",
        f"{ORIGIN}\n٧\n{{root}}\nday 1\n",
        f"{ORIGIN}\n7\n{{root}}\nday -1\n",
        f"{ORIGIN}\n7\n{{root}}\nday 01\n",
        f"{ORIGIN}\n7\n{{root}}\n",
        f"{ORIGIN}\n7\n{{root}}\nday 1\nmore\n",
        f"{ORIGIN}\n7\nAAAA\nday 1\n",
        f"{ORIGIN}\n7\n{{unpadded}}\nday 1\n",
        f"{ORIGIN}\n7\n{{loose}}\nday 1\n",
        f"{ORIGIN}\n999999999999999\n{{root}}\nday 1\n",
        f"{ORIGIN}\n7\n{{root}}\nday 99999999\n",
        f"{ORIGIN} \n7\n{{root}}\nday 1\n",
        "\n7\n{root}\nday 1\n",
    ],
)
def test_another_form_is_refused_even_when_well_signed(text: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    text = text.format(root=root, unpadded=root.rstrip("="), loose=root[:-2] + "B=")
    blob = base64.b64encode(checkpoint.key_id(ORIGIN, KEY.public) + KEY.sign(text.encode())).decode()
    with pytest.raises(Malformed):
        read(f"{text}\n— {ORIGIN} {blob}\n")


def test_a_note_that_is_too_long_is_not_even_looked_at() -> None:
    with pytest.raises(Malformed):
        read(NOTE + NOTE.split("\n\n")[1] * 40)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", ""),
        ("origin", "a b"),
        ("origin", "a+b"),
        ("origin", "a\nb"),
        ("size", -1),
        ("root", b"x"),
        ("day", -1),
    ],
)
def test_what_no_note_can_say_is_no_checkpoint(field: str, value: object) -> None:
    good = {"origin": ORIGIN, "size": 0, "root": bytes(32), "day": 0}
    with pytest.raises(BadProof):
        Checkpoint(**{**good, field: value})  # type: ignore[arg-type]


def test_random_checkpoints_come_back() -> None:
    rng = random.Random(20)
    for _ in range(50):
        point = Checkpoint(ORIGIN, rng.randrange(1 << 48), rng.randbytes(32), rng.randrange(1 << 20))
        assert read(checkpoint.sign(point, KEY)) == point
