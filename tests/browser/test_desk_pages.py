"""The desk in a real Chromium: keys, cells, map, languages, no script, and not one request to anywhere else.

With FIRSTHAND_PICTURES=FOLDER the pictures of the README are written there.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from sync_server.desk import main, server
from sync_server.desk.tables.weekly import week_after
from tests.support.desk_pages import PASSPHRASE, PASSWORD, PERSON, Chest, make_mission, massacre_week, scenario, tell

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--no-first-run",
]  # fmt: skip
WIDE = {"width": 1440, "height": 900}
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium")


@dataclass
class Site:
    """A desk that serves its pages in a thread of this process, and what a page asked for and complained about."""

    url: str
    chest: Chest
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Chest:
    chest = make_mission(tmp_path_factory.mktemp("desk"))
    tell(chest, scenario())
    for role in ("risk_cell", "focal_point"):
        chest.ingest(role)
        chest.account(role)
    return chest


@pytest.fixture(scope="module")
def serve(chest: Chest) -> Iterator[Callable[[str], Site]]:
    """Serve a role's desk with the same code as the command, on a port that the system chooses."""
    running: list[tuple[server.WebServer, threading.Thread]] = []
    sites: dict[str, Site] = {}

    def start(role: str) -> Site:
        if role not in sites:
            listener = server.listen("127.0.0.1", 0)
            desk = main.Desk.open(chest.desk(role), PASSPHRASE)
            web = server.WebServer(main.application(desk, chest.ports, listener, "127.0.0.1"), listener, f"desk {role}")
            thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            running.append((web, thread))
            sites[role] = Site(f"http://127.0.0.1:{listener.getsockname()[1]}", chest)
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


@pytest.fixture
def site(serve: Callable[[str], Site]) -> Site:
    site = serve("risk_cell")
    site.asked.clear()
    site.complaints.clear()
    return site


