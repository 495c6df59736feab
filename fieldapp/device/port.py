"""The machine around the tablet: one port, with a back end for each platform.

Every question may be answered by None: not known here. Nothing raises because a sensor is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Battery:
    """How much power there is: percent, and whether it is charging."""

    percent: int
    charging: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A fix: degrees times 10 million, and its radius in metres."""

    lat_e7: int
    lon_e7: int
    radius_m: int


class Device(Protocol):
    """What flows and screens may ask of the machine."""

    def free_bytes(self, folder: Path) -> int | None:
        """Room on the disk that holds `folder`."""
        ...

    def battery(self) -> Battery | None:
        """The battery, where there is one that tells."""
        ...

    def position(self) -> Position | None:
        """The last fix, never waiting for one."""
        ...

    def has_camera(self) -> bool:
        """Whether a picture could be taken."""
        ...

    def has_microphone(self) -> bool:
        """Whether sound could be recorded."""
        ...

    def vibrate(self, seconds: float) -> None:
        """A short pulse, or nothing."""
        ...
