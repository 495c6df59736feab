"""The suite against its specifications and against the oracle, in both directions."""

from __future__ import annotations

from hashlib import sha256

import argon2
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from firsthand.errors import BadSeal, Damaged, Malformed, NotForUs, WrongPassphrase
from firsthand.protocol import cbor, suite
from tests.support import oracle
from tests.support.oracle import Stream

SEED = Stream(b"suite/seed").bytes(32)
SECRET = suite.KemSecret.from_seed(SEED)
KEYS = oracle.role_keys(SEED)
SIZES = (0, 1, 193, 16_383, 16_384, 16_385, 40_000)


# -- HKDF ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("length", [1, 32, 64, 65, 255 * 64])
@pytest.mark.parametrize("salt", [b"", b"salt"])
def test_hkdf_is_that_of_the_oracle(length: int, salt: bytes) -> None:
    assert suite.hkdf(b"k" * 32, b"info", length, salt) == oracle.hkdf(b"k" * 32, b"info", length, salt)


def test_no_salt_is_a_salt_of_zeros() -> None:
    assert suite.hkdf(b"k", b"", 32) == suite.hkdf(b"k", b"", 32, bytes(64))


# -- HPKE ----------------------------------------------------------------------------------------------------
def test_a_seed_gives_the_oracles_key() -> None:
    assert SECRET.public() == KEYS.public
    assert len(SECRET.public()) == 1216


@pytest.mark.parametrize("size", [0, 1, 193, 5_000])
def test_the_oracle_opens_what_the_product_seals(size: int) -> None:
    text = bytes(range(256)) * 20
    sealed = suite.hpke_seal(KEYS.public, b"info", text[:size])
    assert len(sealed) == size + suite.KEM_OVERHEAD_BYTES
    assert oracle.hpke_open(KEYS, b"info", sealed) == text[:size]


@pytest.mark.parametrize("size", [0, 1, 193, 5_000])
def test_the_product_opens_what_the_oracle_seals(size: int) -> None:
    text = bytes(range(256)) * 20
    sealed = oracle.hpke_seal(SECRET.public(), b"info", text[:size], Stream(b"%d" % size).bytes(64))
    assert suite.hpke_open(SECRET, b"info", sealed) == text[:size]


def test_a_slot_has_the_size_of_the_page() -> None:
    assert len(suite.hpke_seal(SECRET.public(), b"", bytes(193))) == 1329


def test_the_same_text_never_seals_to_the_same_bytes() -> None:
    assert suite.hpke_seal(SECRET.public(), b"", b"x") != suite.hpke_seal(SECRET.public(), b"", b"x")


@pytest.mark.parametrize("cut", [0, 1, 1087, 1088, 1119, 1120, 1135, 1136])
def test_a_sealed_text_cut_short_is_not_for_us(cut: int) -> None:
    sealed = suite.hpke_seal(SECRET.public(), b"info", b"x")
    with pytest.raises(NotForUs):
        suite.hpke_open(SECRET, b"info", sealed[:cut])


@pytest.mark.parametrize("point", [0, 1, oracle.P - 1, oracle.P, oracle.P + 1])
def test_an_ephemeral_point_of_small_order_is_not_for_us(point: int) -> None:
    sealed = suite.hpke_seal(SECRET.public(), b"info", b"x")
    with pytest.raises(NotForUs):
        suite.hpke_open(SECRET, b"info", sealed[:1088] + point.to_bytes(32, "little") + sealed[1120:])


def test_another_key_or_info_is_not_for_us() -> None:
    sealed = suite.hpke_seal(SECRET.public(), b"info", b"x")
    with pytest.raises(NotForUs):
        suite.hpke_open(suite.KemSecret.from_seed(bytes(32)), b"info", sealed)
    with pytest.raises(NotForUs):
        suite.hpke_open(SECRET, b"infp", sealed)


@pytest.mark.parametrize(
    "public",
    [b"", KEYS.public[:-1], KEYS.public + b"\0", b"\xff" * 1184 + KEYS.x_public, KEYS.ek + bytes(32)],
    ids=["empty", "short", "long", "coefficients-not-reduced", "point-of-small-order"],
)
def test_what_is_no_public_key_is_malformed(public: bytes) -> None:
    with pytest.raises(Malformed):
        suite.hpke_seal(public, b"", b"x")


