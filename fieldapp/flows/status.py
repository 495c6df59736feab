"""The tablet at a glance: reports, drafts, conditions, and the same as JSON for a shell.

Nothing here costs more with ten thousand reports than with ten, except `status` and `damaged`, which open every
row because a shell asks seldom and wants the exact answer.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fieldapp import health
from fieldapp.device.port import Device
from fieldapp.flows import draft, owed, withdraw
from fieldapp.vault.blobs import Blobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fieldapp.flows.unlock import Tablet

# Rows that one look at the conditions checks besides: the whole of 10,000 reports within a day of home pages.
_LOOK_OVER = 128
_DAY_S = 86_400


def conditions(tablet: Tablet, device: Device) -> tuple[health.Condition, ...]:
    """Standing conditions, most pressing first; each call also looks over some more rows for damage."""
    tablet.custody.damage.look_over(_LOOK_OVER)
    known = {table: len(ids) for table, ids in tablet.custody.damage.known().items()}
    return _conditions(tablet, device, known | _damaged_drafts(tablet))


def damaged(tablet: Tablet) -> dict[str, int]:
    """Rows that do not open or are gone, by table; it opens every row."""
    return tablet.custody.damaged() | _damaged_drafts(tablet)


def status(tablet: Tablet, device: Device) -> dict[str, Any]:
    """The answer of `fieldapp status --json`."""
    seen = tablet.custody.seen()
    found = drafts(tablet)
    closed = Counter(row["state"] for row in found)["panicked"]
    return {
        "mission": tablet.directory.mission_name,
        "device": tablet.device.hex(),
        "invite": tablet.mission.invite_id,
        "label": tablet.mission.label,
        "words": tablet.words,
        "single_passphrase": tablet.directory.single_passphrase,
        "directory": {"version": tablet.directory.version, "stale": tablet.directory.is_stale(tablet.day())},
        "checkpoint": {"size": seen.size, "day": seen.day} if seen else None,
        "unsent": sum(tablet.custody.lists.totals().waiting),
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
        "drafts": [row | {"damaged": row["state"] == "damaged"} for row in found],
        "draft_count": len(found),
        **({"panicked": closed} if closed else {}),
        "attachments_waiting": attachments_waiting(tablet),
        "health": [
            {"code": item.code, "level": item.level.name.lower(), "number": item.number}
            for item in _conditions(tablet, device, damaged(tablet))
        ],
    }


def drafts(tablet: Tablet) -> list[dict[str, Any]]:
    """The answer of `fieldapp drafts --json`: id, kind, when saved, state; nothing of what a draft says.

    `kind` and `saved_at` (ISO 8601, UTC) are None where the draft does not open.
    """
    return [
        {
            "id": row.id.hex(),
            "kind": row.kind or None,
            "saved_at": datetime.fromtimestamp(row.saved_at_s, UTC).isoformat() if row.saved_at_s else None,
            "state": row.state,
        }
        for row in draft.list_drafts(tablet)
    ]


def attachments_waiting(tablet: Tablet) -> int:
    """Attachments of sealed reports that are not yet proven to be in the log."""
    return tablet.custody.waiting.count(Blobs(tablet.home, tablet.vault))


def _damaged_drafts(tablet: Tablet) -> dict[str, int]:
    """Damaged rows of what no list of sealed objects knows: drafts, promises, withdrawals."""
    counts = {
        "drafts": draft.damaged(tablet),
        "owed": owed.damaged(tablet),
        "withdrawals": withdraw.damaged(tablet),
    }
    return {table: count for table, count in counts.items() if count}


def _conditions(tablet: Tablet, device: Device, broken: Mapping[str, int]) -> tuple[health.Condition, ...]:
    day = tablet.day()
    oldest = tablet.custody.lists.oldest_waiting()
    battery, mended = device.battery(), tablet.vault.hurt_at_s
    return health.conditions(
        health.Facts(
            clock_sane=tablet.clock_is_sane(),
            clock_year=datetime.fromtimestamp(tablet.ports.clock.now_s(), UTC).year,
            free_bytes=device.free_bytes(tablet.home),
            battery_percent=None if battery is None or battery.charging else battery.percent,
            directory_stale=tablet.directory.is_stale(day),
            unsent=sum(tablet.custody.lists.totals().waiting),
            unsent_days=day - oldest.sealed_day if oldest else 0,
            attachments=attachments_waiting(tablet),
            damaged=broken,
            mended_days=None if mended is None else abs(day - mended // _DAY_S),
            single_passphrase=tablet.directory.single_passphrase,
            training=tablet.training,
            promises_due=owed.due_now(tablet),
        )
    )
