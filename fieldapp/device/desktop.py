"""A laptop or a desktop tablet: what Python and the kernel tell by themselves.

No helper program is started and no service on the network is asked, so much is "not known here": photos and sound
come in through the window's own file chooser.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from fieldapp.device.port import Battery, Position, Sound
from fieldapp.device.through_plyer import ask

_POWER = Path("/sys/class/power_supply")
_WDA_NONE, _WDA_EXCLUDEFROMCAPTURE = 0, 0x11


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
        status = ask("battery", lambda facade: facade.status)
        if not isinstance(status, dict) or not isinstance(status.get("percentage"), int | float):
            return None
        return Battery(round(status["percentage"]), bool(status.get("isCharging")))

    def position(self) -> Position | None:
        """See `Device`: a desktop does not know where it is, and does not ask a service on the network."""
        return None

    def rest(self) -> None:
        """See `Device`: no sensor was started."""

    def has_camera(self) -> bool:
        """See `Device`."""
        return False

    def take_photo(self, done: Callable[[bytes | None], None]) -> bool:  # noqa: ARG002 - see `Device`
        """See `Device`."""
        return False

    def has_microphone(self) -> bool:
        """See `Device`."""
        return False

    def record_sound(self) -> Sound | None:
        """See `Device`."""
        return None

    def pick_file(self, done: Callable[[BinaryIO | None], None]) -> bool:  # noqa: ARG002 - see `Device`
        """See `Device`: choosers of a desktop keep lists of recent files, so the window shows its own."""
        return False

    def block_screenshots(self, blocked: bool) -> bool:
        """See `Device`: Windows can; X11 and Wayland have no such request."""
        if sys.platform != "win32":
            return False
        user32: Any = ctypes.windll.user32
        wanted = _WDA_EXCLUDEFROMCAPTURE if blocked else _WDA_NONE
        return bool(user32.SetWindowDisplayAffinity(user32.GetActiveWindow(), wanted))

    def vibrate(self, seconds: float) -> None:
        """See `Device`."""
        ask("vibrator", lambda facade: facade.vibrate(seconds))


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
