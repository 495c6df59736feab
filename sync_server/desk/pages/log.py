"""The log: its checkpoint, when it was verified, what its leaves came to at this desk, and fetching."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from sync_server.desk.pages.context import Visit


def log(visit: Visit) -> Response:
    """State of the log and the newest journal entries."""
    context, words = visit.context, visit.words
    state = context.ingest.log_state()
    checked = context.store.get("log_checked_at")
    states = context.people.leaf_states()
    return visit.page(
        "log.html",
        state=state,
        origin=context.directory().origin,
        checked_at=words.moment(checked) if checked else None,
        day=words.day(words.local(state.day * 86_400).date(), year=True) if state.note else "",
        leaves=[
            (words(f"leaf.{name}") if words.has(f"leaf.{name}") else name, count) for name, count in states.items()
        ],
        journal=[
            (
                words.moment(entry.at_s),
                entry.person,
                words(f"did.{entry.action}") if words.has(f"did.{entry.action}") else entry.action,
                entry.subject,
            )
            for entry in context.people.journal(30)
        ],
        whole=context.people.journal_is_whole(),
    )


def fetch_now(visit: Visit, form: FormData) -> Response:
    """Fetch without waiting for the next turn."""
    visit.note("fetch")
    visit.context.fetcher.now()
    back = str(form.get("back", "/log"))
    return RedirectResponse(back if back in ("/log", "/inbox", "/weekly") else "/log", 303)


def fetch_state(visit: Visit) -> Response:
    """How far a fetch is, for the script: a sentence and whether it has ended."""
    state, words = visit.context.fetcher.state, visit.words
    return JSONResponse(
        {"text": fetch_words(visit), "busy": state.phase == "fetching", "count": state.count, "lang": words.language}
    )


def fetch_words(visit: Visit) -> str:
    """The state of fetching in one sentence."""
    state, words = visit.context.fetcher.state, visit.words
    if state.phase == "fetching":
        return words("fetch.busy", done=state.done, total=state.total) if state.total else words("fetch.asking")
    if state.phase == "failed":
        return words(f"fetch.error.{state.error}") if words.has(f"fetch.error.{state.error}") else words("fetch.failed")
    return words(f"fetch.{state.phase}")
