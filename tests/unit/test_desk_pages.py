"""The pages over HTTP, without a browser: who gets in, what every answer bears, what a page says and never says."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sync_server.desk.accounts import IDLE_S, Accounts, add_account
from sync_server.desk.fetcher import Fetcher, FetchState
from sync_server.desk.ingest import Progress
from sync_server.desk.pages.app import MAX_BODY_BYTES, make_app
from sync_server.desk.pages.context import Context
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from tests.support.desk_world import Hands, World

pytestmark = pytest.mark.slow  # every sign-in pays the full cost of Argon2id

HOST = "127.0.0.1:8450"
NAME, PASSWORD = "Analyst 4", "seven quiet rivers"
EVIL = "<script>alert(1)</script>\"'&"
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
AREAS: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": SQUARE,
            "properties": {"adm1": "Karou", "level": 1, "name_fr": "Karou-la-Rive"},
        },
        {"type": "Feature", "geometry": SQUARE, "properties": {"adm1": "Dovi", "level": 1}},
    ],
}
PAGES = (
    "/inbox",
    "/inbox?tab=all&r=2",
    "/inbox?find=karou",
    "/inbox?area=Karou&week=2026-W46&family=A7",
    "/report/2",
    "/report/3",
    "/report/4",
    "/weekly",
    "/weekly?view=families",
    "/weekly?family=A4",
    "/weekly?family=A1&area=Dovi",
    "/weekly?week=2020-W01",
    "/coverage",
    "/coverage?week=2020-W01",
    "/devices",
    "/log",
)


@dataclass
class Site:
    world: World
    store: Store
    hands: Hands
    people: PeopleStore
    app: Any = None
    cookie: str = ""

    def client(self) -> TestClient:
        if self.app is None:
            accounts = Accounts(self.people, self.hands)
            context = Context(
                "risk_cell", self.store, self.hands, lambda: self.world.directory(AREAS), Fetcher(None), accounts
            )
            self.app = make_app(context, frozenset({HOST}))
        return TestClient(self.app, base_url=f"http://{HOST}", follow_redirects=False)

    def signed_in(self) -> TestClient:
        client = self.client()
        assert client.post("/sign-in", data={"name": NAME, "password": PASSWORD}).headers["location"] == "/inbox"
        return client


def fill(world: World, store: Store) -> None:
    tablet, late = world.tablet("North 1"), world.tablet("Late")
    first = tablet.report(adm1="Karou", what="Account")
    sealed = [
        tablet.enrol(),
        first,
        tablet.report(adm1="Karou", acts=["A101"], events=["E03"], children=2, supersedes=first.object_hash),
        tablet.report(adm1=EVIL, adm2=EVIL, what=EVIL),
        late.report(adm1="Karou"),
        tablet.report(acts=["A401"], sensitive=True),
    ]
    for item in sealed:
        world.log.add(item)
    world.pull(store)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    world = World(11)
    store = world.store(tmp_path_factory.mktemp("pages"))
    fill(world, store)
    people = PeopleStore(store)
    add_account(people, NAME, PASSWORD, 1)
    yield Site(world, store, Hands(), people)
    store.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """Signed in; the slow password check is done once and the session is shared."""
    client = site.client()
    client.cookies.set("desk", site.cookie)
    if client.get("/log").status_code != 200:
        client = site.signed_in()
        site.cookie = client.cookies["desk"]
    return client


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/log").text)
    assert found is not None
    return found[1]


# -- the door ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [*PAGES, "/export/weekly.csv", "/fetch/state", "/inbox/preview/2"])
def test_without_signing_in_every_page_leads_to_the_door(site: Site, path: str) -> None:
    answer = site.client().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Karou" not in answer.text


def test_the_door_tells_nothing_but_mission_role_and_log(site: Site) -> None:
    page = site.client().get("/sign-in").text
    assert "Test mission" in page and "Risk cell" in page
    assert "Karou" not in page and NAME not in page


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    answer = site.client().post("/sign-in", data={"name": NAME, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


def test_a_wrong_password_is_told_calmly_and_then_slowly(site: Site) -> None:
    client = site.client()
    tries = [client.post("/sign-in", data={"name": "Slow", "password": "wrong one"}) for _ in range(6)]
    assert [t.status_code for t in tries] == [401, 401, 401, 401, 429, 429]
    assert "Tries left before a pause of one minute: 4" in tries[0].text
    site.hands.at_s += 61


def test_a_session_that_nobody_used_has_ended(site: Site) -> None:
    client = site.signed_in()
    assert client.get("/inbox").status_code == 200
    site.hands.at_s += IDLE_S + 1
    assert client.get("/inbox").status_code == 303
    site.hands.at_s -= IDLE_S + 1


def test_signing_out_needs_the_secret_and_ends_the_session(client: TestClient) -> None:
    assert client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    assert client.post("/sign-out", data={"csrf": csrf(client)}).status_code == 303
    assert client.get("/inbox").status_code == 303


# -- rules of every answer -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [*PAGES, "/nothing-here", "/static/desk.css", "/sign-in"])
def test_every_answer_is_strict(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert (
        policy.startswith("default-src 'none'")
        and "unsafe" not in policy
        and "*" not in policy
        and "http" not in policy
    )
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9999", "localhost.evil.example:8450", ""])
def test_another_host_name_is_not_answered(site: Site, host: str) -> None:
    answer = site.client().get("/sign-in", headers={"host": host})
    assert (answer.status_code, answer.text) == (421, "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_a_form_from_elsewhere_is_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    secret = csrf(client)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/fetch", content=f"csrf={secret}", headers=kind | headers).status_code == status


@pytest.mark.parametrize("path", ["/fetch", "/alarm/1/clear", "/sign-out"])
def test_a_change_needs_the_secret_of_the_session(client: TestClient, path: str) -> None:
    assert client.post(path, data={"csrf": ""}).status_code == 403
    assert client.get(path).status_code in (404, 405)


def test_a_body_beyond_all_forms_is_refused(client: TestClient) -> None:
    assert client.post("/fetch", data={"csrf": "x" * MAX_BODY_BYTES}).status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b"csrf=x"

    assert client.post("/fetch", content=pieces()).status_code == 413


@pytest.mark.parametrize("back", ["//evil.example", "http://evil.example", "/\\evil.example", ""])
def test_settings_lead_back_only_to_our_own_pages(client: TestClient, back: str) -> None:
    assert client.post("/settings", data={"lang": "fr", "back": back}).headers["location"] == "/"


# -- pages
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_in_every_language(client: TestClient, path: str, lang: str) -> None:
    client.cookies.set("lang", lang)
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in answer.text
    assert "Undefined" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/inbox?tab=all",
        "/inbox?tab=all&r=3",
        "/inbox/preview/3",
        "/report/3",
        "/weekly",
        "/inbox?find=" + "%3Cscript%3E",
    ],
)
def test_what_a_report_says_never_becomes_markup(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "<script>alert" not in page and "find=<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path", ["/report/99", "/report/0", "/inbox/preview/99", "/export/secrets.csv", "/nothing", "/report/99999999999"]
)
def test_what_is_not_there_says_so_in_the_frame(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "week=2026-W99",
        "week=%F0",
        "week=' OR 1",
        "area=" + "x" * 500,
        "family=ZZ",
        "view=zz",
        "week=2021-W53",
        "before=1e9",
        "before=-1",
        "r=%00",
        "tab=zz",
        "find=%25%5F!",
    ],
)
def test_an_address_without_sense_shows_a_page_all_the_same(client: TestClient, query: str) -> None:
    assert client.get(f"/weekly?{query}").status_code == 200
    assert client.get(f"/inbox?{query}").status_code == 200


def test_reading_is_written_down_with_the_name(site: Site, client: TestClient) -> None:
    def count() -> int:
        return len([e for e in site.people.readers("2") if e.person == NAME])

    before = count()
    client.get("/report/2")
    client.get("/inbox/preview/2")
    client.get("/inbox?tab=all&r=2")
    client.get("/inbox?tab=all")
    client.get("/export/weekly.csv")
    assert count() == before + 3
    assert site.people.journal(1)[0].action == "export"
    assert site.people.journal_is_whole()


def test_the_report_page_names_whom_to_ask_for_what_is_withheld(client: TestClient) -> None:
    page = client.get("/report/2").text
    assert "Ask: Human-rights section or Focal point." in page
    assert "Ask: Custodian." in page
    assert "Account in words" not in page


def test_the_board_says_reports_and_draws_three_kinds_of_nothing(client: TestClient) -> None:
    page = client.get("/weekly?week=2026-W46&view=families").text
    assert "Reports, not incidents" in page
    assert "No information" in page and "withheld" in page
    assert re.search(r'class="cell zero[^"]*">\s*0', page)
    weeks = client.get("/weekly?week=2026-W46").text
    assert 'class="corner"' in weeks, "a revised cell bears a mark"
    assert "&lt;3" in weeks, "two counted children are not told"


def test_a_cell_opens_its_reports_and_no_others(client: TestClient) -> None:
    page = client.get("/inbox?area=Karou&week=2026-W46&family=A1").text
    assert re.findall(r'data-report="(\d+)"', page) == ["2"]
    assert re.findall(r'data-report="(\d+)"', client.get("/inbox?area=Karou&week=2026-W45&family=A1").text) == []


def test_a_report_of_an_unknown_author_waits_and_says_why(client: TestClient) -> None:
    page = client.get("/inbox?tab=waiting").text
    assert re.findall(r'data-report="(\d+)"', page) == ["4"]
    assert "Author not known yet" in page


def test_area_names_follow_the_language(client: TestClient) -> None:
    client.cookies.set("lang", "fr")
    assert "Karou-la-Rive" in client.get("/weekly").text


def test_the_trial_says_so_on_every_page(client: TestClient) -> None:
    for path in PAGES:
        assert "one passphrase made the keys" in client.get(path).text, path


def test_the_trial_says_so_at_the_door(site: Site) -> None:
    assert "one passphrase made the keys" in site.client().get("/sign-in").text


def test_the_exports_are_those_of_the_command(site: Site, client: TestClient) -> None:
    from sync_server.desk import exports
    from sync_server.desk.store_weekly import WeeklyStore

    answer = client.get("/export/weekly.csv")
    assert answer.text == "".join(exports.weekly_csv(WeeklyStore(site.store)))
    assert answer.headers["content-disposition"] == 'attachment; filename="weekly.csv"'
    assert client.get("/export/weekly.geojson").json()["type"] == "FeatureCollection"
    assert client.get("/export/reports.csv").text.count("\r\n") == 5
    assert len(client.get("/export/reports.geojson").json()["features"]) == 4


def test_an_alarm_is_dealt_with_by_a_person_and_stays_on_record(site: Site, client: TestClient) -> None:
    site.store.execute("INSERT INTO alarm (code, subject, raised_at) VALUES ('device-fork', x'01', 1)")
    alarm = site.people.alarms(cleared=False)[0].id
    assert "Alarms that nobody has looked into: 1" in client.get("/inbox").text
    assert client.post(f"/alarm/{alarm}/clear", data={"csrf": csrf(client)}).status_code == 303
    assert client.post(f"/alarm/{alarm}/clear", data={"csrf": csrf(client)}).status_code == 404
    page = client.get("/devices").text
    assert f"Looked into by {NAME}" in page and "Nothing to look into" in page


def test_an_empty_desk_says_how_to_begin(tmp_path: Path) -> None:
    world = World(12)
    store = world.store(tmp_path)
    site = Site(world, store, Hands(), PeopleStore(store))
    assert "Nobody has an account on this desk yet" in site.client().get("/sign-in").text
    add_account(site.people, NAME, PASSWORD, 1)
    client = site.signed_in()
    assert "No reports yet" in client.get("/inbox").text
    assert "No reports in week" in client.get("/weekly").text
    assert client.get("/devices").status_code == client.get("/log").status_code == 200
    store.close()


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (FetchState("none"), "No relay is set."),
        (FetchState("idle"), "Up to date."),
        (FetchState("fetching"), "Asking the relay…"),
        (FetchState("fetching", done=3, total=9), "Opening 3 of 9…"),
        (FetchState("failed", error="no-network"), "The relay does not answer. It is tried again by itself."),
        (FetchState("failed", error="busy"), "Another fetch is running."),
        (FetchState("failed", error="log-refused"), "The log does not fit. Nothing of it was believed."),
        (FetchState("failed", error="something new"), "That did not work. What was taken in stays."),
    ],
)
def test_fetching_is_told_as_it_is(site: Site, client: TestClient, state: FetchState, text: str) -> None:
    fetcher = site.client().app._app.state.context.fetcher  # type: ignore[attr-defined]
    before, fetcher.state = fetcher.state, state
    try:
        answer = client.get("/fetch/state").json()
        assert answer["text"].startswith(text)
        assert answer["busy"] is (state.phase == "fetching")
        if state.error == "log-refused":
            assert "does not fit what was seen before" in client.get("/inbox").text
    finally:
        fetcher.state = before


def test_a_fetcher_fetches_tells_and_stops() -> None:
    done = threading.Event()
    calls: list[str] = []

    def pull(progress: Callable[[Progress], None]) -> str:
        progress(Progress(1, 2))
        calls.append("pull")
        if len(calls) == 2:
            done.set()
        return "no-network" if len(calls) == 2 else ""

    fetcher = Fetcher(pull)
    fetcher.start()
    while not calls:
        done.wait(0.01)
    fetcher.now()
    assert done.wait(30)
    fetcher.stop()
    assert (fetcher.state.phase, fetcher.state.error, fetcher.state.count) == ("failed", "no-network", 2)
    assert len(calls) == 2, "nothing is fetched after the end"
