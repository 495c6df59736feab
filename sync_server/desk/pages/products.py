"""Exports from a page: the same files as `desk-export`, with the person's name in the journal."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from sync_server.desk import exports
from sync_server.desk.pages.context import Visit

_KINDS = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}


def export(visit: Visit) -> Response:
    """The weekly table or the reports as a file."""
    what, fmt, context = str(visit.request.path_params["what"]), str(visit.request.path_params["fmt"]), visit.context
    match (what, fmt):
        case ("weekly", "csv"):
            pieces = exports.weekly_csv(context.weekly)
        case ("weekly", "geojson"):
            pieces = exports.weekly_geojson(context.weekly, context.directory().areas_geojson)
        case ("coverage", "csv"):
            pieces = exports.coverage_csv(context.weekly)
        case ("reports", "csv"):
            pieces = exports.reports_csv(context.reports)
        case ("reports", "geojson"):
            pieces = exports.reports_geojson(context.reports)
        case _:
            raise HTTPException(404)
    visit.note("export", f"{what} {fmt}")
    return StreamingResponse(
        pieces, media_type=_KINDS[fmt], headers={"Content-Disposition": f'attachment; filename="{what}.{fmt}"'}
    )
