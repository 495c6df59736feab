"""What the Global Horizontal Note of a desk is made of: which reports, and which it must leave out.

A report stands in it only where it counts, its facts are here, and the person (or the basis) lets the country task
force and statistics have it. What was left out is told to whoever exports, as a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from firsthand import assets
from firsthand.domain.grave import Case, cases_of
from firsthand.domain.uses import Use, Why, why_not
from firsthand.errors import Refused
from sync_server.desk import terms
from sync_server.desk.opening import PART_BITS
from sync_server.desk.store import Store
from sync_server.desk.store_reports import ReportStore
from sync_server.desk.store_verification import VerificationStore
from sync_server.desk.tables.ghn import Entry

ROLES = frozenset({"focal_point", "child_protection"})
_NEEDS = (Use.CTFMR, Use.STATISTICS)
_REPORTS = "SELECT idx, report_id FROM report WHERE standing = 'counted' AND granted & ? AND report_id IS NOT NULL"


class WrongDesk(Refused):
    """This is not the desk that keeps these records."""

    code = "wrong-desk"


@dataclass(frozen=True, slots=True)
class Told:
    """One report at this desk that speaks of a grave violation.

    Attributes:
        left_out: why it may not stand in the note; None when it may.
    """

    idx: int
    report_id: bytes
    facts: Mapping[str, Any]
    cases: tuple[Case, ...]
    left_out: Why | None


@cache
def mapping_of() -> Mapping[str, Iterable[str]]:
    """The catalogue's `mrm` codes by act."""
    return {code: act.mappings.get("mrm", ()) for code, act in assets.catalogue().acts.items()}


def told(store: Store, role: str, *, withheld_checked: bool = False) -> list[Told]:
    """Reports that speak of a violation, in log order.

    Raises:
        WrongDesk: another role's.
    """
    if role not in ROLES:
        raise WrongDesk("not the desk of grave violations")
    reports, found = ReportStore(store), []
    for idx, report_id in store.all(_REPORTS + " ORDER BY idx", (PART_BITS["facts"],)):
        parts = reports.parts(idx)
        facts = parts.get("facts") or {}
        cases = cases_of(facts, mapping_of())
        if cases:
            held = terms.terms(store, idx, parts)
            whys = [why_not(use, held, withheld_checked=withheld_checked) for use in _NEEDS]
            found.append(Told(idx, report_id, facts, cases, next(filter(None, whys), None)))
    return found


def entries(store: Store, items: Iterable[Told]) -> list[Entry]:
    """Those that may stand in the note, with what was decided of them."""
    decisions = VerificationStore(store)
    return [
        Entry(
            incident=_incident(item),
            region=str((item.facts.get("place") or {}).get("adm1") or "unknown"),
            happened=str(item.facts.get("date") or ""),
            cases=item.cases,
            decisions={kind: said.decision() for kind, said in decisions.newest(item.report_id).items()},
            facts=item.facts,
        )
        for item in items
        if item.left_out is None
    ]


def left_out(items: Iterable[Told]) -> Counter[Why]:
    """How many stand outside, by reason."""
    return Counter(item.left_out for item in items if item.left_out is not None)


def _incident(item: Told) -> bytes:
    incident = item.facts.get("incident")
    return incident if isinstance(incident, bytes) else item.report_id
