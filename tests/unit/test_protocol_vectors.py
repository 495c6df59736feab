"""Every vector file is accepted, or refused for exactly the fault that it is named for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from firsthand.errors import FirsthandError
from firsthand.protocol import cbor, envelope, manifest, padding, suite
from tests.vectors.generate import everything
from tests.vectors.load import Vector, load, parse

VECTORS = load()

# The product's own word for where it refused -> the stage that the vector names.
STAGES = {
    "envelope structure": "frame", "envelope slot count": "frame", "envelope slot": "frame",
    "envelope shape": "frame", "envelope header": "header", "slot": "slot", "no such slot": "slot",
    "empty bitmap": "slot", "hpke": "slot", "bitmap": "bitmap", "manifest seal": "manifest-seal",
    "manifest padding": "manifest-padding", "cose structure": "cose", "slots hash": "binding",
    "part lengths": "binding", "part hash": "binding", "part seal": "part-seal",
    "part padding": "part-padding",
    "deflate": "deflate", "deflate length": "deflate", "ed25519": "signature", "device": "signature",
    "key of small order": "signature", "cobblestone": "seal",
}  # fmt: skip


def stage_of(detail: str) -> str:
    return STAGES.get(detail) or detail.partition(" ")[0]


def check_cbor(vector: Vector) -> None:
    value = cbor.decode(vector.body)
    if vector.expect == "ok":  # else: decoding itself must refuse, not the way back
        assert cbor.encode(value) == vector.body


def check_manifest(vector: Vector) -> None:
    one = manifest.parse(vector.body)
    if vector.expect == "ok":
        assert manifest.encode(one) == vector.body


def check_deflate(vector: Vector) -> None:
    content = padding.inflate(vector.body)
    assert padding.inflate(padding.pad_part(padding.deflate(content))) == content


def check_part(vector: Vector) -> None:
    plain = suite.part_open(vector.hex("key"), vector.hex("context"), vector.body)
    assert plain == bytes(int(vector.inputs["plaintext_bytes"]))


def check_hpke(vector: Vector) -> None:
    secret = suite.KemSecret.from_seed(vector.hex("role_seed"))
    assert suite.hpke_open(secret, vector.hex("info"), vector.body) == vector.hex("plaintext")


def check_envelope(vector: Vector) -> None:
    secret = suite.KemSecret.from_seed(vector.hex("role_seed"))
    opened = envelope.open_slot(vector.body, int(vector.inputs["slot"]), [secret])
    opened.authenticate(vector.hex("author_public"))
    assert "".join(map(str, sorted(opened.granted))) == vector.inputs["granted"]


CHECKS: dict[str, Callable[[Vector], None]] = {
    "cbor": check_cbor,
    "manifest": check_manifest,
    "deflate": check_deflate,
    "part": check_part,
    "hpke": check_hpke,
    "envelope": check_envelope,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector.kind}-{vector.name}")
def test_a_vector_is_taken_or_refused_for_its_own_fault(vector: Vector) -> None:
    check = CHECKS[vector.kind]
    if vector.expect == "ok":
        check(vector)
        return
    with pytest.raises(FirsthandError) as caught:
        check(vector)
    assert (caught.value.code, stage_of(caught.value.detail)) == (vector.expect, vector.stage)


def test_there_are_vectors_of_every_kind_sound_and_faulty() -> None:
    kinds = Counter((vector.kind, vector.expect == "ok") for vector in VECTORS)
    assert set(kinds) == {(kind, sound) for kind in CHECKS for sound in (True, False)}
    assert sum(count for (_, sound), count in kinds.items() if not sound) >= 100
    assert len({(vector.kind, vector.body, str(vector.inputs)) for vector in VECTORS}) == len(VECTORS)


@pytest.mark.slow
def test_the_files_are_what_the_oracle_writes() -> None:
    written = {(vector.kind, vector.name): vector.text() for vector in VECTORS}
    assert written == {(vector.kind, vector.name): vector.text() for vector in everything()}


def test_a_file_whose_body_was_touched_is_noticed() -> None:
    text = VECTORS[0].text()
    broken = text[:-2] + ("0" if text[-2] != "0" else "1") + "\n"
    with pytest.raises(ValueError, match="header or hash"):
        parse("broken", broken)
