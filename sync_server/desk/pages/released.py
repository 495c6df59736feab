"""The focal point's counts for the mission: what a week would tell, and its release, once."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from firsthand.errors import Refused
from sync_server.desk.note import ROLES
from sync_server.desk.pages.context import Visit, chosen_week, is_week
from sync_server.desk.releasing import SUBJECTS, UNKNOWN_AREA, Releases
from sync_server.desk.tables import weekly as table
from sync_server.desk.tables.release import ALL, Place

_WEEKS = 26


def released(visit: Visit) -> Response:
    """Weeks, and the chosen one as it is or would be told."""
    return _page(visit, _releases(visit))


def release(visit: Visit, form: FormData) -> Response:
    """Release a week."""
    releases, week = _releases(visit), str(form.get("week", ""))
    if not is_week(week):
        raise HTTPException(404)
    try:
        releases.let_go(week, visit.person, visit.now_s)
    except Refused as refusal:
        return _page(visit, releases, visit.words(f"release.{refusal.code}"), status=409)
    return RedirectResponse(f"/released?week={week}", 303)


def _page(visit: Visit, releases: Releases, refusal: str = "", *, status: int = 200) -> Response:
    words, weeks = visit.words, releases.weeks(_WEEKS)
    asked = visit.request.query_params.get("week", "")
    week = asked if is_week(asked) else weeks[0][0] if weeks else chosen_week(visit)
    told = releases.told(week)
    figures = {Place(each.area, each.subject): each.reports for each in told}
    if not told:
        preview = releases.preview(week)
        figures = {place: preview.told.get(place) for place in (*preview.told, *preview.hidden)}
    first, last = table.week_days(week)
    return visit.page(
        "released.html",
        status=status,
        refusal=refusal,
        weeks=[(each, words.week(each, alone=True), done) for each, done in weeks],
        chosen=week,
        title=words("list.comma").join((words.week(week, alone=True), words.days(first, last))),
        is_released=bool(told),
        is_over=last < words.local(visit.now_s).date(),
        subjects=[words(f"release.{subject}") for subject in (*SUBJECTS, "all")],
        rows=_rows(visit, figures),
    )


def _rows(visit: Visit, figures: dict[Place, int | None]) -> list[tuple[str, bool, list[int | None]]]:
    """Areas, then the line of all of them."""
    areas = [*sorted({place.area for place in figures if place.area not in (ALL, UNKNOWN_AREA)}), UNKNOWN_AREA, ALL]
    names = {UNKNOWN_AREA: visit.words("release.no_area"), ALL: visit.words("release.all")}
    return [
        (
            names[area] if area in names else visit.area(area),
            area == ALL,
            [figures.get(Place(area, subject)) for subject in (*SUBJECTS, ALL)],
        )
        for area in areas
    ]


def _releases(visit: Visit) -> Releases:
    context: Any = visit.context
    if context.role not in ROLES:
        raise HTTPException(404)
    return Releases(context.store, context.role, context.directory().area_names)
