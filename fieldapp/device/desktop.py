"""A laptop or a desktop tablet. Asks plyer where plyer has an answer on this system, else says: not known."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldapp.device.port import Battery, Position

# What plyer raises where it has no back end, or where its back end finds no hardware or no helper program.
_UNKNOWN = (NotImplementedError, ImportError, OSError, AttributeError, KeyError, TypeError, ValueError)
_POWER = Path("/sys/class/power_supply")


class DesktopDevice:
    """`Device` for Linux, Windows and macOS."""

    def free_bytes(self, folder: Path) -> int | None:
        """See `Device`."""
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            return None

    def battery(self) -> Battery | None:
        """See `Device`."""
        if sys.platform.startswith("linux"):
            return _kernel_battery(_POWER)
        status = _ask("battery", lambda facade: facade.status)
        if not isinstance(status, dict) or not isinstance(status.get("percentage"), int | float):
            return None
        return Battery(round(status["percentage"]), bool(status.get("isCharging")))

    def position(self) -> Position | None:
        """See `Device`: a desktop does not know where it is, and does not ask a service on the network."""
        return None

    def has_camera(self) -> bool:
        """See `Device`: not before capturing is built for it."""
        return False

    def has_microphone(self) -> bool:
        """See `Device`: not before capturing is built for it."""
        return False

    def vibrate(self, seconds: float) -> None:
        """See `Device`."""
        _ask("vibrator", lambda facade: facade.vibrate(seconds))


def _kernel_battery(folder: Path) -> Battery | None:
    """The first battery that the kernel shows; plyer would start a helper program, which writes to stderr."""
    for supply in sorted(folder.glob("*")):
        try:
            if (supply / "type").read_text(encoding="ascii").strip() != "Battery":
                continue
            percent = (supply / "capacity").read_text(encoding="ascii").strip()
            state = (supply / "status").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if percent.isdigit():
            return Battery(min(int(percent), 100), state in {"Charging", "Full"})
    return None


def _ask(name: str, question: Callable[[Any], Any]) -> Any:
    try:
        return question(getattr(importlib.import_module("plyer"), name))
    except _UNKNOWN:
        return None
