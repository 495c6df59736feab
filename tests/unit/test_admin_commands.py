"""The commands in one process: what is refused before anything is done, by exit code and sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firsthand import assets
from sync_server.__main__ import main
from tests.support import missions
from tests.support.missions import NOBODY, PASSPHRASE

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return missions.trial(tmp_path_factory.mktemp("commands")).path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; exit code and what it wrote to stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:  # argparse
            code = int(exit_.code or 0)
        return code, capsys.readouterr().err.strip()

    return run


def said(code: str) -> str:
    return " ".join(assets.sentences(code))


@pytest.mark.parametrize(
    ("areas", "code"),
    [
        ("{}", "areas-form"),
        ('{"type":"FeatureCollection","features":[{"type":"Feature"}]}', "areas-name"),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"adm1":"N"}}]}',
            "areas-geometry",
        ),
        (None, "cannot-read"),
    ],
)
def test_bad_areas_are_named_by_feature_and_leave_nothing(
    run: Run, secret: Path, tmp_path: Path, areas: str | None, code: str
) -> None:
    if areas is not None:
        (tmp_path / "a").write_text(areas, encoding="utf-8")
    folder = tmp_path / "m"
    exit_code, text = run(
        "mission", "init", folder, "--name", "x", "--areas", tmp_path / "a", "--passphrase-file", secret
    )
    assert (exit_code, text.removesuffix(" (feature 1)")) == (3, said(code))
    assert text.endswith(" (feature 1)") == (code in ("areas-name", "areas-geometry"))
    assert not folder.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "passphrase-file"),
        (b"", "passphrase-file"),
        (b"\n\nfourth line", "passphrase-file"),
        (b"\xff\xfe\x00", "passphrase-file"),
        (b"a" * 5000, "passphrase-file"),
        (b"one two three four five six", "wrong-passphrase"),
    ],
    ids=["missing", "empty", "blank", "binary", "long", "wrong"],
)
def test_a_file_without_the_passphrase_is_said_so(
    run: Run, mission: Path, tmp_path: Path, data: bytes | None, code: str
) -> None:
    path = tmp_path / "p"
    if data is not None:
        path.write_bytes(data)
    assert run("devices", mission, "--passphrase-file", path) == (4, said(code))
    assert run("devices", mission, "--passphrase-file", tmp_path)[0] == 4


def test_five_words_make_no_mission(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text("five words are too few", encoding="utf-8")
    answer = run("mission", "init", tmp_path / "m", "--name", "x", "--passphrase-file", path)
    assert answer == (4, said("weak-passphrase"))


def test_the_file_of_another_editor_holds_the_same_passphrase(run: Run, mission: Path, tmp_path: Path) -> None:
    path = tmp_path / "windows"
    path.write_bytes(b"\xef\xbb\xbf" + PASSPHRASE.replace("-", " ").encode() + b"\r\nsecond line\r\n")
    assert run("devices", mission, "--passphrase-file", path) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        [],
        ["mission"],
        ["enrol"],
        ["devices", ".", "--more"],
        ["devices", ".", "--js"],
        ["relay", "--port", "-1"],
        ["relay", "--port", "+8440"],
        ["relay", "--port", "٨٤٤٠"],
        ["replay", "e.csv", "--mission", ".", "--relay", NOBODY, "--from", "2020-1-1"],
        ["replay", "e.csv", "--mission", ".", "--relay", NOBODY, "--from", "20200101"],
        ["replay", "e.csv", "--mission", ".", "--relay", NOBODY, "--tablets", "0"],
    ],
    ids=lambda arguments: " ".join(arguments) or "none",
)
def test_a_command_line_that_cannot_be_followed_is_usage(run: Run, secret: Path, arguments: list[str]) -> None:
    code, text = run(*arguments, "--passphrase-file", secret)
    assert code == 2
    assert text.startswith("usage:")


def test_folders_that_are_no_mission_are_said_so(run: Run, secret: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", secret):
        assert run("devices", folder, "--passphrase-file", secret) == (3, said("not-a-mission"))


def test_what_enrol_and_revoke_refuse_is_said_so(run: Run, mission: Path, secret: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    cases = [
        ("relay-address", ["enrol", mission, "A", "--relay", "relay", "--out", tmp_path / "new"]),
        ("label-form", ["enrol", mission, " A", "--relay", NOBODY, "--out", tmp_path / "new"]),
        ("exists", ["enrol", mission, "A", "--relay", NOBODY, "--out", tmp_path / "there"]),
        ("no-such-device", ["revoke", mission, "Nobody"]),
    ]
    for code, arguments in cases:
        assert run(*arguments, "--passphrase-file", secret) == (3, said(code))
    nowhere = ["enrol", mission, "A", "--relay", NOBODY, "--out", tmp_path / "no" / "new"]
    assert run(*nowhere, "--passphrase-file", secret) == (7, said("cannot-write"))
    assert not (tmp_path / "new").exists()


def test_a_replay_of_the_wrong_file_or_days_records_nothing(
    run: Run, mission: Path, secret: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.csv"
    events.write_text("a,b\n1,2\n", encoding="utf-8")
    more = ("--mission", mission, "--relay", NOBODY, "--passphrase-file", secret)
    assert run("replay", events, *more) == (3, said("events-form"))
    assert run("replay", tmp_path / "none", *more) == (3, said("cannot-read"))
    days = ("--from", "2020-01-02", "--to", "2020-01-01")
    assert run("replay", events, *more, *days) == (2, said("dates-order"))
    assert not (mission / "replay").exists()


def test_every_refusal_of_the_administrator_has_its_sentence() -> None:
    from sync_server.admin import faults, ged

    codes = {
        kind.code
        for module in (faults, ged)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not ged.RowRefused
    }
    for language in assets.LANGUAGES:
        texts = assets.texts("errors", language)
        assert {f"{code}.{part}" for code in codes for part in ("what", "safe", "do")} <= set(texts)


def test_what_nobody_foresaw_shows_no_inside(run: Run, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outermost catch: the kind of error at most, never its words: they may hold what was read."""
    from sync_server.admin import folder

    def fail(_path: Path) -> None:
        raise ZeroDivisionError("a secret word")

    monkeypatch.setattr(folder.MissionFolder, "open", fail)
    code, text = run("devices", ".", "--passphrase-file", secret)
    assert (code, text) == (1, said("unexpected") + " (ZeroDivisionError)")
