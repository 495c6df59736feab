"""The administrator's commands as an operator types them: exit codes, one clear sentence, nothing lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firsthand import assets
from firsthand.protocol.directory import Directory
from firsthand.protocol.invitation import invite_key, parse_invitation
from sync_server.admin.folder import MissionFolder, read_directory
from tests.support.missions import write_areas
from tests.support.spine import PASSPHRASE, World, run

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    base = tmp_path_factory.mktemp("admin")
    world = World(base, areas=write_areas(base / "areas.geojson", "North", "South"))
    yield world
    world.close()


def said(code: str) -> str:
    return " ".join(assets.sentences(code))


def refused(done: subprocess.CompletedProcess[str], exit_code: int, code: str) -> None:
    """One sentence on stderr, the promised exit code, and no trace of the program's inside."""
    assert (done.returncode, done.stderr.strip()) == (exit_code, said(code))


def directory_of(world: World) -> Directory:
    folder = MissionFolder.open(world.mission)
    return Directory.verify(read_directory(folder.directory), folder.root_sha256)


def test_init_says_that_it_is_a_trial(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(PASSPHRASE, encoding="utf-8")
    arguments = [
        "mission",
        "init",
        str(tmp_path / "m"),
        "--name",
        "Trial",
        "--passphrase-file",
        str(tmp_path / "p"),
    ]
    done = run("sync_server", *arguments)
    assert "1 of 1" in done.stdout and "one passphrase" in done.stdout and "trials only" in done.stdout
    assert PASSPHRASE not in done.stdout + done.stderr
    again = run("sync_server", *arguments, ok=False)
    refused(again, 3, "exists")


def test_without_a_relay_tokens_wait_in_its_inbox_and_with_one_they_are_handed_over(world: World) -> None:
    inbox = world.mission / "relay" / "inbox"
    out = world.base / "waiting.invitation"
    world.server("enrol", str(world.mission), "Waiting", "--relay", NOBODY, "--out", str(out))
    assert len(list(inbox.glob("*.tokens"))) == 1
    relay = world.start_relay()
    waiting = len(list(inbox.glob("*.tokens")))
    second = world.base / "direct.invitation"
    picture = world.base / "direct.png"
    arguments = ["--relay", relay.url, "--out", str(second), "--qr", str(picture)]
    world.server("enrol", str(world.mission), "Direct", *arguments)
    assert len(list(inbox.glob("*.tokens"))) == waiting
    for path in (out, second):
        invitation = parse_invitation(path.read_bytes())
        assert invite_key(invitation.seed).public in directory_of(world).invites
    assert picture.read_bytes().startswith(b"\x89PNG")
    home = world.base / "tablet-direct"
    world.tablet(home, "enrol", str(second))
    assert world.tablet(home, "sync").returncode == 0

    listed = json.loads(world.server("devices", str(world.mission), "--json").stdout)
    assert [(device["label"], device["status"]) for device in listed] == [
        ("Waiting", "invited"),
        ("Direct", "invited"),
    ]
    world.server("revoke", str(world.mission), "Direct")
    [entry] = [each for each in directory_of(world).invites.values() if each.revoked]
    assert entry.cut == 1  # the enrolment, which stays: the log held one leaf when the relay was asked

    relay.stop(signal.SIGKILL)
    world.server("revoke", str(world.mission), "Waiting")
    cuts = {each.id: each.cut for each in directory_of(world).invites.values()}
    assert cuts == {listed[0]["id"]: None, listed[1]["id"]: 1}


def test_a_full_disk_leaves_the_mission_as_it_was(world: World) -> None:
    """A limit on the size of files stands for the disk: the invitation is larger than it allows."""
    before = read_directory(world.mission / "directory")
    out = world.base / "full.invitation"
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        " resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));"
        " from sync_server.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["--relay", NOBODY, "--out", str(out), "--passphrase-file", str(world.secret)]
    done = subprocess.run(
        [sys.executable, "-c", limited, "enrol", str(world.mission), "Full", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    refused(done, 7, "disk-full")
    assert not out.exists()
    assert read_directory(world.mission / "directory") == before
    assert "Full" not in world.server("devices", str(world.mission)).stdout


def test_reading_the_command_line_of_a_relay_loads_nothing_that_opens_a_report() -> None:
    code = (
        "import sys; from sync_server import cli; cli._parser();"
        "print([m for m in sys.modules if m.startswith(('firsthand.protocol', 'firsthand.domain', 'fieldapp',"
        " 'sync_server.admin', 'sync_server.desk', 'tuf', 'cryptography'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
