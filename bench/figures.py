"""How a figure is taken and printed."""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result.

    Attributes:
        name: what was measured, and at which size.
        value: the figure.
        unit: its unit.
        reference: what it is compared with, measured in the same run unless it says otherwise.
        ratio: how many times better than the reference (over 1 is better), None without one.
        aim: the aim in words, empty if there is none.
        met: whether the aim was reached, None without one.
    """

    name: str
    value: float
    unit: str
    reference: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None

    def line(self) -> str:
        """The figure as a line of the table."""
        ratio = f"{self.ratio:8.2f}x {self.reference}" if self.ratio is not None else ""
        verdict = "" if self.met is None else ("  aim met: " if self.met else "  AIM MISSED: ") + self.aim
        return f"{self.name:<58} {self.value:>12,.3f} {self.unit:<12}{ratio}{verdict}"


def median_ms(work: Callable[[], object], *, runs: int, warm: int = 3) -> float:
    """The median time of one call in milliseconds."""
    for _ in range(warm):
        work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times)


def machine() -> str:
    """Machine and versions, in one paragraph."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("cryptography", "starlette", "uvicorn", "sqlalchemy", "sqlcipher3", "sqlite-utils", "kivy")
    )
    system = f"{platform.system()} {platform.release()}, Python {sys.version.split()[0]}"
    return f"{cpu}, {_cores()} cores, {system}; {packages}"


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0))


def resident_mb(pid: int) -> float:
    """Peak resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
