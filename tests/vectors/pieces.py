"""What envelopes are made of: CBOR, manifests, deflate streams, seals; sound, then one fault each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from tests.support import oracle
from tests.vectors.forge import CHAIN, DIGEST, FIELDS, ROLES, flip
from tests.vectors.load import Vector


def pieces() -> Iterator[Vector]:
    """CBOR, manifests, COSE, padding and deflate, seals."""
    for name, digits in _CBOR_SOUND.items():
        yield Vector(f"ok-{name}", "cbor", "ok", "none", {}, bytes.fromhex(digits))
    for name, body in _CBOR_FAULTS.items():
        yield Vector(name, "cbor", "malformed", "cbor", {}, body)
    yield from _payloads()
    yield from _deflates()
    yield from _seals()


_CBOR_SOUND = {
    "zero": "00", "least-int64": "3b7fffffffffffffff", "greatest-int64": "1b7fffffffffffffff",
    "text-not-normalised": "63 65cc81", "text-beyond-the-basic-plane": "64 f0908591", "empty-map": "a0",
    "map-integer-before-text": "a3 00f6 20f6 6161f6", "map-short-key-first": "a2 6162f6 626161f6",
    "depth-sixteen": "81" * 15 + "80",
}  # fmt: skip
_CBOR_FAULTS = {
    name: bytes.fromhex(digits)
    for name, digits in {
        "nothing": "", "head-one-byte-too-long": "1817", "head-two-bytes-too-long": "1900ff",
        "head-four-bytes-too-long": "1a0000ffff", "head-eight-bytes-too-long": "1b00000000ffffffff",
        "head-reserved-28": "1c", "head-reserved-30": "1e", "length-of-text-too-long": "780161",
        "indefinite-bytes": "5f4100ff", "indefinite-text": "7f6161ff", "indefinite-array": "9fff",
        "indefinite-map": "bfff", "break-alone": "ff", "tag": "c000", "tag-bignum": "c249010000000000000000",
        "half-float": "f93c00", "single-float": "fa47c35000", "double-float": "fb3ff199999999999a",
        "undefined": "f7", "simple-value": "f0", "simple-value-in-two-bytes": "f8ff",
        "false-in-two-bytes": "f814", "above-int64": "1b8000000000000000",
        "below-int64": "3b8000000000000000",
        "text-surrogate": "63eda080", "text-overlong": "62c080", "text-cut-character": "61c3",
        "text-above-unicode": "64f4908080", "bytes-cut": "4401", "text-cut": "6261", "array-cut": "8201",
        "map-value-cut": "a101", "head-cut": "19ff", "array-longer-than-the-data": "9a7fffffff00",
        "map-longer-than-the-data": "ba7fffffff00", "bytes-longer-than-the-data": "5b7fffffffffffffff00",
        "map-keys-twice": "a201f601f6", "map-keys-not-sorted": "a202f601f6",
        "map-text-before-integer": "a26161f600f6", "map-long-key-first": "a2626161f66162f6",
        "map-key-of-bytes": "a14161f6", "map-key-true": "a1f5f6", "map-key-null": "a1f6f6",
        "map-key-array": "a180f6", "map-key-float": "a1f93c00f6", "two-values": "0000",
        "depth-seventeen": "81" * 16 + "80",
    }.items()
}  # fmt: skip

_PAYLOAD = FIELDS | {4: DIGEST[:16], 8: DIGEST, 9: [[136, DIGEST]] * 5}


def _payloads() -> Iterator[Vector]:
    faults: dict[str, dict[int, Any]] = {
        "type-empty": {0: ""}, "type-capital": {0: "Report"}, "type-of-seventeen": {0: "r" * 17},
        "type-is-bytes": {0: b"report"}, "chain-of-fifteen": {1: CHAIN[:15]}, "chain-is-text": {1: "x" * 16},
        "seq-negative": {2: -1}, "seq-true": {2: True}, "seq-is-text": {2: "7"}, "prev-missing": {3: None},
        "prev-of-sixteen": {3: CHAIN}, "prev-at-the-start": {2: 0}, "device-of-thirty-two": {4: DIGEST},
        "day-negative": {5: -1}, "day-null": {5: None}, "directory-of-two": {6: [12, DIGEST]},
        "directory-of-four": {6: [12, DIGEST, False, None]},
        "directory-stale-is-a-number": {6: [12, DIGEST, 0]},
        "directory-version-negative": {6: [-1, DIGEST, False]},
        "directory-hash-short": {6: [12, CHAIN, False]},
        "directory-is-a-map": {6: {0: 12}}, "checkpoint-of-three": {7: [1, DIGEST, 1]},
        "checkpoint-size-true": {7: [True, DIGEST]}, "checkpoint-root-short": {7: [1, CHAIN]},
        "slots-hash-short": {8: CHAIN}, "parts-of-four": {9: [[136, DIGEST]] * 4},
        "parts-of-six": {9: [[136, DIGEST]] * 6}, "part-length-negative": {9: [[-1, DIGEST]] * 5},
        "part-hash-short": {9: [[136, CHAIN]] * 5}, "part-of-three": {9: [[136, DIGEST, 0]] * 5},
        "parts-is-null": {9: None}, "supersedes-null": {10: None}, "supersedes-short": {10: CHAIN},
        "field-unknown": {11: 0}, "field-negative": {-1: 0},
    }  # fmt: skip
    yield Vector("ok-payload", "manifest", "ok", "none", {}, oracle.cbor(_PAYLOAD))
    for name, change in faults.items():
        yield Vector(name, "manifest", "malformed", "manifest", {}, oracle.cbor(_PAYLOAD | change))
    text_key = {key: value for key, value in _PAYLOAD.items() if key} | {"0": "report"}
    yield Vector("field-named-in-text", "manifest", "malformed", "manifest", {}, oracle.cbor(text_key))
    yield Vector("payload-is-an-array", "manifest", "malformed", "manifest", {}, oracle.cbor([]))
    for key in range(10):
        rest = {name: value for name, value in _PAYLOAD.items() if name != key}
        yield Vector(f"field-{key}-missing", "manifest", "malformed", "manifest", {}, oracle.cbor(rest))


def _bits(pieces: Sequence[tuple[int, int]]) -> bytes:
    """Deflate's bit order: first bit lowest. Codes come in already reversed."""
    number = size = 0
    for value, width in pieces:
        number |= value << size
        size += width
    return number.to_bytes(-(-size // 8), "little")


def _zeros(count: int) -> bytes:
    """One zero and copies of 258 at distance 1, in fixed Huffman codes: a small stream with large content."""
    copies, rest = divmod(count - 1, 258)
    literal, copy_258, end = (0b00001100, 8), (0b10100011, 8), (0, 7)
    return _bits([(1, 1), (1, 2), *[literal] * (1 + rest), *[copy_258, (0, 5)] * copies, end])


def _deflates() -> Iterator[Vector]:
    sound = oracle.stored(b"one block")
    cases = {
        "ok-stored": ("ok", "none", sound.ljust(64, b"\0")),
        "ok-no-padding": ("ok", "none", sound),
        "ok-exactly-one-mebibyte": ("ok", "none", _zeros(1 << 20)),
        "content-above-one-mebibyte": ("malformed", "deflate", _zeros((1 << 20) + 1)),
        "padding-not-zero-at-the-end": ("malformed", "part-padding", sound.ljust(63, b"\0") + b"\x80"),
        "padding-not-zero-at-once": ("malformed", "part-padding", sound + b"\x01"),
        "stream-cut": ("malformed", "deflate", sound[:-1]),
        "stream-empty": ("malformed", "deflate", b""),
        "stream-with-zlib-header": ("malformed", "deflate", bytes.fromhex("789c63000000010001")),
        "stream-copies-from-before": ("malformed", "deflate", _bits([(1, 1), (1, 2), (163, 8), (0, 5)])),
    }
    for name, (expect, stage, body) in cases.items():
        yield Vector(name, "deflate", expect, stage, {}, body)


def _seals() -> Iterator[Vector]:
    key, context, salt = DIGEST, b"vectors", oracle.Stream(b"vectors/salt").bytes(24)
    inputs = {"key": key.hex(), "context": context.hex()}
    sealed = {size: oracle.cobblestone_seal(key, context, bytes(size), salt) for size in (0, 1, 100, 16_384)}
    for size, body in sealed.items():
        yield Vector(f"ok-cobblestone-{size}", "part", "ok", "none", {**inputs, "plaintext_bytes": str(size)}, body)
    full = sealed[16_384]
    faults = {
        "cobblestone-empty": b"", "cobblestone-cut-in-the-salt": full[:23],
        "cobblestone-cut-after-the-commitment": full[:56], "cobblestone-cut-at-the-chunk-border": full[:-16],
        "cobblestone-cut-in-the-last-tag": full[:-1], "cobblestone-byte-added": full + b"\0",
        "cobblestone-last-chunk-twice": full + full[-16:],
        "cobblestone-chunks-exchanged": full[:56] + full[-16:] + full[56:-16],
        "cobblestone-salt-flipped": flip(sealed[100], 23),
        "cobblestone-commitment-flipped": flip(sealed[100], 55),
        "cobblestone-ciphertext-flipped": flip(sealed[100], 56),
    }  # fmt: skip
    for name, body in faults.items():
        yield Vector(name, "part", "bad-seal", "seal", inputs, body)
    small = sealed[1]
    yield Vector("cobblestone-other-key", "part", "bad-seal", "seal", inputs | {"key": CHAIN.hex() * 2}, small)
    yield Vector("cobblestone-other-context", "part", "bad-seal", "seal", inputs | {"context": ""}, small)
    yield from _hpke()


def _hpke() -> Iterator[Vector]:
    info, text = b"vectors", b"193 bytes or any other number"
    public = oracle.role_keys(ROLES[0]).public
    body = oracle.hpke_seal(public, info, text, oracle.Stream(b"vectors/hpke").bytes(64))
    inputs = {"role_seed": ROLES[0].hex(), "info": info.hex(), "public_sha256": sha256(public).hexdigest()}
    yield Vector("ok-hpke", "hpke", "ok", "none", {**inputs, "plaintext": text.hex()}, body)
    faults = {
        "hpke-empty": b"", "hpke-cut-in-the-encapsulation": body[:1119],
        "hpke-encapsulation-alone": body[:1120],
        "hpke-cut-by-one-byte": body[:-1], "hpke-byte-added": body + b"\0",
        "hpke-tag-flipped": flip(body, -1),
        "hpke-x25519-of-small-order": body[:1088] + (1).to_bytes(32, "little") + body[1120:],
    }  # fmt: skip
    for name, changed in faults.items():
        yield Vector(name, "hpke", "not-for-us", "slot", inputs, changed)
    yield Vector("hpke-other-info", "hpke", "not-for-us", "slot", inputs | {"info": ""}, body)
