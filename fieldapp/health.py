"""Standing conditions of a tablet, most pressing first; pure. One bar shows them, `status` lists them.

Each has two sentences in the texts `health`: CODE.what says what holds, CODE.do what to do about it. The order
of `_found` is the order of gravity within a level: first what can cost a report, then what can delay one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

LOW_DISK_BYTES = 200 * 1024 * 1024
UNSENT_WARN_DAYS = 7
UNSENT_ALARM_DAYS = 30
LOW_BATTERY_PERCENT = 15
MENDED_DAYS = 30
CODES = (
    "damaged-rows",
    "vault-mended",
    "disk-low",
    "unsent-days",
    "battery-low",
    "clock-suspect",
    "directory-stale",
    "promise-due",
    "attachments-waiting",
    "single-passphrase",
    "training",
)


class Level(IntEnum):
    """How pressing."""

    NOTE = 1
    WARN = 2
    ALARM = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing to know. `code` names the sentences in assets/text/*/health.po, `number` fills them in."""

    code: str
    level: Level
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is measured.

    Attributes:
        clock_sane: the clock is within what signed days allow.
        clock_year: the year that it says.
        free_bytes: room on disk, None if not known.
        battery_percent: None if not known, or if it is charging.
        directory_stale: the mission's signed directory has expired.
        unsent: objects not yet proven to be in the log.
        unsent_days: age of the oldest of them.
        attachments: of sealed reports, not yet proven to be in the log.
        damaged: rows that do not open, by table.
        mended_days: how long ago the vault's file had to be mended; None if never.
        single_passphrase: one passphrase made all roles' keys.
        training: nothing is sent.
        promises_due: what was promised to people and is due today or late.
    """

    clock_sane: bool
    clock_year: int
    free_bytes: int | None
    battery_percent: int | None
    directory_stale: bool
    unsent: int
    unsent_days: int
    attachments: int
    damaged: Mapping[str, int]
    mended_days: int | None
    single_passphrase: bool
    training: bool
    promises_due: int = 0


def conditions(facts: Facts) -> tuple[Condition, ...]:
    """What holds, most pressing first."""
    return tuple(sorted(_found(facts), key=lambda condition: -condition.level))


def _found(facts: Facts) -> Iterable[Condition]:
    damaged = sum(facts.damaged.values())
    if damaged:
        yield Condition("damaged-rows", Level.ALARM, damaged)
    if facts.mended_days is not None and facts.mended_days <= MENDED_DAYS:
        yield Condition("vault-mended", Level.ALARM)
    if facts.free_bytes is not None and facts.free_bytes < LOW_DISK_BYTES:
        yield Condition("disk-low", Level.ALARM, facts.free_bytes // (1024 * 1024))
    if facts.unsent and facts.unsent_days >= UNSENT_WARN_DAYS:
        level = Level.ALARM if facts.unsent_days >= UNSENT_ALARM_DAYS else Level.WARN
        yield Condition("unsent-days", level, facts.unsent_days)
    if facts.battery_percent is not None and facts.battery_percent < LOW_BATTERY_PERCENT:
        yield Condition("battery-low", Level.WARN, facts.battery_percent)
    if not facts.clock_sane:
        yield Condition("clock-suspect", Level.WARN, facts.clock_year)
    if facts.directory_stale:
        yield Condition("directory-stale", Level.WARN)
    if facts.promises_due:
        yield Condition("promise-due", Level.WARN, facts.promises_due)
    if facts.attachments:
        yield Condition("attachments-waiting", Level.NOTE, facts.attachments)
    if facts.single_passphrase:
        yield Condition("single-passphrase", Level.NOTE)
    if facts.training:
        yield Condition("training", Level.NOTE)
