"""Attachments on the page of a report: what is listed, how far it has come, and a way to save what is here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from sync_server.desk.attachments import contents, file_name
from sync_server.desk.pages.context import Visit
from sync_server.desk.store_attachments import AttachmentRow, AttachmentStore, State

_THIN_SPACE = "\u202f"


def lines(visit: Visit, idx: int) -> list[dict[str, Any]]:
    """One line an attachment that this desk may open; `link` is empty where it is not here."""
    words = visit.words
    return [
        {
            "what": words(f"attachment.{row.medium}"),
            "note": words("attachment.copy") if row.is_copy else "",
            "media_type": row.media_type,
            "size": words("attachment.bytes", n=f"{row.length:,}".replace(",", _THIN_SPACE)),
            "state": words(f"attachment.state.{row.state}"),
            "trouble": row.state in (State.MISSING, State.UNOPENABLE),
            "link": f"/report/{idx}/attachment/{row.number}" if row.state is State.HERE else "",
        }
        for row in AttachmentStore(visit.context.store).of_report(idx)
    ]


def save(visit: Visit) -> Response:
    """One attachment, opened while it is sent; the journal keeps who took it."""
    shelf = visit.context.shelf
    row = _row(visit)
    if shelf is None or row is None or row.state is not State.HERE or not shelf.holds(row.object_hash):
        raise HTTPException(404)
    visit.note("attachment", f"{row.idx}/{row.number}")
    pieces: Iterator[bytes] = contents(visit.context.store, shelf, row)
    # Never shown in the page and never by its own type: it may be anything that a stranger has made.
    return StreamingResponse(
        pieces,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(row)}"',
            "Content-Length": str(row.length),
        },
    )


def _row(visit: Visit) -> AttachmentRow | None:
    idx, number = (int(visit.request.path_params[name]) for name in ("idx", "number"))
    rows = AttachmentStore(visit.context.store).of_report(idx)
    return next((row for row in rows if row.number == number), None)
