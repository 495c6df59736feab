"""Names, by two people: who asks and why, who agrees, and the one sight of them (see `openings` for the rules)."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from firsthand.errors import NotFound, Refused
from firsthand.ids import short_report_id
from sync_server.desk.openings import Opening, OpeningOver, Openings, State
from sync_server.desk.pages.context import Visit

_SHAPES = {
    State.WAITING: "clock",
    State.APPROVED: "check-circle",
    State.REFUSED: "prohibit",
    State.EXPIRED: "x",
    State.USED: "eye-slash",
}
_GROUPS = ("victims", "sources", "perpetrators")
_SHOWN = 60


def holds_names(visit: Visit) -> bool:
    """Whether this role is given names at all."""
    context = visit.context
    return any(rule.part == 3 and context.role in rule.roles for rule in context.policy().rules)


def names(visit: Visit) -> Response:
    """All askings, those that wait for this person first."""
    if not holds_names(visit):
        raise HTTPException(404)
    return _page(visit)


def ask(visit: Visit, form: FormData) -> Response:
    """Ask for the names of a report; the report's page has the form."""
    try:
        Openings(visit.context.store).ask(visit.person, _idx(visit), str(form.get("reason", "")), visit.now_s)
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse("/names", 303)


def answer(visit: Visit, form: FormData) -> Response:
    """Agree, or not."""
    approve = form.get("answer") == "approve"
    try:
        Openings(visit.context.store).answer(visit.person, _number(visit), visit.now_s, approve=approve)
    except NotFound:
        raise HTTPException(404) from None
    except Refused as refusal:
        return _page(visit, refusal, status=403)
    return RedirectResponse("/names", 303)


def show(visit: Visit, _form: FormData) -> Response:
    """The names, this once. The page is the answer itself: going back or asking again shows nothing."""
    openings = Openings(visit.context.store)
    try:
        part = openings.open(visit.person, _number(visit), visit.now_s)
    except NotFound:
        raise HTTPException(404) from None
    except Refused as refusal:
        return _page(visit, refusal, status=403 if not isinstance(refusal, OpeningOver) else 410)
    asked = openings.one(_number(visit))
    return visit.page(
        "names-shown.html", asked=_line(visit, asked, openings), groups=_people(part), more=_more(part, visit)
    )


def _page(visit: Visit, refusal: Refused | None = None, *, status: int = 200) -> Response:
    openings = Openings(visit.context.store)
    found = [_line(visit, asked, openings) for asked in openings.newest(_SHOWN)]
    live = [line for line in found if line["state"] in (State.WAITING, State.APPROVED)]
    return visit.page(
        "names.html",
        status=status,
        live=sorted(live, key=lambda line: not line["mine"]),
        past=[line for line in found if line not in live],
        refusal=visit.words(f"opening.{refusal.code}") if refusal else "",
    )


def _line(visit: Visit, asked: Opening, openings: Openings) -> dict[str, Any]:
    words, state = visit.words, asked.state(visit.now_s)
    row = visit.context.reports.row(asked.idx)
    return {
        "id": asked.id,
        "idx": asked.idx,
        "report": short_report_id(row.report_id) if row and row.report_id else words("custody.place", n=asked.idx),
        "reason": words(f"opening.reason.{asked.reason}"),
        "state": state,
        "shape": _SHAPES[state],
        "word": words(f"opening.state.{state}"),
        "asked_by": asked.asked_by,
        "asked_at": words.moment(asked.asked_at),
        "answered_by": asked.answered_by or "",
        "answered_at": words.moment(asked.answered_at) if asked.answered_at is not None else "",
        "used_at": words.moment(asked.used_at) if asked.used_at is not None else "",
        "until": words.moment(asked.until()),
        "mine": openings.turn(asked, visit.person, visit.now_s),
        "own": asked.asked_by == visit.person,
    }


def _people(part: Any) -> list[tuple[str, list[list[str]]]]:
    """By group: people, each as what was written of them."""
    groups = []
    for group in _GROUPS:
        listed = part.get(group) if isinstance(part, dict) else None
        people = [
            [value for value in person.values() if isinstance(value, str) and value]
            for person in (listed if isinstance(listed, list) else [])
            if isinstance(person, dict)
        ]
        if people:
            groups.append((group, people))
    return groups


def _more(part: Any, visit: Visit) -> list[tuple[str, str]]:
    """What else the part holds in words: the safe contact."""
    contact = part.get("safe_contact") if isinstance(part, dict) else None
    return [(visit.words("names.contact"), contact)] if isinstance(contact, str) and contact else []


def _idx(visit: Visit) -> int:
    return int(visit.request.path_params["idx"])


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["number"])
