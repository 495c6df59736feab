"""A report: its compartments in reading order, what is withheld and whom to ask, grade, chain, custody, readers."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from firsthand.domain.uses import Use
from firsthand.protocol.grants import PART_NAMES
from sync_server.desk.opening import PART_BITS
from sync_server.desk.openings import REASONS
from sync_server.desk.pages import attachments, present
from sync_server.desk.pages import facts as facts_lines
from sync_server.desk.pages.context import Visit
from sync_server.desk.pages.texts import Words
from sync_server.desk.store_reports import ReportRow
from sync_server.desk.tables.weekly import children_text

_LAST_S, _MAX_TZ_MIN = 4_102_444_800, 24 * 60  # beyond them it is no clock that went wrong, but no clock
CASE_USES = (Use.COURT_NATIONAL, Use.COURT_INTERNATIONAL, Use.CTFMR, Use.MARA, Use.OTHER_BODY, Use.PUBLIC)
_WHOM = ("counts", "facts", "narrative", "identities", "attachments")
_OUTCOME_ORDER = ("killed", "injured", "missing", "abducted", "detained", "sexual_violence", "displaced", "other")


def report(visit: Visit) -> Response:
    """The whole report as far as the role may open it."""
    row = visit.context.reports.row(int(visit.request.path_params["idx"]))
    if row is None:
        raise HTTPException(404)
    visit.note("read", str(row.idx))
    return page(visit, row)


def page(visit: Visit, row: ReportRow, *, refused: str = "", asked: str = "", status: int = 200) -> Response:
    """The page; `refused` says why it may not leave for the use that was `asked`."""
    shown = summary(visit, row) | _more(visit, row) | {"refused": refused, "asked": asked}
    return visit.page("report.html", status=status, report=shown)


def summary(visit: Visit, row: ReportRow) -> dict[str, Any]:
    """What preview and page share."""
    words, reports = visit.words, visit.context.reports
    parts = reports.parts(row.idx)
    envelope = reports.envelope(row.idx)
    mark, mark_kind = present.mark_of(row, words)
    facts: dict[str, Any] = parts.get("facts") or {}
    return {
        "row": row,
        "line": present.line(row, words, visit.now_s, area=visit.area(row.area), is_new=False),
        "title": present.title(row, words),
        "full_id": present.full_id(row),
        "mark": mark,
        "mark_kind": mark_kind,
        "parts": parts,
        "facts": facts,
        "custody": _custody(row, envelope, facts, words),
        "what": [(words.act(code), code) for code in (*row.acts.split(), *row.events.split())],
        "when": present.happened(row, words),
        "when_precision": words.term("date_precisions", str(facts["date_precision"]))
        if facts.get("date_precision")
        else "",
        "where": _where(row, facts, visit.area(row.area), words),
        "where_precision": _where_precision(facts, words),
        "people": _people(parts, words),
        "children": children_text(row.children) if row.counted and row.children else "",
        "by_whom": list(dict.fromkeys(present.actor(act, words) for act in facts.get("acts", []))),
        "withheld": _withheld(visit, row, parts),
        "grade": _grade(row, words),
        "author": words(f"author.{row.author}"),
        "author_known": row.author in ("confirmed", "revoked", "unconfirmed"),
    }


def _more(visit: Visit, row: ReportRow) -> dict[str, Any]:
    context, words = visit.context, visit.words
    envelope = context.reports.envelope(row.idx)
    before, after = context.reports.versions(row.idx)
    device = context.people.device(row.device)
    invite = context.directory().invites.get(device[0]) if device else None
    parts = context.reports.parts(row.idx)
    readers: dict[str, str] = {}
    for entry in context.people.readers(str(row.idx)):
        readers.setdefault(entry.person, words.moment(entry.at_s))
    return {
        "envelope": envelope,
        "before": before,
        "after": after,
        "label": invite.label if invite and invite.label else row.device.hex()[:8],
        "device_words": device[1] if device else "",
        "acts": _acts(parts.get("facts") or {}, words),
        "counts": _counts(parts.get("counts") or {}, words),
        "narrative": parts.get("narrative"),
        "has_names": "identities" in parts,
        "reasons": [(code, words(f"opening.reason.{code}")) for code in REASONS],
        "uses": _uses(visit, row, parts),
        "other_facts": facts_lines.lines(parts.get("facts") or {}, words),
        "files": attachments.lines(visit, row.idx),
        "state": words(f"device.{row.author}") if words.has(f"device.{row.author}") else words(f"author.{row.author}"),
        "readers": list(readers.items()),
    }


def _custody(row: ReportRow, envelope: dict[str, Any], facts: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    """Stops of the custody line with what is known of each."""
    recorded = facts.get("recorded")
    day = words.day(words.local(envelope["day"] * 86_400).date())
    return [
        (words("custody.recorded"), _recorded(recorded, words)),
        (words("custody.sealed"), day),
        (words("custody.logged"), words("custody.place", n=row.idx)),
        (words("custody.opened"), words.moment(row.received_at)),
    ]


def _recorded(value: Any, words: Words) -> str:
    """When the officer recorded it, by the tablet's own clock and zone; to the day where that is all there is."""
    match value:
        case [int(at_s), int(tz_min), str(), boot, since_boot_s] if 0 <= at_s < _LAST_S and abs(tz_min) <= _MAX_TZ_MIN:
            there = Words(words.language, tz_min)
            whole_day = boot is None and since_boot_s is None and (at_s + tz_min * 60) % 86_400 == 0
            return there.day(there.local(at_s).date()) if whole_day else there.moment(at_s)
    return "–"