def test_a_seed_of_another_length_is_malformed() -> None:
    for size in (0, 31, 33, 64):
        with pytest.raises(Malformed):
            suite.KemSecret.from_seed(bytes(size))


def test_a_secret_does_not_print_its_seed() -> None:
    assert repr(SEED) not in repr(SECRET)
    assert SEED.hex() not in repr(SECRET)


# -- Cobblestone ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", SIZES)
def test_parts_open_both_ways(size: int) -> None:
    text, key = Stream(b"text").bytes(size), b"k" * 32
    assert oracle.cobblestone_open(key, b"context", suite.part_seal(key, b"context", text)) == text
    sealed = oracle.cobblestone_seal(key, b"context", text, Stream(b"salt").bytes(24))
    assert suite.part_open(key, b"context", sealed) == text


def test_the_overhead_is_that_of_the_page() -> None:
    assert [len(suite.part_seal(bytes(32), b"", bytes(size))) - size for size in (0, 16_383, 16_384)] == [
        72,
        72,
        88,
    ]


@pytest.mark.parametrize("step", [1, 7, 4_096, 16_384, 50_000])
def test_streaming_gives_the_same_as_at_once(step: int) -> None:
    text, key = Stream(b"text").bytes(40_000), b"k" * 32
    sealer = suite.PartSealer(key, b"c")
    sealed = b"".join(sealer.update(text[at : at + step]) for at in range(0, len(text), step)) + sealer.finalize()
    assert suite.part_open(key, b"c", sealed) == text
    opener = suite.PartOpener(key, b"c")
    opened = b"".join(opener.update(sealed[at : at + step]) for at in range(0, len(sealed), step))
    assert opened + opener.finalize() == text


def test_a_stream_cut_at_a_chunk_is_noticed_at_its_end() -> None:
    key = b"k" * 32
    sealed = suite.part_seal(key, b"c", bytes(20_000))
    opener = suite.PartOpener(key, b"c")
    opener.update(sealed[: 56 + 16_400])
    with pytest.raises(BadSeal):
        opener.finalize()


def test_a_stream_of_another_key_gives_nothing() -> None:
    sealed = suite.part_seal(b"k" * 32, b"c", bytes(20_000))
    with pytest.raises(BadSeal):
        suite.PartOpener(b"l" * 32, b"c").update(sealed)


def test_every_flipped_byte_and_every_cut_of_a_part_is_refused() -> None:
    key = b"k" * 32
    sealed = suite.part_seal(key, b"c", b"some text")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x40
        with pytest.raises(BadSeal):
            suite.part_open(key, b"c", bytes(changed))
        with pytest.raises(BadSeal):
            suite.part_open(key, b"c", sealed[:at])


def test_a_part_key_of_another_length_is_malformed() -> None:
    for call in (
        lambda: suite.part_seal(bytes(16), b"", b""),
        lambda: suite.part_open(bytes(33), b"", b""),
        lambda: suite.PartSealer(b"", b""),
        lambda: suite.PartOpener(b"", b""),
    ):
        with pytest.raises(Malformed):
            call()


# -- passphrases ---------------------------------------------------------------------------------------------
def test_argon2id_is_that_of_rfc_9106() -> None:
    kdf = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    )
    expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert kdf.derive(b"\x01" * 32).hex() == expected


@pytest.mark.slow
def test_a_passphrase_key_is_that_of_another_library() -> None:
    key = suite.passphrase_key("one two three four five six", b"s" * 16, suite.KdfCost())
    other = argon2.low_level.hash_secret_raw(
        b"one two three four five six",
        b"s" * 16,
        time_cost=3,
        memory_cost=65_536,
        parallelism=4,
        hash_len=32,
        type=argon2.low_level.Type.ID,
    )
    assert key == other


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("one two-three", ["one", "two", "three"]),
        ("  one\ttwo \n three ", ["one", "two", "three"]),
        ("one\u2011two\u2010three\u00a0four", ["one", "two", "three", "four"]),
        ("re\u0301colte e\u0301te\u0301", ["r\u00e9colte", "\u00e9t\u00e9"]),
        ("One two", ["One", "two"]),
        (" - - ", []),
    ],
)
def test_keyboards_agree_on_the_words(typed: str, words: list[str]) -> None:
    assert suite.passphrase_words(typed) == words


