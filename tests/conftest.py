"""What holds for every test: where each kind runs, and that nothing is skipped in silence."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("FIRSTHAND_DATA") or ROOT.parent / "shared" / "data")

# Timed deadlines fail on a busy machine and say nothing about the claim.
settings.register_profile("firsthand", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# `make quick` tries fewer examples of each property; `make test` tries all of them.
settings.register_profile("quick", parent=settings.get_profile("firsthand"), max_examples=25)
settings.load_profile("quick" if os.environ.get("FIRSTHAND_QUICK") else "firsthand")

_FOLDER_MARKS = {"gui": "gui", "browser": "browser", "system": "system"}
_skipped: Counter[str] = Counter()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by their folder; all tests of the window share one process, for Kivy opens one window in it."""
    for item in items:
        folder = Path(str(item.path)).relative_to(ROOT / "tests").parts[0]
        if folder in _FOLDER_MARKS:
            item.add_marker(_FOLDER_MARKS[folder])
        if item.get_closest_marker("gui"):
            item.add_marker(pytest.mark.xdist_group("window"))
        elif folder == "browser":
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """In CI a skip is a failure: there every system package is to be had."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be skipped: {report.longrepr}"
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts skips by their reason."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line on what was skipped, one on where the real data came from."""
    if _skipped:
        reasons = "; ".join(f"{count} x {reason}" for reason, count in sorted(_skipped.items()))
        terminalreporter.write_line(f"skipped {sum(_skipped.values())} tests: {reasons}")
    where = "real events (UCDP GED)" if (DATA / "events").is_dir() else "the demonstration scenario in GED layout"
    terminalreporter.write_line(f"replay tests ran on {where}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT
