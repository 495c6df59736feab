"""Parts of the demonstration that need no mission: children, ports, signals, the lost clock."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from firsthand import errors
from sync_server.__main__ import SystemClock
from sync_server.admin import processes
from sync_server.admin.demo import MARKER, MARKER_TEXT, NotADemo, _clear, _held
from sync_server.admin.processes import ChildDidNotStart, Children, Signals, Stopped
from sync_server.admin.story import LostClock
from tests.support.spine import ROOT


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path / "run", Signals(), SystemClock())


# -- children ----------------------------------------------------------------------------------------------
def test_a_child_is_waited_for_and_ended_with_all_that_it_started(children: Children, tmp_path: Path) -> None:
    # http.server says where it listens; a second process hangs on its group
    child = children.start("web", "http.server", "0", "--bind", "127.0.0.1", ready="Serving HTTP")
    assert children.address(child)
    assert child.ended() is None
    assert int((tmp_path / "run" / "web.pid").read_text()) == child.process.pid
    assert (tmp_path / "run" / "web.url").is_file()
    children.stop()
    assert child.ended() is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(child.process.pid, 0)


def test_a_child_that_ends_too_early_is_a_failure_and_its_words_are_kept(children: Children, tmp_path: Path) -> None:
    child = children.start("broken", "no_such_module_at_all", ready="never")
    with pytest.raises(ChildDidNotStart):
        children.address(child)
    children.stop()
    assert "no_such_module_at_all" in (tmp_path / "run" / "broken.log").read_text()


def test_a_child_that_will_not_end_is_ended_by_force(
    children: Children, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stubborn = tmp_path / "stubborn.py"
    stubborn.write_text(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True)\n"
        "while True: time.sleep(60)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(processes, "STOP_LIMIT_S", 0.3)
    child = children.start("stubborn", "stubborn", ready="ready")
    children.address(child)
    children.stop()
    assert child.ended() == -signal.SIGKILL


# -- signals -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_and_the_old_handler_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    signals = Signals()
    with pytest.raises(Stopped), signals.caught():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_a_signal_at_a_bad_moment_waits_for_the_end_of_it() -> None:
    signals, reached = Signals(), []
    with pytest.raises(Stopped), signals.caught(), signals.delayed():
        signal.raise_signal(signal.SIGTERM)
        reached.append("the end")
    assert reached == ["the end"]


# -- ports -------------------------------------------------------------------------------------------------
SERVER = """
import socket, sys
from firsthand.errors import PortTaken
listener = socket.socket()
try:
    listener.bind(("127.0.0.1", int(sys.argv[-1])))
except OSError:
    sys.exit(PortTaken.exit_code)
listener.listen()
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
print("listening on nothing else", flush=True)
"""


def test_a_port_that_is_taken_by_the_time_a_server_starts_is_replaced(
    children: Children, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "little.py").write_text(SERVER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        child = children.start("little", "little", port=taken)
        address = children.address(child)
        assert address.startswith("127.0.0.1:")
        assert not address.endswith(f":{taken}")
        assert len(children.all) == 1, "the one that found it taken is forgotten"


# -- the folder --------------------------------------------------------------------------------------------
def test_only_a_folder_with_our_marker_is_removed(tmp_path: Path) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    for folder in (ours, other):
        folder.mkdir()
        (folder / "file").write_text("something")
    (ours / MARKER).write_bytes(MARKER_TEXT)
    _clear(ours)
    assert not ours.exists()
    with pytest.raises(NotADemo):
        _clear(other)
    (other / MARKER).write_text("a file that only has its name")
    with pytest.raises(NotADemo):
        _clear(other)
    assert (other / "file").is_file()


def test_a_link_to_a_folder_and_a_running_demonstration_are_left_alone(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / MARKER).write_bytes(MARKER_TEXT)
    (tmp_path / "link").symlink_to(ours)
    with pytest.raises(NotADemo):
        _clear(tmp_path / "link")
    with _held(ours / MARKER), pytest.raises(errors.Busy):
        _clear(ours)
    assert ours.is_dir()


def test_an_empty_folder_and_none_at_all_may_be_used(tmp_path: Path) -> None:
    _clear(tmp_path)
    _clear(tmp_path / "nothing")
    assert tmp_path.is_dir()


# -- the clock of the copied tablet ------------------------------------------------------------------------
def test_the_lost_clock_says_2003_and_still_measures_time() -> None:
    real = SystemClock()
    lost = LostClock(real, real.monotonic_s())
    assert time.gmtime(lost.now_s()).tm_year == 2003
    assert lost.monotonic_s() >= real.monotonic_s() - 1
    assert lost.tz_min() == 0
