"""`sync-server`: the composition root. The only place that builds the real clock and randomness."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from sync_server import cli
from sync_server.ports import Ports


class SystemClock:
    """The host's clock."""

    def now_s(self) -> int:
        """Seconds since 1970, UTC."""
        return int(time.time())

    def tz_min(self) -> int:
        """Offset of local time from UTC in minutes."""
        return time.localtime().tm_gmtoff // 60

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()


class SystemEntropy:
    """The operating system's source of randomness."""

    def bytes(self, count: int) -> bytes:
        """`count` random bytes fit for keys."""
        return os.urandom(count)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    return cli.main(sys.argv[1:] if argv is None else argv, Ports(SystemClock(), SystemEntropy()))


if __name__ == "__main__":
    # Under its own name: clock and entropy travel to the processes of a replay, and `__main__` is another
    # module there.
    from sync_server.__main__ import main as main_by_name

    sys.exit(main_by_name())
