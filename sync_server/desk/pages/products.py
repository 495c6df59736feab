"""Exports from a page: the same files as `desk-export`, with the person's name in the journal."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from firsthand.domain.uses import Use
from firsthand.errors import NotFound, Usage
from firsthand.ids import report_id_text
from sync_server.desk import exported, products
from sync_server.desk.note import WrongDesk
from sync_server.desk.pages import report
from sync_server.desk.pages.context import Visit
from sync_server.desk.products import Wish
from sync_server.desk.proving import PartNotHeld
from sync_server.desk.terms import UseRefused

_KINDS = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json", "json": "application/json"}


def export(visit: Visit) -> Response:
    """A product of the mission itself, or the note of the task force, as a file."""
    what, fmt = str(visit.request.path_params["what"]), str(visit.request.path_params["fmt"])
    try:
        return _file(visit, Wish(what, fmt, quarter=visit.request.query_params.get("quarter", "")), what)
    except (Usage, WrongDesk):
        raise HTTPException(404) from None


def case(visit: Visit, form: FormData) -> Response:
    """One report for somebody outside: a file, or the report's page with the reason why not."""
    row = visit.context.reports.row(int(visit.request.path_params["idx"]))
    use = str(form.get("use", ""))
    if row is None or row.report_id is None or use not in set(Use):
        raise HTTPException(404)
    name = report_id_text(row.report_id)
    wish = Wish("case", "json", use=Use(use), report=name, withheld_checked=form.get("checked") == "yes")
    try:
        return _file(visit, wish, f"case-{name[-6:]}")
    except NotFound:
        raise HTTPException(404) from None
    except (UseRefused, PartNotHeld) as refusal:
        visit.note("export-refused", wish.subject())
        reason = visit.words(f"case.{refusal.code}", scope=_scope(refusal))
        return report.page(visit, row, refused=reason, asked=use, status=403)


def _scope(refusal: UseRefused | PartNotHeld) -> str:
    return str(refusal.fields.get("scope", ""))


def _file(visit: Visit, wish: Wish, name: str) -> Response:
    context = visit.context
    product = products.make(context.store, context.role, context.directory(), wish)
    visit.note("export", wish.subject())
    exported.remember(context.store, context.role, visit.now_s, wish)
    return StreamingResponse(
        product.pieces,
        media_type=_KINDS[wish.fmt],
        headers={"Content-Disposition": f'attachment; filename="{name}.{wish.fmt}"'},
    )
