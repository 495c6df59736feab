"""What plyer answers well: battery, position and vibration of a phone or tablet. Everywhere else it is not asked.

Its camera, notification and keystore break on newer Android or keep things in the clear; `android.py` does those.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from fieldapp.device.port import Battery, Position

# What plyer raises where it has no back end, or where its back end finds no hardware or no helper program.
_UNKNOWN = (NotImplementedError, ImportError, OSError, AttributeError, KeyError, TypeError, ValueError)
_E7 = 10_000_000
_FIX_MS, _FIX_M = 5_000, 5
_POOR_FIX_M = 100_000


def ask(name: str, question: Callable[[Any], Any]) -> Any:
    """The answer of a facade of plyer, or None where it has none."""
    try:
        return question(getattr(importlib.import_module("plyer"), name))
    except _UNKNOWN:
        return None


def battery() -> Battery | None:
    """Percent and charging, where the system tells."""
    status = ask("battery", lambda facade: facade.status)
    if not isinstance(status, Mapping) or not isinstance(status.get("percentage"), int | float):
        return None
    return Battery(round(status["percentage"]), bool(status.get("isCharging")))


class Receiver:
    """The positioning receiver: started by the first question, stopped by `rest`, which saves its power."""

    def __init__(self) -> None:
        self._fix: Position | None = None
        self._running = False

    def position(self) -> Position | None:
        """The last fix, or None until there is one."""
        if not self._running:
            self._running = True
            ask("gps", lambda facade: facade.configure(on_location=self.heard))
            ask("gps", lambda facade: facade.start(minTime=_FIX_MS, minDistance=_FIX_M))
        return self._fix

    def heard(self, **values: float) -> None:
        """A fix came: degrees and, where known, its radius in metres; one that makes no sense is not taken."""
        lat, lon, radius = (values.get(name) for name in ("lat", "lon", "accuracy"))
        if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return
        known = radius is not None and 0 < radius < _POOR_FIX_M
        radius_m = max(1, round(radius)) if known and radius is not None else _POOR_FIX_M
        self._fix = Position(round(lat * _E7), round(lon * _E7), radius_m)

    def rest(self) -> None:
        """Stops the receiver and forgets the fix."""
        if self._running:
            ask("gps", lambda facade: facade.stop())
        self._running, self._fix = False, None
