"""The desk's web application: routes, and the rules that hold for every request.

Rules: only our own host names are answered (a page elsewhere must not reach us by a name of its own); every page but
the sign-in needs a session; every change is a POST with the session's secret from our own origin; nothing is cached;
no script, style, font or picture comes from anywhere but here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_server.desk.accounts import same_secret
from sync_server.desk.pages import (
    attachments,
    board,
    coverage,
    devices,
    door,
    grave,
    inbox,
    log,
    names,
    products,
    released,
    report,
)
from sync_server.desk.pages.context import Context, Visit

MAX_BODY_BYTES = 64 * 1024
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

Page = Callable[[Visit], Response]
Action = Callable[[Visit, FormData], Response]


def make_app(context: Context, hosts: frozenset[str]) -> ASGIApp:
    """The application of one desk.

    Args:
        hosts: values of the Host header that are answered, for example `127.0.0.1:8450`.
    """
    routes = [
        Route("/", _to("/inbox")),
        Route("/sign-in", _open(door.sign_in), methods=["GET"]),
        Route("/sign-in", _open_form(door.try_sign_in), methods=["POST"]),
        Route("/sign-out", _form(door.sign_out), methods=["POST"]),
        Route("/settings", _open_form(door.settings), methods=["POST"]),
        Route("/inbox", _page(inbox.inbox)),
        Route("/inbox/preview/{idx:int}", _page(inbox.preview)),
        Route("/report/{idx:int}", _page(report.report)),
        Route("/report/{idx:int}/attachment/{number:int}", _page(attachments.save)),
        Route("/weekly", _page(board.board)),
        Route("/coverage", _page(coverage.coverage)),
        Route("/devices", _page(devices.devices)),
        Route("/alarm/{alarm:int}/clear", _form(devices.clear_alarm), methods=["POST"]),
        Route("/closed/{tablet}/return", _form(devices.return_drafts), methods=["POST"]),
        Route("/report/{idx:int}/names", _form(names.ask), methods=["POST"]),
        Route("/report/{idx:int}/case", _form(products.case), methods=["POST"]),
        Route("/names", _page(names.names)),
        Route("/names/{number:int}", _form(names.answer), methods=["POST"]),
        Route("/names/{number:int}/show", _form(names.show), methods=["POST"]),
        Route("/grave", _page(grave.grave)),
        Route("/grave/{idx:int}", _form(grave.say), methods=["POST"]),
        Route("/released", _page(released.released), methods=["GET"]),
        Route("/released", _form(released.release), methods=["POST"]),
        Route("/log", _page(log.log)),
        Route("/fetch", _form(log.fetch_now), methods=["POST"]),
        Route("/fetch/state", _page(log.fetch_state)),
        Route("/export/{what}.{fmt}", _page(products.export)),
        Mount("/static", StaticFiles(directory=Path(str(files("sync_server.desk") / "static")))),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refuse, Exception: _failed})  # type: ignore[dict-item]
    app.state.context = context
    return _Guard(app, hosts)


# -- wrappers of pages -----------------------------------------------------------------------------------------
def _page(page: Page) -> Callable[[Request], Response]:
    """A page behind the sign-in."""

    @wraps(page)
    def answer(request: Request) -> Response:
        visit = Visit.of(request)
        return page(visit) if visit.session is not None else _to_sign_in(request)

    return answer


def _open(page: Page) -> Callable[[Request], Response]:
    @wraps(page)
    def answer(request: Request) -> Response:
        return page(Visit.of(request))

    return answer


def _form(action: Action) -> Callable[[Request], Awaitable[Response]]:
    """A change by a signed-in person."""

    @wraps(action)
    async def answer(request: Request) -> Response:
        form = await _read(request)
        visit = Visit.of(request)
        if visit.session is None:
            return _to_sign_in(request)
        if not same_secret(_text(form, "csrf"), visit.session.csrf):
            raise HTTPException(403)
        return await run_in_threadpool(action, visit, form)

    return answer


def _open_form(action: Action) -> Callable[[Request], Awaitable[Response]]:
    """A form of the door: before anybody is signed in. Its own origin is all it can prove."""

    @wraps(action)
    async def answer(request: Request) -> Response:
        form = await _read(request)
        return await run_in_threadpool(action, Visit.of(request), form)

    return answer


async def _read(request: Request) -> FormData:
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc != request.headers["host"]
    ):
        raise HTTPException(403)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415)
    return await request.form(max_files=0, max_fields=20)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _to(target: str) -> Callable[[Request], Response]:
    return lambda _request: RedirectResponse(target, 303)


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("x-fragment"):  # the script asked: tell it, rather than show a sign-in inside a page
        return PlainTextResponse("", 401)
    return RedirectResponse("/sign-in", 303)


def _refuse(request: Request, error: HTTPException) -> Response:
    visit = Visit.of(request)
    key = "missing" if error.status_code == 404 else "refused"
    return visit.page("sorry.html", status=error.status_code, key=key)


def _failed(request: Request, _error: Exception) -> Response:
    """The outermost: nothing of what was read may stand in a trace that somebody sees."""
    return PlainTextResponse(Visit.of(request).words("sorry.unexpected"), 500)


# -- the guard around everything -----------------------------------------------------------------------------------
class _Guard:
    """Host names, size of bodies, headers of every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_static = scope["path"].startswith("/static/")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    fields[name] = value
                fields["Cache-Control"] = "no-cache" if is_static else "no-store"
            await send(message)

        if headers.get("host", "").lower() not in self._hosts:
            await PlainTextResponse("", 421)(scope, receive, answer)
        elif not _fits(headers.get("content-length"), headers.get("transfer-encoding")):
            await PlainTextResponse("", 413)(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)


def _fits(length: str | None, encoding: str | None) -> bool:
    if encoding is not None:
        return False
    return length is None or (length.isascii() and length.isdigit() and int(length) <= MAX_BODY_BYTES)