def open_page(browser: Browser, site: Site, *, lang: str = "en", theme: str = "light", script: bool = True) -> Page:
    context = browser.new_context(viewport=WIDE, java_script_enabled=script)
    context.set_default_timeout(30_000)
    context.add_cookies(
        [{"name": "lang", "value": lang, "url": site.url}, {"name": "theme", "value": theme, "url": site.url}]
    )
    page = context.new_page()
    page.on("request", lambda request: site.asked.append(request.url))
    page.on(
        "console",
        lambda message: site.complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    return page


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    page = open_page(browser, site)
    sign_in(page, site)
    yield page
    assert {urlsplit(url).netloc for url in site.asked if not url.startswith("data:")} == {urlsplit(site.url).netloc}
    assert site.complaints == []
    page.context.close()


def sign_in(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.fill("#name", PERSON)
    page.fill("#password", PASSWORD)
    page.click("button.act")
    page.wait_for_url("**/inbox")


def top_cell(page: Page, site: Site) -> Locator:
    """The week of the massacre in the area that sent most."""
    page.goto(f"{site.url}/weekly?week={massacre_week()}")
    return page.locator("table.cells tbody tr").first.locator("td.cell a").last


def some_report(page: Page, site: Site) -> str:
    """The log index of a report with facts of many killed."""
    page.goto(site.url + "/inbox?tab=all&find=A103")
    return page.locator("tr[data-report]").first.get_attribute("data-report") or ""


def chosen(page: Page) -> str | None:
    row = page.query_selector("tr[aria-selected]")
    return row.get_attribute("data-report") if row else None


def test_the_inbox_is_worked_with_keys_alone(page: Page, site: Site) -> None:
    page.goto(site.url + "/inbox?tab=all")
    rows = [row.get_attribute("data-report") for row in page.query_selector_all("tr[data-report]")]
    assert len(rows) > 20
    page.keyboard.press("j")
    assert chosen(page) == rows[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert chosen(page) == rows[1]
    page.wait_for_selector(f"#preview a[href='/report/{rows[1]}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/report/{rows[1]}")
    page.keyboard.press("/")
    page.keyboard.type("karou")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox?find=karou")
    assert set(page.locator("td.area").all_inner_texts()) == {"Karou"}


def test_running_past_a_row_is_not_a_reading(page: Page, site: Site) -> None:
    page.goto(site.url + "/inbox?tab=all")
    for _ in range(4):
        page.keyboard.press("j")
    last = chosen(page)
    page.wait_for_selector(f"#preview a[href='/report/{last}']")
    asked = [url for url in site.asked if "/inbox/preview/" in url]
    assert [url.rsplit("/", 1)[1] for url in asked] == [last]


def test_a_cell_of_the_board_opens_its_reports(page: Page, site: Site) -> None:
    cell = top_cell(page, site)
    number = int(cell.inner_text())
    assert number > 5, "the week of the massacre"
    cell.click()
    page.wait_for_url("**/inbox?area=*")
    assert page.locator("tr[data-report]").count() == number


def test_arrows_move_in_the_board_and_brackets_change_the_week(page: Page, site: Site) -> None:
    top_cell(page, site).focus()
    focus = "[document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td').cellIndex]"
    row, column = page.evaluate(focus)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focus) == [row + 1, column - 1]
    before = page.url
    page.keyboard.press("[")
    page.wait_for_url(lambda url: url != before)
    assert page.url.endswith("week=" + week_after(massacre_week(), -1))


def test_the_map_draws_every_area_with_its_word(page: Page, site: Site) -> None:
    most = top_cell(page, site).inner_text()
    assert page.locator("svg.map path.area").count() == 18
    words = page.locator("svg.map .label").all_text_contents()
    assert len(words) == 18
    assert any("No info" in text for text in words) and any(f"reports: {most}" in text for text in words)
    boxes = [box.bounding_box() for box in page.locator("svg.map .label rect").all()]
    frame = page.locator("svg.map").bounding_box()
    assert frame is not None
    for box in boxes:
        assert (
            box is not None
            and box["x"] >= frame["x"] - 1
            and box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        )


def test_zero_silence_and_withheld_look_different_without_colour(page: Page, site: Site) -> None:
    page.goto(site.url + "/weekly?view=families")
    looks = {}
    for state in ("zero", "unknown", "withheld"):
        cell = page.locator(f"td.cell.{state}").first
        looks[state] = (cell.evaluate("cell => getComputedStyle(cell).backgroundImage"), cell.inner_text().strip())
    assert looks["zero"] == ("none", "0")
    assert looks["withheld"][1] == "withheld"
    assert len({image for image, _ in looks.values()}) == 3


def test_text_fits_at_this_size(page: Page, site: Site) -> None:
    for path in (
        "/inbox?tab=all",
        "/weekly",
        "/weekly?view=families",
        "/devices",
        "/log",
        "/report/" + some_report(page, site),
    ):
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_page_reads_in_its_direction_and_without_script(browser: Browser, site: Site, lang: str) -> None:
    page = open_page(browser, site, lang=lang, theme="dark", script=False)
    sign_in(page, site)
    some = some_report(page, site)
    for path in (f"/inbox?tab=all&r={some}", "/weekly", "/weekly?view=families", f"/report/{some}", "/devices", "/log"):
        page.goto(site.url + path)
        side, content = page.locator("nav.side").bounding_box(), page.locator("main").bounding_box()
        assert side is not None and content is not None
        assert (side["x"] > content["x"]) is (lang == "ar"), path
        assert page.locator("h1").count() == 1
    page.goto(site.url + "/inbox?tab=all")
    page.locator("td.what a").nth(2).click()
    assert page.locator("#preview h2 a").count() == 1, "a preview opens without script"
    page.context.close()


def test_language_and_theme_are_chosen_in_the_page(browser: Browser, site: Site) -> None:
    page = open_page(browser, site)
    sign_in(page, site)
    page.click("details.me summary")
    page.click("button[value=ar]")
    page.wait_for_selector("html[dir=rtl]")
    page.click("details.me summary")
    page.click("button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(233, 238, 239)"
    page.context.close()


def test_a_focal_point_sees_sensitive_reports_and_the_table_withholds_them(
    browser: Browser, serve: Callable[[str], Site]
) -> None:
    site = serve("focal_point")
    page = open_page(browser, site)
    sign_in(page, site)
    page.goto(site.url + "/inbox?tab=all&find=A4")
    assert set(page.locator("td.what a").all_inner_texts()) == {"Protection concern, type S"}
    page.locator("td.what a").first.dblclick()
    page.wait_for_url("**/report/*")
    assert "Withheld from every table and export." in page.inner_text("main")
    page.goto(site.url + "/weekly?family=A4")
    assert set(page.locator("td.cell").all_inner_texts()) == {"withheld"}
    page.context.close()


def test_pictures(browser: Browser, site: Site, tmp_path: Path) -> None:
    folder = Path(os.environ.get("FIRSTHAND_PICTURES") or tmp_path)
    week = massacre_week()
    for name, path, lang, theme in (
        ("desk-weekly", f"/weekly?week={week}", "en", "light"),
        ("desk-weekly-night", f"/weekly?week={week}&view=families", "en", "dark"),
        ("desk-weekly-ar", f"/weekly?week={week}", "ar", "light"),
        ("desk-coverage", f"/coverage?week={week}", "en", "light"),
        ("desk-coverage-night", f"/coverage?week={week}", "fr", "dark"),
        ("desk-inbox", "/inbox?tab=all&r=", "en", "light"),
        ("desk-report", "/report/", "fr", "light"),
    ):
        page = open_page(browser, site, lang=lang, theme=theme)
        sign_in(page, site)
        some = some_report(page, site)
        page.goto(site.url + (path + some if path.endswith(("=", "/")) else path))
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 30_000
        page.context.close()


@pytest.mark.parametrize("path", ["/coverage", "/weekly"])
def test_a_dark_desk_prints_ink_on_paper(browser: Browser, site: Site, path: str) -> None:
    """Only the table, black on white, and no key that paper cannot press."""
    page = open_page(browser, site, theme="dark")
    sign_in(page, site)
    page.goto(f"{site.url}{path}?week={massacre_week()}")
    ground, ink = (
        "getComputedStyle(document.documentElement).backgroundColor",
        "getComputedStyle(document.body).color",
    )
    assert (page.evaluate(ground), page.evaluate(ink)) == ("rgb(12, 18, 21)", "rgb(233, 238, 239)")
    page.emulate_media(media="print")
    assert (page.evaluate(ground), page.evaluate(ink)) == ("rgb(255, 255, 255)", "rgb(15, 26, 30)")
    assert page.locator("table.cells").is_visible()
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".side").is_visible()
    assert page.locator(".head .key").count() > 0
    assert not any(key.is_visible() for key in page.locator(".head .key").all())
    page.context.close()
