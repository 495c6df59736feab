"""Devices and alarms: which tablets send, what is missing or doubled in their chains, what must be looked into."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sync_server.desk.halves import CUSTODIAN, NothingClosed, closed
from sync_server.desk.pages.context import Visit
from sync_server.desk.pages.texts import Words
from sync_server.desk.store_people import AlarmRow

_SHAPES = {
    "unconfirmed": "clock",
    "confirmed": "check-circle",
    "revoked": "prohibit",
    "quarantined": "shield-warning",
    "unknown-invite": "question",
}


def devices(visit: Visit) -> Response:
    """Tablets, alarms and invitations that nobody has used."""
    context, words = visit.context, visit.words
    directory = context.directory()
    lines = context.people.devices()
    used = {line.invite_public for line in lines}
    waiting = sorted(
        (invite.label or invite.id)
        for invite in directory.invites.values()
        if invite.public not in used and not invite.revoked
    )
    return visit.page(
        "devices.html",
        devices=[
            {
                "line": line,
                "label": _label(
                    directory.invites[line.invite_public].label if line.invite_public in directory.invites else "",
                    line.id,
                ),
                "last": words.day(words.local(line.last_day * 86_400).date()) if line.last_day else "–",
                "shape": _SHAPES[line.standing],
            }
            for line in lines
        ],
        closed=[(each, words.moment(each.at_s)) for each in closed(context.store, directory)]
        if context.role == CUSTODIAN
        else [],
        alarms=[_alarm(alarm, words) for alarm in context.people.alarms(cleared=False)],
        cleared=[_alarm(alarm, words) for alarm in context.people.alarms(cleared=True)],
        waiting=waiting,
        is_registrar=context.policy().registrar == context.role,
        registrar=words(f"role.{context.policy().registrar}")
        if words.has(f"role.{context.policy().registrar}")
        else context.policy().registrar,
    )


def _label(label: str, device: bytes) -> str:
    return label or device.hex()[:8]


def _alarm(alarm: AlarmRow, words: Words) -> dict[str, object]:
    key = alarm.code if words.has(f"alarm.{alarm.code}") else "other"
    return {
        "id": alarm.id,
        "what": words(f"alarm.{key}"),
        "do": words(f"alarm.{key}.do"),
        "at": words.moment(alarm.raised_at_s),
        "idx": alarm.idx,
        "cleared": words("alarms.cleared_by", person=alarm.cleared_by, at=words.moment(alarm.cleared_at_s))
        if alarm.cleared_at_s
        else "",
    }


def return_drafts(visit: Visit, _form: FormData) -> Response:
    """The file that opens a tablet's drafts again. Who wrote it stands in the journal."""
    context, tablet = visit.context, str(visit.request.path_params["tablet"])
    if context.role != CUSTODIAN or context.return_file is None:
        raise HTTPException(404)
    try:
        data, _ = context.return_file(tablet)
    except NothingClosed:
        raise HTTPException(404) from None
    visit.note("return-drafts", tablet)
    headers = {"Content-Disposition": 'attachment; filename="drafts.firsthand"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def clear_alarm(visit: Visit, _form: FormData) -> Response:
    """A person has looked into it. The alarm stays on record with that name."""
    if not visit.context.people.clear_alarm(int(visit.request.path_params["alarm"]), visit.person, visit.now_s):
        raise HTTPException(404)
    return RedirectResponse("/devices", 303)
