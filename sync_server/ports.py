"""What the three programs need from the world; `sync_server/__main__.py` builds the real ones."""

from __future__ import annotations

from dataclasses import dataclass

from firsthand.ports import Clock, Entropy


@dataclass(frozen=True, slots=True)
class Ports:
    """The clock and the source of randomness that a command was given."""

    clock: Clock
    entropy: Entropy

    def day(self) -> int:
        """Days since 1970, UTC."""
        return self.clock.now_s() // 86_400
