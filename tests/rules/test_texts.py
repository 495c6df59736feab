"""Every error that can reach a person says what happened, whether the report is safe, what to do; in each language."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import fieldapp
import sync_server
from firsthand import assets, errors

# Codes that end inside the programs: an ingest turns the first three into counts and alarms, the relay sends the rest
# as a word on the wire, and a replay prints `events-row` with the number of the row.
INSIDE = {
    "not-for-us", "not-granted", "unopenable",
    "token-bound", "unsigned", "too-large", "too-slow", "hash-mismatch",
    "events-row",
}  # fmt: skip
DRAWN = ("screens", "widgets", ".app", "__main__")


def _classes(of: type[errors.FirsthandError]) -> Iterator[type[errors.FirsthandError]]:
    for each in of.__subclasses__():
        yield each
        yield from _classes(each)


def _codes() -> set[str]:
    for package in (fieldapp, sync_server):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not any(part in module.name for part in DRAWN):
                importlib.import_module(module.name)
    return {each.code for each in _classes(errors.FirsthandError) if _speaks(each.__module__)}


def _speaks(module: str) -> bool:
    """Whatever else this process imported must not change the answer: windows' own signals, and classes of tests."""
    return module.startswith(("firsthand", "fieldapp", "sync_server")) and not any(part in module for part in DRAWN)


@pytest.mark.parametrize("language", assets.LANGUAGES)
def test_every_error_speaks_in_three_parts(language: str) -> None:
    texts = assets.texts("errors", language)
    spoken = {key.rpartition(".")[0] for key in texts}
    silent = _codes() - INSIDE - spoken
    assert not silent
    assert set(texts) == {f"{code}.{part}" for code in spoken for part in ("what", "safe", "do")}


def test_what_ends_inside_is_no_wider_than_it_must_be() -> None:
    assert _codes() >= INSIDE
    assert not INSIDE & {key.rpartition(".")[0] for key in assets.texts("errors", "en")}
