"""Suite 1: the only module with encryption, key encapsulation and key derivation (PROTOCOL "Suite 1").

HPKE base mode (ML-KEM-768 with X25519, SHAKE256, AES-256-GCM), Cobblestone-256 for parts and rows,
HKDF-SHA512, Argon2id. A second implementation for a platform without the stock library replaces this module
and nothing else. It knows no envelope, no roles and no files.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from firsthand.errors import BadSeal, Damaged, Malformed, NotForUs, WrongPassphrase
from firsthand.ports import Clock, Entropy
from firsthand.protocol import cbor

SUITE: Final = 1
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
KEM_PUBLIC_BYTES: Final = 1184 + 32
KEM_OVERHEAD_BYTES: Final = 1088 + 32 + 16  # both ciphertexts of the hybrid, and the tag
PART_OVERHEAD_BYTES: Final = 24 + 32 + 16  # salt, key commitment, tag of the last chunk
PART_CHUNK_BYTES: Final = 16_384  # each full chunk of plaintext adds one more tag
PART_TAG_BYTES: Final = 16

_HPKE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.SHAKE256, hpke.AEAD.AES_256_GCM)
_MLKEM_PUBLIC_BYTES, _MLKEM_SEED_BYTES = 1184, 64


# -- key derivation ------------------------------------------------------------------------------------------
def hkdf(key: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF-SHA512 (RFC 5869): `length` bytes out of a uniformly random `key`, separated by `info`."""
    return HKDF(algorithm=hashes.SHA512(), length=length, salt=salt or None, info=info).derive(key)


# -- key encapsulation ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class KemSecret:
    """The decryption key of a role epoch or a device: a 32 B seed from which both halves come.

    Attributes:
        seed: 32 uniformly random secret bytes.
    """

    seed: bytes = field(repr=False)
    _key: hpke.MLKEM768X25519PrivateKey = field(init=False, repr=False, compare=False)
    _public: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise Malformed("kem seed length")
        first = mlkem.MLKEM768PrivateKey.from_seed_bytes(hkdf(self.seed, b"firsthand/1/role/mlkem", _MLKEM_SEED_BYTES))
        second = x25519.X25519PrivateKey.from_private_bytes(hkdf(self.seed, b"firsthand/1/role/x25519", KEY_BYTES))
        object.__setattr__(self, "_key", hpke.MLKEM768X25519PrivateKey(first, second))
        public = first.public_key().public_bytes_raw() + second.public_key().public_bytes_raw()
        object.__setattr__(self, "_public", public)

    @classmethod
    def from_seed(cls, seed: bytes) -> KemSecret:
        """The key of a seed.

        Raises:
            Malformed: not 32 bytes.
        """
        return cls(seed)

    def public(self) -> bytes:
        """1184 B ML-KEM-768 and 32 B X25519 encapsulation key."""
        return self._public


@lru_cache(maxsize=64)
def _kem_public(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    try:  # both halves check their length
        return hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:]),
        )
    except ValueError:
        raise Malformed("kem public value") from None


def hpke_seal(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """1120 B encapsulation, ciphertext, 16 B tag. There is no `aad`: bind everything through `info`.

    Raises:
        Malformed: `public` is not a key.
    """
    key = _kem_public(public)
    try:
        return _HPKE.encrypt(plaintext, key, info)
    except ValueError:  # an X25519 point of small order gives no shared secret
        raise Malformed("kem public value") from None


def hpke_open(secret: KemSecret, info: bytes, sealed: bytes) -> bytes:
    """The plaintext.

    Raises:
        NotForUs: sealed to another key, for another `info`, or altered; the three cannot be told apart.
    """
    try:
        return _HPKE.decrypt(sealed, secret._key, info)
    except InvalidTag:
        raise NotForUs("hpke") from None


# -- parts, rows, files --------------------------------------------------------------------------------------
class PartSealer:
    """Seals one stream under Cobblestone-256: `update` any number of times, `finalize` once."""

    __slots__ = ("_stream",)

    def __init__(self, key: bytes, context: bytes) -> None:
        self._stream = Cobblestone256Encryptor(_key(key), context)

    def update(self, data: bytes) -> bytes:
        """Take plaintext, give the ciphertext that is ready."""
        return self._stream.update(data)

    def finalize(self) -> bytes:
        """The last ciphertext."""
        return self._stream.finalize()


class PartOpener:
    """Opens what `PartSealer` wrote, in order and in whole: what comes out is authentic, not yet all."""

    __slots__ = ("_stream",)

    def __init__(self, key: bytes, context: bytes) -> None:
        self._stream = Cobblestone256Decryptor(_key(key), context)

    def update(self, data: bytes) -> bytes:
        """Take ciphertext, give the plaintext of complete chunks.

        Raises:
            BadSeal: altered, or another key or context.
        """
        try:
            return self._stream.update(data)
        except InvalidTag:
            raise BadSeal("cobblestone") from None

    def finalize(self) -> bytes:
        """The last plaintext.

        Raises:
            BadSeal: altered, cut short, or another key or context.
        """
        try:
            return self._stream.finalize()
        except InvalidTag:
            raise BadSeal("cobblestone") from None


def _key(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise Malformed("part key length")
    return key


def part_seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Seal under a 32 B key; 72 B longer, and 16 B more for each full 16 KiB. Salted: a key may seal many."""
    stream = Cobblestone256Encryptor(_key(key), context)
    return stream.update(plaintext) + stream.finalize()


def part_open(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The plaintext.

    Raises:
        BadSeal: altered, cut, or another key or context.
    """
    stream = Cobblestone256Decryptor(_key(key), context)
    try:
        return stream.update(sealed) + stream.finalize()
    except InvalidTag:
        raise BadSeal("cobblestone") from None


# -- passphrases ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess at a passphrase costs: Argon2id passes, lanes and memory.

    Attributes:
        t: passes.
        p: lanes.
        m_kib: memory in KiB.
    """

    t: int = 3
    p: int = 4
    m_kib: int = 65_536

    def check(self) -> None:
        """Bounds for a cost that was read from a file: neither cheap to guess nor a way to exhaust memory.

        Raises:
            Malformed: outside t=3, p=4, 64 to 128 MiB.
        """
        if (self.t, self.p) != (_T, _P) or not _M_MIN_KIB <= self.m_kib <= _M_MAX_KIB:
            raise Malformed("kdf cost")


_T, _P, _M_MIN_KIB, _M_MAX_KIB = 3, 4, 65_536, 131_072
_CALIBRATE_TO_S = 1.0


_HYPHENS = str.maketrans("-\u2010", "  ")  # NFKC turns the non-breaking hyphen into the second


def passphrase_words(passphrase: str) -> list[str]:
    """The words of a passphrase, which spaces or hyphens separate; NFKC, so that keyboards agree."""
    return unicodedata.normalize("NFKC", passphrase).translate(_HYPHENS).split()


def passphrase_key(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    """32 B out of a passphrase by Argon2id; as slow and as large as `cost` says.

    Spacing, hyphens and Unicode composition do not matter; case does.

    Raises:
        Malformed: salt not 16 B, cost out of bounds, or text with surrogates.
    """
    cost.check()
    if len(salt) != SALT_BYTES:
        raise Malformed("kdf salt length")
    try:
        secret = " ".join(passphrase_words(passphrase)).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("passphrase text") from None
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.t, lanes=cost.p, memory_cost=cost.m_kib)
    return kdf.derive(secret)


def calibrate(clock: Clock) -> KdfCost:
    """The cost that this machine carries in about a second, within the bounds of `KdfCost.check`."""
    start_s = clock.monotonic_s()
    passphrase_key("calibrate", bytes(SALT_BYTES), KdfCost())
    took_s = max(clock.monotonic_s() - start_s, 0.001)
    m_kib = int(_M_MIN_KIB * _CALIBRATE_TO_S / took_s) // 1024 * 1024
    return KdfCost(m_kib=min(max(m_kib, _M_MIN_KIB), _M_MAX_KIB))


# -- key files under a passphrase ----------------------------------------------------------------------------
_FILE_MARK = "firsthand/1/sealed-file"
_CHECK_BYTES = 16


def _file_key(passphrase: str, salt: bytes, cost: KdfCost, purpose: str) -> bytes:
    return hkdf(passphrase_key(passphrase, salt, cost), cbor.encode([_FILE_MARK, purpose]), KEY_BYTES)


def _file_context(purpose: str, salt: bytes, cost: KdfCost) -> bytes:
    return cbor.encode([_FILE_MARK, purpose, salt, [cost.t, cost.p, cost.m_kib]])


def sealed_file_seal(
    passphrase: str, plaintext: bytes, purpose: str, entropy: Entropy, cost: KdfCost | None = None
) -> bytes:
    """A key file under a passphrase; `purpose` keeps one kind of file from being taken for another.

    The file ends with a checksum, so that a damaged disk is not reported as a mistyped passphrase.
    """
    cost = cost or KdfCost()
    salt = entropy.bytes(SALT_BYTES)
    sealed = part_seal(_file_key(passphrase, salt, cost, purpose), _file_context(purpose, salt, cost), plaintext)
    body = cbor.encode([_FILE_MARK, purpose, salt, [cost.t, cost.p, cost.m_kib], sealed])
    return body + sha256(body).digest()[:_CHECK_BYTES]


def sealed_file_open(passphrase: str, blob: bytes, purpose: str) -> bytes:
    """The plaintext of a key file.

    Raises:
        Damaged: cut, flipped, or a file of another purpose.
        WrongPassphrase: whole, but this passphrase does not open it.
    """
    body, check = blob[:-_CHECK_BYTES], blob[-_CHECK_BYTES:]
    if sha256(body).digest()[:_CHECK_BYTES] != check:
        raise Damaged("key file checksum")
    try:
        salt, cost, sealed = _parse_file(body, purpose)
    except Malformed:
        raise Damaged("key file form") from None
    try:
        return part_open(_file_key(passphrase, salt, cost, purpose), _file_context(purpose, salt, cost), sealed)
    except BadSeal:
        raise WrongPassphrase("key file") from None


def _parse_file(body: bytes, purpose: str) -> tuple[bytes, KdfCost, bytes]:
    match cbor.decode(body):
        case [mark, found, bytes(salt), [int(t), int(p), int(m_kib)], bytes(sealed)] if (
            mark == _FILE_MARK and found == purpose and len(salt) == SALT_BYTES
        ):
            cost = KdfCost(t=t, p=p, m_kib=m_kib)
            cost.check()
            return salt, cost, sealed
    raise Malformed("key file form")
