"""The shell contract of the tablet: exit codes, one sentence each, nothing lost.

The straight way and the window run as real processes; the many refusals run the same composition root in this
process, since a start of Python costs more than the test.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldapp.__main__ import main
from fieldapp.flows import decoy_workspace
from fieldapp.flows.unlock import Tablet
from firsthand import assets
from firsthand.protocol.invitation import parse_invitation
from tests.support.canary import find
from tests.support.tablets import EXAMPLES, PASSPHRASE, example, mission, ports

LIMIT_S = 60
INCIDENT = EXAMPLES / "incident.json"


Done = subprocess.CompletedProcess[str]


class Shell:
    """`fieldapp` with one home and one passphrase file."""

    def __init__(self, base: Path) -> None:
        self.home = base / "home"
        self.secret = base / "passphrase"
        self.secret.write_text(PASSPHRASE + "\n", encoding="utf-8")

    def __call__(self, *argv: str, secret: Path | None = None) -> Done:
        return here("--home", str(self.home), *argv, "--passphrase-file", str(secret or self.secret))

    def process(self, *argv: str) -> Done:
        """The same as a process of its own."""
        return bare("--home", str(self.home), *argv, "--passphrase-file", str(self.secret))

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self("status", "--json").stdout))


def bare(*argv: str, env: dict[str, str] | None = None) -> Done:
    return subprocess.run(
        [sys.executable, "-m", "fieldapp", *argv],
        capture_output=True, text=True, check=False, timeout=LIMIT_S, env={**os.environ, **(env or {})},
    )  # fmt: skip


def here(*argv: str) -> Done:
    """The composition root's `main` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(argv)
        except SystemExit as end:  # argparse ends the process itself
            code = int(end.code or 0)
    return Done(argv, code, out.getvalue(), err.getvalue())


def invitation(path: Path, relay_url: str | None = None) -> Path:
    data = mission().invitation()
    if relay_url:
        data = replace(parse_invitation(data), relay_url=relay_url).encode()
    path.write_bytes(data)
    return path


class FalseRelay:
    """Answers every request with the same bytes, whichever they are at the moment."""

    def __init__(self, listener: socket.socket) -> None:
        self.answer = b""
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._listener = listener

    def serve(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            with conn, contextlib.suppress(OSError):
                conn.recv(1 << 20)
                conn.sendall(self.answer)


@pytest.fixture(scope="module")
def false_relay() -> Iterator[FalseRelay]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = FalseRelay(listener)
        thread = threading.Thread(target=relay.serve, daemon=True)
        thread.start()
        yield relay
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, false_relay: FalseRelay) -> Path:
    """An enrolled home, whose relay is the false one."""
    base = tmp_path_factory.mktemp("cli")
    shell = Shell(base)
    done = shell("enrol", str(invitation(base / "invitation", false_relay.url)))
    assert done.returncode == 0, done.stderr
    return shell.home


@pytest.fixture
def shell(tmp_path: Path, template: Path) -> Shell:
    made = Shell(tmp_path)
    shutil.copytree(template, made.home)
    return made


def says(done: Done, code: str, exit_code: int) -> None:
    """The command ended with its exit code and exactly its sentence, and no traceback."""
    words = " ".join(assets.sentences(code))
    assert (done.returncode, done.stderr.splitlines()[:1]) == (exit_code, [words]), done.stderr
    assert "Traceback" not in done.stderr


# -- the straight way ------------------------------------------------------------------------------------
def test_enrol_record_status(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    path = invitation(tmp_path / "invitation")
    done = shell.process("enrol", str(path))
    assert done.returncode == 0, done.stderr
    assert path.read_text(encoding="utf-8").startswith("FIRSTHAND INVITATION USED")
    report_id = shell.process("record", str(INCIDENT)).stdout.strip()
    status = json.loads(shell.process("status", "--json").stdout)
    assert [(row["id"], row["state"], row["kind"], row["area"], row["seq"]) for row in status["reports"]] == [
        (report_id, "sealed", "incident", "Lemba North", 1)
    ]
    assert (status["unsent"], status["single_passphrase"]) == (2, True)
    assert status["words"] in done.stdout
    assert len(bytes.fromhex(status["device"])) == 16
    assert {item["code"] for item in status["health"]} >= {"single-passphrase"}


def test_each_record_draws_an_id_of_its_own(shell: Shell) -> None:
    ids = {shell("record", str(INCIDENT)).stdout for _ in range(2)}
    assert len(ids) == 2


def test_status_for_people_says_the_same(shell: Shell) -> None:
    report_id = shell("record", str(INCIDENT)).stdout.strip()
    done = shell("status")
    assert report_id in done.stdout
    assert "sealed" in done.stdout
    assert "2 not yet logged" in done.stdout


# -- invitations -----------------------------------------------------------------------------------------
def test_a_stub_is_refused_as_used(shell: Shell, tmp_path: Path) -> None:
    path = invitation(tmp_path / "invitation")
    other = Shell(tmp_path / "other" if (tmp_path / "other").mkdir() is None else tmp_path)
    assert other("enrol", str(path)).returncode == 0
    third = Shell(tmp_path / "third" if (tmp_path / "third").mkdir() is None else tmp_path)
    says(third("enrol", str(path)), "invitation-used", 8)
    assert not third.home.exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"{}", b"x" * 9_000_000])
