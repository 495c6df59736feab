"""The machine around the tablet: one port, with a back end for each platform.

Every question may be answered by None or False: not known, or not possible here. Nothing raises because a sensor is
missing. What a camera or a microphone gives comes as bytes in memory, never as a file: the caller seals it while it
streams, and no clear copy is left on a disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


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


class Sound(Protocol):
    """A recording that runs: a WAV stream, read like a file; `read` gives b"" once it was stopped and is empty."""

    def read(self, count: int = -1, /) -> bytes:
        """The next bytes; waits for the microphone, at most a second or so."""
        ...

    def stop(self) -> None:
        """Ends the recording; what was taken can still be read."""
        ...


class Device(Protocol):
    """What flows and screens may ask of the machine."""

    def free_bytes(self, folder: Path) -> int | None:
        """Room on the disk that holds `folder`."""
        ...

    def battery(self) -> Battery | None:
        """The battery, where there is one that tells."""
        ...

    def position(self) -> Position | None:
        """The last fix, never waiting for one. The first question starts the receiver, `rest` stops it."""
        ...

    def rest(self) -> None:
        """Stops every sensor: nothing listens or looks while the tablet is locked."""
        ...

    def has_camera(self) -> bool:
        """Whether a picture could be taken."""
        ...

    def take_photo(self, done: Callable[[bytes | None], None]) -> bool:
        """Asks for one picture; `done` gets a JPEG, or None when it was given up. False: not possible here."""
        ...

    def has_microphone(self) -> bool:
        """Whether sound could be recorded."""
        ...

    def record_sound(self) -> Sound | None:
        """Starts a recording, or None where it is not possible or not permitted."""
        ...

    def pick_file(self, done: Callable[[BinaryIO | None], None]) -> bool:
        """Lets the officer choose a file with the system's own chooser; `done` gets it open for reading, or None.

        False: the system has none, and the window shows its own.
        """
        ...

    def block_screenshots(self, blocked: bool) -> bool:
        """Keeps the window out of screenshots, recordings and the list of recent apps; whether the system obeys."""
        ...

    def vibrate(self, seconds: float) -> None:
        """A short pulse, or nothing."""
        ...
