"""What every page needs: the opened desk, who is asking, in which language, and the frame around the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from firsthand.ports import Clock
from firsthand.protocol.directory import Directory
from firsthand.protocol.grants import PART_NAMES, Policy, parse_policy
from sync_server.desk.accounts import Accounts, Session
from sync_server.desk.areas import names_in
from sync_server.desk.fetcher import Fetcher
from sync_server.desk.note import ROLES
from sync_server.desk.openings import PART, Openings
from sync_server.desk.pages.texts import Words
from sync_server.desk.shelf import Shelf
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import IngestStore
from sync_server.desk.store_people import PeopleStore
from sync_server.desk.store_reports import ReportStore
from sync_server.desk.store_weekly import WeeklyStore
from sync_server.desk.tables import weekly as table

COOKIE, LANGUAGE_COOKIE, THEME_COOKIE = "desk", "lang", "theme"
THEMES = ("auto", "light", "dark")
_IDENTITIES = PART_NAMES.index(PART) + 1
_MIRRORED = frozenset({"caret-left", "caret-right", "arrow-left", "arrow-right", "sign-out", "arrow-up-right"})


@dataclass(frozen=True, slots=True)
class Context:
    """One desk process, as its pages see it.

    Attributes:
        return_file: for a tablet's id, the file that opens its drafts after a panic; the keys stay behind it.
        shelf: where sealed attachments lie.
    """

    role: str
    store: Store
    clock: Clock
    load_directory: Callable[[], Directory]
    fetcher: Fetcher
    accounts: Accounts
    return_file: Callable[[str], tuple[bytes, int]] | None = None
    shelf: Shelf | None = None
    people: PeopleStore = field(init=False)
    reports: ReportStore = field(init=False)
    weekly: WeeklyStore = field(init=False)
    ingest: IngestStore = field(init=False)

    def __post_init__(self) -> None:
        for name, kind in (
            ("people", PeopleStore),
            ("reports", ReportStore),
            ("weekly", WeeklyStore),
            ("ingest", IngestStore),
        ):
            object.__setattr__(self, name, kind(self.store))

    def area_names(self, language: str) -> dict[str, str]:
        """Names of areas in a language, by their `adm1`."""
        directory = self.directory()
        return _area_names(directory.sha256, language, lambda: directory.areas_geojson)

    def policy(self) -> Policy:
        """The mission's policy: who is given what."""
        return parse_policy(self.directory().policy_json)

    def directory(self) -> Directory:
        """The directory as it was verified last."""
        return self.load_directory()


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who asks, and how to speak to that person."""

    context: Context
    request: Request
    session: Session | None
    words: Words
    theme: str

    @classmethod
    def of(cls, request: Request) -> Visit:
        """The visit of a request."""
        context: Context = request.app.state.context
        cookies = request.cookies
        theme = cookies.get(THEME_COOKIE, "auto")
        return cls(
            context,
            request,
            context.accounts.session(cookies.get(COOKIE)),
            Words(cookies.get(LANGUAGE_COOKIE, "en"), context.clock.tz_min()),
            theme if theme in THEMES else "auto",
        )

    @property
    def person(self) -> str:
        """The name of the account that asks; pages behind the sign-in only."""
        return self.session.person if self.session is not None else ""

    @property
    def now_s(self) -> int:
        """Seconds since 1970."""
        return self.context.clock.now_s()

    def area(self, name: str) -> str:
        """An area's name in the language of the page, where the mission's drawing gives one."""
        return self.context.area_names(self.words.language).get(name, name) if name else self.words("unknown")

    def note(self, action: str, subject: str = "") -> None:
        """Write what the person does into the journal."""
        self.context.people.note(self.now_s, self.person, action, subject)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page in the frame."""
        shared = {
            "t": self.words,
            "v": self,
            "icon": icon,
            "csrf": self.session.csrf if self.session else "",
            "theme": self.theme,
            "themes": THEMES,
            "path": self.request.url.path,
        }
        frame = self._frame() if self.session is not None else {"mission": self.context.directory()}
        return HTMLResponse(templates().get_template(template).render(**shared, **frame, **values), status_code=status)

    def fragment(self, template: str, **values: Any) -> Response:
        """A piece of a page, for the script that exchanges it."""
        shared = {"t": self.words, "v": self, "icon": icon, "csrf": self.session.csrf if self.session else ""}
        return HTMLResponse(templates().get_template(template).render(**shared, **values))

    def _frame(self) -> dict[str, Any]:
        context, words, now_s = self.context, self.words, self.now_s
        checked = context.store.get("log_checked_at")
        last = context.store.first("SELECT max(received_at) FROM envelope WHERE type = 'report'")
        week = chosen_week(self)
        first, end = table.week_days(week)
        return {
            "mission": context.directory(),
            "role_name": words(f"role.{context.role}") if words.has(f"role.{context.role}") else context.role,
            "offices": self._offices(),
            "new_count": context.reports.count("new"),
            "alarm_count": context.people.alarm_count(),
            "fetch": context.fetcher.state,
            "checked": words.when(checked, now_s) if checked else None,
            "last_in": words.when(last[0], now_s) if last and last[0] else None,
            "week": week,
            "week_label": words("list.comma").join((words.week(week, alone=True), words.days(first, end))),
            "week_title": words("list.comma").join((words.week(week), words.days(first, end))),
            "week_before": table.week_after(week, -1),
            "week_next": table.week_after(week, 1),
        }

    def _offices(self) -> list[tuple[str, str, int]]:
        """(page, shape, count) of the pages that only some roles have."""
        context, found = self.context, []
        if any(rule.part == _IDENTITIES and context.role in rule.roles for rule in context.policy().rules):
            found.append(("names", "lock-key", Openings(context.store).waiting_for(self.person, self.now_s)))
        if context.role in ROLES:
            found += [("grave", "seal-check", 0), ("released", "stack", 0)]
        return found