@pytest.mark.parametrize(
    "cost",
    [
        (2, 4, 65_536),
        (4, 4, 65_536),
        (3, 1, 65_536),
        (3, 4, 65_535),
        (3, 4, 131_073),
        (3, 4, 1 << 40),
        (3, 4, -1),
    ],
)
def test_a_cost_out_of_bounds_is_refused_before_it_costs_anything(cost: tuple[int, int, int]) -> None:
    with pytest.raises(Malformed):
        suite.passphrase_key("x", bytes(16), suite.KdfCost(*cost))


def test_a_salt_of_another_length_or_a_surrogate_is_malformed() -> None:
    with pytest.raises(Malformed):
        suite.passphrase_key("x", bytes(15), suite.KdfCost())
    with pytest.raises(Malformed):
        suite.passphrase_key("\ud800", bytes(16), suite.KdfCost())


class StepClock:
    """A clock that says a derivation took `took_s`."""

    def __init__(self, took_s: float) -> None:
        self._times = [10.0, 10.0 + took_s]

    def monotonic_s(self) -> float:
        return self._times.pop(0)

    def now_s(self) -> int:
        return 0

    def tz_min(self) -> int:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("took_s", "m_kib"), [(0.1, 131_072), (0.0, 131_072), (0.7, 93_184), (0.999, 65_536), (5.0, 65_536)]
)
def test_calibration_stays_in_bounds(took_s: float, m_kib: int) -> None:
    cost = suite.calibrate(StepClock(took_s))
    assert cost == suite.KdfCost(m_kib=m_kib)
    cost.check()


# -- key files -----------------------------------------------------------------------------------------------
PASSPHRASE = "amber bridge cloud drum eagle field"


@pytest.fixture(scope="module")
def blob() -> bytes:
    return suite.sealed_file_seal(PASSPHRASE, b"the keys", "desk", Stream(b"file"))


@pytest.mark.slow
def test_a_key_file_opens_with_its_passphrase_however_it_is_spaced(blob: bytes) -> None:
    assert suite.sealed_file_open(PASSPHRASE, blob, "desk") == b"the keys"
    assert suite.sealed_file_open(PASSPHRASE.replace(" ", "-"), blob, "desk") == b"the keys"


def test_a_wrong_passphrase_is_called_that(blob: bytes) -> None:
    with pytest.raises(WrongPassphrase):
        suite.sealed_file_open(PASSPHRASE + " again", blob, "desk")


def test_a_damaged_file_is_never_called_a_wrong_passphrase(blob: bytes) -> None:
    for at in range(len(blob)):
        changed = bytearray(blob)
        changed[at] ^= 0x01
        with pytest.raises(Damaged):
            suite.sealed_file_open(PASSPHRASE, bytes(changed), "desk")
        with pytest.raises(Damaged):
            suite.sealed_file_open(PASSPHRASE, blob[:at], "desk")


def test_a_file_of_another_purpose_is_refused(blob: bytes) -> None:
    with pytest.raises(Damaged):
        suite.sealed_file_open(PASSPHRASE, blob, "admin")


def test_a_file_that_asks_for_endless_memory_is_refused(blob: bytes) -> None:
    mark, purpose, salt, _, sealed = oracle.uncbor(blob[:-16])
    body = cbor.encode([mark, purpose, salt, [3, 4, 1 << 40], sealed])
    with pytest.raises(Damaged):
        suite.sealed_file_open(PASSPHRASE, body + sha256(body).digest()[:16], "desk")


def test_a_cost_lowered_by_an_enemy_does_not_open(blob: bytes) -> None:
    mark, purpose, salt, _, sealed = oracle.uncbor(blob[:-16])
    body = cbor.encode([mark, purpose, salt, [3, 4, 65_537], sealed])
    with pytest.raises(WrongPassphrase):
        suite.sealed_file_open(PASSPHRASE, body + sha256(body).digest()[:16], "desk")


def test_two_files_of_one_passphrase_share_no_bytes_of_the_key(blob: bytes) -> None:
    again = suite.sealed_file_seal(PASSPHRASE, b"the keys", "desk", Stream(b"another file"))
    assert oracle.uncbor(again[:-16])[2] != oracle.uncbor(blob[:-16])[2]
    assert oracle.uncbor(again[:-16])[4] != oracle.uncbor(blob[:-16])[4]
