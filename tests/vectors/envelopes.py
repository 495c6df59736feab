"""Envelopes: sound ones first, then one fault each, from the outside inwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from tests.support import oracle
from tests.vectors.forge import (
    AUTHOR,
    DIGEST,
    ERASE,
    EVERYTHING,
    OTHER_AUTHOR,
    PARTS,
    ROLES,
    flip,
    only,
    plan,
    put,
)
from tests.vectors.load import Vector

Fault = tuple[str, str, str, dict[str, Callable[..., Any]]]


def envelopes() -> Iterator[Vector]:
    """Sound ones first, then faults from the outside inwards."""
    yield from _sound()
    for name, expect, stage, fault in (*_FRAME, *_HEADER, *_SLOT, *_MANIFEST, *_BINDING, *_PART):
        yield _envelope(name, expect, stage, plan(name, fault).seal())
    yield from _signature()


def _envelope(name: str, expect: str, stage: str, body: bytes, slot: int = 0, **inputs: str) -> Vector:
    given = {
        "slot": str(slot),
        "role_seed": ROLES[slot].hex(),
        "author_public": oracle.ed_public(AUTHOR).hex(),
        **inputs,
    }
    return Vector(name, "envelope", expect, stage, given, body)


def _sound() -> Iterator[Vector]:
    empty = [None] * 5
    none: list[frozenset[int]] = [frozenset()] * 4
    cases: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("ok-four-roles", 0, {}),
        ("ok-custodian", 3, {}),
        ("ok-six-roles", 5, {"roles": ROLES, "grants": [*EVERYTHING, frozenset(), frozenset({0, 1})]}),
        ("ok-registrar-alone-manifest-only", 1, {"grants": put(1, frozenset({0}))(none), "parts": empty}),
        ("ok-first-of-chain", 2, {"fields": {2: 0, 3: None}}),
        ("ok-supersedes", 0, {"fields": {10: DIGEST}}),
        ("ok-largest-numbers", 0, {"fields": {2: 2**63 - 1, 5: 2**63 - 1, 6: [2**63 - 1, DIGEST, True],
                                              7: [2**63 - 1, DIGEST], 10: DIGEST}}),
        ("ok-granted-part-left-empty", 0, {"parts": [PARTS[0], None, *PARTS[2:]]}),
    )  # fmt: skip
    for name, slot, options in cases:
        granted = options.get("grants", EVERYTHING)[slot]
        wanted = "".join(map(str, sorted(granted)))
        yield _envelope(name, "ok", "none", plan(name, **options).seal(), slot, granted=wanted)
    name = "slot-grants-nothing"
    yield _envelope(name, "not-granted", "slot", plan(name, grants=put(2, frozenset())(EVERYTHING)).seal(), 2)
    name = "slot-beyond-the-last"
    yield _envelope(name, "not-for-us", "slot", plan(name).seal(), 4)


_FRAME: tuple[Fault, ...] = (
    ("frame-is-a-map", "malformed", "frame", {"frame": lambda f: {"prot": f[0]}}),
    ("frame-of-three", "malformed", "frame", {"frame": lambda f: f[:3]}),
    ("frame-of-five", "malformed", "frame", {"frame": lambda f: [*f, None]}),
    ("frame-byte-after-the-end", "malformed", "cbor", {"envelope": lambda e: e + b"\0"}),
    ("frame-cut-by-one-byte", "malformed", "cbor", {"envelope": lambda e: e[:-1]}),
    ("frame-indefinite-array", "malformed", "cbor", {"envelope": lambda e: b"\x9f" + e[1:] + b"\xff"}),
    ("frame-tagged", "malformed", "cbor", {"envelope": lambda e: b"\xd9\xd9\xf7" + e}),
    ("frame-long-head", "malformed", "cbor", {"envelope": lambda e: b"\x98\x04" + e[1:]}),
    ("frame-header-is-text", "malformed", "frame", {"frame": lambda f: put(0, "x" * 20)(f)}),
    ("frame-slots-joined", "malformed", "frame", {"frame": lambda f: put(1, b"".join(f[1]))(f)}),
    ("frame-three-slots", "malformed", "frame", {"late_slots": lambda s: s[:3]}),
    ("frame-seven-slots", "malformed", "frame", {"late_slots": lambda s: [*s, *s[:3]]}),
    ("frame-slot-too-short", "malformed", "frame", {"slots": lambda s: put(3, s[3][:-1])(s)}),
    ("frame-slot-too-long", "malformed", "frame", {"slots": lambda s: put(3, s[3] + b"\0")(s)}),
    ("frame-slot-is-null", "malformed", "frame", {"late_slots": lambda s: put(3, None)(s)}),
    ("frame-manifest-too-short", "malformed", "frame", {"padded": lambda p: p[:-1]}),
    ("frame-manifest-too-long", "malformed", "frame", {"padded": lambda p: p + b"\0"}),
    ("frame-manifest-is-text", "malformed", "frame", {"frame": lambda f: put(2, "x" * 648)(f)}),
    ("frame-body-of-no-class", "malformed", "frame", {"part_padded": only(5, lambda t: t + b"\0")}),
    ("frame-body-empty", "malformed", "frame", {"frame": lambda f: put(3, b"")(f)}),
    ("frame-body-in-pieces", "malformed", "frame", {"frame": lambda f: put(3, [f[3]])(f)}),
)  # fmt: skip

_EID = sha256(b"firsthand/1/erase" + ERASE).digest()[:16]
_HEADER: tuple[Fault, ...] = tuple(
    (name, "malformed", stage, {"prot": lambda _, prot=prot: prot})
    for name, stage, prot in (
        ("header-version-two", "header", oracle.cbor([2, 1, _EID])),
        ("header-version-zero", "header", oracle.cbor([0, 1, _EID])),
        ("header-suite-two", "header", oracle.cbor([1, 2, _EID])),
        ("header-version-true", "header", oracle.cbor([True, 1, _EID])),
        ("header-suite-true", "header", oracle.cbor([1, True, _EID])),
        ("header-tag-of-fifteen", "header", oracle.cbor([1, 1, _EID[:15]])),
        ("header-tag-of-seventeen", "header", oracle.cbor([1, 1, _EID + b"\0"])),
        ("header-tag-is-text", "header", oracle.cbor([1, 1, "x" * 16])),
        ("header-of-four", "header", oracle.cbor([1, 1, _EID, None])),
        ("header-is-a-map", "header", oracle.cbor({0: 1, 1: 1, 2: _EID})),
        ("header-empty", "cbor", b""),
        ("header-long-head", "cbor", b"\x83\x18\x01\x01\x50" + _EID),
        ("header-byte-after-the-end", "cbor", oracle.cbor([1, 1, _EID]) + b"\0"),
    )
)

_SLOT: tuple[Fault, ...] = (
    ("slot-sealed-to-another-role", "unopenable", "slot",
     {"slot_public": only(0, lambda _: oracle.role_keys(ROLES[1]).public)}),
    ("slot-of-another-position", "unopenable", "slot",
     {"slot_info": only(0, lambda i: i[:-1] + b"\x01")}),
    ("slot-of-another-envelope", "unopenable", "slot", {"slot_info": only(0, lambda i: flip(i, -2))}),
    ("slot-of-another-version", "unopenable", "slot",
     {"slot_info": only(0, lambda i: i.replace(b"firsthand/1", b"firsthand/2"))}),
    ("slot-mlkem-flipped", "unopenable", "slot", {"slot": only(0, lambda s: flip(s, 0))}),
    ("slot-x25519-flipped", "unopenable", "slot", {"slot": only(0, lambda s: flip(s, 1088))}),
    ("slot-x25519-zero", "unopenable", "slot", {"slot": only(0, lambda s: s[:1088] + bytes(32) + s[1120:])}),
    ("slot-ciphertext-flipped", "unopenable", "slot", {"slot": only(0, lambda s: flip(s, 1120))}),
    ("slot-tag-flipped", "unopenable", "slot", {"slot": only(0, lambda s: flip(s, -1))}),
    ("slot-swapped-with-the-next", "unopenable", "slot", {"slots": lambda s: [s[1], s[0], *s[2:]]}),
    ("slot-bitmap-bit-six", "unopenable", "bitmap", {"slot_text": only(0, lambda t: b"\x47" + t[1:])}),
    ("slot-bitmap-bit-seven", "unopenable", "bitmap", {"slot_text": only(0, lambda t: b"\x87" + t[1:])}),
    ("slot-bitmap-without-manifest", "unopenable", "bitmap",
     {"slot_text": only(0, lambda t: b"\x06" + t[1:])}),
    ("slot-manifest-key-wrong", "unopenable", "manifest-seal", {"slot_text": only(0, lambda t: flip(t, 1))}),
    ("slot-counts-key-wrong", "unopenable", "part-seal", {"slot_text": only(0, lambda t: flip(t, 33))}),
    ("slot-facts-key-wrong", "unopenable", "part-seal", {"slot_text": only(0, lambda t: flip(t, 65))}),
    ("slot-grants-a-part-without-its-key", "unopenable", "part-seal",
     {"slot_text": only(0, lambda t: b"\x0f" + t[1:])}),
)  # fmt: skip


def _cose_with(position: int, value: Any) -> Callable[[bytes], bytes]:
    return lambda cose: oracle.cbor(put(position, value)(oracle.uncbor(cose)))


def _claim(number: int, value: Any) -> dict[str, Callable[..., Any]]:
    return {"payload": lambda payload: payload | {number: value}}


_MANIFEST: tuple[Fault, ...] = (
    ("manifest-salt-flipped", "unopenable", "manifest-seal", {"manifest": lambda m: flip(m, 0)}),
    ("manifest-commitment-flipped", "unopenable", "manifest-seal", {"manifest": lambda m: flip(m, 24)}),
    ("manifest-ciphertext-flipped", "unopenable", "manifest-seal", {"manifest": lambda m: flip(m, 56)}),
    ("manifest-tag-flipped", "unopenable", "manifest-seal", {"manifest": lambda m: flip(m, -1)}),
    ("manifest-sealed-as-part-one", "unopenable", "manifest-seal",
     {"manifest_context": lambda c: c[:-1] + b"\x01"}),
    ("manifest-of-another-envelope", "unopenable", "manifest-seal",
     {"manifest_context": lambda c: flip(c, -2)}),
    ("manifest-length-beyond-the-end", "unopenable", "manifest-padding",
     {"padded": lambda p: (575).to_bytes(2, "big") + p[2:]}),
    ("manifest-padding-not-zero", "unopenable", "manifest-padding", {"padded": lambda p: p[:-1] + b"\x01"}),
    ("manifest-length-too-short", "unopenable", "manifest-padding",
     {"padded": lambda p: (int.from_bytes(p[:2], "big") - 1).to_bytes(2, "big") + p[2:]}),
    ("manifest-length-too-long", "unopenable", "cbor",
     {"padded": lambda p: (int.from_bytes(p[:2], "big") + 1).to_bytes(2, "big") + p[2:]}),
    ("cose-tagged", "unopenable", "cbor", {"cose": lambda c: b"\xd2" + c}),
    ("cose-other-algorithm", "unopenable", "cose", {"cose": _cose_with(0, bytes.fromhex("a10126"))}),
    ("cose-algorithm-missing", "unopenable", "cose", {"cose": _cose_with(0, b"")}),
    ("cose-unprotected-header", "unopenable", "cose", {"cose": _cose_with(1, {4: b"kid"})}),
    ("cose-detached-payload", "unopenable", "cose", {"cose": _cose_with(2, None)}),
    ("cose-signature-too-short", "unopenable", "cose", {"cose": _cose_with(3, bytes(63))}),
    ("cose-of-five", "unopenable", "cose", {"cose": lambda c: oracle.cbor([*oracle.uncbor(c), None])}),
    ("manifest-type-missing", "unopenable", "manifest",
     {"payload": lambda p: {k: v for k, v in p.items() if k != 0}}),
    ("manifest-unknown-field", "unopenable", "manifest", _claim(11, None)),
)  # fmt: skip


def _shift(payload: dict[int, Any]) -> dict[int, Any]:
    """Move the border between parts 1 and 2 by a byte."""
    (first, digest), (second, other), *rest = payload[9]
    return payload | {9: [[first - 1, digest], [second + 1, other], *rest]}


def _later(position: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda items: put(position, flip(items[position], 100))(items)


_BINDING: tuple[Fault, ...] = (
    ("binding-slots-hash-wrong", "unopenable", "binding", _claim(8, DIGEST)),
    ("binding-slot-of-another-role-altered", "unopenable", "binding", {"late_slots": _later(2)}),
    ("binding-ungranted-part-altered", "unopenable", "binding", {"late_parts": _later(2)}),
    ("binding-granted-part-altered", "unopenable", "binding", {"late_parts": _later(0)}),
    ("binding-border-of-parts-moved", "unopenable", "binding", {"payload": _shift}),
    ("binding-lengths-do-not-add-up", "unopenable", "binding",
     {"payload": lambda p: p | {9: put(4, [p[9][4][0] - 1, p[9][4][1]])(p[9])}}),
    (
        "binding-a-byte-of-the-body-unclaimed",
        "unopenable",
        "binding",
        {"parts": lambda p: [*p[:4], p[4][:-1]], "late_parts": lambda p: [*p[:4], p[4] + b"\0"]},
    ),
    ("binding-parts-exchanged", "unopenable", "binding",
     {"late_parts": lambda p: [p[1], p[0], *p[2:]]}),
    ("binding-part-below-the-least-size", "unopenable", "binding",
     {"parts": lambda p: [p[0], p[1][:127], p[2], p[3], p[4] + bytes(len(p[1]) - 127)]}),
)  # fmt: skip

_PART: tuple[Fault, ...] = (
    ("part-sealed-as-the-next", "unopenable", "part-seal",
     {"part_context": only(1, lambda c: c[:-1] + b"\x02")}),
    ("part-of-another-envelope", "unopenable", "part-seal", {"part_context": only(1, lambda c: flip(c, -2))}),
    ("part-flipped-and-hashed-again", "unopenable", "part-seal", {"parts": _later(0)}),
    ("part-commitment-flipped-and-hashed-again", "unopenable", "part-seal",
     {"parts": lambda p: put(0, flip(p[0], 30))(p)}),
    ("part-exchanged-and-hashed-again", "unopenable", "part-seal", {"parts": lambda p: [p[1], p[0], *p[2:]]}),
    ("part-padding-not-zero", "unopenable", "part-padding",
     {"part_padded": only(1, lambda t: t[:-1] + b"\x01")}),
    ("part-deflate-without-end", "unopenable", "deflate", {"part_text": only(1, lambda t: b"\x00" + t[1:])}),
    ("part-deflate-reserved-block", "unopenable", "deflate",
     {"part_text": only(1, lambda t: b"\x07" + t[1:])}),
    ("part-deflate-length-check-wrong", "unopenable", "deflate",
     {"part_text": only(1, lambda t: flip(t, 3))}),
    ("part-all-zero", "unopenable", "deflate", {"part_padded": only(1, lambda t: bytes(len(t)))}),
    ("part-is-a-float", "unopenable", "cbor", {"part_cbor": only(1, lambda _: bytes.fromhex("f93c00"))}),
    ("part-is-empty", "unopenable", "cbor", {"part_cbor": only(1, lambda _: b"")}),
    ("part-two-values", "unopenable", "cbor", {"part_cbor": only(1, lambda c: c + b"\xf6")}),
)  # fmt: skip


def _signature() -> Iterator[Vector]:
    cases: tuple[tuple[str, bytes, dict[str, Callable[..., Any]]], ...] = (
        ("signature-flipped", AUTHOR, {"cose": lambda c: flip(c, -1)}),
        ("signature-of-another-author", OTHER_AUTHOR, {}),
        ("signature-over-another-header", AUTHOR, {"aad": lambda a: flip(a, -1)}),
        ("signature-over-no-header", AUTHOR, {"aad": lambda _: b""}),
        ("signature-names-another-device", AUTHOR, _claim(4, DIGEST[:16])),
        ("signature-scalar-not-reduced", AUTHOR, {"cose": _unreduced}),
        ("signature-payload-changed", AUTHOR,
         {"cose": lambda c: c.replace(b"\x05\x19\x51\x23", b"\x05\x19\x51\x24")}),
    )  # fmt: skip
    for name, author, fault in cases:
        public = oracle.ed_public(author).hex()
        yield _envelope(name, "bad-signature", "signature", plan(name, fault).seal(), author_public=public)
    name = "signature-under-a-key-of-small-order"
    neutral = oracle.ed_bytes(oracle.IDENTITY)
    # Commitment = S * B and the neutral key: the bare equation holds for every message.
    forged = oracle.ed_bytes(oracle.BASE) + (1).to_bytes(32, "little")
    body = plan(name, {"cose": _cose_with(3, forged)}).seal()
    yield _envelope(name, "bad-signature", "signature", body, author_public=neutral.hex())


def _unreduced(cose: bytes) -> bytes:
    scalar = int.from_bytes(cose[-32:], "little") + oracle.Q
    return cose[:-32] + scalar.to_bytes(32, "little")
