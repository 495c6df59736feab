"""Ed25519 and COSE_Sign1 against RFC 8032, RFC 9052 and the oracle."""

from __future__ import annotations

from hashlib import sha256

import pytest

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import cbor, signing
from tests.support import oracle

# RFC 8032 section 7.1: secret, public, message, signature of TEST 1, 2, 3.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]
KEY = signing.SigningKey.from_seed(bytes(range(32)))


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = signing.SigningKey.from_seed(bytes.fromhex(seed))
    assert key.public.hex() == public == oracle.ed_public(bytes.fromhex(seed)).hex()
    assert key.sign(bytes.fromhex(message)).hex() == signature
    signing.verify(key.public, bytes.fromhex(message), bytes.fromhex(signature))
    assert oracle.ed_verifies(key.public, bytes.fromhex(message), bytes.fromhex(signature))


def test_every_flipped_bit_of_a_signature_is_refused() -> None:
    signature = KEY.sign(b"message")
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignature):
            signing.verify(KEY.public, b"message", bytes(changed))


def test_another_message_or_key_is_refused() -> None:
    signature = KEY.sign(b"message")
    other = signing.SigningKey.from_seed(bytes(32))
    for public, message in ((KEY.public, b"massage"), (other.public, b"message"), (KEY.public, b"")):
        with pytest.raises(BadSignature):
            signing.verify(public, message, signature)


@pytest.mark.parametrize(("public", "signature"), [(31, 64), (33, 64), (0, 64), (32, 63), (32, 65), (32, 0)])
def test_wrong_lengths_are_refused(public: int, signature: int) -> None:
    with pytest.raises(BadSignature):
        signing.verify(bytes(public), b"", bytes(signature))


def test_a_scalar_that_is_not_reduced_is_refused() -> None:
    signature = KEY.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + oracle.Q
    with pytest.raises(BadSignature):
        signing.verify(KEY.public, b"message", signature[:32] + scalar.to_bytes(32, "little"))


def test_the_fourteen_keys_are_all_those_of_small_order() -> None:
    found = set()
    for y in signing._SMALL_ORDER:
        number = int.from_bytes(y, "little")
        point = oracle.ed_point((number & (1 << 255) - 1) % oracle.P, number >> 255)
        assert oracle.ed_bytes(oracle.ed_times(8, point)) == oracle.ed_bytes(oracle.IDENTITY)
        found.add(oracle.ed_bytes(point))
    assert len(signing._SMALL_ORDER) == 14
    assert len(found) == 8  # the whole torsion group: none is forgotten


def test_one_signature_for_all_messages_is_refused() -> None:
    neutral = oracle.ed_bytes(oracle.IDENTITY)
    forged = oracle.ed_bytes(oracle.BASE) + (1).to_bytes(32, "little")
    for message in (b"yes", b"no"):
        assert oracle.ed_verifies(neutral, message, forged)  # the bare equation holds
        with pytest.raises(BadSignature):
            signing.verify(neutral, message, forged)


def test_a_seed_or_key_of_another_length_is_malformed() -> None:
    with pytest.raises(Malformed):
        signing.SigningKey.from_seed(bytes(31))
    with pytest.raises(Malformed):
        signing.device_id(bytes(31))


def test_the_device_id_is_half_a_hash() -> None:
    assert signing.device_id(KEY.public) == sha256(KEY.public).digest()[:16]


def test_a_key_does_not_print_its_seed() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


def test_the_signed_structure_is_that_of_rfc_9052() -> None:
    # The EdDSA example of the COSE working group: RFC 8032 TEST 1's key, with a content type in the header.
    public, content = bytes.fromhex(RFC_8032[0][1]), b"This is the content."
    signature = bytes.fromhex(
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )
    signing.verify(public, oracle.sig_structure(content, b"", bytes.fromhex("a201270300")), signature)
    assert signing._to_be_signed(content, b"") == oracle.sig_structure(content, b"")
    example = bytes.fromhex("8445a201270300a054") + content + b"\x58\x40" + signature
    with pytest.raises(Malformed):
        signing.cose_open(public, example, b"")  # sound elsewhere, but not our one header


def test_cose_is_an_array_of_four_without_tag() -> None:
    content = b"This is the content."
    to_be_signed = bytes.fromhex("846a5369676e61747572653143a1012740") + b"\x54" + content
    expected = bytes.fromhex("8443a10127a054") + content + b"\x58\x40" + KEY.sign(to_be_signed)
    assert signing.cose_sign1(KEY, content, b"") == expected


def test_cose_is_that_of_the_oracle_and_opens() -> None:
    cose = signing.cose_sign1(KEY, b"payload", b"aad")
    assert cose == oracle.cose_sign1(KEY.seed, b"payload", b"aad")
    assert signing.cose_open(KEY.public, cose, b"aad") == b"payload" == signing.cose_peek(cose)


@pytest.mark.parametrize("aad", [b"", b"aae", b"aad\0"])
def test_cose_of_another_aad_is_refused(aad: bytes) -> None:
    with pytest.raises(BadSignature):
        signing.cose_open(KEY.public, signing.cose_sign1(KEY, b"payload", b"aad"), aad)


def test_aad_and_payload_do_not_run_into_each_other() -> None:
    cose = signing.cose_sign1(KEY, b"cd", b"ab")
    protected, unprotected, _, signature = oracle.uncbor(cose)
    shifted = cbor.encode([protected, unprotected, b"d", signature])
    with pytest.raises(BadSignature):
        signing.cose_open(KEY.public, shifted, b"abc")


@pytest.mark.parametrize(
    "items",
    [
        [],
        [b"\xa1\x01\x27", {}, b"p"],
        [b"\xa1\x01\x26", {}, b"p", bytes(64)],
        [b"\xa1\x01\x27", {4: b"k"}, b"p", bytes(64)],
        [b"\xa1\x01\x27", {}, None, bytes(64)],
        [b"\xa1\x01\x27", {}, "p", bytes(64)],
        [b"", {1: -8}, b"p", bytes(64)],
        [b"\xa1\x01\x27", [], b"p", bytes(64)],
        [b"\xa1\x01\x27", {}, b"p", bytes(63)],
        [b"\xa1\x01\x27", {}, b"p", bytes(64), 0],
    ],
)
def test_other_cose_structures_are_malformed(items: list[cbor.Value]) -> None:
    with pytest.raises(Malformed):
        signing.cose_peek(cbor.encode(items))


def test_cose_that_is_no_array_or_tagged_is_malformed() -> None:
    for data in (b"", b"\xa0", b"\x01", b"\xd2" + signing.cose_sign1(KEY, b"", b"")):
        with pytest.raises(Malformed):
            signing.cose_peek(data)
