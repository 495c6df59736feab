"""What the pure parts need from the world; composition roots build the real ones."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time as the device believes it. Never used for order, keys or nonces."""

    def now_s(self) -> int:
        """Seconds since 1970, UTC."""
        ...

    def tz_min(self) -> int:
        """Offset of local time from UTC in minutes."""
        ...

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...


class Entropy(Protocol):
    """The source of randomness."""

    def bytes(self, count: int) -> bytes:
        """`count` random bytes fit for keys."""
        ...
