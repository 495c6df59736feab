"""What a composition root hands to the flows."""

from __future__ import annotations

from dataclasses import dataclass, field

from firsthand.ports import Clock, Entropy
from firsthand.protocol.suite import KdfCost


@dataclass(frozen=True, slots=True)
class Ports:
    """Clock, randomness, and what a new passphrase shall cost (the suite's floor unless calibrated)."""

    clock: Clock
    entropy: Entropy
    cost: KdfCost = field(default_factory=KdfCost)


def today(clock: Clock) -> int:
    """Days since 1970, as the device believes."""
    return clock.now_s() // 86_400