def chosen_week(visit: Visit) -> str:
    """The week of the address, else the last one that has reports, else this one."""
    asked = visit.request.query_params.get("week", "")
    if is_week(asked):
        return asked
    return visit.context.weekly.last_week() or table.week_of(visit.words.local(visit.now_s).date())


def is_week(text: str) -> bool:
    """Whether a text of the address names an ISO week that exists."""
    if (
        len(text) != 8
        or text[4:6] != "-W"
        or not (text[:4] + text[6:]).isascii()
        or not (text[:4] + text[6:]).isdigit()
    ):
        return False
    if not 1990 <= int(text[:4]) <= 2200 or not 1 <= int(text[6:]) <= 53:
        return False
    return int(text[6:]) < 53 or table.week_after(f"{text[:4]}-W52", 1) == text


_named: dict[tuple[bytes, str], dict[str, str]] = {}


def _area_names(key: bytes, language: str, areas: Callable[[], dict[str, Any] | None]) -> dict[str, str]:
    """Read once a directory: a drawing has thousands of corners."""
    if (key, language) not in _named:
        _named[key, language] = names_in(areas(), language)
    return _named[key, language]


@cache
def _icons() -> dict[str, str]:
    shapes: dict[str, str] = json.loads(files("sync_server.desk.pages").joinpath("icons.json").read_text("utf-8"))
    return shapes


def icon(name: str) -> Markup:
    """A drawn icon that takes the colour of its word. It is always beside a word, so it is hidden from readers."""
    turned = " turns" if name in _MIRRORED else ""
    return Markup(
        '<svg class="icon{}" viewBox="0 0 256 256" aria-hidden="true" focusable="false"><path d="{}"></path></svg>'
    ).format(turned, _icons()[name])


@cache
def templates() -> Environment:
    """The templates; everything is escaped, and a name that is not there is an error."""
    return Environment(
        loader=PackageLoader("sync_server.desk.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
