"""Grave violations against children at the focal point's desk: what reports speak of, who has verified it, the note."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from firsthand.domain.grave import BY_VICTIMS, Case, Verification, Violation, late, quarter_of
from firsthand.errors import Malformed, Refused
from firsthand.ids import short_report_id
from sync_server.desk import note
from sync_server.desk.note import ROLES, Told
from sync_server.desk.pages.context import Visit
from sync_server.desk.store_verification import Said, VerificationStore

_SHAPES = {
    Verification.PENDING: "clock",
    Verification.NOT_VERIFIED: "question",
    Verification.VERIFIED: "seal-check",
}
_ORDER = (Verification.PENDING, Verification.NOT_VERIFIED, Verification.VERIFIED)


def grave(visit: Visit) -> Response:
    """Every report that speaks of a violation, newest first, with what was said of each kind."""
    _is_ours(visit)
    return _page(visit)


def say(visit: Visit, form: FormData) -> Response:
    """Set the state of one kind in one report."""
    _is_ours(visit)
    item = next((item for item in _told(visit) if item.idx == int(visit.request.path_params["idx"])), None)
    try:
        kind, state = Violation(str(form.get("violation"))), Verification(str(form.get("state")))
        day = _day(str(form.get("day", ""))) if state is Verification.VERIFIED else None
        if item is None or kind not in {case.violation for case in item.cases}:
            raise HTTPException(404)
        VerificationStore(visit.context.store).say(item.report_id, kind, state, day, visit.person, visit.now_s)
    except ValueError:
        raise HTTPException(404) from None
    except (Refused, Malformed) as refusal:
        return _page(visit, visit.words(f"grave.{refusal.code}"), status=403)
    return RedirectResponse(f"/grave#r{item.idx}", 303)


def _page(visit: Visit, refusal: str = "", *, status: int = 200) -> Response:
    words, told = visit.words, _told(visit)
    today = words.local(visit.now_s).date()
    year, number = quarter_of(today)
    decisions = VerificationStore(visit.context.store)
    return visit.page(
        "grave.html",
        status=status,
        refusal=refusal,
        items=[_item(visit, item, decisions.said(item.report_id)) for item in reversed(told)],
        left_out=[(words(f"why.{why}"), count) for why, count in sorted(note.left_out(told).items())],
        states=[(state, words(f"verified.{state}")) for state in _ORDER],
        today=today.isoformat(),
        quarter=f"{year:04}-Q{number}",
        quarter_year=year,
        quarter_number=number,
    )


def _item(visit: Visit, item: Told, said: list[Said]) -> dict[str, Any]:
    words = visit.words
    happened = str(item.facts.get("date") or "")
    place = item.facts.get("place")
    area = place.get("adm1") if isinstance(place, dict) else None
    return {
        "idx": item.idx,
        "report": short_report_id(item.report_id),
        "area": visit.area(area if isinstance(area, str) else ""),
        "happened": words.edtf(happened) if happened else words("unknown"),
        "left_out": words(f"why.{item.left_out}") if item.left_out else "",
        "cases": [
            _case(visit, case, [each for each in said if each.violation is case.violation], happened)
            for case in item.cases
        ],
    }


def _case(visit: Visit, case: Case, said: list[Said], happened: str) -> dict[str, Any]:
    words, newest = visit.words, said[-1] if said else None
    state = newest.state if newest else Verification.PENDING
    children = case.children
    parties = [words.term("actor_classes", party.partition(":")[0]) for party in case.parties]
    return {
        "violation": case.violation,
        "word": words(f"violation.{case.violation}"),
        "counted": words("grave.children", n=children.total, boys=children.boys, girls=children.girls)
        if case.violation in BY_VICTIMS
        else words("grave.incident"),
        "parties": words("list.comma").join(dict.fromkeys(parties)),
        "doubt": "" if case.sure and case.fits else words("grave.doubt" if not case.sure else "grave.fits"),
        "state": state,
        "shape": _SHAPES[state],
        "state_word": words(f"verified.{state}"),
        "day": words.day(newest.day, year=True) if newest and newest.day else "",
        "late": bool(newest and newest.day and late(happened, newest.day)),
        "said": [
            words("grave.said", person=each.person, state=words(f"verified.{each.state}"), at=words.moment(each.at_s))
            for each in said
        ],
        "mine": newest is not None and newest.person == visit.person,
    }


def _told(visit: Visit) -> list[Told]:
    return note.told(visit.context.store, visit.context.role)


def _is_ours(visit: Visit) -> None:
    if visit.context.role not in ROLES:
        raise HTTPException(404)


def _day(text: str) -> date | None:
    """None where nothing readable was given: the store says then that a day is needed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