def _where(row: ReportRow, facts: dict[str, Any], area: str, words: Words) -> str:
    place = facts.get("place") or {}
    names = [place.get("name"), place.get("adm3"), row.adm2, area]
    seen: list[str] = []
    for name in names:
        if isinstance(name, str) and name and name not in seen:
            seen.append(name)
    return words("list.comma").join(seen)


def _where_precision(facts: dict[str, Any], words: Words) -> str:
    """How fine the place is, how it was given, and within how far: as the officer chose it, never rounded away."""
    place = facts.get("place") or {}
    precision, given, radius = place.get("precision"), place.get("given_as"), place.get("radius_m")
    parts = [
        words.term("place_precisions", str(precision)) if precision else "",
        words.term("given_as", str(given)) if given else "",
        words("fact.radius", m=radius) if isinstance(radius, int) else "",
    ]
    return words("list.comma").join(filter(None, parts))


def _people(parts: dict[str, Any], words: Words) -> list[tuple[str, int, int, int]]:
    counts = parts.get("counts") or {}
    return present.people_by_outcome(sorted(counts.get("people", []), key=_outcome_place), words)


def _outcome_place(row: list[Any]) -> int:
    return _OUTCOME_ORDER.index(row[0]) if row[0] in _OUTCOME_ORDER else len(_OUTCOME_ORDER)


def _withheld(visit: Visit, row: ReportRow, parts: dict[str, Any]) -> list[tuple[str, str]]:
    """(part, sentence) of what was not given to this role: whom to ask. A part that was never written looks alike."""
    policy, words = visit.context.policy(), visit.words
    lines = []
    for name in _WHOM:
        if name in parts or row.granted & PART_BITS[name]:
            continue
        holders = {role for rule in policy.rules if PART_NAMES[rule.part - 1] == name for role in rule.roles}
        readers = [role for role in policy.roles if role in holders and role != visit.context.role]
        asked = words("list.or").join(words(f"role.{role}") if words.has(f"role.{role}") else role for role in readers)
        lines.append((words(f"part.{name}"), words("withheld.ask", role=asked) if asked else words("withheld.nobody")))
    return lines


def _grade(row: ReportRow, words: Words) -> tuple[str, str] | None:
    if len(row.grade) != 2:
        return None
    letter, number = row.grade[0], row.grade[1]
    return row.grade, words(
        "grade.sentence", source=words.term("reliabilities", letter), account=words.term("credibilities", number)
    )


def _acts(facts: dict[str, Any], words: Words) -> list[dict[str, Any]]:
    acts = []
    for act in facts.get("acts", []):
        who, how = present.actor(act, words)
        counts = [
            (
                words.term("outcomes", c.get("outcome", "")),
                words.term("sexes", c.get("sex", "U")),
                words.term("ages", c.get("age", "unknown")),
                c.get("best"),
                present.span(c.get("min", 0), c.get("max", 0)),
            )
            for c in act.get("counts") or []
        ]
        acts.append({"code": act["code"], "name": words.act(act["code"]), "who": who, "how": how, "counts": counts})
    return acts


def _counts(counts: dict[str, Any], words: Words) -> list[tuple[str, str, str, int, str]]:
    rows = []
    for outcome, sex, age, low, best, high in sorted(counts.get("people", []), key=_outcome_place):
        rows.append(
            (
                words.term("outcomes", outcome),
                words.term("sexes", sex),
                words(f"age.{age}") if words.has(f"age.{age}") else age,
                best,
                present.span(low, high),
            )
        )
    return rows


def _uses(visit: Visit, row: ReportRow, parts: dict[str, Any]) -> list[tuple[str, str]]:
    """(use, words) for which a case can be asked for here: where the facts are, of a version that counts."""
    if "facts" not in parts or row.standing != "counted" or row.report_id is None:
        return []
    return [(use, visit.words(f"use.{use}")) for use in CASE_USES]
