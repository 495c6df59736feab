"""The custodian's and the focal point's pages in a real Chromium: two people, one sight, states and released counts.

With FIRSTHAND_PICTURES=FOLDER pictures of these pages are written there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sync_server.desk import main, server
from tests.browser.test_desk_pages import ARGUMENTS, CHROMIUM, WIDE, Site
from tests.support.custody import ASKER, NAME, PASSWORDS, SECOND, Mission
from tests.support.desk_pages import PASSPHRASE

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
CHILD = {
    "context": "niac",
    "victims": [
        {"key": "v1", "sex": "M", "age_band": "12-17", "outcome": "killed"},
        {"key": "v2", "sex": "F", "age_band": "5-11", "outcome": "injured"},
    ],
}


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Mission:
    mission = Mission(tmp_path_factory.mktemp("custody"))
    uses = ["C4i", "C7crm", "C10"]
    mission.tell(uses=uses)
    mission.tell(uses=uses, sensitive=True, acts=["A204", "A609"], facts=CHILD)
    mission.tell(uses=["C4i"], sensitive=True, acts=["A101"], facts=CHILD)
    for area, count in (("Karou", 4), ("Dovi", 1)):
        for _ in range(count):
            mission.tell(uses=uses, sensitive=True, acts=["A401"], adm1=area)
    mission.tell(uses=[])
    for role in ("custodian", "focal_point", "hr_section"):
        mission.ingest(role)
        mission.accounts(role, ASKER, SECOND)
    return mission


@pytest.fixture(scope="module")
def serve(mission: Mission) -> Iterator[Callable[[str], Site]]:
    running: list[tuple[server.WebServer, threading.Thread]] = []
    sites: dict[str, Site] = {}

    def start(role: str) -> Site:
        if role not in sites:
            listener = server.listen("127.0.0.1", 0)
            desk = main.Desk.open(mission.chest.desk(role), PASSPHRASE)
            app = main.application(desk, mission.chest.ports, listener, "127.0.0.1")
            web = server.WebServer(app, listener, f"desk {role}")
            thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            running.append((web, thread))
            sites[role] = Site(f"http://127.0.0.1:{listener.getsockname()[1]}", mission.chest)
        return sites[role]

    yield start
    for web, thread in running:
        web.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def sit_down(
    browser: Browser, site: Site, person: str, *, lang: str = "en", theme: str = "light", script: bool = True
) -> Page:
    context = browser.new_context(viewport=WIDE, java_script_enabled=script)
    context.set_default_timeout(30_000)
    context.add_cookies(
        [{"name": "lang", "value": lang, "url": site.url}, {"name": "theme", "value": theme, "url": site.url}]
    )
    page = context.new_page()
    page.goto(site.url)
    page.fill("#name", person)
    page.fill("#password", PASSWORDS[person])
    page.click("button.act")
    page.wait_for_url("**/inbox")
    return page


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("FIRSTHAND_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_names_open_with_two_people_and_show_once(browser: Browser, serve: Callable[[str], Site]) -> None:
    site = serve("custodian")
    one, two = (sit_down(browser, site, person) for person in (ASKER, SECOND))
    one.goto(site.url + "/report/1")
    assert NAME not in one.content(), "no name stands on a page that one person can open"
    picture(one, "desk-custodian-report")
    one.select_option("#reason", "protection")
    one.click("form.ask button")
    one.wait_for_url("**/names")
    assert one.locator("button[value=approve]").count() == 0, "whoever asked cannot agree"
    picture(one, "desk-names-asked")
    two.goto(site.url + "/names")
    assert two.locator("nav.side a[href='/names'] b").inner_text() == "1"
    picture(two, "desk-names-second-chair")
    two.click("button[value=approve]")
    two.wait_for_url("**/names")
    assert two.locator("form[action$='/show']").count() == 0, "whoever agreed cannot see"
    assert NAME not in two.content()
    one.goto(site.url + "/names")
    one.click("form[action$='/show'] button")
    assert NAME in one.inner_text("main")
    picture(one, "desk-names-shown")
    one.goto(site.url + "/names")
    assert NAME not in one.content() and one.locator("form[action$='/show']").count() == 0
    one.goto(site.url + "/log")
    assert one.locator("table", has_text="saw the names at place").count() == 1
    for page in (one, two):
        page.context.close()


def test_a_forged_second_chair_and_a_second_sight_are_refused(browser: Browser, serve: Callable[[str], Site]) -> None:
    site = serve("custodian")
    page = sit_down(browser, site, ASKER)
    page.goto(site.url + "/report/2")
    page.click("form.ask button")
    page.wait_for_url("**/names")
    page.wait_for_selector("button:has-text('Take it back')")
    number = page.locator("form[action^='/names/']").first.get_attribute("action")
    secret = page.locator("input[name=csrf]").first.get_attribute("value") or ""
    forged = page.request.post(
        f"{site.url}{number}", form={"csrf": secret, "answer": "approve"}, headers={"origin": site.url}
    )
    assert forged.status == 403 and "Two people are needed." in forged.text()
    sight = page.request.post(f"{site.url}{number}/show", form={"csrf": secret}, headers={"origin": site.url})
    assert sight.status == 410 and NAME not in sight.text()
    page.goto(site.url + "/names")
    page.click("button:has-text('Take it back')")
    page.wait_for_url("**/names")
    assert page.locator(f"form[action='{number}']").count() == 0
    page.context.close()


def test_a_state_is_set_by_one_and_changed_by_another(browser: Browser, serve: Callable[[str], Site]) -> None:
    site = serve("focal_point")
    one, two = (sit_down(browser, site, person) for person in (ASKER, SECOND))
    one.goto(site.url + "/grave")
    picture(one, "desk-grave")
    row = one.locator("tr", has_text="Attack on a school")
    row.locator("select").select_option("verified")
    row.locator("input[type=date]").fill("2026-11-12")
    row.locator("button").click()
    one.wait_for_url("**/grave#r2")
    row = one.locator("tr", has_text="Attack on a school")
    assert "Verified" in row.inner_text() and row.locator("form").count() == 0
    two.goto(site.url + "/grave")
    other = two.locator("tr", has_text="Attack on a school")
    other.locator("select").select_option("reported_not_verified")
    other.locator("button").click()
    two.wait_for_url("**/grave#r2")
    assert "Not verified" in two.locator("tr", has_text="Attack on a school").inner_text()
    picture(two, "desk-grave-said")
    assert "Left out of the note: 1." in two.inner_text("main")
    with two.expect_download() as wait:
        two.locator("a[href='/export/ghn.csv']").click()
    text = wait.value.path().read_text("utf-8")
    assert "unverified.violations,,attack_on_schools,incidents,,,,1" in text
    for page in (one, two):
        page.context.close()


def test_a_week_is_released_once(browser: Browser, serve: Callable[[str], Site]) -> None:
    site = serve("focal_point")
    page = sit_down(browser, site, ASKER)
    page.goto(site.url + "/released")
    picture(page, "desk-released")
    assert "not told" in page.inner_text("table.figures")
    page.click("form[action^='/released'] button.act")
    page.wait_for_url("**/released?week=*")
    assert page.locator("form[action^='/released'] button.act").count() == 0
    assert "it stays as it was told" in page.inner_text("main")
    page.context.close()


def test_a_case_leaves_only_with_its_scope(browser: Browser, serve: Callable[[str], Site], mission: Mission) -> None:
    site = serve("hr_section")
    page = sit_down(browser, site, ASKER)
    page.goto(site.url + "/report/1")
    with page.expect_download() as wait:
        page.select_option("#use", "court_international")
        page.click("#leaves button")
    assert '"scope": "C4i"' in wait.value.path().read_text("utf-8")
    page.select_option("#use", "court_national")
    page.click("#leaves button")
    page.wait_for_selector("#leaves .strip.alarm")
    assert "(C4n)" in page.inner_text("#leaves")
    page.locator("#leaves").scroll_into_view_if_needed()
    picture(page, "desk-case-refused")
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_these_pages_fit_read_in_their_direction_and_need_no_script(
    browser: Browser, serve: Callable[[str], Site], lang: str
) -> None:
    for role, paths in (("custodian", ("/names", "/report/1")), ("focal_point", ("/grave", "/released"))):
        site = serve(role)
        page = sit_down(browser, site, SECOND, lang=lang, theme="dark", script=False)
        for path in paths:
            page.goto(site.url + path)
            side, content = page.locator("nav.side").bounding_box(), page.locator("main").bounding_box()
            assert side is not None and content is not None
            assert (side["x"] > content["x"]) is (lang == "ar"), path
            assert page.locator("h1").count() == 1
            picture(page, f"desk{path.replace('/', '-')}-{lang}-night")
        page.context.close()
    script = sit_down(browser, serve("focal_point"), SECOND, lang=lang)
    for path in ("/grave", "/released"):
        script.goto(serve("focal_point").url + path)
        assert script.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    script.context.close()


def test_other_desks_have_none_of_these_pages(browser: Browser, serve: Callable[[str], Site]) -> None:
    site = serve("hr_section")
    page = sit_down(browser, site, ASKER)
    for path in ("/names", "/grave", "/released", "/export/ghn.csv", "/export/sensitive.csv"):
        assert page.request.get(site.url + path).status == 404
        assert page.locator(f"nav.side a[href='{path}']").count() == 0
    page.context.close()
