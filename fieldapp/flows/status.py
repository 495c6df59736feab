"""The tablet at a glance: reports, conditions, and the same as JSON for a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fieldapp import health
from fieldapp.device.port import Device
from fieldapp.flows import draft
from fieldapp.flows.outbox import unsent
from fieldapp.vault.records import UNSENT

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet


def conditions(tablet: Tablet, device: Device) -> tuple[health.Condition, ...]:
    """Standing conditions, most pressing first."""
    items = tablet.custody.items()
    day = tablet.day()
    waiting = [item.sealed_day for item in items if item.state in UNSENT]
    battery = device.battery()
    return health.conditions(
        health.Facts(
            clock_sane=tablet.clock_is_sane(),
            free_bytes=device.free_bytes(tablet.home),
            battery_percent=None if battery is None or battery.charging else battery.percent,
            directory_stale=tablet.directory.is_stale(day),
            unsent=unsent(items),
            unsent_days=day - min(waiting, default=day),
            damaged=tablet.custody.damaged(),
            single_passphrase=tablet.directory.single_passphrase,
            training=tablet.training,
        )
    )


def status(tablet: Tablet, device: Device) -> dict[str, Any]:
    """The answer of `fieldapp status --json`."""
    seen = tablet.custody.seen()
    return {
        "mission": tablet.directory.mission_name,
        "device": tablet.device.hex(),
        "invite": tablet.mission.invite_id,
        "label": tablet.mission.label,
        "words": tablet.words,
        "single_passphrase": tablet.directory.single_passphrase,
        "directory": {"version": tablet.directory.version, "stale": tablet.directory.is_stale(tablet.day())},
        "checkpoint": {"size": seen.size, "day": seen.day} if seen else None,
        "unsent": unsent(tablet.custody.items()),
        "reports": [
            {
                "id": row.id,
                "state": row.state.value,
                "title": row.title or None,
                "kind": row.kind or None,
                "area": row.area or None,
                "seq": row.seq,
                "sensitive": row.sensitive,
                "recorded_at_s": row.recorded_at_s,
                "log_index": row.log_index,
            }
            for row in tablet.reports()
        ],
        "drafts": [
            {"id": row.id.hex(), "kind": row.kind or None, "damaged": row.damaged} for row in draft.list_drafts(tablet)
        ],
        "health": [
            {"code": item.code, "level": item.level.name.lower(), "number": item.number}
            for item in conditions(tablet, device)
        ],
    }
