"""`fieldapp`: the composition root. Only here the real clock, randomness, machine and home are built."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fieldapp import cli
from fieldapp.device import this_device
from fieldapp.flows.ports import Ports
from firsthand import assets


class SystemClock:
    """The machine's clock."""

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
    """Runs one command; the exit code."""
    world = cli.World(
        ports=Ports(SystemClock(), SystemEntropy()),
        device=this_device(),
        home=default_home(),
        has_display=_has_display(),
        language=system_language(),
    )
    return cli.main(sys.argv[1:] if argv is None else argv, world)


def default_home() -> Path:
    """Where the vault lies when nobody says: on Android in the folder that is the app's alone."""
    if chosen := os.environ.get("FIRSTHAND_HOME"):
        return Path(chosen)
    if private := os.environ.get("ANDROID_PRIVATE"):
        return Path(private) / "firsthand"
    return Path.home() / ".local" / "share" / "firsthand"


def system_language() -> str:
    """The language that the system is set to, where we speak it; English else."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    code = said[:2].lower()
    return code if code in assets.LANGUAGES and not said[2:3].isalpha() else "en"


def _has_display() -> bool:
    """On Linux a window needs a display server, or SDL told to draw without one."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))


if __name__ == "__main__":
    sys.exit(main())
