"""What an Android build would take in, checked without one: dependencies, recipes, manifest, staged tree."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ANDROID = ROOT / "platforms" / "android"
# What the tablet imports of its own accord; the rest of pyproject's dependencies are the servers'.
SERVER_MARK = "# relay, desk and administration"
# Pure Python wherever it matters: a wheel without compiled parts is published beside the fast one.
PURE_WHEEL_TOO = {"charset-normalizer", "typing-extensions"}
# Not taken in: Kivy's helpers for its own command line, and what plyer, tuf or httpx ask for and never load here.
LEFT_OUT = {"kivy-garden", "docutils", "pygments", "requests", "charset-normalizer", "pip", "tzdata", "setuptools"}


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


@cache
def _spec() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "buildozer.spec", encoding="utf-8")
    return parser["app"]


def _list(option: str) -> list[str]:
    return [part.strip() for part in _spec()[option].split(",") if part.strip()]


def _tablet_dependencies() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split(SERVER_MARK, 1)[0]
    return re.findall(r'"([A-Za-z0-9_-]+)', block)


def _closure() -> dict[str, importlib.metadata.Distribution]:
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [_name(each) for each in _tablet_dependencies()]
    while waiting:
        name = waiting.pop()
        if name in found or name in LEFT_OUT:
            continue
        found[name] = importlib.metadata.distribution(name)
        for text in found[name].requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": "", "sys_platform": "linux"}):
                waiting.append(_name(needed.name))
    return found


def _is_pure(distribution: importlib.metadata.Distribution) -> bool:
    return not any(str(file).endswith((".so", ".pyd")) for file in distribution.files or ())


@cache
def _recipes() -> dict[str, dict[str, str]]:
    return dict(json.loads((ANDROID / "recipes.json").read_text(encoding="utf-8")))


# -- dependencies ----------------------------------------------------------------------------------------------
def test_every_dependency_of_the_tablet_is_pure_python_or_has_a_recipe() -> None:
    recipes = {*_recipes()["stock"], *_recipes()["own"]}
    compiled = {name for name, found in _closure().items() if not _is_pure(found) and name not in PURE_WHEEL_TOO}
    assert compiled, "kivy and cryptography are compiled: if none is found, this test looks at nothing"
    assert compiled <= recipes


def test_the_build_is_asked_for_every_dependency_of_the_tablet() -> None:
    asked = {_name(re.split(r"[=<>]", each)[0]) for each in _list("requirements")}
    assert set(_closure()) - asked - {"pycparser"} == set()


def test_every_recipe_of_ours_is_in_the_table_at_the_version_that_it_builds() -> None:
    own = {}
    for path in sorted((ANDROID / "recipes").glob("*/__init__.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own[path.parent.name] = next(
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and any(isinstance(target, ast.Name) and target.id == "version" for target in node.targets)
        )
    assert own == _recipes()["own"]


def test_what_a_recipe_builds_is_what_the_tablet_asks_for() -> None:
    built = {**_recipes()["stock"], **_recipes()["own"]}
    checked = 0
    for needed in map(Requirement, _tablet_requirements()):
        if _name(needed.name) in built and not _is_pure(importlib.metadata.distribution(needed.name)):
            assert needed.specifier.contains(built[_name(needed.name)]), needed.name
            checked += 1
    assert checked >= 3


def _tablet_requirements() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.findall(r'"([^"]+)"', text.split("dependencies = [", 1)[1].split(SERVER_MARK, 1)[0])


def test_python_is_one_that_the_project_supports() -> None:
    versions = {each for each in _list("requirements") if each.startswith(("python3==", "hostpython3=="))}
    numbers = {each.split("==")[1] for each in versions}
    assert len(versions) == 2
    assert len(numbers) == 1
    assert (3, 11) <= tuple(map(int, numbers.pop().split(".")))[:2] <= (3, 13)


# -- manifest --------------------------------------------------------------------------------------------------
def test_nothing_is_backed_up_and_nothing_goes_in_the_clear() -> None:
    assert _spec()["android.allow_backup"] == "False"
    given = (ROOT / _spec()["android.extra_manifest_application_arguments"]).read_text(encoding="utf-8")
    assert 'android:usesCleartextTraffic="false"' in given
    shipped = {Path(each).stem for each in _list("android.res_xml")}
    assert set(re.findall(r"@xml/(\w+)", given)) == shipped
    network = ET.parse(ANDROID / "network.xml").getroot()
    assert [each.get("cleartextTrafficPermitted") for each in network.iter("base-config")] == ["false"]
    assert not list(network.iter("domain-config")), "an exception for one address is an exception"
    rules = ET.parse(ANDROID / "extraction.xml").getroot()
    for way in ("cloud-backup", "device-transfer"):
        kept_out = {each.get("domain") for each in next(rules.iter(way))}
        assert kept_out == {"root", "file", "database", "sharedpref", "external"}


def test_only_permissions_that_the_device_port_uses_are_asked_for() -> None:
    asked = set(_list("android.permissions"))
    source = (ROOT / "fieldapp/device/android.py").read_text(encoding="utf-8")
    used = set(re.findall(r'"(android\.permission\.\w+)"', source))
    assert asked == used | {"android.permission.INTERNET", "android.permission.VIBRATE"}


def test_the_names_that_others_see_are_dull() -> None:
    assert _spec()["title"] == "Units"
    assert "firsthand" not in _spec()["package.name"]


# -- what goes in ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("android") / "app"
    subprocess.run([sys.executable, ANDROID / "stage.py", folder], check=True, timeout=60)
    return folder


def test_every_kind_of_file_that_is_staged_is_taken_in(staged: Path) -> None:
    taken = {f".{each}" for each in _list("source.include_exts")}
    kinds = {path.suffix for path in staged.rglob("*") if path.is_file()} - {".toml", ".md", ""}
    assert kinds <= taken


def test_the_staged_tree_holds_no_server_and_runs_without_one(staged: Path, tmp_path: Path) -> None:
    assert {path.name for path in staged.iterdir()} == {"fieldapp", "firsthand", "assets", "pyproject.toml", "main.py"}
    code = (
        "import sys; sys.path[:] = [sys.argv[1]] + [p for p in sys.path if 'site-packages' in p or 'lib' in p]\n"
        "sys.modules['sync_server'] = None\n"
        "import fieldapp.cli, fieldapp.__main__, firsthand, assets\n"
        "assert fieldapp.__file__.startswith(sys.argv[1]), fieldapp.__file__\n"
        "fieldapp.__main__.main(['--home', sys.argv[2], 'status', '--passphrase-file', sys.argv[2]])\n"
    )
    run = subprocess.run(
        [sys.executable, "-IB", "-c", code, staged, tmp_path / "none"],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr


def test_android_keeps_the_vault_in_the_folder_that_is_the_apps_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from fieldapp.__main__ import default_home

    monkeypatch.delenv("FIRSTHAND_HOME", raising=False)
    monkeypatch.setenv("ANDROID_PRIVATE", "/data/user/0/org.firsthand.units/files")
    assert default_home() == Path("/data/user/0/org.firsthand.units/files/firsthand")
