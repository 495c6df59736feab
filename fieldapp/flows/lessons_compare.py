"""A trainee's report beside the case that it is of: what differs, as codes that the texts turn into kind sentences.

Pure. It compares what a case can know (kind of report, act, area, how many people) and nothing else: whom one believes
and how one grades is learned by talking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldapp.flows.lessons import Case
from fieldapp.flows.report_form import ReportForm


@dataclass(frozen=True, slots=True)
class Remark:
    """One difference.

    Attributes:
        code: `kind`, `act.family`, `act.other`, `place`, `people` or `people.missing`.
        said, wanted: codes of a kind or an act, names of areas; numbers as text.
        outcome: of a number of people.
        most: upper end of the range that the case tells; `wanted` is the lower one.
    """

    code: str
    said: str
    wanted: str
    outcome: str = ""
    most: int = 0


def compare(case: Case, report: Mapping[str, Any]) -> tuple[Remark, ...]:
    """What differs; empty where the report says what the case says.

    Args:
        case: of the lesson.
        report: values of a REPORT.json that could be sealed.
    """
    return (*_kind(case, report), *_acts(case, report), *_place(case, report), *_people(case, report))


def _kind(case: Case, report: Mapping[str, Any]) -> Iterator[Remark]:
    kind = str(report.get("kind", ""))
    if case.kind and kind != case.kind:
        yield Remark("kind", kind, case.kind)


def _acts(case: Case, report: Mapping[str, Any]) -> Iterator[Remark]:
    said = [str(act.get("code", "")) for act in report.get("acts", ())] + [str(e) for e in report.get("events", ())]
    if not case.acts or set(said) & set(case.acts):
        return
    wanted = case.acts[0]
    near = next((code for code in said if code[:2] == wanted[:2]), "")
    yield Remark("act.family" if near else "act.other", near or next(iter(said), ""), wanted)


def _place(case: Case, report: Mapping[str, Any]) -> Iterator[Remark]:
    said = str(report.get("incident", {}).get("place", {}).get("adm1", ""))
    if said != case.adm1:
        yield Remark("place", said, case.adm1)


def _people(case: Case, report: Mapping[str, Any]) -> Iterator[Remark]:
    for outcome, (low, high) in case.people.items():
        best = _best(report, outcome)
        if best is None:
            if low:
                yield Remark("people.missing", "", str(low), outcome, high)
        elif not low <= best <= high:
            yield Remark("people", str(best), str(low), outcome, high)


def _best(report: Mapping[str, Any], outcome: str) -> int | None:
    """Best figure of all acts and events, by total, else by the table; None where it was not said."""
    form = ReportForm(dict(report), {})
    found = []
    for number in range(max(len(report.get("acts", ())), 1)):
        form.marks["act"] = str(number)
        figures = form.total(outcome) or form.table_sum(outcome)
        if figures is not None:
            found.append(figures["best"])
    return sum(found) if found else None
