"""The desk as a process: whole journey, clean stop, kill -9, taken port, two pulls at once, wrong passphrase."""

from __future__ import annotations

import csv
import io
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.spine import ROOT, Server, World, free_port, run, start

REPORT = ROOT / "assets" / "examples" / "incident.json"
PASSWORD = "seven quiet rivers"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A mission with one tablet that has sent one report, and an account at the risk cell's desk."""
    world = World(tmp_path_factory.mktemp("desk"))
    world.start_relay()
    home = world.enrol("North-1")
    world.record(home, REPORT)
    world.tablet(home, "sync")
    password = world.base / "password.txt"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    assert "reports opened: 1" in world.pull("risk_cell").stdout
    assert "reports opened: 0" in world.pull("risk_cell").stdout
    world.server("desk-account", str(desk_of(world)), "Analyst 4", "--password-file", str(password))
    yield world
    world.close()


def desk_of(world: World, role: str = "risk_cell") -> Path:
    return world.mission / "desks" / role


def serve(world: World, *more: str) -> Server:
    server = start(
        "sync_server",
        "desk",
        str(desk_of(world)),
        "--passphrase-file",
        str(world.secret),
        *more,
        port=0,
        log=world.base / "desk.log",
    )
    world.servers.append(server)
    return server


def sign_in(server: Server) -> httpx.Client:
    client = httpx.Client(base_url=server.url, timeout=30)
    assert client.post("/sign-in", data={"name": "Analyst 4", "password": PASSWORD}).headers["location"] == "/inbox"
    return client


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_report_travels_from_the_tablet_to_table_and_pages(world: World) -> None:
    table = rows(world.export("risk_cell", "weekly").read_text("utf-8"))
    assert [(r["area"], r["week"], r["family"], r["reports"]) for r in table] == [
        ("Lemba North", "2026-W46", family, "1") for family in ("A5", "A7", "E")
    ]
    (report,) = rows(world.export("risk_cell", "reports").read_text("utf-8"))
    assert (report["area"], report["families"], report["status"], report["author"]) == (
        "Lemba North",
        "A5 A7 E",
        "counted",
        "unconfirmed",
    )
    server = serve(world)
    client = sign_in(server)
    board = client.get("/weekly?week=2026-W46").text
    assert "Lemba North" in board and "Reports, not incidents" in board
    assert client.get("/export/weekly.csv").content == world.export("risk_cell", "weekly").read_bytes()
    assert server.stop() == 0


def test_a_served_desk_fetches_by_itself_and_ends_cleanly(world: World) -> None:
    assert world.relay is not None
    server = serve(world, "--relay", world.relay.url)
    client = sign_in(server)
    secret = re.search(r'name="csrf" value="([^"]+)"', client.get("/log").text)
    assert secret is not None
    assert client.post("/fetch", data={"csrf": secret[1]}).status_code == 303
    assert "Up to date" in wait_for(client)
    assert server.stop() == 0


def wait_for(client: httpx.Client) -> str:
    """The sentence once two fetches have ended; each request gives the desk time, and there is an end to it."""
    for _ in range(2000):
        state = client.get("/fetch/state").json()
        if state["count"] >= 2 and not state["busy"]:
            return str(state["text"])
    raise AssertionError(f"the fetch never ended: {state}")


def test_a_killed_desk_starts_again_with_everything(world: World) -> None:
    world.pull("risk_cell")
    before = world.export("risk_cell", "reports").read_bytes()
    server = serve(world)
    sign_in(server).get("/inbox?tab=all")
    server.stop(signal.SIGKILL)
    again = serve(world)
    assert "Lemba North" in sign_in(again).get("/inbox?tab=all").text
    assert again.stop() == 0
    assert world.export("risk_cell", "reports").read_bytes() == before


def test_a_taken_port_changes_nothing_and_says_so(world: World) -> None:
    server = serve(world)
    port = server.url.rsplit(":", 1)[1]
    done = run(
        "sync_server", "desk", str(desk_of(world)), "--port", port, "--passphrase-file", str(world.secret), ok=False
    )
    assert done.returncode == 6
    assert "listening" not in done.stdout and done.stderr.count("\n") == 1
    assert server.stop() == 0


def test_two_pulls_at_once_are_one_pull_and_one_sentence(world: World) -> None:
    import fcntl

    with (desk_of(world) / "pull.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a pull that is running holds
        done = world.pull("risk_cell", ok=False)
    assert (done.returncode, done.stdout) == (8, "")
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    assert world.pull("risk_cell").returncode == 0


def test_a_wrong_passphrase_opens_nothing(world: World, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("six words that are not right ones\n", encoding="utf-8")
    done = run(
        "sync_server",
        "desk-export",
        str(desk_of(world)),
        "--what",
        "weekly",
        "--format",
        "csv",
        "--out",
        str(tmp_path / "out.csv"),
        "--passphrase-file",
        str(wrong),
        ok=False,
    )
    assert done.returncode == 4
    assert not (tmp_path / "out.csv").exists()


def test_a_relay_that_is_gone_is_told_in_one_sentence(world: World) -> None:
    done = world.server("desk-pull", str(desk_of(world)), "--relay", f"http://127.0.0.1:{free_port()}", ok=False)
    assert (done.returncode, done.stderr.count("\n")) == (6, 1)


def test_a_folder_without_a_desk_and_a_place_that_cannot_be_written(world: World, tmp_path: Path) -> None:
    assert world.server("desk-pull", str(tmp_path), "--relay", "http://127.0.0.1:9", ok=False).returncode == 3
    done = world.server(
        "desk-export",
        str(desk_of(world)),
        "--what",
        "weekly",
        "--format",
        "csv",
        "--out",
        str(tmp_path / "no" / "folder" / "out.csv"),
        ok=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (7, 1)


def test_every_role_opens_its_own_parts_of_the_same_report(world: World) -> None:
    for role in ("hr_section", "focal_point", "custodian"):
        assert "reports opened: 1" in world.pull(role).stdout, role
    (line,) = rows(world.export("custodian", "reports").read_text("utf-8"))
    assert (line["area"], line["acts"]) == ("Lemba North", "withheld")
