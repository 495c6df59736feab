"""Seal and open: cryptography alone, against RSA-2048 with AES, the way the peer's forms are encrypted."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench.figures import Figure, median_ms
from firsthand.protocol.envelope import open_slot, seal
from firsthand.protocol.manifest import ManifestDraft
from firsthand.protocol.signing import SigningKey, device_id
from firsthand.protocol.suite import KemSecret

RUNS = 300


@dataclass(frozen=True)
class OsEntropy:
    """Randomness of the operating system."""

    def bytes(self, count: int) -> bytes:
        return os.urandom(count)


def figures() -> list[Figure]:
    """Seal to four roles, open as one, find nothing as one; bytes of the result."""
    secrets = [KemSecret.from_seed(os.urandom(32)) for _ in range(4)]
    publics = [secret.public() for secret in secrets]
    signer = SigningKey.from_seed(os.urandom(32))
    parts = [
        {"v": 1, "week": "2026-W46"},
        {"v": 1, "note": "x" * 700},
        None,
        {"v": 1, "what_happened": os.urandom(500).hex()},
        None,
    ]
    grants = [frozenset({0, 1, 2}), frozenset({0, 1, 2, 4}), frozenset({0, 1, 4}), frozenset()]
    manifest = ManifestDraft(
        type="report",
        chain=os.urandom(16),
        seq=1,
        prev=os.urandom(32),
        device=device_id(signer.public),
        day=20_000,
        directory=(1, os.urandom(32), False),
        checkpoint=(0, b"\0" * 32),
        supersedes=None,
    )

    def sealed() -> bytes:
        return seal(
            role_publics=publics,
            grants=grants,
            manifest=manifest,
            parts=parts,
            erase_key=os.urandom(32),
            signer=signer,
            entropy=OsEntropy(),
        ).envelope

    envelope = sealed()
    seal_ms = median_ms(sealed, runs=RUNS)
    open_ms = median_ms(lambda: open_slot(envelope, 1, [secrets[1]]).authenticate(signer.public), runs=RUNS)
    none_ms = median_ms(lambda: _nothing(envelope, secrets[3]), runs=RUNS)
    rsa_seal_ms, rsa_open_ms = _reference(os.urandom(3_000))
    ref = "RSA-2048 OAEP + AES-256-GCM, one reader"
    return [
        Figure(
            "seal a report to 4 roles, signed", seal_ms, "ms", ref, rsa_seal_ms / seal_ms, "under 1 ms", seal_ms < 1
        ),
        Figure(
            "open a report as a role, signature checked",
            open_ms,
            "ms",
            ref,
            rsa_open_ms / open_ms,
            "under 1 ms",
            open_ms < 1,
        ),
        Figure("find that nothing is granted", none_ms, "ms", ref, rsa_open_ms / none_ms),
        Figure(
            "envelope of a full report, 4 slots",
            len(envelope),
            "bytes",
            "4,200 B request of the peer (as published in PLATFORM)",
            4_200 / len(envelope),
        ),
    ]


def _nothing(envelope: bytes, secret: KemSecret) -> None:
    from firsthand.errors import NotGranted

    try:
        open_slot(envelope, 3, [secret])
    except NotGranted:
        return
    raise AssertionError("a role without grants opened something")


def _reference(plaintext: bytes) -> tuple[float, float]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    private = rsa.generate_private_key(65_537, 2_048)
    public, oaep = private.public_key(), padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)

    def sealed() -> tuple[bytes, bytes]:
        key = os.urandom(32)
        return public.encrypt(key, oaep), AESGCM(key).encrypt(b"\0" * 12, plaintext, None)

    wrapped, body = sealed()
    return (
        median_ms(sealed, runs=RUNS),
        median_ms(lambda: AESGCM(private.decrypt(wrapped, oaep)).decrypt(b"\0" * 12, body, None), runs=RUNS),
    )
