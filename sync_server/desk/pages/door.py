"""Sign-in, sign-out, language and theme."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from sync_server.desk.accounts import Denied
from sync_server.desk.pages.context import COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Visit
from sync_server.desk.pages.texts import LANGUAGES

_YEAR_S = 365 * 86_400


def sign_in(visit: Visit) -> Response:
    """The door: mission, role, state of the log; nothing else."""
    if visit.session is not None:
        return RedirectResponse("/inbox", 303)
    return _door(visit)


def _door(visit: Visit, denied: Denied | None = None, name: str = "") -> Response:
    context, words = visit.context, visit.words
    checked = context.store.get("log_checked_at")
    return visit.page(
        "sign-in.html",
        status=200 if denied is None else 401 if not denied.wait_s else 429,
        denied=denied,
        name=name,
        role_name=words(f"role.{context.role}") if words.has(f"role.{context.role}") else context.role,
        has_accounts=context.people.has_accounts(),
        checked=words.moment(checked) if checked else None,
    )


def try_sign_in(visit: Visit, form: FormData) -> Response:
    """Check name and password, at a pace."""
    name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
    result = visit.context.accounts.sign_in(name, password)
    if isinstance(result, Denied):
        return _door(visit, result, name)
    visit.context.people.note(visit.now_s, result.person, "sign-in")
    answer = RedirectResponse("/inbox", 303)
    answer.set_cookie(COOKIE, result.token, httponly=True, samesite="strict", path="/")
    return answer


def sign_out(visit: Visit, _form: FormData) -> Response:
    """End the session."""
    if visit.session is not None:
        visit.note("sign-out")
        visit.context.accounts.sign_out(visit.session.token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def settings(_visit: Visit, form: FormData) -> Response:
    """Language and theme of this browser."""
    back = str(form.get("back", "/"))
    answer = RedirectResponse(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)
    for name, cookie, allowed in (("lang", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        value = str(form.get(name, ""))
        if value in allowed:
            answer.set_cookie(cookie, value, max_age=_YEAR_S, httponly=True, samesite="strict", path="/")
    return answer
