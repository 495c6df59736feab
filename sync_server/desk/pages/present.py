"""From rows and parts to what a page shows, in the words of a language. Decides nothing about who may see what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firsthand.ids import report_id_text, short_report_id
from sync_server.desk.pages.texts import Words
from sync_server.desk.store_reports import ReportRow
from sync_server.desk.tables.weekly import children_text


@dataclass(frozen=True, slots=True)
class Line:
    """A report in the inbox."""

    idx: int
    short_id: str
    title: str
    area: str
    happened: str
    best: str
    span: str
    source: str
    grade: str
    arrived: str
    is_new: bool
    mark: str
    mark_kind: str
    sensitive: bool
    standing: str


def line(row: ReportRow, words: Words, now_s: int, *, area: str, is_new: bool) -> Line:
    """A row of the inbox in words."""
    mark, kind = mark_of(row, words)
    return Line(
        idx=row.idx,
        short_id=short_report_id(row.report_id) if row.report_id else words("report.no_id"),
        title=title(row, words),
        area=area,
        happened=happened(row, words),
        best=str(row.pbest) if row.counted and row.pbest else "–",
        span=f"{row.pmin}–{row.pmax}" if row.counted and row.pbest and row.pmin != row.pmax else "",
        source=words.term("source_families", row.source_family) if row.source_family else "",
        grade=row.grade,
        arrived=words.when(row.received_at, now_s),
        is_new=is_new,
        mark=mark,
        mark_kind=kind,
        sensitive=bool(row.sensitive),
        standing=row.standing,
    )


def title(row: ReportRow, words: Words) -> str:
    """What happened, without a name and without a graphic word."""
    if row.sensitive and (row.acts or row.counted):
        return words("report.concern_s")
    codes = [*row.acts.split(), *row.events.split()]
    if codes:
        return words.act(codes[0])
    if row.families:
        return words("list.comma").join(words.family(code) for code in row.families.split())
    return words("report.closed_title")


def happened(row: ReportRow, words: Words) -> str:
    """When, as finely as the role may know."""
    if row.date:
        return words.edtf(row.date)
    return words.week(row.week, alone=True) if row.week else words("unknown")


def mark_of(row: ReportRow, words: Words) -> tuple[str, str]:
    """What a reader must know before believing a report, and how loud it is."""
    if row.standing != "counted":
        kind = "alarm" if row.standing in ("bad-signature", "duplicate") else "care"
        return words(f"standing.{row.standing}"), kind
    if row.revises:
        return words("mark.revises"), "plain"
    return "", ""


def people_by_outcome(people: Iterable[Any], words: Words) -> list[tuple[str, int, int, int]]:
    """(word, min, best, max) by outcome, in the order of the catalogue."""
    sums: dict[str, list[int]] = {}
    for outcome, _sex, _age, low, best, high in people:
        total = sums.setdefault(outcome, [0, 0, 0])
        total[0] += low
        total[1] += best
        total[2] += high
    return [(words.term("outcomes", outcome), *sums[outcome]) for outcome in sums]  # type: ignore[misc]


def people_of_cell(texts: Iterable[str], words: Words) -> list[tuple[str, int, int, int]]:
    """The same over all reports of an area-week."""
    return people_by_outcome([person for text in texts for person in json.loads(text)], words)


def full_id(row: ReportRow) -> str:
    """The 26 characters of a report's id, in groups that can be read aloud."""
    if row.report_id is None:
        return ""
    text = report_id_text(row.report_id)
    return " ".join((text[:7], text[7:13], text[13:20], text[20:]))


def children(best: int) -> str:
    """Counted children, as they may be shown."""
    return children_text(best)


def span(low: int, high: int) -> str:
    """A range, where it is one."""
    return f"{low}–{high}" if low != high else ""


def actor(act: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """Who is said to have done it, and how that is known."""
    who = act.get("actor") or {}
    name = words.term("actor_classes", who.get("class", "unknown"))
    text = f"{name}{words('list.comma')}{who['unit_text']}" if who.get("unit_text") else name
    basis = words.term("identification", who["basis"]) if who.get("basis") else ""
    certainty = words.term("certainties", who["certainty"]) if who.get("certainty") else ""
    return text, words("list.comma").join(part for part in (basis, certainty) if part)
