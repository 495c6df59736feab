"""Which names may point where. Each row is a law of docs/ARCHITECTURE.md; the failure message is its reason."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("firsthand", "fieldapp", "sync_server")


@dataclass(frozen=True)
class Law:
    """`banned` module prefixes may be imported under `scope` only by files that match `allowed`."""

    name: str
    scope: tuple[str, ...]
    banned: tuple[str, ...]
    allowed: tuple[str, ...]
    why: str


LAWS = (
    Law(
        "cryptography",
        ROOMS,
        ("cryptography",),
        ("firsthand/protocol/suite.py", "firsthand/protocol/signing.py"),
        "one small module can be swapped for the second implementation and audited; the relay loads signing alone",
    ),
    Law(
        "domain-and-protocol",
        ("firsthand/domain",),
        ("firsthand.protocol",),
        (),
        "what a report says must not know how it is sealed",
    ),
    Law(
        "protocol-and-domain",
        ("firsthand/protocol",),
        ("firsthand.domain",),
        (),
        "the seal must treat every content alike",
    ),
    Law(
        "pure-core",
        ("firsthand",),
        (
            "os",
            "time",
            "random",
            "secrets",
            "sqlite3",
            "sqlite_utils",
            "sqlalchemy",
            "socket",
            "httpx",
            "starlette",
            "kivy",
            "pathlib",
            "subprocess",
            "threading",
            "fieldapp",
            "sync_server",
        ),
        (),
        "what both sides share has no clock, chance, disk or network of its own, so that it can be proved",
    ),
    Law(
        "kivy",
        ROOMS,
        ("kivy",),
        ("fieldapp/app.py", "fieldapp/screens/*", "fieldapp/widgets/*"),
        "flows run from a shell, in tests and in replay without a window",
    ),
    Law(
        "tablet-sql",
        ("fieldapp",),
        ("sqlite3", "sqlite_utils"),
        ("fieldapp/vault/*", "fieldapp/maps/mbtiles.py"),
        "one place writes the tablet's disk, so one place proves what is on it; a map file is only ever read",
    ),
    Law(
        "server-sql",
        ("sync_server",),
        ("sqlite3", "sqlcipher3", "sqlalchemy", "sqlite_utils"),
        ("sync_server/relay/store.py", "sync_server/desk/store*"),
        "each store has one author",
    ),
    Law(
        "http-client",
        ROOMS,
        ("httpx", "requests", "urllib.request", "http.client"),
        ("fieldapp/sync/carriers/http.py", "sync_server/link.py"),
        "what leaves the machine leaves through a door that we watch",
    ),
    Law(
        "machine",
        ("firsthand", "fieldapp"),
        ("plyer", "jnius", "android"),
        ("fieldapp/device/*",),
        "what a platform can do is asked through one port, so that everything else runs everywhere",
    ),
    Law("apps-apart", ("fieldapp",), ("sync_server",), (), "a tablet carries no server"),
    Law(
        "servers-apart",
        ("sync_server",),
        ("fieldapp",),
        ("sync_server/admin/replay.py",),
        "a server carries no tablet; replay alone drives the tablet's flows",
    ),
    Law(
        "relay-apart",
        ("sync_server/relay",),
        ("sync_server.desk", "sync_server.admin", "firsthand.domain"),
        (),
        "the relay's host yields ciphertext only",
    ),
    Law(
        "desk-apart",
        ("sync_server/desk",),
        ("sync_server.relay", "sync_server.admin"),
        (),
        "the desk's keys never share a process with the relay",
    ),
    Law(
        "chance",
        ROOMS,
        ("random", "secrets"),
        ("sync_server/desk/accounts.py",),
        "randomness comes through the Entropy port; session secrets of the desk's web pages are the exception",
    ),
    Law(
        "wall-clock",
        ("firsthand", "fieldapp/flows", "fieldapp/vault", "fieldapp/sync"),
        ("time", "datetime.datetime.now"),
        (),
        "device time comes through the Clock port and is never used for order or keys",
    ),
)

_RELAY_PROTOCOL = {"signing", "merkle", "checkpoint", "receipt", "token", "erase", "bundle"}
_DATE_ONLY = {"firsthand/domain/dates.py", "firsthand/domain/validation.py"}


def _files(scope: str) -> Iterator[Path]:
    folder = ROOT / scope
    yield from sorted(folder.rglob("*.py"))


@cache
def _imports(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple(_read_imports(path))


def _read_imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def _hits(name: str, banned: str) -> bool:
    return name == banned or name.startswith(banned + ".")


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_imports_obey_the_law(law: Law) -> None:
    broken = []
    for scope in law.scope:
        for path in _files(scope):
            relative = path.relative_to(ROOT)
            if any(relative.match(pattern) for pattern in law.allowed):
                continue
            broken += [
                f"{relative}:{line} imports {name}"
                for line, name in _imports(path)
                for banned in law.banned
                if _hits(name, banned)
            ]
    assert not broken, f"{law.why}\n" + "\n".join(broken)


def test_the_relay_imports_only_what_a_blind_store_needs() -> None:
    broken = []
    for path in _files("sync_server/relay"):
        for line, name in _imports(path):
            parts = name.split(".")
            if parts[:2] == ["firsthand", "protocol"] and (len(parts) < 3 or parts[2] not in _RELAY_PROTOCOL):
                broken.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not broken, "the relay must not be able to open anything\n" + "\n".join(broken)


def test_a_loaded_relay_holds_no_module_that_can_open_or_read_a_report() -> None:
    code = (
        "import sys, sync_server.relay.main, sync_server.relay.app\n"
        "bad = [m for m in sys.modules if m.startswith(('firsthand.protocol.suite', 'firsthand.protocol.envelope',"
        " 'firsthand.protocol.manifest', 'firsthand.protocol.grants', 'firsthand.domain', 'fieldapp', 'kivy',"
        " 'sync_server.desk', 'sync_server.admin', 'cryptography.cobblestone',"
        " 'cryptography.hazmat.primitives.hpke'))]\n"
        "print(*bad, sep='\\n'); sys.exit(bool(bad))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, "the relay's process can read what it must not\n" + run.stdout + run.stderr


def test_broad_excepts_stand_only_at_the_outermost_place_of_each_program() -> None:
    allowed = {
        "fieldapp/cli.py",  # the shell
        "fieldapp/screens/background.py",  # the window's background job
        "sync_server/cli.py",  # the shell
        "sync_server/relay/app.py",  # the outermost of the ASGI application
        "sync_server/desk/main.py",  # the desk's fetching thread
    }
    broken = []
    for room in ROOMS:
        for path in _files(room):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.ExceptHandler):
                    continue
                caught = ast.unparse(node.type) if node.type else "everything"
                if (
                    caught in {"everything", "Exception", "BaseException"}
                    and str(path.relative_to(ROOT)) not in allowed
                ):
                    broken.append(f"{path.relative_to(ROOT)}:{node.lineno} catches {caught}")
    assert not broken, "an error that nobody understands must reach the outermost handler\n" + "\n".join(broken)


def test_every_law_is_about_folders_that_exist() -> None:
    assert all((ROOT / scope).is_dir() for law in LAWS for scope in law.scope)