def test_a_file_that_is_no_invitation(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    says(Shell(tmp_path)("enrol", str(path)), "malformed", 3)
    assert path.read_bytes() == content


def test_an_invitation_file_that_is_not_there(tmp_path: Path) -> None:
    says(Shell(tmp_path)("enrol", str(tmp_path / "absent")), "not-found", 3)


def test_a_second_enrolment_into_the_same_home(shell: Shell, tmp_path: Path) -> None:
    path = invitation(tmp_path / "invitation")
    data = path.read_bytes()
    done = shell("enrol", str(path))
    says(done, "exists", 3)
    assert path.read_bytes() == data, "the invitation stays good"


# -- passphrases -----------------------------------------------------------------------------------------
def test_a_wrong_passphrase(shell: Shell, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("one two three four five six\n", encoding="utf-8")
    says(shell("status", secret=wrong), "wrong-passphrase", 4)
    assert shell("status").returncode == 0


def test_a_weak_passphrase(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.secret.write_text("one two three four five\n", encoding="utf-8")
    says(shell("enrol", str(invitation(tmp_path / "invitation"))), "weak-passphrase", 4)


def test_a_missing_or_empty_passphrase_file(shell: Shell, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for path in (tmp_path / "absent", empty, tmp_path):
        says(shell("status", secret=path), "passphrase-file", 4)


def test_a_passphrase_has_no_place_on_the_command_line(shell: Shell) -> None:
    assert here("--home", str(shell.home), "status", "--passphrase", PASSPHRASE).returncode == 2
    assert here("--home", str(shell.home), "status").returncode == 2


# -- reports that are refused ----------------------------------------------------------------------------
def deep() -> bytes:
    return b"[" * 1000 + b"]" * 1000


BAD_REPORTS: dict[str, bytes | Callable[[], bytes]] = {
    "empty": b"",
    "not JSON": b"hello",
    "ten megabytes": lambda: b'{"form": 1, "note": "' + b"x" * 10_000_000 + b'"}',
    "a thousand deep": deep,
    "duplicate keys": b'{"form": 1, "form": 1}',
    "NaN": b'{"form": NaN}',
    "unknown field": lambda: json.dumps(example() | {"surprise": 1}).encode(),
    "bidi control": lambda: json.dumps(example() | {"note": "a\u202eb"}).encode(),
    "not UTF-8": b'{"form": "\xff"}',
}


@pytest.mark.parametrize("kind", BAD_REPORTS)
def test_a_report_that_cannot_be_sealed_names_its_fields_and_seals_nothing(
    shell: Shell, tmp_path: Path, kind: str
) -> None:
    content = BAD_REPORTS[kind]
    path = tmp_path / "report.json"
    path.write_bytes(content if isinstance(content, bytes) else content())
    done = shell("record", str(path))
    says(done, "invalid-report", 3)
    assert len(done.stderr.splitlines()) > 1
    assert done.stdout == ""
    assert shell.status()["reports"] == []


def test_a_problem_names_the_field_in_words_and_never_repeats_what_it_holds(shell: Shell, tmp_path: Path) -> None:
    report = example()
    report["acts"][0]["counts"][0] |= {"min": 9, "best": 3}
    report["note"] = "call +33 6 12 34 56 78 zq-canary"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    done = shell("record", str(path))
    says(done, "invalid-report", 3)
    assert "acts[0].counts[0]" in done.stderr
    assert "note" in done.stderr
    assert "zq-canary" not in done.stderr
    assert "12 34" not in done.stderr


def test_arabic_indic_digits_are_accepted(shell: Shell, tmp_path: Path) -> None:
    report = example()
    report["incident"]["date"] = "٢٠٢٦-١١-٠٩"
    report["incident"]["date_precision"] = 1
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert shell("record", str(path)).returncode == 0


def test_an_act_by_mission_personnel_is_refused_by_its_gate(shell: Shell, tmp_path: Path) -> None:
    report = example()
    report["acts"][0]["code"] = "A413"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    says(shell("record", str(path)), "a413-channel", 8)
    assert shell.status()["reports"] == []


def test_a_report_file_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    says(shell("record", str(tmp_path / "absent")), "not-found", 3)


# -- the vault -------------------------------------------------------------------------------------------
def test_no_vault(tmp_path: Path) -> None:
    says(Shell(tmp_path)("status"), "not-found", 3)
    assert not (tmp_path / "home").exists()


def test_a_corrupt_vault(shell: Shell) -> None:
    (shell.home / "vault.db").write_bytes(b"garbage" * 1000)
    says(shell("status"), "damaged", 5)
    says(shell("record", str(INCIDENT)), "damaged", 5)


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    says(Shell(tmp_path)("enrol", str(invitation(tmp_path / "invitation"))), "cannot-write", 7)


def test_two_at_once_on_one_vault(shell: Shell) -> None:
    from fieldapp.flows.unlock import Tablet
    from tests.support.tablets import ports

    with Tablet.open(shell.home, PASSPHRASE, ports()):
        says(shell("status"), "busy", 8)
    assert shell("status").returncode == 0


def test_nothing_of_a_report_stands_in_home_or_output(shell: Shell, tmp_path: Path) -> None:
    report = example() | {"note": "zq canary of the note"}
    report["narrative"]["what_happened"] = "zq canary of the account"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    done = shell.process("record", str(path))
    assert done.returncode == 0
    assert find(shell.home, ["zq canary of the note", "zq canary of the account"]) == []
    assert "canary" not in done.stdout + done.stderr


# -- the network -----------------------------------------------------------------------------------------
def http(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("answer", "code", "exit_code"),
    [
        (http("200 OK", b"I have it, believe me"), "wrong-receipt", 6),
        (http("200 OK"), "wrong-receipt", 6),
        (http("401 Unauthorized"), "token-unknown", 8),
        (http("409 Conflict"), "invitation-used", 8),
        (http("503 Service Unavailable"), "relay-busy", 6),
        (http("507 Insufficient Storage"), "relay-full", 6),
        (http("500 Oops"), "relay-refused", 6),
        (b"", "no-network", 6),
        (b"\x15\x03\x01\x00\x02\x02\x16", "no-network", 6),
    ],
)
def test_a_relay_that_does_not_do_its_work(
    shell: Shell, false_relay: FalseRelay, answer: bytes, code: str, exit_code: int
) -> None:
    shell("record", str(INCIDENT))
    false_relay.answer = answer
    says(shell("sync"), code, exit_code)
    status = shell.status()
    assert status["unsent"] == 2
    assert [row["state"] for row in status["reports"]] == ["handed" if code == "wrong-receipt" else "sealed"]


# -- the window ------------------------------------------------------------------------------------------
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_it_says_so_and_names_the_pictures(tmp_path: Path) -> None:
    blind = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": ""}
    done = bare("--home", str(tmp_path), env=blind)
    says(done, "no-display", 2)
    assert "fieldapp screens" in done.stderr


def test_the_shell_loads_no_window(shell: Shell) -> None:
    code = "import sys, fieldapp.__main__; sys.exit(any(m.split('.')[0] == 'kivy' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=LIMIT_S).returncode == 0


@pytest.mark.parametrize("argv", [["nonsense"], ["record"], ["--nonsense"], ["status", "--js"]])
def test_a_command_line_that_cannot_be_followed(argv: list[str]) -> None:
    done = here(*argv)
    assert done.returncode == 2
    assert "usage" in done.stderr


@pytest.mark.parametrize(
    ("said", "asked", "spoken"), [("fr_TD.UTF-8", "", "fr"), ("ar", "", "ar"), ("C", "sw", "sw"), ("frr_DE", "", "en")]
)
def test_enrolment_in_a_shell_passes_the_language_of_the_tablet_on(
    said: str, asked: str, spoken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workspace of the duress passphrase is made then, and would else speak English to a French officer."""
    monkeypatch.setenv("LC_ALL", said)
    shell, invitation = Shell(tmp_path), tmp_path / "officer.invitation"
    invitation.write_bytes(mission().invitation())
    assert shell("enrol", str(invitation), *(["--lang", asked] if asked else [])).returncode == 0
    with Tablet.open(shell.home, PASSPHRASE, ports()) as tablet:
        key = tablet.vault.beside_key()
        assert key is not None
        beside = replace(tablet, vault=tablet.vault.open_beside(shell.home, key), on_close=None)
        with beside:
            assert decoy_workspace.load(beside).route.language == spoken
