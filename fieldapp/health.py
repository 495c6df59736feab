"""Standing conditions of a tablet, most pressing first; pure. One bar shows them, `status` lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

LOW_DISK_BYTES = 200 * 1024 * 1024
UNSENT_WARN_DAYS = 7
LOW_BATTERY_PERCENT = 15


class Level(IntEnum):
    """How pressing."""

    NOTE = 1
    WARN = 2
    ALARM = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing to know. `code` names the sentence in assets/text/health.*.json, `number` fills it in."""

    code: str
    level: Level
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is measured.

    Attributes:
        clock_sane: the clock is within what signed days allow.
        free_bytes: room on disk, None if not known.
        battery_percent: None if not known, or if it is charging.
        directory_stale: the mission's signed directory has expired.
        unsent: objects not yet proven to be in the log.
        unsent_days: age of the oldest of them.
        damaged: rows that do not open, by table.
        single_passphrase: one passphrase made all roles' keys.
        training: nothing is sent.
    """

    clock_sane: bool
    free_bytes: int | None
    battery_percent: int | None
    directory_stale: bool
    unsent: int
    unsent_days: int
    damaged: Mapping[str, int]
    single_passphrase: bool
    training: bool


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """What holds, most pressing first."""
    return tuple(sorted(_found(facts), key=lambda condition: -condition.level))


def _found(facts: Facts) -> Iterable[Condition]:
    damaged = sum(facts.damaged.values())
    if damaged:
        yield Condition("damaged-rows", Level.ALARM, damaged)
    if facts.free_bytes is not None and facts.free_bytes < LOW_DISK_BYTES:
        yield Condition("disk-low", Level.ALARM, facts.free_bytes // (1024 * 1024))
    if not facts.clock_sane:
        yield Condition("clock-suspect", Level.WARN)
    if facts.unsent and facts.unsent_days >= UNSENT_WARN_DAYS:
        yield Condition("unsent-days", Level.WARN, facts.unsent_days)
    if facts.battery_percent is not None and facts.battery_percent < LOW_BATTERY_PERCENT:
        yield Condition("battery-low", Level.WARN, facts.battery_percent)
    if facts.directory_stale:
        yield Condition("directory-stale", Level.WARN)
    if facts.single_passphrase:
        yield Condition("single-passphrase", Level.NOTE)
    if facts.training:
        yield Condition("training", Level.NOTE)
